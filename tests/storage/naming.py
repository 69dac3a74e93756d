"""Articles with names brought into the tables of names, as `enrich` settles them, and what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from broadsheet.model import Article
from broadsheet.storage import stories
from broadsheet.storage.postgres import Database
from processors.enrich import identity
from tests import making


def settle(database: Database, batch: Sequence[Article]) -> dict[int, Article]:
    """One batch, not stored."""
    prepared = [(one, identity.prepare(one)) for one in batch]
    with database.transaction() as tx:
        tx.lock(stories.LOCK)
        return {one.id: one for one in identity.settle(tx, prepared)}


def keep(database: Database, those: Iterable[Article]) -> None:
    """Each in a transaction of its own, and stored."""
    for made in those:
        with database.transaction() as tx:
            making.store(tx, identity.settle(tx, [(made, identity.prepare(made))])[0])


def revisions(database: Database) -> dict[int, int]:
    with database.transaction() as tx:
        return {row["id"]: row["revision"] for row in tx.rows("SELECT id, revision FROM article")}
