"""One outlet as a web server: its robots.txt, lists, sections and articles, with all that is odd about them."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice
from zlib import crc32

from broadsheet.world.address import address_key
from broadsheet.world.answer import Answer, Asked, etag, gzipped, html, redirect, validated
from broadsheet.world.clock import Clock
from broadsheet.world.edition import Entry
from broadsheet.world.feeds import (
    Announced,
    Masthead,
    atom,
    json_feed,
    news_sitemap,
    packed,
    rss,
    sitemap,
    sitemap_index,
)
from broadsheet.world.furniture import SECTIONS, WORDS
from broadsheet.world.press import Around, Link, article_sheet, plain_sheet, render
from broadsheet.world.quirks import bent, quirky_date, spoiled_feed
from broadsheet.world.sites import RELAUNCH, Site

PER_SECTION_PAGE = 8
RETRY_AFTER = "2"
SLOW_ROBOTS = 3.0
HANGING_ROBOTS = 120.0
"""Seconds; longer than any crawler waits."""
PIXEL = bytes.fromhex("47494638396101000100800000ffffff00000021f90401000000002c00000000010001000002024401003b")
"""A GIF of one white pixel."""

LIST_PATHS = {
    "rss": "/feed.xml",
    "atom": "/atom.xml",
    "json": "/feed.json",
    "news-sitemap": "/news-sitemap.xml",
    "sitemap": "/sitemap.xml",
    "sitemap-index": "/sitemap_index.xml",
}
FEED_TYPES = {"rss": "application/rss+xml", "atom": "application/atom+xml", "json": "application/feed+json"}
CHILD = re.compile(r"/sitemaps/([a-z]+)\.xml\.gz")


@dataclass(frozen=True, slots=True, kw_only=True)
class Extra:
    """An address that an outlet's list announces beside its articles."""

    path: str
    title: str
    kind: str
    """disallowed: robots.txt forbids it; puzzle: a page that is no article; gone: 404."""


EXTRAS: dict[str, tuple[Extra, ...]] = {
    "harbour-gazette": (
        Extra(path="/intern/preview/weekend-planner", title="Weekend planner (draft)", kind="disallowed"),
        Extra(path="/puzzles/crossword-4711", title="Crossword No. 4711", kind="puzzle"),
    ),
    "volzhskie-vesti": (Extra(path="/intern/plan?page=7", title="План номера", kind="disallowed"),),
    "cape-chronicle": (Extra(path="/culture/withdrawn-interview-1.html", title="The interview", kind="gone"),),
    "southern-cross-daily": (Extra(path="/puzzles/sudoku", title="Sudoku of the day", kind="puzzle"),),
    "elbkurier": (Extra(path="/intern/probe.html", title="Probeseite", kind="disallowed"),),
}


class Outlet:
    """Answers for one host."""

    def __init__(self, site: Site, entries: Sequence[Entry], others: Sequence[str], clock: Clock) -> None:
        """`others`: headlines of the same language that other outlets have."""
        self.site = site
        self.entries = tuple(sorted(entries, key=lambda entry: entry.published, reverse=True))
        self.others = tuple(others)
        self.clock = clock
        self.busy = site.busy
        self.asked_for = 0
        self.extras = EXTRAS.get(site.name, ())
        self.pages = {address_key(path): (kind, entry) for path, kind, entry in self.addresses()}
        self.lists: dict[str, Callable[[], str]] = {
            LIST_PATHS[kind]: self.lister(kind) for kind in site.discovery if kind in LIST_PATHS
        }
        self.settled = [e for e in self.entries if e.published <= clock.start and not ends_withdrawn(e)]
        """Those that other pages may point to: there from the start, and never withdrawn."""

    def addresses(self) -> Iterator[tuple[str, str, Entry]]:
        for entry in self.entries:
            yield entry.path, "article", entry
            if self.site.amp:
                yield entry.amp_path, "amp", entry
            if self.site.prints:
                yield entry.print_path, "print", entry
            if self.site.moved:
                yield entry.old_path, "old", entry
                yield entry.halfway_path, "halfway", entry

    def reset(self) -> None:
        """Makes the outlet forget whom it has answered."""
        self.busy, self.asked_for = self.site.busy, 0

    def answer(self, asked: Asked) -> Answer:
        self.asked_for += 1
        answer = self.routed(asked)
        return gzipped(asked, answer) if self.site.gzip and answer.status == 200 else answer

    def routed(self, asked: Asked) -> Answer:
        path = asked.path
        if path == "/robots.txt":
            return self.robots()
        if path in self.lists:
            return self.listed(asked, path)
        child = CHILD.fullmatch(path)
        if child and "sitemap-index" in self.site.discovery:
            listing = sitemap(self.announced(self.due(child[1])))
            return Answer(headers={"Content-Type": "application/gzip"}, body=packed(listing))
        if path.startswith("/img/"):
            return Answer(headers={"Content-Type": "image/gif"}, body=PIXEL)
        found = self.pages.get(address_key(asked.target))
        if found:
            return self.article(asked, *found)
        if path == "/" or path.strip("/") in SECTIONS:
            return self.section(asked, path.strip("/"))
        return self.beside(path)

    def due(self, section: str = "") -> list[Entry]:
        """What is out now and not withdrawn, newest first."""
        now = self.clock.now()
        entries = [entry for entry in self.entries if entry.due(now) and not entry.withdrawn(now)]
        return [entry for entry in entries if not section or entry.event.section == section]

    # Articles

    def article(self, asked: Asked, kind: str, entry: Entry) -> Answer:
        now = self.clock.now()
        if not entry.due(now):
            return self.missing(404)
        if self.busy > 0:
            self.busy -= 1
            return Answer(
                status=429, headers={"Retry-After": RETRY_AFTER, "Content-Type": "text/plain"}, body=b"Slower."
            )
        if entry.withdrawn(now):
            return self.missing(410 if entry.number % 2 else 404)
        if kind in ("old", "halfway"):
            return redirect(entry.halfway_path if kind == "old" else entry.url)
        sheet = article_sheet(entry, entry.current(now), self.around(entry), entry.updated(now))
        template = kind if kind in ("amp", "print") else self.template(now)
        page = bent(entry, sheet, template, self.encode, asked)
        return self.stamped(asked, page, entry, now) if page.status == 200 and page.body else page

    def template(self, now: datetime) -> str:
        """The outlet's template of the day."""
        site = self.site
        return site.relaunch if site.relaunch and now >= self.clock.start + RELAUNCH else site.template

    def stamped(self, asked: Asked, page: Answer, entry: Entry, now: datetime) -> Answer:
        """The page with the validators that its outlet gives, honest or not."""
        match self.site.validators:
            case "honest":
                return validated(asked, page, etag(page.body), self.modified(entry, now))
            case "dates-only":
                return validated(asked, page, None, self.modified(entry, now))
            case "stuck":
                return validated(asked, page, f'"{entry.number}"', entry.published)
            case "fickle":
                return validated(asked, page, f'"{self.asked_for}-{now.timestamp()}"', now + timedelta(seconds=1))
            case "none":
                return page

    def modified(self, entry: Entry, now: datetime) -> datetime:
        """When the page last changed, by its text or by its outlet's new looks."""
        text, looks = entry.updated(now) or entry.published, self.clock.start + RELAUNCH
        return max(text, looks) if self.site.relaunch and now >= looks else text

    def around(self, entry: Entry) -> Around:
        chance = crc32(entry.key.encode())
        links = [
            self.link(other) for other in self.settled if other is not entry and other.event.story != entry.event.story
        ]
        turned = links[chance % max(1, len(links)) :] + links[: chance % max(1, len(links))]
        start = chance % max(1, len(self.others) - 6)
        pool = tuple(Link(href="#", title=title) for title in self.others[start : start + 6])
        return Around(nav=self.nav(), most_read=tuple(turned[:6]), related=tuple(turned[6:9] or turned[:3]), pool=pool)

    def link(self, entry: Entry) -> Link:
        first = entry.telling.paragraphs[0]
        return Link(href=entry.path, title=entry.telling.title, teaser=first[:110].rsplit(" ", 1)[0] + " …")

    def nav(self) -> tuple[Link, ...]:
        own = {entry.event.section for entry in self.settled}
        words = WORDS[self.site.language]
        return tuple(Link(href=f"/{key}/", title=words.section(key)) for key in SECTIONS if key in own)

    # Lists

    def lister(self, kind: str) -> Callable[[], str]:
        head = Masthead(title=self.site.title, home=self.site.home, language=self.site.language)
        match kind:
            case "rss":
                return lambda: rss(head, self.announced(self.due(), extras=True))
            case "atom":
                return lambda: atom(head, self.announced(self.due(), extras=True))
            case "json":
                return lambda: json_feed(head, self.announced(self.due(), extras=True))
            case "news-sitemap":
                return lambda: news_sitemap(head, self.announced(self.due()))
            case "sitemap":
                return lambda: sitemap(self.announced(self.due(), twins=True))
            case _:
                return lambda: sitemap_index(
                    f"{self.site.home}sitemaps/{key}.xml.gz"
                    for key in dict.fromkeys(entry.event.section for entry in self.due())
                )

    def listed(self, asked: Asked, path: str) -> Answer:
        body = spoiled_feed(self.site, self.lists[path]()).encode()
        kind = "application/json" if path.endswith("json") else "application/xml"
        answer = Answer(headers={"Content-Type": f"{kind}; charset=utf-8"}, body=body)
        now = self.clock.now()
        if self.site.validators == "fickle":
            return validated(asked, answer, f'"{self.asked_for}-{now.timestamp()}"', now + timedelta(seconds=1))
        if self.site.validators == "none":
            return answer
        return validated(asked, answer, etag(body), None)

    def announced(self, entries: Sequence[Entry], *, extras: bool = False, twins: bool = False) -> list[Announced]:
        now, base = self.clock.now(), self.site.home.rstrip("/")
        items = [
            Announced(
                url=base + entry.feed_path,
                title=entry.current(now).title,
                summary=entry.current(now).standfirst,
                published=entry.local,
                updated=entry.updated(now),
                guid=f"{self.site.name}-{entry.number}",
                date=quirky_date(entry),
            )
            for entry in entries
        ]
        if twins:
            pairs = list(zip(items, entries, strict=True))
            items += [replace(item, url=base + entry.print_path) for item, entry in pairs if self.site.prints]
            items += [replace(item, url=base + entry.amp_path) for item, entry in pairs if self.site.amp]
        if extras:
            items += [Announced(url=base + extra.path, title=extra.title) for extra in self.extras]
        return items

    def section(self, asked: Asked, key: str) -> Answer:
        """The home page or a section's, a few articles at a time."""
        found = re.search(r"[?&]page=(\d{1,4})", asked.target)
        number = int(found[1]) if found else 1
        entries, skip = self.due(key), (number - 1) * PER_SECTION_PAGE
        shown = tuple(self.link(entry) for entry in islice(entries, skip, skip + PER_SECTION_PAGE))
        more = len(entries) > skip + PER_SECTION_PAGE
        title = WORDS[self.site.language].section(key) if key else self.site.title
        sheet = plain_sheet(self.site, title, self.clock.start.year, self.nav())
        feeds = tuple(
            Link(href=LIST_PATHS[kind], title=kind, type=FEED_TYPES[kind])
            for kind in self.site.discovery
            if kind in FEED_TYPES
        )
        base = f"/{key}/" if key else "/"
        sheet = replace(sheet, items=shown, feeds=feeds, next_href=f"{base}?page={number + 1}" if more else "")
        return self.encode(render("section", sheet))

    # The rest

    def robots(self) -> Answer:
        if self.site.quirk == "robots-hang":
            return Answer(
                wait=HANGING_ROBOTS, headers={"Content-Type": "text/plain"}, body=b"User-agent: *\nDisallow:\n"
            )
        plain = {"Content-Type": "text/plain; charset=utf-8"}
        match self.site.robots:
            case "missing":
                return self.missing(404)
            case "broken":
                return Answer(status=500, headers=plain, body=b"Internal error")
            case _:
                body = robots_text(self.site).encode()
        if self.site.robots == "crlf-bom":
            body = b"\xef\xbb\xbf" + body.replace(b"\n", b"\r\n")
        return Answer(headers=plain, body=body, wait=SLOW_ROBOTS if self.site.robots == "slow" else 0)

    def beside(self, path: str) -> Answer:
        extra = next((extra for extra in self.extras if extra.path.partition("?")[0] == path), None)
        if extra is None or extra.kind == "gone":
            return self.missing(200 if self.site.quirk == "soft-404" else 404)
        rows = "".join("<tr>" + "<td><input size=1></td>" * 9 + "</tr>" for _ in range(9))
        page = f"<!DOCTYPE html><title>{extra.title}</title><h1>{extra.title}</h1><table>{rows}</table>"
        return self.encode(page)

    def missing(self, status: int) -> Answer:
        words = WORDS[self.site.language]
        sheet = replace(
            plain_sheet(self.site, words.missing, self.clock.start.year), head=words.missing, text=words.missing_text
        )
        return replace(self.encode(render("notice", sheet)), status=status)

    def encode(self, page: str) -> Answer:
        site = self.site
        named = site.charset_how in ("header", "wrong-meta")
        kind = f"text/html; charset={site.charset}" if named else "text/html"
        return html(page.encode(site.charset, "xmlcharrefreplace"), kind)


def section_pages(site: Site, entries: Sequence[Entry]) -> tuple[str, ...]:
    """Where a reader of an outlet without feeds looks: the home page and the sections it writes for."""
    own = {entry.event.section for entry in entries}
    return (site.home, *(f"{site.home}{key}/" for key in SECTIONS if key in own))


def robots_text(site: Site) -> str:
    lines = ["# Robots are guests here.", "User-agent: Grabber", "User-agent: MailHarvest", "Disallow: /", ""]
    lines += ["User-agent: *", "Disallow: /intern/", "Disallow: /search", "Disallow: /share", "Disallow: /out/"]
    lines += ["Disallow: /*?reply=", "Allow: /intern/press$"]
    lines += [f"Crawl-delay: {site.delay:g}"] if site.delay else []
    lists = [LIST_PATHS[kind] for kind in site.discovery if "sitemap" in kind]
    return "\n".join(lines + [f"Sitemap: {site.home.rstrip('/')}{path}" for path in lists]) + "\n"


def ends_withdrawn(entry: Entry) -> bool:
    return any(edit.kind == "withdrawn" for edit in entry.telling.edits)
