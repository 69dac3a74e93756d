"""The news world's events and affairs, in eight languages, by the stage on a real database: all told apart."""

from __future__ import annotations

from collections import defaultdict

from broadsheet.storage.postgres import Database
from broadsheet.storage.stories import storyline_of
from processors import stories
from tests.processors.stories import world

BATCH = 60


def test_every_event_and_affair_is_told_apart_and_found(database: Database) -> None:
    stories._open.clear()
    world.booked(database)
    known = world.articles()
    for start in range(0, len(known), BATCH):
        world.settled(database, [one.article for one in known[start : start + BATCH]], store=True)
    world.repaired(database)
    places = world.told(database)
    gold = {one.article.id: one.truth.story for one in known if one.truth.story}
    found = {id: places[id][0] for id in gold}

    precision, recall = world.agreement(found, gold)
    assert _mixed(found, gold) == {}
    assert precision == 1.0
    assert recall >= 0.97

    lines = {one.article.id: one.truth.storyline for one in known if one.truth.storyline}
    precision, recall = world.agreement({id: places[id][1] for id in lines}, lines)
    assert precision == 1.0
    assert recall >= 0.8
    _explained(database, found, gold)


def _mixed(found: dict[int, int], gold: dict[int, str]) -> dict[int, set[str]]:
    """Our stories that hold several of the world's."""
    those: defaultdict[int, set[str]] = defaultdict(set)
    for id, story in found.items():
        those[story].add(gold[id])
    return {story: names for story, names in those.items() if len(names) > 1}


def _explained(database: Database, found: dict[int, int], gold: dict[int, str]) -> None:
    """The reasons of an affair are the people and places that the world has in it."""
    mine = next(story for id, story in found.items() if gold[id] == "saran-mine-blast")
    with database.transaction() as tx:
        affair = storyline_of(tx, mine)
    assert affair is not None
    assert len(affair.stories) >= 3
    assert affair.places
    assert all(one.shared for one in affair.stories)
