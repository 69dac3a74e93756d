"""Scores the pieces of a page as running text, twice: each by itself, then in the light of its neighbours' scores."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from processors.extract.features import LINKED, RUN, WIDTH, Matrix, shifted, smooth, stems
from processors.extract.pieces import SHORT_LINK, Cut
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


def second_look(cut: Cut, scores: Matrix) -> Matrix:
    """What the first scores say around each piece: among its neighbours and in its boxes; one row for each piece."""
    size = np.array([piece.words for piece in cut.pieces], np.float32)
    weight = scores * size
    both = np.stack([weight, size], axis=1)
    running = np.cumsum(weight)
    whole = running[-1] + 1e-6
    near, wide = smooth(both, 4), smooth(both, 12)
    columns = np.empty((len(scores), LOOKS), np.float32)
    columns[:, 0] = scores
    columns[:, 1] = (running - weight) / whole
    columns[:, 2] = near[:, 0] / (near[:, 1] + 1e-6)
    columns[:, 3] = wide[:, 0] / (wide[:, 1] + 1e-6)
    columns[:, 4], columns[:, 5] = _gaps(scores)
    columns[:, 6] = np.log1p(whole)
    columns[:, 7] = (scores > 0.5).mean()
    columns[:, 8] = whole / (size.sum() + 1.0)
    ids = [cut.where, cut.outer[cut.where]]
    ids += [cut.outer[ids[1]]]
    ids += [cut.outer[ids[2]], cut.style]
    for place, group in enumerate(ids):
        inside = np.bincount(group, weight)
        columns[:, 9 + 2 * place] = (inside / (np.bincount(group, size) + 1e-6))[group]
        columns[:, 10 + 2 * place] = (inside / whole)[group]
    columns[:, 19] = _known(cut, scores)
    return np.concatenate([columns, *shifted(scores[:, None], REACH)], axis=1)


def _known(cut: Cut, scores: Matrix) -> Matrix:
    """The share of each unsure piece's words that the sure ones have too; -1 where the first look was sure enough."""
    pieces, known = cut.pieces, set[str]()
    order = np.argsort(-scores, kind="stable")[:SURE_PIECES].tolist()
    for place in order:
        if scores[place] > SURE:
            known.update(stems(pieces[place].text))
    share = np.full(len(scores), -1.0, np.float32)
    if not known:
        return share
    sure = frozenset(order)
    for place in np.flatnonzero((scores > UNSURE[0]) & (scores < UNSURE[1])).tolist():
        wanted = stems(pieces[place].text)
        if wanted and place not in sure:
            share[place] = len(known.intersection(wanted)) / len(wanted)
    return share


SURE_PIECES = 12
"""So many of the surest pieces tell what the text is about."""
UNSURE = (0.03, 0.95)


LOOKS = 20
"""Columns of the second look before those of the neighbours."""


@lru_cache(maxsize=1)
def forests() -> tuple[Forest, Forest]:
    """The two trained forests that ship with the product."""
    arrays = load(FILE)
    return forest(arrays, "first_"), forest(arrays, "second_")


def worth_asking(cut: Cut, described: Matrix) -> NDArray[np.bool_]:
    """The pieces that could be text at all: neither short links nor what is far from every long piece."""
    links = (described[:, WIDTH] < SHORT_LINK) & (described[:, LINKED] > 0.9)
    asked: NDArray[np.bool_] = ~(links | (described[:, RUN] > 1))
    asked[: cut.near.start] = asked[cut.near.stop :] = False
    return asked


def scores(cut: Cut, described: Matrix) -> Matrix:
    """The probability of each piece to be running text of the article."""
    first, second = forests()
    asked = worth_asking(cut, described)
    if not asked.any():
        return np.zeros(len(described), np.float32)
    rows = described[asked]
    alone = np.zeros(len(described), np.float32)
    alone[asked] = first.probability(np.ascontiguousarray(rows.T))
    final = np.zeros(len(described), np.float32)
    both = np.concatenate([rows, second_look(cut, alone)[asked]], axis=1)
    final[asked] = second.probability(np.ascontiguousarray(both.T))
    return final
