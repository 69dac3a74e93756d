"""`/stories/{id}` and its API: one event as its outlets told it: who was first, how it spread, what each made of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from broadsheet.lineage import lineage
from broadsheet.model import Article
from broadsheet.storage import articles, overrules, stories
from broadsheet.storage.postgres import PostgresTransaction
from broadsheet.web import api, charts, reading
from broadsheet.web.charts import Bar
from broadsheet.web.named import facets, named, topics
from broadsheet.web.services import here, ident, page, said
from broadsheet.web.told import of_story
from broadsheet.web.told import routes as told_routes

MOST_READ = 200
"""Articles of a story that are read whole; of the others only their line is shown."""
MOST_LINEAGES = 60
"""Copies that are compared with their first."""
MOST_BARS = 60
SPANS = (("first hour", 1.0), ("first 6 hours", 6.0), ("first day", 24.0), ("first week", 168.0))
"""Hours after the first report in which outlets are counted."""
WIDTHS = tuple(timedelta(hours=hours) for hours in (0.25, 1, 6, 24, 168, 720, 8766))
"""What one bar of the chart may stand for."""

Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A story as it is shown."""

    id: int
    rows: list[Row]
    """Its articles, the first report first."""
    articles: dict[int, Article]
    """Those that were read whole, by id."""


def load(tx: PostgresTransaction, id: int) -> Told | None:
    """The story of this id; None where it has no articles (any more)."""
    rows = reading.story(tx, id)
    if not rows:
        return None
    read = articles.load(tx, [row["id"] for row in rows][:MOST_READ])
    return Told(id=id, rows=rows, articles={key: stored.article for key, stored in read.items()})


def first_report(told: Told) -> dict[str, Any]:
    """Who was first, when, and why we think so."""
    row = told.rows[0]
    return {**_line(told, row), "reason": _why(told, row)}


def _why(told: Told, row: Row) -> str:
    claim = told.articles[row["id"]].published if row["id"] in told.articles else None
    if row["published"] is None or claim is None:
        why = "its page gives no date: it counts from when it was first seen"
    elif claim.precision == "day":
        why = (
            f"its page gives only the day ({claim.text}): it counts from the end of it, or from when it was first seen"
        )
    elif row["at"] < row["published"]:
        why = f"its page claims {claim.text}, later than it was first seen: it counts from then"
    else:
        why = f"its page claims {claim.text} ({claim.method})"
    ahead = next((other for other in told.rows if other["source"] != row["source"]), None)
    return f"{why}; {_ahead(ahead['at'] - row['at'])}" if ahead else why


def _ahead(by: timedelta) -> str:
    if not by:
        return "another outlet has the same moment; it was seen first"
    return f"{_lasting(by)} before the next outlet"


def _lasting(span: timedelta) -> str:
    minutes = round(span.total_seconds() / 60)
    if minutes < 90:
        return f"{minutes} min"
    return f"{minutes / 60:.0f} h" if minutes < 2880 else f"{minutes / 1440:.0f} days"


def outlets(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """Each outlet with its first report, how long after the very first it was, and its number of articles."""
    found: dict[str, dict[str, Any]] = {}
    began: datetime | None = None
    for row in rows:
        began = began or row["at"]
        one = found.setdefault(
            row["source"], {"source": row["source"], "at": row["at"], "after": row["at"] - began, "articles": 0}
        )
        one["articles"] += 1
    return [{**one, "after": one["after"].total_seconds()} for one in found.values()]


def spread(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """How many outlets, and articles, there were in the first hour, six hours, day and week, and in all."""
    began, ended = rows[0]["at"], rows[-1]["at"]
    spans = [(name, timedelta(hours=hours)) for name, hours in SPANS]
    found = []
    for name, span in [*(pair for pair in spans if began + pair[1] < ended), ("in all", ended - began)]:
        within = [row for row in rows if row["at"] <= began + span]
        sources = {row["source"] for row in within}
        found.append({"name": name, "seconds": span.total_seconds(), "outlets": len(sources), "articles": len(within)})
    return found


def chart(rows: Sequence[Row]) -> Any:
    """Articles over time as bars; nothing where all came at one moment."""
    began, ended = rows[0]["at"], rows[-1]["at"]
    if began == ended:
        return ""
    width = next((width for width in WIDTHS if (ended - began) / width < MOST_BARS), WIDTHS[-1])
    counts = [0] * (int((ended - began) / width) + 1)
    for row in rows:
        counts[int((row["at"] - began) / width)] += 1
    bars = [
        Bar(parts=(float(number),), title=f"{began + place * width:%d %b %Y %H:%M} UTC, {_lasting(width)}: {number}")
        for place, number in enumerate(counts)
    ]
    label = f"articles from {began:%d %b %Y %H:%M} to {ended:%d %b %Y %H:%M} UTC, a bar is {_lasting(width)}"
    return charts.bars(bars, ("found",), label=label, width=720)


def timeline(told: Told) -> list[dict[str, Any]]:
    """The articles by the day their outlets give, copies under their first with what their houses did to them."""
    known = {row["id"] for row in told.rows}
    under: dict[int, list[Row]] = {}
    for row in told.rows:
        if row["fold"] not in (None, row["id"]) and row["fold"] in known:
            under.setdefault(row["fold"], []).append(row)
    folded = {row["id"] for rows in under.values() for row in rows}
    compared = {row["id"] for row in [row for rows in under.values() for row in rows][:MOST_LINEAGES]}
    days: dict[date, list[dict[str, Any]]] = {}
    for row in told.rows:
        if row["id"] not in folded:
            copies = [_copy(told, row, copy, compared) for copy in under.get(row["id"], ())]
            days.setdefault(_day(told, row), []).append({**_line(told, row), "copies": copies})
    return [{"day": day.isoformat(), "articles": days[day]} for day in sorted(days)]


def _day(told: Told, row: Row) -> date:
    """As the outlet gives it, in its own zone."""
    article = told.articles.get(row["id"])
    try:
        return date.fromisoformat((article.published.text if article and article.published else "")[:10])
    except ValueError:
        at: datetime = row["at"]
        return at.date()


def _line(told: Told, row: Row) -> dict[str, Any]:
    article = told.articles.get(row["id"])
    return {**row, "published_text": article.published.text if article and article.published else None}


def _copy(told: Told, first: Row, copy: Row, compared: set[int]) -> dict[str, Any]:
    one, other = told.articles.get(first["id"]), told.articles.get(copy["id"])
    made = lineage(one, other) if one and other and copy["id"] in compared else None
    relation = next((r for r in other.relations if r.other == first["id"]), None) if other else None
    return {
        **_line(told, copy),
        "kind": relation.kind if relation else None,
        "score": relation.score if relation else None,
        "lineage": asdict(made) if made else None,
    }


def followed(tx: PostgresTransaction, id: int) -> int:
    """The story that this id leads to today."""
    return stories.follow(tx, id)


def answer(request: Request) -> Response:
    """`/api/stories/{id}`: the articles of a story in order, who was first, how it spread, the affair above it."""
    id = ident(request)
    with reading.reading(here(request).database) as tx:
        leads = followed(tx, id)
        told = load(tx, leads) if leads == id else None
        affair = stories.storyline_of(tx, id) if told else None
        found = named(tx, list(told.articles.values())) if told else []
    if leads != id:
        return RedirectResponse(f"/api/stories/{leads}", 301)
    if told is None:
        return api.problem(f"story {id}: no such story", 404)
    return api.Json(
        {
            "id": id,
            "articles": told.rows,
            "first": first_report(told),
            "outlets": outlets(told.rows),
            "spread": spread(told.rows),
            "timeline": timeline(told),
            **facets(found, topics(list(told.articles.values()))),
            "storyline": asdict(affair) if affair else None,
        }
    )


def story(request: Request) -> Response:
    """`/stories/{id}`: the same as a page; a merged story's address leads to what it was merged into."""
    id = ident(request)
    with reading.reading(here(request).database) as tx:
        leads = followed(tx, id)
        if leads != id:
            return RedirectResponse(f"/stories/{leads}", 301)
        told = load(tx, id)
        if told is None:
            raise HTTPException(404, f"There is no story {id}.")
        affair = stories.storyline_of(tx, id)
        names = reading.outlets(tx)
        words = _words(tx, told)
        found = named(tx, list(told.articles.values()))
    values = {
        "id": id,
        "articles": told.rows,
        "first": first_report(told),
        "told_by": outlets(told.rows),
        "spread": spread(told.rows),
        "days": timeline(told),
        "affair": affair if affair and len(affair.stories) > 1 else None,
        "outlets": names,
        "named": found,
        "topics": topics(list(told.articles.values())),
        "read": len(told.articles),
        **of_story(told.articles.values()),
        "chart": chart(told.rows),
        "words": words,
        "done": said(request),
    }
    return page(request, "story.html", values)


def _words(tx: PostgresTransaction, told: Told) -> list[dict[str, Any]]:
    """What operators said of this story's articles, the latest first, each with what takes it back."""
    acts = list(dict.fromkeys(one.act for one in overrules.said(tx, [row["id"] for row in told.rows])))
    rows = tx.rows(
        "SELECT DISTINCT ON (act) (detail ->> 'act')::bigint AS act, who, at, action, detail ->> 'said' AS said"
        " FROM (SELECT *, detail ->> 'act' AS act FROM audit WHERE detail ->> 'act' = ANY(%(acts)s)"
        " AND action <> 'undo-story-word') AS a ORDER BY act, at DESC",
        {"acts": [str(act) for act in acts]},
    )
    known = {row["act"]: row for row in rows}
    return [known.get(act, {"act": act, "who": "", "at": None, "said": ""}) for act in acts]


routes = [Route("/stories/{id:int}", story), Route("/api/stories/{id:int}", answer), *told_routes]
