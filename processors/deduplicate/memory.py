"""The past of `deduplicate` in memory: what the filter uses in place of PostgreSQL."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime

from broadsheet.storage.shingles import Mark, Twin, week_of
from broadsheet.storage.sieve import Crowd, Keys


class MemoryShingles:
    """`ShingleTable` in dictionaries; about 6 KB for an article of 400 words."""

    def __init__(self) -> None:
        self._twins: dict[int, Twin] = {}
        self._owners: defaultdict[int, list[tuple[int, date]]] = defaultdict(list)
        self._by_exact: defaultdict[int, set[int]] = defaultdict(set)
        self._by_fold: defaultdict[int, set[int]] = defaultdict(set)
        self._stock: dict[int, Crowd] = {}
        self._overrules: dict[tuple[int, int], bool] = {}

    def holdings(self, keys: Keys, since: datetime, until: datetime) -> list[tuple[int, int]]:
        low, high = week_of(since), week_of(until)
        return [
            (key, owner) for key in keys.tolist() for owner, week in self._owners.get(key, ()) if low <= week <= high
        ]

    def stock(self) -> dict[int, Crowd]:
        return self._stock

    def marks(self, ids: Sequence[int]) -> dict[int, Mark]:
        return {id: self._twins[id].mark for id in ids if id in self._twins}

    def twins(self, ids: Sequence[int]) -> dict[int, Twin]:
        return {id: self._twins[id] for id in ids if id in self._twins}

    def members(self, folds: Sequence[int]) -> list[Mark]:
        return [self._twins[id].mark for fold in folds for id in sorted(self._by_fold.get(fold, ()))]

    def same_text(self, exact: Sequence[int]) -> list[Mark]:
        return [self._twins[id].mark for value in set(exact) for id in sorted(self._by_exact.get(value, ()))]

    def merged_into(self, id: int) -> list[int]:
        return sorted(twin.id for twin in self._twins.values() if twin.into_id == id)

    def put(self, twins: Sequence[Twin], new: Collection[int] = ()) -> None:
        del new
        for twin in twins:
            if gone := self._twins.pop(twin.id, None):
                self._by_exact[gone.exact].discard(twin.id)
                self._by_fold[gone.fold].discard(twin.id)
            self._twins[twin.id] = twin
            self._by_exact[twin.exact].add(twin.id)
            self._by_fold[twin.fold].add(twin.id)

    def add(self, keys: Mapping[int, Collection[int]], weeks: Mapping[int, date]) -> None:
        for owner, some in keys.items():
            for key in some:
                self._owners[key].append((owner, weeks[owner]))

    def drop(self, keys: Mapping[int, Collection[int]], weeks: Mapping[int, date]) -> None:
        for owner, some in keys.items():
            for key in some:
                self._owners[key].remove((owner, weeks[owner]))

    def overrules(self, ids: Sequence[int]) -> dict[tuple[int, int], bool]:
        wanted = set(ids)
        return {pair: same for pair, same in self._overrules.items() if wanted & set(pair)}

    def overrule(self, one: int, other: int, same: bool | None) -> None:
        """An operator's word on two articles; None takes it back."""
        pair = min(one, other), max(one, other)
        if same is None:
            self._overrules.pop(pair, None)
        else:
            self._overrules[pair] = same
