"""How common a word is in its language, so that keywords are the words that are common here and nowhere else."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from processors.enrich.hashed import numbered
from processors.enrich.models import path_of
from processors.enrich.words import whole_hashes

UNKNOWN_ZIPF = 2.0
"""Zipf value (log10 of occurrences in a billion words) of a word that is in no list."""


def salted(hashes: NDArray[np.uint32], language: str) -> NDArray[np.uint32]:
    """Hashes of words, each language's own."""
    return hashes ^ np.uint32(crc32(language.encode()))


@cache
def _table() -> tuple[NDArray[np.uint32], NDArray[np.uint8]]:
    path = path_of("frequencies.npz")
    if path is None:
        return np.zeros(1, np.uint32), np.zeros(1, np.uint8)
    with np.load(path) as stored:
        return stored["hashes"], stored["zipf"]


def known_zipf(hashes: NDArray[np.uint32], language: str) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """How common words are, by the hash of their lower-case form, and whether a list has them."""
    table, values = _table()
    those = salted(hashes, language)
    rows = numbered(those, table)
    return np.where(rows > 0, values[rows - 1] / 30.0, UNKNOWN_ZIPF).astype(np.float32), rows > 0


MOST_KEPT = 100_000
"""Words whose values are kept; then all are looked up anew."""
_kept: dict[str, dict[str, float]] = {}


def zipf(words: Sequence[str], language: str) -> NDArray[np.float32]:
    """How common each lower-case word is, 0 to 8; `UNKNOWN_ZIPF` where no list has it."""
    if sum(map(len, _kept.values())) > MOST_KEPT:
        _kept.clear()
    kept = _kept.setdefault(language, {})
    new = [word for word in dict.fromkeys(words) if word not in kept]
    if new:
        kept.update(zip(new, known_zipf(whole_hashes(new), language)[0].tolist(), strict=True))
    return np.fromiter(map(kept.__getitem__, words), np.float32, len(words))


def commonness(word: str, language: str) -> float:
    """The Zipf value of one lower-case word; where many are asked for, `zipf` of all before costs less than each alone."""
    value = _kept.get(language, {}).get(word)
    return float(zipf([word], language)[0]) if value is None else value


@cache
def listed() -> frozenset[str]:
    """Languages that have a list of words."""
    return frozenset(
        [
            "ar",
            "bg",
            "bn",
            "ca",
            "cs",
            "da",
            "de",
            "el",
            "en",
            "es",
            "fa",
            "fi",
            "fr",
            "he",
            "hi",
            "hu",
            "id",
            "is",
            "it",
            "lt",
            "lv",
            "mk",
            "ms",
            "no",
            "nl",
            "pl",
            "pt",
            "ro",
            "ru",
            "sk",
            "sl",
            "sv",
            "ta",
            "tr",
            "uk",
            "ur",
            "vi",
        ]
    )
