"""Tells whether two words are one name in two grammatical cases, in the languages whose names take endings."""

from __future__ import annotations

import re
from functools import lru_cache

from processors.enrich.fold import fold

_CYRILLIC = (
    "ого его ому ему ыми ими ами ями ым им ом ем ой ей ою ею ую юю ая яя ий ый ии ию ия ие ых их ах ях ам ям ов ев"
    " а я у ю е ы и ь й о"
)
ENDINGS = frozenset(["", *_CYRILLIC.split()])
"""What cases add to a Russian, Ukrainian or Bulgarian name, or take the place of."""
SHORTEST_STEM = 3
"""Letters that must stay."""
_END = re.compile("(?:" + "|".join(sorted(_CYRILLIC.split(), key=len, reverse=True)) + ")$")
_FAMILY = re.compile("(?:ов|ев|ин|ын)$")


def cyrillic(word: str) -> bool:
    """Whether a word is in Cyrillic letters."""
    return bool(word) and 0x0400 <= ord(word[0]) <= 0x052F


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """The word without its case ending; family names in -ov, -ev and -in keep that."""
    plain = word.lower().replace("ё", "е")
    if not cyrillic(plain):
        return fold(word)
    if _FAMILY.search(plain):
        return plain
    found = _END.search(plain)
    return plain[: found.start()] if found and found.start() >= SHORTEST_STEM else plain


def inflected(a: str, b: str) -> bool:
    """Whether two words are one with different case endings; equal words are one."""
    if fold(a) == fold(b):
        return True
    one, other = a.lower().replace("ё", "е"), b.lower().replace("ё", "е")
    if not (cyrillic(one) and cyrillic(other)):
        return False
    same = 0
    while same < min(len(one), len(other)) and one[same] == other[same]:
        same += 1
    return any(
        one[at:] in ENDINGS and other[at:] in ENDINGS and not (one[at:] == "" and other[at:] in ("ов", "ев"))
        for at in range(max(SHORTEST_STEM, same - 2), same + 1)
    )
