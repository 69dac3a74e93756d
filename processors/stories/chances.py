"""How likely two articles are one story: learned trees over their resemblance, all pairs at once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from processors.deduplicate.decision import Decision, read
from processors.stories.window import FEATURES, Window

MODEL = Path(__file__).with_name("chances.json")

ACROSS_NAMES, ACROSS_BOTH, ACROSS_DAYS = 0.4, 0.2, 2.0
"""Articles in two languages share no words: they are one story where within two days their names agree (cosine .4), or
names and numbers both do (.2)."""
ACROSS = 0.6


class Forest:
    """A decision as arrays, for many pairs at once."""

    def __init__(self, decision: Decision) -> None:
        size = max(len(tree.feature) for tree in decision.trees)
        self.feature = _table([tree.feature for tree in decision.trees], size, -1).astype(np.int64)
        self.threshold = _table([tree.threshold for tree in decision.trees], size, 0.0)
        self.left = _table([tree.left for tree in decision.trees], size, 0).astype(np.int64)
        self.right = _table([tree.right for tree in decision.trees], size, 0).astype(np.int64)
        self.value = _table([tree.value for tree in decision.trees], size, 0.0)

    def scores(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """The confidence for each row of features."""
        trees = np.arange(len(self.feature))[None, :]
        pairs = np.arange(len(rows))[:, None]
        node = np.zeros((len(rows), len(self.feature)), dtype=np.int64)
        while True:
            feature = self.feature[trees, node]
            inner = feature >= 0
            if not inner.any():
                break
            low = rows[pairs, np.maximum(feature, 0)] <= self.threshold[trees, node]
            node = np.where(inner, np.where(low, self.left[trees, node], self.right[trees, node]), node)
        total: NDArray[np.float64] = self.value[trees, node].sum(axis=1)
        return 1.0 / (1.0 + np.exp(-np.clip(total, -30, 30)))


def _table(rows: Sequence[Sequence[float]], size: int, filler: float) -> NDArray[np.float64]:
    return np.array([list(row) + [filler] * (size - len(row)) for row in rows], dtype=np.float64)


@cache
def forest() -> Forest:
    """The decision that ships with the product."""
    return Forest(read(MODEL.read_text(encoding="utf-8"), FEATURES))


def chances(window: Window, id: int, others: Sequence[int], judge: Forest | None = None) -> list[float]:
    """For each of these neighbours of an article of the window, how likely it is the same story."""
    if not others:
        return []
    rows = window.features(id, others)
    found: list[float] = (judge or forest()).scores(rows).tolist()
    ours = window.tellings[id].language
    for place, other in enumerate(others):
        theirs = window.tellings[other].language
        if ours and theirs and ours != theirs and _agree(rows[place]):
            found[place] = max(found[place], ACROSS)
    return found


def _agree(row: NDArray[np.float64]) -> bool:
    names, numbers, days = row[FEATURES.index("names")], row[FEATURES.index("numbers")], row[FEATURES.index("days")]
    return bool(days <= ACROSS_DAYS and (names >= ACROSS_NAMES or (names >= ACROSS_BOTH and numbers >= ACROSS_BOTH)))
