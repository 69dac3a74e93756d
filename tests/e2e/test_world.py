"""The whole way of the world's articles, by command-line twins: crawled, cleaned, compared, indexed, each once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from broadsheet import status
from broadsheet.address import canonical
from broadsheet.model import DateClaim
from broadsheet.ports import SearchIndex, SearchRequest
from broadsheet.storage import articles, urls, versions
from broadsheet.storage.postgres import Database
from broadsheet.world.process import start
from broadsheet.world.truth import Truth
from tests.e2e.service import Service, engine_of, one, settled, until

LATER = {
    "slow",
    "never gets done",
    "the connection breaks",
    "status 500",
    "robots.txt answers 500",
    "robots.txt does not answer",
    # On a host that fails so often that it is left alone for a while.
    "redirect to a private address",
}
EDITS = {"correction": "correction-notice"}
UNHEARD = {"withdrawn", "the feed is broken off"}


@pytest.fixture(scope="module")
def module_database(template_url: str) -> Iterator[str]:
    from broadsheet.storage.postgres import PostgresTransaction

    admin = Database(template_url.rsplit("/", 1)[0] + "/postgres")
    connection = admin.connect(autocommit=True)
    tx = PostgresTransaction(connection)
    tx.run("CREATE DATABASE world_whole TEMPLATE broadsheet STRATEGY FILE_COPY")
    yield template_url.rsplit("/", 1)[0] + "/world_whole"
    tx.run("DROP DATABASE world_whole WITH (FORCE)")
    connection.close()


@pytest.fixture(scope="module")
def service(module_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The world, crawled and processed until nothing is left to do."""
    folder = tmp_path_factory.mktemp("whole")
    with start(folder / "world") as world:
        made = Service(world=world, folder=folder, database_url=module_database)
        made.write_sources()
        made.start_workers()
        made.start_crawl()
        database = Database(module_database)
        try:
            made.wait_crawl()
            until(lambda: settled(database), "everything settled", 180)
            yield made
        finally:
            print(made.logs())
            database.close()
            made.stop()


@pytest.fixture(scope="module")
def whole(service: Service) -> Iterator[Database]:
    database = Database(service.database_url)
    yield database
    database.close()


@pytest.fixture(scope="module")
def engine(service: Service, whole: Database) -> Iterator[SearchIndex]:
    opened = engine_of(service, whole)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def truth(service: Service) -> list[Truth]:
    return service.world.truth()


def test_the_conservation_law_is_exact(whole: Database, engine: SearchIndex) -> None:
    found = status.snapshot(whole, engine)
    assert found["balanced"]
    assert found["indexed"] >= 400
    assert found["dead"] == 0


def test_every_address_ends_as_the_world_knows_it_must(whole: Database, truth: list[Truth]) -> None:
    wrong = []
    with whole.transaction() as tx:
        for fact in truth:
            if fact.disposition in {"later", "unseen"}:
                continue
            traced = status.trace(tx, canonical(fact.url))
            got = traced["state"] if traced else "never seen"
            allowed: set[str] = {fact.disposition, *fact.also}
            # A server that does not answer is asked again later; a page that was gone before we came is never heard of.
            allowed |= {"pending"} if fact.reason in LATER else set()
            allowed |= {"never seen"} if fact.reason in UNHEARD else set()
            if got not in allowed:
                wrong.append((fact.url[:100], fact.disposition, fact.reason, got, traced and traced["reason"]))
    assert wrong == []


def test_no_article_is_indexed_twice(whole: Database, engine: SearchIndex) -> None:
    assert one(whole, "SELECT count(*) - count(DISTINCT url) FROM article WHERE withdrawn IS NULL") == 0
    assert len({id for id, _ in engine.revisions()}) == engine.count()


def test_no_headline_of_another_article_stands_in_a_text(whole: Database, truth: list[Truth]) -> None:
    titles = {fact.title for fact in truth if fact.disposition == "indexed" and len(fact.title) > 20}
    leaks = []
    with whole.transaction() as tx:
        rows = tx.rows("SELECT id, title FROM article WHERE withdrawn IS NULL")
        for stored in articles.load(tx, [row["id"] for row in rows]).values():
            article = stored.article
            leaks += [(article.url, title) for title in titles if title in article.text and title != article.title]
    assert len(leaks) <= 0.01 * len(rows), leaks[:10]


def test_texts_titles_and_dates_are_the_worlds(whole: Database, truth: list[Truth]) -> None:
    right: Counter[str] = Counter()
    total = 0
    by_url = {}
    with whole.transaction() as tx:
        ids = [row["id"] for row in tx.rows("SELECT id FROM article")]
        for stored in articles.load(tx, ids).values():
            for address in (stored.article.url, *stored.article.addresses):
                by_url[address] = stored.article
    for fact in truth:
        article = by_url.get(canonical(fact.url))
        if fact.disposition != "indexed" or article is None:
            continue
        total += 1
        right["text"] += _overlap(fact.text, article.text) > 0.9
        right["title"] += fact.title.split() == (article.title or "").split()
        right["language"] += fact.language == article.language
        right["date"] += fact.published is None or _close(fact.published, article.published)
    assert total >= 400
    shares = {name: right[name] / total for name in ("text", "title", "language", "date")}
    assert min(shares.values()) >= 0.95, shares


def _close(true: datetime, claim: DateClaim | None) -> bool:
    """Within a day: a page without an offset tells its own place's time."""
    return claim is not None and claim.instant is not None and abs(claim.instant - true) < timedelta(days=1)


def _overlap(gold: str, got: str) -> float:
    """F1 of word multisets; characters where words are not spaced."""
    split = list if sum(ord(letter) > 0x2E80 for letter in gold[:200]) > 50 else str.split
    a, b = Counter(split(gold)), Counter(split(got))
    return 2 * sum((a & b).values()) / max(1, sum(a.values()) + sum(b.values()))


def test_the_crawler_was_polite_to_every_host(service: Service) -> None:
    seen = service.world.requests()
    assert len(seen) >= 40
    assert {host: row["most"] for host, row in seen.items() if row["most"] > 1} == {}


def test_readers_find_articles_in_every_language(engine: SearchIndex) -> None:
    for language in ("en", "de", "fr", "es", "ru", "tr", "ar", "zh"):
        assert engine.search(SearchRequest(languages=(language,))).total >= 14


def test_a_name_is_found_in_all_its_spellings(engine: SearchIndex) -> None:
    assert engine.search(SearchRequest(q="Celikoglu")).total == engine.search(SearchRequest(q="Çelikoğlu")).total > 0


def test_pages_that_are_no_articles_carry_their_reason(whole: Database) -> None:
    with whole.transaction() as tx:
        reasons = {row["reason"] for row in tx.rows("SELECT DISTINCT reason FROM url WHERE disposition = 'rejected'")}
    assert {"wall", "soft-404", "shell", "robots", "http-404", "redirect-loop", "too-large"} <= reasons


@pytest.fixture(scope="module")
def turned(service: Service, whole: Database, engine: SearchIndex) -> dict[str, int]:
    """The clock turns: new articles appear, pages are edited and withdrawn. The edits of each page before it did."""
    from crawlers.frontier import revisit

    before = engine.search(SearchRequest(collapse="none")).total
    known = {fact.url: len(fact.edits) for fact in service.world.truth() if fact.disposition == "indexed"}
    service.world.turn(60)
    with whole.transaction() as tx:
        ids = [row["id"] for row in tx.rows("SELECT id FROM article WHERE withdrawn IS NULL")]
        revisit(tx, ids)
        tx.run("UPDATE feed SET next_visit = now()")
    service.start_crawl()
    service.wait_crawl()
    until(lambda: settled(whole), "everything settled", 120)
    assert engine.search(SearchRequest(collapse="none")).total > before
    return known


def test_what_changes_at_the_outlet_changes_here(turned: dict[str, int], whole: Database, engine: SearchIndex) -> None:
    assert turned
    assert one(whole, "SELECT count(*) FROM article WHERE revision > 1 AND withdrawn IS NULL") >= 5
    assert one(whole, "SELECT count(*) FROM article WHERE withdrawn IS NOT NULL") >= 2
    assert status.snapshot(whole, engine)["balanced"]


def test_every_edit_is_a_version_of_its_kind_and_nothing_else_is(
    turned: dict[str, int], service: Service, whole: Database
) -> None:
    wrong = []
    seen: Counter[str] = Counter()
    for fact in service.world.truth():
        if fact.disposition != "indexed" or fact.url not in turned:
            continue
        wanted = {EDITS.get(edit.kind, edit.kind) for edit in fact.edits[turned[fact.url] :]}
        with whole.transaction() as tx:
            id = urls.url_id(tx, canonical(fact.url))
            found = {kind for version in versions.listed(tx, id or 0) for kind in version["changes"]}
        seen.update(wanted)
        # A corrected figure is a figure, and a headline may hold one.
        if not wanted <= found or found - wanted - {"number", "headline"} or (found and not wanted):
            wrong.append((fact.url[:100], sorted(wanted), sorted(found)))
    assert wrong == []
    # Slips of the pen are mended within hours, before the clock turns.
    assert set(seen) >= {"rewrite", "headline", "number", "quote", "correction-notice"}
