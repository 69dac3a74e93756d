"""The news world knows what its texts say: every name, place, quotation, speaker and number is held against it."""

from __future__ import annotations

from collections import defaultdict

import pytest

from benchmarks.enrich.world import faults, told
from broadsheet.storage.articles import SURE_PLACE
from processors.enrich.stage import Given, findings

Faults = dict[str, set[str]]

NAMES_MISSED: set[str] = set()
"""Names that the recogniser does not know and that no rule finds: none by the network as shipped."""
CLUBS_MEANT = {
    "Sarıyer",  # a headline begins with its fishermen; the network thinks of the club
}
"""Towns that the network takes for their clubs."""
PLACES_MEANT = {
    "Baltic",  # amber
    "长江",  # a porpoise of the Yangtze
    "Mutare",  # its team
}
"""What we take for places and the world does not: names of places within the names of things, and a town for its team."""


@pytest.fixture(scope="module")
def wrong(tmp_path_factory: pytest.TempPathFactory) -> Faults:
    """What is missing or wrong in the world's texts, by kind."""
    found: Faults = defaultdict(set)
    read = told(tmp_path_factory.mktemp("world"))
    asked = [sum(len(getattr(truth, part)) for truth, _ in read) for part in ("people", "places", "quotes", "numbers")]
    assert all(number > least for number, least in zip(asked, (600, 1000, 450, 1000), strict=True))
    for truth, answer in read:
        for fault in faults(truth, answer):
            found[fault.kind].add(fault.what)
    return found


def test_every_number_is_read(wrong: Faults) -> None:
    assert wrong["number wrong"] == set()


def test_every_quotation_is_found(wrong: Faults) -> None:
    assert wrong["quotation missing"] == set()


def test_every_speaker_is_told(wrong: Faults) -> None:
    assert wrong["another speaker"] <= NAMES_MISSED


def test_every_name_is_found(wrong: Faults) -> None:
    assert wrong["person missing"] | wrong["organisation missing"] <= NAMES_MISSED


def test_nothing_else_is_taken_for_a_name(wrong: Faults) -> None:
    assert wrong["no person"] | wrong["no organisation"] <= CLUBS_MEANT


def test_every_place_is_found(wrong: Faults) -> None:
    # A place of which the gazetteer has no name is right when it is found as the name of a place; it has no point then.
    assert wrong["place missing"] <= CLUBS_MEANT


def test_nothing_else_is_taken_for_a_place(wrong: Faults) -> None:
    assert wrong["no place"] <= PLACES_MEANT


def test_every_place_on_the_map_lies_in_its_country(wrong: Faults) -> None:
    assert wrong["place in another country"] == set()


WHERE = [
    # text, language, dateline, country of the outlet, name, country expected (None: of several)
    ("The Danube rose again on Monday.", "en", None, "US", "Danube", None),
    ("A village near Paris was cut off.", "en", "NEWARK, N.J.", "US", "Paris", "FR"),
    ("They met in Paris, Texas, on Friday.", "en", None, None, "Paris", "US"),
    ("The mayor of Cuenca spoke to reporters.", "en", "CUENCA (Ecuador)", None, "Cuenca", "EC"),
    ("Manila was without power on Monday.", "en", None, "US", "Manila", "PH"),
    ("قال الوزير في عمّان إن الطريق مغلق.", "ar", None, None, "عمّان", "JO"),
    ("قال الوزير في عُمان إن الطريق مغلق.", "ar", None, None, "عُمان", "OM"),
    ("Уровень Дуная поднялся у Пассау.", "ru", None, None, "Дуная", None),
    ("Die Brücke über die Oder ist gesperrt.", "de", None, None, "Oder", None),
    ("Die Oderbrücke ist gesperrt.", "de", None, None, "Oder", None),
    ("Un arbitraje en Londres costará mucho.", "es", None, "AR", "Londres", "GB"),
    ("À Saint-Denis, l’aéroport a fermé.", "fr", "SAINT-DENIS (La Réunion)", "FR", "Saint-Denis", "RE"),
    ("Die Züge fahren über Küstrin.", "de", None, "DE", "Küstrin", "PL"),
    ("Elle est partie de Douvres lundi.", "fr", None, "FR", "Douvres", "GB"),
    ("Рыбак из Сарыера подошёл первым.", "ru", None, "RU", "Сарыера", "TR"),
    ("最远的学校在林芝。", "zh", None, "CN", "林芝", "CN"),
    ("智利北部卡拉马附近发生地震。", "zh", None, "CN", "卡拉马", "CL"),
    ("أرسلت عينات الدم إلى طنطا ودمياط قبل أمس.", "ar", None, "EG", "ودمياط", "EG"),
]


@pytest.mark.parametrize(("text", "language", "dateline", "home", "name", "country"), WHERE)
def test_a_place_is_told_from_others_of_its_name(
    text: str, language: str, dateline: str | None, home: str | None, name: str, country: str | None
) -> None:
    found = findings(text, Given(language=language, dateline=dateline, country=home)).places
    (place,) = [one for one in found if text[one.start : one.end] == name]
    assert place.country == country


NOWHERE = [
    ("Oder doch nicht? Der Rat will es so.", "de"),
    ("Seine Enkelin kam spät.", "de"),
    ("Tuna prices rose.", "en"),
    ("Hail is rare at sea.", "en"),
    ("The bulk carrier Orsk was empty.", "en"),
    ("They waited when the Orsk, in ballast, struck her.", "en"),
    ("Балкер «Орск» столкнулся с танкером.", "ru"),
    ("«Корь приходит туда, где о ней забыли».", "ru"),
    ("Karşı kıyıda oturanlar uyandı.", "tr"),
    ("وبحلول المغرب كانت الحفر قد ردمت.", "ar"),
    ("عزلت سيول جارفة عدة بيوت.", "ar"),
    ("فاز العداء في المدينة.", "ar"),
    ("拍卖中心紧急启用冷库。", "zh"),
    ("Auf den Bergen liegt Schnee.", "de"),
    ("وصل زورق قطر إلى المكان ثم قطر السفينة.", "ar"),
]


@pytest.mark.parametrize(("text", "language"), NOWHERE)
def test_a_word_or_a_ship_is_no_place(text: str, language: str) -> None:
    assert not findings(text, Given(language=language)).places


REGIONS = [
    ("The economies of Southeast Asia grew.", "en", "Southeast Asia"),
    ("亚洲股市周一上涨。", "zh", "亚洲"),
    ("The storm crossed the Atlantic Ocean.", "en", "Atlantic Ocean"),
    ("Towns along the East Coast were cut off.", "en", "East Coast"),
    ("In Osteuropa wird es kalt.", "de", "Osteuropa"),
    ("В Юго-Восточной Азии идут дожди.", "ru", "Азии"),
    ("L’Afrique de l’Ouest attend la pluie.", "fr", "Afrique"),
]


@pytest.mark.parametrize(("text", "language", "name"), REGIONS)
def test_a_part_of_the_world_is_no_town(text: str, language: str, name: str) -> None:
    found = [one for one in findings(text, Given(language=language)).places if name in text[one.start : one.end]]
    assert len(found) == 1
    assert found[0].geonames is None


def test_a_name_of_many_towns_is_not_sure() -> None:
    (place,) = findings("The school in Springfield opens today.", Given(language="en")).places
    assert place.confidence < SURE_PLACE
