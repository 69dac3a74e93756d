"""The forest adds up what its trees say, one row at a time or all at once."""

from __future__ import annotations

from typing import Any

import numpy as np

from processors.extract.features import NAMES
from processors.extract.model import FILE, forests
from processors.extract.trees import MOST_LEAVES, MOST_NODES, Forest, forest


def slowly(trees: Forest, row: Any) -> float:
    """Leaf by leaf: the first one that no node rules out."""
    total = 0.0
    for tree in range(trees.leaves.shape[0]):
        possible = 0xFFFF
        for node in range(MOST_NODES):
            if row[trees.feature[node, tree]] > trees.threshold[node, tree]:
                possible &= int(trees.mask[node, tree])
        total += float(trees.leaves[tree, (possible & -possible).bit_length() - 1])
    return total


def test_all_rows_at_once_are_as_each_row_alone() -> None:
    first, _ = forests()
    rows = np.random.default_rng(1).random((20, len(NAMES))).astype(np.float32) * 40
    assert np.allclose(first.raw(np.ascontiguousarray(rows.T)), [slowly(first, row) for row in rows], atol=1e-4)


def test_the_model_fits_the_features_and_is_small() -> None:
    first, second = forests()
    assert int(first.feature.max()) < len(NAMES)
    assert first.leaves.shape[1] == second.leaves.shape[1] == MOST_LEAVES
    assert FILE.stat().st_size <= 1 << 20


def test_a_forest_comes_back_from_its_arrays() -> None:
    first, _ = forests()
    again = forest(first.arrays("x_"), "x_")
    rows = np.ones((len(NAMES), 3), np.float32)
    assert np.array_equal(first.raw(rows), again.raw(rows))
