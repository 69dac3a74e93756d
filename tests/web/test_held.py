"""A source whose layout changed stands on the operations page with its reason, and is released in one of two ways."""

from __future__ import annotations

from tests.web.conftest import Site
from tests.web.newsroom import one
from tests.web.test_changes import good
from tests.web.test_guard import change

REASON = "layout-changed: 8 of the last 10 pages are no articles, as did 0 of the 40 before"


def test_a_source_whose_layout_changed_is_flagged_and_its_new_layout_can_be_taken_as_it_is(site: Site) -> None:
    with site.database.transaction() as tx:
        tx.run("INSERT INTO source_hold (source, reason, pages) VALUES ('north-wire', %(why)s, true)", {"why": REASON})
        tx.run(
            "INSERT INTO sighting (source, url_id, at, family, fields, size, body, lists)"
            " VALUES ('north-wire', 1, now(), 'x', 31, 7, 0.5, 0.1)"
        )
        tx.run("INSERT INTO job (lane, url_id, stage, host, kept, held) VALUES ('live', %(id)s, 'extract', 'x', now(), %(why)s)",
               {"id": site.ids[1], "why": REASON})  # fmt: skip
    page = site.client.get("/ops").text
    assert REASON in page
    assert "Take the new layout as it is read" in page
    assert site.client.get("/api/status").json()["source_health"]["changed"] == ["north-wire"]
    good(change(site, "release-source", source="north-wire", anew="1"))
    assert one(site.database, "SELECT count(*) FROM sighting") == 0
    assert one(site.database, "SELECT count(*) FROM job WHERE held IS NULL") == 1
    assert site.client.get("/api/status").json()["source_health"]["changed"] == []


def test_a_release_without_that_word_keeps_what_is_known(site: Site) -> None:
    with site.database.transaction() as tx:
        tx.run("INSERT INTO source_hold (source, reason, pages) VALUES ('north-wire', %(why)s, true)", {"why": REASON})
        tx.run(
            "INSERT INTO sighting (source, url_id, at, family, fields, size, body, lists)"
            " VALUES ('north-wire', 1, now(), 'x', 31, 7, 0.5, 0.1)"
        )
    good(change(site, "release-source", source="north-wire"))
    assert one(site.database, "SELECT count(*) FROM sighting") == 1
