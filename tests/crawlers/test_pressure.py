"""The crawl keeps step with the workers, and waits for nobody who is not there."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from broadsheet.storage.postgres import Database, Listener
from broadsheet.storage.urls import CHANNEL
from crawlers.pressure import MANY, room, workers
from tests.making import kept


@pytest.fixture
def worker(database: Database) -> Iterator[Listener]:
    """What a worker's listening connection looks like to the server."""
    listening = Listener(Database(database.url, "broadsheet extract,strip"), [CHANNEL])
    yield listening
    listening.close()


def room_now(database: Database, of: int = 1) -> int:
    with database.transaction() as tx:
        return room(tx, 16, of)


def test_without_workers_pages_are_fetched_all_the_same(database: Database) -> None:
    for number in range(40):
        kept(database, f"http://a.test/{number}", b"x")
    assert room_now(database) == MANY


def test_a_worker_has_two_batches_before_it_and_crawlers_share_the_room(database: Database, worker: Listener) -> None:
    assert room_now(database) == 32
    for number in range(20):
        kept(database, f"http://a.test/{number}", b"x")
    assert room_now(database) == 12
    assert room_now(database, of=4) == 3
    for number in range(20, 40):
        kept(database, f"http://a.test/{number}", b"x")
    assert room_now(database) == 0


def test_what_nobody_works_on_does_not_hold_the_crawl_back(database: Database, worker: Listener) -> None:
    for number in range(40):
        kept(database, f"http://{'ab'[number % 2]}.test/{number}", b"x")
    with database.transaction() as tx:
        tx.run("INSERT INTO host_hold (host, stage, reason) VALUES ('a.test', 'extract', 'layout')")
    assert room_now(database) == 12
    with database.transaction() as tx:
        tx.run("INSERT INTO stage_state (stage, paused, reason) VALUES ('extract', now(), 'bug')")
    assert room_now(database) == 32


def test_workers_of_other_stages_do_not_count(database: Database, worker: Listener) -> None:
    other = Listener(Database(database.url, "broadsheet index"), [CHANNEL])
    with database.transaction() as tx:
        assert workers(tx) == 1
    other.close()
