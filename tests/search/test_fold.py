"""One spelling for a reader, whatever the letters: the table of foldings, and offsets that stay true."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.search.fold import LONGEST, fold, terms, tokens, unspaced, value

SAME = [
    ("Çavuşoğlu", "cavusoglu"),
    ("ÇAVUŞOĞLU", "cavusoglu"),
    ("C\u0327avus\u0327og\u0306lu", "cavusoglu"),  # decomposed
    ("İSTANBUL", "istanbul"),
    ("Isparta", "isparta"),
    ("ısı", "isi"),
    ("Straße", "strasse"),
    ("ẞ", "ss"),
    ("Größe", "grosse"),
    ("Ørsted", "orsted"),
    ("Łódź", "lodz"),
    ("Ærø", "aero"),
    ("ＦＵＬＬ", "full"),
    ("ﬁre", "fire"),
    ("soft\u00adhyphen", "softhyphen"),
    ("zero\u200bwidth", "zerowidth"),
    ("Ёлка", "елка"),
    ("Йод", "йод"),
    ("За\u0301мок", "замок"),  # a stress mark
    ("Київ", "київ"),
    ("ΜΈΓΑΣ", "μεγασ"),
    ("μέγας", "μεγασ"),
    ("أحمد", "احمد"),
    ("إلى", "الي"),
    ("آخر", "اخر"),
    ("مدرسة", "مدرسه"),
    ("كـــتاب", "كتاب"),
    ("الْقُرْآن", "القران"),
    ("ایران", "ايران"),  # Persian ya
    ("کتاب", "كتاب"),  # Persian kaf
    ("שָׁלוֹם", "שלום"),
    ("٢٠٢٦", "2026"),
    ("U.S.", "us"),
    ("हिन्दी", "हिन्दी"),  # vowel signs are letters, not accents
]


@pytest.mark.parametrize(("word", "folded"), SAME)
def test_a_word_is_folded(word: str, folded: str) -> None:
    assert terms(word) == [folded]
    assert fold(folded) == folded


CUT = [
    ("Ankara'da covid-19, 3.5%", ["ankara", "da", "covid", "19", "3", "5"]),
    ("https://bbc.co.uk/news?id=1", ["https", "bbc", "co", "uk", "news", "id", "1"]),
    ("The U.S. and e.g. this.", ["the", "us", "and", "eg", "this"]),
    ("G20峰会", ["g20", "峰", "会"]),
    ("東京ﾀﾜｰ", ["東", "京", "タ", "ワ", "ー"]),
    ("서울에서", ["서", "울", "에", "서"]),
    ("snake_case #tag @name", ["snake", "case", "tag", "name"]),
    ("‫שלום‬ \u202dx", ["שלום", "x"]),
    ("— … !?", []),
    ("¶", []),
    ("\0\ufffd\ud800", []),
]


@pytest.mark.parametrize(("text", "words"), CUT)
def test_a_text_is_cut_into_words(text: str, words: list[str]) -> None:
    assert terms(text) == words


def test_offsets_are_those_of_the_text_as_given() -> None:
    text = "In İSTANBUL, Çavuşoğlu said: Straße 北京."
    assert [text[token.start : token.end] for token in tokens(text)] == [
        "In", "İSTANBUL", "Çavuşoğlu", "said", "Straße", "北", "京",
    ]  # fmt: skip


def test_endless_words_are_cut_alike_on_both_sides() -> None:
    assert terms("x" * 1_000_000) == ["x" * LONGEST]
    assert terms("я" * 1_000_000) == ["я" * LONGEST]


def test_whole_values_are_one_term() -> None:
    assert value("BBC News") == value("bbc-news") == "bbc_news"
    assert value("…") == ""
    assert unspaced("北京")
    assert not unspaced("北京a")


@given(st.text(max_size=200))
def test_any_text_gives_terms_that_an_engine_splits_again_as_they_were(text: str) -> None:
    found = list(tokens(text))
    assert [token.term for token in found] == terms(text)
    assert " ".join(terms(text)).split() == terms(text)
    assert all(0 < len(term) <= LONGEST for term in terms(text))
    assert all(left.end <= right.start for left, right in itertools.pairwise(found))
