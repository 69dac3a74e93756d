"""What the stage `deduplicate` remembers: every article's words as numbers, and who holds which sampled shingle."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import chain
from typing import Any, NamedTuple, Protocol, cast

import numpy as np

from broadsheet.border import clean
from broadsheet.ports import Transaction
from broadsheet.storage import rows
from broadsheet.storage.sieve import Crowd, Keys, Sieve, fold_log, log_keys, sieve_of

WINDOW = timedelta(days=90)
"""How far apart two articles may have been first seen to be compared; equal texts meet for ever."""

COLUMNS = (
    "id, fold, exact, title, host, source, moment, first_seen, shingle, words, sentences, kind, score, evidence,"
    " addresses, into_id"
)
MARK = "id, fold, exact, title, host, moment, first_seen, octet_length(words) / 4 AS length, into_id"
DIGEST = 32
"""Bytes of an address's digest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Twin:
    """What is remembered of one article, to tell whether others are copies of it."""

    id: int
    fold: int
    """First of its group of copies; its own id where it is the first."""
    exact: int
    """Hash of all its words."""
    title: int
    """Hash of its title's words; 0 where it has none."""
    host: str
    source: str
    moment: datetime
    """When it says it was published, or was first seen: decides who was first."""
    first_seen: datetime
    shingle: int
    """Words in one of its shingles."""
    words: bytes
    """A 32-bit number for each word, in order."""
    sentences: bytes
    """Words of each sentence, 16 bits each."""
    kind: str | None = None
    """What it is to the first of its group: `wire-copy-of` or `near-duplicate`; None for the first."""
    score: float = 1.0
    evidence: str = ""

    addresses: bytes = b""
    """Digest of each address it gives for itself, in order; empty where none is recorded."""
    into_id: int | None = None
    """The article it is another address of; None where it is an article itself."""

    @property
    def rank(self) -> tuple[datetime, datetime, int]:
        """Who was first: by claimed date, then first seen."""
        return self.moment, self.first_seen, self.id

    @property
    def mark(self) -> Mark:
        """The same without its words."""
        length = len(self.words) // 4
        return Mark(
            self.id, self.fold, self.exact, self.title, self.host, self.moment, self.first_seen, length, self.into_id
        )

    @property
    def digests(self) -> list[bytes]:
        """Its addresses one by one."""
        return [self.addresses[start : start + DIGEST] for start in range(0, len(self.addresses), DIGEST)]


class Mark(NamedTuple):
    """A `Twin` as far as counting needs it. A plain tuple, as there are hundreds of them a batch."""

    id: int
    fold: int
    exact: int
    title: int
    host: str
    moment: datetime
    first_seen: datetime
    length: int
    """Words it has."""
    into_id: int | None

    @property
    def rank(self) -> tuple[datetime, datetime, int]:
        """Who was first: by claimed date, then first seen."""
        return self.moment, self.first_seen, self.id


class ShingleTable(Protocol):
    """The past of `deduplicate`; PostgreSQL in the service, memory in the filter. One contract test for both."""

    def holdings(self, keys: Keys, since: datetime, until: datetime) -> list[tuple[int, int]]:
        """(key, who holds it), among articles first seen in the weeks of that window."""
        ...

    def stock(self) -> dict[int, Crowd]:
        """Keys that so many hold that nobody need ask for them for a while; to be added to."""
        ...

    def marks(self, ids: Sequence[int]) -> dict[int, Mark]:
        """These articles without their words; unknown ones are left out."""
        ...

    def twins(self, ids: Sequence[int]) -> dict[int, Twin]:
        """These articles; unknown ones are left out."""
        ...

    def members(self, folds: Sequence[int]) -> list[Mark]:
        """All articles of these groups of copies."""
        ...

    def same_text(self, exact: Sequence[int]) -> list[Mark]:
        """All articles with one of these hashes, however old, the merged ones included."""
        ...

    def merged_into(self, id: int) -> list[int]:
        """Pages that are other addresses of an article."""
        ...

    def put(self, twins: Sequence[Twin], new: Collection[int] = ()) -> None:
        """Remembers these articles, in place of what was known of them; nothing was of `new` ones."""
        ...

    def add(self, keys: Mapping[int, Collection[int]], weeks: Mapping[int, date]) -> None:
        """Remembers which keys articles hold; `weeks` has the week of each one's first sight."""
        ...

    def drop(self, keys: Mapping[int, Collection[int]], weeks: Mapping[int, date]) -> None:
        """Takes keys from articles."""
        ...

    def overrules(self, ids: Sequence[int]) -> dict[tuple[int, int], bool]:
        """What operators decided about pairs with one of these articles: (lower id, higher id) -> copies or not."""
        ...


def week_of(moment: datetime) -> date:
    """The Monday of the moment's week, in UTC."""
    day = moment.astimezone(UTC).date()
    return day - timedelta(days=day.weekday())


class PostgresShingles:
    """`ShingleTable` on the tables `twin`, `shingle` and `copy_overrule`."""

    def __init__(self, tx: Transaction) -> None:
        self.tx = tx
        self._read: Sieve | None = None

    def holdings(self, keys: Keys, since: datetime, until: datetime) -> list[tuple[int, int]]:
        if not len(keys):
            return []
        low, high = week_of(since), week_of(until)
        weeks = {week: some for week, some in self._sieve().weeks(keys).items() if low <= week <= high}
        if not weeks:
            return []
        # Always all weeks that have keys, so that one plan serves; those without a candidate are asked for nothing.
        known = sorted(week for week in self._sieve().counts if low <= week <= high)
        parts = [
            f"SELECT key, owner FROM shingle WHERE week = '{week.isoformat()}' AND key = ANY(${n})"
            for n, week in enumerate(known, 1)
        ]
        given = [array(weeks[week].tolist()) if week in weeks else "{}" for week in known]
        found = self.tx.prepared(" UNION ALL ".join(parts), ["bigint[]"] * len(known), given)
        return cast(list[tuple[int, int]], found)

    def stock(self) -> dict[int, Crowd]:
        return self._sieve().stock

    def _sieve(self) -> Sieve:
        if self._read is None:
            self._read = sieve_of(self.tx)
        return self._read

    def marks(self, ids: Sequence[int]) -> dict[int, Mark]:
        return {mark.id: mark for mark in self._marks("id = ANY(%(values)s::bigint[])", ids)}

    def twins(self, ids: Sequence[int]) -> dict[int, Twin]:
        found = self._twins("id = ANY(%(values)s::bigint[])", ids)
        return {twin.id: twin for twin in found}

    def members(self, folds: Sequence[int]) -> list[Mark]:
        condition = (
            "(id = ANY(%(values)s::bigint[]) AND fold = id) OR (fold = ANY(%(values)s::bigint[]) AND fold <> id)"
        )
        return self._marks(condition, folds)

    def same_text(self, exact: Sequence[int]) -> list[Mark]:
        return self._marks("exact = ANY(%(values)s::bigint[])", exact)

    def _marks(self, condition: str, values: Sequence[int]) -> list[Mark]:
        if not values:
            return []
        rows = self.tx.tuples(f"SELECT {MARK} FROM twin WHERE {condition}", {"values": array(values)})
        return [Mark._make(row) for row in rows]

    def _twins(self, condition: str, values: Sequence[int]) -> list[Twin]:
        if not values:
            return []
        rows = self.tx.rows(f"SELECT {COLUMNS} FROM twin WHERE {condition}", {"values": array(values)})
        return [twin_of(row) for row in rows]

    def merged_into(self, id: int) -> list[int]:
        rows = self.tx.rows("SELECT id FROM twin WHERE into_id = %(id)s ORDER BY id", {"id": id})
        return [row["id"] for row in rows]

    def put(self, twins: Sequence[Twin], new: Collection[int] = ()) -> None:
        names = COLUMNS.split(", ")
        changes = ", ".join(f"{name} = excluded.{name}" for name in names[1:])
        values = [[getattr(twin, name) for name in names] for twin in twins if twin.id not in new]
        self.tx.insert(f"INSERT INTO twin ({COLUMNS}) VALUES %s ON CONFLICT (id) DO UPDATE SET {changes}", values)
        # As text a row is five times as dear, to write here and to read there.
        fresh = [twin for twin in twins if twin.id in new]
        if fresh:
            self.tx.copy(f"twin ({COLUMNS})", b"".join(map(rows.twin, fresh)))

    def add(self, keys: Mapping[int, Collection[int]], weeks: Mapping[int, date]) -> None:
        added: dict[date, Keys] = {}
        for week, owners in _by_week(keys, weeks).items():
            self._partition(week)
            added[week], holders = pairs(keys, owners)
            # The partition by its name: routing rows costs as much as writing them.
            self.tx.copy(f"{name_of(week)} (week, key, owner)", rows.holdings(week, added[week], holders))
        log_keys(self.tx, added)

    def drop(self, keys: Mapping[int, Collection[int]], weeks: Mapping[int, date]) -> None:
        for week, owners in _by_week(keys, weeks).items():
            some, holders = pairs(keys, owners)
            self.tx.run(
                "DELETE FROM shingle s USING unnest(%(keys)s::bigint[], %(owners)s::bigint[]) AS g (key, owner)"
                " WHERE s.week = %(week)s AND s.key = g.key AND s.owner = g.owner",
                {"week": week, "keys": array(some.tolist()), "owners": array(holders.tolist())},
            )

    def _partition(self, week: date) -> None:
        """Makes the week's partition where it is missing."""
        if not self.tx.rows("SELECT to_regclass(%(name)s) AS t", {"name": name_of(week)})[0]["t"]:
            self.tx.run(f"CREATE TABLE {name_of(week)} PARTITION OF shingle FOR VALUES IN ('{week.isoformat()}')")

    def overrules(self, ids: Sequence[int]) -> dict[tuple[int, int], bool]:
        rows = self.tx.rows(
            "SELECT one, other, same FROM copy_overrule"
            " WHERE one = ANY(%(ids)s::bigint[]) OR other = ANY(%(ids)s::bigint[])",
            {"ids": array(ids)},
        )
        return {(row["one"], row["other"]): row["same"] for row in rows}


def name_of(week: date) -> str:
    """The partition of a week's keys."""
    return f"shingle_{week:%Y_%m_%d}"


def _by_week(keys: Mapping[int, Collection[int]], weeks: Mapping[int, date]) -> dict[date, list[int]]:
    """Week -> owners with keys."""
    found: defaultdict[date, list[int]] = defaultdict(list)
    for owner, some in keys.items():
        if some:
            found[weeks[owner]].append(owner)
    return dict(sorted(found.items()))


def pairs(keys: Mapping[int, Collection[int]], owners: Sequence[int]) -> tuple[Keys, Keys]:
    """Keys and their owners, in the order of the keys: neighbours in the index are written together."""
    given = np.fromiter(chain.from_iterable(keys[owner] for owner in owners), dtype=np.int64)
    holders = np.repeat(np.array(owners, dtype=np.int64), [len(keys[owner]) for owner in owners])
    order = np.argsort(given, kind="stable")
    return given[order], holders[order]


def array(values: Iterable[int]) -> str:
    """The numbers as PostgreSQL writes an array: a hundred times as fast to adapt and to parse as ARRAY[...]."""
    return "{" + ",".join(map(str, values)) + "}"


def twin_of(row: Mapping[str, Any]) -> Twin:
    """The twin in a row of the table."""
    given = {name: bytes(row[name]) for name in ("words", "sentences", "addresses")}
    return Twin(**{**row, **given})


def claimants_of(tx: Transaction, digests: Sequence[bytes]) -> dict[bytes, set[int]]:
    """The pages that may give each address for themselves; those of rejected or dead URLs have no say."""
    rows = tx.rows(
        "SELECT g.hash, u.id FROM ("
        " SELECT hash, article_id AS id FROM address WHERE hash = ANY(%(digests)s)"
        " UNION ALL SELECT hash, id FROM claim WHERE hash = ANY(%(digests)s)) AS g"
        " JOIN url u ON u.id = g.id WHERE u.disposition IN ('pending', 'article', 'merged')",
        {"digests": list(digests)},
    )
    found: defaultdict[bytes, set[int]] = defaultdict(set)
    for row in rows:
        found[bytes(row["hash"])].add(row["id"])
    return dict(found)


def claim_addresses(tx: Transaction, urls: Mapping[bytes, str], owners: Mapping[bytes, int]) -> None:
    """Gives addresses to the articles they lead to; `urls` has the address behind each digest that is new."""
    new = [(digest, clean(urls[digest]), id) for digest, id in sorted(owners.items()) if digest in urls]
    tx.insert(
        "INSERT INTO address (hash, url, article_id) VALUES %s ON CONFLICT (hash) DO UPDATE"
        " SET article_id = excluded.article_id WHERE address.article_id <> excluded.article_id",
        new,
    )
    tx.insert(
        "UPDATE address SET article_id = v.id FROM (VALUES %s) AS v (hash, id)"
        " WHERE address.hash = v.hash AND address.article_id <> v.id",
        [(digest, id) for digest, id in sorted(owners.items()) if digest not in urls],
    )


def put_claims(tx: Transaction, claims: Iterable[tuple[bytes, int]], gone: Iterable[tuple[bytes, int]]) -> None:
    """Remembers who gives an address for itself, beside the article it leads to, and who does no more."""
    tx.insert(
        "DELETE FROM claim USING (VALUES %s) AS v (hash, id) WHERE claim.hash = v.hash AND claim.id = v.id",
        sorted(gone),
    )
    tx.insert("INSERT INTO claim (hash, id) VALUES %s ON CONFLICT DO NOTHING", sorted(claims))


def urls_of(tx: Transaction, digests: Iterable[bytes]) -> dict[bytes, str]:
    """The addresses behind these digests, of those that are known."""
    rows = tx.rows("SELECT hash, url FROM address WHERE hash = ANY(%(hashes)s)", {"hashes": list(digests)})
    return {bytes(row["hash"]): row["url"] for row in rows}


def overrule(tx: Transaction, one: int, other: int, same: bool | None, who: str) -> None:
    """An operator's word on two articles; None takes it back. `processors.deduplicate.again` then applies it."""
    low, high = sorted((one, other))
    given = {"one": low, "other": high, "same": same, "who": who}
    if same is None:
        tx.run("DELETE FROM copy_overrule WHERE one = %(one)s AND other = %(other)s", given)
        return
    tx.run(
        "INSERT INTO copy_overrule (one, other, same, who) VALUES (%(one)s, %(other)s, %(same)s, %(who)s)"
        " ON CONFLICT (one, other) DO UPDATE SET same = excluded.same, who = excluded.who, at = now()",
        given,
    )


def prune(tx: Transaction, before: date) -> int:
    """Drops the keys of weeks that end before that day, which no window reaches any more, and folds the log of the
    others; the number of weeks dropped. Twins stay: equal texts meet for ever."""
    tables = tx.rows("SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'shingle'::regclass")
    weeks = [date.fromisoformat(row["name"].removeprefix("shingle_").replace("_", "-")) for row in tables]
    old = [week for week in weeks if week + timedelta(weeks=1) <= before]
    for week in old:
        tx.run(f"DROP TABLE {name_of(week)}")
    for table in ("shingle_log", "shingle_sieve"):
        tx.run(f"DELETE FROM {table} WHERE week + 7 <= %(before)s", {"before": before})
    fold_log(tx)
    return len(old)
