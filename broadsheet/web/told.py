"""What the outlets of a story say in numbers and in quotations, side by side: for its page, and as files."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from broadsheet import claims, quotations
from broadsheet.claims import TOLLS, Claim, Statement
from broadsheet.model import Article
from broadsheet.quotations import Rendering, Utterance
from broadsheet.status import moment
from broadsheet.storage import articles
from broadsheet.storage.stories import follow
from broadsheet.web import maps, reading
from broadsheet.web.api import Json, problem
from broadsheet.web.export import cell
from broadsheet.web.services import given, here, ident

MOST_READ = 200
"""Articles of a story that are compared."""
MOST_TEXT = 600_000
"""Characters of them; a story with more is compared in its first articles."""
FIRST_SHOWN = 10
"""Counts that are shown at once; the others are folded away."""

UNITS = {
    "dead": "Dead", "injured": "Injured", "missing": "Missing", "ill": "Ill", "rescued": "Rescued", "displaced": "Had to leave",
    "arrested": "Arrested",
}  # fmt: skip
KINDS = {"votes": "Votes", "percent": "Percent", "money": "Money", "age": "Age"}
VERDICTS = {
    "agree": "all agree", "disagree": "they disagree", "changed": "changed with time", "alone": "one outlet only",
}  # fmt: skip
COLUMNS = (
    "story", "kind", "unit", "subject", "verdict", "article", "source", "at", "dated", "bound", "value", "text", "sentence",
)  # fmt: skip


def of_story(found: Iterable[Article]) -> dict[str, Any]:
    """What `_claims.html`, `_quotes.html` and `_map.html` show of a story's articles."""
    those = read(found)
    counted = [shown_claim(claim) for claim in claims.claims(those)]
    first = [
        one for number, one in enumerate(counted) if number < FIRST_SHOWN or one["toll"] or one["verdict"] == "disagree"
    ]
    return {
        "claims": first,
        "more_claims": [one for one in counted if one not in first],
        "spoken": spoken(quotations.utterances(those)),
        "map": maps.drawn(maps.of_story(those), "places of this story", ratio=2.6),
    }


def read(found: Iterable[Article]) -> list[Article]:
    """The articles that are compared: the first, as far as their texts are not too much together."""
    kept: list[Article] = []
    length = 0
    for article in found:
        length += len(article.text)
        if len(kept) == MOST_READ or (kept and length > MOST_TEXT):
            break
        kept.append(article)
    return kept


def shown_claim(claim: Claim) -> dict[str, Any]:
    """A claim as the page and the API give it."""
    found = asdict(claim)
    return {**found, "label": label(claim), "toll": claim.unit in TOLLS, "said": VERDICTS[claim.verdict]}


def label(claim: Claim) -> str:
    """What is counted, in words."""
    if claim.unit in UNITS:
        return UNITS[claim.unit]
    more = claim.unit if claim.unit and claim.unit != "%" else claim.subject
    name = KINDS.get(claim.kind)
    return f"{name}: {more}" if name and more else name or more or "Count"


def spoken(found: Sequence[Utterance]) -> list[dict[str, Any]]:
    """Utterances by speaker, each with its wordings and who has them."""
    speakers: dict[str, dict[str, Any]] = {}
    ids = {one.speaker: one.entity for one in found if one.entity}
    for one in found:
        id = ids.get(one.speaker)
        mine = speakers.setdefault(id or one.speaker, {"speaker": one.speaker, "entity": id, "utterances": []})
        mine["utterances"].append({"reason": one.reason, "wordings": wordings(one)})
    return list(speakers.values())


def wordings(one: Utterance) -> list[dict[str, Any]]:
    """Each wording of an utterance once, with the articles that have it and, where it is another, the speaker they give."""
    found: dict[tuple[str, bool], list[Rendering]] = {}
    for rendering in one.renderings:
        found.setdefault((rendering.text.rstrip(" ,.;"), rendering.direct), []).append(rendering)
    return [
        {
            "text": those[0].text,
            "direct": direct,
            "language": those[0].language,
            "articles": [
                {"id": r.article, "source": r.source, "speaker": r.speaker if _another(r.speaker, one.speaker) else ""}
                for r in those
            ],
        }
        for (_, direct), those in found.items()
    ]


def _another(name: str, speaker: str) -> bool:
    return bool(name) and not set(name.lower().split()) & set(speaker.lower().split())


def _found(request: Request) -> list[Article] | Response:
    """The articles of the story that is asked for, or the answer where there is none."""
    id = ident(request)
    with reading.reading(here(request).database) as tx:
        leads = follow(tx, id)
        if leads != id:
            path = request.url.path.replace(f"/stories/{id}/", f"/stories/{leads}/")
            return RedirectResponse(f"{path}?{request.url.query}" if request.url.query else path, 301)
        rows = reading.story(tx, id)
        stored = articles.load(tx, [row["id"] for row in rows][:MOST_READ])
    if not rows:
        return problem(f"story {id}: no such story", 404)
    return read(stored[row["id"]].article for row in rows if row["id"] in stored)


def told_claims(request: Request) -> Response:
    """`/api/stories/{id}/claims`: what each outlet counts, the latest first; `format=csv` or `jsonl` for a file."""
    kind = given(request).choice("format", "json", ("json", "jsonl", "csv"))
    found = _found(request)
    if isinstance(found, Response):
        return found
    counted = claims.claims(found)
    if kind == "json":
        return Json({"id": ident(request), "claims": [shown_claim(claim) for claim in counted]})
    rows = list(lines(ident(request), counted))
    return _file(f"story-{ident(request)}-claims", kind, rows, COLUMNS)


def told_quotes(request: Request) -> Response:
    """`/api/stories/{id}/quotes`: how outlets quote the same utterances; `format=csv` or `jsonl` for a file."""
    kind = given(request).choice("format", "json", ("json", "jsonl", "csv"))
    found = _found(request)
    if isinstance(found, Response):
        return found
    utterances = quotations.utterances(found)
    if kind == "json":
        return Json({"id": ident(request), "utterances": [asdict(one) for one in utterances]})
    rows = [
        {
            "story": ident(request),
            "utterance": number,
            "said_by": one.speaker,
            "entity": one.entity,
            **asdict(rendering),
        }
        for number, one in enumerate(utterances, 1)
        for rendering in one.renderings
    ]
    names = ("story", "utterance", "said_by", "entity", *Rendering.__dataclass_fields__)
    return _file(f"story-{ident(request)}-quotes", kind, rows, names)


def lines(story: int, counted: Sequence[Claim]) -> Iterator[dict[str, Any]]:
    """A row for each statement."""
    for claim in counted:
        for one in claim.statements:
            yield {
                "story": story,
                "kind": claim.kind,
                "unit": claim.unit,
                "subject": claim.subject,
                "verdict": claim.verdict,
                **_row(one),
            }


def _row(one: Statement) -> dict[str, Any]:
    return {name: getattr(one, name) for name in COLUMNS[5:]}


def _file(name: str, kind: str, rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> Response:
    media = "text/csv; charset=utf-8; header=present" if kind == "csv" else "application/x-ndjson"
    headers = {"content-disposition": f'attachment; filename="{name}.{kind}"', "x-total": str(len(rows))}
    return StreamingResponse(
        _table(rows, columns) if kind == "csv" else _jsonl(rows), media_type=media, headers=headers
    )


def _jsonl(rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for row in rows:
        yield json.dumps(row, ensure_ascii=False, default=moment) + "\n"


def _table(rows: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> Iterator[str]:
    for cells in (columns, *([cell(row[name]) for name in columns] for row in rows)):
        out = io.StringIO()
        csv.writer(out).writerow(cells)
        yield out.getvalue()


routes = [
    Route("/api/stories/{id:int}/claims", told_claims),
    Route("/api/stories/{id:int}/quotes", told_quotes),
]
