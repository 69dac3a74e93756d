"""Snippets: the right words marked, everything else escaped, whatever the text."""

from __future__ import annotations

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.search.query import parse
from broadsheet.search.snippet import Marker, near
from tests.contract.test_search_index import article

MARKED = [
    ("cavusoglu", "Said ÇAVUŞOĞLU today", ["ÇAVUŞOĞLU"]),
    ("minister", "Two ministers", ["ministers"]),
    ('"minister"', "Two ministers and a minister", ["minister"]),
    ("minist*", "A ministry, ministers", ["ministry", "ministers"]),
    ("istambul~1", "In İstanbul", ["İstanbul"]),
    ('"grain deal"', "The grain and the grain deal", ["grain deal"]),
    ('"grain deal"~2', "grain of a deal", ["grain", "deal"]),
    ("北京", "在北京大学", ["北京"]),
    ("a -b", "b a b", ["a"]),
    ("title:a b", "a b", ["b"]),
    ("source:a b", "a b", ["b"]),
    ("القرآن", "كتاب القُرْآن هنا", ["القُرْآن"]),
]


@pytest.mark.parametrize(("q", "text", "marked"), MARKED)
def test_the_words_that_were_found_are_marked(q: str, text: str, marked: list[str]) -> None:
    snippet = Marker(parse(q)).snippet(article(1, "", text))
    assert re.findall("<mark>(.*?)</mark>", snippet) == marked


def test_titles_are_marked_whole() -> None:
    assert Marker(parse("grain")).title(article(1, "A <b> grain deal")) == "A &lt;b&gt; <mark>grain</mark> deal"


@given(st.text(max_size=300), st.text(max_size=300))
def test_a_snippet_is_safe_and_shows_only_what_is_there(title: str, text: str) -> None:
    snippet = Marker(parse("a OR b OR script")).snippet(article(1, title, text + " a b <script>"))
    bare = snippet.replace("<mark>", "").replace("</mark>", "")
    assert not re.search("[<>]", bare)
    assert "<mark>" in snippet
    squeezed = re.sub(r"[\s\x00-\x1f]+", " ", text + " a b <script>")
    assert unescape(bare).strip("… ").strip() in squeezed


DISTANCES = [
    ("abc", "abc", 0, True),
    ("abc", "abd", 1, True),
    ("abc", "acb", 1, True),  # neighbours swapped: one
    ("abc", "ab", 1, True),
    ("abc", "bca", 1, False),
    ("abcdef", "abdcfe", 2, True),
    ("abcdef", "badcfe", 2, False),
]


@pytest.mark.parametrize(("left", "right", "distance", "same"), DISTANCES)
def test_nearness_of_words(left: str, right: str, distance: int, same: bool) -> None:
    assert near(left, right, distance) is same
    assert near(right, left, distance) is same
