"""Hands the log lines of a child process to this one's loggers, each at its own level: on Airflow's pages, whatever comes
by standard error is an error."""

from __future__ import annotations

import logging
import os
import re
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

_LINE = re.compile(r"(?:\S+ \S+ )?(DEBUG|INFO|WARNING|ERROR|CRITICAL) ([\w.]+) (.*)")
FORMAT = "%(asctime)s %(levelname)s %(name)s %(message)s"
"""How the child has to write them."""
PATIENCE = 5.0
"""Seconds to wait for the last lines of a child that ended."""


@contextmanager
def relayed() -> Iterator[int]:
    """A file descriptor for a child's standard error; its lines are logged here until the block ends."""
    ours, theirs = os.pipe()
    reader = threading.Thread(target=_read, args=(ours,), name="log lines", daemon=True)
    reader.start()
    try:
        yield theirs
    finally:
        os.close(theirs)
        reader.join(PATIENCE)


def _read(descriptor: int) -> None:
    with os.fdopen(descriptor, errors="replace") as lines:
        relay(lines)


def relay(lines: Iterable[str]) -> None:
    """Logs each line under its own logger and level; what continues one, such as a traceback, goes with it. Where this
    process logs nothing of that level the line goes to standard error as it came."""
    level, name = logging.WARNING, __name__
    for line in lines:
        text = line.rstrip("\n")
        if found := _LINE.fullmatch(text):
            level, name = logging.getLevelNamesMapping()[found[1]], found[2]
        logger = logging.getLogger(name)
        if logger.isEnabledFor(level):
            logger.log(level, "%s", found[3] if found else text)
        else:
            print(text, file=sys.stderr, flush=True)
