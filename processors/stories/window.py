"""The articles a new one may share a story with, in memory: looked up by their heaviest terms, compared exactly."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from processors.stories.terms import FIELDS, Fields, Terms

DAYS = 14.0
"""How far apart two articles of one story may be."""
NEAR_DAYS = 7.0
"""Articles this near are what a resemblance is measured against."""
PROBES = 36
"""An article's heaviest terms that it is looked up by."""
COMMON = 0.04
"""Share of the window from which a term says too little to look anything up by (never below COMMON_LEAST)."""
COMMON_LEAST = 60
COMPARED = 48
"""Articles that are compared exactly."""
KEPT = 32
"""Of these, kept as neighbours at most."""
LEAST = 0.06
"""Resemblance below which two articles are never one story."""
NEIGHBOURS = 6
"""Resemblances an article remembers as its context."""

FEATURES = (
    *FIELDS, "resemblance", "first_least", "first_most", "sixth_least", "sixth_most", "days", "words",
)  # fmt: skip
"""What `Window.features` gives of a pair, in this order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """An article as stories see it."""

    id: int
    fields: Fields
    moment: float
    """Days since 1970, in UTC."""
    dated: bool
    language: str | None
    words: int
    actors: Mapping[str, str] = field(default_factory=dict)
    """Persons and organisations, id -> name; not kept in memory once they are stored."""
    places: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """Two articles that resemble each other."""

    other: int
    resemblance: float


class Window:
    """Articles in memory, with their neighbours; about 4 KB each."""

    def __init__(self) -> None:
        self.tellings: dict[int, Telling] = {}
        self.edges: dict[int, dict[int, float]] = {}
        self._rows: list[int] = []
        self._row: dict[int, int] = {}
        self._moments = np.zeros(1024)
        """Not a number where the article has no date: it may be of any."""
        self._postings: defaultdict[int, list[int]] = defaultdict(list)
        self._weights: defaultdict[int, list[float]] = defaultdict(list)
        self._near: dict[int, list[float]] = {}
        self._cosines: tuple[int, dict[int, NDArray[np.float64]]] = (0, {})

    def __len__(self) -> int:
        return len(self.tellings)

    def neighbours(self, new: Telling) -> list[Edge]:
        """The articles of the window that resemble a new one, the most alike first."""
        rows = self._look_up(new)
        if not len(rows):
            return []
        ids = [self._rows[row] for row in rows]
        cosines = self.cosines(new, ids)
        found = resemblance(cosines)
        best = np.argsort(-found, kind="stable")[:KEPT]
        self._cosines = new.id, dict(zip(ids, cosines, strict=True))
        return [Edge(other=ids[i], resemblance=round(float(found[i]), 4)) for i in best if found[i] >= LEAST]

    def add(self, new: Telling, edges: Sequence[Edge]) -> None:
        """Takes an article in, with its neighbours as `neighbours` gave them."""
        self.remove(new.id)
        self.tellings[new.id] = new
        row = len(self._rows)
        self._rows.append(new.id)
        self._row[new.id] = row
        if row >= len(self._moments):
            self._moments = np.concatenate((self._moments, np.zeros(len(self._moments))))
        self._moments[row] = new.moment if new.dated else np.nan
        for key, weight in _probes(new.fields):
            self._postings[key].append(row)
            self._weights[key].append(weight)
        self.edges[new.id] = {}
        self._near[new.id] = []
        for edge in edges:
            there = self.tellings.get(edge.other)
            if there is not None:
                self.edges[new.id][edge.other] = edge.resemblance
                self.edges[edge.other][new.id] = edge.resemblance
                if together(there, new):
                    _insert(self._near[new.id], edge.resemblance)
                    _insert(self._near[edge.other], edge.resemblance)

    def remove(self, id: int) -> None:
        """Takes an article out."""
        if id not in self.tellings:
            return
        del self.tellings[id]
        del self._near[id]
        self._rows[self._row.pop(id)] = 0
        self._cosines = (0, {})
        for other in self.edges.pop(id):
            del self.edges[other][id]
            there = self.tellings[other]
            near = (v for o, v in self.edges[other].items() if together(self.tellings[o], there))
            self._near[other] = sorted(near, reverse=True)[:NEIGHBOURS]

    def trimmed(self, most: int) -> Window:
        """This window where it has so many articles at most; otherwise one of the latest, by moment."""
        if len(self.tellings) <= most:
            return self
        stay = sorted(self.tellings.values(), key=lambda telling: (telling.moment, telling.id))[-(most * 9 // 10) :]
        made = Window()
        for telling in stay:
            made.add(telling, [Edge(other=id, resemblance=value) for id, value in self.edges[telling.id].items()])
        return made

    def _look_up(self, new: Telling) -> NDArray[np.int64]:
        most = max(COMMON_LEAST, int(COMMON * len(self.tellings)))
        rows: list[int] = []
        weights: list[float] = []
        for key, weight in _probes(new.fields):
            holders = self._postings.get(key)
            if holders and len(holders) <= most:
                rows += holders
                weights += [weight * other for other in self._weights[key]]
        if not rows:
            return np.zeros(0, dtype=np.int64)
        at, place = np.unique(np.array(rows, dtype=np.int64), return_inverse=True)
        score = np.bincount(place, weights=np.array(weights))
        good = np.ones(len(at), dtype=bool)
        if new.dated:
            good &= ~(np.abs(self._moments[at] - new.moment) > DAYS)
        good &= np.array([self._rows[row] not in (0, new.id) for row in at.tolist()], dtype=bool)
        at, score = at[good], score[good]
        return at[np.argsort(-score, kind="stable")[:COMPARED]]

    def cosines(self, new: Telling, ids: Sequence[int]) -> NDArray[np.float64]:
        """Cosine of each field with each of these articles': a column a field."""
        given = [self.tellings[id].fields for id in ids]
        return np.column_stack(
            [_cosine(new.fields[field], [one[field] for one in given]) for field in range(len(FIELDS))]
        )

    def _known_cosines(self, telling: Telling, others: Sequence[int]) -> NDArray[np.float64]:
        """The same, without counting again what `neighbours` just counted."""
        id, known = self._cosines
        if id == telling.id and all(other in known for other in others):
            return np.array([known[other] for other in others])
        return self.cosines(telling, others)

    def features(self, id: int, others: Sequence[int]) -> NDArray[np.float64]:
        """A row of FEATURES for an article of the window and each of its neighbours among these."""
        telling = self.tellings[id]
        cosines = self._known_cosines(telling, others)
        alike = np.array([self.edges[id].get(other, 0.0) for other in others])
        ours = self.context(id)
        theirs = np.array([self.context(other) for other in others])
        first = alike / ours[0], alike / theirs[:, 0]
        sixth = alike / ours[1], alike / theirs[:, 1]
        there = [self.tellings[other] for other in others]
        days = [abs(one.moment - telling.moment) if one.dated and telling.dated else -1.0 for one in there]
        words = [np.log1p(min(one.words, telling.words)) for one in there]
        return np.column_stack(
            (
                cosines, alike, np.minimum(*first), np.maximum(*first), np.minimum(*sixth), np.maximum(*sixth),
                np.floor(days), words,
            )
        )  # fmt: skip

    def context(self, id: int) -> tuple[float, float]:
        """The highest and the sixth highest resemblance an article has with any other of its days."""
        best = self._near[id]
        sixth = best[-1] if len(best) == NEIGHBOURS else 0.0
        return max(best[0] if best else 0.0, 0.02), max(sixth, 0.02)


def together(one: Telling, other: Telling) -> bool:
    """Whether two articles are of the same days, as far as their dates are known."""
    return not (one.dated and other.dated) or abs(one.moment - other.moment) <= NEAR_DAYS


def _insert(best: list[float], value: float) -> None:
    """Adds a value to the highest ones, in falling order."""
    if len(best) < NEIGHBOURS or value > best[-1]:
        best.append(value)
        best.sort(reverse=True)
        del best[NEIGHBOURS:]


def resemblance(cosines: NDArray[np.float64]) -> NDArray[np.float64]:
    """One number of the fields' cosines: words and lead, or names and numbers where the languages differ."""
    return np.maximum((cosines[:, 0] + cosines[:, 1]) / 2, (cosines[:, 2] + cosines[:, 3]) / 3)


def _probes(fields: Fields) -> list[tuple[int, float]]:
    """The terms an article is looked up by: the heaviest of all words, and of the names."""
    found = []
    for place, most in ((0, PROBES), (2, PROBES // 3)):
        terms = fields[place]
        chosen = np.argsort(-terms.weights, kind="stable")[:most]
        keys = (terms.hashes[chosen].astype(np.int64) << 3) | place
        found += list(zip(keys.tolist(), terms.weights[chosen].tolist(), strict=True))
    return found


def _cosine(one: Terms, others: Sequence[Terms]) -> NDArray[np.float64]:
    if not len(one.hashes) or not others:
        return np.zeros(len(others))
    sizes = [len(other.hashes) for other in others]
    hashes = np.concatenate([other.hashes for other in others])
    weights = np.concatenate([other.weights for other in others])
    at = np.minimum(np.searchsorted(one.hashes, hashes), len(one.hashes) - 1)
    product = np.where(one.hashes[at] == hashes, one.weights[at] * weights, 0.0)
    owner = np.repeat(np.arange(len(others)), sizes)
    total: NDArray[np.float64] = np.bincount(owner, weights=product, minlength=len(others)).astype(np.float64)
    return total


def pairs(window: Window, ids: Iterable[int]) -> list[tuple[int, int]]:
    """All pairs of neighbours among these articles, each once."""
    chosen = set(ids)
    return [
        (id, other) for id in sorted(chosen) for other in sorted(window.edges[id]) if other in chosen and id < other
    ]
