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

_LOWEST = np.zeros(1 << MOST_LEAVES, np.uint8)
for _bit in range(MOST_LEAVES - 1, -1, -1):
    _LOWEST[(np.arange(1 << MOST_LEAVES) >> _bit & 1).astype(bool)] = _bit


@dataclass(frozen=True, slots=True, kw_only=True)
class Forest:
    """The nodes of all trees side by side, and the leaves' values."""

    feature: NDArray[np.int16]
    threshold: NDArray[np.float32]
    mask: NDArray[np.uint16]
    """Leaves that stay possible when the row's value is above the threshold."""
    first: NDArray[np.int32]
    """First node of each tree."""
    leaves: NDArray[np.float32]
    """A row of MOST_LEAVES values for each tree."""

    def raw(self, columns: NDArray[np.float32]) -> NDArray[np.float32]:
        """The sum over the trees for each row; `columns` has one row per feature."""
        above = columns[self.feature] > self.threshold[:, None]
        possible = np.where(above, self.mask[:, None], np.uint16(0xFFFF))
        last = np.bitwise_and.reduceat(possible, self.first, axis=0)
        leaf = _LOWEST[last]
        offsets = (np.arange(len(self.first), dtype=np.int32) * MOST_LEAVES)[:, None]
        total: NDArray[np.float32] = self.leaves.ravel()[leaf + offsets].sum(axis=0)
        return total

    def probability(self, columns: NDArray[np.float32]) -> NDArray[np.float32]:
        """The logistic of `raw`."""
        return (1.0 / (1.0 + np.exp(-self.raw(columns)))).astype(np.float32)

    def arrays(self, prefix: str) -> dict[str, NDArray[np.generic]]:
        """The parts by name, as `load` wants them."""
        return {f"{prefix}{name}": getattr(self, name) for name in ("feature", "threshold", "mask", "first", "leaves")}


def forest(given: dict[str, NDArray[np.generic]], prefix: str) -> Forest:
    """The forest that `arrays` gave."""
    return Forest(
        feature=given[f"{prefix}feature"].astype(np.int16),
        threshold=given[f"{prefix}threshold"].astype(np.float32),
        mask=given[f"{prefix}mask"].astype(np.uint16),
        first=given[f"{prefix}first"].astype(np.int32),
        leaves=given[f"{prefix}leaves"].astype(np.float32),
    )


def load(path: Path) -> dict[str, NDArray[np.generic]]:
    """All arrays of a model file; no pickles."""
    with np.load(path, allow_pickle=False) as file:
        return {name: file[name] for name in file.files}
