# ruff: noqa: E501  (a pattern reads best with each language on one line)
"""Collects every date a page, its address and those who pointed at it claim for it: the ledger that `strip` chooses from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from broadsheet.model import DateClaim, DateKind, Precision
from processors.extract.calendar import FIRST_YEAR, Reading, read_stamp, readings
from processors.extract.head import Head, Thing, is_article, text_of, types

MOST = 40
"""Claims kept in the ledger."""
TODAY = timedelta(hours=36)
AHEAD = timedelta(days=1)
"""A page may be dated tomorrow, since it is tomorrow in the east already."""

_PUBLISHED_META = (
    "article:published_time", "og:article:published_time", "datepublished", "parsely-pub-date", "article.published", "sailthru.date", "dc.date.issued",
    "dcterms.issued", "dc.date.created", "dcterms.created", "dc.date", "dcterms.date", "dc.terms.date", "publish_date", "publishdate", "publish-date",
    "pubdate", "publication_date", "publicationdate", "published", "article:published", "date_published", "displaydate", "cxenseparse:recs:publishtime",
    "cxenseparse:publishtime", "vr:published_time", "rnews:datepublished", "originalpublicationdate", "citation_publication_date", "citation_date",
    "gdcpubdate", "article_date_original", "article:post_date", "og:published_time", "og:pubdate", "cse_date", "ptime", "weibo:article:create_at", "bytedance:published_time",
    "shareaholic:article_published_time", "article.created", "created", "datecreated", "release_date", "date", "og:release_date", "pub_date", "article-publish-date", "last-publish-date", "iso-8601-publish-date", "cxenseparse:gcs-publishtime", "mediator_published_time", "dateissued", "timestamp",
)  # fmt: skip
_UPDATED_META = (
    "article:modified_time", "og:updated_time", "datemodified", "article:updated_time", "dcterms.modified", "dc.date.modified", "last-modified", "lastmod", "revision_date",
    "article.updated", "updated_time", "date_modified", "modified", "bytedance:updated_time", "og:modified_time", "bt:moddate", "cxenseparse:recs:modifiedtime", "vr:updated_time", "updated",
)  # fmt: skip
_LIKE_PUBLISHED = re.compile(
    r"(?:publish(?:ed|ing)?|pub|publication)[-_.:]?(?:date|time)|date[-_.:]?(?:publish|pub)", re.I
)
"""Names of meta elements that outlets made up for the day of publication."""
_URL = re.compile(
    r"(?<!\d)(?P<year>19[9]\d|20[0-4]\d)(?P<mark>[-/_.]?)(?P<month>0[1-9]|1[0-2]|[1-9](?=[-/_.]))(?P=mark)(?P<day>0[1-9]|[12]\d|3[01]|[1-9](?=/))(?!\d)"
)
_URL_NAMED = re.compile(
    r"/(?P<year>19[9]\d|20[0-4]\d)/(?P<name>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*/(?P<day>[0-3]?\d)(?!\d)",
    re.I,
)
_UPDATE_WORDS = re.compile(
    r"updated?|modif|edited|aktualisiert|mis à jour|maj\b|actualizad|обновлен|güncelle|تحديث|更新|aggiornat|aktualiz|bijgewerkt|atualizad|oppdatert|uppdaterad|päivitetty|ενημερώθηκε|diperbarui",
    re.I,
)
_PUBLISH_WORDS = re.compile(
    r"\b(?:publish|posted|veröffentlicht|erstellt|stand\b|publié|publicad|опубликован|yayın|eklenme|نشر|发布|发表|pubblicat|opublikow|gepubliceerd|publisert|publicerad|julkaistu|δημοσ|first published|datum|date|fecha|дата|tarih|时间|日期|来源)",
    re.I,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What decides how a date string is read: the outlet's country, the page's language, and the moment of the fetch."""

    country: str | None
    language: str | None
    fetched: datetime

    @property
    def month_first(self) -> bool:
        """Whether 03/04 is the fourth of March."""
        if self.country:
            return self.country in ("US", "PH", "CA")
        return (self.language or "").lower().replace("_", "-").startswith(("en-us", "es-us"))


def believable(reading: Reading, fetched: datetime) -> bool:
    """Whether the date lies between the web's first years and the day after the fetch."""
    return reading.day.year >= FIRST_YEAR and reading.instant <= fetched.astimezone(UTC) + AHEAD


def claim(reading: Reading, kind: DateKind, method: str, confidence: float, why: str, fetched: datetime) -> DateClaim:
    """The reading as an entry of the ledger; one that cannot be true keeps its place with no confidence."""
    evidence = f"{reading.raw[:60]!r} {why}".strip()
    if not believable(reading, fetched):
        confidence, evidence = 0.0, evidence + "; not believed: outside what is possible"
    if not reading.sure:
        confidence, evidence = min(confidence, 0.7), evidence + "; day and month could be the other way round"
    return DateClaim(
        kind=kind, text=reading.text, instant=reading.instant, precision=reading.precision, method=method, zone=reading.zone,
        confidence=round(confidence, 3), evidence=evidence,
    )  # fmt: skip


def _stamp(
    value: str, kind: DateKind, method: str, confidence: float, why: str, setting: Setting
) -> Iterator[DateClaim]:
    reading = read_stamp(value, country=setting.country, month_first=setting.month_first)
    if reading is not None:
        if reading.text.startswith("0001") or reading.day.year < 1000:
            return
        yield claim(reading, kind, method, confidence, why, setting.fetched)


def from_things(things: Sequence[Thing], setting: Setting) -> Iterator[DateClaim]:
    """Dates of JSON-LD: those of the article itself above those of other things."""
    articles = [thing for thing in things if is_article(thing)]
    others = [
        thing
        for thing in things
        if types(thing)
        & {
            "webpage",
            "videoobject",
            "product",
            "recipe",
            "podcastepisode",
            "event",
            "creativework",
            "faqpage",
            "itempage",
            "howto",
        }
    ]
    for place, thing in enumerate([*articles[:4], *others[:4]]):
        sure = 0.97 if articles and thing is articles[0] else (0.8 if place < len(articles) else 0.75)
        name = "/".join(sorted(types(thing)))
        for key, kind, less in (
            ("datePublished", "published", 0.0),
            ("dateCreated", "published", 0.06),
            ("uploadDate", "published", 0.1),
            ("dateModified", "updated", 0.0),
        ):
            value = thing.get(key)
            text = text_of(value) if not isinstance(value, int | float) else str(int(value))
            if text:
                kinds: dict[str, DateKind] = {"published": "published", "updated": "updated"}
                yield from _stamp(text, kinds[kind], "json-ld", sure - less, f"{key} of {name}", setting)


def from_meta(head: Head, setting: Setting) -> Iterator[DateClaim]:
    """Dates of meta elements."""
    for place, name in enumerate(_PUBLISHED_META):
        for value in head.meta.get(name, ())[:1]:
            yield from _stamp(value, "published", "meta", 0.95 - 0.002 * place, f"meta {name}", setting)
    for name in head.meta:
        if name not in _PUBLISHED_META and _LIKE_PUBLISHED.search(name):
            yield from _stamp(head.meta[name][0], "published", "meta", 0.8, f"meta {name}", setting)
    for place, name in enumerate(_UPDATED_META):
        for value in head.meta.get(name, ())[:1]:
            yield from _stamp(value, "updated", "meta", 0.93 - 0.002 * place, f"meta {name}", setting)


def from_url(url: str, setting: Setting) -> Iterator[DateClaim]:
    """A day in the address."""
    path = url.split("?")[0].split("//", 1)[-1]
    path = path[path.find("/") :] if "/" in path else ""
    for pattern in (_URL, _URL_NAMED):
        match = pattern.search(path)
        if match is None:
            continue
        groups = match.groupdict()
        day = (
            f"{groups['day']} {groups['name'][:3]} {groups['year']}"
            if "name" in groups
            else f"{groups['year']}-{int(groups['month']):02}-{int(groups['day']):02}"
        )
        # Eight digits without marks may be a number of something else.
        yield from _stamp(
            day,
            "published",
            "url",
            0.82 if groups.get("mark", "/") == "/" else (0.7 if groups.get("mark") else 0.6),
            "in the address",
            setting,
        )
        return


def from_text(lines: Sequence[tuple[str, float, bool]], setting: Setting) -> Iterator[DateClaim]:
    """Dates of lines that are there to tell the date; each line comes with the confidence its place deserves."""
    for text, sure, above in lines:
        found = readings(text[:200], country=setting.country, month_first=setting.month_first)
        for place, reading in enumerate(found[:3]):
            before = text[found[place - 1].end if place else 0 : reading.start]
            told = [
                match
                for pattern in (_UPDATE_WORDS, _PUBLISH_WORDS)
                for match in [list(pattern.finditer(before))]
                if match
            ]
            updated = bool(_UPDATE_WORDS.search(before)) and not (
                len(told) == 2 and told[1][-1].start() > told[0][-1].start()
            )
            lesser = min(0.9, sure + (0.12 if told else 0.0)) - 0.05 * place
            why = f"in {text[:80]!r}"
            if above and not told and reading.precision == "day" and abs(reading.instant - setting.fetched) < TODAY:
                lesser, why = min(lesser, 0.3), f"{why}; above the title: may be the day of the visit"
            yield claim(reading, "updated" if updated else "published", "text", lesser, why, setting.fetched)


def ledger(claims: Sequence[DateClaim]) -> tuple[DateClaim, ...]:
    """The claims, most believed first, each reading of a method once."""
    seen: set[tuple[str, str, str]] = set()
    kept = []
    for entry in sorted(claims, key=lambda each: -each.confidence):
        key = (entry.kind, entry.text, entry.method)
        if key not in seen:
            seen.add(key)
            kept.append(entry)
    return tuple(kept[:MOST])


def reduced(entry: DateClaim, confidence: float, why: str) -> DateClaim:
    """The same claim, believed less."""
    return DateClaim(
        kind=entry.kind, text=entry.text, instant=entry.instant, precision=entry.precision, method=entry.method, zone=entry.zone,
        confidence=confidence, evidence=f"{entry.evidence}; {why}",
    )  # fmt: skip


_PRECISE: dict[Precision, int] = {"second": 4, "minute": 3, "day": 2, "month": 1, "year": 0}


def finer(entry: DateClaim) -> int:
    """How precise it is, more is finer."""
    return _PRECISE[entry.precision]
