"""Puts articles into groups of copies, each under the one that was first.

The grouping is a function of the articles alone, not of the order they come in: going through them by who was first
(claimed date, then first seen), each joins the earliest group head it is a copy of, or else heads a group of its own.
An article that comes late into that order moves what it must, and only that.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

import numpy as np

from broadsheet.storage.shingles import WINDOW, Holding, Owner, ShingleTable, Twin, week_of
from processors.deduplicate.compare import APART, SHARED_KEYS, Likeness, Text, compare, masked, shared
from processors.deduplicate.words import modulus, sample, shingles

FURNITURE_GROUPS = 4
"""A shingle that so many groups of one host hold is that host's furniture: it makes no two texts copies."""
STOCK_GROUPS = 60
"""A shingle that so many groups hold anywhere is a stock phrase."""
SHORT = 20
"""Words below which equal texts are copies only under equal titles (`Watch the video.`)."""
REVISION = 0.6
"""Containment from which two articles of one host are copies: what its pages share beside that is its furniture."""
WIRE = 0.6
"""Containment from which a copy in another outlet is called a wire copy, a near duplicate below."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """Whom a text may be a copy of."""

    held: dict[int, set[int]]
    """Head of a group -> the text's keys that the group holds."""
    furniture: frozenset[int]
    """The text's keys that count for nothing."""


class Groups:
    """The groups as a table has them, with the changes of one batch; `flush` writes these."""

    def __init__(self, table: ShingleTable) -> None:
        self.table = table
        self.changed: dict[int, Twin] = {}
        self._known: dict[int, Twin | None] = {}
        self._texts: dict[int, Text] = {}
        self._holders: dict[int, list[int]] = {}
        self._owners: dict[int, Owner | None] = {}
        self._likeness: dict[tuple[int, int], Likeness] = {}
        self._overrules: dict[tuple[int, int], bool] = {}
        self._new: list[Holding] = []
        self._gone: set[int] = set()
        self._exact: dict[int, set[int]] = {}
        self._fresh: set[int] = set()
        self._waiting: list[tuple[tuple[datetime, datetime, int], int]] = []
        self._queued: set[int] = set()

    def load(self, incoming: Sequence[tuple[Twin, Text]]) -> None:
        """Asks the past once for all that these articles may need."""
        if incoming:
            self._load(incoming)

    def take(self, incoming: Sequence[tuple[Twin, Text]]) -> None:
        """Puts these articles, new or changed, into their groups; `load` comes first."""
        for twin, text in incoming:
            before = self.twin(twin.id)
            if before is not None and _same(before, twin):
                continue
            self._texts[twin.id] = text
            # Its members were chosen for its old text or its old place in the order.
            self._release(twin.id, before)
            fold = before.fold if before and before.fold != twin.id else twin.id
            self._set(replace(twin, fold=fold))
            self._push(twin.id)
        self._work()

    def know(self, given: Iterable[tuple[Twin, Text]]) -> None:
        """Takes these articles as known, only to be compared."""
        for twin, text in given:
            self._known[twin.id] = twin
            self._texts[twin.id] = text

    def again(self, ids: Iterable[int]) -> None:
        """Decides anew for articles that are stored: after an operator's word, a late change."""
        for id in ids:
            before = self.twin(id)
            if before is not None:
                self._overrules.update(self.table.overrules([id]))
                self._release(id, before)
                self._push(id)
        self._work()

    def remove(self, id: int) -> None:
        """Takes an article out: it was merged into another one."""
        before = self.twin(id)
        if before is None:
            return
        self._gone.add(id)
        self.changed.pop(id, None)
        self._known[id] = None
        self._owners[id] = None
        self._release(id, before)
        self._work()

    def flush(self) -> None:
        """Writes what changed."""
        if self._gone:
            self.table.forget(sorted(self._gone))
        self.table.put([self.changed[id] for id in sorted(self.changed)])
        weeks: dict[int, date] = {}
        for holding in self._new:
            if holding.owner not in weeks:
                owner = self.twin(holding.owner)
                assert owner is not None
                weeks[holding.owner] = week_of(owner.first_seen)
        self.table.add(self._new, weeks)

    def twin(self, id: int) -> Twin | None:
        """The article as it is now."""
        if id not in self._known:
            self._known[id] = self.table.twins([id]).get(id)
        return self._known[id]

    def text(self, id: int) -> Text:
        """The article's words."""
        if id not in self._texts:
            twin = self.twin(id)
            assert twin is not None
            self._texts[id] = text_of(twin)
        return self._texts[id]

    def same_text(self, exact: int) -> list[Twin]:
        """All articles, the batch's included, whose text is equal."""
        if exact not in self._exact:
            self._learn_exact([exact])
        ids = self._exact[exact] | {id for id, twin in self.changed.items() if twin.exact == exact}
        found = [self.twin(id) for id in sorted(ids - self._gone)]
        return [twin for twin in found if twin is not None and twin.exact == exact]

    def _learn_exact(self, values: Sequence[int]) -> None:
        for value in values:
            self._exact[value] = set()
        for twin in self.table.same_text(values):
            self._exact[twin.exact].add(twin.id)
            self._known.setdefault(twin.id, twin)

    def likeness(self, one: int, other: int, furniture: frozenset[int] = frozenset()) -> Likeness:
        """What two articles share; an operator's word stands above it."""
        pair = (min(one, other), max(one, other))
        if pair not in self._likeness:
            self._likeness[pair] = self._judge(pair, furniture)
        return self._likeness[pair]

    def overlap(self, text: Text, id: int) -> float:
        """Containment of one text in a known article's, or the reverse, without any condition."""
        other = self.text(id)
        size = min(text.shingle, other.shingle)
        return shared(shingles(text.hashes, size), shingles(other.hashes, size))[0]

    def _judge(self, pair: tuple[int, int], furniture: frozenset[int]) -> Likeness:
        if pair in self._overrules:
            return replace(APART, score=1.0) if self._overrules[pair] else APART
        one, other = self.twin(pair[0]), self.twin(pair[1])
        assert one is not None
        assert other is not None
        words = min(len(one.words), len(other.words)) // 4
        if one.exact == other.exact and words:
            same = words >= SHORT or (one.title == other.title and one.title != 0)
            return Likeness(containment=1, coverage=1, score=1) if same else APART
        if words < SHORT:
            return APART
        ours, theirs = self.text(pair[0]), self.text(pair[1])
        if furniture:
            ours, theirs = masked(ours, furniture), masked(theirs, furniture)
        found = compare(ours, theirs)
        if one.host == other.host and one.host and found.containment < REVISION:
            return replace(found, score=0.0)
        return found

    def _load(self, incoming: Sequence[tuple[Twin, Text]]) -> None:
        ids = [twin.id for twin, _ in incoming]
        known = self.table.twins(ids)
        self._known.update((id, known.get(id)) for id in ids)
        self._fresh.update(id for id in ids if id not in known)
        self._overrules.update(self.table.overrules(ids))
        self._learn_exact(sorted({twin.exact for twin, _ in incoming}))
        keys: set[int] = set().union(*(text.keys.tolist() for _, text in incoming))
        self._look_up(sorted(keys), [twin for twin, _ in incoming])
        near: set[int] = set()
        for twin, text in incoming:
            found = self._candidates(twin, text)
            near |= {id for id, keys in found.held.items() if len(keys) >= SHARED_KEYS}
        self._known.update(self.table.twins(sorted(near - self._known.keys())))

    def _look_up(self, keys: Sequence[int], twins: Sequence[Twin]) -> None:
        """Learns who holds these keys."""
        missing = [key for key in keys if key not in self._holders]
        if not missing or not twins:
            return
        for key in missing:
            self._holders[key] = []
        since = min(twin.first_seen for twin in twins) - WINDOW
        until = max(twin.first_seen for twin in twins) + WINDOW
        for holding in self.table.holdings(missing, since, until):
            self._holders[holding.key].append(holding.owner)
        for holding in self._new:
            if holding.key in missing:
                self._holders[holding.key].append(holding.owner)
        owners = {owner for key in missing for owner in self._holders[key]} - self._owners.keys()
        found = self.table.owners(sorted(owners))
        self._owners.update((id, found.get(id)) for id in owners if id not in self.changed and id not in self._gone)

    def _candidates(self, twin: Twin, text: Text) -> Candidates:
        keys = text.keys.tolist()
        self._look_up(keys, [twin])
        held: defaultdict[int, set[int]] = defaultdict(set)
        furniture: set[int] = set()
        for key in keys:
            if owners := self._holders[key]:
                heads = self._heads(owners, twin)
                if len(heads) >= STOCK_GROUPS or _is_furniture(heads):
                    furniture.add(key)
                for head in heads:
                    held[head].add(key)
        return Candidates(held=dict(held), furniture=frozenset(furniture))

    def _heads(self, owners: Iterable[int], twin: Twin) -> dict[int, str]:
        """The groups of these owners with their heads' hosts, within the window."""
        heads = {}
        for id in set(owners):
            owner = self._owners.get(id)
            if owner is not None and abs(owner.first_seen - twin.first_seen) <= WINDOW:
                head = self._owners.get(owner.fold, owner) or owner
                heads[owner.fold] = head.host
        return heads

    def _work(self) -> None:
        """Decides for all that wait, earliest first."""
        while self._waiting:
            _, id = heapq.heappop(self._waiting)
            self._queued.discard(id)
            if id not in self._gone:
                self._decide(id)

    def _decide(self, id: int) -> None:
        twin = self.twin(id)
        assert twin is not None
        text = self.text(id)
        found = self._candidates(twin, text)
        others = self._heads_near(twin, found)
        for head in others:
            if head.rank < twin.rank and (likeness := self.likeness(id, head.id, found.furniture)).copies:
                self._join(twin, head, likeness)
                self._hold(head.id, set(text.keys.tolist()) - found.held.get(head.id, set()) - found.furniture)
                return
        self._head(twin)
        self._hold(id, set(text.keys.tolist()) - found.held.get(id, set()) - found.furniture)
        for head in others:
            if head.rank > twin.rank:
                self._attract(id, head, found.furniture)

    def _heads_near(self, twin: Twin, found: Candidates) -> list[Twin]:
        """Heads of groups that share enough with the article, earliest first."""
        near = {id for id, keys in found.held.items() if len(keys - found.furniture) >= SHARED_KEYS}
        near |= {same.fold for same in self.same_text(twin.exact) if len(twin.words)}
        for one, other in self._overrules:
            if twin.id in (one, other) and (there := self.twin(other if twin.id == one else one)):
                near.add(there.fold)
        # One that is waiting to be decided anew may still name a head that heads no group any more.
        heads = [head for id in near - {twin.id} if (head := self.twin(id)) is not None and head.fold == id]
        return sorted(heads, key=lambda head: head.rank)

    def _attract(self, id: int, head: Twin, furniture: frozenset[int]) -> None:
        """A new head takes over the copies of itself that a later head has."""
        for member in self._members(head.id):
            now = self.twin(id)
            assert now is not None
            if member.id != id and member.rank > now.rank:
                likeness = self.likeness(id, member.id, furniture)
                if likeness.copies:
                    self._join(member, now, likeness)
                    self._hold(id, set(self.text(member.id).keys.tolist()) - set(self.text(id).keys.tolist()))

    def _members(self, fold: int) -> list[Twin]:
        """All of a group, as it is now."""
        found = {} if fold in self._fresh else {twin.id: twin for twin in self.table.members(fold)}
        self._known.update((id, twin) for id, twin in found.items() if id not in self._known)
        found.update((twin.id, twin) for twin in self.changed.values() if twin.fold == fold)
        now = [self.twin(id) for id in found if id not in self._gone]
        return [twin for twin in now if twin is not None and twin.fold == fold]

    def _join(self, twin: Twin, head: Twin, likeness: Likeness) -> None:
        self._release(twin.id, twin)
        kind, evidence = relation(twin, head, likeness)
        self._set(replace(twin, fold=head.id, kind=kind, score=round(likeness.score, 4), evidence=evidence))

    def _head(self, twin: Twin) -> None:
        self._set(replace(twin, fold=twin.id, kind=None, score=1.0, evidence=""))

    def _release(self, id: int, before: Twin | None) -> None:
        """The copies of an article that heads a group no more have to find their place again."""
        if before is None or before.fold != id:
            return
        for member in self._members(id):
            if member.id != id:
                self._push(member.id)

    def _push(self, id: int) -> None:
        twin = self.twin(id)
        if twin is not None and id not in self._queued:
            self._queued.add(id)
            heapq.heappush(self._waiting, (twin.rank, id))

    def _set(self, twin: Twin) -> None:
        if self._known.get(twin.id) != twin:
            self.changed[twin.id] = twin
        self._known[twin.id] = twin
        self._gone.discard(twin.id)
        self._owners[twin.id] = Owner(id=twin.id, fold=twin.fold, host=twin.host, first_seen=twin.first_seen)

    def _hold(self, id: int, keys: Iterable[int]) -> None:
        for key in keys:
            holders = self._holders.setdefault(key, [])
            if id not in holders:
                holders.append(id)
                self._new.append(Holding(key, id))


def _same(before: Twin, after: Twin) -> bool:
    """Whether nothing changed that the grouping looks at."""
    return (before.exact, before.title, before.host, before.rank) == (after.exact, after.title, after.host, after.rank)


def _is_furniture(heads: dict[int, str]) -> bool:
    if len(heads) < FURNITURE_GROUPS:
        return False
    hosts = list(heads.values())
    return max(hosts.count(host) for host in set(hosts)) >= FURNITURE_GROUPS


def relation(twin: Twin, head: Twin, likeness: Likeness) -> tuple[str, str]:
    """What a copy is to the first of its group, and why, in words."""
    if likeness.containment == 0.0:
        return "near-duplicate", "an operator said so"
    if twin.host == head.host and twin.host:
        kind = "revision-of" if likeness.containment >= WIRE else "near-duplicate"
    else:
        kind = "wire-copy-of" if likeness.containment >= WIRE else "near-duplicate"
    ours, theirs = len(twin.words) // 4, len(head.words) // 4
    shorter, longer = ("it", "the first") if ours <= theirs else ("the first", "it")
    first = "claimed date" if twin.moment != head.moment else "first sight"
    evidence = (
        f"{likeness.containment:.0%} of {shorter} is in {longer}, {likeness.coverage:.0%} of {longer} in {shorter}; "
        f"{ours} words against {theirs}; first by {first}"
    )
    return kind, evidence


def text_of(twin: Twin) -> Text:
    """The words of a stored article."""
    hashes = np.frombuffer(twin.words, dtype="<u4").astype(np.uint32)
    lengths = np.frombuffer(twin.sentences, dtype="<u2").astype(np.int64)
    sentence = np.repeat(np.arange(len(lengths), dtype=np.int32), lengths)
    every = shingles(hashes, twin.shingle)
    return Text(hashes=hashes, sentence=sentence, shingle=twin.shingle, keys=sample(every, modulus(len(every))))
