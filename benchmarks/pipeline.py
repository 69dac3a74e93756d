"""What the whole pipeline costs: pages per CPU-second through extract, strip, deduplicate, enrich, stories and index,
PostgreSQL's backends included, against trafilatura's extraction alone on the same pages in the same run.

    python -m benchmarks.pipeline [PAGES.jsonl(.xz)] [--limit 500]

Without a file it takes the articles of the news world. The two take turns, a chunk of pages at a time.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import trafilatura

from broadsheet.importing import load, read_rows
from broadsheet.indexing import index
from broadsheet.settings import Settings
from broadsheet.storage import server
from broadsheet.storage.postgres import Database, migrate
from broadsheet.tasks import open_engine
from processors import PIPELINE
from processors.worker import Plan, work

TICK = os.sysconf("SC_CLK_TCK")
CHUNK = 100


def server_seconds(postmaster: int) -> float:
    """CPU-seconds of a PostgreSQL server: of the postmaster, its ended children and those alive."""
    total = 0
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        pid, parent = int(entry.parent.name), int(fields[1])
        if pid == postmaster:
            total += sum(int(value) for value in fields[11:15])
        elif parent == postmaster:
            total += int(fields[11]) + int(fields[12])
    return total / TICK


def world_pages(folder: Path) -> Iterator[dict[str, Any]]:
    """The news world's articles as rows."""
    from broadsheet.world.process import start

    with start(folder / "world") as world:
        for number, fact in enumerate(world.truth()):
            if fact.disposition != "indexed" or "slow" in fact.site:
                continue
            reply = world.get(fact.url, {"Accept-Encoding": "identity"})
            if reply.status == 200:
                yield {"id": number, "url": fact.url, "html": reply.body.decode("utf-8", "replace")}


def chunks(rows: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    for start in range(0, len(rows), CHUNK):
        yield rows[start : start + CHUNK]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", type=Path, nargs="?")
    parser.add_argument("--limit", type=int, default=500)
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="broadsheet-pipeline-"))
    folder.chmod(0o755)
    settings = Settings(var=folder)
    rows = (
        [row for _, row in read_rows(given.pages) if isinstance(row, dict)]
        if given.pages
        else list(world_pages(folder))
    )
    rows = rows[:: max(1, len(rows) // given.limit)][: given.limit]
    try:
        ours, peers, pages = run(settings, rows)
    finally:
        server.stop(settings, "immediate")
        shutil.rmtree(folder, ignore_errors=True)
    print("| through | pages | CPU-seconds | pages per CPU-second |\n|---|---|---|---|")
    print(f"| trafilatura, extraction alone | {pages} | {peers:.1f} | {pages / peers:.1f} |")
    print(f"| extract .. index, PostgreSQL included | {pages} | {ours:.1f} | {pages / ours:.1f} |")
    print(f"\nratio {peers / ours:.2f}")


def run(settings: Settings, rows: list[dict[str, Any]]) -> tuple[float, float, int]:
    """CPU-seconds of ours and of the peer, and the number of pages."""
    database = Database(server.start(settings))
    migrate(database)
    postmaster = server.postmaster(settings) or 0
    engine = open_engine(settings, database)
    names = tuple(stage.name for stage in PIPELINE)
    plan = Plan(pipeline=PIPELINE, stages=names, until_empty=True, minutes=60)
    ours = peers = 0.0
    for number, rows_now in enumerate(chunks(rows)):
        file = settings.var / f"{number}.jsonl"
        file.write_text("".join(json.dumps(row) + "\n" for row in rows_now))
        load(database, [file], "bench", print)
        began, backends = time.process_time(), server_seconds(postmaster)
        work(database, settings, plan)
        index(database, engine, minutes=60, until_empty=True)
        ours += time.process_time() - began + server_seconds(postmaster) - backends
        began = time.process_time()
        for row in rows_now:
            trafilatura.extract(row["html"], url=row.get("url"))
        peers += time.process_time() - began
    engine.close()
    database.close()
    return ours, peers, len(rows)


if __name__ == "__main__":
    main()
