"""The crawl as a process: its settings, its ends."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from broadsheet.errors import BadInput, Unavailable
from broadsheet.settings import Settings, read
from broadsheet.storage.postgres import Database
from crawlers import frontier
from crawlers.run import crawl_shard, environment, scrapy_settings, shard_lock


@pytest.fixture
def settings(database: Database, tmp_path: Path) -> Settings:
    (tmp_path / "sources").mkdir()
    return Settings(
        var=tmp_path, database_url=database.url, sources=tmp_path / "sources", page_seconds=2.0, free_disk=0
    )


def test_a_child_reads_the_settings_of_its_parent() -> None:
    settings = Settings(crawl_delay=0.25, allow_private=True, contact="a@b", resolve="127.0.0.1:1:2", agent="X/1 (é)")
    assert read(environment(settings)) == settings


def test_nothing_to_do_is_done_at_once(settings: Settings) -> None:
    result = crawl_shard(settings, 0, 1, minutes=1, until_empty=True)
    assert (result["ended"], result["skipped"]) == ("nothing is left", False)


def test_a_bad_source_file_stops_nobody(settings: Settings) -> None:
    (settings.sources / "bad.toml").write_text("nonsense")
    assert crawl_shard(settings, 0, 1, minutes=1, until_empty=True)["bad_sources"] == 1


def test_wrong_calls_are_named(settings: Settings) -> None:
    with pytest.raises(BadInput, match="shard 4 of 4: expected"):
        crawl_shard(settings, 4, 4, minutes=1)


def test_a_database_that_is_away_is_nobodys_fault(settings: Settings) -> None:
    away = replace(settings, database_url="postgresql://x:y@127.0.0.1:9/none")
    with pytest.raises(Unavailable, match="crawl of shard 0/1: "):
        crawl_shard(away, 0, 1, minutes=1)


def test_a_full_disk_pauses_the_crawl_and_says_so(settings: Settings, database: Database) -> None:
    with database.transaction() as tx:
        tx.run("DELETE FROM crawler")
    full = replace(settings, free_disk=2**60)
    result = crawl_shard(full, 0, 1, minutes=0.05)
    assert result["ended"] == "the time is over"
    with database.transaction() as tx:
        assert tx.rows("SELECT finished IS NOT NULL AS done FROM crawler") == [{"done": True}]


def test_one_lock_for_each_bucket(database: Database) -> None:
    with shard_lock(database, frontier.buckets_of(0, 2)) as held:
        assert held is not None
        with shard_lock(database, frontier.buckets_of(1, 2)) as other:
            assert other is not None
        taken: list[bool] = []

        def attempt() -> None:
            with shard_lock(database, frontier.buckets_of(0, 4)) as again:
                taken.append(again is not None)

        thread = threading.Thread(target=attempt)
        thread.start()
        thread.join()
        assert taken == [False]


def test_scrapy_has_nothing_on_that_we_do_not_use() -> None:
    given = scrapy_settings(Settings())
    assert given["TELNETCONSOLE_ENABLED"] is False
    assert given["DOWNLOAD_VERIFY_CERTIFICATES"] is True
    assert given["EXTENSIONS_BASE"] == {}
    assert set(given["DOWNLOAD_HANDLERS"]) == {"http", "https"}
