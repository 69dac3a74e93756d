"""Storylines: the running affair above its events, by the actors and places they share over time; nothing is learned."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

import numpy as np

from processors.stories.terms import EMPTY, Terms

ALIKE = 0.4
"""Cosine of an event's names with those of the affair so far from which it belongs to it."""
SHARED = 3
"""Names that both must have at least: two persons alone meet in many affairs."""
PROFILE = 40
"""Names an affair is known by."""


class Affairs:
    """The storylines with the names they are known by."""

    def __init__(self) -> None:
        self.profiles: dict[int, Terms] = {}
        self.events: defaultdict[int, int] = defaultdict(int)
        self.changed: set[int] = set()
        self._holders: defaultdict[int, set[int]] = defaultdict(set)

    def place(self, names: Terms, number: Callable[[], int]) -> int:
        """The storyline of a new event with these names."""
        best, score = None, ALIKE
        for line in self._near(names):
            found, shared = likeness(names, self.profiles[line])
            if shared >= SHARED and found > score:
                best, score = line, found
        line = number() if best is None else best
        self.know(line, blended(self.profiles.get(line, EMPTY), self.events[line], names), self.events[line] + 1)
        self.changed.add(line)
        return line

    def know(self, line: int, profile: Terms, events: int) -> None:
        """Takes in a storyline as it is known now."""
        for key in self.profiles.get(line, EMPTY).hashes.tolist():
            self._holders[key].discard(line)
        for key in profile.hashes.tolist():
            self._holders[key].add(line)
        self.profiles[line] = profile
        self.events[line] = events

    def _near(self, names: Terms) -> list[int]:
        """Storylines that share enough of the names."""
        counts: defaultdict[int, int] = defaultdict(int)
        for key in names.hashes.tolist():
            for line in self._holders.get(key, ()):
                counts[line] += 1
        return sorted(line for line, count in counts.items() if count >= SHARED)


def likeness(one: Terms, other: Terms) -> tuple[float, int]:
    """Cosine of two sets of names, and how many they share."""
    _, left, right = np.intersect1d(one.hashes, other.hashes, assume_unique=True, return_indices=True)
    return float((one.weights[left] * other.weights[right]).sum()), len(left)


def blended(profile: Terms, events: int, names: Terms) -> Terms:
    """The affair's names after one more event."""
    hashes = np.union1d(profile.hashes, names.hashes)
    weights = np.zeros(len(hashes), dtype=np.float32)
    weights[np.searchsorted(hashes, profile.hashes)] += profile.weights * events
    weights[np.searchsorted(hashes, names.hashes)] += names.weights
    chosen = np.sort(np.argsort(-weights, kind="stable")[:PROFILE])
    length = float(np.sqrt((weights[chosen] ** 2).sum()))
    return Terms(hashes=hashes[chosen], weights=weights[chosen] / length) if length > 0 else EMPTY
