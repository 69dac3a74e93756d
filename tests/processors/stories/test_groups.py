"""What joins and parts groups: time between them, languages, operators; and affairs above them."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import pytest

from broadsheet.storage.overrules import Said
from processors.stories.affairs import Affairs, Event, known_by, likeness
from processors.stories.clusters import EVENT, Mark, Span, in_time, linked
from processors.stories.overrules import Overrules


def said(*words: tuple[int, int, bool]) -> list[Said]:
    """Words in the order of their acts."""
    return [
        Said(level="story", one=min(a, b), other=max(a, b), same=same, act=act)
        for act, (a, b, same) in enumerate(words, 1)
    ]


def groups(words: Sequence[Said], chances: dict[tuple[int, int], float]) -> list[list[int]]:
    return linked([1, 2, 3, 4], chances, 0.4, overrules=Overrules(words))


def test_an_operators_word_stands_above_chances() -> None:
    assert groups(said((1, 4, True)), {(1, 2): 0.7}) == [[1, 4], [2], [3]]
    assert groups(said((1, 2, False)), {(1, 2): 0.9, (2, 3): 0.5}) == [[1], [2, 3], [4]]


def test_what_was_taken_apart_does_not_meet_in_a_third() -> None:
    both = {(1, 3): 0.9, (2, 3): 0.8, (1, 2): 0.9}
    assert groups(said((1, 2, False)), both) == [[1, 3], [2], [4]]


def test_the_latest_of_contradicting_words_counts() -> None:
    later = Overrules(said((1, 2, True), (1, 2, False)))
    assert later.same(1) == {1}
    assert later.other(1) == {2}
    chain = Overrules(said((1, 3, False), (1, 2, True), (2, 3, True)))
    assert chain.same(1) == {1, 2, 3}
    assert chain.other(1) == set()


def test_an_article_without_a_date_ties_nothing_together_across_years() -> None:
    marks = {1: Mark(moment=17000.0), 2: Mark(), 3: Mark(moment=18300.0)}
    assert linked([1, 2, 3], {(1, 2): 0.9, (2, 3): 0.8}, 0.4, marks) == [[1, 2], [3]]


@pytest.mark.parametrize(
    ("hours", "timed", "left"),
    [
        (0.0, True, 1.0),
        (9.0, True, 1.0),
        (12.6, True, 0.675),  # half way from 9.6 to 15.6 hours
        (24.0, True, 0.35),
        (24.0, False, 1.0),  # a day without a time may be the same hour
        (24.0 * 15, False, 0.0),
    ],
)
def test_a_pause_counts_where_times_are_known(hours: float, timed: bool, left: float) -> None:
    one = Span(first=100.0, last=100.5, timed=timed)
    other = Span(first=100.5 + hours / 24, last=101.0 + hours / 24, timed=timed)
    assert in_time(one, other) == in_time(other, one) == pytest.approx(left)
    assert in_time(one, None) == 1.0
    assert EVENT.days < 15


def test_silent_pairs_in_two_languages_weigh_less() -> None:
    marks = {1: Mark(language="en"), 2: Mark(language="en"), 3: Mark(language="ru"), 4: Mark(language="ru")}
    chances = {(1, 2): 0.9, (3, 4): 0.9, (1, 3): 0.8}
    # Of four pairs one speaks: .8 / (1 + 3 * .25) = .46; in one language .8 / 4 = .2.
    assert linked([1, 2, 3, 4], chances, 0.4, marks) == [[1, 2, 3, 4]]
    assert linked([1, 2, 3, 4], chances, 0.4) == [[1, 2], [3, 4]]


def event(story: int, words: str, moment: float | None) -> Event:
    keys = sorted({sum(word.encode()) for word in words.split()})
    return Event(
        story=story,
        names=known_by(np.array(keys, dtype=np.uint32), np.ones(len(keys), dtype=np.float32)),
        moment=moment,
    )


FIRE, FIRE_LATER = event(1, "moradi sarabad fire", 100.0), event(2, "moradi sarabad inquiry", 130.0)
FIRE_YEARS_LATER, STRIKE = event(3, "moradi sarabad museum", 500.0), event(4, "brandt halden strike", 100.0)


def test_likeness_is_a_cosine() -> None:
    assert likeness(FIRE.names, [FIRE_LATER.names, STRIKE.names]).tolist() == pytest.approx([2 / 3, 0.0])


def test_an_affair_goes_on_until_it_pauses_for_long() -> None:
    affairs, number = Affairs(), itertools.count(1)
    lines: dict[int, int] = {}
    for one in (FIRE, FIRE_LATER, FIRE_YEARS_LATER, STRIKE):
        lines[one.story] = affairs.place(one, lines, lambda: next(number))
    assert lines == {1: 1, 2: 1, 3: 2, 4: 3}


def test_arranging_keeps_ids_and_mends_what_came_apart() -> None:
    affairs, number = Affairs(), itertools.count(100)
    before = {1: 10, 2: 11, 3: 12, 4: 13}
    for one in (FIRE, FIRE_LATER, FIRE_YEARS_LATER, STRIKE):
        affairs.enter(before[one.story], one.names, one.moment)
    found = affairs.arrange([STRIKE, FIRE_LATER, FIRE_YEARS_LATER, FIRE], before, set(), lambda: next(number))
    assert found == {1: 10, 2: 10, 3: 12, 4: 13}
    assert affairs.lines[10].events == 2
    again = affairs.arrange([FIRE, FIRE_LATER, FIRE_YEARS_LATER, STRIKE], found, set(), lambda: next(number))
    assert again == found


def test_arranging_leaves_affairs_with_older_events_and_goes_on_with_them() -> None:
    affairs, number = Affairs(), itertools.count(100)
    affairs.enter(10, FIRE.names, FIRE.moment)
    affairs.enter(11, FIRE_LATER.names, FIRE_LATER.moment)
    found = affairs.arrange([FIRE_LATER], {2: 11}, {10}, lambda: next(number))
    assert found == {2: 10}
    assert (affairs.lines[10].events, affairs.lines[11].events) == (2, 0)


@pytest.mark.parametrize(
    ("word", "wanted"),
    [
        (Said(level="storyline", one=1, other=2, same=False, act=1), {1: 10, 2: 11, 4: 13}),
        (Said(level="storyline", one=1, other=4, same=True, act=1), {1: 10, 2: 10, 4: 10}),
    ],
)
def test_an_operator_puts_events_into_affairs_and_out_of_them(word: Said, wanted: dict[int, int]) -> None:
    affairs, number = Affairs(), itertools.count(100)
    before = {1: 10, 2: 11, 4: 13}
    for one in (FIRE, FIRE_LATER, STRIKE):
        affairs.enter(before[one.story], one.names, one.moment)
    overrules = Overrules([word], "storyline")
    assert affairs.arrange([FIRE, FIRE_LATER, STRIKE], before, set(), lambda: next(number), overrules) == wanted
