"""What the pipeline and the command line call: an article, or a row of JSONL, with all that enrich knows of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

import numpy as np

from broadsheet.model import Article, Block, Entity, Place, Quantity, Quote, Topic
from processors.enrich.beside import with_ids
from processors.enrich.captions import in_caption, new_names, new_places
from processors.enrich.clusters import clusters
from processors.enrich.document import LONGEST_TEXT, Document, Reader, languages_of, read, reader
from processors.enrich.entities import entities
from processors.enrich.keywords import han_keywords, keywords
from processors.enrich.larger import OWN, Larger
from processors.enrich.numbers import column_of, numbers
from processors.enrich.places import found_places, given_places
from processors.enrich.quotes import quotes
from processors.enrich.reading import reading_of
from processors.enrich.roles import with_roles
from processors.enrich.summary import summary
from processors.enrich.topics import MOST_WORDS, topics, with_pairs

VERSION = "3"

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


def findings(text: str, given: Given, larger: Larger = OWN) -> Findings:
    """Everything told from the text; its names by `larger` where that knows the language."""
    mine = reader()
    dateline = reading_of(read(given.dateline, "en")) if given.dateline else None
    document = read(text, given.language)
    code = document.language.code
    reading = reading_of(document)
    named = with_roles(document, entities(document, mine, larger))
    people = [(e.start, e.end, e.name) for e in named if e.type != "LOC"]
    persons = [(e.start, e.end, e.name) for e in named if e.type == "PER"]
    counts = Counter(e.name for e in named)
    full = sorted(counts.items(), key=lambda item: -item[1])
    where = given.source or (urlsplit(given.url).hostname if given.url else None)
    if given.spans is None:
        kinds = [(e.start, e.end, e.type) for e in named]
        places = found_places(reading, kinds, where, given.country, dateline)
    else:
        places = given_places([s for s in given.spans if 0 <= s[0] < s[1] <= len(text)], reading, where, given.country)
    chosen = (
        han_keywords(text, full)
        if code in ("zh", "ja")
        else keywords(_with_title(given.title, text), code, given.title, full)
    )
    return Findings(
        language=document.language.tag,
        entities=tuple(with_ids(named, places)),
        places=places,
        quotes=quotes(text, code, people, persons) if len(text) <= LONGEST_TEXT else (),
        numbers=numbers(text[:LONGEST_TEXT], code, _numerals(document, mine)),
        topics=_topics(document, mine),
        keywords=chosen,
        summary=summary(text, chosen),
    )


def _numerals(document: Document, mine: Reader) -> list[tuple[int, int]]:
    """Tokens that a number may begin with."""
    at = np.flatnonzero(mine.vocabulary.rows(column_of(document.language.code), document.ids)[:, 0])
    return list(zip(document.starts[at].tolist(), document.ends[at].tolist(), strict=True))


def _with_title(title: str | None, text: str) -> str:
    return f"{title}\n{text}" if title and not text.startswith(title) else text


def _topics(document: Document, mine: Reader) -> tuple[Topic, ...]:
    if not mine.topics:
        return ()
    at = np.flatnonzero(document.wordlike)[:MOST_WORDS]
    if document.language.code in ("zh", "ja"):
        return topics(mine.pairs.ids(with_pairs([document.tokens[i] for i in at.tolist()])), mine.pairs)
    return topics(document.ids[at], mine.vocabulary)


def version(larger: Larger = OWN) -> str:
    """Of the rules and models that answer."""
    return f"{VERSION}+{larger.version}" if larger.version else VERSION


def enrich(article: Article, larger: Larger = OWN) -> Article:
    """The article with its language, people, places, quotations, numbers, topics, keywords and summary."""
    given = Given(
        title=article.title,
        source=article.source,
        url=article.url,
        dateline=article.dateline,
        country=article.claims.country,
    )
    found = findings(article.text, given, larger)
    told = found.language.partition("-")[0]
    language = article.language if told == "und" else told
    if article.image and article.image.caption:
        found = with_caption(found, article.image.caption, given, larger)
    return replace(
        article,
        language=language,
        blocks=with_languages(article.blocks, article.normalised, language),
        entities=found.entities,
        places=found.places,
        quotes=found.quotes,
        numbers=found.numbers,
        topics=found.topics,
        keywords=found.keywords,
        summary=found.summary,
        versions=(*(v for v in article.versions if v[0] != "enrich"), ("enrich", version(larger))),
    )


def with_caption(found: Findings, caption: str, given: Given, larger: Larger = OWN) -> Findings:
    """The findings with the people, organisations and places that only the caption of the lead image names."""
    code = found.language.partition("-")[0]
    document = read(caption, None if code == "und" else code)
    named, places = in_caption(document, reader(), larger, given.source, given.country)
    return replace(
        found,
        entities=(*found.entities, *new_names(named, found.entities)),
        places=(*found.places, *new_places(places, found.places)),
    )


def with_languages(blocks: Sequence[Block], normalised: str, language: str | None) -> tuple[Block, ...]:
    """The blocks, each with its own language where that is plain, the document's otherwise."""
    long = [(block.start, block.end) for block in blocks if block.end - block.start >= SHORTEST_BLOCK]
    told = dict(zip(long, languages_of(normalised, long), strict=True)) if long else {}
    sure = {place: guess.code for place, guess in told.items() if guess.confidence >= SURE_BLOCK}
    return tuple(replace(block, language=sure.get((block.start, block.end), language)) for block in blocks)


def enrich_row(row: Mapping[str, Any], larger: Larger = OWN) -> dict[str, Any]:
    """The answer of `broadsheet enrich` for one row; only its text must be there."""
    text = row.get("text")
    if not isinstance(text, str):
        raise ValueError(f"row {row.get('id')!r}: text is {type(text).__name__}, not a string")
    spans = row.get("spans")
    given = Given(
        title=row.get("title"),
        language=row.get("language"),
        source=row.get("source") or row.get("outlet"),
        url=row.get("url"),
        spans=None if spans is None else tuple((int(a), int(b)) for a, b in spans),
    )
    return {"id": row.get("id"), **as_row(findings(text, given, larger))}


def as_row(found: Findings) -> dict[str, Any]:
    """Findings in the form of the filter's rows."""
    return {
        "language": found.language,
        "entities": [
            {
                "start": e.start,
                "end": e.end,
                "text": e.text,
                "type": e.type,
                "name": e.name,
                "entity": e.entity,
                **({"role": e.role, "role_span": e.role_span} if e.role else {}),
            }
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
    """The answer of `broadsheet names`: for each row `{id, name, lang, type}` its `{id, entity}`, told together."""
    those = list(rows)
    for row in those:
        if not isinstance(row.get("name"), str):
            raise ValueError(f"row {row.get('id')!r}: name is {type(row.get('name')).__name__}, not a string")
    kinds = [str(row.get("type") or "PER") for row in those]
    found = clusters([row["name"] for row in those], [row.get("lang") for row in those], kinds)
    return [{"id": row.get("id"), "entity": entity} for row, entity in zip(those, found, strict=True)]
