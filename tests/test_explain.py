"""What two texts share is found passage by passage, in every script and in bounded time."""

from __future__ import annotations

import time

import pytest

from broadsheet.explain import merged, passages, pieces


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [
        ("", "", []),
        ("one two three four", "one two three four", []),  # four words are everybody's
        ("one two three four five", "so: One, two; three four FIVE!", ["one two three four five"]),
        ("a b c d e x f g h i j", "f g h i j y a b c d e", ["a b c d e", "f g h i j"]),  # the other way round
        ("a b c d e f", "a b c d e z a b c d e f", ["a b c d e f"]),  # the longest of two places
        ("地震发生在凌晨三点", "据报地震发生在凌晨", ["地震发生在凌晨"]),
        ("قالت سلطات الميناء يوم الجمعة إن", "قالت سلطات الميناء يوم الجمعة لا", ["قالت سلطات الميناء يوم الجمعة"]),
        ("x" * 50, "y" * 50, []),
    ],
)
def test_shared_passages_are_found(one: str, other: str, shared: list[str]) -> None:
    assert [one[start:end] for (start, end), _ in passages(one, other)] == shared


def test_repetition_does_not_take_long() -> None:
    began = time.process_time()
    text = "one two three four five six " * 5000
    assert passages(text, text)
    assert passages("a " * 20_000, "a " * 20_000)
    assert time.process_time() - began < 20  # it takes a second; without bounds it would take hours


def test_pieces_give_the_text_back() -> None:
    text = "one two three"
    assert merged([(4, 7), (0, 5)]) == [(0, 7)]
    assert pieces(text, [(4, 7)]) == [("one ", False), ("two", True), (" three", False)]
    assert pieces("", []) == []
