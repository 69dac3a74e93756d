"""The odd outlets and the traps."""

import gzip
import re
from http.client import IncompleteRead

import pytest
from lxml import etree  # type: ignore[import-untyped]

from broadsheet.world.process import World
from broadsheet.world.traps import BIG, BOMBS, CURIOSITIES, LONG_URL, NO_FEED
from broadsheet.world.truth import Truth


def of(truths: list[Truth], name: str) -> list[Truth]:
    own = [truth for truth in truths if truth.site == f"{name}.world.test" and truth.disposition != "later"]
    return sorted(own, key=lambda truth: truth.reason)


@pytest.mark.parametrize(
    ("name", "verdict", "words"),
    [
        ("morgenmarkt", "wall", "184 Partner"),
        ("le-quai-vauban", "wall", "184 partenaires"),
        ("el-mirador", "wall", "no es un robot"),
        ("altstadt-anzeiger", "soft-404", "Seite nicht gefunden"),
        ("app-first", "shell", "enable JavaScript"),
    ],
)
def test_pages_that_are_none_answer_200(world: World, truths: list[Truth], name: str, verdict: str, words: str) -> None:
    own = of(truths, name)
    assert len(own) >= 2
    for truth in own:
        reply = world.get(truth.url)
        assert reply.status == 200
        assert words in reply.body.decode()
        assert (truth.verdict, truth.disposition, truth.text) == (verdict, "rejected", "")


def test_a_consent_wall_opens_for_a_cookie(world: World, truths: list[Truth]) -> None:
    url = of(truths, "morgenmarkt")[0].url
    assert len(world.get(url, {"Cookie": "consent=1"}).body) > 2 * len(world.get(url).body)


def test_a_soft_404_answers_so_to_every_address(world: World) -> None:
    reply = world.get("http://altstadt-anzeiger.world.test/never-was-here-9173")
    assert reply.status == 200
    assert "Seite nicht gefunden" in reply.body.decode()


def test_a_paywall_leaves_the_first_paragraph_and_says_so(world: World, truths: list[Truth]) -> None:
    for truth in of(truths, "premium-post"):
        page = world.get(truth.url).body.decode()
        assert '"isAccessibleForFree": false' in page
        assert page.count("<p>") <= 4
        assert (truth.verdict, truth.disposition) == ("wall", "rejected")
        assert truth.text
        assert "\n\n" not in truth.text


def test_a_slow_page_comes_and_a_dripping_one_never_does(world: World, truths: list[Truth]) -> None:
    never, slow = of(truths, "slow-coach")
    assert (slow.disposition, never.disposition) == ("indexed", "rejected")
    with pytest.raises(TimeoutError):
        world.get(slow.url, timeout=0.5)
    with world.connect("slow-coach.world.test", "http", 3) as connection:
        path = never.url.removeprefix("http://slow-coach.world.test")
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: slow-coach.world.test\r\n\r\n".encode())
        assert connection.recv(100).startswith(b"HTTP/1.1 200")


def test_impossible_dates_are_told_by_page_and_feed(world: World, truths: list[Truth]) -> None:
    own = of(truths, "almanac-and-argus")
    assert all(truth.published is None and truth.disposition == "indexed" for truth in own)
    pages = "".join(world.get(truth.url).body.decode() for truth in own)
    assert "1246-05-01" in pages
    assert "9999-12-31" in pages
    feed = world.get("http://almanac-and-argus.world.test/feed.xml").body.decode()
    assert "1246" in feed
    assert "Dec 9999" in feed


def test_rough_pages_have_nul_bytes_and_lone_surrogates(world: World, truths: list[Truth]) -> None:
    own = of(truths, "rough-edges")
    pages = b"".join(world.get(truth.url).body for truth in own)
    assert b"\x00" in pages
    assert b"&#0;" in pages
    assert b"&#xD83D;" in pages
    assert all(truth.disposition == "indexed" for truth in own)


def test_a_broken_feed_still_names_articles(world: World, truths: list[Truth]) -> None:
    feed = world.get("http://loose-ends.world.test/feed.xml").body
    with pytest.raises(etree.XMLSyntaxError):
        etree.fromstring(feed)
    named = set(re.findall(r"<link>(.*?)</link>", feed.decode()))
    assert len(named & {truth.url for truth in of(truths, "loose-ends")}) >= 2


def test_hosts_that_forbid_all_are_never_seen(truths: list[Truth]) -> None:
    for name in ("cobalt-observer", "deadline-dispatch"):
        assert {truth.disposition for truth in of(truths, name)} == {"unseen"}


# Traps


def trap(path: str) -> str:
    return f"http://{CURIOSITIES}{path}"


def test_every_trap_is_announced_and_known(world: World, truths: list[Truth]) -> None:
    feed = etree.fromstring(world.get(trap("/feed.xml")).body)
    announced = {str(link.text) for link in feed.iterfind("channel/item/link")}
    assert announced == {truth.url for truth in truths if truth.site == CURIOSITIES}
    assert max(len(url) for url in announced) == LONG_URL


def test_large_pages(world: World) -> None:
    assert len(world.get(trap("/long-count")).body) > BIG * 0.99
    parcel = world.get(trap("/small-parcel"))
    assert parcel.headers["content-encoding"] == "gzip"
    assert len(parcel.body) < 200_000
    assert len(gzip.decompress(parcel.body)) > BIG


def test_deep_empty_and_binary_pages(world: World) -> None:
    assert world.get(trap("/well")).body.count(b"<div>") == 100_000
    assert world.get(trap("/nothing")).body == b""
    noise = world.get(trap("/static-noise"))
    assert noise.headers["content-type"] == "text/html"
    assert b"\x00\x01\x02" in noise.body


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("/intranet", "http://10.0.0.1/"),
        ("/metadata", "http://169.254.169.254/latest/meta-data/"),
        ("/carousel/1", "/carousel/2"),
        ("/carousel/2", "/carousel/1"),
    ],
)
def test_redirects_that_lead_astray(world: World, path: str, location: str) -> None:
    reply = world.get(trap(path))
    assert reply.status in (301, 302)
    assert reply.headers["location"] == location


def test_a_page_that_breaks_off(world: World) -> None:
    with pytest.raises(IncompleteRead):
        world.get(trap("/cut-short"))


def test_pages_in_charsets_that_are_not_told(world: World) -> None:
    wrong = world.get(trap("/mislabelled"))
    assert wrong.headers["content-type"] == "text/html; charset=utf-8"
    assert "Маяк" in wrong.body.decode("windows-1251")
    assert "keeper" in world.get(trap("/keepers-book")).body.decode("utf-16")


def test_an_address_of_10000_characters_is_answered(world: World, truths: list[Truth]) -> None:
    url = max((truth.url for truth in truths), key=len)
    assert len(url) == LONG_URL
    assert world.get(url).status == 200


@pytest.mark.parametrize("path", ["/feed.xml", "/sitemap.xml"])
def test_xml_bombs_are_small_until_opened(world: World, path: str) -> None:
    body = world.get(f"http://{BOMBS}{path}").body.decode()
    assert len(body) < 2_000
    assert body.count("<!ENTITY") >= 8
    assert "file:///" in body
    with pytest.raises(etree.XMLSyntaxError):
        etree.fromstring(body.encode(), etree.XMLParser(huge_tree=False))


def test_a_feed_that_is_a_page(world: World) -> None:
    reply = world.get(f"http://{NO_FEED}/feed")
    assert reply.headers["content-type"].startswith("text/html")
    assert b"<h1>" in reply.body
