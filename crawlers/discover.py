"""One reader for everything that lists articles: feeds of all kinds, sitemaps, section pages."""

from __future__ import annotations

import base64
import binascii
import codecs
import json
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any, Literal

from broadsheet.address import join
from broadsheet.border import clean
from crawlers import section, xml_scan
from crawlers.feed_date import iso
from crawlers.xml_scan import Mark

LARGEST = 50 * 1024 * 1024
"""Bytes a list may have, decompressed: the sitemap protocol's own limit."""

MOST = 50_000
"""Entries that are read of one list: the sitemap protocol's own limit."""

MOST_MARKS = 4_000_000
"""Elements and texts that are looked at: some seconds' work, ten times what the largest honest sitemap has."""

LONGEST_TITLE = 1000
"""Characters of a title."""

Kind = Literal["feed", "sitemap", "section", ""]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing a list points at."""

    url: str
    """Absolute, as the list means it."""
    title: str | None = None
    published: str | None = None
    """ISO 8601, as `feed_date.iso` gives it."""
    lastmod: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a list says."""

    entries: tuple[Entry, ...] = ()
    index: bool = False
    """The entries are lists themselves (a sitemap index)."""
    kind: Kind = ""
    error: str | None = None
    """A word: `empty`, `not-a-feed`, `broken`, `too-large`, `entity-bomb`, `bad-gzip`."""
    feeds: tuple[str, ...] = ()
    """Addresses of feeds that a page names."""
    language: str | None = None


def feed_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """`{id, url, content_type, body | body_base64}` -> `{id, index, entries: [{url, title, published, lastmod}],
    error}`."""
    try:
        reading = read(_body(row), str(row.get("url") or ""), str(row.get("content_type") or ""))
    except binascii.Error:
        reading = Reading(error="bad-base64")
    entries = [
        {"url": entry.url, "title": entry.title, "published": entry.published, "lastmod": entry.lastmod}
        for entry in reading.entries
    ]
    return {"id": row.get("id"), "index": reading.index, "entries": entries, "error": reading.error}


def _body(row: Mapping[str, Any]) -> bytes:
    if row.get("body_base64") is not None:
        return base64.b64decode(str(row["body_base64"]))
    body = row.get("body")
    return body if isinstance(body, bytes) else str(body or "").encode("utf-8", "surrogatepass")


def read(body: bytes, url: str = "", content_type: str = "") -> Reading:
    """What the body lists; the media type is only believed for its charset, as servers say anything."""
    for _ in range(2):  # servers that compress what was compressed
        if body[:2] != b"\x1f\x8b":
            break
        body, error = _gunzip(body)
        if error:
            return Reading(error=error)
    if len(body) > LARGEST:
        return Reading(error="too-large")
    if not body.strip(b" \t\r\n\x00\xef\xbb\xbf"):
        return Reading(error="empty")
    text = decode(body, content_type)
    reading = _read_text(text, url, content_type)
    if reading.kind and not reading.entries and len(body) >= LARGEST:
        return Reading(error="too-large")
    return reading


def _gunzip(body: bytes) -> tuple[bytes, str | None]:
    """All members, bounded; a cut or damaged end costs only itself."""
    parts: list[bytes] = []
    size = 0
    while body[:2] == b"\x1f\x8b":
        stream = zlib.decompressobj(wbits=31)
        try:
            part = stream.decompress(body, LARGEST + 1 - size)
        except zlib.error:
            part = _salvage(body)
            body = b""
        else:
            body = stream.unused_data
        parts.append(part)
        size += len(part)
        if size > LARGEST:
            return b"", "too-large"
    return b"".join(parts), None if size else "bad-gzip"


def _salvage(body: bytes) -> bytes:
    """What can be read before the damage."""
    stream = zlib.decompressobj(wbits=31)
    parts = []
    try:
        for start in range(0, len(body), 512):
            parts.append(stream.decompress(body[start : start + 512], LARGEST))
    except zlib.error:
        pass
    return b"".join(parts)


_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_DECLARATION = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']?\s*([A-Za-z0-9_.:\-]+)", re.IGNORECASE)
_META = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:\-]+)", re.IGNORECASE)
_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:\-]+)", re.IGNORECASE)
# What people call by one name and write in its superset, as the WHATWG encoding standard lists them.
_SUPERSETS = {
    **{"iso8859-1": "cp1252", "ascii": "cp1252", "iso8859-9": "cp1254", "iso8859-11": "cp874"},
    **{"gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932", "euc_kr": "cp949", "big5": "big5hkscs"},
}


def decode(body: bytes, content_type: str = "") -> str:
    """The text: by its byte order mark, as UTF-8 where it is valid UTF-8 whatever it claims, else as it claims."""
    for mark, name in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace")
    if body[:4] in {b"<\x00?\x00", b"<\x00r\x00"} or body[:4] in {b"\x00<\x00?", b"\x00<\x00r"}:
        return body.decode("utf-16-le" if body[1] == 0 else "utf-16-be", "replace")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        # One cut letter at the end or a damaged one is no other encoding.
        mostly = error.start > 0 and _mostly_utf8(body)
    for name in () if mostly else _claimed(body, content_type):
        try:
            return body.decode(name)
        except UnicodeDecodeError:
            continue
    claimed = "utf-8" if mostly else next(iter(_claimed(body, content_type)), "utf-8")
    return body.decode("cp1252" if claimed == "utf-8" and not mostly else claimed, "replace")


def _mostly_utf8(body: bytes) -> bool:
    text = body.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    return sum(1 for letter in text[:200_000] if letter > "\x7f") > 10 * broken


def _claimed(body: bytes, content_type: str) -> Iterator[str]:
    head = body[:2048]
    named = [found.group(1).decode("ascii") for pattern in (_DECLARATION, _META) if (found := pattern.search(head))]
    named += _CHARSET.findall(content_type)
    for name in named:
        try:
            known = codecs.lookup(name).name
        except LookupError:
            continue
        known = _SUPERSETS.get(known, known)
        if known.startswith("utf-16") or known.startswith("utf-32") or known in {"idna", "punycode", "hex", "zlib"}:
            continue  # it was readable as ASCII, or the claim would not have been found
        if getattr(codecs.lookup(known), "_is_text_encoding", True):
            yield known


_ROOT = re.compile(r"<(?:[\w.\-]+:)?(rss|rdf|feed|urlset|sitemapindex|channel|item|entry)(?=[\s>/])", re.IGNORECASE)
_PAGE = re.compile(r"<(?:!doctype\s+html|html|head|body)(?=[\s>])", re.IGNORECASE)
_ADDRESS_LINE = re.compile(r"https?://\S+$", re.IGNORECASE)


def _read_text(text: str, url: str, content_type: str) -> Reading:
    start = text.lstrip("\ufeff \t\r\n\x00")
    if start[:1] in {"{", "["}:
        return _read_json(start, url)
    root, page = _ROOT.search(text[:100_000]), _PAGE.search(text[:100_000])
    if root and (not page or root.start() < page.start()):
        if xml_scan.bomb(text):
            return Reading(error="entity-bomb")
        return _read_xml(text[root.start() :], url)
    if xml_scan.bomb(text):
        return Reading(error="entity-bomb")
    if page or "html" in content_type.lower():
        return _read_page(text, url)
    return _read_lines(start)


def _read_lines(text: str) -> Reading:
    """A sitemap in plain text: nothing but addresses, one a line."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    addresses = [line for line in lines if _ADDRESS_LINE.match(line)]
    if not addresses or len(addresses) < 0.8 * len(lines):
        return Reading(error="not-a-feed")
    return Reading(kind="sitemap", entries=tuple(Entry(url=clean(address)) for address in addresses[:MOST]))


def _read_page(text: str, url: str) -> Reading:
    links, feeds, language = section.links(text, url)
    entries = tuple(Entry(url=link, title=title) for link, title in links)
    return Reading(
        kind="section",
        entries=entries,
        feeds=tuple(feeds),
        language=language,
        error=None if entries or feeds else "not-a-feed",
    )


def _read_json(text: str, url: str) -> Reading:
    """JSON Feed 1 and 1.1; what stands before a cut is kept."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        data = _salvage_json(text)
    items = data.get("items") if isinstance(data, dict) else None
    if not isinstance(items, list) or not isinstance(data, dict):
        return Reading(error="not-a-feed")
    entries = [entry for item in items[:MOST] if isinstance(item, dict) and (entry := _json_entry(item, url))]
    version = str(data.get("version") or "")
    if items and not entries and "jsonfeed" not in version:
        return Reading(error="not-a-feed")
    language = data.get("language")
    return Reading(kind="feed", entries=tuple(entries), language=language if isinstance(language, str) else None)


def _json_entry(item: dict[str, Any], url: str) -> Entry | None:
    candidates = [item.get(name) for name in ("url", "external_url", "id", "link")]
    address = next((found for given in candidates if isinstance(given, str) and (found := join(url, given))), None)
    if not address:
        return None
    return Entry(
        url=clean(address),
        title=_title(str(item["title"])) if isinstance(item.get("title"), str) else None,
        published=iso(str(item.get("date_published") or "")),
        lastmod=iso(str(item.get("date_modified") or "")),
    )


def _salvage_json(text: str) -> dict[str, Any]:
    start = re.search(r"\"items\"\s*:\s*\[", text)
    if not start:
        return {}
    decoder, place = json.JSONDecoder(), start.end()
    items: list[Any] = []
    try:
        while len(items) < MOST:
            item, place = decoder.raw_decode(text, text.index("{", place))
            items.append(item)
    except (ValueError, RecursionError):
        pass
    return {"items": items} if items else {}


# Namespaces by what is in their address: outlets misspell them, with www or without, with a slash or without.
_NAMESPACES = (
    ("w3.org/2005/atom", "atom"),
    ("purl.org/atom/ns", "atom"),
    ("purl.org/dc/terms", "dcterms"),
    ("purl.org/dc/elements", "dc"),
    ("search.yahoo.com/mrss", "media"),
    ("google.com/schemas/sitemap-news", "news"),
    ("google.com/schemas/sitemap-image", "other"),
    ("google.com/schemas/sitemap-video", "other"),
    ("feedburner", "feedburner"),
    ("sitemaps.org/schemas/sitemap", "own"),
    ("google.com/schemas/sitemap", "own"),
    ("purl.org/rss/1.0/modules", "other"),
    ("purl.org/rss/1.0", "own"),
    ("purl.org/net/rss", "own"),
    ("my.netscape.com/rdf", "own"),
    ("backend.userland.com/rss", "own"),
    ("w3.org/1999/02/22-rdf-syntax-ns", "own"),
    ("w3.org/1999/xhtml", "xhtml"),
)
_USUAL = {
    **{"atom": "atom", "atom10": "atom", "a10": "atom", "dc": "dc", "dcterms": "dcterms", "media": "media"},
    **{"news": "news", "n": "news", "feedburner": "feedburner", "rdf": "own", "sitemap": "own", "sm": "own"},
    "xhtml": "xhtml",
}
_NO_SCHEME = re.compile(r"www\.[\w-]+\.[\w.-]+(?:/|$)", re.IGNORECASE)
_RECORDS = frozenset({"item", "entry", "url", "sitemap"})
# Elements of a record that hold no other of its elements: one that was left open ends where the next begins.
_LEAF_NAMES = (
    "title link guid id pubdate date published updated issued created modified loc lastmod changefreq priority "
    "description summary author category comments language"
)
_LEAVES = frozenset(_LEAF_NAMES.split())
# (namespace, element) -> the slot it fills.
_SLOTS = {
    **{("own", "title"): "title", ("atom", "title"): "title", ("dc", "title"): "dc-title"},
    **{("media", "title"): "media-title", ("news", "title"): "title", ("news", "publication_date"): "published"},
    **{("own", "link"): "link", ("atom", "link"): "link", ("own", "loc"): "link", ("own", "url"): "link"},
    **{("feedburner", "origlink"): "origin", ("own", "guid"): "guid", ("own", "id"): "guid", ("atom", "id"): "guid"},
    **{("own", "pubdate"): "published", ("own", "published"): "published", ("own", "date"): "dc-date"},
    **{("own", "issued"): "published", ("own", "created"): "created", ("atom", "published"): "published"},
    **{("atom", "issued"): "published", ("atom", "created"): "created", ("atom", "updated"): "lastmod"},
    **{("atom", "modified"): "lastmod", ("own", "updated"): "lastmod", ("own", "modified"): "lastmod"},
    **{("own", "lastmod"): "lastmod", ("dc", "date"): "dc-date", ("dcterms", "issued"): "issued"},
    **{("dcterms", "created"): "created", ("dcterms", "modified"): "modified", ("own", "lastbuilddate"): "other"},
    **{("own", "publication_date"): "published"},
}


@dataclass(slots=True)
class _Record:
    """An item while it is read."""

    element: str
    depth: int
    texts: dict[str, str] = field(default_factory=dict)
    links: list[tuple[int, str]] = field(default_factory=list)
    """(how good, address)."""
    permalink: bool = True


@dataclass(slots=True)
class _Open:
    """An element that is open."""

    name: str
    local: str
    space: str
    default: str
    base: str


class _Reader:
    """Turns marks into entries."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.entries: list[Entry] = []
        self.records: dict[str, int] = {}
        self.language: str | None = None
        self.closed = False
        self.index = False
        self.root = ""
        self._prefixes: dict[str, str] = {}
        self._open: list[_Open] = []
        self._record: _Record | None = None
        self._slot = ""
        self._slot_depth = 0
        self._text: list[str] = []

    def feed(self, mark: Mark) -> None:
        if mark.kind in {"text", "raw"}:
            if self._slot:
                self._text.append(mark.value if mark.kind == "raw" else xml_scan.plain(mark.value))
        elif mark.kind == "close":
            self._close(mark.value)
        else:
            self._start(mark)

    def finish(self) -> None:
        self._end_slot()
        self._end_record()

    def _start(self, mark: Mark) -> None:
        given = xml_scan.attributes(mark.attributes)
        element = self._element(mark.value, given)
        if not self.root:
            element = self._root(element, mark.kind)
        if self._slot:
            self._recover(element)
        if element.local in _RECORDS and element.space in {"own", "atom"} and self._is_record(element.local):
            self._begin(element, given)
        elif self._record:
            self._field(element, given, mark.kind == "empty")
        elif element.local == "language" and not self.language:
            self._slot, self._slot_depth, self._text = "language", len(self._open), []
        if not self._record and not self.language and given.get("xml:lang"):
            self.language = given["xml:lang"]
        if mark.kind == "open":
            self._open.append(element)

    def _is_record(self, local: str) -> bool:
        if local in {"url", "sitemap"}:
            return self.root in {"urlset", "sitemapindex"} and not (self._record and local == "url" and self._inside())
        return self.root not in {"urlset", "sitemapindex"}

    def _inside(self) -> bool:
        """Deep inside a record: its `<image:image><url>` is no record."""
        return bool(self._record and len(self._open) > self._record.depth + 1)

    def _element(self, name: str, given: dict[str, str]) -> _Open:
        parent = self._open[-1] if self._open else None
        default, base = (parent.default, parent.base) if parent else ("own", self.url)
        if given:
            for key, value in given.items():
                if key.startswith("xmlns:"):
                    self._prefixes[key[6:]] = _space(value)
                elif key == "xmlns":
                    default = _space(value)
                elif key == "xml:base":
                    base = join(base, value) or base
        prefix, colon, local = name.rpartition(":")
        if not colon:
            return _Open(name, name, default, default, base)
        return _Open(name, local, self._prefixes.get(prefix) or _USUAL.get(prefix, "other"), default, base)

    def _root(self, element: _Open, kind: str) -> _Open:
        """The first element's namespace is the list's own, however it is spelled."""
        self.root, self.closed = element.local, kind == "empty"
        if element.space != "other":
            return element
        prefix, colon, _ = element.name.rpartition(":")
        if colon:
            self._prefixes[prefix] = "own"
        return replace(element, space="own", default=element.default if colon else "own")

    def _recover(self, element: _Open) -> None:
        """An element that was left open ends where the next begins: only titles have markup in them."""
        known = element.local in _LEAVES or element.local in _RECORDS
        if self._slot == "title" and not (known and element.space in {"own", "atom"}):
            return
        del self._open[self._slot_depth :]
        self._end_slot()

    def _begin(self, element: _Open, given: dict[str, str]) -> None:
        self._end_slot()
        if self._record:
            del self._open[self._record.depth :]
            self._end_record()
        self._record = _Record(element=element.local, depth=len(self._open))
        about = given.get("rdf:about")
        if about:
            self._link(1, about, element.base)

    def _field(self, element: _Open, given: dict[str, str], empty: bool) -> None:
        assert self._record is not None
        slot = _SLOTS.get((element.space, element.local))
        if slot is None or self._slot:
            return
        if element.space != "news":
            above = self._open[self._record.depth + 1 :]
            if any(one.local not in _LEAVES or one.space not in {"own", "atom"} for one in above):
                return
            del self._open[self._record.depth + 1 :]
        if slot == "link" and "href" in given:
            self._href(given, element.base)
            return
        if slot == "guid" and given.get("ispermalink", "").lower() == "false":
            self._record.permalink = False
        # `<link/>http://...` is what an HTML serialiser makes of a link: the text behind it is meant.
        if not empty or slot == "link":
            self._slot, self._slot_depth, self._text = slot, len(self._open), []

    def _href(self, given: dict[str, str], base: str) -> None:
        relation = given.get("rel", "alternate").lower()
        if relation.rpartition("/")[2] != "alternate":
            return
        media = given.get("type", "text/html").lower()
        self._link(6 if "html" in media else 3, given["href"], base)

    def _link(self, rank: int, given: str, base: str) -> None:
        given = "".join(given.split()) if "\n" in given else given
        address = join(base, f"http://{given}" if _NO_SCHEME.match(given) else given)
        if address and self._record:
            self._record.links.append((rank, address))

    def _close(self, name: str) -> None:
        for place in range(len(self._open) - 1, max(-1, len(self._open) - 60), -1):
            if self._open[place].name == name:
                break
        else:
            return
        if self._slot and place <= self._slot_depth:
            self._end_slot()
        del self._open[place:]
        if self._record and place <= self._record.depth:
            self._end_record()
        if not place:
            self.closed = True

    def _end_slot(self) -> None:
        slot, self._slot = self._slot, ""
        if not slot:
            return
        # Some wrap twice; the marks of the outer wrapping are no text.
        text = "".join(self._text).replace("<![CDATA[", "").replace("]]>", "").strip()
        if slot == "language":
            self.language = text[:35] or None
        elif self._record and text:
            base = self._open[-1].base if self._open else self.url
            if slot in {"link", "origin"}:
                self._link(7 if slot == "origin" else 6, text.replace("&amp;", "&"), base)
            elif slot not in self._record.texts:
                self._record.texts[slot] = text[: 20 * LONGEST_TITLE]

    def _end_record(self) -> None:
        record, self._record = self._record, None
        if record is None:
            return
        self.records[record.element] = self.records.get(record.element, 0) + 1
        guid = record.texts.get("guid", "")
        if re.match(r"https?://", guid, re.IGNORECASE):
            record.links.append((4 if record.permalink and record.element == "item" else 2, guid.strip()))
        best = max(record.links, key=lambda link: link[0], default=None)
        if best and len(self.entries) < MOST:
            self.entries.append(_entry(record, best[1]))


def _space(address: str) -> str:
    address = address.lower().strip()
    return next((kind for part, kind in _NAMESPACES if part in address), "own" if not address else "other")


def _entry(record: _Record, url: str) -> Entry:
    texts = record.texts
    title = next((texts[name] for name in ("title", "dc-title", "media-title") if texts.get(name)), None)
    published = (iso(texts[name]) for name in ("published", "dc-date", "issued", "created") if name in texts)
    lastmod = (iso(texts[name]) for name in ("lastmod", "modified") if name in texts)
    return Entry(
        url=clean(url),
        title=_title(title) if title else None,
        published=next((date for date in published if date), None),
        lastmod=next((date for date in lastmod if date), None),
    )


_TAG = re.compile(
    r"</?(?:a|b|i|u|em|strong|span|br|p|div|sup|sub|font|small|big|mark|h[1-6]|img|abbr|cite|q|s|tt)(?:\s[^<>]*)?/?>",
    re.I,
)


def _title(text: str) -> str | None:
    """The title as a reader sees it: feeds escape it once or twice, and put markup into it."""
    text = text[: 20 * LONGEST_TITLE]
    if "&" in text:
        text = xml_scan.plain(text)
    if "<" in text:
        text = xml_scan.plain(_TAG.sub(lambda tag: " " if tag.group().lower().startswith("<br") else "", text))
    return clean(" ".join(text.replace("\u00ad", "").split()))[:LONGEST_TITLE] or None


def _read_xml(text: str, url: str) -> Reading:
    reader = _Reader(url)
    for mark in islice(xml_scan.scan(text), MOST_MARKS):
        reader.feed(mark)
        if len(reader.entries) >= MOST:
            break
    reader.finish()
    sitemap = reader.root in {"urlset", "sitemapindex"}
    children = reader.records.get("sitemap", 0)
    pages = reader.records.get("url", 0)
    index = sitemap and (children > pages or (reader.root == "sitemapindex" and not pages))
    if not reader.entries and not reader.closed:
        return Reading(error="broken")
    return Reading(
        kind="sitemap" if sitemap else "feed", index=index, entries=tuple(reader.entries), language=reader.language
    )
