"""The commonest values of a facet that has too many to count all: which they are, and how often, exactly, on every engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from broadsheet.search.mapping import FACETS, NAMED, ordered

MOST = 100
"""Values told of a facet."""
BROAD = 1000
"""Values asked of each part of an index (a segment, a shard) at first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What an engine says of a facet, its parts taken together."""

    counts: list[tuple[str, int]]
    """The commonest first. A part that had a value but not among its own commonest did not count it."""
    missed: int
    """By how much a count may be too small at most; 0 where the parts told all that matters."""
    others: int
    """Documents under values that are not among them."""


Ask = Callable[[str, Sequence[str]], Counted]
"""Asks the engine once more, for some values of a facet alone: no part leaves any of them out."""


def told(answer: Mapping[str, Any], ask: Ask) -> dict[str, tuple[tuple[str, int], ...]]:
    """All facets of an answer."""
    found = {name: counted(answer[name]) for name in FACETS}
    return {
        name: leading(name, one, ask) if name in NAMED else ordered(name, one.counts) for name, one in found.items()
    }


def leading(facet: str, found: Counted, ask: Ask) -> tuple[tuple[str, int], ...]:
    """The commonest values with their numbers: a true beginning of the whole list, most first, equals by their letters.

    At most `MOST`. Where an index has more than `BROAD` values it may be shorter: a value stands here only if it is certain
    that none left out is as common.
    """
    counts = found.counts
    beyond = counts[-1][1] if counts and found.others else 0
    if found.missed:
        # Twice as many as are told: some are not in their true place yet.
        chosen, left = counts[: 2 * MOST], counts[2 * MOST :]
        beyond = (left[0][1] if left else 0) + found.missed
        counts = ask(facet, [value for value, _ in chosen]).counts
    return ordered(facet, [pair for pair in counts if pair[1] > beyond])[:MOST]


def counted(found: Mapping[str, Any]) -> Counted:
    """An answer to `terms`, which both engines write alike."""
    return Counted(
        counts=buckets(found),
        missed=int(found["doc_count_error_upper_bound"]),
        others=int(found["sum_other_doc_count"]),
    )


def buckets(found: Mapping[str, Any]) -> list[tuple[str, int]]:
    """Values with their number of documents."""
    return [(str(bucket["key"]), int(bucket["doc_count"])) for bucket in found["buckets"]]
