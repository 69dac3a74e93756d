"""What people may change does what it says, once, and bad input changes nothing."""

from __future__ import annotations

import httpx
import pytest

from broadsheet import alerts
from broadsheet.storage import articles, queue
from tests.web import newsroom
from tests.web.conftest import Site
from tests.web.newsroom import one
from tests.web.test_guard import change


def good(answer: httpx.Response) -> None:
    assert answer.status_code == 303, answer.text


def test_a_paused_stage_goes_on(site: Site) -> None:
    with site.database.transaction() as tx:
        queue._pause(tx, "strip", "strip: 40 of the last 50 documents failed, over 9 hosts")
    assert "Stage strip is paused." in site.client.get("/ops").text
    good(change(site, "resume", stage="strip"))
    assert "Stage strip is paused." not in site.client.get("/ops").text
    assert change(site, "resume", stage="strip").status_code == 400


def test_a_held_host_is_released(site: Site) -> None:
    with site.database.transaction() as tx:
        tx.insert(
            "INSERT INTO host_hold (host, stage, reason) VALUES %s", [("north-wire.example", "extract", "layout")]
        )
    assert "north-wire.example are held" in site.client.get("/ops").text
    good(change(site, "release-host", host="north-wire.example"))
    assert one(site.database, "SELECT count(*) FROM host_hold") == 0
    assert change(site, "release-host", host="north-wire.example").status_code == 400


def test_a_paused_source_is_released_with_its_pages(site: Site) -> None:
    good(change(site, "pause-source", source="north-wire"))
    with site.database.transaction() as tx:
        host = "north-wire.example"
        tx.run("INSERT INTO job (lane, url_id, stage, host, kept, held) VALUES ('live', %(id)s, 'extract', %(host)s,"
               " now(), 'layout')", {"id": site.ids[1], "host": host})  # fmt: skip
    good(change(site, "release-source", source="north-wire"))
    assert one(site.database, "SELECT count(*) FROM job WHERE held IS NULL") == 1
    assert change(site, "release-source", source="north-wire").status_code == 400
    assert change(site, "pause-source", source="nobody").status_code == 400


def test_one_dead_letter_or_all_of_a_stage_are_revived(site: Site) -> None:
    letters = [newsroom.bury(site.database, f"https://harbour-post.example/broken/{n}") for n in range(3)]
    good(change(site, "revive", letter=str(letters[0])))
    assert one(site.database, "SELECT count(*) FROM dead_letter WHERE revived IS NULL") == 2
    assert one(site.database, "SELECT count(*) FROM job WHERE stage = 'extract'") == 1
    good(change(site, "revive", stage="extract"))
    assert one(site.database, "SELECT count(*) FROM dead_letter WHERE revived IS NULL") == 0
    assert change(site, "revive", letter=str(letters[0])).status_code == 400
    assert change(site, "revive", letter="all").status_code == 400


def test_a_role_is_overruled_for_a_source_and_taken_back(site: Site) -> None:
    good(change(site, "overrule", source="harbour-post", role="caption", keep="1"))
    good(change(site, "overrule", source="harbour-post", role="caption", keep="0"))
    good(change(site, "overrule", source="harbour-post", pattern="^Also read", keep="0"))
    assert one(site.database, "SELECT count(*) FROM overrule") == 2
    assert one(site.database, "SELECT keep FROM overrule WHERE role = 'caption'") is False
    assert "Overruled for harbour-post" in site.client.get(f"/articles/{site.ids[0]}").text
    for id in (1, 2, 3):
        change(site, "forget-overrule", overrule=str(id))
    assert one(site.database, "SELECT count(*) FROM overrule") == 0
    for bad in ({"role": "nonsense"}, {"role": ""}, {"pattern": "(", "role": ""}, {"pattern": "x" * 201}):
        assert change(site, "overrule", source="harbour-post", keep="1", **bad).status_code == 400


def test_a_copy_is_unfolded_and_folded_again(site: Site) -> None:
    def hits() -> int:
        newsroom.fill(site.database, site.engine)
        return int(site.client.get("/api/search", params={"q": "lifeboat"}).json()["total"])

    first, copy = site.ids[:2]
    newsroom.deduplicate(site.database, site.ids)
    good(change(site, "unfold", article=str(copy)))
    assert hits() == 2
    assert one(site.database, "SELECT same FROM copy_overrule") is False
    # What `deduplicate` finds later does not undo an operator's word.
    newsroom.deduplicate(site.database, site.ids)
    assert hits() == 2
    good(change(site, "fold", article=str(first), other=str(copy)))
    assert hits() == 1
    assert one(site.database, "SELECT same FROM copy_overrule") is True
    assert site.client.get("/api/status").json()["balanced"] is True
    bad = [{"other": str(first)}, {"other": "99999999"}, {"other": str(copy)}, {"other": "x"}]
    assert {change(site, "fold", article=str(first), **form).status_code for form in bad} == {400}
    assert change(site, "unfold", article=str(site.ids[4])).status_code == 400


def test_what_was_never_alike_is_folded_when_a_person_says_so(site: Site) -> None:
    newsroom.deduplicate(site.database, site.ids)
    good(change(site, "fold", article=str(site.ids[4]), other=str(site.ids[2])))
    folds = {one(site.database, "SELECT fold FROM article WHERE id = %(id)s", id=site.ids[n]) for n in (2, 4)}
    assert len(folds) == 1


def test_who_is_folded_goes_to_the_story_of_the_first_at_once(site: Site) -> None:
    first, copy = site.ids[2], site.ids[4]
    newsroom.deduplicate(site.database, site.ids)
    with site.database.transaction() as tx:
        tx.insert("INSERT INTO story (id, storyline) VALUES %s", [(901, 901), (902, 902)])
        tx.insert(
            "INSERT INTO told (id, seq, story, moment, dated, words, head, fields, edges) VALUES %s",
            [(first, 1, 901, 20778.5, True, 90, first, b"", b""), (copy, 2, 902, 20779.5, True, 90, copy, b"", b"")],
        )
    good(change(site, "fold", article=str(copy), other=str(first)))
    head = one(site.database, "SELECT head FROM told WHERE id = %(id)s", id=copy)
    assert (head, one(site.database, "SELECT story FROM article WHERE id = %(id)s", id=copy)) == (first, 901)


def test_a_saved_search_finds_what_is_new(site: Site) -> None:
    good(change(site, "save-search", q="grain deal", lang="en,de", name="Grain"))
    good(change(site, "save-search", q="nothing"))
    assert one(site.database, "SELECT q FROM saved_search ORDER BY id") == '(grain deal) (lang:"en" OR lang:"de")'
    news = newsroom.Written(url="https://north-wire.example/grain", title="Grain deal signed", body=["It was signed."])
    id = newsroom.publish(site.database, site.engine, [news])[0]
    with site.database.transaction() as tx:  # the index stage told it already: once more changes nothing
        assert alerts.record(tx, [articles.index_document(articles.load(tx, [id])[id])]) == 0
    found = site.client.get("/api/searches").json()["searches"]
    assert [(search["name"], search["found"]) for search in found] == [("Grain", 1), ("nothing", 0)]
    assert "Grain deal signed" in site.client.get("/searches").text
    good(change(site, "delete-search", search=str(found[0]["id"])))
    assert one(site.database, "SELECT count(*) FROM alert") == 0
    for bad in ({"q": ""}, {"q": "titel:x"}, {"q": "(open"}):
        assert change(site, "save-search", **bad).status_code == 400
    assert change(site, "delete-search", search="999").status_code == 400


@pytest.mark.parametrize("act", ["resume", "release-host", "release-source", "revive", "fold", "unfold", "save-search"])
def test_an_empty_form_is_refused_by_name(door: Site, act: str) -> None:
    answer = change(door, act)
    assert answer.status_code == 400
    assert ": expected" in answer.text
    assert one(door.database, "SELECT count(*) FROM audit") == 0
