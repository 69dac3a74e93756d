"""What somebody of many spellings is called."""

from __future__ import annotations

import pytest

from broadsheet.naming import Written, bearers, called, of_place


@pytest.mark.parametrize(
    ("spellings", "shown"),
    [
        ({"Recep Tayyip Erdogan": 4, "Tayyip Erdogan": 5, "Erdogan": 1}, "Recep Tayyip Erdogan"),
        ({"Barack Obama": 40, "Barack Hussein Obama": 2}, "Barack Obama"),
        ({"Ильмар Таммсаар": 2, "Ильмара Таммсаара": 3}, "Ильмар Таммсаар"),
        ({"Андрей Белых": 2, "Андрея Белых": 5}, "Андрей Белых"),
        ({"Анны Ивановой": 3, "Анну Иванову": 3, "Анна Иванова": 2}, "Анна Иванова"),
        ({"Караганде": 6, "Караганда": 2}, "Караганда"),
        ({"Караганде": 6}, "Караганде"),
        ({"Çavu?o?lu Mevlüt": 6, "Mevlüt Çavuşoğlu": 1}, "Mevlüt Çavuşoğlu"),
        ({"V. Putin": 6, "Vladimir Putin": 4}, "Vladimir Putin"),
        ({"ANGELA MERKEL": 5, "Angela Merkel": 4}, "Angela Merkel"),
        ({"Сергей Лавров": 11, "Sergei Lavrov": 8}, "Sergei Lavrov"),
        ({"Сергей Лавров": 21, "Sergei Lavrov": 8}, "Сергей Лавров"),
        ({"Иванов": 3, "Иванова": 3}, "Иванов"),
    ],
)
def test_the_full_name_in_the_nominative_as_most_write_it(spellings: dict[str, int], shown: str) -> None:
    assert called([Written(name=name, uses=uses) for name, uses in spellings.items()]) == shown


def test_a_family_name_alone_is_shown_only_where_there_is_nothing_else() -> None:
    short = Written(name="Putin", uses=100, short=True)
    assert called([short, Written(name="Vladimir Putin", uses=1)]) == "Vladimir Putin"
    assert called([short]) == "Putin"
    assert called([]) is None


def test_a_place_is_called_as_on_the_map_but_for_marks_that_nobody_writes() -> None:
    polish, russian = Written(name="Karaganda", uses=2), Written(name="Караганде", uses=9)
    assert of_place("Karagandy", [polish, russian]) == "Karagandy"
    assert of_place("Bayrūt", [Written(name="Beirut", uses=3), Written(name="Beyrouth", uses=2)]) == "Beirut"
    assert of_place("Bayrūt", [Written(name="بيروت", uses=3)]) == "Bayrūt"
    assert of_place("Malmö", [Written(name="Malmö", uses=1), Written(name="Malmoe", uses=5)]) == "Malmö"


def test_a_speaker_is_the_person_of_a_name_that_is_two_things() -> None:
    named = [
        ("Washington", "LOC", "Q61"),
        ("Washington", "PER", None),
        ("Washington", "PER", "Q23"),
        ("Bank", "ORG", "Q1"),
    ]
    assert bearers(named) == {"Washington": "Q23", "Bank": "Q1"}
    assert bearers([("Bank", "ORG", "Q2"), ("Bank", "ORG", "Q1"), ("He", "PER", None)]) == {"Bank": "Q2"}
