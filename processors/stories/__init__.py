"""Tells which articles report one event, and which events belong to one affair."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC
from typing import cast

from broadsheet.model import Article, Drop
from broadsheet.ports import Transaction
from broadsheet.storage import stories as table
from processors.deduplicate.features import moment
from processors.deduplicate.prose import prose
from processors.deduplicate.words import plain
from processors.stage import Prepared
from processors.stories.open import Open
from processors.stories.telling import near
from processors.stories.terms import fields, pack
from processors.stories.window import Edge, Telling

VERSION = "1"

DAY = 86400.0
ACTORS = ("PER", "ORG")
MOST_NAMES = 16
"""Actors, and places, that are kept of an article."""
REPAIR_DAYS = 3.0
"""How far back `repair` looks again by default: what comes later than that belongs to other stories."""

_open: dict[str, Open] = {}
"""Database -> its open stories, in this process."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """An article as stories see it."""

    telling: Telling


def prepare(article: Article) -> Features:
    """The costly part: weighted words, names, numbers. Pure."""
    named = [entity.name for entity in article.entities]
    at = moment(article.published, article.first_seen).astimezone(UTC)
    text = prose(plain(article.text))
    telling = Telling(
        id=article.id,
        fields=fields(plain(article.title or ""), text, article.language, named),
        moment=at.timestamp() / DAY,
        # The first sight of an imported text says nothing of when it was written.
        dated=article.claims.via != "import"
        or (article.published is not None and article.published.instant is not None),
        language=article.language,
        words=text.count(" ") + 1,
        actors=_often((one.entity or one.name, one.name) for one in article.entities if one.type in ACTORS),
        places=_often((f"geonames:{one.geonames}" if one.geonames else one.name, one.name) for one in article.places),
    )
    return Features(telling=telling)


def _often(named: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The ids an article names most often, each with its name."""
    names = [*named]
    counts = Counter(id for id, _ in names)
    called = dict(reversed(names))
    return {id: called[id] for id, _ in counts.most_common(MOST_NAMES)}


def settle(tx: Transaction, batch: Sequence[Prepared]) -> list[Article | Drop]:
    """Each article with its story and storyline. Under the stage's lock; a batch given twice changes nothing."""
    now = opened(tx, len(batch))
    known = table.told_rows(tx, [item.article.id for item in batch])
    fresh: list[tuple[Telling, int, list[Edge]]] = []
    order = sorted(range(len(batch)), key=lambda i: (_telling(batch[i]).moment, batch[i].article.id))
    for item in (batch[i] for i in order):
        head = item.article.fold if item.article.fold is not None else item.article.id
        before = known.get(item.article.id)
        if before is None or not _same(before, _telling(item), head):
            fresh.append((_telling(item), *_place(now, _telling(item), head)))
    now.write(tx, fresh)
    return [_with_story(item.article, now) for item in batch]


def repair(tx: Transaction, days: float = REPAIR_DAYS) -> int:
    """Looks again at the stories of the last days, merges and splits them; the number of articles that moved. Under
    the stage's lock, from upkeep. Merged ids lead to what they were merged into; copies follow their first."""
    table.rehead(tx)
    now = opened(tx, 1)
    moments = [one.moment for one in now.stories.window.tellings.values()]
    if not moments:
        return 0
    ids = near(now.stories.window, max(moments) - days, max(moments))
    now.reserve(tx, 2 * len(ids))
    changed, merged = now.stories.repair(ids)
    now.moved(tx, changed, merged)
    table.retell_copies(tx)
    return len(changed)


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


def _same(before: table.ToldRow, telling: Telling, head: int) -> bool:
    """Whether nothing changed that stories look at."""
    if (before.head, before.moment, before.words, before.language) != (
        head, telling.moment, telling.words, telling.language,
    ):  # fmt: skip
        return False
    if (before.actors, before.places) != (telling.actors, telling.places):
        return False
    return before.fields == pack(telling.fields)


def _place(now: Open, telling: Telling, head: int) -> tuple[int, list[Edge]]:
    """A copy goes where its first is; every other article is told."""
    if head != telling.id and now.stories.copy(telling.id, head):
        return head, []
    _, edges = now.stories.tell(telling)
    return telling.id, edges


def _with_story(article: Article, now: Open) -> Article:
    told = now.stories.told(article.id)
    return replace(article, story=told.story, storyline=told.storyline)
