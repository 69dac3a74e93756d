"""Reasons that a person can check."""

from __future__ import annotations

from datetime import timedelta

from processors.deduplicate.explain import measured
from tests import making
from tests.processors.deduplicate.prose_maker import article, text


def test_a_copy_is_measured_by_what_both_have() -> None:
    parts = article(1)
    one = making.article(1, "https://a.test/1", text(parts), first_seen=making.MOMENT + timedelta(hours=1))
    two = making.article(2, "https://b.test/1", text([*parts[:5], "Our own reporter adds a line.", *parts[5:12]]))
    found = measured(one, two)
    assert found.copies
    assert found.kind == "wire-copy-of"
    assert found.first == 2
    assert 0.5 < found.coverage < found.containment < 1
    assert found.moments == (one.first_seen, two.first_seen)
    assert measured(two, one).score == found.score


def test_two_articles_and_empty_ones_are_no_copies() -> None:
    one, two = making.article(1, "https://a.test/1", text(article(1))), making.article(2, "https://b.test/1", "")
    found = measured(one, two)
    assert (found.copies, found.kind, found.score, found.keys) == (False, None, 0.0, 0)
    assert not measured(two, two).copies


def test_one_text_at_two_places_of_a_host_is_a_revision() -> None:
    one = making.article(1, "https://a.test/1", text(article(1)))
    two = making.article(2, "https://www.a.test/2", text(article(1)[:12]))
    assert measured(one, two).kind == "revision-of"
