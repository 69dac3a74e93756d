"""Makes articles again after a rule, a model or a mapping changed: a lane of its own, beside fresh news."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from broadsheet.errors import BadInput
from broadsheet.storage import articles
from broadsheet.storage.postgres import Database, PostgresTransaction
from broadsheet.storage.urls import wake


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """Which documents a run takes; empty choices take all."""

    source: str | None = None
    host: str | None = None
    ids: tuple[int, ...] = ()
    rejected: str | None = None
    """Also those that were rejected for this reason by a stage; `*` for any."""
    limit: int | None = None


def begin(
    database: Database, from_stage: str, chosen: Chosen, stages: Sequence[str], moment: datetime | None = None
) -> str:
    """Queues the chosen documents in a lane of their own, from this one of the pipeline's stages; the lane's name."""
    if from_stage not in stages:
        raise BadInput(f"reprocess: expected one of {', '.join(stages)}, got {from_stage!r}")
    moment = moment or datetime.now(UTC)
    lane = f"run-{moment:%Y%m%d-%H%M%S-%f}"
    with database.transaction() as tx:
        total = _queue(tx, lane, from_stage, chosen)
        tx.insert(
            "INSERT INTO reprocess_run (lane, from_stage, chosen, total) VALUES %s",
            [(lane, from_stage, _described(chosen), total)],
        )
        wake(tx)
    return lane


def _described(chosen: Chosen) -> dict[str, Any]:
    return {name: getattr(chosen, name) for name in chosen.__slots__ if getattr(chosen, name)}


def _queue(tx: PostgresTransaction, lane: str, stage: str, chosen: Chosen) -> int:
    """One job for each chosen URL, on its newest page; from `strip` on only what has an article."""
    return tx.run(
        "INSERT INTO job (lane, url_id, stage, host, kept)"
        " SELECT %(lane)s, u.id, CASE WHEN a.id IS NULL OR a.extracted IS NULL THEN 'extract' ELSE %(stage)s END, u.host,"
        " coalesce(p.kept, a.kept) FROM url u LEFT JOIN article a ON a.id = u.id"
        " LEFT JOIN LATERAL (SELECT kept FROM page WHERE url_id = u.id ORDER BY kept DESC LIMIT 1) p ON true"
        " WHERE (u.disposition = 'article' OR u.disposition = 'rejected' AND %(rejected)s::text IS NOT NULL"
        "   AND (%(rejected)s = '*' OR u.reason = %(rejected)s))"
        " AND (p.kept IS NOT NULL OR a.extracted IS NOT NULL AND %(stage)s <> 'extract')"
        " AND (%(source)s::text IS NULL OR u.source = %(source)s) AND (%(host)s::text IS NULL OR u.host = %(host)s)"
        " AND (%(ids)s::bigint[] = '{}' OR u.id = ANY(%(ids)s::bigint[])) ORDER BY u.id LIMIT %(limit)s"
        " ON CONFLICT DO NOTHING",
        {
            "lane": lane,
            "stage": stage,
            "source": chosen.source,
            "host": chosen.host,
            "ids": list(chosen.ids),
            "rejected": chosen.rejected,
            "limit": chosen.limit,
        },
    )


def left(database: Database, lane: str) -> int:
    """How many of a run's documents are not answered yet."""
    with database.transaction() as tx:
        return int(tx.rows("SELECT count(*) AS n FROM job WHERE lane = %(lane)s", {"lane": lane})[0]["n"])


def wait_for_index(database: Database, seconds: float) -> int:
    """Waits until the index has taken every revision; how many it has not after so many seconds.

    The index is never opened here: its writer is another process, and there is one.
    """
    deadline = time.monotonic() + seconds
    while True:
        with database.transaction() as tx:
            waiting = articles.pending_index(tx)
        if not waiting or time.monotonic() >= deadline:
            return waiting
        time.sleep(0.5)


def finish(database: Database, lane: str) -> dict[str, Any]:
    """Closes a run; what it was, and what became of it."""
    with database.transaction() as tx:
        tx.run("UPDATE reprocess_run SET finished = now() WHERE lane = %(lane)s AND finished IS NULL", {"lane": lane})
        rows = tx.rows(
            "SELECT lane, from_stage, total, started, finished FROM reprocess_run WHERE lane = %(lane)s", {"lane": lane}
        )
        if not rows:
            raise BadInput(f"reprocess: no run {lane!r}")
        counts = tx.rows(
            "SELECT stage, sum(passed)::int AS passed, sum(dropped)::int AS dropped, sum(failed)::int AS failed"
            " FROM tally WHERE lane = %(lane)s GROUP BY stage",
            {"lane": lane},
        )
    return {**rows[0], "stages": {row.pop("stage"): row for row in counts}}
