"""An operator says what is text at an outlet: from `strip` alone its articles change, and searches find both sides."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from broadsheet import status, tasks
from broadsheet.indexing import index
from broadsheet.model import block_text
from broadsheet.ports import SearchIndex, SearchRequest
from broadsheet.reprocess import Chosen, begin
from broadsheet.settings import Settings
from broadsheet.storage import articles, urls
from broadsheet.storage.postgres import Database
from processors import PIPELINE
from processors.worker import Plan, work
from tests.making import booked, counts, page

STAGES = ("extract", "strip", "deduplicate", "enrich")
NOTE = "Readers may hand in their memories of the lighthouse at the front desk until the end of the month"


def html(number: int) -> bytes:
    paragraphs = "".join(
        f"<p>The council of the harbour town voted on Tuesday to rebuild lighthouse {number}, which storm {n} had damaged.</p>"
        for n in range(4)
    )
    return (
        f"<!DOCTYPE html><html lang=en><head><title>Lighthouse {number} to be rebuilt</title></head><body><article>"
        f"<h1>Lighthouse {number} to be rebuilt</h1>{paragraphs}<p>{NOTE}.</p></article></body></html>"
    ).encode()


@pytest.fixture
def engine(database: Database, tmp_path: Path) -> Iterator[SearchIndex]:
    opened = tasks.open_engine(replace(Settings(), var=tmp_path), database)
    yield opened
    opened.close()


def run(database: Database, engine: SearchIndex, lane: str = "live") -> None:
    work(database, Settings(), Plan(pipeline=PIPELINE, stages=STAGES, lane=lane, until_empty=True, minutes=1))
    index(database, engine, until_empty=True, minutes=1)


def found(engine: SearchIndex, q: str) -> set[str]:
    return {hit.document.source for hit in engine.search(SearchRequest(q=q, collapse="none")).hits}


def rule(database: Database, **given: object) -> None:
    with database.transaction() as tx:
        tx.run("DELETE FROM overrule")
        tx.insert(
            "INSERT INTO overrule (source, role, pattern, keep, who) VALUES %s",
            [("pier", given.get("role"), given.get("pattern"), given["keep"], "operator")],
        )


def test_what_an_operator_takes_out_is_found_as_removed_and_comes_back(database: Database, engine: SearchIndex) -> None:
    for number, source in ((1, "pier"), (2, "quay")):
        address = f"http://{source}.test/{number}"
        id = booked(database, address, source)
        with database.transaction() as tx:
            urls.keep(tx, page(id, address, html(number), source=source))
    run(database, engine)
    assert found(engine, f'text:"{NOTE}"') == {"pier", "quay"}
    assert found(engine, f'removed:"{NOTE}"') == set()

    rule(database, pattern="memories of the lighthouse", keep=False)
    again(database, engine)
    assert found(engine, f'text:"{NOTE}"') == {"quay"}
    assert found(engine, f'removed:"{NOTE}"') == {"pier"}
    with database.transaction() as tx:
        stored = next(
            iter(
                articles.load(
                    tx, [row["id"] for row in tx.rows("SELECT id FROM article WHERE source = 'pier'")]
                ).values()
            )
        )
    article = stored.article
    gone = next(block for block in article.blocks if block_text(article, block).startswith(NOTE))
    assert any("overruled by an operator: remove" in line for line in gone.evidence)
    assert "".join(article.normalised[block.start : block.end] for block in article.blocks) == article.normalised

    rule(database, pattern="memories of the lighthouse", keep=True)
    again(database, engine)
    assert found(engine, f'text:"{NOTE}"') == {"pier", "quay"}
    assert found(engine, f'removed:"{NOTE}"') == set()
    assert status.snapshot(database, engine)["balanced"]


def again(database: Database, engine: SearchIndex) -> None:
    """From strip alone: no raw page is needed any more."""
    with database.transaction() as tx:
        tx.run("DELETE FROM page")
    run(database, engine, begin(database, "strip", Chosen(source="pier"), STAGES))
    assert counts(database, "SELECT count(*)::int AS n FROM dead_letter") == {"n": 0}
