"""Find people, organisations and places: one small network over all languages, its first layer kept per spelling.

What a token is made of (word, affixes, shape, a vector of the word), which lists know it, its neighbours and what was read
before and after it decide among thirteen labels; the best sequence of labels that hangs together is taken.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from processors.enrich.fold import fold
from processors.enrich.frequencies import known_zipf
from processors.enrich.lists import Phrases, phrase_hashes
from processors.enrich.vectors import Vectors
from processors.enrich.words import edges, whole_hashes

Floats = NDArray[np.float32]

BUCKETS = 1 << 16
SLOTS = 11


def shared_buckets(rows: int) -> NDArray[np.int64]:
    """The row of each bucket in a smaller table: several share one; 0 stays alone."""
    return np.asarray(np.r_[0, np.arange(BUCKETS - 1) % (rows - 1) + 1], np.int64)


TYPES = ("PER", "ORG", "LOC")
LABELS = ("O", *(f"{part}-{kind}" for kind in TYPES for part in "BILU"))
KINDS = 8
"""Bits of the table of phrases."""
LANGUAGES = (
    "ar",
    "da",
    "de",
    "en",
    "es",
    "fa",
    "fi",
    "fr",
    "id",
    "it",
    "ja",
    "ko",
    "nl",
    "no",
    "pl",
    "pt",
    "ru",
    "sv",
    "tr",
    "uk",
    "zh",
)
FAMILIES = {
    "romance": "fr es it pt ro ca gl la",
    "germanic": "en de nl sv da no nn is af lb",
    "west-slavic": "pl cs sk sl hr bs",
    "east-slavic": "ru uk be bg mk sr",
    "turkic": "tr az uz kk ky",
    "arabic": "ar fa ur ps ckb ug sd",
    "uralic": "fi et hu",
    "malay": "id ms tl",
    "han": "zh ja",
}
_FAMILY_OF = {code: number for number, codes in enumerate(FAMILIES.values()) for code in codes.split()}
TRAINED = frozenset(["ar", "da", "de", "en", "fi", "fr", "id", "ja", "ko", "pt", "ru", "sv", "tr", "zh"])
"""Languages with rows to learn from: the others are known by their family alone."""
PHRASE_ROWS = KINDS * 4
START_ROW, LOWER_ROW, OLD_ROW, FIRST_ZIPF = range(PHRASE_ROWS, PHRASE_ROWS + 4)
ZIPF_ROWS = 10
FIRST_FAMILY = FIRST_ZIPF + ZIPF_ROWS
FIRST_LANGUAGE = FIRST_FAMILY + len(FAMILIES)
FIRST_PART = FIRST_LANGUAGE + len(LANGUAGES)
"""Rows for the first, a middle and the last character of a known Chinese word."""
SMALL_ROWS = FIRST_PART + 3


def language_rows(language: str) -> list[int]:
    """Rows that say what language a text is in."""
    rows = [FIRST_FAMILY + _FAMILY_OF[language]] if language in _FAMILY_OF else []
    return [*rows, FIRST_LANGUAGE + LANGUAGES.index(language)] if language in TRAINED else rows


def zipf_rows(common: NDArray[np.float32], known: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The row for how common each word is in its language; the first for words of no list."""
    return FIRST_ZIPF + np.where(known, np.clip(common.astype(np.int64), 1, ZIPF_ROWS - 1), 0)


_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_KANA = re.compile("[\u3041-\u30ff]")


def shape(word: str) -> str:
    """Upper case, lower case, digits and other letters in a row, each run once, and how long the word is."""
    first = word[0]
    if not first.isalpha():
        return f"0{min(len(word), 5)}" if first.isdigit() else f"p{word}"
    if _HAN.match(first):
        return "H"
    if _KANA.match(first):
        return "K"
    size = "s" if len(word) < 3 else "m" if len(word) < 6 else "l"
    if first.isupper():
        if len(word) == 1:
            return "A"
        if word.isupper():
            return f"AA{min(len(word), 5)}"
        return f"Aa{size}" if word[1:].islower() else f"AaA{size}"
    if first.islower():
        return f"a{size}" if word.islower() else f"aA{size}"
    return f"{ord(first) >> 7}{size}"


def _spread(hashes: NDArray[np.uint32], slot: int | NDArray[np.int64]) -> NDArray[np.int32]:
    """Buckets of hashes, each slot's own; 0 stands for nothing."""
    salt = (np.asarray(slot, np.uint64) * np.uint64(0x9E3779B1)).astype(np.uint32)
    mixed = (hashes ^ salt) * np.uint32(0x85EBCA6B)
    return ((mixed >> np.uint32(8)) % np.uint32(BUCKETS - 1) + 1).astype(np.int32)


def spelling_features(words: Sequence[str], folds: NDArray[np.uint32]) -> NDArray[np.int32]:
    """Buckets of what each spelling is made of: word, folded word, prefixes of 2 to 4, suffixes of 1 to 4, shape."""
    known = edges(words)
    seen = whole_hashes([*(shape(word) for word in words), *(word if word[0].isupper() else "" for word in words)])
    hashes = [known.whole, folds, *known.begins[1:], *known.ends, *seen.reshape(2, -1)]
    features = _spread(np.stack(hashes), np.arange(SLOTS)[:, None])
    for slot, least in enumerate((2, 3, 4, 1, 2, 3, 4), 2):
        features[slot, known.size < least] = 0
    return features.T


UPPER, CASELESS, HAN, ENDS, LOWER, PARTS = 1, 2, 4, 8, 16, 32


def flags(word: str) -> int:
    """What a spelling is, as bits: with a capital, of a script without them, Han or kana, the end of a sentence, lower case,
    a sign that stands between names."""
    first = word[0]
    if not first.isalpha():
        return (ENDS if word in '.!?…。！？؟։:;"“”«»„' else 0) | (PARTS if word in ",;،؛、，；()（）" else 0)
    if _HAN.match(first) or _KANA.match(first):
        return HAN | CASELESS
    if first.isupper():
        return UPPER
    return LOWER if first.islower() else CASELESS


ONLY = 4
"""The tag of a phrase's only token."""


def phrase_tags(folds: NDArray[np.uint32], able: NDArray[np.bool_], phrases: Phrases) -> NDArray[np.int8]:
    """For each token and kind of list: 0, or 1 to 4 for first, middle, last and only token of the longest phrase known.

    `able`: where a phrase may begin (a capital, or a script that has none)."""
    tags = np.zeros((len(folds), KINDS), np.int8)
    for n, hashes in enumerate(phrase_hashes(folds), 1):
        starts = np.flatnonzero(able[: len(hashes)])
        hit, kinds = phrases.find(hashes[starts])
        which, kind = np.nonzero(np.unpackbits(kinds[:, None], axis=1, bitorder="little"))
        at = starts[hit[which]]
        if n == 1:
            tags[at, kind] = ONLY
            continue
        for offset in range(1, n - 1):
            tags[at + offset, kind] = 2
        tags[at, kind] = 1
        tags[at + n - 1, kind] = 3
    return tags


def bigram_buckets(folds: NDArray[np.uint32], han: NDArray[np.bool_]) -> NDArray[np.int32]:
    """Buckets of each pair of neighbouring Han or kana characters, at its first; 0 elsewhere."""
    found = np.zeros(len(folds), np.int32)
    at = np.flatnonzero(han[:-1] & han[1:]) if len(folds) > 1 else np.zeros(0, np.int64)
    found[at] = _spread(folds[at] * np.uint32(0x01000193) + folds[at + 1], 20)
    return found


class SpellingColumn:
    """First layer of the network for each spelling: the sum of what it is made of, and the word's vector beside it."""

    dtype = np.float32
    seldom = False

    def __init__(self, embedding: Floats, vectors: Vectors) -> None:
        self._embedding, self._vectors = embedding, vectors
        self.width = embedding.shape[1] + vectors.size

    def rows(self, words: Sequence[str]) -> Floats:
        """One row a word."""
        folds = whole_hashes([fold(word) for word in words])
        made_of = self._embedding[spelling_features(words, folds)].sum(1, dtype=np.float32)
        return np.concatenate([made_of, self._vectors.rows(folds)], axis=1)


class FlagColumn:
    """Flags of each spelling."""

    width = 1
    dtype = np.uint8
    seldom = False

    def rows(self, words: Sequence[str]) -> NDArray[np.uint8]:
        """One byte a word."""
        return np.array([flags(word) for word in words], np.uint8)[:, None]


class ZipfColumn:
    """The network's row for how common each spelling is in one language."""

    width = 1
    dtype = np.uint8
    seldom = True

    def __init__(self, language: str) -> None:
        self._language = language

    def rows(self, words: Sequence[str]) -> NDArray[np.uint8]:
        """One row number a word."""
        common, known = known_zipf(whole_hashes([word.lower() for word in words]), self._language)
        return zipf_rows(common, known).astype(np.uint8)[:, None]


@dataclass(frozen=True, slots=True)
class Network:
    """Weights after the first layer."""

    small: Floats
    """Rows for lists, places in the sentence and languages."""
    bigrams: Floats
    words: Floats
    """Vectors of Chinese words, from row 1."""
    first: Floats
    first_bias: Floats
    gate: Floats
    gate_bias: Floats
    second: Floats
    second_bias: Floats
    out: Floats
    out_bias: Floats

    @staticmethod
    def load(path: Path) -> tuple[Floats, Vectors, Network]:
        """Embedding of spellings, vectors of words, and the rest."""
        with np.load(path) as stored:
            embedding = stored["embedding"].astype(np.float32) * stored["embedding_scale"]
            if len(embedding) < BUCKETS:
                embedding = embedding[shared_buckets(len(embedding))]
            vectors = Vectors(stored)
            names = ("small", "first", "first_bias", "gate", "gate_bias", "second", "second_bias", "out", "out_bias")
            rest = {name: stored[name].astype(np.float32) for name in names}
        return embedding, vectors, Network(bigrams=embedding, words=vectors.words(), **rest)


NEAR = (-2, -1, 0, 1, 2)
FAR = (-5, -3, -1, 0, 1, 3, 5)
"""Which neighbours the first and the second layer see."""


def windows(x: Floats, offsets: Sequence[int]) -> Floats:
    """Each row with its neighbours at the offsets, zeros beyond the ends."""
    reach = max(offsets)
    padded = np.zeros((len(x) + 2 * reach, x.shape[1]), np.float32)
    padded[reach : reach + len(x)] = x
    return np.concatenate([padded[reach + k : reach + k + len(x)] for k in offsets], axis=1)


SURELY_NONE = np.array([0.0] + [-20.0] * (len(LABELS) - 1), np.float32)
"""Log-probabilities of a token that was not looked at."""
BESIDE = 3
"""Tokens beside one with a capital that may belong to its name (`University of the West`); further off, none is looked at."""


def worth_looking(flag: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Tokens that may be part of a name: those with a capital or of a script without, and their neighbours."""
    able = (flag & (UPPER | CASELESS)) > 0
    near = able.copy()
    for k in range(1, BESIDE + 1):
        near[k:] |= able[:-k]
        near[:-k] |= able[k:]
    return near


STRIDES = (1, 2, 4, 8, 16, 32)
"""What was read reaches 63 tokens: the steps are joined two by two."""
REACH = max(NEAR) + 63
"""Tokens on each side that the network sees."""


def remembered(kept: Floats, new: Floats) -> Floats:
    """A running mean of what was read: at each token `kept` of the one before, and `new`; both are used up."""
    spare = np.empty_like(new)
    for stride in STRIDES:
        if stride >= len(new):
            break
        part = spare[stride:]
        new[stride:] += np.multiply(kept[stride:], new[:-stride], out=part)
        if stride < STRIDES[-1]:
            kept[stride:] = np.multiply(kept[stride:], kept[:-stride], out=part)
            kept[:stride] = 0.0
    return new


def read_around(hidden: Floats, network: Network) -> Floats:
    """What was read before each token, and what after it, side by side."""
    gates = hidden @ network.gate
    gates += network.gate_bias
    half = gates.shape[1] // 2
    size = half // 2
    for first in (size, half + size):
        gates[:, first : first + size] = gates[::-1, first : first + size].copy()
    gates[:, :half] *= 0.5  # a sigmoid is a hyperbolic tangent of the half
    np.tanh(gates, out=gates)
    kept = 0.5 - 0.5 * gates[:, :half]
    both = remembered(kept, (1.0 - kept) * gates[:, half:])
    both[:, size:] = both[::-1, size:].copy()
    return both


def second_layer(hidden: Floats, at: NDArray[np.int64], network: Network) -> Floats:
    """Sums of the second layer of the tokens asked for, a neighbour at a time: side by side they would leave the cache."""
    reach, width = max(FAR), hidden.shape[1]
    padded = np.zeros((len(hidden) + 2 * reach, width), np.float32)
    padded[reach : reach + len(hidden)] = hidden
    total = read_around(hidden, network)[at] @ network.second[len(FAR) * width :] + network.second_bias
    for number, offset in enumerate(FAR):
        total += padded[at + (reach + offset)] @ network.second[number * width : (number + 1) * width]
    return total


def scores(x: Floats, network: Network, looked: NDArray[np.bool_] | None = None) -> Floats:
    """Log-probabilities of the labels of each token, from the sums of its embeddings; `looked`: tokens that matter."""
    hidden = windows(x, NEAR) @ network.first
    hidden += network.first_bias
    np.maximum(hidden, 0.0, out=hidden)
    at = np.arange(len(x)) if looked is None else np.flatnonzero(looked)
    deeper = np.maximum(second_layer(hidden, at, network), 0.0)
    raw = hidden[at] @ network.out[: hidden.shape[1]] + deeper @ network.out[hidden.shape[1] :] + network.out_bias
    raw -= raw.max(1, keepdims=True)
    raw -= np.log(np.exp(raw).sum(1, keepdims=True))
    if looked is None:
        return np.asarray(raw, np.float32)
    answer = np.tile(SURELY_NONE, (len(x), 1))
    answer[at] = raw
    return answer


def _allowed() -> NDArray[np.bool_]:
    """Which label may follow which."""
    allowed = np.zeros((len(LABELS), len(LABELS)), np.bool_)
    for i, before in enumerate(LABELS):
        for j, after in enumerate(LABELS):
            inside = before[0] in "BI"
            allowed[i, j] = (after[0] in "IL" and after[2:] == before[2:]) if inside else after[0] in "OBU"
    return allowed


ALLOWED = _allowed()
_BARRED = np.where(ALLOWED, 0.0, -1e4).astype(np.float32)


LONGEST_STRETCH = 200
"""Tokens searched at once: longer stretches without a sure word are cut."""


def _cut(starts: NDArray[np.int64], ends: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    if not len(starts) or int((ends - starts).max()) <= LONGEST_STRETCH:
        return starts, ends
    pieces = [
        (a, min(a + LONGEST_STRETCH, e))
        for s, e in zip(starts, ends, strict=True)
        for a in range(int(s), int(e), LONGEST_STRETCH)
    ]
    cut = np.array(pieces, np.int64)
    return cut[:, 0], cut[:, 1]


def best_labels(logp: Floats, sure: float = -0.02) -> NDArray[np.int8]:
    """The best sequence of labels in which each follows the one before it rightly (Viterbi).

    Tokens that are surely outside any name (log-probability above `sure`) end the search on both sides, so that the
    stretches between them are searched side by side."""
    count = len(logp)
    labels = np.zeros(count, np.int8)
    open_ = logp[:, 0] < sure
    if not open_.any():
        return labels
    edges = np.flatnonzero(np.diff(np.r_[False, open_, False].astype(np.int8)))
    starts, ends = _cut(edges[::2], edges[1::2])
    sizes = ends - starts
    order = np.argsort(-sizes, kind="stable")
    starts, sizes = starts[order], sizes[order]
    width = int(sizes[0])
    path = np.zeros((width, len(starts), len(LABELS)), np.int8)
    score = logp[starts] + np.where([name[0] in "OBU" for name in LABELS], 0.0, -1e4).astype(np.float32)
    closing = np.where([name[0] in "OLU" for name in LABELS], 0.0, -1e4).astype(np.float32)
    final = np.zeros((len(starts), len(LABELS)), np.float32)
    live = len(starts)
    for step in range(1, width + 1):
        still = int(np.searchsorted(-sizes, -step, side="left"))
        final[still:live] = score[still:live]
        if step == width:
            final[:still] = score[:still]
            break
        live = still
        both = score[:live, :, None] + _BARRED
        path[step, :live] = both.argmax(1)
        score[:live] = both.max(1) + logp[starts[:live] + step]
    final += closing
    current = final.argmax(1)
    for step in range(width - 1, -1, -1):
        here = np.flatnonzero(sizes > step)
        labels[starts[here] + step] = current[here]
        if step:
            current[here] = path[step, here, current[here]]
    return labels
