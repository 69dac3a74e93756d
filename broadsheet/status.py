"""How the service is doing, from the tables alone: the conservation law, the flow, the sources, the trace of a URL."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from broadsheet import health
from broadsheet.border import clean
from broadsheet.errors import Unavailable
from broadsheet.ports import SearchIndex
from broadsheet.storage import articles, queue
from broadsheet.storage.postgres import Database, PostgresTransaction
from broadsheet.storage.urls import digest


def states(tx: PostgresTransaction) -> dict[str, Any]:
    """How many URLs are in each of the five states; `rejected` by reason. One statement, one moment."""
    rows = tx.rows(
        "SELECT CASE WHEN u.disposition = 'article' AND a.indexed_revision = a.revision THEN 'indexed'"
        " WHEN u.disposition = 'article' THEN 'pending' ELSE u.disposition END AS state,"
        " CASE WHEN u.disposition = 'rejected' THEN u.reason END AS reason, count(*) AS n"
        " FROM url u LEFT JOIN article a ON a.id = u.id GROUP BY 1, 2"
    )
    found: dict[str, Any] = {"indexed": 0, "merged": 0, "pending": 0, "dead": 0, "rejected": {}}
    for row in rows:
        if row["state"] == "rejected":
            found["rejected"][row["reason"]] = row["n"]
        else:
            found[row["state"]] += row["n"]
    return found


def law(tx: PostgresTransaction, engine_count: int | None) -> dict[str, Any]:
    """The conservation law: three independent counts, and whether they agree.

    What crawlers booked must equal the URLs in their states; the documents that PostgreSQL believes the engine has
    must equal the engine's own number. `engine_count` None (the engine is away) balances nothing.
    """
    counts = tx.rows(
        "SELECT (SELECT coalesce(sum(n), 0) FROM booking)::bigint AS booked, (SELECT count(*) FROM url) AS urls,"
        " (SELECT count(*) FROM article WHERE indexed_revision > 0) AS held,"
        " (SELECT count(*) FROM url u LEFT JOIN article a ON a.id = u.id"
        "  WHERE u.disposition = 'article' AND a.id IS NULL) AS without_article"
    )[0]
    found = states(tx)
    total = found["indexed"] + found["merged"] + found["pending"] + found["dead"] + sum(found["rejected"].values())
    return {
        **found,
        "discovered": counts["booked"],
        "urls": counts["urls"],
        "engine": engine_count,
        "held": counts["held"],
        "balanced": counts["booked"] == total == counts["urls"]
        and counts["held"] == engine_count
        and counts["without_article"] == 0,
    }


def engine_count(engine: SearchIndex | None) -> int | None:
    """The engine's own number of documents; None where it is away."""
    if engine is None:
        return None
    try:
        return engine.count() if engine.generation() else 0
    except Unavailable:
        return None


def snapshot(database: Database, engine: SearchIndex | None, tries: int = 5) -> dict[str, Any]:
    """What `/api/status` answers. All tables are read as of one moment.

    The engine's count is of another moment: while documents are on their way between the two it is looked at again.
    """
    for left in reversed(range(tries)):
        with database.snapshot() as tx:
            found = law(tx, engine_count(engine))
            if found["balanced"] or not left:
                return _whole(tx, found)
        time.sleep(0.05)
    raise ValueError(f"tries: expected at least 1, got {tries}")


def _whole(tx: PostgresTransaction, found: dict[str, Any]) -> dict[str, Any]:
    return {
        **found,
        "sources": sources(tx),
        "latency": articles.live_latency(tx),
        "paused": queue.paused(tx),
        "held_hosts": tx.rows("SELECT host, stage, since, reason FROM host_hold ORDER BY since"),
        "held_sources": tx.rows("SELECT source, since, reason, pages FROM source_hold ORDER BY since"),
        "stages": flow(tx),
        "waiting": waiting(tx),
        "source_health": health.sources(tx),
    }


def sources(tx: PostgresTransaction) -> list[dict[str, Any]]:
    """One row a source: how many URLs in each state, the newest find."""
    return tx.rows(
        "SELECT u.source AS name, count(*) AS discovered,"
        " count(*) FILTER (WHERE u.disposition = 'article' AND a.indexed_revision = a.revision) AS indexed,"
        " count(*) FILTER (WHERE u.disposition = 'merged') AS merged,"
        " count(*) FILTER (WHERE u.disposition = 'rejected') AS rejected,"
        " count(*) FILTER (WHERE u.disposition = 'dead') AS dead,"
        " count(*) FILTER (WHERE u.disposition = 'pending'"
        "  OR u.disposition = 'article' AND a.indexed_revision < a.revision) AS pending,"
        " max(u.found) AS last_found, max(a.first_indexed) AS last_indexed"
        " FROM url u LEFT JOIN article a ON a.id = u.id GROUP BY u.source ORDER BY u.source"
    )


def flow(tx: PostgresTransaction, hours: float = 24.0) -> dict[str, dict[str, float]]:
    """What each stage did in the last hours."""
    rows = tx.rows(
        "SELECT stage, sum(passed)::bigint AS passed, sum(dropped)::bigint AS dropped, sum(failed)::bigint AS failed,"
        " sum(seconds)::float8 AS seconds FROM tally WHERE at > now() - make_interval(secs => %(s)s) GROUP BY stage",
        {"s": hours * 3600},
    )
    return {row.pop("stage"): row for row in rows}


def waiting(tx: PostgresTransaction) -> dict[str, int]:
    """Documents waiting for each stage, live lane and reprocess runs together; `fetch` are URLs never fetched."""
    rows = tx.rows("SELECT stage, count(*) AS n FROM job GROUP BY stage")
    found = {row["stage"]: int(row["n"]) for row in rows}
    found["index"] = articles.pending_index(tx)
    unfetched = tx.rows(
        "SELECT count(*) AS n FROM url u WHERE disposition = 'pending'"
        " AND NOT EXISTS (SELECT 1 FROM job j WHERE j.url_id = u.id)"
    )
    found["fetch"] = int(unfetched[0]["n"])
    return found


def trace(tx: PostgresTransaction, url: str) -> dict[str, Any] | None:
    """Everything known of a URL, in order; None where it was never seen. `url` in canonical form, or any known address."""
    rows = tx.rows(
        "SELECT u.* FROM url u WHERE u.hash = %(hash)s"
        " OR u.id = (SELECT article_id FROM address WHERE hash = %(hash)s) ORDER BY u.hash = %(hash)s DESC LIMIT 1",
        {"hash": digest(url)},
    )
    if not rows:
        return None
    row = rows[0]
    id = row["id"]
    return {
        "id": id,
        "url": row["url"],
        "asked": clean(url),
        "source": row["source"],
        "found": row["found"],
        "claims": row["claims"],
        "state": _state(tx, row),
        "stage": row["stage"],
        "reason": row["reason"],
        "detail": row["detail"],
        "merged_into": row["merged_into"],
        "events": tx.rows("SELECT at, what, detail FROM event WHERE url_id = %(id)s ORDER BY at, what", {"id": id}),
        "pages": tx.rows(
            "SELECT kept, fetched, final_url, status, size FROM page WHERE url_id = %(id)s ORDER BY kept", {"id": id}
        ),
        "jobs": tx.rows("SELECT lane, stage, due, held FROM job WHERE url_id = %(id)s", {"id": id}),
        "dead_letters": tx.rows(
            "SELECT id, lane, stage, error, at, revived FROM dead_letter WHERE url_id = %(id)s ORDER BY at", {"id": id}
        ),
        "article": _article(tx, id),
    }


def _state(tx: PostgresTransaction, row: Mapping[str, Any]) -> str:
    if row["disposition"] != "article":
        return str(row["disposition"])
    done = tx.rows("SELECT indexed_revision = revision AS done FROM article WHERE id = %(id)s", {"id": row["id"]})
    return "indexed" if done and done[0]["done"] else "pending"


def _article(tx: PostgresTransaction, id: int) -> dict[str, Any] | None:
    rows = tx.rows(
        "SELECT id, revision, indexed_revision, title, published, fold, story, withdrawn, withdrawn_why, first_indexed"
        " FROM article WHERE id = %(id)s",
        {"id": id},
    )
    return rows[0] if rows else None


def moment(value: object) -> str:
    """JSON form of what `json` does not know: datetimes in UTC."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return str(value)
