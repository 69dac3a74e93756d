"""Chooses what to call somebody of many spellings: the full name, in the nominative, as most texts write it; in Latin letters
where about as many do, since the pages are in English."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

LATIN_WORTH = 1.5
"""How much more a spelling in Latin letters counts."""
WORD_WORTH = 0.35
"""What each further word adds, up to MOST_WORDS: the complete name before the short one, where it is common."""
MOST_WORDS = 3
OBLIQUE_WORTH = 0.3
"""What is left of a spelling that looks like another case's."""
DAMAGED_WORTH = 0.1
INITIAL_WORTH = 0.4
CAPITALS_WORTH = 0.5

_CYRILLIC = re.compile("[Ѐ-ԯ]")
_OBLIQUE = re.compile("(?:ого|его|ому|ему|ым|им|ом|ем|ою|ею|ую|юю|ых|их|ами|ями|ах|ях|ов|ы|у|ю|е)$")
"""Endings that Russian and Ukrainian names have in other cases, and seldom in the nominative."""
_ENDINGS = {
    **dict.fromkeys("ая", ("ы", "и", "у", "ю", "е", "ой", "ей", "ою", "ею")),
    **dict.fromkeys("йь", ("я", "ю", "ем", "е", "и", "ью")),
}
"""For the last letter of a nominative what other cases have in its place; what they add to any other letter: ADDED."""
_ADDED = ("а", "у", "ом", "ым", "е")
_FAMILY = re.compile("(?:ов|ев|ин|ын)$")
_DAMAGED = re.compile("[?\\ufffd\\d]")
_INITIAL = re.compile(r"(?:^|\s)\w\.?(?=\s|$|\w\.)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A spelling and how often it is used."""

    name: str
    uses: int
    short: bool = False
    """Whether it is a family name that stands for a full one."""


def called(spellings: Sequence[Written]) -> str | None:
    """The spelling to show; None where there is none."""
    full = [one for one in spellings if not one.short] or list(spellings)
    names = [one.name for one in full]
    best = max(full, key=lambda one: (round(worth(one, names), 6), one.name), default=None)
    return best.name if best else None


def bearers(named: Iterable[tuple[str, str, str | None]]) -> dict[str, str]:
    """For names in a text, each with type and id, whose each is when it speaks: of a name that is two things (Washington)
    the person's id, then the first."""
    found: dict[str, str] = {}
    for name, _, id in sorted(named, key=lambda one: one[1] != "PER"):
        if id:
            found.setdefault(name, id)
    return found


def of_place(name: str, spellings: Sequence[Written]) -> str:
    """The name to show of a place that the map calls so: that name; but where it has letters with marks that no text
    writes (Bayrūt), the spelling in Latin letters that most use (Beirut)."""
    if name.isascii() or any(one.name == name for one in spellings):
        return name
    return called([one for one in spellings if in_latin(one.name) and not one.short]) or name


def in_latin(name: str) -> bool:
    """Whether a name is written in Latin letters."""
    return not _CYRILLIC.search(name) and name[:1] < "\u0250"


def worth(one: Written, names: Sequence[str]) -> float:
    """How good a spelling is among these, in uses."""
    name = one.name
    found = (one.uses or 0.5) * (1.0 + WORD_WORTH * (min(len(name.split()), MOST_WORDS) - 1))
    if in_latin(name):
        found *= LATIN_WORTH
    found *= OBLIQUE_WORTH ** oblique(name, names)
    if _DAMAGED.search(name):
        found *= DAMAGED_WORTH
    if _INITIAL.search(name):
        found *= INITIAL_WORTH
    if name.isupper() and len(name) > 5:
        found *= CAPITALS_WORTH
    return found


def oblique(name: str, names: Sequence[str]) -> int:
    """How much says that a spelling in Cyrillic letters is another case of a name, 0 to 2: its ending, and another of
    these spellings that is its nominative."""
    if not _CYRILLIC.search(name):
        return 0
    words = name.split()
    ends = bool(_OBLIQUE.search(words[-1])) and not _FAMILY.search(words[-1])
    return ends + any(_of(words, other.split()) for other in names if other != name)


def _of(words: Sequence[str], nominative: Sequence[str]) -> bool:
    """Whether these words are those of a name in another case; some may look the same in both."""
    return len(words) == len(nominative) and all(
        a == b or a in ({b[:-1] + end for end in _ENDINGS[b[-1]]} if b[-1] in _ENDINGS else {b + end for end in _ADDED})
        for a, b in zip(words, nominative, strict=True)
    )
