"""The news world knows what its texts say: every quotation and number, and the places, are held against it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from broadsheet.model import Place, Quantity, Quote
from broadsheet.storage.articles import SURE_PLACE
from broadsheet.world import prose
from broadsheet.world.clock import clock
from broadsheet.world.sites import SITES
from broadsheet.world.truth import Truth
from broadsheet.world.world import Invented
from processors.enrich.stage import Findings, Given, findings

Read = list[tuple[Truth, Findings]]

SPEAKERS_MISSED = {
    "Luz Dary Palacio",  # `the winner`: who won stands two paragraphs above, another runner's name in between
    "卓以薰",  # names that the recogniser does not know
    "蒙阿福",
}
LEAST_PLACES = 0.97
"""Share of the places found; the others are small towns in another script's spelling."""
MOST_WRONG = 0.06
"""Share of what is taken for a place that the world lists none for; the half are demonyms and a ship named after a town."""
LEAST_SURE = 0.99
"""Share of the places sure enough for a map that lie in the right country."""


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Read:
    """Each text of the world once, read as the pipeline reads it."""
    world = Invented(clock(tmp_path_factory.mktemp("world"), datetime(2026, 11, 25, 12, tzinfo=UTC)))
    homes = {site.host: site.country for site in SITES}
    texts = {t.text: t for t in world.truths() if t.verdict == "article" and t.text}
    return [(t, findings(t.text, _given(t, homes))) for t in texts.values()]


def _given(truth: Truth, homes: dict[str, str]) -> Given:
    return Given(
        title=truth.title,
        source=truth.site,
        url=truth.url,
        dateline=truth.dateline,
        country=homes.get(truth.site),
    )


def damaged(text: str) -> bool:
    """Whether letters were lost on the way: what they were is found later, from other articles."""
    return bool(re.search(r"\w\?|\?\w", text))


def at(text: str, piece: str) -> Iterator[tuple[int, int]]:
    for found in re.finditer(re.escape(piece), text):
        yield found.span()


def number_of(truth: Truth, number: prose.Number, found: tuple[Quantity, ...]) -> bool:
    """Whether the number is told; hours with minutes are told as one number of minutes."""
    assert number.value is not None
    for start, end in at(truth.text, number.text):
        for one in found:
            whole = one.start < end and start < one.end
            if whole and one.value == pytest.approx(number.value, rel=1e-6):
                return True
            if whole and one.kind == "measure" and one.value // 60 == number.value and one.end > end:
                return True
    return False


def test_every_number_is_read(read: Read) -> None:
    asked = [(t, n, f.numbers) for t, f in read for n in t.numbers if n.value is not None]
    assert len(asked) > 1000
    assert [(t.language, n.text) for t, n, found in asked if not number_of(t, n, found)] == []


def quote_of(truth: Truth, quote: prose.Quote, found: tuple[Quote, ...]) -> Quote | None:
    start = truth.text.find(quote.text)
    end = start + len(quote.text)
    fits = (q for q in found if min(q.end, end) - max(q.start, start) >= 0.8 * max(q.end - q.start, end - start))
    return next(fits, None)


def folded(name: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", name.lower()) if c.isalnum())


def test_every_quotation_is_found(read: Read) -> None:
    asked = [(t, q, f.quotes) for t, f in read for q in t.quotes]
    assert len(asked) > 400
    assert [(t.language, q.text) for t, q, found in asked if quote_of(t, q, found) is None] == []


def test_every_speaker_is_told(read: Read) -> None:
    missed = set()
    for truth, found in read:
        for quote in truth.quotes:
            told = quote_of(truth, quote, found.quotes)
            name = folded(told.speaker.name) if told and told.speaker else ""
            whole = folded(quote.speaker)
            if not (name and (name in whole or whole in name)) and not damaged(quote.speaker):
                missed.add(quote.speaker)
    assert missed <= SPEAKERS_MISSED


def places_of(truth: Truth, place: prose.Place, found: tuple[Place, ...]) -> list[Place]:
    spans = list(at(truth.text, place.name))
    return [one for one in found if any(one.start < end and start < one.end for start, end in spans)]


def test_places_are_found(read: Read) -> None:
    asked = [places_of(t, p, f.places) for t, f in read for p in t.places if not damaged(p.name)]
    assert len(asked) > 900
    assert sum(map(bool, asked)) / len(asked) >= LEAST_PLACES


def test_hardly_anything_else_is_taken_for_a_place(read: Read) -> None:
    told = wrong = 0
    for truth, found in read:
        spans = [span for place in truth.places for span in at(truth.text, place.name)]
        told += len(found.places)
        wrong += sum(not any(p.start < end and start < p.end for start, end in spans) for p in found.places)
    assert told > 1000
    assert wrong / told <= MOST_WRONG


def test_places_on_the_map_lie_in_the_right_country(read: Read) -> None:
    asked = [
        any(one.country in (place.country, None) for one in sure)
        for truth, found in read
        for place in truth.places
        if place.country and (sure := [p for p in places_of(truth, place, found.places) if p.confidence >= SURE_PLACE])
    ]
    assert len(asked) > 800
    assert sum(asked) / len(asked) >= LEAST_SURE


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
]


@pytest.mark.parametrize(("text", "language", "dateline", "home", "name", "country"), WHERE)
def test_a_place_is_told_from_others_of_its_name(
    text: str, language: str, dateline: str | None, home: str | None, name: str, country: str | None
) -> None:
    found = findings(text, Given(language=language, dateline=dateline, country=home)).places
    (place,) = [one for one in found if text[one.start : one.end] == name]
    assert place.country == country


@pytest.mark.parametrize(
    ("text", "language"), [("Oder doch nicht? Der Rat will es so.", "de"), ("Tuna prices rose.", "en")]
)
def test_a_word_that_is_a_place_elsewhere_is_none_here(text: str, language: str) -> None:
    assert not findings(text, Given(language=language)).places


def test_a_name_of_many_towns_is_not_sure() -> None:
    (place,) = findings("The school in Springfield opens today.", Given(language="en")).places
    assert place.confidence < SURE_PLACE
