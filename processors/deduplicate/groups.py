"""Puts articles into groups of copies, each under the one that was first.

The grouping is a function of the articles alone, not of the order they come in. Go through them by who was first (claimed
date, then first seen): each joins the earliest group head it is a copy of, or else heads a group of its own; what it counts
as furniture is what earlier articles hold. So nothing an article is depends on a later one, and one that comes late into
that order moves those behind it that it must, and only those, again in that order.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from broadsheet.storage.shingles import WINDOW, Mark, ShingleTable, Twin
from processors.deduplicate.compare import APART, SHARED_KEYS, Likeness, Text, compare, shared
from processors.deduplicate.past import Past
from processors.deduplicate.words import shingles

FURNITURE_GROUPS = 4
"""A shingle that so many groups hold on one host is that host's furniture: it makes no two texts copies."""
STOCK_GROUPS = 24
"""A shingle that so many groups hold anywhere is a stock phrase."""
SPARE_GROUPS = 4
"""Groups beyond these that still hold such a shingle, so that one that leaves does not make it text again."""
SHORT = 20
"""Words below which equal texts are copies only under equal titles (`Watch the video.`)."""
REVISION = 0.6
"""Containment from which two articles of one host are copies: what its pages share beside that is its furniture."""
WIRE = 0.6
"""Containment from which a copy in another outlet is called a wire copy, a near duplicate below."""
SAID_SO = replace(APART, score=1.0)
"""The likeness of two articles of which an operator said that they are copies."""


@dataclass(slots=True, kw_only=True)
class Around:
    """Who else holds an article's keys."""

    folds: dict[int, dict[int, set[str]]] = field(default_factory=dict)
    """Key -> groups of earlier holders within the window -> the holders' hosts."""
    later: dict[int, list[Mark]] = field(default_factory=dict)
    """Key -> later holders within the window."""
    owners: Counter[int] = field(default_factory=Counter)
    """Earlier holder -> keys of the article that it holds itself, furniture apart."""
    furniture: set[int] = field(default_factory=set)
    """Keys that count for nothing."""
    full: set[int] = field(default_factory=set)
    """Keys that so many hold that nobody need hold them more."""


class Groups:
    """The groups as a table has them, with the changes of one batch; `flush` writes these."""

    def __init__(self, table: ShingleTable | Past) -> None:
        self.past = table if isinstance(table, Past) else Past(table)
        self._coming: dict[int, tuple[Twin, Text]] = {}
        self._overrules: dict[tuple[int, int], bool] = {}
        self._overruled: set[int] = set()
        self._waiting: list[tuple[tuple[datetime, datetime, int], int]] = []
        self._queued: set[int] = set()

    @property
    def changed(self) -> dict[int, Twin]:
        """Articles that differ from what the table has."""
        return self.past.changed

    def load(self, incoming: Sequence[tuple[Twin, Text]]) -> None:
        """Asks the past once for all that these articles may need."""
        self.past.learn(twin.id for twin, _ in incoming)
        self.past.learn_exact({twin.exact for twin, _ in incoming})
        keys = [(twin, text.keys.tolist()) for twin, text in incoming]
        self.past.learn_keys(keys)
        near: Counter[int] = Counter()
        for _, some in keys:
            for key in self.past.held(some):
                if len(found := self.past.holders(key)) < STOCK_GROUPS:
                    near.update(found)
        alike = {mark.id for twin, _ in incoming for mark in self.past.same_text(twin.exact)}
        self._learn_overrules({twin.id for twin, _ in incoming} | near.keys())
        # Whoever is compared: heads of groups that hold two keys or more, and of equal texts.
        near_enough = {owner for owner, count in near.items() if count >= SHARED_KEYS} | alike
        self.past.learn({mark.fold for id in near_enough if (mark := self.past.mark(id))})

    def take(self, incoming: Sequence[tuple[Twin, Text]], merged: Sequence[Twin] = ()) -> None:
        """Puts these articles, new or changed, into their groups, and takes those out that are another address of one
        (`into_id`); `load` comes first."""
        for twin in merged:
            before = self.past.twin(twin.id)
            if before is not None and before.into_id is None:
                self._take_out(before)
            self.past.put(replace(twin, fold=twin.id, kind=None, score=1.0))
        for twin, text in incoming:
            before = self.past.twin(twin.id)
            if before is not None and before.into_id is None:
                if same(before, twin):
                    self.past.put(replace(before, addresses=twin.addresses, source=twin.source))
                    continue
                self._take_out(before)
            self.past.hide(twin.id)
            self._coming[twin.id] = (twin, text)
            self._push(twin.id, twin.rank)
        self._work()

    def again(self, ids: Iterable[int]) -> None:
        """Decides anew for articles that are stored: after an operator's word."""
        for id in ids:
            before = self.past.twin(id)
            if before is not None and before.into_id is None:
                self._push(id, before.rank)
        self._work()

    def know(self, given: Iterable[tuple[Twin, Text]]) -> None:
        """Takes these articles as known, only to be compared."""
        for twin, text in given:
            self.past.know(twin, text)

    def flush(self) -> None:
        """Writes what changed."""
        self.past.flush()

    def twin(self, id: int) -> Twin | None:
        """The article as it is now."""
        return self.past.twin(id)

    def likeness(self, one: int, other: int, furniture: Iterable[int] = ()) -> Likeness:
        """What two articles share, by measurement alone."""
        first, second = self._known(one), self._known(other)
        return self._measured(first, second, frozenset(furniture))

    def overlap(self, text: Text, id: int) -> float:
        """Containment of one text in a known article's, or the reverse, without any condition."""
        other = self._known(id)[1]
        size = min(text.shingle, other.shingle)
        return shared(shingles(text.hashes, size), shingles(other.hashes, size))[0]

    def _known(self, id: int) -> tuple[Twin, Text]:
        if id in self._coming:
            return self._coming[id]
        twin = self.past.twin(id)
        assert twin is not None
        return twin, self.past.text(id)

    @staticmethod
    def _measured(first: tuple[Twin, Text], second: tuple[Twin, Text], furniture: frozenset[int]) -> Likeness:
        (one, ours), (other, theirs) = first, second
        words = min(len(one.words), len(other.words)) // 4
        if one.exact == other.exact and words:
            same_one = words >= SHORT or (one.title == other.title and one.title != 0)
            return Likeness(containment=1, coverage=1, score=1) if same_one else APART
        if words < SHORT:
            return APART
        found = compare(ours, theirs, furniture)
        if one.host == other.host and one.host and found.containment < REVISION:
            return replace(found, score=0.0)
        return found

    def _learn_overrules(self, ids: set[int]) -> None:
        missing = ids - self._overruled
        if missing:
            self._overruled |= missing
            self._overrules.update(self.past.table.overrules(sorted(missing)))

    def _work(self) -> None:
        """Decides for all that wait, earliest first: whoever is pushed meanwhile is later."""
        while self._waiting:
            _, id = heapq.heappop(self._waiting)
            if id in self._queued:
                self._queued.discard(id)
                self._decide(id)

    def _push(self, id: int, rank: tuple[datetime, datetime, int]) -> None:
        if id not in self._queued:
            self._queued.add(id)
            heapq.heappush(self._waiting, (rank, id))

    def _push_all(self, marks: Iterable[Mark], after: Twin) -> None:
        for mark in marks:
            if mark.rank > after.rank:
                self._push(mark.id, mark.rank)

    def _decide(self, id: int) -> None:
        """Finds the article's place, and tells those behind it where that is another one than before."""
        before = self.past.twin(id)
        if before is None and id not in self._coming:
            return
        if before is not None and before.into_id is not None:
            return
        twin, text = self._known(id)
        keys = text.keys.tolist()
        self.past.learn_keys([(twin, keys)])
        around = self._around(twin, keys)
        now = self._placed(twin, text, around)
        wanted = set(keys) - around.full
        wanted -= {key for key, folds in around.folds.items() if now.fold in folds}
        held = {key for key in self.past.held(keys) if id in self.past.holders(key)}
        self._coming.pop(id, None)
        self.past.put(now, text)
        self.past.hold(id, wanted - held)
        self.past.release(id, held - wanted)
        moved = before is None or before.fold != now.fold
        if moved and before is not None:
            self._push_all(self.past.members([before.fold]), now)
        if moved:
            self._tell(now, around)
        self._disturb(wanted | held if moved else wanted ^ held, now, around)

    def _around(self, twin: Twin, keys: Sequence[int]) -> Around:
        found = Around()
        past, rank, seen, stock = self.past, twin.rank, twin.first_seen, self.past.stock
        for key in past.held(keys):
            if key in stock and past.crowded(key, twin):
                found.furniture.add(key)
                found.full.add(key)
                continue
            earlier: list[Mark] = []
            for id in past.holders(key):
                mark = past.mark(id) if id != twin.id else None
                if mark is None or mark.into_id is not None or abs(mark.first_seen - seen) > WINDOW:
                    continue
                if mark.rank > rank:
                    found.later.setdefault(key, []).append(mark)
                else:
                    earlier.append(mark)
            if earlier:
                self._count(found, key, earlier)
        return found

    def _count(self, found: Around, key: int, earlier: Sequence[Mark]) -> None:
        """Notes which groups hold a key, and whether that makes it furniture."""
        folds = found.folds[key] = _with({}, earlier)
        if not _crowded(folds, 0):
            for mark in earlier:
                found.owners[mark.id] += 1
            return
        found.furniture.add(key)
        if _crowded(folds, SPARE_GROUPS):
            found.full.add(key)
            self.past.remember_crowd(key, earlier)

    def _placed(self, twin: Twin, text: Text, around: Around) -> Twin:
        """The article under the earliest head it is a copy of, or as a head."""
        told, barred = self._told(twin, around)
        if told:
            head = min(told, key=lambda mark: mark.rank)
            return _joined(twin, self._known(head.id)[0], SAID_SO, head.id)
        candidates = self._candidates(twin, around)
        self.past.learn(mark.id for mark in candidates)
        for mark in candidates:
            if mark.fold not in barred:
                likeness = self._measured((twin, text), self._known(mark.id), frozenset(around.furniture))
                if likeness.copies:
                    return _joined(twin, self._known(mark.id)[0], likeness, mark.fold)
        if twin.fold == twin.id and twin.kind is None:
            return twin
        return replace(twin, fold=twin.id, kind=None, score=1.0, evidence="")

    def _told(self, twin: Twin, around: Around) -> tuple[list[Mark], set[int]]:
        """What operators said: heads that the article is under, and heads it is not under."""
        self._learn_overrules({twin.id} | {id for id, count in around.owners.items() if count >= SHARED_KEYS})
        told: list[Mark] = []
        barred: set[int] = set()
        for (one, other), same_one in self._overrules.items():
            if twin.id not in (one, other):
                continue
            mark = self._keeper(other if twin.id == one else one)
            head = self.past.mark(mark.fold) if mark is not None and mark.rank < twin.rank else None
            if head is not None and same_one:
                told.append(head)
            elif head is not None:
                barred.add(head.id)
        return [head for head in told if head.id not in barred], barred

    def _keeper(self, id: int) -> Mark | None:
        mark = self.past.mark(id)
        if mark is not None and mark.into_id is not None:
            mark = self.past.mark(mark.into_id)
        return mark

    def _candidates(self, twin: Twin, around: Around) -> list[Mark]:
        """Whom the article is compared with, earliest first: heads of groups that hold enough of its keys or have the
        same text, and articles that stand in a group by an operator's word alone, with copies of their own."""
        near: Counter[int] = Counter()
        for key, folds in around.folds.items():
            if key not in around.furniture:
                near.update(folds.keys())
        ids = {fold for fold, count in near.items() if count >= SHARED_KEYS}
        if twin.words:
            ids |= {mark.fold for mark in self.past.same_text(twin.exact) if mark.rank < twin.rank and not mark.into_id}
        ids |= {id for id, count in around.owners.items() if count >= SHARED_KEYS and self._by_word(id)}
        marks = [mark for id in ids - {twin.id} if (mark := self.past.mark(id)) is not None]
        return sorted((mark for mark in marks if mark.rank < twin.rank), key=lambda mark: mark.rank)

    def _by_word(self, id: int) -> bool:
        """Whether an operator put the article where it is."""
        if not any(same_one and id in pair for pair, same_one in self._overrules.items()):
            return False
        twin = self.past.twin(id)
        return twin is not None and twin.kind is not None and twin.evidence == BY_WORD

    def _tell(self, now: Twin, around: Around) -> None:
        """Those whose place may follow from this one's: equal texts, an operator's pairs, copies it may be head of."""
        self._push_all((mark for mark in self.past.same_text(now.exact) if mark.fold != now.fold), now)
        for pair in self._overrules:
            if now.id in pair and (mark := self._keeper(pair[0] if pair[1] == now.id else pair[1])):
                self._push_all([mark], now)
        if now.fold != now.id:
            return
        near: Counter[int] = Counter()
        for marks in around.later.values():
            near.update({mark.fold for mark in marks})
        folds = [fold for fold, count in near.items() if count >= SHARED_KEYS and self._heads_later(fold, now)]
        if folds:
            self._push_all(self.past.members(folds), now)

    def _heads_later(self, fold: int, now: Twin) -> bool:
        head = self.past.mark(fold)
        return head is None or head.rank > now.rank

    def _disturb(self, keys: set[int], now: Twin, around: Around) -> None:
        """Those for whom this article's hold on these keys makes a difference: who holds one in the same group, and
        where it makes one furniture, or text again, all who may have it."""
        for key, marks in around.later.items():
            if key in keys:
                self._push_all((mark for mark in marks if mark.fold == now.fold), now)
        folds: set[int] = set()
        for key in (around.later.keys() | around.folds.keys()) & keys - around.full:
            later, before = around.later.get(key, []), around.folds.get(key, {})
            if (key in around.furniture and not later) or len(before) + len(later) + 1 < FURNITURE_GROUPS:
                continue
            if _crowded(_with(before, [*later, now.mark]), 0):
                self._push_all(later, now)
                if key not in around.furniture:
                    folds |= before.keys() | {mark.fold for mark in later}
        if folds:
            self._push_all(self.past.members(folds), now)

    def _take_out(self, before: Twin) -> None:
        """The article counts no more: those behind it find their place without it."""
        keys = self.past.text(before.id).keys.tolist()
        self.past.learn_keys([(before, keys)], anew=True)
        around = self._around(before, keys)
        held = {key for key in keys if before.id in self.past.holders(key)}
        members = self.past.members([before.fold])
        self.past.release(before.id, held)
        self.past.hide(before.id)
        self._push_all((mark for mark in members if mark.id != before.id), before)
        self._tell(replace(before, fold=0), around)
        self._disturb(held, before, around)


BY_WORD = "an operator said so"


def same(before: Twin, after: Twin) -> bool:
    """Whether nothing changed that the grouping looks at."""
    return (before.exact, before.title, before.host, before.rank) == (after.exact, after.title, after.host, after.rank)


def _with(folds: dict[int, set[str]], marks: Iterable[Mark]) -> dict[int, set[str]]:
    """The groups and hosts with those of more holders."""
    every = {fold: set(hosts) for fold, hosts in folds.items()}
    for mark in marks:
        every.setdefault(mark.fold, set()).add(mark.host)
    return every


def _crowded(folds: dict[int, set[str]], spare: int) -> bool:
    """Whether so many groups hold a key that it is furniture, or a stock phrase."""
    if len(folds) < FURNITURE_GROUPS + spare:
        return False
    if len(folds) >= STOCK_GROUPS + spare:
        return True
    counts = Counter(host for hosts in folds.values() for host in hosts)
    return max(counts.values()) >= FURNITURE_GROUPS + spare


def _joined(twin: Twin, other: Twin, likeness: Likeness, fold: int) -> Twin:
    kind, evidence = relation(twin, other, likeness)
    return replace(twin, fold=fold, kind=kind, score=round(likeness.score, 4), evidence=evidence)


def relation(twin: Twin, head: Twin, likeness: Likeness) -> tuple[str, str]:
    """What a copy is to the first of its group, and why, in words."""
    if likeness.containment == 0.0:
        return "near-duplicate", BY_WORD
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
