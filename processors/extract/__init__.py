"""The stage `extract`: a raw page becomes an article with all its blocks, roles, scores and metadata, from the page alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from broadsheet.model import Article, DateClaim, Drop, Image, Page
from broadsheet.ports import Known
from processors.extract.calendar import read_stamp
from processors.extract.dates import Setting, claim, from_meta, from_text, from_things, from_url, ledger
from processors.extract.decode import binary, decode, without_nul
from processors.extract.features import describe
from processors.extract.flat import flat_parts, title_text
from processors.extract.furniture import AFTER_WORD, IN_BOX, SAYS
from processors.extract.head import is_article, text_of
from processors.extract.html import Opened, open_page
from processors.extract.kind import kind_of, paywall_of
from processors.extract.metadata import (
    authors_of,
    byline_authors,
    canonical_of,
    headings,
    image_of,
    language_of,
    microdata,
    section_of,
    site_names,
    title_of,
)
from processors.extract.model import scores
from processors.extract.parts import Part, assemble
from processors.extract.pieces import width
from processors.extract.roles import html_parts
from processors.extract.row import extract_row
from processors.extract.verdict import judge_page, judge_text
from processors.extract.weekday import dated, undated

VERSION = "1"

__all__ = ["VERSION", "extract", "extract_row"]


def extract(page: Page, known: Known) -> Article | Drop:  # noqa: ARG001  (every step is called so)
    """The article a page holds, with every block of its text; a Drop where the bytes are no text at all."""
    if not page.body.strip():
        return Drop(reason="shell", detail="the answer is empty")
    if not page.flat and (what := binary(page.body)):
        return Drop(reason="not-an-article", detail=f"the answer is {what}")
    if page.flat:
        text, encoding, how = page.body.decode("utf-8", "replace"), "utf-8", "import"
    else:
        text, encoding, how = decode(page.body, page.headers)
    text, mended = without_nul(text)
    article = _flat_article(page, text) if page.flat or _plain(page, text) else _html_article(page, text)
    origins = (
        *article.origins,
        ("encoding", f"{encoding} by {how}"),
        *((("characters", "NUL or lone surrogates replaced"),) if mended else ()),
    )
    return replace(article, origins=origins, versions=(("extract", VERSION),))


def _plain(page: Page, text: str) -> bool:
    """Whether the answer is text without markup, by its type or its looks."""
    kind = next((value.lower() for name, value in page.headers if name == "content-type"), "")
    return (kind.startswith("text/plain") and "<" not in text[:2000]) or "<" not in text[:200_000]


def _article(page: Page, **found: Any) -> Article:
    addresses = [page.url, page.final_url, *(found.pop("addresses", ()))]
    return Article(
        id=page.id,
        url=found.get("canonical") or page.final_url or page.url,
        source=page.source,
        host=page.host,
        fetched=page.fetched,
        first_seen=page.first_seen,
        claims=page.claims,
        addresses=tuple(dict.fromkeys(address for address in addresses if address)),
        **found,
    )


def _claimed(page: Page, setting: Setting) -> list[DateClaim]:
    """What pointed at the page said of its date."""
    given = page.claims.published
    reading = read_stamp(given, country=setting.country, month_first=setting.month_first) if given else None
    return (
        [claim(reading, "published", "feed", 0.85, f"claimed by {page.claims.via or page.claims.source}", page.fetched)]
        if reading
        else []
    )


def _html_article(page: Page, text: str) -> Article:
    url = page.final_url or page.url
    opened = open_page(text, url)
    head, cut = opened.head, opened.cut
    sites = site_names(head, page.host, page.claims.outlet)
    title, title_origin = title_of(head, headings(cut.pieces), sites)
    parts = _scored(opened, title)
    verdict, why = judge_page(head, cut, parts, page.status, url, title)
    normalised, blocks = assemble(parts)
    language = language_of(head, page.claims.language)
    setting = Setting(country=page.claims.country, language=head.language or language, fetched=page.fetched)
    authors = authors_of(
        head,
        _bylines(parts),
        microdata(cut, "author") + microdata(cut, "rel-author"),
        sites,
    )
    image = image_of(head, url)
    canonical = canonical_of(head, url)
    return _article(
        page,
        canonical=canonical,
        addresses=[canonical, head.amp],
        verdict=verdict,
        verdict_evidence=why,
        normalised=normalised,
        blocks=blocks,
        title=title,
        language=language,
        authors=authors,
        section=section_of(head),
        kind=kind_of(head, url, parts),
        paywall=True if why.startswith("subscription") else paywall_of(head),
        image=Image(url=image) if image else None,
        dates=_dates(
            [
                *from_things(head.things, setting),
                *from_meta(head, setting),
                *_marked(opened, parts, setting),
                *from_url(url, setting),
                *_claimed(page, setting),
            ],
            parts,
            setting,
        ),
        origins=tuple(
            (name, origin)
            for name, origin in (
                ("title", title_origin),
                ("authors", authors[0].origin if authors else ""),
                ("language", "page" if head.language else ""),
            )
            if origin
        ),
    )


_SURE = (
    SAYS,
    "after the date",
    "stands before the date",
    AFTER_WORD,
    IN_BOX,
    "a name between title and text",
    "a name after the text",
)


def _bylines(parts: Sequence[Part]) -> list[tuple[str, bool]]:
    """The lines that name authors, the surest first, and whether they say so themselves."""
    found = [
        (_SURE.index(part.evidence[0]), part.text)
        for part in parts
        if part.role == "byline" and part.evidence[0] in _SURE
    ]
    return [(text, sure < 3) for sure, text in sorted(found, key=lambda pair: pair[0])][:8]


def _scored(opened: Opened, title: str | None) -> list[Part]:
    pieces = opened.cut.pieces
    if not pieces:
        return _from_json(opened)
    described = describe(opened.cut, opened.hints)
    return html_parts(opened.cut, scores(opened.cut, described), described, title)


def _from_json(opened: Opened) -> list[Part]:
    """The article body that a page without visible text carries for machines."""
    body = max(
        (text_of(thing.get("articleBody")) for thing in opened.head.things if is_article(thing)), key=len, default=""
    )
    return [Part(body, "body", 0.6, ("JSON-LD articleBody; the page shows no text",))] if width(body) > 200 else []


AFTERWARDS = 0.36
"""Confidence of a date well after the text: below what is believed, unless a word such as `published` stands before it."""


def _marked(opened: Opened, parts: Sequence[Part], setting: Setting) -> list[DateClaim]:
    """Dates of `<time>`, of microdata and of date-lines near the title."""
    first = next((place for place, part in enumerate(parts) if part.role == "body"), 0)
    body = parts[first].order if parts else 0
    claims: list[DateClaim] = []
    for value, order in opened.cut.times[:20]:
        reading = read_stamp(value, country=setting.country, month_first=setting.month_first)
        if reading:
            claims.append(
                claim(
                    reading,
                    "published",
                    "time",
                    0.84 - 0.01 * min(40, abs(order - body)),
                    f"time element, piece {order}",
                    setting.fetched,
                )
            )
    for name, value in opened.cut.micro[:40]:
        low = name.lower()
        if low in ("datepublished", "datecreated", "datemodified") and value:
            reading = read_stamp(value, country=setting.country, month_first=setting.month_first)
            if reading:
                claims.append(
                    claim(
                        reading,
                        "updated" if low == "datemodified" else "published",
                        "microdata",
                        0.9,
                        f"itemprop {name}",
                        setting.fetched,
                    )
                )
    return claims + list(from_text(_date_lines(parts, first), setting))


def _date_lines(parts: Sequence[Part], first: int) -> list[tuple[str, float, bool]]:
    """The lines that tell a date, with the confidence of their place, and whether they stand above the title.

    What stands well after the text belongs to other articles and to comments, unless it says that it does not.
    """
    title = next((order for order, part in enumerate(parts) if part.role == "title"), 0)
    menu = max((order for order in range(title) if "\n" in parts[order].text), default=0)
    last = next((order for order in range(len(parts) - 1, -1, -1) if parts[order].role == "body"), len(parts))
    found = []
    for order, part in enumerate(parts):
        if part.role == "date-line":
            sure = 0.8 - 0.01 * min(30, abs(order - first))
            found.append((part.text, min(sure, AFTERWARDS) if order > last + 4 else sure, order < max(menu, title - 2)))
    return found[:12]


def _dates(claims: list[DateClaim], parts: Sequence[Part], setting: Setting) -> tuple[DateClaim, ...]:
    """The ledger; where the page has no date of its own, with the weekday its text names."""
    if not dated(claims):
        text = "\n".join([part.text for part in parts if part.role == "body"][:6])
        claims += undated(
            text, [part.text for part in parts if part.role in ("caption", "standfirst")], setting.fetched
        )
    return ledger(claims)


def _flat_article(page: Page, text: str) -> Article:
    parts = flat_parts(text)
    normalised, blocks = assemble(parts)
    title = next((title_text(part.text, page.claims.outlet) for part in parts if part.role == "title"), None)
    setting = Setting(country=page.claims.country, language=page.claims.language, fetched=page.fetched)
    lines = [(part.text, 0.85, False) for part in parts if part.role == "date-line"]
    authors = byline_authors([part.text for part in parts if part.role == "byline"])
    verdict, why = judge_text(parts, title)
    return _article(
        page,
        verdict=verdict,
        verdict_evidence=why,
        normalised=normalised,
        blocks=blocks,
        title=title or page.claims.title,
        language=page.claims.language,
        authors=authors,
        dates=_dates(
            [*from_text(lines, setting), *from_url(page.url, setting), *_claimed(page, setting)], parts, setting
        ),
        origins=(("title", "text"),) if title else ((("title", "feed"),) if page.claims.title else ()),
    )
