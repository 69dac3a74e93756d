"""Saved searches: what each finds among new articles, and among edits, on the same matching for every engine."""

from __future__ import annotations

from collections.abc import Sequence

from broadsheet.model import IndexDocument
from broadsheet.storage import followed
from broadsheet.storage.postgres import PostgresTransaction


def queries(tx: PostgresTransaction) -> dict[int, str]:
    """The saved searches, with the ids of today."""
    return {
        int(row["id"]): followed.query(tx, row["q"]) for row in tx.rows("SELECT id, q FROM saved_search ORDER BY id")
    }


EDITS = "changed:"
"""What a query asks with for edits of articles that were found before."""


def record(tx: PostgresTransaction, documents: Sequence[IndexDocument]) -> int:
    """Writes down which saved searches find which of these new documents; how many finds are new. Safe to repeat."""
    return _record(tx, queries(tx), documents, "true")


def record_edits(tx: PostgresTransaction, documents: Sequence[IndexDocument]) -> int:
    """The same for documents that could be found before, and the searches that ask for edits: an edit counts that was
    seen after the search was saved."""
    edited = [document for document in documents if document.changes]
    wanted = {id: q for id, q in queries(tx).items() if EDITS in q} if edited else {}
    seen = "EXISTS (SELECT 1 FROM version e WHERE e.article_id = v.article AND e.changes <> '{}' AND e.at > s.made)"
    return _record(tx, wanted, edited, seen)


def _record(tx: PostgresTransaction, wanted: dict[int, str], documents: Sequence[IndexDocument], when: str) -> int:
    fresh = [document for document in documents if not document.withdrawn]
    if not wanted or not fresh:
        return 0
    # Imported late: it brings tantivy, which who has no saved search does not need.
    from broadsheet.search.percolate import matching

    found = matching(wanted, fresh)
    return tx.insert(
        "INSERT INTO alert (search, article) SELECT v.search, v.article FROM (VALUES %s) AS v (search, article)"  # noqa: S608 - constants
        f" JOIN saved_search s ON s.id = v.search WHERE {when} ON CONFLICT DO NOTHING",
        [(search, id) for search, ids in found.items() for id in ids],
    )
