"""An outlet of the news world changes its looks: it is held within ten pages, the others flow, and a cure restores it all."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from broadsheet import health, status, tasks
from broadsheet.indexing import index
from broadsheet.model import Claims
from broadsheet.ports import SearchIndex
from broadsheet.reprocess import Chosen, begin
from broadsheet.settings import Settings
from broadsheet.storage import articles, sightings, urls
from broadsheet.storage.postgres import Database
from broadsheet.world.process import World, start
from broadsheet.world.truth import Truth
from processors import PIPELINE
from processors.worker import Plan, work
from tests.making import page

CHANGED, OTHER = "quarterday-herald", "elbkurier"
STAGES = ("extract", "strip", "deduplicate", "enrich")
SENTENCE = r"[.!?][”\"’]?$"


@dataclass(kw_only=True)
class Desk:
    """A service on one database, driven by hand."""

    world: World
    database: Database
    engine: SearchIndex

    def truth(self, source: str) -> list[Truth]:
        """What is out now at an outlet."""
        return [
            fact
            for fact in self.world.truth()
            if fact.site.startswith(source) and fact.disposition == "indexed" and fact.verdict == "article"
        ]

    def fetch(self, source: str, facts: Sequence[Truth]) -> None:
        """Keeps the pages as a crawler does."""
        for fact in facts:
            reply = self.world.get(fact.url, {"Accept-Encoding": "identity"})
            assert reply.status == 200
            with self.database.transaction() as tx:
                given = Claims(source=source, language=fact.language)
                id = urls.book(tx, source, [urls.Found(url=fact.url, claims=given)]).get(fact.url)
                id = id or urls.url_id(tx, fact.url)
                assert id
                headers = tuple(reply.headers.items())
                urls.keep(tx, page(id, fact.url, reply.body, source=source, headers=headers, claims=given))

    def run(self, lane: str = "live", batch: int = 3) -> None:
        """All that waits goes through the stages and into the index."""
        plan = Plan(pipeline=PIPELINE, stages=STAGES, lane=lane, until_empty=True, minutes=2)
        work(self.database, Settings(batch=batch), plan)
        index(self.database, self.engine, until_empty=True, minutes=1)

    def states(self, source: str) -> dict[str, int]:
        with self.database.transaction() as tx:
            row = next(row for row in status.sources(tx) if row["name"] == source)
        return {name: row[name] for name in ("indexed", "merged", "rejected", "dead", "pending") if row[name]}

    def texts(self, source: str) -> dict[str, str]:
        """By address, those that searches find."""
        with self.database.transaction() as tx:
            rows = tx.rows("SELECT id FROM article WHERE source = %(s)s AND withdrawn IS NULL", {"s": source})
            found = articles.load(tx, [row["id"] for row in rows])
        return {stored.article.url: stored.article.text for stored in found.values()}

    @property
    def balanced(self) -> bool:
        return bool(status.snapshot(self.database, self.engine)["balanced"])


@pytest.fixture
def desk(database: Database) -> Iterator[Desk]:
    with tempfile.TemporaryDirectory() as folder, start(Path(folder) / "world") as world:
        engine = tasks.open_engine(replace(Settings(), var=Path(folder)), database)
        yield Desk(world=world, database=database, engine=engine)
        engine.close()


def test_a_changed_layout_is_noticed_within_ten_pages_and_a_cure_restores_everything(desk: Desk) -> None:
    old = desk.truth(CHANGED)
    desk.fetch(CHANGED, old)
    desk.fetch(OTHER, desk.truth(OTHER)[:6])
    desk.run()
    assert desk.states(CHANGED) == {"indexed": len(old)}
    good = desk.texts(CHANGED)

    desk.world.turn(100)
    new = [fact for fact in desk.truth(CHANGED) if fact.url not in {before.url for before in old}]
    assert len(new) >= 10
    # Old articles are looked at for edits meanwhile: they come in the new looks too, and before the new ones.
    desk.fetch(CHANGED, [*old[:2], *new[:8]])
    desk.fetch(OTHER, desk.truth(OTHER)[6:9])
    desk.run()
    # Flagged, and nothing of the ten stands in the index or among the rejected; the other outlet flows.
    with desk.database.transaction() as tx:
        assert health.sources(tx)["changed"] == [CHANGED]
        assert health.digest(tx)["sources"]["changed"] == [CHANGED]
        assert "are no articles" in sightings.held(tx, [CHANGED])[CHANGED]
    assert desk.states(CHANGED) == {"indexed": len(old), "pending": 8}
    assert desk.states(OTHER) == {"indexed": 9}
    assert desk.texts(CHANGED) == good
    assert desk.balanced

    # What comes now waits as well, articles read anew among it.
    desk.fetch(CHANGED, [*new[8:], *old[2:5]])
    desk.run()
    assert desk.states(CHANGED) == {"indexed": len(old), "pending": len(new)}
    assert desk.texts(CHANGED) == good
    assert desk.balanced

    # The cure: an operator says that links in a row that end as sentences do are the text.
    with desk.database.transaction() as tx:
        tx.insert(
            "INSERT INTO overrule (source, role, pattern, keep, who) VALUES %s",
            [(CHANGED, "navigation", SENTENCE, True, "operator")],
        )
        assert sightings.release(tx, CHANGED)
    desk.run()
    desk.run(begin(desk.database, "extract", Chosen(source=CHANGED), STAGES))
    assert desk.states(CHANGED) == {"indexed": len(old) + len(new)}
    texts = desk.texts(CHANGED)
    assert min(_overlap(fact.text, texts[fact.url]) for fact in [*old, *new]) > 0.95
    assert desk.balanced
    with desk.database.transaction() as tx:
        assert health.sources(tx)["changed"] == []
        assert tx.rows("SELECT 1 FROM job") == []


def _overlap(gold: str, got: str) -> float:
    """F1 of words."""
    a, b = gold.split(), got.split()
    shared = sum(min(a.count(word), b.count(word)) for word in set(a))
    return 2 * shared / max(1, len(a) + len(b))
