"""Says why two articles are copies, or are not: what they share word for word, how much that is, and who was first."""

from __future__ import annotations

from typing import Any

import numpy as np

from broadsheet.model import Article
from processors.deduplicate.compare import SHARED_KEYS, Text, measure
from processors.deduplicate.features import features, numbers
from processors.deduplicate.groups import WIRE
from processors.deduplicate.words import Words, shingles

MOST_PASSAGES = 50
LEAST_WORDS = 8
"""Words from which a shared passage is shown."""


def explain(a: Article, b: Article) -> dict[str, Any]:
    """The shared passages, scores and dates of two articles, ready for JSON.

    `{copies, kind, score, containment, coverage, aligned, keys, first, dates: {a, b}, passages: [{text, words}],
    only: {a, b}}`: `containment` is of the shorter text, `coverage` of the longer, `keys` the sampled shingles both
    have, `only` the words that the other lacks.
    """
    words = numbers(a.text), numbers(b.text)
    twins = features(a).twin, features(b).twin
    found = measure(words[0][1], words[1][1])
    keys = len(np.intersect1d(words[0][1].keys, words[1][1].keys, assume_unique=True))
    equal = twins[0].exact == twins[1].exact and bool(twins[0].words)
    copies = equal or (found.copies and keys >= SHARED_KEYS)
    passages, shared = _passages(words[0], words[1][1])
    return {
        "copies": copies,
        "kind": _kind(copies, twins[0].host == twins[1].host, found.containment),
        "score": 1.0 if equal else round(found.score, 4),
        "containment": round(found.containment, 4),
        "coverage": round(found.coverage, 4),
        "aligned": None if found.aligned is None else round(found.aligned, 4),
        "keys": keys,
        "first": a.id if twins[0].rank <= twins[1].rank else b.id,
        "dates": {"a": twins[0].moment.isoformat(), "b": twins[1].moment.isoformat()},
        "passages": passages,
        "only": {
            "a": len(words[0][0].hashes) - shared,
            "b": len(words[1][0].hashes) - _passages(words[1], words[0][1])[1],
        },
    }


def _kind(copies: bool, one_host: bool, containment: float) -> str | None:
    if not copies:
        return None
    if containment < WIRE:
        return "near-duplicate"
    return "revision-of" if one_host else "wire-copy-of"


def _passages(given: tuple[Words, Text], other: Text) -> tuple[list[dict[str, Any]], int]:
    """The first text's passages that the other has word for word, longest first, and how many words they are."""
    found, text = given
    size = min(text.shingle, other.shingle)
    hits = np.isin(shingles(text.hashes, size), shingles(other.hashes, size))
    # One run of shared shingles is one passage: where the other text goes on otherwise, a new one begins.
    edges = np.flatnonzero(np.diff(np.concatenate(([0], hits.astype(np.int8), [0]))))
    spans = [(first, last + size - 1) for first, last in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)]
    covered = np.zeros(len(text.hashes), dtype=bool)
    for first, last in spans:
        covered[first:last] = True
    shown = [
        {"text": found.text[int(found.starts[first]) : int(found.ends[last - 1])], "words": last - first}
        for first, last in spans
        if last - first >= LEAST_WORDS
    ]
    return sorted(shown, key=_by_length)[:MOST_PASSAGES], int(covered.sum())


def _by_length(passage: dict[str, Any]) -> int:
    return -int(passage["words"])
