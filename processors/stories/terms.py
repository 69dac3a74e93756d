"""What an article says, as a few weighted terms: words, the lead's, the title's, pairs, and who, where and how many."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import TypeVar
from zlib import crc32

import numpy as np
from anyascii import anyascii
from numpy.typing import NDArray

from processors.enrich.fold import fold
from processors.enrich.frequencies import UNKNOWN_ZIPF, listed, zipf

FIELDS = {
    "all": 100, "lead": 50, "names": 28, "pairs": 70, "title": 14, "who": 18, "where": 10, "figures": 16,
}  # fmt: skip
"""Fields and how many of their heaviest terms are kept: about 2 KB an article. The last three mean the same in every
language: bones of names and ids of the known, numbers of places, values."""
ALL, LEAD, NAMES, PAIRS, TITLE, WHO, WHERE, FIGURES = range(len(FIELDS))
MEANT = [WHO, WHERE, FIGURES]
"""Fields whose weights stay as they are: what two articles share of them counts, not its share."""

CHARACTERS = 3500
"""Of a text that are read: the event stands at the top of a news text."""
LEAD_WORDS = 90
PAIR_WORDS = 350
NAME_LETTERS = 6
"""Letters of a name that count, in Latin script: `Lavrov`, `Lavrova` and `Лавровым` are one."""
RARE = 7.5
"""Zipf value (log10 of occurrences in a billion words) at which a word weighs nothing; see `weight`."""
NUMBER_WEIGHT = 5.0
STEMS = {
    **dict.fromkeys(("tr", "az", "kk", "uz", "fi", "et", "hu"), 5),
    **dict.fromkeys(("ru", "uk", "be", "bg", "pl", "cs", "sk", "sr", "hr", "sl", "lt", "lv", "ar", "fa", "he"), 6),
}
"""Letters of a word that count in languages that bend their words: as good as a stemmer for finding Turkish news (Can
et al. 2008, Information retrieval on Turkish texts)."""
MOST_SPELLINGS = 300_000
"""Spellings whose weight is remembered, about 40 MB, before all are forgotten."""
SIEVE_BITS = 14
SIEVE = np.uint32((1 << SIEVE_BITS) - 1)
SALT = 0x9E3779B1
"""Sets the hashes of each field apart: one table looks all of them up."""

_TOKEN = re.compile(r"\d+(?:[.,:]\d+)*|[^\W\d_]+(?:['’][^\W\d_]+)*")
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_NAME = re.compile(r"(?<=[^\s.!?…\"“”«»:•–—(-] )[^\W\d_a-z][^\W\d_]*(?:['’][^\W\d_]+)*")
"""A word that may be a name: not the first of its sentence, where any word has a capital."""

T = TypeVar("T", bound=Hashable)
Weights = Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """All fields of one article: hashes in ascending order, each with its weight and field. The squared weights of a
    field add up to 1, but for those of MEANT."""

    hashes: NDArray[np.uint32]
    weights: NDArray[np.float16]
    field: NDArray[np.uint8]

    def of(self, field: int) -> tuple[NDArray[np.uint32], NDArray[np.float32]]:
        """Hashes and weights of one field."""
        chosen = self.field == field
        return self.hashes[chosen], self.weights[chosen].astype(np.float32)

    def squares(self) -> NDArray[np.float64]:
        """Sum of the squared weights of each field: what it shares with itself."""
        weights = self.weights.astype(np.float64)
        return np.bincount(self.field, weights=weights * weights, minlength=len(FIELDS)).astype(np.float64)


def terms(title: str, text: str, language: str | None, meant: Mapping[int, Weights] | None = None) -> Terms:
    """The article's terms; `meant` are its WHO, WHERE and FIGURES (see `reading`)."""
    words, name_words = _words(title, text[:CHARACTERS])
    weigh = _weights(language)
    stemmed, weight = _stemmed(words, weigh, language)
    titled = stemmed[: len(_split(title))]
    lead = Counter(stemmed[: len(titled) + LEAD_WORDS])
    lead.update(titled)
    counts = Counter(stemmed)
    pairs = Counter(pairwise(stemmed[:PAIR_WORDS]))
    found: dict[int, Weights] = {
        ALL: {w: n * weight[w] for w, n in _damped(counts)},
        LEAD: {w: n * weight[w] for w, n in _damped(lead)},
        NAMES: _named(Counter(name_words), weigh),
        PAIRS: _heaviest_pairs(pairs, weight),
        TITLE: {w: weight[w] for w in titled},
        **(meant or {}),
    }
    return together(found)


def _heaviest_pairs(pairs: Mapping[tuple[str, str], int], weight: Weights) -> dict[str, float]:
    """The pairs that are kept: most are not, so only these are spelt out."""
    weights = {pair: n * (weight[pair[0]] + weight[pair[1]]) for pair, n in _damped(pairs)}
    chosen = sorted(weights, key=weights.__getitem__, reverse=True)[: FIELDS["pairs"]]
    return {" ".join(pair): weights[pair] for pair in chosen}


def _stemmed(words: list[str], weigh: _Weigher, language: str | None) -> tuple[list[str], Weights]:
    """Words by their beginnings where the language bends them, and the weight of each: that of its rarest form."""
    letters = STEMS.get(language or "")
    weights = weigh(words)
    if letters is None:
        return words, weights
    weight: dict[str, float] = {}
    stems = {word: (fold(word) if word[0] > "\u052f" else word)[:letters] for word in dict.fromkeys(words)}
    for word, stem in stems.items():
        weight[stem] = max(weight.get(stem, 0.0), weights[word])
    return [stems[word] for word in words], weight


def together(found: Mapping[int, Weights]) -> Terms:
    """The heaviest terms of each field, in one row of hashes."""
    hashes: list[int] = []
    weights: list[float] = []
    field: list[int] = []
    for number, most in enumerate(FIELDS.values()):
        given = found.get(number, {})
        # Of equal weights the first in the text stay, as `sorted` leaves them in their order.
        chosen = sorted(given, key=given.__getitem__, reverse=True)[:most] if len(given) > most else list(given)
        values = [given[word] for word in chosen]
        length = 1.0 if number in MEANT else math.sqrt(math.fsum([value * value for value in values]))
        if length > 0:
            salt = number * SALT & 0xFFFFFFFF
            hashes += [crc32(word.encode("utf-8", "replace"), salt) for word in chosen]
            weights += [value / length for value in values]
            field += [number] * len(chosen)
    sorted_hashes, first = np.unique(np.array(hashes, dtype=np.uint32), return_index=True)
    return Terms(
        hashes=sorted_hashes,
        weights=np.array(weights, dtype=np.float16)[first],
        field=np.array(field, dtype=np.uint8)[first],
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
        words = ("\n".join(words) + "\n").replace("'s\n", "\n").split("\n")[:-1]
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
    weight = weigh(names)
    for name, count in names.items():
        key = (name if name.isascii() else anyascii(name).lower())[:NAME_LETTERS]
        if len(key) >= 2:
            found[key] = max(found.get(key, 0.0), (1.0 + math.log(count)) * weight[name])
    return found


class _Weigher:
    """How much a word of one language says: rare words more than common ones."""

    def __init__(self, language: str | None) -> None:
        self.language = language if language in listed() else "en"
        self.known = self.language == language or language is None
        self.remembered: dict[str, float] = {}

    def __call__(self, words: Collection[str]) -> Weights:
        """The weight of each of these words, and of all others that are remembered: nothing is copied."""
        if len(self.remembered) > MOST_SPELLINGS:
            self.remembered = {}
        remembered = self.remembered
        fresh = list(set(words).difference(remembered))
        if fresh:
            remembered.update(zip(fresh, self._weigh(fresh), strict=True))
        return remembered

    def _weigh(self, words: list[str]) -> list[float]:
        found = zipf(words, self.language).tolist() if self.known else [UNKNOWN_ZIPF] * len(words)
        # No list of words: the short ones are the common ones, in every alphabet.
        by_length = not self.known or _lists_missing()
        return [
            (NUMBER_WEIGHT if len(word) > 1 else 1.0)
            if word[0].isdigit()
            else 0.7 * min(8, len(word))
            if by_length and value == UNKNOWN_ZIPF
            else max(0.1, RARE - value)
            for word, value in zip(words, found, strict=True)
        ]


@cache
def _weights(language: str | None) -> _Weigher:
    return _Weigher(language)


@cache
def _lists_missing() -> bool:
    return float(zipf(["the"], "en")[0]) == UNKNOWN_ZIPF


def pack(given: Terms) -> bytes:
    """Terms as bytes: hashes (32 bits), weights (16 bits), fields (8 bits)."""
    return (
        given.hashes.astype("<u4").tobytes()
        + given.weights.astype("<f2").tobytes()
        + given.field.astype("u1").tobytes()
    )


def unpack(data: bytes) -> Terms:
    """The terms that `pack` wrote; nothing is copied. Raises ValueError for bytes of another length."""
    count, rest = divmod(len(data), 7)
    if rest:
        raise ValueError(f"terms of an article: {len(data)} bytes, not a multiple of 7")
    return Terms(
        hashes=np.frombuffer(data, dtype="<u4", count=count),
        weights=np.frombuffer(data, dtype="<f2", count=count, offset=4 * count),
        field=np.frombuffer(data, dtype="u1", count=count, offset=6 * count),
    )


def shared(ours: NDArray[np.uint32], theirs: NDArray[np.uint32]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Where the same hashes stand in both: ours in ascending order and at least one, theirs in any."""
    # Most are not ours: the lowest bits rule them out before they are looked for.
    held = np.zeros(1 << SIEVE_BITS, dtype=np.bool_)
    held[ours & SIEVE] = True
    maybe = np.flatnonzero(held[theirs & SIEVE])
    at = np.minimum(np.searchsorted(ours, theirs[maybe]), len(ours) - 1)
    good = ours[at] == theirs[maybe]
    return at[good], maybe[good]


def likeness(one: Terms, others: Iterable[Terms]) -> NDArray[np.float64]:
    """Cosine of each field with each of these articles', and of MEANT the squared weights of what both have: a column
    a field."""
    those = list(others)
    if not len(one.hashes) or not those:
        return np.zeros((len(those), len(FIELDS)))
    hashes = np.concatenate([other.hashes for other in those])
    at, hit = shared(one.hashes, hashes)
    ends = np.cumsum([len(other.hashes) for other in those])
    owner = np.searchsorted(ends, hit, "right")
    product = one.weights[at].astype(np.float64) * np.concatenate([other.weights for other in those])[hit]
    slot = owner * len(FIELDS) + one.field[at]
    total = np.bincount(slot, weights=product, minlength=len(those) * len(FIELDS)).astype(np.float64)
    return total.reshape(len(those), len(FIELDS))
