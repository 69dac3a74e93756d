"""Which values of a facet are told: never one that something left out might be as common as."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence

import pytest

from broadsheet.search import facets
from broadsheet.search.facets import Counted, leading, unsure


def parts_of(chance: random.Random) -> list[Counter[str]]:
    """Some segments, with values that are common in one and rare in another."""
    return [
        Counter({f"v{n}": chance.choice([1, 1, 2, 40]) + chance.randrange(300) // (n + 1) for n in chance.sample(range(60), 45)})
        for _ in range(3)
    ]  # fmt: skip


def answered(parts: Sequence[Counter[str]], broad: int, says_so: bool) -> Counted:
    """What an engine says that hears only the commonest of each segment, and tells only the commonest of those."""
    heard = [sorted(part.items(), key=lambda pair: (-pair[1], pair[0]))[:broad] for part in parts]
    whole: Counter[str] = Counter()
    for pairs in heard:
        whole.update(dict(pairs))
    counts = sorted(whole.items(), key=lambda pair: (-pair[1], pair[0]))[:broad]
    missed = sum(pairs[-1][1] for pairs, part in zip(heard, parts, strict=True) if len(part) > broad)
    others = sum(map(Counter.total, parts)) - sum(n for _, n in counts)
    told_by_all = {value for value, _ in counts if all(value in dict(pairs) for pairs in heard)}
    return Counted(counts=counts, missed=missed, others=others, sure=frozenset(told_by_all if says_so else ()))


@pytest.mark.parametrize("broad", [10, 30, 59, 60, 200])
def test_what_is_told_is_the_beginning_of_the_true_list(broad: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(facets, "MOST", 8)
    monkeypatch.setattr(facets, "ASKED", 16)
    for seed in range(50):
        parts = parts_of(random.Random(seed))
        true = sum(parts, Counter[str]())

        found = answered(parts, broad, says_so=seed % 2 == 1)
        exact = [(value, true[value]) for value in unsure(found)]
        told = leading("people", found, exact)
        ranked = sorted(true.items(), key=lambda pair: (-pair[1], pair[0]))
        assert list(told) == ranked[: len(told)]
        assert len(told) == 8 or broad < 60
