"""What the stage `deduplicate` remembers: every article's words as numbers, and who holds which sampled shingle."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple, Protocol

from broadsheet.ports import Transaction
from broadsheet.storage.urls import digest

WINDOW = timedelta(days=90)
"""How far apart two articles may have been first seen to be compared; equal texts meet for ever."""

BLOCK = 4
"""Weeks in a partition of keys. Every key is looked up in every partition of the window: with one a week that was a
third of the stage's time (1.7 ms of each batch of 50 a partition, at 10^5 articles)."""

COLUMNS = "id, fold, exact, title, host, source, moment, first_seen, shingle, words, sentences, kind, score, evidence"


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

    @property
    def rank(self) -> tuple[datetime, datetime, int]:
        """Who was first: by claimed date, then first seen."""
        return self.moment, self.first_seen, self.id


class Holding(NamedTuple):
    """That an article's group holds a key. A plain tuple: there are thirty of them an article."""

    key: int
    owner: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Whose key it is, as far as counting needs it."""

    id: int
    fold: int
    host: str
    first_seen: datetime


class ShingleTable(Protocol):
    """The past of `deduplicate`; PostgreSQL in the service, memory in the filter. One contract test for both."""

    def holdings(self, keys: Sequence[int], since: datetime, until: datetime) -> list[Holding]:
        """Who holds these keys, among articles first seen in the weeks of that window."""
        ...

    def owners(self, ids: Sequence[int]) -> dict[int, Owner]:
        """These articles without their words; unknown ones are left out."""
        ...

    def twins(self, ids: Sequence[int]) -> dict[int, Twin]:
        """These articles; unknown ones are left out."""
        ...

    def members(self, fold: int) -> list[Twin]:
        """All articles of a group of copies."""
        ...

    def same_text(self, exact: Sequence[int]) -> list[Twin]:
        """All articles with one of these hashes, however old."""
        ...

    def put(self, twins: Sequence[Twin]) -> None:
        """Remembers these articles, in place of what was known of them."""
        ...

    def add(self, holdings: Sequence[Holding], weeks: Mapping[int, date]) -> None:
        """Remembers who holds a key; `weeks` has the week of each owner's first sight."""
        ...

    def forget(self, ids: Sequence[int]) -> None:
        """Drops articles; what they held counts no more."""
        ...

    def overrules(self, ids: Sequence[int]) -> dict[tuple[int, int], bool]:
        """What operators decided about pairs with one of these articles: (lower id, higher id) -> copies or not."""
        ...


def week_of(moment: datetime) -> date:
    """The Monday of the moment's week, in UTC."""
    day = moment.astimezone(UTC).date()
    return day - timedelta(days=day.weekday())


def block_of(week: date) -> date:
    """The first Monday of the block of weeks that a partition holds."""
    return week - timedelta(weeks=(week.toordinal() // 7) % BLOCK)


class PostgresShingles:
    """`ShingleTable` on the tables `twin`, `shingle` and `copy_overrule`."""

    def __init__(self, tx: Transaction) -> None:
        self.tx = tx

    def holdings(self, keys: Sequence[int], since: datetime, until: datetime) -> list[Holding]:
        if not keys:
            return []
        rows = self.tx.rows(
            "SELECT key, owner FROM shingle WHERE key = ANY(%(keys)s::bigint[])"
            " AND week BETWEEN %(since)s AND %(until)s",
            {"keys": array(keys), "since": week_of(since), "until": week_of(until)},
        )
        return [Holding(row["key"], row["owner"]) for row in rows]

    def owners(self, ids: Sequence[int]) -> dict[int, Owner]:
        if not ids:
            return {}
        rows = self.tx.rows(
            "SELECT id, fold, host, first_seen FROM twin WHERE id = ANY(%(ids)s::bigint[])", {"ids": array(ids)}
        )
        return {row["id"]: Owner(**row) for row in rows}

    def twins(self, ids: Sequence[int]) -> dict[int, Twin]:
        found = self._twins("id = ANY(%(values)s::bigint[])", ids)
        return {twin.id: twin for twin in found}

    def members(self, fold: int) -> list[Twin]:
        condition = (
            "(id = ANY(%(values)s::bigint[]) AND fold = id) OR (fold = ANY(%(values)s::bigint[]) AND fold <> id)"
        )
        return self._twins(condition, [fold])

    def same_text(self, exact: Sequence[int]) -> list[Twin]:
        return self._twins("exact = ANY(%(values)s::bigint[])", exact)

    def _twins(self, condition: str, values: Sequence[int]) -> list[Twin]:
        if not values:
            return []
        rows = self.tx.rows(f"SELECT {COLUMNS} FROM twin WHERE {condition}", {"values": array(values)})
        return [twin_of(row) for row in rows]

    def put(self, twins: Sequence[Twin]) -> None:
        names = COLUMNS.split(", ")
        values = [[getattr(twin, name) for name in names] for twin in twins]
        changes = ", ".join(f"{name} = excluded.{name}" for name in names[1:])
        self.tx.insert(f"INSERT INTO twin ({COLUMNS}) VALUES %s ON CONFLICT (id) DO UPDATE SET {changes}", values)

    def add(self, holdings: Sequence[Holding], weeks: Mapping[int, date]) -> None:
        if not holdings:
            return
        for week in sorted({weeks[holding.owner] for holding in holdings}):
            self._partition(week)
            here = [holding for holding in holdings if weeks[holding.owner] == week]
            self.tx.run(
                "INSERT INTO shingle (week, key, owner)"
                " SELECT %(week)s, * FROM unnest(%(keys)s::bigint[], %(owners)s::bigint[])",
                {
                    "week": week,
                    "keys": array(holding.key for holding in here),
                    "owners": array(holding.owner for holding in here),
                },
            )

    def _partition(self, week: date) -> None:
        """Makes the partition of the week's block where it is missing; weeks with rows in the rest keep them there."""
        first = block_of(week)
        name = f"shingle_{first:%Y_%m_%d}"
        if self.tx.rows("SELECT to_regclass(%(name)s) AS t", {"name": name})[0]["t"]:
            return
        last = first + timedelta(weeks=BLOCK)
        given = {"first": first, "last": last}
        if self.tx.rows("SELECT 1 FROM shingle_rest WHERE week >= %(first)s AND week < %(last)s LIMIT 1", given):
            return
        bounds = f"FROM ('{first.isoformat()}') TO ('{last.isoformat()}')"
        # Where older code cut the weeks otherwise, the rest takes what fits nowhere.
        with contextlib.suppress(ValueError), self.tx.savepoint():
            self.tx.run(f"CREATE TABLE {name} PARTITION OF shingle FOR VALUES {bounds}")

    def forget(self, ids: Sequence[int]) -> None:
        self.tx.run("DELETE FROM twin WHERE id = ANY(%(ids)s::bigint[])", {"ids": array(ids)})

    def overrules(self, ids: Sequence[int]) -> dict[tuple[int, int], bool]:
        rows = self.tx.rows(
            "SELECT one, other, same FROM copy_overrule"
            " WHERE one = ANY(%(ids)s::bigint[]) OR other = ANY(%(ids)s::bigint[])",
            {"ids": array(ids)},
        )
        return {(row["one"], row["other"]): row["same"] for row in rows}


def array(values: Iterable[int]) -> str:
    """The numbers as PostgreSQL writes an array: a hundred times as fast to adapt and to parse as ARRAY[...]."""
    return "{" + ",".join(map(str, values)) + "}"


def twin_of(row: Mapping[str, Any]) -> Twin:
    """The twin in a row of the table."""
    return Twin(**{**row, "words": bytes(row["words"]), "sentences": bytes(row["sentences"])})


def owners_of(tx: Transaction, urls: Sequence[str]) -> dict[str, int]:
    """The living article that each address belongs to: merged ones stand for what they were merged into, and
    addresses of rejected or dead URLs belong to nobody."""
    hashes = {digest(url): url for url in urls}
    rows = tx.rows(
        "SELECT a.hash, CASE WHEN u.disposition = 'merged' THEN u.merged_into ELSE u.id END AS id"
        " FROM address a JOIN url u ON u.id = a.article_id"
        " WHERE a.hash = ANY(%(hashes)s) AND u.disposition IN ('pending', 'article', 'merged')",
        {"hashes": list(hashes)},
    )
    return {hashes[bytes(row["hash"])]: int(row["id"]) for row in rows}


def claim_addresses(tx: Transaction, claims: Mapping[str, int]) -> None:
    """Gives addresses to articles; one that nobody living owns changes hands."""
    tx.insert(
        "INSERT INTO address (hash, url, article_id) VALUES %s ON CONFLICT (hash) DO UPDATE"
        " SET article_id = excluded.article_id WHERE address.article_id <> excluded.article_id",
        [(digest(url), url, id) for url, id in sorted(claims.items())],
    )


def refold(tx: Transaction, folds: Mapping[int, int]) -> int:
    """Tells articles that are stored already which group they are in now; the index sees it as a new revision."""
    if not folds:
        return 0
    return tx.run(
        "UPDATE article SET fold = g.fold, revision = revision + 1, changed = now()"
        " FROM unnest(%(ids)s::bigint[], %(folds)s::bigint[]) AS g (id, fold)"
        " WHERE article.id = g.id AND article.fold IS DISTINCT FROM g.fold",
        {"ids": array(folds), "folds": array(folds.values())},
    )


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


def group_of(tx: Transaction, id: int) -> list[dict[str, Any]]:
    """The copies of an article, itself included, the first one first: id, fold, host, moment, kind, score, evidence."""
    return tx.rows(
        "SELECT id, fold, host, source, moment, first_seen, kind, score, evidence FROM twin"
        " WHERE fold = (SELECT fold FROM twin WHERE id = %(id)s) ORDER BY moment, first_seen, id",
        {"id": id},
    )


def prune(tx: Transaction, before: date) -> int:
    """Drops the key partitions that end before that day, which no window reaches any more; the number dropped. Twins
    stay: equal texts meet for ever."""
    tables = tx.rows("SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'shingle'::regclass")
    old = [row["name"] for row in tables if (end := _end_of(row["name"])) is not None and end <= before]
    for name in old:
        tx.run(f"DROP TABLE {name}")
    tx.run("DELETE FROM shingle_rest WHERE week < %(before)s", {"before": before})
    return len(old)


def _end_of(name: str) -> date | None:
    """The day after a partition's last; None for the rest."""
    tail = name.removeprefix("shingle_")
    if not tail[:1].isdigit():
        return None
    return date.fromisoformat(tail.replace("_", "-")) + timedelta(weeks=BLOCK)
