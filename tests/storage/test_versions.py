"""Each changed refetch is a version with its kind of edit; what only our rules changed is nobody's edit."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from broadsheet.model import Article
from broadsheet.storage import articles, urls, versions
from broadsheet.storage.postgres import Database
from broadsheet.storage.queue import Job
from tests import making

TEXT = "The council said 12 people came to the quay on Friday.\n\n“We waited,” said the harbour master."
BEGAN = making.MOMENT


def fetched(database: Database, article: Article, hours: float, lane: str = "live") -> None:
    """Stores the article as what a page kept so many hours later came to."""
    job = Job(lane=lane, id=article.id, stage="enrich", host=article.host, kept=BEGAN + timedelta(hours=hours))
    with database.transaction() as tx:
        articles.store(tx, job, article, None)


@pytest.fixture
def article(database: Database) -> Article:
    """An article that was fetched once."""
    made = making.article(making.booked(database, "http://a.test/1"), "http://a.test/1", TEXT, title="Quay")
    made = replace(made, versions=(("extract", "1"), ("strip", "1")))
    fetched(database, made, 0)
    return made


def edited(article: Article, old: str, new: str) -> Article:
    """The article as its outlet changed it, page and all."""
    assert old in article.text
    return replace(article, text=article.text.replace(old, new), normalised=article.normalised.replace(old, new))


def listed(database: Database, id: int) -> list[tuple[list[str], bool, bool]]:
    with database.transaction() as tx:
        return [(row["changes"], row["silent"], row["ours"]) for row in versions.listed(tx, id)]


def then(database: Database, id: int, hours: float) -> versions.Then | None:
    with database.transaction() as tx:
        return versions.as_of(tx, id, BEGAN + timedelta(hours=hours))


def changes(database: Database, id: int) -> tuple[str, ...]:
    with database.transaction() as tx:
        return articles.index_document(articles.load(tx, [id])[id]).changes


def test_every_edit_is_kept_with_its_kind_and_a_silent_one_is_marked(database: Database, article: Article) -> None:
    second = edited(article, "12 people", "14 people")
    third = replace(edited(second, "council", "counsil"), title="The quay")
    fetched(database, second, 1)
    fetched(database, second, 2)  # unchanged
    fetched(database, third, 3)
    assert listed(database, article.id) == [
        ([], False, False),
        (["number"], True, False),
        (["typo", "headline"], False, False),
    ]
    assert changes(database, article.id) == ("headline", "number", "silent", "typo")
    with database.transaction() as tx:
        assert versions.counts(tx, 3600) == {"headline": 1, "number": 1, "silent": 1, "typo": 1}


def test_a_correction_that_says_so_is_not_silent(database: Database, article: Article) -> None:
    note = "Correction: 14 people came, not 12."
    second = edited(edited(article, "12 people", "14 people"), "harbour master.", f"harbour master.\n\n{note}")
    fetched(database, second, 1)
    assert listed(database, article.id)[1] == (["number", "correction-notice"], False, False)


def test_the_same_page_read_by_other_rules_is_nobodys_edit(database: Database, article: Article) -> None:
    fetched(database, edited(article, "12 people", "14 people"), 0, lane="run-1")
    assert listed(database, article.id)[1] == ([], False, True)
    assert changes(database, article.id) == ()


def test_after_a_change_of_our_rules_an_edit_is_not_called_silent(database: Database, article: Article) -> None:
    second = edited(article, "12 people", "14 people")
    fetched(database, replace(second, versions=(("extract", "2"), ("strip", "1"))), 1)
    assert listed(database, article.id)[1] == (["number"], False, False)


def test_a_live_blog_is_never_silent(database: Database, article: Article) -> None:
    fetched(database, replace(edited(article, "12 people", "14 people"), kind="live-blog"), 1)
    assert listed(database, article.id)[1] == (["number"], False, False)


def test_what_the_outlet_took_away_is_a_version_and_so_is_what_came_back(database: Database, article: Article) -> None:
    with database.transaction() as tx:
        urls.withdraw(tx, article.id, "http-410")
    with database.transaction() as tx:
        urls.withdraw(tx, article.id, "http-410")  # once more changes nothing
    assert listed(database, article.id)[1:] == [(["withdrawn"], False, False)]
    assert changes(database, article.id) == ("withdrawn",)
    later = (datetime.now(BEGAN.tzinfo) - BEGAN) / timedelta(hours=1)
    fetched(database, article, later + 1)
    assert [row[0] for row in listed(database, article.id)] == [[], ["withdrawn"], []]
    states = [then(database, article.id, hours) for hours in (0, later, later + 2)]
    assert [state and state.withdrawn for state in states] == [False, True, False]


def test_a_merge_is_no_withdrawal_by_the_outlet(database: Database, article: Article) -> None:
    other = making.stored(database, "http://a.test/2")
    with database.transaction() as tx:
        urls.merge(tx, article.id, other)
    assert len(listed(database, article.id)) == 1


def test_it_can_be_read_as_it_stood_at_any_moment(database: Database, article: Article) -> None:
    second = edited(article, "12 people", "14 people")
    fetched(database, second, 5)
    assert then(database, article.id, -1) is None
    read = [then(database, article.id, hours) for hours in (0, 4.9, 5, 99)]
    assert [one and ("12 people" in one.article.text) for one in read] == [True, True, False, False]
    assert [one and one.revision for one in read] == [1, 1, 2, 2]
