"""Looks many hashes up in a long sorted table: most are not in it, and a sieve in front says so without a search."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from processors.enrich.words import Grams

Floats = NDArray[np.float32]

FEWEST_BITS, MOST_BITS = 8, 22
"""The sieve has at most four megabytes."""
ROOM = 3
"""Bits more than the table's size needs: one in eight of the unknown passes the sieve, to be searched in vain."""


class Hashed:
    """A table of sorted hashes, some of which may stand in it several times."""

    def __init__(self, hashes: NDArray[np.uint32]) -> None:
        self.hashes = hashes
        bits = min(MOST_BITS, max(FEWEST_BITS, len(hashes).bit_length() + ROOM))
        self._shift = np.uint32(32 - bits)
        self._sieve = np.zeros(1 << bits, np.bool_)
        self._sieve[hashes >> self._shift] = True

    def find(self, keys: NDArray[np.uint32]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Which of the keys the table has, and the first row of each of those."""
        maybe = np.flatnonzero(self._sieve[keys >> self._shift])
        rows = np.searchsorted(self.hashes, keys[maybe])
        hit = self.hashes[np.minimum(rows, len(self.hashes) - 1)] == keys[maybe]
        return maybe[hit], rows[hit]


def summed(
    found: Grams, known: Hashed, weights: NDArray[np.int8]
) -> tuple[NDArray[np.int64], Floats, NDArray[np.int64]]:
    """Words that have n-grams of the table, the sums of these n-grams' weights, and how many they are."""
    hit, rows = known.find(found.hash)
    order = np.argsort(found.owner[hit], kind="stable")
    owner = found.owner[hit][order]
    if not len(owner):
        return owner, np.zeros((0, weights.shape[1]), np.float32), owner
    first = np.flatnonzero(np.r_[True, owner[1:] != owner[:-1]])
    sums = np.add.reduceat(weights.take(rows[order], axis=0).astype(np.float32), first, axis=0)
    return owner[first], sums, np.diff(np.r_[first, len(owner)])
