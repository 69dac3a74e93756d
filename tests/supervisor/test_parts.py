"""Parts are started in order, again when they die, later each time, and nothing of them is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from broadsheet import parts
from broadsheet.parts import Keeper, Part, Service, Step

SLEEPER = "import time; time.sleep(60)"
DEAF = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {SLEEPER}"
FAMILY = f"""
import signal, subprocess, sys
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", {DEAF!r}], process_group=0)
print(child.pid, flush=True)
{SLEEPER}
"""


def program(code: str) -> Callable[[Path], parts.Child]:
    return parts.command((sys.executable, "-c", code), lambda: os.environ)


@pytest.fixture
def keep(tmp_path: Path) -> Iterator[Callable[..., Keeper]]:
    """Makes keepers whose processes are gone after the test."""
    made: list[Keeper] = []

    def make(*given: Part) -> Keeper:
        made.append(Keeper(parts=given, logs=tmp_path))
        return made[-1]

    yield make
    for keeper in made:
        for kept in keeper.kept.values():
            if kept.process:
                parts.signal_session(kept.process.pid, signal.SIGKILL)
                kept.process.wait()


def until(keeper: Keeper, true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not true():
        assert time.monotonic() < deadline, {name: kept.told() for name, kept in keeper.kept.items()}
        keeper.tick()
        time.sleep(0.01)


def test_a_part_waits_for_what_it_needs(keep: Callable[..., Keeper]) -> None:
    order: list[str] = []
    keeper = keep(
        Step(name="second", act=lambda: order.append("second"), needs=("first",)),
        Step(name="first", act=lambda: order.append("first")),
    )
    until(keeper, lambda: keeper.ready)
    assert order == ["first", "second"]


def test_a_service_that_dies_is_started_again_and_later_each_time(keep: Callable[..., Keeper], tmp_path: Path) -> None:
    keeper = keep(Service(name="mortal", begin=program("print('here', flush=True)")))
    kept = keeper.kept["mortal"]
    waits: list[float] = []
    for deaths in (1, 2):
        until(keeper, lambda: kept.deaths == deaths and kept.process is None)  # noqa: B023 - used at once
        waits.append(kept.due - time.monotonic())
        kept.due = 0.0
    assert 0 < waits[0] < waits[1]
    assert "ended with code 0" in kept.error
    assert (tmp_path / "mortal.log").read_text() == "here\nhere\n"


def test_a_killed_service_says_by_what(keep: Callable[..., Keeper]) -> None:
    keeper = keep(Service(name="mortal", begin=program(SLEEPER)))
    kept = keeper.kept["mortal"]
    until(keeper, lambda: kept.state == "ready")
    assert kept.process
    os.kill(kept.process.pid, signal.SIGKILL)
    until(keeper, lambda: kept.state == "failed")
    assert "killed by signal 9" in kept.error


def test_stopping_leaves_nothing_of_a_deaf_family(keep: Callable[..., Keeper], tmp_path: Path) -> None:
    keeper = keep(Service(name="family", begin=program(FAMILY), grace=0.2))
    until(keeper, lambda: (tmp_path / "family.log").exists() and bool((tmp_path / "family.log").read_text().strip()))
    child = int((tmp_path / "family.log").read_text())
    assert parts.start_time(child)
    keeper.stop(["family"])
    assert _gone(child)
    assert keeper.kept["family"].state == "stopped"


def _gone(pid: int) -> bool:
    deadline = time.monotonic() + 10
    while parts.start_time(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    return parts.start_time(pid) is None


def test_what_a_killed_service_left_is_gone_before_the_next(keep: Callable[..., Keeper], tmp_path: Path) -> None:
    keeper = keep(Service(name="family", begin=program(FAMILY)))
    kept = keeper.kept["family"]
    log = tmp_path / "family.log"
    until(keeper, lambda: log.exists() and bool(log.read_text().strip()))
    child = int(log.read_text())
    assert kept.process
    os.kill(kept.process.pid, signal.SIGKILL)
    until(keeper, lambda: kept.restarts == 1)
    assert _gone(child)


def test_a_step_that_fails_ends_the_start_in_its_own_words(keep: Callable[..., Keeper]) -> None:
    def act() -> None:
        raise ValueError("the cupboard is bare")

    keeper = keep(Step(name="fetch", act=act))
    until(keeper, lambda: bool(keeper.failed))
    assert keeper.failed == "the cupboard is bare"


def test_a_step_whose_work_is_gone_is_done_again(keep: Callable[..., Keeper]) -> None:
    done: list[int] = []
    alive = [True]
    keeper = keep(Step(name="server", act=lambda: done.append(1), alive=lambda: alive[0]))
    kept = keeper.kept["server"]
    until(keeper, lambda: keeper.ready)
    alive[0] = False
    until(keeper, lambda: kept.state == "failed")
    alive[0], kept.due = True, 0.0
    until(keeper, lambda: keeper.ready)
    assert len(done) == 2


def test_a_process_dies_with_its_keeper(tmp_path: Path) -> None:
    if sys.platform != "linux":
        pytest.skip("the kernel ends orphans on Linux only")
    code = f"""
import os, sys, time
from pathlib import Path
from broadsheet import parts
child = parts.command((sys.executable, "-c", {SLEEPER!r}), lambda: os.environ)(Path({str(tmp_path / "log")!r}))
print(child.pid, flush=True)
time.sleep(60)
"""
    keeper = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert keeper.stdout
    child = int(keeper.stdout.readline())
    keeper.kill()
    keeper.wait()
    keeper.stdout.close()
    assert _gone(child)


def test_a_process_id_is_believed_only_with_its_start_and_boot(tmp_path: Path) -> None:
    sleeper = subprocess.Popen([sys.executable, "-c", SLEEPER], start_new_session=True)
    try:
        for start, boot in (("1", parts.boot()), (parts.start_time(sleeper.pid), "another")):
            parts.write_atomically(
                tmp_path / "state.json", {"boot": boot, "parts": {"x": {"pid": sleeper.pid, "start": start}}}
            )
            assert parts.sweep(tmp_path / "state.json") == []
        assert sleeper.poll() is None
        told = {"boot": parts.boot(), "parts": {"x": {"pid": sleeper.pid, "start": parts.start_time(sleeper.pid)}}}
        parts.write_atomically(tmp_path / "state.json", told)
        assert parts.sweep(tmp_path / "state.json") == [sleeper.pid]
        assert sleeper.wait(10) == -signal.SIGTERM
    finally:
        sleeper.kill()
        sleeper.wait()


def test_a_long_log_is_rotated_while_it_is_written_to(tmp_path: Path) -> None:
    log = tmp_path / "part.log"
    with log.open("ab", buffering=0) as writer:
        for number in range(5):
            writer.write(f"{number}".encode() * 100)
            assert parts.rotate(tmp_path, size=100, kept=3) == ["part.log"]
        writer.write(b"end")
    assert log.read_text() == "end"
    assert [(tmp_path / f"part.log.{n}").read_text()[0] for n in (1, 2, 3)] == ["4", "3", "2"]
    assert not (tmp_path / "part.log.4").exists()
