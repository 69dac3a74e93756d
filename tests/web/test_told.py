"""What the outlets of a story say in numbers and quotations: on its page, in the API, as files."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

import pytest

from broadsheet.model import Place
from broadsheet.storage.articles import SURE_PLACE
from broadsheet.web import maps
from tests.test_quotations import article
from tests.web.conftest import Site
from tests.web.newsroom import SCRIPT


def test_a_story_shows_who_says_how_many_and_who_quotes_it(site: Site) -> None:
    page = site.client.get("/stories/1").text
    assert "Who says how many" in page
    assert "all agree: 2 sentences" in page
    assert "The same words, told by several" in page
    assert "Marta Lindqvist" in page
    assert "GeoNames" in page
    assert SCRIPT not in page


def test_claims_are_served_as_json(site: Site) -> None:
    found = site.client.get("/api/stories/1/claims").json()
    (claim,) = found["claims"]
    assert (claim["verdict"], claim["label"], claim["figures"][0]["value"]) == ("agree", "people taken off", 42.0)
    assert [one["source"] for one in claim["statements"]] == ["north-wire", "harbour-post"]
    assert all("42 people" in one["sentence"] for one in claim["statements"])


def test_quotes_are_served_as_json(site: Site) -> None:
    found = site.client.get("/api/stories/1/quotes").json()
    (one,) = found["utterances"]
    assert one["speaker"] == "Marta Lindqvist"
    assert {rendering["source"] for rendering in one["renderings"]} == {"harbour-post", "north-wire"}


@pytest.mark.parametrize("what", ["claims", "quotes"])
def test_files_have_a_row_for_each_statement(site: Site, what: str) -> None:
    answer = site.client.get(f"/api/stories/1/{what}?format=jsonl")
    rows = [json.loads(line) for line in answer.text.splitlines()]
    table = list(csv.DictReader(io.StringIO(site.client.get(f"/api/stories/1/{what}?format=csv").text)))
    assert len(rows) == len(table) == int(answer.headers["x-total"]) == 2
    assert [str(row["article"]) for row in rows] == [row["article"] for row in table]


def test_an_unknown_story_or_format_is_said(site: Site) -> None:
    assert site.client.get("/api/stories/999999/claims").status_code == 404
    assert site.client.get("/api/stories/1/claims?format=xml").status_code == 400


def test_only_places_that_are_sure_are_on_the_map() -> None:
    sure = Place(start=0, end=4, name="Oder", lat=52.0, lon=14.0, confidence=SURE_PLACE)
    unsure = Place(start=0, end=4, name="Paris", lat=33.7, lon=-95.6, confidence=SURE_PLACE - 0.1)
    made = replace(article(1, "Nothing happened."), places=(sure, unsure))
    assert [spot.title.partition(":")[0] for spot in maps.sure([made])] == ["Oder"]


def test_a_town_that_only_its_own_outlet_names_is_not_on_a_storys_map() -> None:
    river = Place(start=0, end=4, name="Passau", lat=48.6, lon=13.5, country="DE")
    home = Place(start=0, end=4, name="Hobart", lat=-42.9, lon=147.3, country="AU")
    made = [replace(article(number, "Nothing happened."), places=(river,)) for number in range(3)]
    claims = replace(made[0].claims, country="AU")
    abroad = replace(article(4, "Nothing happened.", "mercury"), places=(river, home), claims=claims)
    assert {spot.title.partition(":")[0] for spot in maps.of_story([*made, abroad])} == {"Passau"}
    assert {spot.title.partition(":")[0] for spot in maps.of_story([made[0], abroad])} == {"Passau", "Hobart"}
