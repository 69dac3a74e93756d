"""Whatever is killed in the middle, and started again: every article once, and the law exact."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from broadsheet import status
from broadsheet.settings import Settings
from broadsheet.storage import server
from broadsheet.storage.postgres import Database
from broadsheet.world.process import World, start
from tests.e2e.service import APART, Service, engine_of, one, settled, until

OUTLETS = ("harbour-gazette", "isarbote", "le-phare-breton", "bogaz-postasi")
"""Enough for a crawl of several seconds: feeds, sitemaps, AMP twins, redirects."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with start(tmp_path_factory.mktemp("killed-world")) as served:
        yield served


@pytest.fixture
def service(world: World, database_url: str, tmp_path: Path) -> Iterator[Service]:
    world.reset()
    made = Service(world=world, folder=tmp_path, database_url=database_url)
    made.write_sources(OUTLETS)
    yield made
    print(made.logs())
    made.stop()


def finish(service: Service, database: Database, world: World) -> None:
    """Runs to the end, and checks what must hold whatever happened before."""
    service.start_crawl()
    service.wait_crawl()
    until(lambda: settled(database), "everything settled")
    engine = engine_of(service, database)
    found = status.snapshot(database, engine)
    assert found["balanced"], found
    assert found["dead"] == 0
    assert found["indexed"] >= 50
    ids = [id for id, _ in engine.revisions()]
    assert len(ids) == len(set(ids)) == one(database, "SELECT count(*) FROM article")
    # Later news may revise an article (a name, a story, whose copy it is); its way through the stages it goes once.
    assert one(database, "SELECT sum(passed) FROM tally WHERE stage = 'enrich'") == len(ids)
    assert one(database, "SELECT count(*) FROM attempt") == 0
    assert {host: row["most"] for host, row in world.requests().items() if row["most"] > 1} == {}
    engine.close()


@pytest.mark.parametrize("victim", [*APART, "index"])
def test_a_killed_worker_of_any_stage(service: Service, database: Database, world: World, victim: str) -> None:
    name = victim if victim == "index" else f"work-{victim}"
    service.start_workers(APART)
    service.start_crawl()
    for least in (3, 20):
        until(lambda least=least: one(database, "SELECT count(*) FROM article") >= least, f"{least} articles")  # type: ignore[misc]
        arguments = ["index"] if victim == "index" else ["work", "--stages", victim]
        service.kill(name)
        service.start(name, *arguments, "--minutes", "10")
    finish(service, database, world)


def test_a_killed_crawler_and_its_killed_parent(service: Service, database: Database, world: World) -> None:
    service.start_workers()
    for whole_group in (False, True):
        service.start_crawl()
        before = one(database, "SELECT count(*) FROM page")
        until(lambda before=before: one(database, "SELECT count(*) FROM page") >= before + 10, "ten more pages")  # type: ignore[misc]
        for shard in range(service.shards):
            service.kill(f"crawl-{shard}", whole_group)
    finish(service, database, world)


def test_a_killed_postgres(world: World, tmp_path: Path) -> None:
    """The server itself is killed: nothing that was committed is lost, everybody waits and goes on."""
    import os
    import signal

    from broadsheet.storage.postgres import migrate

    tmp_path.chmod(0o755)
    settings = Settings(var=tmp_path)
    url = server.start(settings)
    database = Database(url)
    migrate(database)
    world.reset()
    service = Service(world=world, folder=tmp_path, database_url=url)
    service.write_sources(OUTLETS)
    try:
        service.start_workers()
        service.start_crawl()
        until(lambda: one(database, "SELECT count(*) FROM article") >= 10, "ten articles")
        pid = server.postmaster(settings)
        assert pid
        os.kill(pid, signal.SIGKILL)
        until(lambda: server.postmaster(settings) is None, "the server is gone")
        again = server.start(settings)
        assert again == url
        service.wait_crawl()
        for name, process in service.processes.items():
            if not name.startswith("crawl-"):
                assert process.poll() is None, f"{name} ended: {service.logs()}"
        finish(service, database, world)
    finally:
        print(service.logs())
        service.stop()
        database.close()
        server.stop(settings, "immediate")
