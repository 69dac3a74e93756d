"""A sieve may say "perhaps" wrongly, never "nobody"."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from broadsheet.storage import sieve
from broadsheet.storage.postgres import Database, PostgresTransaction
from broadsheet.storage.shingles import PostgresShingles, prune
from broadsheet.storage.sieve import COLUMNS, SMALLEST, Keys, Sieve, fold_log, halves, sieve_of

MONDAY = date(2026, 11, 2)


def week(number: int) -> date:
    return MONDAY + timedelta(weeks=number)


def keys(seed: int, count: int) -> Keys:
    return np.random.default_rng(seed).integers(-(2**63), 2**63, count, dtype=np.int64)


def test_what_was_added_is_found_in_its_week_while_the_sieve_grows() -> None:
    made = Sieve()
    for number in range(5):
        for part in range(4):
            made.add(week(number), halves(keys(number * 10 + part, 6000 * (number + 1))))
    assert made.size > 2 * SMALLEST
    for number in range(5):
        given = np.concatenate([keys(number * 10 + part, 6000 * (number + 1)) for part in range(4)])
        assert np.array_equal(made.weeks(given)[week(number)], given)


def test_few_others_are_let_through() -> None:
    made = Sieve()
    for number in range(13):
        made.add(week(number), halves(keys(number, 8000)))
    perhaps = made.weeks(keys(99, 20_000))
    # 1 of 45 at the fullest (8 slots a key), in each of 13 weeks
    assert sum(len(found) for found in perhaps.values()) < 13 * 20_000 / 45


def test_weeks_too_old_to_be_told_apart_are_always_asked() -> None:
    made = Sieve()
    for number in range(COLUMNS + 3):
        made.add(week(number), halves(keys(number, 10)))
    made.add(week(-1), halves(keys(50, 10)))
    perhaps = made.weeks(keys(99, 30))
    assert {week(-1), week(0), week(1), week(2)} <= perhaps.keys()
    assert all(len(perhaps[week(number)]) == 30 for number in (-1, 0, 1, 2))
    assert len(made.weeks(keys(COLUMNS, 10))[week(COLUMNS)]) == 10


@pytest.mark.parametrize("sizes", [(100, 90_000), (90_000, 100)])
def test_stored_bits_give_the_same_answers(sizes: tuple[int, int]) -> None:
    made, again = Sieve(), Sieve()
    for number, size in enumerate(sizes):
        made.add(week(number), halves(keys(number, size)))
    for number, size in enumerate(sizes):
        again.put_bits(week(number), size, made.bits(week(number)))
    for seed in (0, 1, 7):
        asked = keys(seed, 100)
        assert {w: f.tolist() for w, f in made.weeks(asked).items()} == {
            w: f.tolist() for w, f in again.weeks(asked).items()
        }


def put(database: Database, owner: int, *given: int) -> None:
    """Another process adds keys: its sieve is not this one's."""
    with database.transaction() as tx:
        PostgresShingles(tx).add({owner: [key << 32 for key in given]}, {owner: MONDAY})


def known(database: Database, *given: int) -> set[int]:
    with database.transaction() as tx:
        asked = np.array(given, dtype=np.int64) << 32
        return {key >> 32 for found in sieve_of(tx).weeks(asked).values() for key in found.tolist()}


def test_what_others_add_is_read_before_each_batch(database: Database) -> None:
    assert known(database, 1, 2, 3) == set()
    put(database, 1, 1)
    assert known(database, 1, 2, 3) == {1}
    put(database, 2, 2)
    assert known(database, 1, 2, 3) == {1, 2}


def test_what_was_rolled_back_hides_nothing(database: Database) -> None:
    connection = database.connect()
    tx = PostgresTransaction(connection)
    PostgresShingles(tx).add({1: [1 << 32]}, {1: MONDAY})
    sieve_of(tx)
    connection.close()
    put(database, 2, 2)
    assert 2 in known(database, 1, 2)


def test_a_process_that_slept_while_the_log_was_folded_misses_nothing(database: Database) -> None:
    put(database, 1, 1)
    assert known(database, 1, 2, 3) == {1}
    put(database, 2, 2)
    with database.transaction() as tx:
        assert fold_log(tx) == 2
        assert tx.rows("SELECT count(*) AS n FROM shingle_log")[0]["n"] == 0
        assert fold_log(tx) == 0
    assert known(database, 1, 2, 3) == {1, 2}
    put(database, 3, 3)
    sieve._kept.clear()
    assert known(database, 1, 2, 3, 4) == {1, 2, 3}


def test_a_database_that_was_emptied_is_read_anew(database: Database) -> None:
    for number in range(1, 5):
        put(database, number, number)
    assert known(database, 1, 2, 3, 4) == {1, 2, 3, 4}
    with database.transaction() as tx:
        tx.run("TRUNCATE shingle_log RESTART IDENTITY")
    put(database, 9, 9)
    assert known(database, 1, 9) == {9}


def test_upkeep_folds_the_log_and_forgets_old_weeks(database: Database) -> None:
    put(database, 1, 1)
    with database.transaction() as tx:
        old = MONDAY - timedelta(weeks=30)
        PostgresShingles(tx).add({2: [2 << 32]}, {2: old})
        assert prune(tx, MONDAY - timedelta(days=120)) == 1
        assert [row["week"] for row in tx.rows("SELECT week FROM shingle_sieve")] == [MONDAY]
    sieve._kept.clear()
    assert known(database, 1, 2) == {1}
