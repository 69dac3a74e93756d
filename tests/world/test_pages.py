"""Given pages, served as the sites they came from."""

import gzip
import json
import lzma
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lxml import etree  # type: ignore[import-untyped]

from broadsheet.world.pages import FEED, HOMELESS, SITEMAP, parts
from broadsheet.world.process import World, WorldFailed, start

SHARED = Path(__file__).parents[2].parent / "shared" / "pages" / "pages.jsonl.xz"

ROWS: list[dict[str, Any]] = [
    {"id": "a:1/x", "url": "https://one.test/news/1?b=2&a=1", "html": "<title>One &amp; only</title>é\x00"},
    {"id": "a:2", "url": "https://one.test/news/1?a=1&b=2&utm_source=rss", "html": "same address but for tracking"},
    {"id": "a:3", "url": "http://one.test/", "html": "at the root"},
    {"id": "a:4", "url": "http://one.test", "html": "nowhere below the host"},
    {"id": "a:5", "url": "", "html": "without a home"},
    {"id": "a:6", "html": "without a url"},
    {"id": "a:7", "url": None, "html": "null url"},
    {"id": "a:8", "url": "http://пример.test/путь", "html": "Кириллица"},
    {"id": "a:9", "url": "http://one.test/robots.txt", "html": "where robots look"},
    {"id": "a:10", "url": "http://two.test:8080/p#fragment", "html": "another port"},
    {"id": "a:11", "url": "ftp://one.test/file", "html": "another scheme"},
    {"id": "a:12", "url": "http://one.test/lone", "html": "half a pair: \ud83d"},
    *({"id": f"m:{n}", "url": f"http://many.test/{n}.html", "html": f"page {n}"} for n in range(45)),
]
BAD = [
    "not json",
    '{"id": "a:1/x", "url": "", "html": "id again"}',
    '{"url": "x", "html": "y"}',
    '{"id": "b", "html": 7}',
    "[1]",
]


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("pages")
    file = folder / "pages.jsonl"
    file.write_text("\n".join([json.dumps(row) for row in ROWS] + ["", *BAD]), encoding="utf-8")
    with start(folder, pages=file) as running:
        yield running


def test_each_row_has_an_address_of_its_own(pages: World) -> None:
    addresses = pages.addresses()
    assert addresses.keys() == {row["id"] for row in ROWS}
    assert len(set(addresses.values())) == len(ROWS)


@pytest.mark.parametrize(
    ("key", "url"),
    [
        ("a:1/x", "https://one.test/news/1?b=2&a=1"),
        ("a:2", "https://one.test/page/a%3A2"),  # taken
        ("a:3", "http://one.test/page/a%3A3"),  # empty
        ("a:4", "http://one.test/page/a%3A4"),
        ("a:5", f"http://{HOMELESS}/page/a%3A5"),
        ("a:6", f"http://{HOMELESS}/page/a%3A6"),
        ("a:8", "http://xn--e1afmkfd.test/%D0%BF%D1%83%D1%82%D1%8C"),
        ("a:9", "http://one.test/page/a%3A9"),
        ("a:10", "http://two.test/p"),
        ("a:11", f"http://{HOMELESS}/page/a%3A11"),
    ],
)
def test_addresses_follow_the_rows_own(pages: World, key: str, url: str) -> None:
    assert pages.addresses()[key] == url


def test_pages_come_back_as_they_were(pages: World) -> None:
    addresses = pages.addresses()
    for row in ROWS:
        reply = pages.get(addresses[row["id"]])
        assert reply.body == row["html"].encode("utf-8", "surrogatepass")
        assert reply.headers["x-world-id"] == row["id"]
        assert reply.headers["content-type"] == "text/html; charset=utf-8"


def test_pages_come_packed_to_those_who_take_it(pages: World) -> None:
    reply = pages.get("http://two.test/p", {"Accept-Encoding": "gzip, br"})
    assert reply.headers["content-encoding"] == "gzip"
    assert gzip.decompress(reply.body) == b"another port"
    assert pages.get("http://two.test/p", {"If-None-Match": reply.headers["etag"]}).status == 304


@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("https://one.test/news/1?a=1&b=2", 200),
        ("https://one.test/news/1", 200),  # the only one at its path
        ("http://many.test/3.html?from=feed", 200),
        ("http://many.test/99.html", 404),
        ("http://many.test/", 200),
        ("http://three.test/", 421),
    ],
)
def test_addresses_are_found_however_a_crawler_spells_them(pages: World, url: str, status: int) -> None:
    assert pages.get(url).status == status


def test_the_feed_carries_ids_and_titles(pages: World) -> None:
    feed = etree.fromstring(pages.get(f"https://one.test{FEED}").body)
    items = {str(item.findtext("guid")): item for item in feed.iterfind("channel/item")}
    assert set(items) == {"a:1/x", "a:2", "a:3", "a:4", "a:9", "a:12"}
    assert items["a:1/x"].findtext("title") == "One & only"
    assert items["a:1/x"].findtext("link") == pages.addresses()["a:1/x"]


def test_many_pages_have_a_sitemap_index(pages: World) -> None:
    index = etree.fromstring(pages.get(f"http://many.test{SITEMAP}").body)
    children = [str(loc.text) for loc in index.iter("{*}loc")]
    assert len(children) == 3
    listed = {str(loc.text) for child in children for loc in etree.fromstring(pages.get(child).body).iter("{*}loc")}
    assert listed == {f"http://many.test/{n}.html" for n in range(45)}
    few = etree.fromstring(pages.get(f"http://two.test{SITEMAP}").body)
    assert [str(loc.text) for loc in few.iter("{*}loc")] == ["http://two.test/p"]


def test_robots_are_welcome_and_shown_the_sitemap(pages: World) -> None:
    text = pages.get("https://one.test/robots.txt").body.decode()
    assert "Disallow:\n" in text
    assert SITEMAP in text


def test_every_host_is_a_source(pages: World) -> None:
    sources = {source["title"]: source for source in pages.sources()}
    assert set(sources) == {"one.test", "two.test", "many.test", "xn--e1afmkfd.test", HOMELESS}
    assert sources["many.test"]["feeds"] == [f"http://many.test{FEED}"]
    assert len({source["name"] for source in sources.values()}) == len(sources)


def test_bad_rows_are_named_and_left_out(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "rows.jsonl"
    good = [json.dumps({"id": "a:1/x", "html": "x"})]
    file.write_text("\n".join(good + BAD), encoding="utf-8")
    with start(tmp_path, pages=file) as running:
        assert set(running.addresses()) == {"a:1/x"}
    told = capfd.readouterr().err.splitlines()
    assert [line.removeprefix(f"{file}:").partition(":")[0] for line in told] == ["2", "3", "4", "5", "6"]
    assert "id 'a:1/x' is used twice" in told[1]


@pytest.mark.parametrize("content", [b"", b"not json\n"])
def test_a_file_without_pages_is_refused(tmp_path: Path, content: bytes, capfd: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_bytes(content)
    with pytest.raises(WorldFailed):
        start(tmp_path, pages=file)
    assert "no page in it" in capfd.readouterr().err


def test_a_broken_archive_is_refused(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "rows.jsonl.xz"
    file.write_bytes(lzma.compress(b'{"id": "a", "html": "x"}\n' * 1000)[:-20])
    with pytest.raises(WorldFailed):
        start(tmp_path, pages=file)
    error = capfd.readouterr().err
    assert "rows.jsonl.xz" in error
    assert "Traceback" not in error


@pytest.mark.parametrize(
    "url", ["http://[bad/", "http://" + "a" * 70 + ".test/x", "//one.test/x", "mailto:x", "http:///x"]
)
def test_addresses_that_name_no_host_are_homeless(url: str) -> None:
    assert parts(url) == ("http", HOMELESS, "/")


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.exists(), reason="../shared/pages is not there")
def test_all_real_pages_are_served_each_at_its_own_address(tmp_path: Path) -> None:
    with start(tmp_path, pages=SHARED) as running, lzma.open(SHARED, "rt", encoding="utf-8") as rows:
        addresses = running.addresses()
        assert len(addresses) == len(set(addresses.values())) == 1450
        assert len(running.sources()) == 692
        seen: Counter[int] = Counter()
        for line in rows:
            row = json.loads(line)
            reply = running.get(addresses[row["id"]], {"Accept-Encoding": "gzip"})
            assert gzip.decompress(reply.body) == row["html"].encode(), row["id"]
            assert reply.headers["x-world-id"] == row["id"]
            seen[reply.status] += 1
        assert seen == {200: 1450}
