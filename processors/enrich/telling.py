"""Tells whether two names that look alike have a word that tells their bearers apart: Ann and Mitt Romney, George W. and
George H. W. Bush, CBC and CBS News. Likeness sums over all letters and overlooks the one that counts."""

from __future__ import annotations

from processors.enrich.likeness import nicknames
from processors.enrich.names import HAN, HANGUL, KANA, Name, Word, distance

VERY_LIKE = 0.95
"""Likeness from which a long word of a person's name is rather spelled otherwise: measured on pairs of Wikidata's names."""
SHORT = 4
"""Letters of a word up to which every one counts."""
MIDDLING, LONG = 6, 7
"""Letters from which two may differ, where the consonants are the same and where they are not."""


def told_apart(a: Name, b: Name, kind: str, sure: float) -> bool:
    """Whether names of one script that are alike (`sure`, 0 to 1) have a word each that is another, or other initials.
    Long words of organisations and places differ from language to language, and so do people's very like names: of
    these only short words count. Names of two scripts and those of Chinese, Japanese and Korean are left to their
    likeness."""
    if a.script != b.script or a.script in (HAN, KANA, HANGUL) or a.joined or b.joined:
        return False
    if kind == "PER" and _other_initials(a, b):
        return True
    left, right = _unmatched(a, b, kind)
    if any(_telling(x, y) for x in left for y in right):
        return True
    fewer, rest = (left, b) if len(left) <= len(right) else (right, a)
    return kind == "PER" and sure < VERY_LIKE and any(not _initial_of(word, rest.words) for word in fewer)


def _telling(x: Word, y: Word) -> bool:
    """Whether two words are surely two: short ones, or those that differ in the consonant they begin with."""
    one, other = x.latin, y.latin
    return max(len(one), len(other)) <= SHORT or (one[1:] == other[1:] and x.bones[:1] != y.bones[:1])


def _other_initials(a: Name, b: Name) -> bool:
    """Whether two names have initials which are not the same: George W. and George H. W."""
    one, other = (_initials(name) for name in (a, b))
    return bool(one) and bool(other) and one != other


def _unmatched(a: Name, b: Name, kind: str) -> tuple[list[Word], list[Word]]:
    """The words of two names, without initials, that are none of the other's."""
    left = [word for word in a.words if len(word.latin) > 1]
    right = [word for word in b.words if len(word.latin) > 1]
    for word in tuple(left):
        same = next((x for x in right if near(word, x, kind)), None)
        if same is not None:
            left.remove(word)
            right.remove(same)
    return left, right


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
