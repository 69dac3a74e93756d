"""The stage on a real database: places, retries, two workers, roll-backs, repairs."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from broadsheet.model import Article, Drop
from broadsheet.storage import stories as table
from broadsheet.storage.postgres import Database, PostgresTransaction
from processors import STORIES_LOCK, stories
from processors.stage import Prepared
from tests import making
from tests.processors.stories.test_telling import QUAKE, STRIKE


@pytest.fixture(autouse=True)
def _fresh_process() -> None:
    stories._open.clear()


def settle(tx: PostgresTransaction, *articles: Article) -> list[Article | Drop]:
    tx.lock(STORIES_LOCK)
    return stories.settle(tx, [Prepared(article=one, features=stories.prepare(one)) for one in articles])


def settled(database: Database, *articles: Article) -> list[int | None]:
    """Settles a batch, stores it as the worker does; the stories."""
    with database.transaction() as tx:
        answers = settle(tx, *articles)
        for answer in answers:
            assert isinstance(answer, Article)
            making.store(tx, answer)
        return [answer.story for answer in answers if isinstance(answer, Article)]


def undone(database: Database, work: Callable[[PostgresTransaction], object]) -> None:
    """Does the work in a transaction that is rolled back."""
    with contextlib.suppress(ZeroDivisionError), database.transaction() as tx:
        work(tx)
        raise ZeroDivisionError


def repaired(database: Database) -> int:
    with database.transaction() as tx:
        tx.lock(STORIES_LOCK)
        return stories.repair(tx)


def made(database: Database, number: int, text: str, **more: object) -> Article:
    url = f"https://o{number}.test/1"
    at = making.MOMENT + timedelta(minutes=number)
    title = text.split(",")[0]
    return making.article(making.booked(database, url), url, text, first_seen=at, title=title, **more)


def six(database: Database) -> list[Article]:
    return [made(database, number, text) for number, text in enumerate(QUAKE + STRIKE)]


def test_stories_are_told_as_articles_come(database: Database) -> None:
    told = [settled(database, one)[0] for one in six(database)]
    assert told[0] == told[1] == told[2]
    assert told[3] == told[4] != told[0]


def test_a_batch_given_twice_changes_nothing(database: Database) -> None:
    batch = six(database)
    first = settled(database, *batch)
    state = (
        "SELECT (SELECT array_agg(t ORDER BY id) FROM told t)::text || (SELECT array_agg(s ORDER BY id) FROM story s)::text"
        " || (SELECT array_agg(l ORDER BY id) FROM storyline l)::text AS all"
    )
    before = making.counts(database, state)
    assert settled(database, *batch) == first
    stories._open.clear()
    assert settled(database, *batch) == first
    assert making.counts(database, state) == before


def test_another_process_goes_on_where_one_ended(database: Database) -> None:
    articles = six(database)
    first = settled(database, articles[0], articles[3])
    stories._open.clear()
    second = settled(database, articles[1], articles[4])
    assert second == first


def test_what_was_rolled_back_is_not_remembered(database: Database) -> None:
    articles = six(database)
    undone(database, lambda tx: settle(tx, articles[0], articles[1]))
    settled(database, articles[3])
    undone(database, lambda tx: settle(tx, articles[2]))
    told = settled(database, articles[0])
    assert making.counts(database, "SELECT count(*) AS n FROM told") == {"n": 2}
    (now,) = stories._open.values()
    assert set(now.stories.story) == {articles[0].id, articles[3].id}
    assert settled(database, articles[1]) == told


def test_a_copy_is_where_its_first_is(database: Database) -> None:
    articles = six(database)
    copy = replace(made(database, 9, STRIKE[0]), fold=articles[0].id)
    told = settled(database, articles[0], copy)
    assert told[0] == told[1]
    assert settled(database, copy) == [told[0]]


def test_a_repair_moves_articles_and_their_copies_and_redirects(database: Database) -> None:
    articles = six(database)
    copy = replace(made(database, 9, QUAKE[2]), fold=articles[2].id)
    told = settled(database, *articles, copy)
    with database.transaction() as tx:
        table.put_stories(tx, {5000: 6000})
        table.move_told(tx, {articles[2].id: 5000})
        assert table.retell(tx, [articles[2].id]) == 2
    stories._open.clear()
    assert repaired(database) == 1
    with database.transaction() as tx:
        assert table.follow(tx, 5000) == told[0]
        rows = tx.rows(
            "SELECT story, revision FROM article WHERE id = ANY(%(ids)s)", {"ids": [articles[2].id, copy.id]}
        )
    assert rows == [{"story": told[0], "revision": 3}] * 2
    assert repaired(database) == 0


def test_a_repair_that_is_rolled_back_leaves_no_trace(database: Database) -> None:
    articles = six(database)
    told = settled(database, *articles)
    with database.transaction() as tx:
        table.put_stories(tx, {5000: 6000})
        table.move_told(tx, {articles[2].id: 5000})
    undone(database, stories.repair)
    assert settled(database, articles[2]) == [5000]
    assert repaired(database) == 1
    assert settled(database, articles[2]) == [told[0]]


def test_a_copy_whose_first_changed_follows_it(database: Database) -> None:
    articles = six(database)
    told = settled(database, *articles)
    with database.transaction() as tx:
        tx.run("UPDATE article SET fold = %(to)s WHERE id = %(id)s", {"id": articles[2].id, "to": articles[3].id})
    repaired(database)
    assert making.counts(database, f"SELECT story FROM article WHERE id = {articles[2].id}") == {"story": told[3]}
