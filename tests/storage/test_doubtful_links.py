"""Links of spellings that are nearly alike are weighed many at once, within a bound that upkeep does not have."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

import pytest

from broadsheet.identity import Link
from broadsheet.model import Article
from broadsheet.storage import entities, namesakes
from broadsheet.storage.name_repair import repair
from broadsheet.storage.postgres import Database, PostgresTransaction
from tests.storage.naming import settle
from tests.storage.test_namesakes import article, doubtful, forget, whose

PAIRS = (
    ("Muhammad Tahir", "Mohamed Taher"),
    ("Muhammad Karim", "Mohamed Kareem"),
    ("Muhammad Jamil", "Mohamed Jameel"),
    ("Muhammad Bashir", "Mohamed Basher"),
)


def both_of_each(pairs: int) -> list[Article]:
    names = [name for pair in PAIRS[:pairs] for name in pair]
    return [article(id, doubtful(name, "Ann Hill", "Bob Reed")) for id, name in enumerate(names, 1)]


def joined(database: Database) -> list[bool]:
    """For each pair whether its spellings are one person."""
    return [len(set(whose(database, *pair).values())) == 1 for pair in PAIRS]


def test_what_the_bound_leaves_upkeep_decides_and_in_any_order_alike(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(namesakes, "READ", 3)
    made = both_of_each(4)
    settle(database, made)
    bounded = joined(database)
    assert bounded.count(True) == 2  # two articles are read for each link, and the second begins before the third
    repair(database, at_once=3)
    assert joined(database) == [True] * 4
    forget(database)
    random.Random(3).shuffle(made)
    settle(database, made)
    assert joined(database) == bounded
    repair(database, at_once=3)
    assert joined(database) == [True] * 4


def test_a_repair_weighs_links_of_names_that_came_along_with_others(database: Database) -> None:
    first = [article(8, doubtful("Ivo Marek")), article(9, doubtful("Kaja Tamm"))]
    settle(database, first)
    settle(database, both_of_each(1))
    others = [("PER", "Ivo Marek"), ("PER", "Kaja Tamm")]
    with database.transaction() as tx:
        # The earlier names bring both ends along, without being them; what made up for the doubt is forgotten.
        ids = entities.known(tx, [*others, *(("PER", name) for name in PAIRS[0])])
        links = [
            Link(a=ids[other], b=ids["PER", name], sure=0.9, reason="said so", apart=True)
            for other, name in zip(others, PAIRS[0], strict=True)
        ]
        entities.link(tx, links)
        tx.run("UPDATE entity_link SET held = false, context = NULL")
    repair(database, at_once=2)
    assert joined(database)[0]


def test_more_links_are_no_more_questions(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    settle(database, both_of_each(4))
    asked = 0

    def rows(tx: PostgresTransaction, sql: str, given: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        nonlocal asked
        asked += 1
        return plain(tx, sql, given)

    plain = PostgresTransaction.rows
    monkeypatch.setattr(PostgresTransaction, "rows", rows)
    numbers = []
    for pairs in (1, 4):
        with database.transaction() as tx:
            names = entities.known(tx, [("PER", name) for pair in PAIRS[:pairs] for name in pair])
            asked = 0
            namesakes.weigh(tx, names.values())
        numbers.append(asked)
    assert numbers[0] == numbers[1] <= 5
