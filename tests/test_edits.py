"""A diff that people read: nothing of the newer text is lost in it, and repetition does not take long."""

from __future__ import annotations

import random
import time

import pytest

from broadsheet.edits import Edits, words


def marked(before: str, after: str) -> list[str]:
    """The diff's paragraphs, with `[-gone-]` and `{+new+}`."""
    marks = {"same": "{}", "gone": "[-{}-]", "new": "{{+{}+}}"}
    return ["".join(marks[run.kind].format(run.text) for run in part) for part in Edits(before, after).paragraphs()]


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        ("", "", []),
        ("One two.", "One two.", ["One two."]),
        ("One two.", "One  TWO!", ["One  TWO!"]),  # typography and case are no edits
        ("12 people died.", "14 people died.", ["[-12 -]{+14 +}people died."]),
        ("A b c.\nGone now.", "A b c.", ["A b c.", "[-Gone now.-]"]),
        ("A b c.\nD e f.", "D e f.\nA b c.", ["{+D e f.+}", "A b c.", "[-D e f.-]"]),
        ("First.\nA b c d e.\nLast.", "First.\nA b x d e.\nLast.", ["First.", "A b [-c -]{+x +}d e.", "Last."]),
        ("四座通过检查", "六座通过检查", ["[-四-]{+六+}座通过检查"]),
        ("He said: “We go.”", "He said: “We stay.”", ["He said: “We [-go.”-]{+stay.”+}"]),
    ],
)
def test_a_diff_shows_what_went_and_what_came(before: str, after: str, shown: list[str]) -> None:
    assert marked(before, after) == shown


def test_words_are_compared_without_typography() -> None:
    assert [word.key for word in words("The A320’s 1,200.5 km, so\u00adft G20峰会 ١٢٫٥ don't")] == [
        *("the", "a320's", "1,200.5", "km", "soft", "g20", "峰", "会", "12.5", "don't")
    ]


def test_the_newer_text_can_be_read_in_the_diff() -> None:
    chance = random.Random(3)
    pool = ["grain", "деньги", "港口", "14", "“quay”", "Çavuşoğlu", "الميناء", "\n", "."]
    for _ in range(200):
        before, after = (" ".join(chance.choices(pool, k=chance.randrange(40))) for _ in range(2))
        runs = [run for part in Edits(before, after).paragraphs() for run in part]
        newer = "".join(run.text for run in runs if run.kind != "gone")
        assert [word.key for word in words(newer)] == [word.key for word in words(after)]
        older = sorted(word.key for run in runs if run.kind == "gone" for word in words(run.text))
        kept = sorted(word.key for run in runs if run.kind == "same" for word in words(run.text))
        assert sorted(older + kept) == sorted(word.key for word in words(before))


def test_repetition_does_not_take_long() -> None:
    chance = random.Random(1)
    pool = [f"w{number}" for number in range(14_000)]
    shuffled = chance.sample(pool, k=len(pool))
    began = time.process_time()
    for joint in (" ", "\n"):
        Edits(joint.join(pool), joint.join(shuffled))
        Edits(joint.join(["a"] * 20_000), joint.join(chance.choice("ab") for _ in range(20_000)))
        Edits(joint.join(["a", "b"] * 15_000), joint.join(["b", "a", "c"] * 10_000))
    assert time.process_time() - began < 20  # it takes two seconds; without bounds it would take hours
