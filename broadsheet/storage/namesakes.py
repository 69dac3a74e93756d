"""Mentions that lead to another id than their spelling does, in PostgreSQL: people of one name who are two, places on the map,
and the context that makes up for a doubtful likeness of two spellings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from broadsheet.namesakes import Occurrence, agree, exclude, told_apart
from broadsheet.ports import Transaction
from broadsheet.storage.shingles import array

SIGN = "~"
"""Stands between the id of a name and what tells one of its people from the others."""
MOST = 200
"""Articles of a name up to which it is looked at with each new one; upkeep looks at those of more."""


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


@dataclass
class _Beside:
    """What an article says, while it is gathered."""

    fields: set[str] = field(default_factory=set)
    countries: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    people: set[str] = field(default_factory=set)
    groups: set[str] = field(default_factory=set)

    def of(self, article: int) -> Occurrence:
        return Occurrence(
            article=article,
            fields=frozenset(self.fields),
            countries=self.countries,
            topics=self.topics,
            people=frozenset(self.people),
            groups=frozenset(self.groups),
        )


def occurrences(tx: Transaction, base: str) -> list[Occurrence]:
    """What each article says of the people whose names lead to an id."""
    rows = tx.rows(
        "SELECT m.article_id, m.fields FROM entity_name e JOIN mention m ON m.name_id = e.id"
        " WHERE e.entity = %(b)s AND e.kind = 'PER'",
        {"b": base},
    )
    found = _gathered(tx, [(row["article_id"], row["fields"]) for row in rows])
    own = {
        row["id"]
        for row in tx.rows("SELECT id FROM entity_name WHERE entity = %(b)s", {"b": base})
    }  # fmt: skip
    _company(tx, found, own)
    return [beside.of(article) for article, beside in sorted(found.items())]


def _gathered(tx: Transaction, rows: Sequence[tuple[int, Sequence[str]]]) -> dict[int, _Beside]:
    found: dict[int, _Beside] = defaultdict(_Beside)
    for article, fields in rows:
        found[article].fields |= set(fields)
    for row in tx.rows(
        "SELECT article_id, countries, topics FROM article_setting WHERE article_id = ANY(%(a)s::bigint[])",
        {"a": array(found)},
    ):
        found[row["article_id"]].countries = tuple(row["countries"])
        found[row["article_id"]].topics = tuple(row["topics"])
    return found


def _company(tx: Transaction, found: dict[int, _Beside], own: set[int]) -> None:
    """Adds the others whom the articles name, by the ids that their spellings have by themselves: those never change. A
    family name alone is nobody."""
    for row in tx.rows(
        "SELECT m.article_id, e.id, e.kind, e.alone FROM mention m JOIN entity_name e ON e.id = m.name_id"
        " WHERE m.article_id = ANY(%(a)s::bigint[]) AND e.kind IN ('PER', 'ORG')"
        " AND (e.kind = 'ORG' OR e.alone ~ '^[QG][0-9]+$' OR e.whole LIKE '%% %%')",
        {"a": array(found)},
    ):
        if row["id"] not in own:
            beside = found[row["article_id"]]
            (beside.people if row["kind"] == "PER" else beside.groups).add(row["alone"])


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


def weigh(tx: Transaction, names: Iterable[int], most: int = MOST) -> set[int]:
    """Decides for doubtful links of these spellings whether what articles say makes up for it; the ends of those that
    changed."""
    rows = tx.rows(
        "SELECT l.a, l.b, l.context FROM entity_link l JOIN entity_name a ON a.id = l.a JOIN entity_name b ON b.id = l.b"
        " WHERE l.weak AND (l.a = ANY(%(n)s::bigint[]) OR l.b = ANY(%(n)s::bigint[])) AND greatest(a.uses, b.uses) <= %(most)s"
        " AND (l.held OR (EXISTS (SELECT 1 FROM mention WHERE name_id = l.a AND fields <> '{}')"
        " AND EXISTS (SELECT 1 FROM mention WHERE name_id = l.b AND fields <> '{}')))",
        {"n": array(sorted(names)), "most": most},
    )
    before = {(row["a"], row["b"]): row["context"] for row in rows}
    told = {(a, b): agree(_of_name(tx, a, b), _of_name(tx, b, a)) for a, b in sorted(before)}
    changed = [(*pair, why) for pair, why in told.items() if why != before[pair]]
    tx.insert(
        "UPDATE entity_link l SET held = v.context IS NOT NULL, context = v.context"
        " FROM (VALUES %s) AS v (a, b, context) WHERE l.a = v.a::bigint AND l.b = v.b::bigint",
        changed,
    )
    return {id for a, b, _ in changed for id in (a, b)}


def _of_name(tx: Transaction, name: int, other: int) -> list[Occurrence]:
    """What each article says of those it calls by a spelling, without the other spelling."""
    rows = tx.rows("SELECT article_id, fields FROM mention WHERE name_id = %(n)s", {"n": name})
    found = _gathered(tx, [(row["article_id"], row["fields"]) for row in rows])
    _company(tx, found, {name, other})
    return [beside.of(article) for article, beside in sorted(found.items())]
