"""Tell which of the 17 IPTC Media Topics at the top a text is about, from n-grams of its words."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from broadsheet.model import Topic
from processors.enrich.words import WORD, Grams

CODES = tuple(f"{n:02}" for n in range(1, 18))
NAMES = {
    "01": "arts, culture, entertainment and media",
    "02": "crime, law and justice",
    "03": "disaster, accident and emergency incident",
    "04": "economy, business and finance",
    "05": "education",
    "06": "environment",
    "07": "health",
    "08": "human interest",
    "09": "labour",
    "10": "lifestyle and leisure",
    "11": "politics",
    "12": "religion",
    "13": "science and technology",
    "14": "society",
    "15": "sport",
    "16": "conflict, war and peace",
    "17": "weather",
}
MOST_WORDS = 400
"""Words read: a topic shows early."""


def is_han(word: str) -> bool:
    """Whether a token is one Han character or kana."""
    return len(word) == 1 and "\u3041" <= word <= "\u9fff"


def with_pairs(words: Sequence[str]) -> list[str]:
    """The words; neighbouring Han characters as pairs, since one alone says little."""
    found = []
    for at, word in enumerate(words):
        if not is_han(word):
            found.append(word)
        elif at + 1 < len(words) and is_han(words[at + 1]):
            found.append(word + words[at + 1])
    return found


def topic_words(text: str) -> list[str]:
    """What of a text tells its topic."""
    return with_pairs(WORD.findall(text[:6000])[:MOST_WORDS])


class TopicColumn:
    """Scores of each spelling for each topic."""

    width = len(CODES)
    dtype = np.float32

    def __init__(self, path: Path) -> None:
        with np.load(path) as stored:
            self._hashes = stored["hashes"]
            self._weights = stored["weights"]
            self._scale = stored["scale"]

    def rows(self, words: Sequence[str], found: Grams) -> NDArray[np.float32]:
        """Summed weights of the word's known n-grams."""
        at = np.minimum(np.searchsorted(self._hashes, found.hash), len(self._hashes) - 1)
        hit = np.flatnonzero(self._hashes[at] == found.hash)
        hit = hit[np.argsort(found.owner[hit], kind="stable")]
        rows = np.zeros((len(words), self.width), np.float32)
        if not len(hit):
            return rows
        owner = found.owner[hit]
        first = np.flatnonzero(np.r_[True, owner[1:] != owner[:-1]])
        rows[owner[first]] = np.add.reduceat(self._weights[at[hit]].astype(np.float32), first, axis=0) * self._scale
        return rows


SHARPNESS = 6.0
LEAST = 0.15
"""Share of the probability from which a second topic is given."""
MOST = 3


def topics(ids: NDArray[np.int64], table: NDArray[np.float32]) -> tuple[Topic, ...]:
    """The topics of a text whose words have these rows of the topic column, best first."""
    if not len(ids):
        return ()
    unique, counts = np.unique(ids, return_counts=True)
    weight = (1.0 + np.log(counts)).astype(np.float32)
    rows = table[unique]
    total = weight @ rows
    size = float(np.sqrt((weight**2).sum()) * np.sqrt((rows**2).sum() / max(1, len(rows))) + 1e-6)
    raw = SHARPNESS * total / size / 4.0
    share = np.exp(raw - raw.max())
    share /= share.sum()
    order = np.argsort(-share)[:MOST]
    return tuple(
        Topic(code=CODES[i], name=NAMES[CODES[i]], confidence=round(float(share[i]), 3))
        for n, i in enumerate(order)
        if n == 0 or share[i] >= LEAST
    )
