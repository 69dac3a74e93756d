"""A web service of the tests' own: a real database, the embedded engine, uvicorn on a free port of loopback."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pytest
import uvicorn
from playwright.sync_api import Browser, ConsoleMessage, Dialog, Error, Page, sync_playwright

from broadsheet.ports import SearchIndex
from broadsheet.search import open_index
from broadsheet.settings import Settings
from broadsheet.storage.postgres import Database, PostgresTransaction
from broadsheet.tasks import copies
from broadsheet.web import app
from tests.web import newsroom

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = ["--no-sandbox", "--headless", "--disable-gpu", "--disable-background-networking"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A running service, with what stands behind it."""

    settings: Settings
    database: Database
    engine: SearchIndex
    client: httpx.Client
    ids: list[int]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.settings.web_port}"


def listening() -> socket.socket:
    """A socket on a free port of loopback."""
    made = socket.socket()
    made.bind(("127.0.0.1", 0))
    made.listen(64)
    return made


@contextmanager
def serving(settings: Settings, database: Database, engine: SearchIndex) -> Iterator[Settings]:
    """Serves in a thread on loopback, whatever the settings say it is bound to; the settings with the port."""
    door = listening()
    settings = replace(settings, web_port=door.getsockname()[1])
    server = uvicorn.Server(
        uvicorn.Config(app(settings, database, engine, copies()), log_config=None, access_log=False)
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [door]}, daemon=True)
    thread.start()
    try:
        deadline = time.monotonic() + 20
        while not server.started and time.monotonic() < deadline:
            time.sleep(0.01)
        assert server.started
        yield settings
    finally:
        server.should_exit = True
        thread.join(20)
        door.close()


@contextmanager
def published(database: Database, settings: Settings) -> Iterator[Site]:
    """A service with the paper of `newsroom` in it."""
    engine = open_index(settings)
    try:
        ids = newsroom.publish(database, engine)
        with serving(settings, database, engine) as running:
            base = f"http://127.0.0.1:{running.web_port}"
            with httpx.Client(base_url=base, timeout=30) as client:
                yield Site(settings=running, database=database, engine=engine, client=client, ids=ids)
    finally:
        engine.close()


@pytest.fixture
def site(database: Database, tmp_path: Path) -> Iterator[Site]:
    """A service of this test's own, which it may change."""
    with published(database, Settings(var=tmp_path)) as made:
        yield made


@contextmanager
def standing(template_url: str, folder: Path, name: str) -> Iterator[Site]:
    """A service for many tests, on a database of its own."""
    name = f"test_{name}_{os.getpid()}"
    server = template_url.rsplit("/", 1)[0]
    connection = Database(f"{server}/postgres").connect(autocommit=True)
    tx = PostgresTransaction(connection)
    tx.run(f'CREATE DATABASE "{name}" TEMPLATE broadsheet STRATEGY FILE_COPY')
    database = Database(f"{server}/{name}")
    try:
        with published(database, Settings(var=folder)) as made:
            yield made
    finally:
        database.close()
        tx.run(f'DROP DATABASE "{name}" WITH (FORCE)')
        connection.close()


@pytest.fixture(scope="session")
def paper(template_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One service for all tests that only read."""
    with standing(template_url, tmp_path_factory.mktemp("paper"), "paper") as made:
        yield made


@pytest.fixture(scope="session")
def knocked(template_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One service for all tests that knock at its door."""
    with standing(template_url, tmp_path_factory.mktemp("door"), "door") as made:
        yield made


@pytest.fixture
def door(knocked: Site) -> Iterator[Site]:
    """That service, with nothing changed yet and a browser that it does not know."""
    with knocked.database.transaction() as tx:
        tx.run("TRUNCATE source_hold, audit")
    with httpx.Client(base_url=knocked.url, timeout=30) as client:
        yield replace(knocked, client=client)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is not there (apt-get install chromium)")
    with sync_playwright() as play:
        running = play.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield running
        running.close()


class Watched:
    """A page, and all that must never happen on it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.alarms: list[str] = []
        page.on("dialog", self._dialog)
        page.on("pageerror", lambda error: self.alarms.append(f"error: {error}"))
        page.on("console", self._said)

    def _said(self, message: ConsoleMessage) -> None:
        # Whatever the policy had to stop was not text any more.
        if "Content Security" in message.text:
            self.alarms.append(message.text)

    def _dialog(self, dialog: Dialog) -> None:
        self.alarms.append(f"dialog: {dialog.message}")
        with contextlib.suppress(Error):
            dialog.dismiss()


@pytest.fixture
def watched(browser: Browser) -> Iterator[Watched]:
    context = browser.new_context(timezone_id="Asia/Tokyo", locale="en-GB")
    watched = Watched(context.new_page())
    yield watched
    context.close()
