"""How much an edit of an article matters: a letter, a figure, somebody's words, a correction that says so or does not."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, get_args

from broadsheet import notices, numerals
from broadsheet.edits import Edits, Hunk, Word, words
from broadsheet.model import Article, block_text

Significance = Literal["typo", "rewrite", "headline", "number", "quote", "correction-notice", "withdrawn"]
KINDS: tuple[Significance, ...] = get_args(Significance)

SILENT = frozenset({"number", "quote"})
"""What a reader would want to be told of."""

SAME_HEADLINE = 0.5
"""Share of its words that a headline keeps when only a figure in it changed."""
PASSAGE = 5
"""Words from which a part of a paragraph is looked for elsewhere on the page."""
LONGEST_TYPO = 40
"""Letters of words in which a slip is looked for."""
LONGEST_QUOTE = 3000
"""Characters between two quotation marks; beyond, one of the marks is missing."""
NOTICE_WORDS = 4
"""Words that new text has at least to be read as a notice."""

_QUOTED = re.compile(
    rf"“[^“”\n]{{1,{LONGEST_QUOTE}}}[”“]|„[^„“”\n]{{1,{LONGEST_QUOTE}}}[“”]|«[^«»\n]{{1,{LONGEST_QUOTE}}}»|»[^«»\n]{{1,{LONGEST_QUOTE}}}«"
    rf"|(?<!\w)‘[^‘\n]{{1,{LONGEST_QUOTE}}}?’(?!\w)"
    rf"|「[^」\n]{{1,{LONGEST_QUOTE}}}」|『[^』\n]{{1,{LONGEST_QUOTE}}}』|\"[^\"\n]{{1,{LONGEST_QUOTE}}}\""
)
# A negation is never a slip of the pen, however few its letters.
_NEGATIONS = (
    "il",
    "im",
    "in",
    "ir",
    "un",
    "non",
    "dis",
    "mis",
    "de",
    "anti",
    "not",
    "n't",
    "can't",
    "ne",
    "не",
    "ни",
    "без",
    "kein",
    "nicht",
    "gayri",
    "لا",
    "غير",
    "不",
    "没",
    "未",
    "非",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a version of an article says."""

    title: str
    text: str
    language: str | None = None
    page: str = ""
    """All text of its page: what only moved between text and furniture was not edited."""
    notices: tuple[str, ...] = ()
    """Blocks that the page's layout shows as notes of the editors."""
    quotes: tuple[tuple[int, int], ...] = ()
    """Where somebody speaks, as far as it is known beside the marks; offsets into `text`."""
    names: frozenset[str] = frozenset()
    """Words of names of people, organisations and places, in lower case."""


def reading(article: Article) -> Reading:
    """What this form of the article says."""
    return Reading(
        title=article.title or "",
        text=article.text,
        language=article.language,
        page=article.normalised,
        notices=tuple(block_text(article, block) for block in article.blocks if block.role == "correction"),
        quotes=tuple((quote.start, quote.end) for quote in article.quotes if quote.direct),
        names=frozenset(word.key for entity in article.entities for word in words(entity.text)),
    )


def significance(before: Reading, after: Reading, edits: Edits | None = None) -> tuple[Significance, ...]:
    """What kinds of edit made the later version of the earlier, in the order of `KINDS`; empty where nothing but
    typography changed, or only what we count to the text.

    `number` and `quote`: a figure, or words between quotation marks, changed or went in a paragraph that stayed; what
    came or went with whole paragraphs is a `rewrite`, as is every change of words that is no slip of the pen. `edits` are
    those of the two texts, where they are known already.
    """
    found: set[Significance] = set()
    if _keys(before.title) != _keys(after.title):
        found.add("headline")
        titles = Edits(before.title, after.title)
        if titles.kept >= SAME_HEADLINE:
            found |= _Judge(before, after, titles).kinds() & {"number"}
    found |= _Judge(before, after, edits or Edits(before.text, after.text)).kinds()
    found |= set(_notices(before, after))
    return tuple(kind for kind in KINDS if kind in found)


def is_silent(kinds: Iterable[str]) -> bool:
    """Whether a figure or a quotation changed and no correction notice came with it."""
    given = set(kinds)
    return bool(given & SILENT) and not given & {"correction-notice", "withdrawn"}


def _keys(text: str) -> list[str]:
    return [word.key for word in words(text)]


class _Judge:
    """The edits of one text under judgement."""

    def __init__(self, before: Reading, after: Reading, edits: Edits) -> None:
        self.before, self.after, self.edits = before, after, edits
        self.language = after.language or before.language or ""
        self.names = before.names | after.names
        self.quoted = _inside(edits.before, edits.gone, before), _inside(edits.after, edits.new, after)

    def kinds(self) -> set[Significance]:
        hunks = [h for h in self.edits.hunks if not (self.ours(h) or self.notice(h) or self.counter(h))]
        found = {kind for hunk in hunks for kind in self.kinds_of(hunk)}
        # Another figure changes the endings of words around it.
        if "number" in found and all(self.ending(hunk) for hunk in hunks if "typo" in self.kinds_of(hunk)):
            found.discard("typo")
        return found

    def ending(self, hunk: Hunk) -> bool:
        """Whether only the ends of words changed."""
        gone, new = self.edits.gone[slice(*hunk.gone)], self.edits.new[slice(*hunk.new)]
        pairs = zip(gone, new, strict=False)
        return len(gone) == len(new) and all(
            a.key[: len(a.key) // 2 + 1] == b.key[: len(a.key) // 2 + 1] for a, b in pairs
        )

    def ours(self, hunk: Hunk) -> bool:
        """Whether a passage did not come or go at all: it stands elsewhere on the page, or we count it to the text now."""
        gone, new = self.edits.gone[slice(*hunk.gone)], self.edits.new[slice(*hunk.new)]
        side, page = (gone, 1) if gone else (new, 0)
        if (gone and new) or not (hunk.whole or len(side) >= PASSAGE):
            return False
        return " ".join(word.key for word in side) in self.pages[page]

    @cached_property
    def pages(self) -> tuple[str, str]:
        """All words of the two pages."""
        return " ".join(_keys(self.before.page)), " ".join(_keys(self.after.page))

    def counter(self, hunk: Hunk) -> bool:
        """Whether the line is a counter or a clock of the page: it goes on by itself, nobody edits it."""
        sides = ((self.edits.before, self.edits.gone, hunk.gone), (self.edits.after, self.edits.new, hunk.new))
        lines = [_line(text, found[span[0]]) for text, found, span in sides if span[0] < span[1]]
        return all(notices.is_counter(line) for line in lines)

    def notice(self, hunk: Hunk) -> bool:
        """Whether the paragraph is the editors' note on the edit."""
        new = self.edits.new[slice(*hunk.new)]
        return hunk.whole and bool(new) and notices.is_correction(self.edits.after[new[0].start : new[-1].end])

    def kinds_of(self, hunk: Hunk) -> Iterator[Significance]:
        gone, new = self.edits.gone[slice(*hunk.gone)], self.edits.new[slice(*hunk.new)]
        if hunk.whole:
            yield "rewrite"
            return
        quote = self.in_quote(hunk)
        numbers = self.numbers(hunk, gone, new, quote)
        if numbers:
            yield "number"
        if quote:
            yield "quote"
        rest = [[word.key for word in side if not self.is_number(word)] for side in (gone, new)]
        if numbers and sum(map(len, rest)) <= 1:
            return
        if self.slip(*rest) or self.doubled(hunk):
            if not numbers and not quote:
                yield "typo"
        elif not quote:
            yield "rewrite"

    def numbers(self, hunk: Hunk, gone: Sequence[Word], new: Sequence[Word], quote: bool) -> bool:
        """Whether a figure gave way to another, or to none, or grew or lost a part (`two million`, `twelve million`).

        A number in words needs another one in its place: words for small numbers also come and go for other reasons.
        """
        ours, theirs = ([word.key for word in side if self.is_number(word)] for side in (gone, new))
        if ours == theirs:
            return False
        if ours and theirs:
            return True
        if not quote and gone and any(numerals.is_figure(key) for key in (*ours, *theirs)):
            return True
        return self.beside_number(self.edits.new, hunk.new) or self.beside_number(self.edits.gone, hunk.gone)

    def beside_number(self, found: Sequence[Word], span: tuple[int, int]) -> bool:
        return any(0 <= at < len(found) and self.is_number(found[at]) for at in (span[0] - 1, span[1]))

    def is_number(self, word: Word) -> bool:
        return numerals.is_number(word.key, self.language)

    def in_quote(self, hunk: Hunk) -> bool:
        """Whether somebody's words changed; a quotation that is new as a whole changed nobody's."""
        ours, theirs = self.quoted
        if any(at in ours for at in range(*hunk.gone)):
            return True
        return any(at in theirs and not self.all_new(theirs[at]) for at in range(*hunk.new))

    def all_new(self, quotation: range) -> bool:
        return any(hunk.new[0] <= quotation.start and quotation.stop <= hunk.new[1] for hunk in self.edits.hunks)

    def doubled(self, hunk: Hunk) -> bool:
        """Whether a word that stood there twice stands once now, or the reverse."""
        gone, new = range(*hunk.gone), range(*hunk.new)
        found, span = (self.edits.gone, gone) if len(gone) == 1 else (self.edits.new, new)
        if len(gone) + len(new) != 1:
            return False
        beside = [found[at].key for at in (span.start - 1, span.stop) if 0 <= at < len(found)]
        return found[span.start].key in beside

    def slip(self, gone: list[str], new: list[str]) -> bool:
        """Whether these words differ by a slip of the pen, and none of them is a name."""
        if gone == new:
            return True
        if (set(gone) ^ set(new)) & self.names or not gone or not new:
            return False
        if len(gone) != len(new):
            return _slipped("".join(gone).replace("-", ""), "".join(new).replace("-", ""))
        return all(_slipped(one, other) for one, other in zip(gone, new, strict=True))


def _line(text: str, word: Word) -> str:
    """The line that a word stands in."""
    end = text.find("\n", word.end)
    return text[text.rfind("\n", 0, word.start) + 1 : len(text) if end < 0 else end]


def _inside(text: str, found: Sequence[Word], told: Reading) -> dict[int, range]:
    """The words between quotation marks, each with the places of its quotation's words."""
    spans = [match.span() for match in _QUOTED.finditer(text)] + (list(told.quotes) if text == told.text else [])
    starts, ends = [word.start for word in found], [word.end for word in found]
    inside: dict[int, range] = {}
    for start, end in sorted(spans):
        places = range(bisect_left(starts, start), bisect_right(ends, end))
        inside.update(dict.fromkeys(places, places))
    return inside


def _slipped(one: str, other: str) -> bool:
    if one == other:
        return True
    if max(len(one), len(other)) > LONGEST_TYPO or _negated(one, other) or _negated(other, one):
        return False
    allowed = 1 if min(len(one), len(other)) <= 5 else 2 if min(len(one), len(other)) <= 9 else 3
    return _distance(_bare(one), _bare(other)) <= allowed


def _bare(word: str) -> str:
    """Without accents: a missing one is no second mistake."""
    return "".join(letter for letter in unicodedata.normalize("NFD", word) if not unicodedata.combining(letter))


def _negated(one: str, other: str) -> bool:
    return any(other in {negation + one, one + negation} for negation in _NEGATIONS) or other in _NEGATIONS


def _distance(one: str, other: str) -> int:
    """Letters to change, add, take or swap with the next (optimal string alignment)."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        older, before, row = before, row, [i]
        for j, wanted in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
    return row[-1]


def _notices(before: Reading, after: Reading) -> Iterator[Significance]:
    """What the newer version says of itself that the older did not."""
    fresh = list(_fresh(before, after))
    shown = [notice for notice in after.notices if notice not in before.notices and not notices.is_update(notice)]
    if any(notices.is_correction(line) for line in fresh) or any(_keys(notice) for notice in shown):
        yield "correction-notice"
    if any(notices.is_withdrawal(line) for line in fresh):
        yield "withdrawn"


def _fresh(before: Reading, after: Reading) -> Iterator[str]:
    """Lines of the newer page that the older had not, or what was added to one."""
    known = {line.strip() for text in (before.page, before.text, before.title) for line in text.split("\n")}
    whole = "\n".join(known)
    for line in dict.fromkeys(line.strip() for text in (after.page, after.text) for line in text.split("\n")):
        if line not in known and line not in whole and len(_keys(line[:2000])) >= NOTICE_WORDS:
            yield line
