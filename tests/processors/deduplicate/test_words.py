"""One text gives one row of numbers, whatever happened to its characters; furniture gives none."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.deduplicate.prose import prose
from processors.deduplicate.words import LONGEST, fingerprint, modulus, sample, shingles, words

PLAIN = (
    "The minister's office said on Friday that 3.5 million people in Zürich and İzmir had voted. “Enough,” she said."
)


def hashes(text: str) -> list[int]:
    return words(text, keep=str).hashes.tolist()  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    "other",
    [
        PLAIN.upper(),
        PLAIN.replace("’", "'").replace("“", '"').replace("”", '"'),
        PLAIN.replace("minister", "min\u00adis\u00adter"),
        PLAIN.replace("office", "oﬃce"),
        PLAIN.replace(" ", "\u00a0"),
        PLAIN.replace("'", "&#8217;").replace("“", "&ldquo;"),
        PLAIN.replace("'", "â€™"),
        unicodedata.normalize("NFD", PLAIN),
        PLAIN.replace(" on ", " — on\u200b "),
    ],
)
def test_typography_and_damage_change_nothing(other: str) -> None:
    assert hashes(other) == hashes(PLAIN)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ещё", "еще"),
        ("إسرائيل", "اسرائيل"),
        ("مُحَمَّد", "محمد"),
        ("Łódź", "Lodz"),
        ("ｆｕｌｌ", "full"),
    ],
)
def test_spellings_of_other_scripts_are_one(one: str, other: str) -> None:
    assert hashes(one) == hashes(other)


def test_unspaced_scripts_count_by_characters() -> None:
    found = words("外交部长今天表示，中国同意。", keep=str)
    assert len(found.hashes) == 12
    assert found.shingle == 8
    assert found.sentence[-1] == 0


def test_offsets_point_at_the_words() -> None:
    found = words("Soft\u00adhyphen, 日本 — end.", keep=str)
    assert [found.text[a:b] for a, b in zip(found.starts, found.ends, strict=True)] == [
        "Soft\u00adhyphen",
        "日",
        "本",
        "end",
    ]


def test_sentences_end_at_stops_that_end_them() -> None:
    found = words("It rose 3.5 points. Then it fell! “Why?” asked one\nand left", keep=str)
    assert found.sentence.tolist() == [0, 0, 0, 0, 0, 1, 1, 1, 2, 3, 3, 4, 4]


@given(st.text(max_size=300))
def test_any_text_has_numbers(text: str) -> None:
    found = words(text)
    assert len(found.hashes) == len(found.starts) == len(found.ends) == len(found.sentence)
    fingerprint(found.hashes)


def test_long_and_broken_texts_are_bounded() -> None:
    assert len(words("word " * 1_000_000).text) <= LONGEST
    words("\ud800 lone \x00 nul")
    words("a" * LONGEST)


def test_a_coarser_sample_is_part_of_every_finer_one() -> None:
    every = shingles(words(PLAIN * 9, keep=str).hashes, 5)
    assert set(sample(every, 16).tolist()) <= set(sample(every, 8).tolist()) <= set(sample(every, 4).tolist())
    assert [modulus(n) for n in (0, 119, 120, 299, 300)] == [4, 4, 8, 8, 16]


SENTENCES = "\n\n".join(
    f"The council of town {n} met on Monday and voted for the plan that {n} people wrote." for n in range(6)
)
LIST = "Storm closes schools in north\n\nFive things to know today\n\nWill the mayor resign?\n\nShare\n\nSport"


def test_headline_lists_are_furniture() -> None:
    kept = prose(f"{LIST}\n\n{SENTENCES}\n\n{LIST}")
    assert kept == SENTENCES.replace("\n\n", "\n")


def test_a_text_without_prose_counts_whole() -> None:
    assert prose(LIST) == LIST.replace("\n\n", "\n")


def test_texts_broken_at_a_fixed_width_are_joined() -> None:
    lines = [
        "The council met on Monday and voted for the plan that a",
        "group of people from the north of the town had",
        "written in spring, after a long dispute over",
        *("roads, schools and the money that both of them", "need, and over who should pay for any of it") * 3,
        "in the end.",
    ]
    wrapped = "\n".join(lines)
    assert prose(wrapped) == wrapped.replace("\n", " ")
