"""`broadsheet sources` on the news world's sites."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from broadsheet.errors import BadInput, BadSource
from broadsheet.settings import Settings
from broadsheet.world.process import World, start
from crawlers import sources_cli
from crawlers.source import load
from tests.crawlers.conftest import Configure

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory, configure: Configure) -> Iterator[Settings]:
    folder = tmp_path_factory.mktemp("sources")
    with start(folder / "world") as world:
        _reset(world)
        yield replace(configure(world, folder, ""), page_seconds=3.0)


def _reset(world: World) -> None:
    assert world.sources()


def run(settings: Settings, *arguments: str) -> int:
    parser = argparse.ArgumentParser()
    sources_cli.add_arguments(parser)
    return sources_cli.run(parser.parse_args(arguments), settings)


def test_list_shows_every_source(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(settings, "list") == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) >= 40
    assert any("elbkurier" in line and " de  DE Elbkurier: feed https://" in line for line in lines)


def test_check_reads_the_files(settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(settings, "check") == 0
    (tmp_path / "bad.toml").write_text("title = 'x'\nstart = 'https://x.test/'\nlangauge = 'en'\n")
    assert run(replace(settings, sources=tmp_path), "check") == 1
    assert "bad.toml:3: unexpected key 'langauge' (did you mean 'language'?)" in capsys.readouterr().err
    assert run(settings, "check", "nobody") == 1


def test_check_live_says_what_it_found(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        run(settings, "check", "--live", "elbkurier", "powder-mill", "misnomer", "cobalt-observer", "north-quay") == 1
    )
    lines = capsys.readouterr().out.splitlines()
    said = {tuple(line.split()[:3]) for line in lines}
    assert ("elbkurier", "ok", "feed") in said
    assert ("north-quay", "ok", "sitemap") in said
    assert ("powder-mill", "entity-bomb", "http://powder-mill.world.test/feed.xml") in said
    assert ("misnomer", "not-a-feed", "http://misnomer.world.test/feed") in said
    assert ("cobalt-observer", "robots-unreachable", "http://cobalt-observer.world.test/feed.xml") in said
    assert any("entries, newest 20" in line for line in lines)
    assert lines[-1].startswith("2 of 5 sources answer")


def test_add_finds_feeds_and_writes_the_file(settings: Settings, tmp_path: Path) -> None:
    here = replace(settings, sources=tmp_path)
    assert run(here, "add", "http://isarbote.world.test/", "--country", "DE") == 0
    source = load(tmp_path / "isarbote-world.toml")
    assert "http://isarbote.world.test/feed.xml" in source.feeds
    assert (source.language, source.country) == ("de", "DE")
    with pytest.raises(BadSource, match="is there already"):
        run(here, "add", "http://isarbote.world.test/", "--country", "DE")


def test_add_takes_a_sitemap_where_there_is_no_feed(settings: Settings, tmp_path: Path) -> None:
    assert run(replace(settings, sources=tmp_path), "add", "http://severny-put.world.test/", "--name", "put") == 0
    source = load(tmp_path / "put.toml")
    assert source.feeds or source.sitemaps or source.start


def test_add_says_why_it_cannot(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be opened: robots-unreachable"):
        run(replace(settings, sources=tmp_path), "add", "http://cobalt-observer.world.test/")
    with pytest.raises(BadInput, match="neither http nor https"):
        run(replace(settings, sources=tmp_path), "add", "ftp://x.test/")
