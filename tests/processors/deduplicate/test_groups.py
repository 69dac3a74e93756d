"""Groups of copies do not depend on the order articles come in, on how they are batched, or on being told twice."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from broadsheet.storage.shingles import Twin
from processors.deduplicate.compare import Text
from processors.deduplicate.features import numbers, twin_from
from processors.deduplicate.groups import Groups
from processors.deduplicate.memory import MemoryShingles
from tests.processors.deduplicate.prose_maker import article, house_edit, sentence, text

START = datetime(2026, 11, 4, 12, tzinfo=UTC)

Item = tuple[Twin, Text]


def item(id: int, raw: str, *, minutes: int = 0, host: str | None = None, title: str = "t") -> Item:
    found, compared = numbers(raw)
    at = START + timedelta(minutes=minutes)
    return (
        twin_from(
            found, compared, id=id, title=title, host=host or f"h{id}.test", source="s", moment=at, first_seen=at
        ),
        compared,
    )


def grouped(items: list[Item], size: int = 1, table: MemoryShingles | None = None) -> dict[int, int]:
    """Id -> first of its group, after these came in batches of `size`."""
    table = table or MemoryShingles()
    for start in range(0, len(items), size):
        groups = Groups(table)
        groups.load(items[start : start + size])
        groups.take(items[start : start + size])
        groups.flush()
    return {twin.id: twin.fold for twin in table.twins([twin.id for twin, _ in items]).values()}


def world(seed: int) -> list[Item]:
    """Originals, their copies in other outlets, a round-up holding two of them, briefs, late originals."""
    items = []
    for number in range(6):
        parts = article(seed * 100 + number)
        for copy in range(5):
            body = parts if copy in (0, 3) else house_edit(parts, seed * 100 + number * 10 + copy)
            body = body[:4] if copy == 4 else body
            items.append(item(number * 10 + copy + 1, text(body), minutes=(number * 37 + copy * 11) % 90))
    both = article(seed * 100) + article(seed * 100 + 1)
    return [*items, item(99, text(both), minutes=seed * 13 % 90)]


def contents(table: MemoryShingles) -> tuple[dict[int, Twin], dict[int, set[tuple[int, date]]]]:
    """All that a table holds."""
    return table._twins, {key: set(owners) for key, owners in table._owners.items() if owners}


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("size", [1, 3, 50])
def test_groups_are_the_same_in_any_order(seed: int, size: int) -> None:
    items = world(seed)
    wanted, found = MemoryShingles(), MemoryShingles()
    grouped(sorted(items, key=lambda item: item[0].rank), table=wanted)
    shuffled = list(items)
    random.Random(seed + size).shuffle(shuffled)
    grouped(shuffled, size, found)
    assert contents(found) == contents(wanted)


def furnished(seed: int) -> list[Item]:
    """Four hosts with furniture of their own under every text, copies among them, briefs and equal texts."""
    chance = random.Random(seed)
    furniture = [[sentence(chance) for _ in range(3)] for _ in range(4)]
    items = []
    for number in range(1, 41):
        host, story = chance.randrange(4), chance.randrange(25)
        body = article(seed * 1000 + story, 3 + story % 7)
        if chance.random() < 0.5:
            body = house_edit(body, number)
        body += chance.sample(furniture[host], chance.randint(1, 3))
        items.append(item(number, text(body), minutes=chance.randrange(60), host=f"h{host}.test"))
    return items


@pytest.mark.parametrize("seed", range(12))
def test_what_is_furniture_is_the_same_in_any_order(seed: int) -> None:
    items = furnished(seed)
    wanted, found = MemoryShingles(), MemoryShingles()
    grouped(sorted(items, key=lambda item: item[0].rank), table=wanted)
    random.Random(seed).shuffle(items)
    grouped(items, 1 + seed % 9, found)
    assert contents(found) == contents(wanted)


@pytest.mark.parametrize("seed", range(6))
def test_an_edit_leaves_what_there_would_be_without_the_old_text(seed: int) -> None:
    chance = random.Random(seed)
    items, wanted, found = furnished(seed), MemoryShingles(), MemoryShingles()
    grouped(chance.sample(items, len(items)), 5, found)
    for place in chance.sample(range(len(items)), 6):
        old = items[place][0]
        body = text(article(seed * 1000 + chance.randrange(25), 6))
        edited, compared = item(old.id, body, host=old.host)
        items[place] = replace(edited, moment=old.moment, first_seen=old.first_seen), compared
        grouped([items[place]], 1, found)
    grouped(sorted(items, key=lambda item: item[0].rank), table=wanted)
    assert contents(found)[0] == contents(wanted)[0]


def test_copies_are_under_the_one_that_was_first() -> None:
    parts = article(1)
    items = [
        item(1, text(house_edit(parts, 1)), minutes=30),
        item(2, text(parts), minutes=10),
        item(3, text(house_edit(parts, 2)), minutes=20),
        item(4, text(article(2)), minutes=0),
    ]
    assert grouped(items) == {1: 2, 2: 2, 3: 2, 4: 4}


def test_a_batch_given_twice_changes_nothing() -> None:
    items = world(1)
    table = MemoryShingles()
    first = grouped(items, 7, table)
    groups = Groups(table)
    groups.load(items)
    groups.take(items)
    assert groups.changed == {}
    assert not any(groups.past._added.values())
    assert grouped(items, 50, table) == first


def test_two_stories_in_one_round_up_stay_two() -> None:
    one, two = article(5), article(6)
    items = [item(1, text(one)), item(2, text(two), minutes=1), item(3, text(one + two), minutes=2)]
    folds = grouped(items)
    assert folds[1] == 1
    assert folds[2] == 2
    assert folds[3] == 1


def test_five_hundred_copies_are_one_group_and_hold_one_set_of_keys() -> None:
    body = text(article(3))
    table = MemoryShingles()
    folds = grouped([item(id, body, minutes=id) for id in range(1, 501)], 50, table)
    assert set(folds.values()) == {1}
    assert sum(len(owners) for owners in table._owners.values()) == len(numbers(body)[1].keys)


def test_a_changed_text_leaves_its_group_and_its_copies_find_another_first() -> None:
    parts = article(7)
    table = MemoryShingles()
    items = [item(id, text(house_edit(parts, id)), minutes=id) for id in (1, 2, 3)]
    assert grouped(items, 1, table) == {1: 1, 2: 1, 3: 1}
    grouped([item(1, text(article(8)), minutes=1)], 1, table)
    assert {id: twin.fold for id, twin in table.twins([1, 2, 3]).items()} == {1: 1, 2: 2, 3: 2}


def test_an_operators_word_stands_above_measurement() -> None:
    parts = article(9)
    table = MemoryShingles()
    items = [item(1, text(parts)), item(2, text(parts), minutes=1), item(3, text(article(10)), minutes=2)]
    assert grouped(items, 1, table) == {1: 1, 2: 1, 3: 3}
    table.overrule(1, 2, False)
    table.overrule(1, 3, True)
    groups = Groups(table)
    groups.again([2, 3])
    groups.flush()
    assert {id: twin.fold for id, twin in table.twins([1, 2, 3]).items()} == {1: 1, 2: 2, 3: 1}
    # Fetched again, the word still stands.
    assert grouped(items, 3, table) == {1: 1, 2: 2, 3: 1}


def copies(table: MemoryShingles, *ids: int) -> dict[int, int]:
    """Id -> first of its group."""
    return {id: twin.fold for id, twin in table.twins(ids).items()}


def again(table: MemoryShingles, *ids: int) -> None:
    groups = Groups(table)
    groups.again(ids)
    groups.flush()


def test_a_pair_said_to_be_apart_stays_apart_under_a_new_first() -> None:
    parts, table = article(9), MemoryShingles()
    grouped([item(1, text(parts), minutes=5), item(2, text(parts), minutes=6)], 1, table)
    table.overrule(1, 2, False)
    again(table, 2)
    assert copies(table, 1, 2) == {1: 1, 2: 2}
    # A copy that was there before both takes the one that may go with it, not the other.
    grouped([item(3, text(parts), minutes=0)], 1, table)
    assert copies(table, 1, 2, 3) == {1: 3, 2: 2, 3: 3}
    # Taken back, all three are together.
    table.overrule(1, 2, None)
    again(table, 1, 2)
    assert copies(table, 1, 2, 3) == {1: 3, 2: 3, 3: 3}


def test_a_group_follows_an_article_that_an_operator_folds() -> None:
    one, other, table = article(9), article(10), MemoryShingles()
    items = [item(1, text(one)), item(2, text(other), minutes=1), item(3, text(other), minutes=2)]
    grouped(items, 1, table)
    table.overrule(1, 2, True)
    again(table, 1, 2)
    assert copies(table, 1, 2, 3) == {1: 1, 2: 1, 3: 1}
    late = item(4, text(house_edit(other, 4)), minutes=3)
    grouped([late], 1, table)
    assert copies(table, 4) == {4: 1}
    # In any order, and decided anew from nothing.
    fresh = MemoryShingles()
    fresh.overrule(1, 2, True)
    grouped([late, *reversed(items)], 1, fresh)
    assert contents(fresh) == contents(table)


def test_a_later_copy_adds_only_the_keys_of_what_is_new_in_it() -> None:
    parts, table = article(3), MemoryShingles()
    added = sentence(random.Random(1))
    items = [item(1, text(parts)), item(2, text([*parts, added]), minutes=1)]
    grouped(items, 1, table)
    held = {id: {key for key, owners in table._owners.items() if id in dict(owners)} for id in (1, 2)}
    first, second = (set(compared.keys.tolist()) for _, compared in items)
    assert held == {1: first, 2: second - first}


def test_a_text_on_many_sites_is_no_stock_phrase() -> None:
    parts, table = article(3), MemoryShingles()
    grouped([item(id, text(parts), minutes=id) for id in range(1, 101)], 50, table)
    folds = grouped([item(200, text(house_edit(parts, 1)), minutes=200)], 1, table)
    assert folds == {200: 1}


FURNITURE = [
    "Subscribe to our newsletter and receive the five most important stories of the day in your inbox every morning.",
    "All times are local and quotations are delayed by at least fifteen minutes unless it is stated otherwise.",
    "Our journalists follow the rules of the national press council and correct errors as soon as they are known.",
    "Readers under eighteen need the permission of their parents before they may take part in any of our contests.",
    "The editors do not answer for the content of pages to which this page links and that others are running.",
]


def test_furniture_of_a_host_makes_no_copies() -> None:
    bodies = [article(number, 4) + FURNITURE for number in range(20, 32)]
    items = [item(id, text(body), minutes=id, host="one.test") for id, body in enumerate(bodies, 1)]
    folds = grouped(items)
    # Until a few of a host's articles are known, nothing tells its furniture from text.
    assert all(folds[id] == id for id in range(6, 13))


def test_short_texts_are_copies_only_under_one_title() -> None:
    raw = "Watch the video here."
    items = [
        item(1, raw, title="Flood in Leeds"),
        item(2, raw, minutes=1, title="Strike in Oslo"),
        item(3, raw, minutes=2, title="Flood in Leeds"),
        item(4, "", minutes=3),
        item(5, "", minutes=4),
    ]
    assert grouped(items) == {1: 1, 2: 2, 3: 1, 4: 4, 5: 5}
