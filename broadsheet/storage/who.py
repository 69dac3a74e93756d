"""What the tables tell of one person, organisation or place: names, company, roles over time, and operators' words on it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from anyascii import anyascii

from broadsheet import naming
from broadsheet.naming import Written
from broadsheet.ports import Transaction
from broadsheet.storage.entities import Named
from broadsheet.storage.namesakes import SIGN

_NOT_KEPT = re.compile("[^a-z0-9 ]+")
"""What the Latin form of a name leaves out."""
_MENTIONS = (
    "(SELECT m.article_id, m.name_id, m.role FROM mention m WHERE m.entity = %(e)s"
    " UNION ALL SELECT m.article_id, m.name_id, m.role FROM entity_name e JOIN mention m ON m.name_id = e.id"
    " WHERE e.entity = %(e)s AND m.entity IS NULL)"
)
"""Where an entity is named: a mention may lead elsewhere than its spelling does."""


def names(tx: Transaction, entity: str) -> list[dict[str, Any]]:
    """The spellings of an entity, the most used first: kind, name, uses, reason, and whether it is a family name alone."""
    return tx.rows(
        "SELECT e.kind, e.name, count(*) AS uses, CASE WHEN e.entity <> %(e)s AND e.kind = 'LOC' THEN 'the place on the map'"
        f" ELSE e.reason END AS reason, e.grouped <> e.entity AS short FROM {_MENTIONS} AS m"
        " JOIN entity_name e ON e.id = m.name_id GROUP BY e.id ORDER BY short, uses DESC, e.name LIMIT 200",
        {"e": entity},
    )


def named_otherwise(tx: Transaction, entity: str, title: str, after: int, most: int) -> list[int]:
    """The next articles after one, by id, that have a spelling of an entity which is not this title."""
    rows = tx.rows(
        f"SELECT DISTINCT m.article_id FROM {_MENTIONS} AS m JOIN entity_name e ON e.id = m.name_id"
        " WHERE e.name <> %(title)s AND m.article_id > %(after)s ORDER BY m.article_id LIMIT %(most)s",
        {"e": entity, "title": title, "after": after, "most": most},
    )
    return [int(row["article_id"]) for row in rows]


def _titled(tx: Transaction, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    known = titles(tx, [row["entity"] for row in rows])
    return [{**row, "name": known.get(row["entity"], row["entity"])} for row in rows]


def roles(tx: Transaction, entity: str, most: int = 24) -> list[dict[str, Any]]:
    """What the texts say it is, the most said first: role, n, since, until."""
    return tx.rows(
        "SELECT (array_agg(m.role ORDER BY m.role))[1] AS role, count(DISTINCT a.id) AS n,"
        " min(coalesce(a.published, a.first_seen)) AS since, max(coalesce(a.published, a.first_seen)) AS until"
        f" FROM {_MENTIONS} AS m JOIN article a ON a.id = m.article_id"
        " WHERE m.role IS NOT NULL AND a.withdrawn IS NULL GROUP BY lower(m.role)"
        " ORDER BY n DESC, until DESC, role LIMIT %(most)s",
        {"e": entity, "most": most},
    )


def namesakes(tx: Transaction, entity: str) -> list[dict[str, Any]]:
    """The people of one name whom context or an operator told apart, this one among them: entity, name, reason, n uses.
    Empty where all who bear the name are one."""
    rows = tx.rows(
        "SELECT entity, reason FROM namesake WHERE base = (SELECT base FROM namesake WHERE entity = %(e)s)",
        {"e": entity},
    )
    counted = _counted(tx, [row["entity"] for row in rows])
    rows = [{**row, "n": counted.get(row["entity"], 0)} for row in rows]
    return _titled(tx, sorted(rows, key=lambda row: (-row["n"], row["entity"])))


def words(tx: Transaction, entity: str) -> list[dict[str, Any]]:
    """What operators said of an entity's names: kind, name, other_kind, other_name, same, who, at."""
    return tx.rows(
        "SELECT w.kind, w.name, w.other_kind, w.other_name, w.same, w.who, w.at FROM entity_word w WHERE EXISTS"
        " (SELECT 1 FROM entity_name e WHERE e.entity = coalesce((SELECT base FROM namesake WHERE entity = %(e)s), %(e)s)"
        " AND (e.kind, e.name) IN ((w.kind, w.name), (w.other_kind, w.other_name))) ORDER BY w.at LIMIT 100",
        {"e": entity},
    )


def article_words(tx: Transaction, entity: str) -> list[dict[str, Any]]:
    """What operators said of those who bear an entity's names in single articles: kind, name, article_id, as_in, who, at."""
    return tx.rows(
        "SELECT w.kind, w.name, w.article_id, w.as_in, w.who, w.at FROM namesake_word w WHERE EXISTS (SELECT 1"
        " FROM entity_name e WHERE e.entity = coalesce((SELECT base FROM namesake WHERE entity = %(e)s), %(e)s)"
        " AND e.kind = w.kind AND e.name = w.name) ORDER BY w.at LIMIT 100",
        {"e": entity},
    )


def matching(tx: Transaction, latin: str, most: int = 30) -> list[dict[str, Any]]:
    """Entities with a name that begins with these Latin letters, or has a word that does: entity, kind, name, n uses."""
    pattern = latin.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    found = "whole LIKE %(begin)s OR whole LIKE %(inside)s"
    return _listed(tx, found, {"begin": f"{pattern}%", "inside": f"% {pattern}%", "most": most})


def called(tx: Transaction, latin: str, most: int = 6) -> list[dict[str, Any]]:
    """Entities of which these Latin letters are a name, its beginning, or a person's family name: as `matching`, but of
    whole words and without looking at all names."""
    begins = 'whole COLLATE "C" >= %(from)s AND whole COLLATE "C" < %(to)s'  # other orders look past blanks
    found = f"whole = %(q)s OR ({begins}) OR tails @> ARRAY[%(q)s]"
    return _listed(tx, found, {"q": latin, "from": f"{latin} ", "to": f"{latin}!", "most": most})


def _listed(tx: Transaction, found: str, given: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Entities of the names that a condition finds, the most used first; each that shares a name with one by itself."""
    rows = tx.rows(
        "SELECT entity, (array_agg(kind ORDER BY uses DESC, name))[1] AS kind, sum(uses) AS n FROM entity_name"
        f" WHERE entity IN (SELECT entity FROM entity_name WHERE {found} ORDER BY uses DESC, id LIMIT 500)"
        " GROUP BY entity ORDER BY n DESC, entity LIMIT %(most)s",
        given,
    )
    return _titled(tx, _each(tx, rows))


def _each(tx: Transaction, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """These entities and all that share a name with one of them, each with the articles of its own."""
    away = tx.rows(
        "SELECT e.entity, m.entity AS other, count(*) AS n FROM entity_name e JOIN mention m ON m.name_id = e.id"
        " WHERE e.entity = ANY(%(ids)s) AND m.entity IS NOT NULL GROUP BY 1, 2",
        {"ids": [row["entity"] for row in rows]},
    )
    kinds = {row["entity"]: row["kind"] for row in rows}
    kinds |= {row["other"]: kinds[row["entity"]] for row in away if row["other"] not in kinds}
    counted = _counted(tx, sorted(kinds))
    listed = [{"entity": id, "kind": kinds[id], "n": n} for id, n in counted.items() if n > 0]
    return sorted(listed, key=lambda row: (-row["n"], row["entity"]))


def _counted(tx: Transaction, entities: Sequence[str]) -> dict[str, int]:
    """Uses of each: of its spellings, without those that lead elsewhere, with those of other spellings that lead here."""
    rows = tx.rows(
        "SELECT entity, sum(n) AS n FROM (SELECT entity, uses AS n FROM entity_name WHERE entity = ANY(%(ids)s)"
        " UNION ALL SELECT e.entity, -1 FROM entity_name e JOIN mention m ON m.name_id = e.id"
        " WHERE e.entity = ANY(%(ids)s) AND m.entity IS NOT NULL"
        " UNION ALL SELECT entity, 1 FROM mention WHERE entity = ANY(%(ids)s)) AS uses GROUP BY entity",
        {"ids": list(entities)},
    )
    return {row["entity"]: int(row["n"]) for row in rows}


def latin(name: str) -> str:
    """The words of a name in plain Latin letters, as `entity_name.whole` has them."""
    return " ".join(_NOT_KEPT.sub("", anyascii(name[:100]).lower()).split())


def titles(tx: Transaction, entities: Sequence[str]) -> dict[str, str]:
    """What to call each of these ids: a place as the map does or as most texts do, others by the spelling that says most;
    without those that no article names. Who shares a name with somebody has in brackets what tells them apart."""
    bases = {id: id.rpartition(SIGN)[0] or id for id in entities}
    wanted = {"ids": sorted({*entities, *bases.values()})}
    written: dict[str, list[Written]] = defaultdict(list)
    for row in tx.rows(
        "SELECT entity, name, uses, grouped <> entity AS short FROM entity_name WHERE entity = ANY(%(ids)s)", wanted
    ):
        written[row.pop("entity")].append(Written(**row))
    found = {id: name for id, those in written.items() if (name := naming.called(those))}
    found |= _places(tx, wanted, written)
    for id in entities:
        if id not in found and bases[id] in found:
            found[id] = f"{found[bases[id]]} ({id.rpartition(SIGN)[2]})"
    return {id: found[id] for id in entities if id in found}


def _places(tx: Transaction, wanted: Mapping[str, Any], written: Mapping[str, list[Written]]) -> dict[str, str]:
    """The names of places; the namesakes of another place with their country's code."""
    rows = tx.rows(
        "SELECT p.entity, p.name, p.country, EXISTS (SELECT 1 FROM entity_place o WHERE o.name = p.name"
        " AND o.entity <> p.entity) AS shared FROM entity_place p WHERE p.entity = ANY(%(ids)s)",
        wanted,
    )
    found = {}
    for row in rows:
        spellings = written.get(row["entity"], [])
        name = naming.of_place(row["name"], spellings)
        other = row["shared"] and row["country"] and not spellings
        found[row["entity"]] = f"{name} ({row['country']})" if other else name
    return found


def most_named(tx: Transaction, kind: str, most: int = 30) -> list[dict[str, Any]]:
    """The entities of a kind that most articles name: entity, kind, name, n."""
    rows = tx.rows(
        "SELECT entity, kind, sum(uses) AS n FROM entity_name WHERE kind = %(kind)s"
        " GROUP BY entity, kind ORDER BY n DESC, entity LIMIT %(most)s",
        {"kind": kind, "most": most},
    )
    return _titled(tx, _each(tx, rows))


def anchor(tx: Transaction, entity: str, but: Named | None = None) -> Named | None:
    """The name that stands for an entity when an operator speaks of it: the most used of its full names."""
    rows = tx.rows(
        "SELECT kind, name FROM entity_name WHERE id IN"
        " (SELECT id FROM entity_name WHERE entity = %(e)s UNION SELECT name_id FROM mention WHERE entity = %(e)s)"
        " AND (kind, name) <> (%(kind)s, %(name)s) ORDER BY grouped <> entity, uses DESC, name LIMIT 1",
        {"e": entity, "kind": but[0] if but else "", "name": but[1] if but else ""},
    )
    return (rows[0]["kind"], rows[0]["name"]) if rows else None
