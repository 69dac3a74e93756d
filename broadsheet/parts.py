"""The parts of the running service: processes that are kept alive, steps that are done once, and what each waits for."""

from __future__ import annotations

import contextlib
import ctypes
import json
import logging
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

from broadsheet.settings import ROOT

log = logging.getLogger(__name__)

State = Literal["waiting", "starting", "ready", "failed", "stopped"]

LONGEST_DELAY = 60.0
"""Seconds between two starts of a part that dies again and again, at most."""
HEALTHY = 60.0
"""Seconds of life after which a part's next death counts as its first."""
LOG_SIZE = 10 * 1024 * 1024
"""Bytes at which a log is rotated."""
LOGS_KEPT = 3
PR_SET_PDEATHSIG = 1


class Child(Protocol):
    """A process of ours; `subprocess.Popen` is one."""

    @property
    def pid(self) -> int: ...

    def poll(self) -> int | None: ...

    def wait(self, timeout: float | None = None) -> int: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A process that has to run for as long as the supervisor does."""

    name: str
    begin: Callable[[Path], Child]
    """Starts it, in a session of its own, with its words in that file."""
    needs: tuple[str, ...] = ()
    """Names of the parts that must be ready before it is started."""
    ready: Callable[[], bool] = lambda: True
    grace: float = 15.0
    """Seconds it has to end by itself when told to stop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Something done once, in a thread; done again when `alive` says that its work is gone."""

    name: str
    act: Callable[[], object]
    needs: tuple[str, ...] = ()
    alive: Callable[[], bool] = lambda: True
    tries: int = 1
    """How often it may fail before the whole start has failed."""


Part = Service | Step


@dataclass(slots=True, kw_only=True)
class Kept:
    """What is known of one part."""

    part: Part
    state: State = "waiting"
    process: Child | None = None
    last_session: int = 0
    thread: threading.Thread | None = None
    born: float = 0.0
    due: float = 0.0
    """Not started again before this moment (monotonic)."""
    deaths: int = 0
    """In a row."""
    restarts: int = 0
    error: str = ""
    took: float = 0.0
    """Seconds from start to ready, the first time."""

    def told(self) -> dict[str, Any]:
        """What the state file says of it."""
        pid = self.process.pid if self.process else None
        return {
            "state": self.state,
            "pid": pid,
            "start": start_time(pid) if pid else None,
            "restarts": self.restarts,
            "error": self.error,
            "took": round(self.took, 1),
        }


@dataclass(slots=True, kw_only=True)
class Keeper:
    """Starts parts as soon as what they need is ready, and again when they die."""

    parts: Sequence[Part]
    logs: Path
    kept: dict[str, Kept] = field(default_factory=dict)
    failed: str = ""
    """Why the start as a whole has failed; one sentence."""

    def __post_init__(self) -> None:
        self.kept = {part.name: Kept(part=part) for part in self.parts}

    def tick(self) -> None:
        """Looks after every part once."""
        self.tend(self.kept.values())

    def tend(self, some: Iterable[Kept]) -> None:
        """Looks after some parts once."""
        for kept in some:
            if isinstance(kept.part, Service):
                self._tend_service(kept, kept.part)
            else:
                self._tend_step(kept, kept.part)

    @property
    def ready(self) -> bool:
        """Whether every part is."""
        return all(kept.state == "ready" for kept in self.kept.values())

    def _may_start(self, kept: Kept) -> bool:
        return time.monotonic() >= kept.due and all(self.kept[name].took for name in kept.part.needs)

    def _tend_service(self, kept: Kept, part: Service) -> None:
        if kept.process and (code := kept.process.poll()) is not None:
            self._buried(kept, code)
        if kept.process is None:
            if self._may_start(kept):
                self._begin(kept)
                # What a killed process has left behind; some of it does not listen to SIGTERM.
                signal_session(kept.last_session, signal.SIGKILL)
                kept.process = part.begin(self.logs / f"{part.name}.log")
                kept.last_session = kept.process.pid
            return
        if kept.state == "starting" and part.ready():
            self._up(kept)

    def _buried(self, kept: Kept, code: int) -> None:
        """A process has ended that should not have."""
        kept.process = None
        signal_session(kept.last_session, signal.SIGTERM)
        why = f"killed by signal {-code}" if code < 0 else f"ended with code {code}"
        self._died(kept, f"{why}; see {self.logs / kept.part.name}.log")

    def _died(self, kept: Kept, why: str) -> None:
        kept.deaths = 1 if time.monotonic() - kept.born > HEALTHY else kept.deaths + 1
        delay = min(LONGEST_DELAY, 0.5 * 2**kept.deaths)
        kept.due = time.monotonic() + delay
        kept.state, kept.error = "failed", why
        log.warning("%s died", kept.part.name, extra={"why": why, "again_in": delay})

    def _begin(self, kept: Kept) -> None:
        kept.restarts += 1 if kept.born else 0
        kept.born = time.monotonic()
        kept.state = "starting"
        log.info("%s is starting", kept.part.name, extra={"restarts": kept.restarts})

    def _up(self, kept: Kept) -> None:
        kept.took = kept.took or max(0.001, time.monotonic() - kept.born)
        kept.state, kept.error = "ready", ""
        log.info("%s is ready", kept.part.name, extra={"seconds": round(kept.took, 1)})

    def _tend_step(self, kept: Kept, part: Step) -> None:
        if kept.thread and kept.thread.is_alive():
            return
        if kept.state == "ready" and not part.alive():
            self._died(kept, "gone")
        if kept.state in {"waiting", "failed"} and self._may_start(kept):
            self._begin(kept)
            kept.thread = threading.Thread(target=self._act, args=(kept, part), name=part.name, daemon=True)
            kept.thread.start()

    def _act(self, kept: Kept, part: Step) -> None:
        try:
            part.act()
        except Exception as error:  # whatever a step raises ends in one sentence for the person who started us
            log.debug("step failed", exc_info=True)
            sentence = str(error) or type(error).__name__
            self._died(kept, sentence)
            if not kept.took and kept.deaths >= part.tries:
                self.failed = sentence
            return
        self._up(kept)

    def stop(self, names: Sequence[str]) -> None:
        """Tells these services to stop, all at once, and waits until they are gone."""
        told = [kept for name in names if (kept := self.kept.get(name)) and kept.process]
        for kept in told:
            assert kept.process
            signal_session(kept.process.pid, signal.SIGTERM)
        for kept in told:
            assert isinstance(kept.part, Service)
            end(kept.process, kept.part.grace)
            kept.process, kept.state = None, "stopped"


def command(words: Sequence[str], environment: Callable[[], Mapping[str, str]]) -> Callable[[Path], Child]:
    """Starts a program; its environment is asked for each time, as the database may have moved to another port."""

    def begin(output: Path) -> Child:
        with output.open("ab") as file:
            return subprocess.Popen(
                list(words),
                env=dict(environment()),
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
                start_new_session=True,
                preexec_fn=die_with_parent,
            )

    return begin


_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def die_with_parent() -> None:
    """Linux only; elsewhere the next start sweeps up what a killed supervisor left."""
    if _libc:
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def members(session: int) -> list[int]:
    """The processes of a session: Airflow's tasks have process groups of their own, but stay in it."""
    if not Path("/proc/self/stat").exists():
        said = subprocess.run(["ps", "-A", "-o", "pid=,sess="], capture_output=True, text=True, check=False).stdout
        pairs = (line.split() for line in said.splitlines())
        return [int(pid) for pid, of in pairs if of.isdigit() and int(of) == session]
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, IndexError, ValueError):
            state, _, _, of = path.read_text().rpartition(")")[2].split()[:4]
            if int(of) == session and state != "Z":
                found.append(int(path.parent.name))
    return found


def signal_session(session: int, number: signal.Signals) -> int:
    """The signal to every process of the session; to how many. Nothing where it is 0, nobody's."""
    told = 0
    if not session:
        return 0
    for pid in members(session):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)
            told += 1
    return told


def end(process: Child | None, grace: float) -> None:
    """Waits for a process that was told to stop, then kills what is left of its session."""
    if not process:
        return
    try:
        process.wait(grace)
    except (subprocess.TimeoutExpired, TimeoutError):
        log.warning("killed", extra={"pid": process.pid})
    signal_session(process.pid, signal.SIGKILL)
    process.wait()


def sweep(path: Path, grace: float = 10.0) -> list[int]:
    """Ends what a killed keeper left running; only processes that its state file knows by id, start and boot."""
    try:
        kept = json.loads(path.read_text())
    except (OSError, ValueError):
        return []
    known = [(part.get("pid"), part.get("start")) for part in kept.get("parts", {}).values()]
    left = [pid for pid, start in known if pid and start and kept.get("boot") == boot() and start_time(pid) == start]
    for pid in left:
        signal_session(pid, signal.SIGTERM)
    until = time.monotonic() + grace
    while time.monotonic() < until and any(start_time(pid) for pid in left):
        time.sleep(0.1)
    for pid in left:
        signal_session(pid, signal.SIGKILL)
    return left


def boot() -> str:
    """This boot of the machine: a process id from before another one means nothing."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        said = subprocess.run(["sysctl", "-n", "kern.boottime"], capture_output=True, text=True, check=False)
        return said.stdout.strip()


def start_time(pid: int) -> str | None:
    """When the process was started, in the kernel's own words; None where there is none."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
        return None if text.rpartition(")")[2].split()[0] == "Z" else text.rpartition(")")[2].split()[19]
    except OSError:
        if Path("/proc/self/stat").exists():
            return None
    said = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return said.stdout.strip() or None


def listening(port: int, host: str = "127.0.0.1") -> bool:
    """Whether something accepts connections there."""
    with socket.socket() as probe:
        probe.settimeout(1.0)
        return probe.connect_ex((host, port)) == 0


def free_port() -> int:
    """A port of loopback that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def rotate(folder: Path, size: int = LOG_SIZE, kept: int = LOGS_KEPT) -> list[str]:
    """Copies logs that have grown too long aside and empties them: their writers append, and go on in the empty file."""
    rotated = []
    for path in sorted(folder.glob("*.log")):
        if path.stat().st_size < size:
            continue
        for number in range(kept, 1, -1):
            older = path.with_suffix(f".log.{number - 1}")
            if older.exists():
                older.replace(path.with_suffix(f".log.{number}"))
        shutil.copyfile(path, path.with_suffix(".log.1"))
        os.truncate(path, 0)
        rotated.append(path.name)
    return rotated


def write_atomically(path: Path, value: object) -> None:
    """JSON that a reader sees whole or not at all."""
    draft = path.with_suffix(f".{os.getpid()}.tmp")
    draft.write_text(json.dumps(value, indent=1) + "\n")
    draft.replace(path)
