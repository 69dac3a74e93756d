"""Tells the index where somebody is called otherwise than before though the id stayed, from upkeep and in short transactions."""

from __future__ import annotations

from broadsheet.ports import Transaction
from broadsheet.storage import entities, who
from broadsheet.storage.postgres import Database
from broadsheet.storage.stories import LOCK

AT_ONCE = 500
"""Ids whose titles are compared in one transaction, and articles that get a new revision in one."""


def retitle(database: Database) -> int:
    """Gives articles that name somebody otherwise than by the title of today a new revision where the title of the last
    run was another; how many."""
    last, told = "", 0
    while True:
        with database.transaction() as tx:
            ids = _ids(tx, last)
            changed = _changed(tx, ids)
        for id, title in changed:
            told += _tell(database, id, title)
        if len(ids) < AT_ONCE:
            return told
        last = ids[-1]


def _ids(tx: Transaction, last: str) -> list[str]:
    rows = tx.rows(
        "SELECT DISTINCT entity FROM entity_name WHERE entity > %(last)s ORDER BY entity LIMIT %(most)s",
        {"last": last, "most": AT_ONCE},
    )
    return [row["entity"] for row in rows]


def _changed(tx: Transaction, ids: list[str]) -> list[tuple[str, str]]:
    """Those of these ids, and of the people they were parted into, that have another title; new ones are remembered."""
    parted = [row["entity"] for row in tx.rows("SELECT entity FROM namesake WHERE base = ANY(%(i)s)", {"i": ids})]
    titles = who.titles(tx, sorted({*ids, *parted}))
    before = {
        row["entity"]: row["title"]
        for row in tx.rows("SELECT entity, title FROM entity_title WHERE entity = ANY(%(i)s)", {"i": sorted(titles)})
    }
    # A new id may have had another title since it was indexed only if it has several spellings; a place has the map's.
    unsure = {
        row["entity"]
        for row in tx.rows(
            "SELECT entity FROM entity_name WHERE entity = ANY(%(i)s) AND kind <> 'LOC' GROUP BY entity HAVING count(*) > 1",
            {"i": [id for id in ids if id not in before]},
        )
    }
    _remember(tx, [pair for pair in titles.items() if pair[0] not in before and pair[0] not in unsure])
    return sorted((id, title) for id, title in titles.items() if id in unsure or before.get(id, title) != title)


def _remember(tx: Transaction, pairs: list[tuple[str, str]]) -> None:
    tx.insert(
        "INSERT INTO entity_title (entity, title) VALUES %s ON CONFLICT (entity) DO UPDATE SET title = excluded.title",
        pairs,
    )


def _tell(database: Database, id: str, title: str) -> int:
    last, told = 0, 0
    while True:
        with database.transaction() as tx:
            tx.lock(LOCK)
            articles = who.named_otherwise(tx, id, title, last, AT_ONCE)
            told += entities.revise(tx, articles)
            if len(articles) < AT_ONCE:
                _remember(tx, [(id, title)])
                return told
            last = articles[-1]
