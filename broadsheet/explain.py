"""What two articles share, passage by passage: why they are copies, and what a house cut, added or edited."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from broadsheet.lineage import lineage
from broadsheet.model import Article, RelationKind

LEAST = 5
"""Words of the shortest passage that counts: shorter ones are everybody's."""
MOST_WORDS = 20_000
"""Words of a text that are looked at."""

# A word; of scripts that write without spaces, each letter.
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\W_\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A text's words, folded, with where each stands."""

    folded: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]


def words(text: str) -> Words:
    """The words of a text; soft hyphens do not part them."""
    found = []
    for match in _WORD.finditer(text.replace("\u00ad", "\u200b")):
        found.append(match)
        if len(found) == MOST_WORDS:
            break
    return Words(
        folded=tuple(match.group().casefold() for match in found), spans=tuple(match.span() for match in found)
    )


def passages(one: str, other: str) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Where the texts say the same in at least so many words: spans in the one, with their first place in the other."""
    ours, theirs = words(one), words(other)
    places: dict[tuple[str, ...], list[int]] = {}
    for at in range(len(theirs.folded) - LEAST + 1):
        places.setdefault(theirs.folded[at : at + LEAST], []).append(at)
    found = []
    at = 0
    while at <= len(ours.folded) - LEAST:
        there = places.get(ours.folded[at : at + LEAST])
        if not there:
            at += 1
            continue
        # Boilerplate may stand in a text a hundred times; the first few places are enough to find the longest run.
        length, start = max((_run(ours.folded, theirs.folded, at, place), -place) for place in there[:8])
        found.append((_span(ours, at, length), _span(theirs, -start, length)))
        at += length
    return found


def _run(ours: Sequence[str], theirs: Sequence[str], at: int, place: int) -> int:
    """How many words run alike from here on."""
    most = min(len(ours) - at, len(theirs) - place)
    return next((n for n in range(LEAST, most) if ours[at + n] != theirs[place + n]), most)


def _span(found: Words, at: int, length: int) -> tuple[int, int]:
    return found.spans[at][0], found.spans[at + length - 1][1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What the stage that groups copies makes of two articles."""

    copies: bool
    """Whether the texts alone make them copies; an operator's word stands above it."""
    kind: RelationKind | None
    score: float
    """Confidence that one is a copy of the other, 0 to 1."""
    containment: float
    """Share of the shorter text's shingles that the longer has."""
    coverage: float
    """Share of the longer text's shingles that the shorter has."""
    aligned: float | None
    """How much each sentence of the shorter resembles its best counterpart; None where it was not needed."""
    keys: int
    """Sampled shingles that both have: what made them candidates at all."""
    first: int
    """The one that was first: by claimed date, then by first sight."""
    moments: tuple[datetime, datetime]
    """When each counts as published."""


Measure = Callable[[Article, Article], Measured]


def explain(one: Article, other: Article, measured: Measured | None = None) -> dict[str, Any]:
    """The shared passages of two articles, how much of each they are, their scores and dates, what the later house did
    to the text, and what was recorded of the two; ready for JSON. Pure."""
    shared = passages(one.text, other.text)
    relations = [
        {"of": a.id, "kind": relation.kind, "score": relation.score, "evidence": relation.evidence}
        for a, b in ((one, other), (other, one))
        for relation in a.relations
        if relation.other == b.id
    ]
    return {
        "a": _side(one, [ours for ours, _ in shared]),
        "b": _side(other, [theirs for _, theirs in shared]),
        "passages": [
            {"text": one.text[ours[0] : ours[1]], "a": list(ours), "b": list(theirs)} for ours, theirs in shared
        ],
        "measured": asdict(measured) if measured else None,
        "lineage": _lineage(one, other, measured) if shared else None,
        "same_group": (one.fold or one.id) == (other.fold or other.id),
        "same_story": one.story is not None and one.story == other.story,
        "same_storyline": one.storyline is not None and one.storyline == other.storyline,
        "relations": relations,
    }


def _lineage(one: Article, other: Article, measured: Measured | None) -> dict[str, Any]:
    """What the later one made of the earlier one's text."""
    first, later = (other, one) if measured and measured.first == other.id else (one, other)
    return {"first": first.id, "later": later.id, **asdict(lineage(first, later))}


def _side(article: Article, spans: Sequence[tuple[int, int]]) -> dict[str, Any]:
    covered = merged(spans)
    whole = words(article.text).spans
    inside = sum(any(start <= at[0] < end for start, end in covered) for at in whole)
    published = article.published
    return {
        "id": article.id,
        "url": article.url,
        "title": article.title,
        "source": article.source,
        "language": article.language,
        "published": published.instant if published else None,
        "published_text": published.text if published else None,
        "first_seen": article.first_seen,
        "words": len(whole),
        "shared": round(inside / len(whole), 4) if whole else 0.0,
    }


def merged(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The spans in order, those that meet as one."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def pieces(text: str, spans: Sequence[tuple[int, int]]) -> list[tuple[str, bool]]:
    """The text in pieces, each with whether it is shared."""
    found = []
    at = 0
    for start, end in merged(spans):
        found += [(text[at:start], False), (text[start:end], True)]
        at = end
    return [piece for piece in [*found, (text[at:], False)] if piece[0]]
