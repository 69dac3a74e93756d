"""URLs, their one disposition each, and the raw pages behind them."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import zstandard

from broadsheet.address import host_of
from broadsheet.border import clean
from broadsheet.errors import Unavailable
from broadsheet.model import LIVE, Claims, Failure, Page, from_json, to_json
from broadsheet.storage import versions
from broadsheet.storage.postgres import PostgresTransaction

_LOCAL = threading.local()


def _compress(body: bytes) -> bytes:
    """zstd at level 1: 27 % less time than level 3 and 7 % more bytes on 400 real pages, and it is the largest single
    cost of a crawled page. A compressor may not be shared between threads, and making one costs more than a page."""
    if not hasattr(_LOCAL, "compressor"):
        _LOCAL.compressor = zstandard.ZstdCompressor(level=1)
    return bytes(_LOCAL.compressor.compress(body))


CHANNEL = "broadsheet_work"
"""Notified, without payload, when a job or an outbox row appears."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A URL that something pointed at."""

    url: str
    """In canonical form (`broadsheet.address.canonical`)."""
    claims: Claims


def digest(url: str) -> bytes:
    """The key under which a URL is unique."""
    return hashlib.sha256(clean(url).encode()).digest()


def book(tx: PostgresTransaction, source: str, found: Sequence[Found]) -> dict[str, int]:
    """Writes URLs that were never seen, and books them under this source and hour; URL -> id of the new ones."""
    unique = {clean(item.url): item for item in found}
    # One order for all crawlers: two that insert the same URLs in different orders would deadlock.
    values = [
        (digest(url), url, host_of(url), source, to_json(_cleaned(unique[url].claims)).decode())
        for url in sorted(unique, key=digest)
    ]
    written = tx.insert_returning(
        "INSERT INTO url (hash, url, host, source, claims) VALUES %s ON CONFLICT (hash) DO NOTHING RETURNING url, id",
        values,
    )
    new = {str(url): int(id) for url, id in written}
    if new:
        tx.run(
            "INSERT INTO booking (source, hour, n) VALUES (%(source)s, date_trunc('hour', now()), %(n)s)",
            {"source": source, "n": len(new)},
        )
        tx.insert(
            "INSERT INTO event (url_id, what, detail) VALUES %s",
            [(id, "found", f"by {source} via {unique[url].claims.via}"[:500]) for url, id in new.items()],
        )
    return new


def _cleaned(claims: Claims) -> Claims:
    """Claims that JSON can hold."""
    texts = {name: clean(value) for name in claims.__slots__ if isinstance(value := getattr(claims, name), str)}
    return replace(claims, **texts)


def url_id(tx: PostgresTransaction, url: str) -> int | None:
    """The id of a URL, None where it was never seen."""
    found = tx.rows("SELECT id FROM url WHERE hash = %(hash)s", {"hash": digest(url)})
    return int(found[0]["id"]) if found else None


def keep(tx: PostgresTransaction, page: Page, lane: str = LIVE) -> datetime:
    """Keeps a raw page and queues it for `extract`; a page already queued gives way to this newer one."""
    return keep_many(tx, [page], lane)


def keep_many(tx: PostgresTransaction, pages: Sequence[Page], lane: str = LIVE) -> datetime:
    """`keep` for pages of different URLs in as many statements as one takes: a crawl keeps hundreds a second."""
    kept: datetime = tx.rows("SELECT clock_timestamp() AS at")[0]["at"]
    tx.insert(
        "INSERT INTO page (url_id, kept, fetched, final_url, status, headers, body, size, hash, flat) VALUES %s",
        [_page_row(page, kept) for page in pages],
    )
    ids = [page.id for page in pages]
    tx.insert(
        "INSERT INTO job (lane, url_id, stage, host, kept) VALUES %s ON CONFLICT (lane, url_id) DO UPDATE"
        " SET stage = excluded.stage, kept = excluded.kept, due = now(), held = NULL",
        [(lane, page.id, "extract", page.host, kept) for page in sorted(pages, key=lambda page: page.id)],
    )
    _forget_past(tx, ids, lane)
    tx.insert(
        "INSERT INTO event (url_id, what, detail) VALUES %s",
        [
            (page.id, "fetched", f"status {page.status}, {len(page.body)} bytes from {page.final_url}"[:2000])
            for page in pages
        ],
    )
    wake(tx)
    return kept


def _page_row(page: Page, kept: datetime) -> tuple[Any, ...]:
    return (
        page.id,
        kept,
        page.fetched,
        page.final_url,
        page.status,
        json.dumps([[clean(name), clean(value)] for name, value in page.headers]),
        _compress(page.body),
        len(page.body),
        hashlib.sha256(page.body).digest(),
        page.flat,
    )


def _forget_past(tx: PostgresTransaction, ids: Sequence[int], lane: str) -> None:
    """What earlier pages of these URLs came to no longer holds."""
    tx.run("DELETE FROM attempt WHERE lane = %(lane)s AND url_id = ANY(%(ids)s)", {"lane": lane, "ids": list(ids)})
    if lane == LIVE:
        # A reprocess run leaves the disposition alone until it has an answer of its own.
        tx.run(
            "UPDATE url SET disposition = 'pending', stage = NULL, reason = NULL, detail = NULL, merged_into = NULL"
            " WHERE id = ANY(%(ids)s) AND disposition IN ('rejected', 'dead', 'merged')",
            {"ids": list(ids)},
        )


def queue(tx: PostgresTransaction, id: int, host: str, kept: datetime, stage: str, lane: str = LIVE) -> None:
    """Makes, or renews, the job of a URL in a lane, and wakes the workers."""
    tx.insert(
        "INSERT INTO job (lane, url_id, stage, host, kept) VALUES %s ON CONFLICT (lane, url_id) DO UPDATE"
        " SET stage = excluded.stage, kept = excluded.kept, due = now(), held = NULL",
        [(lane, id, stage, host, kept)],
    )
    _forget_past(tx, [id], lane)
    wake(tx)


def wake(tx: PostgresTransaction) -> None:
    """Tells waiting workers to look; sent when the transaction commits."""
    tx.run(f"NOTIFY {CHANNEL}")


def note(tx: PostgresTransaction, id: int, what: str, detail: str = "") -> None:
    """Adds a line to a URL's trace."""
    tx.insert("INSERT INTO event (url_id, what, detail) VALUES %s", [(id, what, detail[:2000])])


def last_hash(tx: PostgresTransaction, id: int) -> bytes | None:
    """SHA-256 of the body that was kept last, None where none is."""
    found = tx.rows("SELECT hash FROM page WHERE url_id = %(id)s ORDER BY kept DESC LIMIT 1", {"id": id})
    return bytes(found[0]["hash"]) if found else None


def load_pages(tx: PostgresTransaction, wanted: Sequence[tuple[int, datetime]]) -> dict[int, Page]:
    """The raw pages of these (URL id, moment of keeping), by URL id."""
    if not wanted:
        return {}
    rows = tx.rows(
        "SELECT p.*, u.url, u.source, u.host, u.found, u.claims::text AS claims_text"
        " FROM unnest(%(ids)s::bigint[], %(kept)s::timestamptz[]) AS w (id, at)"
        " JOIN page p ON p.url_id = w.id AND p.kept = w.at JOIN url u ON u.id = p.url_id",
        {"ids": [id for id, _ in wanted], "kept": [at for _, at in wanted]},
    )
    return {int(row["url_id"]): page_of(row) for row in rows}


def page_of(row: dict[str, Any]) -> Page:
    """The page in a joined row of `page` and `url`."""
    return Page(
        id=row["url_id"],
        url=row["url"],
        final_url=row["final_url"],
        source=row["source"],
        host=row["host"],
        status=row["status"],
        headers=tuple((str(name), str(value)) for name, value in row["headers"]),
        body=zstandard.ZstdDecompressor().decompress(bytes(row["body"]), max_output_size=row["size"] + 1)
        if row["size"]
        else b"",
        fetched=row["fetched"].astimezone(UTC),
        first_seen=row["found"].astimezone(UTC),
        claims=from_json(Claims, row["claims_text"]),
        flat=row["flat"],
    )


def reject(tx: PostgresTransaction, id: int, reason: str, detail: str = "", stage: str = "crawl") -> None:
    """The intended end of a URL that gave no article. One that had an article before takes it out of the searches."""
    _decide(tx, id, "rejected", stage, reason, detail)
    _withdraw_article(tx, id, reason)
    note(tx, id, "rejected", f"{stage}: {reason} {detail}".strip())


def merge(tx: PostgresTransaction, id: int, into: int, detail: str = "", stage: str = "crawl") -> None:
    """The URL is another address of an article we have."""
    if id == into:
        raise ValueError(f"url {id}: cannot be merged into itself")
    _decide(tx, id, "merged", stage, "merged", detail, into)
    _withdraw_article(tx, id, "merged")
    note(tx, id, "merged", f"into {into}: {detail}")


def withdraw(tx: PostgresTransaction, id: int, reason: str) -> None:
    """The outlet took the article away: it stays on record, and searches find it no more. No article: a rejection."""
    if not tx.rows("SELECT 1 FROM article WHERE id = %(id)s", {"id": id}):
        reject(tx, id, reason)
        return
    _withdraw_article(tx, id, reason)
    note(tx, id, "withdrawn", reason)


def _withdraw_article(tx: PostgresTransaction, id: int, why: str) -> None:
    changed = tx.run(
        "UPDATE article SET withdrawn = now(), withdrawn_why = %(why)s, revision = revision + 1, changed = now()"
        " WHERE id = %(id)s AND withdrawn IS NULL",
        {"id": id, "why": why},
    )
    if changed:
        versions.withdraw(tx, id, why)
        wake(tx)


def bury(tx: PostgresTransaction, id: int, lane: str, failure: Failure, kept: datetime | None = None) -> int:
    """Writes a dead letter. In the live lane it is the URL's disposition too, unless an older revision stays good."""
    rows = tx.insert_returning(
        "INSERT INTO dead_letter (lane, url_id, stage, kept, error, traceback) VALUES %s RETURNING id",
        [(lane, id, failure.stage, kept, failure.error, failure.traceback)],
    )
    if lane == LIVE and (failure.stage == "index" or not _indexed(tx, id)):
        _decide(tx, id, "dead", failure.stage, "dead", failure.error[:500])
    note(tx, id, "dead", f"{failure.stage}: {failure.error}")
    return int(rows[0][0])


def _indexed(tx: PostgresTransaction, id: int) -> bool:
    return bool(tx.rows("SELECT 1 FROM article WHERE id = %(id)s AND indexed_revision > 0", {"id": id}))


def _decide(
    tx: PostgresTransaction, id: int, disposition: str, stage: str, reason: str, detail: str, into: int | None = None
) -> None:
    touched = tx.run(
        "UPDATE url SET disposition = %(disposition)s, stage = %(stage)s, reason = %(reason)s,"
        " detail = %(detail)s, merged_into = %(into)s, decided = now() WHERE id = %(id)s",
        {
            "id": id,
            "disposition": disposition,
            "stage": stage,
            "reason": reason,
            "detail": detail[:2000],
            "into": into,
        },
    )
    if touched != 1:
        raise ValueError(f"url {id}: unknown, so it cannot be {disposition}")


def address(tx: PostgresTransaction, url: str, id: int) -> int:
    """Claims an address for an article, first come; the id of the article it belongs to."""
    tx.insert(
        "INSERT INTO address (hash, url, article_id) VALUES %s ON CONFLICT (hash) DO NOTHING",
        [(digest(url), clean(url), id)],
    )
    return owner_of(tx, [url])[url]


def owner_of(tx: PostgresTransaction, urls: Sequence[str]) -> dict[str, int]:
    """The article that each address belongs to, for those that belong to one."""
    hashes = {digest(url): url for url in urls}
    rows = tx.rows("SELECT hash, article_id FROM address WHERE hash = ANY(%(hashes)s)", {"hashes": list(hashes)})
    return {hashes[bytes(row["hash"])]: int(row["article_id"]) for row in rows}


def require(tx: PostgresTransaction, id: int) -> dict[str, Any]:
    """The URL's row; raises Unavailable where a competing transaction has not committed it yet."""
    rows = tx.rows("SELECT * FROM url WHERE id = %(id)s", {"id": id})
    if not rows:
        raise Unavailable(f"url {id}: not there (yet)")
    return rows[0]
