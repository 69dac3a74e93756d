"""People, organisations and places of a document: the recogniser's answer, made consistent within the text."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from broadsheet.model import Entity, EntityType
from processors.enrich.document import Document, Reader
from processors.enrich.han_names import han_people
from processors.enrich.inflection import stem
from processors.enrich.labelling import Span, label_scores, spans, without_adjectives
from processors.enrich.larger import OWN, Larger
from processors.enrich.roles import first_of


def entities(document: Document, mine: Reader, larger: Larger = OWN) -> list[Entity]:
    """Names in the text, each with the full name it stands for; found by `larger` in its languages."""
    if not len(document.tokens):
        return []
    found = larger.spans(document)
    if found is None:
        found = spans(label_scores(document, mine)) if mine.network else []
    found = han_people(document, without_adjectives(document, found), mine)
    return consistent(document, named_again(document, unbroken(document, whole(document, found))))


_DAMAGED = re.compile(r"[^\W\d_][?\ufffd](?=[^\W\d_])")
MOST_LOST = 3
"""Letters of a name that may have been lost on the way."""


def unbroken(document: Document, found: Sequence[Span]) -> list[Span]:
    """Names carried on over a letter that was lost in the middle of a word: `Çavu?o?lu`."""
    if not _DAMAGED.search(document.text):
        return list(found)
    answers: list[Span] = []
    for span in found:
        last = span.last
        for _ in range(MOST_LOST):
            if last + 1 < len(document.tokens) and _lost(document, last):
                last += 2
        if not answers or span.first >= answers[-1].last:
            answers.append(replace(span, last=last))
    return answers


def _lost(document: Document, at: int) -> bool:
    """Whether a token stands for a lost letter: no blank at either side, and the word goes on in small letters."""
    joined = document.ends[at - 1] == document.starts[at] and document.ends[at] == document.starts[at + 1]
    return document.tokens[at] in "?\ufffd" and bool(joined) and document.tokens[at + 1][0].islower()


def whole(document: Document, found: Sequence[Span]) -> list[Span]:
    """People's names from their given names on, as far as what stands before them tells."""
    answers: list[Span] = []
    end = 0
    for span in found:
        first = first_of(document, span.first) if span.type == "PER" else span.first
        answers.append(replace(span, first=max(first, end)) if first < span.first else span)
        end = span.last
    return answers


Parts = tuple[str, ...]
"""The words of a name without their endings."""


def consistent(document: Document, found: Sequence[Span]) -> list[Entity]:
    """One name, one type; a surname belongs to the full name; what was named once is named wherever it stands."""
    parts = [_parts(document, span) for span in found]
    keys = [" ".join(words) for words in parts]
    settled = agreed(keys, found)
    people = full_names(document, settled, parts)
    answers = []
    for span, key in zip(settled, keys, strict=True):
        said = _text(document, span)
        full = people.get(key)
        if full and span.type != "PER" and span.sure < SURE_OF_TYPE:
            span = replace(span, type="PER")
        answers.append(_entity(document, span, full if full and span.type == "PER" else said))
    return answers


def _text(document: Document, span: Span) -> str:
    return document.text[document.starts[span.first] : document.ends[span.last - 1]]


SURE_OF_TYPE = 0.9


def agreed(keys: Sequence[str], found: Sequence[Span]) -> list[Span]:
    """The same name has the type that its mentions, by how sure each is, vote for."""
    votes: dict[str, dict[EntityType, float]] = defaultdict(lambda: defaultdict(float))
    for key, span in zip(keys, found, strict=True):
        votes[key][span.type] += span.sure
    settled = []
    for key, span in zip(keys, found, strict=True):
        best = max(votes[key].items(), key=lambda item: item[1])
        settled.append(
            replace(span, type=best[0]) if len(votes[key]) > 1 and best[1] >= 2 * votes[key][span.type] else span
        )
    return settled


SHORTEST_SURNAME = 4
"""Letters of a surname that is known again by itself."""


def named_again(document: Document, found: Sequence[Span]) -> list[Span]:
    """The names, and the surnames of people with full names wherever else they stand alone in capitals."""
    tokens = document.tokens
    free = np.ones(len(tokens), np.bool_)
    surnames: dict[str, float] = {}
    for span in found:
        free[span.first : span.last] = False
        last = tokens[span.last - 1]
        if span.type == "PER" and span.last - span.first > 1 and len(last) >= SHORTEST_SURNAME and last[0].isupper():
            surnames[last] = max(span.sure, surnames.get(last, 0.0))
    if not surnames:
        return list(found)
    again = [i for i in np.flatnonzero(free).tolist() if tokens[i] in surnames and _alone(document, i)]
    return sorted([*found, *(Span(i, i + 1, "PER", surnames[tokens[i]]) for i in again)], key=lambda span: span.first)


_JOINS = frozenset("-–—@=«\"“„(’'")
"""Signs that make a surname a part of something: `Calabi-Yau`, `«Тангейзер»`."""


def _alone(document: Document, at: int) -> bool:
    """Whether neither another word in capitals nor a sign that joins stands right beside a token."""
    for left in (at - 1, at):
        beside = left if left < at else at + 1
        if not 0 <= beside < len(document.tokens):
            continue
        token, gap = document.tokens[beside], document.text[document.ends[left] : document.starts[left + 1]]
        if (token in _JOINS and not gap) or (token[0].isupper() and gap in ("", " ", "\u00a0")):
            return False
    return True


def full_names(document: Document, found: Sequence[Span], words: Sequence[Parts]) -> dict[str, str]:
    """For each part of a person's full name that may stand for it the full name, as it is written in its plainest case:
    the surname, or it with what stands before it; the first word where it is nobody else's."""
    written: dict[Parts, list[str]] = defaultdict(list)
    for span, parts in zip(found, words, strict=True):
        if span.type == "PER" and 2 <= len(parts) <= LONGEST_PERSON:
            written[parts].append(_text(document, span))
    people: dict[str, str] = {}
    firsts: dict[str, set[str]] = defaultdict(set)
    for parts in sorted(written, key=len, reverse=True):
        name = min(written[parts], key=plainest)
        for at in range(len(parts)):
            people.setdefault(" ".join(parts[at:]), name)
        firsts[parts[0]].add(people[" ".join(parts)])
    for first, names in firsts.items():
        if len(names) == 1:
            people.setdefault(first, *names)
    return people


def _parts(document: Document, span: Span) -> Parts:
    """The stems of a name's words; the parts of a foreign name in Chinese, which a dot parts."""
    if document.language.code in ("zh", "ja"):
        return tuple(part for part in _DOTS.split(_text(document, span)) if part)
    return tuple(stem(token) for token in document.tokens[span.first : span.last] if token[0].isalnum())


_DOTS = re.compile("[·・•‧]")


def plainest(name: str) -> tuple[int, bool]:
    """Orders the forms of a name so that the one without endings comes first."""
    return len(name), name[-1:] not in "ая"


LONGEST_PERSON = 6
"""Words: what is longer is a list that was taken for one name, and no full name to others."""


def _entity(document: Document, span: Span, name: str) -> Entity:
    start, end = int(document.starts[span.first]), int(document.ends[span.last - 1])
    return Entity(start=start, end=end, text=document.text[start:end], type=span.type, name=name, confidence=span.sure)
