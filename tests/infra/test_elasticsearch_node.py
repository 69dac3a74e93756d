"""The node of one's own: safe to start twice, reachable only with its certificate and password, gone when stopped."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.conftest import PROGRAM, free_port


def node(*given: str, path: str | None = None) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **({} if path is None else {"PATH": path})}
    return subprocess.run(
        [sys.executable, str(PROGRAM), *given], capture_output=True, text=True, env=environment, check=False
    )


@pytest.fixture
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="broadsheet-node-"))
    made.chmod(0o755)
    yield made
    node("stop", str(made))
    shutil.rmtree(made, ignore_errors=True)


def test_a_port_that_is_taken_is_named(folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = node("start", str(folder), "--port", str(port))
    assert done.returncode == 1
    assert done.stderr == f"elasticsearch node: port {port} is taken by another program\n"


def test_a_machine_without_java_is_told_so(folder: Path) -> None:
    done = node("start", str(folder), "--port", str(free_port()), path=str(folder))
    assert done.returncode == 1
    assert done.stderr.startswith(
        "elasticsearch node: java is missing; install a Java runtime, 17 or newer, or set BROADSHEET_"
    )


def test_a_process_id_from_before_a_reboot_is_not_believed(folder: Path) -> None:
    (folder / "pid").write_text(str(os.getpid()))
    assert node("stop", str(folder)).returncode == 0
    os.kill(os.getpid(), 0)
