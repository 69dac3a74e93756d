"""What the tables tell of one person, organisation or place: names, company, roles over time, and operators' words on it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from anyascii import anyascii

from broadsheet.ports import Transaction
from broadsheet.storage.entities import Named

_NOT_KEPT = re.compile("[^a-z0-9 ]+")
"""What the Latin form of a name leaves out."""
LATEST = 2000
"""Newest articles of an entity that company and roles are counted over."""
_ARTICLES = (
    "WITH mine AS (SELECT DISTINCT m.article_id FROM mention m JOIN entity_name e ON e.id = m.name_id"
    " WHERE e.entity = %(e)s ORDER BY m.article_id DESC LIMIT %(latest)s)"
)


def names(tx: Transaction, entity: str) -> list[dict[str, Any]]:
    """The spellings of an entity, the most used first: kind, name, uses, reason, and whether it is a family name alone."""
    return tx.rows(
        "SELECT kind, name, uses, reason, grouped <> entity AS short FROM entity_name WHERE entity = %(e)s"
        " ORDER BY short, uses DESC, name LIMIT 200",
        {"e": entity},
    )


def company(tx: Transaction, entity: str, most: int = 24) -> list[dict[str, Any]]:
    """Who appears in the same articles, in how many: entity, kind, name, n."""
    return tx.rows(
        _ARTICLES + " SELECT e.entity, (array_agg(e.kind ORDER BY e.uses DESC, e.name))[1] AS kind,"
        " (array_agg(e.name ORDER BY e.grouped <> e.entity, e.uses DESC, e.name))[1] AS name,"
        " count(DISTINCT m.article_id) AS n FROM mine JOIN mention m USING (article_id)"
        " JOIN entity_name e ON e.id = m.name_id WHERE e.entity <> %(e)s GROUP BY e.entity"
        " ORDER BY n DESC, e.entity LIMIT %(most)s",
        {"e": entity, "most": most, "latest": LATEST},
    )


def roles(tx: Transaction, entity: str, most: int = 24) -> list[dict[str, Any]]:
    """What the texts say it is, the most said first: role, n, since, until."""
    return tx.rows(
        "SELECT (array_agg(m.role ORDER BY m.role))[1] AS role, count(DISTINCT a.id) AS n,"
        " min(coalesce(a.published, a.first_seen)) AS since, max(coalesce(a.published, a.first_seen)) AS until"
        " FROM entity_name e JOIN mention m ON m.name_id = e.id JOIN article a ON a.id = m.article_id"
        " WHERE e.entity = %(e)s AND m.role IS NOT NULL AND a.withdrawn IS NULL GROUP BY lower(m.role)"
        " ORDER BY n DESC, until DESC, role LIMIT %(most)s",
        {"e": entity, "most": most},
    )


def words(tx: Transaction, entity: str) -> list[dict[str, Any]]:
    """What operators said of an entity's names: kind, name, other_kind, other_name, same, who, at."""
    return tx.rows(
        "SELECT w.kind, w.name, w.other_kind, w.other_name, w.same, w.who, w.at FROM entity_word w WHERE EXISTS"
        " (SELECT 1 FROM entity_name e WHERE e.entity = %(e)s"
        " AND (e.kind, e.name) IN ((w.kind, w.name), (w.other_kind, w.other_name))) ORDER BY w.at LIMIT 100",
        {"e": entity},
    )


def matching(tx: Transaction, latin: str, most: int = 30) -> list[dict[str, Any]]:
    """Entities with a name that begins with these Latin letters, or has a word that does: entity, kind, name, n uses."""
    pattern = latin.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return tx.rows(
        "SELECT entity, (array_agg(kind ORDER BY uses DESC, name))[1] AS kind,"
        " (array_agg(name ORDER BY grouped <> entity, uses DESC, name))[1] AS name, sum(uses) AS n FROM entity_name"
        " WHERE entity IN (SELECT entity FROM entity_name WHERE whole LIKE %(begin)s OR whole LIKE %(inside)s LIMIT 500)"
        " GROUP BY entity ORDER BY n DESC, entity LIMIT %(most)s",
        {"begin": f"{pattern}%", "inside": f"% {pattern}%", "most": most},
    )


def latin(name: str) -> str:
    """The words of a name in plain Latin letters, as `entity_name.whole` has them."""
    return " ".join(_NOT_KEPT.sub("", anyascii(name[:100]).lower()).split())


def titles(tx: Transaction, entities: Sequence[str]) -> dict[str, str]:
    """What to call each of these ids: the most used of its full names; without those that no article names."""
    rows = tx.rows(
        "SELECT entity, (array_agg(name ORDER BY grouped <> entity, uses DESC, name))[1] AS name FROM entity_name"
        " WHERE entity = ANY(%(ids)s) GROUP BY entity",
        {"ids": list(set(entities))},
    )
    return {row["entity"]: row["name"] for row in rows}


def called(tx: Transaction, latin: str, most: int = 6) -> list[dict[str, Any]]:
    """Entities of which these Latin letters are a name, its beginning, or a person's family name: as `matching`, but of
    whole words and without looking at all names."""
    return tx.rows(
        "SELECT entity, (array_agg(kind ORDER BY uses DESC, name))[1] AS kind,"
        " (array_agg(name ORDER BY grouped <> entity, uses DESC, name))[1] AS name, sum(uses) AS n FROM entity_name"
        " WHERE entity IN (SELECT entity FROM entity_name WHERE whole = %(q)s OR (whole >= %(from)s AND whole < %(to)s)"
        " OR tails @> ARRAY[%(q)s] LIMIT 500) GROUP BY entity ORDER BY n DESC, entity LIMIT %(most)s",
        {"q": latin, "from": f"{latin} ", "to": f"{latin}!", "most": most},
    )


def most_named(tx: Transaction, kind: str, most: int = 30) -> list[dict[str, Any]]:
    """The entities of a kind that most articles name: entity, kind, name, n."""
    return tx.rows(
        "SELECT entity, kind, (array_agg(name ORDER BY grouped <> entity, uses DESC, name))[1] AS name, sum(uses) AS n"
        " FROM entity_name WHERE kind = %(kind)s GROUP BY entity, kind ORDER BY n DESC, entity LIMIT %(most)s",
        {"kind": kind, "most": most},
    )


def anchor(tx: Transaction, entity: str, but: Named | None = None) -> Named | None:
    """The name that stands for an entity when an operator speaks of it: the most used of its full names."""
    rows = tx.rows(
        "SELECT kind, name FROM entity_name WHERE entity = %(e)s AND (kind, name) <> (%(kind)s, %(name)s)"
        " ORDER BY grouped <> entity, uses DESC, name LIMIT 1",
        {"e": entity, "kind": but[0] if but else "", "name": but[1] if but else ""},
    )
    return (rows[0]["kind"], rows[0]["name"]) if rows else None
