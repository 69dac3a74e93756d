"""What `deduplicate` computes of one article before it asks the past."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from broadsheet.address import LONGEST
from broadsheet.border import clean
from broadsheet.model import Article, DateClaim
from broadsheet.storage.shingles import Twin
from broadsheet.storage.urls import digest
from processors.deduplicate.compare import Text
from processors.deduplicate.merges import root
from processors.deduplicate.words import Words, fingerprint, keys_of, title_key, words

LONGEST_SENTENCE = 60_000
"""Words; a text without a single stop is cut, so that lengths fit into 16 bits."""

MOST_ADDRESSES = 20
"""Addresses that one page may give for itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """An article as the past sees it."""

    twin: Twin
    text: Text
    addresses: dict[bytes, str]
    """Each address it gives for itself, by its digest; a site's front page is no article's."""


def features(article: Article) -> Features:
    """What the article's addresses, text, title, host and dates say to the question whether we have it."""
    found, text = numbers(article.text)
    # The canonical address first: a merged article's own address leads to another article from then on.
    given = dict.fromkeys((article.canonical, *article.addresses, article.url))
    urls = [clean(url) for url in given if url and len(url) <= LONGEST and not root(url)]
    addresses = {digest(url): url for url in urls[:MOST_ADDRESSES]}
    twin = twin_from(
        found,
        text,
        id=article.id,
        title=article.title or "",
        host=article.host.removeprefix("www."),
        source=article.source,
        moment=moment(article.published, article.first_seen),
        first_seen=article.first_seen,
        addresses=b"".join(addresses),
    )
    return Features(twin=twin, text=text, addresses=addresses)


def numbers(raw: str) -> tuple[Words, Text]:
    """The text's words, and what of them is compared."""
    found = words(raw)
    keys = keys_of(found.hashes, found.shingle)
    return found, Text(hashes=found.hashes, sentence=found.sentence, shingle=found.shingle, keys=keys)


def twin_from(
    found: Words,
    text: Text,
    *,
    id: int,
    title: str,
    host: str,
    source: str,
    moment: datetime,
    first_seen: datetime,
    addresses: bytes = b"",
) -> Twin:
    """The text as it is remembered."""
    lengths = np.bincount(found.sentence) if len(found.sentence) else np.zeros(0, dtype=np.int64)
    return Twin(
        id=id,
        fold=id,
        exact=fingerprint(found.hashes),
        title=title_key(title),
        host=host,
        source=source,
        moment=moment,
        first_seen=first_seen,
        shingle=text.shingle,
        words=found.hashes.astype("<u4").tobytes(),
        sentences=_cut(lengths).astype("<u2").tobytes(),
        addresses=addresses,
    )


def _cut(lengths: np.ndarray[tuple[int], np.dtype[np.int64]]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    if not len(lengths) or lengths.max() <= LONGEST_SENTENCE:
        return lengths
    parts = []
    for length in lengths.tolist():
        whole, rest = divmod(length, LONGEST_SENTENCE)
        parts += [LONGEST_SENTENCE] * whole + ([rest] if rest else [])
    return np.array(parts, dtype=np.int64)


def moment(claim: DateClaim | None, first_seen: datetime) -> datetime:
    """When the article says it was published. A day without a time is read as late as it can be, and nothing was
    published after it was seen; a claim nobody believes, or none, gives way to the first sight."""
    if claim is None or claim.instant is None or claim.precision in ("month", "year"):
        return first_seen
    instant = claim.instant.astimezone(UTC)
    latest = instant + timedelta(days=1) - timedelta(seconds=1) if claim.precision == "day" else instant
    return min(latest, first_seen)
