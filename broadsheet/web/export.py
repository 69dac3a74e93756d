"""Every hit of a search as a file, however many: split by time where an engine's pages end, and counted at both ends."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from broadsheet.errors import Unavailable
from broadsheet.ports import Collapse, SearchIndex, SearchRequest
from broadsheet.status import moment
from broadsheet.web.ask import DEEPEST
from broadsheet.web.reading import row

CHUNK = 200
"""Hits asked of the engine at once."""
FIRST, LAST = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)
COLUMNS: tuple[str, ...] = (
    *("id", "url", "title", "source", "host", "language", "published", "published_text", "first_seen", "counted"),
    *("authors", "agency", "section", "kind", "story", "fold", "topics", "people", "organisations", "places"),
    *("entities", "person_ids", "organisation_ids", "place_ids", "speakers", "speaker_ids"),
    *("keywords", "changes", "standfirst", "text"),
)
_RISKY = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet would take a cell that begins so for a formula."""


Part = list[dict[str, Any]]
"""The rows of one article."""


@dataclass(slots=True, kw_only=True)
class Came:
    """How much of a file was written."""

    total: int
    rows: int = 0
    articles: int = 0

    def count(self, part: Part) -> None:
        """One more article, with its rows."""
        self.rows += len(part)
        self.articles += 1

    def told(self) -> dict[str, Any]:
        """The last line of a file."""
        more = {} if self.rows == self.articles else {"articles": self.articles}
        return {"rows": self.rows, **more, "total": self.total, "complete": self.articles == self.total}


def parts(engine: SearchIndex, request: SearchRequest) -> Iterator[Part]:
    """A row for each hit."""
    return ([row] for row in rows(engine, request))


def rows(engine: SearchIndex, request: SearchRequest) -> Iterator[dict[str, Any]]:
    """All hits in the order of their dates, each once; collapsed: one of each group of copies or story."""
    seen: set[tuple[str, int]] = set()
    wanted = replace(request, start=0, size=CHUNK, sort="oldest", facets=False)
    for found in _parts(engine, wanted):
        for one in found:
            key = _group(one, request.collapse)
            if key not in seen:
                seen.add(key)
                yield one


def _group(one: Mapping[str, Any], collapse: Collapse) -> tuple[str, int]:
    """What a hit is collapsed by: its story, its group of copies, or itself."""
    if collapse == "story" and one["story"]:
        return "story", int(one["story"])
    return "copies", int(one["id"] if collapse == "none" else one["fold"] or one["id"])


def _parts(engine: SearchIndex, request: SearchRequest) -> Iterator[list[dict[str, Any]]]:
    """Pages of hits; a period with more than an engine lists is halved until each half has few enough."""
    total = engine.search(replace(request, size=0)).total
    if total <= DEEPEST:
        for start in range(0, total, CHUNK):
            size = min(CHUNK, DEEPEST - start)
            yield [row(hit) for hit in engine.search(replace(request, start=start, size=size)).hits]
        return
    for half in _halves(engine, request):
        yield from _parts(engine, half)


def _halves(engine: SearchIndex, request: SearchRequest) -> list[SearchRequest]:
    after, before = request.after or FIRST, request.before or LAST
    if before - after > timedelta(microseconds=1):
        middle = after + (before - after) / 2
        return [replace(request, after=request.after, before=middle), replace(request, after=middle)]
    if len(request.sources) == 1:
        raise Unavailable(f"more than {DEEPEST} hits of {request.sources[0]} at {after.isoformat()}: cannot be listed")
    facets = engine.search(replace(request, size=0, facets=True)).facets
    return [replace(request, sources=(source,)) for source, _ in facets["source"]]


def jsonl(found: Iterator[Part], request: SearchRequest, total: int) -> Iterator[str]:
    """First line: what was asked and how many articles there are; then a line for each row; last line: how many came."""
    yield _line({"total": total, "q": request.q, "collapse": request.collapse, "at": datetime.now(UTC)})
    came = Came(total=total)
    try:
        for part in found:
            came.count(part)
            yield from map(_line, part)
    except Unavailable as error:
        yield _line({**came.told(), "complete": False, "error": str(error)})
        return
    yield _line(came.told())


def _line(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, default=moment) + "\n"


def table(found: Iterator[Part], columns: Sequence[str], total: int) -> Iterator[str]:
    """CSV with a heading; the last row begins with `#` and says how many rows came of how many articles."""
    yield _cells(columns)
    came = Came(total=total)
    problem = ""
    try:
        for part in found:
            came.count(part)
            yield from (_cells([cell(row[name]) for name in columns]) for row in part)
    except Unavailable as error:
        problem = f"; incomplete: {error}"
    of = f"{total}" if came.rows == came.articles else f"{came.articles} articles of {total}"
    yield _cells([f"# {came.rows} rows of {of}{problem}", *[""] * (len(columns) - 1)])


def cell(value: Any) -> str:
    """A value as a spreadsheet may safely read it."""
    if value is None:
        return ""
    if isinstance(value, int | float):
        return str(value)
    text = "; ".join(value) if isinstance(value, tuple | list) else moment(value)
    return f"'{text}" if text.startswith(_RISKY) else text


def _cells(values: Any) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(values)
    return out.getvalue()
