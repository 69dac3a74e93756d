"""Watches the layout of every source: when its pages leave their usual shape, it is held before anything wrong is indexed."""

from __future__ import annotations

import logging
import math
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from broadsheet.drift import ARTICLE, AUTHORS, DATE, IMAGE, TITLE, Sighting
from broadsheet.model import Article, Drop
from broadsheet.storage import sightings
from broadsheet.storage.postgres import PostgresTransaction
from processors.extract.pieces import width

log = logging.getLogger(__name__)

OLD = timedelta(days=30)
"""An archived page may have the looks of its time."""
LISTS = frozenset(("headline-list", "teaser", "navigation"))
VERDICTS = frozenset(("wall", "shell", "not-an-article", "too-short"))
"""Drops that may mean that we cannot read the page, and not that it is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One live page of a source and what became of it in `strip` or before."""

    id: int
    source: str
    url: str
    kept: datetime
    answer: Article | Drop


def watch(tx: PostgresTransaction, seen: Iterable[Seen]) -> dict[str, str]:
    """Remembers what the pages gave; the sources that are held from now on, with the reason.

    The caller holds the stage's lock, and leaves the pages of the sources named in the queue. A source that another
    worker held meanwhile is among them.
    """
    by_source: dict[str, list[Seen]] = defaultdict(list)
    for one in seen:
        by_source[one.source].append(one)
    found = sightings.held(tx, by_source)
    told = {
        source: [told for one in own if (told := sighting_of(one))]
        for source, own in by_source.items()
        if source not in found
    }
    for source, drift in sightings.record(tx, told).items():
        sightings.hold(tx, source, drift, {one.id for one in by_source[source]})
        found[source] = drift.reason
        log.warning("source held", extra={"source": source, "reason": drift.reason})
    return found


def sighting_of(seen: Seen) -> Sighting | None:
    """What a page says of its source's layout; None where it says nothing."""
    answer, family = seen.answer, family_of(seen.url)
    if isinstance(answer, Drop):
        tells = answer.reason in VERDICTS
        return Sighting(id=seen.id, at=seen.kept, family=family) if tells else None
    if _imported(answer) or _old(answer):
        return None
    sizes: dict[bool | str, int] = defaultdict(int)
    for block in answer.blocks:
        sizes["lists" if block.role in LISTS else block.kept] += width(answer.normalised[block.start : block.end])
    whole = sum(sizes.values()) or 1
    return Sighting(
        id=seen.id,
        at=seen.kept,
        family=family,
        fields=_fields(answer),
        size=math.log(1 + sizes[True]),
        body=sizes[True] / whole,
        lists=sizes["lists"] / whole,
    )


def _fields(article: Article) -> int:
    """The bits of what the article has."""
    has = (
        (TITLE, bool(article.title)),
        (DATE, article.published is not None),
        (AUTHORS, bool(article.authors)),
        (IMAGE, article.image is not None and article.image.url is not None),
    )
    return ARTICLE | sum(bit for bit, there in has if there)


def _imported(article: Article) -> bool:
    """An imported text was on no page of the source."""
    return ("encoding", "utf-8 by import") in article.origins


def _old(article: Article) -> bool:
    published = article.published.instant if article.published else None
    return published is not None and article.fetched - published > OLD


_DIGITS = re.compile(r"\d+")
_FORM = re.compile(r"(?:^|[/.?&=_-])(amp|print|mobile)(?=$|[/.?&=_-])", re.I)


def family_of(url: str) -> str:
    """What an address looks like: its host, the first part of its path where that is not the article's own name, and
    which form of the page it is."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    first, rest, _ = parts.path.removeprefix("/").partition("/")
    form = _FORM.search(f"{parts.path}?{parts.query}")
    where = _DIGITS.sub("0", first)[:40].lower() if rest else "*"
    return f"{(parts.hostname or '').lower()}/{where}{f' {form.group(1).lower()}' if form else ''}"
