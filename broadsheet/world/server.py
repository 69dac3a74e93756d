"""Serves all hosts of a world on two loopback ports, counts what they are asked, and takes orders from tests."""

import asyncio
import json
import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Protocol

from aiohttp import web

from broadsheet.world.address import split_target
from broadsheet.world.answer import Answer, Asked, Host
from broadsheet.world.authority import Authority
from broadsheet.world.clock import Clock
from broadsheet.world.tally import Tally
from broadsheet.world.truth import Truth, to_json
from broadsheet.world.world import Source

log = logging.getLogger(__name__)

LOOPBACK = "127.0.0.1"
CONTROL_HOSTS = (LOOPBACK, "localhost")
LONGEST_LINE = 64 * 1024
"""Bytes; the world has addresses of 10,000 characters."""
SERVER = "Newsworld/1"


class Web(Protocol):
    """A set of hosts, invented or replayed."""

    clock: Clock

    @property
    def sources(self) -> Sequence[Source]: ...

    def host(self, name: str) -> Host | None: ...

    def truths(self) -> Iterator[Truth]: ...

    def addresses(self) -> Iterator[tuple[str, str]]: ...

    def reset(self) -> None: ...


class Server:
    """One world on its ports."""

    def __init__(self, world: Web, authority: Authority) -> None:
        self.world = world
        self.authority = authority
        self.tally = Tally()
        self.port = 0
        self.tls_port = 0
        self.listening: list[asyncio.Server] = []
        self.handlers: list[web.Server] = []

    async def start(self, port: int = 0, tls_port: int = 0) -> None:
        """Begins to listen; 0 takes a free port."""
        self.port = await self.listen(port, "http")
        self.tls_port = await self.listen(tls_port, "https")

    async def listen(self, port: int, scheme: str) -> int:
        handler = web.Server(
            lambda request: self.handle(request, scheme),
            handler_cancellation=True,
            access_log=None,
            max_line_size=LONGEST_LINE,
            max_field_size=LONGEST_LINE,
        )
        tls = self.authority.context() if scheme == "https" else None
        loop = asyncio.get_running_loop()
        listening = await loop.create_server(handler, LOOPBACK, port, ssl=tls, reuse_address=True)
        self.handlers.append(handler)
        self.listening.append(listening)
        return int(listening.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        for listening in self.listening:
            listening.close()
        for handler in self.handlers:
            await handler.shutdown(timeout=1)

    async def handle(self, request: web.BaseRequest, scheme: str) -> web.StreamResponse:
        if request.method == "CONNECT":
            return await self.tunnel(request)
        name, target = split_target(request.raw_path, request.headers.get("Host", ""))
        if name in CONTROL_HOSTS:
            return await self.control(request, target)
        host = self.world.host(name)
        if host is None:
            return plain(f"The news world has no host '{name[:200]}'.", 421)
        with self.tally.counted(name, target, scheme):
            return await self.serve(request, host, name, target)

    async def serve(self, request: web.BaseRequest, host: Host, name: str, target: str) -> web.StreamResponse:
        """Answers, and counts the answer as under way until its last byte is handed over."""
        if request.method not in ("GET", "HEAD"):
            return plain("Only GET and HEAD.", 405)
        headers = {key.lower(): value for key, value in request.headers.items()}
        answer = host.answer(Asked(host=name, target=target, headers=headers))
        if answer.wait:
            await asyncio.sleep(answer.wait)
        response = await send(request, answer)
        await response.write_eof()
        return response

    async def tunnel(self, request: web.BaseRequest) -> web.StreamResponse:
        """Joins a client's CONNECT to our own port of that scheme, whatever host it names."""
        port = self.tls_port if request.raw_path.endswith(":443") else self.port
        reader, writer = await asyncio.open_connection(LOOPBACK, port)
        transport = request.transport
        assert transport is not None
        transport.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        funnel: Any = Funnel(writer)
        request.protocol.set_parser(funnel)
        try:
            while data := await reader.read(LONGEST_LINE):
                transport.write(data)
        finally:
            writer.close()
            transport.close()
        return web.Response()

    async def control(self, request: web.BaseRequest, target: str) -> web.StreamResponse:
        """Takes an order under /_world/: from a test or the demo, never from a crawler."""
        path, _, query = target.partition("?")
        order = self.orders().get((request.method, path.removeprefix("/_world/")))
        if not path.startswith("/_world/") or order is None:
            return plain(f"The news world has no order '{request.method} {path[:200]}'.", 404)
        try:
            return order(query if request.method == "GET" else await request.text())
        except (ValueError, TypeError, KeyError, OverflowError) as error:
            return plain(f"{request.method} {path}: {error}", 400)

    def orders(self) -> dict[tuple[str, str], Callable[[str], web.Response]]:
        """What each order does with its query, or with its body where it is a POST."""
        return {
            ("GET", "clock"): lambda _: self.time(),
            ("POST", "clock"): self.turn_clock,
            ("GET", "requests"): self.requests,
            ("GET", "truth"): lambda _: lines(to_json(truth) for truth in self.world.truths()),
            ("GET", "sources"): lambda _: rows([asdict(source) for source in self.world.sources]),
            ("GET", "addresses"): lambda _: lines(
                json.dumps({"id": key, "url": url}) for key, url in self.world.addresses()
            ),
            ("POST", "reset"): lambda _: self.reset(),
        }

    def time(self) -> web.Response:
        clock = self.world.clock
        return rows({"start": clock.start.isoformat(), "now": clock.now().isoformat()})

    def turn_clock(self, text: str) -> web.Response:
        """{"hours": n} goes on, {"to": time in ISO 8601 with its zone} goes there."""
        body = json.loads(text)
        if "hours" in body:
            self.world.clock.turn(float(body["hours"]))
        elif "to" in body:
            moment = datetime.fromisoformat(body["to"])
            if moment.tzinfo is None:
                raise ValueError(f"time '{body['to']}' has no zone")
            self.world.clock.turn_to(moment)
        else:
            raise ValueError("neither 'hours' nor 'to' is given")
        return self.time()

    def requests(self, query: str) -> web.Response:
        """The summary of all hosts, or with host=NAME that host's log."""
        if query.startswith("host="):
            return rows([asdict(item) for item in self.tally.log(query.removeprefix("host="))])
        return rows(self.tally.summary())

    def reset(self) -> web.Response:
        """Forgets all requests, and lets the hosts that are busy at first be busy again; the clock stays."""
        self.tally.reset()
        self.world.reset()
        return rows({})


class Funnel:
    """Hands what a tunnel's client sends to the other side; in the shape of the parser that aiohttp feeds after an upgrade."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self.writer = writer

    def feed_data(self, data: bytes) -> tuple[bool, bytes]:
        self.writer.write(data)
        return False, b""

    def feed_eof(self) -> None:
        self.writer.close()


async def send(request: web.BaseRequest, answer: Answer) -> web.StreamResponse:
    """Sends the answer but for its end."""
    headers = {"Server": SERVER, **answer.headers}
    if answer.chunks is None:
        response: web.StreamResponse = web.Response(status=answer.status, headers=headers, body=answer.body)
        await response.prepare(request)
        return response
    response = web.StreamResponse(status=answer.status, headers=headers)
    await response.prepare(request)
    if request.method == "GET":
        async for chunk in answer.chunks():
            await response.write(chunk)
    return response


def plain(text: str, status: int) -> web.Response:
    return web.Response(text=text + "\n", status=status)


def rows(value: object) -> web.Response:
    return web.json_response(value)


def lines(texts: Iterable[str]) -> web.Response:
    return web.Response(text="".join(text + "\n" for text in texts), content_type="application/x-ndjson")
