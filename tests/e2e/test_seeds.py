"""The first users' five raw texts, imported, cleaned and indexed: what they asked for is found, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from broadsheet import status
from broadsheet.importing import Imported, load
from broadsheet.indexing import index
from broadsheet.model import Article
from broadsheet.ports import SearchIndex, SearchRequest
from broadsheet.settings import Settings
from broadsheet.storage import articles
from broadsheet.storage.postgres import Database
from broadsheet.tasks import open_engine
from processors import PIPELINE, STORIES_LOCK, stories
from processors.worker import Plan, work

pytestmark = pytest.mark.shared


@pytest.fixture
def expected(shared: Path) -> dict[str, Any]:
    return json.loads((shared / "seeds" / "expected.json").read_text())  # type: ignore[no-any-return]


@pytest.fixture
def engine(shared: Path, database: Database, tmp_path: Path) -> Iterator[SearchIndex]:
    """The index that holds the five."""
    files = sorted((shared / "seeds").glob("*.txt"))
    assert load(database, files, "seeds", pytest.fail) == Imported(new=5)
    settings = Settings(var=tmp_path)
    names = tuple(stage.name for stage in PIPELINE)
    done = work(database, settings, Plan(pipeline=PIPELINE, stages=names, until_empty=True, minutes=2))
    assert done == {"passed": 5, "dropped": 0, "failed": 0}
    opened = open_engine(settings, database)
    index(database, opened, minutes=1, until_empty=True)
    yield opened
    opened.close()


def by_name(database: Database) -> dict[str, Article]:
    with database.transaction() as tx:
        ids = [row["id"] for row in tx.rows("SELECT id FROM article")]
        return {str(stored.article.claims.external_id): stored.article for stored in articles.load(tx, ids).values()}


def found(engine: SearchIndex, q: str) -> set[str]:
    """Names of the files whose articles a query finds."""
    return {hit.document.url.rsplit("/", 1)[1] for hit in engine.search(SearchRequest(q=q, collapse="none")).hits}


def test_boilerplate_is_gone_and_the_body_is_there(
    database: Database, engine: SearchIndex, expected: dict[str, Any]
) -> None:
    kept, lost = [], []
    for name, article in by_name(database).items():
        lines = article.text.split("\n")
        for part in expected[name]["boilerplate"]:
            kept += [part] if (part.strip("\n") in (lines if part.endswith("\n") else article.text)) else []
        lost += [part for part in expected[name]["body"] if part not in article.text]
        assert article.title == expected[name].get("title", article.title)
    assert (kept, lost) == ([], [])


def test_kept_and_removed_give_the_normalised_text_back(database: Database, engine: SearchIndex) -> None:
    for article in by_name(database).values():
        ends = [0, *(block.end for block in article.blocks)]
        assert [block.start for block in article.blocks] == ends[:-1]
        assert ends[-1] == len(article.normalised)
        assert all(block.evidence for block in article.blocks if not block.kept)


def test_a_damaged_name_is_found_by_all_its_spellings(engine: SearchIndex, expected: dict[str, Any]) -> None:
    for spelling in expected["002_144bcb0af46da3c6.txt"]["found_by"]:
        assert "002_144bcb0af46da3c6.txt" in found(engine, f'"{spelling}"')


def test_removed_text_is_found_where_one_asks_for_it_and_nowhere_else(engine: SearchIndex) -> None:
    assert found(engine, 'removed:"Gordie Howe"') == {"004_7048f16d73eb26be.txt"}
    assert found(engine, '"Gordie Howe"') == set()


def test_captions_credits_datelines_and_dates_are_in_their_fields(
    database: Database, engine: SearchIndex, expected: dict[str, Any]
) -> None:
    for name, article in by_name(database).items():
        wanted = expected[name]
        image = article.image
        for field in ("caption", "credit"):
            if field in wanted:
                assert image is not None
                assert getattr(image, field) == wanted[field], name
        if "dateline" in wanted:
            assert article.dateline == wanted["dateline"]
        if "agency" in wanted:
            assert article.agency == wanted["agency"]
        date = wanted["date"]
        told = article.published.text if article.published else None
        if "published" in date:
            assert told == date["published"], name
        if "updated" in date:
            assert article.updated is not None
            assert article.updated.text.startswith(date["updated"]), name
        assert told is None or told[:10] not in date.get("never", ()), name


def test_relations_are_those_of_the_answer_sheet(
    database: Database, engine: SearchIndex, expected: dict[str, Any]
) -> None:
    with database.transaction() as tx:
        tx.lock(STORIES_LOCK)
        stories.repair(tx)
    found = by_name(database)
    relations = expected["relations"]
    pairs = [sorted(pair) for pair in combinations(found, 2)]
    one_event = [pair for pair in pairs if found[pair[0]].story == found[pair[1]].story]
    one_affair = [pair for pair in pairs if found[pair[0]].storyline == found[pair[1]].storyline]
    copies = [pair for pair in pairs if found[pair[0]].fold == found[pair[1]].fold]
    assert one_event == relations["same_event"]
    assert sorted(pair for pair in one_affair if pair not in one_event) == relations["same_storyline_not_same_event"]
    assert copies == relations["near_duplicates"]


def test_a_weekday_becomes_a_day_by_the_storys_other_articles_and_is_never_sure(
    database: Database, engine: SearchIndex, expected: dict[str, Any]
) -> None:
    found = by_name(database)
    inferred = found["000_786da97c799f3c6e.txt"].published
    assert inferred is not None
    assert inferred.text == expected["000_786da97c799f3c6e.txt"]["date"]["true"]
    assert inferred.confidence < 0.8
    assert "Thursday" in inferred.evidence
    assert found["004_7048f16d73eb26be.txt"].published is None


def test_the_law_holds(database: Database, engine: SearchIndex) -> None:
    assert status.snapshot(database, engine)["balanced"]
    assert status.snapshot(database, engine)["indexed"] == 5
