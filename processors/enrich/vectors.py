"""Vectors of words of many languages in one small table, so that a name never seen in training is like the names it resembles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from processors.enrich.hashed import numbered
from processors.enrich.lists import phrase_hashes

Floats = NDArray[np.float32]

LEVELS = 2.2
"""Steps in one standard deviation: each number is one of 15, half a byte."""
WORD_LENGTHS = (2, 3, 4)
"""Characters of the Chinese words that have a vector of their own."""
FIRST, MIDDLE, LAST = 1, 2, 3


def packed(vectors: Floats) -> tuple[NDArray[np.uint8], Floats]:
    """Half bytes, two in one, and what a step is worth in each column."""
    scale = (vectors.std(0) / LEVELS).astype(np.float32)
    steps = (np.clip(np.round(vectors / scale), -7, 7) + 8).astype(np.uint8)
    return np.asarray(steps[:, ::2] << 4 | steps[:, 1::2], np.uint8), scale


def unpacked(halves: NDArray[np.uint8], scale: Floats) -> Floats:
    """The numbers that `packed` made halves of."""
    vectors = np.empty((len(halves), 2 * halves.shape[1]), np.float32)
    vectors[:, ::2], vectors[:, 1::2] = halves >> 4, halves & 15
    return np.asarray((vectors - 8) * scale, np.float32)


def gaps(hashes: NDArray[np.uint32]) -> dict[str, NDArray[np.uint16]]:
    """Sorted hashes as differences in two planes, which compress to half."""
    steps = np.diff(hashes, prepend=np.uint32(0))
    return {"low": (steps & 0xFFFF).astype(np.uint16), "high": (steps >> 16).astype(np.uint16)}


def ungapped(low: NDArray[np.uint16], high: NDArray[np.uint16]) -> NDArray[np.uint32]:
    """The hashes that `gaps` took apart."""
    return np.cumsum(high.astype(np.uint32) << np.uint32(16) | low, dtype=np.uint32)


class Vectors:
    """Two tables: words by the hash of their folded form, and Chinese words of several characters by that of the phrase."""

    def __init__(self, stored: Mapping[str, NDArray[Any]]) -> None:
        self.hashes = ungapped(stored["low"], stored["high"])
        self.halves: NDArray[np.uint8] = stored["halves"]
        self.scale: Floats = stored["scale"]
        self.word_hashes = ungapped(stored["word_low"], stored["word_high"])
        self.word_halves: NDArray[np.uint8] = stored["word_halves"]
        self.word_scale: Floats = stored["word_scale"]
        self.size = 2 * self.halves.shape[1]

    def rows(self, folds: NDArray[np.uint32]) -> Floats:
        """Vectors by the hashes of folded words; zeros where there is none."""
        at = numbered(folds, self.hashes)
        vectors = np.zeros((len(folds), self.size), np.float32)
        hit = np.flatnonzero(at)
        vectors[hit] = unpacked(self.halves[at[hit] - 1], self.scale)
        return vectors

    def words(self) -> Floats:
        """Vectors of all Chinese words, a row of zeros before them."""
        return np.concatenate([np.zeros((1, self.size), np.float32), unpacked(self.word_halves, self.word_scale)])


def longest(
    folds: NDArray[np.uint32], han: NDArray[np.bool_], known: NDArray[np.uint32]
) -> tuple[NDArray[np.int64], NDArray[np.int8]]:
    """For each token the row of the longest known word over it (from 1; 0: none), and its place in that word."""
    rows, place = np.zeros(len(folds), np.int64), np.zeros(len(folds), np.int8)
    for length, hashes in enumerate(phrase_hashes(folds), 1):
        if length not in WORD_LENGTHS:
            continue
        whole = han[: len(hashes)].copy()
        for k in range(1, length):
            whole &= han[k : k + len(hashes)]
        starts = np.flatnonzero(whole)
        row = numbered(hashes[starts], known)
        starts, row = starts[row > 0], row[row > 0]
        for k in range(length):
            rows[starts + k] = row
            place[starts + k] = FIRST if k == 0 else LAST if k == length - 1 else MIDDLE
    return rows, place
