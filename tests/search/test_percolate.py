"""Saved searches on a batch of fresh documents."""

from __future__ import annotations

from broadsheet.search.percolate import matching
from tests.contract.test_search_index import article


def test_each_saved_search_gets_the_documents_it_finds() -> None:
    documents = [
        article(5, "Grain deal", "Çavuşoğlu talked"),
        article(3, "Harbour", "grain of sand", language="en", source="alpha"),
        article(4, "Grain withdrawn", withdrawn=True),
    ]
    queries = {1: "grain", 2: '"grain deal"', 3: "cavusoglu source:alpha", 4: "source:alpha", 5: "(broken", 6: "talks"}
    assert matching(queries, documents) == {1: [3, 5], 2: [5], 4: [3], 6: [5]}


def test_nothing_to_match_is_no_work() -> None:
    assert matching({}, [article(1)]) == matching({1: "a"}, []) == {}
