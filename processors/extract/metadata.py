# ruff: noqa: E501  (a pattern reads best with each language on one line)
"""Finds title, authors, address, language, section, picture and access of a page in its head and pieces, each with its origin."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Any
from urllib.parse import urljoin, urlsplit

import ftfy

from broadsheet.model import Author
from processors.extract.boxes import BIT
from processors.extract.decode import damaged
from processors.extract.features import words
from processors.extract.head import Head, is_article, text_of, types, unescape
from processors.extract.marks import a_name
from processors.extract.pieces import Cut, Piece

LONGEST_TITLE = 300
MOST_AUTHORS = 12
LONGEST_NAME = 40
"""Letters of a site's name; what is longer is a title."""

_BAR = re.compile(r"\s+[|»›·•∣｜\\]\s+|\s+::\s+|\s[–—-]\s|\s*[|｜_]\s*|\s-(?=\S)|(?<=\S)[–—-]\s")
_LABEL = re.compile(r"^(?:blog|title|article|news)\s?:\s*(?=\S)", re.I)
_AGENCY = re.compile(
    r"\b(?:AFP|AP|Associated Press|Reuters|EPA|EFE|dpa|ANSA|Xinhua|TASS|RIA|Sputnik|Interfax|Anadolu|IHA|İHA|DHA|AA|PA Media|Press Association|Bloomberg|UPI|PTI|ANI|IANS|Yonhap|Kyodo|Antara|"
    r"ANP|Belga|APA|SDA|SID|agenc(?:y|ies)|agentur(?:en)?|agencias?|agences?|news service|wire|newswire|ajans[ıi]?)\b|ТАСС|РИА|Интерфакс|агентств|新华社|中新|法新|路透|رويترز|فرانس برس|الأناضول|وكال"
)
_OUTLET = re.compile(
    r"\b(?:staff|desk|newsroom|redaktion|rédaction|redacción|redazione|editors?|editorial|team|news|times|post|daily|tribune|online|media|correspondents?|reporters?|magazine|press|today|tv|radio|herald|gazette|\w+\.(?:com|de|net|org|at|co))\b|редакц|编辑部|本报|记者站|تحرير",
    re.I,
)
_PREFIX = re.compile(
    r"(?-i:^(?:[A-Z][a-z]+ )?[Bb]y(?=[A-Z]))|^(?:(?:written|posted|reported|published|edited|words|text|story|photos?|reporting|analysis)\s+(?:by|von|par|por)|by|von|par|por|di|da|автор|авторы|yazan|haber|muhabir|"
    r"بقلم|كتب|كتبت|作者|记者|文|编辑|责任编辑|author|autor|auteur|autorin|από|av|door|oleh|przez)\b\s?[:：]?\s*|^(?:作者|记者|文|编辑|来源|بقلم|كتب|كتبت)\s?[:：]?\s*",
    re.I,
)
_SPLIT = re.compile(r"\s*(?:,|;|\||/|、|，|；|\n|\s[•·–—-]\s)\s*")
_AND = re.compile(r"\s+(?:and|und|et|y|e|и|ve|&|with|mit|och|og|en|i)\s+")
_BODY = re.compile(
    r"\b(?:center|centre|department|institute|office|council|ministry|university|association|society|division|bureau|foundation|research)\b",
    re.I,
)
_BEHIND = re.compile(
    r"\s(?=\d{1,2}\s[A-Z][a-z]{2})|\s(?:on|in|for|am|le|el)\s(?=[A-Z0-9])|\s[|•·]\s|(?<=[a-z])(?=\d)|,\s(?=(?:updated|published)\b)",
    re.I,
)
_TRADE = re.compile(
    r"^(?:phd|ph\.d\.?|md|m\.d\.?|mba|rd|rdn|cpa|jr\.?|sr\.?|staff writer|senior (?:writer|editor|reporter)|contributor|editor|reporter|correspondent|writer|author|redakteurin?|journalist|freelance .*|follow|updated.*|published.*)$",
    re.I,
)
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
    return frozenset(name for name in folded if 1 < len(name) <= LONGEST_NAME)


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
    keys = {"".join(words(text)) for text in own}
    for cut in reversed(cuts):
        before, after = title[: cut.start()].strip(), title[cut.end() :].strip()
        # A heading behind the last bar is the site's name where more stands before it.
        for part in (before, after) if len(words(before)) < 3 else (before,):
            if len(words(part)) >= 2 and "".join(words(part)) in keys:
                return part
    while cuts:
        last, first = cuts[-1], cuts[0]
        if last.start() and _is_site(title[last.end() :], sites) and words(title[: last.start()]):
            title = title[: last.start()].strip()
        elif _is_site(title[: first.start()], sites) and len(words(title[first.end() :])) >= 2:
            title = title[first.end() :].strip()
        else:
            break
        cuts = list(_BAR.finditer(title))
    head, bar, _ = title.partition(" | ")
    return head if bar and len(words(head)) >= 4 else title


def _near(a: str, b: str) -> float:
    left, right = words(a), words(b)
    if not left or not right:
        return 0.0
    return SequenceMatcher(None, left[:60], right[:60], autojunk=False).ratio()


def _said(head: Head) -> dict[str, str]:
    """What the head calls the article, by where it says so."""
    said: dict[str, str] = {}
    for thing in head.things:
        if is_article(thing):
            text = text_of(thing.get("headline")) or text_of(thing.get("name"))
            if text:
                said["json-ld"] = text
                break
    for name, origin in (("og:title", "open-graph"), ("twitter:title", "twitter"), ("title", "meta"), ("dc.title", "meta"),
                         ("sailthru.title", "meta"), ("headline", "microdata")):  # fmt: skip
        value = head.first(name)
        if value and origin not in said:
            said[origin] = unescape(value)
    if head.title:
        said["title"] = head.title
    return said


def _mended(text: str) -> str:
    """The title with its letters back, where bytes were read in the wrong encoding."""
    return text if text.isascii() or not damaged(text) else str(ftfy.fix_encoding(text))


def _is_news(head: Head) -> bool:
    return any("newsarticle" in name for thing in head.things for name in types(thing))


def _same(a: str | None, b: str | None) -> bool:
    return bool(a and b) and words(a or "") == words(b or "")


def _of_news(bare: dict[str, str], heading: str | None) -> tuple[str, str] | None:
    """What two of the three places agree on that a newsroom fills by hand; a kicker before a colon is left out."""
    named, graph = bare.get("json-ld"), bare.get("open-graph")
    if named is None:
        return (graph, "open-graph") if graph else None
    if graph and heading and _same(named, heading) and not _same(graph, named):
        long, short = words(named), words(graph)
        if 3 <= len(short) < len(long) and long[-len(short) :] == short:
            return graph, "open-graph"
    if graph and _same(graph, heading) and not _same(named, heading) and not _same(bare.get("title"), heading):
        return graph, "open-graph"
    return named, "json-ld"


def _shortened(chosen: tuple[str, str], bare: dict[str, str]) -> tuple[str, str]:
    """Where a newsroom gives the same headline in a tighter wording too, that one."""
    whole = words(chosen[0])
    for origin in ("open-graph", "title", "twitter"):
        short = words(bare.get(origin, ""))
        if 0.6 * len(whole) <= len(short) < len(whole) and _within(short, whole):
            return bare[origin], origin
    return chosen


def _reworded(long: str, short: str) -> bool:
    """Whether the short wording is more than the long one cut off at an end."""
    whole, part = words(long), words(short)
    return bool(part) and whole[: len(part)] != part and whole[-len(part) :] != part


def _within(short: Sequence[str], whole: Sequence[str]) -> bool:
    """Whether the words of one stand in the other, in order."""
    rest = iter(whole)
    return all(word in rest for word in short)


def _by_support(bare: dict[str, str], headings: Sequence[str]) -> str | None:
    """The page's own heading that the head's titles support best."""
    best, score = None, 0.0
    for place, heading in enumerate(headings[:6]):
        support = max((_near(heading, text) for text in bare.values()), default=0.0)
        if support >= 0.5 and support - 0.05 * place > score:
            best, score = heading, support - 0.05 * place
    return best


def title_of(head: Head, headings: Sequence[str], sites: frozenset[str]) -> tuple[str | None, str]:
    """The article's title and where it was found: what JSON-LD, Open Graph and the page's own headings agree on."""
    said = {origin: _mended(text) for origin, text in _said(head).items()}
    own = [_mended(unescape(heading)) for heading in headings]
    bare = {origin: bare_title(text, sites, own)[:LONGEST_TITLE] for origin, text in said.items()}
    bare = {origin: text for origin, text in bare.items() if text and not _is_site(text, sites)}
    own = [_LABEL.sub("", bare_title(heading, sites))[:LONGEST_TITLE] for heading in own]
    own = [heading for heading in own if heading and not _is_site(heading, sites)]
    best = _by_support(bare, own)
    if _is_news(head) and (chosen := _of_news(bare, best or (own[0] if own else None))):
        return _shortened(chosen, bare)
    if best is not None:
        return _shortened((best, "heading"), bare) if _reworded(best, bare.get("open-graph", "")) else (best, "heading")
    if bare:
        origin, text = next(iter(bare.items()))
        return text, origin
    if own:
        return own[0], "heading"
    return next(((text[:LONGEST_TITLE], origin) for origin, text in said.items()), (None, ""))


def _typed(name: str, origin: str, sites: frozenset[str]) -> Author:
    kind: Any = "person"
    if _AGENCY.search(name):
        kind = "agency"
    elif _is_site(name, sites) or _OUTLET.search(name):
        kind = "outlet"
    return Author(name=name, kind=kind, origin=origin)


def _and_splits(text: str) -> list[str]:
    """The names an `and` stands between; an organisation's name keeps its own."""
    parts = [part.strip() for part in _AND.split(text)]
    return parts if all(0 < len(words(part)) <= 4 for part in parts) and not _BODY.search(text) else [text]


def _names(value: str) -> Iterator[str]:
    text = _PREFIX.sub("", unescape(value).strip(" ,;|·•-–—*"))
    if _JUNK.search(text):
        return
    text = _BEHIND.split(text)[0]
    for part in _SPLIT.split(text):
        for each in _and_splits(part):
            name = _PREFIX.sub("", each.strip(" ,;|·•-–—:*")).strip()
            if (
                1 < len(name) <= 70
                and not _JUNK.search(name)
                and len(words(name)) <= 7
                and not _DIGITS.search(name)
                and not _TRADE.match(name)
            ):
                yield name


def _people(value: Any, known: dict[str, str]) -> Iterator[str]:
    if isinstance(value, list):
        for inner in value[:MOST_AUTHORS]:
            yield from _people(inner, known)
    elif isinstance(value, dict):
        name = value.get("name")
        if not name and isinstance(value.get("@id"), str):
            name = known.get(value["@id"])
        yield from (
            _people(name, known) if isinstance(name, list) else _names(text_of(name or value.get("@value") or ""))
        )
    elif isinstance(value, str):
        yield from _names(value)


def _distinct(names: Sequence[tuple[str, str]], sites: frozenset[str]) -> tuple[Author, ...]:
    kept: dict[str, Author] = {}
    for name, origin in names:
        key = "".join(words(name))
        if key and key not in kept:
            kept[key] = _typed(name, origin, sites)
    found = list(kept.values())[:MOST_AUTHORS]
    # The outlet beside its own writers says nothing; alone, or beside an agency, it is the byline.
    people = any(author.kind == "person" for author in found)
    return tuple(
        author for author in found if not (people and author.kind == "outlet" and _is_site(author.name, sites))
    )


_BY_META = (
    "author", "article:author", "parsely-author", "dc.creator", "dcterms.creator", "sailthru.author", "byl", "article:author_name",
    "cxenseparse:author", "twitter:data1", "authors", "creator", "citation_author", "og:article:author", "article.author", "mediaauthor",
)  # fmt: skip


def _from_head(head: Head) -> Iterator[list[tuple[str, str]]]:
    """The head's bylines, one list for each place that names any, the surest first."""
    known = {thing["@id"]: text_of(thing.get("name")) for thing in head.things if isinstance(thing.get("@id"), str)}
    for thing in head.things:
        if is_article(thing):
            yield [(name, "json-ld") for name in _people(thing.get("author") or thing.get("creator"), known)]
    for name in _BY_META:
        if name == "twitter:data1" and not re.search("writ|auth|by", (head.first("twitter:label1") or "").lower()):
            continue
        yield [(each, "meta") for value in head.meta.get(name, ())[:6] for each in _names(value)]


def authors_of(
    head: Head, bylines: Sequence[tuple[str, bool]], micro: Sequence[str], sites: frozenset[str]
) -> tuple[Author, ...]:
    """Every byline as the page gives it: people, agencies and outlets, from the surest place that names more than the outlet.

    `bylines` are lines of the page, the surest first, each with whether it says so itself (`By ...`).
    """
    spare: tuple[Author, ...] = ()
    for place in [*_from_head(head), [(each, "microdata") for value in micro[:4] for each in _names(value)]]:
        found = _distinct(place, sites)
        if any(author.kind != "outlet" or not _is_site(author.name, sites) for author in found):
            return found
        spare = spare or found
    for line, says in bylines:
        found = _distinct([(each, "text") for each in _names(line)], sites)
        if found and (not spare or (says and any(author.kind == "person" and a_name(author.name) for author in found))):
            return found
    return spare


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
    stated = (text_of(thing.get("inLanguage")) for thing in head.things if is_article(thing))
    for value in (
        head.language,
        head.first("content-language", "language", "dc.language", "og:locale", "inlanguage"),
        *stated,
        claimed,
    ):
        letters = re.split(r"[-_]", value.strip())[0].lower() if value else ""
        if len(letters) == 2 and letters.isascii() and letters.isalpha():
            return letters
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


def headings(pieces: Sequence[Piece]) -> list[str]:
    """The page's headings that may be its title: the first level, then what a class calls a title or headline."""
    firsts = [piece.text for piece in pieces if piece.box.tag == "h1" and 2 < len(piece.text) < 400]
    if firsts:
        return list(dict.fromkeys(firsts))[:6]
    seconds = [piece.text for piece in pieces[:200] if piece.box.tag in ("h2", "h3") or piece.box.bits & BIT["title"]]
    return [text for text in dict.fromkeys(seconds) if 8 < len(text) < 300][:6]


def microdata(cut: Cut, name: str) -> list[str]:
    """Values of a microdata property, in order."""
    return [value for given, value in cut.micro if given == name and value]
