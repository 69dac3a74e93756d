"""A host is asked for a page that is not there once in a while, and what it answers is remembered."""

from __future__ import annotations

import hashlib
import re

import pytest

from broadsheet.storage import sites
from broadsheet.storage.postgres import Database
from crawlers import missing, outcome
from crawlers.fetch import Answer, FetchError
from crawlers.frontier import PageVisit
from tests.making import MOMENT

ASKED = "https://news.test/2026/a-page-that-is-not-there-00ff.html"


def answer(status: int, body: bytes = b"", **headers: str) -> Answer:
    return Answer(url=ASKED, status=status, headers=tuple(headers.items()), body=body)


@pytest.mark.parametrize(
    ("url", "form"),
    [
        ("https://news.test/2026/11/25/a-storm.html", r"https://news\.test/2026/11/25/a-page-that-is-not-there-\w{8}\.html"),
        ("https://news.test/sport/9912/", r"https://news\.test/sport/a-page-that-is-not-there-\w{8}/"),
        ("https://news.test/news.php?id=12", r"https://news\.test/a-page-that-is-not-there-\w{8}\.php"),
        ("https://news.test/", r"https://news\.test/a-page-that-is-not-there-\w{8}"),
    ],
)  # fmt: skip
def test_the_address_is_like_the_hosts_own(url: str, form: str) -> None:
    assert re.fullmatch(form, missing.address_of(url))


def test_a_host_is_asked_again_after_a_month_or_a_day_where_it_did_not_answer(database: Database) -> None:
    with database.transaction() as tx:
        assert missing.due(tx, "news.test")
        missing.store(tx, "news.test", ASKED, answer(404))
        missing.store(tx, "away.test", ASKED, FetchError("timeout"))
        missing.store(tx, "closed.test", ASKED, None)
        hosts = ("news.test", "away.test", "closed.test")
        assert [missing.due(tx, host) for host in hosts] == [False, False, False]
        tx.run("UPDATE site_missing SET asked = now() - interval '2 days'")
        assert [missing.due(tx, host) for host in hosts] == [False, True, False]
        tx.run("UPDATE site_missing SET asked = now() - interval '31 days'")
        assert [missing.due(tx, host) for host in hosts] == [True, True, True]


def test_only_an_answer_that_claims_to_be_a_page_is_kept(database: Database) -> None:
    with database.transaction() as tx:
        missing.store(tx, "news.test", ASKED, answer(404, b"not found"))
        assert sites.profile(tx, "news.test") == {}
        missing.store(tx, "news.test", ASKED, answer(200, b"<p>Ei ole.", **{"content-type": "text/html"}))
        told = sites.profile(tx, "news.test")["missing"]
        assert (told["url"], told["headers"]) == (ASKED, [["content-type", "text/html"]])
        missing.store(tx, "news.test", ASKED, answer(200, b"x" * (missing.LARGEST + 1)))
        assert sites.profile(tx, "news.test") == {}


@pytest.mark.parametrize(
    ("location", "target"),
    [
        ("/oops", "https://news.test/oops"),
        # Another spelling of what was asked for says nothing.
        ("/2026/a-page-that-is-not-there-00ff", ""),
        ("http://[", ""),
    ],
)
def test_where_missing_pages_lead_is_remembered(database: Database, location: str, target: str) -> None:
    with database.transaction() as tx:
        missing.store(tx, "news.test", ASKED, answer(302, location=location))
        assert missing.target_of(tx, "news.test") == target
        assert missing.target_of(tx, "other.test") == ""


def test_a_wall_that_is_met_again_is_kept_again_and_an_article_is_not() -> None:
    again = Answer(url=ASKED, status=200, headers=(("content-type", "text/html"),), body=b"wall")
    digest = hashlib.sha256(b"wall").digest()
    visit = PageVisit(id=1, source="s", url=ASKED, host="news.test", found=MOMENT, digest=digest)
    assert outcome.judge(visit, again).act == "keep"
    known = PageVisit(id=1, source="s", url=ASKED, host="news.test", found=MOMENT, digest=digest, visits=1)
    assert outcome.judge(known, again).act == "unchanged"
