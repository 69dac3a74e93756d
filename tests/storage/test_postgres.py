"""Migrations are safe to repeat, to start twice and to meet newer code; errors of the driver never get out."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from broadsheet.errors import SchemaNewer, Unavailable
from broadsheet.settings import Settings
from broadsheet.storage import server
from broadsheet.storage.postgres import (
    Database,
    Listener,
    PostgresTransaction,
    check_schema,
    migrate,
    migrations,
    partitions,
)


@pytest.fixture
def empty(postgres_settings: Settings) -> Iterator[Database]:
    """A database without any table."""
    base = server.database_url(postgres_settings).rsplit("/", 1)[0]
    connection = Database(f"{base}/postgres").connect(autocommit=True)
    admin = PostgresTransaction(connection)
    admin.run("DROP DATABASE IF EXISTS test_empty WITH (FORCE)")
    admin.run("CREATE DATABASE test_empty")
    opened = Database(f"{base}/test_empty")
    yield opened
    opened.close()
    admin.run("DROP DATABASE test_empty WITH (FORCE)")
    connection.close()


def numbers(database: Database) -> list[int]:
    with database.transaction() as tx:
        return [row["number"] for row in tx.rows("SELECT number FROM migration ORDER BY number")]


def test_migrations_are_applied_once_also_when_two_start_together(empty: Database) -> None:
    done: list[str] = []
    others = [Database(empty.url) for _ in range(2)]
    threads = [threading.Thread(target=lambda one=one: done.extend(migrate(one))) for one in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wanted = [number for number, _, _ in migrations()]
    assert [int(name[:4]) for name in sorted(done)] == wanted == numbers(empty)
    assert migrate(empty) == []
    check_schema(empty)
    for one in others:
        one.close()


def test_every_migration_has_a_number_of_its_own() -> None:
    found = [number for number, _, _ in migrations()]
    assert found == sorted(set(found))
    assert found[0] == 1


def test_a_schema_that_is_missing_or_newer_is_refused(empty: Database) -> None:
    with pytest.raises(Unavailable, match="broadsheet migrate"):
        check_schema(empty)
    migrate(empty)
    with empty.transaction() as tx:
        tx.run("INSERT INTO migration (number, name, hash) VALUES (9999, 'of_the_future', '')")
    with pytest.raises(SchemaNewer, match="9999"):
        check_schema(empty)
    with pytest.raises(SchemaNewer):
        migrate(empty)
    with empty.transaction() as tx:
        tx.run("DELETE FROM migration WHERE number IN (9999, 1)")
    with pytest.raises(Unavailable, match="0001"):
        check_schema(empty)


def test_what_the_values_cause_and_what_the_server_causes_are_told_apart(database: Database) -> None:
    with pytest.raises(ValueError, match="division by zero"), database.transaction() as tx:
        tx.rows("SELECT 1 / 0")
    with pytest.raises(Unavailable, match="connect"):
        Database("postgresql://nobody:x@127.0.0.1:1/none").connect()
    with database.transaction() as one, database.transaction() as two:
        one.lock(5)
        two.run("SET LOCAL lock_timeout = '50ms'")
        with pytest.raises(Unavailable):
            two.lock(5)


def test_a_savepoint_undoes_what_is_inside_it_and_only_that(database: Database) -> None:
    with database.transaction() as tx:
        tx.run("INSERT INTO note (key, value) VALUES ('kept', '1')")
        with pytest.raises(ValueError, match="zero"), tx.savepoint():  # noqa: PT012 - two statements are undone together
            tx.run("INSERT INTO note (key, value) VALUES ('undone', '1')")
            tx.rows("SELECT 1 / 0")
    with database.transaction() as tx:
        assert [row["key"] for row in tx.rows("SELECT key FROM note")] == ["kept"]


def test_a_connection_that_the_server_closed_is_not_used_again(database: Database) -> None:
    with database.transaction() as tx:
        pid = tx.rows("SELECT pg_backend_pid() AS pid")[0]["pid"]
    other = Database(database.url)
    with other.transaction() as tx:
        tx.rows("SELECT pg_terminate_backend(%(pid)s)", {"pid": pid})
        tx.rows("SELECT pg_sleep(0.2)")
    other.close()
    with database.transaction() as tx:
        assert tx.rows("SELECT pg_backend_pid() AS pid")[0]["pid"] != pid


def test_a_snapshot_sees_one_moment_and_writes_nothing(database: Database) -> None:
    other = Database(database.url)
    with database.snapshot() as tx:
        assert tx.rows("SELECT count(*) AS n FROM note")[0]["n"] == 0
        with other.transaction() as writing:
            writing.run("INSERT INTO note (key, value) VALUES ('a', '1')")
        assert tx.rows("SELECT count(*) AS n FROM note")[0]["n"] == 0
    with pytest.raises(ValueError, match="read-only"), database.snapshot() as tx:
        tx.run("INSERT INTO note (key, value) VALUES ('b', '1')")
    other.close()


def test_a_session_lock_is_held_by_one(database: Database) -> None:
    with database.lock(77), pytest.raises(Unavailable, match="77"), database.lock(77):
        pass
    with database.lock(77):
        pass


def test_a_listener_hears_what_was_told_since_it_listens(database: Database) -> None:
    listener = Listener(database, ["broadsheet_work"])
    assert not listener.wait(0.01)
    with database.transaction() as tx:
        tx.run("NOTIFY broadsheet_work")
    assert listener.wait(10.0)
    assert not listener.wait(0.01)
    listener.close()


def test_partitions_are_there_for_this_month_and_the_next_two(database: Database) -> None:
    with database.transaction() as tx:
        partitions(tx)
        rows = tx.rows("SELECT relname FROM pg_class WHERE relname ~ '^page_[0-9]{4}_[0-9]{2}$' AND relkind = 'r'")
    assert len(rows) == 3


def test_text_that_cannot_be_stored_is_replaced_at_the_border(database: Database) -> None:
    with database.transaction() as tx:
        tx.insert("INSERT INTO note (key, value) VALUES %s", [("a\x00\ud800", {"x": "y\x00"})])
        assert tx.rows("SELECT key, value FROM note")[0] == {"key": "a\ufffd\ufffd", "value": {"x": "y\ufffd"}}
