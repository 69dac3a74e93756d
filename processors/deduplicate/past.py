"""What a batch knows of the past: asked once, changed in memory, written at the end as the difference."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime

import numpy as np

from broadsheet.storage.shingles import WINDOW, Mark, ShingleTable, Twin, week_of
from broadsheet.storage.sieve import Crowd
from processors.deduplicate.compare import Text
from processors.deduplicate.words import keys_of

MOST_CROWDS = 200_000
CROWD_SECONDS = 300.0


class Past:
    """The stored articles, as this batch has left them so far."""

    def __init__(self, table: ShingleTable) -> None:
        self.table = table
        self.changed: dict[int, Twin] = {}
        """Articles that differ from what the table has."""
        self._stored: dict[int, Twin | None] = {}
        self._twins: dict[int, Twin | None] = {}
        self._marks: dict[int, Mark | None] = {}
        self._texts: dict[int, Text] = {}
        self._holders: dict[int, list[int]] = {}
        self._looked: set[int] = set()
        self._asked: set[int] = set()
        self._span: tuple[datetime, datetime] | None = None
        self._added: defaultdict[int, set[int]] = defaultdict(set)
        self._dropped: defaultdict[int, set[int]] = defaultdict(set)
        self._exact: dict[int, set[int]] = {}
        self.stock = table.stock()
        """Keys that so many hold that they are not looked up; `crowded` says for whom."""
        self._now = time.monotonic()

    def learn(self, ids: Iterable[int]) -> None:
        """Loads these articles with their words."""
        missing = [id for id in ids if id not in self._stored]
        if not missing:
            return
        found = self.table.twins(missing)
        for id in missing:
            self._stored[id] = found.get(id)
            self._twins.setdefault(id, found.get(id))

    def learn_marks(self, ids: Iterable[int]) -> None:
        """Loads these articles without their words."""
        missing = [id for id in ids if id not in self._twins and id not in self._marks]
        if missing:
            found = self.table.marks(missing)
            self._marks.update((id, found.get(id)) for id in missing)

    def learn_exact(self, values: Iterable[int]) -> None:
        """Loads who has these texts."""
        missing = [value for value in values if value not in self._exact]
        for value in missing:
            self._exact[value] = {id for id, twin in self._twins.items() if twin is not None and twin.exact == value}
        for mark in self.table.same_text(missing):
            self._meet(mark)
            self._exact[mark.exact].add(mark.id)

    def _meet(self, mark: Mark) -> None:
        """Takes a stored mark, where the batch has nothing newer."""
        if mark.id not in self._twins:
            self._marks.setdefault(mark.id, mark)

    def learn_keys(self, given: Sequence[tuple[Twin, Sequence[int]]], anew: bool = False) -> None:
        """Loads who holds these articles' keys, around the moments they were first seen; once an article, but for
        `anew`."""
        given = [(twin, keys) for twin, keys in given if anew or twin.id not in self._asked]
        if not given:
            return
        self._asked.update(twin.id for twin, _ in given)
        seen = [twin.first_seen for twin, _ in given]
        self._widen(min(seen) - WINDOW, max(seen) + WINDOW)
        assert self._span is not None
        wanted: set[int] = set()
        for twin, keys in given:
            wanted.update(keys)
            crowded = [key for key in keys if key in self.stock and self.crowded(key, twin)]
            wanted.difference_update(crowded)
        missing = wanted - self._looked
        if not missing:
            return
        self._looked |= missing
        holdings = self.table.holdings(np.fromiter(missing, dtype=np.int64, count=len(missing)), *self._span)
        for key, owner in holdings:
            holders = self._holders.setdefault(key, [])
            if owner not in holders and key not in self._dropped.get(owner, ()):
                holders.append(owner)
        self.learn_marks({owner for _, owner in holdings})

    def crowded(self, key: int, twin: Twin) -> bool:
        """Whether so many earlier articles around this new one hold a key that who they are makes no difference. A stored
        one may be among them."""
        crowd = self.stock.get(key)
        if crowd is None or twin.rank < crowd.rank or self._stored.get(twin.id) is not None:
            return False
        if crowd.until < self._now:
            del self.stock[key]
            return False
        return crowd.newest - WINDOW <= twin.first_seen <= crowd.oldest + WINDOW

    def remember_crowd(self, key: int, marks: Sequence[Mark]) -> None:
        """Notes that these hold a key, and are enough."""
        if len(self.stock) >= MOST_CROWDS:
            self.stock.clear()
        seen = [mark.first_seen for mark in marks]
        self.stock[key] = Crowd(max(mark.rank for mark in marks), min(seen), max(seen), self._now + CROWD_SECONDS)

    def _widen(self, since: datetime, until: datetime) -> None:
        """A wider window makes what was looked up in a narrower one worth nothing."""
        if self._span is None:
            self._span = (since, until)
        if since < self._span[0] or until > self._span[1]:
            self._span = (min(since, self._span[0]), max(until, self._span[1]))
            self._looked.clear()
            self._asked.clear()

    def twin(self, id: int) -> Twin | None:
        """The article as it is now; None for one that is unknown, or not decided yet."""
        if id not in self._twins:
            self.learn([id])
        return self._twins[id]

    def mark(self, id: int) -> Mark | None:
        """The same without its words."""
        if id in self._twins:
            twin = self._twins[id]
            if twin is None:
                return None
            if id not in self._marks:
                self._marks[id] = twin.mark
        elif id not in self._marks:
            self.learn_marks([id])
        return self._marks[id]

    def text(self, id: int) -> Text:
        """The article's words."""
        if id not in self._texts:
            twin = self.twin(id)
            assert twin is not None
            self._texts[id] = text_of(twin)
        return self._texts[id]

    def same_text(self, exact: int) -> list[Mark]:
        """All articles, the batch's included, whose text is equal."""
        if exact not in self._exact:
            self.learn_exact([exact])
        found = [self.mark(id) for id in sorted(self._exact[exact])]
        return [mark for mark in found if mark is not None and mark.exact == exact]

    def members(self, folds: Collection[int]) -> list[Mark]:
        """All of these groups, as they are now."""
        for mark in self.table.members(sorted(folds)):
            self._meet(mark)
        ids = {id for id, mark in self._marks.items() if mark is not None and mark.fold in folds}
        ids |= {id for id, twin in self.changed.items() if twin.fold in folds}
        now = [self.mark(id) for id in sorted(ids)]
        return [mark for mark in now if mark is not None and mark.fold in folds and mark.into_id is None]

    def merged_into(self, id: int) -> list[int]:
        """Stored pages that are other addresses of an article."""
        return self.table.merged_into(id)

    def holders(self, key: int) -> Sequence[int]:
        """Who holds a key that `learn_keys` has looked up."""
        return self._holders.get(key, ())

    def held(self, keys: Sequence[int]) -> list[int]:
        """Those of the keys that anybody holds, or that are stock."""
        holders, stock = self._holders, self.stock
        return [key for key in keys if key in holders or key in stock]

    def hide(self, id: int) -> None:
        """The article counts no more until it is put again."""
        self.learn([id])
        self._asked.discard(id)
        self._twins[id] = None
        self._marks.pop(id, None)

    def put(self, twin: Twin, text: Text | None = None) -> None:
        """The article as it is from now on."""
        self.learn([twin.id])
        self._twins[twin.id] = twin
        self._marks.pop(twin.id, None)
        if text is not None:
            self._texts[twin.id] = text
        if twin.exact in self._exact:
            self._exact[twin.exact].add(twin.id)
        if self._stored[twin.id] == twin:
            self.changed.pop(twin.id, None)
        else:
            self.changed[twin.id] = twin

    def know(self, twin: Twin, text: Text) -> None:
        """Takes an article as stored: only to be compared."""
        self._stored[twin.id] = self._twins[twin.id] = twin
        self._texts[twin.id] = text

    def hold(self, id: int, keys: Collection[int]) -> None:
        """The article holds these keys too, which it did not hold."""
        holders = self._holders
        for key in keys:
            if key in holders:
                holders[key].append(id)
            else:
                holders[key] = [id]
        dropped = self._dropped.get(id)
        if not dropped:
            self._added[id].update(keys)
            return
        self._added[id].update(key for key in keys if key not in dropped)
        dropped.difference_update(keys)

    def release(self, id: int, keys: Collection[int]) -> None:
        """The article holds these keys no more."""
        dropped, added = self._dropped[id], self._added[id]
        for key in keys:
            holders = self._holders.get(key)
            if holders and id in holders:
                holders.remove(id)
                if key in added:
                    added.discard(key)
                else:
                    dropped.add(key)

    def flush(self) -> None:
        """Writes what changed."""
        new = {id for id in self.changed if self._stored[id] is None}
        self.table.put([self.changed[id] for id in sorted(self.changed)], new)
        dropped = {id: keys for id, keys in self._dropped.items() if keys}
        added = {id: keys for id, keys in self._added.items() if keys}
        self.table.drop(dropped, {id: self._week(self._stored[id]) for id in dropped})
        self.table.add(added, {id: self._week(self.twin(id)) for id in added})

    @staticmethod
    def _week(twin: Twin | None) -> date:
        assert twin is not None
        return week_of(twin.first_seen)


def text_of(twin: Twin) -> Text:
    """The words of a stored article."""
    hashes = np.frombuffer(twin.words, dtype="<u4").astype(np.uint32)
    lengths = np.frombuffer(twin.sentences, dtype="<u2").astype(np.int64)
    sentence = np.repeat(np.arange(len(lengths), dtype=np.int32), lengths)
    return Text(hashes=hashes, sentence=sentence, shingle=twin.shingle, keys=keys_of(hashes, twin.shingle))
