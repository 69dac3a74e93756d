"""A source whose layout breaks is held within ten pages, wherever its pages are; one odd page, or a new source, is not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from broadsheet.drift import ARTICLE, AUTHORS, DATE, TITLE, Sighting, chance, judge, rank_chance
from broadsheet.model import Article, Author, Block, Drop, Page, StageName
from broadsheet.ports import Known
from broadsheet.reprocess import Chosen, begin
from broadsheet.storage import articles, sightings, urls
from broadsheet.storage.known import Snapshot
from broadsheet.storage.postgres import Database
from processors.sentinel import Seen, family_of, sighting_of
from processors.stage import Stage
from processors.worker import Plan, work
from tests.making import booked, counts, page, published
from tests.processors.test_worker import FUSED, SETTINGS, same

MOMENT = datetime(2026, 11, 1, tzinfo=UTC)
WHOLE = ARTICLE | TITLE | DATE | AUTHORS


def seen(id: int, fields: int = WHOLE, size: float = 7.5, family: str = "n.test/0", body: float = 0.6) -> Sighting:
    return Sighting(
        id=id, at=MOMENT + timedelta(hours=id), family=family, fields=fields, size=size + id % 5 / 10,
        body=body + id % 4 / 100, lists=0.1,
    )  # fmt: skip


USUAL = [seen(id) for id in range(30)]


@pytest.mark.parametrize(
    ("broken", "word"),
    [
        ([seen(id, fields=0) for id in range(30, 36)], "are no articles"),
        ([seen(id, fields=WHOLE & ~DATE) for id in range(30, 36)], "have no date"),
        ([seen(id, fields=WHOLE & ~AUTHORS) for id in range(30, 36)], "name no authors"),
        ([seen(id, size=5.0) for id in range(30, 36)], "far less text"),
        ([seen(id, body=0.2) for id in range(30, 36)], "to a far smaller part"),
        # Seven of ten, with good ones between them.
        ([seen(id, fields=0 if id % 10 < 7 else WHOLE) for id in range(30, 40)], "are no articles"),
    ],
)
def test_a_new_layout_is_told_by_what_it_lacks(broken: list[Sighting], word: str) -> None:
    found = judge([*USUAL, *broken])
    assert found
    assert word in found.reason
    assert len(found.odd) >= 5
    assert set(found.odd) <= {one.id for one in broken}


@pytest.mark.parametrize(
    "odd",
    [
        [seen(30, fields=0)],
        # A live blog of forty times the length, and three galleries without text.
        [seen(30, size=11.0), *(seen(id, size=3.0) for id in (31, 32, 33))],
        [seen(id, fields=WHOLE & ~DATE) for id in (30, 33, 36)],
    ],
)
def test_odd_pages_are_no_new_layout(odd: list[Sighting]) -> None:
    places = {one.id: one for one in odd}
    last = max(places) + 1
    assert judge([*USUAL, *(places.get(id) or seen(id) for id in range(30, last))]) is None


def test_text_that_is_lost_is_told_where_no_page_stands_out_by_itself() -> None:
    # Sizes from a hundred to a thousand characters: a seventh of some of them is nothing special.
    usual = [seen(id, size=4.6 + id % 10 / 4) for id in range(40)]
    lost = [seen(id, size=4.6 + id % 10 / 4 - 2.0) for id in range(40, 50)]
    found = judge([*usual, *lost])
    assert found
    assert "less text than usual" in found.reason
    assert judge([*usual, *(seen(id, size=4.6 + id % 10 / 4 - 0.6) for id in range(40, 50))]) is None


def test_the_chance_of_ranks_is_exact() -> None:
    # Two new and three old pages stand in 10 orders: in one of them the new ones win all six pairs, in two at least five.
    assert rank_chance(6, 2, 3) == pytest.approx(0.1)
    assert rank_chance(5, 2, 3) == pytest.approx(0.2)


def test_a_live_blog_that_is_read_again_and_again_is_one_page() -> None:
    blog = [replace(seen(30, size=12.0), at=MOMENT + timedelta(hours=n)) for n in range(1, 30)]
    assert judge([*USUAL, *blog]) is None
    # And what is known of the old layout stays known when all its pages are read again in the new one.
    again = [replace(one, fields=0, at=one.at + timedelta(hours=1)) for one in USUAL[:9]]
    assert judge([*USUAL[:10], *again])


def test_what_was_always_missing_is_not_missed() -> None:
    mixed = [seen(id, fields=WHOLE if id % 2 else ARTICLE | TITLE) for id in range(60)]
    assert judge([*mixed, *(seen(id, fields=ARTICLE | TITLE) for id in range(60, 69))]) is None


def test_a_source_with_little_history_never_trips() -> None:
    assert judge([*USUAL[:9], *(seen(id, fields=0) for id in range(30, 50))]) is None


def on_one_day(given: list[Sighting]) -> list[Sighting]:
    return [replace(one, at=MOMENT + timedelta(minutes=one.id)) for one in given]


def test_on_its_first_day_only_that_pages_of_a_known_kind_are_no_articles_tells() -> None:
    unread = [seen(id, fields=0) for id in range(30, 40)]
    assert judge(on_one_day([*USUAL, *unread]))
    # A second list is read after the first, with pages of another kind; or in other forms of the same pages.
    videos = [seen(id, fields=0, family="n.test/video") for id in range(30, 40)]
    bare = [seen(id, fields=ARTICLE | TITLE, size=5.0, body=0.95) for id in range(30, 40)]
    assert judge(on_one_day([*USUAL, *videos])) is None
    assert judge(on_one_day([*USUAL, *bare])) is None
    assert judge([*USUAL, *bare])


def test_later_a_new_kind_of_address_tells_by_having_no_articles_and_by_nothing_else() -> None:
    assert judge([*USUAL, *(seen(id, fields=0, family="n.test/new") for id in range(30, 40))])
    assert judge([*USUAL, *(seen(id, fields=ARTICLE, body=0.95, family="n.test/new") for id in range(30, 40))]) is None


def test_the_chance_is_that_of_the_beta_binomial() -> None:
    # One page more, after 1 odd one of 3: the posterior mean (1 + 1/2) / (3 + 1).
    assert chance(1, 1, 1, 3) == pytest.approx(0.375)
    assert chance(0, 7, 3, 20) == pytest.approx(1.0)


def test_families_of_addresses() -> None:
    assert family_of("https://N.test/2026/11/25/a-name.html") == "n.test/0"
    assert family_of("https://n.test/video/12") == "n.test/video"
    assert family_of("https://n.test/a-long-name-of-an-article") == "n.test/*"
    assert family_of("https://n.test/2026/a-name/amp/") == family_of("https://n.test/2026/b?amp=1") == "n.test/0 amp"
    assert family_of("https://n.test/2026/amplifiers-for-sale") == "n.test/0"
    assert family_of("https://[n.test/x") == ""


NAMES: tuple[StageName, ...] = ("strip", "deduplicate", "enrich")


def reads(page: Page, known: Known) -> Article | Drop:
    """An extractor that knows `good` pages only; `fixed` is the one that knows all."""
    word = page.body.decode()
    if word.startswith("bad"):
        return Drop(reason="not-an-article", detail="0 characters of running text")
    return fixed(page, known)


def fixed(page: Page, known: Known) -> Article:
    text = f"{page.body.decode()} text of {page.url}"
    return Article(
        id=page.id, url=page.url, source=page.source, host=page.host, fetched=page.fetched, first_seen=page.first_seen,
        claims=page.claims, normalised=text, title=text, text=text, authors=(Author(name="Jo Smith"),),
        published=published("2026-11-01T00:00:00+00:00"),
        blocks=(Block(start=0, end=len(text), role="body", kept=True, score=1.0),),
    )  # fmt: skip


def plan_of(extract: Callable[[Page, Known], Article | Drop]) -> Plan:
    pipeline = (
        Stage(name="extract", version="1", step=extract),
        *(Stage(name=name, version="1", step=same) for name in NAMES),
    )
    return replace(FUSED, pipeline=pipeline)


def feed(database: Database, source: str, words: list[str], start: int = 0) -> list[int]:
    ids = []
    for number, word in enumerate(words, start):
        address = f"http://{source}.test/a/{number}"
        id = booked(database, address, source)
        with database.transaction() as tx:
            urls.keep(tx, page(id, address, word.encode(), source=source))
        ids.append(id)
    return ids


def run(database: Database, extract: Callable[[Page, Known], Article | Drop] = reads, batch: int = 4) -> dict[str, int]:
    return work(database, replace(SETTINGS, batch=batch), plan_of(extract))


def states(database: Database, source: str) -> dict[str, int]:
    with database.transaction() as tx:
        rows = tx.rows(
            "SELECT disposition, count(*)::int AS n FROM url WHERE source = %(source)s GROUP BY 1", {"source": source}
        )
    return {row["disposition"]: row["n"] for row in rows}


@pytest.mark.parametrize("batch", [1, 4, 50])
def test_a_broken_layout_holds_its_source_within_ten_and_what_was_made_of_it_is_taken_back(
    database: Database, batch: int
) -> None:
    feed(database, "one", ["good"] * 20)
    feed(database, "two", ["good"] * 20)
    run(database)
    broken = feed(database, "one", ["bad"] * 9, start=20)
    feed(database, "two", ["good"] * 9, start=20)
    run(database, batch=batch)
    assert states(database, "one") == {"article": 20, "pending": 9}
    assert states(database, "two") == {"article": 29}
    with database.transaction() as tx:
        assert sightings.held(tx, ["one", "two"]).keys() == {"one"}
        held = tx.rows("SELECT url_id FROM job WHERE held LIKE 'layout-changed: %%' ORDER BY 1")
    assert [row["url_id"] for row in held] == broken
    # What comes now waits too, and is not read.
    feed(database, "one", ["bad", "good"], start=29)
    assert run(database) == {"passed": 0, "dropped": 0, "failed": 0}
    assert states(database, "one") == {"article": 20, "pending": 11}
    with database.transaction() as tx:
        let_go = sightings.release(tx, "one")
    assert let_go
    assert let_go["freed"] == 11
    run(database, fixed)
    assert states(database, "one") == {"article": 31}
    assert counts(database, "SELECT count(*)::int AS n FROM job") == {"n": 0}
    assert counts(database, "SELECT count(*)::int AS n FROM source_hold") == {"n": 0}


def shortened(page: Page, known: Known) -> Article:
    """An extractor that finds neither date nor authors on `bad` pages, and the wrong text."""
    article = fixed(page, known)
    return (
        article if page.body.startswith(b"good") else replace(article, authors=(), published=None, text="Wrong text.")
    )


def known_for_days(database: Database) -> None:
    with database.transaction() as tx:
        tx.run("UPDATE sighting SET at = at - url_id * interval '3 hours'")


def test_an_article_read_anew_in_the_new_layout_has_its_good_text_again(database: Database) -> None:
    ids = feed(database, "one", ["good"] * 20)
    run(database, shortened)
    known_for_days(database)
    # All looked at again: the layout is new.
    with database.transaction() as tx:
        for number, id in enumerate(ids[:10]):
            urls.keep(tx, page(id, f"http://one.test/a/{number}", b"bad", source="one"))
    fresh = feed(database, "one", ["bad"], start=20)
    run(database, shortened, batch=1)
    with database.transaction() as tx:
        found = articles.load(tx, ids)
        assert {stored.article.text for stored in found.values()} == {stored.article.title for stored in found.values()}
        assert tx.rows("SELECT id FROM article WHERE id = ANY(%(ids)s) AND withdrawn IS NOT NULL", {"ids": fresh}) == []
        assert sightings.release(tx, "one")
    run(database, fixed)
    assert states(database, "one") == {"article": 21}


def test_an_article_that_is_known_in_the_new_layout_only_leaves_the_searches_until_it_is_read_anew(
    database: Database,
) -> None:
    feed(database, "one", ["good"] * 20)
    run(database, shortened)
    known_for_days(database)
    feed(database, "one", ["bad"] * 8, start=20)
    run(database, shortened, batch=1)
    withdrawn = "SELECT count(*)::int AS n FROM article WHERE withdrawn_why = 'layout-changed'"
    assert counts(database, withdrawn)["n"] >= 4
    assert states(database, "one") == {"article": 20, "pending": 8}
    with database.transaction() as tx:
        assert sightings.release(tx, "one")
    run(database, fixed)
    assert states(database, "one") == {"article": 28}
    assert counts(database, withdrawn) == {"n": 0}


def test_a_source_released_without_a_cure_is_held_again_and_one_whose_new_layout_is_to_stay_is_not(
    database: Database,
) -> None:
    feed(database, "one", ["good"] * 20)
    run(database)
    feed(database, "one", ["bad"] * 9, start=20)
    run(database)
    with database.transaction() as tx:
        assert sightings.release(tx, "one")
    run(database)
    assert states(database, "one") == {"article": 20, "pending": 9}
    with database.transaction() as tx:
        assert sightings.release(tx, "one", anew=True)
    run(database)
    assert states(database, "one") == {"article": 20, "rejected": 9}


def test_a_reprocess_run_goes_on_while_the_source_is_held(database: Database) -> None:
    feed(database, "one", ["good"] * 20)
    feed(database, "one", ["bad"] * 9, start=20)
    run(database)
    assert states(database, "one") == {"article": 20, "pending": 9}
    lane = begin(database, "extract", Chosen(source="one"), FUSED.stages)
    plan = replace(plan_of(fixed), lane=lane)
    assert work(database, SETTINGS, plan)["passed"] == 20


def test_upkeep_leaves_the_last_pages_of_each_source(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    feed(database, "one", ["good"] * 20)
    feed(database, "two", ["good"] * 5)
    run(database)
    monkeypatch.setattr(sightings, "KEPT", 8)
    with database.transaction() as tx:
        assert sightings.forget(tx) == 12
        assert {source: len(own) for source, own in sightings.last(tx, ["one", "two", "x"]).items()} == {
            "one": 8,
            "two": 5,
            "x": 0,
        }


def test_texts_that_were_imported_and_pages_of_an_archive_say_nothing_of_the_layout() -> None:
    article = fixed(page(1, "http://one.test/a/1", b"good"), Snapshot())
    given = Seen(id=1, source="one", url=article.url, kept=MOMENT, answer=article)
    assert sighting_of(given)
    old = replace(article, published=published("2026-08-01T00:00:00+00:00"))
    imported = replace(article, origins=(("encoding", "utf-8 by import"),))
    assert [sighting_of(replace(given, answer=answer)) for answer in (old, imported)] == [None, None]
    merged = Drop(reason="merged", into=3)
    assert sighting_of(replace(given, answer=merged)) is None
