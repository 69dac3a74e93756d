"""Adds up small decision trees for all pieces of a page at once, with numpy alone.

The method is QuickScorer's (Lucchese et al., SIGIR 2015): each node that sends a row to the right clears the bits of the
leaves it rules out; the lowest bit left is the leaf. All nodes of all trees are compared in one sweep.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

MOST_LEAVES = 16
"""One bit of a 16-bit mask for each leaf."""
MOST_NODES = MOST_LEAVES - 1

_LOWEST = np.zeros(1 << MOST_LEAVES, np.uint8)
for _bit in range(MOST_LEAVES - 1, -1, -1):
    _LOWEST[(np.arange(1 << MOST_LEAVES) >> _bit & 1).astype(bool)] = _bit


@dataclass(frozen=True, slots=True, kw_only=True)
class Forest:
    """The trees' nodes in layers, one node of every tree in each, and the leaves' values.

    A tree with fewer nodes has spare ones that never rule a leaf out.
    """

    feature: NDArray[np.int16]
    """MOST_NODES rows, a column for each tree."""
    threshold: NDArray[np.float32]
    mask: NDArray[np.uint16]
    """Leaves that stay possible when the row's value is above the threshold."""
    leaves: NDArray[np.float32]
    """A row of MOST_LEAVES values for each tree."""

    def raw(self, columns: NDArray[np.float32]) -> NDArray[np.float32]:
        """The sum over the trees for each row; `columns` has one row per feature."""
        trees, count = self.leaves.shape[0], columns.shape[1]
        possible = np.full((trees, count), 0xFFFF, np.uint16)
        for feature, threshold, mask in zip(self.feature, self.threshold, self.mask, strict=True):
            above = columns.take(feature, axis=0) > threshold[:, None]
            # True becomes 0 and False 0xFFFF, so that only nodes that speak rule leaves out.
            silent = above.view(np.uint8).astype(np.uint16)
            silent -= 1
            silent |= mask[:, None]
            possible &= silent
        offsets = (np.arange(trees, dtype=np.int32) * MOST_LEAVES)[:, None]
        total: NDArray[np.float32] = self.leaves.ravel()[_LOWEST[possible] + offsets].sum(axis=0)
        return total

    def probability(self, columns: NDArray[np.float32]) -> NDArray[np.float32]:
        """The logistic of `raw`."""
        return (1.0 / (1.0 + np.exp(-self.raw(columns)))).astype(np.float32)

    def arrays(self, prefix: str) -> dict[str, NDArray[np.generic]]:
        """The parts by name, as `forest` wants them."""
        return {f"{prefix}{name}": getattr(self, name) for name in ("feature", "threshold", "mask", "leaves")}


def forest(given: dict[str, NDArray[np.generic]], prefix: str) -> Forest:
    """The forest that `arrays` gave."""
    return Forest(
        feature=given[f"{prefix}feature"].astype(np.int16),
        threshold=given[f"{prefix}threshold"].astype(np.float32),
        mask=given[f"{prefix}mask"].astype(np.uint16),
        leaves=given[f"{prefix}leaves"].astype(np.float32),
    )


def load(path: Path) -> dict[str, NDArray[np.generic]]:
    """All arrays of a model file; no pickles."""
    with np.load(path, allow_pickle=False) as file:
        return {name: file[name] for name in file.files}
