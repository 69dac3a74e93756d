"""`broadsheet stories`: the story and storyline of each row of a file, by the code of the stage."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from processors.deduplicate.filter import moment_of
from processors.stories.chances import Judge
from processors.stories.reading import of_row
from processors.stories.telling import Stories
from processors.stories.window import Telling


def stories_rows(rows: Iterable[Mapping[str, Any]], judge: Judge | None = None) -> Iterator[dict[str, Any]]:
    """Each row as `{id, story, storyline}`, in the order given: told as they come by date, then repaired."""
    given = list(rows)
    tellings = timeless([of_row(number, row) for number, row in enumerate(given, 1)], given)
    counter = itertools.count(1)
    stories = Stories(lambda: next(counter), judge)
    for one in sorted(tellings, key=lambda one: one.moment):
        stories.tell(one)
    stories.repair(one.id for one in tellings)
    for one, row in zip(tellings, given, strict=True):
        told = stories.told(one.id)
        yield {"id": row.get("id"), "story": told.story, "storyline": told.storyline}


def timeless(tellings: Sequence[Telling], given: Sequence[Mapping[str, Any]]) -> list[Telling]:
    """The articles without the dates that were read in their texts, where most have none at all: a few dates say nothing
    of the others then, as they do in a stream of dated news."""
    if sum(one.dated for one in tellings) > len(tellings) / 2:
        return list(tellings)
    return [
        replace(one, dated=one.dated and bool(moment_of(row.get("date"))))
        for one, row in zip(tellings, given, strict=True)
    ]
