"""Lists of names as one table of hashed phrases, so that a whole text is looked up in a few array operations."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from processors.enrich.fold import fold
from processors.enrich.hashed import Hashed
from processors.enrich.words import _mixed, whole_hashes

PERSON, ORGANISATION, PLACE, COMMON, GIVEN, FAMILY, TOWN, PART = (1 << k for k in range(8))
"""What a phrase is known as: a person's full name, an organisation, a place, a Chinese word that is no name, a given name,
a family name, a smaller town, a word of organisations' names."""

TABLE = Path(__file__).parent / "tables/phrases.npz"

LONGEST_PHRASE = 6
"""Tokens."""


class FoldColumn:
    """The hash of each spelling's folded form: what phrases are made of."""

    width = 1
    dtype = np.uint32
    seldom = False

    def rows(self, words: Sequence[str]) -> NDArray[np.uint32]:
        """One hash a word."""
        return whole_hashes([fold(word) for word in words])[:, None]


class LowerColumn:
    """The hash of each spelling in lower case."""

    width = 1
    dtype = np.uint32
    seldom = False

    def rows(self, words: Sequence[str]) -> NDArray[np.uint32]:
        """One hash a word."""
        return whole_hashes([word.lower() for word in words])[:, None]


def phrase_hashes(folds: NDArray[np.uint32]) -> list[NDArray[np.uint32]]:
    """Hashes of all phrases of 1 to 6 tokens; element n-1 has one for each start."""
    found = []
    rolled = folds.copy()
    for n in range(1, LONGEST_PHRASE + 1):
        if n > 1:
            rolled = rolled[:-1] * np.uint32(0x01000193) + folds[n - 1 :]
        found.append(_mixed(rolled, 8 + n))
        if len(rolled) <= 1:
            break
    return found


class Phrases:
    """The table: sorted hashes, and what each is known as."""

    def __init__(self, path: Path) -> None:
        with np.load(path) as stored:
            self._known = Hashed(stored["hashes"])
            self._kinds: NDArray[np.uint8] = stored["kinds"]

    def find(self, hashes: NDArray[np.uint32]) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
        """Which of the phrases are known, and what each of those is known as, as bits."""
        at, rows = self._known.find(hashes)
        return at, self._kinds[rows]
