"""`broadsheet stories`: the story and storyline of each row of a file, by the code of the stage."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from processors.deduplicate.filter import moment_of
from processors.deduplicate.prose import prose
from processors.deduplicate.words import plain
from processors.stories.chances import Forest
from processors.stories.telling import Stories
from processors.stories.terms import fields
from processors.stories.window import Telling

DAY = 86400.0


def stories_rows(rows: Iterable[Mapping[str, Any]], judge: Forest | None = None) -> Iterator[dict[str, Any]]:
    """Each row as `{id, story, storyline}`, in the order given: told as they come by date, then repaired."""
    given = list(rows)
    tellings = [telling(number, row) for number, row in enumerate(given, 1)]
    counter = itertools.count(1)
    stories = Stories(lambda: next(counter), judge)
    for one in sorted(tellings, key=lambda one: one.moment):
        stories.tell(one)
    stories.repair(one.id for one in tellings)
    for one, row in zip(tellings, given, strict=True):
        told = stories.told(one.id)
        yield {"id": row.get("id"), "story": told.story, "storyline": told.storyline}


def telling(number: int, row: Mapping[str, Any]) -> Telling:
    """The row as stories see it; any key may be null or absent."""
    text = prose(plain(str(row.get("text") or "")))
    at = moment_of(row.get("date"))
    language = str(row.get("language") or "") or None
    return Telling(
        id=number,
        fields=fields(plain(str(row.get("title") or "")), text, language),
        moment=at.timestamp() / DAY if at else 0.0,
        dated=at is not None,
        language=language,
        words=text.count(" ") + 1,
    )
