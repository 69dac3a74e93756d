"""How likely two articles are one story: learned trees over their resemblance, all pairs at once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from processors.deduplicate.decision import Decision, Tree, read
from processors.stories.terms import FIGURES, WHERE, WHO
from processors.stories.window import FEATURES, UNDATED, Window, differ

DATED, UNDATED_MODEL = (Path(__file__).with_name(name) for name in ("dated.json", "undated.json"))
DAYS, FIGURES_SHARE = FEATURES.index("days"), FEATURES.index("figures_share")

FULL = {WHO: 20.0, WHERE: 25.0, FIGURES: 10.0}
"""What two articles share of a field when it agrees in full: a name of five consonants or two shorter ones, a place
that is seldom in the news, two telling numbers or one of three digits."""
MOST = 1.5
"""More of one field says no more: figures alone, or names alone, are never enough."""
KIND = 0.3
"""From this part of FULL on a field agrees."""
ACROSS_SUM = 1.5
"""Articles in two languages share no words: two fields must agree, and all together so much."""
ACROSS_DAYS = 2.0
ACROSS_CHANCE = 0.8
GUESSED = 0.55
"""What is left of the chance of an article without a date among others with one: its date is most often another one."""
LEARNED = ("en", None)
"""The trees learned from English; in other languages two reports share fewer words, so their figures count as well."""
TALLY_SHARE = 0.5
TALLY_CHANCE = 0.6


class Forest:
    """A decision as arrays, for many pairs at once: all questions of all trees are asked together, and each answer
    strikes out the leaves it rules out (Lucchese et al. 2015, QuickScorer). A tree has eight leaves at most."""

    def __init__(self, decision: Decision) -> None:
        most = max(sum(feature >= 0 for feature in tree.feature) for tree in decision.trees)
        shape = (len(decision.trees), most)
        self.feature = np.zeros(shape, dtype=np.int64)
        self.threshold = np.full(shape, np.inf)
        self.left_out = np.full(shape, 0xFF, dtype=np.uint8)
        """Of each question: the leaves that are left where the answer is no."""
        self.value = np.zeros((len(decision.trees), 256))
        """Of each tree: the value of the first leaf of those that are left."""
        for number, tree in enumerate(decision.trees):
            self._plant(number, tree)
        self._trees = np.arange(len(decision.trees))

    def _plant(self, number: int, tree: Tree) -> None:
        leaves = _leaves(tree, 0)
        inner = [node for node, feature in enumerate(tree.feature) if feature >= 0]
        for place, node in enumerate(inner):
            self.feature[number, place] = tree.feature[node]
            self.threshold[number, place] = tree.threshold[node]
            lost = sum(1 << leaves.index(leaf) for leaf in _leaves(tree, tree.left[node]))
            self.left_out[number, place] = 0xFF & ~lost
        for bits in range(1, 256):
            first = (bits & -bits).bit_length() - 1
            if first < len(leaves):
                self.value[number, bits] = tree.value[leaves[first]]

    def scores(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """The confidence for each row of features."""
        yes = rows[:, self.feature] <= self.threshold
        left = np.bitwise_and.reduce(np.where(yes, np.uint8(0xFF), self.left_out), axis=2)
        total: NDArray[np.float64] = self.value[self._trees, left].sum(axis=1)
        return 1.0 / (1.0 + np.exp(-np.clip(total, -30, 30)))


def _leaves(tree: Tree, node: int) -> list[int]:
    """The leaves below a node, from left to right."""
    if tree.feature[node] < 0:
        return [node]
    return _leaves(tree, tree.left[node]) + _leaves(tree, tree.right[node])


class Judge:
    """Two decisions: one for articles that both have a date, learned from dated news alone, where most of what looks
    alike is of another day; one for all others."""

    def __init__(self, dated: Forest, undated: Forest) -> None:
        self.dated = dated
        self.undated = undated

    def scores(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """The confidence for each row of features."""
        dated = rows[:, DAYS] >= 0
        if dated.all():
            return self.dated.scores(rows)
        if not dated.any():
            return self.undated.scores(rows)
        return np.where(dated, self.dated.scores(rows), self.undated.scores(rows))


@cache
def judge() -> Judge:
    """The decisions that ship with the product."""
    dated, undated = (Forest(read(model.read_text(encoding="utf-8"), FEATURES)) for model in (DATED, UNDATED_MODEL))
    return Judge(dated, undated)


def chances(window: Window, id: int, others: Sequence[int], decision: Judge | None = None) -> list[float]:
    """For each of these neighbours of an article of the window, how likely it is the same story."""
    if not others:
        return []
    rows = window.features(id, others)
    found: list[float] = (decision or judge()).scores(rows).tolist()
    ours = window.tellings[id]
    for place, other in enumerate(others):
        if differ(ours, window.tellings[other]):
            found[place] = ACROSS_CHANCE if agree(rows[place]) else 0.0
            continue
        if rows[place][DAYS] == UNDATED:
            found[place] *= GUESSED
        if ours.language not in LEARNED and tally(rows[place]):
            found[place] = max(found[place], TALLY_CHANCE)
    return found


def tally(row: NDArray[np.float64]) -> bool:
    """Whether two articles of one day have their figures, and a place or names, in common: a row of FEATURES."""
    in_common = agreement(row)
    agreed = in_common[FIGURES] >= 2 * KIND and row[FIGURES_SHARE] >= TALLY_SHARE
    return bool(agreed and 0 <= row[DAYS] <= 1 and max(in_common[WHERE], in_common[WHO]) >= KIND)


def agree(row: NDArray[np.float64]) -> bool:
    """Whether two articles in two languages are of one story: a row of FEATURES."""
    in_common = agreement(row)
    kinds = sum(part >= KIND for part in in_common.values())
    dated = 0 <= row[DAYS] <= ACROSS_DAYS
    return kinds >= (2 if dated else 3) and sum(in_common.values()) >= ACROSS_SUM


def agreement(row: NDArray[np.float64]) -> dict[int, float]:
    """How far who, where and figures agree, 1 for in full."""
    return {field: min(MOST, float(row[field]) / full) for field, full in FULL.items()}
