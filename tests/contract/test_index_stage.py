"""The stage `index` on Elasticsearch, for real: the node goes away and comes back, two writers run side by side."""

from __future__ import annotations

import threading

import pytest

from broadsheet import status
from broadsheet.indexing import index
from broadsheet.storage.postgres import Database
from tests.contract.conftest import Node
from tests.e2e.service import one, until
from tests.making import stored

pytestmark = pytest.mark.elasticsearch


def test_articles_wait_while_the_node_is_away_and_nobody_is_blamed(node: Node, database: Database) -> None:
    engine = node.open("stage-away")
    for number in range(30):
        stored(database, f"http://a.test/{number}", f"Ferries of pier {number}.")
    index(database, engine, minutes=1, until_empty=True)
    node.kill()
    for number in range(30, 60):
        stored(database, f"http://a.test/{number}", f"Ferries of pier {number}.")
    stop = threading.Event()
    thread = threading.Thread(target=index, args=(database, engine), kwargs={"minutes": 5, "stop": stop})
    thread.start()
    try:
        thread.join(2.0)
        assert thread.is_alive()
        assert one(database, "SELECT count(*) FROM article WHERE indexed_revision > 0") == 30
        assert status.snapshot(database, engine, tries=1)["engine"] is None
        node.start()
        until(
            lambda: one(database, "SELECT count(*) FROM article WHERE indexed_revision > 0") == 60,
            "the backlog drained",
        )
    finally:
        stop.set()
        thread.join(60)
    assert one(database, "SELECT count(*) FROM dead_letter") == 0
    assert status.snapshot(database, engine)["balanced"]
    engine.close()


def test_two_writers_side_by_side_index_everything_once(node: Node, database: Database) -> None:
    for number in range(900):
        stored(database, f"http://a.test/{number}", f"Ferries of pier {number}.")
    engines = [node.open("stage-two"), node.open("stage-two")]
    other = Database(database.url)
    threads = [
        threading.Thread(target=index, args=(base, engine), kwargs={"minutes": 2, "until_empty": True})
        for base, engine in zip((database, other), engines, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert engines[0].count() == 900
    assert status.snapshot(database, engines[0])["balanced"]
    assert one(database, "SELECT sum(passed) FROM tally WHERE stage = 'index'") == 900
    for engine in engines:
        engine.close()
    other.close()
