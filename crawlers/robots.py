"""What a site's robots.txt asks of us, by RFC 9309: Scrapy's own reading parses any status and lets failures allow all."""

from __future__ import annotations

import codecs
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from broadsheet.address import canonical, split

LIMIT = 500 * 1024
"""Bytes that are read of a robots.txt: RFC 9309 section 2.5 asks for at least 500 KiB."""

LONGEST_DELAY = 86_400.0
"""Seconds; a longer Crawl-delay is a mistake or a wish that nobody comes, and once a day is all we do then."""

ALLOW_FROM, ALLOW_TO = 300, 499
"""Statuses after which all is allowed: 4xx (section 2.3.1.3), and redirects that led nowhere (2.3.1.2)."""

# How people misspell the two words that keep crawlers out; Google's parser takes the same ones.
_DISALLOW = frozenset({b"disallow", b"dissallow", b"dissalow", b"disalow", b"diasllow", b"disallaw"})
_AGENT = frozenset({b"user-agent", b"useragent", b"user agent"})
_LINE = re.compile(rb"[\r\n]+")
_FIELD = re.compile(rb"\s*([A-Za-z][A-Za-z -]*?)\s*(?::|(?<=[A-Za-z])\s(?=\s*\S+\s*$))\s*(.*?)\s*$", re.DOTALL)
_TOKEN = re.compile(r"[A-Za-z0-9_-]+")
_COMPATIBLE = re.compile(r"compatible;\s*([A-Za-z0-9_-]+)", re.IGNORECASE)
_NUMBER = re.compile(rb"\d*\.?\d+|\d+\.")
_ESCAPE = re.compile(rb"%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_ODD = re.compile(rb"[^\x21-\x7e]")
_DELIMITERS = re.compile(rb"[:/?#\[\]@]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One line of a group."""

    allow: bool
    parts: tuple[bytes, ...]
    """The pattern in normal form, cut at its wildcards."""
    anchored: bool
    """It ended with `$`."""
    length: int
    """Octets of the pattern: the longest that matches decides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Robots:
    """What holds for one agent on one site."""

    rules: tuple[Rule, ...] = ()
    delay: float | None = None
    """Seconds between requests, where it asks for any."""
    sitemaps: tuple[str, ...] = ()
    closed: bool = False
    """Nothing is allowed: it could not be read (section 2.3.1.4)."""

    def allows(self, target: str) -> bool:
        """Whether path and query may be asked for."""
        path = _normal(target.encode("utf-8", "replace") or b"/")
        if path == b"/robots.txt":
            return True
        if self.closed:
            return False
        best, allowed = -1, True
        for rule in self.rules:
            if rule.length < best or (rule.length == best and (allowed or not rule.allow)):
                continue
            if _matches(rule, path):
                best, allowed = rule.length, rule.allow
        return allowed


def robots(status: int | None, body: bytes, agent: str) -> Robots:
    """What the answer to a request for robots.txt means for this agent; status None: no answer came in time."""
    if status is not None and 200 <= status < 300:
        return parse(body, agent)
    if status is not None and ALLOW_FROM <= status <= ALLOW_TO:
        return Robots()
    return Robots(closed=True)


def parse(body: bytes, agent: str) -> Robots:
    """The rules of the agent's groups, merged; those of `*` where it has none."""
    groups = _Groups()
    for line in _lines(body):
        groups.read(line)
    wanted = token(agent).encode()
    return groups.of(wanted if wanted in groups.rules else b"*")


def token(agent: str) -> str:
    """The product token of a user agent, in lower case."""
    hidden = _COMPATIBLE.search(agent) if agent.startswith("Mozilla/") else None
    found = hidden.group(1) if hidden else (_TOKEN.match(agent.strip()) or [""])[0]
    return found.lower()


def robots_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """`{id, status, body, agent, path}` -> `{id, allowed, delay}`; no status and no body: it could not be reached."""
    body, status = row.get("body"), row.get("status")
    if status is None and body is not None:
        status = 200
    raw = body if isinstance(body, bytes) else str(body or "").encode("utf-8", "replace")
    rules = robots(None if status is None else int(status), raw, str(row.get("agent") or ""))
    return {"id": row.get("id"), "allowed": rules.allows(_target(str(row.get("path") or "/"))), "delay": rules.delay}


def _target(path: str) -> str:
    """Path and query of a path or a whole address."""
    if re.match(r"https?://", path, re.IGNORECASE):
        return split(canonical(path)).target
    return path.split("#", 1)[0]


def _lines(body: bytes) -> list[bytes]:
    for mark, name in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if body.startswith(mark):
            body = body[2 : LIMIT * 2].decode(name, "replace").encode()
    body = body.removeprefix(codecs.BOM_UTF8)
    if len(body) > LIMIT:
        # A rule cut in the middle would forbid or allow more than was meant.
        body = body[: max(body.rfind(b"\n", 0, LIMIT), body.rfind(b"\r", 0, LIMIT)) + 1]
    return [line.partition(b"#")[0] for line in _LINE.split(body)]


class _Groups:
    """The groups of one file while it is read."""

    def __init__(self) -> None:
        self.rules: dict[bytes, list[Rule]] = {}
        self.delays: dict[bytes, float] = {}
        self.sitemaps: list[str] = []
        self._current: list[bytes] = []
        self._open = False  # agents may still be added: no rule has come yet

    def read(self, line: bytes) -> None:
        found = _FIELD.match(line.replace(b"\x00", b""))
        if not found:
            return
        name, value = found.group(1).lower(), found.group(2)
        if name in _AGENT:
            self._agent(value)
        elif name in _DISALLOW or name == b"allow":
            self._open = False
            self._rule(name == b"allow", value)
        elif name == b"crawl-delay":
            self._delay(value)
        elif name in {b"sitemap", b"site-map"} and value:
            self.sitemaps.append(value.decode("utf-8", "replace"))

    def of(self, agent: bytes) -> Robots:
        return Robots(
            rules=tuple(self.rules.get(agent, ())), delay=self.delays.get(agent), sitemaps=tuple(self.sitemaps)
        )

    def _agent(self, value: bytes) -> None:
        if not self._open:
            self._current, self._open = [], True
        name = b"*" if value.startswith(b"*") else token(value.decode("ascii", "replace")).encode()
        if name:
            self._current.append(name)
            self.rules.setdefault(name, [])

    def _rule(self, allow: bool, value: bytes) -> None:
        if not value:
            return
        rule = _rule(allow, value)
        for name in self._current:
            self.rules[name].append(rule)

    def _delay(self, value: bytes) -> None:
        found = _NUMBER.match(value)
        seconds = float(found.group()) if found else math.nan
        if not math.isfinite(seconds):
            return
        for name in self._current:
            self.delays[name] = max(self.delays.get(name, 0.0), min(seconds, LONGEST_DELAY))


def _rule(allow: bool, value: bytes) -> Rule:
    anchored = value.endswith(b"$")
    pattern = value[:-1] if anchored else value
    parts = tuple(_normal(part) for part in re.sub(rb"\*+", b"*", pattern).split(b"*"))
    return Rule(allow=allow, parts=parts, anchored=anchored, length=sum(map(len, parts)) + len(parts) - 1 + anchored)


def _normal(path: bytes) -> bytes:
    """Section 2.2.2: octets outside ASCII are encoded, encoded unreserved ones decoded; a literal `*` or `$` of an
    address is what a pattern writes as `%2A` or `%24`."""
    path = _ODD.sub(lambda found: b"%%%02X" % found.group()[0], path)
    path = path.replace(b"*", b"%2A").replace(b"$", b"%24")
    return _ESCAPE.sub(_decode, path) if b"%" in path else path


def _decode(found: re.Match[bytes]) -> bytes:
    octet = int(found.group(1), 16)
    return bytes((octet,)) if octet in _UNRESERVED else found.group().upper()


def _matches(rule: Rule, path: bytes) -> bool:
    if _glob(rule.parts, rule.anchored, path):
        return True
    if b"?" not in path:
        return False
    # The section's second example: `?u=https://x` and `?u=https%3A%2F%2Fx` are the same.
    parts = tuple(_encode_query(b"*".join(rule.parts)).split(b"*"))
    return _glob(parts, rule.anchored, _encode_query(path))


def _encode_query(path: bytes) -> bytes:
    before, mark, query = path.partition(b"?")
    return before + mark + _DELIMITERS.sub(lambda found: b"%%%02X" % found.group()[0], query)


def _glob(parts: tuple[bytes, ...], anchored: bool, path: bytes) -> bool:
    """Leftmost matches are enough, so that no pattern takes more than one walk along the path for each part."""
    if not path.startswith(parts[0]):
        return False
    place = len(parts[0])
    if len(parts) == 1:
        return place == len(path) or not anchored
    for part in parts[1:-1]:
        found = path.find(part, place)
        if found < 0:
            return False
        place = found + len(part)
    if anchored:
        return path.endswith(parts[-1]) and len(path) - len(parts[-1]) >= place
    return path.find(parts[-1], place) >= 0
