"""A web service of the test's own: a real database, the embedded engine, uvicorn on a free port of loopback."""

from __future__ import annotations

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

from broadsheet.ports import SearchIndex
from broadsheet.search import open_index
from broadsheet.settings import Settings
from broadsheet.storage.postgres import Database
from broadsheet.web import app
from tests.web import newsroom


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


def _listening() -> socket.socket:
    made = socket.socket()
    made.bind(("127.0.0.1", 0))
    made.listen(64)
    return made


@contextmanager
def serving(settings: Settings, database: Database, engine: SearchIndex) -> Iterator[Settings]:
    """Serves in a thread; the settings with the port."""
    listening = _listening()
    settings = replace(settings, web_port=listening.getsockname()[1])
    server = uvicorn.Server(uvicorn.Config(app(settings, database, engine), log_config=None, access_log=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
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
        listening.close()


@contextmanager
def opened(settings: Settings, database: Database) -> Iterator[SearchIndex]:
    engine = open_index(settings)
    try:
        yield engine
    finally:
        engine.close()


@pytest.fixture
def web_settings(tmp_path: Path) -> Settings:
    """Settings of a service that stands on loopback without a token."""
    return Settings(var=tmp_path)


@pytest.fixture
def site(database: Database, web_settings: Settings) -> Iterator[Site]:
    """A service with the paper of `newsroom` in it."""
    with opened(web_settings, database) as engine:
        ids = newsroom.publish(database, engine)
        with serving(web_settings, database, engine) as settings, httpx.Client(
            base_url=f"http://127.0.0.1:{settings.web_port}", timeout=30
        ) as client:
            yield Site(settings=settings, database=database, engine=engine, client=client, ids=ids)
