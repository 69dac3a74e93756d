"""The articles a new one may share a story with, in memory: looked up by their heaviest terms, compared exactly."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from processors.stories.terms import ALL, FIELDS, FIGURES, LEAD, MEANT, NAMES, WHERE, WHO, Terms, likeness

DAYS = 14.0
"""How far apart two articles of one story may be."""
NEAR_DAYS = 7.0
"""Articles this near are what a resemblance is measured against."""
PROBES = {ALL: 24, NAMES: 8, WHO: 8, WHERE: 4, FIGURES: 5}
"""Field and how many of its heaviest terms an article is looked up by."""
PROBE_SCALE = 0.05
"""Of the weights of who, where and figures, which are not brought to length 1, beside those that are."""
PROBED = np.array(list(PROBES), dtype=np.uint8)
SCALES = np.array([PROBE_SCALE if field in MEANT else 1.0 for field in range(len(FIELDS))], dtype=np.float32)
MUCH = 50.0
"""What two articles share of who, where or figures from which more says nothing new: two rare names."""
COMMON = 0.04
"""Share of the window from which a term says too little to look anything up by (never below COMMON_LEAST)."""
COMMON_LEAST = 60
READ = 4000
"""Places in lists that are read for one article, the rarest terms first: the common ones add little and cost most."""
GRAIN_BITS = 16
GRAINS, GRAIN = 1 << GRAIN_BITS, 1 << 15
"""How finely weights, 0 to 2, are kept in the lists."""
COMPARED = 32
"""Articles that are compared exactly."""
KEPT = 24
"""Of these, kept as neighbours at most."""
LEAST = 0.06
"""Resemblance below which two articles are never one story."""
TIMELESS, UNDATED = -1.0, -2.0
"""Days between two articles that do not both have a date: where hardly any has one, and among others that have."""
NEIGHBOURS = 6
"""Resemblances an article remembers as its context."""

FEATURES = (
    *FIELDS, "who_share", "where_share", "figures_share", "resemblance", "first_least", "first_most", "sixth_least",
    "sixth_most", "days", "words",
)  # fmt: skip
"""What `Window.features` gives of a pair, in this order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """An article as stories see it."""

    id: int
    terms: Terms
    moment: float
    """Days since 1970, in UTC; of its first sight where it is not dated."""
    dated: bool
    """Whether it says when it was published; it may be of any day where not."""
    timed: bool
    """Whether it says so to the hour."""
    language: str | None
    words: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """Two articles that resemble each other."""

    other: int
    resemblance: float


class Window:
    """Articles in memory, with their neighbours."""

    def __init__(self) -> None:
        self.tellings: dict[int, Telling] = {}
        self.edges: dict[int, dict[int, float]] = {}
        self._row: dict[int, int] = {}
        self._count = 0
        self._ids = np.zeros(1024, dtype=np.int64)
        """Row -> article; 0 where it was taken out."""
        self._moments = np.zeros(1024)
        """Not a number where the article has no date: it may be of any."""
        self._seen = np.zeros(1024, dtype=np.int64)
        self._holders: defaultdict[int, array[int]] = defaultdict(lambda: array("q"))
        """Hash of a term -> rows that have it, and how much: row * GRAINS + weight."""
        self._near: dict[int, list[float]] = {}
        self._dated = 0
        """How many articles have a date."""
        self._could: dict[int, NDArray[np.float64]] = {}
        """What another article could share of MEANT."""
        self._cosines: tuple[int, dict[int, int], NDArray[np.float64]] = (0, {}, np.zeros((0, len(FIELDS))))
        """Article, the place of each of those it was compared with, and a row of cosines for each."""
        self._probed: tuple[Terms, list[tuple[int, float]]] | None = None

    def __len__(self) -> int:
        return len(self.tellings)

    def neighbours(self, new: Telling) -> list[Edge]:
        """The articles of the window that resemble a new one, the most alike first."""
        ids = self._look_up(new)
        if not ids:
            return []
        compared = likeness(new.terms, (self.tellings[id].terms for id in ids))
        other = np.array([differ(new, self.tellings[id]) for id in ids], dtype=bool)
        found = resemblance(compared, other)
        best = np.lexsort((np.array(ids), -found))[:KEPT].tolist()
        self._cosines = new.id, {id: place for place, id in enumerate(ids)}, compared
        return [Edge(other=ids[i], resemblance=round(float(found[i]), 4)) for i in best if found[i] >= LEAST]

    def add(self, new: Telling, edges: Sequence[Edge]) -> None:
        """Takes an article in, with its neighbours as `neighbours` gave them."""
        self.remove(new.id)
        self.tellings[new.id] = new
        self._dated += new.dated
        row = self._new_row()
        self._ids[row] = new.id
        self._row[new.id] = row
        self._moments[row] = new.moment if new.dated else np.nan
        for key, weight in self._probes(new.terms):
            self._holders[key].append(row * GRAINS + int(weight * GRAIN))
        self.edges[new.id] = {}
        self._near[new.id] = []
        self._could[new.id] = new.terms.squares()[MEANT]
        ours, near = self.edges[new.id], self._near[new.id]
        for edge in edges:
            there, value = self.tellings.get(edge.other), edge.resemblance
            if there is not None:
                ours[edge.other] = self.edges[edge.other][new.id] = value
                if together(there, new) and not differ(there, new):
                    _insert(near, value)
                    _insert(self._near[edge.other], value)

    def remove(self, id: int) -> None:
        """Takes an article out."""
        if id not in self.tellings:
            return
        self._dated -= self.tellings.pop(id).dated
        del self._near[id]
        del self._could[id]
        self._ids[self._row.pop(id)] = 0
        self._cosines = (0, {}, self._cosines[2])
        for other in self.edges.pop(id):
            del self.edges[other][id]
            there = self.tellings[other]
            self._near[other] = sorted(self._context_of(there), reverse=True)[:NEIGHBOURS]

    def _context_of(self, there: Telling) -> Iterator[float]:
        """Its resemblances with the articles of its days and language."""
        for other, value in self.edges[there.id].items():
            one = self.tellings[other]
            if together(one, there) and not differ(one, there):
                yield value

    def trimmed(self, most: int) -> Window:
        """This window where it has so many articles at most; otherwise one of the latest, by moment."""
        if len(self.tellings) <= most:
            return self
        stay = sorted(self.tellings.values(), key=lambda telling: (telling.moment, telling.id))[-(most * 9 // 10) :]
        made = Window()
        for telling in stay:
            made.add(telling, [Edge(other=id, resemblance=value) for id, value in self.edges[telling.id].items()])
        return made

    def _new_row(self) -> int:
        row = self._count
        self._count += 1
        if self._count > len(self._ids):
            for name in ("_ids", "_moments", "_seen"):
                held = getattr(self, name)
                setattr(self, name, np.concatenate((held, np.zeros_like(held))))
        return row

    def _look_up(self, new: Telling) -> list[int]:
        """The articles that share the heaviest terms, the most promising ones."""
        rows, weights = self._lists(new)
        if not len(rows):
            return []
        # Of several places of one row the last one wins: that is how each row is left once.
        places = np.arange(len(rows))
        self._seen[rows] = places
        last = self._seen[rows]
        score = np.bincount(last, weights=weights, minlength=len(rows))
        once = last == places
        rows, score = rows[once], score[once]
        ids = self._ids[rows]
        good = (ids != 0) & (ids != new.id)
        if new.dated:
            good &= ~(np.abs(self._moments[rows] - new.moment) > DAYS)
        ids, score = ids[good], score[good]
        if len(ids) > COMPARED:
            best = score >= np.partition(score, -COMPARED)[-COMPARED]
            ids, score = ids[best], score[best]
        found: list[int] = ids[np.lexsort((ids, -score))[:COMPARED]].tolist()
        return found

    def _lists(self, new: Telling) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Who holds the article's heaviest terms, and how much that counts."""
        most = max(COMMON_LEAST, int(COMMON * len(self.tellings)))
        held = [(len(held), key, weight) for key, weight in self._probes(new.terms) if (held := self._holders.get(key))]
        lists, shares, sizes, total = [], [], [], 0
        for size, key, weight in sorted(held):
            if size > most or total > READ:
                break
            lists.append(np.frombuffer(self._holders[key], dtype=np.int64))
            shares.append(weight / GRAIN)
            sizes.append(size)
            total += size
        if not lists:
            return np.zeros(0, dtype=np.int64), np.zeros(0)
        held_by = np.concatenate(lists)
        return held_by >> GRAIN_BITS, (held_by & (GRAINS - 1)) * np.repeat(shares, sizes)

    def _probes(self, given: Terms) -> list[tuple[int, float]]:
        """The terms an article is looked up by; `add` asks for what `neighbours` just asked for."""
        if self._probed is None or self._probed[0] is not given:
            self._probed = given, probes(given)
        return self._probed[1]

    def _known_cosines(self, telling: Telling, others: Sequence[int]) -> NDArray[np.float64]:
        """The cosines, without counting again what `neighbours` just counted."""
        id, known, compared = self._cosines
        if id == telling.id and known.keys() >= set(others):
            return compared[[known[other] for other in others]]
        return likeness(telling.terms, (self.tellings[other].terms for other in others))

    def features(self, id: int, others: Sequence[int]) -> NDArray[np.float64]:
        """A row of FEATURES for an article of the window and each of its neighbours among these. Days are UNDATED where
        one of two does not say when it was published, TIMELESS where most do not."""
        telling = self.tellings[id]
        alike = np.array([self.edges[id].get(other, 0.0) for other in others])
        ours = self.context(id)
        theirs = np.array([self.context(other) for other in others])
        first = alike / ours[0], alike / theirs[:, 0]
        sixth = alike / ours[1], alike / theirs[:, 1]
        there = [self.tellings[other] for other in others]
        undated = UNDATED if 2 * self._dated > len(self.tellings) else TIMELESS
        days = [abs(telling.moment - one.moment) if telling.dated and one.dated else undated for one in there]
        words = np.log1p(np.minimum([one.words for one in there], telling.words))
        alike_by_field = self._known_cosines(telling, others)
        return np.column_stack(
            (
                alike_by_field, self._shares(telling, there, alike_by_field), alike, np.minimum(*first), np.maximum(*first),
                np.minimum(*sixth), np.maximum(*sixth), np.round(days), words,
            )
        )  # fmt: skip

    def _shares(self, one: Telling, others: Sequence[Telling], alike: NDArray[np.float64]) -> NDArray[np.float64]:
        """What they share of who, where and figures, of all that they could; -1 where one of them has none."""
        could = np.minimum(self._could[one.id], np.array([self._could[other.id] for other in others]))
        return np.where(could > 0, alike[:, MEANT] / np.maximum(could, 1e-9), -1.0)

    def context(self, id: int) -> tuple[float, float]:
        """The highest and the sixth highest resemblance an article has with any other of its days."""
        best = self._near[id]
        sixth = best[-1] if len(best) == NEIGHBOURS else 0.0
        return max(best[0] if best else 0.0, LEAST), max(sixth, LEAST)


def together(one: Telling, other: Telling) -> bool:
    """Whether two articles are of the same days, as far as their dates are known."""
    return not (one.dated and other.dated) or abs(one.moment - other.moment) <= NEAR_DAYS


def differ(one: Telling, other: Telling) -> bool:
    """Whether two articles are known to be in two languages."""
    return bool(one.language and other.language and one.language != other.language)


def _insert(best: list[float], value: float) -> None:
    """Adds a value to the highest ones, in falling order."""
    if len(best) < NEIGHBOURS or value > best[-1]:
        best.append(value)
        best.sort(reverse=True)
        del best[NEIGHBOURS:]


def resemblance(compared: NDArray[np.float64], other: NDArray[np.bool_]) -> NDArray[np.float64]:
    """One number of the fields' likeness: words and lead, or who, where and how many where the languages differ."""
    meant = np.minimum(compared[:, MEANT], MUCH) / MUCH
    same = np.maximum((compared[:, ALL] + compared[:, LEAD]) / 2, (compared[:, NAMES] + meant[:, -1]) / 3)
    return np.where(other, meant.mean(axis=1), same)


def probes(given: Terms) -> list[tuple[int, float]]:
    """The terms an article is looked up by."""
    order = np.lexsort((given.hashes, -given.weights, given.field))
    starts = np.searchsorted(given.field[order], PROBED)
    ends = np.searchsorted(given.field[order], PROBED, "right")
    parts = [
        order[start : min(start + most, end)]
        for start, end, most in zip(starts.tolist(), ends.tolist(), PROBES.values(), strict=True)
    ]
    chosen = np.concatenate(parts)
    weights = given.weights[chosen].astype(np.float32) * SCALES[given.field[chosen]]
    return list(zip(given.hashes[chosen].tolist(), weights.tolist(), strict=True))
