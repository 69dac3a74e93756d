"""What must not matter: batches twice, out of order, in several workers, with wrong clocks, or killed half way. After
upkeep's repair the stories agree with the run in order."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import time
from collections.abc import Sequence
from dataclasses import replace

import pytest

from broadsheet.model import Article
from broadsheet.storage.overrules import merge, split
from broadsheet.storage.postgres import Database
from processors import STORIES_LOCK, stories
from processors.stage import Prepared
from processors.stories.telling import Stories
from tests import making
from tests.processors.stories import world

BATCH = 40
AGREE = 0.97
"""B-cubed F1 with the run in order."""


def english() -> list[Article]:
    """A few hundred of the world's articles: those of five languages."""
    return [one.article for one in world.articles() if one.truth.language in ("en", "de", "ru", "es", "zh")]


def in_order() -> dict[int, int]:
    """The stories of a run in order, in memory; ids mean nothing."""
    known = Stories(iter(range(1, 10_000)).__next__)
    given = english()
    for one in given:
        if one.fold == one.id:
            known.tell(stories.prepare(one).telling)
    known.repair(one.id for one in given)
    for one in given:
        if one.fold != one.id and one.fold is not None:
            known.copy(one.id, one.fold)
    return dict(known.story)


def agrees(database: Database) -> float:
    precision, recall = world.agreement({id: place[0] for id, place in world.told(database).items()}, in_order())
    return 2 * precision * recall / (precision + recall)


def batches(articles: Sequence[Article]) -> list[Sequence[Article]]:
    return [articles[start : start + BATCH] for start in range(0, len(articles), BATCH)]


@pytest.fixture
def empty(database: Database) -> Database:
    stories._open.clear()
    world.booked(database)
    return database


@pytest.mark.parametrize("seed", [1, 2])
def test_out_of_order_and_clocks_an_hour_apart(empty: Database, seed: int) -> None:
    given = english()
    random.Random(seed).shuffle(given)
    for number, batch in enumerate(batches(given)):
        world.settled(empty, world.with_clock(batch, hours=(-1.0, 0.0, 1.0)[number % 3]))
        if number % 4 == 3:
            # Another process goes on.
            stories._open.clear()
    world.repaired(empty)
    assert agrees(empty) >= AGREE


def test_a_batch_twice_and_a_repair_twice_change_nothing(empty: Database) -> None:
    given = english()
    for batch in batches(given):
        world.settled(empty, batch, store=True)
    world.repaired(empty)
    state = (
        "SELECT md5((SELECT array_agg(t ORDER BY id) FROM told t)::text) AS told,"
        " md5((SELECT array_agg(s ORDER BY id) FROM story s)::text) AS story,"
        " md5((SELECT array_agg(l ORDER BY id) FROM storyline l)::text) AS line,"
        " md5((SELECT array_agg(a ORDER BY id) FROM article a)::text) AS article"
    )
    before = making.counts(empty, state)
    for batch in batches(given)[::-1]:
        world.settled(empty, batch)
    stories._open.clear()
    world.settled(empty, given[:BATCH])
    world.repaired(empty)
    assert making.counts(empty, state) == before


def _work(url: str, part: int, parts: int, deadly: bool) -> None:
    """A worker process: settles its share of the batches; where it is deadly, it dies in the middle of one."""
    stories._open.clear()
    database = Database(url)
    for number, batch in enumerate(batches(english())):
        if number % parts != part:
            continue
        if deadly and number >= parts:
            _die_within(database, batch)
        world.settled(database, batch)
    database.close()


def _die_within(database: Database, batch: Sequence[Article]) -> None:
    with database.transaction() as tx:
        tx.lock(STORIES_LOCK)
        stories.settle(tx, [Prepared(article=one, features=stories.prepare(one)) for one in batch])
        os.kill(os.getpid(), signal.SIGKILL)


def run(url: str, deadly: bool) -> list[int | None]:
    """Three workers side by side, by `fork` so that they know the world already; how each ended."""
    context = multiprocessing.get_context("fork")
    workers = [context.Process(target=_work, args=(url, part, 3, deadly and part == 0)) for part in range(3)]
    for worker in workers:
        worker.start()
    deadline = time.monotonic() + 240
    for worker in workers:
        worker.join(max(0.0, deadline - time.monotonic()))
        if worker.is_alive():
            worker.kill()
    return [worker.exitcode for worker in workers]


def test_several_workers_and_one_that_is_killed_in_its_batch(empty: Database) -> None:
    english()
    assert run(empty.url, deadly=True) == [-signal.SIGKILL, 0, 0]
    told = making.counts(empty, "SELECT count(*) AS n FROM told")["n"]
    assert 0 < told < len(english())
    assert run(empty.url, deadly=False) == [0, 0, 0]
    stories._open.clear()
    world.repaired(empty)
    assert making.counts(empty, "SELECT count(*) AS n FROM told") == {"n": len(english())}
    assert agrees(empty) >= AGREE


def test_operators_words_survive_reprocess_and_repair(empty: Database) -> None:
    given = english()[:120]
    for batch in batches(given):
        world.settled(empty, batch, store=True)
    world.repaired(empty)
    places = {id: place[0] for id, place in world.told(empty).items()}
    heads = [one.id for one in given if one.fold == one.id]
    first, other = heads[0], next(id for id in heads if places[id] != places[heads[0]])
    rest = [id for id in heads if places[id] not in (places[first], places[other])]
    one, two = next((a, b) for a in rest for b in rest if a < b and places[a] == places[b])
    with empty.transaction() as tx:
        merge(tx, places[first], places[other], "ann")
        split(tx, places[one], [two], "ann")
    for _ in range(2):
        stories._open.clear()
        for batch in batches([replace(article, text=f"{article.text}\n\nAnd so on.") for article in given]):
            world.settled(empty, batch, store=True)
        world.repaired(empty)
        now = {id: place[0] for id, place in world.told(empty).items()}
        assert now[first] == now[other]
        assert now[one] != now[two]
