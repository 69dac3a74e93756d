"""The queue is the table: claims, answers, tallies, pauses and holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from broadsheet.model import Article
from broadsheet.storage.packing import packed, unpacked
from broadsheet.storage.postgres import Database, PostgresTransaction
from broadsheet.storage.urls import note, queue, wake

WINDOW = 50
"""Last documents of a stage that are looked at before it is called broken."""
BROKEN_HOSTS = 3
"""Hosts over which failures must be spread for the stage, not a layout, to be at fault."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A claimed document."""

    lane: str
    id: int
    stage: str
    host: str
    kept: datetime
    claims: int = 1
    """How often it was claimed without an answer, this time included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """What a batch came to at one stage."""

    stage: str
    passed: int = 0
    dropped: int = 0
    failed: int = 0
    seconds: float = 0.0


def claim(tx: PostgresTransaction, database: Database, lane: str, stages: Sequence[str], limit: int) -> list[Job]:
    """Locks up to `limit` due jobs until `tx` ends, and counts the claim in a transaction of its own."""
    rows = tx.rows(
        "SELECT j.lane, j.url_id, j.stage, j.host, j.kept FROM job j"
        " WHERE j.lane = %(lane)s AND j.stage = ANY(%(stages)s) AND j.due <= now() AND j.held IS NULL"
        " AND NOT EXISTS (SELECT 1 FROM stage_state s WHERE s.stage = j.stage AND s.paused IS NOT NULL)"
        " AND NOT EXISTS (SELECT 1 FROM host_hold h WHERE h.host = j.host AND h.stage = ANY(%(stages)s))"
        " ORDER BY j.due LIMIT %(limit)s FOR UPDATE OF j SKIP LOCKED",
        {"lane": lane, "stages": list(stages), "limit": limit},
    )
    if not rows:
        return []
    with database.transaction() as counting:
        counted = counting.insert_returning(
            "INSERT INTO attempt (lane, url_id, claims) VALUES %s ON CONFLICT (lane, url_id)"
            " DO UPDATE SET claims = attempt.claims + 1, at = now() RETURNING url_id, claims",
            sorted((row["lane"], row["url_id"], 1) for row in rows),
        )
    claims = {int(id): int(n) for id, n in counted}
    return [
        Job(
            lane=row["lane"],
            id=row["url_id"],
            stage=row["stage"],
            host=row["host"],
            kept=row["kept"],
            claims=claims[row["url_id"]],
        )
        for row in rows
    ]


def unclaim(database: Database, jobs: Sequence[Job]) -> None:
    """Takes the count of a claim back: a server was away, and no document is blamed."""
    with database.transaction() as tx:
        for lane in {job.lane for job in jobs}:
            tx.run(
                "UPDATE attempt SET claims = claims - 1 WHERE lane = %(lane)s AND url_id = ANY(%(ids)s) AND claims > 0",
                {"lane": lane, "ids": [job.id for job in jobs if job.lane == lane]},
            )


def advance(tx: PostgresTransaction, job: Job, article: Article, extracted: bytes | None, stage: str) -> None:
    """The article waits for another worker's stage."""
    tx.insert(
        "INSERT INTO draft (lane, url_id, extracted, article) VALUES %s ON CONFLICT (lane, url_id)"
        " DO UPDATE SET extracted = coalesce(excluded.extracted, draft.extracted), article = excluded.article",
        [(job.lane, job.id, extracted, packed(article))],
    )
    tx.run(
        "UPDATE job SET stage = %(stage)s, due = now() WHERE lane = %(lane)s AND url_id = %(id)s",
        {"stage": stage, "lane": job.lane, "id": job.id},
    )
    _forget_attempt(tx, job)
    wake(tx)


def finish(tx: PostgresTransaction, job: Job) -> None:
    """The job is answered: it leaves the queue."""
    tx.run("DELETE FROM job WHERE lane = %(lane)s AND url_id = %(id)s", {"lane": job.lane, "id": job.id})
    tx.run("DELETE FROM draft WHERE lane = %(lane)s AND url_id = %(id)s", {"lane": job.lane, "id": job.id})
    _forget_attempt(tx, job)


def hold(tx: PostgresTransaction, job: Job, reason: str) -> None:
    """The job stays in the queue, and nobody claims it until it is released; this claim does not count."""
    tx.run(
        "UPDATE job SET held = %(reason)s WHERE lane = %(lane)s AND url_id = %(id)s",
        {"reason": reason[:200], "lane": job.lane, "id": job.id},
    )
    _forget_attempt(tx, job)


def _forget_attempt(tx: PostgresTransaction, job: Job) -> None:
    tx.run("DELETE FROM attempt WHERE lane = %(lane)s AND url_id = %(id)s", {"lane": job.lane, "id": job.id})


def drafts(tx: PostgresTransaction, lane: str, ids: Sequence[int]) -> dict[int, tuple[Article, bytes | None]]:
    """The articles that wait between stages, with what `extract` answered."""
    rows = tx.rows(
        "SELECT url_id, article, extracted FROM draft WHERE lane = %(lane)s AND url_id = ANY(%(ids)s)",
        {"lane": lane, "ids": list(ids)},
    )
    return {
        int(row["url_id"]): (unpacked(row["article"]), bytes(row["extracted"]) if row["extracted"] else None)
        for row in rows
    }


def tally(tx: PostgresTransaction, lane: str, counts: Sequence[Count]) -> None:
    """Adds what a batch came to; rows are only ever added, so that workers never wait for each other."""
    tx.insert(
        "INSERT INTO tally (lane, stage, passed, dropped, failed, seconds) VALUES %s",
        [(lane, c.stage, c.passed, c.dropped, c.failed, c.seconds) for c in counts if c.passed + c.dropped + c.failed],
    )


def remember(tx: PostgresTransaction, stage: str, rows: Sequence[tuple[Job, int | None]]) -> None:
    """Adds a batch's (job, its dead letter or None) to the stage's last documents."""
    tx.insert(
        "INSERT INTO recent (stage, lane, url_id, host, failed, dead_letter) VALUES %s",
        [(stage, job.lane, job.id, job.host, letter is not None, letter) for job, letter in rows],
    )


def judge(tx: PostgresTransaction, stage: str) -> str | None:
    """Looks at the stage's last documents; pauses the stage, or holds a host, when most failed.

    The dead letters of the window go back to pending, since they were not to blame. The reason, or None.
    """
    rows = tx.rows(
        "SELECT url_id, host, failed, dead_letter FROM recent WHERE stage = %(stage)s ORDER BY id DESC LIMIT %(n)s",
        {"stage": stage, "n": WINDOW},
    )
    failed = [row for row in rows if row["failed"]]
    if len(failed) * 2 <= WINDOW:
        return None
    hosts = sorted({row["host"] for row in failed})
    reason = f"{stage}: {len(failed)} of the last {len(rows)} documents failed, over {len(hosts)} hosts"
    if len(hosts) >= BROKEN_HOSTS:
        _pause(tx, stage, reason)
    for host in hosts if len(hosts) < BROKEN_HOSTS else []:
        tx.insert(
            "INSERT INTO host_hold (host, stage, reason) VALUES %s ON CONFLICT DO NOTHING", [(host, stage, reason)]
        )
    revive(tx, [row["dead_letter"] for row in failed])
    tx.run("DELETE FROM recent WHERE stage = %(stage)s", {"stage": stage})
    return reason if len(hosts) >= BROKEN_HOSTS else None


def _pause(tx: PostgresTransaction, stage: str, reason: str) -> None:
    tx.insert(
        "INSERT INTO stage_state (stage, paused, reason) VALUES %s ON CONFLICT (stage)"
        " DO UPDATE SET paused = coalesce(stage_state.paused, now()), reason = excluded.reason",
        [(stage, tx.rows("SELECT now() AS at")[0]["at"], reason)],
    )


def resume(tx: PostgresTransaction, stage: str) -> bool:
    """Lets a paused stage go on; False where it was not paused."""
    tx.run("DELETE FROM recent WHERE stage = %(stage)s", {"stage": stage})
    done = tx.run("DELETE FROM stage_state WHERE stage = %(stage)s AND paused IS NOT NULL", {"stage": stage})
    wake(tx)
    return done > 0


def release(tx: PostgresTransaction, host: str) -> bool:
    """Lets a held host's pages go on; False where it was not held."""
    done = tx.run("DELETE FROM host_hold WHERE host = %(host)s", {"host": host})
    tx.run("UPDATE job SET held = NULL WHERE host = %(host)s", {"host": host})
    wake(tx)
    return done > 0


def paused(tx: PostgresTransaction) -> dict[str, str]:
    """The paused stages, with the reason."""
    return {row["stage"]: row["reason"] for row in tx.rows("SELECT * FROM stage_state WHERE paused IS NOT NULL")}


def revive(tx: PostgresTransaction, letters: Sequence[int]) -> int:
    """Puts the documents of these dead letters back into the queue, from their page; how many."""
    rows = tx.rows(
        "SELECT d.id, d.url_id, d.lane, d.stage, u.host, coalesce(d.kept, p.kept) AS kept FROM dead_letter d"
        " JOIN url u ON u.id = d.url_id"
        " LEFT JOIN LATERAL (SELECT kept FROM page WHERE url_id = d.url_id ORDER BY kept DESC LIMIT 1) p ON true"
        " WHERE d.id = ANY(%(ids)s) AND d.revived IS NULL",
        {"ids": list(letters)},
    )
    for row in rows:
        _revive(tx, row)
    return len(rows)


def _revive(tx: PostgresTransaction, row: dict[str, Any]) -> None:
    if row["stage"] == "index":
        tx.run("UPDATE article SET refused_revision = 0 WHERE id = %(id)s", {"id": row["url_id"]})
        tx.run("UPDATE url SET disposition = 'article', reason = NULL WHERE id = %(id)s", {"id": row["url_id"]})
        wake(tx)
    elif row["kept"] is not None:
        queue(tx, row["url_id"], row["host"], row["kept"], "extract", row["lane"])
    tx.run("UPDATE dead_letter SET revived = now() WHERE id = %(id)s", {"id": row["id"]})
    note(tx, row["url_id"], "revived", f"dead letter {row['id']}")


def waiting(tx: PostgresTransaction, lane: str, stages: Sequence[str]) -> int:
    """How many jobs of a lane could be worked on, now or when due, by a worker with these stages."""
    rows = tx.rows(
        "SELECT count(*) AS n FROM job j WHERE lane = %(lane)s AND stage = ANY(%(stages)s) AND held IS NULL"
        " AND NOT EXISTS (SELECT 1 FROM stage_state s WHERE s.stage = j.stage AND s.paused IS NOT NULL)"
        " AND NOT EXISTS (SELECT 1 FROM host_hold h WHERE h.host = j.host AND h.stage = ANY(%(stages)s))",
        {"lane": lane, "stages": list(stages)},
    )
    return int(rows[0]["n"])
