"""Writes the lists by which outlets announce their articles: RSS, Atom, JSON feed, sitemaps and their index."""

import gzip
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape

from broadsheet.world.almanac import rfc822


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    """One line of such a list."""

    url: str
    title: str
    summary: str = ""
    published: datetime | None = None
    updated: datetime | None = None
    guid: str = ""
    date: str = ""
    """Instead of the published date: what the list says, true or not, in the list's own form."""

    @property
    def changed(self) -> datetime | None:
        return self.updated or self.published


@dataclass(frozen=True, slots=True, kw_only=True)
class Masthead:
    title: str
    home: str
    language: str


def rss(head: Masthead, items: Iterable[Announced]) -> str:
    body = "".join(rss_item(item) for item in items)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>'
        f"<title>{escape(head.title)}</title><link>{escape(head.home)}</link>"
        f"<description>{escape(head.title)}</description><language>{head.language}</language>\n{body}</channel></rss>\n"
    )


def rss_item(item: Announced) -> str:
    date = item.date or (rfc822(item.published) if item.published else "")
    return (
        f"<item><title>{escape(item.title)}</title><link>{escape(item.url)}</link>"
        f'<guid isPermaLink="false">{escape(item.guid or item.url)}</guid>'
        + (f"<pubDate>{escape(date)}</pubDate>" if date else "")
        + (f"<description>{escape(item.summary)}</description>" if item.summary else "")
        + "</item>\n"
    )


def atom(head: Masthead, items: Sequence[Announced]) -> str:
    """An Atom feed whose links are relative to the home page, as xml:base says."""
    newest = max((item.changed for item in items if item.changed), default=datetime.fromtimestamp(0, UTC))
    body = "".join(atom_entry(head, item) for item in items)
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:base="{escape(head.home)}" xml:lang="{head.language}">'
        f'<title>{escape(head.title)}</title><id>{escape(head.home)}</id><link rel="alternate" href="{escape(head.home)}"/>'
        f"<updated>{newest.isoformat()}</updated>\n{body}</feed>\n"
    )


def atom_entry(head: Masthead, item: Announced) -> str:
    relative = item.url.removeprefix(head.home.rstrip("/"))
    published = item.published.isoformat() if item.published else ""
    updated = item.changed.isoformat() if item.changed else ""
    return (
        f"<entry><title>{escape(item.title)}</title><id>{escape(item.guid or item.url)}</id>"
        f'<link rel="alternate" type="text/html" href="{escape(relative)}"/>'
        f"<published>{published}</published><updated>{updated}</updated>"
        f'<summary type="text">{escape(item.summary)}</summary></entry>\n'
    )


def json_feed(head: Masthead, items: Iterable[Announced]) -> str:
    rows = [
        {
            "id": item.guid or item.url,
            "url": item.url,
            "title": item.title,
            "summary": item.summary,
            "date_published": item.published.isoformat() if item.published else None,
            "date_modified": item.changed.isoformat() if item.changed else None,
        }
        for item in items
    ]
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": head.title,
        "home_page_url": head.home,
        "items": rows,
    }
    return json.dumps({**feed, "language": head.language}, ensure_ascii=False)


def sitemap(items: Iterable[Announced]) -> str:
    body = "".join(
        f"<url><loc>{escape(item.url)}</loc>"
        + (f"<lastmod>{item.changed.isoformat()}</lastmod>" if item.changed else "")
        + "</url>\n"
        for item in items
    )
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="{SITEMAP}">\n{body}</urlset>\n'


def news_sitemap(head: Masthead, items: Iterable[Announced]) -> str:
    body = "".join(news_url(head, item) for item in items)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<urlset xmlns="{SITEMAP}" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">\n{body}</urlset>\n'
    )


def news_url(head: Masthead, item: Announced) -> str:
    published = item.published.isoformat() if item.published else ""
    return (
        f"<url><loc>{escape(item.url)}</loc><news:news><news:publication><news:name>{escape(head.title)}</news:name>"
        f"<news:language>{head.language}</news:language></news:publication>"
        f"<news:publication_date>{published}</news:publication_date>"
        f"<news:title>{escape(item.title)}</news:title></news:news></url>\n"
    )


def sitemap_index(urls: Iterable[str]) -> str:
    body = "".join(f"<sitemap><loc>{escape(url)}</loc></sitemap>\n" for url in urls)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<sitemapindex xmlns="{SITEMAP}">\n{body}</sitemapindex>\n'


def packed(text: str) -> bytes:
    """A list as a .gz file."""
    return gzip.compress(text.encode(), mtime=0)


SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
