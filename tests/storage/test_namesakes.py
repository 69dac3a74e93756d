"""Two people of one name have two ids, whatever the order and the number of workers, and an operator's word goes before."""

from __future__ import annotations

import itertools
import random
import threading
from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from broadsheet.model import Article, Entity, EntityType, Place, Topic
from broadsheet.storage import articles, entities, namesakes, who
from broadsheet.storage.name_repair import repair
from broadsheet.storage.postgres import Database
from processors.enrich import identity
from tests import making
from tests.storage.naming import keep, revisions, settle

NUMBERS = itertools.count()


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An article about somebody."""

    names: Sequence[tuple[EntityType, str, str | None]]
    country: str | None = None
    topic: str | None = None
    place: str | None = None


def player(*names: str, role: str | None = "striker") -> Told:
    return Told(names=[("PER", "Ivo Marek", role), *(("PER", n, None) for n in names)], country="BR", topic="15")


def minister(*names: str, role: str | None = "Deputy Finance Minister", called: str = "Ivo Marek") -> Told:
    return Told(names=[("PER", called, role), *(("PER", n, None) for n in names)], country="EE", topic="11")


TOLD = [
    minister("Ann Hill", "Bob Reed"),
    player("Caio Prado", "Rui Sousa"),
    minister("Ann Hill", role="Minister"),
    player("Caio Prado"),
    player("Rui Sousa", role=None),
    minister("Bob Reed", "Kaja Tamm", role=None),
    minister("Bob Reed", called="Иво Марек", role="министр финансов"),
]
PLAYERS, MINISTERS = {2, 4, 5}, {1, 3, 6, 7}


def article(id: int, told: Told) -> Article:
    found, text = [], ""
    for kind, name, role in told.names:
        found.append(Entity(start=len(text), end=len(text) + len(name), text=name, type=kind, name=name, role=role))
        text += name + ". "
    where = (
        Place(start=len(text), end=len(text), name="there", lat=0.0, lon=0.0, country=told.country, confidence=0.9),
    )
    topics = (Topic(code=told.topic, name="t", confidence=0.9),) if told.topic else ()
    return making.article(
        id, f"https://a.test/{id}", text, entities=tuple(found), topics=topics, places=where if told.country else ()
    )


def whose(database: Database, *names: str) -> dict[int, str]:
    """For each article the id of whom it calls by these names."""
    with database.transaction() as tx:
        ids = [row["article_id"] for row in tx.rows("SELECT DISTINCT article_id FROM mention")]
        told = entities.of_articles(tx, ids)
    wanted = names or ("Ivo Marek", "Иво Марек")
    return {id: own["PER", name] for id, own in told.items() for name in wanted if ("PER", name) in own}


def reasons(database: Database) -> dict[str, str]:
    with database.transaction() as tx:
        return {row["entity"]: row["reason"] for row in tx.rows("SELECT entity, reason FROM namesake")}


def forget(database: Database) -> None:
    with database.transaction() as tx:
        tx.run("TRUNCATE entity_name, entity_key, entity_link, mention, article_setting, namesake CASCADE")


def all_articles() -> list[Article]:
    return [article(id, told) for id, told in enumerate(TOLD, 1)]


def test_a_player_and_a_minister_of_one_name_have_two_ids_with_the_reason(database: Database) -> None:
    settle(database, all_articles())
    found = whose(database)
    assert {id for id, entity in found.items() if entity == found[1]} == MINISTERS
    assert {id for id, entity in found.items() if entity == found[2]} == PLAYERS
    assert found[2] == found[1] + "~sport"
    told = reasons(database)
    assert set(told) == {found[1], found[2]}
    assert told[found[2]] == "told apart by role (sport, not politics), country (BR, not EE), topic and company"


def test_neither_order_nor_batches_nor_repair_show_in_who_is_who(database: Database) -> None:
    chance = random.Random(5)
    settle(database, all_articles())
    first = whose(database), reasons(database)
    for _ in range(5):
        forget(database)
        shuffled = all_articles()
        chance.shuffle(shuffled)
        size = chance.choice([1, 2, 3])
        for at in range(0, len(shuffled), size):
            settle(database, shuffled[at : at + size])
        settle(database, shuffled[:2])
        assert (whose(database), reasons(database)) == first
    repair(database, at_once=2)
    assert (whose(database), reasons(database)) == first


def test_two_workers_side_by_side_give_the_same_people(database: Database) -> None:
    settle(database, all_articles())
    first = whose(database)
    forget(database)
    those = all_articles()
    workers = [threading.Thread(target=lambda k=k: [settle(database, [one]) for one in those[k::2]]) for k in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert whose(database) == first


@pytest.mark.parametrize(
    "more",
    [
        minister("Caio Prado", "Rui Sousa", role="former striker and minister"),  # one article gives him both
        Told(names=[("PER", "Ivo Marek", "Minister"), ("PER", "Caio Prado", None)], country="BR", topic="11"),
    ],
)
def test_what_speaks_for_one_person_leaves_one(database: Database, more: Told) -> None:
    settle(database, all_articles())
    settle(database, [article(9, more)])
    assert len(set(whose(database).values())) == 1
    assert reasons(database) == {}


def test_roles_alone_part_nobody(database: Database) -> None:
    bare = [Told(names=[("PER", "Ivo Marek", role)]) for role in ("striker", "Minister", "striker", "Minister")]
    settle(database, [article(id, told) for id, told in enumerate(bare, 1)])
    assert len(set(whose(database).values())) == 1


def stored(database: Database, *those: Told) -> list[int]:
    ids = [making.booked(database, f"https://a.test/n{next(NUMBERS)}") for _ in those]
    keep(database, map(article, ids, those))
    return ids


def test_the_index_hears_of_those_whose_person_changed_and_of_no_others(database: Database) -> None:
    ids = stored(database, TOLD[0], TOLD[1], TOLD[2])
    before = revisions(database)
    (more,) = stored(database, TOLD[3])
    repair(database)
    after = revisions(database)
    assert {id for id in before if after[id] != before[id]} == set()
    (last,) = stored(database, minister("Caio Prado", "Rui Sousa", role="former striker and minister"))
    after = revisions(database)
    assert {id for id in [*ids, more] if after[id] != before.get(id, 1)} == {ids[1], more}
    with database.transaction() as tx:
        named = {e.entity for one in articles.load(tx, [*ids, more, last]).values() for e in one.article.entities}
    assert {id for id in named if id and "marek" in id} == {"per:ivo-marek"}


def say(database: Database, article_id: int, as_in: int | None) -> None:
    with database.transaction() as tx:
        namesakes.say(tx, ("PER", "Ivo Marek"), article_id, as_in, "operator")
        entities.settle(tx, entities.known(tx, [("PER", "Ivo Marek")]).values())


def test_an_operator_joins_what_was_parted_and_the_word_holds(database: Database) -> None:
    settle(database, all_articles())
    pair = ("PER", "Ivo Marek"), ("PER", "Ivo Marek")
    with database.transaction() as tx:
        entities.say(tx, *pair, same=True, who="operator")
        entities.settle(tx, entities.known(tx, pair).values())
    assert len(set(whose(database).values())) == 1
    forget(database)
    settle(database, all_articles())
    repair(database)
    assert len(set(whose(database).values())) == 1
    with database.transaction() as tx:
        entities.say(tx, *pair, same=None, who="operator")
        entities.settle(tx, entities.known(tx, pair).values())
    assert len(set(whose(database).values())) == 2


def test_an_operator_parts_by_article_and_the_word_holds(database: Database) -> None:
    settle(database, [article(id, minister("Ann Hill")) for id in (1, 2, 3)])
    say(database, 2, None)
    found = whose(database)
    assert found[1] == found[3] != found[2] == f"{found[1]}~other"
    forget(database)
    settle(database, [article(id, minister("Ann Hill")) for id in (3, 2, 1)])
    repair(database)
    assert whose(database) == found
    assert reasons(database)[found[2]] == "an operator said so"
    say(database, 3, 2)
    assert whose(database)[3] == found[2]
    with database.transaction() as tx:
        for id in (2, 3):
            namesakes.take_back(tx, ("PER", "Ivo Marek"), id)
        entities.settle(tx, entities.known(tx, [("PER", "Ivo Marek")]).values())
    assert len(set(whose(database).values())) == 1


def test_a_family_name_alone_is_the_one_whose_company_it_keeps(database: Database) -> None:
    short = Told(names=[("PER", "Marek", None), ("PER", "Caio Prado", None)], country="BR", topic="15")
    settle(database, [*all_articles(), article(9, short)])
    assert whose(database, "Marek")[9] == whose(database)[2]


def test_names_of_many_articles_wait_for_the_repair(database: Database) -> None:
    settle(database, all_articles()[:1])
    with database.transaction() as tx:
        for one in all_articles():
            prepared = identity.prepare(one)
            ids = entities.known(tx, [(row.kind, row.name) for row in prepared.rows])
            fresh = [row for row in prepared.rows if (row.kind, row.name) not in ids]
            touched = entities.use(tx, {one.id: prepared.told}, ids | entities.add(tx, fresh))
            entities.settle(tx, touched, most=1)
    assert len(set(whose(database, "Ivo Marek").values())) == 1
    repair(database)
    assert len(set(whose(database, "Ivo Marek").values())) == 2


def test_an_id_that_is_no_more_leads_to_the_one_who_is_left(database: Database) -> None:
    settle(database, all_articles())
    with database.transaction() as tx:
        assert entities.follow(tx, "per:ivo-marek~sport") == "per:ivo-marek~sport"
        assert entities.follow(tx, "per:ivo-marek~faith") == "per:ivo-marek"
        assert entities.follow(tx, "per:nobody~sport") is None
        assert entities.follow(tx, "per:ivo-marek" + "~" * 5000) is None


def test_an_article_that_lost_the_name_leaves_no_person_behind(database: Database) -> None:
    settle(database, all_articles())
    for id in PLAYERS:
        settle(database, [article(id, Told(names=[("PER", "Rui Sousa", None)]))])
    assert reasons(database) == {}


# Two spellings that are nearly alike

ALIKE = ("Muhammad Tahir", "Mohamed Taher")


def doubtful(name: str, *more: str, country: str = "EE", role: str | None = "senator") -> Told:
    return Told(names=[("PER", name, role), *(("PER", n, None) for n in more)], country=country, topic="11")


def one_person(database: Database) -> bool:
    return len({entity for name in ALIKE for entity in whose(database, name).values()}) == 1


def test_the_same_role_country_and_company_make_up_for_a_doubtful_likeness(database: Database) -> None:
    both = [doubtful(ALIKE[0], "Ann Hill", "Bob Reed"), doubtful(ALIKE[1], "Ann Hill", "Bob Reed")]
    made = [article(id, told) for id, told in enumerate(both, 1)]
    settle(database, made)
    assert one_person(database)
    with database.transaction() as tx:
        rows = tx.rows("SELECT reason FROM entity_name WHERE name = ANY(%(n)s)", {"n": list(ALIKE)})
    assert any(row["reason"].endswith("and the same role (politics), country (EE) and company") for row in rows)
    forget(database)
    for one in reversed(made):
        settle(database, [one])
    assert one_person(database)
    repair(database, at_once=1)
    assert one_person(database)


@pytest.mark.parametrize(
    "other",
    [
        doubtful(ALIKE[1], "Ann Hill", "Bob Reed", country="BR"),
        doubtful(ALIKE[1], "Ann Hill", "Bob Reed", role=None),
        doubtful(ALIKE[1], "Ann Hill", "Bob Reed", role="striker"),
        doubtful(ALIKE[1], "Ann Hill"),
        doubtful(ALIKE[1], "Ann Hill", "Bob Reed", ALIKE[0]),  # an article that names both
    ],
)
def test_less_does_not(database: Database, other: Told) -> None:
    settle(database, [article(1, doubtful(ALIKE[0], "Ann Hill", "Bob Reed")), article(2, other)])
    assert not one_person(database)


def test_what_made_up_for_it_may_go_again(database: Database) -> None:
    settle(database, [article(id, doubtful(name, "Ann Hill", "Bob Reed")) for id, name in enumerate(ALIKE, 1)])
    settle(database, [article(2, doubtful(ALIKE[1], "Kaja Tamm"))])
    assert not one_person(database)


# Places


AT = {2643743: (51.5, -0.1), 6058560: (43.0, -81.2), 798544: (52.0, 20.0)}


def town(name: str, place: str, geonames: int, country: str, sure: float = 0.9) -> Article:
    lat, lon = AT[geonames]
    entity = Entity(start=0, end=len(name), text=name, type="LOC", name=name)
    where = Place(
        start=0, end=len(name), name=place, lat=lat, lon=lon, geonames=geonames, country=country, confidence=sure
    )
    return making.article(next(NUMBERS) + 1000, "https://a.test/t", f"{name}.", entities=(entity,), places=(where,))


def placed(database: Database, *batch: Article) -> list[str | None]:
    found = settle(database, batch)
    return [found[one.id].entities[0].entity for one in batch]


def test_a_place_has_the_id_of_the_place_on_the_map(database: Database) -> None:
    ontario = town("London", "London", 6058560, "CA")
    assert placed(database, town("London", "London", 2643743, "GB"), ontario) == ["Q84", "G6058560"]
    assert placed(database, town("London", "London", 6058560, "CA", sure=0.65)) == ["Q84"]
    inflected = town("Полшу", "Poland", 798544, "PL")
    assert placed(database, town("Polen", "Poland", 798544, "PL"), inflected) == ["G798544", "G798544"]
    with database.transaction() as tx:
        assert entities.follow(tx, "G6058560") == "G6058560"
        told = entities.of_articles(tx, [ontario.id])
        titles = who.titles(tx, ["Q84", "G6058560", "G798544", "G1"])
        listed = {row["entity"]: (row["name"], row["n"]) for row in who.matching(tx, "london")}
    assert told[ontario.id] == {("LOC", "London"): "G6058560"}
    assert titles == {"Q84": "London", "G6058560": "London (CA)", "G798544": "Poland"}
    assert listed == {"Q84": ("London", 2), "G6058560": ("London (CA)", 1)}
    repair(database)
    with database.transaction() as tx:
        assert entities.of_articles(tx, [ontario.id]) == told


def test_an_operators_word_on_a_place_goes_before_the_map(database: Database) -> None:
    one, other = town("London", "London", 2643743, "GB"), town("London", "London", 6058560, "CA")
    settle(database, [one, other])
    pair = ("LOC", "London"), ("LOC", "London")
    with database.transaction() as tx:
        entities.say(tx, *pair, same=True, who="operator")
        entities.settle(tx, entities.known(tx, pair).values())
        told = entities.of_articles(tx, [one.id, other.id])
    assert {id for own in told.values() for id in own.values()} == {"Q84"}


def test_what_a_place_is_called_does_not_depend_on_the_order_of_articles(database: Database) -> None:
    near = [town("London", name, 2643743, country) for name, country in
            (("City of London", "GB"), ("London", "GB"), ("Westminster", "GB"), ("London", "CA"))]  # fmt: skip
    called = set()
    for order in itertools.permutations(near):
        forget(database)
        with database.transaction() as tx:
            tx.run("TRUNCATE entity_place")
        settle(database, order[:2])
        settle(database, order[2:])
        with database.transaction() as tx:
            called.add(tuple(tx.tuples("SELECT entity, name, country FROM entity_place")))
    assert called == {(("Q84", "London", "CA"),)}
