"""Find what stands in quotation marks, paragraph by paragraph, and the sentences and words around it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

PAIRS = {"“": "”", "„": '“”"', "«": "»", "»": "«", "「": "」", "『": "』", "‹": "›", "”": "”", "〝": "〞"}
"""What closes what."""
_MARK = re.compile('["' + "".join(sorted({*PAIRS, *"".join(PAIRS.values())} - {'"'})) + "]")

SHORT_QUOTE = 4
"""Words below which a quoted stretch without a verb of saying beside it is a title or a scare quote."""

MOST_QUOTES = 400
LONGEST_QUOTE = 3000
"""Characters: what is longer was paired wrongly."""

PARAGRAPH = re.compile(r"[^\n]+")
SENTENCE_END = re.compile(r"[.!?…。！？]+[”“\"»’)]*(?=\s|$)|[。！？]")
TOKEN = re.compile(r"[^\W\d_][\w’'.\-]*[^\W_]|[^\W\d_]\.?|\d+|[^\w\s]")
_ABBREVIATION = re.compile(
    r"(?:\b(?:[A-ZА-ЯČŘŠŽ]|Mr|Mrs|Ms|Dr|Sen|Rep|Gov|Gen|Sgt|Lt|Col|St|Jr|Sr|Prof|U\.S|a\.m|p\.m|No|vs|bzw|z\.B|Nr|г|гг|им|т|тыс|Mgr|Ing|mil|tis))\.$"
)


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Found:
    """A quoted stretch and the paragraph it stands in."""

    span: Span
    paragraph: Span
    number: int
    """Of the paragraph."""
    outer: Span
    """With its marks."""


def _opens(text: str, at: int) -> bool:
    """Whether a straight mark looks like an opening one from its neighbours."""
    before = text[at - 1] if at else " "
    after = text[at + 1] if at + 1 < len(text) else " "
    return (before.isspace() or before in "([{—–-:") and not after.isspace()


def quoted(text: str, paragraph: Span) -> tuple[list[tuple[Span, Span]], int | None]:
    """Stretches between marks within a paragraph, and where one was left open."""
    found: list[tuple[Span, Span]] = []
    opened: int | None = None
    closers = ""
    marks = [mark.start() for mark in _MARK.finditer(text, paragraph.start, paragraph.end)]
    odd = sum(text[at] == '"' for at in marks) % 2 == 1
    for at in marks:
        char = text[at]
        if (
            opened is not None
            and (char in closers)
            and not (char == '"' and closers == '"' and odd and _opens(text, at))
        ):
            if at - opened > 1 and at - opened < LONGEST_QUOTE:
                found.append((Span(opened + 1, at), Span(opened, at + 1)))
            opened = None
        elif (
            opened is None
            and char in PAIRS
            and not (char in "”»" and (at == paragraph.start or not text[at - 1].isspace()) and not _opens(text, at))
        ):
            opened, closers = at, PAIRS[char] + ("“" if char == "”" else "")
        elif char == '"' and (opened is None or closers == '"'):
            opened, closers = at, '"'
    return found, opened


_SINGLE = re.compile(
    r"(?:(?<=\s)|^)(['‘])(?=\S)([^'‘’\n]*(?:[’'](?=\w)[^'‘’\n]*)*)(['’])(?=[\s,.;:!?)]|$)", re.MULTILINE
)
_DASH = re.compile(r"[—–-]\s+(.+)")
_DASH_INNER = re.compile(r"[,!?…]\s*[—–-]\s+")


_TWO_SINGLE = re.compile(r"(?<=[\w.,!?…])''(?!')(?=[\s,.;:!?)]|$)")
"""Two single marks that close what two grave ones opened, as typewriters and TeX have it."""


def all_quoted(text: str, language: str) -> list[Found]:
    """Every quoted stretch of the text, in order."""
    if "``" in text:
        text = _TWO_SINGLE.sub(" ”", text.replace("``", "“ "))
    found: list[Found] = []
    running = False
    for number, piece in enumerate(PARAGRAPH.finditer(text)):
        paragraph = Span(*piece.span())
        pairs, left_open = quoted(text, paragraph)
        if (left_open is not None and (paragraph.end - left_open) < LONGEST_QUOTE and _continues(text, paragraph)) or (
            left_open is not None and running and left_open == paragraph.start
        ):
            pairs.append((Span(left_open + 1, paragraph.end), Span(left_open, paragraph.end)))
        running = left_open is not None
        if not pairs and language in ("ru", "uk", "fr", "es", "tr", "pt", "pl"):
            pairs = _dialogue(text, paragraph)
        if language == "en":
            pairs += _single(text, paragraph, pairs)
        found += [Found(inner, paragraph, number, outer) for inner, outer in sorted(pairs, key=lambda p: p[0].start)]
        if len(found) >= MOST_QUOTES:
            break
    return [trimmed(text, f) for f in found[:MOST_QUOTES]]


def _continues(text: str, paragraph: Span) -> bool:
    """Whether a quotation left open goes on: the next paragraph opens with a mark again."""
    rest = text[paragraph.end : paragraph.end + 4].lstrip("\n\r ")
    return bool(rest) and rest[0] in '“"„«‘'


def _single(text: str, paragraph: Span, pairs: list[tuple[Span, Span]]) -> list[tuple[Span, Span]]:
    """Quotations in single marks, outside the others, of at least four words."""
    if "'" not in text[paragraph.start : paragraph.end] and "‘" not in text[paragraph.start : paragraph.end]:
        return []
    extra = []
    for piece in _SINGLE.finditer(text, paragraph.start, paragraph.end):
        inner = Span(*piece.span(2))
        inside = any(o.start <= inner.start < o.end for _, o in pairs)
        if not inside and len(text[inner.start : inner.end].split()) >= SHORT_QUOTE:
            extra.append((inner, Span(piece.start(1), piece.end(3))))
    return extra


def _dialogue(text: str, paragraph: Span) -> list[tuple[Span, Span]]:
    """Speech that a dash opens: up to the dash that gives the speaker, or to the paragraph's end."""
    line = _DASH.match(text, paragraph.start, paragraph.end)
    if not line:
        return []
    start = line.start(1)
    inner = _DASH_INNER.search(text, start, paragraph.end)
    end = inner.start() + 1 if inner else paragraph.end
    return [(Span(start, end), Span(paragraph.start, end))]


def trimmed(text: str, found: Found) -> Found:
    """Without blanks at the ends."""
    start, end = found.span.start, found.span.end
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return Found(Span(start, end), found.paragraph, found.number, found.outer)


LONGEST_SENTENCE = 1500
"""Characters looked at on each side of a quotation."""
NEIGHBOURS = 8
"""Quotations on each side that a sentence may hold."""


def sentence_start(text: str, paragraph: Span, at: int, masks: Sequence[Span]) -> int:
    """Where the sentence begins that `at` stands in; ends inside quotations do not count."""
    best = max(paragraph.start, at - LONGEST_SENTENCE)
    for end in SENTENCE_END.finditer(text, best, at):
        if end.end() >= at or _ABBREVIATION.search(text[max(paragraph.start, end.start() - 6) : end.start() + 1]):
            continue
        if any(m.start < end.start() < m.end - 2 for m in masks):
            continue
        best = end.end()
    return best


def sentence_end(text: str, paragraph: Span, at: int, masks: Sequence[Span]) -> int:
    """Where the sentence ends that goes on at `at`."""
    last = min(paragraph.end, at + LONGEST_SENTENCE)
    for end in SENTENCE_END.finditer(text, at, last):
        if _ABBREVIATION.search(text[max(at, end.start() - 6) : end.start() + 1]):
            continue
        if any(m.start < end.start() < m.end for m in masks):
            continue
        return end.start()
    return last


@dataclass(frozen=True, slots=True)
class Word:
    """A word or sign outside quotations."""

    text: str
    start: int
    end: int

    @property
    def low(self) -> str:
        return self.text.lower()

    @property
    def sign(self) -> bool:
        return not self.text[0].isalnum()

    @property
    def capital(self) -> bool:
        return self.text[0].isupper()


def words(text: str, start: int, end: int, masks: Sequence[Span]) -> list[Word]:
    """Words and signs between two places; what is quoted stands as one sign `“`."""
    found: list[Word] = []
    at, end = start, min(end, start + 2 * LONGEST_SENTENCE)
    for mask in [*(m for m in masks if m.start >= start and m.end <= end), Span(end, end)]:
        found += [Word(m.group(), m.start(), m.end()) for m in TOKEN.finditer(text, at, max(at, mask.start))]
        if mask.start < end:
            found.append(Word("“", mask.start, mask.end))
        at = max(at, mask.end)
    return found
