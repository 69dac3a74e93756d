"""Who may ask and who may change: Host and Origin checks, sessions, page tokens, and the headers of every answer.

Reading on loopback needs no sign-in. Bound to anything else, everything but `/healthz` and the static files needs the
token of `BROADSHEET_TOKEN`, once on the sign-in page or as `Authorization: Bearer`. A change is a POST of our own
origin with the token of the page, which belongs to the session.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import os
import secrets
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from broadsheet.errors import BadSetting
from broadsheet.settings import Settings

COOKIE = "broadsheet"
EVERYWHERE = frozenset({"0.0.0.0", "::"})  # noqa: S104 - recognised, not bound
SESSION_SECONDS = 30 * 24 * 3600
LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]")
OPEN_PATHS = ("/healthz", "/sign-in", "/static/")
"""Answered without a sign-in even when bound outside."""

HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    # Nothing to other sites. `no-referrer` would make the Origin of our own forms `null`.
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One browser's session, signed; nothing of it is kept on our side."""

    value: str
    """The cookie's value; empty where there is no session."""
    signed_in: bool = False


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach what is bound to this host."""
    try:
        return host == "localhost" or ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def refuse_open_doors(settings: Settings) -> None:
    """Raises BadSetting where the service would be reachable from outside without a token."""
    if not is_loopback(settings.web_host) and not settings.token:
        raise BadSetting(
            f"BROADSHEET_WEB_HOST={settings.web_host}: the pages would be reachable from other machines; set"
            " BROADSHEET_TOKEN (a long random word that signs people in), or bind to 127.0.0.1"
        )


class Guard:
    """What the service knows about who is asking."""

    def __init__(self, settings: Settings, key: bytes | None = None) -> None:
        self.settings = settings
        self.outside = not is_loopback(settings.web_host)
        # The token is part of the key: a new one signs everybody out.
        self._key = hashlib.sha256((key or _kept_key(settings)) + settings.token.encode()).digest()

    def session(self, cookies: Mapping[str, str]) -> Session:
        """The session of a request's cookie; one without a value where it is missing, foreign or too old."""
        value = cookies.get(COOKIE, "")
        parts = value.split(".")
        if len(parts) != 4 or not hmac.compare_digest(parts[3], self._mac(".".join(parts[:3]))):
            return Session(value="")
        if not parts[1].isdigit() or time.time() - int(parts[1]) > SESSION_SECONDS:
            return Session(value="")
        return Session(value=value, signed_in=parts[2] == "in")

    def new_session(self, *, signed_in: bool) -> Session:
        """A fresh session."""
        head = f"{secrets.token_urlsafe(18)}.{int(time.time())}.{'in' if signed_in else 'out'}"
        return Session(value=f"{head}.{self._mac(head)}", signed_in=signed_in)

    def page_token(self, session: Session) -> str:
        """What a form of this session's pages has to bring back."""
        return self._mac(f"page {session.value}") if session.value else ""

    def _mac(self, text: str) -> str:
        return hmac.new(self._key, text.encode(), hashlib.sha256).hexdigest()

    def knows(self, token: str) -> bool:
        """Whether this is the service's token; takes the same time for every wrong one."""
        given, ours = (hashlib.sha256(text.encode()).digest() for text in (token, self.settings.token))
        return bool(self.settings.token) and hmac.compare_digest(given, ours)

    def may_read(self, session: Session, headers: Headers) -> bool:
        """Everyone on loopback; outside who signed in or brings the token along."""
        return not self.outside or session.signed_in or self._bearer(headers)

    def may_change(self, session: Session) -> bool:
        """Who has a session; where there is a token, who signed in with it."""
        return session.signed_in if self.settings.token else bool(session.value)

    def _bearer(self, headers: Headers) -> bool:
        kind, _, token = headers.get("authorization", "").partition(" ")
        return kind.lower() == "bearer" and self.knows(token.strip())

    def bad_host(self, headers: Headers) -> str:
        """Why the Host header is refused; empty where it is ours. A foreign name on our port is DNS rebinding."""
        given = headers.getlist("host")
        if len(given) != 1:
            return f"expected one Host header, got {len(given)}"
        name, port = _split_host(given[0])
        if name in self._names() or (self.settings.web_host in EVERYWHERE and _is_address(name)):
            # Outside, a proxy or a published port may stand before us.
            if self.outside or port == str(self.settings.web_port):
                return ""
            return f"Host {given[0]!r}: expected port {self.settings.web_port}"
        return f"Host {given[0]!r} is not one of this service's names"

    def _names(self) -> set[str]:
        ours = self.settings.web_host.lower()
        names = {*LOOPBACK_NAMES, f"[{ours}]" if ":" in ours and not ours.startswith("[") else ours}
        if self.outside:
            names |= {socket.gethostname().lower()}
            names |= {name.strip().lower() for name in self.settings.web_names.split(",") if name.strip()}
        return names

    def bad_origin(self, headers: Headers) -> str:
        """Why a change is refused for where it comes from; empty where it comes from our own pages or from no page."""
        origin = headers.get("origin")
        if origin is None:
            site = headers.get("sec-fetch-site", "same-origin")
            return "" if site in {"same-origin", "none"} else f"a change from another site ({site})"
        if origin != "null" and urlsplit(origin).netloc.lower() == headers.get("host", "").lower():
            return ""
        return f"Origin {origin!r} is not this service"


def _split_host(given: str) -> tuple[str, str]:
    name, colon, port = given.strip().lower().rpartition(":")
    if not colon or given.endswith("]"):
        return given.strip().lower(), "80"
    return name, port


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True


def _kept_key(settings: Settings) -> bytes:
    """The key under `var`, made at the first start; one of this process alone where it cannot be kept."""
    path = settings.var / "web.key"
    try:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            draft = path.with_suffix(f".{os.getpid()}")
            draft.touch(mode=0o600)
            draft.write_bytes(secrets.token_bytes(32))
            draft.replace(path)
        key = path.read_bytes()
    except OSError:
        return secrets.token_bytes(32)
    return key if len(key) == 32 else secrets.token_bytes(32)


class Gate:
    """Stands before every page (ASGI): refuses foreign hosts and origins, asks for a sign-in, adds the headers."""

    def __init__(self, inner: ASGIApp, guard: Guard) -> None:
        self.inner = inner
        self.guard = guard

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.inner(scope, receive, send)
            return
        headers = Headers(scope=scope)
        session = self.guard.session(_cookies(headers))
        scope.setdefault("state", {})["session"] = session
        refused = self._refusal(scope, headers, session)

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    answer.setdefault(name, value)
                answer.setdefault("cache-control", "no-store")
            await send(message)

        await (refused or self.inner)(scope, receive, with_headers)

    def _refusal(self, scope: Scope, headers: Headers, session: Session) -> Response | None:
        if problem := self.guard.bad_host(headers):
            return PlainTextResponse(f"{problem}\n", 400)
        if scope["method"] not in {"GET", "HEAD"} and (problem := self.guard.bad_origin(headers)):
            return PlainTextResponse(f"{problem}\n", 403)
        path = str(scope["path"])
        if path.startswith(OPEN_PATHS) or self.guard.may_read(session, headers):
            return None
        if path.startswith(("/api/", "/metrics")):
            return JSONResponse({"error": "sign in, or send Authorization: Bearer with BROADSHEET_TOKEN"}, 401)
        return RedirectResponse("/sign-in", 303)


def _cookies(headers: Headers) -> dict[str, str]:
    jar: SimpleCookie = SimpleCookie()
    try:
        jar.load(headers.get("cookie", ""))
    except CookieError:
        return {}
    return {name: morsel.value for name, morsel in jar.items()}


def give_session(response: Response, session: Session, request: Request) -> None:
    """Sets the session's cookie."""
    response.set_cookie(
        COOKIE,
        session.value,
        max_age=SESSION_SECONDS,
        httponly=True,
        secure=request.url.scheme == "https",
        # A page that is opened from another site must find its session, or it would get a new one and the forms of
        # other tabs would go stale; it grants nothing. Who signed in is only known to our own pages.
        samesite="strict" if session.signed_in else "lax",
    )
