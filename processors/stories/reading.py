"""Reads an article, or a row of a file, as stories see it: its terms, and who, where and how many it is about."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from broadsheet.model import Article, Claims, Entity, Page, Place, Quantity
from broadsheet.storage.known import EMPTY
from processors.deduplicate.filter import moment_of
from processors.deduplicate.prose import prose, size
from processors.deduplicate.words import plain
from processors.enrich.frequencies import commonness, listed
from processors.enrich.names import parse_all
from processors.enrich.stage import Given, findings
from processors.extract import extract
from processors.extract.weekday import RESOLVED
from processors.stories.terms import FIGURES, WHERE, WHO, Weights, terms
from processors.stories.window import Telling
from processors.strip import strip

DAY = 86400.0
ACTORS = ("PER", "ORG")
MOST_NAMES = 16
"""Actors, and places, that are kept of an article."""
SHORTEST_BONES = 3
"""Consonants below which a word of a name says nothing: `Li`, `Omar`."""
LONGEST_BONES = 6
MOST_BONES = 50_000
"""Names whose bones are remembered, about 15 MB, before all are forgotten."""
KNOWN_WEIGHT = 5.0
"""Of a person or organisation that Wikidata knows."""
LIKELY_PLACE = 0.3
"""Confidence of a place below which it is left out."""
RARE_PLACE = 7.0
"""Zipf value, in English, at which the name of a place weighs nothing: `Washington` has 4.8, `Odesa` 2.6."""
LEAST_PLACE = 0.3
SMALL = 13
"""Whole numbers below are of anything: three, a dozen."""
YEARS = range(1900, 2036)
DAY_LETTERS = len("2026-11-03")
LATEST = datetime(9999, 1, 1, tzinfo=UTC)


def of_article(article: Article) -> Telling:
    """The article as stories see it. Pure."""
    at, timed = date_of(article)
    text = prose(plain(article.text))
    named = [one for one in article.entities if one.part == "text"]
    places = [one for one in article.places if one.part == "text"]
    said = meant(named, places, article.numbers, article.text, article.language)
    return Telling(
        id=article.id,
        terms=terms(plain(article.title or ""), text, article.language, said),
        # The first sight of a text without a date says no more than that it is not younger.
        moment=(at or article.first_seen).timestamp() / DAY,
        dated=at is not None,
        timed=timed,
        language=article.language,
        words=size(text),
    )


def date_of(article: Article) -> tuple[datetime | None, bool]:
    """When the article says it was published, or changed where it does not; whether to the hour. A day is read as its
    noon, and nothing was published after it was seen."""
    for claim in (article.published, article.updated):
        # A day that the story gave it says nothing of which story it belongs to.
        if claim is None or claim.method == RESOLVED:
            continue
        if claim.instant is not None and claim.precision not in ("month", "year"):
            day = claim.precision == "day"
            return min(claim.instant + timedelta(hours=12 * day), article.first_seen), not day
    return None, False


def of_row(number: int, row: Mapping[str, Any]) -> Telling:
    """The row as stories see it; any key may be null or absent, an unreadable date is none."""
    title, text = plain(str(row.get("title") or "")), prose(plain(str(row.get("text") or "")))
    at, timed = moment_of(row.get("date")), len(str(row.get("date"))) > DAY_LETTERS
    if at is None:
        at, timed = date_in(title, str(row.get("text") or ""))
    found = findings(text, Given(title=title, source=_text(row.get("source")), url=_text(row.get("url"))))
    language = _text(row.get("language")) or found.language.partition("-")[0]
    return Telling(
        id=number,
        terms=terms(title, text, language, meant(found.entities, found.places, found.numbers, text, language)),
        moment=at.timestamp() / DAY if at else 0.0,
        dated=at is not None,
        timed=timed,
        language=language,
        words=size(text),
    )


def date_in(title: str, text: str) -> tuple[datetime | None, bool]:
    """The date that a text says of itself in a line of its own, as the pipeline reads one that was imported."""
    page = Page(
        id=0, url="", final_url="", source="", host="", status=200, headers=(), flat=True, fetched=LATEST,
        first_seen=LATEST, body=(text if text.startswith(title) else f"{title}\n{text}").encode("utf-8", "replace"),
        claims=Claims(source="", via="import"),
    )  # fmt: skip
    read = extract(page, EMPTY)
    stripped = strip(read, EMPTY) if isinstance(read, Article) else read
    return date_of(stripped) if isinstance(stripped, Article) else (None, False)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def meant(
    entities: Sequence[Entity],
    places: Sequence[Place],
    numbers: Sequence[Quantity],
    text: str,
    language: str | None,
) -> dict[int, Weights]:
    """What means the same in every language."""
    return {
        WHO: who([one for one in entities if one.type in ACTORS], language),
        WHERE: {**unplaced(entities, places, language), **where(places, text, language)},
        FIGURES: {f"{one.value:.10g}": weight for one in numbers if (weight := informative(one.value)) > 0},
    }


def who(actors: Sequence[Entity], language: str | None) -> dict[str, float]:
    """Words of names by their bones, which survive transliteration, and the ids of the known; in the order of the text, so
    that of equal ones the same are kept in every process."""
    names = list(dict.fromkeys(one.name for one in actors))
    bones = dict.fromkeys(bone for found in bones_of(names, language) for bone in found)
    known = [one.entity for one in actors if one.entity and one.entity.startswith("Q")]
    return {**{bone: float(min(LONGEST_BONES, len(bone))) for bone in bones}, **dict.fromkeys(known, KNOWN_WEIGHT)}


_bones: dict[tuple[str, str | None], tuple[str, ...]] = {}
"""(name, language) -> its bones: the names of the news come again."""


def bones_of(names: Sequence[str], language: str | None) -> list[tuple[str, ...]]:
    """The bones of each name's words, those that say something."""
    if len(_bones) > MOST_BONES:
        _bones.clear()
    found = {name: _bones.get((name, language)) for name in names}
    fresh = [name for name, bones in found.items() if bones is None]
    for name, parsed in zip(fresh, parse_all(fresh, [language] * len(fresh)) if fresh else (), strict=True):
        found[name] = tuple(word.bones for word in parsed.words if len(word.bones) >= SHORTEST_BONES)
        _bones[name, language] = found[name] or ()
    return [found[name] or () for name in names]


def where(places: Sequence[Place], text: str, language: str | None) -> dict[str, float]:
    """Places by their numbers: rare ones more than those that are in the news every day, and than those whose name is
    a common word of the language."""
    found: dict[str, float] = {}
    for one in places:
        if one.confidence >= LIKELY_PLACE:
            common = max(rarest(one.name, "en"), rarest(text[one.start : one.end], language or "en"))
            key = str(one.geonames or one.name)
            found[key] = max(found.get(key, LEAST_PLACE), RARE_PLACE - common)
    return found


def unplaced(entities: Sequence[Entity], places: Sequence[Place], language: str | None) -> dict[str, float]:
    """Places that no list knows, by the bones of their names."""
    starts = {one.start for one in places}
    return who([one for one in entities if one.type not in ACTORS and one.start not in starts], language)


def rarest(name: str, language: str) -> float:
    """The Zipf value of the rarest word of a name; 0 where the language has no list of words."""
    if language not in listed():
        return 0.0
    return min((commonness(part, language) for part in name.lower().split()), default=0.0)


def informative(value: float) -> float:
    """How little chance there is that two articles have this number for different reasons: digits that are not zero at
    its end count most. 0 for small whole numbers, little for round ones and years: 212 and 5.6 million tell events
    apart, 3, 100 and 2026 do not."""
    size = abs(value)
    if not math.isfinite(size) or (size == int(size) and size < SMALL):
        return 0.0
    if size in YEARS:
        return 0.3
    digits = len(f"{size:.10g}".partition("e")[0].replace(".", "").strip("0"))
    return 2.0 * (digits - 1) + 0.4 * math.log10(max(size, 1.0))


def often(named: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The ids named most often, each with its name."""
    names = [*named]
    counts = Counter(id for id, _ in names)
    called = dict(reversed(names))
    return {id: called[id] for id, _ in counts.most_common(MOST_NAMES)}


def actors_of(article: Article) -> dict[str, str]:
    """The persons and organisations of an article, id -> name."""
    return often((one.entity or one.name, one.name) for one in article.entities if one.type in ACTORS)


def places_of(article: Article) -> dict[str, str]:
    """The places of an article, id -> name."""
    return often((f"geonames:{one.geonames}" if one.geonames else one.name, one.name) for one in article.places)
