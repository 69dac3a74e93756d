"""Puts the invented world together: its hosts, what is true of each address, and the list of its sources."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import Literal

from broadsheet.world.answer import Host
from broadsheet.world.clock import Clock
from broadsheet.world.edition import Entry, edition
from broadsheet.world.outlet import EXTRAS, LIST_PATHS, Extra, Outlet, section_pages
from broadsheet.world.prose import Event, load_events
from broadsheet.world.sites import SITES, Site
from broadsheet.world.traps import BOMBS, CURIOSITIES, NO_FEED, Bombs, Curiosities, NoFeed, trap_truths
from broadsheet.world.truth import Disposition, Truth, Verdict

WITHOUT_PICTURES = ("bare",)
"""Templates that print neither caption nor credit."""
FEEDS = ("rss", "atom", "json")
MAPS = ("news-sitemap", "sitemap", "sitemap-index")

Precision = Literal["second", "minute", "day", "none"]
PRECISIONS: Mapping[str, Precision] = {
    "offset": "second",
    "naive": "second",
    "visible": "minute",
    "day": "day",
    "none": "none",
}

Expected = tuple[Verdict, Disposition, tuple[Disposition, ...], str]
QUIRKS: Mapping[str, Expected] = {
    "consent": ("wall", "rejected", (), "consent wall"),
    "bots": ("wall", "rejected", (), "bot wall"),
    "paywall": ("wall", "rejected", (), "subscription wall"),
    "soft-404": ("soft-404", "rejected", (), "says with status 200 that there is nothing"),
    "shell": ("shell", "rejected", (), "empty without scripts"),
    "dates": ("article", "indexed", (), "impossible date"),
    "rough": ("article", "indexed", (), "NUL bytes or lone surrogates"),
    "robots-hang": ("none", "unseen", (), "robots.txt does not answer"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What a crawler needs to know of one site."""

    name: str
    title: str
    home: str
    language: str
    country: str
    feeds: tuple[str, ...] = ()
    sitemaps: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()


class Invented:
    """The invented world's hosts."""

    def __init__(self, clock: Clock, events: Sequence[Event] | None = None) -> None:
        self.clock = clock
        self.entries = edition(load_events() if events is None else events, clock.start)
        self.outlets = {site.host: self.outlet(site) for site in SITES}
        self.hosts: dict[str, Host] = {
            **self.outlets,
            CURIOSITIES: Curiosities(),
            BOMBS: Bombs(),
            NO_FEED: NoFeed(),
        }

    def outlet(self, site: Site) -> Outlet:
        own = [entry for entry in self.entries if entry.site is site]
        stories = {entry.event.story for entry in own}
        others = [
            entry.telling.title
            for entry in self.entries
            if entry.site.language == site.language and entry.original is None and entry.event.story not in stories
        ]
        rest = others or [entry.telling.title for entry in own]
        return Outlet(site, own, rest, self.clock)

    def host(self, name: str) -> Host | None:
        return self.hosts.get(name)

    def reset(self) -> None:
        for outlet in self.outlets.values():
            outlet.reset()

    @cached_property
    def sources(self) -> list[Source]:
        return [*(source(site, self.outlets[site.host].entries) for site in SITES), *odd_sources()]

    def addresses(self) -> Iterator[tuple[str, str]]:
        """The identity that lists give each article, and its address."""
        for entry in self.entries:
            yield f"{entry.site.name}-{entry.number}", entry.url

    def truths(self) -> Iterator[Truth]:
        """What is true at the present moment of the world's clock."""
        now = self.clock.now()
        for entry in self.entries:
            yield truth(entry, now)
            if entry.site.prints:
                yield print_truth(entry, now)
        for site in SITES:
            yield from (extra_truth(site, extra) for extra in EXTRAS.get(site.name, ()))
        yield from trap_truths()


def source(site: Site, entries: Sequence[Entry]) -> Source:
    base = site.home.rstrip("/")
    return Source(
        name=site.name,
        title=site.title,
        home=site.home,
        language=site.language,
        country=site.country,
        feeds=tuple(base + LIST_PATHS[kind] for kind in site.discovery if kind in FEEDS),
        sitemaps=tuple(base + LIST_PATHS[kind] for kind in site.discovery if kind in MAPS),
        sections=section_pages(site, entries) if "sections" in site.discovery else (),
    )


def odd_sources() -> Iterator[Source]:
    for host, title, feed, maps in (
        (CURIOSITIES, "The Curiosity Shop", "feed.xml", ()),
        (BOMBS, "The Powder Mill", "feed.xml", (f"http://{BOMBS}/sitemap.xml",)),
        (NO_FEED, "Misnomer & Sons", "feed", ()),
    ):
        yield Source(
            name=host.partition(".")[0],
            title=title,
            home=f"http://{host}/",
            language="en",
            country="IE",
            feeds=(f"http://{host}/{feed}",),
            sitemaps=maps,
        )


def truth(entry: Entry, now: datetime) -> Truth:
    """The whole answer sheet of one article."""
    verdict, disposition, also, reason = expected(entry, now)
    bare = Truth(
        url=entry.url,
        urls=entry.addresses,
        site=entry.site.host,
        language=entry.site.language,
        section=entry.event.section,
        published=entry.published.astimezone(UTC),
        story=entry.event.story,
        storyline=entry.event.storyline,
        copy_of=entry.original.url if entry.original else None,
        relation="wire-copy" if entry.original else "",
        house_edits=entry.house_edits,
        edits=entry.edits(now),
        to_come=tuple(change for change in entry.changes() if change.at > now),
        verdict=verdict,
        disposition=disposition,
        also=also,
        reason=reason,
    )
    if entry.site.quirk == "paywall":
        words = entry.current(now)
        return replace(
            bare, title=words.title, standfirst=words.standfirst, text=words.paragraphs[0], precision="second"
        )
    return with_words(bare, entry, now) if verdict == "article" else bare


def with_words(bare: Truth, entry: Entry, now: datetime) -> Truth:
    """The truth with the words that a perfect reader finds on the page."""
    words, pictures = entry.current(now), entry.site.template not in WITHOUT_PICTURES
    dated = entry.site.quirk != "dates"
    return replace(
        bare,
        title=words.title,
        text="\n\n".join(words.paragraphs),
        standfirst=words.standfirst,
        published=bare.published if dated else None,
        precision=PRECISIONS[entry.site.page_date] if dated else "none",
        updated=entry.updated(now),
        authors=(words.byline,) if words.byline else (),
        agency=words.agency,
        dateline=words.dateline,
        caption=words.caption if pictures else "",
        credit=words.credit if pictures and words.caption else "",
        people=words.people,
        organisations=words.organisations,
        places=words.places,
        quotes=words.quotes,
        numbers=words.numbers,
        damaged=entry.damaged,
    )


def expected(entry: Entry, now: datetime) -> Expected:
    site = entry.site
    if not entry.due(now):
        return "article", "later", (), "not out yet"
    if site.robots == "broken":
        return "none", "unseen", (), "robots.txt answers 500"
    if entry.withdrawn(now):
        return "none", "rejected", ("unseen",), "withdrawn"
    if site.quirk == "slow":
        return ("article", "indexed", (), "slow") if entry.place == 0 else ("none", "rejected", (), "never gets done")
    if site.quirk == "broken-feed":
        return "article", "indexed", ("unseen",), "the feed is broken off"
    return QUIRKS.get(site.quirk, ("article", "indexed", (), ""))


def print_truth(entry: Entry, now: datetime) -> Truth:
    """The print version: the same text at another address of the same host."""
    whole = truth(entry, now)
    url = entry.site.home.rstrip("/") + entry.print_path
    return replace(
        whole,
        url=url,
        urls=(url,),
        copy_of=entry.url,
        relation="same-host",
        disposition="merged" if whole.disposition == "indexed" else whole.disposition,
        caption="",
        credit="",
        authors=(),
    )


def extra_truth(site: Site, extra: Extra) -> Truth:
    url = site.home.rstrip("/") + extra.path
    reasons = {"disallowed": "robots.txt", "puzzle": "no article", "gone": "status 404"}
    return Truth(
        url=url,
        urls=(url,),
        site=site.host,
        language=site.language,
        verdict="not-an-article" if extra.kind == "puzzle" else "none",
        disposition="rejected",
        reason=reasons[extra.kind],
    )
