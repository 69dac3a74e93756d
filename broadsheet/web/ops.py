"""`/ops`: how the service is doing, what waits for a person, and the lists behind its numbers."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from broadsheet.web import ask, health, reading
from broadsheet.web.ask import Given
from broadsheet.web.services import given, here, page, said


def _values(request: Request) -> dict[str, Any]:
    asked = given(request)
    names = [window.name for window in health.WINDOWS]
    name = asked.choice("window", "", ["", *names])
    chosen = health.WINDOWS[names.index(name)] if name else None
    found = health.whole(here(request), chosen)
    return {
        "found": found,
        "sources": health.sources(found),
        "law_chart": health.law_chart(found),
        "space_chart": health.space_chart(found["space"]),
        "asked_window": name,
        "rejected_total": sum(found["rejected"].values()),
    }


def ops(request: Request) -> Response:
    """The whole page."""
    return page(request, "ops.html", {**_values(request), "done": said(request)})


def fragment(request: Request) -> HTMLResponse:
    """Its changing part, which the page fetches every two seconds."""
    values = _values(request)
    # The forms inside return to the page, not to the fragment.
    return page(request, "ops_live.html", {**values, "path": "/ops", "query": request.url.query})


def rejected(request: Request) -> Response:
    """`/rejected`: what was thrown away, with its reason."""
    asked = given(request)
    span = ask.page(asked)
    with reading.reading(here(request).database) as tx:
        found = reading.rejected(tx, asked.text("reason"), asked.text("source"), **span)
    chosen = {"reason": asked.text("reason"), "source": asked.text("source")}
    return page(
        request, "rejected.html", {**found, **chosen, "pager": _pager("/rejected", asked, span, found["total"])}
    )


def dead(request: Request) -> Response:
    """`/dead`: dead letters with their tracebacks."""
    asked = given(request)
    span = ask.page(asked)
    with reading.reading(here(request).database) as tx:
        found = reading.dead(tx, asked.text("stage"), **span)
    values = {**found, "stage": asked.text("stage"), "done": said(request)}
    return page(request, "dead.html", {**values, "pager": _pager("/dead", asked, span, found["total"])})


def audit(request: Request) -> Response:
    """`/audit`: who changed what."""
    asked = given(request)
    span = ask.page(asked)
    with reading.reading(here(request).database) as tx:
        total = tx.rows("SELECT count(*) AS n FROM audit")[0]["n"]
        rows = tx.rows(
            "SELECT id, at, who, action, target, detail FROM audit ORDER BY id DESC OFFSET %(start)s LIMIT %(size)s",
            span,
        )
    return page(request, "audit.html", {"rows": rows, "total": total, "pager": _pager("/audit", asked, span, total)})


def _pager(path: str, asked: Given, span: Any, total: int) -> dict[str, Any]:
    def at(start: int) -> str:
        kept = {name: asked.text(name) for name in ("reason", "source", "stage") if asked.text(name)}
        return f"{path}?{urlencode({**kept, 'from': start})}"

    start, size = span["start"], span["size"]
    return {
        "first": min(total, start + 1),
        "last": min(total, start + size),
        "back": at(max(0, start - size)) if start else "",
        "on": at(start + size) if start + size < total else "",
        "number": start // size + 1,
        "of": max(1, -(-total // size)),
    }


routes = [
    Route("/ops", ops),
    Route("/ops/live", fragment),
    Route("/rejected", rejected),
    Route("/dead", dead),
    Route("/audit", audit),
]
