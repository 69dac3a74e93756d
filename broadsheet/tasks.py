"""One function for each task of the DAGs, and for its twin on the command line: here, with `cli`, the halves meet.

Everything comes in as plain values and goes out as a small dict, so that Airflow can keep it as the task's answer.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from broadsheet.explain import Measured
from broadsheet.model import Article
from broadsheet.ports import SearchIndex, Transaction
from broadsheet.settings import Settings, read
from broadsheet.storage import server
from broadsheet.storage.postgres import Database, PostgresTransaction, check_schema

if TYPE_CHECKING:
    from broadsheet.web.services import Copies

log = logging.getLogger(__name__)

INDEX_LOCK = 0x62726F63
"""Advisory lock of the embedded index's one writer."""


def settings() -> Settings:
    """The settings of this process; what it is not told is as the running service of this `var` has it."""
    from broadsheet.supervisor import inherited

    return read({**inherited(read(os.environ)), **os.environ})


def open_database(given: Settings, name: str = "broadsheet") -> Database:
    """The service's database; raises Unavailable where it is away or not migrated, SchemaNewer where code is older."""
    database = Database(server.database_url(given), name)
    check_schema(database)
    return database


def open_engine(given: Settings, database: Database) -> SearchIndex:
    """The search engine that the settings name."""
    from broadsheet.search import open_index

    return open_index(given, lambda: _index_lock(database))


@contextmanager
def _index_lock(database: Database) -> Iterator[Callable[[], None]]:
    """Holds the right to write the embedded index; yields a check that raises Unavailable once it is lost."""
    with database.lock(INDEX_LOCK, seconds=10) as connection:
        yield lambda: _alive(connection)


def _alive(connection: Any) -> None:
    PostgresTransaction(connection).rows("SELECT 1")


def groups(given: Settings) -> list[list[str]]:
    """The ingest DAG's tasks: groups of stages, each run by one worker."""
    return [[stage.strip() for stage in group.split(",")] for group in given.stages.split("|")]


def run_stages(
    stages: Sequence[str],
    lane: str = "live",
    minutes: float = 5.0,
    until_empty: bool = False,
    stop: threading.Event | None = None,
) -> dict[str, int]:
    """Runs a group of stages, or the index, for some minutes; how many documents passed, dropped and failed."""
    from processors.worker import stopping

    given = settings()
    stop = stop or stopping()
    database = open_database(given, f"broadsheet {','.join(stages)}")
    try:
        if list(stages) == ["index"]:
            return _index(given, database, minutes, until_empty, stop)
        return _work(given, database, stages, lane, minutes, until_empty, stop)
    finally:
        database.close()


def _index(
    given: Settings, database: Database, minutes: float, until_empty: bool, stop: threading.Event
) -> dict[str, int]:
    from broadsheet.indexing import index

    engine = open_engine(given, database)
    try:
        return index(database, engine, minutes, until_empty, stop)
    finally:
        engine.close()


def _work(
    given: Settings,
    database: Database,
    stages: Sequence[str],
    lane: str,
    minutes: float,
    until_empty: bool,
    stop: threading.Event,
) -> dict[str, int]:
    from processors import pipeline
    from processors.worker import Plan, work

    plan = Plan(
        pipeline=pipeline(given.recogniser),
        stages=tuple(stages),
        lane=lane,
        minutes=minutes,
        until_empty=until_empty,
    )
    return work(database, given, plan, stop)


def crawl(
    shard: int, of: int, minutes: float | None = None, until_empty: bool = False, patience: float = 0.0
) -> dict[str, Any]:
    """Crawls one shard in a bounded subprocess; what came of it. A shard that another process holds is skipped.

    Waits up to `patience` seconds for a worker that listens: what is fetched before there is one is late.
    """
    from crawlers.run import crawl_shard

    given = settings()
    _wait_for_worker(given, patience)
    return crawl_shard(given, shard, of, given.crawl_minutes if minutes is None else minutes, until_empty)


def _wait_for_worker(given: Settings, patience: float) -> None:
    from crawlers.pressure import workers

    deadline = time.monotonic() + patience
    database = open_database(given, "broadsheet crawl")
    try:
        while time.monotonic() < deadline:
            with database.transaction() as tx:
                if workers(tx):
                    return
            time.sleep(0.2)
    finally:
        database.close()


def regroup(tx: Transaction, ids: Sequence[int]) -> None:
    """Decides anew who is a copy of whom, after an operator's word on these articles; copies go to the story of their
    first at once."""
    from broadsheet.storage import stories
    from processors import DEDUPLICATE_LOCK
    from processors.deduplicate import again

    tx.lock(DEDUPLICATE_LOCK)
    changed = again(tx, ids)
    tx.lock(stories.LOCK)
    stories.rehead(tx, changed)
    stories.retell(tx, changed)


def measured(one: Article, other: Article) -> Measured:
    """What the stage that groups copies makes of two articles."""
    from processors.deduplicate.explain import measured as measure

    return measure(one, other)


def copies() -> Copies:
    """What the web service asks of the stage that groups copies."""
    from broadsheet.web.services import Copies

    return Copies(regroup=regroup, measure=measured)


def shards() -> list[int]:
    """The crawl shards, for the DAG to map over."""
    return list(range(settings().shards))


def reprocess_begin(from_stage: str, **chosen: Any) -> str:
    """Queues a reprocess run; its lane."""
    from broadsheet.reprocess import Chosen, begin

    given = {name: value for name, value in chosen.items() if value}
    if "ids" in given:
        given["ids"] = tuple(int(id) for id in given["ids"])
    database = open_database(settings())
    try:
        return begin(database, from_stage, Chosen(**given), stage_names())
    finally:
        database.close()


def reprocess_stage(lane: str, stage: str, minutes: float = 600.0) -> dict[str, int]:
    """Runs one stage of a reprocess run until its lane has nothing left for it."""
    return run_stages([stage], lane=lane, minutes=minutes, until_empty=True)


def reprocess_finish(lane: str, seconds: float = 3600.0) -> dict[str, Any]:
    """Waits until the index's writer has taken what the run made, and closes the run."""
    from broadsheet.reprocess import finish, left, wait_for_index

    database = open_database(settings())
    try:
        waiting = wait_for_index(database, seconds)
        done = finish(database, lane)
        return {**done, "not_indexed_yet": waiting, "left": left(database, lane)}
    finally:
        database.close()


def stage_names() -> list[str]:
    """The pipeline's stages, in order; `index` follows them."""
    from processors import PIPELINE

    return [stage.name for stage in PIPELINE]


def pipeline_version(given: Settings) -> str:
    """Names and versions of all stages: changes whenever a rule or a model does."""
    from processors import pipeline

    return ",".join(f"{stage.name}={stage.version}" for stage in pipeline(given.recogniser))


def _repair_stories(database: Database) -> int:
    """Looks again at the stories of the last days; how many articles moved."""
    from processors import STORIES_LOCK, stories

    with database.transaction() as tx:
        tx.lock(STORIES_LOCK)
        return stories.repair(tx)


def _repair_entities(database: Database) -> dict[str, int]:
    """Decides anew which names are one; what came of it."""
    from broadsheet.storage.name_repair import repair

    return repair(database)


def reindex() -> None:
    """Asks the index's writer for a new index beside the old one."""
    from broadsheet.indexing import want_rebuild

    given = settings()
    database = open_database(given)
    try:
        want_rebuild(database, open_engine(given, database).name)
    finally:
        database.close()


def digest(hours: float = 24.0) -> dict[str, Any]:
    """What the last hours came to."""
    from broadsheet.health import digest as told

    database = open_database(settings())
    try:
        with database.snapshot() as tx:
            return told(tx, hours)
    finally:
        database.close()


def upkeep() -> dict[str, Any]:
    """All upkeep, one part after the other; what each did."""
    from broadsheet import upkeep as parts

    given = settings()
    database = open_database(given)
    try:
        done: dict[str, Any] = dict(parts.keep_house(database, given))
        done["revived"] = parts.revive_after_change(database, pipeline_version(given))
        done |= _repair_entities(database)
        done["stories_moved"] = _repair_stories(database)
        done["disk_low"] = parts.watch_disk(database, given)
        done["sources"] = parts.watch_sources(database)
        return done
    finally:
        database.close()
