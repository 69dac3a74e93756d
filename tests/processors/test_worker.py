"""The queue's promises: every document ends once, and a bad one costs only itself."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from broadsheet.address import host_of
from broadsheet.errors import StageBroken, Unavailable
from broadsheet.model import Article, Block, Claims, Drop, Page
from broadsheet.ports import Known, Transaction
from broadsheet.settings import Settings
from broadsheet.storage import queue, urls
from broadsheet.storage.known import Snapshot
from broadsheet.storage.postgres import Database
from processors.stage import Prepared, Stage
from processors.worker import Plan, one_batch, work

MOMENT = datetime(2026, 11, 1, tzinfo=UTC)
SETTINGS = Settings(batch=16, document_seconds=2.0)


def extract(page: Page, known: Known) -> Article | Drop:
    word = page.body.decode()
    if word == "drop":
        return Drop(reason="wall", detail="said so")
    if word == "raise":
        raise ValueError("bad page")
    if word == "away":
        raise Unavailable("elsewhere")
    return Article(
        id=page.id, url=page.url, source=page.source, host=page.host, fetched=page.fetched, first_seen=page.first_seen,
        claims=page.claims, normalised=word, title=word, text=word,
        blocks=(Block(start=0, end=len(word), role="body", kept=True, score=1.0),),
    )  # fmt: skip


def same(article: Article, known: Known) -> Article | Drop:
    return article


def settle(tx: Transaction, batch: Sequence[Prepared]) -> list[Article | Drop]:
    for item in batch:
        if item.article.text == "poison":
            tx.rows("SELECT 1 / 0")
    return [replace(item.article, section=str(item.features)) for item in batch]


PIPELINE = (
    Stage(name="extract", version="1", step=extract),
    Stage(name="strip", version="1", step=same),
    Stage(name="deduplicate", version="1", step=same, prepare=lambda a: len(a.text), settle=settle, lock=7),
    Stage(name="enrich", version="1", step=same),
)
FUSED = Plan(pipeline=PIPELINE, stages=("extract", "strip", "deduplicate", "enrich"), until_empty=True, minutes=1)


def feed(database: Database, words: Sequence[str], hosts: int = 1) -> dict[str, int]:
    """Keeps a page for each word; host h0, h1 ... in turn."""
    ids = {}
    with database.transaction() as tx:
        for number, word in enumerate(words):
            address = f"http://h{number % hosts}.test/{number}"
            id = urls.book(tx, "s", [urls.Found(url=address, claims=Claims(source="s"))])[address]
            urls.keep(
                tx,
                Page(
                    id=id, url=address, final_url=address, source="s", host=host_of(address), status=200, headers=(),
                    body=word.encode(), fetched=MOMENT, first_seen=MOMENT, claims=Claims(source="s"),
                ),
            )  # fmt: skip
            ids[f"{word}{number}"] = id
    return ids


def ends(database: Database) -> dict[str, int]:
    with database.transaction() as tx:
        rows = tx.rows("SELECT disposition, count(*) AS n FROM url GROUP BY 1")
    return {row["disposition"]: row["n"] for row in rows}


def column(database: Database, sql: str) -> list[Any]:
    with database.transaction() as tx:
        return [next(iter(row.values())) for row in tx.rows(sql)]


def test_each_document_ends_once_and_a_bad_one_costs_only_itself(database: Database) -> None:
    feed(database, ["one", "drop", "raise", "two", "poison", "three"])
    totals = work(database, SETTINGS, FUSED)
    assert totals == {"passed": 3, "dropped": 1, "failed": 2}
    assert ends(database) == {"article": 3, "rejected": 1, "dead": 2}
    assert column(database, "SELECT count(*) FROM job") == [0]
    assert column(database, "SELECT count(*) FROM attempt") == [0]
    assert sorted(column(database, "SELECT stage FROM dead_letter")) == ["deduplicate", "extract"]
    assert column(database, "SELECT sum(passed + dropped + failed)::int FROM tally WHERE stage = 'extract'") == [6]


def busy(article: Article, known: Known) -> Article | Drop:
    until = time.monotonic() + 0.03
    while time.monotonic() < until:
        pass
    return article


def test_the_seconds_of_a_batch_are_those_of_the_stages_that_took_them(database: Database) -> None:
    pipeline = tuple(replace(stage, step=busy) if stage.name == "strip" else stage for stage in PIPELINE)
    feed(database, ["one", "two", "three", "drop"])
    work(database, SETTINGS, replace(FUSED, pipeline=pipeline))
    with database.transaction() as tx:
        rows = tx.rows("SELECT stage, sum(seconds) AS seconds FROM tally GROUP BY stage")
    spent = {row["stage"]: row["seconds"] for row in rows}
    assert spent["strip"] >= 0.09
    assert all(spent["strip"] > spent[other] > 0 for other in ("extract", "deduplicate", "enrich"))


def test_stages_in_workers_of_their_own_give_the_same_as_one_worker(database: Database) -> None:
    feed(database, ["one", "drop", "raise", "poison", "two"])
    for stage in FUSED.stages:
        work(database, SETTINGS, replace(FUSED, stages=(stage,)))
    assert ends(database) == {"article": 2, "rejected": 1, "dead": 2}
    assert column(database, "SELECT count(*) FROM draft") == [0]
    assert column(database, "SELECT count(extracted)::int FROM article") == [2]


def test_nobody_is_blamed_for_a_server_that_is_away(database: Database) -> None:
    feed(database, ["one", "away"])
    with pytest.raises(Unavailable):
        one_batch(database, SETTINGS, FUSED, Snapshot(), {})
    assert ends(database) == {"pending": 2}
    assert column(database, "SELECT max(claims)::int FROM attempt") == [0]


def test_a_broken_stage_pauses_and_its_documents_go_back_to_pending(database: Database) -> None:
    feed(database, ["raise"] * 40, hosts=5)
    with pytest.raises(StageBroken, match="extract"):
        work(database, SETTINGS, FUSED)
    assert ends(database)["pending"] >= 26
    assert work(database, SETTINGS, FUSED) == {"passed": 0, "dropped": 0, "failed": 0}
    with database.transaction() as tx:
        assert queue.paused(tx).keys() == {"extract"}
        assert queue.resume(tx, "extract")
        assert queue.waiting(tx, "live", ["extract"]) >= 26


def test_a_fused_worker_stops_before_a_paused_stage_and_goes_on_once_it_is_resumed(database: Database) -> None:
    feed(database, ["one", "two", "three"])
    with database.transaction() as tx:
        tx.run("INSERT INTO stage_state (stage, paused, reason) VALUES ('deduplicate', now(), 'bug')")
    work(database, SETTINGS, FUSED)
    assert column(database, "SELECT stage FROM job") == ["deduplicate"] * 3
    assert column(database, "SELECT count(*)::int FROM draft") == [3]
    with database.transaction() as tx:
        assert queue.resume(tx, "deduplicate")
    work(database, SETTINGS, FUSED)
    assert ends(database) == {"article": 3}


def test_a_host_held_at_a_later_stage_waits_before_the_first(database: Database) -> None:
    feed(database, ["one", "two"], hosts=2)
    with database.transaction() as tx:
        tx.run("INSERT INTO host_hold (host, stage, reason) VALUES ('h0.test', 'strip', 'layout')")
    work(database, SETTINGS, FUSED)
    assert ends(database) == {"article": 1, "pending": 1}
    with database.transaction() as tx:
        assert queue.release(tx, "h0.test")
    work(database, SETTINGS, FUSED)
    assert ends(database) == {"article": 2}


def test_one_hosts_failures_hold_that_host_alone(database: Database) -> None:
    feed(database, ["raise"] * 40)
    with database.transaction() as tx:
        address = "http://other.test/1"
        id = urls.book(tx, "s", [urls.Found(url=address, claims=Claims(source="s"))])[address]
        page = Page(
            id=id, url=address, final_url=address, source="s", host="other.test", status=200, headers=(), body=b"fine",
            fetched=MOMENT, first_seen=MOMENT, claims=Claims(source="s"),
        )  # fmt: skip
        urls.keep(tx, page)
    work(database, SETTINGS, FUSED)
    assert column(database, "SELECT host FROM host_hold") == ["h0.test"]
    assert column(database, "SELECT disposition FROM url WHERE host = 'other.test'") == ["article"]


def test_a_page_kept_again_unchanged_changes_nothing_and_changed_makes_a_revision(database: Database) -> None:
    id = feed(database, ["one"])["one0"]
    work(database, SETTINGS, FUSED)
    for body, revision, versions in ((b"one", 1, 1), (b"changed", 2, 2)):
        with database.transaction() as tx:
            row = urls.require(tx, id)
            page = Page(
                id=id, url=row["url"], final_url=row["url"], source="s", host="h0.test", status=200, headers=(), body=body,
                fetched=MOMENT, first_seen=row["found"], claims=Claims(source="s"),
            )  # fmt: skip
            urls.keep(tx, page)
        work(database, SETTINGS, FUSED)
        assert column(database, "SELECT revision::int FROM article") == [revision]
        assert column(database, "SELECT count(*)::int FROM version") == [versions]


def test_two_workers_side_by_side_do_each_document_once(database: Database) -> None:
    feed(database, ["one", "two", "drop"] * 40, hosts=7)
    results: list[dict[str, int]] = []
    other = Database(database.url)
    # Two threads in one process share its interval timer, so documents are not watched here.
    unwatched = replace(SETTINGS, document_seconds=0)

    def run(one: Database) -> None:
        results.append(work(one, unwatched, FUSED))

    threads = [threading.Thread(target=run, args=(one,)) for one in (database, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.close()
    assert sum(r["passed"] for r in results) == 80
    assert sum(r["dropped"] for r in results) == 40
    assert ends(database) == {"article": 80, "rejected": 40}


WORKER = """
import os, sys, time
from dataclasses import replace
from broadsheet.storage.postgres import Database
from processors.worker import stopping, work
from tests.processors.test_worker import FUSED, PIPELINE, SETTINGS, extract
from processors.stage import Stage

def poisoned(page, known):
    match page.body.decode():
        case "segfault":
            import ctypes
            ctypes.string_at(0)
        case "loop":
            while True:
                pass
        case "sleep":
            time.sleep(3600)
        case "memory":
            hoard = []
            while True:
                hoard.append(bytearray(64 * 1024 * 1024))
        case "slow":
            time.sleep(0.05)
    return extract(page, known)

pipeline = (Stage(name="extract", version="1", step=poisoned), *PIPELINE[1:])
settings = replace(SETTINGS, document_seconds=float(sys.argv[2]), document_memory=512 * 1024**2)
import resource
resource.setrlimit(resource.RLIMIT_AS, (3 * 1024**3, 3 * 1024**3))
work(Database(sys.argv[1]), settings, replace(FUSED, pipeline=pipeline), stopping())
"""


def worker(database: Database, seconds: float = 0.5) -> subprocess.Popen[bytes]:
    root = Path(__file__).resolve().parents[2]
    return subprocess.Popen(
        [sys.executable, "-c", WORKER, database.url, str(seconds)],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
    )


@pytest.mark.parametrize("poison", ["segfault", "loop", "sleep", "memory"])
def test_a_document_that_kills_its_worker_is_a_dead_letter_and_the_others_pass(database: Database, poison: str) -> None:
    feed(database, [poison, "one", "two", "three"], hosts=2)
    codes = []
    for _ in range(4):
        process = worker(database, 0.3)
        codes.append(process.wait(timeout=120))
        if codes[-1] == 0:
            break
    assert codes[-1] == 0
    assert ends(database) == {"article": 3, "dead": 1}
    assert column(database, "SELECT error FROM dead_letter")[0].startswith(("worker-died", "MemoryError"))


def stored_at_least(database: Database, n: int) -> None:
    """Waits until a worker has stored so many articles."""
    deadline = time.monotonic() + 120
    while column(database, "SELECT count(*)::int FROM article")[0] < n:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_killed_worker_loses_nothing_and_does_nothing_twice(database: Database) -> None:
    feed(database, ["slow"] * 60, hosts=3)
    for n in (1, 20):
        process = worker(database, 30.0)
        stored_at_least(database, n)
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert worker(database, 30.0).wait(timeout=120) == 0
    assert ends(database) == {"article": 60}
    assert column(database, "SELECT max(revision)::int FROM article") == [1]
    assert column(database, "SELECT sum(passed)::int FROM tally WHERE stage = 'enrich'") == [60]


def test_a_worker_told_to_stop_finishes_its_batch(database: Database) -> None:
    feed(database, ["slow"] * 40)
    process = worker(database, 30.0)
    stored_at_least(database, 1)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=60) == 0
    assert column(database, "SELECT count(*)::int FROM attempt") == [0]
