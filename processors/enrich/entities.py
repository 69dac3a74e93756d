"""People, organisations and places of a document: the recogniser's answer, made consistent within the text."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import cast

import numpy as np
from numpy.typing import NDArray

from broadsheet.model import Entity, EntityType
from processors.enrich.document import Document, Reader
from processors.enrich.fold import fold
from processors.enrich.frequencies import known_zipf, listed
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
    Network,
    best_labels,
    bigram_buckets,
    language_rows,
    phrase_tags,
    scores,
    zipf_rows,
)

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


def inputs(document: Document, mine: Reader, network: Network, phrases: Phrases) -> Floats:
    """The sum of the embeddings of each token."""
    table, ids, code = mine.vocabulary.table, document.ids, document.language.code
    folds = cast(NDArray[np.uint32], table("fold")[ids, 0])
    lowered = cast(NDArray[np.uint32], table("lower")[ids, 0])
    flag = cast(NDArray[np.uint8], table("flag")[ids, 0])
    x = cast(Floats, table("spelling")[ids])
    small = network.small
    tags = phrase_tags(folds, (flag & (UPPER | CASELESS)) > 0, phrases)
    for kind in range(tags.shape[1]):
        at = np.flatnonzero(tags[:, kind])
        x[at] += small[kind * 4 + tags[at, kind] - 1]
    begins = line_starts(document)
    begins[1:] |= (flag[:-1] & ENDS) > 0
    x[begins] += small[START_ROW]
    seen = np.isin(lowered, lowered[(flag & LOWER) > 0]) & ((flag & UPPER) > 0)
    x[seen] += small[LOWER_ROW]
    told = language_rows(code)
    if told:
        x += small[told].sum(0)
    if code in listed():
        wordy = np.flatnonzero(flag & (UPPER | LOWER | CASELESS))
        x[wordy] += small[zipf_rows(*known_zipf(lowered[wordy], code))]
    own = VECTOR_LANGUAGES.get(code)
    if own is not None:
        part = slice(own * VECTOR, (own + 1) * VECTOR)
        x += cast(Floats, table("vectors")[ids, part]) @ network.vectors[part]
    han = (flag & HAN) > 0
    if han.any():
        buckets = bigram_buckets(folds, han)
        at = np.flatnonzero(buckets)
        x[at] += network.bigrams[buckets[at]]
    return x


def label_scores(document: Document, mine: Reader) -> Floats:
    """Log-probabilities of the labels of each token."""
    assert mine.network is not None and mine.phrases is not None
    x = inputs(document, mine, mine.network, mine.phrases)
    if len(x) <= BLOCK:
        return scores(x, mine.network)
    parts = []
    for at in range(0, len(x), BLOCK):
        left = max(0, at - 4)
        parts.append(scores(x[left : at + BLOCK + 4], mine.network)[at - left : at - left + BLOCK])
    return np.concatenate(parts)[: len(x)]


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
    if mine.network is None or not len(document.tokens):
        return []
    found = spans(label_scores(document, mine))
    return consistent(document, found)


def key_of(document: Document, span: Span) -> str:
    """The folded words of a name."""
    return " ".join(fold(token) for token in document.tokens[span.first : span.last] if token[0].isalnum())


def consistent(document: Document, found: Sequence[Span]) -> list[Entity]:
    """One name, one type; a surname belongs to the full name; what was named once is named wherever it stands."""
    if document.language.code in ("zh", "ja", "ko", "th"):
        return [
            _entity(document, span, document.text[document.starts[span.first] : document.ends[span.last - 1]])
            for span in agreed(document, found)
        ]
    settled = agreed(document, found)
    people = full_names(document, settled)
    answers = []
    for span in settled:
        said = document.text[document.starts[span.first] : document.ends[span.last - 1]]
        key = key_of(document, span)
        full = people.get(key) if span.last - span.first == 1 else None
        if full and span.type != "PER" and span.sure < SURE_OF_TYPE:
            span = replace(span, type="PER")
        answers.append(_entity(document, span, full if full and span.type == "PER" else said))
    return answers


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
    """For each folded surname the first full name of a person that ends with it."""
    people: dict[str, str] = {}
    for span in found:
        if span.type == "PER" and span.last - span.first > 1:
            last = next((t for t in reversed(document.tokens[span.first : span.last]) if t[0].isalnum()), "")
            people.setdefault(fold(last), document.text[document.starts[span.first] : document.ends[span.last - 1]])
    return people


def _entity(document: Document, span: Span, name: str) -> Entity:
    start, end = int(document.starts[span.first]), int(document.ends[span.last - 1])
    return Entity(start=start, end=end, text=document.text[start:end], type=span.type, name=name, confidence=span.sure)
