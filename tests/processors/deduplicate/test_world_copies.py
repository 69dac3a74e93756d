"""The news world's copies and other addresses are all found, and nothing else is: its truth is known."""

from __future__ import annotations

import gzip
import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest

from broadsheet.address import canonical
from broadsheet.model import Article, Claims, Drop, Page
from broadsheet.storage.known import folded
from broadsheet.storage.postgres import Database
from broadsheet.world.process import World, start
from broadsheet.world.truth import Truth
from processors import deduplicate
from processors.extract import extract
from processors.stage import Prepared
from processors.strip import strip
from tests import making

MOMENT = datetime.now(UTC)
BATCH = 25


class Titles:
    """What a running service knows of its hosts: the titles and addresses of their articles."""

    def __init__(self, facts: Sequence[Truth]) -> None:
        self.seen: defaultdict[str, dict[str, int]] = defaultdict(dict)
        for number, fact in enumerate(facts):
            self.seen[fact.site] |= {folded(fact.title): number, fact.url: number}

    def profile(self, host: str) -> Mapping[str, Any]:
        del host
        return {}

    def overrules(self, source: str) -> Sequence[Mapping[str, Any]]:
        del source
        return ()

    def titles(self, host: str) -> Mapping[str, int]:
        return self.seen[host]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with start(tmp_path_factory.mktemp("world")) as served:
        yield served


def fetched(world: World, url: str, fact: Truth) -> Page | None:
    """The page behind an address, as the crawler keeps it."""
    final = url
    for _ in range(9):
        reply = world.get(final)
        if reply.status in {301, 302, 303, 307, 308}:
            final = urljoin(final, reply.headers["location"])
        elif reply.status != 429:
            break
    if reply.status != 200:
        return None
    body = gzip.decompress(reply.body) if reply.headers.get("content-encoding") == "gzip" else reply.body
    headers = tuple((name, value) for name, value in reply.headers.items() if name != "content-encoding")
    return Page(
        id=0, url=url, final_url=final, source=fact.site, host=urlsplit(final).hostname or "", status=200,
        headers=headers, body=body, fetched=MOMENT, first_seen=MOMENT, claims=Claims(source=fact.site),
    )  # fmt: skip


@pytest.fixture(scope="module")
def articles(world: World) -> dict[str, tuple[Truth, Article]]:
    """Every address of every article of the world -> what `extract` and `strip` make of its page."""
    facts = [fact for fact in world.truth() if fact.disposition in {"indexed", "merged"} and fact.text]
    known, found = Titles(facts), {}
    for fact in facts:
        if "slow" in fact.site:
            continue
        for url in {canonical(url) for url in (fact.url, *fact.urls)}:
            page = fetched(world, url, fact)
            article = extract(page, known) if page else None
            stripped = strip(article, known) if isinstance(article, Article) else None
            if isinstance(stripped, Article):
                found[url] = fact, stripped
    return found


def roots(articles: Mapping[str, tuple[Truth, Article]]) -> dict[str, tuple[str, str]]:
    """Address -> the article it leads to and the article that was copied, as the world knows them."""
    facts = {url: fact for url, (fact, _) in articles.items()}
    own = {
        url: fact.copy_of if fact.relation == "same-host" and fact.copy_of else fact.url for url, fact in facts.items()
    }
    by_url = {fact.url: fact for fact in facts.values()}

    def first(url: str) -> str:
        fact = by_url.get(url)
        return first(fact.copy_of) if fact is not None and fact.copy_of else url

    return {url: (own[url], first(own[url])) for url in facts}


def groups(values: Mapping[str, object]) -> set[frozenset[str]]:
    """The addresses that share a value."""
    found: defaultdict[object, set[str]] = defaultdict(set)
    for url, value in values.items():
        found[value].add(url)
    return {frozenset(urls) for urls in found.values()}


@pytest.mark.parametrize("seed", [1, 2])
def test_every_copy_and_other_address_is_found_and_no_other(
    database: Database, articles: dict[str, tuple[Truth, Article]], seed: int
) -> None:
    urls = random.Random(seed).sample(sorted(articles), len(articles))
    ids = {url: making.booked(database, url) for url in urls}
    for begin in range(0, len(urls), BATCH):
        settle(database, [made(ids[url], articles[url][1], begin) for url in urls[begin : begin + BATCH]])
    with database.transaction() as tx:
        rows = {row["id"]: row for row in tx.rows("SELECT id, fold, into_id FROM twin")}
    leads = {url: rows[id]["into_id"] or id for url, id in ids.items()}
    wanted = roots(articles)
    assert groups(leads) == groups({url: own for url, (own, _) in wanted.items()})
    assert groups({url: rows[id]["fold"] for url, id in leads.items()}) == groups(
        {url: first for url, (_, first) in wanted.items()}
    )


def made(id: int, article: Article, minutes: int) -> Article:
    return replace(article, id=id, first_seen=MOMENT + timedelta(minutes=minutes))


def settle(database: Database, batch: Sequence[Article]) -> list[Article | Drop]:
    with database.transaction() as tx:
        return deduplicate.settle(tx, [Prepared(article=one, features=deduplicate.prepare(one)) for one in batch])
