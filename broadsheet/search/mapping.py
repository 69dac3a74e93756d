"""What the engines index of a document: the same fields and terms for all of them, made here; and Elasticsearch's template."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from broadsheet.model import IndexDocument
from broadsheet.ports import Collapse
from broadsheet.search import fold
from broadsheet.search.query import WORD_FIELDS
from broadsheet.search.stem import stems

VERSION = 7
"""Rises when documents must be indexed anew; part of what an embedded index is recognised by."""

NAMED = ("people", "organisations", "places")
"""Facets of ids: there are too many to count them all, so only the commonest are told (`facets.leading`)."""

FACETS = ("source", "language", "topic", "changed", "day", *NAMED)
"""Fields that can be counted by value and filtered on."""

GROUPS: dict[Collapse, str] = {"copies": "group", "story": "story_group"}
"""By which field documents are collapsed."""

TEXT_FIELDS = tuple(sorted(WORD_FIELDS))
"""Fields of folded words, with positions."""

FACET_LENGTH = 200
"""Characters of a facet's value."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """All that engines index of a document; they keep the document itself beside it."""

    words: dict[str, str]
    """Terms joined by spaces, by field."""
    stems: str
    """Stems of title and text, each marked with its language."""
    values: list[str]
    """`field=value` of everything that is searched as a whole."""
    facets: dict[str, list[str]]
    group: int
    """The first of its group of copies, or itself."""
    story_group: int
    """Its story; where it has none its group of copies, as a negative number."""
    when: int
    published: int | None
    seen: int
    """Microseconds since 1970, as `when` and `published`."""
    withdrawn: bool


def fields(document: IndexDocument) -> Fields:
    """What to index of the document."""
    title, standfirst, text = (fold.cut(part) for part in (document.title, document.standfirst, document.text))
    worded = {name: [fold.terms(part) for part in parts] for name, parts in _worded(document).items()}
    worded["title"] = [fold.folded(title)]
    worded["text"] = [fold.folded(standfirst), fold.folded(text), fold.terms(document.names)]
    group = document.id if document.fold is None else document.fold
    return Fields(
        words={name: joined for name, parts in worded.items() if (joined := _joined(parts))},
        stems=" ".join(stems([*title, *standfirst, *text], document.language)),
        values=[f"{name}={folded}" for name, value in _valued(document) if value and (folded := fold.value(value))],
        facets=_facets(document),
        group=group,
        story_group=-1 - group if document.story is None else document.story,
        when=microseconds(document.when),
        published=None if document.published is None else microseconds(document.published),
        seen=microseconds(document.first_seen),
        withdrawn=document.withdrawn,
    )


def microseconds(moment: datetime) -> int:
    """Microseconds since 1970: exact, and both engines compare them as whole numbers."""
    return (moment - EPOCH) // timedelta(microseconds=1)


def _joined(parts: Iterable[list[str]]) -> str:
    return f" {fold.GAP} ".join(" ".join(part) for part in parts if part)


def _worded(document: IndexDocument) -> dict[str, tuple[str, ...]]:
    return {
        "removed": (document.removed,),
        "author": document.authors,
        "person": document.people + document.person_titles,
        "org": document.organisations + document.organisation_titles,
        "place": document.places + document.place_titles,
        "keyword": document.keywords,
        "speaker": document.speakers + document.speaker_titles,
        "section": (document.section or "",),
        "agency": (document.agency or "",),
        "url": (document.url,),
    }


def _valued(document: IndexDocument) -> list[tuple[str, str | None]]:
    labels = document.host.lower().rstrip(".").split(".")
    hosts = [".".join(labels[first:]) for first in range(len(labels))]
    return [
        ("source", document.source),
        *(("host", host) for host in hosts[:10]),
        ("lang", document.language),
        *(("entity", entity) for entity in (*document.entities, *document.people, *document.organisations)),
        *(("person", entity) for entity in document.person_ids),
        *(("org", entity) for entity in document.organisation_ids),
        *(("place", entity) for entity in document.place_ids),
        *(("speaker", entity) for entity in document.speaker_ids),
        *(("topic", topic) for topic in document.topics),
        ("kind", document.kind),
        *(("changed", kind) for kind in document.changes),
        ("story", None if document.story is None else str(document.story)),
        ("storyline", None if document.storyline is None else str(document.storyline)),
    ]


def check_name(what: str, name: str) -> None:
    """Raises ValueError where the name cannot be part of an index's or a folder's name."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9._]*(-[a-z0-9._]+)*", name) or len(name) > 100:
        raise ValueError(
            f"search index: {what} {name!r}: expected lower-case letters and digits, with . _ or - between"
        )


def facet(value: str) -> str:
    """A facet's value as it is indexed."""
    return value.replace("\0", "\ufffd")[:FACET_LENGTH]


def _facets(document: IndexDocument) -> dict[str, list[str]]:
    return {
        "source": [facet(document.source)],
        "language": [facet(document.language)] if document.language else [],
        "topic": sorted({facet(topic) for topic in document.topics}),
        "changed": sorted(set(document.changes)),
        "day": [document.when.astimezone(UTC).date().isoformat()],
        "people": sorted({facet(id) for id in document.person_ids}),
        "organisations": sorted({facet(id) for id in document.organisation_ids}),
        "places": sorted({facet(id) for id in document.place_ids}),
    }


def ordered(name: str, counts: list[tuple[str, int]]) -> tuple[tuple[str, int], ...]:
    """Most first, days in order; the same for every engine."""
    return tuple(sorted(counts) if name == "day" else sorted(counts, key=lambda pair: (-pair[1], pair[0])))


_SHOWN = [
    "url",
    "title",
    "text",
    "removed",
    "host",
    "published_text",
    "standfirst",
    "authors",
    "agency",
    "dateline",
    "section",
    "kind",
    "image",
    "summary",
    "names",
    "people",
    "organisations",
    "places",
    "entities",
    "person_ids",
    "organisation_ids",
    "place_ids",
    "person_titles",
    "organisation_titles",
    "place_titles",
    "speakers",
    "speaker_ids",
    "speaker_titles",
    "topics",
    "keywords",
    "source",
    "language",
    "month",
    "changes",
]
"""Fields of the document that are only kept, not searched: what is searched lies in `words`, `values` and `facets`."""


def template(prefix: str) -> dict[str, Any]:
    """The composable index template of all our monthly indexes."""
    kept = {"type": "keyword", "index": False, "doc_values": False}
    # Not norms-free: BM25 wants lengths. Positions for phrases; stems are looked up one by one.
    words = {"type": "text", "analyzer": "whitespace"}
    number = {"type": "long"}
    properties: dict[str, Any] = dict.fromkeys(_SHOWN, kept)
    properties |= dict.fromkeys(("id", "revision", "fold", "story", "storyline"), number)
    properties |= {name: {"type": "date"} for name in ("published", "first_seen", "when")}
    properties |= {name: {"type": "boolean"} for name in ("paywall", "withdrawn")}
    properties |= {
        "points": {"type": "object", "enabled": False},
        "extra": {"type": "flattened", "index": False, "doc_values": False},
    }
    properties["words"] = {"properties": dict.fromkeys(TEXT_FIELDS, words)}
    properties["stems"] = {**words, "index_options": "freqs"}
    properties["values"] = {"type": "keyword", "doc_values": False}
    properties["facets"] = {"properties": {name: {"type": "keyword"} for name in FACETS}}
    properties |= dict.fromkeys(("group", "story_group", "when_us", "published_us", "seen_us"), number)
    properties["registry"] = {"type": "object", "enabled": False}
    derived = ["words", "stems", "values", "facets", "group", "story_group", "when_us", "published_us", "seen_us"]
    return {
        "index_patterns": [f"{prefix}-*"],
        "priority": 500,
        # A lost monthly index must be noticed, not made anew by the next write.
        "allow_auto_create": False,
        "_meta": {"broadsheet": VERSION},
        "template": {
            "settings": {
                "number_of_shards": 1,
                "auto_expand_replicas": "0-1",
                "refresh_interval": "1s",
                # An article deleted and indexed again with the same revision is new at once.
                "gc_deletes": "0s",
                "codec": "best_compression",
            },
            "mappings": {
                "dynamic": "strict",
                "_source": {"excludes": [f"{name}.*" if name in {"words", "facets"} else name for name in derived]},
                "properties": properties,
            },
        },
    }
