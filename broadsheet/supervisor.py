"""One process that runs all parts of `make up` and `make demo`: starts them in order, restarts what dies, stops them in order."""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import json
import logging
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from broadsheet import airflow_home
from broadsheet import parts as parts_of
from broadsheet.errors import BadInput, BroadsheetError, Unavailable
from broadsheet.parts import (
    Keeper,
    Part,
    Service,
    Step,
    boot,
    free_port,
    listening,
    rotate,
    start_time,
    write_atomically,
)
from broadsheet.settings import ROOT, Settings, read
from broadsheet.storage import server

log = logging.getLogger(__name__)

Act = Literal["demo", "up"]

LEAST_DISK = 512 * 1024**2
"""Bytes that must be free to start: PostgreSQL and the logs alone take half of it."""
TICK = 0.1
HOUSEKEEPING = 60.0
CLEANING = 24 * 3600.0
TASK_LOG_DAYS = 14
STOP_ORDER = (("airflow",), ("web", "world"))
LONGEST_STOP = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Who runs: written by the supervisor, believed only while the kernel agrees."""

    pid: int
    boot: str
    start: str
    act: Act
    pages: str
    search: str

    def alive(self) -> bool:
        """Whether that very process still runs."""
        return self.boot == boot() and self.start == start_time(self.pid)


def folder(settings: Settings) -> Path:
    """Where the supervisor's own files are."""
    return settings.var / "run"


def record(settings: Settings) -> Record | None:
    """The running supervisor of this `var`; None where there is none."""
    try:
        kept = Record(**json.loads((folder(settings) / "supervisor.json").read_text()))
    except (OSError, ValueError, TypeError):
        return None
    return kept if kept.alive() else None


def state(settings: Settings) -> dict[str, Any]:
    """What the supervisor last wrote of its parts; empty before it has."""
    try:
        kept: dict[str, Any] = json.loads((folder(settings) / "state.json").read_text())
        return kept
    except (OSError, ValueError):
        return {}


def inherited(settings: Settings) -> dict[str, str]:
    """The settings of the running service as variables, so that `broadsheet search` asks the engine that it uses."""
    if record(settings) is None:
        return {}
    found: dict[str, str] = state(settings).get("environment", {})
    found.pop("BROADSHEET_TOKEN", None)
    return found


def command(act: str, settings: Settings, pages: Path | None = None) -> int:
    """`broadsheet demo`, `broadsheet up` and `broadsheet down`; the exit code."""
    if act == "down":
        return down(settings)
    from broadsheet import demo

    return demo.show("demo" if act == "demo" else "up", settings, pages)


# Starting


def start(act: Act, settings: Settings, pages: Path | None = None) -> subprocess.Popen[bytes]:
    """Starts the supervisor in the background; raises BadInput or Unavailable, in a sentence, where it cannot work."""
    check(settings, act, pages)
    for name in ("run", "log"):
        (settings.var / name).mkdir(parents=True, exist_ok=True)
    (folder(settings) / "state.json").unlink(missing_ok=True)
    arguments = [
        sys.executable,
        "-m",
        "broadsheet.supervisor",
        act,
        *(["--pages", str(pages.resolve())] if pages else []),
    ]
    with (settings.var / "log" / "supervisor.log").open("ab") as output:
        return subprocess.Popen(
            arguments, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True, cwd=ROOT,
            env={**os.environ, **as_environment(settings)},
        )  # fmt: skip


def check(settings: Settings, act: Act, pages: Path | None) -> None:
    """What a person has to put right before anything is started."""
    if pages and not pages.is_file():
        raise BadInput(f"{pages}: no such file of pages")
    if act == "up" and not any(settings.sources.glob("*.toml")):
        raise BadInput(f"{settings.sources}: no source files there (BROADSHEET_SOURCES)")
    try:
        settings.var.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput(f"{settings.var}: cannot be made: {error.strerror} (BROADSHEET_VAR)") from error
    if not os.access(settings.var, os.W_OK):
        raise BadInput(f"{settings.var}: cannot be written to (BROADSHEET_VAR)")
    free = shutil.disk_usage(settings.var).free
    if free < LEAST_DISK:
        raise Unavailable(
            f"the disk that holds {settings.var} is full: {free >> 20} MiB are free, {LEAST_DISK >> 20} MiB are needed"
        )
    sweep(settings)
    for port, name, variable in (
        (settings.web_port, "the web service", "BROADSHEET_WEB_PORT"),
        (settings.airflow_port, "Airflow's pages", "BROADSHEET_AIRFLOW_PORT"),
    ):
        if listening(port):
            raise Unavailable(
                f"port {port} is taken by another program; {name} needs it: free it, or set {variable} to another"
            )


def sweep(settings: Settings) -> list[int]:
    """Ends what a killed supervisor, or a killed host of Airflow, left running."""
    return parts_of.sweep(folder(settings) / "state.json") + parts_of.sweep(folder(settings) / airflow_home.STATE)


# What runs


def as_environment(settings: Settings) -> dict[str, str]:
    """The settings as the variables they are read from."""
    given = {}
    for entry in fields(Settings):
        value = getattr(settings, entry.name)
        given[f"BROADSHEET_{entry.name.upper()}"] = str(value).lower() if isinstance(value, bool) else str(value)
    return given


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What one supervisor runs."""

    act: Act
    settings: Settings
    """As the parts get them."""
    pages: Path | None = None
    world_ports: tuple[int, int] = (0, 0)
    node: bool = False
    """A local Elasticsearch node is ours to run."""

    @property
    def logs(self) -> Path:
        return self.settings.var / "log"

    def environment(self) -> dict[str, str]:
        """Of the web service and of every task."""
        return {**os.environ, **as_environment(self.settings), "PYTHONUNBUFFERED": "1"}

    def airflow(self) -> dict[str, str]:
        """Of Airflow's programs."""
        given = airflow_home.environment(self.settings, server.database_url(self.settings))
        return {**self.environment(), **given}


def plan(act: Act, settings: Settings, pages: Path | None = None) -> Plan:
    """The plan, with the ports and folders that are chosen now."""
    node = settings.search == "elasticsearch" and not settings.elasticsearch_url
    if node:
        settings = replace(settings, elasticsearch_url=f"http://127.0.0.1:{_elasticsearch_port(settings)}")
    if act == "up":
        return Plan(act=act, settings=settings, node=node)
    ports = (free_port(), free_port())
    settings = replace(
        settings,
        sources=settings.var / "demo" / "sources",
        allow_private=True,
        resolve=f"127.0.0.1:{ports[0]}:{ports[1]}",
        crawl_ca=str(settings.var / "demo" / "world" / "ca.pem"),
        # Slow enough that two workers keep up: what is fetched is found a second later.
        crawl_delay=min(settings.crawl_delay, 0.5),
        workers=max(settings.workers, min(2, os.cpu_count() or 1)),
        # A crawler costs two CPU-seconds to start, and one is fast enough for the world's hosts.
        shards=min(settings.shards, 2 if pages else 1),
    )
    return Plan(act=act, settings=settings, pages=pages, world_ports=ports, node=node)


def _elasticsearch_port(settings: Settings) -> int:
    """The port of last time, so that a node which still runs is found; 9200 where that is free."""
    remembered = settings.var / "run" / "elasticsearch-port"
    if remembered.exists():
        return int(remembered.read_text())
    port = free_port() if listening(9200) else 9200
    remembered.parent.mkdir(parents=True, exist_ok=True)
    remembered.write_text(f"{port}\n")
    return port


def parts(given: Plan) -> list[Part]:
    """Everything, in the order in which it is looked after."""
    python = sys.executable
    settings = given.settings
    made: list[Part] = [
        Step(name="postgresql", act=lambda: _databases(settings), alive=lambda: _database_lives(settings)),
        Step(name="schema", act=lambda: _migrate(settings), needs=("postgresql",)),
    ]
    if given.act == "demo":
        made += _world(given)
    if given.node:
        made.append(
            Step(name="elasticsearch", act=lambda: _node(settings, "start"), alive=lambda: _node_lives(settings))
        )
    made += [
        Service(
            name="airflow",
            begin=parts_of.command((python, "-m", "broadsheet.airflow_host"), given.airflow),
            needs=("postgresql",),
            ready=lambda: listening(settings.airflow_port),
            grace=60.0,
        ),
        Step(
            name="pools",
            act=lambda: airflow_home.make_pools(settings),
            needs=("airflow", "schema", *(("sources",) if given.act == "demo" else ())),
            tries=20,
        ),
    ]
    made.append(
        Service(
            name="web",
            begin=parts_of.command((python, "-m", "broadsheet.cli", "web"), given.environment),
            needs=("schema",),
            ready=lambda: listening(settings.web_port, _reachable(settings.web_host)),
        )
    )
    return made


def _reachable(host: str) -> str:
    return "127.0.0.1" if host in {"0.0.0.0", "::", ""} else host  # noqa: S104 - compared, not bound


def _databases(settings: Settings) -> None:
    """Starts the embedded server, or looks at the given one, and makes Airflow's database on it."""
    url = settings.database_url or server.start(settings)
    server.create_database(url, "airflow")


def _database_lives(settings: Settings) -> bool:
    """A given server is somebody else's to restart."""
    if settings.database_url:
        return True
    try:
        pid = int((server.cluster(settings).data / "postmaster.pid").read_text().splitlines()[0])
    except (OSError, ValueError, IndexError):
        return False
    return start_time(pid) is not None


def _migrate(settings: Settings) -> None:
    from broadsheet.storage.postgres import Database, migrate

    database = Database(server.database_url(settings))
    migrate(database)
    database.close()


# The news world, as a source of the demo


def _world(given: Plan) -> list[Part]:
    port, tls_port = given.world_ports
    place = given.settings.var / "demo" / "world"
    serve = (sys.executable, "-m", "broadsheet.world", "--port", str(port), "--tls-port", str(tls_port))
    pages = ("--pages", str(given.pages)) if given.pages else ()
    return [
        Service(
            name="world",
            begin=parts_of.command((*serve, "--folder", str(place), *pages), given.environment),
            ready=lambda: listening(port),
        ),
        Step(name="sources", act=lambda: _write_sources(given), needs=("world",), tries=5),
    ]


def _write_sources(given: Plan) -> None:
    """The world's sites as source files, in place of those of an earlier demo."""
    import urllib.request

    with urllib.request.urlopen(f"http://127.0.0.1:{given.world_ports[0]}/_world/sources", timeout=30) as answer:
        sites = json.load(answer)
    target = given.settings.sources
    target.mkdir(parents=True, exist_ok=True)
    names = {site["name"] for site in sites}
    for path in target.glob("*.toml"):
        if path.stem not in names:
            path.unlink()
    for site in sites:
        (target / f"{site['name']}.toml").write_text(source_file(site, often=given.pages is None))


def source_file(site: Mapping[str, Any], often: bool) -> str:
    """A source file; `often`: its lists are visited twice a minute, so that what the world publishes is seen."""
    lines = [f"title = {_quoted(site['title'])}", f"start = {_quoted(site['home'])}"]
    lines += [f"{key} = {_quoted(site[key])}" for key in ("language", "country") if site.get(key)]
    for key in ("feeds", "sitemaps", "sections"):
        if site.get(key):
            lines.append(f"{key} = [{', '.join(_quoted(url) for url in site[key])}]")
    if often:
        lines.append("interval = 0.5")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    # A JSON string is a TOML basic string, but for DEL, which no name has.
    return json.dumps(text, ensure_ascii=False)


# The local Elasticsearch node


def node_folder(settings: Settings) -> Path:
    """Where the node lives: as root it runs as an account that must be able to walk there."""
    home = settings.var / "elasticsearch"
    home.mkdir(parents=True, exist_ok=True)
    if os.geteuid() or server.passable(home):
        return home
    return Path(f"{server.cluster(settings).home}-elasticsearch")


def _node(settings: Settings, act: str) -> None:
    port = settings.elasticsearch_url.rpartition(":")[2].strip("/") or "9200"
    place = node_folder(settings)
    place.mkdir(parents=True, exist_ok=True)
    script = ROOT / "infra" / "elasticsearch" / "node"
    done = subprocess.run(
        [sys.executable, script, act, place, *(["--port", port] if act == "start" else [])],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise Unavailable((done.stderr or done.stdout).strip() or f"elasticsearch node: {act} failed")


def _node_lives(settings: Settings) -> bool:
    return listening(int(settings.elasticsearch_url.rpartition(":")[2].strip("/") or 9200))


# The supervisor's own life


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs in the foreground until SIGTERM; what `make demo` puts into the background and systemd does not."""
    parser = argparse.ArgumentParser(prog="broadsheet supervisor", description=__doc__)
    parser.add_argument("act", choices=["demo", "up"])
    parser.add_argument("--pages", type=Path)
    given = parser.parse_args(arguments)
    handler = logging.StreamHandler()
    handler.setFormatter(Fields("%(asctime)s %(levelname)s %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    try:
        settings = read(os.environ)
        for name in ("run", "log"):
            (settings.var / name).mkdir(parents=True, exist_ok=True)
        with alone(settings):
            return supervise(given.act, settings, given.pages)
    except BroadsheetError as error:
        print(f"broadsheet: {error}", file=sys.stderr)
        return 1


class Fields(logging.Formatter):
    """A line with the record's fields after its message."""

    own = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}

    def formatMessage(self, record: logging.LogRecord) -> str:
        """The line that `fmt` gives, and `name=value` for each field."""
        more = [f"{name}={value}" for name, value in vars(record).items() if name not in self.own]
        return " ".join([super().formatMessage(record), *more])


@contextlib.contextmanager
def alone(settings: Settings) -> Iterator[None]:
    """Holds the right to supervise this `var`; the kernel lets go of it when we die."""
    with (folder(settings) / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise Unavailable(f"another supervisor runs on {settings.var}; `make down` stops it") from error
        yield


def supervise(act: Act, settings: Settings, pages: Path | None) -> int:
    """Runs all parts until told to stop, or until the first start has failed."""
    given = plan(act, settings, pages)
    stop: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, _frame: stop.append(number))
    start = start_time(os.getpid()) or ""
    me = {"pid": os.getpid(), "boot": boot(), "start": start}
    choice = {"act": act, "pages": str(pages or ""), "search": settings.search}
    keeper = Keeper(parts=parts(given), logs=given.logs)
    publish(keeper, given)
    write_atomically(folder(settings) / "supervisor.json", {**me, **choice})
    try:
        run(keeper, given, stop)
    finally:
        publish(keeper, given)
        wind_down(keeper, given)
        (folder(settings) / "supervisor.json").unlink(missing_ok=True)
    if keeper.failed:
        print(f"broadsheet: {keeper.failed}", file=sys.stderr)
    return 1 if keeper.failed else 0


def run(keeper: Keeper, given: Plan, stop: Sequence[int]) -> None:
    """Looks after the parts and the house until told to stop."""
    told: object = None
    house = Housekeeping(plan=given)
    while not stop and not keeper.failed:
        keeper.tick()
        now = {name: kept.told() for name, kept in keeper.kept.items()}
        if now != told:
            publish(keeper, given)
            told = now
        house.look(keeper.ready)
        time.sleep(TICK)


def publish(keeper: Keeper, given: Plan) -> None:
    """Writes what is known of every part for whoever wants to see it."""
    write_atomically(
        folder(given.settings) / "state.json",
        {
            "pid": os.getpid(),
            "boot": boot(),
            "act": given.act,
            "failed": keeper.failed,
            "ready": keeper.ready,
            "world": given.world_ports[0],
            "environment": as_environment(replace(given.settings, token="")),
            "parts": {name: kept.told() for name, kept in keeper.kept.items()},
        },
    )


def wind_down(keeper: Keeper, given: Plan) -> None:
    """Stops every part in order and waits for each."""
    for group in STOP_ORDER:
        keeper.stop(group)
    for kept in keeper.kept.values():
        if kept.thread:
            kept.thread.join(30)
    _stop_servers(given.settings)
    publish(keeper, given)
    log.info("stopped")


def _stop_servers(settings: Settings) -> bool:
    """Stops the servers that outlive their supervisor; whether any ran."""
    ran = False
    if (settings.var / "elasticsearch").exists():
        place = node_folder(settings)
        ran = (place / "pid").exists()
        with contextlib.suppress(Unavailable):
            _node(settings, "stop")
    return (not settings.database_url and server.stop(settings)) or ran


@dataclass(slots=True, kw_only=True)
class Housekeeping:
    """What the supervisor does now and then, beside looking after its parts."""

    plan: Plan
    looked: float = 0.0
    cleaned: float = 0.0
    cleaner: subprocess.Popen[bytes] | None = None

    def look(self, ready: bool) -> None:
        """Rotates logs once a minute, cleans up after Airflow once a day."""
        now = time.monotonic()
        if now - self.looked < HOUSEKEEPING:
            return
        self.looked = now
        try:
            rotate(self.plan.logs)
            if ready and self._due():
                self._clean()
        except OSError as error:
            log.warning("housekeeping failed", extra={"error": str(error)})

    def _due(self) -> bool:
        stamp = folder(self.plan.settings) / "cleaned"
        if not stamp.exists():
            stamp.touch()
        return time.time() - stamp.stat().st_mtime > CLEANING

    def _clean(self) -> None:
        """Old runs leave Airflow's database, old logs the disk: `airflow db clean` cannot run in a task."""
        if self.cleaner and self.cleaner.poll() is None:
            return
        (folder(self.plan.settings) / "cleaned").touch()
        before = datetime.now(UTC) - timedelta(days=TASK_LOG_DAYS)
        for path in (self.plan.logs / "airflow").rglob("*.log"):
            if path.stat().st_mtime < before.timestamp():
                path.unlink(missing_ok=True)
        words = ("db", "clean", "--clean-before-timestamp", before.isoformat(), "--skip-archive", "--yes")
        with (self.plan.logs / "airflow-command.log").open("ab") as file:
            self.cleaner = subprocess.Popen(
                [sys.executable, "-m", "airflow", *words],
                env=self.plan.airflow(), stdin=subprocess.DEVNULL, stdout=file, stderr=file, cwd=ROOT,
            )  # fmt: skip


def down(settings: Settings) -> int:
    """Stops the supervisor and waits; stops too what an ended one left. Safe to repeat."""
    kept = record(settings)
    if kept:
        print("stopping ...", flush=True)
        os.kill(kept.pid, signal.SIGTERM)
        until = time.monotonic() + LONGEST_STOP
        while kept.alive() and time.monotonic() < until:
            time.sleep(0.1)
        if kept.alive():
            os.kill(kept.pid, signal.SIGKILL)
    left = sweep(settings) if settings.var.exists() else []
    ran = _stop_servers(settings) if settings.var.exists() else False
    print("stopped; what is in var/ stays" if kept or left or ran else "nothing was running")
    return 0


if __name__ == "__main__":
    sys.exit(main())
