"""Which sources are well, and what the last day came to: written down by upkeep, so that no source fails in silence."""

from __future__ import annotations

from typing import Any

from broadsheet.storage import articles, versions
from broadsheet.storage.postgres import PostgresTransaction

FAILURES = 3
"""Visits in a row that failed, of every list of a source, from which it counts as failing."""
QUIET = 10.0
"""Usual visits without anything new from which a source counts as silent; a day at least."""


def sources(tx: PostgresTransaction) -> dict[str, list[str]]:
    """Names of the sources that are `failing` (no list answers), `silent` (they answer, with nothing new for far longer
    than usual), `never` (not one success since they were added an hour ago or more) or `changed` (held, since their
    pages left their usual shape)."""
    rows = tx.rows(
        "SELECT s.name, min(f.failures) >= %(failures)s AS failing, max(f.last_success) IS NULL"
        "  AND min(f.last_visit) < now() - interval '1 hour' AS never,"
        " max(f.last_change) < now() - make_interval(secs => greatest(86400, %(quiet)s * min(f.every))) AS silent"
        " FROM source s JOIN feed f ON f.source = s.name WHERE s.enabled AND s.present AND f.enabled"
        " AND NOT EXISTS (SELECT 1 FROM source_hold h WHERE h.source = s.name) GROUP BY s.name ORDER BY s.name",
        {"failures": FAILURES, "quiet": QUIET},
    )
    changed = tx.rows("SELECT source FROM source_hold WHERE pages ORDER BY source")
    found: dict[str, list[str]] = {
        "failing": [],
        "silent": [],
        "never": [],
        "changed": [row["source"] for row in changed],
    }
    for row in rows:
        state = next((name for name in ("never", "failing", "silent") if row[name]), None)
        if state:
            found[state].append(row["name"])
    return found


def digest(tx: PostgresTransaction, hours: float = 24.0) -> dict[str, Any]:
    """What the last hours came to: found, indexed, dropped by reason, dead, latency, edits
    by kind, the health of the sources, and how
    many articles each saved search found."""
    since = {"s": hours * 3600}
    one = tx.rows(
        "SELECT (SELECT coalesce(sum(n), 0) FROM booking WHERE at > now() - make_interval(secs => %(s)s))::int AS found,"
        " (SELECT count(*) FROM article WHERE first_indexed > now() - make_interval(secs => %(s)s))::int AS indexed,"
        " (SELECT count(*) FROM dead_letter WHERE revived IS NULL AND at > now() - make_interval(secs => %(s)s))::int"
        "  AS dead",
        since,
    )[0]
    rejected = tx.rows(
        "SELECT reason, count(*)::int AS n FROM url WHERE disposition = 'rejected'"
        " AND decided > now() - make_interval(secs => %(s)s) GROUP BY reason ORDER BY n DESC, reason",
        since,
    )
    searches = tx.rows(
        "SELECT s.name, count(*)::int AS n FROM alert a JOIN saved_search s ON s.id = a.search"
        " WHERE a.at > now() - make_interval(secs => %(s)s) GROUP BY s.name ORDER BY s.name",
        since,
    )
    return {
        **one,
        "hours": hours,
        "rejected": {row["reason"]: row["n"] for row in rejected},
        "latency": articles.live_latency(tx, hours),
        "sources": sources(tx),
        "edits": versions.counts(tx, hours * 3600),
        "saved_searches": {row["name"]: row["n"] for row in searches},
    }
