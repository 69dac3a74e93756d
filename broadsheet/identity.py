"""Decides which spellings are one person, organisation or place: a pure function of the spellings, their links and what
operators said, so that neither the order in which articles came nor the number of workers shows in the answer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil

DENSE = 0.3
"""Share of the pairs between two groups that must be linked before the groups are one: a chain of look-alikes is none."""
AGAINST = 2
"""Links that outweigh one pair that a word tells apart."""
ENOUGH = 3
"""Links that are enough, however large the groups."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spelling:
    """One way to write a name."""

    id: int
    kind: str
    name: str
    alone: str
    """The id it has by itself: Wikidata's number (`Q58217`), GeoNames' (`G2950159`), or one made of its letters."""

    @property
    def known(self) -> bool:
        """Whether a table knows whose it is."""
        return self.alone[:1] in ("Q", "G") and self.alone[1:].isdigit()


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Two spellings that are one as far as the two of them tell."""

    a: int
    b: int
    sure: float
    """0 to 1."""
    reason: str
    weak: bool = False
    """Whether the two of them do not tell enough: what articles say must make up for it."""
    apart: bool = False
    """Whether a word tells them apart, however alike they are: such a link speaks against one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What an operator said of two spellings."""

    a: int
    b: int
    same: bool
    who: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a spelling belongs, and why."""

    entity: str
    reason: str


class _Groups:
    """Groups that grow by merging, watched by what must stay apart."""

    def __init__(self, spellings: Sequence[Spelling], links: Iterable[Link], words: Iterable[Word]) -> None:
        self.spelling = {one.id: one for one in spellings}
        self.group = {one.id: one.id for one in spellings}
        self.members: dict[int, set[int]] = {one.id: {one.id} for one in spellings}
        self.reason: dict[int, str] = {}
        self.linked: dict[int, set[int]] = defaultdict(set)
        self.unlike: dict[int, set[int]] = defaultdict(set)
        self.apart: dict[int, set[int]] = defaultdict(set)
        for link in links:
            ends = self.unlike if link.apart else self.linked
            ends[link.a].add(link.b)
            ends[link.b].add(link.a)
        for word in words:
            if not word.same:
                self.apart[word.a].add(word.b)
                self.apart[word.b].add(word.a)

    def rank(self, id: int) -> tuple[str, str]:
        one = self.spelling[id]
        return one.kind, one.name

    def merge(self, a: int, b: int, reason: str) -> bool:
        """Unites the groups of two spellings unless someone said they are two; False where nothing changed."""
        one, other = self.group[a], self.group[b]
        if one == other or any(self.apart[id] & self.members[other] for id in self.members[one]):
            return False
        moved = self.members.pop(other)
        self.members[one] |= moved
        self.group.update(dict.fromkeys(moved, one))
        for id, partner in ((a, b), (b, a)):
            self.reason.setdefault(id, reason.replace("{}", self.spelling[partner].name))
        return True

    def dense(self, a: int, b: int) -> bool:
        """Whether enough pairs between the groups of two spellings are linked, and many more than are told apart."""
        one, other = self.members[self.group[a]], self.members[self.group[b]]
        wanted = min(ENOUGH, ceil(DENSE * len(one) * len(other)))
        linked = sum(len(self.linked[id] & other) for id in one)
        return linked >= wanted and linked > AGAINST * sum(len(self.unlike[id] & other) for id in one)

    def owners(self, a: int) -> set[str]:
        """The ids that tables know for a group."""
        return {self.spelling[id].alone for id in self.members[self.group[a]] if self.spelling[id].known}


def partition(spellings: Sequence[Spelling], links: Sequence[Link], words: Sequence[Word]) -> dict[int, Place]:
    """The id of each spelling with the reason. What operators joined comes first, then what has one id by itself, then
    the surest links; two that tables know apart are only ever joined by an operator."""
    groups = _Groups(spellings, links, words)
    for word in sorted((w for w in words if w.same), key=lambda w: sorted((groups.rank(w.a), groups.rank(w.b)))):
        groups.merge(word.a, word.b, f"{word.who} said it is {{}}")
    for those in _alike(spellings):
        for one in those[1:]:
            groups.merge(those[0].id, one.id, "a table has both for one, as {}" if one.known else "the words of {}")
    likely = [link for link in links if not link.apart]
    for link in sorted(likely, key=lambda k: (-round(k.sure, 3), sorted((groups.rank(k.a), groups.rank(k.b))))):
        mine, theirs = groups.owners(link.a), groups.owners(link.b)
        if (mine == theirs or not mine or not theirs) and groups.dense(link.a, link.b):
            groups.merge(link.a, link.b, link.reason)
    return _named(groups)


def _alike(spellings: Sequence[Spelling]) -> list[list[Spelling]]:
    by_id: dict[str, list[Spelling]] = defaultdict(list)
    for one in sorted(spellings, key=lambda s: (s.kind, s.name)):
        by_id[one.alone].append(one)
    return [by_id[alone] for alone in sorted(by_id)]


def _named(groups: _Groups) -> dict[int, Place]:
    """Ids for groups: what a table knows, else the first of its spellings' own; of two groups that an operator parted,
    the larger keeps the id and the other gets one of its own."""
    taken: set[str] = set()
    found: dict[int, Place] = {}
    order = sorted(groups.members.values(), key=lambda those: (-len(those), min(groups.rank(id) for id in those)))
    for those in order:
        wanted = _wanted([groups.spelling[id] for id in those])
        free = [entity for entity in wanted if entity not in taken]
        entity = free[0] if free else _numbered(wanted[0], taken)
        taken.add(entity)
        for id in those:
            found[id] = Place(entity=entity, reason=groups.reason.get(id) or _own(groups.spelling[id]))
    return found


def _wanted(those: Sequence[Spelling]) -> list[str]:
    """The ids that a group may have, the best first: of those made of letters the ones of names in Latin letters."""
    latin = {one.alone for one in those if one.name[:1] < "\u0250"}
    return sorted({one.alone for one in those}, key=lambda id: (best(id)[0], id not in latin, best(id)))


def _own(spelling: Spelling) -> str:
    return "a table has the name" if spelling.known else "the name itself"


def best(entity: str) -> tuple[int, bool, int, str]:
    """Orders ids: Wikidata's before GeoNames', those before ids made of letters; of these the ones without initials
    first, then the shorter."""
    if entity[1:].isdigit():
        return 0 if entity[:1] == "Q" else 1, False, 0, entity
    parts = entity.partition(":")[2].split("-")
    return 2, any(len(part) == 1 for part in parts), len(entity), entity


def _numbered(entity: str, taken: set[str]) -> str:
    number = 2
    while f"{entity}~{number}" in taken:
        number += 1
    return f"{entity}~{number}"


SHARE = 0.75
"""Share of the articles with a family name's full names that one of them must have to stand for the family name alone."""
LEAST = 2
"""Articles with the full name below which only a name that a table knows may be meant by its family name alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bearer:
    """Someone whom a short name may mean."""

    entity: str
    name: str
    uses: int
    """Articles with a full name of theirs."""


def bearer_of(bearers: Sequence[Bearer]) -> Bearer | None:
    """Whom a short name means by itself: the one who has nearly all of its articles; None where that is open."""
    if not bearers:
        return None
    first = min(bearers, key=lambda one: (-one.uses, best(one.entity)))
    total = sum(one.uses for one in bearers)
    sure = first.uses >= LEAST or (first.uses >= 1 and best(first.entity)[0] < 2)
    return first if sure and first.uses >= SHARE * total else None
