"""The people of the first users' five texts have one id each, across all five and all spellings."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from broadsheet.ports import SearchIndex, SearchRequest
from broadsheet.storage.postgres import Database
from processors.enrich import enrich_row
from tests.e2e.test_seeds import by_name, engine, expected

__all__ = ["engine", "expected"]

pytestmark = pytest.mark.shared

SPELLINGS = {
    "lavrov": "Lavrov",
    "cavusoglu": "Cavusoglu Çavuşoğlu Çavu?o?lu",
    "erdogan": "Erdogan",
    "putin": "Putin",
    "assad": "Assad",
}


def test_each_person_has_one_id_in_all_texts(database: Database, engine: SearchIndex, expected: dict[str, Any]) -> None:
    ids: dict[str, set[str | None]] = defaultdict(set)
    for name, article in by_name(database).items():
        people = [entity for entity in article.entities if entity.type == "PER"]
        for wanted in expected[name]["entities"]:
            family = plain(wanted.rpartition(" ")[2].rpartition("-")[2])
            if family in plain(article.text):
                assert any(plain(person.name).endswith(family) for person in people), (name, wanted)
        for person in people:
            for key, spellings in SPELLINGS.items():
                if any(part in person.text for part in spellings.split()):
                    ids[key].add(person.entity)
    assert {key: len(found) for key, found in ids.items()} == dict.fromkeys(SPELLINGS, 1), ids
    assert len(set.union(*ids.values())) == len(SPELLINGS)


def test_who_stands_in_the_caption_alone_is_found_in_the_whole_page(shared: Path) -> None:
    # Captions are fields of their own, so the article's text has no Hulusi Akar.
    page = (shared / "seeds" / "003_cfff4d70fc50ad02.txt").read_text(encoding="utf-8")
    found = [one for one in enrich_row({"text": page})["entities"] if one["type"] == "PER"]
    assert {one["name"] for one in found if "Akar" in one["text"]} == {"Hulusi Akar"}


def plain(name: str) -> str:
    return name.lower().translate(str.maketrans("çşğü", "csgu"))


def test_all_texts_of_a_person_are_found_by_the_id(database: Database, engine: SearchIndex) -> None:
    lavrov = {
        entity.entity
        for article in by_name(database).values()
        for entity in article.entities
        if entity.text == "Lavrov"
    }
    (id,) = lavrov
    assert engine.search(SearchRequest(entity=id)).total == 5
    assert engine.search(SearchRequest(q=f'entity:"{id}"')).total == 5


WHERE = {
    "Alanya": (36.5, 32.0),
    "Aleppo": (36.2, 37.2),
    "Ankara": (39.9, 32.9),
    "Dabiq": (36.5, 37.3),
    "Damascus": (33.5, 36.3),
    "Hatay": (36.4, 36.2),
    "Idlib": (35.9, 36.6),
    "Jarablus": (36.8, 38.0),
    "Jarabulus": (36.8, 38.0),
    "Moscow": (55.8, 37.6),
    "Sochi": (43.6, 39.7),
}
"""Degrees of latitude and longitude."""
NEAR = 0.6


def test_each_place_is_on_the_map_where_it_lies(
    database: Database, engine: SearchIndex, expected: dict[str, Any]
) -> None:
    far = []
    for name, article in by_name(database).items():
        text = article.text
        for wanted in expected[name]["places"]:
            if wanted not in text:  # it stands in a caption
                continue
            lat, lon = WHERE[wanted]
            here = [p for p in article.places if wanted in text[p.start : p.end]]
            near = [p for p in here if abs(p.lat - lat) < NEAR and abs(p.lon - lon) < NEAR]
            if len(near) < max(1, len(here)):
                far.append((name, wanted, here))
    assert far == []
