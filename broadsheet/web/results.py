"""`/`: the search page: hits, the filters beside them with their counts, hits by date, and the way to the next page."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote, urlencode

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from broadsheet.errors import BadInput
from broadsheet.ports import SearchRequest, SearchResult
from broadsheet.storage import who
from broadsheet.storage.postgres import PostgresTransaction
from broadsheet.web import charts, maps, reading, words
from broadsheet.web.ask import Given, search_request
from broadsheet.web.charts import Bar
from broadsheet.web.named import KINDS
from broadsheet.web.services import given, here, page

PAGE = 20
MANY = ("source", "lang", "topic", "changed")
"""Filters of which several values may be chosen: what has any of them is found."""
NAMED = {field: (facet, title) for _, title, field, facet in KINDS}
"""Filters by id, each with its facet: what names all that are chosen is found."""
FILTERS = (*MANY, *NAMED)
FILES = (
    ("", "texts"), ("entities", "who is named"), ("places", "places"), ("quotes", "quotations"), ("numbers", "numbers"),
    ("topics", "topics"),
)  # fmt: skip
"""What can be taken along of the hits, as `what` of the export and in words."""
FACET_LINES = 8
"""Values of a facet shown at first; the rest unfold."""
_NO_NAME = re.compile(r'[:"“”„«»()*?~|&]|(^|\s)-|\b(OR|AND|NOT)\b')
"""What makes a query more than words."""
FIRST_NAMED = 2
"""People, and places, of a hit that are shown below it."""
MOST_BARS = 90
FEWEST_BARS = 31


def home(request: Request) -> Response:
    """`/`: the search page."""
    asked = given(request)
    try:
        wanted = search_request(asked, facets=True)
        today = reading.today(here(request).database, wanted)
        if today != wanted:
            return RedirectResponse(_moved(asked, today))
        result = here(request).engine.search(wanted)
    except BadInput as error:
        return page(request, "search.html", _nothing(asked, str(error)), 400)
    return page(request, "search.html", _found(request, asked, wanted, result))


def _moved(asked: Given, today: SearchRequest) -> str:
    """The same page with the ids that those asked for lead to."""
    ids = {"person": today.people, "org": today.organisations, "place": today.places, "entity": today.entity}
    more = {name: asked.text(name) for name in ("from", "size")}
    return link({**_asked(asked), **more}, q=today.q, **ids)


def _nothing(asked: Given, error: str) -> dict[str, Any]:
    return {
        "asked": _asked(asked),
        "filters": FILTERS,
        "error": error,
        "hits": [],
        "total": 0,
        "facets": [],
        "chart": "",
        "map": "",
        "chosen": [],
        "pager": {},
        "groups": {},
        "collapse": "copies",
        "outlets": {},
        "called": [],
        "spans": [],
        "saveable": False,
        "link": link,
    }


def _asked(asked: Given) -> dict[str, Any]:
    names = ("q", "after", "before", "sort", "entity", "story", "withdrawn")
    collapse = asked.text("collapse") or ("none" if asked.text("fold") == "0" else "")
    many = {name: asked.many(name) for name in MANY} | {name: asked.each(name) for name in NAMED}
    return {name: asked.text(name) for name in names} | {"collapse": collapse} | many


def link(asked: Mapping[str, Any], **changes: Any) -> str:
    """The search page's address with some parameters changed; always from its first hit."""
    pairs = [
        (name, value)
        for name, values in {**asked, **changes}.items()
        for value in (values if isinstance(values, tuple) else (values,))
        if value not in ("", None)
    ]
    return f"/?{urlencode(pairs)}" if pairs else "/"


def _found(request: Request, asked: Given, wanted: SearchRequest, result: SearchResult) -> dict[str, Any]:
    shown = _asked(asked)
    hits = [reading.hit(hit) for hit in result.hits]
    with reading.reading(here(request).database) as tx:
        groups = reading.groups_of(tx, [hit for hit in hits if hit["copies"] or hit["outlets"]], wanted.collapse)
        outlets = reading.outlets(tx)
        names = who.titles(tx, _ids(shown, result))
        for hit in hits:
            hit["named"] = _named(shown, hit, names)
        called = _called(tx, wanted.q)
    return {
        "asked": shown,
        "filters": FILTERS,
        "called": called,
        "error": "",
        "hits": hits,
        "total": result.total,
        "groups": groups,
        "collapse": wanted.collapse,
        "outlets": outlets,
        "facets": _facets(shown, result, outlets, names),
        "chart": histogram(shown, result.facets.get("day", ())),
        "map": maps.drawn(_spots(hits), "places of these articles", ratio=1.25),
        "chosen": _chosen(shown, outlets, names),
        "pager": _pager(shown, wanted, result.total),
        "spans": _spans(shown),
        "saveable": bool(wanted.q or wanted.entity or any(shown[name] for name in FILTERS)),
        "link": link,
    }


def _spots(hits: Sequence[Mapping[str, Any]]) -> list[maps.Spot]:
    return maps.spots((lat, lon, hit["title"], f"/articles/{hit['id']}") for hit in hits for lat, lon in hit["points"])


def _ids(asked: Mapping[str, Any], result: SearchResult) -> list[str]:
    """Ids on the page that need a name."""
    counted = [id for facet, _ in NAMED.values() for id, _ in result.facets.get(facet, ())]
    named = [id for hit in result.hits for id in (*hit.document.person_ids, *hit.document.place_ids)]
    return [
        *counted,
        *named,
        *(id for name in NAMED for id in asked[name]),
        *([asked["entity"]] if asked["entity"] else []),
    ]


def _named(asked: Mapping[str, Any], hit: Mapping[str, Any], names: Mapping[str, str]) -> list[dict[str, str]]:
    """The first people and places of a hit, each with the search that it narrows this one to."""
    return [
        {"text": names[id], "href": link(asked, **{name: (*asked[name], id)})}
        for name, ids in (("person", hit["person_ids"]), ("place", hit["place_ids"]))
        for id in [id for id in ids if id in names and id not in asked[name]][:FIRST_NAMED]
    ]


def _called(tx: PostgresTransaction, q: str) -> list[dict[str, Any]]:
    """Who bears the name that is searched for, where the query is nothing but words."""
    if not q or len(q) > 60 or _NO_NAME.search(q):
        return []
    latin = who.latin(q)
    return who.called(tx, latin) if latin else []


def _facets(
    asked: Mapping[str, Any], result: SearchResult, outlets: Mapping[str, str], names: Mapping[str, str]
) -> list[dict[str, Any]]:
    kinds: list[tuple[str, str, str, Callable[[str], str]]] = [
        ("source", "source", "Outlet", lambda value: outlets.get(value, value)),
        ("language", "lang", "Language", words.language),
        ("topic", "topic", "Topic", words.topic),
        *((facet, name, title, lambda id: names.get(id, id)) for name, (facet, title) in NAMED.items()),
        ("changed", "changed", "Edited since", words.change),
    ]
    return [
        {"title": title, "lines": _lines(asked, name, result.facets.get(facet, ()), written), "shown": FACET_LINES}
        for facet, name, title, written in kinds
    ]


def _lines(
    asked: Mapping[str, Any], name: str, counts: Iterable[tuple[str, int]], written: Callable[[str], str]
) -> list[dict[str, Any]]:
    chosen: tuple[str, ...] = asked[name]
    found = []
    for value, number in counts:
        on = value in chosen
        values = tuple(one for one in chosen if one != value) if on else (*chosen, value)
        found.append({"text": written(value), "n": number, "on": on, "href": link(asked, **{name: values})})
    return found


def _chosen(asked: Mapping[str, Any], outlets: Mapping[str, str], names: Mapping[str, str]) -> list[dict[str, str]]:
    """The filters in force, each with the address that takes it off, and that of the page of whom it names."""
    written: dict[str, Callable[[str], str]] = {
        "source": lambda value: outlets.get(value, value),
        "lang": words.language,
        "topic": words.topic,
        "changed": words.change,
    }
    found = [
        {
            "text": written[name](value) if name in written else names.get(value, value),
            "href": link(asked, **{name: tuple(v for v in asked[name] if v != value)}),
            "page": "" if name in written else words.entity_page(value),
        }
        for name in FILTERS
        for value in asked[name]
    ]
    if id := asked["entity"]:
        found.append({"text": names.get(id, id), "href": link(asked, entity=""), "page": words.entity_page(id)})
    if story := asked["story"]:
        found.append({"text": f"story {story}", "href": link(asked, story=""), "page": f"/stories/{quote(story)}"})
    for name, text in (("after", "from"), ("before", "before")):
        if asked[name]:
            found.append({"text": f"{text} {asked[name]}", "href": link(asked, **{name: ""}), "page": ""})
    return found


def _spans(asked: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Quick choices of a period."""
    today = date.today()
    found = []
    for text, days in (("Any", 0), ("Day", 1), ("Week", 7), ("Month", 30), ("Year", 365)):
        after = (today - timedelta(days=days)).isoformat() if days else ""
        on = asked["after"] == after and not asked["before"]
        found.append({"text": text, "href": link(asked, after=after, before=""), "on": on})
    return found


def _pager(asked: Mapping[str, Any], wanted: SearchRequest, total: int) -> dict[str, Any]:
    size = wanted.size or PAGE
    last = min(total, 10_000)

    def at(start: int) -> str:
        more = {"from": str(start) if start else "", "size": "" if size == PAGE else str(size)}
        return link(asked, **more)

    return {
        "first": wanted.start + 1,
        "last": min(wanted.start + size, total),
        "back": at(max(0, wanted.start - size)) if wanted.start else "",
        "on": at(wanted.start + size) if wanted.start + size < last else "",
        "number": wanted.start // size + 1,
        "of": -(-last // size),
        "export": [
            {"text": text, **{kind: _export(asked, kind, what) for kind in ("jsonl", "csv")}} for what, text in FILES
        ],
    }


def _export(asked: Mapping[str, Any], kind: str, what: str) -> str:
    address = link({**asked, "sort": ""}, collapse=asked["collapse"] or "copies", format=kind, what=what)
    return f"/api/export{address[1:]}"


def histogram(asked: Mapping[str, Any], days: Sequence[tuple[str, int]]) -> Any:
    """Hits by day, week, month or year, so that no more bars are drawn than can be told apart; each bar is a filter."""
    if len(days) < 2:
        return ""
    counts: dict[date, int] = {date.fromisoformat(day): number for day, number in days}
    edges = _edges(min(counts), max(counts))
    sums = [0] * (len(edges) - 1)
    for day, number in counts.items():
        sums[bisect_right(edges, day, hi=len(sums)) - 1] += number
    bars = [
        Bar(
            parts=(float(number),), title=_told(edge, after, number), href=_within(asked, edge, after) if number else ""
        )
        for edge, after, number in zip(edges, edges[1:], sums, strict=False)
    ]
    drawn = charts.bars(bars, ("found",), label=f"hits from {min(counts)} to {max(counts)}", width=720)
    marks = Markup('<p class="edges"><span>{}</span><span>{}</span></p>').format(
        edges[0], edges[-1] - timedelta(days=1)
    )
    return drawn + marks


def _within(asked: Mapping[str, Any], edge: date, after: date) -> str:
    return link(asked, after=edge.isoformat(), before=after.isoformat())


def _told(edge: date, after: date, number: int) -> str:
    last = after - timedelta(days=1)
    return f"{edge}: {number}" if last == edge else f"{edge} to {last}: {number}"


def _edges(first: date, last: date) -> list[date]:
    """Where bars begin, and where the last one ends."""
    days = (last - first).days + 1
    if days < FEWEST_BARS:
        # Two bars as wide as the page say nothing: the empty days before them are shown too.
        first -= min(timedelta(days=FEWEST_BARS - days), first - date.min)
        return [first + timedelta(days=n) for n in range(min(FEWEST_BARS, (date.max - first).days) + 1)]
    if days <= MOST_BARS:
        return [first + timedelta(days=n) for n in range(min(days, (date.max - first).days) + 1)]
    if days <= MOST_BARS * 7:
        monday = (first - timedelta(days=first.weekday())).toordinal()
        ends = {min(monday + 7 * n, date.max.toordinal()) for n in range(days // 7 + 3)}
        return [date.fromordinal(day) for day in sorted(ends)]
    if days <= MOST_BARS * 31:
        months = range(first.year * 12 + first.month - 1, last.year * 12 + last.month + 1)
        return [date(month // 12, month % 12 + 1, 1) if month < 120_000 else date.max for month in months]
    years = -(-(last.year - first.year + 1) // MOST_BARS)
    found = [date(year, 1, 1) for year in range(first.year, min(last.year + years, 9999) + 1, years)]
    return found if found[-1] > last else [*found, date.max]


routes = [Route("/", home)]
