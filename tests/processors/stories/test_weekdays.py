"""An article that only names a weekday gets its day from its story, now or when the story's other articles come."""

from __future__ import annotations

from datetime import timedelta

from broadsheet.model import Article, DateClaim
from broadsheet.storage import articles
from broadsheet.storage.postgres import Database
from processors import STORIES_LOCK, stories
from processors.extract.weekday import METHOD, RESOLVED
from processors.stage import Prepared
from tests import making
from tests.processors.stories.test_telling import QUAKE

# The quake is told of "Tuesday": 2026-11-03.
WEEKDAY = DateClaim(
    kind="published", text="Tuesday", instant=None, precision="day", method=METHOD, zone="no time given",
    confidence=0.0, evidence="'early on Tuesday' names a Tuesday, the week is unknown",
)  # fmt: skip


def made(database: Database, number: int, **more: object) -> Article:
    url = f"https://o{number}.test/1"
    seen = making.MOMENT + timedelta(days=200)
    return making.article(
        making.booked(database, url), url, QUAKE[number], title=QUAKE[number].split(",")[0], first_seen=seen, **more
    )


def dated(database: Database, number: int) -> Article:
    return made(database, number, published=making.published(f"2026-11-03T1{number}:00:00+00:00"))


def settled(database: Database, *given: Article) -> None:
    with database.transaction() as tx:
        tx.lock(STORIES_LOCK)
        prepared = [Prepared(article=one, features=stories.prepare(one)) for one in given]
        for answer in stories.settle(tx, prepared):
            assert isinstance(answer, Article)
            making.store(tx, answer)


def published(database: Database, id: int) -> DateClaim | None:
    with database.transaction() as tx:
        return articles.load(tx, [id])[id].article.published


def test_the_day_comes_with_the_story(database: Database) -> None:
    stories._open.clear()
    undated = made(database, 0, dates=(WEEKDAY,))
    settled(database, dated(database, 1), dated(database, 2), undated)
    found = published(database, undated.id)
    assert found is not None
    assert (found.text, found.method) == ("2026-11-03", RESOLVED)
    assert found.confidence < 0.8


def test_the_day_comes_with_the_repair_where_the_others_come_late(database: Database) -> None:
    stories._open.clear()
    undated = made(database, 0, dates=(WEEKDAY,))
    settled(database, undated)
    assert published(database, undated.id) is None
    settled(database, dated(database, 1), dated(database, 2))
    with database.transaction() as tx:
        tx.lock(STORIES_LOCK)
        stories.repair(tx)
    found = published(database, undated.id)
    assert found is not None
    assert found.text == "2026-11-03"


def test_a_day_that_the_story_gave_does_not_decide_the_story(database: Database) -> None:
    stories._open.clear()
    undated = made(database, 0, dates=(WEEKDAY,))
    settled(database, dated(database, 1), dated(database, 2), undated)
    with database.transaction() as tx:
        again = articles.load(tx, [undated.id])[undated.id].article
    assert stories.prepare(again).telling.dated is False
