"""Connections, transactions and migrations; the only place that sees the driver's exceptions."""

from __future__ import annotations

import binascii
import hashlib
import io
import logging
import re
import select
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import psycopg2
import psycopg2.errors
import psycopg2.extensions
import psycopg2.extras

from broadsheet.border import clean
from broadsheet.errors import SchemaNewer, Unavailable

log = logging.getLogger(__name__)

MIGRATIONS = Path(__file__).parent / "migrations"
MIGRATION_LOCK = 0x62726F61
"""Advisory lock keys of the service start here; stages have theirs beside them."""

TRANSIENT = (
    psycopg2.OperationalError,
    psycopg2.InterfaceError,
    psycopg2.errors.DeadlockDetected,
    psycopg2.errors.SerializationFailure,
    psycopg2.errors.LockNotAvailable,
    psycopg2.errors.AdminShutdown,
)


MOST_PREPARED = 50
_PREPARED: WeakKeyDictionary[psycopg2.extensions.connection, dict[str, str]] = WeakKeyDictionary()
"""Statements each connection has prepared, with their names: they outlive transactions, also those that are undone."""


class _Hex:
    """Bytes as PostgreSQL's hex literal: the driver's own escaping costs three times a page's compression."""

    def __init__(self, value: bytes) -> None:
        self.value = value

    def getquoted(self) -> bytes:
        return b"'\\x" + binascii.hexlify(self.value) + b"'::bytea"


psycopg2.extensions.register_adapter(bytes, _Hex)


@contextmanager
def translated(what: str) -> Iterator[None]:
    """The driver's errors as ours: `Unavailable` where a later try may succeed, ValueError for bad values."""
    try:
        yield
    except TRANSIENT as error:
        raise Unavailable(f"{what}: {str(error).strip() or type(error).__name__}") from error
    except psycopg2.Error as error:
        raise ValueError(f"{what}: {str(error).strip()}") from error


def _adapted(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return psycopg2.extras.Json(_cleaned(value))
    return value


def _cleaned(value: Any) -> Any:
    """The value with unstorable characters replaced in every string: JSON would carry them in as escapes."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {_cleaned(key): _cleaned(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_cleaned(part) for part in value]
    return value


class PostgresTransaction:
    """One open transaction (`broadsheet.ports.Transaction`)."""

    def __init__(self, connection: psycopg2.extensions.connection) -> None:
        self.connection = connection

    def rows(self, sql: str, given: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        with translated(_first_words(sql)), self.connection.cursor() as cursor:
            cursor.execute(sql, _parameters(given))
            names = [column.name for column in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def tuples(self, sql: str, given: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        with translated(_first_words(sql)), self.connection.cursor() as cursor:
            cursor.execute(sql, _parameters(given))
            return cursor.fetchall()

    def prepared(self, sql: str, types: Sequence[str], values: Sequence[Any]) -> list[tuple[Any, ...]]:
        names = _PREPARED.setdefault(self.connection, {})
        with translated(_first_words(sql)), self.connection.cursor() as cursor:
            if sql not in names:
                if len(names) >= MOST_PREPARED:
                    cursor.execute("DEALLOCATE ALL")
                    names.clear()
                name = f"prepared_{len(names)}"
                cursor.execute(f"PREPARE {name} ({', '.join(types)}) AS {sql}")
                names[sql] = name
            places = ", ".join(["%s"] * len(values))
            cursor.execute(f"EXECUTE {names[sql]} ({places})", [_adapted(value) for value in values])
            return cursor.fetchall()

    def copy(self, into: str, rows: bytes) -> None:
        with translated(f"database: COPY {into}"), self.connection.cursor() as cursor:
            whole = io.BytesIO(b"PGCOPY\n\xff\r\n\0" + bytes(8) + rows + b"\xff\xff")
            cursor.copy_expert(f"COPY {into} FROM STDIN (FORMAT binary)", whole, size=1 << 20)

    def run(self, sql: str, given: Mapping[str, Any] | None = None) -> int:
        with translated(_first_words(sql)), self.connection.cursor() as cursor:
            cursor.execute(sql, _parameters(given))
            return cursor.rowcount

    def lock(self, key: int) -> None:
        self.run("SELECT pg_advisory_xact_lock(%(key)s)", {"key": key})

    def insert(self, sql: str, values: Sequence[Sequence[Any]]) -> int:
        if not values:
            return 0
        cleaned = [tuple(_adapted(value) for value in row) for row in values]
        with translated(_first_words(sql)), self.connection.cursor() as cursor:
            psycopg2.extras.execute_values(cursor, sql, cleaned, page_size=len(cleaned))
            return cursor.rowcount

    def insert_returning(self, sql: str, values: Sequence[Sequence[Any]]) -> list[tuple[Any, ...]]:
        """`insert` with a RETURNING clause."""
        if not values:
            return []
        cleaned = [tuple(_adapted(value) for value in row) for row in values]
        with translated(_first_words(sql)), self.connection.cursor() as cursor:
            return list(psycopg2.extras.execute_values(cursor, sql, cleaned, page_size=len(cleaned), fetch=True))

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        self.run("SAVEPOINT one")
        try:
            yield
        except Unavailable:
            raise
        except BaseException:
            self.run("ROLLBACK TO SAVEPOINT one")
            self.run("RELEASE SAVEPOINT one")
            raise
        self.run("RELEASE SAVEPOINT one")


def _parameters(given: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return {name: _adapted(value) for name, value in given.items()} if given else None


def _first_words(sql: str) -> str:
    return "database: " + " ".join(sql.split()[:3])


class Database:
    """A server's database; keeps idle connections for the next transaction. Safe to share between threads."""

    def __init__(self, url: str, name: str = "broadsheet", idle: int = 4) -> None:
        self.url = url
        self.name = name
        self._idle: list[psycopg2.extensions.connection] = []
        self._keep = idle
        self._guard = threading.Lock()

    def connect(self, autocommit: bool = False) -> psycopg2.extensions.connection:
        """A connection of the caller's own."""
        with translated("database: connect"):
            connection = psycopg2.connect(
                self.url,
                application_name=self.name,
                connect_timeout=10,
                keepalives=1,
                keepalives_idle=10,
                keepalives_interval=5,
                keepalives_count=3,
                options="-c idle_in_transaction_session_timeout=300s -c lock_timeout=60s -c timezone=UTC",
            )
            connection.autocommit = autocommit
            return connection

    @contextmanager
    def transaction(self) -> Iterator[PostgresTransaction]:
        """Commits at the end, rolls back when the inside raises."""
        connection = self._take()
        try:
            yield PostgresTransaction(connection)
            with translated("database: commit"):
                connection.commit()
        except BaseException:
            self._undo(connection)
            raise
        self._give(connection)

    @contextmanager
    def snapshot(self) -> Iterator[PostgresTransaction]:
        """A read-only transaction that sees all tables as of one moment."""
        with self.transaction() as tx:
            tx.run("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield tx

    def _take(self) -> psycopg2.extensions.connection:
        with self._guard:
            while self._idle:
                connection = self._idle.pop()
                if not connection.closed and _alive(connection):
                    return connection
                connection.close()
        return self.connect()

    def _give(self, connection: psycopg2.extensions.connection) -> None:
        with self._guard:
            if len(self._idle) < self._keep and not connection.closed:
                self._idle.append(connection)
                return
        connection.close()

    def _undo(self, connection: psycopg2.extensions.connection) -> None:
        try:
            connection.rollback()
        except psycopg2.Error:
            connection.close()
            return
        self._give(connection)

    @contextmanager
    def lock(self, key: int, seconds: float = 0.0) -> Iterator[psycopg2.extensions.connection]:
        """A session advisory lock on a connection of its own, waited for so long at most; Unavailable when taken."""
        connection = self.connect(autocommit=True)
        try:
            deadline = time.monotonic() + seconds
            while not _try_lock(connection, key):
                if time.monotonic() >= deadline:
                    raise Unavailable(f"database: the lock {key} is held by another process")
                time.sleep(0.1)
            yield connection
        finally:
            connection.close()

    def close(self) -> None:
        with self._guard:
            for connection in self._idle:
                connection.close()
            self._idle.clear()


def _alive(connection: psycopg2.extensions.connection) -> bool:
    """False where the server has hung up on an idle connection: its socket then has something to read."""
    try:
        ready, _, _ = select.select([connection], [], [], 0)
    except (OSError, ValueError, psycopg2.Error):
        return False
    return not ready


def _try_lock(connection: psycopg2.extensions.connection, key: int) -> bool:
    with translated("database: lock"), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", (key,))
        row = cursor.fetchone()
        return bool(row and row[0])


class Listener:
    """Waits for NOTIFY on a connection of its own: listen, look at the table, look at the notices, then wait."""

    def __init__(self, database: Database, channels: Sequence[str]) -> None:
        self.connection = database.connect(autocommit=True)
        with translated("database: LISTEN"), self.connection.cursor() as cursor:
            for channel in channels:
                cursor.execute(f"LISTEN {channel}")

    def wait(self, seconds: float) -> bool:
        """True as soon as something was notified since the last call, False after so many seconds."""
        with translated("database: wait"):
            self.connection.poll()
            if not self.connection.notifies:
                ready, _, _ = select.select([self.connection], [], [], seconds)
                if ready:
                    self.connection.poll()
            heard = bool(self.connection.notifies)
            self.connection.notifies.clear()
            return heard

    def close(self) -> None:
        self.connection.close()


def migrations() -> list[tuple[int, str, str]]:
    """(number, name, statements) of every migration this code has, in order."""
    found = []
    for path in sorted(MIGRATIONS.glob("*.sql")):
        match = re.fullmatch(r"(\d{4})_(\w+)", path.stem)
        if not match:
            raise ValueError(f"{path.name}: a migration is named NNNN_name.sql")
        found.append((int(match[1]), match[2], path.read_text(encoding="utf-8")))
    return found


def migrate(database: Database) -> list[str]:
    """Applies what is missing, under a lock; the names of what was applied. Safe to repeat and to start twice."""
    applied = []
    with database.lock(MIGRATION_LOCK, seconds=120), database.transaction() as tx:
        tx.run(
            "CREATE TABLE IF NOT EXISTS migration (number integer PRIMARY KEY, name text NOT NULL,"
            " hash bytea NOT NULL, at timestamptz NOT NULL DEFAULT now())"
        )
        have = {row["number"] for row in tx.rows("SELECT number FROM migration")}
        _refuse_newer(have)
        for number, name, sql in migrations():
            if number in have:
                continue
            tx.run(sql)
            tx.run(
                "INSERT INTO migration (number, name, hash) VALUES (%(number)s, %(name)s, %(hash)s)",
                {"number": number, "name": name, "hash": hashlib.sha256(sql.encode()).digest()},
            )
            applied.append(f"{number:04}_{name}")
        partitions(tx)
    return applied


def check_schema(database: Database) -> None:
    """Raises SchemaNewer for a schema that newer code has made, Unavailable for one that is not migrated yet."""
    with database.transaction() as tx:
        if not tx.rows("SELECT to_regclass('migration') AS t")[0]["t"]:
            raise Unavailable("database: not migrated yet; run `broadsheet migrate`")
        have = {row["number"] for row in tx.rows("SELECT number FROM migration")}
    _refuse_newer(have)
    missing = {number for number, _, _ in migrations()} - have
    if missing:
        raise Unavailable(f"database: migration {min(missing):04} is missing; run `broadsheet migrate`")


def _refuse_newer(have: set[int]) -> None:
    newest = max((number for number, _, _ in migrations()), default=0)
    if have and max(have) > newest:
        raise SchemaNewer(
            f"database: schema {max(have):04} is newer than this code, which knows {newest:04}; update it"
        )


def partitions(tx: PostgresTransaction, ahead: int = 2) -> None:
    """Makes the page table's partitions of this month and the next ones."""
    for offset in range(ahead + 1):
        row = tx.rows(
            "SELECT to_char(m, 'YYYY_MM') AS name, m::text AS low, (m + interval '1 month')::text AS high"
            " FROM (SELECT date_trunc('month', now()) + make_interval(months => %(offset)s) AS m) AS months",
            {"offset": offset},
        )[0]
        if not tx.rows("SELECT to_regclass(%(name)s) AS t", {"name": f"page_{row['name']}"})[0]["t"]:
            tx.run(
                f"CREATE TABLE page_{row['name']} PARTITION OF page"
                f" FOR VALUES FROM ('{row['low']}') TO ('{row['high']}')"
            )
