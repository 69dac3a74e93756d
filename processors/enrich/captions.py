"""Who and what stands in the caption of the lead image and not in the text: named as well, and found by the same ids.

A caption is no part of the text, so what it names is added with `part` and offsets of its own; nothing else is read from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from broadsheet.model import Entity, Place
from processors.enrich.beside import with_ids
from processors.enrich.document import Document, Reader
from processors.enrich.entities import entities
from processors.enrich.larger import Larger
from processors.enrich.places import found_places
from processors.enrich.reading import reading_of
from processors.enrich.roles import with_roles


def in_caption(
    document: Document, mine: Reader, larger: Larger, source: str | None, country: str | None
) -> tuple[list[Entity], tuple[Place, ...]]:
    """The names of a caption, and its places."""
    named = with_roles(document, entities(document, mine, larger))
    kinds = [(e.start, e.end, e.type) for e in named]
    places = found_places(reading_of(document), kinds, source, country)
    return with_ids(named, places), places


def new_names(found: Sequence[Entity], known: Sequence[Entity]) -> tuple[Entity, ...]:
    """The caption's names but for those that the text has, people by their last name (`Mr Erdogan`)."""
    ids = {(one.type, one.entity) for one in known}
    last = {one.name.rpartition(" ")[2] for one in known if one.type == "PER"}
    return tuple(
        replace(one, part="caption")
        for one in found
        if (one.type, one.entity) not in ids and not (one.type == "PER" and one.name.rpartition(" ")[2] in last)
    )


def new_places(found: Sequence[Place], known: Sequence[Place]) -> tuple[Place, ...]:
    """The caption's places but for those that the text has."""
    there = {(one.name, one.country) for one in known}
    return tuple(replace(one, part="caption") for one in found if (one.name, one.country) not in there)
