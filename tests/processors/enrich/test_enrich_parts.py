import pytest

from processors.enrich.clusters import clusters
from processors.enrich.keywords import keywords
from processors.enrich.numbers import numbers
from processors.enrich.quotes import quotes
from processors.enrich.summary import sentences

QUOTES = [
    ("en", 'The mayor, Ann Lee, said: "We will build the bridge again." It rained.', "Ann Lee"),
    ("en", "“We will build the bridge again,” said Ann Lee, the mayor.", "Ann Lee"),
    ("de", "„Wir bauen die Brücke wieder auf“, sagte Bürgermeister Jan Voss.", "Bürgermeister Jan Voss"),
    ("ru", "«Мы снова построим этот мост», — сказал Иван Петров.", "Иван Петров"),
    ("en", "``We will build the bridge again,'' said Ann Lee, the mayor.", "Ann Lee"),
    ("cs", '"Postavíme ten most znovu příští rok," řekl Novák.', "Novák"),
]


@pytest.mark.parametrize(("language", "text", "speaker"), QUOTES)
def test_a_quotation_has_its_speaker(language: str, text: str, speaker: str) -> None:
    found = quotes(text, language)
    assert len(found) == 1
    assert found[0].speaker is not None
    assert speaker in found[0].speaker.name or found[0].speaker.name in speaker


def test_a_quotation_over_two_paragraphs_is_two() -> None:
    first = "“We will build the bridge again,” said Ann Lee. “It will be longer than before."
    text = f"{first}\n\n“And it will be wider than before.”"
    assert len(quotes(text, "en")) == 3


NUMBERS = [
    ("en", "1,200 people", 1200.0, "count"),
    ("en", "twenty-three soldiers died", 23.0, "casualties"),
    ("de", "3,5 Milliarden Euro", 3.5e9, "money"),
    ("ru", "15 процентов", 15.0, "percent"),
    ("tr", "yüzde 15", 15.0, "percent"),
    ("zh", "二十三人", 23.0, "count"),
]


@pytest.mark.parametrize(("language", "text", "value", "kind"), NUMBERS)
def test_a_number_is_read(language: str, text: str, value: float, kind: str) -> None:
    assert [(n.value, n.kind) for n in numbers(text, language)] == [(value, kind)]


@pytest.mark.parametrize("text", ["on 5 March", "in 2016", "at 10:30", "March 5, 2020"])
def test_a_date_is_no_number(text: str) -> None:
    assert not numbers(text, "en")


PAIRS = [
    ("Sergey Lavrov", "Лавров, Сергей", True),
    ("Michael Brown", "Michelle Brown", False),
    ("John Smith Jr.", "John Smith Sr.", False),
    ("Derek Yu", "デレク・ユー", True),
    ("Geoffrey Cox", "Erle Cox", False),
]


@pytest.mark.parametrize(("a", "b", "same"), PAIRS)
def test_two_names_are_told_apart_or_not(a: str, b: str, same: bool) -> None:
    assert (len(set(clusters([a, b], [None, None], ["PER", "PER"], use_aliases=False))) == 1) is same


def test_keywords_are_the_words_that_are_common_here_alone() -> None:
    text = "The bridge over the Oder is closed. The bridge has a crack, and the crack in the bridge grows."
    assert "bridge" in keywords(text, "en")
    assert "the" not in keywords(text, "en")


def test_french_keywords_that_stand_side_by_side_are_one() -> None:
    text = "Le rapport final est publié. Selon le rapport final, le pilote dormait. Le pilote nie, selon son avocat."
    found = keywords(text, "fr")
    assert "rapport final" in found
    assert not {"rapport", "final", "Selon", "selon"} & set(found)


def test_an_abbreviation_ends_no_sentence() -> None:
    text = "Mr. Smith met Gen. Lee at 5 p.m. in the hall. They talked."
    assert len(sentences(text)) == 2
