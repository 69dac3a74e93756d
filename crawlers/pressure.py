"""How many pages may be fetched now, so that what is fetched is soon searchable: the crawl keeps step with the workers."""

from __future__ import annotations

from broadsheet.storage.postgres import PostgresTransaction

BATCHES = 2
"""Batches that may wait for each worker: one that it works on, and the next."""
MANY = 1_000
"""Room where nothing holds the crawl back."""


def workers(tx: PostgresTransaction) -> int:
    """Workers that listen for fresh pages."""
    rows = tx.rows(
        "SELECT count(*) AS n FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN %'"
        " AND application_name LIKE 'broadsheet extract%'"
    )
    return int(rows[0]["n"])


def room(tx: PostgresTransaction, batch: int, of: int) -> int:
    """Pages that one of `of` crawlers may fetch until it looks again.

    Without workers the crawl does not wait: pages vanish. Documents that are held, or wait for a paused stage, do not
    count: nobody works on them however long we wait.
    """
    listening = workers(tx)
    if not listening:
        return MANY
    row = tx.rows(
        "SELECT count(*) AS waiting FROM (SELECT 1 FROM job j WHERE lane = 'live' AND held IS NULL"
        " AND NOT EXISTS (SELECT 1 FROM stage_state s WHERE s.stage = j.stage AND s.paused IS NOT NULL)"
        " AND NOT EXISTS (SELECT 1 FROM host_hold h WHERE h.host = j.host AND h.stage = j.stage)"
        " LIMIT %(most)s) AS jobs",
        {"most": MANY},
    )[0]
    left = BATCHES * batch * listening - int(row["waiting"])
    return max(0, -(-left // of))
