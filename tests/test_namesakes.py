"""Who shares a name and is another depends on the articles alone."""

from __future__ import annotations

import random

import pytest

from broadsheet.namesakes import Occurrence, Sense, agree, told_apart


def said(article: int, field: str = "", country: str = "", topic: str = "", people: str = "") -> Occurrence:
    return Occurrence(
        article=article,
        fields=frozenset(field.split()),
        countries=tuple(country.split()),
        topics=tuple(topic.split()),
        people=frozenset(people.split()),
    )


PLAYER = [said(2, "sport", "BR", "15", "p1 p2"), said(4, "sport", "BR", "15", "p1"), said(6, "", "BR", "15", "p3")]
MINISTER = [said(1, "politics", "EE", "11", "m1 m2"), said(3, "politics", "EE", "11", "m2"), said(5, "", "EE", "11")]


def labels(senses: list[Sense]) -> dict[int, str]:
    return {article: sense.label for sense in senses for article in sense.articles}


def test_roles_countries_topics_and_company_tell_two_apart() -> None:
    assert labels(told_apart(PLAYER + MINISTER)) == {1: "", 3: "", 5: "", 2: "sport", 4: "sport", 6: "sport"}


def test_of_the_famous_the_one_with_most_articles_keeps_the_id() -> None:
    more = [said(at, "sport", "BR", "15", "p1") for at in range(10, 14)]
    assert labels(told_apart(PLAYER + MINISTER + more, famous=True))[1] == "politics"
    assert labels(told_apart(PLAYER + MINISTER + more))[1] == ""


@pytest.mark.parametrize(
    "others",
    [
        [said(2, "sport", "EE", "15", "p1 p2"), said(4, "sport", "EE", "15", "p1")],  # one country
        [said(2, "sport", "BR", "15", "p1 m1"), said(4, "sport", "BR", "15", "m2")],  # common company
        [said(2, "sport", "BR", "11", "p1 p2"), said(4, "sport", "BR", "11", "p1")],  # one topic
        [said(2, "sport"), said(4, "sport")],  # nothing but the role
        [said(2, "sport", "BR"), said(4, "sport", "BR")],  # country alone
        [said(2, "law", "BR", "15", "p1 p2"), said(4, "law", "BR", "15", "p1")],  # a judge may become a minister
        [*PLAYER, said(9, "sport politics", "FR", "01")],  # one who was both
        [*PLAYER[:2], said(9, "", "", "", "m1 p1"), said(10, "", "", "", "m2 p2")],  # articles that know both companies
    ],
)
def test_what_speaks_for_one_or_says_too_little_leaves_one(others: list[Occurrence]) -> None:
    assert told_apart(MINISTER + others) == []


def test_one_article_among_many_is_rather_misread() -> None:
    many = [said(at, "politics", "EE", "11", "m1") for at in range(10, 16)]
    assert told_apart([PLAYER[0], *many]) == []
    assert labels(told_apart([*PLAYER[:2], *many]))[2] == ""


def test_order_changes_nothing() -> None:
    chance = random.Random(2)
    those = PLAYER + MINISTER + [said(7, "faith", "PL", "12", "f1"), said(8, "faith", "PL", "12", "f1 f2")]
    first = told_apart(those, {5: 2, 6: None})
    assert len(first) > 2
    for _ in range(20):
        chance.shuffle(those)
        assert told_apart(those, {5: 2, 6: None}) == first


def test_an_operators_words_go_before_and_circles_say_nothing() -> None:
    found = labels(told_apart(PLAYER + MINISTER, {5: 2, 6: None, 4: 6}))
    assert (found[5], found[6], found[4], found[3]) == ("sport", "other", "other", "")
    assert labels(told_apart(MINISTER, {1: 3, 3: 1})) == {}


def test_reasons_say_what_told_them_apart() -> None:
    (kept, other) = told_apart(PLAYER + MINISTER)
    assert other.reason == "told apart by role (sport, not politics), country (BR, not EE), topic and company"
    assert kept.reason == "told apart by role (politics, not sport), country (EE, not BR), topic and company"


def test_spellings_agree_by_role_country_and_company() -> None:
    one, other = [said(1, "politics", "EE", "", "a b c")], [said(2, "politics", "EE", "", "a b d")]
    assert agree(one, other) == "and the same role (politics), country (EE) and company"
    assert agree(one, [said(1, "politics", "EE", "", "a b")]) is None  # one article names both
    assert agree(one, [said(2, "sport", "EE", "", "a b")]) is None
    assert agree(one, [said(2, "politics", "BR", "", "a b")]) is None
    assert agree(one, [said(2, "politics", "EE", "", "a")]) is None
