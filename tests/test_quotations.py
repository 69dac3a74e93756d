"""What makes two quotations one utterance; the articles are made by the real enrich."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from broadsheet.model import Article, Claims
from broadsheet.quotations import Utterance, same_speaker, utterances
from processors.enrich import enrich

SEEDS = Path(__file__).parents[1].parent / "shared" / "seeds"
NOW = datetime(2026, 11, 25, tzinfo=UTC)


def article(id: int, text: str, source: str | None = None, language: str | None = None) -> Article:
    name = source or f"outlet-{id}"
    return enrich(
        Article(
            id=id,
            url=f"https://{name}.example/{id}",
            source=name,
            host=f"{name}.example",
            fetched=NOW,
            first_seen=NOW,
            claims=Claims(source=name),
            text=text,
            language=language,
        )
    )


def found(*texts: str) -> list[Utterance]:
    return utterances([article(number, text) for number, text in enumerate(texts)])


FILL = (
    "The bridge over the river was closed on Monday. Engineers found a long crack in the third pier. Lorries take a road"
    " through the hills until spring. The council meets again on Friday to talk about money for the work."
)


def test_the_same_words_in_two_outlets_are_one_utterance() -> None:
    said = "“We will rebuild the bridge before winter,” Mayor Ann Whitcombe said."
    (one,) = found(f"{FILL}\n\n{said}", f"Something else happened first.\n\n{said}\n\n{FILL}")
    assert [r.source for r in one.renderings] == ["outlet-0", "outlet-1"]
    assert one.wordings == 1
    assert "Whitcombe" in one.speaker


def test_one_outlet_alone_is_no_group() -> None:
    said = "“We will rebuild the bridge before winter,” Mayor Ann Whitcombe said."
    assert not utterances([article(1, f"{FILL}\n\n{said}", "herald"), article(2, f"{said}\n\n{FILL}", "herald")])


def test_other_words_of_one_speaker_are_joined_and_insertions_do_not_count() -> None:
    (one,) = found(
        f"{FILL}\n\n“The county will rebuild the old bridge before the first snow of winter,” said Ann Whitcombe.",
        f"{FILL}\n\n“The (Ravensholm) county is going to rebuild the bridge before winter,” Ann Whitcombe told the council.",
    )
    assert one.wordings == 2
    assert "bridge" in one.reason


def test_two_things_said_by_one_speaker_stay_two() -> None:
    first = "“We will rebuild the bridge before winter,” said Ann Whitcombe."
    second = "“Nobody told the drivers that the bridge was closed,” said Ann Whitcombe."
    assert not found(f"{FILL}\n\n{first}", f"{FILL}\n\n{second}")


def test_two_speakers_with_like_words_stay_two() -> None:
    first = "“The county must rebuild the bridge before the winter,” said Ann Whitcombe."
    second = "“The county cannot rebuild the bridge before winter,” said Peter Ossory."
    assert not found(f"{FILL}\n\n{first}", f"{FILL}\n\n{second}")


def test_what_one_quotes_another_may_report() -> None:
    (one,) = found(
        f"{FILL}\n\n“The county will rebuild the bridge before winter,” said Ann Whitcombe.",
        f"{FILL}\n\nMayor Ann Whitcombe said that the county would rebuild the bridge before winter.",
    )
    assert [r.direct for r in one.renderings] == [True, False]


def test_numbers_join_what_two_languages_quote() -> None:
    (one,) = utterances(
        [
            article(1, "Das Wasser steigt.\n\n„Wir haben 72 Stunden Vorsprung“, sagte Katalin Ferencz.", language="de"),
            article(2, "The water is rising.\n\n“We have 72 hours,” said Katalin Ferencz.", language="en"),
        ]
    )
    assert {r.language for r in one.renderings} == {"de", "en"}
    assert "72" in one.reason


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (("Q1", "lavrov"), ("Q1", "лавров"), True),
        ((None, "lavrov"), ("Q2", "lavrov"), True),
        (("per:celikoglu-yagmur", "celikoglu"), ("per:chelikoglu-yagmur", "челикоглу"), True),
        (("per:ossory-peter", "ossory"), ("per:ann-whitcombe", "whitcombe"), False),
        ((None, ""), (None, ""), False),
    ],
)
def test_a_speaker_is_one_by_id_or_surname(
    one: tuple[str | None, str], other: tuple[str | None, str], same: bool
) -> None:
    assert same_speaker(*one, *other) is same


def test_nothing_said_makes_no_groups() -> None:
    assert not utterances([])
    assert not found("", FILL)


@pytest.mark.shared
@pytest.mark.skipif(not SEEDS.exists(), reason="the seeds beside the checkout are not there")
def test_the_seeds_reworded_quotation_is_one() -> None:
    texts = [path.read_text(encoding="utf-8") for path in sorted(SEEDS.glob("*.txt"))]
    groups = [[r.text for r in one.renderings] for one in found(*texts)]
    (group,) = [texts for texts in groups if any("our views on Assad are known" in text for text in texts)]
    assert any("on (Syrian President Bashar) Assad is clear" in text for text in group)
