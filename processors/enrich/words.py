"""Words of a text and what is known of each spelling, computed once per spelling and kept: the reason enrich is quick.

News repeats its words. Everything that depends on a spelling alone (its n-grams, its scores for languages and topics,
its part in recognising names) is a row of an array, filled in batches when a spelling is first met.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

LONGEST_WORD = 40
"""Characters; longer runs (Thai, Khmer, addresses) are cut, so that one word never costs more than this."""

MOST_SPELLINGS = 120_000
"""Rows kept before all are forgotten and learned anew: about 120 MB with every column."""

LONGEST_GRAM = 5


def _marks() -> str:
    """Ranges of combining marks, which `\\w` leaves out, for a character class."""
    points = [i for i in range(0x300, 0x1E950) if unicodedata.category(chr(i)) in ("Mn", "Mc")]
    ranges: list[tuple[int, int]] = []
    for point in points:
        if ranges and ranges[-1][1] == point - 1:
            ranges[-1] = (ranges[-1][0], point)
        else:
            ranges.append((point, point))
    return "".join(f"\\U{a:08x}-\\U{b:08x}" for a, b in ranges)


MARKS = _marks()

HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f\u3005\u3007"
KANA = "\u3041-\u309f\u30a0-\u30ff\u31f0-\u31ff\uff66-\uff9f"

WORD = re.compile(
    rf"[{HAN}{KANA}]|(?:(?![{HAN}{KANA}])[^\W\d_])(?:(?![{HAN}{KANA}])[^\W\d_]|[{MARKS}\u200c\u200d]){{0,{LONGEST_WORD - 1}}}"
)
"""Words without digits; each Han or kana character is one."""


@dataclass(frozen=True, slots=True)
class Grams:
    """N-grams of a list of words, in lower case, with the borders of the word as a blank."""

    hash: NDArray[np.uint32]
    owner: NDArray[np.int64]
    """Index of the word, ascending within each length only."""
    length: NDArray[np.int8]
    """Characters, borders counted; 0 for the whole word."""
    edge: NDArray[np.int8]
    """1: begins at the word's border, 2: ends there, 3: both, 0: neither, or the whole word."""


def _mixed(value: NDArray[np.uint32], length: int) -> NDArray[np.uint32]:
    value = value + np.uint32(length * 0x9E3779B1 & 0xFFFFFFFF)
    value ^= value >> np.uint32(16)
    value *= np.uint32(0x7FEB352D)
    value ^= value >> np.uint32(15)
    value *= np.uint32(0x846CA68B)
    value ^= value >> np.uint32(16)
    return value


def codes_of(text: str) -> NDArray[np.uint32]:
    """The code points of a text."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


_POWERS = np.array([pow(31, k, 1 << 32) for k in range(4 * LONGEST_WORD)], np.uint32)


def grams(words: Sequence[str]) -> Grams:
    """All n-grams of 1 to 5 characters and the whole words, hashed; words hold no blanks."""
    codes = codes_of(" " + " ".join(word.lower().replace(" ", "_") for word in words) + " ")
    blank = codes == 32
    places = np.flatnonzero(blank)
    owner = np.cumsum(blank) - 1
    following = places[np.minimum(owner + 1, len(places) - 1)]
    index = np.arange(len(codes))
    rolled = codes.copy()
    hashes, owners, lengths, edges = [], [], [], []
    for n in range(1, LONGEST_GRAM + 1):
        if n > 1:
            rolled = rolled[:-1] * np.uint32(31) + codes[n - 1 :]
        start = index[: len(rolled)]
        fits = (start + n - 1 <= following[: len(rolled)]) & (owner[: len(rolled)] < len(words))
        if n == 1:
            fits &= ~blank
        hashes.append(_mixed(rolled[fits], n))
        owners.append(owner[: len(rolled)][fits])
        lengths.append(np.full(len(hashes[-1]), n, np.int8))
        edges.append((blank[: len(rolled)] + 2 * blank[n - 1 :])[fits].astype(np.int8))
    inside = index - places[np.minimum(owner, len(places) - 1)]
    terms = (codes * _POWERS[np.minimum(inside, len(_POWERS) - 1)])[:-1]
    whole = np.add.reduceat(terms, places[:-1], dtype=np.uint32) if len(words) else np.zeros(0, np.uint32)
    hashes.append(_mixed(whole, 0))
    owners.append(np.arange(len(words)))
    lengths.append(np.zeros(len(words), np.int8))
    edges.append(np.zeros(len(words), np.int8))
    return Grams(*(np.concatenate(parts) for parts in (hashes, owners, lengths, edges)))


def whole_hashes(words: Sequence[str]) -> NDArray[np.uint32]:
    """The hash of each word as a whole, case kept."""
    if not len(words):
        return np.zeros(0, np.uint32)
    codes = codes_of(" ".join(word.replace(" ", "_") or "_" for word in words) + " ")
    ends = np.flatnonzero(codes == 32)
    starts = np.r_[0, ends[:-1] + 1]
    inside = np.arange(len(codes)) - np.repeat(starts, ends - starts + 1)
    terms = codes * _POWERS[np.minimum(inside + 1, len(_POWERS) - 1)]
    terms[ends] = 0
    return _mixed(np.add.reduceat(terms, starts, dtype=np.uint32), 0)


class Column(Protocol):
    """Something known of a spelling: a row of numbers."""

    width: int
    dtype: Any

    def rows(self, words: Sequence[str], found: Grams) -> NDArray[Any]:
        """One row for each word."""


class Vocabulary:
    """Row numbers of spellings, and the columns that hold what is known of each."""

    def __init__(self, columns: dict[str, Column], most: int = MOST_SPELLINGS) -> None:
        self._columns = columns
        self._most = most
        self._ids: dict[str, int] = {}
        self._tables: dict[str, NDArray[Any]] = {}
        self._clear()

    def _clear(self) -> None:
        self._ids = {}
        self._tables = {name: np.zeros((4096, c.width), c.dtype) for name, c in self._columns.items()}

    def table(self, name: str) -> NDArray[Any]:
        """The rows of a column; valid until `ids` is called again."""
        return self._tables[name]

    def ids(self, words: Sequence[str]) -> NDArray[np.int64]:
        """The row of each word; rows of new spellings are computed here."""
        if len(self._ids) > self._most:
            self._clear()
        known = self._ids
        new = [word for word in dict.fromkeys(words) if word not in known]
        if new:
            self._learn(new)
        return np.fromiter(map(known.__getitem__, words), np.int64, len(words))

    def _learn(self, new: Sequence[str]) -> None:
        first, last = len(self._ids), len(self._ids) + len(new)
        found = grams(new)
        for name, column in self._columns.items():
            table = self._tables[name]
            if last > len(table):
                grown = np.zeros((max(last, 2 * len(table)), column.width), column.dtype)
                grown[:first] = table[:first]
                table = self._tables[name] = grown
            table[first:last] = column.rows(new, found)
        self._ids.update(zip(new, range(first, last), strict=True))
