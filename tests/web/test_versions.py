"""What changed at the outlet: the list of versions, the diff of any two, the text as it stood, searches by kind of edit."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from broadsheet.storage import articles, queue
from tests.web import newsroom
from tests.web.conftest import Site
from tests.web.test_changes import good
from tests.web.test_guard import change

REGATTA = newsroom.PAPER[4]


def store(site: Site, written: newsroom.Written) -> datetime:
    """The regatta's page, fetched anew; when it was kept."""
    made = newsroom.article(site.ids[4], written, newsroom.BEGAN)
    with site.database.transaction() as tx:
        kept: datetime = tx.rows("SELECT clock_timestamp() AS at")[0]["at"]
        job = queue.Job(lane="live", id=made.id, stage="enrich", host=made.host, kept=kept)
        articles.store(tx, job, made, None)
    return kept


@pytest.fixture
def thrice(site: Site) -> tuple[Site, list[datetime]]:
    """The regatta's page changed twice, once in silence."""
    body = f"The winter regatta starts two days later, said 30 crews {newsroom.SCRIPT}."
    moments = [store(site, replace(REGATTA, title="Regatta postponed", body=[body]))]
    moments.append(store(site, replace(REGATTA, title="Regatta postponed", body=[body.replace("30", "36")])))
    newsroom.fill(site.database, site.engine)
    return site, moments


def test_versions_diffs_and_readings_of_a_changed_article(thrice: tuple[Site, list[datetime]]) -> None:
    site, moments = thrice
    path = f"/api/articles/{site.ids[4]}"
    found = site.client.get(f"{path}/versions").json()["versions"]
    assert [(version["changes"], version["silent"]) for version in found] == [
        ([], False),
        (["rewrite", "headline"], False),
        (["number"], True),
    ]
    diff = site.client.get(f"{path}/diff", params={"from": found[1]["revision"], "to": found[2]["revision"]}).json()
    assert [run for run in diff["text"][0] if run["kind"] != "same"] == [
        {"kind": "gone", "text": "30 "},
        {"kind": "new", "text": "36 "},
    ]
    read = [site.client.get(path, params={"as_of": moment.isoformat()}).json() for moment in moments]
    assert ["30 crews" in one["text"] for one in read] == [True, False]
    assert read[0]["revision"] == found[1]["revision"]
    assert site.client.get(path).json()["changes"] == ["headline", "number", "rewrite", "silent"]
    for params, said in (
        ({"as_of": "1999-01-01"}, "as_of: article"),
        ({"as_of": "soon"}, "as_of: expected"),
    ):
        answer = site.client.get(path, params=params)
        assert (answer.status_code, answer.json()["error"].startswith(said)) == (400, True)
    assert site.client.get(f"{path}/diff", params={"from": "1", "to": "999"}).status_code == 400


def test_the_pages_show_edits_without_scripts_and_escaped(thrice: tuple[Site, list[datetime]]) -> None:
    site, moments = thrice
    page = site.client.get(f"/articles/{site.ids[4]}/versions").text
    assert "<del>30 </del><ins>36 </ins>" in page
    assert "silent edit" in page
    assert newsroom.SCRIPT not in page
    whole = site.client.get(f"/articles/{site.ids[4]}/versions", params={"from": 3, "to": 1}).text
    assert "<del>Regatta postponed for a day</del>" in whole or "<del>for a day</del>" in whole
    assert whole.count("checked") == 2
    assert "silent edit" in site.client.get(f"/articles/{site.ids[4]}").text
    then = site.client.get(f"/articles/{site.ids[4]}", params={"as_of": moments[0].isoformat()}).text
    assert "As it stood on" in then
    assert "30 crews" in then
    assert site.client.get(f"/articles/{site.ids[4]}", params={"as_of": "1999-01-01"}).status_code == 400
    assert site.client.get(f"/articles/{site.ids[5]}/versions").status_code == 200


def test_a_saved_search_for_edits_is_alerted_by_edits_seen_since(site: Site) -> None:
    body = "The winter regatta starts two days later, said 30 crews."
    store(site, replace(REGATTA, body=[body]))
    good(change(site, "save-search", q="changed:silent", name="Silent"))
    good(change(site, "save-search", q="regatta", name="Regatta"))
    newsroom.fill(site.database, site.engine)
    store(site, replace(REGATTA, body=[body.replace("30", "36")]))
    newsroom.fill(site.database, site.engine)
    found = {search["name"]: search["found"] for search in site.client.get("/api/searches").json()["searches"]}
    assert found == {"Silent": 1, "Regatta": 0}
    with site.database.transaction() as tx:  # seen before it was saved: no alert when all is indexed anew
        tx.run("DELETE FROM alert")
        tx.run("UPDATE saved_search SET made = now() + interval '1 hour'")
        tx.run("UPDATE article SET indexed_revision = 0, revision = revision + 1")
    newsroom.fill(site.database, site.engine)
    assert newsroom.one(site.database, "SELECT count(*) FROM alert") == 0


def test_silent_edits_are_searched_filtered_and_counted(thrice: tuple[Site, list[datetime]]) -> None:
    site, _ = thrice
    for params in ({"q": "changed:silent"}, {"changed": "silent"}, {"q": "regatta changed:number"}):
        found = site.client.get("/api/search", params={**params, "facets": "1"}).json()
        assert [hit["id"] for hit in found["hits"]] == [site.ids[4]]
        assert ["silent", 1] in found["facets"]["changed"]
    page = site.client.get("/", params={"changed": "silent"}).text
    assert "silent edit" in page
    assert "silent edits</a>" in site.client.get("/ops").text
    assert 'broadsheet_edits_day{kind="silent"} 1.0' in site.client.get("/metrics").text
