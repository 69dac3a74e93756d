"""Looks many hashes up in a long sorted table: most are not in it, and a sieve in front says so without a search."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from processors.enrich.words import Grams

Floats = NDArray[np.float32]
Key = TypeVar("Key", np.uint32, np.uint64)

_BIT = (1 << np.arange(8)).astype(np.uint8)
FEWEST_BITS, MOST_BITS = 8, 25
"""The sieve has at most four megabytes."""
ROOM = 5
"""Bits more than the table's size needs: one in 32 of the unknown passes the sieve, to be searched in vain."""


def numbered(keys: NDArray[Key], hashes: NDArray[Key]) -> NDArray[np.int64]:
    """The row of each key in a table of sorted hashes, from 1; 0 where it has none."""
    if not len(hashes):
        return np.zeros(len(keys), np.int64)
    at = np.minimum(np.searchsorted(hashes, keys), len(hashes) - 1)
    return np.where(hashes[at] == keys, at + 1, 0)


class Hashed:
    """A table of sorted hashes, some of which may stand in it several times."""

    def __init__(self, hashes: NDArray[np.uint32]) -> None:
        self.hashes = hashes
        bits = min(MOST_BITS, max(FEWEST_BITS, len(hashes).bit_length() + ROOM))
        self._shift = np.uint32(32 - bits)
        places = hashes >> self._shift
        octets = places >> np.uint32(3)
        first = np.flatnonzero(np.r_[True, octets[1:] != octets[:-1]])
        self._sieve = np.zeros(1 << (bits - 3), np.uint8)
        self._sieve[octets[first]] = np.bitwise_or.reduceat(_BIT[places & 7], first)

    def find(self, keys: NDArray[np.uint32]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Which of the keys the table has, and the first row of each of those."""
        places = keys >> self._shift
        maybe = np.flatnonzero(self._sieve[places >> np.uint32(3)] & _BIT[places & 7])
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
