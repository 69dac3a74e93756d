"""Measures a text against its gold: runs of four words, and bags of words, the way the field's text benchmarks do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from statistics import mean
from typing import Any

from processors.extract.features import words

RUN = 4
BAD = 0.8
"""Below this bag F1 a page counts as bad."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """A data set's figures: precision and recall are means over pages, F1 is theirs."""

    pages: int
    precision: float
    recall: float
    f1: float
    bad: float

    @staticmethod
    def of(rows: Sequence[tuple[float, float, float]]) -> Score:
        """From each page's precision, recall and bag F1."""
        precision, recall = mean(row[0] for row in rows), mean(row[1] for row in rows)
        return Score(
            pages=len(rows),
            precision=precision,
            recall=recall,
            f1=harmonic(precision, recall),
            bad=mean(row[2] < BAD for row in rows),
        )


def harmonic(precision: float, recall: float) -> float:
    """F1."""
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def _runs(tokens: Sequence[str]) -> Counter[Hashable]:
    if 0 < len(tokens) < RUN:
        return Counter([tuple(tokens)])
    return Counter(tuple(tokens[i : i + RUN]) for i in range(len(tokens) - RUN + 1))


def overlap(gold: Counter[Any], got: Counter[Any]) -> tuple[float, float]:
    """Precision and recall of one multiset against another; two empty ones agree."""
    if not gold and not got:
        return 1.0, 1.0
    shared = sum((gold & got).values())
    return shared / max(1, got.total()), shared / max(1, gold.total())


def compare(gold: str, got: str) -> tuple[float, float, float]:
    """Precision and recall of runs of words, and F1 of the bags."""
    wanted, found = words(gold), words(got)
    precision, recall = overlap(_runs(wanted), _runs(found))
    return precision, recall, harmonic(*overlap(Counter[Hashable](wanted), Counter[Hashable](found)))
