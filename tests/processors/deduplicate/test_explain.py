"""Reasons that a person can check."""

from __future__ import annotations

from datetime import timedelta

from processors.deduplicate.explain import explain
from tests import making
from tests.processors.deduplicate.prose_maker import article, text


def test_a_copy_is_explained_by_what_both_have() -> None:
    parts = article(1)
    one = making.article(1, "https://a.test/1", text(parts), first_seen=making.MOMENT + timedelta(hours=1))
    two = making.article(2, "https://b.test/1", text([*parts[:5], "Our own reporter adds a line.", *parts[5:12]]))
    said = explain(one, two)
    assert said["copies"]
    assert said["kind"] == "wire-copy-of"
    assert said["first"] == 2
    assert said["only"]["b"] == 6
    assert said["passages"][0]["words"] > said["passages"][1]["words"]
    assert said["passages"][1]["text"].replace("\n", "\n\n").startswith(text(parts[:5])[:200])
    assert explain(two, one)["score"] == said["score"]


def test_two_articles_and_empty_ones_are_no_copies() -> None:
    one, two = making.article(1, "https://a.test/1", text(article(1))), making.article(2, "https://b.test/1", "")
    said = explain(one, two)
    assert (said["copies"], said["kind"], said["passages"], said["score"]) == (False, None, [], 0.0)
    assert not explain(two, two)["copies"]


def test_one_text_at_two_places_of_a_host_is_a_revision() -> None:
    one = making.article(1, "https://a.test/1", text(article(1)))
    two = making.article(2, "https://www.a.test/2", text(article(1)[:12]))
    assert explain(one, two)["kind"] == "revision-of"
