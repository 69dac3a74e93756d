"""What a story's numbers say together; the articles are made by the real enrich."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from broadsheet.claims import Bound, Claim, Statement, claims, compatible
from broadsheet.model import Article, DateClaim
from tests.test_quotations import article

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


def dated(id: int, text: str, hours: float, source: str | None = None, language: str | None = None) -> Article:
    at = NOON + timedelta(hours=hours)
    claim = DateClaim(
        kind="published", text=at.isoformat(), instant=at, precision="minute", method="json-ld", zone="", confidence=1.0
    )
    return replace(article(id, text, source, language), published=claim)


def toll(found: list[Claim], unit: str) -> Claim:
    (claim,) = [one for one in found if one.unit == unit]
    return claim


def test_outlets_that_say_different_tolls_disagree() -> None:
    found = claims(
        [
            dated(1, "An explosion at the mill killed 12 people on Tuesday.", 0),
            dated(2, "Twelve people were killed when the boiler of the mill burst.", 1),
            dated(3, "The blast at the mill has killed 14 people, police said.", 2),
        ]
    )
    dead = toll(found, "dead")
    assert dead.verdict == "disagree"
    assert [(figure.value, figure.sources) for figure in dead.figures] == [
        (12.0, ("outlet-2", "outlet-1")),
        (14.0, ("outlet-3",)),
    ]
    assert [one.value for one in dead.statements] == [14.0, 12.0, 12.0]
    assert dead.statements[0].sentence == "The blast at the mill has killed 14 people, police said."


def test_a_toll_that_rose_with_time_is_no_disagreement() -> None:
    found = claims([dated(1, "The quake killed 12 people.", 0), dated(2, "The quake has killed 40 people.", 30)])
    assert toll(found, "dead").verdict == "changed"


def test_at_least_so_many_agrees_with_more() -> None:
    found = claims([dated(1, "The quake killed at least 12 people.", 0), dated(2, "The quake killed 14 people.", 1)])
    assert toll(found, "dead").verdict == "agree"


def test_one_toll_in_four_languages_is_one_claim() -> None:
    found = claims(
        [
            dated(1, "El terremoto causó la muerte de 19 personas.", 0, language="es"),
            dated(2, "Un séisme a tué 19 personnes et en a blessé 212 autres.", 1, language="fr"),
            dated(3, "قتل 19 شخصا وأصيب 212 آخرون في زلزال.", 2, language="ar"),
            dated(4, "地震已造成21人遇难，212人受伤。", 3, language="zh"),
        ]
    )
    dead, injured = toll(found, "dead"), toll(found, "injured")
    assert dead.verdict == "disagree"
    assert [figure.value for figure in dead.figures] == [19.0, 21.0]
    assert injured.verdict == "agree"


def test_money_is_compared_where_sentences_are_alike() -> None:
    found = claims(
        [
            dated(1, "The repair of the bridge over the Oder will cost 29 million euros.", 0),
            dated(2, "The repair of the bridge over the Oder will cost 31 million euros.", 1),
            dated(3, "A ferry ticket costs 4 euros until spring.", 1),
        ]
    )
    (money,) = [one for one in found if one.kind == "money"]
    assert money.verdict == "disagree"
    assert {figure.value for figure in money.figures} == {29e6, 31e6}


def test_what_another_year_counted_is_no_toll_of_this_story() -> None:
    text = "The quake killed 14 people. The earthquake of 2004 killed 170,000 people."
    assert [one.value for one in toll(claims([dated(1, text, 0)]), "dead").statements] == [14.0]


def test_the_figure_that_others_have_is_taken_before_a_part_of_it() -> None:
    found = claims(
        [
            dated(1, "Two brothers died in the kiln. In the whole province 19 people were killed.", 0),
            dated(2, "The quake killed 19 people.", 1),
        ]
    )
    assert toll(found, "dead").verdict == "agree"


def test_a_count_of_one_outlet_is_no_claim_but_a_toll_is() -> None:
    found = claims([dated(1, "The quake killed 14 people. The council has 38 seats.", 0)])
    assert [(one.unit, one.verdict) for one in found] == [("dead", "alone")]


def test_nothing_counted_makes_no_claims() -> None:
    assert claims([]) == []
    assert claims([dated(1, "", 0)]) == []


def statement(value: float, bound: Bound) -> Statement:
    return Statement(
        article=1,
        source="a",
        language="en",
        at=NOON,
        dated=True,
        value=value,
        bound=bound,
        text="",
        start=0,
        end=0,
        sentence="",
    )


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        ((12, ""), (12, ""), True),
        ((12, ""), (14, ""), False),
        ((12, "least"), (14, ""), True),
        ((14, "least"), (12, ""), False),
        ((14, "most"), (12, ""), True),
        ((4000, "about"), (4300, ""), True),
        ((4000, "about"), (5000, ""), False),
    ],
)
def test_two_numbers_can_both_be_true_or_not(one: tuple[float, Bound], other: tuple[float, Bound], both: bool) -> None:
    assert compatible(statement(*one), statement(*other)) is both


def test_a_bare_number_is_no_claim() -> None:
    found = claims([dated(1, "It rose by two hand, he said.", 0), dated(2, "It rose by two hand, she said.", 1)])
    assert found == []


def test_a_measure_is_one_claim_in_all_languages_and_has_its_unit() -> None:
    found = claims(
        [
            dated(1, "The Danube rose to 8.42 metres at Passau on Monday.", 0, language="en"),
            dated(2, "Die Donau stieg in Passau auf 8,42 Meter.", 1, language="de"),
            dated(3, "Уровень Дуная у Пассау достиг 8,42 метра.", 2, language="ru"),
        ]
    )
    (claim,) = [one for one in found if one.kind == "measure"]
    assert (claim.unit, claim.verdict, len(claim.statements)) == ("metres", "agree", 3)


def test_measures_far_apart_are_not_of_the_same() -> None:
    found = claims(
        [
            dated(1, "The cable of the old railway over the river is 900 metres long.", 0),
            dated(2, "The cable of the old railway over the river is 9 metres long.", 1),
        ]
    )
    assert [one for one in found if one.verdict == "disagree"] == []
