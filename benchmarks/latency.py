"""How long a page takes from fetched to found: kept in PostgreSQL at a steady rate, asked for until a search finds it.

    python -m benchmarks.latency [--rates 1 5 20] [--seconds 20]

The workers are the twins of the ingest DAG's two tasks, so Airflow's share is its hand-over between two runs, some 2 s every
`minutes`, which no article of a run sees. The pages are the news world's; a page that ends otherwise than indexed counts as gone.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

from broadsheet.address import host_of
from broadsheet.model import Claims, Page, now
from broadsheet.ports import SearchIndex, SearchRequest
from broadsheet.settings import Settings
from broadsheet.storage import server, urls
from broadsheet.storage.postgres import Database, migrate
from broadsheet.supervisor import as_environment
from broadsheet.tasks import groups, open_engine
from broadsheet.world import process
from broadsheet.world.process import World

PAGES = 400
PATIENCE = 60.0
LOOK = 0.005
"""Seconds between two searches for what is not found yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of the table."""

    rate: float
    pages: int
    found: list[float]
    gone: int

    def line(self) -> str:
        """`rate, pages, gone, p50, p95, max`."""
        if not self.found:
            return f"{self.rate:>8.1f} {self.pages:>6} {self.gone:>6}      -       -       -"
        ordered = sorted(self.found)
        p95 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
        seconds = "".join(f" {value:>6.3f}s" for value in (statistics.median(ordered), p95, ordered[-1]))
        return f"{self.rate:>8.1f} {self.pages:>6} {self.gone:>6}{seconds}"


def bodies(world: World) -> list[tuple[str, bytes]]:
    """Addresses and pages of articles that the world expects to be indexed."""
    found: list[tuple[str, bytes]] = []
    for truth in world.truth():
        parts = urlsplit(truth.url)
        if truth.disposition != "indexed" or parts.scheme != "http" or len(found) == PAGES:
            continue
        connection = HTTPConnection("127.0.0.1", world.port, timeout=30)
        connection.request("GET", parts._replace(scheme="", netloc="").geturl(), headers={"Host": parts.netloc})
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        if answer.status == 200:
            found.append((truth.url, body))
    return found


def keep(database: Database, url: str, body: bytes) -> int:
    """Books and keeps one page, as a crawler does; its id."""
    claims, moment = Claims(source="bench", via="bench"), now()
    with database.transaction() as tx:
        id = urls.book(tx, "bench", [urls.Found(url=url, claims=claims)])[url]
        page = Page(
            id=id, url=url, final_url=url, source="bench", host=host_of(url), status=200,
            headers=(("content-type", "text/html"),), body=body, fetched=moment, first_seen=moment, claims=claims,
        )  # fmt: skip
        urls.keep(tx, page)
    return id


def stream(database: Database, engine: SearchIndex, pages: Sequence[tuple[str, bytes]], rate: float) -> Row:
    """Keeps pages at this rate and asks for each until it is found."""
    waiting: dict[int, float] = {}
    found: list[float] = []
    began, kept = time.monotonic(), 0
    deadline = began + len(pages) / rate + PATIENCE
    while (kept < len(pages) or waiting) and time.monotonic() < deadline:
        if kept < len(pages) and time.monotonic() >= began + kept / rate:
            at = time.monotonic()
            waiting[keep(database, *pages[kept])] = at
            kept += 1
        _found(engine, waiting, found)
        _forget_others(database, waiting)
        time.sleep(LOOK)
    return Row(rate=rate, pages=kept, found=found, gone=kept - len(found))


def _found(engine: SearchIndex, waiting: dict[int, float], found: list[float]) -> None:
    if not waiting or not engine.generation():
        return
    answer = engine.search(SearchRequest(ids=tuple(waiting), size=100, collapse="none"))
    for hit in answer.hits:
        found.append(time.monotonic() - waiting.pop(hit.document.id))


def _forget_others(database: Database, waiting: dict[int, float]) -> None:
    """Pages that were merged or rejected will never be found."""
    late = [id for id, at in waiting.items() if time.monotonic() - at > 2]
    if late:
        with database.transaction() as tx:
            rows = tx.rows(
                "SELECT id FROM url WHERE id = ANY(%(ids)s) AND disposition IN ('merged', 'rejected', 'dead')",
                {"ids": late},
            )
        for row in rows:
            del waiting[row["id"]]


@contextmanager
def workers(settings: Settings) -> Iterator[None]:
    """The ingest DAG's tasks, as their twins on the command line."""
    environment = {**os.environ, **as_environment(settings)}
    started = []
    for group in groups(settings):
        words = ["index"] if group == ["index"] else ["work", "--stages", ",".join(group)]
        command = [sys.executable, "-m", "broadsheet.cli", *words, "--minutes", "60"]
        started.append(subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL))
    try:
        yield
    finally:
        for worker in started:
            worker.send_signal(signal.SIGTERM)
        for worker in started:
            worker.wait(60)


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rates", type=float, nargs="+", default=[1.0, 5.0, 20.0], metavar="N", help="pages a second")
    parser.add_argument("--seconds", type=float, default=10.0, help="how long each rate is kept up")
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="broadsheet-latency-"))
    folder.chmod(0o755)
    settings = Settings(var=folder)
    try:
        database = Database(server.start(settings))
        migrate(database)
        with process.start(folder / "world") as world:
            pages = bodies(world)
        measure(settings, database, pages, given.rates, given.seconds)
    finally:
        server.stop(settings, "immediate")
        shutil.rmtree(folder, ignore_errors=True)


def measure(
    settings: Settings, database: Database, pages: list[tuple[str, bytes]], rates: Sequence[float], seconds: float
) -> None:
    """One row a rate, after a page that warms everything up."""
    engine = open_engine(settings, database)
    with workers(settings):
        stream(database, engine, [pages.pop(), pages.pop()], 1.0)
        print(f"load of the machine {os.getloadavg()[0]:.1f}\n")
        print("pages/s  pages   gone     p50     p95     max")
        for rate in rates:
            some = [pages.pop() for _ in range(min(len(pages), max(3, int(rate * seconds))))]
            print(stream(database, engine, some, rate).line(), flush=True)
    engine.close()
    database.close()


if __name__ == "__main__":
    main()
