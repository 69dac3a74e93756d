"""What an article says beside its names: where it plays, what it is about, and which places on the map its names are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

from broadsheet.model import Article, Entity, Place
from broadsheet.storage.entities import Located, Setting
from processors.enrich import names as n
from processors.enrich.document import tokenised
from processors.enrich.fold import fold
from processors.enrich.gazetteer import COUNTRY, COUNTY, LONGEST_NAME, REGION, STATE, Gazetteer, gazetteer
from processors.enrich.lists import phrase_hashes
from processors.enrich.places import spatial
from processors.enrich.words import whole_hashes

SURE_COUNTRY = 0.6
"""Confidence from which a place says where an article plays."""
MOST_COUNTRIES = 3
MAIN = 0.5
"""Share of the mentions of the most named country from which others are where the article plays as well."""
MAIN_TOPIC = 0.5
"""Confidence from which a topic is what an article is about."""
MOST_TOPICS = 2
SURE_PLACE = 0.6
"""Confidence from which a name that no table knows is the place on the map."""
SURE_OTHER = 0.75
"""The same where the name alone would mean another place."""


def setting_of(article: Article) -> Setting:
    """The countries that an article names most and the topics it is surely about, each sorted."""
    counted = Counter(p.country for p in article.places if p.country and p.confidence >= SURE_COUNTRY)
    most = max(counted.values(), default=0)
    main = sorted((code for code, k in counted.items() if k >= MAIN * most), key=lambda code: (-counted[code], code))
    sure = sorted((t for t in article.topics if t.confidence >= MAIN_TOPIC), key=lambda t: (-t.confidence, t.code))
    return Setting(
        countries=tuple(sorted(main[:MOST_COUNTRIES])), topics=tuple(sorted(t.code for t in sure[:MOST_TOPICS]))
    )


def with_ids(named: Sequence[Entity], places: Sequence[Place]) -> list[Entity]:
    """The names with the ids of what they mean: by the full name alone, of places by the map where that is sure enough."""
    distinct = list(dict.fromkeys((e.name, e.type) for e in named))
    found = n.ids_of([name for name, _ in distinct], [kind for _, kind in distinct])
    ids = {key: id for key, (id, _) in zip(distinct, found, strict=True)}
    ids |= {(name, "LOC"): place.entity for name, place in located(named, places).items()}
    return [replace(one, entity=ids[one.name, one.type]) for one in named]


def located(named: Sequence[Entity], places: Sequence[Place]) -> dict[str, Located]:
    """For names of places the place on the map that each is in this text, where that is sure enough."""
    at = {(p.part, p.start, p.end): p for p in places if p.confidence >= SURE_PLACE}
    found: dict[str, Located] = {}
    for entity in named:
        place = at.get((entity.part, entity.start, entity.end))
        name = entity.name
        if entity.type == "LOC" and place is not None and name not in found:
            alone = n.ids_of([name], ["LOC"])[0][0]
            own = alone if _kept(alone, _bare(place)) else own_id(place)
            if own == alone or not n.known(alone) or place.confidence >= SURE_OTHER:
                found[name] = Located(entity=own, name=place.name, country=place.country)
    return found


def _bare(place: Place) -> Place:
    """The place without where and how surely a text names it."""
    return replace(place, start=0, end=0, confidence=1.0)


@lru_cache(maxsize=20_000)
def _kept(alone: str, place: Place) -> bool:
    """Whether a name keeps the id that it has by itself: the place on the map is that one, or lies beside it, or is a town
    with the name of a country."""
    entry = _entry_of(alone)
    return (entry is not None and _is(gazetteer(), entry, place)) or _town_called_as_a_country(alone, place)


def _town_called_as_a_country(alone: str, place: Place) -> bool:
    world, first = gazetteer(), _foremost(place.name)
    if first is None or world.kind[first] != COUNTRY or n.ids_of([place.name], ["LOC"])[0][0] != alone:
        return False
    return any(world.kind[entry] <= COUNTY and _is(world, entry, place) for entry in _entries(place.name))


@lru_cache(maxsize=20_000)
def _entry_of(id: str) -> int | None:
    """The gazetteer's entry of an id that a table knows; None where it has none."""
    if not n.known(id):
        return None
    order, numbers = _by_number()
    number = n.town_of(id)
    at = int(np.searchsorted(numbers, number))
    return int(order[at]) if at < len(numbers) and numbers[at] == number else None


@cache
def _by_number() -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """The gazetteer's entries in the order of their GeoNames numbers, and these."""
    order = np.argsort(gazetteer().geonames, kind="stable")
    return order, gazetteer().geonames[order]


FOREMOST = {STATE: 0.5, COUNTRY: 3.0, REGION: 2.0}
"""Factors of ten in population by which these come before a town of their name: Georgia is the country, Ontario the province,
Washington the capital."""
ONE_KM = 100.0
"""A town within so many kilometres of the province of its name, in the same country, is not told from it."""


@lru_cache(maxsize=20_000)
def _foremost(name: str) -> int | None:
    """The entry that a name means where nothing else is said; None for a name that is no place's own."""
    world = gazetteer()
    return max(_entries(name), key=lambda entry: (_worth(world, entry), entry), default=None)


def _entries(name: str) -> list[int]:
    """The entries whose own name this is."""
    world = gazetteer()
    folds = whole_hashes([fold(token) for token in tokenised(name)[0]])
    if not 0 < len(folds) <= LONGEST_NAME:
        return []
    first, last = world.lookup(phrase_hashes(folds)[len(folds) - 1])
    return [entry for entry in world.entries[first[0] : last[0]].tolist() if world.names[entry] == name]


def _worth(world: Gazetteer, entry: int) -> float:
    return float(world.size[entry]) + FOREMOST.get(int(world.kind[entry]), 0.0)


def own_id(place: Place) -> str:
    """The id of a place of the gazetteer: its name's own where it is what the name means first of all, GeoNames' number
    (`G6058560`) for its namesakes and where no table knows the name, and the name with the country's code for those
    without a number."""
    return _own_id(_bare(place))


@lru_cache(maxsize=20_000)
def _own_id(place: Place) -> str:
    first = _foremost(place.name)
    foremost = first is None or _is(gazetteer(), first, place)
    alone = n.ids_of([place.name], ["LOC"])[0][0]
    if foremost and (n.known(alone) or not place.geonames):
        return alone
    if place.geonames:
        return f"G{place.geonames}"
    return n.key_of(n.parse_all([f"{place.name} {place.country or ''}"], [None], ["LOC"])[0], "LOC")


def _is(world: Gazetteer, entry: int, place: Place) -> bool:
    """Whether a place is this entry, or so close to it that the two are not told apart."""
    if place.geonames and int(world.geonames[entry]) == place.geonames:
        return True
    there = np.array([[world.lat[entry], world.lon[entry]]], np.float32)
    far = float(spatial(there, np.array([[place.lat, place.lon]], np.float32))[0, 0])
    return world.countries[int(world.country[entry])] == (place.country or "") and far <= ONE_KM
