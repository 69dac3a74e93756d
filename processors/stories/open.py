"""The open stories of a database, kept in the worker's memory and brought up to date before each batch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from broadsheet.ports import Transaction
from broadsheet.storage import overrules
from broadsheet.storage import stories as table
from broadsheet.storage.stories import LineRow, ToldRow
from processors.stories.affairs import Line, known_by
from processors.stories.telling import Stories, Told
from processors.stories.terms import pack, unpack
from processors.stories.window import Edge, Telling

MOST = 120_000
"""Articles kept in memory, the latest ones: 11 KB each, so 1.3 GB at most. A process that starts reads them in half a CPU-minute
at most, under the lock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """An article that a batch placed."""

    telling: Telling
    head: int
    """First of its copies; its own id where it is the first."""
    edges: Sequence[Edge]
    actors: Mapping[str, str]
    places: Mapping[str, str]


class Open:
    """One database's open stories in this process."""

    def __init__(self) -> None:
        self.stories = Stories(self._number)
        self.seq = 0
        self._numbers: list[int] = []
        self._unconfirmed: dict[int, int] = {}
        self._own_lines: set[int] = set()
        """Changes of storylines that this process wrote last."""
        self._heard: tuple[int, int] = (0, 0)
        """How many words of operators are known, and the latest act."""

    def refresh(self, tx: Transaction, wanted: int) -> bool:
        """Learns what others wrote, and makes sure of what this process wrote last; False where that was rolled back,
        or where the database is not the one that was known: then everything has to be learned anew."""
        if table.newest(tx) < self.seq:
            return False
        if self._unconfirmed:
            stored = table.seqs_of(tx, sorted(self._unconfirmed))
            if any(stored.get(id, 0) < seq for id, seq in self._unconfirmed.items()):
                return False
        own = {*self._unconfirmed.values(), *self._own_lines}
        fresh = table.told_since(tx, self.seq, MOST, own)
        lines = table.storylines_of(tx, sorted({row.story for row in fresh}))
        for row in fresh:
            self._take(row, lines[row.story])
        changed = table.lines_since(tx, self.seq, own)
        for line in changed:
            self.stories.affairs.know(line.id, _known(line))
        self._hear(tx)
        self.seq = max([self.seq, *own, *(row.seq for row in fresh), *(line.seq for line in changed)])
        self._unconfirmed.clear()
        self._own_lines.clear()
        self.stories.trim(MOST)
        self.reserve(tx, 2 * wanted)
        return True

    def reserve(self, tx: Transaction, wanted: int) -> None:
        """Takes numbers for so many new stories and storylines."""
        self._numbers = table.numbers_from(tx, "story_id", wanted)[::-1]

    def write(self, tx: Transaction, placed: Sequence[Placed]) -> None:
        """Writes what this batch placed."""
        rows = [_row(one, self.stories.story[one.telling.id]) for one in placed]
        self.put_lines(tx)
        written = {row.story for row in rows} | self.stories.relined
        table.put_stories(tx, {story: self.stories.storyline[story] for story in written})
        for row, seq in zip(rows, table.put_told(tx, rows), strict=True):
            self._unconfirmed[row.id] = seq
        self._reline(tx)

    def put_lines(self, tx: Transaction) -> None:
        """Writes the storylines that changed."""
        affairs = self.stories.affairs
        lines = [_line(id, affairs.lines[id]) for id in sorted(affairs.changed)]
        self._own_lines.update(table.put_lines(tx, lines))
        affairs.changed.clear()

    def moved(self, tx: Transaction, changed: Iterable[Told], merged: Mapping[int, int]) -> None:
        """Writes what a repair moved."""
        places = {told.id: told.story for told in changed}
        self.put_lines(tx)
        lines = {story: self.stories.storyline[story] for story in {*places.values(), *merged, *self.stories.relined}}
        table.put_stories(tx, lines, merged)
        table.move_told(tx, places)
        self._unconfirmed.update((id, row.seq) for id, row in table.told_rows(tx, sorted(places)).items())
        table.retell(tx, sorted(places))
        self._reline(tx)

    def _reline(self, tx: Transaction) -> None:
        """Tells the articles of stories that went to another storyline."""
        table.retell(tx, sorted(id for story in self.stories.relined for id in self.stories.members[story]))
        self.stories.relined.clear()

    def _hear(self, tx: Transaction) -> None:
        """Takes in what operators said, or took back, since the last time."""
        heard = overrules.heard(tx)
        if heard != self._heard:
            self.stories.hear(overrules.everything(tx))
            self._heard = heard

    def _take(self, row: ToldRow, line: int) -> None:
        told = Told(id=row.id, story=row.story, storyline=line)
        if row.head != row.id:
            self.stories.window.remove(row.id)
            self.stories.move(told)
            return
        known = self.stories.window.tellings.get(row.id)
        edges = _read_edges(row.edges)
        if (
            known is not None
            and pack(known.terms) == row.fields
            and (known.moment, known.dated) == (row.moment, row.dated)
        ):
            self.stories.move(told)
            return
        one = Telling(
            id=row.id, terms=unpack(row.fields), moment=row.moment, dated=row.dated, timed=row.timed,
            language=row.language,
            words=row.words,
        )  # fmt: skip
        self.stories.take(one, edges, told)

    def _number(self) -> int:
        if not self._numbers:
            raise ValueError("stories: more new stories and storylines than numbers were taken for")
        return self._numbers.pop()


def _row(placed: Placed, story: int) -> ToldRow:
    one = placed.telling
    return ToldRow(
        id=one.id,
        story=story,
        moment=one.moment,
        dated=one.dated,
        timed=one.timed,
        language=one.language,
        words=one.words,
        head=placed.head,
        fields=pack(one.terms),
        edges=_edges(placed.edges),
        actors=placed.actors,
        places=placed.places,
    )


def _edges(edges: Sequence[Edge]) -> bytes:
    ids = np.array([edge.other for edge in edges], dtype="<i8").tobytes()
    return ids + np.array([edge.resemblance for edge in edges], dtype="<f4").tobytes()


def _read_edges(data: bytes) -> list[Edge]:
    count = len(data) // 12
    ids = np.frombuffer(data, dtype="<i8", count=count).tolist()
    values = np.frombuffer(data, dtype="<f4", count=count, offset=8 * count).tolist()
    return [Edge(other=id, resemblance=round(value, 4)) for id, value in zip(ids, values, strict=True)]


def _line(id: int, line: Line) -> LineRow:
    return LineRow(
        id=id,
        events=line.events,
        hashes=line.profile.hashes.astype("<u4").tobytes(),
        weights=line.profile.weights.astype("<f4").tobytes(),
        first=line.first,
        last=line.last,
    )


def _known(row: LineRow) -> Line:
    names = known_by(np.frombuffer(row.hashes, dtype="<u4"), np.frombuffer(row.weights, dtype="<f4"))
    return Line(profile=names, events=row.events, first=row.first, last=row.last)
