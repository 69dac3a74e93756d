"""Makes articles again from the raw pages, in a lane of their own, after a rule, a model or a mapping changed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.sdk import DAG, Param, chain, task

STAGES = ("extract", "strip", "deduplicate", "enrich")

with DAG(
    "reprocess",
    description="extract >> strip >> deduplicate >> enrich >> index over chosen documents, beside fresh news",
    schedule=None,
    catchup=False,
    params={
        "from_stage": Param("extract", type="string", enum=list(STAGES), description="The first stage that runs again"),
        "source": Param(None, type=["null", "string"], description="Only this source"),
        "host": Param(None, type=["null", "string"], description="Only this host"),
        "ids": Param([], type="array", items={"type": "integer"}, description="Only these articles"),
        "rejected": Param(None, type=["null", "string"], description="Also what was rejected for this reason; *: any"),
        "limit": Param(None, type=["null", "integer"], description="At most so many documents"),
        "chunks": Param(2, type="integer", minimum=1, maximum=64, description="Workers side by side in each stage"),
        "wait": Param(3600, type="number", minimum=0, description="Seconds to wait for the index"),
    },
    default_args={
        "retries": 3,
        "retry_delay": timedelta(seconds=10),
        "retry_exponential_backoff": 2,
        "max_retry_delay": timedelta(minutes=10),
        "pool": "reprocess",
    },
    tags=["broadsheet"],
):

    @task
    def begin(params: dict[str, Any] | None = None) -> list[str]:
        """Queues the documents in a new lane; its name once for each worker."""
        from broadsheet import tasks

        given = dict(params or {})
        chunks = given.pop("chunks")
        given.pop("wait")
        return [tasks.reprocess_begin(given.pop("from_stage"), **given)] * chunks

    @task
    def finish(lanes: list[str], params: dict[str, Any] | None = None) -> dict[str, Any]:
        """Waits until the index has taken the new revisions, and closes the run."""
        from broadsheet import tasks

        return tasks.reprocess_finish(lanes[0], (params or {})["wait"])

    def again(stage: str, lane: str) -> dict[str, int]:
        """Runs one stage over the lane until it has nothing left for it."""
        from broadsheet import tasks

        return tasks.reprocess_stage(lane, stage)

    lanes = begin()
    steps = [task(task_id=stage)(again).partial(stage=stage).expand(lane=lanes) for stage in STAGES]
    chain(*steps, finish.override(task_id="index")(lanes))  # type: ignore[arg-type] # Airflow puts the answer there
