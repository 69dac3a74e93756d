"""Real values for tests: pages in the queue, a small pure pipeline, an index in a folder."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from broadsheet.address import host_of
from broadsheet.model import Article, Block, Claims, DateClaim, Page
from broadsheet.storage import articles, urls
from broadsheet.storage.postgres import Database, PostgresTransaction
from broadsheet.storage.queue import Job

MOMENT = datetime(2026, 11, 1, tzinfo=UTC)


def page(id: int, url: str, body: bytes = b"<p>x</p>", **more: Any) -> Page:
    """A page of source `s`, fetched at MOMENT."""
    given: dict[str, Any] = {
        "id": id, "url": url, "final_url": url, "source": "s", "host": host_of(url), "status": 200, "headers": (),
        "body": body, "fetched": MOMENT, "first_seen": MOMENT, "claims": Claims(source="s"), **more,
    }  # fmt: skip
    return Page(**given)


def booked(database: Database, url: str, source: str = "s") -> int:
    """The id of a newly found URL."""
    with database.transaction() as tx:
        return urls.book(tx, source, [urls.Found(url=url, claims=Claims(source=source))])[url]


def kept(database: Database, url: str, body: bytes) -> int:
    """The id of a newly found URL whose page waits for `extract`."""
    id = booked(database, url)
    with database.transaction() as tx:
        urls.keep(tx, page(id, url, body))
    return id


def article(id: int, url: str, text: str = "One plain sentence.", **more: Any) -> Article:
    """An article with one kept and one removed block."""
    tail = "Read also"
    normalised = f"{text}\n\n{tail}"
    given: dict[str, Any] = {
        "id": id, "url": url, "source": "s", "host": host_of(url), "fetched": MOMENT, "first_seen": MOMENT,
        "claims": Claims(source="s"), "normalised": normalised, "text": text, "title": f"Title {id}", "language": "en",
        "blocks": (
            Block(start=0, end=len(text) + 2, role="body", kept=True, score=0.9),
            Block(start=len(text) + 2, end=len(normalised), role="headline-list", kept=False, score=0.8, evidence=("links",)),
        ),
        **more,
    }  # fmt: skip
    return Article(**given)


def published(text: str) -> DateClaim:
    """A claim for an instant in UTC."""
    return DateClaim(
        kind="published", text=text, instant=datetime.fromisoformat(text).astimezone(UTC), precision="minute",
        method="json-ld", zone="offset given", confidence=0.9,
    )  # fmt: skip


def stored(database: Database, url: str, text: str = "One plain sentence.", **more: Any) -> int:
    """The id of an article that waits for the index."""
    id = booked(database, url)
    with database.transaction() as tx:
        store(tx, article(id, url, text, **more))
    return id


def store(tx: PostgresTransaction, value: Article) -> bool:
    """Stores an article as the last stage of a worker does."""
    job = Job(lane="live", id=value.id, stage="enrich", host=value.host, kept=MOMENT)
    return articles.store(tx, job, value, None)


def counts(database: Database, sql: str) -> Mapping[str, Any]:
    """The one row of a statement."""
    with database.transaction() as tx:
        return tx.rows(sql)[0]
