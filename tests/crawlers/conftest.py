"""A database and a news world of one's own, and a crawler to let loose on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from broadsheet.settings import Settings
from broadsheet.world.process import World
from crawlers.source import Source, write

Configure = Callable[[World, Path, str], Settings]


@pytest.fixture(scope="session")
def configure() -> Configure:
    """Settings under which the world is crawled, its sources written to the folder."""
    return world_settings


def world_settings(world: World, folder: Path, database_url: str) -> Settings:
    """Patience is short, so that what never answers costs a test seconds."""
    sources = folder / "sources"
    sources.mkdir()
    for given in world.sources():
        source = Source(
            name=given["name"],
            title=given["title"],
            start=given["home"],
            language=given["language"],
            country=given["country"],
            feeds=tuple(given["feeds"]),
            sitemaps=tuple(given["sitemaps"]),
            sections=tuple(given["sections"]),
        )
        write(source, sources)
    return Settings(
        var=folder,
        database_url=database_url,
        sources=sources,
        resolve=f"127.0.0.1:{world.port}:{world.tls_port}",
        crawl_ca=str(world.ca),
        crawl_delay=0.2,
        page_seconds=4.0,
        free_disk=0,
    )


@pytest.fixture(scope="module")
def module_database_url(template_url: str) -> Iterator[str]:
    """A fresh database for a whole module: its tests look at one crawl."""
    from broadsheet.storage.postgres import Database, PostgresTransaction

    admin = Database(template_url.rsplit("/", 1)[0] + "/postgres").connect(autocommit=True)
    tx = PostgresTransaction(admin)
    tx.run('DROP DATABASE IF EXISTS "crawled_world" WITH (FORCE)')
    tx.run('CREATE DATABASE "crawled_world" TEMPLATE broadsheet STRATEGY FILE_COPY')
    try:
        yield template_url.rsplit("/", 1)[0] + "/crawled_world"
    finally:
        tx.run('DROP DATABASE "crawled_world" WITH (FORCE)')
        admin.close()
