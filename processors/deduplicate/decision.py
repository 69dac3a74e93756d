"""The learned decision whether two texts are copies: a few small trees over what they share, read from a file."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

MODEL = Path(__file__).with_name("decision.json")

FEATURES = ("containment", "loose", "aligned", "run", "run_words", "ratio", "length", "lead_most", "lead_least")
"""What `processors.deduplicate.compare.values` gives, in this order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """One tree as flat lists: node 0 is the root, a leaf has feature -1."""

    feature: tuple[int, ...]
    threshold: tuple[float, ...]
    left: tuple[int, ...]
    right: tuple[int, ...]
    value: tuple[float, ...]

    def answer(self, values: Sequence[float]) -> float:
        """The leaf's value."""
        node = 0
        while (feature := self.feature[node]) >= 0:
            node = self.left[node] if values[feature] <= self.threshold[node] else self.right[node]
        return self.value[node]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The sum of the trees through a logistic function."""

    trees: tuple[Tree, ...]

    def score(self, values: Sequence[float]) -> float:
        """Confidence that the texts are copies, 0 to 1."""
        total = sum(tree.answer(values) for tree in self.trees)
        return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, total))))


def read(text: str, features: tuple[str, ...] = FEATURES) -> Decision:
    """The decision in a model file; raises ValueError where it was made for other features."""
    given = json.loads(text)
    if tuple(given["features"]) != features:
        raise ValueError(f"decision.json: made for the features {given['features']}, not for {list(features)}")
    return Decision(
        trees=tuple(Tree(**{name: tuple(values) for name, values in tree.items()}) for tree in given["trees"])
    )


@cache
def decision() -> Decision:
    """The decision that ships with the product."""
    return read(MODEL.read_text(encoding="utf-8"))
