"""What the pipeline and the command line call: an article, or a row of JSONL, with all that enrich knows of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from broadsheet.model import Article, Block, Entity, Place, Quantity, Quote, Topic
from processors.enrich.document import language_of, read

VERSION = "1"

SHORTEST_BLOCK = 25
"""Characters of a block below which its language is the document's: too little to tell."""

SURE_BLOCK = 0.8
"""Confidence from which a block is said to be in another language than its document."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What may help beside the text; any may be unknown."""

    title: str | None = None
    language: str | None = None
    source: str | None = None
    url: str | None = None
    dateline: str | None = None
    country: str | None = None
    spans: tuple[tuple[int, int], ...] | None = None
    """Place names to be resolved, and no others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """All that enrich says of one text."""

    language: str
    entities: tuple[Entity, ...] = ()
    places: tuple[Place, ...] = ()
    quotes: tuple[Quote, ...] = ()
    numbers: tuple[Quantity, ...] = ()
    topics: tuple[Topic, ...] = ()
    keywords: tuple[str, ...] = ()
    summary: str | None = None


def findings(text: str, given: Given) -> Findings:
    """Everything told from the text."""
    document = read(text, given.language)
    return Findings(language=document.language.tag)


def enrich(article: Article) -> Article:
    """The article with its language, people, places, quotations, numbers, topics, keywords and summary."""
    given = Given(
        title=article.title,
        source=article.source,
        url=article.url,
        dateline=article.dateline,
        country=article.claims.country,
    )
    found = findings(article.text, given)
    told = found.language.partition("-")[0]
    language = article.language if told == "und" else told
    return replace(
        article,
        language=language,
        blocks=tuple(with_language(block, article.normalised, language) for block in article.blocks),
        entities=found.entities,
        places=found.places,
        quotes=found.quotes,
        numbers=found.numbers,
        topics=found.topics,
        keywords=found.keywords,
        summary=found.summary,
        versions=(*(v for v in article.versions if v[0] != "enrich"), ("enrich", VERSION)),
    )


def with_language(block: Block, normalised: str, language: str | None) -> Block:
    """The block with its own language where that is plain, the document's otherwise."""
    text = normalised[block.start : block.end]
    told = language_of(text) if len(text) >= SHORTEST_BLOCK else None
    own = told.code if told and told.confidence >= SURE_BLOCK else language
    return replace(block, language=own)


def enrich_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """The answer of `broadsheet enrich` for one row; only its text must be there."""
    text = row.get("text")
    if not isinstance(text, str):
        raise ValueError(f"row {row.get('id')!r}: text is {type(text).__name__}, not a string")
    spans = row.get("spans")
    given = Given(
        title=row.get("title"),
        language=row.get("language"),
        source=row.get("source"),
        url=row.get("url"),
        spans=None if spans is None else tuple((int(a), int(b)) for a, b in spans),
    )
    return {"id": row.get("id"), **as_row(findings(text, given))}


def as_row(found: Findings) -> dict[str, Any]:
    """Findings in the form of the filter's rows."""
    return {
        "language": found.language,
        "entities": [
            {"start": e.start, "end": e.end, "text": e.text, "type": e.type, "name": e.name, "entity": e.entity}
            for e in found.entities
        ],
        "places": [
            {
                "start": p.start,
                "end": p.end,
                "name": p.name,
                "lat": p.lat,
                "lon": p.lon,
                "geonames": p.geonames,
                "confidence": p.confidence,
            }
            for p in found.places
        ],
        "quotes": [
            {
                "start": q.start,
                "end": q.end,
                "speaker": q.speaker and {"start": q.speaker.start, "end": q.speaker.end, "name": q.speaker.name},
                "direct": q.direct,
            }
            for q in found.quotes
        ],
        "numbers": [
            {
                "start": n.start,
                "end": n.end,
                "text": n.text,
                "value": n.value,
                "unit": n.unit,
                "subject": n.subject,
                "kind": n.kind,
            }
            for n in found.numbers
        ],
        "topics": [{"code": t.code, "name": t.name, "confidence": t.confidence} for t in found.topics],
        "keywords": list(found.keywords),
        "summary": found.summary,
    }


def names_rows(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The answer of `broadsheet names`: for each row `{id, name, lang, type}` its `{id, entity}`."""
    return [{"id": row["id"], "entity": f"name:{row['name']}"} for row in rows]
