"""Single requests to servers that mean harm."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from broadsheet.settings import Settings
from crawlers.fetch import Answer, Fetcher, FetchError, literal, private

SETTINGS = Settings(page_limit=100_000, page_seconds=2.0)
Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def get(
    serve: bytes | Serve, url: str = "http://site.test/a?b=%7E", **changes: object
) -> tuple[Answer | str, list[bytes]]:
    """The answer, or the reason there is none, of a server that sends these bytes; and what it was sent."""
    return asyncio.run(_get(serve, url, changes))


async def _get(serve: bytes | Serve, url: str, changes: dict[str, object]) -> tuple[Answer | str, list[bytes]]:
    asked: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            asked.append(await reader.readuntil(b"\r\n\r\n"))
            if isinstance(serve, bytes):
                writer.write(serve)
                await writer.drain()
            else:
                await serve(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    settings = replace(SETTINGS, resolve=f"127.0.0.1:{port}:{port}", **changes)  # type: ignore[arg-type]
    fetcher = Fetcher(settings)
    try:
        return await fetcher.get(url.replace("PORT", str(port))), asked
    except FetchError as error:
        return error.reason, asked
    finally:
        await fetcher.close()
        server.close()


def ok(body: bytes, *headers: str) -> bytes:
    lines = ["HTTP/1.1 200 OK", f"Content-Length: {len(body)}", "Connection: close", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def test_an_answer_comes_as_it_was_sent_and_we_say_who_we_are() -> None:
    answer, asked = get(
        ok(b"<p>\xff\x00</p>", "X-Two: a", "X-Two: b", "Content-Type: text/html"), contact="desk@example.org"
    )
    assert isinstance(answer, Answer)
    assert (answer.status, answer.body) == (200, b"<p>\xff\x00</p>")
    assert [value for name, value in answer.headers if name == "x-two"] == ["a", "b"]
    assert answer.header("content-type") == "text/html"
    assert asked[0].startswith(b"GET /a?b=%7E HTTP/1.1\r\n")
    assert b"Host: site.test\r\n" in asked[0]
    assert b"User-Agent: Broadsheet/0.1 (+https://example.org/broadsheet; contact: desk@example.org)" in asked[0]
    assert b"Cookie" not in asked[0]


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (gzip.compress(b"hello"), "gzip"),
        (gzip.compress(b"hel") + gzip.compress(b"lo"), "x-gzip"),
        (zlib.compress(b"hello"), "deflate"),
        (zlib.compress(b"hello")[2:-4], "deflate"),  # raw, as some servers mean it
        (b"hello", "gzip"),  # says so, and is not
        (b"hello", "identity"),
    ],
)
def test_compressed_bodies(body: bytes, encoding: str) -> None:
    answer, _ = get(ok(body, f"Content-Encoding: {encoding}"))
    assert isinstance(answer, Answer)
    assert answer.body == b"hello"


async def _drip(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    for _n in range(1000):
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.1)


async def _endless(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
    for _n in range(1000):
        writer.write(b"x" * 1000)
        await writer.drain()


async def _endless_header(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n")
    for number in range(100_000):
        writer.write(b"X-%d: %s\r\n" % (number, b"y" * 1000))
        await writer.drain()


@pytest.mark.parametrize(
    ("serve", "reason"),
    [
        (ok(b"x" * 200_000), "too-large"),
        (_endless, "too-large"),
        (ok(gzip.compress(b"x" * 5_000_000), "Content-Encoding: gzip"), "too-large"),
        (ok(b"x", "Content-Encoding: br"), "encoding"),
        (ok(b"\x1f\x8bbroken", "Content-Encoding: gzip"), "bad-response"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort", "bad-response"),
        (b"nonsense\r\n\r\n", "bad-response"),
        (b"", "connection"),
        (_drip, "timeout"),
    ],
)
def test_reasons(serve: bytes | Serve, reason: str) -> None:
    assert get(serve)[0] == reason


def test_headers_without_end_are_cut_off() -> None:
    assert get(_endless_header)[0] in {"bad-response", "timeout", "connection"}


def test_redirects_are_not_followed() -> None:
    answer, asked = get(b"HTTP/1.1 302 Found\r\nLocation: http://10.0.0.1/\r\nContent-Length: 0\r\n\r\n")
    assert isinstance(answer, Answer)
    assert answer.status == 302
    assert len(asked) == 1


@pytest.mark.parametrize("url", ["http://127.0.0.1:PORT/", "http://[::1]:PORT/", "http://169.254.169.254/latest/"])
def test_numeric_private_hosts_are_refused_before_connecting(url: str) -> None:
    answer, asked = get(ok(b"secret"), url)
    assert answer == "private-address"
    assert not asked


def test_names_of_private_addresses_are_refused() -> None:
    async def ask() -> str:
        fetcher = Fetcher(SETTINGS)
        try:
            await fetcher.get("http://localhost:1/")
        except FetchError as error:
            return error.reason
        finally:
            await fetcher.close()
        return "answered"

    assert asyncio.run(ask()) == "private-address"


def test_the_socket_itself_refuses_what_slipped_through() -> None:
    async def ask() -> None:
        fetcher = Fetcher(SETTINGS)
        try:
            with pytest.raises(OSError, match=r"10\.1\.2\.3"):
                fetcher._socket((2, 1, 6, "", ("10.1.2.3", 80)))
            fetcher._socket((2, 1, 6, "", ("93.184.216.34", 80))).close()
        finally:
            await fetcher.close()

    asyncio.run(ask())


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
     "240.0.0.1", "255.255.255.255", "::1", "::", "fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:127.0.0.1",
     "64:ff9b::7f00:1", "2002:7f00:1::", "2001:db8::1", "nonsense"],
)  # fmt: skip
def test_private(address: str) -> None:
    assert private(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "8.8.8.8", "2606:4700::1111", "64:ff9b::808:808"])
def test_public(address: str) -> None:
    assert not private(address)


def test_literals() -> None:
    assert literal("127.0.0.1")
    assert literal("::1")
    assert not literal("example.com")
