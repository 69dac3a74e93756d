"""The past of `deduplicate` in memory: what the filter uses in place of PostgreSQL."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from broadsheet.storage.shingles import Holding, Owner, Twin, week_of


class MemoryShingles:
    """`ShingleTable` in dictionaries; about 6 KB for an article of 400 words."""

    def __init__(self) -> None:
        self._twins: dict[int, Twin] = {}
        self._owners: defaultdict[int, list[tuple[int, date]]] = defaultdict(list)
        self._by_exact: defaultdict[int, set[int]] = defaultdict(set)
        self._by_fold: defaultdict[int, set[int]] = defaultdict(set)
        self._overrules: dict[tuple[int, int], bool] = {}

    def holdings(self, keys: Sequence[int], since: datetime, until: datetime) -> list[Holding]:
        low, high = week_of(since), week_of(until)
        return [
            Holding(key=key, owner=owner)
            for key in keys
            for owner, week in self._owners.get(key, ())
            if low <= week <= high
        ]

    def owners(self, ids: Sequence[int]) -> dict[int, Owner]:
        return {
            id: Owner(id=id, fold=twin.fold, host=twin.host, first_seen=twin.first_seen)
            for id, twin in self.twins(ids).items()
        }

    def twins(self, ids: Sequence[int]) -> dict[int, Twin]:
        return {id: self._twins[id] for id in ids if id in self._twins}

    def members(self, fold: int) -> list[Twin]:
        return [self._twins[id] for id in sorted(self._by_fold.get(fold, ()))]

    def same_text(self, exact: Sequence[int]) -> list[Twin]:
        return [self._twins[id] for value in set(exact) for id in sorted(self._by_exact.get(value, ()))]

    def put(self, twins: Sequence[Twin]) -> None:
        self.forget([twin.id for twin in twins])
        for twin in twins:
            self._twins[twin.id] = twin
            self._by_exact[twin.exact].add(twin.id)
            self._by_fold[twin.fold].add(twin.id)

    def add(self, holdings: Sequence[Holding], weeks: Mapping[int, date]) -> None:
        for holding in holdings:
            self._owners[holding.key].append((holding.owner, weeks[holding.owner]))

    def forget(self, ids: Sequence[int]) -> None:
        for id in ids:
            gone = self._twins.pop(id, None)
            if gone:
                self._by_exact[gone.exact].discard(id)
                self._by_fold[gone.fold].discard(id)

    def overrules(self, ids: Sequence[int]) -> dict[tuple[int, int], bool]:
        wanted = set(ids)
        return {pair: same for pair, same in self._overrules.items() if wanted & set(pair)}

    def overrule(self, one: int, other: int, same: bool) -> None:
        """An operator's word on two articles."""
        self._overrules[min(one, other), max(one, other)] = same
