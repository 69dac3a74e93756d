"""The query language: one parser and one tree for every engine, with errors that say where, and bounds on what a query may cost.

ankara talks                words, all of them       "grain deal"        a phrase, in exactly these forms
talks OR summit             either                   "grain deal"~3      with up to three words between or a swap
talks -summit, NOT summit   without                  minist*  wom?n      beginnings and patterns
(a OR b) c                  groups                   Cavusoglu~1         with one or two letters wrong
title:talks, person:"..."   in one field             published:2016-12-01..2016-12-03, published:>=2016-12
entity:Q58217, person:per:anna-smith   who is meant, by id: whatever the spelling
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from functools import lru_cache

from broadsheet.errors import BadQuery
from broadsheet.search import fold

LONGEST = 2000
"""Characters of a query."""
DEEPEST = 20
"""Levels of parentheses and NOT."""
CLAUSES = 64
"""Words, phrases and other conditions of a query."""
COSTLY = 16
"""Words with `*`, `?` or `~` in a query: each is compared with the words of the whole index."""
PHRASE = 64
"""Words of one phrase."""
FARTHEST = 50
"""Largest number after the tilde of a phrase."""

WORD_FIELDS = frozenset(
    ["title", "text", "removed", "author", "person", "org", "place", "keyword", "speaker", "section", "agency", "url"]
)  # searched by words
VALUE_FIELDS = frozenset(
    ["source", "host", "lang", "entity", "topic", "kind", "story", "storyline", "changed"]
)  # searched as a whole
DATE_FIELDS = frozenset(["published", "seen", "when"])
NAME_FIELDS = frozenset(
    ["person", "org", "place", "speaker"]
)  # of those above: by words, or by the id of whom they mean
FIELDS = WORD_FIELDS | VALUE_FIELDS | DATE_FIELDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Everything:
    """All documents."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Neighbouring words; one word where `terms` has one."""

    terms: tuple[str, ...]
    field: str | None = None
    """None: title and text."""
    stem: str = ""
    """The word as written, where its other forms count too: not in phrases."""
    slop: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """One folded word with `*` (any letters) and `?` (one letter) in it."""

    pattern: str
    field: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fuzzy:
    """One word with up to `distance` letters changed, missing, added or swapped."""

    term: str
    distance: int
    field: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """A field that is exactly this."""

    field: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A date field from `start` (inclusive) to `end` (exclusive)."""

    field: str
    start: datetime | None
    end: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class All:
    """Each part."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Either:
    """At least one part."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Not:
    """All documents but these."""

    part: Node


Node = Everything | Words | Pattern | Fuzzy | Value | Period | All | Either | Not

_OPEN, _CLOSE = '"“”„«»‟', '"“”„«»‟'
ID = re.compile(r"[QG]\d+(~.+)?|(per|org|loc):.+")
"""Ids of people, organisations and places (`broadsheet.identity`)."""
_LEX = re.compile(
    rf"(?P<space>\s+)|(?P<open>\()|(?P<close>\))"
    rf"|(?P<id>(?:(?<=(?i:entity|person):)|(?<=(?i:speaker):)|(?<=(?i:place):)|(?<=(?i:org):))(?:per|org|loc):[^\s(){_OPEN}]+)"
    rf"|(?P<quote>[{_OPEN}])(?P<phrase>[^{_CLOSE}]*)(?P<end>[{_CLOSE}]?)(?:~(?P<slop>\d*))?"
    rf"|(?P<field>[A-Za-z_]+):(?!//)(?=\S)|(?P<minus>[-!](?=[^\s\-!]))|(?P<word>[^\s(){_OPEN}]+)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lexeme:
    kind: str
    text: str
    at: int
    slop: str | None = None


def parse(text: str) -> Node:
    """The tree of a query; raises BadQuery with the place. An empty query, and `*`, find everything."""
    if len(text) > LONGEST:
        raise BadQuery(f"query: {len(text)} characters, at most {LONGEST} are read")
    if not text.strip() or text.strip() == "*":
        return Everything()
    found = _Parser(_lexemes(text)).query()
    if found is None:
        raise BadQuery(f"query: no word to search for in {text.strip()[:60]!r}")
    return found


def _lexemes(text: str) -> list[_Lexeme]:
    found: list[_Lexeme] = []
    at = 0
    while at < len(text):
        match = _LEX.match(text, at)
        if match is None:  # cannot happen while `word` takes all that is no space, parenthesis or quote
            raise _bad(at, "cannot read", text[at])
        kind = match.lastgroup if match["quote"] is None else "phrase"
        if kind == "phrase" and not match["end"]:
            raise _bad(at, "no closing quotation mark after", match["phrase"][:40])
        if kind == "minus" and at and not text[at - 1].isspace() and text[at - 1] not in "(:":
            kind = "space"
        if kind != "space":
            shown = "word" if kind == "id" else str(kind)
            found.append(_Lexeme(kind=shown, text=match[str(kind)], at=at, slop=match["slop"]))
        at = match.end()
    return found


def _bad(at: int, what: str, value: str) -> BadQuery:
    return BadQuery(f"query, character {at + 1}: {what} {value!r}")


class _Parser:
    """Recursive descent over the lexemes; None stands for a part without any word in it."""

    def __init__(self, lexemes: list[_Lexeme]) -> None:
        self.lexemes = lexemes
        self.next = 0
        self.clauses = 0
        self.costly = 0

    def query(self) -> Node | None:
        found = self.either(None, 0)
        if (left := self.peek()) is not None:
            raise _bad(left.at, "unexpected", left.text)
        return found

    def peek(self) -> _Lexeme | None:
        return self.lexemes[self.next] if self.next < len(self.lexemes) else None

    def is_word(self, *words: str) -> bool:
        lexeme = self.peek()
        return lexeme is not None and lexeme.kind == "word" and lexeme.text in words

    def either(self, field: str | None, depth: int) -> Node | None:
        parts = [self.all(field, depth)]
        while self.is_word("OR", "||", "|"):
            at = self.lexemes[self.next]
            self.next += 1
            parts.append(self.all(field, depth))
            if self.lexemes[self.next - 1] is at or parts[0] is None:
                raise _bad(at.at, "nothing to choose from beside", at.text)
        kept = tuple(part for part in parts if part is not None)
        return _joined(Either, kept)

    def all(self, field: str | None, depth: int) -> Node | None:
        parts: list[Node | None] = []
        while (lexeme := self.peek()) is not None and lexeme.kind != "close" and not self.is_word("OR", "||", "|"):
            if self.is_word("AND", "&&"):
                self.next += 1
                after = self.peek()
                if not parts or after is None or after.kind == "close":
                    raise _bad(lexeme.at, "nothing to join beside", lexeme.text)
                continue
            parts.append(self.unary(field, depth))
        return _joined(All, tuple(part for part in parts if part is not None))

    def unary(self, field: str | None, depth: int) -> Node | None:
        lexeme = self.lexemes[self.next]
        if depth > DEEPEST:
            raise _bad(lexeme.at, f"more than {DEEPEST} levels at", lexeme.text)
        if lexeme.kind != "minus" and not self.is_word("NOT"):
            return self.primary(field, depth)
        self.next += 1
        after = self.peek()
        if after is None or after.kind == "close" or self.is_word("AND", "OR", "&&", "||", "|"):
            raise _bad(lexeme.at, "nothing to exclude after", lexeme.text)
        part = self.unary(field, depth + 1)
        return None if part is None else Not(part=part)

    def primary(self, field: str | None, depth: int) -> Node | None:
        lexeme = self.lexemes[self.next]
        self.next += 1
        if lexeme.kind == "open":
            return self.group(lexeme, field, depth)
        if lexeme.kind == "field":
            return self.fielded(lexeme, field, depth)
        self.clauses += 1
        if self.clauses > CLAUSES:
            raise _bad(lexeme.at, f"more than {CLAUSES} conditions, at", lexeme.text[:40])
        found = _phrase(lexeme, field) if lexeme.kind == "phrase" else _word(lexeme, field)
        self.costly += isinstance(found, Pattern | Fuzzy)
        if self.costly > COSTLY:
            raise _bad(lexeme.at, f"more than {COSTLY} words with *, ? or ~, at", lexeme.text[:40])
        return found

    def group(self, opened: _Lexeme, field: str | None, depth: int) -> Node | None:
        found = self.either(field, depth + 1)
        closed = self.peek()
        if closed is None or closed.kind != "close":
            raise _bad(opened.at, "no closing parenthesis for", opened.text)
        self.next += 1
        return found

    def fielded(self, lexeme: _Lexeme, outer: str | None, depth: int) -> Node | None:
        name = lexeme.text.lower()
        if name not in FIELDS:
            raise _unknown(lexeme)
        after = self.peek()
        if outer is not None or after is None or after.kind in {"close", "field"}:
            raise _bad(lexeme.at, "no value after", f"{lexeme.text}:")
        return self.unary(name, depth + 1)


def _unknown(lexeme: _Lexeme) -> BadQuery:
    near = get_close_matches(lexeme.text.lower(), FIELDS, n=1)
    hint = f"did you mean {near[0]}:?" if near else f"fields are {', '.join(sorted(FIELDS))}"
    return _bad(lexeme.at, f"unknown field (quote it to search for the words; {hint})", f"{lexeme.text}:")


def _joined(kind: Callable[..., Node], parts: tuple[Node, ...]) -> Node | None:
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else kind(parts=parts)


def _phrase(lexeme: _Lexeme, field: str | None) -> Node | None:
    if field in DATE_FIELDS:
        return _period(lexeme, field)
    if field in VALUE_FIELDS or (field in NAME_FIELDS and ID.fullmatch(lexeme.text)):
        return _value(lexeme, field)
    found = tuple(fold.terms(lexeme.text))
    if len(found) > PHRASE:
        raise _bad(lexeme.at, f"a phrase of more than {PHRASE} words:", lexeme.text[:40])
    slop = int((lexeme.slop or "")[:4] or 0)
    if slop > FARTHEST:
        raise _bad(lexeme.at, f"words at most {FARTHEST} apart can be searched, not", f"~{slop}")
    if slop and any(left == right for left, right in itertools.pairwise(found)):
        raise _bad(lexeme.at, "the same word twice cannot be searched with a distance:", lexeme.text[:40])
    return Words(terms=found, field=field, slop=slop if len(found) > 1 else 0) if found else None


def _word(lexeme: _Lexeme, field: str | None) -> Node | None:
    if field in DATE_FIELDS:
        return _period(lexeme, field)
    if field in VALUE_FIELDS or (field in NAME_FIELDS and ID.fullmatch(lexeme.text)):
        return _value(lexeme, field)
    if lexeme.text == "*":
        return Everything()
    if fuzzy := re.fullmatch(r"(.*\w)~(\d*)", lexeme.text):
        return _fuzzy(lexeme, fuzzy[1], int(fuzzy[2][:4] or 1), field)
    # A question mark at the end is punctuation: people paste headlines.
    text = re.sub(r"\?+$", "", lexeme.text)
    if "*" in text or re.search(r"\w\?+\w", text):
        return _pattern(lexeme, text, field)
    found = tuple(fold.terms(text))
    if len(found) > PHRASE:
        raise _bad(lexeme.at, f"a word of more than {PHRASE} parts:", text[:40])
    stem = text if len(found) == 1 and not fold.unspaced(text) else ""
    return Words(terms=found, field=field, stem=_bare(stem)) if found else None


def _bare(text: str) -> str:
    found = fold.cut(text)
    return found[0].lower() if found else ""


def _fuzzy(lexeme: _Lexeme, text: str, distance: int, field: str | None) -> Node | None:
    found = fold.terms(text)
    if distance == 0 or fold.unspaced(text):
        return Words(terms=tuple(found), field=field) if found else None
    if distance > 2:
        raise _bad(lexeme.at, "at most 2 letters may differ, not", f"~{distance}")
    if len(found) != 1:
        raise _bad(lexeme.at, "only one word can be searched with a tilde, not", text[:40])
    shortest = 3 if distance == 1 else 6
    if len(found[0]) < shortest:
        raise _bad(lexeme.at, f"~{distance} needs a word of at least {shortest} letters, not", text)
    return Fuzzy(term=found[0], distance=distance, field=field)


def _pattern(lexeme: _Lexeme, text: str, field: str | None) -> Node | None:
    text = re.sub(r"^[^\w*?]+|[^\w*?]+$", "", text)
    pieces = [part if part in "*?" else "".join(fold.terms(part)) for part in re.split(r"([*?])", text) if part]
    if not pieces or pieces[0] in "*?":
        raise _bad(
            lexeme.at, "a word cannot begin with * or ? (every word of the index would be looked at):", text[:40]
        )
    literal = text.replace("*", "").replace("?", "")
    if fold.unspaced(literal):
        return Words(terms=tuple(fold.terms(literal)), field=field)
    if len(fold.terms(literal)) != 1 or not all(pieces):
        raise _bad(lexeme.at, "only one word can hold * or ?, not", text[:40])
    if len(literal) < 2 or sum(piece in "*?" for piece in pieces) > 5:
        raise _bad(lexeme.at, "at least two letters, and at most five * or ?, are needed in", text[:40])
    return Pattern(pattern=re.sub(r"\*+", "*", "".join(pieces)), field=field)


def _value(lexeme: _Lexeme, field: str) -> Node:
    found = fold.value(lexeme.text)
    if "*" in lexeme.text or not found:
        raise _bad(lexeme.at, f"{field}: is searched as a whole, without *:", lexeme.text[:40])
    return Value(field=field, value=found)


_DATE = re.compile(r"(\d{4})(?:-(\d\d?))?(?:-(\d\d?))?(?:T(\d\d?):(\d\d)(?::(\d\d))?(Z|[+-]\d\d:?\d\d)?)?")


def _period(lexeme: _Lexeme, field: str) -> Period:
    text = lexeme.text.strip()
    bounded = re.fullmatch(r"(>=|<=|>|<)(.+)", text)
    if bounded:
        start, end = _span(lexeme, bounded[2])
        return {
            ">=": Period(field=field, start=start, end=None),
            ">": Period(field=field, start=end, end=None),
            "<": Period(field=field, start=None, end=start),
            "<=": Period(field=field, start=None, end=end),
        }[bounded[1]]
    first, dots, last = text.partition("..")
    if not dots:
        last = first
    if not first and not last:
        raise _bad(lexeme.at, "expected a date such as 2016-12-01 or 2016-12-01..2016-12-03, not", text)
    begin = _span(lexeme, first)[0] if first else None
    return Period(field=field, start=begin, end=_span(lexeme, last)[1] if last else None)


def _span(lexeme: _Lexeme, text: str) -> tuple[datetime, datetime]:
    """The first moment of a year, month, day, minute or second in UTC, and the first after it."""
    found = _DATE.fullmatch(text.strip())
    try:
        if found is None:
            raise ValueError
        return _moments(found)
    except (ValueError, OverflowError):
        raise _bad(lexeme.at, "expected a date such as 2016-12-01 or 2016-12-01T09:30Z, not", text[:40]) from None


def _moments(found: re.Match[str]) -> tuple[datetime, datetime]:
    year, month, day, hour, minute, second = (int(found[group]) if found[group] else None for group in range(1, 7))
    if hour is not None and (month is None or day is None):
        raise ValueError
    start = datetime(year or 0, month or 1, day or 1, hour or 0, minute or 0, second or 0, tzinfo=UTC)
    start -= _offset(found[7])
    if hour is not None:
        return start, start + (timedelta(minutes=1) if second is None else timedelta(seconds=1))
    if start.year == datetime.max.year:
        return start, datetime.max.replace(tzinfo=UTC)
    if day is not None:
        return start, start + timedelta(days=1)
    if month is not None:
        return start, (start + timedelta(days=31)).replace(day=1)
    return start, start.replace(year=start.year + 1)


def _offset(text: str | None) -> timedelta:
    if text is None or text == "Z":
        return timedelta()
    digits = text.replace(":", "")
    offset = timedelta(hours=int(digits[1:3]), minutes=int(digits[3:5]))
    return -offset if digits[0] == "-" else offset


@lru_cache(maxsize=1000)
def pattern_regex(pattern: str) -> str:
    """The regular expression, for a whole term, of a word with `*` and `?`."""
    return "".join(".*" if letter == "*" else "." if letter == "?" else re.escape(letter) for letter in pattern)
