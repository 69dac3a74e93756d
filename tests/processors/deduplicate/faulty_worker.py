"""A worker process of the stage `deduplicate` alone, for tests: it may die at a given statement, and its clock may be wrong."""

from __future__ import annotations

import argparse
import os
import signal
import time
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from broadsheet import model
from broadsheet.settings import Settings
from broadsheet.storage.postgres import Database, PostgresTransaction
from processors import DEDUPLICATE_LOCK, deduplicate, worker
from processors.stage import Stage

STAGE = Stage(
    name="deduplicate",
    version="1",
    step=deduplicate.step,
    prepare=deduplicate.prepare,
    settle=deduplicate.settle,
    lock=DEDUPLICATE_LOCK,
)


def die_at(statement: int) -> None:
    """Kills this process in the middle of that statement's transaction."""
    numbers = count(1)
    for name in ("rows", "run", "insert", "copy"):
        original = getattr(PostgresTransaction, name)

        def counted(self: PostgresTransaction, *given: Any, _original: Any = original) -> Any:
            answer = _original(self, *given)
            if next(numbers) == statement:
                os.kill(os.getpid(), signal.SIGKILL)
            return answer

        setattr(PostgresTransaction, name, counted)


def shift_clock(seconds: float) -> None:
    """This process reads another time than the others."""
    time_of, now_of = time.time, model.now

    def shifted() -> datetime:
        return now_of() + timedelta(seconds=seconds)

    time.time = lambda: time_of() + seconds
    model.now = shifted


def main() -> None:
    """Works until nothing is left."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--url", required=True)
    parser.add_argument("--var", type=Path, required=True)
    parser.add_argument("--batch", type=int, default=7)
    parser.add_argument("--die", type=int, default=0)
    parser.add_argument("--clock", type=float, default=0.0)
    given = parser.parse_args()
    if given.clock:
        shift_clock(given.clock)
    database = Database(given.url)
    if given.die:
        die_at(given.die)
    plan = worker.Plan(pipeline=(STAGE,), stages=("deduplicate",), minutes=1, until_empty=True)
    worker.work(database, Settings(var=given.var, batch=given.batch), plan)
    database.close()


if __name__ == "__main__":
    main()
