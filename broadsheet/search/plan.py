"""A search as ten primitives over indexed fields: each engine compiles these and nothing else, so both find the same."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from broadsheet.errors import BadQuery
from broadsheet.model import now
from broadsheet.ports import SearchRequest
from broadsheet.search import fold, query
from broadsheet.search.mapping import GROUPS, facet, microseconds
from broadsheet.search.stem import stem_terms

TITLE_BOOST, TEXT_BOOST, STEM_BOOST = 2.5, 1.0, 0.4
"""A word in the title counts more; another form of the word counts less than the word as asked."""

RECENCY = ((1, 1.0), (7, 0.6), (30, 0.4), (365, 0.3))
"""Days and what a document not older than them gains, added up: enough to order equals, too little to beat a better match
(a BM25 score of one rare word is 5 to 10)."""

_ALSO_A_NAME = re.compile(r"[qg]\d+")
"""Ids that may be names as well: `org:G20`, `org:Q8`."""

DEEPEST_PAGE = 10_000
"""`start + size` at most: what Elasticsearch serves from an offset."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Everything:
    """All documents."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A field holds this term."""

    field: str
    term: str
    boost: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """A field holds these terms side by side, or, with `slop`, two terms that many moves apart."""

    field: str
    terms: tuple[str, ...]
    slop: int = 0
    boost: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """A field holds a term like this, with `*` and `?`."""

    field: str
    pattern: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fuzzy:
    """A field holds a term at most `distance` edits away."""

    field: str
    term: str
    distance: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OneOf:
    """A field of numbers or whole values holds one of these."""

    field: str
    values: tuple[int | str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Between:
    """A field in microseconds is at least `start` and below `end`."""

    field: str
    start: int | None
    end: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class All:
    """Each part holds and no part of `without`; `filters` hold without a say in the score."""

    parts: tuple[Node, ...] = ()
    without: tuple[Node, ...] = ()
    filters: tuple[Node, ...] = ()
    bonus: tuple[tuple[Node, float], ...] = ()
    """Conditions that only add to the score."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Either:
    """At least one part holds; the scores add up."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Best:
    """At least one part holds; the best score counts."""

    parts: tuple[Node, ...]


Node = Everything | Term | Phrase | Pattern | Fuzzy | OneOf | Between | All | Either | Best


def plan(request: SearchRequest, tree: query.Node) -> All:
    """The whole search; raises BadQuery for a page too deep."""
    if request.start < 0 or request.size < 0 or request.start + request.size > DEEPEST_PAGE:
        raise BadQuery(
            f"page: hits {request.start} to {request.start + request.size}: at most {DEEPEST_PAGE} are listed"
        )
    return All(
        parts=(lower(tree),),
        filters=tuple(_filters(request)),
        without=_unwanted(request),
        bonus=_recency(now()) if request.sort == "relevance" else (),
    )


def members(request: SearchRequest, groups: Iterable[int]) -> All:
    """All documents of these groups, whether they match the search or not."""
    return All(
        parts=(Everything(),),
        filters=(OneOf(field=GROUPS[request.collapse], values=tuple(sorted(set(groups)))),),
        without=_unwanted(request),
    )


def _unwanted(request: SearchRequest) -> tuple[Node, ...]:
    return () if request.withdrawn else (OneOf(field="withdrawn", values=(1,)),)


def _recency(moment: datetime) -> tuple[tuple[Node, float], ...]:
    # Whole hours, so that engines can cache the conditions.
    hour = moment.replace(minute=0, second=0, microsecond=0)
    return tuple(
        (Between(field="when", start=microseconds(hour - timedelta(days=days)), end=None), gain)
        for days, gain in RECENCY
    )


def _filters(request: SearchRequest) -> Iterable[Node]:
    for name, chosen in (
        ("source", request.sources),
        ("language", request.languages),
        ("topic", request.topics),
        ("changed", request.changed),
    ):
        if chosen:
            yield OneOf(field=name, values=tuple(facet(value) for value in chosen))
    for name, wanted in (
        ("people", request.people),
        ("organisations", request.organisations),
        ("places", request.places),
    ):
        for id in wanted:
            yield OneOf(field=name, values=(facet(id),))
    if request.after is not None or request.before is not None:
        yield _between("when", request.after, request.before)
    if request.ids:
        yield OneOf(field="id", values=request.ids)
    if request.stories:
        yield OneOf(field="values", values=tuple(f"story={story}" for story in request.stories))
    if request.entity is not None:
        yield OneOf(field="values", values=(f"entity={fold.value(request.entity)}",))


def _between(field: str, start: datetime | None, end: datetime | None) -> Between:
    return Between(
        field=field,
        start=None if start is None else microseconds(start),
        # The end of the year 9999 cannot be named as the moment after it.
        end=None if end is None or end.replace(tzinfo=None) == datetime.max else microseconds(end),
    )


def lower(tree: query.Node) -> Node:
    """A query's tree over the fields that engines have."""
    match tree:
        case query.Words():
            return _words(tree)
        case query.Pattern(pattern=pattern, field=field):
            return _best(Pattern(field=name, pattern=pattern) for name in _fields(field))
        case query.Fuzzy(term=term, distance=distance, field=field):
            return _best(Fuzzy(field=name, term=term, distance=distance) for name in _fields(field))
        case query.Value(field=field, value=value):
            meant = OneOf(field="values", values=(f"{field}={value}",))
            if field in query.NAME_FIELDS and _ALSO_A_NAME.fullmatch(value):
                return Either(parts=(meant, Term(field=field, term=value)))
            return meant
        case query.Period(field=field, start=start, end=end):
            return _between(field, start, end)
        case query.All(parts=parts):
            return _all(parts)
        case query.Either(parts=parts):
            return Either(parts=tuple(lower(part) for part in parts))
        case query.Not(part=part):
            return All(parts=(Everything(),), without=(lower(part),))
        case query.Everything():
            return Everything()


def _all(parts: tuple[query.Node, ...]) -> Node:
    wanted = tuple(lower(part) for part in parts if not isinstance(part, query.Not))
    unwanted = tuple(lower(part.part) for part in parts if isinstance(part, query.Not))
    return All(parts=wanted or (Everything(),), without=unwanted)


def _fields(field: str | None) -> tuple[str, ...]:
    return ("title", "text") if field is None else (field,)


def _best(parts: Iterable[Node]) -> Node:
    kept = tuple(parts)
    return kept[0] if len(kept) == 1 else Best(parts=kept)


def _words(words: query.Words) -> Node:
    boosts = {"title": TITLE_BOOST} if words.field is None else {}
    found = [_neighbours(name, words, boosts.get(name, TEXT_BOOST)) for name in _fields(words.field)]
    if words.stem and words.field is None:
        found += [Term(field="stems", term=stem, boost=STEM_BOOST) for stem in stem_terms(words.stem)]
    return _best(found)


def _neighbours(field: str, words: query.Words, boost: float) -> Node:
    if len(words.terms) == 1:
        return Term(field=field, term=words.terms[0], boost=boost)
    if not words.slop or len(words.terms) == 2:
        return Phrase(field=field, terms=words.terms, slop=words.slop, boost=boost)
    # Engines differ in how far apart three words may be; for two they agree. So: each word and the next.
    pairs = zip(words.terms, words.terms[1:], strict=False)
    return All(parts=tuple(Phrase(field=field, terms=pair, slop=words.slop, boost=boost) for pair in pairs))
