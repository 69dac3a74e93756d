"""Words as both engines see them: cut and folded here, once, so that two engines cannot disagree about them.

Engines get terms joined by spaces and split them at white space again; nothing of an engine's own analysis is used. A term
is folded (case, diacritics, letter variants); scripts written without spaces, and Hangul, are cut into single characters,
so that a run of them is searched as a phrase. Offsets are those of the text as it was given.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

LONGEST = 100
"""Characters of a term; longer ones are cut there, on both sides alike (Lucene refuses terms above 32,766 bytes)."""

GAP = "¶"
"""A term that no query can hold: stands between the values of a field, so that phrases do not run across them."""

# Written without spaces, or (Hangul) with endings glued on: one character, one term.
_SINGLE = (
    "\u0e00-\u0e7f\u0e80-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Burmese, Khmer
    "\u1100-\u11ff\u3005-\u3007\u3040-\u30fa\u30fc-\u30ff\u3100-\u312f\u3130-\u318f\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\uff66-\uff9f\U0001b000-\U0001b16f\U00020000-\U0003ffff"
)


def _joining() -> str:
    """Characters that belong to the word they stand in although Python's `\\w` excludes them: marks and invisible joiners."""
    marks = [code for code in range(0x300, 0x20000) if unicodedata.category(chr(code)) in {"Mn", "Mc", "Me"}]
    marks += [0xAD, *range(0x200B, 0x2010), *range(0x202A, 0x202F), 0x2060, *range(0x2066, 0x206A), 0xFEFF]
    ranges: list[tuple[int, int]] = []
    for code in sorted(marks):
        if ranges and ranges[-1][1] == code - 1:
            ranges[-1] = (ranges[-1][0], code)
        else:
            ranges.append((code, code))
    return "".join(f"{re.escape(chr(first))}-{re.escape(chr(last))}" for first, last in ranges)


_JOINING = _joining()
_LETTER = rf"[^\W_{_SINGLE}]"
_WORDS = re.compile(
    rf"(?<!\w)[^\W\d_{_SINGLE}](?:\.[^\W\d_{_SINGLE}])+\b\.?"  # U.S., А.С.: one term, without the dots
    rf"|{_LETTER}+(?:[{_JOINING}]+{_LETTER}*)*"
    rf"|[{_SINGLE}]"
)
_KEPT_WHOLE = re.compile("и\u0306|і\u0308|у\u0306")  # й, ї, ў are letters of their own, ё is not kept apart
_STRIPPED = re.compile(
    "[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0640\u00ad\u200b-\u200f\u202a-\u202e\u2060"
    "\u2066-\u2069\ufeff\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe0f.\\s]"
)
_LETTERS = str.maketrans(
    {
        "ı": "i", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ħ": "h", "ŧ": "t", "ŋ": "n",
        "ə": "e", "ƒ": "f", "ſ": "s", "ĸ": "k",
        "ٱ": "ا", "ى": "ي", "ی": "ي", "ې": "ي", "ے": "ي", "ئ": "ي", "ة": "ه", "ۀ": "ه", "ہ": "ه", "ھ": "ه", "ە": "ه",
        "ک": "ك", "ڪ": "ك",
        "ґ": "г",
    }
)  # fmt: skip


class Token(NamedTuple):
    """A word in its place."""

    term: str
    start: int
    end: int


@lru_cache(maxsize=200_000)
def fold(word: str) -> str:
    """The word without case, diacritics and variants of letters: `Çavuşoğlu` and `CAVUSOGLU` are both `cavusoglu`."""
    if word.isascii():
        return word.lower().replace(".", "")[:LONGEST]
    split = unicodedata.normalize("NFKD", word.casefold())
    kept = _KEPT_WHOLE.sub(lambda found: unicodedata.normalize("NFC", found[0]), split)
    bare = unicodedata.normalize("NFC", _STRIPPED.sub("", kept)).casefold().translate(_LETTERS)
    return _digits(_STRIPPED.sub("", bare))[:LONGEST]


def _digits(word: str) -> str:
    if word.isascii() or not any(letter.isdigit() for letter in word):
        return word
    return "".join(str(unicodedata.digit(letter, letter)) for letter in word)


def places(text: str) -> Iterator[re.Match[str]]:
    """The words of the text, not yet folded, where they are."""
    return _WORDS.finditer(text)


def tokens(text: str) -> Iterator[Token]:
    """The words of the text, folded, with their offsets in it."""
    for found in places(text):
        term = fold(found[0][: 2 * LONGEST])
        if term:
            yield Token(term, found.start(), found.end())


def cut(text: str) -> list[str]:
    """The words of the text as they are written."""
    return _WORDS.findall(text)


def folded(words: Iterable[str]) -> list[str]:
    """What the words are searched as; those of which nothing is left are left out."""
    return [term for word in words if (term := fold(word[: 2 * LONGEST]))]


def terms(text: str) -> list[str]:
    """The folded words of the text."""
    return folded(cut(text))


def unspaced(text: str) -> bool:
    """Whether the text is written in characters that are terms of their own."""
    return bool(re.fullmatch(f"[{_SINGLE}]+", text))


def value(text: str) -> str:
    """A whole value folded into one term: for names of sources, languages, codes."""
    return "_".join(terms(text))[: 2 * LONGEST]
