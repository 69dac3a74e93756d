"""The stage `index`: feeds the search engine from the article table by revision, and nothing else.

A document is pending until the engine took its current revision. The engine commits first, PostgreSQL after: what dies
between the two is written again, and the external version makes that nothing. An index that is lost, restored or emptied
carries another generation than the database knows: then everything is pending again.
"""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections.abc import Sequence
from typing import Any

from broadsheet import alerts
from broadsheet.errors import StageBroken, Unavailable
from broadsheet.model import LIVE, Failure, IndexDocument
from broadsheet.ports import IndexWriter, SearchIndex, WriteResult
from broadsheet.storage import articles, queue, urls
from broadsheet.storage.articles import Stored
from broadsheet.storage.postgres import Database, Listener, PostgresTransaction
from broadsheet.storage.queue import Count, Job

log = logging.getLogger(__name__)

BATCH = 200
"""Documents written to the engine at once."""
POLL = 1.0
"""Seconds behind every wait for NOTIFY."""
BACKOFF = 30.0
"""Longest wait, in seconds, while a server is away."""
GENERATION_LOCK = 0x62726F62


def index(
    database: Database,
    engine: SearchIndex,
    minutes: float = 5.0,
    until_empty: bool = False,
    stop: threading.Event | None = None,
) -> dict[str, int]:
    """Feeds the engine until the time is over, `stop` is set, or (until_empty) nothing waits; what became of documents."""
    stop = stop or threading.Event()
    totals = {"passed": 0, "dropped": 0, "failed": 0}
    deadline = time.monotonic() + minutes * 60
    backoff = 0.1
    while not stop.is_set() and time.monotonic() < deadline:
        try:
            if _hold(database, engine, totals, deadline, until_empty, stop):
                break
            backoff = 0.1
        except Unavailable as error:
            log.warning("waiting for a server", extra={"error": str(error), "seconds": backoff})
            stop.wait(min(backoff, max(0.0, deadline - time.monotonic())))
            backoff = min(BACKOFF, backoff * 2)
    return totals


def _hold(
    database: Database,
    engine: SearchIndex,
    totals: dict[str, int],
    deadline: float,
    until_empty: bool,
    stop: threading.Event,
) -> bool:
    """Holds the writer and works; True when done for good."""
    listener = Listener(database, [urls.CHANNEL])
    try:
        with engine.writer() as writer:
            while not stop.is_set() and time.monotonic() < deadline:
                agree(database, engine)
                if _wanted(database, engine):
                    rebuild(database, engine, writer, totals)
                if one_batch(database, writer, totals):
                    continue
                if until_empty:
                    return True
                listener.wait(min(POLL, max(0.0, deadline - time.monotonic())))
    finally:
        listener.close()
    return True


def agree(database: Database, engine: SearchIndex) -> bool:
    """Makes database and engine agree on one generation; False where everything became pending again."""
    with database.transaction() as tx:
        known = tx.rows("SELECT generation FROM index_state WHERE engine = %(engine)s", {"engine": engine.name})
    carried = engine.generation()
    if known and carried == known[0]["generation"]:
        return True
    if carried and _rebuilt(database, engine) == carried:
        _adopt(database, engine, carried)
        return True
    with database.lock(GENERATION_LOCK, seconds=60):
        return _renew(database, engine)


def _renew(database: Database, engine: SearchIndex) -> bool:
    """Starts a new generation, unless another writer has done so while we waited for the lock."""
    with database.transaction() as tx:
        known = tx.rows("SELECT generation FROM index_state WHERE engine = %(engine)s", {"engine": engine.name})
    if known and engine.generation() == known[0]["generation"]:
        return True
    generation = uuid.uuid4().hex
    with database.transaction() as tx:
        # The database forgets first: were the engine emptied first and we died, the old answers would stand.
        lost = articles.forget_index(tx)
        tx.run("DELETE FROM index_state WHERE engine = %(engine)s", {"engine": engine.name})
    engine.create(generation)
    with database.transaction() as tx:
        _write_state(tx, engine, generation)
    log.info("new index generation", extra={"engine": engine.name, "pending_again": lost})
    return False


def _write_state(tx: PostgresTransaction, engine: SearchIndex, generation: str) -> None:
    tx.insert(
        "INSERT INTO index_state (engine, generation) VALUES %s ON CONFLICT (engine)"
        " DO UPDATE SET generation = excluded.generation, since = now()",
        [(engine.name, generation)],
    )


def want_rebuild(database: Database, engine_name: str) -> None:
    """Asks the writer for a new index beside the old one; searches see the old one until the new one is full."""
    with database.transaction() as tx:
        tx.insert(
            "INSERT INTO note (key, value) VALUES %s ON CONFLICT (key) DO UPDATE SET value = excluded.value, at = now()",
            [(f"rebuild {engine_name}", {"generation": uuid.uuid4().hex, "full": False})],
        )
        urls.wake(tx)


def _note(database: Database, engine: SearchIndex) -> dict[str, Any]:
    with database.transaction() as tx:
        rows = tx.rows("SELECT value FROM note WHERE key = %(key)s", {"key": f"rebuild {engine.name}"})
    return dict(rows[0]["value"]) if rows else {}


def _wanted(database: Database, engine: SearchIndex) -> bool:
    return _note(database, engine).get("full") is False


def _rebuilt(database: Database, engine: SearchIndex) -> str | None:
    """The generation that was filled and is about to be, or just was, switched to."""
    note = _note(database, engine)
    return str(note["generation"]) if note.get("full") else None


def rebuild(database: Database, engine: SearchIndex, writer: IndexWriter, totals: dict[str, int]) -> None:
    """Fills the wanted generation from the article table, fresh news going on meanwhile, then switches over."""
    generation = str(_note(database, engine)["generation"])
    with database.transaction() as tx:
        began = tx.rows("SELECT clock_timestamp() AS at")[0]["at"]
    engine.prepare(generation)
    with engine.writer(generation) as filling:
        last = 0
        while ids := _fill(database, filling, "id > %(last)s", {"last": last}):
            last = max(ids)
            one_batch(database, writer, totals)
        # What changed while we filled: once before the switch, so that no search misses it.
        last = 0
        while ids := _fill(database, filling, "id > %(last)s AND changed >= %(began)s", {"last": last, "began": began}):
            last = max(ids)
    with database.transaction() as tx:
        tx.run(
            "UPDATE note SET value = %(value)s WHERE key = %(key)s",
            {"value": {"generation": generation, "full": True}, "key": f"rebuild {engine.name}"},
        )
    engine.publish(generation)
    _adopt(database, engine, generation)
    with database.transaction() as tx:
        # And once more after it: the external version makes a second writing nothing.
        tx.run("UPDATE article SET indexed_revision = 0 WHERE changed >= %(began)s", {"began": began})


def _fill(database: Database, filling: IndexWriter, which: str, given: dict[str, Any]) -> list[int]:
    """Writes the next articles that the old index has into the new one; their ids."""
    with database.transaction() as tx:
        rows = tx.rows(
            f"SELECT id FROM article WHERE indexed_revision > 0 AND {which} ORDER BY id LIMIT {BATCH}",  # noqa: S608
            given,
        )
        stored = articles.for_index(tx, list(articles.load(tx, [row["id"] for row in rows]).values()))
    documents, _ = _documents(stored)
    if any(result.outcome == "retry" for result in filling.write(documents)):
        raise Unavailable("index: the engine is busy")
    return [one.article.id for one in stored]


def _adopt(database: Database, engine: SearchIndex, generation: str) -> None:
    """The database knows the new generation, and that no rebuild is wanted any more."""
    with database.transaction() as tx:
        _write_state(tx, engine, generation)
        tx.run("DELETE FROM note WHERE key = %(key)s", {"key": f"rebuild {engine.name}"})
    log.info("switched to a new index", extra={"engine": engine.name})


def one_batch(database: Database, writer: IndexWriter, totals: dict[str, int]) -> int:
    """Writes one batch to the engine, then records what it took; how many documents there were."""
    with database.transaction() as tx:
        began = time.monotonic()
        if "index" in queue.paused(tx):
            return 0
        waiting = articles.outbox(tx, BATCH)
        if not waiting:
            return 0
        documents, letters = _documents(waiting)
        results = writer.write(documents) if documents else []
        broken = _record(tx, waiting, results, letters, time.monotonic() - began, totals)
        taken = _taken(documents, results)
        known = {stored.article.id for stored in waiting if stored.first_indexed is not None}
        alerts.record(tx, [document for document in taken if document.id not in known])
        alerts.record_edits(tx, [document for document in taken if document.id in known])
    if broken:
        raise StageBroken(broken)
    if any(result.outcome == "retry" for result in results):
        raise Unavailable("index: the engine is busy")
    return len(waiting)


def _taken(documents: Sequence[IndexDocument], results: Sequence[WriteResult]) -> list[IndexDocument]:
    """What the engine has now: saved searches look at it."""
    taken = {result.id for result in results if result.outcome in {"written", "older"}}
    return [document for document in documents if document.id in taken]


def _documents(waiting: Sequence[Stored]) -> tuple[list[IndexDocument], dict[int, str]]:
    """What can be written, and the errors of what cannot even be put into the engine's form."""
    documents, errors = [], {}
    for stored in waiting:
        try:
            documents.append(articles.index_document(stored))
        except (ValueError, TypeError, AttributeError) as error:
            errors[stored.article.id] = f"{type(error).__name__}: {error}"
    return documents, errors


def _record(
    tx: PostgresTransaction,
    waiting: Sequence[Stored],
    results: Sequence[WriteResult],
    errors: dict[int, str],
    seconds: float,
    totals: dict[str, int],
) -> str | None:
    by_id = {stored.article.id: stored for stored in waiting}
    taken = [result for result in results if result.outcome in {"written", "older"}]
    refused = [result for result in results if result.outcome == "refused"]
    refused += [
        WriteResult(id=id, revision=by_id[id].revision, outcome="refused", error=error) for id, error in errors.items()
    ]
    articles.taken(tx, taken)
    letters: dict[int, int] = {}
    for result in refused:
        articles.refused(tx, result)
        letters[result.id] = urls.bury(
            tx, result.id, LIVE, Failure(stage="index", error=result.error, traceback=""), by_id[result.id].kept
        )
    done = [result.id for result in [*taken, *refused]]
    queue.tally(tx, LIVE, [Count(stage="index", passed=len(taken), failed=len(refused), seconds=seconds)])
    queue.remember(tx, "index", [(_job(by_id[id]), letters.get(id)) for id in done])
    totals["passed"] += len(taken)
    totals["failed"] += len(refused)
    return queue.judge(tx, "index") if refused else None


def _job(stored: Stored) -> Job:
    article = stored.article
    return Job(lane=LIVE, id=article.id, stage="index", host=article.host, kept=stored.kept)
