"""Shows why a document was found: its best passage as safe HTML, the same for every engine because no engine is asked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape

from broadsheet.model import IndexDocument
from broadsheet.search import fold, query
from broadsheet.search.fold import Token
from broadsheet.search.stem import stem_terms, stems

WIDTH = 240
"""Characters of a snippet."""

SCANNED = 200_000
"""Characters of a text that are looked at."""

Span = tuple[int, int, int]
"""Where a found word begins and ends in the text, and which part of the query it belongs to."""


Judge = Callable[[str, str, str | None], bool]
"""Whether a term, written so, in a document of this language, is meant by one condition of a query."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """One positive condition of a query; `single` judges a term, `terms` are neighbours."""

    field: str | None
    single: Judge | None = None
    terms: tuple[str, ...] = ()


class Marker:
    """Made once for a query, used on each of its hits; remembers what it thought of a word."""

    def __init__(self, tree: query.Node) -> None:
        self.parts = tuple(_parts(tree))
        self.judged: dict[tuple[str, str | None], dict[str, tuple[int, ...]]] = {}

    def snippet(self, document: IndexDocument) -> str:
        """Escaped HTML of the passage with the most of the query's words, each in `<mark>`."""
        for text in (document.standfirst, document.text):
            if found := self.spans(text, "text", document.language):
                return _passage(text, found)
        if found := self.spans(document.title, "title", document.language):
            return " · ".join(part for part in (_marked(document.title, found, 0, WIDTH), _lead(document)) if part)
        for field, text in (("removed", document.removed), ("text", document.names)):
            if found := self.spans(text, field, document.language):
                return _passage(text, found)
        return _lead(document)

    def title(self, document: IndexDocument) -> str:
        """The title as escaped HTML, the query's words in `<mark>`."""
        return _marked(document.title, self.spans(document.title, "title", document.language), 0, len(document.title))

    def spans(self, text: str, field: str, language: str | None) -> list[Span]:
        """Where the query's words are in the text of this field, in order."""
        text = text[:SCANNED]
        singles = [at for at, part in enumerate(self.parts) if part.single and _searched(part, field)]
        phrases = [at for at, part in enumerate(self.parts) if part.terms and _searched(part, field)]
        found = list(self._singles(text, field, language, singles)) if singles and text else []
        if phrases and text:
            tokens = list(fold.tokens(text))
            found += [span for at in phrases for span in _neighbours(self.parts[at].terms, at, tokens)]
        return _apart(sorted(found))

    def _singles(self, text: str, field: str, language: str | None, parts: list[int]) -> Iterator[Span]:
        judged = self.judged.setdefault((field, language), {})
        for place in fold.places(text):
            word = place[0]
            meant = judged.get(word)
            if meant is None:
                term = fold.fold(word[: 2 * fold.LONGEST])
                meant = judged[word] = tuple(at for at in parts if _judged(self.parts[at], term, word, language))
            if meant:
                yield place.start(), place.end(), meant[0]


def _judged(part: _Part, term: str, word: str, language: str | None) -> bool:
    return bool(term) and part.single is not None and part.single(term, word, language)


def _searched(part: _Part, field: str) -> bool:
    return part.field == field or (part.field is None and field in {"title", "text"})


def _parts(tree: query.Node) -> Iterator[_Part]:
    match tree:
        case query.All(parts=parts) | query.Either(parts=parts):
            for part in parts:
                yield from _parts(part)
        case query.Words() if len(tree.terms) > 1 and not tree.slop:
            yield _Part(field=tree.field, terms=tree.terms)
        case query.Words():
            yield _Part(field=tree.field, single=_worded(tree))
        case query.Pattern(pattern=pattern, field=field):
            whole = re.compile(query.pattern_regex(pattern))
            yield _Part(field=field, single=lambda term, *_: whole.fullmatch(term) is not None)
        case query.Fuzzy(term=wanted, distance=distance, field=field):
            yield _Part(field=field, single=lambda term, *_: near(wanted, term, distance))
        case _:
            return


def _worded(words: query.Words) -> Judge:
    exact = frozenset(words.terms)
    stemmed = frozenset(stem_terms(words.stem)) if words.stem and words.field is None else frozenset()

    # Stemmers leave the beginning of a word alone, but for Arabic articles: most words need no stemmer to be told apart.
    beginnings = {stem.partition(".")[2][:2] for stem in stemmed if not stem.startswith("ar.")}
    arabic = any(stem.startswith("ar.") for stem in stemmed)

    def judge(term: str, word: str, language: str | None) -> bool:
        if term in exact:
            return True
        return (arabic or term[:2] in beginnings) and not stemmed.isdisjoint(stems([word], language))

    return judge


def near(left: str, right: str, distance: int) -> bool:
    """Whether at most so many letters were changed, added, left out or swapped with their neighbour."""
    if abs(len(left) - len(right)) > distance:
        return False
    before: list[int] = []
    row = list(range(len(right) + 1))
    for at, letter in enumerate(left, 1):
        above, row = row, [at] + [0] * len(right)
        for to, other in enumerate(right, 1):
            row[to] = min(above[to] + 1, row[to - 1] + 1, above[to - 1] + (letter != other))
            if at > 1 and to > 1 and letter == right[to - 2] and left[at - 2] == other:
                row[to] = min(row[to], before[to - 2] + 1)
        before = above
    return row[-1] <= distance


def _neighbours(terms: tuple[str, ...], at: int, found: Sequence[Token]) -> Iterator[Span]:
    length = len(terms)
    for first, token in enumerate(found):
        if token.term == terms[0] and tuple(other.term for other in found[first : first + length]) == terms:
            yield token.start, found[first + length - 1].end, at


def _apart(spans: Iterable[Span]) -> list[Span]:
    kept: list[Span] = []
    for span in spans:
        if not kept or span[0] >= kept[-1][1]:
            kept.append(span)
    return kept


def _passage(text: str, spans: Sequence[Span]) -> str:
    best, most = spans[0], (0, 0)
    after = 0
    for first, span in enumerate(spans):
        after = max(after, first)
        while after < len(spans) and spans[after][1] <= span[0] + WIDTH * 3 // 4:
            after += 1
        inside = spans[first : min(after, first + 40)]
        gain = (len({part for _, _, part in inside}), len(inside))
        if gain > most:
            best, most = span, gain
    start = _boundary(text, best[0] - WIDTH // 4)
    end = _boundary(text, max(start + WIDTH, min(best[1], start + 2 * WIDTH)), forward=True)
    before, behind = "… " if start else "", " …" if end < len(text.rstrip()) else ""
    return f"{before}{_marked(text, spans, start, end)}{behind}"


def _boundary(text: str, at: int, *, forward: bool = False) -> int:
    """The nearest place between words, at most 30 characters on."""
    if at <= 0:
        return 0
    if at >= len(text):
        return len(text)
    for step in range(30):
        here = at + step
        if here >= len(text):
            return len(text)
        if text[here].isspace():
            return here if forward else here + 1
    return at


def _marked(text: str, spans: Sequence[Span], start: int, end: int) -> str:
    pieces: list[str] = []
    at = start
    for first, last, _ in spans:
        if first < at or last > end:
            continue
        pieces += [_plain(text[at:first]), "<mark>", _plain(text[first:last]), "</mark>"]
        at = last
    pieces.append(_plain(text[at:end]))
    return "".join(pieces).strip()


def _plain(text: str) -> str:
    return re.sub(r"[\s\x00-\x08\x0b\x0c\x0e-\x1f]+", " ", escape(text))


def _lead(document: IndexDocument) -> str:
    text = document.standfirst or document.text
    end = _boundary(text, WIDTH, forward=True)
    return _plain(text[:end]).strip() + (" …" if end < len(text.rstrip()) else "")
