"""Names of articles in PostgreSQL: one id for one person, whatever the order, and an operator's word above all."""

from __future__ import annotations

import itertools
import random
import threading
from collections.abc import Iterable

from broadsheet.model import Article, Entity, EntityType
from broadsheet.storage import articles, entities, who
from broadsheet.storage.name_repair import repair
from broadsheet.storage.postgres import Database
from processors.enrich import identity
from tests import making
from tests.storage.naming import keep, revisions, settle

TEXTS: list[list[tuple[EntityType, str]]] = [
    [("PER", "Recep Tayyip Erdogan"), ("LOC", "Idlib"), ("ORG", "Islamic State")],
    [("PER", "Recep Tayyip Erdoğan"), ("PER", "Ilmar Tammsaar"), ("PER", "Lavrov")],
    [("PER", "Реджеп Тайип Эрдоган"), ("PER", "Ильмар Таммсаар"), ("PER", "Сергей Лавров")],
    [("PER", "Erdogan"), ("PER", "Tayyip Erdogan"), ("PER", "Sergei Lavrov")],
    [("PER", "Ильмара Таммсаара"), ("PER", "Sergey Lavrov"), ("ORG", "Islamic State group")],
    [("PER", "Tammsaar"), ("PER", "Alexander Novak"), ("LOC", "Idlib")],
    [("PER", "Alexandra Novak"), ("PER", "Novak"), ("PER", "Ilmar Tammsaar")],
]


NUMBERS = itertools.count()


def article(id: int, names: Iterable[tuple[EntityType, str]]) -> Article:
    found, text = [], ""
    for kind, name in names:
        found.append(Entity(start=len(text), end=len(text) + len(name), text=name, type=kind, name=name))
        text += name + ". "
    return making.article(id, f"https://a.test/{id}", text, entities=tuple(found))


def answer(database: Database) -> dict[tuple[str, str], tuple[str, str]]:
    with database.transaction() as tx:
        rows = tx.rows("SELECT kind, name, entity, reason FROM entity_name ORDER BY kind, name")
    return {(row["kind"], row["name"]): (row["entity"], row["reason"]) for row in rows}


def forget(database: Database) -> None:
    with database.transaction() as tx:
        tx.run("TRUNCATE entity_name, entity_key, entity_link, mention CASCADE")


def all_articles() -> list[Article]:
    return [article(id, names) for id, names in enumerate(TEXTS, 1)]


def test_spellings_scripts_cases_and_family_names_have_one_id(database: Database) -> None:
    settle(database, all_articles())
    ids = {named: entity for named, (entity, _) in answer(database).items()}
    erdogan = ["Recep Tayyip Erdogan", "Recep Tayyip Erdoğan", "Реджеп Тайип Эрдоган", "Erdogan", "Tayyip Erdogan"]
    assert len({ids["PER", name] for name in erdogan}) == 1
    tammsaar = ["Ilmar Tammsaar", "Ильмар Таммсаар", "Ильмара Таммсаара", "Tammsaar"]
    assert len({ids["PER", name] for name in tammsaar}) == 1
    assert {ids["PER", name] for name in ("Lavrov", "Sergei Lavrov", "Sergey Lavrov", "Сергей Лавров")} == {"Q58217"}
    assert ids["ORG", "Islamic State"] == ids["ORG", "Islamic State group"]
    novak = {ids["PER", name] for name in ("Alexander Novak", "Alexandra Novak", "Novak")}
    assert len(novak) == 3


def test_every_joined_name_says_why(database: Database) -> None:
    settle(database, all_articles())
    reasons = {name: reason for (_, name), (_, reason) in answer(database).items()}
    assert reasons["Lavrov"].startswith("the family name of Serge")
    assert "Таммсаар" in reasons["Ильмара Таммсаара"]
    assert all(reasons.values())


def test_neither_order_nor_batches_show_in_the_answer(database: Database) -> None:
    chance = random.Random(7)
    settle(database, all_articles())
    first = answer(database)
    for _ in range(4):
        forget(database)
        shuffled = all_articles()
        chance.shuffle(shuffled)
        size = chance.choice([1, 2, 3])
        for at in range(0, len(shuffled), size):
            settle(database, shuffled[at : at + size])
        settle(database, shuffled[:2])
        assert answer(database) == first
        repair(database, at_once=3)
        assert answer(database) == first


def test_three_workers_side_by_side_give_the_same_answer(database: Database) -> None:
    settle(database, all_articles())
    first = answer(database)
    forget(database)
    those = all_articles()
    workers = [threading.Thread(target=lambda k=k: [settle(database, [one]) for one in those[k::3]]) for k in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert answer(database) == first


def names(database: Database, id: int) -> dict[str, str | None]:
    with database.transaction() as tx:
        found = articles.load(tx, [id])[id].article
    return {entity.name: entity.entity for entity in found.entities}


def stored(database: Database, *lists: list[tuple[EntityType, str]]) -> list[int]:
    ids = [making.booked(database, f"https://a.test/{next(NUMBERS)}") for _ in lists]
    keep(database, map(article, ids, lists))
    return ids


def test_a_later_article_gives_an_earlier_one_its_id_and_the_index_hears_of_it(database: Database) -> None:
    one, other = stored(database, [("PER", "Tammsaar")], [("PER", "Ilmar Tammsaar")])
    assert names(database, one) == {"Tammsaar": "per:tammsaar"}
    before = revisions(database)
    (third,) = stored(database, [("PER", "Ilmar Tammsaar")])
    assert names(database, one) == {"Tammsaar": "per:ilmar-tammsaar"}
    assert revisions(database)[one] > before[one]
    assert names(database, third) == names(database, other)


def test_an_operators_word_holds_through_repair_and_forgetting(database: Database) -> None:
    one, other = stored(database, [("PER", "Ann Hill"), ("PER", "Anne Hill")], [("ORG", "Bureau of Hills")])
    pair = ("PER", "Ann Hill"), ("ORG", "Bureau of Hills")
    with database.transaction() as tx:
        entities.say(tx, *pair, same=True, who="operator")
        entities.settle(tx, list(entities.known(tx, pair).values()))
    assert names(database, one)["Ann Hill"] == names(database, other)["Bureau of Hills"]
    with database.transaction() as tx:
        tx.run("TRUNCATE entity_name, entity_key, entity_link, mention CASCADE")
    with database.transaction() as tx:
        for id, stored_ in articles.load(tx, [one, other]).items():
            made = stored_.article
            identity.settle(tx, [(made, identity.prepare(made))])
            assert id == made.id
    repair(database)
    assert names(database, one)["Ann Hill"] == names(database, other)["Bureau of Hills"]
    with database.transaction() as tx:
        entities.say(tx, *pair, same=None, who="operator")
        entities.settle(tx, list(entities.known(tx, pair).values()))
    assert names(database, one)["Ann Hill"] != names(database, other)["Bureau of Hills"]


def test_what_was_once_an_id_leads_to_what_has_it_now(database: Database) -> None:
    stored(database, [("PER", "Sergei Lazarev")], [("PER", "Sergey Lazarev")])
    with database.transaction() as tx:
        today = entities.follow(tx, "per:lazarev-sergei")
        assert today == entities.follow(tx, "per:lazarev-sergey")
        assert entities.follow(tx, "per:nobody") is None


def test_a_full_name_is_not_lent_to_a_longer_one_that_fewer_use(database: Database) -> None:
    often: list[list[tuple[EntityType, str]]] = [[("PER", "Ann Hill")] for _ in range(4)]
    settle(database, [article(id, told) for id, told in enumerate(often, 1)])
    settle(database, [article(5, [("PER", "Senator Joe Ann Hill")])])
    settle(
        database,
        [article(id, [("PER", name)]) for id, name in ((8, "John Reed Jr."), (9, "John Reed"), (10, "Reed Jr."))],
    )
    ids = {name: entity for (_, name), (entity, _) in answer(database).items()}
    assert ids["Ann Hill"] == "per:ann-hill"
    assert ids["John Reed Jr."] != ids["John Reed"]


def test_an_article_read_again_forgets_the_names_it_lost(database: Database) -> None:
    (one,) = stored(database, [("PER", "Ann Hill"), ("PER", "Bob Reed")])
    again = article(one, [("PER", "Ann Hill")])
    settle(database, [again])
    with database.transaction() as tx:
        assert {row["name"]: row["uses"] for row in tx.rows("SELECT name, uses FROM entity_name")} == {
            "Ann Hill": 1, "Bob Reed": 0,
        }  # fmt: skip
    repair(database)
    with database.transaction() as tx:
        assert [row["name"] for row in tx.rows("SELECT name FROM entity_name")] == ["Ann Hill"]


def test_of_very_many_names_the_most_used_are_listed(database: Database) -> None:
    with database.transaction() as tx:
        tx.run(
            "INSERT INTO entity_name (kind, name, alone, whole, tails, grouped, entity, reason, indexed, uses)"
            " SELECT 'PER', 'Ann ' || n, 'per:' || n, 'ann ' || n, '{}', 'per:' || n, 'per:' || n, '', 'per:' || n, n"
            " FROM generate_series(1, 700) AS n"
        )
        for listed in (who.matching(tx, "ann"), who.called(tx, "ann")):
            assert [row["n"] for row in listed] == [700 - at for at in range(len(listed))]
