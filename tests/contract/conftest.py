"""Both search engines, for real: tantivy in a folder, and one Elasticsearch node per test session."""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest

from broadsheet.ports import SearchIndex
from broadsheet.search.elastic import open_elastic
from broadsheet.search.embedded import open_embedded

PROGRAM = Path(__file__).resolve().parents[2] / "infra" / "elasticsearch" / "node"

_numbers = itertools.count()


def free_port() -> int:
    """A port whose neighbour 100 above is free too: the node's second one."""
    for _ in range(50):
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port = int(first.getsockname()[1])
            with contextlib.suppress(OSError, OverflowError):
                second.bind(("127.0.0.1", port + 100))
                return port
    raise RuntimeError("no two free ports")


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A running node of our own."""

    folder: Path
    port: int

    @property
    def url(self) -> str:
        return f"https://admin:{quote((self.folder / 'password').read_text())}@127.0.0.1:{self.port}"

    @property
    def ca(self) -> str:
        return str(self.folder / "cert.pem")

    def start(self) -> str:
        """Start it, or find it running; what the program says."""
        given = ["start", str(self.folder), "--port", str(self.port), "--secure"]
        done = subprocess.run([sys.executable, str(PROGRAM), *given], capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(done.stderr)
        return done.stdout

    def open(self, prefix: str) -> SearchIndex:
        """The index with this prefix."""
        return open_elastic(self.url, prefix=prefix, ca=self.ca)

    def kill(self) -> None:
        os.kill(int((self.folder / "pid").read_text()), signal.SIGKILL)

    def stop(self) -> None:
        subprocess.run([sys.executable, str(PROGRAM), "stop", str(self.folder)], check=True)


def missing() -> str:
    """What this machine lacks for a node of its own; empty where nothing."""
    absent = [name for name in ("java", "mvn") if shutil.which(name) is None]
    return f"{' and '.join(absent)} not installed: no Elasticsearch node can be started" if absent else ""


@pytest.fixture(scope="session")
def node() -> Iterator[Node]:
    """One Elasticsearch for the session, with TLS and sign-in; skipped with the reason where there can be none."""
    if missing():
        pytest.skip(missing())
    # Not pytest's own folder: as root the node runs as `nobody`, which must be able to pass.
    folder = Path(tempfile.mkdtemp(prefix="broadsheet-elasticsearch-"))
    folder.chmod(0o755)
    made = Node(folder=folder, port=free_port())
    try:
        try:
            made.start()
        except RuntimeError as error:
            if "dependency" in str(error):
                pytest.skip(f"Elasticsearch cannot be fetched: {str(error)[-300:]}")
            raise
        yield made
    finally:
        made.stop()
        shutil.rmtree(folder, ignore_errors=True)


Opener = Callable[[], SearchIndex]
"""Opens the same index once more, as another process would."""

ENGINES = ["embedded", pytest.param("elasticsearch", marks=pytest.mark.elasticsearch)]


def opener(engine: str, folder: Path, request: pytest.FixtureRequest) -> Opener:
    """How to open one index of this engine that no other test uses."""
    if engine == "embedded":
        return lambda: open_embedded(folder / "search", wait=0.3)
    node: Node = request.getfixturevalue("node")
    prefix = f"test{next(_numbers)}"
    return lambda: node.open(prefix)


@pytest.fixture(params=ENGINES)
def open_again(request: pytest.FixtureRequest, tmp_path: Path) -> Opener:
    """The engine under test, not yet created."""
    return opener(request.param, tmp_path, request)


@pytest.fixture
def index(open_again: Opener) -> Iterator[SearchIndex]:
    """An empty index of the engine under test."""
    made = open_again()
    made.create("first")
    yield made
    made.close()
