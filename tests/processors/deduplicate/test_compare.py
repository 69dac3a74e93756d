"""What two texts share, counted by hand."""

from __future__ import annotations

import numpy as np
import pytest

from processors.deduplicate.compare import alignment, compare, masked, measure
from processors.deduplicate.features import numbers
from processors.deduplicate.words import damaged
from tests.processors.deduplicate.prose_maker import article, house_edit, text


@pytest.mark.parametrize(
    ("one", "other", "mean"),
    [
        # both sentences are there whole
        ("a b c d. e f g h.", "x y z. e f g h. a b c d.", 1.0),
        # the first shares 2 of 6 different words (1/3), the second none
        ("a b c d. e f g h.", "a b x y. m n o p q.", (1 / 3) / 2),
        ("a b c d.", "m n o p.", 0.0),
        ("", "a b c d.", 0.0),
    ],
)
def test_sentences_find_their_counterparts(one: str, other: str, mean: float) -> None:
    assert alignment(numbers(one)[1], numbers(other)[1]) == pytest.approx(mean)


def test_the_order_of_two_texts_does_not_matter() -> None:
    parts = article(1)
    for seed in range(20):
        one, other = numbers(text(parts))[1], numbers(text(house_edit(parts, seed)[: 4 + seed % 10]))[1]
        assert compare(one, other) == compare(other, one)


@pytest.mark.parametrize("share", [1, 2, 3])
def test_a_quotation_makes_no_copy(share: int) -> None:
    quoted = text(article(1)[:14] + article(2)[5 : 5 + share])
    assert not compare(numbers(quoted)[1], numbers(text(article(2)))[1]).copies


@pytest.mark.parametrize("kept", [3, 7, 13])
def test_a_shortened_copy_is_one(kept: int) -> None:
    assert compare(numbers(text(article(1)[:kept]))[1], numbers(text(article(1)))[1]).copies


def test_furniture_goes_by_whole_sentences() -> None:
    whole = numbers(text(article(1)))[1]
    last = numbers(article(1)[-1])[1]
    left = masked(whole, frozenset(last.keys.tolist()))
    assert len(left.hashes) == len(whole.hashes) - len(last.hashes)
    assert len(np.unique(left.sentence)) == len(np.unique(whole.sentence)) - 1
    assert masked(whole, frozenset({12345})) is whole


def lossy(whole: str, letters: str) -> str:
    """The text after a system that does not know some letters."""
    return "".join("?" if letter in letters else letter for letter in whole)


def test_a_copy_that_lost_letters_is_one() -> None:
    parts = article(1)
    whole, other = numbers(text(parts))[1], numbers(text(article(2)))[1]
    lost = numbers(lossy(text(house_edit(parts, 3)), "vz"))[1]
    assert compare(whole, lost).copies
    assert compare(lost, whole) == compare(whole, lost)
    # Another copy with the same damage.
    assert compare(lost, numbers(lossy(text(parts), "vz"))[1]).copies
    assert not measure(other, lost).copies


def test_question_marks_are_no_damage() -> None:
    asked = numbers("Who pays? The city does. Why? Nobody knows? Really.")[1]
    assert compare(asked, asked).containment == 0.0
    assert damaged(asked.hashes) is None
    assert damaged(numbers("Ba?lad? ve s?cak yemek a??r sözle?meyle.")[1].hashes) is not None
