"""URLs are booked once, and have one disposition."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from broadsheet.model import Claims, Page
from broadsheet.storage import urls
from broadsheet.storage.postgres import Database, PostgresTransaction


def found(*addresses: str) -> list[urls.Found]:
    return [urls.Found(url=address, claims=Claims(source="s", via="feed")) for address in addresses]


def page(id: int, body: bytes = b"<p>x</p>") -> Page:
    moment = datetime(2026, 11, 1, tzinfo=UTC)
    return Page(
        id=id, url="http://a.test/1", final_url="http://a.test/1", source="s", host="a.test", status=200,
        headers=(("content-type", "text/html\x00"),), body=body, fetched=moment, first_seen=moment,
        claims=Claims(source="s"),
    )  # fmt: skip


def booked(tx: PostgresTransaction) -> int:
    return int(tx.rows("SELECT coalesce(sum(n), 0) AS n FROM booking")[0]["n"])


def test_a_url_is_booked_once_however_often_it_is_found(database: Database) -> None:
    with database.transaction() as tx:
        first = urls.book(tx, "s", found("http://a.test/1", "http://a.test/2", "http://a.test/1"))
        again = urls.book(tx, "t", found("http://a.test/2", "http://a.test/3"))
        assert set(first) == {"http://a.test/1", "http://a.test/2"}
        assert set(again) == {"http://a.test/3"}
        assert booked(tx) == 3


def test_hostile_addresses_are_kept_and_never_refused(database: Database) -> None:
    long = "http://a.test/" + "x" * 10_000
    with database.transaction() as tx:
        new = urls.book(tx, "s", found(long, "http://a.test/\x00\ud800"))
        assert len(new) == 2
        assert urls.url_id(tx, long) == new[long]


def test_a_kept_page_comes_back_byte_for_byte_and_is_queued(database: Database) -> None:
    body = bytes(range(256)) * 50
    with database.transaction() as tx:
        id = urls.book(tx, "s", found("http://a.test/1"))["http://a.test/1"]
        kept = urls.keep(tx, page(id, body))
        loaded = urls.load_pages(tx, [(id, kept)])[id]
        assert loaded.body == body
        assert loaded.headers == (("content-type", "text/html\ufffd"),)
        assert tx.rows("SELECT stage, lane FROM job") == [{"stage": "extract", "lane": "live"}]


def test_an_empty_page_comes_back_empty(database: Database) -> None:
    with database.transaction() as tx:
        id = urls.book(tx, "s", found("http://a.test/1"))["http://a.test/1"]
        assert urls.load_pages(tx, [(id, urls.keep(tx, page(id, b"")))])[id].body == b""


def test_rejecting_an_unknown_url_is_an_error(database: Database) -> None:
    with database.transaction() as tx, pytest.raises(ValueError, match="url 99"):
        urls.reject(tx, 99, "robots")


def test_the_first_article_to_claim_an_address_keeps_it(database: Database) -> None:
    with database.transaction() as tx:
        ids = list(urls.book(tx, "s", found("http://a.test/1", "http://a.test/2")).values())
        assert urls.address(tx, "http://a.test/canonical", ids[0]) == ids[0]
        assert urls.address(tx, "http://a.test/canonical", ids[1]) == ids[0]
