"""Words of a text and what is known of each spelling, computed once per spelling and kept: the reason enrich is quick.

News repeats its words. Everything that depends on a spelling alone (its n-grams, its scores for languages and topics,
its part in recognising names) is a row of an array, filled in batches when it is first asked for.
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

FEWEST_ROWS = 4096

LONGEST_GRAM = 5


def _marks(first: int, last: int) -> str:
    """Ranges of combining marks, which `\\w` leaves out, for a character class."""
    points = [i for i in range(first, last) if unicodedata.category(chr(i)) in ("Mn", "Mc")]
    ranges: list[tuple[int, int]] = []
    for point in points:
        if ranges and ranges[-1][1] == point - 1:
            ranges[-1] = (ranges[-1][0], point)
        else:
            ranges.append((point, point))
    return "".join(f"\\U{a:08x}-\\U{b:08x}" for a, b in ranges)


JOINERS = _marks(0x300, 0x10000) + "\u200c\u200d"
_FAR = "\U00010000-\U0010ffff"
_MARK = rf"[{JOINERS}]|(?=[{_FAR}])[{_marks(0x10000, 0x1E950)}]"
"""Two classes, since one that holds ranges beyond U+FFFF is searched range by range."""

HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f\u3005\u3007"
KANA = "\u3041-\u309f\u30a0-\u30ff\u31f0-\u31ff\uff66-\uff9f"

WORD = re.compile(
    rf"[{HAN}{KANA}]|(?:(?![{HAN}{KANA}])[^\W\d_])(?:(?![{HAN}{KANA}])[^\W\d_]|{_MARK}){{0,{LONGEST_WORD - 1}}}"
)
"""Words without digits; each Han or kana character is one."""

PLAIN_WORD = re.compile(rf"[^\W\d_]{{1,{LONGEST_WORD}}}")
"""The same where `UNUSUAL` finds nothing, in half the time."""
UNUSUAL = re.compile(rf"[{HAN}{KANA}{JOINERS}{_FAR}]".replace("\U00020000-\U0003134f", ""))
"""What only the full pattern reads rightly."""


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


@dataclass(frozen=True, slots=True)
class Edges:
    """What `grams` has of the two borders of each word, and of the word as a whole: all that a recogniser asks for, at a
    tenth of the price."""

    size: NDArray[np.int64]
    """Characters of each word in lower case: it has beginnings and endings up to that."""
    begins: list[NDArray[np.uint32]]
    """Hashes of the first 1, 2, ... characters with the border before them."""
    ends: list[NDArray[np.uint32]]
    whole: NDArray[np.uint32]


def edges(words: Sequence[str], longest: int = LONGEST_GRAM - 1) -> Edges:
    """Beginnings and endings of 1 to `longest` characters, with the border; words hold no blanks."""
    codes = codes_of(" " + " ".join(word.lower().replace(" ", "_") for word in words) + " " * (longest + 1))
    places = np.flatnonzero(codes == 32)[: len(words) + 1]
    first, last = places[:-1], places[1:]
    front, back = codes[first], codes[last]
    begins, ends = [], []
    for n in range(1, longest + 1):
        front = front * np.uint32(31) + codes[first + n]
        back = back + codes[np.maximum(last - n, 0)] * _POWERS[n]
        begins.append(_mixed(front, n + 1))
        ends.append(_mixed(back, n + 1))
    inside = np.arange(last[-1] if len(words) else 0) - np.repeat(first, last - first)
    terms = codes[: len(inside)] * _POWERS[np.minimum(inside, len(_POWERS) - 1)]
    whole = np.add.reduceat(terms, first, dtype=np.uint32) if len(words) else np.zeros(0, np.uint32)
    return Edges(last - first - 1, begins, ends, _mixed(whole, 0))


def whole_hashes(words: Sequence[str]) -> NDArray[np.uint32]:
    """The hash of each word as a whole, case kept."""
    if not len(words):
        return np.zeros(0, np.uint32)
    codes = codes_of(" ".join(word.replace(" ", "_") or "_" for word in words) + " ")
    ends = np.flatnonzero(codes == 32)
    starts = np.zeros_like(ends)
    starts[1:] = ends[:-1] + 1
    inside = np.arange(len(codes)) - np.repeat(starts, ends - starts + 1)
    terms = codes * _POWERS[np.minimum(inside + 1, len(_POWERS) - 1)]
    terms[ends] = 0
    return _mixed(np.add.reduceat(terms, starts, dtype=np.uint32), 0)


class Column(Protocol):
    """Something known of a spelling: a row of numbers."""

    width: int
    dtype: Any
    seldom: bool
    """Asked for but a part of the words of a text: filled for those alone."""

    def rows(self, words: Sequence[str]) -> NDArray[Any]:
        """One row for each word."""


class Numbers(dict[str, int]):
    """Gives each new word the next number."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []

    def __missing__(self, word: str) -> int:
        number = self[word] = len(self.words)
        self.words.append(word)
        return number


class Vocabulary:
    """Row numbers of spellings, and the columns that hold what is known of each: filled for a spelling when first asked for."""

    def __init__(self, columns: dict[str, Column], most: int = MOST_SPELLINGS) -> None:
        self._columns = columns
        self._most = most
        self._clear()

    def _clear(self) -> None:
        self._ids = Numbers()
        self._tables = {name: np.zeros((0, c.width), c.dtype) for name, c in self._columns.items()}
        self._done = dict.fromkeys(self._columns, 0)
        self._filled = {name: np.zeros(0, np.bool_) for name, c in self._columns.items() if c.seldom}

    def ids(self, words: Sequence[str]) -> NDArray[np.int64]:
        """The row of each word; valid until this is called again."""
        if len(self._ids) > self._most:
            self._clear()
        return np.fromiter(map(self._ids.__getitem__, words), np.int64, len(words))

    def rows(self, name: str, ids: NDArray[np.int64]) -> NDArray[Any]:
        """The rows of a column for words that `ids` numbered."""
        if len(self._ids) > len(self._tables[name]):
            self._grow(name)
        if name in self._filled:
            missing = ids[~self._filled[name][ids]]
            if len(missing):
                those = np.unique(missing)
                self._filled[name][those] = True
                self._fill(name, those, [self._ids.words[i] for i in those.tolist()])
        elif self._done[name] < len(self._ids):
            first, self._done[name] = self._done[name], len(self._ids)
            self._fill(name, slice(first, len(self._ids)), self._ids.words[first:])
        return self._tables[name][ids]

    def _grow(self, name: str) -> None:
        size = max(FEWEST_ROWS, len(self._ids), 2 * len(self._tables[name]))
        for tables in (self._tables, self._filled):
            if name in tables:
                old = tables[name]
                tables[name] = np.zeros((size, *old.shape[1:]), old.dtype)
                tables[name][: len(old)] = old

    def _fill(self, name: str, those: NDArray[np.int64] | slice, words: Sequence[str]) -> None:
        self._tables[name][those] = self._columns[name].rows(words)
