"""Tells whether two names that look alike have a word that tells their bearers apart: Ann and Mitt Romney, George W. and
George H. W. Bush, CBC and CBS News. Likeness sums over all letters and overlooks the one that counts."""

from __future__ import annotations

from processors.enrich.likeness import nicknames
from processors.enrich.names import HAN, HANGUL, KANA, Name, Word, distance

SHORT = 4
"""Letters of a word up to which every one counts."""
MIDDLING, LONG = 6, 7
"""Letters from which two may differ, where the consonants are the same and where they are not."""


def told_apart(a: Name, b: Name, kind: str) -> bool:
    """Whether names of one script have a word each that is another, or other initials. Names of two scripts and those of
    Chinese, Japanese and Korean are left to their likeness."""
    if a.script != b.script or a.script in (HAN, KANA, HANGUL) or a.joined or b.joined:
        return False
    one, other = (_initials(name) for name in (a, b))
    if kind == "PER" and one and other and one != other:
        return True
    short, long = sorted((a.words, b.words), key=len)
    left = [word for word in long if len(word.latin) > 1]
    for word in (w for w in short if len(w.latin) > 1):
        same = next((x for x in left if near(word, x, kind)), None)
        if same is None:
            return not (kind == "PER" and _initial_of(word, long))
        left.remove(same)
    return False


def _initials(name: Name) -> list[str]:
    return sorted(word.latin for word in name.words if len(word.latin) == 1)


def _initial_of(word: Word, long: tuple[Word, ...]) -> bool:
    return any(len(x.latin) == 1 and x.latin == word.latin[0] for x in long)


def near(a: Word, b: Word, kind: str) -> bool:
    """Whether two words of one script may be one: spelled nearly alike, one by the table or a familiar form."""
    one, other = a.latin, b.latin
    if one == other or (a.meaning >= 0 and a.meaning == b.meaning):
        return True
    if kind == "PER" and ((one, other) in nicknames() or (min(len(one), len(other)) >= 3 and _begins(one, other))):
        return True
    far = distance(one, other)
    least = min(len(one), len(other))
    if a.bones[:1] != b.bones[:1]:  # Zoran and Goran, CBC and XBC
        return False
    if a.meaning >= 0 and b.meaning >= 0:  # two names that the table knows apart
        return far <= 1 and least > SHORT
    if kind == "PER" and a.bones == b.bones:
        return far <= (1 if least < MIDDLING else 2 if least < LONG else 3)
    return far <= (0 if least <= SHORT else 1 if least < LONG else 2)


def _begins(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)
