"""Tells which articles report one event, and which events belong to one affair."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import cast

from broadsheet.model import Article, Drop
from broadsheet.ports import Transaction
from broadsheet.storage import stories as table
from broadsheet.storage.stories import ToldRow
from processors.stage import Prepared
from processors.stories.open import Open, Placed
from processors.stories.reading import actors_of, of_article, places_of
from processors.stories.terms import pack
from processors.stories.weekdays import redated
from processors.stories.window import Edge, Telling

VERSION = "2"

_open: dict[str, Open] = {}
"""Database -> its open stories, in this process."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """An article as stories see it."""

    telling: Telling


def prepare(article: Article) -> Features:
    """The costly part: weighted words, names, places, numbers. Pure."""
    return Features(telling=of_article(article))


def settle(tx: Transaction, batch: Sequence[Prepared]) -> list[Article | Drop]:
    """Each article with its story and storyline. Under the stage's lock; a batch given twice changes nothing."""
    now = opened(tx, len(batch))
    known = table.told_rows(tx, [item.article.id for item in batch])
    fresh: list[Placed] = []
    order = sorted(range(len(batch)), key=lambda i: (_telling(batch[i]).moment, batch[i].article.id))
    for item in (batch[i] for i in order):
        before = known.get(item.article.id)
        if before is None or not _same(before, item):
            fresh.append(_place(now, item))
    now.write(tx, fresh)
    return [_with_story(item.article, now) for item in batch]


def repair(tx: Transaction, since: int | None = None) -> int:
    """Looks again at the stories of all that was told since the last repair (or since the change `since`), merges and
    splits them; the number of articles that moved. Under the stage's lock, from upkeep. Merged ids lead to what they
    were merged into; copies follow their first; what operators said is kept."""
    table.rehead(tx)
    now = opened(tx, 1)
    ids = now.stories.around(table.ids_since(tx, table.repaired(tx) if since is None else since))
    now.reserve(tx, 2 * len(ids))
    changed, merged = now.stories.repair(ids)
    now.moved(tx, changed, merged)
    table.retell_copies(tx)
    _redate(tx, [id for id in ids if not now.stories.window.tellings[id].dated], now)
    table.put_repaired(tx, table.newest(tx))
    return len(changed)


def _redate(tx: Transaction, ids: Sequence[int], now: Open) -> None:
    """Looks again at the days that articles without a date of their own were given by their stories."""
    for before in table.documents(tx, ids):
        article = redated(before, now.stories)
        if article != before:
            table.put_document(tx, article)


def opened(tx: Transaction, wanted: int) -> Open:
    """The database's open stories as they are now."""
    name = table.database_name(tx)
    for _ in range(2):
        found = _open.setdefault(name, Open())
        if found.refresh(tx, wanted):
            return found
        del _open[name]
    raise ValueError("stories: the tables change although their lock is held")


def _telling(item: Prepared) -> Telling:
    return cast(Features, item.features).telling


def _head(article: Article) -> int:
    """First of its group of copies."""
    return article.fold if article.fold is not None else article.id


def _same(before: ToldRow, item: Prepared) -> bool:
    """Whether nothing changed that stories look at."""
    telling, article = _telling(item), item.article
    return (
        before.head == _head(article)
        and (before.moment, before.dated, before.timed) == (telling.moment, telling.dated, telling.timed)
        and (before.language, before.words) == (telling.language, telling.words)
        and (before.actors, before.places) == (actors_of(article), places_of(article))
        and before.fields == pack(telling.terms)
    )


def _place(now: Open, item: Prepared) -> Placed:
    """A copy goes where its first is; every other article is told."""
    telling, head, edges = _telling(item), _head(item.article), list[Edge]()
    if head == telling.id or not now.stories.copy(telling.id, head):
        head, (_, edges) = telling.id, now.stories.tell(telling)
    return Placed(
        telling=telling, head=head, edges=edges, actors=actors_of(item.article), places=places_of(item.article)
    )


def _with_story(article: Article, now: Open) -> Article:
    told = now.stories.told(article.id)
    return redated(replace(article, story=told.story, storyline=told.storyline), now.stories)
