"""Remembers what the last pages of each source gave, and holds a source whose layout changed until someone has looked."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from broadsheet.drift import Drift, Sighting, first
from broadsheet.model import LIVE
from broadsheet.storage import articles, queue, urls
from broadsheet.storage.packing import unpacked
from broadsheet.storage.postgres import PostgresTransaction

KEPT = 120
"""Last pages of a source that are remembered: what is older says nothing of today's layout."""


def held(tx: PostgresTransaction, sources: Iterable[str]) -> dict[str, str]:
    """Those of the sources whose fetched pages wait, with the reason."""
    rows = tx.rows(
        "SELECT source, reason FROM source_hold WHERE pages AND source = ANY(%(sources)s)",
        {"sources": sorted(set(sources))},
    )
    return {row["source"]: row["reason"] for row in rows}


def record(tx: PostgresTransaction, seen: Mapping[str, Sequence[Sighting]]) -> dict[str, Drift]:
    """Adds pages to what is known of their sources; the changes they show, by source. The caller holds the stage's lock."""
    rows = [(source, one) for source in sorted(seen) for one in seen[source]]
    if not rows:
        return {}
    _make_room(tx, [one.id for _, one in rows])
    tx.insert(
        "INSERT INTO sighting (source, url_id, at, family, fields, size, body, lists) VALUES %s"
        " ON CONFLICT (url_id, source, at) DO UPDATE SET fields = excluded.fields, size = excluded.size,"
        " body = excluded.body, lists = excluded.lists",
        [(source, one.id, one.at, one.family, one.fields, one.size, one.body, one.lists) for source, one in rows],
    )
    known = last(tx, [source for source in seen if seen[source]])
    found = {source: first(own, len(seen[source])) for source, own in known.items()}
    return {source: drift for source, drift in found.items() if drift}


def _make_room(tx: PostgresTransaction, ids: Sequence[int]) -> None:
    """Of each URL the first sight stays beside the newest: a page that is read again and again fills no history, and one
    read again in a new layout takes nothing from what is known of the old."""
    tx.run(
        "DELETE FROM sighting s WHERE url_id = ANY(%(ids)s) AND EXISTS (SELECT 1 FROM sighting older"
        " WHERE older.source = s.source AND older.url_id = s.url_id AND older.id < s.id)",
        {"ids": list(ids)},
    )


def last(tx: PostgresTransaction, sources: Sequence[str]) -> dict[str, list[Sighting]]:
    """What is known of the last pages of these sources, oldest first."""
    rows = tx.rows(
        "SELECT s.source, s.url_id AS id, s.at, s.family, s.fields, s.size, s.body, s.lists"
        " FROM unnest(%(sources)s::text[]) AS wanted (source) CROSS JOIN LATERAL (SELECT * FROM sighting"
        " WHERE sighting.source = wanted.source ORDER BY id DESC LIMIT %(n)s) s ORDER BY s.source, s.id",
        {"sources": list(sources), "n": KEPT},
    )
    found: dict[str, list[Sighting]] = {source: [] for source in sources}
    for row in rows:
        found[row.pop("source")].append(Sighting(**row))
    return found


def forget(tx: PostgresTransaction) -> int:
    """Drops all but the last pages of each source, for upkeep; rows."""
    return tx.run(
        "DELETE FROM sighting s USING (SELECT id, row_number() OVER (PARTITION BY source ORDER BY id DESC) AS place"
        " FROM sighting) AS ranked WHERE ranked.id = s.id AND ranked.place > %(n)s",
        {"n": KEPT},
    )


def hold(tx: PostgresTransaction, source: str, drift: Drift, in_hand: Collection[int] = ()) -> None:
    """Holds a source: nothing more of it is fetched, what waits goes on waiting, and what shows the change is taken back.

    An article that was good before has its earlier text again; one that was not known before is pending, out of the
    searches, until its page is read anew. Pages in hand were not answered yet: the caller leaves them in the queue.
    """
    tx.insert(
        "INSERT INTO source_hold (source, reason, pages) VALUES %s ON CONFLICT (source) DO UPDATE SET pages = true",
        [(source, drift.reason, True)],
    )
    since = tx.rows(
        "SELECT min(at) AS at FROM (SELECT max(at) AS at FROM sighting WHERE source = %(source)s AND url_id = ANY(%(ids)s)"
        " GROUP BY url_id) AS newest",
        {"source": source, "ids": list(drift.odd)},
    )[0]["at"]
    for id in sorted(set(drift.odd) - set(in_hand)):
        _take_back(tx, id, since, drift.reason)
    _hold_jobs(tx, source, drift.reason)
    tx.run(
        "DELETE FROM sighting WHERE source = %(source)s AND url_id = ANY(%(ids)s) AND at >= %(since)s",
        {"source": source, "ids": list(drift.odd), "since": since},
    )


def _take_back(tx: PostgresTransaction, id: int, since: datetime, reason: str) -> None:
    """What was made of a page since then is undone, and the page waits for `extract`."""
    rows = tx.rows(
        "SELECT u.host, p.kept FROM url u JOIN LATERAL (SELECT kept FROM page WHERE url_id = u.id"
        " ORDER BY kept DESC LIMIT 1) p ON true WHERE u.id = %(id)s",
        {"id": id},
    )
    if not rows:
        return
    urls.queue(tx, id, rows[0]["host"], rows[0]["kept"], "extract")
    tx.run("DELETE FROM draft WHERE lane = %(lane)s AND url_id = %(id)s", {"lane": LIVE, "id": id})
    if tx.rows("SELECT 1 FROM article WHERE id = %(id)s", {"id": id}) and not _restored(tx, id, since):
        urls.withdraw(tx, id, "layout-changed")
        tx.run("UPDATE url SET disposition = 'pending' WHERE id = %(id)s", {"id": id})
    urls.note(tx, id, "taken back", reason)


def _restored(tx: PostgresTransaction, id: int, since: datetime) -> bool:
    """Gives an article the text it had before that moment; False where it had none."""
    rows = tx.rows(
        "SELECT v.document, v.kept, u.host FROM version v JOIN url u ON u.id = v.article_id"
        " WHERE v.article_id = %(id)s AND v.kept < %(since)s ORDER BY v.revision DESC LIMIT 1",
        {"id": id, "since": since},
    )
    if not rows:
        return False
    job = queue.Job(lane=LIVE, id=id, stage="enrich", host=rows[0]["host"], kept=rows[0]["kept"])
    articles.store(tx, job, unpacked(rows[0]["document"]), None)
    return True


def _hold_jobs(tx: PostgresTransaction, source: str, reason: str) -> None:
    """What other workers have in hand they look after themselves, once they see the hold."""
    tx.run(
        "UPDATE job SET held = %(reason)s WHERE lane = %(lane)s AND url_id IN (SELECT j.url_id FROM job j"
        " JOIN url u ON u.id = j.url_id WHERE j.lane = %(lane)s AND u.source = %(source)s FOR UPDATE OF j SKIP LOCKED)",
        {"reason": reason[:200], "lane": LIVE, "source": source},
    )


def release(tx: PostgresTransaction, source: str, anew: bool = False) -> dict[str, Any] | None:
    """Lets a held or paused source go on, and its pages with it; what it was, None where it was not held.

    `anew`: what its pages are like is learned from now on, since the new layout is to stay as it is read.
    """
    rows = tx.rows("DELETE FROM source_hold WHERE source = %(source)s RETURNING reason", {"source": source})
    if not rows:
        return None
    freed = tx.run(
        "UPDATE job SET held = NULL, due = now() FROM url u WHERE u.id = job.url_id AND u.source = %(source)s"
        " AND held IS NOT NULL",
        {"source": source},
    )
    if anew:
        tx.run("DELETE FROM sighting WHERE source = %(source)s", {"source": source})
    urls.wake(tx)
    return {"freed": freed, "was": rows[0]["reason"]}
