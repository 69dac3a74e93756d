"""Average linkage on a sparse graph: the stories that all pairs of articles together speak for."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable, Mapping

MERGE = 0.4
"""Mean probability between two groups from which they are one story (chosen by cross-validation)."""


def linked(ids: Iterable[int], chances: Mapping[tuple[int, int], float], merge: float = MERGE) -> list[list[int]]:
    """The groups that are left when the two groups with the highest mean chance have been joined until none reaches
    `merge`. A pair without a chance counts as 0. Deterministic: ties go to the lower ids."""
    members = {id: [id] for id in sorted(ids)}
    sums: defaultdict[int, dict[int, float]] = defaultdict(dict)
    heap: list[tuple[float, int, int, int, int]] = []
    for (one, other), chance in sorted(chances.items()):
        sums[one][other] = sums[other][one] = chance
        if chance >= merge:
            heap.append((-chance, min(one, other), max(one, other), 1, 1))
    heapq.heapify(heap)
    while heap:
        _, one, other, size, other_size = heapq.heappop(heap)
        if len(members.get(one, ())) != size or len(members.get(other, ())) != other_size:
            continue
        members[one] += members.pop(other)
        _absorb(sums, one, other)
        for neighbour, total in sums[one].items():
            mean = total / (len(members[one]) * len(members[neighbour]))
            if mean >= merge:
                low, high = min(one, neighbour), max(one, neighbour)
                heapq.heappush(heap, (-mean, low, high, len(members[low]), len(members[high])))
    return [sorted(group) for group in members.values()]


def _absorb(sums: defaultdict[int, dict[int, float]], one: int, other: int) -> None:
    """Adds the sums of a group to those of another, which takes its place."""
    for neighbour, total in sums.pop(other).items():
        del sums[neighbour][other]
        if neighbour != one:
            sums[one][neighbour] = sums[neighbour][one] = sums[one].get(neighbour, 0.0) + total
