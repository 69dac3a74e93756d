"""Tells whether lines are about the article they stand in, by the words they share with it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from processors.extract.features import words

FOREIGN = 0.45
"""Below this share of words known from the article a list is about something else (seeds: 0 to .3, own lists: above .5)."""
STEM = 5
"""Letters of a word that count: enough to join the forms of one word in the languages we read."""


def content(text: str) -> list[str]:
    """Words that say what a line is about, cut to a stem; a CJK character is one."""
    return [word[:STEM] for word in words(text) if len(word) > 3 or word > "\u3000"]


def vocabulary(texts: Iterable[str]) -> frozenset[str]:
    """The stems of the texts."""
    return frozenset(word for text in texts for word in content(text))


def known_share(texts: Sequence[str], known: frozenset[str]) -> float:
    """The share of the texts' words that are among the known ones; 1 where they have none."""
    wanted = [word for text in texts for word in content(text)]
    return sum(word in known for word in wanted) / len(wanted) if wanted else 1.0
