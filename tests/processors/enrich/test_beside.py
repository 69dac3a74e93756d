"""What an article says beside its names."""

from __future__ import annotations

import pytest

from broadsheet.model import Entity, Place, Topic
from broadsheet.storage.entities import Setting
from processors.enrich.beside import own_id, setting_of, with_ids
from processors.enrich.fields import fields_of
from tests import making


def place(at: int, country: str, sure: float = 0.9) -> Place:
    return Place(start=at, end=at + 1, name="there", lat=0.0, lon=0.0, country=country, confidence=sure)


def test_an_article_plays_where_most_of_its_places_lie() -> None:
    places = tuple(place(at, code) for at, code in enumerate(["EE", "EE", "EE", "EE", "FI", "FI", "SE"]))
    topics = tuple(
        Topic(code=code, name="t", confidence=sure) for code, sure in (("11", 0.9), ("04", 0.6), ("15", 0.2))
    )
    made = making.article(1, "https://a.test/1", places=(*places, place(9, "BR", sure=0.5)), topics=topics)
    assert setting_of(made) == Setting(countries=("EE", "FI"), topics=("04", "11"))
    assert setting_of(making.article(1, "https://a.test/1")) == Setting()


@pytest.mark.parametrize(
    ("name", "geonames", "country", "at", "id"),
    [
        ("London", 2643743, "GB", (51.5, -0.1), "Q84"),
        ("London", 6058560, "CA", (43.0, -81.2), "G6058560"),
        ("Poland", 798544, "PL", (52.0, 20.0), "G798544"),
        ("Paris", 2988507, "FR", (48.85, 2.35), "Q90"),
        ("Berlin", 2950159, "DE", (52.5, 13.4), "Q64"),
        ("Ontario", None, "CA", (50.0, -85.0), "Q1904"),
        ("Ontario", 5379439, "US", (34.06, -117.65), "G5379439"),
        ("Georgia", None, "US", (32.8, -83.2), "loc:georgia-us"),
        ("Washington", None, "US", (38.9, -77.03), "Q61"),
        ("Washington", None, "US", (47.5, -120.5), "loc:us-washington"),
        ("Idlib", 169389, "SY", (35.9, 36.6), "G169389"),  # as the province
        ("Idlib", None, "SY", (35.8, 36.7), "G169389"),
        ("Crimea", None, "RU", (45.3, 34.4), "loc:crimea"),
        ("Nowhere at All", None, None, (0.0, 0.0), "loc:all-at-nowhere"),
    ],
)
def test_a_place_of_the_map_has_one_id(
    name: str, geonames: int | None, country: str | None, at: tuple[float, float], id: str
) -> None:
    lat, lon = at
    assert own_id(Place(start=0, end=1, name=name, lat=lat, lon=lon, geonames=geonames, country=country)) == id


def test_a_name_on_the_map_leads_to_the_place() -> None:
    named = [
        Entity(start=0, end=6, text="Полшу", type="LOC", name="Полшу", entity="loc:polshu"),
        Entity(start=9, end=11, text="Ann", type="PER", name="Ann", entity="per:ann"),
    ]
    where = Place(start=0, end=6, name="Poland", lat=52.0, lon=20.0, geonames=798544, country="PL", confidence=0.7)
    assert [one.entity for one in with_ids(named, [where])] == ["G798544", "per:ann"]


@pytest.mark.parametrize(
    ("said", "place", "geonames", "country", "at", "id"),
    [
        ("Russia", "Russia", None, "US", (40.2, -84.4), "Q159"),  # no town of the name of a country
        ("Georgia", "Georgia", None, "US", (32.8, -83.2), "loc:georgia-us"),
        ("香港", "Hong Kong SAR", 1819730, "HK", (22.3, 114.2), "G1819729"),
        ("London", "London", 6058560, "CA", (43.0, -81.2), "G6058560"),
        ("Лондоне", "London", 2643743, "GB", (51.5, -0.1), "Q84"),
    ],
)
def test_a_name_keeps_its_id_where_the_map_means_the_same_or_a_town_with_a_countrys_name(
    said: str, place: str, geonames: int | None, country: str, at: tuple[float, float], id: str
) -> None:
    named = [Entity(start=0, end=5, text=said, type="LOC", name=said)]
    lat, lon = at
    where = Place(start=0, end=5, name=place, lat=lat, lon=lon, geonames=geonames, country=country, confidence=0.9)
    assert [one.entity for one in with_ids(named, [where])] == [id]


@pytest.mark.parametrize(
    ("role", "fields"),
    [
        ("Turkish Foreign Minister", ("politics",)),
        ("former striker and mayor", ("politics", "sport")),
        ("wife of the minister", ()),
        ("president", ()),
        ("Premier League striker", ("sport",)),
        ("Bundeskanzlerin", ("politics",)),
        ("Fußballspieler", ("sport",)),
        ("la physicienne", ("science",)),
        ("entrenador del Barcelona", ("sport",)),
        ("министр обороны", ("politics",)),
        ("Dışişleri Bakanı", ("politics",)),
        ("وزير الخارجية", ("politics",)),
        ("外交部长", ("politics",)),
    ],
)
def test_roles_without_doubt_have_a_field(role: str, fields: tuple[str, ...]) -> None:
    assert fields_of(role) == fields
