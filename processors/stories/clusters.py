"""Average linkage on a sparse graph: the stories that all pairs of articles together speak for."""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from processors.stories.overrules import Overrules

MERGE = 0.35
"""Mean probability between two groups from which they are one story (chosen by cross-validation)."""
SILENT = 0.25
"""Weight of a pair in two languages that does not agree: most texts name too little to agree in another language."""

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How the chance of two groups falls with the time between them."""

    days: float
    """From so many days on they are never joined."""
    quiet: float
    """Days of silence that say nothing, where times are known to the hour."""
    episode: float
    """Days of silence after which no more is lost."""
    left: float
    """What is left of the chance then."""


EVENT = Pace(days=14.0, quiet=0.4, episode=0.65, left=0.35)
"""Reports of one event follow each other; after the silence of a night comes the affair's next event."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What else is known of an article when groups are made."""

    language: str | None = None
    moment: float | None = None
    """Days; None where it has no date."""
    timed: bool = False


PLAIN = Mark()
NONE = Overrules()


def linked(
    ids: Iterable[int],
    chances: Mapping[Pair, float],
    merge: float = MERGE,
    marks: Mapping[int, Mark] | None = None,
    overrules: Overrules = NONE,
    pace: Pace = EVENT,
) -> list[list[int]]:
    """The groups that are left when the two groups with the highest mean chance have been joined until none reaches
    `merge`. A pair without a chance counts as 0, and less where its languages differ. Deterministic: ties go to the
    lower ids."""
    groups = Groups(ids, chances, marks or {}, pace)
    groups.obey(overrules)
    heap = [
        (-mean, one, other, groups.size(one), groups.size(other))
        for one in sorted(groups.members)
        for other in sorted(groups.sums[one])
        if one < other and (mean := groups.mean(one, other)) >= merge
    ]
    heapq.heapify(heap)
    while heap:
        _, one, other, size, other_size = heapq.heappop(heap)
        if groups.size(one) != size or groups.size(other) != other_size:
            continue
        groups.join(one, other)
        for neighbour in groups.sums[one]:
            mean = groups.mean(one, neighbour)
            if mean >= merge:
                low, high = min(one, neighbour), max(one, neighbour)
                heapq.heappush(heap, (-mean, low, high, groups.size(low), groups.size(high)))
    return [sorted(group) for group in groups.members.values()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """When a group's articles are from, as far as they say."""

    first: float
    last: float
    timed: bool

    @staticmethod
    def of(mark: Mark) -> Span | None:
        """That of one article; None where it has no date."""
        if mark.moment is None:
            return None
        return Span(first=mark.moment, last=mark.moment, timed=mark.timed)

    @staticmethod
    def over(spans: Iterable[Span | None]) -> Span | None:
        """That of several groups together."""
        known = [span for span in spans if span is not None]
        if not known:
            return None
        return Span(
            first=min(span.first for span in known),
            last=max(span.last for span in known),
            timed=all(span.timed for span in known),
        )


def in_time(ours: Span | None, theirs: Span | None, pace: Pace = EVENT) -> float:
    """What is left of the chance of two groups after the time between them; all of it where they overlap, or where one
    has no date."""
    if ours is None or theirs is None:
        return 1.0
    gap = max(theirs.first - ours.last, ours.first - theirs.last)
    # An article without a date never ties together what is of different times.
    if gap > pace.days:
        return 0.0
    if not (ours.timed and theirs.timed) or gap <= pace.quiet:
        return 1.0
    return 1.0 - (1.0 - pace.left) * min(1.0, (gap - pace.quiet) / (pace.episode - pace.quiet))


class Groups:
    """Groups of articles with the sums of the chances between them."""

    def __init__(
        self, ids: Iterable[int], chances: Mapping[Pair, float], marks: Mapping[int, Mark], pace: Pace
    ) -> None:
        those = {id: marks.get(id, PLAIN) for id in sorted(ids)}
        self.pace = pace
        self.members = {id: [id] for id in those}
        self.tongues = {id: Counter([mark.language]) for id, mark in those.items()}
        """Articles in each language; None where it is not known, which is like all others' None."""
        self.spans = {id: Span.of(mark) for id, mark in those.items()}
        self.apart: defaultdict[int, set[int]] = defaultdict(set)
        """Group -> groups it is never joined to."""
        self.sums: defaultdict[int, dict[int, tuple[float, int]]] = defaultdict(dict)
        """Group -> group: sum of the chances, and pairs in two languages that have one."""
        for (one, other), chance in sorted(chances.items()):
            across = int(those[one].language != those[other].language)
            self.sums[one][other] = self.sums[other][one] = (chance, across)

    def size(self, group: int) -> int:
        """Its articles; 0 where it was joined to another."""
        return len(self.members.get(group, ()))

    def mean(self, one: int, other: int) -> float:
        """Mean chance between two groups, less where time passed between them."""
        if other in self.apart[one]:
            return 0.0
        total, spoken = self.sums[one][other]
        counts = self.tongues[other]
        alike = sum(count * counts[tongue] for tongue, count in self.tongues[one].items())
        silent = self.size(one) * self.size(other) - alike - spoken
        return total / (alike + spoken + SILENT * silent) * in_time(self.spans[one], self.spans[other], self.pace)

    def obey(self, overrules: Overrules) -> None:
        """Joins what an operator put together, and keeps apart what he took apart."""
        for group in overrules.groups():
            first, *rest = sorted(id for id in group if id in self.members) or [0]
            for id in rest:
                self.join(first, id)
        for id in list(self.members):
            for other in overrules.other(id):
                if other in self.members:
                    self.apart[id].add(other)

    def join(self, one: int, other: int) -> None:
        """Takes a group into another."""
        self.members[one] += self.members.pop(other)
        self.tongues[one] += self.tongues.pop(other)
        self.spans[one] = Span.over([self.spans[one], self.spans.pop(other)])
        for third in self.apart.pop(other, set()):
            self.apart[third].discard(other)
            self.apart[third].add(one)
            self.apart[one].add(third)
        for neighbour, (total, spoken) in self.sums.pop(other, {}).items():
            del self.sums[neighbour][other]
            if neighbour != one:
                before, before_spoken = self.sums[one].get(neighbour, (0.0, 0))
                self.sums[one][neighbour] = self.sums[neighbour][one] = (before + total, before_spoken + spoken)
