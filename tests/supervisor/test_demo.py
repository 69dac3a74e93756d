"""`make demo` whole, once: it comes up, shows its work, survives kills, stops without a trace, and finds its data again."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from broadsheet import airflow_home, supervisor
from broadsheet.parts import free_port, members, start_time
from broadsheet.settings import Settings
from broadsheet.storage import server

pytestmark = pytest.mark.integration


@dataclass(kw_only=True)
class Demo:
    settings: Settings
    output: str = ""
    seen: set[int] = field(default_factory=set)
    """Sessions of every part that was ever seen."""

    def command(self, *words: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "broadsheet.cli", *words],
            env={**os.environ, **supervisor.as_environment(self.settings)},
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, timeout=600,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + self.logs()
        return done.stdout

    def logs(self) -> str:
        tails = [f"== {path.name}\n{path.read_text(errors='replace')[-1500:]}" for path in self.var.glob("log/*.log")]
        return "\n".join(tails)

    @property
    def var(self) -> Path:
        return self.settings.var

    def get(self, path: str) -> Any:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.settings.web_port}{path}", timeout=20) as answer:
            return json.load(answer)

    def parts(self) -> dict[str, Any]:
        """Every part, Airflow's too, as the state files know them."""
        found: dict[str, Any] = dict(supervisor.state(self.settings).get("parts", {}))
        path = self.var / "run" / airflow_home.STATE
        if path.exists():
            found |= json.loads(path.read_text())["parts"]
        self.seen |= {part["pid"] for part in found.values() if part["pid"]}
        return found

    def until(self, true: Callable[[], bool], seconds: float = 240) -> None:
        deadline = time.monotonic() + seconds
        while True:
            try:
                if true():
                    return
            except (OSError, ValueError, KeyError):
                pass
            assert time.monotonic() < deadline, self.logs()
            time.sleep(0.5)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    folder = tmp_path_factory.mktemp("demo")
    for above in (folder, *folder.parents):
        if "pytest" in above.name:
            above.chmod(0o755)
    made = Demo(settings=Settings(var=folder / "var", web_port=free_port(), airflow_port=free_port()))
    try:
        made.output = made.command("demo")
        made.parts()
        yield made
    finally:
        supervisor.down(made.settings)


def test_it_shows_its_work_and_ends_with_an_answer(demo: Demo) -> None:
    for words in (
        "first article searchable",
        "all indexed",
        f"http://127.0.0.1:{demo.settings.web_port}/ops",
        f"http://127.0.0.1:{demo.settings.airflow_port}/",
        "passwords.json",
        "search for",
    ):
        assert words in demo.output, demo.output
    assert "\x1b" not in demo.output  # plain lines where there is no terminal
    assert " articles, the first:\n    " in demo.output


def test_the_whole_world_is_indexed_and_the_law_holds(demo: Demo) -> None:
    status = demo.get("/api/status")
    assert status["balanced"], status
    assert status["indexed"] >= 400
    assert status["dead"] == 0
    assert demo.get("/api/search?q=&size=1&fold=0")["total"] == status["indexed"]


def test_airflow_runs_it_and_asks_for_a_password(demo: Demo) -> None:
    path = airflow_home.passwords(demo.settings)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    address = airflow_home.address(demo.settings)
    with pytest.raises(urllib.error.HTTPError, match="401"):
        urllib.request.urlopen(f"{address}/api/v2/dags", timeout=20)
    user, password = next(iter(json.loads(path.read_text()).items()))
    body = json.dumps({"username": user, "password": password}).encode()
    request = urllib.request.Request(f"{address}/auth/token", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=20) as answer:
        token = json.load(answer)["access_token"]
    request = urllib.request.Request(f"{address}/api/v2/dags", headers={"Authorization": f"Bearer {token}"})
    with urllib.request.urlopen(request, timeout=20) as answer:
        dags = {dag["dag_id"]: dag["is_paused"] for dag in json.load(answer)["dags"]}
    assert dags == dict.fromkeys(("crawl", "ingest", "reprocess", "upkeep"), False)


def test_its_health_checks_say_so(demo: Demo) -> None:
    health = f"{airflow_home.address(demo.settings)}/api/v2/monitor/health"
    script = Path(__file__).parents[2] / "infra" / "airflow" / "healthy"
    for part in ("metadatabase", "scheduler", "dag_processor", "triggerer"):
        done = subprocess.run(
            [sys.executable, script, part], env={**os.environ, "AIRFLOW_HEALTH": health}, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr


def test_starting_it_again_says_that_it_runs(demo: Demo) -> None:
    said = demo.command("demo")
    assert "runs already" in said
    assert f"http://127.0.0.1:{demo.settings.web_port}/" in said


def test_killed_parts_come_back_and_nothing_is_lost_or_twice(demo: Demo) -> None:
    before = demo.get("/api/status")["indexed"]
    killed = {name: demo.parts()[name]["pid"] for name in ("scheduler", "web", "world")}
    postmaster = server.postmaster(demo.settings)
    assert postmaster
    for pid in (*killed.values(), postmaster):
        os.kill(pid, signal.SIGKILL)
    demo.until(lambda: all(demo.parts()[name]["pid"] not in (None, pid) for name, pid in killed.items()))
    demo.until(lambda: demo.get("/healthz") is not None)
    demo.until(lambda: _turned(demo))
    demo.until(lambda: demo.get("/api/status")["indexed"] > before)
    demo.until(lambda: demo.get("/api/status")["balanced"] is True)


def _turned(demo: Demo) -> bool:
    """Lets two days pass in the world: articles appear, are edited and withdrawn."""
    port = supervisor.state(demo.settings)["world"]
    order = urllib.request.Request(f"http://127.0.0.1:{port}/_world/clock", json.dumps({"hours": 48}).encode())
    with urllib.request.urlopen(order, timeout=10) as answer:
        return bool(answer.status == 200)


def test_down_leaves_no_process_and_the_data_are_found_again(demo: Demo) -> None:
    before = demo.get("/api/status")["indexed"]
    demo.parts()
    assert "stopped" in demo.command("down")
    assert [pid for session in demo.seen for pid in members(session)] == []
    assert server.postmaster(demo.settings) is None
    assert demo.command("down") == "nothing was running\n"
    said = demo.command("demo")
    assert "all indexed" in said
    assert demo.get("/api/status")["indexed"] >= before


def test_a_killed_supervisor_leaves_nothing_that_down_does_not_find(demo: Demo) -> None:
    demo.parts()
    running = supervisor.record(demo.settings)
    assert running
    os.kill(running.pid, signal.SIGKILL)
    demo.until(lambda: start_time(running.pid) is None)
    assert supervisor.record(demo.settings) is None
    assert "stopped" in demo.command("down")
    assert [pid for session in demo.seen for pid in members(session)] == []
    assert server.postmaster(demo.settings) is None
