"""Tell which of the 17 IPTC Media Topics at the top a text is about, from n-grams of its words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from broadsheet.model import Topic
from processors.enrich.fold import fold
from processors.enrich.hashed import Hashed, summed
from processors.enrich.words import WORD, Vocabulary, grams

LISTED = Path(__file__).parent / "tables/topic-words.txt"
SHORT, SHORT_ARABIC = 4, 3
"""Letters up to which a listed word is meant as it is; longer ones with any ending."""
LONGEST_STEM = 14

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


@dataclass(frozen=True, slots=True)
class Listed:
    """What the listed words say of each topic."""

    whole: Mapping[str, NDArray[np.float32]]
    """Those meant as they are."""
    begun: Mapping[str, NDArray[np.float32]]
    """Those that words may begin with."""
    openings: frozenset[str]
    """The first letters of these."""


SHORTEST_STEM = 3


@cache
def listed() -> Listed:
    """The lists of this process."""
    topics_of: dict[str, set[int]] = defaultdict(set)
    for line in LISTED.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            code, _, words = line.split("\t")
            for word in words.split():
                if "-" not in word:
                    topics_of[lowered(word)].add(CODES.index(code))
    whole: dict[str, NDArray[np.float32]] = {}
    begun: dict[str, NDArray[np.float32]] = {}
    for word, codes in topics_of.items():
        row = np.zeros(len(CODES), np.float32)
        row[sorted(codes)] = 1.0 / len(codes)
        short = SHORT_ARABIC if "\u0600" <= word[0] <= "\u06ff" else SHORT
        (whole if len(word) <= short or is_han(word[0]) else begun)[word] = row
    return Listed(whole, begun, frozenset(stem[:SHORTEST_STEM] for stem in begun))


def lowered(word: str) -> str:
    """The word as lists have it: in lower case; Arabic without its article and particles, and with one form of each letter."""
    low = word.lower().replace("i\u0307", "i")
    return fold(low) if "\u0600" <= low[:1] <= "\u06ff" else low


def told_by(word: str) -> NDArray[np.float32] | None:
    """What a word says of each topic by the lists: by the longest of them that it begins with."""
    low = lowered(word)
    known = listed()
    if low in known.whole:
        return known.whole[low]
    if low[:SHORTEST_STEM] not in known.openings or (len(low) <= SHORT and low[:1] < "\u0600"):
        return None
    lengths = range(min(len(low), LONGEST_STEM), SHORTEST_STEM - 1, -1)
    return next((known.begun[low[:n]] for n in lengths if low[:n] in known.begun), None)


class TopicColumn:
    """Scores of each spelling for each topic: by the model, and behind them by the lists."""

    width = 2 * len(CODES)
    dtype = np.float32
    seldom = True

    def __init__(self, path: Path) -> None:
        with np.load(path) as stored:
            self._known = Hashed(stored["hashes"])
            self._weights = stored["weights"]
            self._scale = stored["scale"]

    def rows(self, words: Sequence[str]) -> NDArray[np.float32]:
        """Summed weights of the word's known n-grams; what the lists say."""
        rows = np.zeros((len(words), self.width), np.float32)
        for number, word in enumerate(words):
            told = told_by(word)
            if told is not None:
                rows[number, len(CODES) :] = told
        known, sums, _ = summed(grams(words), self._known, self._weights)
        rows[known, : len(CODES)] = sums * self._scale
        return rows


MODEL_WORTH, LISTS_WORTH = 1.0, 5.0
"""Of the model's score, and of the listed words': chosen on the labelled sets and the news world together."""
FEW = 4.0
"""Listed words by which a text with hardly any is doubted."""
VAGUE = np.array([0.7 if code in ("08", "14") else 1.0 for code in CODES], np.float32)
"""What words of human interest and society are worth beside the others': they are in texts of every kind."""
WARMTH = 0.45
"""Chosen so that eight of ten topics given .35 or more are right."""
LEAST = 0.15
"""Share of the probability from which a second topic is given."""
MOST = 3


def topics(ids: NDArray[np.int64], vocabulary: Vocabulary) -> tuple[Topic, ...]:
    """The topics of a text whose words have these numbers in the vocabulary, best first."""
    if not len(ids):
        return ()
    unique, counts = np.unique(ids, return_counts=True)
    weight = (1.0 + np.log(counts)).astype(np.float32)
    rows = vocabulary.rows("topics", unique)
    model, lists = rows[:, : len(CODES)], rows[:, len(CODES) :]
    size = float(np.sqrt((weight**2).sum()) * np.sqrt((model**2).sum() / max(1, len(model))) + 1e-6)
    told = (weight @ lists) * VAGUE
    raw = WARMTH * (MODEL_WORTH * (weight @ model) / size + LISTS_WORTH * told / np.sqrt(told.sum() + FEW))
    share = np.exp(raw - raw.max())
    share /= share.sum()
    order = np.argsort(-share)[:MOST]
    return tuple(
        Topic(code=CODES[i], name=NAMES[CODES[i]], confidence=round(float(share[i]), 3))
        for n, i in enumerate(order)
        if n == 0 or share[i] >= LEAST
    )
