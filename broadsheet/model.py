"""The values that travel through the service: page, article, outcome, index document.

All are frozen; a stage never edits an article, it returns `dataclasses.replace(article, ...)`. Every datetime is aware
and in UTC; a date that was read off a page keeps its own offset and precision beside the instant (`DateClaim`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal, TypeVar, cast

from pydantic import TypeAdapter

Role = Literal[
    "body",
    "subheading",
    "quote",
    "list-item",
    "table",
    "live-entry",
    "standfirst",
    "title",
    "caption",
    "credit",
    "byline",
    "dateline",
    "date-line",
    "agency",
    "section",
    "headline-list",
    "teaser",
    "share",
    "comment",
    "comment-form",
    "newsletter",
    "advertisement",
    "legal",
    "consent",
    "navigation",
    "correction",
    "other",
]
"""What a block of a page is. The first six are the article's running text."""

BODY_ROLES: frozenset[Role] = frozenset({"body", "subheading", "quote", "list-item", "table", "live-entry"})
"""Roles whose kept blocks make up the article's text."""

Verdict = Literal["article", "wall", "soft-404", "shell", "not-an-article"]
"""What a page is: `wall` is consent, bots or subscription; `shell` shows nothing without scripts."""

Kind = Literal["article", "live-blog", "live-entry", "gallery", "list", "video", "audio", "opinion", "press-release"]

Precision = Literal["second", "minute", "day", "month", "year"]

DateKind = Literal["published", "updated", "event"]

RelationKind = Literal["same-url", "revision-of", "wire-copy-of", "near-duplicate", "same-event", "same-storyline"]

EntityType = Literal["PER", "ORG", "LOC"]
Part = Literal["text", "caption"]
"""What of an article offsets belong to: its text, or the caption of its lead image."""

StageName = Literal["extract", "strip", "deduplicate", "enrich", "index"]

T = TypeVar("T")

LIVE = "live"
"""The lane of fresh news; every other lane is the name of a reprocess run."""


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One piece of the normalised text; blocks follow each other without gap or overlap and cover all of it."""

    start: int
    end: int
    """Offsets in characters into `Article.normalised`, end not included; white space after a piece belongs to it."""
    role: Role
    kept: bool
    score: float
    """Confidence of the role, 0 to 1."""
    evidence: tuple[str, ...] = ()
    """Why, as short sentences: `repeats the title of article 812`, `link density .91`."""
    links: tuple[str, ...] = ()
    """Absolute addresses the piece links to, at most 8."""
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DateClaim:
    """One candidate for one of the page's dates."""

    kind: DateKind
    text: str
    """ISO 8601 as the page means it: with offset where known, without where not, a bare day where no time is given."""
    instant: datetime | None
    """UTC; for an unknown zone read as UTC, for a bare day its midnight; None where the text is no date."""
    precision: Precision
    method: str
    """Where it was found: `json-ld`, `meta`, `microdata`, `time`, `url`, `text`, `feed`, `http`."""
    zone: str
    """The reasoning for the offset: `offset given`, `IST read as +05:30: outlet in IN`, `unknown`."""
    confidence: float
    evidence: str = ""
    """The raw string, and why it was believed or not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """A byline, as the page gives it."""

    name: str
    kind: Literal["person", "agency", "outlet"] = "person"
    origin: str = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """The lead image."""

    url: str | None = None
    caption: str | None = None
    credit: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """One change of characters that the page had damaged; offsets into `Article.normalised`."""

    start: int
    end: int
    raw: str
    to: str
    method: str
    evidence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """What an article has to do with an earlier one."""

    kind: RelationKind
    other: int
    """Id of the other article."""
    score: float
    evidence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """A mention of a person, organisation or place; offsets into `Article.text`, or into what `part` says."""

    start: int
    end: int
    text: str
    type: EntityType
    name: str
    """The full name it stands for in this document."""
    entity: str | None = None
    """Id of the one person, organisation or place; None where unresolved."""
    confidence: float = 1.0
    role: str | None = None
    """By apposition: `Turkish Foreign Minister`."""
    role_span: tuple[int, int] | None = None
    """Where the role stands; offsets like those of the mention."""
    part: Part = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place resolved to coordinates (degrees, WGS 84); offsets into `Article.text`, or into what `part` says."""

    start: int
    end: int
    name: str
    lat: float
    lon: float
    geonames: int | None = None
    country: str | None = None
    confidence: float = 1.0
    part: Part = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """Who said it; offsets into `Article.text`."""

    start: int
    end: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """A quotation without its marks; offsets into `Article.text`."""

    start: int
    end: int
    speaker: Speaker | None
    direct: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """A number with what it counts; offsets into `Article.text`."""

    start: int
    end: int
    text: str
    value: float
    unit: str | None = None
    """`%`; the currency of money (ISO 4217); of tolls what happened (`dead`, `injured`, `missing`, `ill`, `arrested`,
    `displaced`, `rescued`); of votes `for`, `against`, `abstained`."""
    subject: str | None = None
    """What is counted, as the text says it."""
    kind: str = "count"
    """`casualties`, `arrests`, `displaced`, `rescued`, `votes`, `money`, `percent`, `age`, `measure`, `count`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """One of the 17 IPTC Media Topics at the top, by its code such as `11`."""

    code: str
    name: str
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What those who pointed at the URL said of it, before anyone read it."""

    source: str
    """Name of the source that first found it."""
    via: str = ""
    """Address of the feed, sitemap or section page, or `import`."""
    title: str | None = None
    published: str | None = None
    language: str | None = None
    """The source's language, ISO 639-1."""
    country: str | None = None
    """The source's country, ISO 3166-1 alpha-2: decides ambiguous time zones."""
    outlet: str | None = None
    """The source's title: taken off page titles and bylines."""
    external_id: str | None = None
    """An id that came along with an imported row or a served page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One raw response, as it was fetched, or one imported row made to look like it."""

    id: int
    """The URL's id, and the article's."""
    url: str
    """The address that was asked for."""
    final_url: str
    """The address that answered, after redirects."""
    source: str
    host: str
    status: int
    headers: tuple[tuple[str, str], ...]
    """Names in lower case."""
    body: bytes
    fetched: datetime
    first_seen: datetime
    """When the URL was first found."""
    claims: Claims
    flat: bool = False
    """The body is UTF-8 text without markup (an imported text)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """A page on its way to the index, and what is kept of it for ever."""

    id: int
    url: str
    """The address under which it is shown: the canonical one where known."""
    source: str
    host: str
    fetched: datetime
    first_seen: datetime
    claims: Claims
    verdict: Verdict = "article"
    verdict_evidence: str = ""

    normalised: str = ""
    """All text of the page; `blocks` cover it."""
    blocks: tuple[Block, ...] = ()
    text: str = ""
    """The kept body blocks, joined by a blank line, repairs applied: what is searched, compared and enriched."""

    title: str | None = None
    standfirst: str | None = None
    canonical: str | None = None
    addresses: tuple[str, ...] = ()
    """Every address known for it: asked, answered, canonical, AMP, og:url."""
    language: str | None = None
    authors: tuple[Author, ...] = ()
    agency: str | None = None
    dateline: str | None = None
    section: str | None = None
    kind: Kind = "article"
    paywall: bool | None = None
    image: Image | None = None
    published: DateClaim | None = None
    updated: DateClaim | None = None
    dates: tuple[DateClaim, ...] = ()
    """The ledger: all candidates, also those not believed."""
    repairs: tuple[Repair, ...] = ()
    origins: tuple[tuple[str, str], ...] = ()
    """Where each metadatum came from: (`title`, `json-ld`)."""

    relations: tuple[Relation, ...] = ()
    fold: int | None = None
    """Id of the first article of its group of copies; None or its own id where it is the first."""
    story: int | None = None
    storyline: int | None = None

    entities: tuple[Entity, ...] = ()
    places: tuple[Place, ...] = ()
    quotes: tuple[Quote, ...] = ()
    numbers: tuple[Quantity, ...] = ()
    topics: tuple[Topic, ...] = ()
    keywords: tuple[str, ...] = ()
    summary: str | None = None

    versions: tuple[tuple[str, str], ...] = ()
    """Which version of each stage's rules or model made it: (`strip`, `3`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop:
    """The intended end of a document: it is recorded with its reason and is not in the index."""

    reason: str
    """A word of `Verdict`, or such as `too-short`, `merged`, `disallowed`: lower case with dashes."""
    detail: str = ""
    into: int | None = None
    """For `merged`: the article that has it already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """What a stage raised for one document."""

    stage: str
    error: str
    """`TypeName: message`, one line."""
    traceback: str


Outcome = Article | Drop | Failure


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexDocument:
    """What a search engine holds of one article: one form for all engines."""

    id: int
    revision: int
    """External version: an engine never replaces a document by one with a lower revision."""
    month: str
    """`2026-11`: the month of the first fetch; names the monthly index and never changes."""
    url: str
    title: str
    text: str
    removed: str
    """Text of the blocks that were taken out, for `removed:` searches."""
    source: str
    host: str
    language: str | None
    published: datetime | None
    published_text: str | None
    """As the page gives it: `2026-11-25T09:30+03:00`."""
    first_seen: datetime
    when: datetime
    """`published`, or `first_seen` where that is unknown: what date filters and sorting act on."""
    standfirst: str = ""
    authors: tuple[str, ...] = ()
    agency: str | None = None
    dateline: str | None = None
    section: str | None = None
    kind: str = "article"
    paywall: bool | None = None
    withdrawn: bool = False
    """Kept for the record, found by no search unless asked for."""
    fold: int | None = None
    """First of its group of copies (its own id where it is the first)."""
    story: int | None = None
    storyline: int | None = None
    people: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    entities: tuple[str, ...] = ()
    """Ids of resolved people, organisations and places."""
    person_ids: tuple[str, ...] = ()
    organisation_ids: tuple[str, ...] = ()
    place_ids: tuple[str, ...] = ()
    """`entities` by what they are named as; one that is named as two stands in both."""
    person_titles: tuple[str, ...] = ()
    organisation_titles: tuple[str, ...] = ()
    place_titles: tuple[str, ...] = ()
    """What those are called (`who.titles`), where the text does not: `person:`, `org:` and `place:` find them by it too."""
    speakers: tuple[str, ...] = ()
    """Who is quoted, as the text names them."""
    speaker_ids: tuple[str, ...] = ()
    speaker_titles: tuple[str, ...] = ()
    """The same by id, and by what they are called."""
    topics: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    image: str | None = None
    summary: str | None = None
    points: tuple[tuple[float, float], ...] = ()
    """Latitude and longitude of the places."""
    changes: tuple[str, ...] = ()
    """Kinds of edits its outlet made (`broadsheet.significance`), and `silent`."""
    names: str = ""
    """Spellings that the text lacks but a reader may ask for: repaired and folded names, raw damage."""
    extra: dict[str, str] = field(default_factory=dict)


_ADAPTERS: dict[Any, TypeAdapter[Any]] = {}


def _adapter(kind: Any) -> TypeAdapter[Any]:
    if kind not in _ADAPTERS:
        _ADAPTERS[kind] = TypeAdapter(kind)
    return _ADAPTERS[kind]


def to_json(value: object) -> bytes:
    """The value as compact JSON in UTF-8; lone surrogates must have been replaced before."""
    return _adapter(type(value)).dump_json(value)


def from_json(kind: type[T], data: bytes | str) -> T:
    """The value that `to_json` wrote; raises ValueError naming the field where it does not fit."""
    return cast(T, _adapter(kind).validate_json(data))


def block_text(article: Article, block: Block) -> str:
    """The block's own text, without the white space around it."""
    return article.normalised[block.start : block.end].strip()
