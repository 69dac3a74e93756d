"""Who the text says people are, by apposition: `Turkish Foreign Minister Mevlüt Çavuşoğlu`, `Lavrov, the foreign minister of
Russia,`. Only what stands beside a name counts, in the eight languages, so that most names have no role and few a wrong one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from broadsheet.model import Entity
from processors.enrich.document import Document
from processors.enrich.offices import HAN_HEADS, LANGUAGES, Offices

LONGEST = 12
"""Tokens of a role."""
LONGEST_HAN = 16
"""Characters of a role in Chinese."""
FAR = 6
"""Tokens after a comma within which the word must come that says what someone is."""
_WORD = re.compile(r"[^\W_]")
_HAN_ROLE = re.compile(
    "([\u3400-\u9fff]{0," + str(LONGEST_HAN) + "}(?:" + "|".join(sorted(HAN_HEADS, key=len, reverse=True)) + "))$"
)
_HAN_BREAK = re.compile("[的说說是与與和及对對向由在为為被让讓给給据据称稱，。、；：了从從跟同后後前时時]")

Span = tuple[int, int]


def with_roles(document: Document, named: Sequence[Entity]) -> list[Entity]:
    """The names, people's with the role that stands beside them where one does."""
    code = document.language.code
    offices = LANGUAGES.get(code)
    if offices is None and code != "zh":
        return list(named)
    taken = [(one.start, one.end) for one in named if one.type == "PER"]
    edges = np.searchsorted(document.starts, np.array([(one.start, one.end) for one in named], np.int64).reshape(-1, 2))
    found = []
    for one, (first, last) in zip(named, edges.tolist(), strict=True):
        span = None
        if one.type == "PER":
            span = _han_role(document.text, one) if offices is None else _role(document, offices, (first, last), taken)
        found.append(one if span is None else _with_role(document.text, one, span))
    return found


def _with_role(text: str, one: Entity, span: Span) -> Entity:
    return replace(one, role=" ".join(text[span[0] : span[1]].split()), role_span=span)


def _han_role(text: str, one: Entity) -> Span | None:
    before = text[max(0, one.start - LONGEST_HAN - 6) : one.start]
    found = _HAN_ROLE.search(before)
    if not found:
        return None
    start = found.start(1)
    for stop in _HAN_BREAK.finditer(before, start, found.end(1) - 1):
        start = stop.end()
    shift = one.start - len(before)
    return shift + start, one.start


def _role(document: Document, offices: Offices, edges: Span, taken: Sequence[Span]) -> Span | None:
    """The role of the name that stands in these tokens."""
    span = _before(document, offices, edges[0]) or _after(document, offices, edges[1])
    if span is None:
        return None
    start, end = int(document.starts[span[0]]), int(document.ends[span[1] - 1])
    return None if any(a < end and start < b for a, b in taken) else (start, end)


def _head(document: Document, offices: Offices, at: int) -> bool:
    return offices.heads.match(document.tokens[at].lower()) is not None


def _near(document: Document, at: int) -> bool:
    """Whether a token stands on the same line as the one before it, and close to it."""
    gap = document.text[document.ends[at - 1] : document.starts[at]]
    return len(gap) <= 1 and "\n" not in gap


def _joins(document: Document, at: int) -> bool:
    """Whether a token may be part of a phrase: a word, a hyphen, or an apostrophe."""
    token = document.tokens[at]
    return bool(_WORD.match(token)) or token in ("-", "’", "'")


def _before(document: Document, offices: Offices, name: int) -> Span | None:
    """The role that ends where the name begins; a comma may stand between them behind an article's phrase."""
    tokens = document.tokens
    end = name
    comma = end > 1 and tokens[end - 1] == ","
    if comma:
        end -= 1
    elif end > 0 and not _near(document, end):
        return None
    low = max(0, end - LONGEST)
    at = end - 1
    while at >= low and _joins(document, at) and (at == end - 1 or _near(document, at + 1)):
        if _head(document, offices, at) and _tied(document, offices, at + 1, end):
            start = _start(document, offices, at, low)
            opened = start > 0 and tokens[start - 1].lower() in offices.articles
            return (start, end) if not comma or opened else None
        at -= 1
    return None


def _tied(document: Document, offices: Offices, at: int, end: int) -> bool:
    """Whether the tokens between a head and the name belong to the head: nothing, a link's phrase, names in capitals or
    a genitive."""
    if at == end:
        return True
    tokens = document.tokens[at:end]
    if offices.trailing and offices.trailing.match(tokens[0].lower()):
        return _tied(document, offices, at + 1, end)
    if tokens[-1].lower() in offices.links:  # the spokesperson for Erdogan is not Erdogan
        return False
    if tokens[0].lower() in offices.links:
        return True
    if not offices.articles:  # Russian, Turkish, Arabic: what follows a head is its genitive or its adjective
        return len(tokens) <= 5
    return False


MOST_GIVEN = 2
"""Given names that are taken into a name."""


def first_of(document: Document, first: int) -> int:
    """Where a person's name really begins, which was seen from its token `first` on: words in capitals between a word
    for what people are and the name are given names (`Minister Hulusi Akar`). German has
    too many capitals for that, Russian and Turkish names measured worse with it."""
    offices = LANGUAGES.get(document.language.code)
    if offices is None or offices.after_article or not offices.articles:
        return first
    at = first
    while at > 0 and first - at <= MOST_GIVEN and document.tokens[at - 1][0].isupper() and _near(document, at):
        at -= 1
        if _head(document, offices, at):
            return at + 1
    return first


def _start(document: Document, offices: Offices, head: int, low: int) -> int:
    """The first token of the phrase that a head ends: what qualifies it, in capitals or by its ending."""
    tokens = document.tokens
    at = head
    while at > low and _joins(document, at - 1) and _near(document, at) and _qualifies(document, offices, at - 1, low):
        at -= 1
    if offices.compound and at == head:
        at = _compounded(document, offices.compound, at, low)
    while at < head and not _WORD.match(tokens[at]):
        at += 1
    return at


def _compounded(document: Document, ending: re.Pattern[str], at: int, low: int) -> int:
    """The first word of a Turkish compound that ends here: `halk sağlığı uzmanı`."""
    tokens = document.tokens
    for _ in range(2):
        if at > low and _near(document, at) and ending.search(tokens[at].lower()) and _plain(tokens[at - 1]):
            at -= 1
    return at


def _plain(token: str) -> bool:
    return token.islower() and token.isalpha()


def _qualifies(document: Document, offices: Offices, at: int, low: int) -> bool:
    """Whether a token before a head belongs to it."""
    tokens = document.tokens
    word, lower = tokens[at], tokens[at].lower()
    if lower in offices.articles or lower in offices.links or lower in offices.clauses:
        return False
    if "-" in (word, tokens[at + 1]) or word in offices.possessive:
        return True
    if lower == "s" and at > 0 and tokens[at - 1] in offices.possessive:
        return True
    if word[0].isupper() or _head(document, offices, at):
        return True
    if offices.after_article and not _opened(document, offices, at, low):
        return False
    return offices.qualities.match(lower) is not None


def _opened(document: Document, offices: Offices, at: int, low: int) -> bool:
    """Whether an article stands shortly before a token: German adjectives are told from verbs by it."""
    return any(token.lower() in offices.articles for token in document.tokens[max(low, at - 3) : at])


def _after(document: Document, offices: Offices, at: int) -> Span | None:
    """The role that follows the name behind a comma or in brackets, up to the next sign."""
    tokens = document.tokens
    if (
        at >= len(tokens)
        or tokens[at] not in (",", "(")
        or (document.starts[at] != document.ends[at - 1] and tokens[at] == ",")
    ):
        return None
    start = end = at + 1
    while (
        end < len(tokens) and end - start < LONGEST and _joins(document, end) and (end == start or _near(document, end))
    ):
        end += 1
    if end >= len(tokens) or tokens[end] not in (",", ".", ")", ";", ":", "–", "—", "-"):
        return None
    if start < end and tokens[start].lower() in offices.articles:
        start += 1
    end = next((k for k in range(start + 1, end) if tokens[k].lower() in offices.clauses), end)
    heads = [k for k in range(start, min(end, start + FAR)) if _head(document, offices, k)]
    if not heads or not _opens(document, offices, start, heads[0]):
        return None
    return start, end


def _opens(document: Document, offices: Offices, start: int, head: int) -> bool:
    """Whether all between the beginning of a phrase and its head qualifies the head."""
    return _start(document, offices, head, max(0, head - LONGEST)) <= start
