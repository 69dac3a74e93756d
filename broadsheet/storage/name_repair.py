"""Decides anew for all names, from upkeep: in short transactions, so that fresh articles never wait long for the lock, and from
where the last run was stopped."""

from __future__ import annotations

from broadsheet.ports import Transaction
from broadsheet.storage import entities, namesakes
from broadsheet.storage.postgres import Database
from broadsheet.storage.retitling import retitle
from broadsheet.storage.shingles import array
from broadsheet.storage.stories import LOCK

AT_ONCE = 200
"""Spellings that a transaction begins with; what is connected with them comes along."""
FORGOTTEN_AT_ONCE = 2000
"""Rows that are deleted in one transaction."""
TOLD_AT_ONCE = 500
"""Articles that get a new revision in one transaction."""
MOST = 5_000
"""Articles of a name up to which its people are told apart: about a second of the lock."""


def repair(database: Database, at_once: int = AT_ONCE) -> dict[str, int]:
    """Forgets spellings that no article uses, counts anew, decides anew for all, and tells the index. What it leaves
    depends on nothing but the articles and operators' words; stopped anywhere, the next run goes on."""
    forgotten = _forget(database)
    looked_at: set[int] = set()
    while _piece(database, at_once, looked_at):
        pass
    told = _tell(database)
    return {
        "names_forgotten": forgotten,
        "names_looked_at": len(looked_at),
        "articles_told": told,
        "articles_retitled": retitle(database),
    }


_UNUSED = {
    ("entity_name", "id"): "NOT EXISTS (SELECT 1 FROM mention m WHERE m.name_id = t.id)",
    ("article_setting", "article_id"): "NOT EXISTS (SELECT 1 FROM mention m WHERE m.article_id = t.article_id)"
    " AND NOT EXISTS (SELECT 1 FROM article a WHERE a.id = t.article_id)",
}
"""Tables with their key, and when a row of theirs is of no use any more."""


def _forget(database: Database) -> int:
    """Forgets what is of no use any more; how many spellings that was."""
    gone = {table: _forget_from(database, table, key, unused) for (table, key), unused in _UNUSED.items()}
    return gone["entity_name"]


def _forget_from(database: Database, table: str, key: str, unused: str) -> int:
    """Looks for what is unused, which may take long, without the lock; how many rows are gone."""
    total = 0
    while True:
        with database.transaction() as tx:
            rows = tx.rows(
                f"SELECT {key} AS id FROM {table} t WHERE {unused} ORDER BY {key} LIMIT %(most)s",
                {"most": FORGOTTEN_AT_ONCE},
            )
        if not rows:
            return total
        with database.transaction() as tx:
            tx.lock(LOCK)
            total += tx.run(
                f"DELETE FROM {table} t WHERE {key} = ANY(%(ids)s::bigint[]) AND {unused}",
                {"ids": array(row["id"] for row in rows)},
            )


def _piece(database: Database, at_once: int, looked_at: set[int]) -> bool:
    """Decides for the next spellings and remembers how far it came; False where none are left."""
    with database.transaction() as tx:
        tx.lock(LOCK)
        upto = next((int(row["upto"]) for row in tx.rows("SELECT upto FROM entity_repair")), 0)
        ids = [
            int(row["id"])
            for row in tx.rows(
                "SELECT id FROM entity_name WHERE id > %(upto)s ORDER BY id LIMIT %(most)s",
                {"upto": upto, "most": at_once},
            )
        ]
        _remember(tx, ids[-1] if ids else None)
        entities.count(tx, ids)
        weighed = namesakes.weigh(tx, ids, MOST, whole=True)
        looked_at |= entities.settle(tx, (set(ids) - looked_at) | weighed, most=MOST)
    return bool(ids)


def _remember(tx: Transaction, upto: int | None) -> None:
    tx.run("DELETE FROM entity_repair")
    if upto is not None:
        tx.run("INSERT INTO entity_repair (upto) VALUES (%(upto)s)", {"upto": upto})


def _tell(database: Database) -> int:
    """Gives the articles of names with another id than the index knows a new revision; how many."""
    told = 0
    while True:
        with database.transaction() as tx:
            rows = tx.rows("SELECT id, entity FROM entity_name WHERE indexed <> entity ORDER BY id LIMIT 1")
        if not rows:
            return told
        told += _tell_of(database, rows[0]["id"], rows[0]["entity"])


def _tell_of(database: Database, name: int, entity: str) -> int:
    last, told = 0, 0
    while True:
        with database.transaction() as tx:
            tx.lock(LOCK)
            articles = [
                int(row["article_id"])
                for row in tx.rows(
                    "SELECT article_id FROM mention WHERE name_id = %(n)s AND article_id > %(last)s"
                    " ORDER BY article_id LIMIT %(most)s",
                    {"n": name, "last": last, "most": TOLD_AT_ONCE},
                )
            ]
            if not articles:
                tx.run("UPDATE entity_name SET indexed = %(e)s WHERE id = %(n)s", {"e": entity, "n": name})
                return told
            told += entities.revise(tx, articles)
            last = articles[-1]
