"""Why two articles are copies, or are not: in the API, side by side, and on the page of each."""

from __future__ import annotations

import pytest

from tests.web import newsroom
from tests.web.conftest import Site


def test_two_articles_are_explained(paper: Site) -> None:
    first, copy, third = paper.ids[:3]
    found = paper.client.get("/api/explain", params={"a": copy, "b": first}).json()
    assert found["b"]["shared"] == 1.0
    assert 0.9 < found["a"]["shared"] < 1.0  # it says that more follows
    assert found["same_group"] is True
    assert found["measured"]["copies"] is True
    assert found["measured"]["kind"] == "wire-copy-of"
    assert found["measured"]["containment"] == 1.0
    assert found["measured"]["first"] == first
    assert found["measured"]["moments"] == ["2026-11-20T09:00:00Z", "2026-11-20T08:00:00Z"]
    assert found["said"] is None
    assert found["lineage"] == {
        **{"first": first, "later": copy, "kept": 1.0, "cut": 0, "added": 2},
        "kinds": ["rewrite", "headline"],
    }
    assert found["relations"][0]["kind"] == "wire-copy-of"
    assert found["a"]["published_text"] == "2026-11-21T07:10Z"
    assert paper.client.get("/api/explain", params={"a": first, "b": third}).json()["passages"] == []
    page = paper.client.get("/compare", params={"a": copy, "b": first}).text
    assert "100 % of" in page
    assert "<mark>" in page
    assert "containment 1.00" in page
    assert "100 % kept, 2 added, headline changed" in page
    apart = paper.client.get("/api/explain", params={"a": first, "b": paper.ids[4]}).json()["measured"]
    assert (apart["copies"], apart["kind"], apart["score"]) == (False, None, 0.0)


def test_an_articles_page_says_why_it_is_a_copy(paper: Site) -> None:
    page = paper.client.get(f"/articles/{paper.ids[1]}").text
    assert "3 shared passages" in page or "shared passage" in page
    assert "containment 1.00" in page


@pytest.mark.parametrize("params", [{}, {"a": "1"}, {"a": "x", "b": "1"}, {"a": "1", "b": "999999"}])
def test_what_cannot_be_compared_is_refused_by_name(paper: Site, params: dict[str, str]) -> None:
    answer = paper.client.get("/api/explain", params=params)
    assert answer.status_code == 400
    assert answer.json()["error"].startswith(("a: ", "b: "))


def test_hostile_texts_stay_text_side_by_side(paper: Site) -> None:
    page = paper.client.get("/compare", params={"a": paper.ids[6], "b": paper.ids[6]}).text
    assert newsroom.SCRIPT not in page
    assert "&lt;script&gt;" in page
