"""What has to be done now and then: retention, roll-ups, dead letters after a change of rules, free disk, source health."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.sdk import DAG, CronTriggerTimetable, Param, task

with DAG(
    "upkeep",
    description="Retention, roll-ups, revived dead letters, source health",
    # No start_date: the first run is the next full hour's, not one for the hour before the service was started.
    schedule=CronTriggerTimetable("17 * * * *", timezone="UTC"),
    max_active_runs=1,
    catchup=False,
    params={
        "reindex": Param(False, type="boolean", description="Fill a new index beside the old one, then switch over")
    },
    default_args={
        "retries": 3,
        "retry_delay": timedelta(minutes=1),
        "retry_exponential_backoff": 2,
        "execution_timeout": timedelta(minutes=50),
        "pool": "upkeep",
    },
    tags=["broadsheet"],
):

    @task
    def upkeep() -> dict[str, Any]:
        """All of it, one part after the other; what each did."""
        from broadsheet import tasks

        return tasks.upkeep()

    @task
    def reindex(params: dict[str, Any] | None = None) -> bool:
        """Asks the index's writer for a new index, where this run was started to."""
        from broadsheet import tasks

        wanted = bool((params or {}).get("reindex"))
        if wanted:
            tasks.reindex()
        return wanted

    upkeep() >> reindex()
