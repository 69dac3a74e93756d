"""Whatever happens on the way, the same articles come to the same relations: deaths, repeats, disorder, many workers."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from broadsheet.address import host_of
from broadsheet.model import Article, Claims
from broadsheet.settings import Settings
from broadsheet.storage import queue, urls
from broadsheet.storage.packing import unpacked
from broadsheet.storage.postgres import Database
from broadsheet.storage.queue import Job
from processors import worker
from tests import making
from tests.processors.deduplicate import faulty_worker
from tests.processors.deduplicate.prose_maker import article, house_edit, sentence, text

ROOT = Path(__file__).resolve().parents[3]
TABLES = "url, article, version, twin, shingle, claim, address, job, draft, attempt, shingle_log, shingle_sieve, recent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """An article as the crawl and the stages before gave it."""

    url: str
    body: str
    minutes: int
    claimed: str | None = None
    canonical: str | None = None
    title: str = "A title"


def morning(seed: int) -> list[Made]:
    """Stories on several hosts: copies, re-slugged and AMP pages, claimed dates that turn the order round, a false
    canonical address, furniture, short texts."""
    chance = random.Random(seed)
    furniture = {host: [sentence(chance) for _ in range(3)] for host in "abcd"}
    made: list[Made] = []
    for story in range(8):
        parts = article(seed * 100 + story, 6 + story % 5)
        for copy in range(chance.randint(2, 5)):
            host, minutes = chance.choice("abcd"), chance.randrange(180)
            body = parts if copy == 0 else house_edit(parts, seed * 50 + copy)
            body = body[:4] if copy == 4 else body
            body = [*body, *chance.sample(furniture[host], chance.randint(0, 3))]
            url = f"https://{host}.test/{story}/{copy}"
            claimed = f"2026-10-31T{chance.randrange(20, 24)}:{chance.randrange(60):02}+00:00"
            made.append(
                Made(url=url, body=text(body), minutes=minutes, claimed=claimed if chance.random() < 0.5 else None)
            )
            if chance.random() < 0.4:
                amp = body if chance.random() < 0.5 else body[:-1]
                made.append(Made(url=f"{url}/amp", body=text(amp), minutes=chance.randrange(180), canonical=url))
            if chance.random() < 0.3:
                made.append(Made(url=f"{url}-again", body=text(body), minutes=chance.randrange(180)))
    made.append(
        Made(url="https://a.test/odd", body=text(article(seed + 77, 20)), minutes=9, canonical="https://a.test/0/0")
    )
    made += [
        Made(url=f"https://{host}.test/clip", body="Watch the whole video here now, please do.", minutes=3, title=title)
        for host, title in zip("abc", ("Flood", "Strike", "Flood"), strict=True)
    ]
    return made


def waiting(database: Database, made: Sequence[Made], order: Sequence[int]) -> None:
    """Puts the articles before the stage, due in that order."""
    with database.transaction() as tx:
        tx.run(f"TRUNCATE {TABLES} RESTART IDENTITY CASCADE")
        found = [urls.Found(url=one.url, claims=Claims(source="s")) for one in made]
        ids = urls.book(tx, "s", found)
        for place, number in enumerate(order):
            one = made[number]
            id = ids[one.url]
            urls.queue(tx, id, host_of(one.url), making.MOMENT, "extract")
            queue.advance(tx, job(id, one.url), _article(id, one), None, "deduplicate")
            tx.run(
                "UPDATE job SET due = now() - make_interval(secs => %(left)s) WHERE url_id = %(id)s",
                {"left": 10_000 - place, "id": id},
            )


def job(id: int, url: str) -> Job:
    return Job(lane="live", id=id, stage="extract", host=host_of(url), kept=making.MOMENT)


def _article(id: int, one: Made) -> Article:
    seen = making.MOMENT + timedelta(minutes=one.minutes)
    more: dict[str, Any] = {"published": making.published(one.claimed)} if one.claimed else {}
    return making.article(
        id, one.url, one.body, first_seen=seen, title=one.title, canonical=one.canonical, addresses=(one.url,), **more
    )


RELATIONS = (
    "SELECT u.url, u.disposition, u.detail, v.url AS into_url, f.url AS fold, a.withdrawn IS NULL AS stands, a.document"
    " FROM url u LEFT JOIN url v ON v.id = u.merged_into LEFT JOIN article a ON a.id = u.id"
    " LEFT JOIN url f ON f.id = a.fold ORDER BY u.url"
)
REMEMBERED = (
    "SELECT id, fold, exact, title, host, moment, first_seen, kind, score, evidence, addresses, into_id FROM twin"
    " ORDER BY id",
    "SELECT week, key, owner FROM shingle ORDER BY week, key, owner",
    "SELECT hash, article_id FROM address ORDER BY hash",
)


def state(database: Database) -> list[Any]:
    """All relations, and all the stage remembers; the documents of pages that stand for themselves, with theirs."""
    with database.transaction() as tx:
        relations = []
        for row in tx.rows(RELATIONS):
            document = unpacked(row["document"]) if row["document"] and row["disposition"] == "article" else None
            # A page that was an article for a while is withdrawn, and keeps what it was.
            gone = {} if document else {"fold": None, "stands": None}
            relations.append({**row, "document": document, **gone})
        remembered = [[plain(row) for row in tx.rows(sql)] for sql in REMEMBERED]
    return [relations, *remembered]


def plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: bytes(value) if isinstance(value, memoryview) else value for name, value in row.items()}


def work(database: Database, folder: Path, batch: int) -> None:
    """This process as the only worker."""
    plan = worker.Plan(pipeline=(faulty_worker.STAGE,), stages=("deduplicate",), minutes=1, until_empty=True)
    worker.work(database, Settings(var=folder, batch=batch), plan)


def in_order(database: Database, folder: Path, made: Sequence[Made]) -> list[Any]:
    """What one article after the other comes to, the first one first."""

    def rank(number: int) -> tuple[Any, ...]:
        one = _article(number, made[number])
        seen = one.first_seen
        return (min(one.published.instant, seen) if one.published and one.published.instant else seen), seen, number

    waiting(database, made, sorted(range(len(made)), key=rank))
    work(database, folder, 6)
    return state(database)


@pytest.fixture
def start(database_url: str, tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Starts worker processes, and stops those that are left."""
    started: list[subprocess.Popen[bytes]] = []

    def begin(*options: object) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", faulty_worker.__name__, "--url", database_url, "--var", str(tmp_path)]
        started.append(subprocess.Popen([*command, *map(str, options)], cwd=ROOT))
        return started[-1]

    yield begin
    for process in started:
        if process.poll() is None:
            process.kill()
        process.wait()


@pytest.mark.parametrize("seed", range(4))
def test_batches_out_of_order_change_nothing(database: Database, tmp_path: Path, seed: int) -> None:
    made = morning(seed)
    wanted = in_order(database, tmp_path, made)
    kinds = {row["disposition"] for row in wanted[0]}
    assert kinds == {"article", "merged"}
    waiting(database, made, random.Random(seed).sample(range(len(made)), len(made)))
    work(database, tmp_path, 1 + 3 * seed)
    assert state(database) == wanted


def test_every_batch_given_twice_changes_nothing(database: Database, tmp_path: Path) -> None:
    made = morning(11)
    wanted = in_order(database, tmp_path, made)
    again = {"revision": "SELECT id, revision, document FROM article ORDER BY id", "claim": "SELECT * FROM claim"}

    def tables() -> list[Any]:
        with database.transaction() as tx:
            return [[plain(row) for row in tx.rows(sql)] for sql in again.values()]

    before = tables()
    with database.transaction() as tx:
        ids = {row["url"]: row["id"] for row in tx.rows("SELECT id, url FROM url")}
        for one in random.Random(1).sample(made, len(made)):
            urls.queue(tx, ids[one.url], host_of(one.url), making.MOMENT, "extract")
            queue.advance(tx, job(ids[one.url], one.url), _article(ids[one.url], one), None, "deduplicate")
    work(database, tmp_path, 10)
    assert state(database) == wanted
    assert tables() == before


def test_workers_killed_in_the_middle_of_a_batch_change_nothing(
    database: Database, tmp_path: Path, start: Callable[..., subprocess.Popen[bytes]]
) -> None:
    made = morning(12)
    wanted = in_order(database, tmp_path, made)
    waiting(database, made, random.Random(2).sample(range(len(made)), len(made)))
    dying = [start("--die", statement, "--batch", 5) for statement in (14, 41, 67, 96)]
    assert [process.wait(60) for process in dying] == [-9] * 4
    assert start("--batch", 5).wait(60) == 0
    assert state(database) == wanted


def test_workers_side_by_side_with_clocks_an_hour_apart_change_nothing(
    database: Database, tmp_path: Path, start: Callable[..., subprocess.Popen[bytes]]
) -> None:
    made = morning(13) + [
        Made(url=f"https://{host}.test/pair/{n}", body=text(article(5000 + n, 5)), minutes=n)
        for n in range(40)
        for host in "ab"
    ]
    wanted = in_order(database, tmp_path, made)
    waiting(database, made, random.Random(3).sample(range(len(made)), len(made)))
    workers = [start("--clock", clock, "--batch", 3) for clock in (0, 3600, -3600)]
    assert [process.wait(60) for process in workers] == [0] * 3
    assert state(database) == wanted
