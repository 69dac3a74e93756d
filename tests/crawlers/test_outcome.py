"""What a response means, and what is written for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from broadsheet.model import now
from broadsheet.storage.postgres import Database, PostgresTransaction
from crawlers import frontier, outcome
from crawlers.fetch import Answer, FetchError
from crawlers.frontier import BUCKETS, PageVisit
from crawlers.outcome import MOST_HOPS, RETRIES, Concluded, judge, lied, retry_after, write
from tests.crawlers.test_frontier import NEWS, announce

NEW = PageVisit(id=1, source="news", url="http://a.test/x/1", host="a.test", found=datetime(2026, 11, 26, tzinfo=UTC))
OLD = replace(NEW, visits=1, etag='"e"', digest=b"d")
FAR = replace(NEW, hops=tuple(f"http://a.test/{n}" for n in range(MOST_HOPS)))
ALL = list(range(BUCKETS))


def answer(status: int = 200, body: bytes = b"<p>text</p>", url: str = NEW.url, **headers: str) -> Answer:
    given = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Answer(url=url, status=status, headers=given, body=body)


@pytest.mark.parametrize(
    ("visit", "given", "act", "word"),
    [
        (NEW, answer(), "keep", ""),
        (NEW, answer(content_type="Text/HTML; charset=x"), "keep", ""),
        (NEW, answer(content_type="application/pdf"), "reject", "not-html:application/pdf"),
        (NEW, answer(content_type="text/html", body=b"%PDF-1.7"), "reject", "not-html:application/pdf"),
        (NEW, answer(body=b" \n"), "reject", "empty"),
        (NEW, answer(404), "reject", "http-404"),
        (NEW, answer(410), "reject", "http-410"),
        (NEW, answer(403), "reject", "http-403"),
        (NEW, answer(204), "reject", "http-204"),
        (NEW, answer(503), "retry", "http-503"),
        (replace(NEW, attempts=len(RETRIES)), answer(503), "reject", "http-503"),
        (NEW, answer(429, retry_after="7"), "retry", "http-429"),
        (replace(NEW, attempts=19), answer(429, retry_after="7"), "retry", "http-429"),
        (replace(NEW, attempts=20), answer(429, retry_after="7"), "reject", "http-429"),
        (NEW, FetchError("timeout", "x"), "retry", "unreachable"),
        (replace(NEW, attempts=len(RETRIES)), FetchError("dns", "x"), "reject", "unreachable"),
        (NEW, FetchError("private-address", "10.0.0.1"), "reject", "private-address"),
        (NEW, FetchError("too-large", "x"), "reject", "too-large"),
        # what we have of an article outlives a failed look for edits
        (OLD, answer(304), "unchanged", ""),
        (OLD, answer(404), "withdraw", "http-404"),
        (OLD, answer(403), "skip", "http-403"),
        (OLD, FetchError("too-large", "x"), "skip", "too-large"),
        (OLD, answer(), "keep", ""),
        # redirects
        (NEW, answer(301, location="/y"), "move", ""),
        (NEW, answer(302), "reject", "bad-redirect"),
        (NEW, answer(302, location="javascript:x"), "reject", "bad-redirect"),
        (NEW, answer(302, location="/x/1#top"), "reject", "redirect-loop"),
        (replace(NEW, hops=("http://a.test/y",)), answer(302, location="/x/1", url="http://a.test/y"), "reject", "redirect-loop"),
        (NEW, answer(302, location="/"), "reject", "redirect-home"),
        (NEW, answer(302, location="https://www.a.test/"), "reject", "redirect-home"),
        (NEW, answer(302, location="http://10.0.0.1/"), "move", ""),
        (FAR, answer(302, location="/z"), "reject", "too-many-redirects"),
        (NEW, answer(302, location="/" + "x" * 9000), "reject", "url-too-long"),
    ],
)  # fmt: skip
def test_verdicts(visit: PageVisit, given: Answer | FetchError, act: str, word: str) -> None:
    verdict = judge(visit, given)
    assert (verdict.act, verdict.word) == (act, word)


def test_retry_after() -> None:
    assert retry_after(answer(503)) is None
    assert retry_after(answer(503, retry_after="120")) == 120
    assert retry_after(answer(503, retry_after="9" * 50)) == outcome.LONGEST_RETRY_AFTER
    assert retry_after(answer(503, retry_after="soon")) is None
    moment = format_datetime(now() + timedelta(seconds=90), usegmt=True)
    assert 80 < (retry_after(answer(503, retry_after=moment)) or 0) <= 90
    assert retry_after(answer(503, retry_after="Wed, 01 Jan 2020 00:00:00 GMT")) == 0


def test_conditions_are_not_put_to_those_who_lie() -> None:
    assert outcome.conditions(NEW) == {}
    assert outcome.conditions(OLD) == {}  # the first look is our own
    assert outcome.conditions(replace(OLD, visits=2)) == {"If-None-Match": '"e"'}
    assert outcome.conditions(replace(OLD, visits=2, lies=True)) == {}
    assert outcome.conditions(replace(OLD, visits=2, etag='"a\r\nX: y"')) == {}
    assert lied(OLD, answer(etag='"e"'))
    assert not lied(OLD, answer(etag='"f"'))


def queued(tx: PostgresTransaction, *urls: str) -> list[PageVisit]:
    frontier.sync(tx, [NEWS])
    announce(tx, *urls)
    return sorted(frontier.due_pages(tx, ALL, []), key=lambda visit: urls.index(visit.url))


def conclude(tx: PostgresTransaction, visit: PageVisit, given: Answer | FetchError) -> str:
    verdict = judge(visit, given)
    item = Concluded(
        visit=visit, verdict=verdict, answer=given if isinstance(given, Answer) else None, revisits=(1.0, 6.0)
    )
    return write(tx, [item])[0]


def disposition(tx: PostgresTransaction, visit: PageVisit) -> tuple[str, str | None, int | None]:
    row = tx.rows("SELECT disposition, reason, merged_into FROM url WHERE id = %(id)s", {"id": visit.id})[0]
    return row["disposition"], row["reason"], row["merged_into"]


def test_a_batch_is_written_together(database: Database) -> None:
    with database.transaction() as tx:
        visits = queued(tx, *(f"http://a.test/x/{n}" for n in range(4)))
        given: list[Answer] = [answer(etag='"1"'), answer(404), answer(503), answer()]
        items = [
            Concluded(visit=visit, verdict=judge(visit, one), answer=one, revisits=(1.0,))
            for visit, one in zip(visits, given, strict=True)
        ]
        assert write(tx, items) == ["kept", "rejected:http-404", "retry:http-503", "kept"]
        assert write(tx, items[1:2]) == ["overtaken"]
        assert tx.rows("SELECT count(*) AS n FROM page")[0]["n"] == 2
        assert tx.rows("SELECT count(*) AS n FROM job WHERE stage = 'extract'")[0]["n"] == 2
        rows = tx.rows("SELECT url_id, visits, attempts, due > now() AS later FROM frontier")
        left = {row["url_id"]: (row["visits"], row["attempts"], row["later"]) for row in rows}
        first, _, third, fourth = (visit.id for visit in visits)
        assert left == {first: (1, 0, True), third: (0, 1, True), fourth: (1, 0, True)}


def test_an_article_is_looked_at_again_until_the_hours_are_over(database: Database) -> None:
    with database.transaction() as tx:
        [visit] = queued(tx, NEW.url)
        assert conclude(tx, visit, answer()) == "kept"
        frontier.revisit(tx, [visit.id])
        [again] = frontier.due_pages(tx, ALL, [])
        assert again.digest is not None
        assert conclude(tx, again, answer()) == "unchanged"
        frontier.revisit(tx, [visit.id])
        [again] = frontier.due_pages(tx, ALL, [])
        assert (again.visits, conclude(tx, again, answer(body=b"<p>edited</p>"))) == (2, "changed")
        assert tx.rows("SELECT count(*) AS n FROM page")[0]["n"] == 2
        assert tx.rows("SELECT 1 FROM frontier") == []


def test_a_redirect_to_what_we_have_is_merged_without_asking(database: Database) -> None:
    with database.transaction() as tx:
        have, other = queued(tx, "http://a.test/x/1", "http://a.test/amp/1")
        conclude(tx, have, answer())
        assert conclude(tx, other, answer(301, location="/x/1")) == "merged"
        assert disposition(tx, other) == ("merged", "merged", have.id)


def test_two_addresses_of_one_page_are_one_article_whichever_comes_first(database: Database) -> None:
    with database.transaction() as tx:
        first, second = queued(tx, "http://a.test/amp/1", "http://a.test/x/1")
        assert conclude(tx, first, answer(301, location="/x/1", url=first.url)) == "moved"
        moved = next(visit for visit in frontier.due_pages(tx, ALL, []) if visit.id == first.id)
        assert moved.address == "http://a.test/x/1"
        assert conclude(tx, moved, answer(url=moved.address)) == "kept"
        assert disposition(tx, first) == ("pending", None, None)
        assert disposition(tx, second) == ("merged", "merged", first.id)
        assert conclude(tx, second, answer()) == "overtaken"


def test_a_withdrawn_article_is_no_loss_of_its_url(database: Database) -> None:
    with database.transaction() as tx:
        [visit] = queued(tx, NEW.url)
        conclude(tx, visit, answer())
        frontier.revisit(tx, [visit.id])
        [again] = frontier.due_pages(tx, ALL, [])
        assert conclude(tx, again, answer(410)) == "withdrawn"
        assert disposition(tx, visit) == ("rejected", "http-410", None)  # it never became an article
