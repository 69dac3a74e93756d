"""Tells a page that says `not found` with status 200 by what its host answers to an address that surely is not there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import zstandard

from broadsheet.model import Article, Claims, Drop, Page, now
from broadsheet.ports import Known
from broadsheet.storage.known import folded
from processors.extract import extract
from processors.extract.features import words
from processors.extract.pieces import width
from processors.extract.row import Nothing

LONGEST = 3000
"""Width of the longest text that can be an error page's."""
RUN = 5
SHARED = 0.8
"""Share of a page's runs of five words that the missing page must have."""
BODY = 1 << 22
"""Bytes that are read of a stored answer."""


@dataclass(frozen=True, slots=True)
class Print:
    """What a host's missing page is known by; `runs` is empty where it cannot be told from an article."""

    title: str
    runs: frozenset[tuple[str, ...]]


def is_missing(article: Article, text: str, known: Known) -> str | None:
    """Why the page with this text is its host's answer for addresses that are not there; None where it is not."""
    given: Mapping[str, Any] | None = known.profile(article.host).get("missing")
    if not given or article.url == given["url"] or width(text) > LONGEST:
        return None
    prints = fingerprint(article.host, str(given["url"]), bytes(given["body"]), json.dumps(given["headers"]))
    if not prints.runs or folded(article.title or "") != prints.title:
        return None
    own = _runs(text)
    if not own or len(own & prints.runs) < SHARED * len(own):
        return None
    return f"the host answers so to {given['url']}, which is not there"


@lru_cache(maxsize=256)
def fingerprint(host: str, url: str, body: bytes, headers: str) -> Print:
    """Title and runs of words of a host's answer."""
    moment = now()
    page = Page(
        id=0, url=url, final_url=url, source=host, host=host, status=200,
        headers=tuple((str(name), str(value)) for name, value in json.loads(headers)),
        body=zstandard.ZstdDecompressor().decompress(body, max_output_size=BODY),
        fetched=moment, first_seen=moment, claims=Claims(source=host),
    )  # fmt: skip
    found = extract(page, Nothing())
    if isinstance(found, Drop) or _an_article(found):
        return Print("", frozenset())
    return Print(folded(found.title or ""), _runs(found.normalised))


def _an_article(article: Article) -> bool:
    """Some hosts answer with the article whose name comes nearest: that says nothing of missing pages."""
    running = sum(width(article.normalised[block.start : block.end]) for block in article.blocks if block.kept)
    return article.verdict == "article" and (bool(article.dates) or running > LONGEST)


def _runs(text: str) -> frozenset[tuple[str, ...]]:
    found = words(text)
    return frozenset(tuple(found[i : i + RUN]) for i in range(max(1, len(found) - RUN + 1)) if found[i : i + RUN])
