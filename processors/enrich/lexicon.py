"""Lists of words, written as one text with spaces between."""

from __future__ import annotations

import re


def any_word(text: str) -> re.Pattern[str]:
    """Matches a whole word that is one of these; each may be a pattern itself."""
    return re.compile("(?:" + "|".join(text.split()) + ")$")


def word_set(text: str) -> frozenset[str]:
    """These words."""
    return frozenset(text.split())
