"""No source fails in silence, and the day's digest adds up."""

from __future__ import annotations

import pytest

from broadsheet import health
from broadsheet.storage import urls
from broadsheet.storage.postgres import Database
from broadsheet.upkeep import watch_sources
from tests.making import booked, counts


@pytest.fixture
def outlets(database: Database) -> Database:
    """Six sources: well, failing, silent, never answered, one that an operator holds, and one whose layout changed."""
    states = {
        "well": "0, now(), now(), now()",
        "failing": "3, now(), now() - interval '2 hours', now() - interval '2 hours'",
        "silent": "0, now(), now(), now() - interval '3 days'",
        "never": "1, now() - interval '2 hours', NULL, NULL",
        "held": "9, now(), now(), now()",
    }
    with database.transaction() as tx:
        for name, values in states.items():
            tx.run("INSERT INTO source (name, title, enabled) VALUES (%(name)s, %(name)s, true)", {"name": name})
            tx.run(
                "INSERT INTO feed (source, url, hash, kind, host, bucket, every, failures, last_visit, last_success, last_change)"
                f" VALUES (%(name)s, 'http://x.test/', '', 'feed', 'x.test', 0, 600, {values})",
                {"name": name},
            )
        tx.run("INSERT INTO source_hold (source, reason) VALUES ('held', 'paused by operator')")
        tx.run("INSERT INTO source_hold (source, reason, pages) VALUES ('changed', 'layout-changed', true)")
    return database


def test_each_source_that_is_unwell_is_named_once(outlets: Database) -> None:
    with outlets.transaction() as tx:
        assert health.sources(tx) == {
            "failing": ["failing"],
            "silent": ["silent"],
            "never": ["never"],
            "changed": ["changed"],
        }


def test_the_digest_counts_the_last_day_and_upkeep_writes_it_down(outlets: Database) -> None:
    ids = [booked(outlets, f"http://a.test/{number}") for number in range(3)]
    with outlets.transaction() as tx:
        urls.reject(tx, ids[0], "robots")
        told = health.digest(tx)
    assert (told["found"], told["indexed"], told["dead"], told["rejected"]) == (3, 0, 0, {"robots": 1})
    assert watch_sources(outlets) == {"failing": 1, "silent": 1, "never": 1, "changed": 1}
    assert counts(outlets, "SELECT value->>'found' AS n FROM note WHERE key = 'digest'") == {"n": "3"}
