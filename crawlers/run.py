"""Runs the crawl of one shard as a bounded process of its own, which ends when its parent is gone."""

from __future__ import annotations

import argparse
import asyncio
import ctypes
import gc
import importlib.util
import json
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import Any

import psycopg2

from broadsheet import tasks
from broadsheet.errors import BadInput, BroadsheetError, Unavailable
from broadsheet.settings import Settings, read
from broadsheet.storage.postgres import Database, check_schema
from broadsheet.storage.server import database_url
from crawlers import frontier
from crawlers.relay import FORMAT, relayed
from crawlers.source import load_all

log = logging.getLogger(__name__)

SKIPPED = 75
"""Exit code (EX_TEMPFAIL): another crawler has the shard."""

AWAY = 69
"""Exit code (EX_UNAVAILABLE): the database is away."""

USAGE = 64
"""Exit code (EX_USAGE): an argument, a setting or the schema is not what it must be."""

LOCK_PATIENCE = 5.0
"""Seconds in which a killed crawler's connection is noticed by the server."""

GRACE = 20.0
"""Seconds that a crawler without a parent has to wait for its last answers."""

PR_SET_PDEATHSIG = 1


def crawl_shard(
    settings: Settings, shard: int, of: int, minutes: float | None = None, until_empty: bool = False
) -> dict[str, Any]:
    """Crawls a shard in a subprocess and waits for it: its tally, with `skipped` true where another crawler has it.

    Raises Unavailable where the database is away, BadInput where it was called wrongly, RuntimeError else.
    """
    minutes = settings.crawl_minutes if minutes is None else minutes
    command = [sys.executable, "-m", "crawlers.run", "--shard", str(shard), "--of", str(of)]
    command += ["--minutes", str(minutes), "--parent", str(os.getpid())]
    command += ["--until-empty"] if until_empty else []
    root = Path(__file__).resolve().parent.parent
    variables = {**os.environ, **environment(settings)}
    with relayed() as told:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=told, cwd=root, env=variables, text=True)
        try:
            # Longer than the run, its last answers and its start: after that it hangs.
            output, _ = process.communicate(timeout=minutes * 60 + settings.page_seconds + 120)
        except subprocess.TimeoutExpired as error:
            raise RuntimeError(f"crawl of shard {shard}/{of} did not end in time and was killed") from error
        finally:
            _end(process)
    return _result(process.returncode, output, f"{shard}/{of}")


def _end(process: subprocess.Popen[str]) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(GRACE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _result(code: int, output: str, shard: str) -> dict[str, Any]:
    last = output.strip().rpartition("\n")[2]
    if code == 0 or code == SKIPPED:
        result: dict[str, Any] = json.loads(last)
        return result
    if code == AWAY:
        raise Unavailable(f"crawl of shard {shard}: {last or 'the database is away'}")
    if code == USAGE:
        raise BadInput(f"crawl of shard {shard}: {last}")
    raise RuntimeError(f"crawl of shard {shard} ended with code {code}: {last}")


def environment(settings: Settings) -> dict[str, str]:
    """The variables from which a child reads the same settings."""
    return {f"BROADSHEET_{entry.name.upper()}": str(getattr(settings, entry.name)) for entry in fields(Settings)}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `broadsheet crawl` and `python -m crawlers.run`."""
    parser.add_argument("--shard", type=int, default=0, metavar="N", help="which part of the hosts (default 0)")
    parser.add_argument("--of", type=int, default=1, metavar="M", help="of how many parts (default 1: all hosts)")
    parser.add_argument("--minutes", type=float, help="how long at most (default BROADSHEET_CRAWL_MINUTES)")
    parser.add_argument("--until-empty", action="store_true", help="end as soon as nothing is due")


def main(arguments: Sequence[str] | None = None, given: Mapping[str, str] | None = None) -> int:
    """Crawls one shard in this process; prints its tally as one line of JSON."""
    parser = argparse.ArgumentParser(prog="python -m crawlers.run", description="Crawl one shard.")
    add_arguments(parser)
    parser.add_argument("--parent", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.parent:
        die_with(options.parent)
    try:
        settings = tasks.settings() if given is None else read(given)
        _log()
        result = crawl(settings, options.shard, options.of, options.minutes, options.until_empty)
    except Unavailable as error:
        print(" ".join(str(error).split()), flush=True)
        return AWAY
    except (BroadsheetError, ValueError) as error:
        print(" ".join(str(error).split()), flush=True)
        return USAGE
    print(json.dumps(result), flush=True)
    return SKIPPED if result.get("skipped") else 0


def _log() -> None:
    """To standard error, Scrapy's only from warnings on: it sets its own levels when it starts."""
    logging.basicConfig(level=logging.INFO, format=FORMAT)
    for handler in logging.getLogger().handlers:
        handler.addFilter(lambda record: record.levelno >= logging.WARNING or not record.name.startswith("scrapy"))


def die_with(parent: int) -> None:
    """Ends this process gently when the parent is gone, and hard when gently takes too long."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    threading.Thread(target=_watch_parent, args=(parent,), name="parent", daemon=True).start()


def _watch_parent(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE)
    # Every request that was sent is in the table of hosts: nobody is asked too soon by whoever comes next.
    os._exit(1)


def crawl(settings: Settings, shard: int, of: int, minutes: float | None, until_empty: bool) -> dict[str, Any]:
    """Crawls one shard in this process, which it needs for itself (Scrapy's loop starts once)."""
    buckets = frontier.buckets_of(shard, of)
    sources, bad = load_all(settings.sources)
    for error in bad:
        log.error("source left out: %s", error)
    database = Database(database_url(settings), name=f"broadsheet crawl {shard}/{of}")
    try:
        check_schema(database)
        with shard_lock(database, buckets) as lock:
            if lock is None:
                message = f"shard {shard}/{of} is being crawled by another process"
                return {"shard": shard, "of": of, "skipped": True, "message": message}
            from crawlers.spider import Crawl, Task

            task = Task(
                shard=shard,
                of=of,
                minutes=settings.crawl_minutes if minutes is None else minutes,
                until_empty=until_empty,
            )
            crawl = Crawl(settings, task, database, sources)
            started = time.monotonic()
            _run(settings, crawl, lock)
            return {
                "shard": shard,
                "of": of,
                "skipped": False,
                "seconds": round(time.monotonic() - started, 2),
                "ended": crawl.stopping,
                "bad_sources": len(bad),
                "tally": dict(sorted(crawl.tally.items())),
            }
    finally:
        database.close()


@contextmanager
def shard_lock(database: Database, buckets: Sequence[int]) -> Iterator[psycopg2.extensions.connection | None]:
    """Holds the advisory lock of every bucket; None where one is taken."""
    connection = database.connect(autocommit=True)
    try:
        yield connection if _take(connection, buckets) else None
    finally:
        connection.close()


def _take(connection: psycopg2.extensions.connection, buckets: Sequence[int]) -> bool:
    deadline = time.monotonic() + LOCK_PATIENCE
    while True:
        with connection.cursor() as cursor:
            keys = [frontier.BUCKET_LOCKS + bucket for bucket in buckets]
            cursor.execute("SELECT bool_and(pg_try_advisory_lock(key)) FROM unnest(%s::bigint[]) AS key", (keys,))
            row = cursor.fetchone()
            if row and row[0]:
                return True
            cursor.execute("SELECT pg_advisory_unlock_all()")
        if time.monotonic() >= deadline:
            return False
        time.sleep(0.25)


def _run(settings: Settings, crawl: Any, lock: psycopg2.extensions.connection) -> None:
    from scrapy.crawler import AsyncCrawlerProcess

    from crawlers.spider import NewsSpider

    process = AsyncCrawlerProcess(scrapy_settings(settings))
    made: list[NewsSpider] = []
    guards: list[asyncio.Task[None]] = []

    class Spider(NewsSpider):
        """Scrapy makes the spider; it is to be found again afterwards."""

        @classmethod
        def from_crawler(cls, crawler: Any, *args: Any, **kwargs: Any) -> Spider:
            spider: Spider = super().from_crawler(crawler, crawl, *args, **kwargs)
            made.append(spider)
            _on_signals(crawl)
            guards.append(asyncio.get_running_loop().create_task(_guard(crawl, lock)))
            return spider

    # What is loaded by now lives as long as the process; pages come and go without cycles.
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    process.crawl(Spider)
    process.start(install_signal_handlers=False)
    if not made:
        raise RuntimeError("Scrapy did not start the crawl; its log says why")
    error = made[0].error
    if error is not None and not isinstance(error, asyncio.CancelledError):
        raise error
    if crawl.stopping.startswith("unavailable"):
        raise Unavailable(crawl.stopping)


def _on_signals(crawl: Any) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, crawl.stop, f"signal {signal.Signals(number).name}")


async def _guard(crawl: Any, lock: psycopg2.extensions.connection) -> None:
    """Without its lock another crawler may have the shard: then this one ends."""
    while not crawl.stopping:
        try:
            await asyncio.to_thread(_alive, lock)
        except psycopg2.Error as error:
            crawl.stop(f"unavailable: the shard's lock is lost: {str(error).strip()}")
        await asyncio.sleep(2)


def _alive(lock: psycopg2.extensions.connection) -> None:
    with lock.cursor() as cursor:
        cursor.execute("SELECT 1")


def scrapy_settings(settings: Settings) -> dict[str, Any]:
    """Scrapy with nothing on that we do not use: no consoles, no middlewares, no retries of its own."""
    from crawlers.handler import SETTINGS

    handler = "crawlers.handler.Download"
    return {
        SETTINGS: settings,
        "BOT_NAME": "broadsheet",
        "TELNETCONSOLE_ENABLED": False,
        "EXTENSIONS_BASE": {},
        "DOWNLOADER_MIDDLEWARES_BASE": {},
        "SPIDER_MIDDLEWARES_BASE": {},
        "DOWNLOADER": "crawlers.handler.Straight",
        "DOWNLOAD_HANDLERS_BASE": {},
        "DOWNLOAD_HANDLERS": {"http": handler, "https": handler},
        "DOWNLOAD_VERIFY_CERTIFICATES": True,
        "DOWNLOAD_MAXSIZE": settings.page_limit,
        "DOWNLOAD_TIMEOUT": settings.page_seconds,
        "DOWNLOAD_DELAY": 0,
        "CONCURRENT_REQUESTS": 0,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 8,
        "ROBOTSTXT_OBEY": False,
        "COOKIES_ENABLED": False,
        "REDIRECT_ENABLED": False,
        "RETRY_ENABLED": False,
        "TWISTED_REACTOR_ENABLED": False,
        "ASYNCIO_EVENT_LOOP": "uvloop.Loop" if importlib.util.find_spec("uvloop") else None,
        "LOG_ENABLED": False,
        "LOG_INSTALL_ROOT_HANDLER": False,
        "LOG_LEVEL": "WARNING",
        "LOG_FORMATTER": "crawlers.handler.Quiet",
        "STATS_DUMP": False,
    }


if __name__ == "__main__":
    sys.exit(main())
