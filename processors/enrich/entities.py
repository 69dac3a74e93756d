"""People, organisations and places of a document: the recogniser's answer, made consistent within the text."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import cast

import numpy as np
from numpy.typing import NDArray

from broadsheet.model import Entity, EntityType
from processors.enrich.document import Document, Reader
from processors.enrich.frequencies import known_zipf, listed
from processors.enrich.inflection import stem
from processors.enrich.lists import Phrases
from processors.enrich.recogniser import (
    CASELESS,
    ENDS,
    HAN,
    LABELS,
    LOWER,
    LOWER_ROW,
    START_ROW,
    UPPER,
    VECTOR,
    VECTOR_LANGUAGES,
    Floats,
    best_labels,
    bigram_buckets,
    language_rows,
    phrase_tags,
    scores,
    worth_looking,
    zipf_rows,
)
from processors.enrich.roles import first_of

BLOCK = 6000
"""Tokens scored at once: keeps memory flat on long texts."""


@dataclass(frozen=True, slots=True)
class Span:
    """Tokens that make a name."""

    first: int
    last: int
    """Excluded."""
    type: EntityType
    sure: float


def line_starts(document: Document) -> NDArray[np.bool_]:
    """Whether a line begins at each token."""
    text = document.text
    begins = np.zeros(len(document.tokens), np.bool_)
    if not len(begins):
        return begins
    begins[0] = True
    at = text.find("\n")
    breaks = []
    while at >= 0:
        breaks.append(at)
        at = text.find("\n", at + 1)
    if breaks:
        following = np.searchsorted(document.starts, np.array(breaks))
        begins[following[following < len(begins)]] = True
    return begins


@dataclass(frozen=True, slots=True)
class Marks:
    """What is known of each token beside its spelling: rows of a network's small table, and tokens they hold for."""

    rows: list[tuple[NDArray[np.int64], NDArray[np.int64]]]
    everywhere: list[int]
    vectors: tuple[slice, Floats] | None
    bigrams: tuple[NDArray[np.int64], NDArray[np.int32]] | None


def marks(document: Document, mine: Reader, phrases: Phrases) -> Marks:
    """Lists, places in the sentence, language, how common a word is: the same for every network."""
    table, ids, code = mine.vocabulary.table, document.ids, document.language.code
    folds = cast(NDArray[np.uint32], table("fold")[ids, 0])
    lowered = cast(NDArray[np.uint32], table("lower")[ids, 0])
    flag = cast(NDArray[np.uint8], table("flag")[ids, 0])
    rows: list[tuple[NDArray[np.int64], NDArray[np.int64]]] = []
    tags = phrase_tags(folds, (flag & (UPPER | CASELESS)) > 0, phrases).astype(np.int64)
    for kind in range(tags.shape[1]):
        at = np.flatnonzero(tags[:, kind])
        rows.append((at, kind * 4 + tags[at, kind] - 1))
    begins = line_starts(document)
    begins[1:] |= (flag[:-1] & ENDS) > 0
    at = np.flatnonzero(begins)
    rows.append((at, np.full(len(at), START_ROW)))
    at = np.flatnonzero(np.isin(lowered, lowered[(flag & LOWER) > 0]) & ((flag & UPPER) > 0))
    rows.append((at, np.full(len(at), LOWER_ROW)))
    if code in listed():
        wordy = np.flatnonzero(flag & (UPPER | LOWER | CASELESS))
        rows.append((wordy, zipf_rows(*known_zipf(lowered[wordy], code))))
    own = VECTOR_LANGUAGES.get(code)
    part = slice(own * VECTOR, (own + 1) * VECTOR) if own is not None else slice(0)
    han = (flag & HAN) > 0
    buckets = bigram_buckets(folds, han) if han.any() else None
    at = np.flatnonzero(buckets) if buckets is not None else at
    return Marks(
        rows,
        language_rows(code),
        (part, cast(Floats, table("vectors")[ids, part])) if own is not None else None,
        (at, buckets[at]) if buckets is not None else None,
    )


def inputs(document: Document, mine: Reader, number: int, found: Marks) -> Floats:
    """The sum of the embeddings of each token, for one of the networks."""
    network = mine.networks[number]
    x = cast(Floats, mine.vocabulary.table(f"spelling{number}")[document.ids])
    for at, row in found.rows:
        x[at] += network.small[row]
    if found.everywhere:
        x += network.small[found.everywhere].sum(0)
    if found.vectors:
        part, vectors = found.vectors
        x += vectors @ network.vectors[part]
    if found.bigrams:
        at, buckets = found.bigrams
        x[at] += network.bigrams[buckets]
    return x


REACH = 7
"""Tokens on each side that a network sees."""


def label_scores(document: Document, mine: Reader) -> Floats:
    """Log-probabilities of the labels of each token, the mean of the networks."""
    assert mine.phrases is not None
    found = marks(document, mine, mine.phrases)
    looked = worth_looking(cast(NDArray[np.uint8], mine.vocabulary.table("flag")[document.ids, 0]))
    total = np.zeros((len(document.ids), len(LABELS)), np.float32)
    for number, network in enumerate(mine.networks):
        x = inputs(document, mine, number, found)
        for at in range(0, len(x), BLOCK):
            left = max(0, at - REACH)
            part = scores(x[left : at + BLOCK + REACH], network, looked[left : at + BLOCK + REACH])
            total[at : at + BLOCK] += part[at - left : at - left + BLOCK]
    return total / np.float32(len(mine.networks))


def spans(logp: Floats) -> list[Span]:
    """Names as runs of tokens."""
    labels = best_labels(logp)
    found = []
    first = 0
    for i in np.flatnonzero(labels):
        label = int(labels[i])
        name = LABELS[label]
        if name[0] in "BU":
            first = int(i)
        if name[0] in "LU":
            steps = np.arange(first, i + 1)
            sure = float(np.exp(logp[steps, labels[steps]]).mean())
            found.append(Span(first, int(i) + 1, cast(EntityType, name[2:]), round(sure, 3)))
    return found


def entities(document: Document, mine: Reader) -> list[Entity]:
    """Names in the text, each with the full name it stands for."""
    if not mine.networks or not len(document.tokens):
        return []
    found = whole(document, spans(label_scores(document, mine)))
    return consistent(document, found)


def whole(document: Document, found: Sequence[Span]) -> list[Span]:
    """People's names from their given names on, as far as what stands before them tells."""
    answers: list[Span] = []
    end = 0
    for span in found:
        first = first_of(document, span.first) if span.type == "PER" else span.first
        answers.append(replace(span, first=max(first, end)) if first < span.first else span)
        end = span.last
    return answers


def key_of(document: Document, span: Span) -> str:
    """The words of a name without their endings."""
    return " ".join(_parts(document, span))


def consistent(document: Document, found: Sequence[Span]) -> list[Entity]:
    """One name, one type; a surname belongs to the full name; what was named once is named wherever it stands."""
    settled = agreed(document, found)
    people = full_names(document, settled)
    answers = []
    for span in settled:
        said = _text(document, span)
        full = people.get(key_of(document, span))
        if full and span.type != "PER" and span.sure < SURE_OF_TYPE:
            span = replace(span, type="PER")
        answers.append(_entity(document, span, full if full and span.type == "PER" else said))
    return answers


def _text(document: Document, span: Span) -> str:
    return document.text[document.starts[span.first] : document.ends[span.last - 1]]


SURE_OF_TYPE = 0.9


def agreed(document: Document, found: Sequence[Span]) -> list[Span]:
    """The same name has the type that its mentions, by how sure each is, vote for."""
    votes: dict[str, dict[EntityType, float]] = defaultdict(lambda: defaultdict(float))
    keys = [key_of(document, span) for span in found]
    for key, span in zip(keys, found, strict=True):
        votes[key][span.type] += span.sure
    settled = []
    for key, span in zip(keys, found, strict=True):
        best = max(votes[key].items(), key=lambda item: item[1])
        settled.append(
            replace(span, type=best[0]) if len(votes[key]) > 1 and best[1] >= 2 * votes[key][span.type] else span
        )
    return settled


def full_names(document: Document, found: Sequence[Span]) -> dict[str, str]:
    """For each part of a person's full name that may stand for it the full name, as it is written in its plainest case:
    the surname, or it with what stands before it; the first word where it is nobody else's."""
    written: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for span in found:
        parts = _parts(document, span)
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


def _parts(document: Document, span: Span) -> tuple[str, ...]:
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
