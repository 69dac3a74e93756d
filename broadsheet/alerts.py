"""Saved searches: what each finds among new articles, on the same matching for every engine."""

from __future__ import annotations

from collections.abc import Sequence

from broadsheet.model import IndexDocument
from broadsheet.storage.postgres import PostgresTransaction


def queries(tx: PostgresTransaction) -> dict[int, str]:
    """The saved searches."""
    return {int(row["id"]): str(row["q"]) for row in tx.rows("SELECT id, q FROM saved_search ORDER BY id")}


def record(tx: PostgresTransaction, documents: Sequence[IndexDocument]) -> int:
    """Writes down which saved searches find which of these documents; how many finds are new. Safe to repeat."""
    wanted = queries(tx)
    fresh = [document for document in documents if not document.withdrawn]
    if not wanted or not fresh:
        return 0
    # Imported late: it brings tantivy, which who has no saved search does not need.
    from broadsheet.search.percolate import matching

    found = matching(wanted, fresh)
    return tx.insert(
        "INSERT INTO alert (search, article) SELECT v.search, v.article FROM (VALUES %s) AS v (search, article)"
        " JOIN saved_search s ON s.id = v.search ON CONFLICT DO NOTHING",
        [(search, id) for search, ids in found.items() for id in ids],
    )
