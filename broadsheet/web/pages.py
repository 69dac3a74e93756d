"""The pages that people read beside the search: article, versions, story, entity, trace, saved searches, attributions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import anyio
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from broadsheet import explain
from broadsheet.naming import bearers
from broadsheet.settings import ROOT
from broadsheet.storage import articles
from broadsheet.storage import versions as stored_versions
from broadsheet.storage.articles import SURE_TOPIC
from broadsheet.storage.postgres import PostgresTransaction
from broadsheet.web import api, maps, reading
from broadsheet.web.ask import LONGEST_ID, Given
from broadsheet.web.changes import read_form
from broadsheet.web.guard import COOKIE, give_session
from broadsheet.web.named import KINDS
from broadsheet.web.services import given, here, ident, page, said
from broadsheet.web.told import UNITS


def article(request: Request) -> Response:
    """`/articles/{id}`: one article with everything that was done to it."""
    id, as_of = ident(request), given(request).moment("as_of")
    with reading.reading(here(request).database) as tx:
        found = reading.article(tx, id, as_of)
        if found is None:
            return _elsewhere(reading.disposition(tx, id), id)
        outlets = reading.outlets(tx)
        rules = tx.rows(
            "SELECT id, role, pattern, keep, who, at FROM overrule WHERE source = %(source)s ORDER BY id",
            {"source": found["source"]},
        )
        siblings = reading.story(tx, found["story"], 8) if found["story"] else []
        whys = _whys(request, tx, found)
        words = reading.words_of(tx, id)
    values = {
        "article": found,
        "outlets": outlets,
        "rules": rules,
        "mentions": _mentions(found),
        "bearers": bearers((one["name"], one["type"], one["entity"]) for one in found["entities"]),
        "units": UNITS,
        "sure_topic": SURE_TOPIC,
        "tongues": _tongues(found),
        "siblings": siblings,
        "whys": whys,
        "words": words,
        "runs": _runs(found["blocks"]),
        "roles": sorted({block["role"] for block in found["blocks"]}),
        "done": said(request),
        "map": maps.drawn(maps.of_articles([found]), "places of this article"),
    }
    return page(request, "article.html", values)


MOST_WHYS = 3
"""Relations of an article that its page explains; the others are a click away."""


def _whys(request: Request, tx: PostgresTransaction, found: Mapping[str, Any]) -> dict[int, dict[str, Any]]:
    """What the article shares with those it has relations to, by their ids."""
    others = [one["other"] for one in found["relations"] if one["article"]][:MOST_WHYS]
    read = {id: stored.article for id, stored in articles.load(tx, [found["id"], *others]).items()} if others else {}
    own = read.pop(found["id"], None)
    return {id: explain.explain(own, other, api.measured(request, own, other)) for id, other in read.items() if own}


def _runs(blocks: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Neighbours that were all kept, or all removed, together: navigation comes in dozens of blocks."""
    runs = groupby((block for block in blocks if block["text"]), key=lambda block: bool(block["kept"]))
    return [{"kept": kept, "blocks": list(members)} for kept, members in runs]


def _tongues(found: Mapping[str, Any]) -> list[tuple[str, int]]:
    """Other languages than the article's own that kept blocks are in, with their number of blocks."""
    other = Counter(block["language"] for block in found["blocks"] if block["kept"] and block["language"])
    return [(code, n) for code, n in other.most_common() if code != found["language"]]


def _elsewhere(known: Mapping[str, Any] | None, id: int) -> Response:
    if known is None:
        raise HTTPException(404, f"There is no article {id}.")
    if known["merged_into"]:
        return RedirectResponse(f"/articles/{known['merged_into']}", 302)
    return RedirectResponse(f"/trace?{urlencode({'url': known['url']})}", 302)


def _mentions(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    """People, organisations and places of an article, each once, with how often."""
    groups: list[dict[str, Any]] = []
    for kind, title, field, _ in KINDS:
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
    """`/articles/{id}/versions`: every text it had and what kind of edit made it; `from` and `to`: what changed."""
    id, asked = ident(request), given(request)
    with reading.reading(here(request).database) as tx:
        found = stored_versions.listed(tx, id)
        brief = reading.briefs(tx, [id]).get(id)
        if brief is None:
            raise HTTPException(404, f"There is no article {id}.")
        pair = _pair(asked, [row["revision"] for row in found])
        diff = reading.diff(tx, id, *pair) if pair else None
    values = {"brief": brief, "versions": list(reversed(found)), "diff": diff, "pair": pair or (0, 0)}
    return page(request, "versions.html", values)


def _pair(asked: Given, revisions: Sequence[int]) -> tuple[int, int] | None:
    """The two versions to compare: those asked for, the older first, or the last two."""
    if len(revisions) < 2:
        return None
    older = asked.number("from", revisions[-2], 1, LONGEST_ID)
    newer = asked.number("to", revisions[-1], 1, LONGEST_ID)
    return min(older, newer), max(older, newer)


def compared(request: Request) -> Response:
    """`/compare?a=&b=`: two articles side by side, what they share marked."""
    asked = given(request)
    ids = [asked.number(name, 0, 0, LONGEST_ID) for name in ("a", "b")]
    values: dict[str, Any] = {
        "a": ids[0] or "",
        "b": ids[1] or "",
        "found": None,
        "sides": [],
        "outlets": {},
        "said": None,
    }
    values["done"] = said(request)
    if all(ids):
        with reading.reading(here(request).database) as tx:
            pair = reading.pair(tx, ids[0], ids[1])
            values |= {"outlets": reading.outlets(tx), "said": reading.said_of(tx, *ids)}
        found = values["found"] = explain.explain(*pair, api.measured(request, *pair))
        values["sides"] = [
            {**found[name], "pieces": explain.pieces(one.text, [tuple(passage[name]) for passage in found["passages"]])}
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


def trace(request: Request) -> Response:
    """`/trace?url=`: everything known of a URL, in order."""
    url = given(request).text("url")
    found = None
    if url:
        with reading.reading(here(request).database) as tx:
            found = api.known(tx, url)
    return page(
        request, "trace.html", {"url": url, "found": found, "done": said(request)}, 200 if found or not url else 404
    )


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
    """The cards of all models and tables, and the notice: (name, text)."""
    cards = sorted((ROOT / "processors").glob("**/*.md"))
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
    Route("/articles/{id:int}", article),
    Route("/articles/{id:int}/versions", versions),
    Route("/articles/{id:int}/raw", raw),
    Route("/compare", compared),
    Route("/trace", trace),
    Route("/searches", searches),
    Route("/about", about),
    Route("/sign-in", sign_in, methods=["GET"]),
    Route("/sign-in", signing_in, methods=["POST"]),
    Route("/sign-out", signing_out, methods=["POST"]),
]
