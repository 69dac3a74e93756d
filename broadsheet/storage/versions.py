"""Every text an article had: what was written when, what kind of edit it was, and how it read at any moment."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from broadsheet.model import Article
from broadsheet.ports import Transaction
from broadsheet.significance import Significance, is_silent, reading, significance
from broadsheet.storage.packing import unpacked

GONE = frozenset({"http-404", "http-410", "soft-404"})
"""Why an article was withdrawn, where that means that its outlet took it away."""
SILENT = "silent"
"""Beside the kinds of edits in `article.changes`."""
RULES = frozenset({"extract", "strip"})
"""Stages that decide what of a page is its text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """What one version did to the one before it."""

    kinds: tuple[Significance, ...] = ()
    silent: bool = False
    ours: bool = False


def edit(before: Article, after: Article, same_page: bool) -> Edit:
    """What became of the article's text; nobody edited anything where we only read the same page anew."""
    if same_page:
        return Edit(ours=True)
    kinds = significance(reading(before), reading(after))
    # A live blog says what is new by being one; and where our rules changed in between, who changed what is not known.
    told = after.kind in ("live-blog", "live-entry") or _rules(before) != _rules(after)
    return Edit(kinds=kinds, silent=is_silent(kinds) and not told)


def _rules(article: Article) -> dict[str, str]:
    return {stage: version for stage, version in article.versions if stage in RULES}


def text_hash(article: Article) -> bytes:
    """What tells one text of an article from another."""
    return hashlib.sha256(f"{article.title}\n{article.text}".encode()).digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """What an article says from now on."""

    article: Article
    document: bytes
    """The article, packed."""
    kept: datetime
    """When its page was kept."""


def add(tx: Transaction, text: Text, before: Article | None, known: datetime) -> None:
    """Keeps a text as a version where it differs from the newest one; `before` is the article as it was, `known` when its
    page was kept."""
    article, kept = text.article, text.kept
    digest = text_hash(article)
    newest = tx.rows(
        "SELECT text_hash FROM version WHERE article_id = %(id)s ORDER BY revision DESC LIMIT 1", {"id": article.id}
    )
    if newest and bytes(newest[0]["text_hash"]) == digest:
        return
    made = edit(before, article, known == kept) if before and newest else Edit()
    tx.run(
        "INSERT INTO version (article_id, revision, kept, title, text_hash, document, changes, silent, ours)"
        " SELECT id, revision, %(kept)s, title, %(hash)s, %(document)s, %(kinds)s, %(silent)s, %(ours)s"
        " FROM article WHERE id = %(id)s",
        {
            "id": article.id,
            "kept": kept,
            "hash": digest,
            "document": text.document,
            "kinds": list(made.kinds),
            "silent": made.silent,
            "ours": made.ours,
        },
    )
    _remember(tx, article.id, (*made.kinds, SILENT) if made.silent else made.kinds)


def withdraw(tx: Transaction, id: int, why: str) -> None:
    """Keeps it as a version that the outlet took the article away; the text is the last one it had."""
    if why not in GONE:
        return
    tx.run(
        "INSERT INTO version (article_id, revision, kept, title, text_hash, document, changes)"
        " SELECT id, revision, now(), title, ''::bytea, document, '{withdrawn}' FROM article WHERE id = %(id)s"
        " ON CONFLICT DO NOTHING",
        {"id": id},
    )
    _remember(tx, id, ("withdrawn",))


def _remember(tx: Transaction, id: int, kinds: Sequence[str]) -> None:
    if kinds:
        tx.run(
            "UPDATE article SET changes = (SELECT array_agg(DISTINCT kind ORDER BY kind)"
            " FROM unnest(changes || %(kinds)s::text[]) AS kind) WHERE id = %(id)s",
            {"id": id, "kinds": list(kinds)},
        )


_COLUMNS = "revision, at, kept, title, changes, silent, ours"


def listed(tx: Transaction, id: int) -> list[dict[str, Any]]:
    """Every text the article had, oldest first."""
    return tx.rows(f"SELECT {_COLUMNS} FROM version WHERE article_id = %(id)s ORDER BY revision", {"id": id})


def texts(tx: Transaction, id: int, revisions: Sequence[int] = ()) -> list[dict[str, Any]]:
    """The same with standfirst and text; only these revisions, where any are named."""
    rows = tx.rows(
        f"SELECT {_COLUMNS}, document FROM version WHERE article_id = %(id)s"
        " AND (%(revisions)s::bigint[] = '{}' OR revision = ANY(%(revisions)s::bigint[])) ORDER BY revision",
        {"id": id, "revisions": list(revisions)},
    )
    return [{**row, "text": unpacked(row.pop("document")).text} for row in rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class Then:
    """An article as it stood at some moment."""

    article: Article
    revision: int
    kept: datetime
    changes: tuple[str, ...]
    """What made this version of the one before it."""

    @property
    def withdrawn(self) -> bool:
        """Whether the outlet had taken it away by then."""
        return "withdrawn" in self.changes


def as_of(tx: Transaction, id: int, moment: datetime) -> Then | None:
    """The article as it stood at that moment, as far as was fetched by then; None before the first fetch."""
    rows = tx.rows(
        "SELECT revision, kept, changes, document FROM version WHERE article_id = %(id)s AND kept <= %(moment)s"
        " ORDER BY revision DESC LIMIT 1",
        {"id": id, "moment": moment},
    )
    if not rows:
        return None
    row = rows[0]
    return Then(
        article=unpacked(row["document"]), revision=row["revision"], kept=row["kept"], changes=tuple(row["changes"])
    )


def counts(tx: Transaction, seconds: float) -> dict[str, int]:
    """Edits of the last so many seconds by kind, `silent` among them."""
    rows = tx.rows(
        "SELECT kind, count(*)::int AS n FROM version, LATERAL unnest(changes || CASE WHEN silent THEN '{silent}'::text[]"
        " ELSE '{}' END) AS kind WHERE changes <> '{}' AND at > now() - make_interval(secs => %(seconds)s)"
        " GROUP BY kind ORDER BY kind",
        {"seconds": seconds},
    )
    return {row["kind"]: row["n"] for row in rows}
