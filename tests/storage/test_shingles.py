"""One contract for the past of `deduplicate`, in memory and in PostgreSQL; and what only PostgreSQL has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from broadsheet.storage.postgres import Database
from broadsheet.storage.shingles import (
    Holding,
    Owner,
    PostgresShingles,
    ShingleTable,
    Twin,
    claim_addresses,
    group_of,
    overrule,
    owners_of,
    prune,
    refold,
    week_of,
)
from processors.deduplicate.memory import MemoryShingles
from tests.making import booked, counts, stored

NOON = datetime(2026, 11, 4, 12, tzinfo=UTC)


def twin(id: int, **more: object) -> Twin:
    given = {
        "id": id, "fold": id, "exact": id * 11, "title": 5, "host": "a.test", "source": "a", "moment": NOON,
        "first_seen": NOON, "shingle": 5, "words": b"\x01\x00\x00\x00" * id, "sentences": b"\x01\x00", **more,
    }  # fmt: skip
    return Twin(**given)  # type: ignore[arg-type]


@pytest.fixture(params=["memory", "postgres"])
def table(request: pytest.FixtureRequest) -> Iterator[ShingleTable]:
    if request.param == "memory":
        yield MemoryShingles()
        return
    database: Database = request.getfixturevalue("database")
    with database.transaction() as tx:
        yield PostgresShingles(tx)


def test_what_is_put_is_found_again(table: ShingleTable) -> None:
    table.put([twin(1), twin(2, fold=1, kind="wire-copy-of", score=0.5, evidence="half of it")])
    assert table.twins([1, 2, 3]) == {
        1: twin(1),
        2: twin(2, fold=1, kind="wire-copy-of", score=0.5, evidence="half of it"),
    }
    assert table.owners([2, 3]) == {2: Owner(id=2, fold=1, host="a.test", first_seen=NOON)}


def test_a_put_replaces_what_was_known(table: ShingleTable) -> None:
    table.put([twin(1), twin(2, fold=1)])
    table.put([twin(2, exact=7)])
    assert [found.id for found in table.members(1)] == [1]
    assert [found.id for found in table.members(2)] == [2]
    assert table.same_text([22]) == []
    assert {found.id for found in table.same_text([7, 11])} == {1, 2}


def test_a_group_has_its_head_and_its_copies(table: ShingleTable) -> None:
    table.put([twin(1), twin(2, fold=1), twin(3), twin(4, fold=1)])
    assert {found.id for found in table.members(1)} == {1, 2, 4}
    table.put([twin(1, fold=3)])
    assert {found.id for found in table.members(1)} == {2, 4}
    assert {found.id for found in table.members(3)} == {1, 3}


def test_keys_are_found_within_the_window(table: ShingleTable) -> None:
    old = NOON - timedelta(days=200)
    table.put([twin(1, first_seen=old), twin(2)])
    weeks = {1: week_of(old), 2: week_of(NOON)}
    table.add([Holding(key=-5, owner=1), Holding(key=-5, owner=2), Holding(key=6, owner=2)], weeks)
    table.add([Holding(key=6, owner=1)], weeks)
    near = table.holdings([-5, 6, 7], NOON - timedelta(days=90), NOON + timedelta(days=90))
    assert {(found.key, found.owner) for found in near} == {(-5, 2), (6, 2)}
    ever = table.holdings([-5], old, NOON)
    assert {found.owner for found in ever} == {1, 2}
    assert table.holdings([], old, NOON) == []


def test_the_forgotten_own_nothing(table: ShingleTable) -> None:
    table.put([twin(1), twin(2)])
    table.forget([1])
    table.forget([])
    assert set(table.twins([1, 2])) == {2}
    assert table.owners([1]) == {}
    assert table.same_text([11]) == []


@pytest.mark.parametrize(
    ("moment", "monday"),
    [
        (datetime(2026, 11, 2, tzinfo=UTC), date(2026, 11, 2)),
        (datetime(2026, 11, 8, 23, 59, tzinfo=UTC), date(2026, 11, 2)),
        (datetime(2027, 1, 1, tzinfo=UTC), date(2026, 12, 28)),
    ],
)
def test_weeks_start_on_monday(moment: datetime, monday: date) -> None:
    assert week_of(moment) == monday


def test_operators_word_is_kept_and_taken_back(database: Database) -> None:
    with database.transaction() as tx:
        overrule(tx, 9, 4, True, "ann")
        overrule(tx, 4, 9, False, "bob")
        assert PostgresShingles(tx).overrules([9]) == {(4, 9): False}
        overrule(tx, 9, 4, None, "bob")
        assert PostgresShingles(tx).overrules([4, 9]) == {}


def test_addresses_follow_what_they_were_merged_into(database: Database) -> None:
    one, two = booked(database, "https://a.test/1"), booked(database, "https://a.test/2")
    with database.transaction() as tx:
        claim_addresses(tx, {"https://a.test/1": one, "https://a.test/2": two})
        tx.run(
            "UPDATE url SET disposition = 'merged', merged_into = %(one)s WHERE id = %(two)s", {"one": one, "two": two}
        )
        assert owners_of(tx, ["https://a.test/2", "https://a.test/3"]) == {"https://a.test/2": one}
        tx.run("UPDATE url SET disposition = 'rejected' WHERE id = %(two)s", {"two": two})
        assert owners_of(tx, ["https://a.test/2"]) == {}


def test_a_new_first_is_told_to_stored_articles_once(database: Database) -> None:
    one, two = stored(database, "https://a.test/1"), stored(database, "https://a.test/2")
    with database.transaction() as tx:
        assert refold(tx, {two: one}) == 1
        assert refold(tx, {two: one}) == 0
    assert counts(database, f"SELECT fold, revision FROM article WHERE id = {two}") == {"fold": one, "revision": 2}


def test_old_weeks_are_pruned_whole(database: Database) -> None:
    old = NOON - timedelta(days=200)
    with database.transaction() as tx:
        table = PostgresShingles(tx)
        table.put([twin(1, first_seen=old), twin(2)])
        table.add([Holding(key=1, owner=1), Holding(key=1, owner=2)], {1: week_of(old), 2: week_of(NOON)})
        assert prune(tx, week_of(NOON - timedelta(days=120))) == 1
        assert [found.owner for found in table.holdings([1], old, NOON)] == [2]
        assert set(table.twins([1])) == {1}


def test_a_group_is_listed_first_one_first(database: Database) -> None:
    with database.transaction() as tx:
        later = replace(twin(1, fold=2), moment=NOON + timedelta(hours=1))
        PostgresShingles(tx).put([later, twin(2)])
        assert [row["id"] for row in group_of(tx, 1)] == [2, 1]
