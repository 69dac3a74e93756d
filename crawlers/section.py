"""Finds the links to articles on a section or front page, by the shape of address and text, for sites without feeds."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from urllib.parse import urlsplit

from broadsheet.address import canonical, join
from broadsheet.border import clean
from crawlers import xml_scan
from crawlers.xml_scan import Mark

MOST = 2000
"""Links looked at: more is no page for readers."""

MOST_MARKS = 1_000_000
"""Tags and texts looked at: a second's work."""

ENOUGH = 3
"""Points that make a link an article's. A date in the path or a long slug is worth two, so it needs one more sign: a
headline of several words, a heading around it, a number. Measured on the world's section pages and the front pages
among the labelled ones: nothing of navigation passes, headlines of three words with a slug do."""

_DATE = re.compile(r"/(?:19|20)\d{2}[/-]?(?:0?[1-9]|1[0-2]|[a-z]{3})(?:[/-]?(?:0?[1-9]|[12]\d|3[01]))?(?:/|-|_|\d|$)")
_IDENTIFIER = re.compile(
    r"(?:^|[-_./=a-z])\d{5,}(?:\.|$|-|/|_)|[0-9a-f]{8}-[0-9a-f]{4}-|(?:^|[-_])[a-z]?\d{4,}(?:\.\w+)?$"
)
_QUERY = re.compile(
    r"(?:^|&)(?:id|p|nid|aid|newsid|news_id|storyid|articleid|article_id|haber|n|art|sid|idn)=\w*\d{2,}", re.I
)
_SHARE = re.compile(r"(?:^|&)(?:share|nb|replytocom|print|amp|output|outputtype)=", re.IGNORECASE)
_FILE = re.compile(r"\.(?:html?|shtml|ece|cms|story|php|aspx?|jsp)$", re.IGNORECASE)
_ARTICLE_FOLDERS = (
    "article articles artikel artikkel articulo articolo noticia noticias news story stories post haber haberler "
    "nachricht actualite actualites actu novosti statya a"
)
_ARTICLES = frozenset(_ARTICLE_FOLDERS.split())
_OTHER_FOLDERS = (
    "tag tags topic topics thema themen category categories kategorie rubrik rubric author authors autor autoren "
    "auteur writer profile people search suche login signin sign-in register account subscribe abo newsletter "
    "newsletters about about-us contact kontakt impressum privacy datenschutz terms agb cookies cookie-policy legal "
    "rss feed feeds sitemap help faq jobs careers advertise shop store cart weather-map games podcasts"
)
_OTHERS = frozenset(_OTHER_FOLDERS.split())
_ASSET = re.compile(r"\.(?:jpe?g|png|gif|webp|svg|pdf|mp[34]|css|js|xml|rss|zip|ico)$", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]{2,}")
_DENSE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]")
_AWAY = frozenset({"nav", "footer", "menu", "form"})
_INLINE = frozenset({"b", "i", "u", "em", "strong", "span", "mark", "font", "small", "sup", "sub", "wbr", "abbr"})
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5"})
_FEED_TYPES = ("rss+xml", "atom+xml", "rdf+xml", "feed+json")


_RAW = frozenset({"script", "style", "noscript", "template", "svg", "textarea"})


@dataclass(slots=True)
class _Link:
    """All anchors of one address, together."""

    url: str
    text: str = ""
    heading: bool = False
    away: bool = True
    """In navigation, footer or a form wherever it stands."""


def links(markup: str, url: str) -> tuple[list[tuple[str, str | None]], list[str], str | None]:
    """Articles as (address, headline), in the page's order; addresses of feeds the page names; its language.

    A walk along the tags and no tree: a page of 100,000 nested elements costs a parser seconds, and this nothing.
    """
    page = _Page(url)
    for mark in islice(xml_scan.scan(markup, _RAW), MOST_MARKS):
        page.feed(mark)
    page.end_anchor()
    found = [link for link in page.links.values() if _points(link) >= ENOUGH]
    return [(clean(link.url), clean(link.text) or None) for link in found], list(page.feeds)[:50], page.language


class _Page:
    """What is known of a page while it is walked along."""

    def __init__(self, url: str) -> None:
        self.base = url
        self.links: dict[str, _Link] = {}
        self.feeds: dict[str, None] = {}
        self.language: str | None = None
        self._site = _site(_hostname(url))
        self._own = _bare(_key(url))
        self._away = 0
        self._heading = False
        self._anchor: _Link | None = None
        self._anchor_heading = False
        self._text: list[str] = []
        self._alternative = ""

    def feed(self, mark: Mark) -> None:
        if mark.kind == "text":
            if self._anchor:
                self._text.append(mark.value)
        elif mark.kind == "close":
            self._close(mark.value)
        elif mark.kind != "raw":
            self._start(mark)

    def _start(self, mark: Mark) -> None:
        name = mark.value
        if name == "a":
            self.end_anchor()
            self._begin_anchor(xml_scan.attributes(mark.attributes))
        elif name in _HEADINGS:
            self._heading = True
            if self._anchor:
                self._anchor_heading, self._text = True, []  # the kicker before a headline is none
        elif name in _AWAY and mark.kind == "open":
            self._away += 1
        elif name == "img" and self._anchor:
            self._alternative = self._alternative or xml_scan.attributes(mark.attributes).get("alt", "")
        elif name in {"link", "base", "html"}:
            self._head(name, xml_scan.attributes(mark.attributes))
        elif self._anchor:
            self._text.append(" " if name not in _INLINE else "")

    def _close(self, name: str) -> None:
        if name == "a":
            self.end_anchor()
        elif name in _HEADINGS:
            if self._anchor and self._heading and self._anchor_heading:
                self.end_anchor()  # what follows the headline inside of the link is its standfirst
            self._heading = False
        elif name in _AWAY:
            self._away = max(0, self._away - 1)

    def _head(self, name: str, given: dict[str, str]) -> None:
        if name == "html":
            self.language = self.language or given.get("lang") or given.get("xml:lang") or None
        elif name == "base":
            self.base = join(self.base, given.get("href", "")) or self.base
        elif "alternate" in given.get("rel", "").lower().split() and given.get("type", "").lower().endswith(
            _FEED_TYPES
        ):
            address = join(self.base, given.get("href", ""))
            if address and "/comments/" not in address:
                self.feeds[clean(address)] = None

    def _begin_anchor(self, given: dict[str, str]) -> None:
        href, relation = given.get("href", ""), set(given.get("rel", "").lower().split())
        if not href or href.startswith("#") or relation & {"tag", "author", "sponsored"} or len(self.links) >= MOST:
            return
        address = join(self.base, href)
        key = _key(address or "")
        if not address or not key or _bare(key) == self._own or not _same_site(address, self._site):
            return
        self._anchor = self.links.setdefault(key, _Link(url=address))
        self._anchor_heading, self._text, self._alternative = self._heading, [], ""

    def end_anchor(self) -> None:
        link, self._anchor = self._anchor, None
        if not link:
            return
        text = " ".join(xml_scan.plain("".join(self._text) or self._alternative).split())
        better = len(text) > len(link.text) if self._anchor_heading == link.heading else self._anchor_heading
        if text and better:
            link.text = text[:500]
        link.heading |= self._anchor_heading
        link.away &= self._away > 0


def _key(url: str) -> str:
    try:
        return canonical(url)
    except ValueError:
        return ""


def _bare(key: str) -> str:
    """Without the query where the path is what names the page: share links of it are not other articles."""
    before, _, query = key.partition("?")
    return before if _SHARE.search(query) else key


def _hostname(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _site(host: str) -> str:
    return host.lower().removeprefix("www.")


def _same_site(address: str, site: str) -> bool:
    other = _site(_hostname(address))
    return not site or other == site or other.endswith("." + site) or (site.endswith("." + other) and "." in other)


def _words(text: str) -> int:
    """Words of a headline; scripts without spaces count two letters as one."""
    dense = len(_DENSE.findall(text))
    return dense // 2 + len(_WORD.findall(_DENSE.sub(" ", text)))


def _points(link: _Link) -> int:
    parts = urlsplit(link.url)
    segments = [segment for segment in parts.path.split("/") if segment]
    lowered = [segment.lower() for segment in segments]
    if (not segments and not parts.query) or _ASSET.search(parts.path):
        return 0
    if any(segment in _OTHERS for segment in lowered):
        return 0
    return _shape(lowered, parts.path.lower(), parts.query) + _headline(link) - (4 if link.away else 0)


def _shape(segments: list[str], path: str, query: str) -> int:
    last = segments[-1] if segments else ""
    slug = _FILE.sub("", last)
    words = len([word for word in re.split(r"[-_+]|%20", slug) if len(word) > 1])
    points = 2 if _DATE.search(path) else 0
    points += 2 if words >= 4 else 1 if words == 3 else 0
    points += 1 if _IDENTIFIER.search(last) or _QUERY.search(query) else 0
    points += 1 if _FILE.search(last) and not last.startswith("index.") else 0
    points += 1 if len(segments) > 1 and any(segment in _ARTICLES for segment in segments[:-1]) else 0
    # A letter of another script, encoded: slugs of Arabic or Chinese outlets.
    points += 1 if words < 3 and last.count("%") >= 9 else 0
    return min(points, 4) if points else -1


def _headline(link: _Link) -> int:
    words = _words(link.text)
    points = 2 if words >= 5 else 1 if words >= 3 else 0
    return points + (1 if link.heading else 0)
