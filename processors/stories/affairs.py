"""Storylines: the running affair above its events, by the actors and places they share over time; nothing is learned."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from processors.stories.terms import WHERE, WHO, Terms

ALIKE = 0.36
"""Cosine of an event's actors and places with those of the affair so far from which it belongs to it."""
SHARED = 2
"""Actors and places that both must have at least: a town alone has many affairs."""
PROFILE = 40
"""Actors and places an affair is known by."""
PAUSE = 90.0
"""Days without an event after which an affair is over: what comes later is another one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """Actors and places of an event or an affair: hashes in ascending order, and their weights."""

    hashes: NDArray[np.uint32]
    weights: NDArray[np.float32]


EMPTY = Names(hashes=np.zeros(0, dtype=np.uint32), weights=np.zeros(0, dtype=np.float32))


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A storyline as it is known."""

    profile: Names
    events: int
    first: float | None
    """Days since 1970 of its first event; None where no event has a date."""
    last: float | None


NEW = Line(profile=EMPTY, events=0, first=None, last=None)


class Affairs:
    """The storylines with the names they are known by."""

    def __init__(self) -> None:
        self.lines: dict[int, Line] = {}
        self.changed: set[int] = set()
        self._holders: defaultdict[int, set[int]] = defaultdict(set)

    def place(self, names: Names, moment: float | None, number: Callable[[], int], never: Collection[int] = ()) -> int:
        """The storyline of a new event with these names."""
        line = self.best(names, moment, never)
        if line is None:
            line = number()
        self.enter(line, names, moment)
        return line

    def best(self, names: Names, moment: float | None, never: Collection[int] = ()) -> int | None:
        """The storyline that an event with these names belongs to, of those that exist."""
        best, score = None, ALIKE
        for line in self._near(names):
            known = self.lines[line]
            found, shared = likeness(names, known.profile)
            if shared >= SHARED and found > score and line not in never and in_time(known, moment):
                best, score = line, found
        return best

    def enter(self, line: int, names: Names, moment: float | None) -> None:
        """Adds an event to a storyline."""
        before = self.lines.get(line, NEW)
        moments = [one for one in (before.first, before.last, moment) if one is not None]
        self.know(
            line,
            Line(
                profile=blended(before.profile, before.events, names),
                events=before.events + 1,
                first=min(moments, default=None),
                last=max(moments, default=None),
            ),
        )
        self.changed.add(line)

    def leave(self, line: int) -> None:
        """Takes the only event of a storyline out of it."""
        self.know(line, NEW)
        self.changed.add(line)

    def know(self, line: int, known: Line) -> None:
        """Takes in a storyline as it is known now."""
        for key in self.lines.get(line, NEW).profile.hashes.tolist():
            self._holders[key].discard(line)
        for key in known.profile.hashes.tolist():
            self._holders[key].add(line)
        self.lines[line] = known

    def _near(self, names: Names) -> list[int]:
        """Storylines that share enough of the names."""
        counts: defaultdict[int, int] = defaultdict(int)
        for key in names.hashes.tolist():
            for line in self._holders.get(key, ()):
                counts[line] += 1
        return sorted(line for line, count in counts.items() if count >= SHARED)


def in_time(line: Line, moment: float | None) -> bool:
    """Whether an affair was running, or paused for not too long."""
    if moment is None or line.first is None or line.last is None:
        return True
    return line.first - PAUSE <= moment <= line.last + PAUSE


def names_of(articles: Iterable[Terms]) -> Names:
    """The actors and places of an event's articles, each as much as in the article that has most of it."""
    found: dict[int, float] = {}
    for terms in articles:
        chosen = (terms.field == WHO) | (terms.field == WHERE)
        for key, weight in zip(terms.hashes[chosen].tolist(), terms.weights[chosen].tolist(), strict=True):
            found[key] = max(found.get(key, 0.0), weight)
    keys = sorted(found)
    return Names(
        hashes=np.array(keys, dtype=np.uint32), weights=np.array([found[key] for key in keys], dtype=np.float32)
    )


def likeness(one: Names, other: Names) -> tuple[float, int]:
    """Cosine of two sets of names, and how many they share."""
    _, left, right = np.intersect1d(one.hashes, other.hashes, assume_unique=True, return_indices=True)
    lengths = float(np.linalg.norm(one.weights) * np.linalg.norm(other.weights))
    return (float((one.weights[left] * other.weights[right]).sum()) / lengths if lengths else 0.0), len(left)


def blended(profile: Names, events: int, names: Names) -> Names:
    """The affair's names after one more event: the mean of its events'."""
    hashes = np.union1d(profile.hashes, names.hashes)
    weights = np.zeros(len(hashes), dtype=np.float32)
    weights[np.searchsorted(hashes, profile.hashes)] += profile.weights * events
    weights[np.searchsorted(hashes, names.hashes)] += names.weights
    chosen = np.sort(np.argsort(-weights, kind="stable")[:PROFILE])
    return Names(hashes=hashes[chosen], weights=weights[chosen] / np.float32(events + 1))
