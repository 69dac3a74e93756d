"""Larger recognisers answer in our scheme where they are asked for, and their absence is a sentence."""

from __future__ import annotations

from importlib.util import find_spec

import pytest

from broadsheet.errors import BadSetting
from broadsheet.settings import Settings, read
from broadsheet.tasks import pipeline_version
from processors.enrich import enrich_row, larger, stage
from processors.enrich.document import read as read_text
from processors.enrich.larger import OWN, PINNED, as_span, packages

TEXT = "Mr Blair met the United Nations' envoy in Oslo's harbour."


@pytest.mark.parametrize(
    ("said", "label", "found"),
    [
        ("Blair", "PERSON", ("Blair", "PER")),
        ("Blair", "PER", ("Blair", "PER")),
        ("the United Nations'", "ORG", ("United Nations", "ORG")),
        ("Oslo's", "GPE", ("Oslo", "LOC")),
        ("harbour", "FAC", ("harbour", "LOC")),
        ("Blai", "PERSON", ("Blair", "PER")),  # half a token is the token
        ("the", "ORG", None),
        ("United Nations", "NORP", None),
        ("Oslo", "EVENT", None),
    ],
)
def test_a_foreign_label_is_ours_or_nothing(said: str, label: str, found: tuple[str, str] | None) -> None:
    document = read_text(TEXT, "en")
    start = TEXT.index(said)
    span = as_span(document, (start, start + len(said)), label)
    told = span and (TEXT[document.starts[span.first] : document.ends[span.last - 1]], span.type)
    assert told == found


def test_our_own_answers_unless_another_is_asked_for() -> None:
    assert packages("own") == {}
    assert packages("spacy") == PINNED
    assert packages("fr=a,de=b") == {"fr": ("a",), "de": ("b",)}
    assert larger("own") == OWN
    assert OWN.spans(read_text(TEXT, "en")) is None
    assert stage.version(larger("own")) == stage.VERSION


@pytest.mark.parametrize("value", ["", "flair", "en=", "en=a b", "en=os.path", "EN=x", "spacy,own"])
def test_a_setting_that_names_nothing_is_refused(value: str) -> None:
    with pytest.raises(BadSetting, match="BROADSHEET_RECOGNISER"):
        read({"BROADSHEET_RECOGNISER": value})


def test_a_package_that_is_missing_is_named_with_its_language_and_the_setting() -> None:
    given = read({"BROADSHEET_RECOGNISER": "fr=no_such_pipeline"})
    with pytest.raises(BadSetting, match=r"BROADSHEET_RECOGNISER: 'fr' needs .*no_such_pipeline.*make large"):
        larger(given.recogniser)


def test_a_package_without_a_pipeline_is_refused() -> None:
    with pytest.raises(BadSetting, match=r"BROADSHEET_RECOGNISER: 'en' needs .*json"):
        larger("en=json")


def installed() -> None:
    if not find_spec("spacy") or not any(find_spec(name) for name in PINNED["en"]):
        pytest.skip("the packages of the extra `large` are not installed")


def test_the_real_pipeline_answers_behind_the_same_function() -> None:
    installed()
    found = enrich_row({"id": 1, "text": f"{TEXT} Blair left.", "language": "en"}, larger("spacy"))
    names = {(e["text"], e["type"]) for e in found["entities"]}
    assert {("Blair", "PER"), ("United Nations", "ORG"), ("Oslo", "LOC")} <= names
    assert all(e["entity"] for e in found["entities"])
    german = {"id": 2, "text": "Angela Merkel besuchte am Montag die Stadt Lyon.", "language": "de"}
    assert enrich_row(german, larger("spacy")) == enrich_row(german)


def test_another_recogniser_is_another_version_of_the_stage() -> None:
    installed()
    own, other = pipeline_version(Settings()), pipeline_version(Settings(recogniser="spacy"))
    assert own != other
    assert "core_web" in other


def test_a_pipeline_of_another_language_is_refused() -> None:
    installed()
    name = next(name for name in PINNED["en"] if find_spec(name))
    with pytest.raises(BadSetting, match=f"BROADSHEET_RECOGNISER: {name} was asked for 'fr'; it is for 'en'"):
        larger(f"fr={name}")
