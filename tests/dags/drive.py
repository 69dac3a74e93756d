"""Loads the DAG files and runs each DAG once, in a process of its own: Airflow takes over logging where it is imported."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from airflow.dag_processing.dagbag import DagBag
from airflow.utils.db import initdb

ROUNDS: list[tuple[str, dict[str, Any]]] = [
    ("crawl", {"until_empty": True, "minutes": 1}),
    ("ingest", {"until_empty": True, "minutes": 1}),
    # The groups of a run are independent: the index may have been first.
    ("ingest", {"until_empty": True, "minutes": 1}),
    ("reprocess", {"from_stage": "strip", "chunks": 2, "wait": 0}),
    ("ingest", {"until_empty": True, "minutes": 1}),
    ("upkeep", {}),
    # Upkeep leaves work for the index's writer.
    ("ingest", {"until_empty": True, "minutes": 1}),
]


def main(dags: Path, answer: Path) -> None:
    """Writes what loaded and how each run ended."""
    initdb()
    bag = DagBag(dags)
    told: dict[str, Any] = {
        "errors": {str(path): error for path, error in bag.import_errors.items()},
        "dags": {
            name: {
                "tasks": {task.task_id: sorted(task.downstream_task_ids) for task in dag.tasks},
                "retries": min(task.retries or 0 for task in dag.tasks),
                "max_active_runs": dag.max_active_runs,
                "start": dag.start_date.isoformat() if dag.start_date else None,
                "timetable": type(dag.timetable).__name__,
            }
            for name, dag in bag.dags.items()
        },
        "runs": [],
    }
    answer.write_text(json.dumps(told))
    for name, given in ROUNDS:
        run = bag.dags[name].test(run_conf=given)
        states = [[task.task_id, str(task.state)] for task in run.get_task_instances()]
        told["runs"].append({"dag": name, "state": str(run.state), "tasks": sorted(states)})
        answer.write_text(json.dumps(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
