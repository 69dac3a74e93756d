"""One request, safely: what it may connect to, how much it may read and how long it may take, for bytes from strangers."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
import time
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from broadsheet.address import LONGEST, split
from broadsheet.settings import Settings, agent

CHUNK = 64 * 1024

ACCEPT = "text/html,application/xhtml+xml,application/rss+xml,application/atom+xml,application/xml;q=0.9,*/*;q=0.8"

# RFC 6052: an IPv4 address inside of this network is reached by its IPv6 one.
_TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")

RETRIED = frozenset({"timeout", "dns", "connection", "tls", "bad-response"})
"""Reasons that may be over the next time."""


class FetchError(Exception):
    """Raised where a request gave no usable response; `reason` is a word such as `timeout`."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail


class PrivateAddress(OSError):
    """Raised before connecting to an address that is not on the public internet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A response as it came, decompressed."""

    url: str
    status: int
    headers: tuple[tuple[str, str], ...]
    """Names in lower case."""
    body: bytes

    def header(self, name: str) -> str:
        """The first value of a header; empty where there is none."""
        return next((value for key, value in self.headers if key == name), "")


def literal(host: str) -> bool:
    """Whether a canonical host is a number and not a name."""
    return host[-1:].isdigit() or ":" in host


def private(address: str) -> bool:
    """Whether an IP address, or one hidden in it, is anything but a public unicast one."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return True
    if isinstance(ip, ipaddress.IPv6Address):
        if ip in _TRANSLATED:
            return private(str(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)))
        hidden = ip.ipv4_mapped or ip.sixtofour or (ip.teredo and ip.teredo[1])
        if hidden:
            return private(str(hidden))
    return not ip.is_global or ip.is_multicast or ip.is_reserved or ip.is_unspecified


class _Resolver(AbstractResolver):
    """Looks names up and forgets what is not public; or answers one address for all names, for the news world."""

    def __init__(self, settings: Settings) -> None:
        self._allow = settings.allow_private
        self._dial = settings.resolve.split(":") if settings.resolve else None

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        if self._dial:
            address, plain, tls = self._dial
            return [_result(host, address, int(tls if port == 443 else plain), socket.AF_INET)]
        found = await asyncio.get_running_loop().getaddrinfo(
            host, port, type=socket.SOCK_STREAM, family=family, flags=socket.AI_ADDRCONFIG
        )
        results = [
            _result(host, str(info[4][0]), port, info[0])
            for info in found
            if self._allow or not private(str(info[4][0]))
        ]
        if found and not results:
            raise PrivateAddress(f"{host} is at {found[0][4][0]}")
        return results

    async def close(self) -> None:
        return None


def _result(host: str, address: str, port: int, family: int) -> ResolveResult:
    return ResolveResult(
        hostname=host,
        host=address,
        port=port,
        family=family,
        proto=0,
        flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
    )


class Fetcher:
    """Sends single requests: no redirects, no cookies, no retries, no proxy; TLS certificates are checked."""

    def __init__(self, settings: Settings, connections: int = 256) -> None:
        self._settings = settings
        self._agent = agent(settings)
        self._dialled = settings.resolve.split(":")[0] if settings.resolve else ""
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                resolver=_Resolver(settings),
                ssl=_tls(settings),
                limit=connections,
                limit_per_host=2,
                # Shorter than what servers keep: a connection closed under a request would mean to ask again.
                keepalive_timeout=4,
                ttl_dns_cache=60,
                socket_factory=self._socket,
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
            timeout=aiohttp.ClientTimeout(total=settings.page_seconds),
            skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding"),
            max_line_size=LONGEST + 64,
            max_field_size=16 * 1024,
            read_bufsize=CHUNK,
        )
        # A request that is sent twice is one sooner than asked.
        self._session._retry_connection = False

    def _socket(self, info: tuple[Any, ...]) -> socket.socket:
        """The last look: the address that is connected to, wherever it came from."""
        family, kind, protocol, _, address = info
        if str(address[0]) != self._dialled and not self._settings.allow_private and private(str(address[0])):
            raise PrivateAddress(str(address[0]))
        return socket.socket(family=family, type=kind, proto=protocol)

    async def get(self, url: str, headers: Mapping[str, str] | None = None, limit: int | None = None) -> Answer:
        """The response to GET of a canonical address; raises FetchError. `limit`: bytes of the decompressed body."""
        if len(url) > LONGEST:
            raise FetchError("url-too-long", f"{len(url)} characters")
        self._check_literal(url)
        sent = {"User-Agent": self._agent, "Accept": ACCEPT, "Accept-Encoding": "gzip, deflate", **(headers or {})}
        started = time.monotonic()
        try:
            async with self._session.get(URL(url, encoded=True), headers=sent, allow_redirects=False) as response:
                body = await _read(response, limit or self._settings.page_limit)
                return Answer(url=url, status=response.status, headers=_headers(response), body=body)
        except FetchError:
            raise
        except TimeoutError as error:
            raise FetchError("timeout", f"no whole response within {time.monotonic() - started:.0f} s") from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise _translated(error) from error

    def _check_literal(self, url: str) -> None:
        """Numeric hosts are looked up by nobody, so they are checked here."""
        host = split(url).host
        if literal(host) and not self._settings.allow_private and private(host):
            raise FetchError("private-address", host)

    async def close(self) -> None:
        """Closes all connections."""
        await self._session.close()


def _tls(settings: Settings) -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if settings.crawl_ca:
        context.load_verify_locations(cafile=settings.crawl_ca)
    return context


def _headers(response: aiohttp.ClientResponse) -> tuple[tuple[str, str], ...]:
    return tuple((name.decode("latin-1").lower(), _text(value)) for name, value in response.raw_headers)


def _text(value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


async def _read(response: aiohttp.ClientResponse, limit: int) -> bytes:
    """The decompressed body; both what comes in and what comes out are bounded by the limit."""
    if (response.content_length or 0) > limit:
        raise FetchError("too-large", f"{response.content_length} bytes announced, {limit} allowed")
    encoding = response.headers.get("Content-Encoding", "").strip().lower()
    if encoding in {"", "identity"}:
        return await _read_plain(response, limit)
    if encoding not in {"gzip", "x-gzip", "deflate"}:
        raise FetchError("encoding", f"Content-Encoding {encoding[:40]!r} was not asked for")
    return _inflate(await _read_plain(response, limit), encoding == "deflate", limit)


async def _read_plain(response: aiohttp.ClientResponse, limit: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    async for part in response.content.iter_any():
        parts.append(part)
        size += len(part)
        if size > limit:
            raise FetchError("too-large", f"more than {limit} bytes")
    return b"".join(parts)


def _inflate(body: bytes, deflate: bool, limit: int) -> bytes:
    """All members of a gzip body; a server that says gzip and sends none is taken at its bytes."""
    if not deflate and body[:2] != b"\x1f\x8b":
        return body
    parts: list[bytes] = []
    size = 0
    # RFC 9110 means zlib by `deflate`, and some servers send it raw.
    window = 31 if not deflate else 15 if body[:1] == b"\x78" else -15
    while body:
        stream = zlib.decompressobj(wbits=window)
        try:
            part = stream.decompress(body, limit + 1 - size)
        except zlib.error as error:
            if parts:
                break
            raise FetchError("bad-response", f"compressed body: {error}") from error
        parts.append(part)
        size += len(part)
        if size > limit:
            raise FetchError("too-large", f"more than {limit} bytes decompressed")
        body = stream.unused_data if window == 31 and stream.unused_data[:2] == b"\x1f\x8b" else b""
    return b"".join(parts)


def _translated(error: Exception) -> FetchError:
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        inner = error.os_error
        if isinstance(inner, PrivateAddress):
            return FetchError("private-address", str(inner))
        return FetchError("dns", str(inner))
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, PrivateAddress):
            return FetchError("private-address", str(cause))
        cause = cause.__cause__ or (cause.os_error if isinstance(cause, aiohttp.ClientConnectorError) else None)
    if isinstance(error, aiohttp.ClientSSLError | ssl.SSLError):
        return FetchError("tls", str(error))
    if isinstance(error, aiohttp.ClientResponseError | aiohttp.ClientPayloadError | aiohttp.InvalidURL | ValueError):
        return FetchError("bad-response", f"{type(error).__name__}: {error}"[:300])
    return FetchError("connection", f"{type(error).__name__}: {error}"[:300])
