"""Storylines: the running affair above its events, by the actors, places and words they share over time; nothing is
learned."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from processors.stories.clusters import NONE, Mark, Pace, linked
from processors.stories.overrules import Overrules
from processors.stories.terms import ALL, FIELDS, TITLE, WHERE, WHO, Terms, shared

ALIKE = 0.18
"""Likeness of two events, or of an event and the affair so far, from which they belong together."""
SHARES = {WHO: 0.7, WHERE: 0.7, ALL: 1.0, TITLE: 0.7}
"""What counts for likeness, and how much: actors and places as much as all words, headlines beside them."""
RANK = np.zeros(len(FIELDS), dtype=np.int64)
RANK[list(SHARES)] = np.arange(1, len(SHARES) + 1)
"""Field -> its place in SHARES, from 1 on; 0 for those that do not count."""
SHARE = np.array([0.0, *SHARES.values()])
PROFILE = 140
"""Terms an affair is known by."""
INDEXED = 16
"""Of these, the heaviest ones it is found by."""
CROWD = 400
"""Affairs or events that have a term in common from which on nothing is found by it."""
NEAREST = 12
"""Events that an event is compared with, those that share the heaviest terms."""
PAUSE = 90.0
"""Days without an event after which an affair is over: what comes later is another one."""
AFFAIR = Pace(days=PAUSE, quiet=PAUSE, episode=2 * PAUSE, left=1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """Actors, places and words of an event or an affair: hashes in ascending order, and their weights."""

    hashes: NDArray[np.uint32]
    weights: NDArray[np.float32]
    length: float
    heaviest: tuple[int, ...]
    """The terms it is found by."""


def known_by(hashes: NDArray[np.uint32], weights: NDArray[np.float32]) -> Names:
    """Names of these terms, the heaviest of them where there are many; hashes in ascending order."""
    order = np.lexsort((hashes, -weights))[:PROFILE]
    if len(order) < len(hashes):
        chosen = np.sort(order)
        heaviest, hashes, weights = hashes[order[:INDEXED]], hashes[chosen], weights[chosen]
    else:
        heaviest = hashes[order[:INDEXED]]
    length = float(np.sqrt(np.square(weights, dtype=np.float64).sum()))
    return Names(hashes=hashes, weights=weights, length=length, heaviest=tuple(heaviest.tolist()))


EMPTY = known_by(np.zeros(0, dtype=np.uint32), np.zeros(0, dtype=np.float32))


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A storyline as it is known."""

    profile: Names
    events: int
    first: float | None
    """Days since 1970 of its first event; None where no event has a date."""
    last: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A story, as affairs see it."""

    story: int
    names: Names
    moment: float | None
    """Days since 1970 of its first article; None where none has a date."""


NEW = Line(profile=EMPTY, events=0, first=None, last=None)


class Affairs:
    """The storylines with the names they are known by."""

    def __init__(self) -> None:
        self.lines: dict[int, Line] = {}
        self.changed: set[int] = set()
        self._holders: defaultdict[int, set[int]] = defaultdict(set)

    def place(
        self, event: Event, lines: Mapping[int, int], number: Callable[[], int], overrules: Overrules = NONE
    ) -> int:
        """The storyline of a new event; `lines` has those of the others."""
        line = min((lines[story] for story in overrules.same(event.story) if story in lines), default=None)
        if line is None:
            never = {lines[story] for story in overrules.other(event.story) if story in lines}
            line = self.best(event.names, event.moment, never)
        if line is None:
            line = number()
        self.enter(line, event.names, event.moment)
        return line

    def best(self, names: Names, moment: float | None, never: Collection[int] = ()) -> int | None:
        """The storyline that an event with these names belongs to, of those that exist."""
        lines = sorted(
            line for line in _sharing(names, self._holders) if line not in never and in_time(self.lines[line], moment)
        )
        alike = likeness(names, [self.lines[line].profile for line in lines])
        best = int(np.argmax(alike)) if lines else 0
        return lines[best] if lines and alike[best] > ALIKE else None

    def arrange(
        self,
        events: Iterable[Event],
        before: Mapping[int, int],
        kept: Collection[int],
        number: Callable[[], int],
        overrules: Overrules = NONE,
    ) -> dict[int, int]:
        """The storylines of these events, told anew all together; `kept` are storylines that have other events and
        stay. A storyline keeps its id where most of its events are."""
        movable = {event.story: event for event in events if before[event.story] not in kept}
        for line in {before[story] for story in movable}:
            self.leave(line)
        groups = grouped(movable, overrules)
        names = _named(groups, before)
        found: dict[int, int] = {}
        for index, group in enumerate(groups):
            told = [movable[story] for story in group]
            older = self._joined(told, found, overrules)
            line = older if older is not None else names.get(index) or number()
            for event in told:
                self.enter(line, event.names, event.moment)
                found[event.story] = line
        return found

    def _joined(self, told: Sequence[Event], found: Mapping[int, int], overrules: Overrules) -> int | None:
        """The storyline with older events that a group of events goes on with."""
        profile = EMPTY
        for place, event in enumerate(told):
            profile = blended(profile, place, event.names)
        never = {found[other] for event in told for other in overrules.other(event.story) if other in found}
        return self.best(profile, min((one.moment for one in told if one.moment is not None), default=None), never)

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
        for key in self.lines.get(line, NEW).profile.heaviest:
            self._holders[key].discard(line)
        for key in known.profile.heaviest:
            self._holders[key].add(line)
        self.lines[line] = known


def grouped(events: Mapping[int, Event], overrules: Overrules = NONE) -> list[list[int]]:
    """Stories by affair: average linkage of their likeness, as far as no pause lies between them."""
    holders: defaultdict[int, set[int]] = defaultdict(set)
    for story, event in events.items():
        for key in event.names.heaviest:
            holders[key].add(story)
    alike: dict[tuple[int, int], float] = {}
    for story, event in events.items():
        others = [other for other in _sharing(event.names, holders) if other != story]
        found = likeness(event.names, [events[other].names for other in others]).tolist()
        alike.update(
            ((min(story, other), max(story, other)), value) for other, value in zip(others, found, strict=True)
        )
    marks = {story: Mark(moment=event.moment) for story, event in events.items()}
    return linked(events, alike, ALIKE, marks, overrules, AFFAIR)


def _sharing(names: Names, holders: Mapping[int, set[int]]) -> list[int]:
    """Those that have its heaviest terms, the most of them first."""
    counts: Counter[int] = Counter()
    for key in names.heaviest:
        held = holders.get(key, set())
        if len(held) <= CROWD:
            counts.update(held)
    ids = np.fromiter(counts, dtype=np.int64, count=len(counts))
    often = np.fromiter(counts.values(), dtype=np.int64, count=len(counts))
    found: list[int] = ids[np.lexsort((ids, -often))[: NEAREST + 1]].tolist()
    return found


def _named(groups: Sequence[Sequence[int]], before: Mapping[int, int]) -> dict[int, int]:
    """Place of a group -> the storyline that most of it had; each storyline once."""
    shares = Counter((index, before[story]) for index, group in enumerate(groups) for story in group)
    names: dict[int, int] = {}
    for (index, line), _ in sorted(shares.items(), key=lambda item: (-item[1], item[0][1], item[0][0])):
        if index not in names and line not in names.values():
            names[index] = line
    return names


def in_time(line: Line, moment: float | None) -> bool:
    """Whether an affair was running, or paused for not too long."""
    if moment is None or line.first is None or line.last is None:
        return True
    return line.first - PAUSE <= moment <= line.last + PAUSE


def names_of(articles: Iterable[Terms]) -> Names:
    """Actors, places and words of an event's articles, each as much as in the article that has most of it."""
    those = [terms for terms in articles if len(terms.hashes)]
    if not those:
        return EMPTY
    rank = RANK[np.concatenate([terms.field for terms in those])]
    chosen = np.flatnonzero(rank)
    rank = rank[chosen]
    weights = np.concatenate([terms.weights for terms in those])[chosen].astype(np.float64)
    # The heaviest of each term of a field comes last, and of a hash that two fields have, the later field's.
    hashes = np.concatenate([terms.hashes for terms in those])[chosen]
    if len(those) > 1:
        order = np.lexsort((weights, rank, hashes))
        hashes, rank, weights = hashes[order], rank[order], weights[order]
        last = np.append((hashes[1:] != hashes[:-1]) | (rank[1:] != rank[:-1]), True)
        hashes, rank, weights = hashes[last], rank[last], weights[last]
    lengths = np.sqrt(np.bincount(rank, weights * weights, minlength=len(SHARE)))
    found = SHARE[rank] * weights / np.where(lengths > 0, lengths, 1.0)[rank]
    kept = np.append(hashes[1:] != hashes[:-1], True)[: len(hashes)] & (lengths[rank] > 0)
    return known_by(hashes[kept], found[kept].astype(np.float32))


def likeness(one: Names, others: Sequence[Names]) -> NDArray[np.float64]:
    """Cosine with each of these."""
    if not others or not len(one.hashes):
        return np.zeros(len(others))
    at, hit = shared(one.hashes, np.concatenate([other.hashes for other in others]))
    product = np.concatenate([other.weights for other in others])[hit] * one.weights[at]
    owner = np.searchsorted(np.cumsum([len(other.hashes) for other in others]), hit, "right")
    lengths = np.array([one.length * other.length for other in others])
    total = np.bincount(owner, weights=product, minlength=len(others))
    return np.asarray(total / np.maximum(lengths, 1e-9))


def blended(profile: Names, events: int, names: Names) -> Names:
    """The affair's names after one more event: the mean of its events'."""
    if not events:
        return names
    hashes = np.union1d(profile.hashes, names.hashes)
    weights = np.zeros(len(hashes), dtype=np.float32)
    weights[np.searchsorted(hashes, profile.hashes)] += profile.weights * events
    weights[np.searchsorted(hashes, names.hashes)] += names.weights
    return known_by(hashes, weights / np.float32(events + 1))
