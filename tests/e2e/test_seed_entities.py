"""The people of the first users' five texts have one id each, across all five and all spellings."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pytest

from broadsheet.ports import SearchIndex, SearchRequest
from broadsheet.storage.postgres import Database
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
            assert any(plain(person.name).endswith(family) for person in people), (name, wanted)
        for person in people:
            for key, spellings in SPELLINGS.items():
                if any(part in person.text for part in spellings.split()):
                    ids[key].add(person.entity)
    assert {key: len(found) for key, found in ids.items()} == dict.fromkeys(SPELLINGS, 1), ids
    assert len(set.union(*ids.values())) == len(SPELLINGS)


def test_who_stands_in_the_caption_alone_is_found(database: Database, engine: SearchIndex) -> None:
    (one,) = [e for e in by_name(database)["003_cfff4d70fc50ad02.txt"].entities if e.name == "Hulusi Akar"]
    assert (one.type, one.part) == ("PER", "caption")
    assert engine.search(SearchRequest(entity=one.entity)).total == 1


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
        caption = article.image.caption if article.image else None
        parts = {"text": article.text, "caption": caption or ""}
        for wanted in expected[name]["places"]:
            lat, lon = WHERE[wanted]
            here = [p for p in article.places if wanted in parts[p.part][p.start : p.end]]
            near = [p for p in here if abs(p.lat - lat) < NEAR and abs(p.lon - lon) < NEAR]
            if len(near) < max(1, len(here)):
                far.append((name, wanted, here))
    assert far == []
