"""Asks a site what it offers: whether a source's lists are alive, and which feeds and sitemaps a new site has."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from broadsheet.address import canonical, host_of, split
from broadsheet.errors import BadInput
from broadsheet.settings import Settings, agent
from crawlers import robots
from crawlers.discover import Reading, decode, read
from crawlers.fetch import Answer, Fetcher, FetchError
from crawlers.outcome import REDIRECTS, redirect_target
from crawlers.robots import Robots
from crawlers.source import Source

COMMON_FEEDS = ("/feed", "/rss", "/feed.xml", "/rss.xml", "/atom.xml", "/index.xml", "/feed.json", "/feeds/all.rss")
COMMON_SITEMAPS = ("/news-sitemap.xml", "/sitemap-news.xml", "/sitemap_index.xml", "/sitemap.xml")

MOST_FEEDS = 3
MOST_HOPS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What one address of a source turned out to be."""

    url: str
    status: int | None
    word: str
    """`ok`, or what is wrong: `robots`, `http-404`, `not-a-feed`, `timeout`."""
    kind: str = ""
    entries: int = 0
    newest: str = ""
    language: str = ""
    delay: float | None = None
    """What robots.txt asks for."""


class Probe:
    """Asks politely: one request at a time to a host, with its pause between, robots.txt first."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._agent = agent(settings)
        self._fetcher = Fetcher(settings)
        self._rules: dict[str, Robots] = {}
        self._turns: dict[str, asyncio.Lock] = {}
        self._pauses: dict[str, float] = {}

    async def close(self) -> None:
        """Closes the connections."""
        await self._fetcher.close()

    async def get(self, url: str) -> Answer:
        """The answer at the end of the redirects, where robots.txt allows each; raises FetchError."""
        for _ in range(MOST_HOPS + 1):
            rules = await self.rules(url)
            if not rules.allows(split(url).target):
                raise FetchError("robots-unreachable" if rules.closed else "robots")
            answer = await self._ask(url)
            if answer.status not in REDIRECTS:
                return answer
            target = redirect_target(answer)
            if isinstance(target, FetchError):
                raise target
            url = target
        raise FetchError("too-many-redirects")

    async def rules(self, url: str) -> Robots:
        """The robots.txt of an address's site."""
        origin = split(url).origin
        if origin not in self._rules:
            self._rules[origin] = await self._read_rules(f"{origin}/robots.txt")
            self._pauses[host_of(url)] = self._rules[origin].delay or self._settings.crawl_delay
        return self._rules[origin]

    async def _read_rules(self, url: str) -> Robots:
        try:
            for _ in range(MOST_HOPS + 1):
                answer = await self._ask(url)
                target = redirect_target(answer) if answer.status in REDIRECTS else None
                if not isinstance(target, str):
                    break
                url = target
        except FetchError:
            return Robots(closed=True)
        return robots.robots(answer.status, answer.body, self._agent)

    async def _ask(self, url: str) -> Answer:
        host = host_of(url)
        async with self._turns.setdefault(host, asyncio.Lock()):
            try:
                return await self._fetcher.get(url)
            finally:
                await asyncio.sleep(self._pauses.get(host, self._settings.crawl_delay))

    async def list(self, url: str, kind: str = "") -> tuple[Found, Reading | None]:
        """What a list is, read."""
        try:
            answer = await self.get(url)
        except FetchError as error:
            return Found(url=url, status=None, word=error.reason), None
        if answer.status != 200:
            return Found(url=url, status=answer.status, word=f"http-{answer.status}"), None
        reading = read(answer.body, answer.url, answer.header("content-type"))
        word = reading.error or ("not-a-feed" if kind in {"feed", "sitemap"} and reading.kind == "section" else "ok")
        dates = [date for entry in reading.entries if (date := entry.published or entry.lastmod)]
        found = Found(
            url=url,
            status=answer.status,
            word=word,
            kind="index" if reading.index else reading.kind,
            entries=len(reading.entries),
            newest=max(dates, default=""),
            language=reading.language or "",
            delay=(await self.rules(url)).delay,
        )
        return found, reading


async def check(settings: Settings, sources: Sequence[Source]) -> list[tuple[Source, list[Found]]]:
    """Every list of every source tried once, hosts side by side."""
    probe = Probe(settings)
    slots = asyncio.Semaphore(32)

    async def one(source: Source) -> tuple[Source, list[Found]]:
        async with slots:
            return source, [(await probe.list(url, kind))[0] for kind, url in source.lists()]

    try:
        return list(await asyncio.gather(*(one(source) for source in sources)))
    finally:
        await probe.close()


async def explore(settings: Settings, url: str, name: str = "") -> Source:
    """A source for a site: its feeds, else its sitemaps, else its front page; raises BadInput where it has nothing."""
    probe = Probe(settings)
    try:
        return await _explore(probe, canonical(url if "://" in url else f"https://{url}"), name)
    except FetchError as error:
        raise BadInput(f"{url}: cannot be opened: {error}") from error
    except ValueError as error:
        raise BadInput(f"{url}: {error}") from error
    finally:
        await probe.close()


async def _explore(probe: Probe, url: str, name: str) -> Source:
    home = await probe.get(url)
    if home.status != 200:
        raise BadInput(f"{url}: answers {home.status}")
    reading = read(home.body, home.url, home.header("content-type"))
    if reading.kind == "feed":
        name = name or _name(url)
        return Source(name=name, title=_title(home) or name, start=(url,), language=_language(reading))
    feeds = await _alive(probe, [*reading.feeds, *(urljoin(home.url, path) for path in COMMON_FEEDS)], "feed")
    named = (await probe.rules(home.url)).sitemaps
    sitemaps = await _alive(
        probe, _news_first([*named, *(urljoin(home.url, path) for path in COMMON_SITEMAPS)]), "sitemap"
    )
    if not feeds and not sitemaps and not reading.entries:
        raise BadInput(f"{url}: no feed, no sitemap, and no links to articles on its front page")
    name = name or _name(url)
    return Source(
        name=name,
        title=_title(home) or name,
        start=url,
        language=_language(reading),
        feeds=tuple(feeds),
        sitemaps=() if feeds else tuple(sitemaps[:1]),
    )


async def _alive(probe: Probe, urls: Sequence[str], kind: str) -> list[str]:
    """The first few addresses that are what they are said to be; guessing ends with the first success."""
    found: list[str] = []
    for url in dict.fromkeys(urls):
        guessed = urlsplit(url).path in {*COMMON_FEEDS, *COMMON_SITEMAPS}
        if len(found) >= MOST_FEEDS or (found and guessed):
            break
        try:
            result, _ = await probe.list(canonical(url), kind)
        except ValueError:
            continue
        if result.word == "ok" and result.entries and result.kind in {kind, "index"}:
            found.append(url)
    return found


def _news_first(urls: Sequence[str]) -> list[str]:
    return sorted(urls, key=lambda url: "news" not in url.lower())


def _name(url: str) -> str:
    host = host_of(url).removeprefix("www.")
    labels = host.split(".")
    return re.sub(r"[^a-z0-9]+", "-", "-".join(labels[:-1] or labels)).strip("-") or "source"


_TITLE = re.compile(r"<title[^>]*>([^<]{1,300})", re.IGNORECASE)
_SITE_NAME = re.compile(
    r"<meta[^>]{0,200}property=[\"']og:site_name[\"'][^>]{0,100}content=[\"']([^\"'<>]{1,100})", re.IGNORECASE
)


def _title(home: Answer) -> str:
    text = decode(home.body, home.header("content-type"))[:200_000]
    found = _SITE_NAME.search(text) or _TITLE.search(text)
    return re.split(r"\s[|\u2013\u2014:-]\s", " ".join(found.group(1).split()))[0][:100] if found else ""


def _language(reading: Reading) -> str | None:
    code = (reading.language or "").lower()[:2]
    return code if re.fullmatch("[a-z]{2}", code) else None
