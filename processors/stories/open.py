"""The open stories of a database, kept in the worker's memory and brought up to date before each batch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from broadsheet.ports import Transaction
from broadsheet.storage import stories as table
from broadsheet.storage.stories import LineRow, ToldRow
from processors.stories.telling import Stories, Told
from processors.stories.terms import Terms, pack, unpack
from processors.stories.window import Edge, Telling

MOST = 120_000
"""Articles kept in memory, the latest ones: about 8 KB each."""


class Open:
    """One database's open stories in this process."""

    def __init__(self) -> None:
        self.stories = Stories(self._number)
        self.seq = 0
        self._numbers: list[int] = []
        self._unconfirmed: dict[int, int] = {}

    def refresh(self, tx: Transaction, wanted: int) -> bool:
        """Learns what others wrote, and makes sure of what this process wrote last; False where that was rolled back,
        or where the database is not the one that was known: then everything has to be learned anew."""
        if table.newest(tx) < self.seq:
            return False
        if self._unconfirmed:
            stored = table.told_rows(tx, sorted(self._unconfirmed))
            if any(id not in stored or stored[id].seq < seq for id, seq in self._unconfirmed.items()):
                return False
        own = set(self._unconfirmed.values())
        fresh = [row for row in table.told_since(tx, self.seq, MOST) if row.seq not in own]
        lines = table.storylines_of(tx, sorted({row.story for row in fresh}))
        for row in fresh:
            self._take(row, lines[row.story])
        for line in table.lines_since(tx, self.seq):
            self.stories.affairs.know(line.id, _names(line), line.events)
        self.seq = max([self.seq, *own, *(row.seq for row in fresh)])
        self._unconfirmed.clear()
        self.stories.trim(MOST)
        self.reserve(tx, 2 * wanted)
        return True

    def reserve(self, tx: Transaction, wanted: int) -> None:
        """Takes numbers for so many new stories and storylines."""
        self._numbers = table.numbers_from(tx, "story_id", wanted)[::-1]

    def write(self, tx: Transaction, tellings: Sequence[tuple[Telling, int, list[Edge]]]) -> None:
        """Writes what this batch placed: (article, first of its copies, neighbours)."""
        rows = [
            ToldRow(
                id=one.id, story=self.stories.story[one.id], moment=one.moment, dated=one.dated, language=one.language,
                words=one.words, head=head, fields=pack(one.fields), edges=_edges(edges),
                actors=one.actors, places=one.places,
            )
            for one, head, edges in tellings
        ]  # fmt: skip
        self.put_lines(tx)
        table.put_stories(tx, {row.story: self.stories.storyline[row.story] for row in rows})
        for row, seq in zip(rows, table.put_told(tx, rows), strict=True):
            self._unconfirmed[row.id] = seq

    def put_lines(self, tx: Transaction) -> None:
        """Writes the storylines that changed."""
        affairs = self.stories.affairs
        table.put_lines(tx, [_line(id, affairs.events[id], affairs.profiles[id]) for id in sorted(affairs.changed)])
        affairs.changed.clear()

    def moved(self, tx: Transaction, changed: Iterable[Told], merged: Mapping[int, int]) -> None:
        """Writes what a repair moved."""
        places = {told.id: told.story for told in changed}
        self.put_lines(tx)
        lines = {story: self.stories.storyline[story] for story in {*places.values(), *merged}}
        table.put_stories(tx, lines, merged)
        table.move_told(tx, places)
        self._unconfirmed.update((id, row.seq) for id, row in table.told_rows(tx, sorted(places)).items())
        table.retell(tx, sorted(places))

    def _take(self, row: ToldRow, line: int) -> None:
        told = Told(id=row.id, story=row.story, storyline=line)
        if row.head != row.id:
            self.stories.window.remove(row.id)
            self.stories.move(told)
            return
        known = self.stories.window.tellings.get(row.id)
        edges = _read_edges(row.edges)
        if known is not None and pack(known.fields) == row.fields and known.moment == row.moment:
            self.stories.move(told)
            return
        one = Telling(
            id=row.id, fields=unpack(row.fields), moment=row.moment, dated=row.dated, language=row.language,
            words=row.words,
        )  # fmt: skip
        self.stories.take(one, edges, told)

    def _number(self) -> int:
        if not self._numbers:
            raise ValueError("stories: more new stories and storylines than numbers were taken for")
        return self._numbers.pop()


def _edges(edges: Sequence[Edge]) -> bytes:
    ids = np.array([edge.other for edge in edges], dtype="<i8").tobytes()
    return ids + np.array([edge.resemblance for edge in edges], dtype="<f4").tobytes()


def _read_edges(data: bytes) -> list[Edge]:
    count = len(data) // 12
    ids = np.frombuffer(data, dtype="<i8", count=count).tolist()
    values = np.frombuffer(data, dtype="<f4", count=count, offset=8 * count).tolist()
    return [Edge(other=id, resemblance=round(value, 4)) for id, value in zip(ids, values, strict=True)]


def _line(id: int, events: int, names: Terms) -> LineRow:
    return LineRow(
        id=id, events=events, hashes=names.hashes.astype("<u4").tobytes(), weights=names.weights.astype("<f4").tobytes()
    )


def _names(row: LineRow) -> Terms:
    return Terms(hashes=np.frombuffer(row.hashes, dtype="<u4"), weights=np.frombuffer(row.weights, dtype="<f4").copy())
