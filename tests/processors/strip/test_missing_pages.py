"""Error pages that say 200 in words nobody listed: told by the host's answer for what is not there, or by their sameness."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
import zstandard

from broadsheet.model import Article, Drop
from broadsheet.settings import Settings
from broadsheet.storage import urls
from broadsheet.storage.postgres import Database
from broadsheet.storage.retries import look_again
from crawlers.frontier import revisit
from processors import PIPELINE
from processors.extract import extract
from processors.strip import strip
from processors.strip.repeated import name_in
from processors.worker import Plan, work
from tests.making import booked, counts, page

SORRY = (
    "<p>Valitettavasti etsimäsi juttu on siirtynyt tai osoitteessa on kirjoitusvirhe, joten emme voi näyttää sitä nyt.</p>"
    "<p>Voit palata etusivulle tai kirjoittaa hakukenttään sanan, joka jutussa oli, niin autamme sinua eteenpäin.</p>"
)
STORY = "".join(
    f"<p>Satamaneuvosto päätti tiistaina sulkea itäisen laiturin {n} viikoksi, koska paalut sen alla ovat lahonneet pahoin.</p>"
    for n in ("yhdeksi", "kahdeksi", "kolmeksi")
)


def html(body: str, title: str) -> bytes:
    more = "".join(f'<li><a href="/{n}">Otsikko numero {n} jostakin aivan muusta</a></li>' for n in range(6))
    return (
        f"<!DOCTYPE html><html lang=fi><head><meta charset=utf-8><title>{title} | Lehti</title></head>"
        f"<body><header><a href=/>Lehti</a></header><main><h1>{title}</h1>{body}</main><ul>{more}</ul></body></html>"
    ).encode()


@dataclass(frozen=True)
class Asked:
    """Knows what a host answers to what is not there."""

    body: bytes

    def profile(self, host: str) -> Mapping[str, Any]:
        packed = zstandard.ZstdCompressor().compress(self.body)
        headers = [["content-type", "text/html; charset=utf-8"]]
        return {"missing": {"url": "https://lehti.test/a-page-that-is-not-there", "headers": headers, "body": packed}}

    def overrules(self, source: str) -> Sequence[Mapping[str, Any]]:
        return ()

    def titles(self, host: str) -> Mapping[str, int]:
        return {}


def answer(body: bytes, known: Asked) -> Article | Drop:
    found = extract(page(1, "https://lehti.test/uutiset/1", body), known)
    assert isinstance(found, Article)
    return strip(found, known)


def test_a_page_that_is_the_hosts_answer_for_missing_pages_is_one() -> None:
    dropped = answer(html(SORRY, "Hups"), Asked(html(SORRY, "Hups")))
    assert isinstance(dropped, Drop)
    assert dropped.reason == "soft-404"
    assert "which is not there" in dropped.detail


@pytest.mark.parametrize(
    ("body", "missing"),
    [
        # An article; one with the error page's title; the error page where the host gave an article for the missing page.
        (html(STORY, "Laituri suljetaan"), html(SORRY, "Hups")),
        (html(STORY, "Hups"), html(SORRY, "Hups")),
        (html(STORY, "Laituri suljetaan"), html(f"<time datetime=2026-11-01>1.11.</time>{STORY}", "Laituri suljetaan")),
        # The front page, which has the whole of a short report among others.
        (html(STORY, "Laituri suljetaan"), html(f"{SORRY}{STORY}", "Etusivu")),
    ],
)
def test_an_article_is_not(body: bytes, missing: bytes) -> None:
    assert isinstance(answer(body, Asked(missing)), Article)


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("https://a.test/2026/11/a-storm-1.html", "https://a.test/print/a-storm-1", True),
        ("https://a.test/sport/a-storm/amp/", "https://a.test/news/a-storm", True),
        ("https://a.test/news/a-storm", "https://a.test/news/the-calm", False),
        ("https://a.test/news/1", "https://a.test/news/2", True),
    ],
)
def test_addresses_of_one_article_are_alike(one: str, other: str, alike: bool) -> None:
    assert (name_in(one) == name_in(other)) is alike


STAGES = ("extract", "strip", "deduplicate", "enrich")
PLAN = Plan(pipeline=PIPELINE, stages=STAGES, until_empty=True, minutes=1)
NAMES = ("the-storm", "a-quiet-harbour", "nine-lives", "bread-and-tides", "council-votes")


def feed(database: Database, name: str, body: bytes) -> int:
    address = f"https://lehti.test/uutiset/{name}"
    id = booked(database, address)
    with database.transaction() as tx:
        urls.keep(tx, page(id, address, body))
    return id


@pytest.mark.parametrize("batch", [1, 10])
def test_one_page_under_many_addresses_is_no_article_and_the_first_of_them_leave_the_searches(
    database: Database, batch: int
) -> None:
    for name in NAMES:
        feed(database, name, html(SORRY, "Hups"))
    story = feed(database, "laituri", html(STORY, "Laituri suljetaan"))
    work(database, Settings(batch=batch), PLAN)
    with database.transaction() as tx:
        rows = tx.rows("SELECT id, disposition, reason FROM url ORDER BY id")
    assert {(row["disposition"], row["reason"]) for row in rows if row["id"] != story} == {("rejected", "soft-404")}
    assert rows[-1]["disposition"] == "article"
    assert counts(database, "SELECT count(*)::int AS n FROM article WHERE withdrawn IS NULL") == {"n": 1}


def test_print_and_mobile_forms_of_one_undated_article_are_no_error_page(database: Database) -> None:
    for form in ("{}", "print/{}", "{}/amp", "{}.html", "m/{}"):
        feed(database, form.format("laituri"), html(STORY, "Laituri suljetaan"))
    work(database, Settings(), PLAN)
    assert counts(database, "SELECT count(*)::int AS n FROM url WHERE disposition = 'rejected'") == {"n": 0}


WALL = html(
    "<p>We and our 92 partners store and/or access information on a device. You may agree or refuse.</p>", "News"
)


def test_a_wall_is_tried_again_three_times_and_then_stays_rejected(database: Database) -> None:
    address = "https://lehti.test/uutiset/1"
    id = booked(database, address)
    waits = []
    with database.transaction() as tx:
        tx.run("INSERT INTO host (name, bucket) VALUES ('lehti.test', 7)")
    for _ in range(5):
        with database.transaction() as tx:
            urls.keep(tx, page(id, address, WALL))
            tx.run("INSERT INTO visit (url_id, digest) VALUES (%(id)s, '') ON CONFLICT DO NOTHING", {"id": id})
            tx.run("DELETE FROM frontier")
        work(database, Settings(), PLAN)
        with database.transaction() as tx:
            waits += tx.rows("SELECT round(extract(epoch FROM due - now()) / 3600)::int AS hours, visits FROM frontier")
        assert counts(database, "SELECT disposition, reason FROM url") == {"disposition": "rejected", "reason": "wall"}
    assert waits == [{"hours": hours, "visits": 0} for hours in (6, 24, 72)]
    # An operator who asks for another look starts no new round of tries.
    with database.transaction() as tx:
        assert revisit(tx, [id]) == 1


def test_an_article_whose_page_is_a_wall_today_stays_as_it_was(database: Database) -> None:
    id = feed(database, "laituri", html(STORY, "Laituri suljetaan"))
    work(database, Settings(), PLAN)
    address = "https://lehti.test/uutiset/laituri"
    with database.transaction() as tx:
        urls.keep(tx, page(id, address, WALL))
    work(database, Settings(), PLAN)
    found = counts(
        database, "SELECT u.disposition, a.revision::int, a.withdrawn FROM url u JOIN article a ON a.id = u.id"
    )
    assert found == {"disposition": "article", "revision": 1, "withdrawn": None}
    assert counts(database, "SELECT count(*)::int AS n FROM event WHERE what = 'stays as it was'") == {"n": 1}
    # What the outlet took away is another matter.
    with database.transaction() as tx:
        urls.keep(tx, page(id, address, html("<p>The page you requested could not be found.</p>", "Page not found")))
    work(database, Settings(), PLAN)
    assert counts(database, "SELECT disposition, reason FROM url") == {"disposition": "rejected", "reason": "soft-404"}


def test_what_only_money_opens_and_what_was_imported_is_not_tried_again(database: Database) -> None:
    id = booked(database, "https://lehti.test/uutiset/1")
    with database.transaction() as tx:
        assert look_again(tx, id, "wall", "bots: 'captcha'") is None
        tx.run("INSERT INTO host (name, bucket) VALUES ('lehti.test', 7)")
        tx.run("INSERT INTO visit (url_id, digest) VALUES (%(id)s, '')", {"id": id})
        assert look_again(tx, id, "wall", "subscription: 'for subscribers', 300 characters of text") is None
        assert look_again(tx, id, "not-an-article", "") is None
        assert look_again(tx, id, "soft-404", "status 404") == 3600
