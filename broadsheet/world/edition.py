"""Decides which outlet prints which text, when, and at which addresses: from the events to the world's articles."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from urllib.parse import quote
from zlib import crc32

from broadsheet.world.house import printed
from broadsheet.world.prose import Event, Telling, at, dated, rewritten
from broadsheet.world.sites import RELAUNCH, SERIES, SITES, Site
from broadsheet.world.truth import Change

WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One article of one outlet."""

    site: Site
    event: Event
    key: str
    """The event's slug, with a number where an outlet prints two texts on it."""
    telling: Telling
    """As first published, its placeholders filled."""
    published: datetime
    """UTC."""
    original: "Entry | None" = None
    """The wire text's first printing, where this is a copy."""
    house_edits: str = ""
    damaged: tuple[tuple[str, str], ...] = ()
    place: int = 0
    """Its number on its site, in order of the events."""

    @cached_property
    def number(self) -> int:
        return 100_000 + crc32(f"{self.site.name}/{self.key}".encode()) % 900_000

    @property
    def local(self) -> datetime:
        return self.published.astimezone(self.site.clock)

    @cached_property
    def path(self) -> str:
        """The address below the host, with its query."""
        day, section = self.local, self.event.section
        match self.site.address:
            case "dated":
                return f"/{day:%Y/%m/%d}/{self.key}/"
            case "section":
                return f"/{section}/{self.key}-{self.number}.html"
            case "query":
                return f"/article.php?id={self.number}"
            case "number":
                return f"/news/{self.number}"
            case "words":
                words = "-".join(WORD.findall(self.telling.title.lower())[:8])
                return f"/{day:%Y/%m}/{quote(words)}-{self.number}"
            case "index":
                return f"/{section}/{self.key}/index.html"

    @property
    def url(self) -> str:
        return self.site.home.rstrip("/") + self.path

    @property
    def amp_path(self) -> str:
        return f"/amp/{self.number}"

    @property
    def print_path(self) -> str:
        return f"/print/{self.number}"

    @property
    def old_path(self) -> str:
        return f"/alt/{self.number}"

    @property
    def halfway_path(self) -> str:
        return f"/weiter/{self.number}"

    @property
    def feed_path(self) -> str:
        """The address that the outlet's feeds give."""
        path = self.old_path if self.site.moved else self.path
        if not self.site.tracking:
            return path
        return f"{path}{'&' if '?' in path else '?'}{self.site.tracking}"

    @property
    def addresses(self) -> tuple[str, ...]:
        """All addresses at which the same article is found, the proper one first."""
        paths = [self.path, self.feed_path]
        paths += [self.amp_path] if self.site.amp else []
        paths += [self.old_path, self.halfway_path] if self.site.moved else []
        return tuple(dict.fromkeys(self.site.home.rstrip("/") + path for path in paths))

    def hours(self, now: datetime) -> float:
        """Hours since publication."""
        return (now - self.published) / timedelta(hours=1)

    def current(self, now: datetime) -> Telling:
        """The words as they stand now."""
        return at(self.telling, self.hours(now))

    def changes(self) -> tuple[Change, ...]:
        """All that the page goes through, in order."""
        return tuple(
            Change(at=self.published + timedelta(hours=edit.hours), kind=edit.kind) for edit in self.telling.edits
        )

    def edits(self, now: datetime) -> tuple[Change, ...]:
        return tuple(change for change in self.changes() if change.at <= now)

    def updated(self, now: datetime) -> datetime | None:
        """When the page was last changed, if it was."""
        made = self.edits(now)
        return made[-1].at if made else None

    def due(self, now: datetime) -> bool:
        return self.published <= now

    def withdrawn(self, now: datetime) -> bool:
        return any(change.kind == "withdrawn" for change in self.edits(now))


def edition(events: Sequence[Event], start: datetime, sites: Sequence[Site] = SITES) -> tuple[Entry, ...]:
    """All articles of the world, for a world that starts at `start`."""
    entries: list[Entry] = []
    for language in dict.fromkeys(site.language for site in sites):
        own = [event for event in events if event.language == language]
        papers = [site for site in sites if site.language == language and not site.quota]
        wires: list[Entry] = []
        for turn, event in enumerate(own):
            placed = list(placements(event, turn, papers, start))
            wires += [entry for entry in placed if entry.telling.role == "wire" and entry.original is None]
            entries += placed
        for site in sites:
            if site.language == language and site.quota:
                entries += reprints(site, wires, start)
    return tuple(numbered(entries))


def placements(event: Event, turn: int, papers: Sequence[Site], start: datetime) -> Iterator[Entry]:
    """Where the event's texts are printed: wires at one outlet and then at others, reports at those that are left."""
    free = [papers[(turn + step) % len(papers)] for step in range(len(papers))]
    for index, telling in enumerate(event.tellings):
        key = event.slug if index == 0 else f"{event.slug}-{index + 1}"
        if telling.role == "report":
            yield first(free[-1 - index % len(free)], event, key, telling, start)
            continue
        original = first(free[index % len(free)], event, key, telling, start)
        yield original
        reprinters = len(free) - 1 if len(free) == 3 else len(free) - 1 - turn % 2
        for step in range(1, reprinters + 1):
            yield reprint(original, free[(index + step) % len(free)])


def first(site: Site, event: Event, key: str, telling: Telling, start: datetime) -> Entry:
    """The text at the outlet that has it first, on a minute that looks like one."""
    chance = crc32(f"{key} {site.name}".encode())
    minutes = chance % 55 if telling.hours < 0 else 0
    published = start + timedelta(hours=telling.hours, minutes=-minutes)
    words = dated(telling, published.astimezone(site.clock).date(), event.language)
    return damage(Entry(site=site, event=event, key=key, telling=words, published=published))


def reprint(original: Entry, site: Site) -> Entry:
    """An agency's text as a further outlet prints it, from some minutes to hours later."""
    chance = crc32(f"{original.key} {site.name} later".encode())
    copy = printed(original.telling, site, original.key, original.event.section)
    return damage(
        replace(
            original,
            site=site,
            telling=copy.telling,
            published=original.published + timedelta(minutes=7 + chance % 140),
            original=original,
            house_edits=copy.kind,
        )
    )


def reprints(site: Site, wires: Sequence[Entry], start: datetime) -> Iterator[Entry]:
    """The few agency texts that a reprinter takes, spread over those of its language that are out."""
    out = [wire for wire in wires if wire.telling.hours < -3 and not any(c.kind == "withdrawn" for c in wire.changes())]
    offset = crc32(site.name.encode()) % max(1, len(out))
    turned = out[offset:] + out[:offset]
    stride = 1 if site.relaunch else max(1, len(out) // site.quota)
    yield from (reprint(wire, site) for wire in turned[::stride][: site.quota])
    if site.relaunch:
        series = turned[site.quota : site.quota + SERIES]
        for hour, wire in enumerate(series, 1):
            yield replace(reprint(wire, site), published=start + RELAUNCH + timedelta(hours=hour))


def damage(entry: Entry) -> Entry:
    """The entry as the outlet's export spoils it: letters its old code page lacks become question marks."""
    codec = entry.site.lossy
    if not codec or crc32(entry.key.encode()) % entry.site.lossy_every:
        return entry

    def spoil(text: str) -> str:
        return text.encode(codec, "replace").decode(codec)

    words = {word for part in (entry.telling.title, *entry.telling.paragraphs) for word in WORD.findall(part)}
    pairs = tuple(sorted((spoil(word), word) for word in words if spoil(word) != word))
    if not pairs:
        return entry
    telling = rewritten(entry.telling, spoil)
    telling = replace(
        telling, byline=spoil(telling.byline), dateline=spoil(telling.dateline), caption=spoil(telling.caption)
    )
    return replace(entry, telling=replace(telling, credit=spoil(telling.credit), edits=()), damaged=pairs)


def numbered(entries: Sequence[Entry]) -> Iterator[Entry]:
    """The entries with their number on their site; those of one site have addresses of their own."""
    count: dict[str, int] = {}
    for entry in entries:
        place = count.get(entry.site.name, 0)
        count[entry.site.name] = place + 1
        yield replace(entry, place=place)
