"""Where an id stays and its title changes, the index hears of the articles that lack the new one, once."""

from __future__ import annotations

import pytest

from broadsheet.storage import articles, retitling, who
from broadsheet.storage.name_repair import repair
from broadsheet.storage.postgres import Database
from tests.storage.naming import revisions
from tests.storage.test_entities import stored


def changed(before: dict[int, int], after: dict[int, int]) -> set[int]:
    return {id for id in before if after[id] != before[id]}


def test_articles_hear_of_a_new_title_once(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retitling, "AT_ONCE", 2)
    old = [stored(database, [("PER", "Ильмар Таммсаар")])[0] for _ in range(5)]
    stored(database, [("PER", "Ann Hill")], [("LOC", "Kalvik")])
    repair(database)
    before = revisions(database)
    new = [stored(database, [("PER", "Ilmar Tammsaar")])[0] for _ in range(9)]
    with database.transaction() as tx:
        (id,) = {e.entity for one in articles.load(tx, [*old, *new]).values() for e in one.article.entities}
        assert who.titles(tx, [str(id)]) == {id: "Ilmar Tammsaar"}
    middle = revisions(database)
    assert changed(before, middle) <= set(old)
    assert repair(database)["articles_retitled"] == len(old)
    after = revisions(database)
    assert changed(middle, after) == set(old)
    with database.transaction() as tx:
        (indexed, *_) = articles.for_index(tx, [articles.load(tx, old)[old[0]]])
    assert articles.index_document(indexed).person_titles == ("Ilmar Tammsaar",)
    assert repair(database)["articles_retitled"] == 0
    assert revisions(database) == after


def test_a_title_that_changed_before_upkeep_looked_is_told_too(database: Database) -> None:
    old = stored(database, [("PER", "Ильмар Таммсаар")])
    new = [stored(database, [("PER", "Ilmar Tammsaar")])[0] for _ in range(3)]
    before = revisions(database)
    assert repair(database)["articles_retitled"] == 1
    assert changed(before, revisions(database)) == set(old)
    assert set(new).isdisjoint(old)
