"""Scores the pieces of a page as running text, twice: each by itself, then in the light of its neighbours' scores."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from processors.extract.features import OWN_NAMES, SHORT_LINK, Matrix, ancestors, shifted, smooth, styles
from processors.extract.pieces import Cut
from processors.extract.trees import Forest, forest, load

FILE = Path(__file__).parent / "blocks.npz"
REACH = (-4, -3, -2, -1, 1, 2, 3, 4)
SURE = 0.7
"""Score from which a piece counts as a foothold for the distances of the second look."""


def _gaps(scores: Matrix) -> tuple[Matrix, Matrix]:
    """Distances to the next sure piece before and after, at most 60."""
    count = len(scores)
    places = np.arange(count)
    sure = scores > SURE
    before = np.maximum.accumulate(np.concatenate(([-99], np.where(sure, places, -99)[:-1])))
    after = np.minimum.accumulate(np.concatenate(([count + 99], np.where(sure, places, count + 99)[::-1][:-1])))[::-1]
    return np.minimum(places - before, 60).astype(np.float32), np.minimum(after - places, 60).astype(np.float32)


def _box_ids(cut: Cut) -> list[NDArray[np.int64]]:
    rows = [[box.number for box in ancestors(piece.box)] for piece in cut.pieces]
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
        smooth(weight, 4) / (smooth(size, 4) + 1e-6),
        smooth(weight, 12) / (smooth(size, 12) + 1e-6),
        before,
        after,
        np.full(len(scores), np.log1p(whole), np.float32),
        np.full(len(scores), (scores > 0.5).mean(), np.float32),
        np.full(len(scores), whole / (size.sum() + 1.0), np.float32),
    ]
    for ids in (*_box_ids(cut), styles(cut.pieces)):
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


_WIDTH, _LINKED = OWN_NAMES.index("width"), OWN_NAMES.index("linked")


def worth_asking(described: Matrix) -> NDArray[np.bool_]:
    """The pieces that could be text at all: a short link by itself never is, and half of all pieces are such."""
    return ~((described[:, _WIDTH] < SHORT_LINK) & (described[:, _LINKED] > 0.9))


def scores(cut: Cut, described: Matrix) -> Matrix:
    """The probability of each piece to be running text of the article."""
    first, second = forests()
    asked = worth_asking(described)
    rows = described[asked]
    alone = np.zeros(len(described), np.float32)
    alone[asked] = first.probability(np.ascontiguousarray(rows.T))
    final = np.zeros(len(described), np.float32)
    both = np.concatenate([rows, second_look(cut, alone)[asked]], axis=1)
    final[asked] = second.probability(np.ascontiguousarray(both.T))
    return final
