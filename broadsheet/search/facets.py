"""The commonest values of a facet that has too many to count all: which they are, and how often, exactly, on every engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from broadsheet.search.mapping import FACETS, NAMED, ordered

MOST = 100
"""Values told of a facet."""
ASKED = 2 * MOST
"""Values that are counted again where the first count is not sure: some of the first are not in their true place yet."""
BROAD = 1000
"""Values asked of each segment of an index at first."""

Counts = list[tuple[str, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What an engine says of a facet, its parts taken together."""

    counts: Counts
    """The commonest first. A part that had a value but not among its own commonest did not count it."""
    missed: int
    """By how much a count may be too small at most; 0 where the parts told all that matters."""
    others: int
    """Documents under values that are not among them."""
    sure: frozenset[str] = frozenset()
    """Values that are known to be counted by every part, where the engine says so."""


Ask = Callable[[Mapping[str, Sequence[str]]], Mapping[str, Counts]]
"""Asks the engine once more, for some values of some facets alone: no part leaves any of them out."""


def told(answer: Mapping[str, Any], ask: Ask) -> dict[str, tuple[tuple[str, int], ...]]:
    """All facets of an answer."""
    found = {name: counted(answer[name]) for name in FACETS}
    asked = {name: values for name in NAMED if (values := unsure(found[name]))}
    exact = ask(asked) if asked else {}
    return {
        name: leading(name, one, exact.get(name, ())) if name in NAMED else ordered(name, one.counts)
        for name, one in found.items()
    }


def unsure(found: Counted) -> list[str]:
    """Those of the first `ASKED` values whose numbers may be too small."""
    return [value for value, _ in found.counts[:ASKED] if value not in found.sure] if found.missed else []


def leading(facet: str, found: Counted, exact: Sequence[tuple[str, int]]) -> tuple[tuple[str, int], ...]:
    """The commonest values with their numbers: a true beginning of the whole list, most first, equals by their letters.

    `exact`: the true numbers of those that are `unsure`. At most `MOST` values are told. Where the parts of an index have
    more than they are asked for it may be fewer: a value stands here only if it is certain that none left out is as common.
    """
    if not found.missed:
        beyond = found.counts[-1][1] if found.counts and found.others else 0
        return ordered(facet, [pair for pair in found.counts if pair[1] > beyond])[:MOST]
    left = found.counts[ASKED : ASKED + 1]
    beyond = (left[0][1] if left else 0) + found.missed
    true = {**dict(found.counts[:ASKED]), **dict(exact)}
    return ordered(facet, [pair for pair in true.items() if pair[1] > beyond])[:MOST]


def counted(found: Mapping[str, Any]) -> Counted:
    """An answer to `terms`, which both engines write alike."""
    return Counted(
        counts=buckets(found),
        missed=int(found["doc_count_error_upper_bound"]),
        others=int(found["sum_other_doc_count"]),
        sure=frozenset(str(one["key"]) for one in found["buckets"] if one.get("doc_count_error_upper_bound") == 0),
    )


def buckets(found: Mapping[str, Any]) -> Counts:
    """Values with their number of documents."""
    return [(str(bucket["key"]), int(bucket["doc_count"])) for bucket in found["buckets"]]
