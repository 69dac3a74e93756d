"""Source files: what they may say, and how they fail."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from broadsheet.errors import BadSource
from crawlers.source import Source, load, load_all, parse, write

SHIPPED = Path(__file__).parents[2] / "crawlers" / "sources"
PATH = Path("sources/bbc.toml")
GOOD = 'title = "BBC"\nstart = "https://bbc.test/"\n'


def test_two_keys_are_enough() -> None:
    source = parse(GOOD, PATH)
    assert (source.name, source.title) == ("bbc", "BBC")
    assert source.lists() == (("section", "https://bbc.test/"),)


def test_a_start_of_feeds() -> None:
    source = parse('title = "B"\nstart = ["https://bbc.test/rss"]\nsitemaps = ["https://bbc.test/s.xml"]\n', PATH)
    assert source.lists() == (("feed", "https://bbc.test/rss"), ("sitemap", "https://bbc.test/s.xml"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (GOOD + "langauge = 'en'", r"sources/bbc.toml:3: unexpected key 'langauge' \(did you mean 'language'\?\)"),
        (GOOD + "[http]\nx = 1", r"sources/bbc.toml:3: unexpected key 'http' \(known: title, start, "),
        ("title = 'B'", "sources/bbc.toml:1: key 'start' is missing"),
        (GOOD + "language = 'English'", "sources/bbc.toml:3: 'language' is a code such as 'en', not 'English'"),
        (GOOD + "\n\ndelay = 'slow'", "sources/bbc.toml:5: 'delay' is a number from 0 to 86400, not 'slow'"),
        (GOOD + "feeds = 'x'", "sources/bbc.toml:3: 'feeds' is a list of texts, not 'x'"),
        (GOOD + "feeds = ['ftp://x/']", "sources/bbc.toml:3: 'feeds': 'ftp://x/' is no address: scheme 'ftp'"),
        (GOOD + "include = ['(']", r"sources/bbc.toml:3: 'include': '\(' is no regular expression"),
        (GOOD + "enabled = 1", "sources/bbc.toml:3: 'enabled' is true or false, not 1"),
        (GOOD + "revisit = [6, 1]", "sources/bbc.toml:3: 'revisit' is a list of hours"),
        ("title = 'B'\nstart = []", "sources/bbc.toml:2: 'start' is empty"),
        ("title = \nstart = 1", "sources/bbc.toml:1: not TOML: "),
        ("title = 'B'\nstart = ['x'", "sources/bbc.toml:2: not TOML: "),
    ],
)
def test_mistakes_are_named_with_file_and_line(text: str, message: str) -> None:
    with pytest.raises(BadSource, match="^" + message):
        parse(text, PATH)


def test_one_bad_file_leaves_the_others(tmp_path: Path) -> None:
    (tmp_path / "good.toml").write_text(GOOD)
    (tmp_path / "bad.toml").write_text("nonsense")
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe")
    (tmp_path / "Bad Name.toml").write_text(GOOD)
    good, bad = load_all(tmp_path)
    assert [source.name for source in good] == ["good"]
    assert len(bad) == 3
    with pytest.raises(BadSource, match="no such folder"):
        load_all(tmp_path / "none")


def test_what_is_written_is_read(tmp_path: Path) -> None:
    source = Source(
        name="x-1",
        title='A "B" \\ \n',
        start=("https://x.test/é",),
        delay=2.5,
        enabled=False,
        exclude=(r"/\d+",),
        revisit=(),
    )
    assert load(write(source, tmp_path)) == source
    with pytest.raises(BadSource, match="there already"):
        write(source, tmp_path)


def test_patterns_choose() -> None:
    source = Source(name="x", title="X", start="https://x.test/", include=("/news/",), exclude=("/video/",))
    assert source.wants("https://x.test/news/1")
    assert not source.wants("https://x.test/news/video/1")
    assert not source.wants("https://x.test/sport/1")


def test_the_shipped_sources_are_many_and_sound() -> None:
    good, bad = load_all(SHIPPED)
    assert not bad
    assert len(good) >= 150
    assert len({source.language for source in good}) >= 50
    assert len({source.country for source in good}) >= 100
    assert all(len((SHIPPED / f"{source.name}.toml").read_text().splitlines()) == 5 for source in good)
    assert all(re.fullmatch("[a-z]{2}", source.language or "") for source in good)
