"""Stories in memory: what is one event, what is one affair, what a repair mends, and the filter."""

from __future__ import annotations

import itertools
import random

import pytest

from processors.stories.clusters import linked
from processors.stories.filter import stories_rows
from processors.stories.reading import informative, of_row
from processors.stories.telling import Stories

QUAKE = [
    "A 6.9 magnitude earthquake struck near Kermanvale early on Tuesday, killing at least 41 people, rescuers said."
    " Governor Leila Moradi said 300 houses in Sarabad had collapsed and that hospitals were full.",
    "Rescuers searched the ruins of Sarabad after an earthquake of magnitude 6.9 hit Kermanvale on Tuesday."
    " At least 41 people died, Governor Leila Moradi told reporters, and 300 houses collapsed.",
    "The death toll of the Kermanvale earthquake reached 41, said Leila Moradi, the governor, who visited Sarabad."
    " The quake had a magnitude of 6.9 and brought down 300 houses on Tuesday morning.",
]
STRIKE = [
    "Dock workers in Port Halden began a strike over pay on Wednesday, the union leader Tomas Brandt said."
    " Ships carrying 12,000 containers were waiting outside the harbour.",
    "A strike of dock workers has closed Port Halden. Union leader Tomas Brandt asks for 8 percent more pay;"
    " 12,000 containers are stuck on ships outside the harbour, the port said on Wednesday.",
]


def rows() -> list[dict[str, object]]:
    given = [(f"q{n}", text, "2026-11-03") for n, text in enumerate(QUAKE)]
    given += [(f"s{n}", text, "2026-11-04") for n, text in enumerate(STRIKE)]
    return [{"id": id, "title": text.split(",")[0], "text": text, "date": day} for id, text, day in given]


def test_articles_of_one_event_are_one_story() -> None:
    told = {row["id"]: row["story"] for row in stories_rows(rows())}
    assert len({told["q0"], told["q1"], told["q2"]}) == 1
    assert told["s0"] == told["s1"]
    assert told["q0"] != told["s0"]


def test_answers_come_in_the_order_given_and_bad_rows_are_stories_of_their_own() -> None:
    given: list[dict[str, object]] = [
        {"id": 1, "title": None, "text": None, "date": None, "source": None, "url": None},
        {"id": "x", "text": "", "date": "no date"},
        {"id": None},
        *rows(),
    ]
    told = list(stories_rows(given))
    assert [row["id"] for row in told] == [row["id"] for row in given]
    assert len({row["story"] for row in told[:3]}) == 3


def test_an_event_two_months_later_is_another_story() -> None:
    again = [{**row, "id": f"later-{row['id']}", "date": "2027-01-20"} for row in rows()[:3]]
    told = {row["id"]: row for row in stories_rows([*rows(), *again])}
    assert told["q0"]["story"] != told["later-q0"]["story"]
    assert told["q0"]["storyline"] == told["later-q0"]["storyline"]


@pytest.mark.parametrize("seed", range(5))
def test_a_repair_gives_the_same_stories_in_any_order(seed: int) -> None:
    tellings = [of_row(number, row) for number, row in enumerate(rows(), 1)]
    random.Random(seed).shuffle(tellings)
    numbers = itertools.count(100)
    stories = Stories(lambda: next(numbers))
    for one in tellings:
        stories.tell(one)
    stories.repair(one.id for one in tellings)
    groups = {frozenset(id for id in range(1, 6) if stories.story[id] == stories.story[own]) for own in range(1, 6)}
    assert groups == {frozenset({1, 2, 3}), frozenset({4, 5})}


def test_a_repair_joins_what_came_apart_and_names_what_it_was_joined_to() -> None:
    tellings = [of_row(number, row) for number, row in enumerate(rows(), 1)]
    numbers = itertools.count(100)
    stories = Stories(lambda: next(numbers))
    for one in tellings:
        stories.tell(one)
    kept = stories.story[1]
    stories._leave(3)
    stories._enter(3, 77)
    changed, merged = stories.repair([1, 2, 3, 4, 5])
    assert [told.id for told in changed] == [3]
    assert merged == {77: kept}
    assert stories.repair([1, 2, 3, 4, 5]) == ([], {})


def test_a_copy_goes_where_its_first_is_and_has_no_voice() -> None:
    tellings = [of_row(number, row) for number, row in enumerate(rows(), 1)]
    numbers = itertools.count(100)
    stories = Stories(lambda: next(numbers))
    stories.tell(tellings[0])
    for copy in range(10, 30):
        assert stories.copy(copy, 1)
    stories.tell(tellings[1])
    assert stories.story[2] == stories.story[1] == stories.story[10]
    assert stories.members[stories.story[1]] == {1, 2}
    assert not stories.copy(30, 999)


def test_average_linkage_wants_most_pairs_to_agree() -> None:
    chain = {(1, 2): 0.9, (2, 3): 0.9, (3, 4): 0.9}
    assert linked([1, 2, 3, 4, 5], chain, 0.4) == [[1, 2], [3, 4], [5]]
    assert linked([1, 2, 3], {(1, 2): 0.9, (2, 3): 0.8, (1, 3): 0.3}, 0.4) == [[1, 2, 3]]
    assert linked([], {}, 0.4) == []


RUSSIAN = (
    "Губернатор Лейла Моради сообщила, что при землетрясении магнитудой 6.9 в Керманвале погибли 41 человек."
    " В Сарабаде рухнули 300 домов. Лейла Моради посетила Сарабад."
)


def test_names_and_numbers_carry_a_story_across_languages() -> None:
    english = [{**row, "language": "en"} for row in rows()]
    given: list[dict[str, object]] = [
        *english,
        {"id": "ru", "title": "Землетрясение", "text": RUSSIAN, "date": "2026-11-03", "language": "ru"},
    ]
    told = {row["id"]: row["story"] for row in stories_rows(given)}
    assert told["ru"] == told["q0"]
    assert told["ru"] != told["s0"]


def test_an_article_without_a_date_may_be_of_any_day() -> None:
    given = rows()
    given[1]["date"] = None
    told = {row["id"]: row["story"] for row in stories_rows(given)}
    assert told["q1"] == told["q0"] == told["q2"]


RUSSIAN_STRIKE = (
    "Забастовка докеров закрыла порт в Мурманске, сообщил лидер профсоюза Олег Савин. Погибли 41 человек не здесь:"
    " речь о 300 рабочих, требующих прибавки в 6.9 процента, и о 12 000 контейнеров."
)


def test_numbers_alone_never_carry_a_story_across_languages() -> None:
    given: list[dict[str, object]] = [
        *rows(),
        {"id": "ru", "title": "Забастовка в Мурманске", "text": RUSSIAN_STRIKE, "date": "2026-11-03"},
    ]
    told = {row["id"]: row["story"] for row in stories_rows(given)}
    assert told["ru"] not in {told[id] for id in ("q0", "q1", "q2", "s0", "s1")}


def test_the_language_is_read_off_the_text() -> None:
    given: list[dict[str, object]] = [
        *rows(),
        {"id": "ru", "title": "Землетрясение", "text": RUSSIAN, "date": "2026-11-03"},
    ]
    told = {row["id"]: row["story"] for row in stories_rows(given)}
    assert told["ru"] == told["q0"]


def test_a_date_in_the_text_counts_where_the_row_has_none_and_most_have_one() -> None:
    dated = of_row(1, {"title": QUAKE[0].split(",")[0], "text": f"{QUAKE[0]}\n3 November 2026 14:27\n{QUAKE[1]}"})
    assert (dated.dated, dated.timed) == (True, True)
    given = rows()
    for row in given[1:]:
        row["date"] = None
    assert {row["id"] for row in stories_rows(given)} == {row["id"] for row in given}


@pytest.mark.parametrize(
    ("value", "least", "most"),
    [
        (3, 0.0, 0.0),  # of anything
        (12, 0.0, 0.0),
        (2026, 0.3, 0.3),  # a year
        (100, 0.5, 1.0),  # round
        (41, 2.0, 3.0),
        (212, 4.0, 5.0),
        (5_600_000, 4.0, 5.0),
        (8.42, 4.0, 5.0),
        (float("inf"), 0.0, 0.0),
    ],
)
def test_telling_figures_weigh_most(value: float, least: float, most: float) -> None:
    assert least <= informative(value) <= most
