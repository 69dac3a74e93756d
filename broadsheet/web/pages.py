"""The pages that people read: search, article, versions, story, entity, trace, saved searches, attributions."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import anyio
from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from broadsheet.errors import BadInput
from broadsheet.model import Article
from broadsheet.ports import SearchRequest, SearchResult
from broadsheet.settings import ROOT
from broadsheet.storage import articles
from broadsheet.web import api, charts, compare, maps, reading, words
from broadsheet.web.ask import LONGEST_ID, Given, search_request
from broadsheet.web.changes import read_form
from broadsheet.web.charts import Bar
from broadsheet.web.guard import COOKIE, give_session
from broadsheet.web.services import given, here, ident, page, said

PAGE = 20
FACET_LINES = 12
"""Values of a facet shown at first; the rest unfold."""
MOST_BARS = 90
FEWEST_BARS = 31


def home(request: Request) -> Response:
    """`/`: the search page."""
    asked = given(request)
    try:
        wanted = search_request(asked, facets=True)
        result = here(request).engine.search(wanted)
    except BadInput as error:
        return page(request, "search.html", _nothing(asked, str(error)), 400)
    return page(request, "search.html", _found(request, asked, wanted, result))


def _nothing(asked: Given, error: str) -> dict[str, Any]:
    return {
        "asked": _asked(asked),
        "error": error,
        "hits": [],
        "total": 0,
        "facets": [],
        "chart": "",
        "map": "",
        "chosen": [],
        "pager": {},
        "copies": {},
        "outlets": {},
        "spans": [],
        "saveable": False,
        "link": link,
    }


def _asked(asked: Given) -> dict[str, Any]:
    names = ("q", "after", "before", "sort", "fold", "entity", "story", "withdrawn")
    return {name: asked.text(name) for name in names} | {name: asked.many(name) for name in ("source", "lang", "topic")}


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
        copies = reading.copies(tx, [hit["fold"] or hit["id"] for hit in hits if hit["copies"]], most=50)
        outlets = reading.outlets(tx)
    return {
        "asked": shown,
        "error": "",
        "hits": hits,
        "total": result.total,
        "copies": copies,
        "outlets": outlets,
        "facets": _facets(shown, result, outlets),
        "chart": histogram(shown, result.facets.get("day", ())),
        "map": maps.drawn(_spots(hits), "places of these articles", ratio=1.25),
        "chosen": _chosen(shown, outlets),
        "pager": _pager(shown, wanted, result.total),
        "spans": _spans(shown),
        "saveable": bool(wanted.q or wanted.sources or wanted.languages or wanted.topics),
        "link": link,
    }


def _spots(hits: Sequence[Mapping[str, Any]]) -> list[maps.Spot]:
    return maps.spots((lat, lon, hit["title"], f"/articles/{hit['id']}") for hit in hits for lat, lon in hit["points"])


def _facets(asked: Mapping[str, Any], result: SearchResult, outlets: Mapping[str, str]) -> list[dict[str, Any]]:
    kinds = (
        ("source", "source", "Outlet", lambda value: outlets.get(value, value)),
        ("language", "lang", "Language", words.language),
        ("topic", "topic", "Topic", words.topic),
    )
    return [
        {"title": title, "lines": _lines(asked, name, result.facets.get(facet, ()), written), "shown": FACET_LINES}
        for facet, name, title, written in kinds
    ]


def _lines(
    asked: Mapping[str, Any], name: str, counts: Iterable[tuple[str, int]], written: Any
) -> list[dict[str, Any]]:
    chosen: tuple[str, ...] = asked[name]
    found = []
    for value, number in counts:
        on = value in chosen
        values = tuple(one for one in chosen if one != value) if on else (*chosen, value)
        found.append({"text": written(value), "n": number, "on": on, "href": link(asked, **{name: values})})
    return found


def _chosen(asked: Mapping[str, Any], outlets: Mapping[str, str]) -> list[dict[str, str]]:
    """The filters in force, each with the address that takes it off."""
    written = {"source": lambda value: outlets.get(value, value), "lang": words.language, "topic": words.topic}
    found = [
        {"text": written[name](value), "href": link(asked, **{name: tuple(v for v in asked[name] if v != value)})}
        for name in ("source", "lang", "topic")
        for value in asked[name]
    ]
    for name, text in (("after", "from"), ("before", "before"), ("entity", "about"), ("story", "story")):
        if asked[name]:
            found.append({"text": f"{text} {asked[name]}", "href": link(asked, **{name: ""})})
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
        "export": {kind: _export(asked, kind) for kind in ("jsonl", "csv")},
    }


def _export(asked: Mapping[str, Any], kind: str) -> str:
    address = link({**asked, "sort": ""}, fold=asked["fold"] or "1", format=kind)
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


def article(request: Request) -> Response:
    """`/articles/{id}`: one article with everything that was done to it."""
    id = ident(request)
    with reading.reading(here(request).database) as tx:
        found = reading.article(tx, id)
        if found is None:
            return _elsewhere(reading.disposition(tx, id), id)
        outlets = reading.outlets(tx)
        rules = tx.rows(
            "SELECT id, role, pattern, keep, who, at FROM overrule WHERE source = %(source)s ORDER BY id",
            {"source": found["source"]},
        )
        siblings = reading.story(tx, found["story"], 8) if found["story"] else []
    values = {
        "article": found,
        "outlets": outlets,
        "rules": rules,
        "mentions": _mentions(found),
        "siblings": siblings,
        "runs": _runs(found["blocks"]),
        "roles": sorted({block["role"] for block in found["blocks"]}),
        "done": said(request),
        "map": maps.drawn(maps.of_articles([found]), "places of this article"),
    }
    return page(request, "article.html", values)


def _runs(blocks: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Neighbours that were all kept, or all removed, together: navigation comes in dozens of blocks."""
    runs = groupby((block for block in blocks if block["text"]), key=lambda block: bool(block["kept"]))
    return [{"kept": kept, "blocks": list(members)} for kept, members in runs]


def _elsewhere(known: Mapping[str, Any] | None, id: int) -> Response:
    if known is None:
        raise HTTPException(404, f"There is no article {id}.")
    if known["merged_into"]:
        return RedirectResponse(f"/articles/{known['merged_into']}", 302)
    return RedirectResponse(f"/trace?{urlencode({'url': known['url']})}", 302)


def _mentions(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    """People, organisations and places of an article, each once, with how often."""
    groups: list[dict[str, Any]] = []
    for kind, title, field in (
        ("PER", "People", "person"),
        ("ORG", "Organisations", "org"),
        ("LOC", "Places", "place"),
    ):
        counted: dict[tuple[str, str], dict[str, Any]] = {}
        for one in found["entities"]:
            if one["type"] == kind:
                key = (one["entity"] or "", one["name"])
                kept = counted.setdefault(key, {"name": one["name"], "entity": one["entity"], "role": None, "n": 0})
                kept["n"] += 1
                kept["role"] = kept["role"] or one["role"]
        if counted:
            groups.append({"title": title, "field": field, "all": sorted(counted.values(), key=lambda row: -row["n"])})
    return groups


def versions(request: Request) -> Response:
    """`/articles/{id}/versions`: what changed from one text to the next."""
    id = ident(request)
    with reading.reading(here(request).database) as tx:
        found = reading.version_texts(tx, id)
        brief = reading.briefs(tx, [id]).get(id)
    if brief is None:
        raise HTTPException(404, f"There is no article {id}.")
    for before, after in zip([None, *found], found, strict=False):
        after["changes"] = [] if before is None else api.changes(before, after)
    return page(request, "versions.html", {"brief": brief, "versions": list(reversed(found))})


def compared(request: Request) -> Response:
    """`/compare?a=&b=`: two articles side by side, what they share marked."""
    asked = given(request)
    ids = [asked.number(name, 0, 0, LONGEST_ID) for name in ("a", "b")]
    values: dict[str, Any] = {"a": ids[0] or "", "b": ids[1] or "", "found": None, "sides": [], "outlets": {}}
    if all(ids):
        with reading.reading(here(request).database) as tx:
            pair = reading.pair(tx, ids[0], ids[1])
            values["outlets"] = reading.outlets(tx)
        found = values["found"] = compare.explain(*pair)
        values["sides"] = [
            {**found[name], "pieces": compare.pieces(one.text, [tuple(passage[name]) for passage in found["passages"]])}
            for name, one in zip(("a", "b"), pair, strict=True)
        ]
    return page(request, "compare.html", values)


def raw(request: Request) -> Response:
    """`/articles/{id}/raw`: the page's bytes as they came, as plain text that no browser runs."""
    with reading.reading(here(request).database) as tx:
        body = reading.raw(tx, ident(request))
    if body is None:
        raise HTTPException(404, "The raw page is not kept any more.")
    headers = {"content-security-policy": "default-src 'none'; sandbox; frame-ancestors 'none'"}
    return PlainTextResponse(body.decode("utf-8", "replace"), headers=headers)


def story(request: Request) -> Response:
    """`/stories/{id}`: one event as its outlets told it, in order."""
    id = ident(request)
    with reading.reading(here(request).database) as tx:
        found = reading.story(tx, id)
        if not found:
            raise HTTPException(404, f"There is no story {id}.")
        lines = {row["storyline"] for row in found if row["storyline"]}
        affair = reading.storyline(tx, min(lines)) if lines else []
        outlets = reading.outlets(tx)
        stored = [one.article for one in articles.load(tx, [row["id"] for row in found][:200]).values()]
    values = {
        "id": id,
        "articles": found,
        "spread": len({row["source"] for row in found}),
        "affair": [one for one in affair if one["story"] != id],
        "outlets": outlets,
        "numbers": _numbers(stored),
        "map": maps.drawn(_placed(stored), "places of this story", ratio=3.2),
        "chart": _days([row["at"].date() for row in found]),
    }
    return page(request, "story.html", values)


def _placed(found: Sequence[Article]) -> list[maps.Spot]:
    return maps.spots(
        (place.lat, place.lon, f"{place.name}: {one.title or one.url}", f"/articles/{one.id}")
        for one in found
        for place in one.places
    )


def _numbers(found: Sequence[Article]) -> list[dict[str, Any]]:
    """What each outlet counts, by unit and subject: where they disagree is seen side by side."""
    table: dict[tuple[str, str], dict[str, list[dict[str, Any]]]] = {}
    for article in found:
        for one in article.numbers:
            if one.subject or one.unit:
                row = table.setdefault((one.subject or "", one.unit or ""), {})
                row.setdefault(one.text, []).append({"id": article.id, "source": article.source})
    voices = {key: sum(len(who) for who in said.values()) for key, said in table.items()}
    told = sorted((key for key, number in voices.items() if number > 1), key=lambda key: -voices[key])
    return [{"subject": subject, "unit": unit, "said": table[subject, unit]} for subject, unit in told[:20]]


def _days(days: Sequence[date]) -> Any:
    counted: dict[str, int] = {}
    for day in days:
        counted[day.isoformat()] = counted.get(day.isoformat(), 0) + 1
    return histogram({}, sorted(counted.items()))


def entity(request: Request) -> Response:
    """`/entities/{id}`: a person, an organisation or a place: where it appears, with whom, what was said."""
    id = request.path_params["id"]
    services = here(request)
    result = services.engine.search(SearchRequest(entity=id, size=50, sort="newest", facets=True))
    if not result.total:
        raise HTTPException(404, f"Nothing in the index mentions {id[:100]}.")
    with reading.reading(services.database) as tx:
        found = [one for hit in result.hits[:30] if (one := reading.article(tx, hit.document.id)) is not None]
        outlets = reading.outlets(tx)
    name, kind = reading.names(found, id)
    values = {
        "id": id,
        "name": name or id,
        "kind": kind,
        "total": result.total,
        "hits": [reading.hit(hit) for hit in result.hits],
        "outlets": outlets,
        "company": _company(found, id),
        "quotes": _quotes(found, name)[:20],
        "map": maps.drawn(maps.of_articles(found), "places of these articles", ratio=3.2) if kind == "LOC" else "",
        "chart": histogram({"entity": id}, result.facets.get("day", ())),
    }
    return page(request, "entity.html", values)


def _company(found: Sequence[Mapping[str, Any]], id: str) -> list[dict[str, Any]]:
    """Who appears beside an entity, in how many of these articles."""
    counted: dict[tuple[str, str], int] = {}
    for one in found:
        for key in {(m["entity"], m["name"]) for m in one["entities"] if m["entity"] and m["entity"] != id}:
            counted[key] = counted.get(key, 0) + 1
    ordered = sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))
    return [{"entity": entity, "name": name, "n": n} for (entity, name), n in ordered[:24]]


def _quotes(found: Sequence[Mapping[str, Any]], name: str) -> list[dict[str, Any]]:
    return [
        {"text": one["text"][quote["start"] : quote["end"]], "article": one}
        for one in found
        for quote in one["quotes"]
        if quote["speaker"] and quote["speaker"]["name"] == name
    ]


def trace(request: Request) -> Response:
    """`/trace?url=`: everything known of a URL, in order."""
    url = given(request).text("url")
    found = None
    if url:
        with reading.reading(here(request).database) as tx:
            found = api.known(tx, url)
    return page(request, "trace.html", {"url": url, "found": found}, 200 if found or not url else 404)


def searches(request: Request) -> Response:
    """`/searches`: the saved searches and what they found."""
    with reading.reading(here(request).database) as tx:
        found = reading.saved(tx)
        for one in found:
            one["alerts"] = reading.alerts(tx, one["id"], 10)
        values = {"searches": found, "outlets": reading.outlets(tx), "done": said(request)}
    return page(request, "searches.html", values)


@lru_cache
def attributions() -> tuple[tuple[str, str], ...]:
    """The cards of all models, and the notice: (name, text)."""
    cards = sorted((ROOT / "processors").glob("**/models/**/*.md"))
    files = [
        path for path in (ROOT / "NOTICE", *cards, Path(__file__).parent / "static" / "outlines.md") if path.is_file()
    ]
    return tuple((_name(path), path.read_text(encoding="utf-8", errors="replace")) for path in files)


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def about(request: Request) -> Response:
    """`/about`: what this is, how to ask, and whose work is in it."""
    return page(request, "about.html", {"cards": attributions()})


def sign_in(request: Request) -> Response:
    """`/sign-in`: asks for the service's token."""
    if not here(request).settings.token:
        return RedirectResponse("/", 303)
    return page(request, "sign_in.html", {"error": ""})


async def signing_in(request: Request) -> Response:
    """Takes the token; a wrong one waits a second, so that guessing is slow."""
    guard = here(request).guard
    form = await read_form(request)
    if not guard.knows(form.get("secret", "")):
        await anyio.sleep(1.0)
        return await run_in_threadpool(page, request, "sign_in.html", {"error": "That is not the token."}, 403)
    response = RedirectResponse("/", 303)
    give_session(response, guard.new_session(signed_in=True), request)
    return response


async def signing_out(_request: Request) -> Response:
    """Forgets the session."""
    response = RedirectResponse("/", 303)
    response.delete_cookie(COOKIE, httponly=True)
    return response


routes = [
    Route("/", home),
    Route("/articles/{id:int}", article),
    Route("/articles/{id:int}/versions", versions),
    Route("/articles/{id:int}/raw", raw),
    Route("/compare", compared),
    Route("/stories/{id:int}", story),
    Route("/entities/{id:path}", entity),
    Route("/trace", trace),
    Route("/searches", searches),
    Route("/about", about),
    Route("/sign-in", sign_in, methods=["GET"]),
    Route("/sign-in", signing_in, methods=["POST"]),
    Route("/sign-out", signing_out, methods=["POST"]),
]
