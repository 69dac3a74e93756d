"""A repair of all names goes in short pieces: it may be stopped anywhere, and fresh articles come in between."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from broadsheet.storage import entities, name_repair
from broadsheet.storage.name_repair import repair
from broadsheet.storage.postgres import Database, PostgresTransaction
from tests.storage.naming import revisions, settle
from tests.storage.test_entities import answer, stored
from tests.storage.test_namesakes import all_articles, article, minister, reasons, whose


class Killed(BaseException):
    """Stands for the end of the process."""


class Watched(Database):
    """A database that calls back before each transaction with its number."""

    def __init__(self, url: str, before: Callable[[int], None]) -> None:
        super().__init__(url)
        self.before = before
        self.number = 0

    @contextmanager
    def transaction(self) -> Iterator[PostgresTransaction]:
        self.number += 1
        self.before(self.number)
        with super().transaction() as tx:
            yield tx


def spoil(database: Database) -> None:
    """What a crash or an old version may have left: ids, counts, people."""
    with database.transaction() as tx:
        tx.run("UPDATE entity_name SET entity = 'per:wrong', grouped = 'per:wrong', reason = 'none', uses = 7")
        tx.run("UPDATE mention SET entity = 'per:wrong~' || article_id")
        tx.run("TRUNCATE namesake")


def upto(database: Database) -> int:
    with database.transaction() as tx:
        return next((int(row["upto"]) for row in tx.rows("SELECT upto FROM entity_repair")), 0)


def stop_at(wanted: int) -> Callable[[int], None]:
    def stop(number: int) -> None:
        if number == wanted:
            raise Killed

    return stop


def test_a_repair_that_was_killed_anywhere_goes_on_and_ends_alike(database: Database) -> None:
    settle(database, all_articles())
    first = answer(database), whose(database), reasons(database)
    whole = Watched(database.url, lambda number: None)
    repair(whole, at_once=2)
    whole.close()
    begun = []
    for at in range(1, whole.number + 1, 2):
        spoil(database)
        killed = Watched(database.url, stop_at(at))
        with pytest.raises(Killed):
            repair(killed, at_once=2)
        killed.close()
        begun += [upto(database)]
        repair(database, at_once=2)
        assert (answer(database), whose(database), reasons(database)) == first
    assert max(begun) > 0  # it goes on from there


def test_articles_come_in_between_two_pieces(database: Database) -> None:
    settle(database, all_articles())
    late = article(9, minister("Ann Hill"))

    def meanwhile(number: int) -> None:
        if number == 4:
            settle(database, [late])

    watched = Watched(database.url, meanwhile)
    repair(watched, at_once=2)
    watched.close()
    found = answer(database), whose(database), reasons(database)
    spoil(database)
    repair(database)
    assert (answer(database), whose(database), reasons(database)) == found
    assert found[1][9] == found[1][1]


def test_articles_of_names_that_many_use_are_told_in_pieces(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entities, "AT_ONCE", 0)
    monkeypatch.setattr(name_repair, "TOLD_AT_ONCE", 2)
    ids = [stored(database, [("PER", "Tammsaar")])[0] for _ in range(5)]
    stored(database, [("PER", "Ilmar Tammsaar")], [("PER", "Ilmar Tammsaar")])
    before = revisions(database)
    told = repair(database)["articles_told"]
    after = revisions(database)
    assert {id for id in before if after[id] != before[id]} == set(ids)
    assert told == len(ids)
    assert repair(database)["articles_told"] == 0


def test_what_no_article_uses_is_forgotten_and_no_more(database: Database) -> None:
    named, nameless = stored(database, [("PER", "Ann Hill")], [])
    settle(database, [article(nameless + 1, minister("Rui Sousa"))])
    with database.transaction() as tx:
        tx.run("INSERT INTO article_setting VALUES (%(id)s, '{DE}', '{06}'), (999, '{DE}', '{}') ON CONFLICT DO NOTHING",
               {"id": nameless})  # fmt: skip
        tx.run("DELETE FROM mention WHERE article_id > %(id)s", {"id": nameless})
    assert repair(database)["names_forgotten"] == 2
    with database.transaction() as tx:
        kept = {row["article_id"] for row in tx.rows("SELECT article_id FROM article_setting")}
    assert kept == {named, nameless}
