"""The API: JSON on everything that the pages show; errors are `{"error": "one sentence"}`."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from broadsheet import explain, status
from broadsheet import metrics as prometheus
from broadsheet.address import canonical
from broadsheet.errors import BadInput, Unavailable
from broadsheet.explain import Measured
from broadsheet.model import Article
from broadsheet.ports import SearchIndex
from broadsheet.storage import versions as stored
from broadsheet.storage.postgres import Database, PostgresTransaction
from broadsheet.web import details, export, reading
from broadsheet.web.ask import LONGEST_ID, page, search_request
from broadsheet.web.services import given, here, ident


class Json(JSONResponse):
    """JSON with moments in UTC."""

    def render(self, content: Any) -> bytes:
        return json.dumps(content, ensure_ascii=False, default=status.moment, allow_nan=False).encode()


def problem(sentence: str, code: int, **more: Any) -> Json:
    """An error."""
    return Json({"error": sentence, **more}, code)


def search(request: Request) -> Response:
    """`/api/search`: the hits of a query."""
    services = here(request)
    result = services.engine.search(reading.today(services.database, search_request(given(request))))
    return Json(reading.answer(result, reading.titles(services.database, result)))


def article(request: Request) -> Response:
    """`/api/articles/{id}`: one article with its blocks, dates, relations and versions; with `as_of` as it stood then."""
    id, as_of = ident(request), given(request).moment("as_of")
    with reading.reading(here(request).database) as tx:
        found = reading.article(tx, id, as_of)
        known = None if found else reading.disposition(tx, id)
    if found is not None:
        return Json(found)
    if known is None:
        return problem(f"article {id}: no such article", 404)
    state = known["disposition"]
    return problem(f"article {id}: {known['url']} has no article: {known['reason'] or state}", 404, **known)


def versions(request: Request) -> Response:
    """`/api/articles/{id}/versions`: every text the article had, with the kinds of edits that made it."""
    id = ident(request)
    with reading.reading(here(request).database) as tx:
        found = stored.texts(tx, id)
    return Json({"id": id, "versions": found}) if found else problem(f"article {id}: no such article", 404)


def diff(request: Request) -> Response:
    """`/api/articles/{id}/diff?from=&to=`: what changed from one version to another, in runs of `same`, `gone`, `new`."""
    asked = given(request)
    with reading.reading(here(request).database) as tx:
        return Json(
            reading.diff(tx, ident(request), *(asked.number(name, 0, 1, LONGEST_ID) for name in ("from", "to")))
        )


def measured(request: Request, one: Article, other: Article) -> Measured | None:
    """What the stage that groups copies makes of the two; None in a service without it."""
    copies = here(request).copies
    return copies.measure(one, other) if copies else None


def explained(request: Request) -> Response:
    """`/api/explain?a=&b=`: what two articles share."""
    asked = given(request)
    one, other = (asked.number(name, 0, 1, LONGEST_ID) for name in ("a", "b"))
    with reading.reading(here(request).database) as tx:
        pair = reading.pair(tx, one, other)
        said = reading.said_of(tx, one, other)
    return Json(explain.explain(*pair, measured(request, *pair)) | {"said": said})


def overview(request: Request) -> Response:
    """`/api/status`: the conservation law, the flow, the sources."""
    services = here(request)
    return Json(status.snapshot(services.database, services.engine))


def known(tx: PostgresTransaction, url: str) -> dict[str, Any] | None:
    """The trace of an address as given, or in canonical form."""
    if found := status.trace(tx, url):
        return found
    try:
        return status.trace(tx, canonical(url))
    except ValueError:
        # No address at all, so never one of ours.
        return None


def trace(request: Request) -> Response:
    """`/api/trace?url=`: everything known of a URL, in order."""
    url = given(request).text("url")
    if not url:
        raise BadInput("url: expected an address, got ''")
    with reading.reading(here(request).database) as tx:
        found = known(tx, url)
    return problem(f"url: {url[:200]!r} was never seen", 404) if found is None else Json(found)


def files(request: Request) -> Response:
    """`/api/export`: every hit of a query as JSONL or CSV, with counts; `what=entities` and so on: what is in them."""
    asked = given(request)
    kind = asked.choice("format", "jsonl", ("jsonl", "csv"))
    what = asked.choice("what", "articles", ("articles", *details.KINDS))
    engine = here(request).engine
    wanted = reading.today(here(request).database, search_request(asked, collapse="none"))
    total = engine.search(replace(wanted, start=0, size=0, facets=False)).total
    if what == "articles":
        parts, columns = export.parts(engine, wanted), export.COLUMNS
    else:
        parts, columns = details.parts(here(request).database, engine, wanted, what), details.columns(what)
    lines = export.table(parts, columns, total) if kind == "csv" else export.jsonl(parts, wanted, total)
    media = "text/csv; charset=utf-8; header=present" if kind == "csv" else "application/x-ndjson"
    headers = {"content-disposition": f'attachment; filename="broadsheet-{what}.{kind}"', "x-total": str(total)}
    return StreamingResponse(lines, media_type=media, headers=headers)


def dead(request: Request) -> Response:
    """`/api/dead`: open dead letters, newest first."""
    asked = given(request)
    with reading.reading(here(request).database) as tx:
        return Json(reading.dead(tx, asked.text("stage"), **page(asked)))


def rejected(request: Request) -> Response:
    """`/api/rejected`: rejected URLs, newest first."""
    asked = given(request)
    with reading.reading(here(request).database) as tx:
        return Json(reading.rejected(tx, asked.text("reason"), asked.text("source"), **page(asked)))


def saved(request: Request) -> Response:
    """`/api/searches`: the saved searches with their newest finds."""
    with reading.reading(here(request).database) as tx:
        found = reading.saved(tx)
        for one in found:
            one["alerts"] = reading.alerts(tx, one["id"], 20)
    return Json({"searches": found})


def metrics(request: Request) -> Response:
    """`/metrics`: for Prometheus."""
    services = here(request)
    text = prometheus.exposition(services.database, services.engine, services.settings)
    return PlainTextResponse(text, media_type=prometheus.CONTENT_TYPE)


def health(request: Request) -> Response:
    """`/healthz`: 200 when database and engine answer, else 503 and which does not."""
    services = here(request)
    found = {"database": ask_database(services.database), "engine": ask_engine(services.engine)}
    good = all(answer == "ok" for answer in found.values())
    return Json({"ok": good, **found}, 200 if good else 503)


def ask_database(database: Database) -> str:
    """`ok`, or why the database does not answer."""
    try:
        with database.transaction() as tx:
            tx.rows("SELECT 1")
    except Unavailable as error:
        return str(error)
    return "ok"


def ask_engine(engine: SearchIndex) -> str:
    """`ok`, or why the engine does not answer; an index that is not made yet is no fault."""
    try:
        engine.count()
    except Unavailable as error:
        return str(error)
    return "ok"


def unknown(request: Request) -> Response:
    """Whatever else begins with `/api/`."""
    return problem(f"{request.url.path}: no such address of the API", 404)


routes = [
    Route("/api/search", search),
    Route("/api/articles/{id:int}", article),
    Route("/api/articles/{id:int}/versions", versions),
    Route("/api/articles/{id:int}/diff", diff),
    Route("/api/searches", saved),
    Route("/api/explain", explained),
    Route("/api/status", overview),
    Route("/api/trace", trace),
    Route("/api/export", files),
    Route("/api/dead", dead),
    Route("/api/rejected", rejected),
    Route("/metrics", metrics),
    Route("/healthz", health),
    Route("/api/{rest:path}", unknown),
]
