"""Crawls without a pause: one task a shard, each a bounded crawler that holds its shard's lock and its hosts' politeness."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import DAG, Param, task

from broadsheet import tasks

with DAG(
    "crawl",
    description="Find and fetch pages, one crawler a shard",
    schedule="@continuous",
    # Without it the first interval is empty, the second run has the same logical date, and no run follows, ever (3.3.2).
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    max_active_runs=1,
    catchup=False,
    params={
        "minutes": Param(None, type=["null", "number"], description="How long; empty: BROADSHEET_CRAWL_MINUTES"),
        "until_empty": Param(False, type="boolean", description="End as soon as nothing is due"),
    },
    default_args={
        "retries": 5,
        "retry_delay": timedelta(seconds=10),
        "retry_exponential_backoff": 2,
        "max_retry_delay": timedelta(minutes=10),
    },
    tags=["broadsheet"],
):

    @task(pool="crawl", map_index_template="shard {{ task.op_kwargs['shard'] }}")
    def crawl(shard: int, of: int, params: dict[str, Any] | None = None) -> dict[str, Any]:
        """Crawls one shard until its time is over."""
        given = params or {}
        return tasks.crawl(shard, of, given.get("minutes"), bool(given.get("until_empty")), patience=20.0)

    shards = tasks.shards()
    crawl.partial(of=len(shards)).expand(shard=shards)
