"""Which spellings are one depends on the spellings alone."""

from __future__ import annotations

import random
from collections import defaultdict

from broadsheet.identity import Bearer, Link, Place, Spelling, Word, bearer_of, partition

LAVROV = ["Sergei Lavrov", "Sergey Lavrov", "Сергей Лавров", "سيرغي لافروف"]
OTHERS = ["Sergei Lazarev", "Mark Rutte"]


def spellings(*known: str) -> list[Spelling]:
    names = [*LAVROV, *OTHERS]
    return [
        Spelling(id=i, kind="PER", name=name, alone="Q58217" if name in known else f"per:{i}")
        for i, name in enumerate(names, 1)
    ]


LINKS = [
    Link(a=1, b=2, sure=0.9, reason="like {}"),
    Link(a=2, b=3, sure=0.8, reason="{} in other letters"),
    Link(a=3, b=4, sure=0.7, reason="{} in other letters"),
    Link(a=1, b=4, sure=0.6, reason="{} in other letters"),
]


def groups(found: dict[int, Place]) -> set[frozenset[int]]:
    sets: dict[str, set[int]] = defaultdict(set)
    for id, place in found.items():
        sets[place.entity].add(id)
    return {frozenset(those) for those in sets.values()}


def test_links_make_groups_and_what_a_table_knows_names_them() -> None:
    found = partition(spellings("Sergey Lavrov"), LINKS, [])
    assert groups(found) == {frozenset({1, 2, 3, 4}), frozenset({5}), frozenset({6})}
    assert {found[id].entity for id in (1, 2, 3, 4)} == {"Q58217"}
    assert found[3].reason == "Sergey Lavrov in other letters"
    assert found[2].reason in {"a table has the name", "like Sergei Lavrov"}


def test_the_order_of_what_is_given_changes_nothing() -> None:
    chance = random.Random(1)
    words = [Word(a=4, b=6, same=True, who="operator"), Word(a=1, b=2, same=False, who="operator")]
    first = partition(spellings(), LINKS, words)
    for _ in range(50):
        names, links, said = spellings(), LINKS[:], words[:]
        for those in (names, links, said):
            chance.shuffle(those)
        links = [Link(a=k.b, b=k.a, sure=k.sure, reason=k.reason) if chance.random() < 0.5 else k for k in links]
        assert partition(names, links, said) == first


def test_a_chain_of_look_alikes_is_not_one_person() -> None:
    names = [Spelling(id=i, kind="PER", name=f"n{i}", alone=f"per:{i}") for i in range(20)]
    chain = [Link(a=i, b=i + 1, sure=0.8, reason="like {}") for i in range(19)]
    assert max(len(those) for those in groups(partition(names, chain, []))) <= 4


def test_what_a_word_tells_apart_is_not_joined_by_a_third() -> None:
    names = [Spelling(id=i, kind="PER", name=f"n{i}", alone=f"per:n{i}") for i in (1, 2, 3)]
    links = [
        Link(a=1, b=2, sure=0.99, reason="like {}"),
        Link(a=1, b=3, sure=0.97, reason="like {}"),
        Link(a=2, b=3, sure=0.98, reason="like {}", weak=True, apart=True),
    ]
    assert groups(partition(names, links, [])) == {frozenset({1, 2}), frozenset({3})}


def test_two_that_tables_know_apart_are_joined_by_an_operator_alone() -> None:
    pair = [Spelling(id=1, kind="PER", name="a", alone="Q1"), Spelling(id=2, kind="PER", name="b", alone="Q2")]
    link = [Link(a=1, b=2, sure=1.0, reason="the letters of {}")]
    assert len(groups(partition(pair, link, []))) == 2
    joined = partition(pair, link, [Word(a=1, b=2, same=True, who="operator")])
    assert {place.entity for place in joined.values()} == {"Q1"}
    assert joined[2].reason == "operator said it is a"


def test_what_an_operator_parts_gets_an_id_of_its_own() -> None:
    three = [Spelling(id=i, kind="PER", name=f"n{i}", alone="Q5") for i in (1, 2, 3)]
    found = partition(three, [], [Word(a=1, b=3, same=False, who="operator")])
    assert (found[1].entity, found[2].entity, found[3].entity) == ("Q5", "Q5", "Q5~2")


def test_a_family_name_means_the_one_who_has_nearly_all_its_articles() -> None:
    putin = Bearer(entity="Q7747", name="Vladimir Putin", uses=1)
    many = Bearer(entity="per:a", name="Ann Hill", uses=6)
    few = Bearer(entity="per:b", name="Bob Hill", uses=2)
    assert bearer_of([putin]) == putin
    assert bearer_of([many, few]) == many
    assert bearer_of([many, few, Bearer(entity="per:c", name="Cy Hill", uses=1)]) is None
    assert bearer_of([Bearer(entity="per:a", name="Ann Hill", uses=1)]) is None
    assert bearer_of([]) is None
