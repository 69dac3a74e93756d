"""Upkeep forgets raw pages and fine tallies, and never a URL, a reason or a sum."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from broadsheet.model import Failure, now
from broadsheet.settings import Settings
from broadsheet.storage import queue, urls
from broadsheet.storage.postgres import Database
from broadsheet.storage.queue import Count
from broadsheet.upkeep import drop_pages, keep_house, revive_after_change, roll_up, watch_disk
from tests.making import counts, kept


def test_old_partitions_are_dropped_and_urls_stay(database: Database) -> None:
    kept(database, "http://a.test/1", b"one")
    with database.transaction() as tx:
        assert drop_pages(tx, 180) == 0
        assert drop_pages(tx, 180, now() + timedelta(days=180)) == 0
        assert drop_pages(tx, 180, now() + timedelta(days=180 + 32)) == 1
    assert counts(
        database, "SELECT (SELECT count(*) FROM page)::int AS pages, (SELECT count(*) FROM url)::int AS urls"
    ) == {
        "pages": 0,
        "urls": 1,
    }


def test_rolled_up_tallies_keep_their_sums(database: Database) -> None:
    with database.transaction() as tx:
        for stage in ("extract", "strip"):
            for n in range(10):
                queue.tally(tx, "live", [Count(stage=stage, passed=n, dropped=1, failed=2, seconds=0.5)])
        tx.run("UPDATE tally SET at = now() - interval '5 days'")
        queue.tally(tx, "live", [Count(stage="extract", passed=7)])
        assert roll_up(tx) == 18
    found = counts(
        database, "SELECT count(*)::int AS n, sum(passed)::int AS passed, sum(failed)::int AS failed FROM tally"
    )
    assert found == {"n": 3, "passed": 97, "failed": 40}


def test_dead_letters_are_revived_once_after_a_change_of_rules(database: Database) -> None:
    id = kept(database, "http://a.test/1", b"one")
    assert revive_after_change(database, "strip=1") == 0
    with database.transaction() as tx:
        urls.bury(tx, id, "live", Failure(stage="strip", error="ValueError: x", traceback=""))
        tx.run("DELETE FROM job")
    assert revive_after_change(database, "strip=1") == 0
    assert revive_after_change(database, "strip=2") == 1
    assert revive_after_change(database, "strip=2") == 0
    assert counts(database, "SELECT disposition FROM url") == {"disposition": "pending"}
    assert counts(database, "SELECT count(*)::int AS n FROM job") == {"n": 1}


def test_house_keeping_runs_on_an_empty_database_and_the_disk_is_watched(database: Database, tmp_path: Path) -> None:
    assert set(keep_house(database, Settings(var=tmp_path)).values()) == {0}
    assert watch_disk(database, Settings(var=tmp_path, free_disk=1 << 60))
    assert not watch_disk(database, Settings(var=tmp_path, free_disk=1))
