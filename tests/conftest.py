"""What every test may ask for: a real PostgreSQL, a fresh migrated database, the labelled data beside the checkout."""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from broadsheet.settings import Settings
from broadsheet.storage import server
from broadsheet.storage.postgres import Database, PostgresTransaction, migrate

SHARED = Path(__file__).resolve().parents[2] / "shared"

_numbers = itertools.count()

# Tests say what they run with; `make` and the shell have settings of their own.
for _name in [name for name in os.environ if name.startswith("BROADSHEET_")]:
    del os.environ[_name]


@pytest.fixture(scope="session")
def shared() -> Path:
    """The labelled data beside the checkout."""
    if not (SHARED / "bench" / "README.md").exists():
        pytest.skip(f"the labelled data are not beside the checkout ({SHARED.name}/)")
    return SHARED


@pytest.fixture(scope="session")
def postgres_settings() -> Iterator[Settings]:
    """Settings whose `var` holds a running embedded server of this test session; stopped at the end."""
    folder = Path(tempfile.mkdtemp(prefix="broadsheet-test-"))
    folder.chmod(0o755)
    settings = Settings(var=folder)
    server.start(settings, "-c fsync=off -c synchronous_commit=off -c full_page_writes=off")
    try:
        yield settings
    finally:
        server.stop(settings, "immediate")
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def template_url(postgres_settings: Settings) -> str:
    """A migrated database that fresh ones are copied from."""
    url = server.database_url(postgres_settings)
    database = Database(url)
    migrate(database)
    database.close()
    return url


@pytest.fixture
def database_url(template_url: str) -> Iterator[str]:
    """The address of a fresh, migrated database of this test's own."""
    name = f"test_{os.getpid()}_{next(_numbers)}"
    admin = Database(template_url.rsplit("/", 1)[0] + "/postgres")
    connection = admin.connect(autocommit=True)
    tx = PostgresTransaction(connection)
    tx.run(f'CREATE DATABASE "{name}" TEMPLATE broadsheet STRATEGY FILE_COPY')
    try:
        yield template_url.rsplit("/", 1)[0] + f"/{name}"
    finally:
        tx.run(f'DROP DATABASE "{name}" WITH (FORCE)')
        connection.close()


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A fresh, migrated database."""
    opened = Database(database_url)
    try:
        yield opened
    finally:
        opened.close()
