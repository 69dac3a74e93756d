"""What a host is asked and what it answers, apart from how either travels."""

import gzip
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from email.utils import parsedate_to_datetime
from hashlib import sha1
from typing import Protocol

from broadsheet.world.almanac import http_date


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    host: str
    target: str
    """Path with query, as sent."""
    headers: Mapping[str, str]
    """Names in small letters."""

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    def takes_gzip(self) -> bool:
        return "gzip" in self.headers.get("accept-encoding", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    wait: float = 0.0
    """Seconds before the answer begins."""
    chunks: Callable[[], AsyncIterator[bytes]] | None = None
    """Instead of a body: one that is made while it is sent."""


class Host(Protocol):
    """Whatever answers for one or more host names."""

    def answer(self, asked: Asked) -> Answer: ...


def html(body: bytes, content_type: str = "text/html; charset=utf-8", status: int = 200) -> Answer:
    return Answer(status=status, headers={"Content-Type": content_type}, body=body)


def redirect(location: str, status: int = 301) -> Answer:
    return Answer(status=status, headers={"Location": location, "Content-Type": "text/html"}, body=b"Moved.")


def etag(body: bytes) -> str:
    return f'"{sha1(body, usedforsecurity=False).hexdigest()[:16]}"'


def validated(asked: Asked, answer: Answer, tag: str | None, modified: datetime | None) -> Answer:
    """The answer with its validators, or 304 where the asker has it already."""
    headers = dict(answer.headers)
    if tag is not None:
        headers["ETag"] = tag
    if modified is not None:
        headers["Last-Modified"] = http_date(modified)
    if unchanged(asked, tag, modified):
        kept = {name: value for name, value in headers.items() if name != "Content-Type"}
        return Answer(status=304, headers=kept)
    return replace(answer, headers=headers)


def unchanged(asked: Asked, tag: str | None, modified: datetime | None) -> bool:
    """RFC 9110, 13.2.2: If-None-Match decides where it is given, else If-Modified-Since."""
    given = asked.headers.get("if-none-match")
    if given is not None:
        return tag is not None and tag in [part.strip().removeprefix("W/") for part in given.split(",")]
    since = asked.headers.get("if-modified-since")
    if since is None or modified is None:
        return False
    try:
        return modified.replace(microsecond=0) <= parsedate_to_datetime(since)
    except (TypeError, ValueError):
        return False


def gzipped(asked: Asked, answer: Answer) -> Answer:
    """The answer compressed, for those who take it so."""
    if not answer.body or not asked.takes_gzip():
        return answer
    headers = {**answer.headers, "Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
    return replace(answer, headers=headers, body=gzip.compress(answer.body, 6, mtime=0))
