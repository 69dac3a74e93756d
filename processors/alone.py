"""Keeps documents within limits: of time where they run with others, of memory too where one runs alone in a child process."""

from __future__ import annotations

import os
import pickle
import resource
import select
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from broadsheet.model import Failure
from broadsheet.settings import Settings

if TYPE_CHECKING:
    from processors.worker import Work

DIED = "worker-died"
"""How the error of a document begins that killed every process it ran in."""


def run(item: Work, call: Callable[[], Work], settings: Settings) -> Work:
    """The call's answer from a child process; where that dies or hangs, the Work as the dead letter `worker-died`."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        _child(call, writer, settings)
    os.close(writer)
    data, timed_out = _read(reader, child, settings.document_seconds * 10)
    _, status = os.waitpid(child, 0)
    if data and not timed_out and status == 0:
        return pickle.loads(data)  # type: ignore[no-any-return]  # noqa: S301 - our own child's answer
    return _dead(item, "no answer in time" if timed_out else _how(status))


def _child(call: Callable[[], Work], writer: int, settings: Settings) -> None:
    """Never returns: the child must not unwind into its parent's connections."""
    code = 1
    try:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        limit = _used() + settings.document_memory
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
        seconds = int(settings.document_seconds) + 1
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        answer = call()
        with os.fdopen(writer, "wb") as pipe:
            pickle.dump(answer, pipe)
        code = 0
    finally:
        os._exit(code)


def _used() -> int:
    """Bytes of address space this process has now."""
    return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()


def _read(reader: int, child: int, seconds: float) -> tuple[bytes, bool]:
    """All the child writes; kills it when the time is over."""
    deadline, parts = time.monotonic() + seconds, list[bytes]()
    try:
        while True:
            ready, _, _ = select.select([reader], [], [], max(0.0, deadline - time.monotonic()))
            if not ready:
                os.kill(child, signal.SIGKILL)
                return b"", True
            part = os.read(reader, 1 << 20)
            if not part:
                return b"".join(parts), False
            parts.append(part)
    finally:
        os.close(reader)


def _how(status: int) -> str:
    if os.WIFSIGNALED(status):
        return f"ended by {signal.Signals(os.WTERMSIG(status)).name}"
    return f"ended with exit code {os.waitstatus_to_exitcode(status)}"


def _dead(item: Work, how: str) -> Work:
    from processors.worker import Work

    error = f"{DIED}: {how}, on claim {item.job.claims}"
    return Work(job=item.job, at=item.at, value=Failure(stage=item.at, error=error, traceback=""), extracted=None)


class watched:
    """Ends this process when one document takes too long: the kernel does it, whatever holds the interpreter."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def __enter__(self) -> None:
        signal.setitimer(signal.ITIMER_PROF, self.seconds)
        signal.setitimer(signal.ITIMER_REAL, self.seconds * 10)

    def __exit__(self, *_: object) -> None:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)
