"""Mends characters a page had damaged, only where the document itself knows the one right spelling; the raw text is kept."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

import ftfy

from broadsheet.model import Repair
from processors.extract.decode import damaged

MOST = 200
"""Repairs of one document."""

_LOST = re.compile(r"(?<![\w?])(?=\w)[^\W\d_]+(?:\?{1,3}[^\W\d_]+)+(?![\w?=/&])")
_WORD = re.compile(r"[^\W\d_]{3,}")
# Letters that a page in a Western code page loses, by the alphabet they belong to.
_ALPHABETS: dict[str, str] = {
    "Turkish": "ğışĞİŞ",
    "Polish": "ąćęłńśźżĄĆĘŁŃŚŹŻ",
    "Czech and Slovak": "čďěňřťůľĺŕČĎĚŇŘŤŮĽĹŔ",
    "Croatian, Serbian, Slovene": "čćđČĆĐ",
    "Hungarian": "őűŐŰ",
    "Romanian": "ășțşţĂȘȚŞŢ",
    "Baltic": "āčēģīķļņūąęėįųĀČĒĢĪĶĻŅŪĄĘĖĮŲ",
}
# Letters those alphabets have that survive such a page.
_SURVIVING: dict[str, str] = {
    "Turkish": "çöüâîûÇÖÜÂÎÛ",
    "Polish": "óÓ",
    "Czech and Slovak": "áéíóúýšžäôÁÉÍÓÚÝŠŽÄÔ",
    "Croatian, Serbian, Slovene": "šžŠŽ",
    "Hungarian": "áéíóöúüÁÉÍÓÖÚÜ",
    "Romanian": "âîÂÎ",
    "Baltic": "šžõŠŽÕ",
}
_LETTERS = "".join(_ALPHABETS.values())


def fold(text: str) -> str:
    """The text in plain letters of the same number, where each has one."""
    out = []
    for letter in text:
        plain = {"ı": "i", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "İ": "I", "ø": "o", "Ø": "O"}.get(letter)
        out.append(plain or unicodedata.normalize("NFD", letter)[0])
    return "".join(out)


def _fits(damaged: str, whole: str) -> bool:
    """Whether the damaged word is the whole one with some letters lost."""
    return len(damaged) == len(whole) and all(
        (have == "?" and want in _LETTERS) or fold(have) == fold(want)
        for have, want in zip(damaged, whole, strict=True)
    )


def _alphabets(damaged: str, text: str) -> list[str]:
    """The alphabets the word can be of: those with all its surviving marked letters, or else those of the document."""
    marked = {letter for letter in damaged if ord(letter) > 127}
    possible = [name for name, letters in _SURVIVING.items() if marked and marked <= set(letters)]
    if marked:
        return possible
    return [name for name, letters in _ALPHABETS.items() if any(letter in text for letter in letters)]


def _respelled(damaged: str, plain: str, alphabet: str) -> str | None:
    """The word with each lost letter taken from the alphabet by its plain form; None where it has none or several."""
    out = []
    for have, want in zip(damaged, plain, strict=True):
        if have != "?":
            out.append(have)
            continue
        choices = [letter for letter in _ALPHABETS[alphabet] if fold(letter) == want]
        if len(choices) != 1:
            return None
        out.append(choices[0])
    return "".join(out)


def candidates(damaged: str, text: str, spellings: set[str]) -> dict[str, str]:
    """Every spelling the document supports for the damaged word, with the reason."""
    whole = {word for word in spellings if _fits(damaged, word) and any(letter in _LETTERS for letter in word)}
    if whole:
        return {word: f"the document spells it {word!r}" for word in whole}
    found: dict[str, str] = {}
    for plain in {word for word in spellings if word.isascii() and len(word) == len(damaged)}:
        if not all(have == "?" or fold(have) == want for have, want in zip(damaged, plain, strict=True)):
            continue
        for alphabet in _alphabets(damaged, text):
            word = _respelled(damaged, plain, alphabet)
            if word:
                found[word] = f"the document has {plain!r}; letters of {alphabet}"
    return found


def _loses(text: str) -> bool:
    """Whether a question mark stands between letters anywhere."""
    place = text.find("?")
    while place >= 0:
        if (
            0 < place < len(text) - 1
            and text[place - 1].isalpha()
            and (text[place + 1].isalpha() or text[place + 1] == "?")
        ):
            return True
        place = text.find("?", place + 1)
    return False


def _lost(text: str) -> Iterator[Repair]:
    if not _loses(text):
        return
    matches = list(_LOST.finditer(text))[:MOST]
    if not matches:
        return
    spellings = set(_WORD.findall(text))
    for match in matches:
        found = candidates(match.group(), text, spellings)
        if len(found) == 1:
            to, why = next(iter(found.items()))
            yield Repair(
                start=match.start(), end=match.end(), raw=match.group(), to=to, method="lost letters", evidence=why
            )


def _mojibake(text: str) -> Iterator[Repair]:
    if text.isascii() or not damaged(text):
        return
    place = 0
    for line in text.splitlines(keepends=True):
        if damaged(line):
            fixed = ftfy.fix_encoding(line)
            if fixed != line:
                begin, end, to = _difference(line, fixed)
                yield Repair(
                    start=place + begin,
                    end=place + end,
                    raw=line[begin:end],
                    to=to,
                    method="mojibake",
                    evidence="bytes read in the wrong encoding, reversible",
                )
        place += len(line)


def _difference(before: str, after: str) -> tuple[int, int, str]:
    begin = 0
    while begin < min(len(before), len(after)) and before[begin] == after[begin]:
        begin += 1
    tail = 0
    while tail < min(len(before), len(after)) - begin and before[-1 - tail] == after[-1 - tail]:
        tail += 1
    return begin, len(before) - tail, after[begin : len(after) - tail]


def repairs_of(text: str) -> tuple[Repair, ...]:
    """The repairs the text needs and its own evidence allows, in order and without overlap."""
    found = sorted([*_mojibake(text), *_lost(text)], key=lambda repair: (repair.start, repair.end))
    kept: list[Repair] = []
    for repair in found:
        if not kept or repair.start >= kept[-1].end:
            kept.append(repair)
    return tuple(kept[:MOST])


def mend(text: str, start: int, repairs: tuple[Repair, ...]) -> str:
    """The piece of text that begins at `start` in the normalised text, its repairs applied."""
    out, place = [], 0
    for repair in repairs:
        begin, end = repair.start - start, repair.end - start
        if begin < place or end > len(text):
            continue
        out.append(text[place:begin] + repair.to)
        place = end
    return "".join(out) + text[place:]
