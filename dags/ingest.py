"""Makes pages into searchable articles: one task for each group of stages, which stays alive and listens to the queue."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import DAG, Param, task

from broadsheet import tasks

with DAG(
    "ingest",
    description="extract, strip, deduplicate, enrich and index what the crawlers fetched",
    schedule="@continuous",
    # Without it the first interval is empty, the second run has the same logical date, and no run follows, ever (3.3.2).
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    max_active_runs=1,
    catchup=False,
    params={
        "minutes": Param(10, type="number", exclusiveMinimum=0, description="How long each task listens"),
        "until_empty": Param(False, type="boolean", description="End as soon as the queue is empty"),
    },
    default_args={
        "retries": 8,
        "retry_delay": timedelta(seconds=5),
        "retry_exponential_backoff": 2,
        "max_retry_delay": timedelta(minutes=10),
        "priority_weight": 10,
        "pool": "ingest",
    },
    tags=["broadsheet"],
):

    def listen(stages: list[str], worker: int, params: dict[str, Any] | None = None) -> dict[str, int]:
        """Runs a group of stages until its time is over, one of several workers that share the queue."""
        given = params or {}
        done = tasks.run_stages(stages, minutes=given["minutes"], until_empty=given["until_empty"])
        return {"worker": worker, **done}

    for group in tasks.groups(tasks.settings()):
        workers = 1 if group == ["index"] else tasks.settings().workers
        task(task_id="_".join(group))(listen).partial(stages=group).expand(worker=list(range(workers)))
