"""The stage on a real database: merged addresses, copies in other outlets, late firsts, twins in two workers."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

from broadsheet.model import Article, Drop
from broadsheet.storage import urls
from broadsheet.storage.postgres import Database, PostgresTransaction
from broadsheet.storage.shingles import overrule
from processors import DEDUPLICATE_LOCK, deduplicate
from processors.stage import Prepared
from tests import making
from tests.processors.deduplicate.prose_maker import article, house_edit, text

BODY = text(article(1))


def settle(tx: PostgresTransaction, *articles: Article) -> list[Article | Drop]:
    tx.lock(DEDUPLICATE_LOCK)
    batch = [Prepared(article=one, features=deduplicate.prepare(one)) for one in articles]
    return deduplicate.settle(tx, batch)


def settled(database: Database, *articles: Article) -> list[Article | Drop]:
    """Settles a batch and writes the answers as the worker does."""
    with database.transaction() as tx:
        answers = settle(tx, *articles)
        for one, answer in zip(articles, answers, strict=True):
            if isinstance(answer, Drop):
                assert answer.into is not None
                urls.merge(tx, one.id, answer.into, answer.detail, "deduplicate")
            else:
                making.store(tx, answer)
        return answers


def made(database: Database, url: str, body: str = BODY, minutes: int = 0, **more: object) -> Article:
    at = making.MOMENT + timedelta(minutes=minutes)
    return making.article(making.booked(database, url), url, body, first_seen=at, addresses=(url,), **more)


def folds(*answers: Article | Drop) -> list[int | None]:
    return [answer.fold if isinstance(answer, Article) else None for answer in answers]


def test_the_same_text_on_the_same_host_is_merged(database: Database) -> None:
    one, two = made(database, "https://a.test/1"), made(database, "https://www.a.test/2", minutes=5)
    answers = settled(database, two, one)
    assert answers[0] == Drop(reason="merged", detail="same text on a.test", into=one.id)
    assert folds(answers[1]) == [one.id]


def test_another_address_of_an_article_is_merged(database: Database) -> None:
    one = made(database, "https://a.test/story", canonical="https://a.test/story")
    amp = made(
        database, "https://a.test/amp/story", text(house_edit(article(1), 3)), 5, canonical="https://a.test/story"
    )
    settled(database, one)
    (answer,) = settled(database, amp)
    assert answer == Drop(reason="merged", detail="same address: https://a.test/story", into=one.id)
    assert folds(*settled(database, one)) == [one.id]
    assert settled(database, amp) == [answer]


def test_a_canonical_address_that_cannot_be_right_merges_nothing(database: Database) -> None:
    shared = "https://a.test/story"
    one = made(database, shared, canonical=shared)
    two = made(database, "https://a.test/other", text(article(2)), canonical=shared)
    home = made(database, "https://a.test/a", text(article(3)), canonical="https://a.test/")
    more = made(database, "https://a.test/b", text(article(4)), canonical="https://a.test/")
    assert folds(*settled(database, one, two, home, more)) == [one.id, two.id, home.id, more.id]


def test_an_address_of_a_rejected_page_merges_nothing(database: Database) -> None:
    one = made(database, "https://a.test/story")
    settled(database, one)
    with database.transaction() as tx:
        urls.reject(tx, one.id, "soft-404")
    two = made(database, "https://a.test/new", text(article(2)), canonical="https://a.test/story")
    assert folds(*settled(database, two)) == [two.id]


def test_copies_in_other_outlets_are_related_and_folded(database: Database) -> None:
    one = made(database, "https://a.test/1")
    two = made(database, "https://b.test/1", text(house_edit(article(1), 1)), 5)
    other = made(database, "https://c.test/1", text(article(2)))
    answers = settled(database, other, two, one)
    assert folds(*answers) == [other.id, one.id, one.id]
    assert isinstance(answers[1], Article)
    (found,) = answers[1].relations
    assert (found.kind, found.other) == ("wire-copy-of", one.id)
    assert "words against" in found.evidence


def test_a_later_document_that_was_first_takes_the_group(database: Database) -> None:
    two = made(database, "https://b.test/1", text(house_edit(article(1), 1)), 5)
    three = made(database, "https://c.test/1", text(house_edit(article(1), 2)), 6)
    assert folds(*settled(database, two, three)) == [two.id, two.id]
    claim = making.published("2026-10-31T20:00+00:00")
    one = made(database, "https://a.test/1", minutes=60, published=claim)
    assert folds(*settled(database, one)) == [one.id]
    with database.transaction() as tx:
        rows = tx.rows("SELECT id, fold, revision FROM article ORDER BY id")
    assert [(row["id"], row["fold"], row["revision"]) for row in rows] == [
        (two.id, one.id, 2),
        (three.id, one.id, 2),
        (one.id, one.id, 1),
    ]


def test_a_batch_given_twice_changes_nothing(database: Database) -> None:
    batch = [
        made(database, "https://a.test/1"),
        made(database, "https://a.test/2", minutes=1),
        made(database, "https://b.test/1", text(house_edit(article(1), 1)), 5),
    ]
    state = (
        "SELECT (SELECT array_agg(t ORDER BY id) FROM twin t)::text"
        " || (SELECT array_agg(s ORDER BY key, owner) FROM shingle s)::text AS all"
    )
    first = settled(database, *batch)
    before = making.counts(database, state)
    assert settled(database, *batch) == first
    assert making.counts(database, state) == before


def test_a_changed_refetch_never_meets_itself(database: Database) -> None:
    one = made(database, "https://a.test/1")
    settled(database, one)
    edited = replace(one, text=text(house_edit(article(1), 4)))
    (answer,) = settled(database, edited)
    assert folds(answer) == [one.id]
    assert isinstance(answer, Article)
    assert answer.relations == ()


def test_an_operators_word_survives(database: Database) -> None:
    one, two = made(database, "https://a.test/1"), made(database, "https://b.test/1", minutes=5)
    assert folds(*settled(database, one, two)) == [one.id, one.id]
    with database.transaction() as tx:
        overrule(tx, one.id, two.id, False, "ann")
        assert deduplicate.again(tx, [two.id]) == [two.id]
    assert making.counts(database, f"SELECT fold FROM article WHERE id = {two.id}") == {"fold": two.id}
    assert folds(*settled(database, one, two)) == [one.id, two.id]


def test_twins_in_two_workers_always_meet(database: Database) -> None:
    pairs = [
        (
            made(database, f"https://a.test/{n}", text(article(n, 6))),
            made(database, f"https://b.test/{n}", text(article(n, 6)), 1),
        )
        for n in range(200)
    ]
    prepared = [tuple(Prepared(article=one, features=deduplicate.prepare(one)) for one in pair) for pair in pairs]
    gate = threading.Barrier(2)
    found: list[Article | Drop] = []

    def work(side: int) -> None:
        for pair in prepared:
            gate.wait()
            with database.transaction() as tx:
                tx.lock(DEDUPLICATE_LOCK)
                found.extend(deduplicate.settle(tx, [pair[side]]))

    workers = [threading.Thread(target=work, args=(side,)) for side in (0, 1)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(found) == 400
    assert making.counts(database, "SELECT count(*) AS n FROM twin WHERE fold <> id") == {"n": 200}
