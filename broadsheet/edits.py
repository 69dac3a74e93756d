"""What changed from one text to the next, paragraph by paragraph and word by word: for the diff view and for judging it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

MOST_WORDS = 40_000
"""Words of a text that are looked at."""
COSTLY = 2_000_000
"""Pairs of equal words that two stretches may have before they are taken as replaced whole: repetition without end."""
COSTLIEST = 200_000_000
"""Pairs of any words that two stretches may have, for the same end."""
ALIKE = 0.4
"""Share of its words that a paragraph must keep to count as the same one, changed."""
MOST_PAIRS = 10_000
"""Pairs of paragraphs compared where a stretch was replaced; beyond, only neighbours are."""

# A figure with its separators; a letter of scripts that write without spaces; a word with its inner apostrophes and hyphens.
_UNSPACED = r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_WORD = re.compile(
    rf"\d+(?:[.,:٫٬\u00a0\u202f'’]\d+)*|[{_UNSPACED}]"
    rf"|(?![{_UNSPACED}])[^\W\d_](?:(?![{_UNSPACED}_])\w|[\u00ad\u0300-\u036f'’\-\u2010\u2011](?=\w))*"
)
_HIDDEN = dict.fromkeys([0xAD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF])
_EVEN = str.maketrans("’ʼ`´‐‑٫٬٠١٢٣٤٥٦٧٨٩", "''''--.,0123456789", "".join(map(chr, _HIDDEN)))

Kind = Literal["same", "gone", "new"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A word where it stands."""

    key: str
    """As it is compared: without case, typography and invisible characters."""
    start: int
    end: int
    """Offsets into the text, end not included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hunk:
    """Neighbouring words that gave way to others; one side may be empty."""

    gone: tuple[int, int]
    new: tuple[int, int]
    """Places of words in their texts, end not included."""
    whole: bool
    """Whole paragraphs came or went, with none alike on the other side."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A stretch of text in the diff."""

    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class _Pair:
    """A paragraph's words on both sides; an empty range where it has no counterpart."""

    gone: range
    new: range


class Edits:
    """Two texts, and what of the one gave way to what of the other."""

    def __init__(self, before: str, after: str) -> None:
        self.before, self.after = before, after
        self.gone, self.new = words(before), words(after)
        self._pairs = list(_paired(_paragraphs(before, self.gone), _paragraphs(after, self.new), self.gone, self.new))
        self.hunks = [hunk for pair in self._pairs for hunk in self._within(pair)]

    def _within(self, pair: _Pair) -> Iterator[Hunk]:
        whole = not pair.gone or not pair.new
        for ours, theirs, same in _matched([self.gone[i].key for i in pair.gone], [self.new[i].key for i in pair.new]):
            if not same:
                yield Hunk(gone=_shifted(ours, pair.gone), new=_shifted(theirs, pair.new), whole=whole)

    def paragraphs(self) -> list[list[Run]]:
        """The diff as runs of text, by paragraph, in the order of the newer text."""
        return [runs for pair in self._pairs if (runs := list(self._runs(pair)))]

    def _runs(self, pair: _Pair) -> Iterator[Run]:
        gone, new = [self.gone[i] for i in pair.gone], [self.new[i] for i in pair.new]
        for ours, theirs, same in _matched([word.key for word in gone], [word.key for word in new]):
            if not same and ours[0] < ours[1]:
                yield Run(kind="gone", text=_text(self.before, gone, ours))
            if theirs[0] < theirs[1]:
                yield Run(kind="same" if same else "new", text=_text(self.after, new, theirs))

    @property
    def kept(self) -> float:
        """Share of the older text's words that the newer one still has, in place."""
        lost = sum(hunk.gone[1] - hunk.gone[0] for hunk in self.hunks)
        return 1.0 - lost / max(1, len(self.gone))


def words(text: str) -> list[Word]:
    """The words of a text, figures whole, unspaced scripts letter by letter."""
    found = []
    for match in _WORD.finditer(text):
        key = match.group().translate(_EVEN).casefold()
        if key:
            found.append(Word(key=key, start=match.start(), end=match.end()))
        if len(found) == MOST_WORDS:
            break
    return found


def _paragraphs(text: str, found: Sequence[Word]) -> list[range]:
    """The words of each line that has any."""
    ranges, first = [], 0
    for at in range(1, len(found) + 1):
        if at == len(found) or "\n" in text[found[at - 1].end : found[at].start]:
            ranges.append(range(first, at))
            first = at
    return ranges


def _paired(
    before: Sequence[range], after: Sequence[range], gone: Sequence[Word], new: Sequence[Word]
) -> Iterator[_Pair]:
    """Each paragraph with its counterpart, in the newer order; what went stands where it stood."""
    keys = [[tuple(found[i].key for i in part) for part in parts] for parts, found in ((before, gone), (after, new))]
    for tag, i1, i2, j1, j2 in _opcodes(keys[0], keys[1]):
        if tag == "equal":
            yield from (_Pair(before[i], after[j]) for i, j in zip(range(i1, i2), range(j1, j2), strict=True))
        else:
            partners = _partners(keys[0][i1:i2], keys[1][j1:j2])
            left = sorted(set(range(i2 - i1)) - set(partners.values()))
            for j in range(j2 - j1):
                while left and j in partners and left[0] < partners[j]:
                    yield _Pair(before[i1 + left.pop(0)], range(0))
                yield _Pair(before[i1 + partners[j]] if j in partners else range(0), after[j1 + j])
            yield from (_Pair(before[i1 + i], range(0)) for i in left)


def _partners(ours: Sequence[tuple[str, ...]], theirs: Sequence[tuple[str, ...]]) -> dict[int, int]:
    """Newer paragraph -> the older one it was made of: the most alike first."""
    near = len(ours) * len(theirs) > MOST_PAIRS
    pairs = [(i, j) for i in range(len(ours)) for j in (range(i, i + 1) if near else range(len(theirs)))]
    counted = [[Counter(part) for part in parts] for parts in (ours, theirs)]
    likeness = [
        (-_alike(counted[0][i], counted[1][j]), abs(i - j), i, j) for i, j in pairs if i < len(ours) and j < len(theirs)
    ]
    found: dict[int, int] = {}
    taken: set[int] = set()
    for score, _, i, j in sorted(likeness):
        if -score >= ALIKE and j not in found and i not in taken:
            found[j] = i
            taken.add(i)
    return found


def _alike(one: Counter[str], other: Counter[str]) -> float:
    """Words in common, of the shorter paragraph's: one may have been added to, or cut."""
    return (one & other).total() / max(1, min(one.total(), other.total()))


def _matched(ours: list[str], theirs: list[str]) -> Iterator[tuple[tuple[int, int], tuple[int, int], bool]]:
    """Stretches of the two in order: where each lies, and whether they are the same."""
    first, most = 0, min(len(ours), len(theirs))
    while first < most and ours[first] == theirs[first]:
        first += 1
    last = 0
    while last < most - first and ours[-1 - last] == theirs[-1 - last]:
        last += 1
    if first:
        yield (0, first), (0, first), True
    middle = ours[first : len(ours) - last], theirs[first : len(theirs) - last]
    for tag, i1, i2, j1, j2 in _opcodes(*middle):
        yield (first + i1, first + i2), (first + j1, first + j2), tag == "equal"
    if last:
        yield (len(ours) - last, len(ours)), (len(theirs) - last, len(theirs)), True


def _opcodes(ours: Sequence[Hashable], theirs: Sequence[Hashable]) -> Sequence[tuple[str, int, int, int, int]]:
    counts = Counter(ours), Counter(theirs)
    pairs = sum(number * counts[1][one] for one, number in counts[0].items())
    if min(len(ours), len(theirs)) == 0 or pairs > COSTLY or len(ours) * len(theirs) > COSTLIEST:
        return [("replace", 0, len(ours), 0, len(theirs))] if ours or theirs else []
    return SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes()


def _shifted(span: tuple[int, int], by: range) -> tuple[int, int]:
    return span[0] + by.start, span[1] + by.start


def _text(text: str, found: Sequence[Word], span: tuple[int, int]) -> str:
    """The stretch with what stands behind it up to the next word of the same paragraph: marks belong to the word before."""
    start = found[span[0]].start
    end = found[span[1]].start if span[1] < len(found) else _line_end(text, found[span[1] - 1].end)
    if span[0] == 0:
        start = text.rfind("\n", 0, start) + 1
    return text[start:end]


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end
