"""A reprocess run has a lane of its own, and the last good revision stays until it has an answer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from broadsheet.errors import BadInput
from broadsheet.model import Article, Drop, Page
from broadsheet.ports import Known
from broadsheet.reprocess import Chosen, begin, finish, left
from broadsheet.storage.postgres import Database
from processors.stage import Stage
from processors.worker import work
from tests.making import counts, kept
from tests.processors.test_worker import FUSED, PIPELINE, SETTINGS, ends, extract


def run(database: Database, lane: str, pipeline: tuple[Stage, ...] = PIPELINE) -> None:
    for name in FUSED.stages:
        work(database, SETTINGS, replace(FUSED, pipeline=pipeline, lane=lane, stages=(name,)))


def louder(page: Page, known: Known) -> Article | Drop:
    answer = extract(page, known)
    return replace(answer, text=answer.text.upper(), title="NEW") if isinstance(answer, Article) else answer


def failing(page: Page, known: Known) -> Article | Drop:
    raise ValueError("a worse rule")


def with_extract(step: object) -> tuple[Stage, ...]:
    return (replace(PIPELINE[0], step=step), *PIPELINE[1:])  # type: ignore[arg-type]


def test_a_run_makes_new_revisions_and_leaves_the_live_lane_alone(database: Database) -> None:
    for number in range(3):
        kept(database, f"http://a.test/{number}", b"one")
    work(database, SETTINGS, FUSED)
    fresh = kept(database, "http://a.test/fresh", b"fresh")
    lane = begin(database, "extract", Chosen(), FUSED.stages)
    assert left(database, lane) == 3
    run(database, lane, with_extract(louder))
    assert counts(database, "SELECT count(*)::int AS n FROM article WHERE revision = 2 AND title = 'NEW'") == {"n": 3}
    assert counts(database, f"SELECT lane FROM job WHERE url_id = {fresh}") == {"lane": "live"}
    assert finish(database, lane)["stages"]["extract"]["passed"] == 3


def test_a_failing_run_leaves_the_last_good_revision(database: Database) -> None:
    kept(database, "http://a.test/1", b"one")
    work(database, SETTINGS, FUSED)
    run(database, begin(database, "extract", Chosen(), FUSED.stages), with_extract(failing))
    assert ends(database) == {"article": 1}
    assert counts(database, "SELECT revision::int, title FROM article") == {"revision": 1, "title": "one"}
    assert counts(database, "SELECT count(*)::int AS n FROM dead_letter") == {"n": 1}


def test_a_run_from_strip_starts_at_the_stored_extraction(database: Database) -> None:
    kept(database, "http://a.test/1", b"one")
    work(database, SETTINGS, FUSED)
    run(database, begin(database, "strip", Chosen(), FUSED.stages), with_extract(failing))
    assert counts(database, "SELECT count(*)::int AS n FROM dead_letter") == {"n": 0}
    assert counts(database, "SELECT count(*)::int AS n FROM job") == {"n": 0}


def test_what_was_rejected_comes_back_when_the_rule_was_wrong(database: Database) -> None:
    kept(database, "http://a.test/1", b"drop")
    work(database, SETTINGS, FUSED)
    assert ends(database) == {"rejected": 1}

    def kinder(page: Page, known: Known) -> Article | Drop:
        return extract(replace(page, body=b"not a wall"), known)

    lane = begin(database, "extract", Chosen(rejected="wall"), FUSED.stages)
    assert ends(database) == {"rejected": 1}
    run(database, lane, with_extract(kinder))
    assert ends(database) == {"article": 1}


def test_a_new_rule_that_drops_takes_the_article_out_of_the_searches(database: Database) -> None:
    kept(database, "http://a.test/1", b"one")
    work(database, SETTINGS, FUSED)

    def stricter(page: Page, known: Known) -> Article | Drop:
        return Drop(reason="wall")

    run(database, begin(database, "extract", Chosen(), FUSED.stages), with_extract(stricter))
    assert ends(database) == {"rejected": 1}
    assert counts(database, "SELECT withdrawn IS NOT NULL AS gone, revision::int FROM article") == {
        "gone": True,
        "revision": 2,
    }


def test_an_unknown_stage_is_named(database: Database) -> None:
    with pytest.raises(BadInput, match="'indx'"):
        begin(database, "indx", Chosen(), FUSED.stages)
