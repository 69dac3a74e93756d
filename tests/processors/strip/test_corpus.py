"""Titles of a site's other articles are told in any dress: alone, behind an arrow, after a heading, in a row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from processors.strip.corpus import seen_elsewhere
from tests.processors.strip.pages import PARAGRAPH, article_of

LIBRARY = "Students in Brno get their library back"
SHIPS = "Shipbreakers win helmets and a seventh hour of rest"
CHINESE = "戈壁滩上的列车停了九个小时"


class Titles:
    def titles(self, host: str) -> Mapping[str, int]:
        return {
            LIBRARY.casefold(): 7,
            SHIPS.casefold(): 8,
            CHINESE: 9,
            "quay closes for eleven weeks now": 10,
            "https://news.example/a/12": 12,
        }

    def profile(self, host: str) -> Mapping[str, Any]:
        return {}

    def overrules(self, source: str) -> Sequence[Mapping[str, Any]]:
        return ()


@pytest.mark.parametrize(
    "line",
    [
        LIBRARY,
        f"» {LIBRARY}",
        f"Also: {LIBRARY}",
        f"Elsewhere today: {LIBRARY} / {SHIPS}",
        f"Meldungen: {SHIPS} | Ein unbekannter Titel",
        f"其他新闻：{CHINESE}",
    ],
)
def test_a_known_title_is_a_headline(line: str) -> None:
    article = article_of([("body", f"{PARAGRAPH}."), ("body", line), ("body", f"{PARAGRAPH}, she said.")])
    blocks = seen_elsewhere(article, Titles())
    assert [block.role for block in blocks] == ["body", "headline-list", "body"]
    assert any("repeats the title of article" in why for why in blocks[1].evidence)


@pytest.mark.parametrize(
    "line",
    [
        f"The headline “{LIBRARY}” made her laugh, she said at the meeting.",
        "Quay closes for eleven weeks now",
        "Also: what nobody knows / and nobody asked / and all have read",
    ],
)
def test_sentences_the_own_title_and_unknown_lines_stay(line: str) -> None:
    article = article_of([("body", f"{PARAGRAPH}."), ("body", line)], title="Quay closes for eleven weeks now")
    assert [block.role for block in seen_elsewhere(replace(article), Titles())] == ["body", "body"]


@pytest.mark.parametrize(
    "link",
    ["/a/12", "12", "https://NEWS.example/a/12#comments", "//news.example/a/12?utm_source=related&utm_medium=box"],
)
def test_a_line_that_links_to_another_article_is_its_headline_whatever_the_form_of_the_address(link: str) -> None:
    article = article_of([("body", f"{PARAGRAPH}."), ("body", "What the divers saw at four", 0.6, link)])
    # The page answered under /a/, whatever it calls its canonical address.
    article = replace(article, addresses=("https://news.example/short", "https://news.example/a/9"))
    assert [block.role for block in seen_elsewhere(article, Titles())] == ["body", "headline-list"]
