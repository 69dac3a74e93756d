"""Scores the pieces of a page as running text, twice: each by itself, then in the light of its neighbours' scores."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from processors.extract.features import Matrix, shifted
from processors.extract.pieces import Box, Cut
from processors.extract.trees import Forest, forest, load

FILE = Path(__file__).parent / "blocks.npz"
REACH = (-4, -3, -2, -1, 1, 2, 3, 4)
SURE = 0.7
"""Score from which a piece counts as a foothold for the distances of the second look."""


def _smooth(values: Matrix, size: int) -> Matrix:
    total = np.cumsum(np.concatenate([np.zeros(1, np.float32), values]))
    count = len(values)
    places = np.arange(count)
    low, high = np.maximum(places - size // 2, 0), np.minimum(places + size // 2 + 1, count)
    smoothed: Matrix = (total[high] - total[low]).astype(np.float32)
    return smoothed


def _gaps(scores: Matrix) -> tuple[Matrix, Matrix]:
    """Distances to the next sure piece before and after, at most 60."""
    count = len(scores)
    places = np.arange(count)
    sure = scores > SURE
    before = np.maximum.accumulate(np.concatenate(([-99], np.where(sure, places, -99)[:-1])))
    after = np.minimum.accumulate(np.concatenate(([count + 99], np.where(sure, places, count + 99)[::-1][:-1])))[::-1]
    return np.minimum(places - before, 60).astype(np.float32), np.minimum(after - places, 60).astype(np.float32)


def _box_ids(cut: Cut) -> list[NDArray[np.int64]]:
    rows = []
    for piece in cut.pieces:
        row = []
        box: Box = piece.box
        for _ in range(4):
            row.append(box.number)
            box = box.parent or box
        rows.append(row)
    return list(np.array(rows, np.int64).T)


def second_look(cut: Cut, scores: Matrix) -> Matrix:
    """What the first scores say around each piece: among its neighbours and in its boxes; one row for each piece."""
    size = np.array([piece.words for piece in cut.pieces], np.float32)
    weight = scores * size
    running = np.cumsum(weight)
    whole = running[-1] + 1e-6
    before, after = _gaps(scores)
    columns = [
        scores,
        (running - weight) / whole,
        _smooth(weight, 9) / (_smooth(size, 9) + 1e-6),
        _smooth(weight, 25) / (_smooth(size, 25) + 1e-6),
        before,
        after,
        np.full(len(scores), np.log1p(whole), np.float32),
        np.full(len(scores), (scores > 0.5).mean(), np.float32),
        np.full(len(scores), whole / (size.sum() + 1.0), np.float32),
    ]
    for ids in _box_ids(cut):
        inside = np.bincount(ids, weight)
        columns.append((inside / (np.bincount(ids, size) + 1e-6))[ids])
        columns.append((inside / whole)[ids])
    column = scores[:, None]
    around = [shifted(column, step) for step in REACH]
    return np.concatenate([np.stack(columns, axis=1).astype(np.float32), *around], axis=1)


@lru_cache(maxsize=1)
def forests() -> tuple[Forest, Forest]:
    """The two trained forests that ship with the product."""
    arrays = load(FILE)
    return forest(arrays, "first_"), forest(arrays, "second_")


def scores(cut: Cut, described: Matrix) -> Matrix:
    """The probability of each piece to be running text of the article."""
    first, second = forests()
    alone = first.probability(described.T)
    return second.probability(np.concatenate([described, second_look(cut, alone)], axis=1).T)
