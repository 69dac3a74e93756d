"""Paragraphs the model was unsure of come back where the text around them speaks for them, and nowhere else."""

from __future__ import annotations

from dataclasses import replace

from broadsheet.model import Article
from processors.strip.gaps import filled
from tests.processors.strip.pages import PARAGRAPH, Given, article_of

TAIL = "The mediator will bring both sides together on Friday, and nobody expects a settlement."


def kept(lines: list[Given]) -> list[bool]:
    article: Article = article_of(lines)
    return [block.kept for block in replace(article, blocks=filled(article)).blocks]


def text(score: float) -> list[Given]:
    return [("body", f"{PARAGRAPH}, {name} said.", score) for name in ("Ann", "Bo", "Cy", "Di")]


def test_a_paragraph_that_follows_a_text_in_doubt_is_taken_back() -> None:
    assert kept([*text(0.7), ("other", TAIL, 0.75)])[-1]


def test_a_paragraph_that_follows_a_sure_text_is_not() -> None:
    assert not kept([*text(0.99), ("other", TAIL, 0.75)])[-1]


def test_a_paragraph_between_two_parts_of_a_sure_text_is_taken_back_where_it_was_close() -> None:
    assert kept([*text(0.99), ("other", TAIL, 0.57), *text(0.99)])[4]
    assert not kept([*text(0.99), ("other", TAIL, 0.75), *text(0.99)])[4]


def test_what_is_far_below_or_has_no_end_stays_out() -> None:
    assert not kept([*text(0.7), ("other", TAIL, 0.95)])[-1]
    assert not kept([*text(0.7), ("other", TAIL.rstrip("."), 0.6)])[-1]
    assert not kept([*text(0.7), ("other", "Subscribe to our letter and read us every morning for nothing.", 0.6)])[-1]


def test_two_paragraphs_are_no_text_to_go_on_with() -> None:
    assert not kept([*text(0.7)[:2], ("other", TAIL, 0.6)])[-1]
