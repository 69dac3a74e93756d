"""Lists of articles, sound, broken and hostile."""

from __future__ import annotations

import base64
import gzip
import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.discover import decode, feed_row, read

URL = "http://ex.test/feed"
RSS = "<rss version='2.0'><channel><title>C</title><link>http://ex.test/</link>{}</channel></rss>"


def urls(body: str | bytes, content_type: str = "") -> list[str]:
    raw = body.encode() if isinstance(body, str) else body
    return [entry.url for entry in read(raw, URL, content_type).entries]


def only(body: str) -> tuple[str, str | None, str | None, str | None]:
    [entry] = read(body.encode(), URL).entries
    return entry.url, entry.title, entry.published, entry.lastmod


def test_rss() -> None:
    item = (
        "<item><title>A &amp;amp; B</title><link> /a?x=1&amp;y=2\n</link><guid isPermaLink='false'>1</guid>"
        "<pubDate>Thu, 26 Nov 2026 10:00:00 GMT</pubDate></item>"
    )
    assert only(RSS.format(item)) == ("http://ex.test/a?x=1&y=2", "A & B", "2026-11-26T10:00:00+00:00", None)


@pytest.mark.parametrize(
    ("item", "url"),
    [
        ("<item><guid>http://ex.test/2</guid></item>", "http://ex.test/2"),
        ("<item><link/>http://ex.test/3<title>x</title></item>", "http://ex.test/3"),
        ("<item><link href='http://ex.test/4'/></item>", "http://ex.test/4"),
        ("<item><atom:link rel='self' href='/s'/><atom:link href='/5'/></item>", "http://ex.test/5"),
        ("<item><link>http://proxy.test/x</link><feedburner:origLink>http://ex.test/6</feedburner:origLink></item>", "http://ex.test/6"),
        ("<item><link><![CDATA[http://ex.test/7?a=1&b=2]]></link></item>", "http://ex.test/7?a=1&b=2"),
        ("<item><link>http://ex.test/8?a=1&copy=2</link></item>", "http://ex.test/8?a=1&copy=2"),
        ("<item><media:content><link>http://no/</link></media:content><link>http://ex.test/9</link></item>", "http://ex.test/9"),
        ("<item><link><![CDATA[<![CDATA[http://ex.test/11]]>]]></link></item>", "http://ex.test/11"),
        ("<item><link>www.ex.test/12</link></item>", "http://www.ex.test/12"),
        ("<item><link>//ex.test/13</link></item>", "http://ex.test/13"),
        ("<ITEM><LINK>http://ex.test/10</LINK></ITEM>", "http://ex.test/10"),
    ],
)  # fmt: skip
def test_where_items_keep_their_link(item: str, url: str) -> None:
    assert urls(RSS.format(item)) == [url]


def test_titles_are_text() -> None:
    assert (
        only(RSS.format("<item><title><![CDATA[<b>Two</b> & <i>co</i>]]></title><link>/a</link></item>"))[1]
        == "Two & co"
    )
    assert (
        only(RSS.format("<item><title>It&#8217;s &lt;em&gt;so&lt;/em&gt;</title><link>/a</link></item>"))[1]
        == "It\u2019s so"
    )


def test_atom() -> None:
    body = (
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:base="http://b.test/x/"><entry><title type="html">A &lt;i&gt;b&lt;/i&gt;'
        '</title><link rel="self" href="s"/><link href="a1"/><id>tag:1</id><updated>2026-11-25T10:00:00Z</updated>'
        '<source><title>no</title><link href="no"/></source></entry></feed>'
    )
    assert only(body) == ("http://b.test/x/a1", "A b", None, "2026-11-25T10:00:00+00:00")


def test_rdf() -> None:
    body = (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="x"><items><rdf:Seq><rdf:li'
        ' rdf:resource="http://ex.test/1"/></rdf:Seq></items></channel><item rdf:about="http://ex.test/1">'
        "<title>T</title><dc:date>2026-11-25T10:00:00+09:00</dc:date></item></rdf:RDF>"
    )
    assert only(body) == ("http://ex.test/1", "T", "2026-11-25T10:00:00+09:00", None)


def test_json_feed_whole_and_cut() -> None:
    items = [{"id": "1", "url": "/1", "title": "T", "date_published": "2026-11-25T10:00:00Z"}, {"id": "2", "url": "/2"}]
    body = json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": items})
    assert urls(body) == ["http://ex.test/1", "http://ex.test/2"]
    assert urls(body[:-10]) == ["http://ex.test/1"]
    assert read(b'{"a": 1}', URL).error == "not-a-feed"


def test_news_sitemap() -> None:
    body = (
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:n="http://www.google.com/schemas/sitemap-news/0.9"'
        ' xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"><url><loc>http://ex.test/1</loc>'
        "<lastmod>2026-11-25</lastmod><image:image><image:loc>http://no/</image:loc><image:title>no</image:title>"
        "</image:image><n:news><n:publication><n:name>N</n:name></n:publication><n:title>T</n:title>"
        "<n:publication_date>2026-11-24T10:00+01:00</n:publication_date></n:news></url></urlset>"
    )
    assert only(body) == ("http://ex.test/1", "T", "2026-11-24T10:00:00+01:00", "2026-11-25")


def test_sitemap_index_gzip_and_text() -> None:
    index = read(b"<sitemapindex><sitemap><loc>http://ex.test/s.xml.gz</loc></sitemap></sitemapindex>", URL)
    assert index.index
    assert [entry.url for entry in index.entries] == ["http://ex.test/s.xml.gz"]
    plain = b"".join(b"<url><loc>http://ex.test/%d</loc></url>" % (n * 7919) for n in range(2000))
    packed = gzip.compress(b"<urlset>" + plain + b"</urlset>")
    assert len(urls(packed)) == 2000
    assert 100 < len(urls(packed[: len(packed) // 2])) < 2000
    assert urls("http://ex.test/1\nhttp://ex.test/2\n") == ["http://ex.test/1", "http://ex.test/2"]
    assert urls("<x:urlset xmlns:x='urn:odd'><x:url><x:loc>http://ex.test/1</x:loc></x:url></x:urlset>") == [
        "http://ex.test/1"
    ]


def test_what_is_broken_gives_what_it_has() -> None:
    unclosed = (
        "<rss><channel><item><title>One <link>http://ex.test/1 <pubDate>Thu, 26 Nov 2026 10:00:00 GMT<item>"
        "<title>Two</title><link>http://ex.test/2</link><description>x <b>y <p></description>"
        "<pubDate>Thu, 26 Nov 2026 11:00:00 GMT</pubDate>"
    )
    entries = read(unclosed.encode(), URL).entries
    assert [(entry.url, entry.title) for entry in entries] == [("http://ex.test/1", "One"), ("http://ex.test/2", "Two")]
    assert entries[1].published == "2026-11-26T11:00:00+00:00"
    noisy = "<br />\n<b>Warning</b>: x in y.php<br />\n" + RSS.format("<item><link>http://ex.test/1</link></item>")
    assert urls(noisy) == ["http://ex.test/1"]
    assert urls(RSS.format("<item><title>AT&T <3</title><link>http://ex.test/1</link></item>")) == ["http://ex.test/1"]


@pytest.mark.parametrize(
    ("encoding", "declared", "content_type"),
    [
        ("cp1251", "windows-1251", ""),
        ("cp1251", "utf-8", "text/xml; charset=windows-1251"),
        ("utf-8", "iso-8859-1", "text/xml; charset=iso-8859-1"),
        ("utf-16", "utf-16", ""),
        ("utf-8-sig", "windows-1251", ""),
        ("koi8-r", "koi8-r", "application/xml"),
        ("gb18030", "gb2312", ""),
        ("cp932", "shift_jis", ""),
    ],
)
def test_charsets(encoding: str, declared: str, content_type: str) -> None:
    text = f'<?xml version="1.0" encoding="{declared}"?>' + RSS.format(
        "<item><title>Привет, мир</title><link>/1</link></item>"
    )
    [entry] = read(text.encode(encoding), URL, content_type).entries
    assert entry.title == "Привет, мир"


def test_one_damaged_letter_is_no_other_charset() -> None:
    assert decode("Привет, мир".encode() * 20 + b"\xd0").startswith("Привет, мир")


NESTED = b'<!DOCTYPE l [<!ENTITY a "x"><!ENTITY b "&a;&a;">]>' + RSS.format("<item><link>/1</link></item>").encode()


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf \n", "empty"),
        (b"\x00\x01\x02\xff" * 50, "not-a-feed"),
        (b"hello", "not-a-feed"),
        (b"<html><body>Not found <a href='/'>home</a></body></html>", "not-a-feed"),
        (b"<rss><channel><title>cut", "broken"),
        (b"\x1f\x8b\x08broken", "bad-gzip"),
        (NESTED, "entity-bomb"),
        (b'<!DOCTYPE l [<!ENTITY a "' + b"x" * 9000 + b'">]><rss/>', "entity-bomb"),
        (gzip.compress(b" " * 60_000_000), "too-large"),
        (b"<rss><channel></channel></rss>", None),
        (b"<rss/>", None),
        (b'<!DOCTYPE l [<!ENTITY nbsp "&#160;">]><rss><channel></channel></rss>', None),
    ],
)  # fmt: skip
def test_reasons(body: bytes, error: str | None) -> None:
    reading = read(body, URL)
    assert reading.error == error
    assert not reading.entries


def test_foreign_files_are_never_read() -> None:
    body = (
        b'<!DOCTYPE r [<!ENTITY f SYSTEM "file:///etc/passwd">]>'
        + RSS.format("<item><title>&f;</title><link>/1</link></item>").encode()
    )
    [entry] = read(body, URL).entries
    assert entry.title == "&f;"


@pytest.mark.parametrize(
    "body",
    ["<" * 1_000_000, "<![CDATA[" * 200_000, "<!--" * 300_000, "<a " * 500_000, '<a b="' * 300_000, "<rss>" + "<a>" * 200_000,
     "<rss><item>" + "<title>" * 200_000, "<rss>" + "<!DOCTYPE " * 100_000, "[" * 1_000_000, "<html>" + "<div>" * 100_000,
     "<rss " + "a='1' " * 300_000, "<?" * 500_000, "<rss><item></b>" * 60_000, "<html>" + "<script>" * 100_000],
)  # fmt: skip
def test_hostile_documents_cost_little(body: str) -> None:
    started = time.process_time()
    read(body.encode(), URL)
    assert time.process_time() - started < 15


@given(st.binary(max_size=300))
def test_any_bytes_have_an_answer(body: bytes) -> None:
    row: dict[str, Any] = {"id": 3, "url": URL, "body_base64": base64.b64encode(b"<rss>" + body).decode()}
    assert set(feed_row(row)) == {"id", "index", "entries", "error"}


def test_the_filter() -> None:
    row = {"id": 1, "url": URL, "content_type": None, "body": RSS.format("<item><link>/1</link></item>")}
    expected = [{"url": "http://ex.test/1", "title": None, "published": None, "lastmod": None}]
    assert feed_row(row) == {"id": 1, "index": False, "entries": expected, "error": None}
    assert feed_row({"body_base64": "%%%="})["error"] in {"empty", "bad-base64", "not-a-feed"}
    assert feed_row({"body": "\ud800<rss/>"})["id"] is None


def test_nul_and_lone_surrogates_do_not_pass() -> None:
    [entry] = read(RSS.format("<item><title>a&#0;b&#xD800;</title><link>/1\x00</link></item>").encode(), URL).entries
    assert "\x00" not in entry.url + (entry.title or "")
    entry.title and entry.title.encode()
