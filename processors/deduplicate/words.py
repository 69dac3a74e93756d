"""Turns a text into numbers that two copies of it share, whatever their typography, markup residue or furniture.

Every step is plain arithmetic on code points, so that the same text gives the same numbers in every process, for ever:
what is stored years ago still meets what comes in today.
"""

from __future__ import annotations

import hashlib
import html
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import ftfy
import numpy as np
from numpy.typing import NDArray

from processors.deduplicate.prose import prose

Hashes = NDArray[np.uint32]
Keys = NDArray[np.int64]
Positions = NDArray[np.int64]
Wide = NDArray[np.uint64]

LONGEST = 200_000
"""Characters of one text that are compared; what follows is cut (a 50 MB page is not a news article)."""

SHINGLE = 5
"""Words in a shingle; see the measured facts of the design (5-word shingles, containment)."""
CHARACTER_SHINGLE = 8
"""Characters in a shingle where words are not spaced: about five words of Chinese or Japanese."""

_GAP, _WORD, _CHARACTER, _SKIP, _STOP, _LINE = range(6)

_SKIPPED = (
    {0x00AD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0x0640}
    | {ord(mark) for mark in "'’‘ʼ`´"}
    | set(range(0x0300, 0x0370))  # combining accents
    | set(range(0x0591, 0x05C8))  # Hebrew points
    | set(range(0x064B, 0x0660))  # Arabic vowel marks
    | {0x0670}
    | set(range(0xFE00, 0xFE10))  # variation selectors
)
"""Invisible or optional: soft hyphens, joiners, apostrophes, vowel marks."""

_STOPS = {ord(mark) for mark in ".!?…。！？।؟۔｡"}

_UNSPACED = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Burmese
    (0x1780, 0x17FF),  # Khmer
    (0x3040, 0x30FF),  # kana
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
)

_ALIKE = {"ı": "i", "ł": "l", "ø": "o", "đ": "d", "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ی": "ي", "ک": "ك"}

LOST, LOST_BITS = np.uint32(0x10F7), np.uint32(0xFFFF)
"""The lower half of a word's hash where it lost letters."""
LOST_LETTERS = 3
"""Question marks within words from which a text counts as damaged: one may stand in an address."""
_GOES_ON = re.compile(r"\s*[^\W\d_A-ZÀ-Þ]|[.,;:!?…]")
_NOWHERE = np.zeros(0, dtype=np.int64)
_ALL = (1 << 64) - 1
_BASE = 0x9E3779B97F4A7C15
_STEP = 0xD6E8FEB86659FD93
_MANGLED = re.compile("[ÂÃâÐÑ][\u0080-\u00bf€™œžŸ“”„†‡•…‰Š‹Œ‘’–—˜š›]")
"""UTF-8 read as Latin-1 or Windows-1252: a lead byte's letter before a continuation byte's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A text as a row of words."""

    text: str
    """What the offsets count in: the text without entities, mangled encoding and furniture."""
    hashes: Hashes
    starts: Positions
    """Offset into `text` of each word's first character."""
    ends: Positions
    sentence: NDArray[np.int32]
    """Number of the sentence each word is in, from 0."""
    shingle: int
    """Words in one of its shingles."""


@cache
def _tables() -> tuple[NDArray[np.uint8], NDArray[np.uint32]]:
    """For each code point of the basic plane: what kind it is, and the letter it is compared as."""
    kinds = np.zeros(0x10000, dtype=np.uint8)
    folded = np.arange(0x10000, dtype=np.uint32)
    for point in range(0x10000):
        kinds[point] = _kind(point)
        if kinds[point] == _WORD:
            folded[point] = _folded(chr(point))
    return kinds, folded


def _kind(point: int) -> int:
    if point in _SKIPPED:
        return _SKIP
    if point == 0x0A:
        return _LINE
    if point in _STOPS:
        return _STOP
    category = unicodedata.category(chr(point))
    if category[0] not in "LNM":
        return _GAP
    return _CHARACTER if any(first <= point <= last for first, last in _UNSPACED) else _WORD


def _folded(letter: str) -> int:
    lower = letter.lower()
    base = unicodedata.normalize("NFKD", lower)[0] if "HANGUL" not in unicodedata.name(letter, "") else lower[0]
    return ord(_ALIKE.get(base, _ALIKE.get(lower[0], base)))


def _look_up(points: NDArray[np.uint32] | NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.uint32]]:
    kinds, folded = _tables()
    if points.dtype == np.uint8 or not len(points) or int(points.max()) < 0x10000:
        return kinds.take(points), folded.take(points)
    low = np.minimum(points, 0xFFFF)
    beyond = points >= 0x10000
    ideograph = (points >= 0x20000) & (points < 0x32000)
    kind = np.where(beyond, np.where(ideograph, _CHARACTER, _GAP), kinds[low]).astype(np.uint8)
    return kind, np.where(beyond, points, folded[low]).astype(np.uint32)


def plain(text: str) -> str:
    """The text in one Unicode form, without entities and with mangled encoding put right."""
    text = text[:LONGEST]
    if "&" in text:
        text = html.unescape(text)
    if not text.isascii():
        if _MANGLED.search(text):
            text = ftfy.fix_encoding(text)
        text = unicodedata.normalize("NFKC", text)
    return text


def words(text: str, keep: Callable[[str], str] = prose) -> Words:
    """The words of the text's prose; `keep` chooses the lines that count (the identity: all)."""
    text = keep(plain(text))
    points = _points(text)
    kinds, folded = _look_up(points)
    lost = _lost(text, points, kinds)
    kinds[lost] = _WORD
    where = np.flatnonzero(kinds != _SKIP)
    if len(where) < len(kinds):
        kinds, folded = kinds[where], folded[where]
    starts, ends = _bounds(kinds)
    hashes = _hash_words(folded, starts, ends)
    if len(lost) and len(starts):
        damaged = np.searchsorted(starts, np.searchsorted(where, lost), "right") - 1
        hashes[damaged] = (hashes[damaged] & ~LOST_BITS) | LOST
    unspaced = bool(np.count_nonzero(kinds == _CHARACTER) * 2 > len(starts))
    return Words(
        text=text,
        hashes=hashes,
        starts=where[starts] if len(starts) else np.zeros(0, dtype=np.int64),
        ends=where[ends - 1] + 1 if len(starts) else np.zeros(0, dtype=np.int64),
        sentence=_sentences(kinds, starts),
        shingle=CHARACTER_SHINGLE if unspaced else SHINGLE,
    )


def _points(text: str) -> NDArray[np.uint32] | NDArray[np.uint8]:
    """The text's code points."""
    if text.isascii():
        return np.frombuffer(text.encode(), dtype=np.uint8)
    return np.frombuffer(text.encode("utf-32-le", "replace"), dtype=np.uint32)


def _lost(text: str, points: NDArray[Any], kinds: NDArray[np.uint8]) -> Positions:
    """Where letters were lost on the way, and a question mark or U+FFFD stands for each (`ba?lad?.`)."""
    if "?" not in text and "\ufffd" not in text:
        return _NOWHERE
    marks = np.flatnonzero((points == 0x3F) | (points == 0xFFFD))
    before, after = kinds.take(marks - 1, mode="clip") == _WORD, kinds.take(marks + 1, mode="clip") == _WORD
    if np.count_nonzero(before & after) < LOST_LETTERS:
        return _NOWHERE
    # A question mark after a word is one where a new sentence begins behind it.
    going_on = np.array([bool(_GOES_ON.match(text, mark + 1)) for mark in marks.tolist()])
    found: Positions = marks[after | (before & going_on)]
    return found


def _bounds(kinds: NDArray[np.uint8]) -> tuple[Positions, Positions]:
    """Where words start and end: runs of letters and digits, and single characters of unspaced scripts."""
    single = kinds == _CHARACTER
    if not single.any():
        # All edges of runs, in turn.
        inside = np.zeros(len(kinds) + 2, dtype=np.bool_)
        np.equal(kinds, _WORD, out=inside[1:-1])
        edges = np.flatnonzero(inside[1:] != inside[:-1])
        return edges[::2], edges[1::2]
    inside = (kinds == _WORD) | single
    before = np.concatenate(([False], inside[:-1])) if len(inside) else inside
    beside = np.concatenate(([False], single[:-1])) if len(single) else single
    starting = inside & (~before | single | beside)
    after_start = np.concatenate((starting[1:], [False])) if len(starting) else starting
    after_inside = np.concatenate((inside[1:], [False])) if len(inside) else inside
    ending = inside & (~after_inside | after_start)
    return np.flatnonzero(starting), np.flatnonzero(ending) + 1


@cache
def _powers(length: int) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Powers of an odd number and of its inverse, modulo 2^64: `length` of each."""
    with np.errstate(over="ignore"):
        up = np.cumprod(np.full(length, _BASE, dtype=np.uint64), dtype=np.uint64)
        down = np.cumprod(np.full(length, pow(_BASE, -1, 1 << 64), dtype=np.uint64), dtype=np.uint64)
    return up, down


def _hash_words(folded: NDArray[np.uint32], starts: Positions, ends: Positions) -> Hashes:
    """A 32-bit hash of each word's letters: differences of one running sum, so no loop over words is needed."""
    if not len(starts):
        return np.zeros(0, dtype=np.uint32)
    length = 1 << len(folded).bit_length()
    up, down = _powers(length)
    total = np.zeros(len(folded) + 1, dtype=np.uint64)
    np.cumsum((folded.astype(np.uint64) + np.uint64(1)) * up[: len(folded)], out=total[1:])
    mixed = mix((total[ends] - total[starts]) * down[starts])
    return (mixed >> np.uint64(32)).astype(np.uint32)


def mix(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Spreads every bit over all others (the finaliser of splitmix64)."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def _sentences(kinds: NDArray[np.uint8], starts: Positions) -> NDArray[np.int32]:
    """The sentence of each word: a stop that a letter does not follow at once ends one (`3.5` has none), and so does a line."""
    if not len(starts):
        return np.zeros(0, dtype=np.int32)
    stops = np.flatnonzero((kinds == _STOP) | (kinds == _LINE))
    following = kinds.take(stops + 1, mode="clip")
    last = stops == len(kinds) - 1
    stops = stops[(kinds[stops] == _LINE) | (following != _WORD) | last]
    first = np.searchsorted(starts, stops)
    begins = np.zeros(len(starts), dtype=np.int32)
    begins[first[(first > 0) & (first < len(starts))]] = 1
    return np.cumsum(begins, dtype=np.int32)


def shingles(hashes: Hashes, size: int) -> NDArray[np.uint64]:
    """The hash of the `size` words from each position on; a text shorter than that has none."""
    count = len(hashes) - size + 1
    if count <= 0:
        return np.zeros(0, dtype=np.uint64)
    wide = hashes.astype(np.uint64)
    total = wide[:count].copy()
    for offset in range(1, size):
        total *= np.uint64(_STEP)
        total += wide[offset : offset + count]
    return mix(total)


def modulus(count: int) -> int:
    """One shingle in how many is a key. Short texts give more, or two copies of a brief would often share none:
    on the labelled pairs the copies that share two keys rise from .981 at a fixed 16 to .992, for 29 keys an article."""
    if count < 120:
        return 4
    return 8 if count < 300 else 16


_TRUE = np.ones(1, dtype=np.bool_)


def sample(hashes: NDArray[np.uint64], every: int) -> Keys:
    """The sampled shingles, each once: those of a coarser sample are in every finer one."""
    found: Wide = hashes[(hashes & np.uint64(every - 1)) == 0]
    found.sort()
    if len(found) > 1:
        found = found[np.concatenate((_TRUE, found[1:] != found[:-1]))]
    return found.view(np.int64)


def damaged(hashes: Hashes) -> NDArray[np.bool_] | None:
    """Which words lost letters; None where the text is whole."""
    lost = (hashes & LOST_BITS) == LOST
    return lost if np.count_nonzero(lost) >= LOST_LETTERS else None


def intact(hashes: Hashes, size: int) -> NDArray[np.uint64]:
    """The shingles without those of words that lost letters."""
    every, lost = shingles(hashes, size), damaged(hashes)
    if lost is None or not len(every):
        return every
    before = np.concatenate(([0], np.cumsum(lost)))
    whole: Wide = every[before[size:] == before[: len(every)]]
    return whole


def keys_of(hashes: Hashes, size: int) -> Keys:
    """The sampled shingles of a text, sorted: what it is found by."""
    every = shingles(hashes, size)
    return sample(every, modulus(len(every)))


def fingerprint(hashes: Hashes) -> int:
    """One signed 64-bit number for the whole text: equal texts have equal ones."""
    if not len(hashes):
        return 0
    length = 1 << len(hashes).bit_length()
    up, _ = _powers(length)
    total = int(np.sum((hashes.astype(np.uint64) + np.uint64(1)) * up[: len(hashes)], dtype=np.uint64))
    return signed(_mix_one(total ^ len(hashes)))


def _mix_one(value: int) -> int:
    """`mix` of one number."""
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & _ALL
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & _ALL
    return value ^ (value >> 31)


def signed(value: int) -> int:
    """A number of 64 bits as PostgreSQL's bigint."""
    return value - (1 << 64) if value >> 63 else value


def title_key(title: str) -> int:
    """One signed 64-bit number for a title's letters and digits, whatever its case, accents and typography; 0 for none."""
    letters = title.casefold() if title.isascii() and "&" not in title else plain(title).casefold()
    if not letters.isascii():
        letters = unicodedata.normalize("NFKD", letters)
    letters = "".join(letter for letter in letters if letter.isalnum())
    return signed(int.from_bytes(hashlib.blake2b(letters.encode(), digest_size=8).digest())) if letters else 0


def without(found: Words, drop: NDArray[np.bool_]) -> Words:
    """The words that are not dropped."""
    stay = ~drop
    return replace(
        found,
        hashes=found.hashes[stay],
        starts=found.starts[stay],
        ends=found.ends[stay],
        sentence=found.sentence[stay],
    )
