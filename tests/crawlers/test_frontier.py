"""Whose turn it is, what is due, and what a source file changes: on a real PostgreSQL."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from broadsheet.model import now
from broadsheet.storage.postgres import Database, PostgresTransaction
from broadsheet.storage.urls import address, keep
from crawlers import frontier
from crawlers.discover import Entry
from crawlers.frontier import BUCKETS, ListResult, Release, bucket_of, buckets_of
from crawlers.source import Source
from tests.making import page

NEWS = Source(
    name="news", title="News", start="https://a.test/", feeds=("https://a.test/rss",), language="en", country="GB"
)
ALL = list(range(BUCKETS))


def announce(tx: PostgresTransaction, *urls: str, source: Source = NEWS) -> int:
    return frontier.announce(tx, source, "https://a.test/rss", [Entry(url=url, title="T") for url in urls])


def test_shards_share_all_buckets_and_none_twice() -> None:
    for of in (1, 3, 4, 64):
        dealt = [bucket for shard in range(of) for bucket in buckets_of(shard, of)]
        assert sorted(dealt) == ALL
    for shard, of in ((1, 1), (-1, 2), (0, 0), (0, 65)):
        with pytest.raises(ValueError, match="expected"):
            buckets_of(shard, of)


def test_of_many_who_ask_at_once_one_gets_the_turn(database: Database) -> None:
    with database.transaction() as tx:
        frontier.meet(tx, ["a.test", "b.test"])

    def ask(_: int) -> float:
        with database.transaction() as tx:
            return frontier.take_turns(tx, ["a.test"], 3600.0)["a.test"]

    with ThreadPoolExecutor(8) as pool:
        waits = list(pool.map(ask, range(40)))
    assert waits.count(0.0) == 1
    assert all(1800 < wait <= 3600 for wait in waits if wait)


def test_a_turn_given_back_is_free_after_its_pause(database: Database) -> None:
    with database.transaction() as tx:
        frontier.meet(tx, ["a.test", "b.test"])
        assert frontier.take_turns(tx, ["a.test", "b.test"], 30.0) == {"a.test": 0.0, "b.test": 0.0}
        frontier.give_back(tx, [Release(host="a.test", wait=0.0), Release(host="b.test", wait=9.0, error="timeout: x")])
    with database.transaction() as tx:
        waits = frontier.take_turns(tx, ["a.test", "b.test"], 30.0)
        assert waits["a.test"] == 0.0
        assert 8 < waits["b.test"] <= 9
        assert tx.rows("SELECT failures, error FROM host WHERE name = 'b.test'") == [
            {"failures": 1, "error": "timeout: x"}
        ]


def test_a_killed_crawlers_host_waits_for_its_crawl_delay_too(database: Database) -> None:
    with database.transaction() as tx:
        frontier.meet(tx, ["a.test"])
        frontier.set_delay(tx, "a.test", 20.0)
        frontier.take_turns(tx, ["a.test"], 30.0)
        assert 49 < frontier.take_turns(tx, ["a.test"], 30.0)["a.test"] <= 50


def test_a_url_is_queued_once_whoever_names_it(database: Database) -> None:
    with database.transaction() as tx:
        frontier.sync(tx, [NEWS])
        assert (
            announce(tx, "https://a.test/1", "https://a.test/1?utm_source=rss", "mailto:x@y", "https://b.test/2") == 2
        )
        assert announce(tx, "https://a.test/1#x") == 0
        due = frontier.due_pages(tx, ALL, [])
        assert sorted(visit.url for visit in due) == ["https://a.test/1", "https://b.test/2"]
        assert frontier.due_pages(tx, [bucket_of("b.test")], ["b.test"]) == []
        claims = tx.rows("SELECT claims FROM url WHERE url = 'https://a.test/1'")[0]["claims"]
        assert (claims["outlet"], claims["country"], claims["title"]) == ("News", "GB", "T")


def test_no_host_crowds_out_the_others(database: Database) -> None:
    with database.transaction() as tx:
        frontier.sync(tx, [NEWS])
        announce(tx, *(f"https://big.test/{n}" for n in range(100)), "https://small.test/1")
        due = [visit.host for visit in frontier.due_pages(tx, ALL, [])]
        assert due.count("big.test") == frontier.MOST_AT_ONCE
        assert due.count("small.test") == 1


def test_an_address_of_an_article_we_have_is_merged_and_a_long_one_rejected(database: Database) -> None:
    with database.transaction() as tx:
        frontier.sync(tx, [NEWS])
        announce(tx, "https://a.test/1")
        [visit] = frontier.due_pages(tx, ALL, [])
        address(tx, "https://a.test/amp/1", visit.id)
        assert announce(tx, "https://a.test/amp/1", "https://a.test/" + "x" * 9000) == 2
        rows = tx.rows("SELECT disposition, reason FROM url ORDER BY id")
        assert {row["reason"] for row in rows} == {None, "merged", "url-too-long"}
        assert len(frontier.due_pages(tx, ALL, [])) == 1


def test_source_files_decide_what_is_visited(database: Database) -> None:
    other = Source(name="other", title="Other", start=("https://o.test/rss",), interval=5.0)
    with database.transaction() as tx:
        frontier.sync(tx, [NEWS, other])
        assert {visit.url for visit in frontier.due_lists(tx, ALL, [])} == {"https://a.test/rss", "https://o.test/rss"}
        assert tx.rows("SELECT every FROM feed WHERE source = 'other'")[0]["every"] == 300
        frontier.sync(tx, [NEWS])
        assert [visit.url for visit in frontier.due_lists(tx, ALL, [])] == ["https://a.test/rss"]
        assert tx.rows("SELECT present FROM source WHERE name = 'other'") == [{"present": False}]
        frontier.sync(tx, [NEWS, other])
        assert len(frontier.due_lists(tx, ALL, [])) == 2


def test_visits_follow_what_they_find(database: Database) -> None:
    with database.transaction() as tx:
        frontier.sync(tx, [NEWS])
        [visit] = frontier.due_lists(tx, ALL, [])
        frontier.finish_list(tx, visit, ListResult(status=200, fresh=3, etag='"1"'))
        row = tx.rows("SELECT every, failures, next_visit > now() + interval '500 seconds' AS later, etag FROM feed")[0]
        assert row["every"] == pytest.approx(900 * frontier.QUICKER)
        assert (row["failures"], row["later"], row["etag"]) == (0, True, '"1"')
        frontier.finish_list(tx, visit, ListResult(status=503, error="http-503", retry=7.0))
        row = tx.rows("SELECT error, failures, next_visit < now() + interval '8 seconds' AS soon, etag FROM feed")[0]
        assert row == {"error": "http-503", "failures": 1, "soon": True, "etag": '"1"'}
        tx.run("UPDATE feed SET next_visit = now()")
        assert len(frontier.due_lists(tx, ALL, [])) == 1


def test_revisits_on_demand(database: Database) -> None:
    with database.transaction() as tx:
        frontier.sync(tx, [NEWS])
        announce(tx, "https://a.test/1", "https://a.test/2")
        first, second = sorted(frontier.due_pages(tx, ALL, []), key=lambda visit: visit.id)
        tx.run("DELETE FROM frontier")
        keep(tx, page(first.id, first.url, b"x"))
        tx.insert("INSERT INTO visit (url_id, digest) VALUES %s", [(first.id, b"d")])
        assert frontier.revisit(tx, [first.id, second.id, 999_999]) == 2
        visits = {visit.id: visit.visits for visit in frontier.due_pages(tx, ALL, [])}
        assert visits == {first.id: 1, second.id: 0}
        tx.run("UPDATE url SET disposition = 'merged' WHERE id = %(id)s", {"id": first.id})
        assert frontier.forget_decided(tx, ALL) == 1


def test_nothing_is_left_but_what_is_due_later(database: Database) -> None:
    with database.transaction() as tx:
        assert frontier.next_due(tx, ALL, 10) is None
        frontier.sync(tx, [NEWS])
        assert frontier.next_due(tx, ALL, 10) == 0
        tx.run("UPDATE feed SET next_visit = now() + interval '1 hour'")
        assert frontier.next_due(tx, ALL, 10) is None
        announce(tx, "https://a.test/1")
        tx.run("UPDATE host SET free_at = now() + interval '30 seconds'")
        wait = frontier.next_due(tx, ALL, 10)
        assert wait is not None
        assert 28 < wait <= 30


def test_what_a_list_says_was_edited_is_looked_at_now(database: Database) -> None:
    with database.transaction() as tx:
        frontier.sync(tx, [NEWS])
        announce(tx, "https://a.test/1", "https://a.test/2")
        ids = {row["url"]: row["id"] for row in tx.rows("SELECT id, url FROM url")}
        tx.run("UPDATE frontier SET visits = 1, due = now() + interval '5 hours'")
        tx.insert("INSERT INTO visit (url_id, digest) VALUES %s", [(id, b"d") for id in ids.values()])
        tx.run("UPDATE visit SET last = now() - interval '2 hours'")
        moments = [(now() - timedelta(hours=hours)).isoformat() for hours in (1, 3)]
        entries = [
            Entry(url="https://a.test/1", lastmod=moments[0]),
            Entry(url="https://a.test/2", lastmod=moments[1]),
            Entry(url="https://a.test/2", lastmod="2026-11"),
        ]
        frontier.announce(tx, NEWS, "https://a.test/rss", entries)
        assert [visit.url for visit in frontier.due_pages(tx, ALL, [])] == ["https://a.test/1"]


def test_a_sitemaps_last_change_is_no_publication(database: Database) -> None:
    with database.transaction() as tx:
        frontier.sync(tx, [NEWS])
        entries = [Entry(url="https://a.test/1", lastmod="2026-11-26T10:00:00+00:00")]
        frontier.announce(tx, NEWS, "https://a.test/sitemap.xml", entries, dated=False)
        assert tx.rows("SELECT claims->>'published' AS published FROM url") == [{"published": None}]


def test_a_paused_source_is_left_alone_until_it_is_released(database: Database) -> None:
    with database.transaction() as tx:
        frontier.sync(tx, [NEWS])
        announce(tx, "https://a.test/1")
        tx.run("INSERT INTO source_hold (source, reason) VALUES ('news', 'paused by test')")
        assert frontier.due_lists(tx, ALL, []) == []
        assert frontier.due_pages(tx, ALL, []) == []
        assert frontier.next_due(tx, ALL, 10) is None
        tx.run("DELETE FROM source_hold")
        assert len(frontier.due_pages(tx, ALL, [])) == 1
