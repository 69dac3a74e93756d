# ruff: noqa: E501  (a pattern reads best with each language on one line)
"""Finds title, authors, address, language, section, picture and access of a page in its head and pieces, each with its origin."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Any
from urllib.parse import urljoin, urlsplit

from broadsheet.model import Author, Kind
from processors.extract.features import words
from processors.extract.head import Head, is_article, text_of, types, unescape
from processors.extract.pieces import BIT, Cut, Piece

LONGEST_TITLE = 300
MOST_AUTHORS = 12

_BAR = re.compile(r"\s+[|»›·•∣｜\\]\s+|\s+::\s+|\s[–—-]\s|\s*[|｜_]\s*|\s-(?=\S)|(?<=\S)[–—-]\s")
_AGENCY = re.compile(
    r"\b(?:AFP|AP|Associated Press|Reuters|EPA|EFE|dpa|ANSA|Xinhua|TASS|RIA|Sputnik|Interfax|Anadolu|IHA|İHA|DHA|AA|PA Media|Press Association|Bloomberg|UPI|PTI|ANI|IANS|Yonhap|Kyodo|Antara|"
    r"ANP|Belga|APA|SDA|SID|agenc(?:y|ies)|agentur(?:en)?|agencias?|agences?|news service|wire|newswire|ajans[ıi]?)\b|ТАСС|РИА|Интерфакс|агентств|新华社|中新|法新|路透|رويترز|فرانس برس|الأناضول|وكال"
)
_OUTLET = re.compile(
    r"\b(?:staff|desk|newsroom|redaktion|rédaction|redacción|redazione|editors?|editorial|team|news|times|post|daily|tribune|online|media|correspondents?|reporters?|magazine|press|today|tv|radio|herald|gazette|\w+\.(?:com|de|net|org|at|co))\b|редакц|编辑部|本报|记者站|تحرير",
    re.I,
)
_PREFIX = re.compile(
    r"^(?:(?:written|posted|reported|published|edited|words|text|story|photos?|reporting|analysis)\s+(?:by|von|par|por)|by|von|par|por|di|da|автор|авторы|yazan|haber|muhabir|"
    r"بقلم|كتب|كتبت|作者|记者|文|编辑|责任编辑|author|autor|auteur|autorin|από|av|door|oleh|przez)\b\s?[:：]?\s*|^(?:作者|记者|文|编辑|来源|بقلم|كتب|كتبت)\s?[:：]?\s*",
    re.I,
)
_SPLIT = re.compile(r"\s*(?:,|;|\||/|\band\b|\bund\b|\bet\b|\by\b|\bи\b|\bve\b|、|，|；|&|\bwith\b|\bmit\b|\n)\s*")
_JUNK = re.compile(
    r"https?://|@|^\W*$|^(?:admin|administrator|user|author|none|null|undefined|anonymous|guest|unknown|editor|by|staff writer|webmaster|n/a|default|root|test|website|home)$|[{}<>]",
    re.I,
)
_DIGITS = re.compile(r"\d")


def site_names(head: Head, host: str, outlet: str | None) -> frozenset[str]:
    """Folded names of the site: what may be cut off a title."""
    names = [
        head.first("og:site_name"),
        head.first("application-name"),
        head.first("apple-mobile-web-app-title"),
        head.first("twitter:site"),
        outlet,
    ]
    for thing in head.things:
        if types(thing) & {"website", "organization", "newsmediaorganization"}:
            names.append(text_of(thing.get("name")))
            names.append(text_of(thing.get("alternateName")))
        if is_article(thing) and isinstance(thing.get("publisher"), dict):
            names.append(text_of(thing["publisher"].get("name")))
    labels = [label for label in host.split(".") if label not in ("www", "com", "co", "org", "net", "m", "amp")]
    folded = {"".join(words(unescape(name))) for name in [*names, *labels, host, host.removeprefix("www.")] if name}
    return frozenset(name for name in folded if len(name) > 1)


def _is_site(part: str, sites: frozenset[str]) -> bool:
    folded = "".join(words(part))
    if not folded:
        return True
    if folded in sites:
        return True
    return any(
        len(site) > 3
        and (site in folded or folded in site)
        and min(len(site), len(folded)) / max(len(site), len(folded)) > 0.6
        for site in sites
    )


def bare_title(title: str, sites: frozenset[str], own: Sequence[str] = ()) -> str:
    """The title without the site's name at either end; `own` are headings of the page, which decide where they can."""
    title = " ".join(title.split())
    cuts = list(_BAR.finditer(title))
    if not cuts:
        return title
    keys = {"".join(words(text)): text for text in own}
    for cut in reversed(cuts):
        for part in (title[: cut.start()], title[cut.end() :]):
            if len(words(part)) >= 2 and "".join(words(part)) in keys:
                return part.strip()
    while cuts:
        last, first = cuts[-1], cuts[0]
        if last.start() and _is_site(title[last.end() :], sites) and len(words(title[: last.start()])) >= 1:
            title = title[: last.start()].strip()
        elif _is_site(title[: first.start()], sites) and len(words(title[first.end() :])) >= 2:
            title = title[first.end() :].strip()
        else:
            break
        cuts = list(_BAR.finditer(title))
    return title


def _near(a: str, b: str) -> float:
    left, right = words(a), words(b)
    if not left or not right:
        return 0.0
    return SequenceMatcher(None, left[:60], right[:60], autojunk=False).ratio()


def title_of(head: Head, headings: Sequence[str], sites: frozenset[str]) -> tuple[str | None, str]:
    """The article's title and where it was found: what JSON-LD, Open Graph and the page's own headings agree on."""
    said: list[tuple[str, str]] = []
    for thing in head.things:
        if is_article(thing):
            text = text_of(thing.get("headline")) or text_of(thing.get("name"))
            if text:
                said.append((text, "json-ld"))
                break
    for name, origin in (
        ("og:title", "open-graph"),
        ("twitter:title", "twitter"),
        ("title", "meta"),
        ("dc.title", "meta"),
        ("sailthru.title", "meta"),
        ("headline", "microdata"),
    ):
        value = head.first(name)
        if value:
            said.append((unescape(value), origin))
    if head.title:
        said.append((head.title, "title"))
    bare = [(bare_title(text, sites, headings), origin) for text, origin in said]
    bare = [(text[:LONGEST_TITLE], origin) for text, origin in bare if text and not _is_site(text, sites)]
    best, score = None, 0.0
    for place, heading in enumerate(headings[:6]):
        support = max((_near(heading, text) for text, _ in bare), default=0.0)
        worth = support - 0.05 * place
        if support >= 0.5 and worth > score:
            best, score = heading, worth
    if best is not None:
        return best[:LONGEST_TITLE], "heading"
    if bare:
        return bare[0]
    if headings and not _is_site(headings[0], sites):
        return headings[0][:LONGEST_TITLE], "heading"
    return (said[0][0][:LONGEST_TITLE], said[0][1]) if said else (None, "")


def _typed(name: str, origin: str, sites: frozenset[str]) -> Author:
    kind: Any = "person"
    if _AGENCY.search(name):
        kind = "agency"
    elif _is_site(name, sites) or _OUTLET.search(name):
        kind = "outlet"
    return Author(name=name, kind=kind, origin=origin)


def _names(value: str, split: bool = True) -> Iterator[str]:
    text = _PREFIX.sub("", unescape(value).strip(" ,;|·•-–—"))
    for part in _SPLIT.split(text) if split else [text]:
        name = _PREFIX.sub("", part.strip(" ,;|·•-–—:")).strip()
        if 1 < len(name) <= 70 and not _JUNK.search(name) and len(words(name)) <= 7 and not _DIGITS.search(name):
            yield name


def _people(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for inner in value[:MOST_AUTHORS]:
            yield from _people(inner)
    elif isinstance(value, dict):
        name = value.get("name")
        yield from _people(name) if isinstance(name, list) else _names(text_of(name or value.get("@value") or ""))
    elif isinstance(value, str):
        yield from _names(value)


def _distinct(names: Sequence[tuple[str, str]], sites: frozenset[str]) -> tuple[Author, ...]:
    kept: dict[str, Author] = {}
    for name, origin in names:
        key = "".join(words(name))
        if key and key not in kept:
            kept[key] = _typed(name, origin, sites)
    return tuple(list(kept.values())[:MOST_AUTHORS])


def authors_of(head: Head, bylines: Sequence[str], micro: Sequence[str], sites: frozenset[str]) -> tuple[Author, ...]:
    """Every byline as the page gives it: people, agencies and outlets, from the surest place that names any."""
    found: list[tuple[str, str]] = []
    for thing in head.things:
        if is_article(thing):
            found += [(name, "json-ld") for name in _people(thing.get("author") or thing.get("creator"))]
            if found:
                return _distinct(found, sites)
    for name in (
        "author",
        "article:author",
        "parsely-author",
        "dc.creator",
        "dcterms.creator",
        "sailthru.author",
        "byl",
        "article:author_name",
        "cxenseparse:author",
        "twitter:data1",
        "authors",
        "creator",
        "citation_author",
    ):
        if name == "twitter:data1" and "writ" not in (head.first("twitter:label1") or "").lower():
            continue
        for value in head.meta.get(name, ())[:4]:
            found += [(each, "meta") for each in _names(value)]
        if found:
            return _distinct(found, sites)
    found = [(each, "microdata") for value in micro[:4] for each in _names(value)]
    if found:
        return _distinct(found, sites)
    return _distinct([(each, "text") for value in bylines[:2] for each in _names(value)], sites)


def byline_authors(bylines: Sequence[str]) -> tuple[Author, ...]:
    """The names in lines that say who wrote it."""
    return _distinct([(each, "text") for value in bylines[:3] for each in _names(value)], frozenset())


def absolute(address: str | None, base: str) -> str | None:
    """The address made absolute, http and https only."""
    if not address:
        return None
    try:
        joined = urljoin(base, address.strip())
        return joined if urlsplit(joined).scheme in ("http", "https") and urlsplit(joined).hostname else None
    except ValueError:
        return None


def canonical_of(head: Head, url: str) -> str | None:
    """The address the page calls its own, if it is of the same host or a name of it, and not merely the front page."""
    for value in (head.canonical, head.first("og:url")):
        address = absolute(value, url)
        if address is None:
            continue
        there, here = urlsplit(address), urlsplit(url)
        if there.path.strip("/") == "" and here.path.strip("/") != "" and not there.query:
            continue
        if not here.hostname or _domain(there.hostname or "") == _domain(here.hostname):
            return address
    return None


def _domain(host: str) -> str:
    labels = host.removeprefix("www.").split(".")
    short = len(labels) > 2 and len(labels[-2]) <= 3 and len(labels[-1]) == 2
    return ".".join(labels[-3:] if short else labels[-2:])


def image_of(head: Head, url: str) -> str | None:
    """The lead picture's address."""
    for thing in head.things:
        if is_article(thing):
            given = thing.get("image")
            first = given[0] if isinstance(given, list) and given else given
            address = (
                first.get("url") or first.get("@id") or first.get("contentUrl") if isinstance(first, dict) else first
            )
            found = absolute(address if isinstance(address, str) else None, url)
            if found:
                return found
    return absolute(
        head.first("og:image", "twitter:image", "og:image:url", "twitter:image:src", "thumbnailurl", "image"), url
    )


def language_of(head: Head, claimed: str | None) -> str | None:
    """The two letters of the language the page declares."""
    for value in (
        head.language,
        head.first("content-language", "language", "dc.language", "og:locale", "inlanguage"),
        claimed,
    ):
        if value and re.match(r"^[A-Za-z]{2,3}(?:[-_]|$)", value):
            return re.split(r"[-_]", value)[0].lower()[:2] if len(re.split(r"[-_]", value)[0]) == 2 else None
    return None


def section_of(head: Head) -> str | None:
    """The outlet's section."""
    for thing in head.things:
        if is_article(thing) and text_of(thing.get("articleSection")):
            return text_of(thing.get("articleSection"))[:100]
    value = head.first(
        "article:section",
        "section",
        "articlesection",
        "parsely-section",
        "cxenseparse:section",
        "news_keywords_section",
    )
    return unescape(value)[:100] if value else None


def paywall_of(head: Head) -> bool | None:
    """Whether the page says that it is only for subscribers; None where it says nothing."""
    for thing in head.things:
        if is_article(thing) and "isAccessibleForFree" in thing:
            return str(text_of(thing["isAccessibleForFree"]) or thing["isAccessibleForFree"]).lower() in (
                "false",
                "0",
                "no",
            )
    tier = (head.first("article:content_tier") or "").lower()
    if tier in ("locked", "metered"):
        return tier == "locked"
    return False if tier == "free" else None


def kind_of(head: Head, url: str) -> Kind:
    """What kind of article it is, as its markup and address say."""
    kinds = frozenset(name for thing in head.things for name in types(thing))
    main = next((types(thing) for thing in head.things if is_article(thing)), frozenset())
    path = urlsplit(url).path.lower() if "//" in url else ""
    if "liveblogposting" in kinds or re.search(
        r"/live(?:blog|-blog|ticker|s?/)|/liveticker|-liveblog|-live-updates", path
    ):
        return "live-blog"
    if "opinionnewsarticle" in main or re.search(
        r"/(?:opinions?|op-ed|comment(?:isfree)?|kommentare?|editorials?|columns?|kolumnen?|tribunes?|yazarlar|meinung|blogs?)/",
        path,
    ):
        return "opinion"
    if re.search(
        r"/(?:galler(?:y|ies)|photos?|bilder|fotos?|fotostrecken?|diaporamas?|galeri|picture-gallery|slideshow)/", path
    ) or kinds & {"imagegallery"}:
        return "gallery"
    if re.search(r"/(?:videos?|watch|mediathek|tv)/", path) and (
        "videoobject" in kinds or (head.first("og:type") or "").startswith("video")
    ):
        return "video"
    if re.search(r"/(?:podcasts?|audio)/", path):
        return "audio"
    if re.search(r"/press-?releases?/|/prnewswire|/pressemitteilung", path):
        return "press-release"
    return "article"


def headings(pieces: Sequence[Piece]) -> list[str]:
    """The page's headings that may be its title: the first level, then what a class calls a title or headline."""
    firsts = [piece.text for piece in pieces if piece.box.tag == "h1" and 2 < len(piece.text) < 400]
    if firsts:
        return list(dict.fromkeys(firsts))[:6]
    seconds = [piece.text for piece in pieces[:200] if piece.box.tag in ("h2", "h3") or piece.box.bits & BIT["title"]]
    return [text for text in dict.fromkeys(seconds) if 8 < len(text) < 300][:6]


def microdata(cut: Cut, name: str) -> list[str]:
    """Values of a microdata property, in order."""
    return [value for given, value, _ in cut.micro if given == name and value]
