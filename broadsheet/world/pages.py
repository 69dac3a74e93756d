"""Serves any collection of pages as the sites they came from, with generated feeds and sitemaps."""

import gzip
import json
import lzma
import re
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from html import unescape
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote, urlsplit
from zlib import crc32

from broadsheet.world.address import Key, address_key
from broadsheet.world.answer import Answer, Asked, Host, html, validated
from broadsheet.world.clock import Clock
from broadsheet.world.feeds import Announced, Masthead, rss, sitemap, sitemap_index
from broadsheet.world.sites import DOMAIN
from broadsheet.world.truth import Truth
from broadsheet.world.world import Source

HOMELESS = f"pages.{DOMAIN}"
"""The host of rows that name none."""
FEED = "/broadsheet-feed.xml"
SITEMAP = "/broadsheet-sitemap.xml"
CHILD = re.compile(r"/broadsheet-sitemap-(\d{1,6})\.xml")
PER_SITEMAP = 20
"""A host with more pages than this has a sitemap index."""
TITLE = re.compile(r"<title[^>]*>(.*?)</title", re.IGNORECASE | re.DOTALL)
TITLE_WITHIN = 50_000
"""Characters of a page in which its title is looked for."""
TITLE_LENGTH = 200
UNSAFE = "%/:=&?~#+!$,;'@()*[]"
"""What an address may keep unescaped besides letters and digits."""
ROBOTS = "User-agent: *\nDisallow:\nSitemap: {home}broadsheet-sitemap.xml\n"


class BadPages(ValueError):
    """The file of pages cannot be served."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One page; its source waits in the store."""

    id: str
    scheme: str
    host: str
    path: str
    title: str
    offset: int
    size: int

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.host}{self.path}"


class Store:
    """The pages' sources, compressed, in a file that goes when the world does."""

    def __init__(self, folder: Path) -> None:
        self.file: IO[bytes] = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115  # closed with the world
        self.end = 0

    def put(self, text: str) -> tuple[int, int]:
        data = gzip.compress(text.encode("utf-8", "surrogatepass"), 1, mtime=0)
        offset = self.end
        self.file.write(data)
        self.end += len(data)
        return offset, len(data)

    def get(self, row: Row) -> bytes:
        """The page, still compressed."""
        self.file.seek(row.offset)
        return self.file.read(row.size)


class PageHost:
    """One site's pages."""

    def __init__(self, name: str, rows: Sequence[Row], store: Store) -> None:
        self.name = name
        self.rows = rows
        self.store = store
        self.by_key = {address_key(row.path): row for row in rows}
        paths = Counter(key[0] for key in self.by_key)
        self.by_path = {key[0]: row for key, row in self.by_key.items() if paths[key[0]] == 1}
        scheme = Counter(row.scheme for row in rows).most_common(1)[0][0]
        self.head = Masthead(title=name, home=f"{scheme}://{name}/", language="und")

    def answer(self, asked: Asked) -> Answer:
        path = asked.path
        if path == "/robots.txt":
            return Answer(headers={"Content-Type": "text/plain"}, body=ROBOTS.format(home=self.head.home).encode())
        if path == FEED:
            return self.listing(asked, rss(self.head, self.announced(self.rows)), "application/rss+xml")
        if path == SITEMAP:
            return self.listing(asked, self.map_or_index(), "application/xml")
        child = CHILD.fullmatch(path)
        if child:
            start = int(child[1]) * PER_SITEMAP
            return self.listing(
                asked, sitemap(self.announced(self.rows[start : start + PER_SITEMAP])), "application/xml"
            )
        row = self.find(asked.target)
        if row:
            return self.page(asked, row)
        return self.home() if path == "/" else html(b"<h1>Not found</h1>", status=404)

    def find(self, target: str) -> Row | None:
        """The row at the address, or else the only one at its path, since crawlers differ in what they take for tracking."""
        key = address_key(target)
        return self.by_key.get(key) or self.by_path.get(key[0])

    def page(self, asked: Asked, row: Row) -> Answer:
        packed = self.store.get(row)
        headers = {"Content-Type": "text/html; charset=utf-8", "X-World-Id": quote(row.id, safe=UNSAFE)}
        if asked.takes_gzip():
            answer = Answer(headers={**headers, "Content-Encoding": "gzip", "Vary": "Accept-Encoding"}, body=packed)
        else:
            answer = Answer(headers={**headers, "Vary": "Accept-Encoding"}, body=gzip.decompress(packed))
        return validated(asked, answer, f'"{crc32(packed):08x}"', None)

    def map_or_index(self) -> str:
        if len(self.rows) <= PER_SITEMAP:
            return sitemap(self.announced(self.rows))
        count = -(-len(self.rows) // PER_SITEMAP)
        return sitemap_index(f"{self.head.home}broadsheet-sitemap-{number}.xml" for number in range(count))

    def listing(self, asked: Asked, text: str, kind: str) -> Answer:
        body = text.encode("utf-8", "replace")
        answer = Answer(headers={"Content-Type": f"{kind}; charset=utf-8"}, body=body)
        return validated(asked, answer, f'"{crc32(body):08x}"', None)

    def announced(self, rows: Sequence[Row]) -> list[Announced]:
        return [Announced(url=row.url, title=row.title, guid=row.id) for row in rows]

    def home(self) -> Answer:
        page = (
            f'<!DOCTYPE html><title>{self.name}</title><link rel="alternate" type="application/rss+xml" href="{FEED}">'
        )
        return html(f"{page}<h1>{self.name}</h1>".encode())

    def source(self) -> Source:
        base = self.head.home.rstrip("/")
        return Source(
            name=re.sub(r"[^a-z0-9]+", "-", self.name).strip("-"),
            title=self.name,
            home=self.head.home,
            language="",
            country="",
            feeds=(base + FEED,),
            sitemaps=(base + SITEMAP,),
        )


class Replayed:
    """A file of pages as a web of hosts."""

    def __init__(self, file: Path, clock: Clock) -> None:
        self.clock = clock
        self.store = Store(clock.folder)
        rows = list(read_rows(file, self.store))
        if not rows:
            raise BadPages(f"{file}: no page in it")
        by_host: dict[str, list[Row]] = defaultdict(list)
        for row in rows:
            by_host[row.host].append(row)
        self.hosts = {name: PageHost(name, own, self.store) for name, own in by_host.items()}

    def host(self, name: str) -> Host | None:
        return self.hosts.get(name)

    @cached_property
    def sources(self) -> list[Source]:
        return [host.source() for host in self.hosts.values()]

    def truths(self) -> Iterator[Truth]:
        """Nothing: what is true of strangers' pages is not known here."""
        return iter(())

    def addresses(self) -> Iterator[tuple[str, str]]:
        for host in self.hosts.values():
            yield from ((row.id, row.url) for row in host.rows)

    def reset(self) -> None:
        pass


def read_rows(file: Path, store: Store) -> Iterator[Row]:
    """The file's pages, each at its own address; bad rows are named on standard error and left out."""
    taken: set[tuple[str, Key]] = set()
    ids: set[str] = set()
    for number, line in lines(file):
        try:
            row = checked(line)
            if row["id"] in ids:
                raise BadPages(f"id '{row['id']}' is used twice")
            ids.add(row["id"])
            scheme, host, path = place(row, taken)
        except (ValueError, RecursionError) as error:
            print(f"{file}:{number}: {error}", file=sys.stderr)
            continue
        offset, size = store.put(row["html"])
        title = title_of(row["html"]) or row["id"]
        yield Row(id=row["id"], scheme=scheme, host=host, path=path, title=title, offset=offset, size=size)


def lines(file: Path) -> Iterator[tuple[int, bytes]]:
    try:
        with lzma.open(file) if file.suffix == ".xz" else file.open("rb") as opened:
            for number, line in enumerate(opened, 1):
                if line.strip():
                    yield number, line
    except (lzma.LZMAError, EOFError) as error:
        raise BadPages(f"{file}: {error}") from error


def checked(line: bytes) -> dict[str, Any]:
    row = json.loads(line)
    if not isinstance(row, dict):
        raise BadPages(f"row is no object but {type(row).__name__}")
    for key in ("id", "html"):
        if not isinstance(row.get(key), str) or not row[key]:
            raise BadPages(f"key '{key}' is missing or no text")
    if not isinstance(row.get("url") or "", str):
        raise BadPages(f"url '{row['url']}' is no text")
    return row


def place(row: dict[str, Any], taken: set[tuple[str, Key]]) -> tuple[str, str, str]:
    """Scheme, host and path for the row: its own, or /page/<id> where the path is empty, taken or missing."""
    scheme, host, path = parts(row.get("url") or "")
    key = address_key(path)
    if key[0] == "/" or reserved(key[0]) or (host, key) in taken:
        path = f"/page/{quote(row['id'], safe='')}"
        key = address_key(path)
    if (host, key) in taken:
        raise BadPages(f"address {scheme}://{host}{path} is taken")
    taken.add((host, key))
    return scheme, host, path


def parts(url: str) -> tuple[str, str, str]:
    """Scheme, host and path with query, as a crawler would ask for them."""
    try:
        split = urlsplit(url.strip())
        host = (split.hostname or "").encode("idna").decode("ascii")
    except (ValueError, UnicodeError):
        return "http", HOMELESS, "/"
    if not host or split.scheme not in ("http", "https"):
        return "http", HOMELESS, "/"
    path = split.path + (f"?{split.query}" if split.query else "")
    return split.scheme, host, quote(path, safe=UNSAFE) or "/"


def reserved(path: str) -> bool:
    return path in ("/robots.txt", FEED, SITEMAP) or CHILD.fullmatch(path) is not None


def title_of(page: str) -> str:
    found = TITLE.search(page, 0, TITLE_WITHIN)
    title = " ".join(unescape(found[1]).split()) if found else ""
    return "".join(sign for sign in title[:TITLE_LENGTH] if sign.isprintable())
