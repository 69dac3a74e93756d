"""The DAG files load, say what the design says, and run whole with `dag.test()` on a real database and a real web."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from broadsheet import status, supervisor, tasks
from broadsheet.settings import ROOT, Settings
from broadsheet.storage.postgres import Database
from broadsheet.world import process

SITE = "prairie-ledger"


@pytest.fixture(scope="module")
def settings(template_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """A service on one site of the news world, with a database of this module's own."""
    folder = tmp_path_factory.mktemp("dags")
    database = f"{template_url.rpartition('/')[0]}/dags_{os.getpid()}"
    admin = Database(f"{template_url.rpartition('/')[0]}/postgres").connect(autocommit=True)
    with admin.cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{database.rpartition("/")[2]}" TEMPLATE broadsheet STRATEGY FILE_COPY')
    with process.start(folder / "world") as world:
        given = Settings(
            var=folder / "var",
            database_url=database,
            sources=folder / "sources",
            allow_private=True,
            resolve=f"127.0.0.1:{world.port}:{world.tls_port}",
            crawl_ca=str(world.ca),
            crawl_delay=0.05,
            shards=1,
        )
        given.sources.mkdir()
        given.var.mkdir()
        site = next(site for site in world.sources() if site["name"] == SITE)
        (given.sources / f"{SITE}.toml").write_text(supervisor.source_file(site, often=False))
        yield given
    with admin.cursor() as cursor:
        cursor.execute(f'DROP DATABASE "{database.rpartition("/")[2]}" WITH (FORCE)')
    admin.close()


@pytest.fixture(scope="module")
def driven(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What `drive.py` saw."""
    home = tmp_path_factory.mktemp("airflow")
    environment = {
        **os.environ,
        **supervisor.as_environment(settings),
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "PYTHONPATH": str(ROOT),
    }
    answer = home / "answer.json"
    done = subprocess.run(
        [sys.executable, Path(__file__).with_name("drive.py"), ROOT / "dags", answer],
        env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, (done.stdout + done.stderr)[-6000:]
    told: dict[str, Any] = json.loads(answer.read_text())
    told["output"] = done.stdout + done.stderr
    return told


def test_every_file_loads(driven: dict[str, Any]) -> None:
    assert driven["errors"] == {}
    assert sorted(driven["dags"]) == ["crawl", "ingest", "reprocess", "upkeep"]


def test_each_group_of_stages_is_a_task(driven: dict[str, Any]) -> None:
    named = {"_".join(group) for group in tasks.groups(Settings())}
    assert set(driven["dags"]["ingest"]["tasks"]) == named
    assert driven["dags"]["ingest"]["max_active_runs"] == 1
    assert driven["dags"]["ingest"]["timetable"] == "ContinuousTimetable"


def test_a_continuous_dag_has_a_start(driven: dict[str, Any]) -> None:
    # Without one the second run has the logical date of the first, "already exists", and no run follows, ever.
    assert {name: driven["dags"][name]["start"] for name in ("crawl", "ingest")} == dict.fromkeys(
        ("crawl", "ingest"), "2026-01-01T00:00:00+00:00"
    )


def test_reprocess_is_a_visible_chain(driven: dict[str, Any]) -> None:
    arrows = driven["dags"]["reprocess"]["tasks"]
    for before, after in [
        ("extract", "strip"),
        ("strip", "deduplicate"),
        ("deduplicate", "enrich"),
        ("enrich", "index"),
    ]:
        assert after in arrows[before]


def test_every_task_is_tried_again(driven: dict[str, Any]) -> None:
    assert all(dag["retries"] >= 3 for dag in driven["dags"].values())


def test_every_run_ends_well(driven: dict[str, Any]) -> None:
    assert [(run["dag"], run["state"]) for run in driven["runs"]] == [
        (name, "success") for name in ("crawl", "ingest", "ingest", "reprocess", "ingest", "upkeep", "ingest")
    ], driven["output"]


def test_a_mapped_stage_runs_once_for_each_chunk(driven: dict[str, Any]) -> None:
    ran = [name for name, _ in driven["runs"][3]["tasks"]]
    assert ran.count("strip") == 2


def test_what_was_crawled_is_indexed_and_the_law_holds(driven: dict[str, Any], settings: Settings) -> None:
    database = tasks.open_database(replace(settings))
    engine = tasks.open_engine(settings, database)
    try:
        with database.transaction() as tx:
            law = status.law(tx, status.engine_count(engine))
            runs = tx.rows("SELECT total, finished FROM reprocess_run")
    finally:
        engine.close()
        database.close()
    assert law["indexed"] > 5, law["rejected"]
    assert law["pending"] == 0
    assert law["balanced"]
    assert [(run["total"] >= law["indexed"], run["finished"] is not None) for run in runs] == [(True, True)]
