"""What happens when the clock is turned."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path

import pytest

from broadsheet.world.clock import clock
from broadsheet.world.process import World, WorldFailed, start
from broadsheet.world.sites import SITES
from tests.world.conftest import START
from tests.world.test_outlet import listed


def test_articles_appear_in_pages_and_lists_when_they_are_due(own_world: World) -> None:
    feed = "https://elbkurier.world.test/feed.xml"
    later = [
        truth for truth in own_world.truth() if truth.disposition == "later" and truth.site == "elbkurier.world.test"
    ]
    assert later
    assert own_world.get(later[0].url).status == 404
    own_world.turn(60)
    assert own_world.get(later[0].url).status == 200
    assert set(later[0].urls) & set(listed(own_world, feed))


def test_edits_change_pages_and_honest_validators(own_world: World) -> None:
    before = {truth.url: truth for truth in own_world.truth()}
    tags = {
        url: own_world.get(url).headers.get("etag") for url in before if "harbour-gazette" in url and len(url) < 200
    }
    own_world.turn(100)
    after = {truth.url: truth for truth in own_world.truth()}
    edited = [
        url
        for url in tags
        if before[url].edits != after[url].edits and before[url].disposition == after[url].disposition == "indexed"
    ]
    assert edited
    for url in edited:
        reply = own_world.get(url, {"If-None-Match": tags[url] or ""})
        assert reply.status == 200
        assert after[url].updated is not None
        assert before[url].text != after[url].text or before[url].title != after[url].title


def test_a_lying_server_says_304_to_a_changed_page(own_world: World) -> None:
    liars = {site.host for site in SITES if site.validators == "stuck"}
    before = {truth.url: truth for truth in own_world.truth() if truth.site in liars}
    tags = {url: own_world.get(url).headers.get("etag", "") for url in before}
    own_world.turn(100)
    after = {truth.url: truth for truth in own_world.truth()}
    changed = [url for url in before if before[url].text != after[url].text and before[url].text]
    kept = [url for url in changed if after[url].disposition == before[url].disposition == "indexed"]
    assert kept
    assert all(own_world.get(url, {"If-None-Match": tags[url]}).status == 304 for url in kept)


def test_withdrawn_articles_are_gone_from_page_and_list(own_world: World) -> None:
    own_world.turn(200)
    gone = [truth for truth in own_world.truth() if truth.reason == "withdrawn"]
    assert len(gone) >= 3
    statuses = {own_world.get(truth.url).status for truth in gone}
    assert statuses <= {404, 410}
    assert all((truth.verdict, truth.disposition) == ("none", "rejected") for truth in gone)
    known = {url for truth in gone for url in truth.urls}
    for source in own_world.sources():
        if source["name"] in {truth.site.partition(".")[0] for truth in gone}:
            assert not known & {url for feed in source["feeds"] for url in listed(own_world, feed)}


def test_an_outlet_changes_its_looks_and_goes_on_printing(own_world: World) -> None:
    host = "quarterday-herald.world.test"
    own = [truth for truth in own_world.truth() if truth.site == host]
    out, series = ([truth for truth in own if truth.disposition == kind] for kind in ("indexed", "later"))
    assert len(out) >= 5
    assert len(series) >= 10
    before = own_world.get(out[0].url)
    own_world.turn(100)
    after = own_world.get(out[0].url, {"If-None-Match": before.headers["etag"]})
    assert after.status == 200
    assert b"<article>" in before.body
    assert b"<article>" not in after.body
    shown = unescape(re.sub("<[^>]+>", " ", after.body.decode()))
    assert " ".join(out[0].text.split("\n\n")[-1].split()) in " ".join(shown.split())
    assert {own_world.get(truth.url).status for truth in series} == {200}
    assert {truth.disposition for truth in own_world.truth() if truth.site == host} == {"indexed"}


def test_the_clock_is_kept_between_starts(tmp_path: Path) -> None:
    with start(tmp_path, now=START) as first:
        turned, urls = first.turn(30), set(first.addresses().values())
    with start(tmp_path) as again:
        assert abs(again.now() - turned) < timedelta(minutes=10)
        assert set(again.addresses().values()) == urls


def test_a_new_clock_starts_on_the_minute(tmp_path: Path) -> None:
    made = clock(tmp_path)
    assert made.start.second == made.start.microsecond == 0
    assert abs(made.now() - datetime.now(UTC)) < timedelta(seconds=5)
    assert clock(tmp_path).start == made.start


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"hours": "many"}, "could not convert"),
        ({"to": "2026-11-27T06:00:00"}, "has no zone"),
        ({"to": "tomorrow"}, "Invalid isoformat"),
        ({}, "neither 'hours' nor 'to'"),
    ],
)
def test_orders_that_make_no_sense_are_refused(world: World, body: dict[str, str], message: str) -> None:
    with pytest.raises(WorldFailed, match=message):
        world.order("POST", "clock", body)


def test_the_clock_can_be_told_the_time(own_world: World) -> None:
    own_world.order("POST", "clock", {"to": "2027-01-01T00:00:00+01:00"})
    assert abs(own_world.now() - datetime(2026, 12, 31, 23, tzinfo=UTC)) < timedelta(minutes=1)
