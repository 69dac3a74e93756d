"""Mentions that lead to another id than their spelling does, in PostgreSQL: people of one name who are two, places on the map,
and the context that makes up for a doubtful likeness of two spellings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from broadsheet.namesakes import Occurrence, agree, exclude, told_apart
from broadsheet.ports import Transaction
from broadsheet.storage.shingles import array

SIGN = "~"
"""Stands between the id of a name and what tells one of its people from the others."""
MOST = 200
"""Articles of a name up to which it is looked at with each new one; upkeep looks at those of more."""
READ = 10_000
"""Articles that are read at once to weigh doubtful links. Links that would need more wait for upkeep."""


def on_map(tx: Transaction, names: Iterable[int], articles: Sequence[int]) -> set[int]:
    """Gives mentions of places the id of the place on the map: those in these articles, those of these spellings, and
    those that are the place which these mean. An operator's word on a spelling goes before the map. The articles changed."""
    return _changed(
        tx,
        "WITH those AS (SELECT article_id, name_id FROM mention WHERE article_id = ANY(%(a)s::bigint[]) AND place IS NOT NULL"
        " UNION SELECT article_id, name_id FROM mention WHERE name_id = ANY(%(n)s::bigint[])"
        " AND (place IS NOT NULL OR entity IS NOT NULL) UNION SELECT article_id, name_id FROM mention"
        " WHERE place IN (SELECT alone FROM entity_name WHERE id = ANY(%(n)s::bigint[]) AND kind = 'LOC'))"
        " SELECT m.article_id, m.name_id, CASE WHEN t.entity = e.entity OR EXISTS (SELECT 1 FROM entity_word w"
        " WHERE (w.kind, w.name) = (e.kind, e.name) OR (w.other_kind, w.other_name) = (e.kind, e.name))"
        " THEN NULL ELSE nullif(coalesce(t.entity, m.place), e.entity) END AS entity"
        " FROM those JOIN mention m USING (article_id, name_id) JOIN entity_name e ON e.id = m.name_id AND e.kind = 'LOC'"
        " LEFT JOIN LATERAL (SELECT o.entity FROM entity_name o WHERE o.alone = m.place AND o.kind = 'LOC'"
        " ORDER BY o.entity <> o.alone, o.name LIMIT 1) AS t ON true",
        {"a": array(articles), "n": array(sorted(names))},
    )


def _changed(tx: Transaction, wanted: str, given: dict[str, Any]) -> set[int]:
    """Writes the ids that mentions should lead to, where they do not yet; the articles changed."""
    rows = tx.rows(
        f"UPDATE mention m SET entity = w.entity FROM ({wanted}) AS w (article_id, name_id, entity)"
        " WHERE m.article_id = w.article_id AND m.name_id = w.name_id AND m.entity IS DISTINCT FROM w.entity"
        " RETURNING m.article_id",
        given,
    )
    return {int(row["article_id"]) for row in rows}


def review(tx: Transaction, names: Iterable[int], bases: Iterable[str], most: int = MOST) -> set[int]:
    """Decides who of the people that these ids stand for are two, and takes back what no longer holds of these
    spellings. The articles changed."""
    changed: set[int] = set()
    led = sorted(set(bases))
    tx.run(
        "DELETE FROM namesake n WHERE n.base = ANY(%(b)s)"
        " AND NOT EXISTS (SELECT 1 FROM entity_name e WHERE e.entity = n.base)",
        {"b": led},
    )
    for base in _doubtful(tx, led, most):
        changed |= _decide(tx, base)
    return changed | _changed(
        tx,
        "SELECT m.article_id, m.name_id, NULL::text FROM mention m JOIN entity_name e ON e.id = m.name_id"
        " WHERE m.name_id = ANY(%(n)s::bigint[]) AND e.kind = 'PER' AND m.entity IS NOT NULL"
        " AND NOT EXISTS (SELECT 1 FROM namesake n WHERE n.base = e.entity)",
        {"n": array(sorted(names))},
    )


def _doubtful(tx: Transaction, bases: Sequence[str], most: int) -> list[str]:
    """Ids of people whose roles exclude each other, who were told apart before, or of whom an operator spoke."""
    rows = tx.rows(
        "WITH few AS (SELECT entity FROM entity_name WHERE entity = ANY(%(b)s) AND kind = 'PER' GROUP BY entity"
        " HAVING sum(uses) <= %(most)s)"
        " SELECT few.entity, NULL::text[] AS fields FROM few JOIN namesake n ON n.base = few.entity"
        " UNION SELECT e.entity, NULL FROM few JOIN entity_name e USING (entity) JOIN namesake_word w"
        " ON w.kind = e.kind AND w.name = e.name"
        " UNION SELECT e.entity, array_agg(DISTINCT f) FROM few JOIN entity_name e USING (entity)"
        " JOIN mention m ON m.name_id = e.id CROSS JOIN unnest(m.fields) AS f WHERE m.fields <> '{}' GROUP BY e.entity"
        " HAVING count(DISTINCT f) > 1",
        {"b": list(bases), "most": most},
    )
    return sorted({row["entity"] for row in rows if row["fields"] is None or exclude(row["fields"])})


def _decide(tx: Transaction, base: str) -> set[int]:
    """Tells the people of one id apart, or joins them again; the articles changed."""
    found = occurrences(tx, base)
    words = _words(tx, base)
    if _said_one(tx, base):
        found = [Occurrence(article=one.article) for one in found]
    senses = told_apart(found, words, famous=base[1:].isdigit())
    tx.run("DELETE FROM namesake WHERE base = %(b)s", {"b": base})
    ids = {sense.label: base + SIGN + sense.label if sense.label else base for sense in senses}
    tx.insert(
        "INSERT INTO namesake (entity, base, reason) VALUES %s",
        [(ids[sense.label], base, sense.reason) for sense in senses],
    )
    placed = {article: ids[sense.label] for sense in senses for article in sense.articles}
    rows = [(one.article, placed.get(one.article, base)) for one in found]
    return _changed(
        tx,
        "SELECT m.article_id, m.name_id, nullif(v.entity, %(b)s) FROM"
        " unnest(%(articles)s::bigint[], %(entities)s::text[]) AS v (article_id, entity) JOIN mention m"
        " ON m.article_id = v.article_id JOIN entity_name e ON e.id = m.name_id AND e.entity = %(b)s AND e.kind = 'PER'",
        {"b": base, "articles": array(row[0] for row in rows), "entities": [row[1] for row in rows]},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Beside:
    """What articles say beside a name: countries and topics, and the others whom they name, each with row id, kind and id."""

    settings: Mapping[int, tuple[tuple[str, ...], tuple[str, ...]]]
    company: Mapping[int, Sequence[tuple[int, str, str]]]

    def told(self, rows: Iterable[tuple[int, Sequence[str]]], own: Set[int]) -> list[Occurrence]:
        """What each article says of somebody, from (article, fields of the role) rows; `own`: rows of his names."""
        fields: dict[int, set[str]] = defaultdict(set)
        for article, those in rows:
            fields[article] |= set(those)
        return [self._of(article, frozenset(those), own) for article, those in sorted(fields.items())]

    def _of(self, article: int, fields: frozenset[str], own: Set[int]) -> Occurrence:
        countries, topics = self.settings.get(article, ((), ()))
        others = [(kind, alone) for id, kind, alone in self.company.get(article, ()) if id not in own]
        return Occurrence(
            article=article,
            fields=fields,
            countries=countries,
            topics=topics,
            people=frozenset(alone for kind, alone in others if kind == "PER"),
            groups=frozenset(alone for kind, alone in others if kind == "ORG"),
        )


def occurrences(tx: Transaction, base: str) -> list[Occurrence]:
    """What each article says of the people whose names lead to an id."""
    rows = tx.rows(
        "SELECT m.article_id, m.fields FROM entity_name e JOIN mention m ON m.name_id = e.id"
        " WHERE e.entity = %(b)s AND e.kind = 'PER'",
        {"b": base},
    )
    own = {
        row["id"]
        for row in tx.rows("SELECT id FROM entity_name WHERE entity = %(b)s", {"b": base})
    }  # fmt: skip
    found = [(row["article_id"], row["fields"]) for row in rows]
    return _beside(tx, {article for article, _ in found}).told(found, own)


def _beside(tx: Transaction, articles: Iterable[int]) -> _Beside:
    those = {"a": array(sorted(articles))}
    rows = tx.rows(
        "SELECT article_id, countries, topics FROM article_setting WHERE article_id = ANY(%(a)s::bigint[])", those
    )
    settings = {row["article_id"]: (tuple(row["countries"]), tuple(row["topics"])) for row in rows}
    return _Beside(settings=settings, company=_company(tx, those))


def _company(tx: Transaction, those: Mapping[str, str]) -> dict[int, list[tuple[int, str, str]]]:
    """Whom the articles name, by the ids that their spellings have by themselves: those never change. A family name alone
    is nobody."""
    found: dict[int, list[tuple[int, str, str]]] = defaultdict(list)
    for row in tx.rows(
        "SELECT m.article_id, e.id, e.kind, e.alone FROM mention m JOIN entity_name e ON e.id = m.name_id"
        " WHERE m.article_id = ANY(%(a)s::bigint[]) AND e.kind IN ('PER', 'ORG')"
        " AND (e.kind = 'ORG' OR e.alone ~ '^[QG][0-9]+$' OR e.whole LIKE '%% %%')",
        those,
    ):
        found[row["article_id"]].append((row["id"], row["kind"], row["alone"]))
    return found


def _words(tx: Transaction, base: str) -> dict[int, int | None]:
    rows = tx.rows(
        "SELECT w.article_id, w.as_in FROM namesake_word w JOIN entity_name e ON e.kind = w.kind AND e.name = w.name"
        " WHERE e.entity = %(b)s ORDER BY w.at, w.article_id",
        {"b": base},
    )
    return {int(row["article_id"]): row["as_in"] for row in rows}


def _said_one(tx: Transaction, base: str) -> bool:
    """Whether an operator said that all who bear a name of this id are one: the name is itself."""
    return bool(
        tx.rows(
            "SELECT 1 FROM entity_word w JOIN entity_name e ON e.kind = w.kind AND e.name = w.name WHERE e.entity = %(b)s"
            " AND w.same AND (w.kind, w.name) = (w.other_kind, w.other_name) LIMIT 1",
            {"b": base},
        )
    )


def say(tx: Transaction, named: tuple[str, str], article: int, as_in: int | None, who: str) -> None:
    """An operator's word: in this article the name means somebody else, or the one of the article `as_in`."""
    tx.run(
        "INSERT INTO namesake_word (kind, name, article_id, as_in, who) VALUES (%(k)s, %(n)s, %(a)s, %(as)s, %(who)s)"
        " ON CONFLICT (kind, name, article_id) DO UPDATE SET as_in = excluded.as_in, who = excluded.who, at = now()",
        {"k": named[0], "n": named[1], "a": article, "as": as_in, "who": who},
    )


def take_back(tx: Transaction, named: tuple[str, str], article: int) -> int:
    """Forgets what was said of a name in an article; how many words that was."""
    return tx.run(
        "DELETE FROM namesake_word WHERE kind = %(k)s AND name = %(n)s AND article_id = %(a)s",
        {"k": named[0], "n": named[1], "a": article},
    )


def take_back_all(tx: Transaction, base: str) -> None:
    """Forgets all that was said of the names of an id in articles."""
    tx.run(
        "DELETE FROM namesake_word w USING entity_name e"
        " WHERE e.kind = w.kind AND e.name = w.name AND e.entity = %(b)s",
        {"b": base},
    )


def base_of(tx: Transaction, entity: str) -> str | None:
    """The id that was parted into this one and others; None for one that shares its name with nobody."""
    rows = tx.rows("SELECT base FROM namesake WHERE entity = %(e)s", {"e": entity})
    return str(rows[0]["base"]) if rows else None


_NAMED = (
    "SELECT article_id FROM (SELECT article_id FROM mention WHERE entity = %(e)s UNION SELECT m.article_id FROM mention m"
    " JOIN entity_name e ON e.id = m.name_id WHERE e.entity = %(e)s AND m.entity IS NULL) AS named"
)


def first_article(tx: Transaction, entity: str) -> int | None:
    """The first article that names a person."""
    rows = tx.rows(_NAMED + " ORDER BY article_id LIMIT 1", {"e": entity})
    return int(rows[0]["article_id"]) if rows else None


def names_in(tx: Transaction, entity: str, article: int) -> bool:
    """Whether an article names a person."""
    return bool(tx.rows(_NAMED + " WHERE article_id = %(a)s LIMIT 1", {"e": entity, "a": article}))


def of(tx: Transaction, base: str) -> list[dict[str, Any]]:
    """The people whom one id was parted into: entity, reason."""
    return tx.rows("SELECT entity, reason FROM namesake WHERE base = %(b)s ORDER BY entity", {"b": base})


def weigh(tx: Transaction, names: Iterable[int], most: int = MOST, whole: bool = False) -> set[int]:
    """Decides for doubtful links of these spellings whether what articles say makes up for it; the ends of those that
    changed. Of more links than READ allows those of the rarest names are looked at, all of them only by the `whole`."""
    changed: list[tuple[int, int, str | None]] = []
    for _, rows in groupby(_doubted(tx, names, most, whole), key=lambda row: int(row["before"]) // READ):
        changed += _weighed(tx, list(rows))
    tx.insert(
        "UPDATE entity_link l SET held = v.context IS NOT NULL, context = v.context"
        " FROM (VALUES %s) AS v (a, b, context) WHERE l.a = v.a::bigint AND l.b = v.b::bigint",
        changed,
    )
    return {id for a, b, _ in changed for id in (a, b)}


def _doubted(tx: Transaction, names: Iterable[int], most: int, whole: bool) -> list[dict[str, Any]]:
    """Doubtful links of these spellings that articles may make up for: a, b, context, and how many articles are read for
    those before it. Their order depends on nothing but the names and their articles."""
    return tx.rows(
        "SELECT * FROM (SELECT l.a, l.b, l.context, sum(a.uses + b.uses) OVER those - (a.uses + b.uses) AS before"
        " FROM entity_link l JOIN entity_name a ON a.id = l.a JOIN entity_name b ON b.id = l.b"
        " WHERE l.weak AND (l.a = ANY(%(n)s::bigint[]) OR l.b = ANY(%(n)s::bigint[])) AND greatest(a.uses, b.uses) <= %(most)s"
        " AND (l.held OR (EXISTS (SELECT 1 FROM mention WHERE name_id = l.a AND fields <> '{}')"
        " AND EXISTS (SELECT 1 FROM mention WHERE name_id = l.b AND fields <> '{}')))"
        " WINDOW those AS (ORDER BY a.uses + b.uses, a.kind, b.kind, least(a.name, b.name), greatest(a.name, b.name)"
        " ROWS UNBOUNDED PRECEDING)) AS links WHERE %(whole)s OR before < %(read)s ORDER BY before, a, b",
        {"n": array(sorted(names)), "most": most, "whole": whole, "read": READ},
    )


def _weighed(tx: Transaction, links: Sequence[Mapping[str, Any]]) -> list[tuple[int, int, str | None]]:
    """The links of which something else is true than before, each with what makes up for its doubt."""
    ids = array(sorted({row[end] for row in links for end in "ab"}))
    said: dict[int, list[tuple[int, Sequence[str]]]] = defaultdict(list)
    for row in tx.rows(
        "SELECT name_id, article_id, fields FROM mention WHERE name_id = ANY(%(n)s::bigint[])", {"n": ids}
    ):
        said[row["name_id"]].append((row["article_id"], row["fields"]))
    beside = _beside(tx, {article for rows in said.values() for article, _ in rows})
    changed = []
    for link in links:
        one, other = (beside.told(said[link[end]], {link["a"], link["b"]}) for end in "ab")
        why = agree(one, other)
        if why != link["context"]:
            changed.append((link["a"], link["b"], why))
    return changed
