"""Hosts Airflow's programs: imports Airflow once and forks each of them, which saves two thirds of the CPU of their start.

Four programs and the migration import the same 2,300 modules, 3 to 7 CPU-seconds each. Forked, they share that, and the
memory. The host itself opens no connection and starts no thread, so a fork takes nothing with it that is in use.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import logging
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from broadsheet import airflow_home
from broadsheet.errors import BroadsheetError, Unavailable
from broadsheet.parts import Child, Keeper, Service, boot, die_with_parent, listening, sweep, write_atomically
from broadsheet.settings import Settings, read
from broadsheet.storage.postgres import Database

log = logging.getLogger(__name__)

FIRST = ("airflow", "airflow.__main__", "airflow.cli.commands.db_command")
"""What the migration needs."""
SECOND = (
    "airflow.jobs.scheduler_job_runner",
    "airflow.jobs.triggerer_job_runner",
    "airflow.cli.commands.scheduler_command",
    "airflow.cli.commands.dag_processor_command",
    "airflow.cli.commands.triggerer_command",
    "airflow.executors.local_executor",
    "airflow.sdk.execution_time.task_runner",
    "airflow.dag_processing.manager",
    "airflow.dag_processing.processor",
    "airflow.providers.standard.operators.python",
)
"""What the scheduler, its tasks and the dag-processor need."""
THIRD = (
    "airflow.cli.commands.api_server_command",
    "airflow.api_fastapi.core_api.app",
    "airflow.api_fastapi.core_api.routes.public",
    "airflow.api_fastapi.core_api.routes.ui",
    "airflow.api_fastapi.execution_api.app",
    "airflow.api_fastapi.execution_api.routes",
)
"""What the api-server needs: the longest, while the others start already."""


@dataclass(slots=True)
class Forked:
    """A child that was forked; answers like `subprocess.Popen`."""

    pid: int
    code: int | None = None

    def poll(self) -> int | None:
        """Its exit code, negative for a signal; None while it runs."""
        if self.code is None:
            with contextlib.suppress(ChildProcessError):
                pid, status = os.waitpid(self.pid, os.WNOHANG)
                self.code = os.waitstatus_to_exitcode(status) if pid else None
        return self.code

    def wait(self, timeout: float | None = None) -> int:
        """Its exit code; raises TimeoutError when it still runs after so many seconds."""
        until = None if timeout is None else time.monotonic() + timeout
        while (code := self.poll()) is None:
            if until is not None and time.monotonic() > until:
                raise TimeoutError(f"process {self.pid} still runs")
            time.sleep(0.05)
        return code


def fork(words: tuple[str, ...]) -> Callable[[Path], Child]:
    """Starts `airflow WORDS` as a fork of this process."""

    def begin(output: Path) -> Child:
        sys.stdout.flush()
        sys.stderr.flush()
        pid = os.fork()
        if pid:
            return Forked(pid)
        _be(words, output)
        raise AssertionError("a child never returns")

    return begin


def _be(words: tuple[str, ...], output: Path) -> None:
    """Becomes one of Airflow's programs, for ever."""
    code = 1
    try:
        os.setsid()
        die_with_parent()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        _redirect(output)
        sys.argv = ["airflow", *words]
        importlib.import_module("airflow.__main__").main()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # the last frame of this process: what it says goes to its log
        traceback.print_exc()
    finally:
        with contextlib.suppress(Exception):
            logging.shutdown()
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def _redirect(output: Path) -> None:
    file = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    for number in (1, 2):
        os.dup2(file, number)
    os.close(file)


def load(modules: tuple[str, ...]) -> None:
    """Imports them; a module that another Airflow no longer has only costs its share of the saving."""
    for name in modules:
        try:
            importlib.import_module(name)
        except ImportError as error:
            log.warning("not preloaded: %s: %s", name, error)
    gc.collect()
    gc.freeze()


def migrate(settings: Settings, logs: Path) -> Child | None:
    """Begins to bring Airflow's own schema up to date; None where this Airflow has made it already."""
    if airflow_home.schema_is_current(settings, revision()):
        return None
    return fork(("db", "migrate"))(logs / "airflow-command.log")


def revision() -> list[dict[str, object]]:
    """What Airflow's database says of its own schema; empty where it has none."""
    url = os.environ["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"].replace("postgresql+psycopg2://", "postgresql://", 1)
    database = Database(url)
    with database.transaction() as tx:
        there = tx.rows("SELECT to_regclass('alembic_version') AS t")[0]["t"]
        rows = tx.rows("SELECT version_num FROM alembic_version") if there else []
    database.close()
    return rows


def migrated(settings: Settings, begun: Child | None, logs: Path) -> None:
    """Waits for the migration; raises Unavailable where it failed."""
    if begun is None:
        return
    code = begun.wait(600)
    if code:
        raise Unavailable(f"Airflow: `airflow db migrate` failed with code {code}; see {logs / 'airflow-command.log'}")
    airflow_home.note_schema(settings, revision())


def programs(settings: Settings) -> list[Service]:
    """Airflow's programs. The api-server comes before the scheduler's first task: no pool is there until it answers."""
    answers = lambda: listening(settings.airflow_port)  # noqa: E731 - one word for it
    return [
        Service(name="dag-processor", begin=fork(("dag-processor",))),
        Service(name="scheduler", begin=fork(("scheduler", "--skip-serve-logs")), grace=40.0),
        Service(name="api-server", begin=fork(("api-server",)), ready=answers),
        Service(name="triggerer", begin=fork(("triggerer", "--skip-serve-logs")), needs=("api-server",)),
    ]


def serve(settings: Settings, stop: list[int]) -> None:
    """Runs the programs until told to stop; then the scheduler with its tasks ends first, the api-server last."""
    logs = settings.var / "log"
    load(FIRST)
    begun = migrate(settings, logs)
    load(SECOND)
    migrated(settings, begun, logs)
    keeper = Keeper(parts=programs(settings), logs=logs)
    early = [keeper.kept[name] for name in ("dag-processor", "scheduler")]
    keeper.tend(early)
    load(THIRD)
    told: object = None
    while not stop:
        keeper.tick()
        now = {name: kept.told() for name, kept in keeper.kept.items()}
        if now != told:
            write_atomically(settings.var / "run" / airflow_home.STATE, {"boot": boot(), "parts": now})
            told = now
        time.sleep(0.1)
    keeper.stop(("scheduler", "dag-processor", "triggerer"))
    keeper.stop(("api-server",))
    (settings.var / "run" / airflow_home.STATE).unlink(missing_ok=True)


def main() -> int:
    """Runs until SIGTERM."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    stop: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, _frame: stop.append(number))
    try:
        settings = read(os.environ)
        sweep(settings.var / "run" / airflow_home.STATE)
        serve(settings, stop)
    except BroadsheetError as error:
        print(f"broadsheet: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
