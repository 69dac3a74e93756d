"""What has to be done now and then: partitions, retention, roll-ups, dead letters after a change of rules."""

from __future__ import annotations

import re
import shutil
from datetime import UTC, datetime, timedelta
from typing import Any

from broadsheet import health
from broadsheet.model import now
from broadsheet.settings import Settings
from broadsheet.storage import queue, sightings, sites
from broadsheet.storage.postgres import Database, PostgresTransaction, partitions
from broadsheet.storage.shingles import prune

RECENT = 2000
"""Rows of the stages' last documents that are kept."""
FINE_TALLIES = 48
"""Hours after which a batch's tally is rolled up into its hour's."""


def keep_house(database: Database, settings: Settings) -> dict[str, int]:
    """Partitions ahead, retention, roll-ups; what was done, in rows."""
    with database.transaction() as tx:
        partitions(tx)
        done = {
            "partitions_dropped": drop_pages(tx, settings.keep_pages),
            "pages_deleted": _delete_rest(tx, settings.keep_pages),
            "tallies_rolled_up": roll_up(tx),
            "recent_pruned": tx.run(
                "DELETE FROM recent WHERE id < (SELECT max(id) FROM recent) - %(n)s", {"n": RECENT}
            ),
            "shingle_partitions_dropped": prune(tx, (now() - timedelta(days=settings.duplicate_days + 30)).date()),
            "site_lines_forgotten": sites.forget(tx),
            "sightings_forgotten": sightings.forget(tx),
            "attempts_forgotten": tx.run(
                "DELETE FROM attempt a WHERE NOT EXISTS (SELECT 1 FROM job j WHERE j.lane = a.lane AND j.url_id = a.url_id)"
                " AND a.at < now() - interval '1 hour'"
            ),
        }
    _note(database, "upkeep", done)
    return done


def drop_pages(tx: PostgresTransaction, days: int, moment: datetime | None = None) -> int:
    """Drops the page partitions whose whole month is older than so many days; how many."""
    limit = (moment or now()) - timedelta(days=days)
    dropped = 0
    for row in tx.rows("SELECT relname FROM pg_class WHERE relname ~ '^page_[0-9]{4}_[0-9]{2}$' AND relkind = 'r'"):
        year, month = (int(part) for part in re.findall(r"\d+", row["relname"]))
        following = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)
        if following <= limit:
            tx.run(f"DROP TABLE {row['relname']}")
            dropped += 1
    return dropped


def _delete_rest(tx: PostgresTransaction, days: int) -> int:
    return tx.run("DELETE FROM page_rest WHERE kept < now() - make_interval(days => %(days)s)", {"days": days})


def roll_up(tx: PostgresTransaction, hours: int = FINE_TALLIES) -> int:
    """Adds old tallies up to one row an hour, lane and stage; how many rows went away. The sums stay the same."""
    rows = tx.rows(
        "WITH old AS (DELETE FROM tally WHERE at < date_trunc('hour', now() - make_interval(hours => %(h)s)) RETURNING *),"
        " added AS (INSERT INTO tally (at, lane, stage, passed, dropped, failed, seconds)"
        " SELECT date_trunc('hour', at), lane, stage, sum(passed), sum(dropped), sum(failed), sum(seconds) FROM old"
        " GROUP BY 1, 2, 3 RETURNING 1)"
        " SELECT (SELECT count(*) FROM old) - (SELECT count(*) FROM added) AS n",
        {"h": hours},
    )
    return int(rows[0]["n"])


def revive_after_change(database: Database, version: str) -> int:
    """Revives every open dead letter once after the pipeline's rules or models changed; how many."""
    with database.transaction() as tx:
        before = tx.rows("SELECT value FROM note WHERE key = 'pipeline-version'")
        if before and before[0]["value"] == {"version": version}:
            return 0
        letters = tx.rows("SELECT id FROM dead_letter WHERE revived IS NULL") if before else []
        revived = queue.revive(tx, [row["id"] for row in letters])
        _write_note(tx, "pipeline-version", {"version": version})
    return revived


def watch_disk(database: Database, settings: Settings) -> bool:
    """Whether crawling has to pause for want of free disk; written down for the pages."""
    free = shutil.disk_usage(settings.var if settings.var.exists() else "/").free
    low = free < settings.free_disk
    _note(database, "disk", {"free": free, "needed": settings.free_disk, "paused": low})
    return low


def watch_sources(database: Database) -> dict[str, int]:
    """Writes down which sources fail or fell silent, and the last day's digest; how many sources are unwell."""
    with database.transaction() as tx:
        told = health.digest(tx)
        _write_note(tx, "source-health", told["sources"])
        _write_note(tx, "digest", told)
    return {state: len(names) for state, names in told["sources"].items()}


def _note(database: Database, key: str, value: dict[str, Any]) -> None:
    with database.transaction() as tx:
        _write_note(tx, key, value)


def _write_note(tx: PostgresTransaction, key: str, value: dict[str, Any]) -> None:
    tx.insert(
        "INSERT INTO note (key, value) VALUES %s ON CONFLICT (key) DO UPDATE SET value = excluded.value, at = now()",
        [(key, value)],
    )
