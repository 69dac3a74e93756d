"""Counts the letters, digits and marks of all texts of a page in one sweep over its code points, with numpy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.int64]

_WIDE = ((0x3040, 0x30FF), (0x3400, 0x9FFF), (0xF900, 0xFAFF), (0xAC00, 0xD7AF))
_COUNTED = {"comma": ",，،、", "stop": ".!?。！？…؟।", "bar": "|»›•", "space": " \n"}
_BEYOND = 0x10000
"""Stands for every code point beyond the basic plane."""
_CASED = 0x590
"""Scripts with capitals lie below."""
_FIELD = 16
"""Bits of a counter: four of them go through one sum. What a single text has more of spills over, harmlessly."""

_ENDS, _CLOSES, _UPPER = 1, 2, 4


def _tables() -> tuple[NDArray[np.uint64], NDArray[np.uint64], NDArray[np.uint8]]:
    first, second = np.zeros(_BEYOND + 1, np.uint64), np.zeros(_BEYOND + 1, np.uint64)
    kinds = np.zeros(_BEYOND + 1, np.uint8)
    for low, high in _WIDE:
        first[low : high + 1] = 1
    for place, (table, name) in enumerate(((first, "comma"), (first, "stop"), (second, "bar"), (second, "space"))):
        for letter in _COUNTED[name]:
            table[ord(letter)] = 1 << (_FIELD * (1 + place % 2))
    for letter in map(chr, range(_CASED)):
        if letter.isdigit():
            first[ord(letter)] = 1 << (_FIELD * 3)
        if letter.isupper():
            second[ord(letter)] = 1
            kinds[ord(letter)] |= _UPPER
    for letter in _COUNTED["stop"]:
        kinds[ord(letter)] |= _ENDS
    for letter in "\"'”’»)）]」』›“":
        kinds[ord(letter)] |= _CLOSES
    return first, second, kinds


_FIRST, _SECOND, _KINDS = _tables()


@dataclass(frozen=True, slots=True, kw_only=True)
class Letters:
    """A number for each text and question."""

    size: Counts
    """Characters."""
    wide: Counts
    """CJK characters."""
    commas: Counts
    stops: Counts
    """Marks that end sentences."""
    digits: Counts
    uppers: Counts
    bars: Counts
    spaces: Counts
    ended: NDArray[np.bool_]
    """Whether it ends as a sentence does, closing quotes and brackets aside."""
    capital: NDArray[np.bool_]
    """Whether it begins with a capital letter."""

    @property
    def width(self) -> Counts:
        """Length in Latin characters: a CJK character says as much as 2.5 letters."""
        return self.size + (1.5 * self.wide).astype(np.int64)

    @property
    def words(self) -> Counts:
        """Words, as far as spaces and CJK characters tell."""
        return np.maximum(self.spaces + 1, 3 * self.wide // 4)


def _field(sums: NDArray[np.uint64], place: int) -> Counts:
    return ((sums >> np.uint64(_FIELD * place)) & np.uint64(0xFFFF)).astype(np.int64)


def letters_of(texts: Sequence[str]) -> Letters:
    """The counts of each text; none of them is empty."""
    size = np.fromiter(map(len, texts), np.int64, len(texts))
    if not len(texts):
        none = np.zeros(0, np.bool_)
        return Letters(
            size=size, wide=size, commas=size, stops=size, digits=size, uppers=size, bars=size, spaces=size, ended=none,
            capital=none,
        )  # fmt: skip
    points = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), np.uint32)
    if points.max() >= _BEYOND:
        points = np.minimum(points, _BEYOND)
    ends = np.cumsum(size)
    starts = ends - size
    first = np.add.reduceat(_FIRST.take(points), starts)
    second = np.add.reduceat(_SECOND.take(points), starts)
    kinds = _KINDS.take(points)
    last, ended = ends - 1, np.zeros(len(texts), np.bool_)
    for _ in range(3):
        marks = kinds[last]
        ended |= (marks & _ENDS) > 0
        last = np.maximum(last - ((marks & _CLOSES) > 0), starts)
    return Letters(
        size=size,
        wide=_field(first, 0),
        commas=_field(first, 1),
        stops=_field(first, 2),
        digits=_field(first, 3),
        uppers=_field(second, 0),
        bars=_field(second, 1),
        spaces=_field(second, 2),
        ended=ended,
        capital=(kinds[starts] & _UPPER) > 0,
    )
