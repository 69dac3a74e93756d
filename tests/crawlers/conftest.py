"""A database and a news world of one's own, and a crawler to let loose on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from broadsheet.settings import Settings
from broadsheet.storage.postgres import Database, PostgresTransaction
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
    with _database(template_url, "crawled_world") as url:
        yield url


@pytest.fixture(scope="session")
def scratch(template_url: str) -> Iterator[Database]:
    """One database for all small tests: to make one for each costs a second."""
    with _database(template_url, "crawl_scratch") as url:
        opened = Database(url)
        yield opened
        opened.close()


@pytest.fixture
def database(scratch: Database) -> Iterator[Database]:
    """An empty, migrated database."""
    yield scratch
    with scratch.transaction() as tx:
        tx.run("TRUNCATE url, booking, page, job, event, address, source, feed, frontier, visit, host, robots CASCADE")


@contextmanager
def _database(template_url: str, name: str) -> Iterator[str]:
    server = template_url.rsplit("/", 1)[0]
    admin = Database(f"{server}/postgres").connect(autocommit=True)
    tx = PostgresTransaction(admin)
    tx.run(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    tx.run(f'CREATE DATABASE "{name}" TEMPLATE broadsheet STRATEGY FILE_COPY')
    try:
        yield f"{server}/{name}"
    finally:
        tx.run(f'DROP DATABASE "{name}" WITH (FORCE)')
        admin.close()
