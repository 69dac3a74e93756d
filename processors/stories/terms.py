"""What an article says, as a few weighted terms: all words, the lead's, names, numbers and pairs of words."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import TypeVar
from zlib import crc32

import numpy as np
from anyascii import anyascii
from numpy.typing import NDArray

from processors.enrich.frequencies import UNKNOWN_ZIPF, listed, zipf

FIELDS = {"all": 110, "lead": 60, "names": 32, "numbers": 20, "pairs": 80}
"""Fields and how many of their heaviest terms are kept: about 1.8 KB an article."""

CHARACTERS = 5000
"""Of a text that are read: the event stands at the top of a news text."""
LEAD_WORDS = 90
PAIR_WORDS = 350
NAME_LETTERS = 6
"""Letters of a name that count, in Latin script: `Lavrov`, `Lavrova` and `Лавровым` are one."""
RARE = 7.5
"""Zipf value (log10 of occurrences in a billion words) at which a word weighs nothing; see `weight`."""
NUMBER_WEIGHT = 5.0
MOST_SPELLINGS = 300_000
"""Spellings whose weight is remembered, about 40 MB, before all are forgotten."""

_TOKEN = re.compile(r"\d+(?:[.,:]\d+)*|[^\W\d_]+(?:['’][^\W\d_]+)*")
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_NAME = re.compile(r"(?<=[^\s.!?…\"“”«»:•–—(-] )[^\W\d_a-z][^\W\d_]*(?:['’][^\W\d_]+)*")
"""A word that may be a name: not the first of its sentence, where any word has a capital."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """One field: hashes in ascending order, and weights whose squares add up to 1."""

    hashes: NDArray[np.uint32]
    weights: NDArray[np.float32]


EMPTY = Terms(hashes=np.zeros(0, dtype=np.uint32), weights=np.zeros(0, dtype=np.float32))

T = TypeVar("T", bound=Hashable)

Fields = tuple[Terms, ...]
"""In the order of FIELDS."""


def fields(title: str, text: str, language: str | None, named: Iterable[str] = ()) -> Fields:
    """The article's fields; `named` are names found in it, for scripts that do not write them in capitals."""
    words, name_words = _words(title, text[:CHARACTERS])
    titled = len(_split(title))
    lead = Counter(words[: titled + LEAD_WORDS])
    lead.update(words[:titled])
    weigh = _weights(language)
    names = Counter(name_words)
    names.update(name for whole in named if not whole.isascii() for name in _split(whole))
    counts = Counter(words)
    weight = {word: weigh(word) for word in counts}
    pairs = Counter(pairwise(words[:PAIR_WORDS]))
    return (
        _heaviest({w: n * weight[w] for w, n in _damped(counts)}, FIELDS["all"]),
        _heaviest({w: n * weight[w] for w, n in _damped(lead)}, FIELDS["lead"]),
        _heaviest(_named(names, weigh), FIELDS["names"]),
        _heaviest(dict(_damped(Counter(w for w in counts if w[0].isdigit()))), FIELDS["numbers"]),
        _heaviest({f"{a} {b}": n * (weight[a] + weight[b]) for (a, b), n in _damped(pairs)}, FIELDS["pairs"]),
    )


def _damped(counts: Mapping[T, int]) -> list[tuple[T, float]]:
    return [(word, 1.0 + math.log(count) if count > 1 else 1.0) for word, count in counts.items()]


def _words(title: str, text: str) -> tuple[list[str], list[str]]:
    """All words in lower case, title first, and those of the text that are written as names."""
    if title and text.startswith(title):
        text = text[len(title) :]
    words = _split(f"{title} \n{text}")
    names = [part for name in _NAME.findall(text) if name[0].isupper() for part in _split(name)]
    return words, names


def _split(text: str) -> list[str]:
    """The words that count, in lower case; pairs of characters where words are not spaced."""
    text = text.lower().replace("’", "'")
    words = _TOKEN.findall(text)
    if "'s" in text:
        words = [word.removesuffix("'s") for word in words]
    if text.isascii() or not _UNSPACED.search(text):
        return words
    return [part for word in words for part in _parts(word)]


def _parts(word: str) -> list[str]:
    if not _UNSPACED.search(word):
        return [word]
    return [word[index : index + 2] for index in range(max(1, len(word) - 1))]


def _named(names: Mapping[str, int], weigh: _Weigher) -> dict[str, float]:
    """Names in Latin letters, by their beginnings."""
    found: dict[str, float] = {}
    for name, count in names.items():
        key = (name if name.isascii() else anyascii(name).lower())[:NAME_LETTERS]
        if len(key) >= 2:
            found[key] = max(found.get(key, 0.0), (1.0 + math.log(count)) * weigh(name))
    return found


def _heaviest(weights: Mapping[str, float], most: int) -> Terms:
    if not weights:
        return EMPTY
    chosen = sorted(weights.items(), key=_by_weight)[:most]
    hashes = np.array([crc32(word.encode("utf-8", "replace")) for word, _ in chosen], dtype=np.uint32)
    values = np.array([value for _, value in chosen], dtype=np.float32)
    hashes, first = np.unique(hashes, return_index=True)
    values = values[first]
    length = float(np.sqrt((values * values).sum()))
    return Terms(hashes=hashes, weights=values / length) if length > 0 else EMPTY


def _by_weight(item: tuple[str, float]) -> tuple[float, str]:
    return -item[1], item[0]


class _Weigher:
    """How much a word of one language says: rare words more than common ones."""

    def __init__(self, language: str | None) -> None:
        self.language = language if language in listed() else "en"
        self.known = self.language == language or language is None
        self.remembered: dict[str, float] = {}

    def __call__(self, word: str) -> float:
        value = self.remembered.get(word)
        if value is None:
            if len(self.remembered) > MOST_SPELLINGS:
                self.remembered.clear()
            value = self.remembered[word] = self._weight(word)
        return value

    def _weight(self, word: str) -> float:
        if word[0].isdigit():
            return NUMBER_WEIGHT if len(word) > 1 else 1.0
        found = float(zipf([word], self.language)[0]) if self.known else UNKNOWN_ZIPF
        if found == UNKNOWN_ZIPF and (not self.known or _lists_missing()):
            # No list of words: the short ones are the common ones, in every alphabet.
            return 0.7 * min(8, len(word))
        return max(0.1, RARE - found)


@cache
def _weights(language: str | None) -> _Weigher:
    return _Weigher(language)


@cache
def _lists_missing() -> bool:
    return float(zipf(["the"], "en")[0]) == UNKNOWN_ZIPF


def pack(given: Fields) -> bytes:
    """Fields as bytes: five counts, then hashes (32 bits) and weights (16 bits) of each."""
    counts = np.array([len(terms.hashes) for terms in given], dtype="<u2").tobytes()
    hashes = b"".join(terms.hashes.astype("<u4").tobytes() for terms in given)
    return counts + hashes + b"".join(terms.weights.astype("<f2").tobytes() for terms in given)


def unpack(data: bytes) -> Fields:
    """The fields that `pack` wrote."""
    head = 2 * len(FIELDS)
    counts = np.frombuffer(data, dtype="<u2", count=len(FIELDS)).astype(int)
    total = int(counts.sum())
    hashes = np.frombuffer(data, dtype="<u4", count=total, offset=head)
    weights = np.frombuffer(data, dtype="<f2", count=total, offset=head + 4 * total).astype(np.float32)
    edges = np.concatenate(([0], np.cumsum(counts))).tolist()
    return tuple(Terms(hashes=hashes[low:high], weights=weights[low:high]) for low, high in pairwise(edges))
