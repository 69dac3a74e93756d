"""What every page needs, handed along with the request: settings, database, engine, guard, templates."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from time import monotonic
from typing import Any, Generic, TypeVar, cast

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse

from broadsheet.explain import Measure
from broadsheet.ports import SearchIndex, Transaction
from broadsheet.settings import Settings
from broadsheet.storage.postgres import Database
from broadsheet.web.ask import LONGEST_ID, Given
from broadsheet.web.guard import Guard, Session, give_session
from broadsheet.web.render import Pages

T = TypeVar("T")


class Shared(Generic[T]):
    """A costly answer, computed once for all who ask at a time, and kept for ten times as long as it took."""

    def __init__(self, least: float) -> None:
        self._least = least
        self._guard = Lock()
        self._kept: dict[object, tuple[float, T]] = {}

    def get(self, key: object, compute: Callable[[], T]) -> T:
        """The answer of this key, at most `least` seconds old, or older where computing it is slow."""
        with self._guard:
            kept = self._kept.get(key)
            if kept is not None and monotonic() < kept[0]:
                return kept[1]
            began = monotonic()
            value = compute()
            took = monotonic() - began
            if len(self._kept) > 50:
                self._kept.clear()
            self._kept[key] = (monotonic() + max(self._least, 10 * took), value)
            return value

    def forget(self) -> None:
        """What is asked next is computed anew."""
        with self._guard:
            self._kept.clear()


Regroup = Callable[[Transaction, Sequence[int]], None]
"""Decides anew who is a copy of whom, for articles that an operator said something of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Copies:
    """What the stage that groups copies does for the pages; handed in, since stages are none of the kernel's."""

    regroup: Regroup
    measure: Measure


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """One for each running application."""

    settings: Settings
    database: Database
    engine: SearchIndex
    guard: Guard
    pages: Pages
    copies: Copies | None
    status: Shared[dict[str, Any]]
    """What `/ops` and `/metrics` show, computed once for all who look."""
    sizes: Shared[dict[str, Any]]
    """Bytes of tables and days: slow to count, slow to change."""


def here(request: Request) -> Services:
    """The services of the application that got this request."""
    return cast(Services, request.app.state.services)


def ident(request: Request) -> int:
    """The id in the address; not found where the database could not even hold it."""
    id = int(request.path_params["id"])
    if id > LONGEST_ID:
        raise HTTPException(404, f"{request.url.path[:100]}: no such id")
    return id


def given(request: Request) -> Given:
    """The request's query string."""
    return Given(request.query_params.multi_items())


def page(request: Request, template: str, values: Mapping[str, Any], status: int = 200) -> HTMLResponse:
    """A page for this request's session; makes the session where changes are allowed without a sign-in."""
    services = here(request)
    session: Session = request.state.session
    fresh = not session.value and not services.settings.token
    if fresh:
        session = services.guard.new_session(signed_in=False)
    common = {
        "path": request.url.path,
        "query": request.url.query,
        "may_change": services.guard.may_change(session),
        "page_token": services.guard.page_token(session),
        "token_set": bool(services.settings.token),
        "signed_in": session.signed_in,
    }
    response = HTMLResponse(services.pages.render(template, {**common, **values}), status)
    if fresh:
        give_session(response, session, request)
    return response


def said(request: Request) -> str:
    """What the change did that led to this page; empty where none did."""
    number = given(request).number("done", 0, 0, LONGEST_ID)
    if not number:
        return ""
    with here(request).database.transaction() as tx:
        rows = tx.rows("SELECT detail ->> 'said' AS said FROM audit WHERE id = %(id)s", {"id": number})
    return str(rows[0]["said"] or "") if rows else ""
