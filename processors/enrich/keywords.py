"""Choose keywords: words that are frequent or early here and rare in the language, and whole names."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from broadsheet.grammar import WORDS
from processors.enrich.frequencies import zipf

MOST = 15
SHORTEST = 3
"""Letters of a word in scripts with an alphabet."""
READ = 20_000
"""Characters looked at."""

WORD = re.compile(r"[^\W\d_][\w\-]*[^\W_]|[^\W\d_]")
_OPENS = re.compile(r"(?:^|[.!?:\"“”„«\n])\s*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a keyword's worth is made of; chosen on the open keyword sets, for each language that has one."""

    count: float = 0.7
    """Power of how often it is there."""
    rare: float = 0.6
    """Power of how rare it is in the language."""
    floor: float = 3.0
    """Zipf value below which words are equally rare."""
    common: float = 5.6
    """Zipf value from which a word is no keyword."""
    early: float = 2.5
    fades: float = 120.0
    """Words after which coming early is worth a third."""
    title: float = 2.0
    capital: float = 1.5
    length: float = 0.8
    name: float = 1.5
    """A full name's worth, for each of its best word; 0 leaves names out."""
    again: float = 0.0
    """More for each further mention of the name."""
    covers: bool = True
    """The words of a name chosen fall away."""
    plural: bool = False
    """Count a word and its plural in -s together."""
    pairs: int = 0
    """Two keywords are one where they stand side by side so often (`rapport final`), the title counting twice; 0: never."""


DEFAULT = Settings()
SETTINGS: Mapping[str, Settings] = {
    "en": Settings(count=0.9, rare=0.4, floor=4.0, early=0.8, fades=30.0, capital=0.8, name=0.0),
    "fr": Settings(
        rare=0.3,
        floor=4.0,
        common=6.2,
        early=1.5,
        fades=240.0,
        capital=1.0,
        length=0.4,
        name=1.2,
        again=2.0,
        plural=True,
        pairs=2,
    ),
}


@dataclass(frozen=True, slots=True)
class Candidates:
    """The words of a text by their lower-case form, in the order of their first appearance, with what speaks for them."""

    counts: Mapping[str, int]
    first: Mapping[str, int]
    """Index among the words."""
    shown: Mapping[str, str]
    """How those are written that are not in small letters throughout."""
    capital: Set[str]
    """Those written with a capital somewhere within a sentence."""


def candidates(text: str) -> Candidates:
    """The text's words, shown as they stand within sentences."""
    read = text[:READ]
    words = WORD.findall(read)
    lows = [word.lower() for word in words]
    first = dict(zip(reversed(lows), range(len(lows) - 1, -1, -1), strict=True))
    varied = {low for word, low in zip(words, lows, strict=True) if word != low}
    shown: dict[str, str] = {}
    capital: set[str] = set()
    end = 0
    for word, low in zip(words, lows, strict=True):
        start = read.find(word, end)  # between words there are no letters
        end = start + len(word)
        if low not in varied:
            continue
        if word[0].isupper() and not _OPENS.search(read, max(0, start - 4), start):
            capital.add(low)
            shown[low] = word
        elif low not in shown or (word[0].islower() and low not in capital):
            shown[low] = word
    return Candidates(Counter(lows), first, shown, capital)


def plural_of(word: str) -> str:
    """The word without a plural's -s or -x."""
    return word[:-1] if len(word) > 4 and word[-1] in "sx" and word[-2] != "s" else word


def keywords(
    text: str, language: str, title: str | None = None, names: Sequence[tuple[str, int]] = ()
) -> tuple[str, ...]:
    """The best keywords first; `names`: full names of the text with how often each is meant."""
    those = SETTINGS.get(language, DEFAULT)
    found = candidates(text)
    grammar = WORDS.get(language, frozenset())
    lows = [low for low in found.counts if len(low) >= SHORTEST and low not in grammar]
    if not lows:
        return tuple(name for name, _ in names[:MOST])
    score = worth(found, lows, language, those)
    low_title = (title or "").lower()
    if low_title:
        score *= np.array([those.title if low in low_title else 1.0 for low in lows])
    order = np.argsort(-score, kind="stable")[: 6 * MOST]
    ranked: list[tuple[float, str]] = []
    seen: set[str] = set()
    for value, low in zip(score[order].tolist(), (lows[i] for i in order.tolist()), strict=True):
        single = plural_of(low)
        if value > 0 and single not in seen:
            seen.add(single)
            ranked.append((value, found.shown.get(low, low)))
    if those.pairs:
        ranked = paired(ranked, f"{title or ''}\n{title or ''}\n{text[:READ]}", those.pairs)
    return merged(ranked, names, those)


def paired(ranked: Sequence[tuple[float, str]], text: str, least: int) -> list[tuple[float, str]]:
    """The ranking with keywords that stand side by side often enough as one, in the place of the better."""
    score = {word.lower(): worth for worth, word in ranked[: 2 * MOST]}
    counts: dict[tuple[str, str], int] = {}
    words = [(found.group(), found.start(), found.end()) for found in WORD.finditer(text)]
    for (one, _, end), (other, start, _) in pairwise(words):
        if one.lower() in score and other.lower() in score and text[end:start] == " ":
            counts[one, other] = counts.get((one, other), 0) + 1
    joined: dict[str, str] = {}
    for (one, other), count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        if (
            count >= least
            and one.lower() not in joined
            and other.lower() not in joined
            and one.lower() != other.lower()
        ):
            joined[one.lower()] = joined[other.lower()] = f"{one} {other}"
    best: dict[str, float] = {}
    for worth, word in ranked:
        whole = joined.get(word.lower(), word)
        best[whole] = max(best.get(whole, 0.0), worth)
    return sorted(((worth, word) for word, worth in best.items()), key=lambda pair: -pair[0])


def worth(
    found: Candidates, lows: Sequence[str], language: str, those: Settings
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """What each word is worth but for the title."""
    common = zipf(lows, language)
    counts = np.fromiter(map(found.counts.__getitem__, lows), float, len(lows))
    if those.plural:
        together: dict[str, float] = {}
        for low, count in zip(lows, counts, strict=True):
            together[plural_of(low)] = together.get(plural_of(low), 0.0) + count
        counts = (counts + np.array([together[plural_of(low)] for low in lows])) / 2
    first = np.fromiter(map(found.first.__getitem__, lows), float, len(lows))
    size = np.minimum(np.fromiter(map(len, lows), float, len(lows)), 12.0)
    score = counts**those.count * np.maximum(0.2, 7.0 - np.maximum(common, those.floor)) ** those.rare
    score *= 1.0 + those.early * np.exp(-first / those.fades)
    score *= np.where([low in found.capital for low in lows], those.capital, 1.0) * (
        1.0 - those.length + those.length * size / 7.0
    )
    score[common >= those.common] = 0.0
    return score


def merged(ranked: Sequence[tuple[float, str]], names: Sequence[tuple[str, int]], those: Settings) -> tuple[str, ...]:
    """Words and full names together."""
    by_word = {word.lower(): score for score, word in ranked}
    chosen: dict[str, float] = {}
    covered: set[str] = set()
    for name, count in names if those.name else ():
        parts = [part.lower() for part in re.findall(r"\w+", name)]
        best = max((by_word.get(part, 0.0) for part in parts), default=0.0)
        if len(parts) > 1 and best > 0 and name not in chosen:
            chosen[name] = best * those.name * (1.0 + those.again * (count - 1))
            if those.covers:
                covered |= set(parts)
    for score, word in ranked:
        if word.lower() not in covered:
            chosen.setdefault(word, score)
    return tuple(name for name, _ in sorted(chosen.items(), key=lambda item: -item[1])[:MOST])


_HAN = re.compile("[\u4e00-\u9fff]{2,}")


def han_keywords(text: str, names: Sequence[tuple[str, int]]) -> tuple[str, ...]:
    """Keywords of a text without blanks: its names, then the runs of two to four characters that come back."""
    counts: dict[str, int] = {}
    for run in _HAN.findall(text[:READ]):
        for size in (4, 3, 2):
            for at in range(len(run) - size + 1):
                piece = run[at : at + size]
                counts[piece] = counts.get(piece, 0) + 1
    chosen = [name for name, _ in names[:6]]
    for piece, count in sorted(counts.items(), key=lambda item: (-item[1] * len(item[0]), item[0])):
        if count < 3 or len(chosen) >= MOST:
            break
        if not any(piece in other or other in piece for other in chosen):
            chosen.append(piece)
    return tuple(chosen)
