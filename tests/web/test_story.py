"""A story's page: who was first and why, how it spread, what houses did to a text they took over, and what people say of it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from broadsheet.model import Topic
from broadsheet.storage import articles, stories
from broadsheet.storage.queue import Job
from broadsheet.web.story import outlets, spread
from tests.web import newsroom
from tests.web.conftest import Site
from tests.web.newsroom import HARBOUR, Written, one
from tests.web.test_changes import good
from tests.web.test_guard import change

SECOND = Written(
    url="https://fen-times.example/tanker",
    title="Tanker stuck off the mole",
    body=[HARBOUR[0], HARBOUR[1].replace("42 people", "45 people"), "The fen has no harbour of its own."],
    source="fen-times",
    published="2026-11-21T12:00Z",
    copy_of=0,
    story=1,
)
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def wire(site: Site) -> tuple[Site, int]:
    """The paper, and a house that cut, added and changed a figure; the id of its article."""
    (id,) = newsroom.publish(site.database, site.engine, [replace(SECOND, copy_of=None)])
    with site.database.transaction() as tx:
        tx.run("UPDATE article SET fold = %(first)s WHERE id = %(id)s", {"first": site.ids[0], "id": id})
        # A bare day counts from its end, which only `deduplicate` knows.
        tx.run("UPDATE article SET published = '2026-11-21T23:59Z' WHERE id = %(id)s", {"id": site.ids[2]})
    return site, id


def row(source: str, hours: float) -> dict[str, Any]:
    return {"source": source, "at": NOON + timedelta(hours=hours)}


def test_spread_counts_outlets_and_not_articles() -> None:
    rows = [row("a", 0), row("b", 0.5), row("b", 0.9), row("c", 5), row("d", 30)]
    assert [(one["name"], one["outlets"], one["articles"]) for one in spread(rows)] == [
        ("first hour", 2, 3),
        ("first 6 hours", 3, 4),
        ("first day", 3, 4),
        ("in all", 4, 5),
    ]
    assert [(one["name"], one["outlets"]) for one in spread(rows[:1])] == [("in all", 1)]
    assert [(one["source"], one["after"], one["articles"]) for one in outlets(rows)][1] == ("b", 1800.0, 2)


def test_a_story_says_who_was_first_how_it_spread_and_what_each_house_did(wire: tuple[Site, int]) -> None:
    site, id = wire
    found = site.client.get("/api/stories/1").json()
    assert len(found["articles"]) == 4
    assert found["first"]["id"] == site.ids[0]
    assert found["first"]["reason"].startswith("its page claims 2026-11-21T09:30+03:00 (json-ld); 40 min before")
    assert found["spread"][-1] == {**found["spread"][-1], "outlets": 4, "articles": 4}
    assert {one["source"] for one in found["outlets"]} == {"harbour-post", "north-wire", "kuestenblatt", "fen-times"}
    told = [one for day in found["timeline"] for one in day["articles"]]
    origin = next(one for one in told if one["id"] == site.ids[0])
    copies = {copy["id"]: copy for copy in origin["copies"]}
    assert set(copies) == {site.ids[1], id}
    assert copies[site.ids[1]]["lineage"] == {"kept": 1.0, "cut": 0, "added": 2, "kinds": ["rewrite", "headline"]}
    made = copies[id]["lineage"]
    assert made["cut"] > 10
    assert {"number", "rewrite"} <= set(made["kinds"])
    assert copies[site.ids[1]]["kind"] == "wire-copy-of"
    page = site.client.get("/stories/1").text
    for text in ("First reported by", "How it spread", "2 copies of it", "figures changed", "40 min"):
        assert text in page
    assert "<svg" in page


def test_a_merged_storys_address_leads_to_what_it_was_merged_into(site: Site) -> None:
    with site.database.transaction() as tx:
        stories.put_stories(tx, {1: 1, 77: 1, 78: 1}, {77: 1, 78: 77})
    for path in ("/stories/78", "/api/stories/78"):
        answer = site.client.get(path)
        assert (answer.status_code, answer.headers["location"]) == (301, path.replace("78", "1"))
    assert site.client.get("/stories/999").status_code == 404
    assert site.client.get("/api/stories/999").status_code == 404


def test_stories_are_merged_split_and_moved_by_people_and_each_word_is_taken_back(site: Site) -> None:
    newsroom.deduplicate(site.database, site.ids)
    newsroom.tell(site.database, site.ids)

    def place(number: int) -> int:
        return int(one(site.database, "SELECT story FROM article WHERE id = %(id)s", id=site.ids[number]))

    tanker, regatta = place(0), place(4)
    assert tanker != regatta
    good(change(site, "merge-stories", story=str(tanker), other=str(regatta)))
    assert place(4) == tanker
    assert site.client.get(f"/stories/{regatta}").headers["location"] == f"/stories/{tanker}"
    newsroom.tell(site.database, site.ids)  # what is measured later does not undo an operator's word
    assert place(4) == tanker
    good(change(site, "split-story", story=str(tanker), **{f"article-{site.ids[4]}": "1"}))
    apart = place(4)
    assert apart not in {tanker, regatta}
    newsroom.tell(site.database, site.ids)
    assert place(4) == apart
    good(change(site, "join-affair", story=str(apart), other=str(tanker)))
    page = site.client.get(f"/stories/{tanker}").text
    acts = re.findall(r'name="word" value="(\d+)"', page)
    assert "someone at 127.0.0.1" in page
    for act in acts:
        good(change(site, "undo-story-word", story=str(tanker), word=act))
    assert one(site.database, "SELECT count(*) FROM story_overrule") == 0
    assert one(site.database, "SELECT count(*) FROM audit") == 3 + len(acts)
    bad = [
        ("merge-stories", {"story": str(tanker), "other": str(tanker)}),
        ("merge-stories", {"story": str(tanker), "other": "x"}),
        ("split-story", {"story": str(tanker)}),
        ("split-story", {"story": str(tanker), "article-x": "1"}),
        ("leave-affair", {"story": "999999"}),
        ("undo-story-word", {"story": str(tanker), "word": "999"}),
    ]
    assert {change(site, act, **form).status_code for act, form in bad} == {400}


def test_a_hostile_story_stays_text(site: Site) -> None:
    with site.database.transaction() as tx:
        tx.run("UPDATE article SET story = 1 WHERE id = %(id)s", {"id": site.ids[6]})
    page = site.client.get("/stories/1").text
    assert newsroom.SCRIPT not in page
    assert "&lt;script&gt;" in page


def test_a_story_tells_whom_it_names_and_what_it_is_about(paper: Site) -> None:
    found = paper.client.get("/api/stories/1").json()
    assert found["facets"] == {
        "topic": [["03", 3]],
        "people": [["p:marta lindqvist", 1]],
        "organisations": [],
        "places": [],
    }
    assert found["names"] == {"p:marta lindqvist": "p:marta lindqvist"}
    searched = paper.client.get("/api/search?story=1&collapse=none&facets=1").json()["facets"]
    assert {name: searched[name] for name in found["facets"]} == found["facets"]
    page = paper.client.get("/stories/1").text
    assert "Who and where" in page
    assert 'href="/?story=1&amp;person=p%3Amarta%20lindqvist&amp;collapse=none"' in page
    assert "Disaster, accident, emergency" in page


def test_an_article_says_what_it_is_not_sure_of(site: Site) -> None:
    with site.database.transaction() as tx:
        stored = articles.load(tx, site.ids[:1])[site.ids[0]]
        unsure = Topic(code="15", name="", confidence=0.2)
        quote = replace(stored.article.quotes[0], direct=False)
        number = replace(stored.article.numbers[0], text="forty-two", unit="rescued")
        made = replace(
            stored.article,
            topics=(*stored.article.topics, unsure),
            quotes=(quote,),
            numbers=(number,),
            summary="In a word.",
        )
        articles.store(tx, Job(lane="live", id=made.id, stage="enrich", host=made.host, kept=stored.kept), made, None)
    page = site.client.get(f"/articles/{site.ids[0]}").text
    assert "perhaps sport" in page
    assert 'href="/?topic=15"' not in page
    for shown in ("In a word.", "(in other words)", "forty-two</bdi> (42)", "rescued: ", "100 % sure"):
        assert shown in page
    assert '<a href="/entity/p:marta%20lindqvist"><bdi>Marta Lindqvist</bdi></a>' in page
