"""What stories remember: each article's terms and place, merged stories, and the names of storylines."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from broadsheet.model import Article
from broadsheet.ports import Transaction
from broadsheet.storage.packing import packed, unpacked
from broadsheet.storage.shingles import array

LOCK = 0x62726F65
"""Key of the advisory lock under which all stories are told, repaired, merged and split."""

COLUMNS = "id, seq, story, moment, dated, timed, language, words, head, fields, edges, actors, places"


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldRow:
    """An article as stories remember it."""

    id: int
    story: int
    moment: float
    """Days since 1970, UTC."""
    dated: bool
    """Whether it says when it was published."""
    language: str | None
    words: int
    head: int
    """First of its group of copies; its own id where it is the first."""
    fields: bytes
    edges: bytes
    """Ids (64 bits) of those it resembles, then how much (32 bits)."""
    seq: int = 0
    actors: Mapping[str, str] = field(default_factory=dict)
    """Persons and organisations: id -> name."""
    places: Mapping[str, str] = field(default_factory=dict)
    timed: bool = True
    """Whether it says so to the hour."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """A person, an organisation or a place that an affair runs on."""

    id: str
    name: str
    stories: int
    """Stories of the affair that name it: two at least."""
    articles: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """A story of an affair."""

    id: int
    title: str
    """Of its first article."""
    since: datetime
    articles: int
    """Copies apart."""
    shared: tuple[str, ...]
    """Names that it shares with other stories of the affair, the commonest first: why it belongs there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Affair:
    """A storyline, explained: who and where its stories have in common, since when."""

    id: int
    since: datetime
    until: datetime
    actors: tuple[Shared, ...]
    places: tuple[Shared, ...]
    stories: tuple[Episode, ...]
    """By their first articles."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineRow:
    """A storyline with the names it is known by."""

    id: int
    events: int
    hashes: bytes
    weights: bytes
    first: float | None = None
    """Days since 1970 of its first event, as far as events have dates."""
    last: float | None = None
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


def ids_since(tx: Transaction, seq: int) -> list[int]:
    """Articles placed or moved since."""
    return [row["id"] for row in tx.rows("SELECT id FROM told WHERE seq > %(seq)s ORDER BY id", {"seq": seq})]


def repaired(tx: Transaction) -> int:
    """The highest `seq` that the last repair left; 0 before the first."""
    rows = tx.rows("SELECT value FROM note WHERE key = 'stories-repaired'")
    return int(rows[0]["value"]["seq"]) if rows else 0


def put_repaired(tx: Transaction, seq: int) -> None:
    """Writes down where a repair ended."""
    tx.insert(
        "INSERT INTO note (key, value) VALUES %s ON CONFLICT (key) DO UPDATE SET value = excluded.value, at = now()",
        [("stories-repaired", {"seq": seq})],
    )


def told_since(tx: Transaction, seq: int, most: int, but: Collection[int] = ()) -> list[ToldRow]:
    """Articles placed or moved since, but for these changes, oldest first; at most so many, the newest."""
    rows = tx.rows(
        f"SELECT {COLUMNS} FROM told WHERE seq > %(seq)s AND NOT seq = ANY(%(but)s::bigint[])"
        " ORDER BY seq DESC LIMIT %(most)s",
        {"seq": seq, "most": most, "but": array(sorted(but))},
    )
    return [told_of(row) for row in reversed(rows)]


def seqs_of(tx: Transaction, ids: Sequence[int]) -> dict[int, int]:
    """The last change of each of these articles."""
    rows = tx.rows("SELECT id, seq FROM told WHERE id = ANY(%(ids)s::bigint[])", {"ids": array(ids)})
    return {row["id"]: row["seq"] for row in rows}


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


def lines_since(tx: Transaction, seq: int, but: Collection[int] = ()) -> list[LineRow]:
    """Storylines changed since, but for these changes."""
    rows = tx.rows(
        "SELECT id, events, hashes, weights, first, last, seq FROM storyline WHERE seq > %(seq)s"
        " AND NOT seq = ANY(%(but)s::bigint[]) ORDER BY seq",
        {"seq": seq, "but": array(sorted(but))},
    )
    return [LineRow(**{**row, "hashes": bytes(row["hashes"]), "weights": bytes(row["weights"])}) for row in rows]


def put_lines(tx: Transaction, rows: Sequence[LineRow]) -> list[int]:
    """Writes storylines in place of what was known of them; the `seq` each was given."""
    if not rows:
        return []
    numbers = numbers_from(tx, "told_seq", len(rows))
    tx.insert(
        "INSERT INTO storyline (id, events, hashes, weights, first, last, seq) VALUES %s ON CONFLICT (id) DO UPDATE"
        " SET events = excluded.events, hashes = excluded.hashes, weights = excluded.weights, first = excluded.first,"
        " last = excluded.last, seq = excluded.seq",
        [
            (row.id, row.events, row.hashes, row.weights, row.first, row.last, number)
            for row, number in zip(rows, numbers, strict=True)
        ],
    )
    return numbers


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


def documents(tx: Transaction, ids: Sequence[int]) -> list[Article]:
    """These articles as they are stored, with their stories."""
    rows = tx.rows(
        "SELECT document, fold, story, storyline FROM article WHERE id = ANY(%(ids)s::bigint[]) ORDER BY id",
        {"ids": array(ids)},
    )
    return [
        replace(unpacked(row["document"]), fold=row["fold"], story=row["story"], storyline=row["storyline"])
        for row in rows
    ]


def put_document(tx: Transaction, article: Article) -> None:
    """Writes an article whose dates its story changed; the index sees a new revision."""
    tx.run(
        "UPDATE article SET document = %(document)s, published = %(published)s, revision = revision + 1, changed = now()"
        " WHERE id = %(id)s",
        {
            "id": article.id,
            "document": packed(article),
            "published": article.published.instant if article.published else None,
        },
    )


def rehead(tx: Transaction, ids: Iterable[int] | None = None) -> int:
    """Articles (of these; of all) whose group of copies has another first by now go where that is, or stay where they
    are until the next repair when they are the first themselves."""
    return tx.run(
        "UPDATE told SET head = article.fold, story = coalesce(head.story, told.story), seq = nextval('told_seq')"
        " FROM article LEFT JOIN told AS head ON head.id = article.fold"
        " WHERE told.id = article.id AND article.fold <> told.head"
        " AND (%(ids)s::bigint[] IS NULL OR told.id = ANY(%(ids)s::bigint[]))",
        {"ids": None if ids is None else array(ids)},
    )


def retell_copies(tx: Transaction) -> int:
    """Tells stored copies whose place is not that of `told`; the index sees a new revision."""
    return tx.run(
        "UPDATE article SET story = told.story, storyline = story.storyline, revision = revision + 1, changed = now()"
        " FROM told JOIN story ON story.id = told.story WHERE article.id = told.id AND told.head <> told.id"
        " AND (article.story, article.storyline) IS DISTINCT FROM (told.story, story.storyline)"
    )


MOST_NAMES = 12
"""Actors, and places, that an affair is explained with."""
MOST_READ = 3000
"""Articles of an affair that are read to explain it, the latest ones."""


def storyline_of(tx: Transaction, story: int) -> Affair | None:
    """The affair that a story (or what it was merged into) belongs to, with its reasons; None where it is unknown."""
    rows = tx.rows(
        "SELECT t.id, t.story, s.storyline, t.moment, t.actors, t.places, a.title FROM story s"
        " JOIN told t ON t.story = s.id JOIN article a ON a.id = t.id"
        " WHERE s.storyline = (SELECT storyline FROM story WHERE id = %(story)s) AND t.head = t.id"
        " AND a.withdrawn IS NULL ORDER BY t.moment DESC, t.id DESC LIMIT %(most)s",
        {"story": follow(tx, story), "most": MOST_READ},
    )[::-1]
    if not rows:
        return None
    actors, places = _shared(rows, "actors"), _shared(rows, "places")
    return Affair(
        id=rows[0]["storyline"],
        since=_moment(rows[0]["moment"]),
        until=_moment(rows[-1]["moment"]),
        actors=actors[:MOST_NAMES],
        places=places[:MOST_NAMES],
        stories=tuple(_episodes(rows, [*actors, *places])),
    )


def _shared(rows: Sequence[Mapping[str, Any]], kind: str) -> tuple[Shared, ...]:
    """What at least two stories name, those of most stories first; each by its commonest name."""
    names: defaultdict[str, Counter[str]] = defaultdict(Counter)
    stories: defaultdict[str, set[int]] = defaultdict(set)
    for row in rows:
        for id, name in row[kind].items():
            names[id][name] += 1
            stories[id].add(row["story"])
    found = [
        Shared(id=id, name=said.most_common(1)[0][0], stories=len(stories[id]), articles=said.total())
        for id, said in names.items()
        if len(stories[id]) > 1
    ]
    return tuple(sorted(found, key=lambda one: (-one.stories, -one.articles, one.id)))


def _episodes(rows: Sequence[Mapping[str, Any]], shared: Sequence[Shared]) -> list[Episode]:
    """The stories, in the order of their first articles."""
    those: dict[int, list[Mapping[str, Any]]] = {}
    for row in rows:
        those.setdefault(row["story"], []).append(row)
    return [
        Episode(
            id=story,
            title=told[0]["title"],
            since=_moment(told[0]["moment"]),
            articles=len(told),
            shared=tuple(
                one.name for one in shared if any(one.id in row["actors"] or one.id in row["places"] for row in told)
            )[:MOST_NAMES],
        )
        for story, told in those.items()
    ]


def _moment(days: float) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=days)
