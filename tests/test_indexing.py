"""The index follows the article table: nothing lost, nothing twice, whatever is taken away in between."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from broadsheet import status
from broadsheet.indexing import index, want_rebuild
from broadsheet.model import IndexDocument
from broadsheet.ports import SearchIndex, SearchRequest
from broadsheet.search import open_index
from broadsheet.settings import Settings
from broadsheet.storage import articles, urls
from broadsheet.storage.postgres import Database
from broadsheet.tasks import open_engine
from tests.making import article, booked, store, stored


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(var=tmp_path)


@pytest.fixture
def engine(settings: Settings, database: Database) -> Iterator[SearchIndex]:
    opened = open_engine(settings, database)
    yield opened
    opened.close()


def balanced(database: Database, engine: SearchIndex) -> bool:
    return bool(status.snapshot(database, engine)["balanced"])


def drain(database: Database, engine: SearchIndex) -> dict[str, int]:
    return index(database, engine, minutes=1, until_empty=True)


def test_articles_are_found_once_indexed_and_the_law_holds(database: Database, engine: SearchIndex) -> None:
    for number in range(5):
        stored(database, f"http://a.test/{number}", f"Ferries of pier {number} sail again.")
    assert not balanced(database, engine) or status.snapshot(database, engine)["pending"] == 5
    assert drain(database, engine) == {"passed": 5, "dropped": 0, "failed": 0}
    assert engine.search(SearchRequest(q="ferries")).total == 5
    assert engine.search(SearchRequest(q='removed:"read also"')).total == 5
    assert balanced(database, engine)
    assert status.snapshot(database, engine)["indexed"] == 5


def test_an_index_that_was_deleted_makes_everything_pending_again(
    database: Database, engine: SearchIndex, settings: Settings
) -> None:
    stored(database, "http://a.test/1")
    drain(database, engine)
    engine.close()
    shutil.rmtree(settings.var / "search")
    again = open_index(settings)
    assert not balanced(database, again)
    assert drain(database, again)["passed"] == 1
    assert balanced(database, again)
    again.close()


def test_a_withdrawn_article_is_found_no_more_and_stays_on_record(database: Database, engine: SearchIndex) -> None:
    id = stored(database, "http://a.test/1", "Marsh buffalo counted.")
    drain(database, engine)
    with database.transaction() as tx:
        urls.withdraw(tx, id, "http-410")
    drain(database, engine)
    assert engine.search(SearchRequest(q="buffalo")).total == 0
    assert engine.search(SearchRequest(q="buffalo", withdrawn=True)).total == 1
    assert balanced(database, engine)


def test_a_changed_article_replaces_its_older_revision(database: Database, engine: SearchIndex) -> None:
    id = stored(database, "http://a.test/1", "Twelve boats.")
    drain(database, engine)
    with database.transaction() as tx:
        assert store(tx, article(id, "http://a.test/1", "Fourteen boats."))
        assert not store(tx, article(id, "http://a.test/1", "Fourteen boats."))
    drain(database, engine)
    assert engine.search(SearchRequest(q="twelve")).total == 0
    assert engine.search(SearchRequest(q="fourteen")).total == 1
    assert engine.count() == 1


def test_the_law_turns_false_when_any_of_its_counts_is_falsified(database: Database, engine: SearchIndex) -> None:
    ids = [stored(database, f"http://a.test/{n}") for n in range(3)]
    drain(database, engine)
    assert balanced(database, engine)
    for falsify in (
        "UPDATE booking SET n = n + 1 WHERE ctid = (SELECT min(ctid) FROM booking)",
        f"UPDATE article SET indexed_revision = 0 WHERE id = {ids[0]}",
        f"DELETE FROM version WHERE article_id = {ids[1]}; DELETE FROM article WHERE id = {ids[1]}",
    ):
        with pytest.raises(AssertionError), database.transaction() as tx:  # noqa: PT012 - rolled back on purpose
            tx.run(falsify)
            assert status.law(tx, engine.count())["balanced"]
        assert balanced(database, engine)
    with engine.writer() as writer:
        writer.delete([ids[2]])
    assert not balanced(database, engine)


def test_a_url_in_no_state_is_impossible_and_a_rejected_one_counts_by_reason(
    database: Database, engine: SearchIndex
) -> None:
    id = booked(database, "http://a.test/1")
    other = booked(database, "http://a.test/2")
    with database.transaction() as tx:
        urls.reject(tx, id, "robots", "disallowed by /private")
        found = status.law(tx, status.engine_count(engine))
        assert found["rejected"] == {"robots": 1}
        assert found["pending"] == 1
        assert found["balanced"]
        assert status.trace(tx, "http://a.test/1")["events"][-1]["what"] == "rejected"  # type: ignore[index]
    with database.transaction() as tx:
        urls.merge(tx, other, id, "canonical")
        assert status.trace(tx, "http://a.test/2")["merged_into"] == id  # type: ignore[index]


def test_a_document_that_the_engine_refuses_is_a_dead_letter_and_the_others_pass(
    database: Database, engine: SearchIndex
) -> None:
    good = stored(database, "http://a.test/1")
    bad = stored(database, "http://a.test/2")
    real = articles.index_document
    try:

        def picky(stored: articles.Stored) -> IndexDocument:
            if stored.article.id == bad:
                raise ValueError("no such month")
            return real(stored)

        articles.index_document = picky  # a fault injected where documents are made
        assert drain(database, engine) == {"passed": 1, "dropped": 0, "failed": 1}
    finally:
        articles.index_document = real
    assert engine.get([good, bad]).keys() == {good}
    assert status.snapshot(database, engine)["dead"] == 1
    assert balanced(database, engine)


def test_latency_is_measured_from_kept_to_found(database: Database, engine: SearchIndex) -> None:
    id = stored(database, "http://a.test/1")
    with database.transaction() as tx:
        tx.run("UPDATE article SET kept = now() - interval '3 seconds' WHERE id = %(id)s", {"id": id})
    drain(database, engine)
    latency = status.snapshot(database, engine)["latency"]
    assert 3.0 <= latency["p50"] < 60.0


def test_settings_of_another_folder_see_nothing(settings: Settings, tmp_path: Path) -> None:
    assert open_index(replace(settings, var=tmp_path / "other")).generation() is None


def test_a_rebuild_fills_a_new_index_beside_the_old_one_and_switches(database: Database, engine: SearchIndex) -> None:
    for number in range(450):
        stored(database, f"http://a.test/{number}", f"Ferries of pier {number}.")
    drain(database, engine)
    before = engine.generation()
    want_rebuild(database, engine.name)
    fresh = stored(database, "http://a.test/fresh", "Fresh ferries.")
    assert engine.search(SearchRequest(q="ferries")).total == 450
    drain(database, engine)
    assert engine.generation() != before
    assert engine.search(SearchRequest(q="ferries")).total == 451
    assert engine.get([fresh]).keys() == {fresh}
    assert balanced(database, engine)


def test_a_rebuild_that_died_after_the_switch_is_adopted_and_nothing_is_written_again(
    database: Database, engine: SearchIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored(database, "http://a.test/1", "Ferries.")
    drain(database, engine)
    want_rebuild(database, engine.name)

    class Died(Exception):
        pass

    def die(*_: object) -> None:
        raise Died

    with monkeypatch.context() as fault:
        fault.setattr("broadsheet.indexing._adopt", die)
        with pytest.raises(Died):
            drain(database, engine)
    assert engine.search(SearchRequest(q="ferries")).total == 1
    assert drain(database, engine)["passed"] == 0
    assert balanced(database, engine)
