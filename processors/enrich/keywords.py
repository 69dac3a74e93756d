"""Choose keywords: words that are frequent or early here and rare in the language, whole names and no fragments of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from processors.enrich.frequencies import zipf

MOST = 15
SHORTEST = 3
"""Letters of a word in scripts with an alphabet."""

COMMON_FROM = 5.35
"""Zipf value from which a word is no keyword: `people` (5.9) and `year` are not, `police` (5.0) is."""

_LETTERS = re.compile(r"[^\W\d_]")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A word of the text with what speaks for it."""

    shown: str
    count: int
    first: int
    """Index among the words."""
    capital: bool
    """Written with a capital wherever it does not open a sentence."""


def candidates(words: Sequence[str], opens: Sequence[bool]) -> dict[str, Candidate]:
    """The text's words by their lower-case form; `opens`: whether each opens a sentence."""
    found: dict[str, Candidate] = {}
    forms: dict[str, dict[str, int]] = {}
    for index, (word, first) in enumerate(zip(words, opens, strict=True)):
        low = word.lower()
        before = found.get(low)
        capital = word[0].isupper() and not first
        forms.setdefault(low, {})
        if not first or before is None:
            forms[low][word] = forms[low].get(word, 0) + (0 if first else 1)
        if before is None:
            found[low] = Candidate(word, 1, index, capital)
        else:
            found[low] = Candidate(before.shown, before.count + 1, before.first, before.capital or capital)
    return {low: Candidate(_best_form(forms[low], c.shown), c.count, c.first, c.capital) for low, c in found.items()}


def _best_form(forms: dict[str, int], fallback: str) -> str:
    return max(forms.items(), key=lambda item: (item[1], item[0].islower()))[0] if forms else fallback


TITLE_WORTH = 1.5
NAME_WORTH = 1.25
EARLY_WORTH = 0.8
RARE_POWER = 1.0
COUNT_POWER = 0.9
NOUN_LANGUAGES = frozenset({"de", "lb"})
"""Languages that write nouns with a capital: nothing else is a keyword there."""


def keywords(
    words: Sequence[str], opens: Sequence[bool], language: str, title: str | None, names: Sequence[tuple[str, int]] = ()
) -> tuple[str, ...]:
    """The best keywords first; `names`: full names of the text with how often each is meant."""
    found = candidates(words, opens)
    lows = [low for low in found if len(low) >= SHORTEST and _LETTERS.match(low)]
    if not lows:
        return tuple(name for name, _ in names[:MOST])
    common = zipf(lows, language)
    counts = np.array([found[low].count for low in lows], np.float32)
    first = np.array([found[low].first for low in lows], np.float32)
    capital = np.array([found[low].capital for low in lows])
    in_title = np.array([low in (title or "").lower() for low in lows])
    length = np.array([min(len(low), 12) for low in lows], np.float32)
    score = counts**COUNT_POWER * np.maximum(0.2, 7.0 - common) ** RARE_POWER
    score *= 1.0 + EARLY_WORTH * np.exp(-first / 60.0)
    score *= np.where(in_title, TITLE_WORTH, 1.0) * np.where(capital, NAME_WORTH, 1.0)
    score *= 0.6 + 0.4 * length / 7.0
    score[common >= COMMON_FROM] = 0.0
    if language in NOUN_LANGUAGES:
        score[~capital] *= 0.3
    ranked = [(float(score[i]), found[lows[i]].shown) for i in np.argsort(-score)[: 3 * MOST] if score[i] > 0]
    return merged(ranked, names)


NAME_SCORE = 1.0


def merged(ranked: Sequence[tuple[float, str]], names: Sequence[tuple[str, int]]) -> tuple[str, ...]:
    """Words and full names together: a name takes the place of its best word, its other words fall away."""
    by_word = {word.lower(): score for score, word in ranked}
    chosen: dict[str, float] = {}
    covered: set[str] = set()
    for name, _ in names:
        parts = [part.lower() for part in re.findall(r"\w+", name)]
        if len(parts) < 2 or name in chosen:
            continue
        best = max((by_word.get(part, 0.0) for part in parts), default=0.0)
        if best > 0:
            chosen[name] = best * NAME_SCORE
            covered |= set(parts)
    for score, word in ranked:
        if word.lower() not in covered:
            chosen[word] = score
    return tuple(name for name, _ in sorted(chosen.items(), key=lambda item: -item[1])[:MOST])
