"""One contract for the past of `deduplicate`, in memory and in PostgreSQL; and what only PostgreSQL has."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from broadsheet.storage.postgres import Database
from broadsheet.storage.shingles import (
    PostgresShingles,
    ShingleTable,
    Twin,
    claim_addresses,
    claimants_of,
    overrule,
    prune,
    put_claims,
    urls_of,
    week_of,
)
from broadsheet.storage.urls import digest
from processors.deduplicate.memory import MemoryShingles
from tests.making import booked

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
    assert table.marks([2, 3]) == {2: twin(2, fold=1).mark}


def test_a_put_replaces_what_was_known(table: ShingleTable) -> None:
    table.put([twin(1), twin(2, fold=1)])
    table.put([twin(2, exact=7)])
    assert [found.id for found in table.members([1])] == [1]
    assert [found.id for found in table.members([2])] == [2]
    assert table.same_text([22]) == []
    assert {found.id for found in table.same_text([7, 11])} == {1, 2}


def test_a_group_has_its_head_and_its_copies(table: ShingleTable) -> None:
    table.put([twin(1), twin(2, fold=1), twin(3), twin(4, fold=1)])
    assert {found.id for found in table.members([1])} == {1, 2, 4}
    table.put([twin(1, fold=3)])
    assert {found.id for found in table.members([1])} == {2, 4}
    assert {found.id for found in table.members([3])} == {1, 3}


def test_keys_are_found_within_the_window(table: ShingleTable) -> None:
    old = NOON - timedelta(days=200)
    table.put([twin(1, first_seen=old), twin(2)])
    weeks = {1: week_of(old), 2: week_of(NOON)}
    table.add({1: [-5 << 32], 2: [-5 << 32, 6 << 32]}, weeks)
    table.add({1: [6 << 32]}, weeks)
    keys = np.array([-5, 6, 7], dtype=np.int64) << 32
    near = table.holdings(keys, NOON - timedelta(days=90), NOON + timedelta(days=90))
    assert {(key >> 32, owner) for key, owner in near} == {(-5, 2), (6, 2)}
    ever = table.holdings(keys[:1], old, NOON)
    assert {owner for _, owner in ever} == {1, 2}
    assert table.holdings(keys[:0], old, NOON) == []


def test_a_key_is_dropped_from_one_owner(table: ShingleTable) -> None:
    table.put([twin(1), twin(2)])
    weeks = {1: week_of(NOON), 2: week_of(NOON)}
    table.add({1: [5, 6], 2: [5]}, weeks)
    table.drop({1: [5]}, weeks)
    found = table.holdings(np.array([5, 6], dtype=np.int64), NOON, NOON)
    assert set(found) == {(5, 2), (6, 1)}


def test_other_addresses_of_an_article_are_listed(table: ShingleTable) -> None:
    table.put([twin(1), twin(2, into_id=1), twin(3, into_id=1, addresses=b"x" * 64)])
    assert table.merged_into(1) == [2, 3]
    assert table.twins([3])[3].digests == [b"x" * 32, b"x" * 32]


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


def test_addresses_have_claimants_that_live(database: Database) -> None:
    one, two = booked(database, "https://a.test/1"), booked(database, "https://a.test/2")
    first, second = digest("https://a.test/1"), digest("https://a.test/2")
    given = {first: "https://a.test/1", second: "https://a.test/2"}
    with database.transaction() as tx:
        claim_addresses(tx, given, {first: one, second: two})
        put_claims(tx, [(first, two), (first, two)], [])
        assert claimants_of(tx, [first, second, b"?"]) == {first: {one, two}, second: {two}}
        claim_addresses(tx, {}, {second: one})
        put_claims(tx, [], [(first, two)])
        assert claimants_of(tx, [first, second]) == {first: {one}, second: {one}}
        assert urls_of(tx, [second, b"?"]) == {second: "https://a.test/2"}
        tx.run("UPDATE url SET disposition = 'rejected' WHERE id = %(one)s", {"one": one})
        assert claimants_of(tx, [second]) == {}


def test_old_weeks_are_pruned_whole(database: Database) -> None:
    old = NOON - timedelta(days=200)
    with database.transaction() as tx:
        table = PostgresShingles(tx)
        table.put([twin(1, first_seen=old), twin(2)])
        table.add({1: [1], 2: [1]}, {1: week_of(old), 2: week_of(NOON)})
        assert prune(tx, week_of(NOON - timedelta(days=120))) == 1
        assert [owner for _, owner in table.holdings(np.array([1], dtype=np.int64), old, NOON)] == [2]
        assert set(table.twins([1])) == {1}
