"""What stories remember: each article's terms and place, merged stories, and the names of storylines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from broadsheet.ports import Transaction
from broadsheet.storage.shingles import array

COLUMNS = "id, seq, story, moment, dated, language, words, head, fields, edges"


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldRow:
    """An article as stories remember it."""

    id: int
    story: int
    moment: float
    """Days since 1970, UTC."""
    dated: bool
    language: str | None
    words: int
    head: int
    """First of its group of copies; its own id where it is the first."""
    fields: bytes
    edges: bytes
    """Ids (64 bits) of those it resembles, then how much (32 bits)."""
    seq: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LineRow:
    """A storyline with the names it is known by."""

    id: int
    events: int
    hashes: bytes
    weights: bytes
    seq: int = 0


def database_name(tx: Transaction) -> str:
    """What tells this database from all others that one process can meet, until its server starts again."""
    row = tx.rows(
        "SELECT current_database() AS name, 'told'::regclass::oid::text AS told, inet_server_port()::text AS port,"
        " pg_postmaster_start_time()::text AS started"
    )[0]
    return " ".join(str(row[key]) for key in ("name", "told", "port", "started"))


def newest(tx: Transaction) -> int:
    """The highest `seq` of all."""
    rows = tx.rows("SELECT greatest((SELECT max(seq) FROM told), (SELECT max(seq) FROM storyline)) AS seq")
    return int(rows[0]["seq"] or 0)


def told_since(tx: Transaction, seq: int, most: int) -> list[ToldRow]:
    """Articles placed or moved since, oldest change first; at most so many, the newest."""
    rows = tx.rows(
        f"SELECT {COLUMNS} FROM told WHERE seq > %(seq)s ORDER BY seq DESC LIMIT %(most)s", {"seq": seq, "most": most}
    )
    return [told_of(row) for row in reversed(rows)]


def told_of(row: Mapping[str, Any]) -> ToldRow:
    """The article in a row of `told`."""
    return ToldRow(**{**row, "fields": bytes(row["fields"]), "edges": bytes(row["edges"])})


def told_rows(tx: Transaction, ids: Sequence[int]) -> dict[int, ToldRow]:
    """These articles, those that are known."""
    rows = tx.rows(f"SELECT {COLUMNS} FROM told WHERE id = ANY(%(ids)s::bigint[])", {"ids": array(ids)})
    return {row["id"]: told_of(row) for row in rows}


def put_told(tx: Transaction, rows: Sequence[ToldRow]) -> list[int]:
    """Writes articles in place of what was known of them; the `seq` each was given."""
    if not rows:
        return []
    numbers = numbers_from(tx, "told_seq", len(rows))
    names = COLUMNS.split(", ")
    changes = ", ".join(f"{name} = excluded.{name}" for name in names[1:])
    values = [
        [number if name == "seq" else getattr(row, name) for name in names]
        for row, number in zip(rows, numbers, strict=True)
    ]
    tx.insert(f"INSERT INTO told ({COLUMNS}) VALUES %s ON CONFLICT (id) DO UPDATE SET {changes}", values)
    return numbers


def move_told(tx: Transaction, places: Mapping[int, int]) -> None:
    """Moves articles, and their copies, to other stories."""
    if not places:
        return
    tx.run(
        "UPDATE told SET story = p.story, seq = nextval('told_seq')"
        " FROM unnest(%(ids)s::bigint[], %(stories)s::bigint[]) AS p (id, story)"
        " WHERE told.head = p.id OR told.id = p.id",
        {"ids": array(places), "stories": array(places.values())},
    )


def numbers_from(tx: Transaction, sequence: str, count: int) -> list[int]:
    """The next numbers of a sequence, ascending."""
    rows = tx.rows(
        "SELECT nextval(%(sequence)s::regclass) AS n FROM generate_series(1, %(count)s)",
        {"sequence": sequence, "count": count},
    )
    return [int(row["n"]) for row in rows]


def storylines_of(tx: Transaction, stories: Sequence[int]) -> dict[int, int]:
    """Story -> storyline."""
    rows = tx.rows("SELECT id, storyline FROM story WHERE id = ANY(%(ids)s::bigint[])", {"ids": array(stories)})
    return {row["id"]: row["storyline"] for row in rows}


def put_stories(tx: Transaction, storylines: Mapping[int, int], merged: Mapping[int, int] | None = None) -> None:
    """Writes stories with their storylines, and what merged ones were merged into."""
    merged = merged or {}
    values = [(story, line, merged.get(story)) for story, line in sorted(storylines.items())]
    tx.insert(
        "INSERT INTO story (id, storyline, into_story) VALUES %s ON CONFLICT (id) DO UPDATE"
        " SET storyline = excluded.storyline, into_story = excluded.into_story"
        " WHERE (story.storyline, story.into_story) IS DISTINCT FROM (excluded.storyline, excluded.into_story)",
        values,
    )


def lines_since(tx: Transaction, seq: int) -> list[LineRow]:
    """Storylines changed since."""
    rows = tx.rows("SELECT id, events, hashes, weights, seq FROM storyline WHERE seq > %(seq)s", {"seq": seq})
    return [LineRow(**{**row, "hashes": bytes(row["hashes"]), "weights": bytes(row["weights"])}) for row in rows]


def put_lines(tx: Transaction, rows: Sequence[LineRow]) -> None:
    """Writes storylines in place of what was known of them."""
    if not rows:
        return
    numbers = numbers_from(tx, "told_seq", len(rows))
    tx.insert(
        "INSERT INTO storyline (id, events, hashes, weights, seq) VALUES %s ON CONFLICT (id) DO UPDATE"
        " SET events = excluded.events, hashes = excluded.hashes, weights = excluded.weights, seq = excluded.seq",
        [(row.id, row.events, row.hashes, row.weights, number) for row, number in zip(rows, numbers, strict=True)],
    )


def retell(tx: Transaction, ids: Sequence[int]) -> int:
    """Tells stored articles where `told` has them now, and their copies with them; the index sees a new revision."""
    if not ids:
        return 0
    return tx.run(
        "UPDATE article SET story = told.story, storyline = story.storyline, revision = revision + 1, changed = now()"
        " FROM told JOIN story ON story.id = told.story"
        " WHERE article.id = told.id AND (told.id = ANY(%(ids)s::bigint[]) OR told.head = ANY(%(ids)s::bigint[]))"
        " AND (article.story, article.storyline) IS DISTINCT FROM (told.story, story.storyline)",
        {"ids": array(ids)},
    )


def follow(tx: Transaction, story: int) -> int:
    """The story that an id leads to today: its own, or that it was merged into."""
    rows = tx.rows(
        "WITH RECURSIVE chain AS (SELECT id, into_story, 1 AS step FROM story WHERE id = %(id)s UNION ALL"
        " SELECT s.id, s.into_story, step + 1 FROM story s JOIN chain ON s.id = chain.into_story WHERE step < 50)"
        " SELECT id FROM chain ORDER BY step DESC LIMIT 1",
        {"id": story},
    )
    return int(rows[0]["id"]) if rows else story


def rehead(tx: Transaction) -> int:
    """Articles whose group of copies has another first by now go where that is, or stay where they are until the
    next repair when they are the first themselves."""
    return tx.run(
        "UPDATE told SET head = article.fold, story = coalesce(head.story, told.story), seq = nextval('told_seq')"
        " FROM article LEFT JOIN told AS head ON head.id = article.fold"
        " WHERE told.id = article.id AND article.fold <> told.head"
    )


def retell_copies(tx: Transaction) -> int:
    """Tells stored copies whose place is not that of `told`; the index sees a new revision."""
    return tx.run(
        "UPDATE article SET story = told.story, storyline = story.storyline, revision = revision + 1, changed = now()"
        " FROM told JOIN story ON story.id = told.story WHERE article.id = told.id AND told.head <> told.id"
        " AND (article.story, article.storyline) IS DISTINCT FROM (told.story, story.storyline)"
    )
