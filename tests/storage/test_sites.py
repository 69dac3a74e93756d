"""A site's profile: different articles count, each once, whatever the order, and what is old fades."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

import pytest

from broadsheet.model import now
from broadsheet.storage import sites
from broadsheet.storage.known import Snapshot
from broadsheet.storage.postgres import Database
from broadsheet.storage.sites import Lines, key_of

MOMENT = now()
BOX = key_of("Sign up for our morning letter")
HOST = "news.test"


def lines(id: int, body: int, seen: datetime = MOMENT, extra: tuple[int, ...] = (), host: str = HOST) -> Lines:
    """An article whose body is three paragraphs of its own."""
    paragraphs = tuple(key_of(f"{host} {body} {n}") for n in range(3))
    return Lines(id=id, host=host, seen=seen, whole=body, paragraphs=paragraphs, lines=(BOX, *extra))


def told(database: Database, host: str = HOST, moment: datetime = MOMENT) -> dict[int, float]:
    with database.transaction() as tx:
        found = sites.profile(tx, host, moment)
    return {key: round(weight, 3) for key, weight in found.get("lines", {}).items()}


def count(database: Database, *given: Lines) -> None:
    with database.transaction() as tx:
        sites.count(tx, given, MOMENT)


def test_a_line_is_told_of_once_three_different_articles_have_it(database: Database) -> None:
    count(database, lines(1, 1), lines(2, 2))
    assert told(database) == {}
    count(database, lines(3, 3))
    assert told(database) == {BOX: 3.0}
    assert told(database, "other.test") == {}


def test_a_page_made_again_a_print_version_and_a_new_address_of_one_body_count_once(database: Database) -> None:
    for _ in range(4):
        count(database, lines(1, 1), lines(2, 2))
    # The same body under other ids: whole, and with one of its three paragraphs rewritten.
    count(database, lines(11, 1), lines(12, 1))
    rewritten = Lines(
        id=13, host=HOST, seen=MOMENT, whole=99, paragraphs=(*lines(1, 1).paragraphs[:2], 999), lines=(BOX,)
    )
    count(database, rewritten)
    assert told(database) == {}
    count(database, lines(3, 3))
    assert told(database) == {BOX: 3.0}


def test_the_order_of_articles_and_the_cut_into_batches_change_nothing(database: Database) -> None:
    given = [lines(id, id, extra=(id % 3,), host=f"h{id % 2}.test") for id in range(1, 25)]
    found = []
    for seed in (1, 2, 3):
        luck = random.Random(seed)
        shuffled = luck.sample(given, len(given))
        size = luck.randint(1, 9)
        with database.transaction() as tx:
            for start in range(0, len(shuffled), size):
                sites.count(tx, shuffled[start : start + size], MOMENT)
        found.append((told(database, "h0.test"), told(database, "h1.test")))
        with database.transaction() as tx:
            tx.run("TRUNCATE site, site_line, site_article, site_paragraph")
    assert found[0] == found[1] == found[2]
    assert found[0][0][BOX] == 12.0


def test_old_layouts_fade_and_are_forgotten(database: Database) -> None:
    count(database, *(lines(id, id) for id in range(1, 5)))
    later = MOMENT + timedelta(days=sites.HALF_LIFE)
    # Four articles of a month ago weigh as two of today: too few.
    assert told(database, moment=MOMENT) == {BOX: 4.0}
    assert told(database, moment=later) == {}
    with database.transaction() as tx:
        assert sites.forget(tx, MOMENT + timedelta(days=30)) == 0
        # The articles' own rows after two months, the line (4 / 2^6) after six.
        assert sites.forget(tx, MOMENT + timedelta(days=180)) == 5


def test_a_hosts_lines_are_bounded_and_the_heaviest_stay(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sites, "MOST_LINES", 4)
    count(database, *(lines(id, id, extra=(id * 7, id * 7 + 1)) for id in range(1, 6)))
    with database.transaction() as tx:
        assert sites.forget(tx, MOMENT) == 7
    assert told(database) == {BOX: 5.0}


def test_articles_first_seen_long_ago_count_no_more(database: Database) -> None:
    count(database, *(lines(id, id, seen=MOMENT - timedelta(days=70)) for id in range(1, 9)))
    assert told(database) == {}


def test_a_snapshot_tells_strip_what_the_database_knows(database: Database) -> None:
    count(database, *(lines(id, id) for id in range(1, 6)))
    with database.transaction() as tx:
        known = Snapshot().load(tx, [HOST], [])
    assert round(known.profile(HOST)["lines"][BOX]) == round(known.profile(HOST)["articles"]) == 5
    assert known.profile("other.test") == {}
