"""The news world's articles as the stage meets them: enriched, with their copies folded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from broadsheet.model import Article
from broadsheet.storage.postgres import Database
from broadsheet.world.clock import Clock
from broadsheet.world.truth import Truth
from broadsheet.world.world import Invented
from processors import STORIES_LOCK, stories
from processors.enrich.stage import enrich
from processors.stage import Prepared
from tests import making

START = datetime(2026, 11, 3, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """An article with what the world knows of it."""

    article: Article
    truth: Truth


@cache
def articles() -> tuple[Known, ...]:
    """All articles that a sound service has, in the order of their dates; ids from 1 on, a copy's `fold` is its origin."""
    world = Invented(Clock(start=START, folder=Path("unused")))
    facts = [fact for fact in world.truths() if fact.disposition == "indexed" and fact.verdict == "article"]
    facts.sort(key=lambda fact: (fact.published or START, fact.url))
    ids = {fact.url: number for number, fact in enumerate(facts, 1)}
    by_url = {fact.url: fact for fact in facts}
    return tuple(Known(article=_article(ids, _origin(fact, by_url), fact), truth=fact) for fact in facts)


def _origin(fact: Truth, by_url: Mapping[str, Truth]) -> Truth:
    while fact.copy_of and fact.copy_of in by_url:
        fact = by_url[fact.copy_of]
    return fact


def _article(ids: Mapping[str, int], origin: Truth, fact: Truth) -> Article:
    seen = (fact.published or START) + timedelta(minutes=10)
    claim = making.published(fact.published.isoformat()) if fact.published else None
    return enrich(
        making.article(
            ids[fact.url], fact.url, fact.text, title=fact.title, language=fact.language, published=claim,
            fetched=seen, first_seen=seen, fold=ids[origin.url], source=fact.site,
        )
    )  # fmt: skip


def booked(database: Database) -> None:
    """Gives the articles their rows in `url`, so that they can be stored under their ids."""
    with database.transaction() as tx:
        tx.insert(
            "INSERT INTO url (id, hash, url, host, source, claims) OVERRIDING SYSTEM VALUE VALUES %s",
            [
                (one.article.id, one.article.id.to_bytes(8, "big"), one.article.url, one.article.host, "s", {})
                for one in articles()
            ],
        )


def settled(database: Database, batch: Iterable[Article], store: bool = False) -> None:
    """Tells a batch as a worker does."""
    prepared = [Prepared(article=one, features=stories.prepare(one)) for one in batch]
    with database.transaction() as tx:
        tx.lock(STORIES_LOCK)
        for answer in stories.settle(tx, prepared):
            if store and isinstance(answer, Article):
                making.store(tx, answer)


def repaired(database: Database) -> None:
    """What upkeep does."""
    with database.transaction() as tx:
        tx.lock(STORIES_LOCK)
        stories.repair(tx)


def told(database: Database) -> dict[int, tuple[int, int]]:
    """Article -> its story and storyline."""
    with database.transaction() as tx:
        rows = tx.rows("SELECT t.id, t.story, s.storyline FROM told t JOIN story s ON s.id = t.story")
    return {row["id"]: (row["story"], row["storyline"]) for row in rows}


def agreement(one: Mapping[int, object], other: Mapping[int, object]) -> tuple[float, float]:
    """B-cubed precision and recall of one partition against another."""
    ids = sorted(other)
    ours, true = Counter(one[id] for id in ids), Counter(other[id] for id in ids)
    both = Counter((one[id], other[id]) for id in ids)
    precision = sum(n * n / ours[a] for (a, _), n in both.items()) / len(ids)
    return precision, sum(n * n / true[b] for (_, b), n in both.items()) / len(ids)


def with_clock(articles: Iterable[Article], hours: float) -> list[Article]:
    """The same articles as a worker whose clock is wrong sees them."""
    return [replace(one, first_seen=one.first_seen + timedelta(hours=hours)) for one in articles]
