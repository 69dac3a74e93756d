"""Tells articles outside a batch what became of them: a late first moved them, or took them for another address of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import cast

from broadsheet.model import LIVE, Article, Relation, RelationKind
from broadsheet.ports import Transaction
from broadsheet.storage import urls
from broadsheet.storage.packing import packed, unpacked
from broadsheet.storage.postgres import PostgresTransaction
from broadsheet.storage.shingles import Twin, array

OURS = ("wire-copy-of", "near-duplicate", "revision-of")
"""Relations that this stage makes."""
BEFORE = ["extract", "strip", "deduplicate"]
"""Stages in which a document is not told: it comes by, and is told then."""


def related(article: Article, twin: Twin) -> Article:
    """The article with its group and what it is to the first of it."""
    relations = tuple(relation for relation in article.relations if relation.kind not in OURS)
    if twin.kind is not None:
        kind = cast(RelationKind, twin.kind)
        relations += (Relation(kind=kind, other=twin.fold, score=twin.score, evidence=twin.evidence),)
    return replace(article, fold=twin.fold, relations=relations)


def refold(tx: Transaction, twins: Mapping[int, Twin]) -> int:
    """Tells stored articles which group they are in now; the index sees it as a new revision. How many differed.

    Articles on their way to a later stage are told in their draft. Their job is locked first: whoever has it stores the
    article as it was, and then it is told."""
    if not twins:
        return 0
    given = {"ids": array(sorted(twins)), "before": BEFORE}
    tx.rows(
        "SELECT 1 FROM job WHERE url_id = ANY(%(ids)s::bigint[]) AND stage <> ALL(%(before)s) ORDER BY url_id FOR UPDATE",
        given,
    )
    for row in tx.rows("SELECT lane, url_id, article FROM draft WHERE url_id = ANY(%(ids)s::bigint[])", given):
        document = packed(related(unpacked(row["article"]), twins[row["url_id"]]))
        where = {"document": document, "lane": row["lane"], "id": row["url_id"]}
        tx.run("UPDATE draft SET article = %(document)s WHERE lane = %(lane)s AND url_id = %(id)s", where)
    stored = tx.rows("SELECT id, fold, document FROM article WHERE id = ANY(%(ids)s::bigint[]) FOR UPDATE", given)
    return sum(_refold(tx, row["id"], row["fold"], bytes(row["document"]), twins[row["id"]]) for row in stored)


def _refold(tx: Transaction, id: int, fold: int | None, document: bytes, twin: Twin) -> int:
    now = packed(related(unpacked(document), twin))
    if fold == twin.fold and now == document:
        return 0
    return tx.run(
        "UPDATE article SET fold = %(fold)s, document = %(document)s, revision = revision + 1, changed = now()"
        " WHERE id = %(id)s",
        {"id": id, "fold": twin.fold, "document": now},
    )


def merge(tx: Transaction, id: int, into: int, detail: str) -> None:
    """A page that was an article, or another address of another one, is an address of this one from now on."""
    tx.run("DELETE FROM job WHERE url_id = %(id)s AND stage <> ALL(%(before)s)", {"id": id, "before": BEFORE})
    tx.run("DELETE FROM draft WHERE url_id = %(id)s", {"id": id})
    urls.merge(cast(PostgresTransaction, tx), id, into, detail, "deduplicate")


def revive(tx: Transaction, ids: Sequence[int]) -> None:
    """Pages that were another address of an article, and are not any more, go through the stages again."""
    rows = tx.rows(
        "SELECT u.id, u.host, p.kept FROM url u CROSS JOIN LATERAL"
        " (SELECT kept FROM page WHERE url_id = u.id ORDER BY kept DESC LIMIT 1) AS p WHERE u.id = ANY(%(ids)s::bigint[])",
        {"ids": array(ids)},
    )
    for row in rows:
        urls.queue(cast(PostgresTransaction, tx), row["id"], row["host"], row["kept"], "extract", LIVE)
        urls.note(cast(PostgresTransaction, tx), row["id"], "revived", "no longer another address of an article")
