"""Whom and what the articles of a search name, say and count, as rows for a file: a person of an article, a number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any

from broadsheet.model import Article
from broadsheet.naming import bearers
from broadsheet.ports import SearchIndex, SearchRequest
from broadsheet.storage import articles, who
from broadsheet.storage.articles import SURE_PLACE, SURE_TOPIC
from broadsheet.storage.postgres import Database
from broadsheet.web.export import CHUNK, Part, rows
from broadsheet.web.reading import reading

Names = Mapping[str, str]
"""What to call ids."""

ARTICLE = ("article", "url", "source", "language", "published", "story")
"""What each row says of its article."""


def _entities(article: Article, names: Names) -> Iterator[dict[str, Any]]:
    """One row for each who is named: the numbers of rows by `entity` are those of the facets."""
    found = defaultdict(list)
    for one in article.entities:
        found[one.type, one.entity or "", "" if one.entity else one.name].append(one)
    for (kind, id, _), those in found.items():
        yield {
            "kind": kind,
            "entity": id or None,
            "name": names.get(id) or those[0].name,
            "written": tuple(dict.fromkeys(one.text for one in those)),
            "mentions": len(those),
            "role": next((one.role for one in those if one.role), None),
        }


def _places(article: Article, _names: Names) -> Iterator[dict[str, Any]]:
    """One row for each place that was found on the map."""
    first = {(one.geonames, one.lat, one.lon, one.name): one for one in reversed(article.places)}
    for place in reversed(first.values()):
        yield {
            "name": place.name, "lat": place.lat, "lon": place.lon, "geonames": place.geonames, "country": place.country,
            "confidence": place.confidence, "sure": place.confidence >= SURE_PLACE,
        }  # fmt: skip


def _quotes(article: Article, names: Names) -> Iterator[dict[str, Any]]:
    ids = bearers((one.name, one.type, one.entity) for one in article.entities)
    for quote in article.quotes:
        said_by = quote.speaker.name if quote.speaker else None
        id = ids.get(said_by or "")
        yield {
            "start": quote.start, "end": quote.end, "text": article.text[quote.start : quote.end], "speaker": said_by,
            "entity": id, "name": names.get(id or "", said_by), "direct": quote.direct,
        }  # fmt: skip


def _numbers(article: Article, _names: Names) -> Iterator[dict[str, Any]]:
    for one in article.numbers:
        yield {
            "start": one.start, "end": one.end, "text": one.text, "value": one.value, "unit": one.unit, "kind": one.kind,
            "subject": one.subject,
        }  # fmt: skip


def _topics(article: Article, _names: Names) -> Iterator[dict[str, Any]]:
    for one in article.topics:
        yield {
            "code": one.code, "name": one.name, "confidence": one.confidence, "sure": one.confidence >= SURE_TOPIC,
        }  # fmt: skip


KINDS: dict[str, tuple[Callable[[Article, Names], Iterator[dict[str, Any]]], tuple[str, ...]]] = {
    "entities": (_entities, ("kind", "entity", "name", "written", "mentions", "role")),
    "places": (_places, ("name", "lat", "lon", "geonames", "country", "confidence", "sure")),
    "quotes": (_quotes, ("start", "end", "text", "speaker", "entity", "name", "direct")),
    "numbers": (_numbers, ("start", "end", "text", "value", "unit", "kind", "subject")),
    "topics": (_topics, ("code", "name", "confidence", "sure")),
}
"""What can be asked for: how its rows are made, and their columns after those of `ARTICLE`."""


def columns(what: str) -> tuple[str, ...]:
    """The columns of a file."""
    return (*ARTICLE, *KINDS[what][1])


def parts(database: Database, engine: SearchIndex, request: SearchRequest, what: str) -> Iterator[Part]:
    """For each hit the rows of what its article has of this kind; none where it has nothing."""
    made, hits = KINDS[what][0], rows(engine, request)
    while ids := [int(row["id"]) for row in islice(hits, CHUNK)]:
        with reading(database) as tx:
            stored = articles.load(tx, ids)
            known = [stored[id].article for id in ids if id in stored]
            names = who.titles(tx, [one.entity for article in known for one in article.entities if one.entity])
        found = {article.id: [{**_of(article), **row} for row in made(article, names)] for article in known}
        yield from (found.get(id, []) for id in ids)


def _of(article: Article) -> dict[str, Any]:
    published = article.published.instant if article.published else None
    values = (article.id, article.url, article.source, article.language, published, article.story)
    return dict(zip(ARTICLE, values, strict=True))
