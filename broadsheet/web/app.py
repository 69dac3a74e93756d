"""Puts the web service together, and serves it."""

from __future__ import annotations

import errno
import logging
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import uvicorn
from anyio import to_thread
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from broadsheet.errors import BadInput, BadQuery, BadSetting, Unavailable
from broadsheet.ports import SearchIndex
from broadsheet.settings import Settings
from broadsheet.storage import server
from broadsheet.storage.postgres import Database, check_schema
from broadsheet.web import api, changes, entities, ops, pages, results, story
from broadsheet.web.guard import Gate, Guard, refuse_open_doors
from broadsheet.web.render import Pages
from broadsheet.web.services import Copies, Services, Shared, page

log = logging.getLogger(__name__)

changes.ACTS |= entities.ACTS

STATIC = Path(__file__).parent / "static"
THREADS = 16
"""Requests worked on at a time: each may hold a connection, and PostgreSQL has about a hundred for all."""


class _Static(StaticFiles):
    """The style sheet and the scripts; asked again only when they changed."""

    def file_response(self, *arguments: object, **named: object) -> Response:
        response = super().file_response(*arguments, **named)  # type: ignore[arg-type]
        response.headers["cache-control"] = "no-cache"
        return response

    async def get_response(self, path: str, scope: Scope) -> Response:
        if "\0" in path:
            raise HTTPException(404)
        return await super().get_response(path, scope)


def app(settings: Settings, database: Database, engine: SearchIndex, copies: Copies | None = None) -> Starlette:
    """The application; raises BadSetting where it would stand open to other machines.

    `copies` measures two articles and applies an operator's word on them.
    """
    refuse_open_doors(settings)
    guard = Guard(settings)
    made = Starlette(
        routes=[
            *results.routes,
            *entities.routes,
            *pages.routes,
            *story.routes,
            *ops.routes,
            *changes.routes,
            *api.routes,
            Mount("/static", _Static(directory=STATIC), name="static"),
        ],
        middleware=[Middleware(Gate, guard=guard)],
        exception_handlers={
            Unavailable: _unavailable,
            BadInput: _bad_input,
            HTTPException: _refused,
            Exception: _our_fault,
        },
        lifespan=_lifespan,
    )
    made.state.services = Services(
        settings=settings,
        database=database,
        engine=engine,
        guard=guard,
        pages=Pages(),
        copies=copies,
        status=Shared(1.0),
        sizes=Shared(30.0),
    )
    return made


@asynccontextmanager
async def _lifespan(_made: Starlette) -> AsyncIterator[None]:
    to_thread.current_default_thread_limiter().total_tokens = THREADS
    yield


def _problem(request: Request, title: str, sentence: str, code: int) -> Response:
    if request.url.path.startswith(("/api/", "/metrics", "/healthz")):
        return api.problem(sentence, code)
    return page(request, "problem.html", {"title": title, "sentence": sentence}, code)


def _unavailable(request: Request, error: Exception) -> Response:
    response = _problem(request, "A server is away", f"A server that this needs does not answer: {error}", 503)
    response.headers["retry-after"] = "2"
    return response


def _bad_input(request: Request, error: Exception) -> Response:
    said = f"q: {error}" if isinstance(error, BadQuery) else str(error)
    return _problem(request, "That cannot be read", said, 400)


def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if request.method == "POST":
        return PlainTextResponse(f"{error.detail}\n", error.status_code, headers=error.headers)
    title = "Not found" if error.status_code == 404 else "Refused"
    sentence = "There is nothing at this address." if error.detail == "Not Found" else error.detail
    return _problem(request, title, sentence, error.status_code)


def _our_fault(request: Request, _error: Exception) -> Response:
    # Starlette raises it again behind this answer, and the server logs it with its traceback.
    return _problem(request, "An error of ours", "Something here is broken; the log says what.", 500)


def serve(settings: Settings, copies: Copies | None = None) -> int:
    """Serves until it is told to stop; raises what the command line says in one sentence."""
    from broadsheet.search import open_index

    refuse_open_doors(settings)
    listening = bound(settings)
    database = Database(server.database_url(settings), "broadsheet web", idle=THREADS)
    check_schema(database)
    # It only reads the index, so it needs no lock of the index's writer.
    engine = open_index(settings)
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
    configuration = uvicorn.Config(
        app(settings, database, engine, copies),
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=5,
        log_config=None,
    )
    try:
        uvicorn.Server(configuration).run(sockets=[listening])
    finally:
        engine.close()
        database.close()
    return 0


def bound(settings: Settings) -> socket.socket:
    """The socket to listen on; raises BadSetting for a busy port or a host that is not this machine's."""
    host, port = settings.web_host.strip("[]"), settings.web_port
    try:
        family, kind, number, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        made = socket.socket(family, kind, number)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(address)
        made.listen(128)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise BadSetting(
                f"BROADSHEET_WEB_PORT: port {port} of {host} is taken by another program; set another one"
            ) from error
        raise BadSetting(f"BROADSHEET_WEB_HOST: cannot listen on {host} port {port}: {error}") from error
    made.set_inheritable(False)
    return made
