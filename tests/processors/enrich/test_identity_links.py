"""Which spellings the corpus links, and which it leaves alone, by themselves."""

from __future__ import annotations

import pytest

from processors.enrich.identity import links_of
from processors.enrich.names import ids_of


@pytest.mark.parametrize(
    ("a", "b", "kind", "linked"),
    [
        ("Mevlüt Çavuşoğlu", "Mevlut Cavusoglu", "PER", True),
        ("Mevlüt Çavuşoğlu", "Мевлют Чавушоглу", "PER", True),
        ("Inês Carvalhal", "Инеш Карвальял", "PER", True),
        ("Rosario Quispe", "روساريو كيسبي", "PER", True),
        ("Wanjiru Kamau", "万吉鲁·卡毛", "PER", True),
        ("Ерлан Сейтжанов", "Ерлана Сейтжанова", "PER", True),
        ("Islamic State", "Islamic State group", "ORG", True),
        ("Alexander Novak", "Alexandra Novak", "PER", False),
        ("Josie Tran", "司徒朗", "PER", False),
        ("John Smith Jr.", "John Smith Sr.", "PER", False),
        ("John Smith Jr.", "John Smith", "PER", False),
        ("Shetland", "Estland", "LOC", False),
        ("Cartagena", "Караганда", "LOC", False),
        ("New Mexico", "New Mexico Times", "ORG", False),
        ("Lavrov", "Lavrova", "PER", False),
        ("Mitt Romney", "Ann Romney", "PER", False),
        ("George W. Bush", "George H.W. Bush", "PER", False),
        ("Zoran Petrovic", "Goran Petrovic", "PER", False),
        ("Michael Brune", "Michael Barone", "PER", False),
        ("Bob Woodward", "Dr. Dre", "PER", False),
        ("Kim Jong-un", "Kim Jong-il", "PER", False),
        ("CBC News", "CBS News", "ORG", False),
        ("Fox", "Vox", "ORG", False),
        ("Jim Comey", "James Comey", "PER", True),
        ("Donald J. Trump", "Donald John Trump", "PER", True),
        ("Sarah Huckabee Sanders", "Sarah Sanders", "PER", True),
        ("Vladamir Putin", "Vladimir Putin", "PER", True),
        ("Teresa May", "Theresa May", "PER", True),
    ],
)
def test_spellings_are_linked_or_not(a: str, b: str, kind: str, linked: bool) -> None:
    found, turned = links_of([(a, b, kind), (b, a, kind)])
    assert (found is not None and not found.weak) is linked
    assert found == turned


def test_the_answer_depends_on_the_pair_alone() -> None:
    pair = ("Inês Carvalhal", "Инеш Карвальял", "PER")
    others = [("Katalin Ferencz", "Каталин Ференц", "PER"), ("Harbin", "哈尔滨", "LOC")] * 20
    assert links_of([*others, pair, *others])[40] == links_of([pair])[0]


def test_the_well_known_have_one_id_under_all_their_names_and_types() -> None:
    names = ["Islamic State", "ISIS", "IS", "Daesh", "ISIL", "داعش", "ИГИЛ", "IŞİD", "伊斯兰国", "État islamique"]
    found = {id for kind in ("ORG", "LOC", "PER") for id, _ in ids_of(names, [kind] * len(names))}
    assert len(found) == 1
    assert len({id for id, _ in ids_of(["U.S.", "США", "美国", "ABD"], ["LOC"] * 4)}) == 1
