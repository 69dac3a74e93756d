"""Tells which keys certainly nobody holds, so that the database is asked only for the few that somebody may.

Nine of ten keys of a fresh article are new to us, and to learn that from a B-tree of each week was a third of the stage's
time. A sieve is a Bloom filter of every week in one table: a row a slot, a bit a week, so that one look answers for all
weeks. It may say "perhaps" wrongly, never "nobody": it reads all that any process added (`shingle_log`), under the stage's
lock, before each batch. Two bytes a slot, 12 to 24 slots for each key of the fullest week: 3 x 10^6 articles within the
window need 268 MB in each worker, 10^5 need 8.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from broadsheet.ports import Transaction

Keys = NDArray[np.int64]
Halves = NDArray[np.uint32]

PROBES = 5
"""Slots of a key; with 12 to 24 slots a key in a week, one key in 200 to 4000 is wrongly said to be there perhaps."""
SLOTS_A_KEY = 12
SMALLEST = 1 << 16
COLUMNS = 16
"""Weeks a sieve tells apart, the newest ones; of older weeks it says "perhaps" to every key."""
ROWS_AT_ONCE = 200
"""Rows of the log that are read at a time: some megabytes."""
KEPT = 4
"""Databases a process remembers sieves of."""


def halves(keys: Keys) -> Halves:
    """The upper half of each key: all that a sieve knows of it."""
    return (keys.view(np.uint64) >> np.uint64(32)).astype(np.uint32)


def _slots(given: Halves, size: int) -> NDArray[np.uint32]:
    """The slots of each key, a row a probe: two halves of one mixed number, one stepping by the other."""
    mixed = given.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)
    first = (mixed >> np.uint64(32)).astype(np.uint32)
    step = mixed.astype(np.uint32) | np.uint32(1)
    probes = np.arange(PROBES, dtype=np.uint32)[:, None]
    return (first + probes * step) & np.uint32(size - 1)


class Crowd(NamedTuple):
    """Since when so many hold a key that no later article need look who they are."""

    rank: tuple[datetime, datetime, int]
    """Rank of the last of them."""
    oldest: datetime
    """The moments their articles were first seen lie between these two."""
    newest: datetime
    until: float
    """When this is forgotten, by the monotonic clock: articles change, though rarely."""


class Sieve:
    """Which weeks may hold a key."""

    def __init__(self) -> None:
        self.seq = 0
        """The log is read up to here."""
        self.counts: dict[date, int] = {}
        """Keys of each week that has any."""
        self.stock: dict[int, Crowd] = {}
        """Keys that many hold, whom nobody need look up for a while."""
        self._columns: dict[date, int] = {}
        self._table = np.zeros(SMALLEST, dtype=np.uint16)

    @property
    def size(self) -> int:
        """Bytes in memory."""
        return int(self._table.nbytes)

    def add(self, week: date, given: Halves) -> None:
        """Notes that these keys are in that week."""
        self.counts[week] = self.counts.get(week, 0) + len(given)
        column = self._column(week)
        if column is None:
            return
        while self.counts[week] * SLOTS_A_KEY > len(self._table):
            self._table = np.concatenate((self._table, self._table))
        for slots in _slots(given, len(self._table)):
            self._table[slots] |= np.uint16(1 << column)

    def weeks(self, keys: Keys) -> dict[date, Keys]:
        """The keys each week may have; weeks that have none of them are left out."""
        slots = _slots(halves(keys), len(self._table))
        seen = self._table[slots[0]]
        for probe in slots[1:]:
            seen &= self._table[probe]
        perhaps = {week: keys for week in self.counts if week not in self._columns}
        some = np.flatnonzero(seen)
        for week, column in self._columns.items():
            found = some[(seen[some] >> np.uint16(column)) & np.uint16(1) == 1]
            if len(found):
                perhaps[week] = keys[found]
        return perhaps

    def bits(self, week: date) -> bytes:
        """One week's column, to be stored."""
        column = self._columns[week]
        return np.packbits((self._table >> np.uint16(column)).astype(np.uint8) & np.uint8(1)).tobytes()

    def put_bits(self, week: date, count: int, bits: bytes) -> None:
        """Takes a stored column."""
        self.counts[week] = self.counts.get(week, 0) + count
        column = self._column(week)
        if column is None:
            return
        mask = np.unpackbits(np.frombuffer(bits, dtype=np.uint8)).astype(np.uint16) << np.uint16(column)
        while len(self._table) < len(mask):
            self._table = np.concatenate((self._table, self._table))
        self._table |= np.tile(mask, len(self._table) // len(mask))

    def _column(self, week: date) -> int | None:
        """The week's bit; the oldest week gives up its own to a newer one. None: the week is too old to have one."""
        if week in self._columns:
            return self._columns[week]
        free = sorted(set(range(COLUMNS)) - set(self._columns.values()))
        if not free:
            oldest = min(self._columns)
            if week < oldest:
                return None
            free = [self._columns.pop(oldest)]
            self._table &= np.uint16(~(1 << free[0]) & 0xFFFF)
        self._columns[week] = free[0]
        return free[0]


_kept: dict[str, Sieve] = {}


def sieve_of(tx: Transaction) -> Sieve:
    """This database's sieve, with everything in it that was committed before the call. Under the stage's lock."""
    database, sieve = next(reversed(_kept.items()), ("", Sieve()))
    while True:
        rows = _asked(tx, sieve.seq)
        found, last, folded = rows[0][:3]
        if found != database:
            database, sieve = found, _kept.get(found, Sieve())
            continue
        # Rows that were folded away before we read them are in the stored bits alone; and numbers never fall but in a
        # database that was restored.
        if sieve.seq < folded or sieve.seq > last:
            sieve = Sieve()
            _read_log(tx, sieve)
            _read_stored(tx, sieve)
            break
        _take(sieve, [row[3:] for row in rows if row[3] is not None])
        if len(rows) < ROWS_AT_ONCE:
            break
    _kept.pop(database, None)
    _kept[database] = sieve
    while len(_kept) > KEPT:
        del _kept[next(iter(_kept))]
    return sieve


def _asked(tx: Transaction, seq: int) -> list[tuple[Any, ...]]:
    """(which database this is, the last number given, the last one folded, number, week, keys) of the next rows of the
    log; one row without the latter where there are none. One statement, so that all is of one moment."""
    return tx.tuples(
        "SELECT pg_postmaster_start_time()::text || ' ' || d.oid || ' ' || d.datname, s.last_value,"
        " (SELECT coalesce(max(seq), 0) FROM shingle_sieve), l.seq, l.week, l.keys"
        " FROM pg_database d CROSS JOIN shingle_log_seq_seq s LEFT JOIN LATERAL (SELECT * FROM shingle_log"
        " WHERE seq > %(seq)s ORDER BY seq LIMIT %(limit)s) l ON true WHERE d.datname = current_database() ORDER BY l.seq",
        {"seq": seq, "limit": ROWS_AT_ONCE},
    )


def _take(sieve: Sieve, rows: Sequence[tuple[Any, ...]]) -> None:
    """Adds rows of the log: number, week, keys."""
    for seq, week, keys in rows:
        sieve.add(week, np.frombuffer(bytes(keys), dtype=">u4").astype(np.uint32))
        sieve.seq = seq


def _read_stored(tx: Transaction, sieve: Sieve, week: date | None = None) -> None:
    """Adds what upkeep has folded, of all weeks or one."""
    weeks = tx.rows(
        "SELECT week FROM shingle_sieve WHERE %(week)s::date IS NULL OR week = %(week)s ORDER BY week DESC",
        {"week": week},
    )
    for given in weeks:
        for row in tx.rows("SELECT week, seq, count, bits FROM shingle_sieve WHERE week = %(week)s", given):
            sieve.put_bits(row["week"], row["count"], bytes(row["bits"]))
            sieve.seq = max(sieve.seq, row["seq"])


def _read_log(tx: Transaction, sieve: Sieve, week: date | None = None, until: int | None = None) -> None:
    """Adds the rows of the log that the sieve lacks."""
    while True:
        rows = tx.tuples(
            "SELECT seq, week, keys FROM shingle_log WHERE seq > %(seq)s AND (%(week)s::date IS NULL OR week = %(week)s)"
            " AND (%(until)s::bigint IS NULL OR seq <= %(until)s) ORDER BY seq LIMIT %(limit)s",
            {"seq": sieve.seq, "week": week, "until": until, "limit": ROWS_AT_ONCE},
        )
        _take(sieve, rows)
        if len(rows) < ROWS_AT_ONCE:
            return


def log_keys(tx: Transaction, keys: Mapping[date, Keys]) -> None:
    """Tells all sieves of keys that this transaction adds."""
    values = [(week, halves(given).astype(">u4").tobytes()) for week, given in sorted(keys.items())]
    tx.insert("INSERT INTO shingle_log (week, keys) VALUES %s", values)


def fold_log(tx: Transaction) -> int:
    """Folds the log into each week's stored bits, so that a process that starts reads a tenth; the rows folded.

    Without the stage's lock: numbers are given under it, so all below the highest that is seen are there.
    """
    top: Any = tx.rows("SELECT max(seq) AS top FROM shingle_log")[0]["top"]
    weeks = tx.rows("SELECT DISTINCT week FROM shingle_log WHERE seq <= %(top)s", {"top": top})
    for row in weeks:
        sieve = Sieve()
        _read_log(tx, sieve, row["week"], top)
        _read_stored(tx, sieve, row["week"])
        tx.insert(
            "INSERT INTO shingle_sieve (week, seq, count, bits) VALUES %s ON CONFLICT (week) DO UPDATE"
            " SET seq = excluded.seq, count = excluded.count, bits = excluded.bits",
            [(row["week"], top, sieve.counts[row["week"]], sieve.bits(row["week"]))],
        )
    return tx.run("DELETE FROM shingle_log WHERE seq <= %(top)s", {"top": top})
