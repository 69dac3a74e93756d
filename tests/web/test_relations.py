"""An operator's word on copies and stories is kept by every reprocess and every new index, and can be taken back."""

from __future__ import annotations

import pytest

from broadsheet.indexing import index, want_rebuild
from broadsheet.reprocess import Chosen, begin, finish, left
from broadsheet.storage import urls
from broadsheet.tasks import stage_names
from processors import PIPELINE
from processors.worker import Plan, work
from tests import making
from tests.web import newsroom
from tests.web.conftest import Site
from tests.web.newsroom import one
from tests.web.test_changes import good
from tests.web.test_guard import change


def again(site: Site) -> None:
    """`broadsheet reprocess --from deduplicate`, then `broadsheet reindex`."""
    lane = begin(site.database, "deduplicate", Chosen(), stage_names())
    plan = Plan(pipeline=PIPELINE, stages=("deduplicate", "enrich"), lane=lane, minutes=2, until_empty=True)
    work(site.database, site.settings, plan)
    assert left(site.database, lane) == 0
    assert finish(site.database, lane)["stages"]["enrich"]["passed"] >= len(site.ids)
    want_rebuild(site.database, site.engine.name)
    index(site.database, site.engine, minutes=2, until_empty=True)


@pytest.fixture
def settled(site: Site) -> Site:
    """The paper as the stages have it."""
    with site.database.transaction() as tx:
        tx.run("UPDATE article SET extracted = document")
    again(site)
    return site


def groups(site: Site) -> dict[int, tuple[int, int]]:
    with site.database.transaction() as tx:
        rows = tx.rows("SELECT id, fold, story FROM article ORDER BY id")
    return {row["id"]: (row["fold"], row["story"]) for row in rows}


def totals(site: Site) -> list[int]:
    """Hits by copies and by story: what the index says of the groups."""
    asked = [{"collapse": collapse, "size": "0"} for collapse in ("copies", "story")]
    return [site.client.get("/api/search", params=params).json()["total"] for params in asked]


def test_what_operators_said_of_copies_and_stories_survives(settled: Site) -> None:
    site = settled
    first, copy, german, _, regatta, *_ = site.ids
    before = groups(site)
    assert before[copy][0] == first
    good(change(site, "unfold", article=str(copy)))
    good(change(site, "fold", article=str(german), other=str(regatta)))  # across outlets and languages
    good(change(site, "merge-stories", story=str(before[first][1]), other=str(before[site.ids[5]][1])))
    said = groups(site)
    assert said[copy][0] == copy
    assert said[regatta] == said[german] == (german, before[german][1])
    assert said[site.ids[5]][1] == said[first][1]
    newsroom.fill(site.database, site.engine)
    shown = totals(site)
    again(site)
    assert groups(site) == said
    assert totals(site) == shown
    good(change(site, "forget-word", article=str(copy), other=str(first)))
    good(change(site, "forget-word", article=str(german), other=str(regatta)))
    again(site)
    assert {id: fold for id, (fold, _) in groups(site).items()} == {id: fold for id, (fold, _) in before.items()}
    assert one(site.database, "SELECT count(*) FROM copy_overrule") == 0
    assert one(site.database, "SELECT count(*) FROM audit") == 5


def test_two_articles_are_called_copies_and_apart_side_by_side(settled: Site) -> None:
    site = settled
    first, copy, german = site.ids[:3]
    page = site.client.get("/compare", params={"a": first, "b": copy}).text
    assert "These are no copies" in page
    assert "Take back" not in page
    good(change(site, "unfold", article=str(copy), other=str(first)))
    page = site.client.get("/compare", params={"a": first, "b": copy}).text
    assert "someone at 127.0.0.1 said they are not the same" in page
    assert "These are copies" in page
    assert "no copy of" in site.client.get(f"/articles/{copy}").text
    assert site.client.get("/api/explain", params={"a": copy, "b": first}).json()["said"]["same"] is False
    bad = [
        ("unfold", {"article": str(german), "other": str(first)}),
        ("forget-word", {"article": str(german), "other": str(first)}),
        ("unmerge", {"url": str(first)}),
    ]
    assert {change(site, act, **form).status_code for act, form in bad} == {400}


def test_a_merged_address_is_made_an_article_of_its_own_and_merged_again(site: Site) -> None:
    body = "".join(
        f"<p>{text} The harbour office spoke of it at noon, and again at dusk.</p>" for text in newsroom.HARBOUR
    )
    html = f"<html><head><title>Tanker seen</title></head><body><article><h1>Tanker seen</h1>{body}</article></body></html>"
    addresses = [f"https://quay.example/news/{name}" for name in ("tanker-seen", "tanker-seen-again")]
    ids = [making.kept(site.database, url, html.encode()) for url in addresses]

    def settle() -> list[tuple[str, int | None]]:
        plan = Plan(pipeline=PIPELINE, stages=tuple(stage_names()), minutes=2, until_empty=True)
        work(site.database, site.settings, plan)
        newsroom.fill(site.database, site.engine)
        with site.database.transaction() as tx:
            rows = tx.rows("SELECT disposition, merged_into FROM url WHERE id = ANY(%(ids)s) ORDER BY id", {"ids": ids})
        return [(row["disposition"], row["merged_into"]) for row in rows]

    merged, apart = [("article", None), ("merged", ids[0])], [("article", None)] * 2
    assert settle() == merged
    assert "It is an article of its own" in site.client.get("/trace", params={"url": addresses[1]}).text
    good(change(site, "unmerge", url=str(ids[1])))
    assert settle() == apart
    assert site.client.get("/api/search", params={"q": '"tanker seen"'}).json()["total"] == 2
    with site.database.transaction() as tx:  # a refetch, or `reprocess --from extract`
        urls.queue(tx, ids[1], "quay.example", tx.rows("SELECT max(kept) AS at FROM page")[0]["at"], "extract")
    assert settle() == apart
    good(change(site, "forget-word", article=str(ids[1]), other=str(ids[0])))
    assert settle() == merged
    assert site.client.get("/api/search", params={"q": '"tanker seen"'}).json()["total"] == 1
    assert site.client.get("/api/status").json()["balanced"] is True
