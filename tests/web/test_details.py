"""Files of what the articles of a search hold: their rows add up with the numbers of the pages."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from typing import Any

import pytest

from broadsheet.web import details
from tests.web.conftest import Site
from tests.web.newsroom import SCRIPT


def read(site: Site, what: str, **given: Any) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The rows of a file, and what its last line says."""
    lines = [
        json.loads(line) for line in site.client.get("/api/export", params={"what": what, **given}).text.splitlines()
    ]
    return lines[1:-1], lines[-1]


def test_topics_places_numbers_and_quotations_add_up_with_the_pages(paper: Site) -> None:
    topics = Counter(row["code"] for row in read(paper, "topics")[0] if row["sure"])
    facets = paper.client.get("/api/search", params={"facets": "1", "collapse": "none"}).json()["facets"]
    assert dict(topics) == dict(map(tuple, facets["topic"]))
    found = [paper.client.get(f"/api/articles/{id}").json() for id in paper.ids]
    for what in ("places", "numbers", "quotes"):
        rows, last = read(paper, what)
        assert last["rows"] == len(rows) == sum(len(one[what]) for one in found) > 0
        assert (last["articles"], last["total"], last["complete"]) == (7, 7, True)
    quote = next(row for row in read(paper, "quotes")[0] if row["article"] == paper.ids[0])
    assert (quote["speaker"], quote["entity"]) == ("Marta Lindqvist", "p:marta lindqvist")
    assert quote["text"].startswith("We have everyone ashore")
    claims = paper.client.get("/api/stories/1/claims").json()["claims"]
    assert sum(len(one["statements"]) for one in claims) == len(read(paper, "numbers", story="1")[0])


@pytest.mark.parametrize("what", details.KINDS)
def test_a_csv_has_all_columns_and_no_formulas(paper: Site, what: str) -> None:
    answer = paper.client.get("/api/export", params={"what": what, "format": "csv"})
    rows = list(csv.reader(io.StringIO(answer.text)))
    assert tuple(rows[0]) == details.columns(what)
    assert {len(row) for row in rows} == {len(rows[0])}
    assert rows[-1][0] == f"# {len(rows) - 2} rows of 7 articles of 7"
    assert f"broadsheet-{what}.csv" in answer.headers["content-disposition"]
    assert not any(cell.startswith(("=", "+", "@")) for row in rows for cell in row)


def test_an_unknown_kind_is_said(paper: Site) -> None:
    answer = paper.client.get("/api/export", params={"what": SCRIPT})
    assert answer.status_code == 400
    assert "expected articles, entities, places" in answer.json()["error"]
