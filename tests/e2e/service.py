"""A whole service of command-line twins on one database, crawling the news world: what end-to-end tests drive."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from broadsheet import status, tasks
from broadsheet.ports import SearchIndex
from broadsheet.settings import Settings, read
from broadsheet.storage.postgres import Database
from broadsheet.world.process import World
from crawlers.source import Source, write

ROOT = Path(__file__).resolve().parents[2]

FUSED = ("extract,strip,deduplicate,enrich",)
APART = ("extract", "strip", "deduplicate", "enrich")


@dataclass(kw_only=True)
class Service:
    """Processes of one service; each is a command of `broadsheet`."""

    world: World
    folder: Path
    database_url: str
    shards: int = 2
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        """What the processes run with: the world's resolver and authority, small delays."""
        return {
            **{name: value for name, value in os.environ.items() if not name.startswith("BROADSHEET_")},
            "BROADSHEET_VAR": str(self.folder),
            "BROADSHEET_DATABASE_URL": self.database_url,
            "BROADSHEET_SOURCES": str(self.folder / "sources"),
            "BROADSHEET_RESOLVE": f"127.0.0.1:{self.world.port}:{self.world.tls_port}",
            "BROADSHEET_CRAWL_CA": str(self.world.ca),
            "BROADSHEET_CRAWL_DELAY": "0.05",
            "BROADSHEET_SHARDS": str(self.shards),
            "BROADSHEET_FREE_DISK": "1",
        }

    @property
    def settings(self) -> Settings:
        return read(self.environment)

    def write_sources(self, only: Sequence[str] = ()) -> None:
        """Source files for the world's outlets, or for some of them."""
        folder = self.folder / "sources"
        folder.mkdir(parents=True, exist_ok=True)
        for row in self.world.sources():
            if not only or row["name"] in only:
                write(source_of(row), folder)

    def start(self, name: str, *arguments: str) -> subprocess.Popen[bytes]:
        """Starts a command in a process group of its own, under a name."""
        log = (self.folder / f"{name}.log").open("ab")
        command = [sys.executable, "-m", "broadsheet.cli", *arguments]
        self.processes[name] = subprocess.Popen(
            command, cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True
        )
        log.close()
        return self.processes[name]

    def start_crawl(self, minutes: float = 5.0) -> None:
        """Starts a crawl of every shard that is not being crawled."""
        for shard in range(self.shards):
            running = self.processes.get(f"crawl-{shard}")
            if running and running.poll() is None:
                continue
            self.start(
                f"crawl-{shard}", "crawl", "--shard", str(shard), "--of", str(self.shards), "--until-empty",
                "--minutes", str(minutes),
            )  # fmt: skip

    def start_workers(self, groups: Sequence[str] = FUSED) -> None:
        for group in groups:
            self.start(f"work-{group}", "work", "--stages", group, "--minutes", "10")
        self.start("index", "index", "--minutes", "10")

    def kill(self, name: str, whole_group: bool = False) -> None:
        """kill -9 of a process, or of it and all that it started."""
        process = self.processes.pop(name)
        if process.poll() is None:
            if whole_group:
                os.killpg(process.pid, signal.SIGKILL)
            else:
                process.kill()
        process.wait()

    def stop(self) -> None:
        """Ends everything, for good."""
        for process in self.processes.values():
            if process.poll() is None:
                process.terminate()
        for process in self.processes.values():
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        self.processes.clear()

    def wait_crawl(self, seconds: float = 240.0) -> None:
        """Waits until every crawl process has come to its end by itself."""
        deadline = time.monotonic() + seconds
        for name, process in self.processes.items():
            if name.startswith("crawl-"):
                process.wait(max(0.1, deadline - time.monotonic()))

    def logs(self) -> str:
        return "\n".join(f"== {path.name}\n{path.read_text()[-1500:]}" for path in sorted(self.folder.glob("*.log")))


def source_of(row: dict[str, Any]) -> Source:
    """A row of the world's list of outlets as a source."""
    return Source(
        name=row["name"],
        title=row["title"],
        start=row["home"],
        language=row["language"] or None,
        country=row["country"] or None,
        feeds=tuple(row["feeds"]),
        sitemaps=tuple(row["sitemaps"]),
        sections=tuple(row["sections"]),
    )


def until(condition: Callable[[], bool], what: str, seconds: float = 120.0) -> None:
    """Waits for a condition, which must come true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"still not: {what}"
        time.sleep(0.1)


def one(database: Database, sql: str) -> int:
    """The one number a statement answers with."""
    with database.transaction() as tx:
        return int(next(iter(tx.rows(sql)[0].values())) or 0)


def settled(database: Database) -> bool:
    """Whether nothing waits for a stage or for the index."""
    with database.transaction() as tx:
        found = status.waiting(tx)
    return not any(n for stage, n in found.items() if stage != "fetch")


def snapshot(database: Database, engine: SearchIndex) -> dict[str, Any]:
    return status.snapshot(database, engine)


def engine_of(service: Service, database: Database) -> SearchIndex:
    return tasks.open_engine(service.settings, database)
