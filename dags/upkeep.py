"""What has to be done now and then: retention, roll-ups, dead letters after a change of rules, free disk, source health."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.sdk import DAG, CronTriggerTimetable, task

with DAG(
    "upkeep",
    description="Retention, roll-ups, revived dead letters, source health",
    # No start_date: the first run is the next full hour's, not one for the hour before the service was started.
    schedule=CronTriggerTimetable("17 * * * *", timezone="UTC"),
    max_active_runs=1,
    catchup=False,
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

    upkeep()
