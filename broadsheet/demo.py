"""Shows `make demo` and `make up` at work: what starts, what was found and became of it, where to look, one search answered."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from broadsheet import airflow_home, status, supervisor
from broadsheet.errors import Unavailable
from broadsheet.settings import Settings
from broadsheet.storage import articles, server
from broadsheet.storage.postgres import Database, PostgresTransaction
from broadsheet.supervisor import Act

QUESTION = "Danube OR Donau OR Tuna"
"""The search that the demo ends with, when the world is its own."""
SETTLED = 2
"""Looks in a row without anything left to do that make the demo done."""
PATIENCE = 900.0
"""Seconds after which the demo stops watching; the services go on."""
LOOK = 1.0
SOON = 3.0
"""Seconds: what is due later than this is not waited for. The world's Retry-After is 2 s, its slowest host's delay 1 s."""


def show(act: Act, settings: Settings, pages: Path | None = None) -> int:
    """Starts everything, unless it runs, and shows it; the exit code."""
    running = supervisor.record(settings)
    if running:
        return _already(running, act, settings, pages)
    process = supervisor.start(act, settings, pages)
    screen = Screen(out=sys.stdout, began=settings.began or time.time())
    watch = Watch(settings=settings, screen=screen, process=process, act=act)
    try:
        watch.until_up()
        if act == "demo":
            watch.until_settled()
    except KeyboardInterrupt:
        screen.say("not watching any more; the services go on, `make down` stops them")
    finally:
        watch.close()
    tell(settings, screen, act, pages)
    return 0


def _already(running: supervisor.Record, act: Act, settings: Settings, pages: Path | None) -> int:
    asked = (act, str(pages.resolve()) if pages else "", settings.search)
    if asked != (running.act, running.pages, running.search):
        raise Unavailable(
            f"`make {running.act}` runs already (process {running.pid}, search {running.search},"
            f" pages {running.pages or 'of the world'}); `make down` stops it"
        )
    screen = Screen(out=sys.stdout, began=time.time())
    screen.say(f"runs already (process {running.pid}); `make down` stops it")
    tell(settings, screen, act, pages)
    return 0


@dataclass(slots=True, kw_only=True)
class Screen:
    """Lines for a person: the last one is redrawn on a terminal, and printed when it has changed elsewhere."""

    out: TextIO
    began: float
    live: str = ""

    @property
    def seconds(self) -> float:
        return time.time() - self.began

    def say(self, line: str) -> None:
        """A line that stays."""
        if self.live and self.out.isatty():
            self.out.write("\r\x1b[K")
            self.live = ""
        self.out.write(f"[{self.seconds:5.1f} s] {line}\n")
        self.out.flush()

    def show(self, line: str) -> None:
        """The state of things now."""
        if not self.out.isatty():
            if line != self.live:
                self.say(line)
                self.live = line
            return
        width = shutil.get_terminal_size().columns
        self.out.write("\r\x1b[K" + f"[{self.seconds:5.1f} s] {line}"[: width - 1])
        self.out.flush()
        self.live = line


@dataclass(slots=True, kw_only=True)
class Watch:
    """Looks at the running service until it has done what the demo is about."""

    settings: Settings
    screen: Screen
    process: subprocess.Popen[bytes]
    act: Act
    database: Database | None = None
    told: set[str] = field(default_factory=set)
    searchable: float = 0.0

    def until_up(self) -> None:
        """Shows the parts as they come up; raises Unavailable in the words of the part that could not."""
        while True:
            kept = supervisor.state(self.settings)
            self._check(kept)
            parts = kept.get("parts", {})
            for name, part in parts.items():
                if part["took"] and name not in self.told:
                    self.told.add(name)
                    self.screen.say(f"{name} is up ({part['took']:.1f} s)")
            if kept.get("ready"):
                return
            if self.act == "demo" and parts.get("web", {}).get("state") == "ready":
                self.look()
            time.sleep(0.2)

    def _check(self, kept: Mapping[str, Any]) -> None:
        if kept.get("failed"):
            self.process.wait()
            raise Unavailable(str(kept["failed"]))
        if self.process.poll() is not None:
            raise Unavailable(_last_words(self.settings.var / "log" / "supervisor.log"))
        for name, part in kept.get("parts", {}).items():
            if part["restarts"] >= 3 and not part["took"]:
                raise Unavailable(f"{name} does not start: {part['error']}; `make down` stops the rest")

    def until_settled(self) -> None:
        """Shows the flow until nothing is left to do that is due."""
        calm, deadline, since = 0, time.monotonic() + PATIENCE, 0.0
        while calm < SETTLED:
            if time.monotonic() > deadline:
                self.screen.say(f"not done after {PATIENCE:.0f} s: not watching any more; /ops shows what waits")
                return
            self._check(supervisor.state(self.settings))
            at = self.screen.seconds
            settled = self.look()
            since = since if calm else at
            calm = calm + 1 if settled else 0
            time.sleep(LOOK)
        self.screen.say(f"all indexed {since:.1f} s after the start: {self.line()}")

    def look(self) -> bool:
        """Shows the counts of now; whether nothing is left to do."""
        if not self.searchable and (hits := _search(self.settings, "")) and hits["total"]:
            self.searchable = self.screen.seconds
            self.screen.say(f"first article searchable {self.searchable:.1f} s after the start")
        try:
            self.screen.show(self.line())
            return self._settled()
        except Unavailable as error:
            self.screen.show(f"waiting: {error}")
            return False

    def _open(self) -> Database:
        if self.database is None:
            self.database = Database(server.database_url(self.settings), "broadsheet demo")
        return self.database

    def line(self) -> str:
        """The counts of now, in one line."""
        with self._open().transaction() as tx:
            states, flow = status.states(tx), status.flow(tx)
            fetched = tx.rows("SELECT count(*) AS n FROM visit")[0]["n"]
            found = tx.rows("SELECT coalesce(sum(n), 0) AS n FROM booking")[0]["n"]
        return described(int(found), int(fetched), states, flow)

    def _settled(self) -> bool:
        with self._open().transaction() as tx:
            return bool(self.searchable) and not any(left(tx).values())

    def close(self) -> None:
        if self.database:
            self.database.close()


def described(found: int, fetched: int, states: Mapping[str, Any], flow: Mapping[str, Mapping[str, float]]) -> str:
    """`found 431, fetched 200, extract 180, ..., indexed 120, rejected robots 3 ..., dead 0`."""
    stages = [
        f"{name} {flow[name]['passed']:.0f}" for name in ("extract", "strip", "deduplicate", "enrich") if name in flow
    ]
    rejected = [f"{reason} {n}" for reason, n in sorted(states["rejected"].items(), key=lambda item: -item[1])]
    dropped = f"{sum(states['rejected'].values())}" + (f" ({', '.join(rejected)})" if rejected else "")
    return ", ".join(
        [
            f"found {found}",
            f"fetched {fetched}",
            *stages,
            f"indexed {states['indexed']}",
            f"merged {states['merged']}",
            f"dead {states['dead']}",
            f"rejected {dropped}",
        ]
    )


def left(tx: PostgresTransaction) -> dict[str, int]:
    """What is still to do and due: lists never visited, pages to fetch, documents in the queue, revisions to index."""
    row = tx.rows(
        "SELECT (SELECT count(*) FROM feed WHERE enabled AND last_visit IS NULL) AS lists,"
        " (SELECT count(*) FROM frontier f JOIN host h ON h.name = f.host WHERE f.visits = 0"
        "  AND f.due <= now() + make_interval(secs => %(soon)s)"
        # A host that is being asked right now is not free either; one that failed is left alone for long.
        "  AND (h.failures = 0 OR h.free_at <= now() + make_interval(secs => %(soon)s))) AS pages,"
        " (SELECT count(*) FROM job WHERE lane = 'live' AND held IS NULL) AS documents",
        {"soon": SOON},
    )[0]
    return {**{name: int(n) for name, n in row.items()}, "revisions": articles.pending_index(tx)}


def _last_words(path: Path) -> str:
    """The sentence with which the supervisor ended."""
    try:
        lines = path.read_text(errors="replace").splitlines()
    except OSError:
        lines = []
    said = next((line for line in reversed(lines) if line.startswith("broadsheet: ")), "")
    return said.removeprefix("broadsheet: ") or f"the supervisor ended; see {path}"


def _web(settings: Settings) -> str:
    host = "127.0.0.1" if settings.web_host in {"0.0.0.0", "::"} else settings.web_host  # noqa: S104 - compared, not bound
    return f"http://{host}:{settings.web_port}"


def _search(settings: Settings, question: str) -> dict[str, Any] | None:
    """The answer of the web service's search; None while it cannot."""
    request = urllib.request.Request(  # noqa: S310 - our own address
        f"{_web(settings)}/api/search?{urllib.parse.urlencode({'q': question, 'size': 3})}"
    )
    if settings.token:
        request.add_header("Authorization", f"Bearer {settings.token}")
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            found: dict[str, Any] = json.load(answer)
            return found
    except (OSError, ValueError, urllib.error.HTTPError):
        return None


def tell(settings: Settings, screen: Screen, act: Act, pages: Path | None) -> None:
    """Where to look, and one search answered."""
    out = screen.out
    if screen.live and out.isatty():
        screen.say(screen.live)
    print(f"\n  search       {_web(settings)}/", file=out)
    print(f"  operations   {_web(settings)}/ops", file=out)
    print(
        f"  Airflow      {airflow_home.address(settings)}/  (user {airflow_home.USER}, password in"
        f" {airflow_home.passwords(settings)})",
        file=out,
    )
    print(f"  logs         {settings.var / 'log'}\n  stop         make down\n", file=out)
    if act == "demo":
        answer(settings, QUESTION if pages is None else "", out)
    out.flush()


def answer(settings: Settings, question: str, out: TextIO) -> None:
    """One search and its first hits."""
    found = _search(settings, question)
    if found is None:
        print(f"  the search does not answer yet; try {_web(settings)}/", file=out)
        return
    print(f"  search for {question or 'everything'!r}: {found['total']} articles, the first:", file=out)
    for hit in found["hits"]:
        print(f"    {hit['title']}\n      {hit['source']}, {hit['url']}", file=out)
