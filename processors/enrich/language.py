"""Tell the language of a text and of each of its blocks, with the script of Chinese, from n-grams of its words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from processors.enrich.hashed import Hashed, summed
from processors.enrich.words import grams

ENOUGH_WORDS = 250
"""Words looked at: more change nothing."""

_PIDGIN = """
dey wey di dem una sey wetin pesin pipo pikin abi sabi goment presido oda odas wit comot dis dat dia wia im na afta
befor sometin nobi becos nova tok tori plenti kontri moni skool togeda anoda unda
"""
PIDGIN = frozenset(_PIDGIN.split())
PIDGIN_SHARE = 0.055
"""English with one of these words in eighteen is Nigerian Pidgin; there is no free text of it to learn from."""

SURE = 2.5
"""Temperature of the softmax over root-normalised scores, chosen so that answers given .9 are right about nine times in ten."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """What language a text is in."""

    tag: str
    """ISO 639-1 (639-3 where there is none); for Chinese with the script: `zh-Hans`."""
    confidence: float

    @property
    def code(self) -> str:
        """The language without script."""
        return self.tag.partition("-")[0]


UNKNOWN = Guess(tag="und", confidence=0.0)


class LanguageColumn:
    """Scores of each spelling for each language."""

    dtype = np.float32
    seldom = True

    def __init__(self, path: Path) -> None:
        with np.load(path) as stored:
            self._known = Hashed(stored["hashes"])
            self._weights = stored["weights"]
            self._scale = stored["scale"]
            self.languages = tuple(str(code) for code in stored["languages"])
        self.width = len(self.languages) + 1

    def rows(self, words: Sequence[str]) -> NDArray[np.float32]:
        """Summed weights of the word's known n-grams; the last number is how many there were."""
        rows = np.zeros((len(words), self.width), np.float32)
        known, sums, counts = summed(grams(words), self._known, self._weights)
        rows[known, :-1] = sums * self._scale
        rows[known, -1] = counts
        return rows


def is_pidgin(words: Sequence[str]) -> bool:
    """Whether words taken for English are Nigerian Pidgin."""
    few = words[:ENOUGH_WORDS]
    return sum(word.lower() in PIDGIN for word in few) >= max(1.0, PIDGIN_SHARE * len(few))


def guesses(texts: Sequence[Sequence[str]], totals: NDArray[np.float32], languages: tuple[str, ...]) -> list[Guess]:
    """The languages of texts, whose words have these sums of the language column's rows."""
    counts = totals[:, -1:]
    scores = totals[:, :-1] / np.sqrt(np.maximum(counts, 1.0)) * SURE
    scores -= scores.max(1, keepdims=True)
    shares = np.exp(scores)
    best = scores.argmax(1)
    sure = shares[np.arange(len(best)), best] / shares.sum(1)
    found = []
    for words, count, at, confidence in zip(texts, counts[:, 0].tolist(), best.tolist(), sure.tolist(), strict=True):
        if not count:
            found.append(UNKNOWN)
        elif languages[at] == "en" and is_pidgin(words):
            found.append(Guess(tag="pcm", confidence=min(confidence, 0.8)))
        else:
            found.append(Guess(tag=languages[at], confidence=confidence))
    return found
