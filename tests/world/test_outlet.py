"""What an ordinary outlet serves, as a plain client sees it."""

import gzip
import json
import re
from html import unescape
from urllib.parse import urljoin

import pytest
from lxml import etree, html  # type: ignore[import-untyped]

from broadsheet.world.process import World
from broadsheet.world.sites import SITES, Site
from broadsheet.world.truth import Truth

BY_HOST = {site.host: site for site in SITES}
ORDINARY = [site for site in SITES if not site.quota]


def named(name: str) -> Site:
    return next(site for site in SITES if site.name == name)


def article_of(truths: list[Truth], name: str, *, edited: bool = False) -> Truth:
    """An article of the outlet that is out."""
    own = [truth for truth in truths if truth.site == named(name).host and truth.disposition == "indexed"]
    return next(truth for truth in own if bool(truth.edits) >= edited)


def source_of(world: World, truth: Truth) -> str:
    """The page, past a server that is busy at first."""
    reply = world.get(truth.url)
    while reply.status == 429:
        reply = world.get(truth.url)
    assert reply.status == 200, truth.url
    body = gzip.decompress(reply.body) if reply.headers.get("content-encoding") == "gzip" else reply.body
    return body.decode(BY_HOST[truth.site].charset)


@pytest.mark.parametrize("site", ORDINARY, ids=lambda site: site.name)
def test_a_page_holds_all_that_is_true_of_it(world: World, truths: list[Truth], site: Site) -> None:
    own = [truth for truth in truths if truth.site == site.host and truth.disposition == "indexed"]
    assert len(own) >= 5
    for truth in own:
        page = unescape(source_of(world, truth))
        parts = [truth.title, truth.standfirst, truth.agency, truth.dateline, truth.caption, truth.credit]
        assert not [part for part in (*parts, *truth.authors, *truth.text.split("\n\n")) if part not in page], truth.url


@pytest.mark.parametrize("site", ORDINARY, ids=lambda site: site.name)
def test_a_pages_article_is_set_among_furniture(world: World, truths: list[Truth], site: Site) -> None:
    truth = article_of(truths, site.name)
    page = html.fromstring(source_of(world, truth))
    others = [link for link in page.iter("a") if len(link.text_content()) > (8 if site.language == "zh" else 20)]
    assert len(others) >= 3
    assert {"table", "div", "section", "article", "center"} & {element.tag for element in page.iter()}


@pytest.mark.parametrize("site", ORDINARY, ids=lambda site: site.name)
def test_links_between_articles_lead_to_articles(world: World, truths: list[Truth], site: Site) -> None:
    truth = article_of(truths, site.name)
    known = {url for item in truths for url in item.urls}
    page = html.fromstring(source_of(world, truth))
    links = {urljoin(truth.url, str(link.get("href"))) for link in page.iter("a") if "#" not in str(link.get("href"))}
    assert len(links & known) >= 3


def test_layouts_differ(world: World, truths: list[Truth]) -> None:
    shapes = set()
    for site in ORDINARY:
        page = html.fromstring(source_of(world, article_of(truths, site.name)))
        shapes.add(frozenset((str(element.tag), element.get("class")) for element in page.iter() if element.tag != "p"))
    assert len(shapes) >= 14


@pytest.mark.parametrize(
    ("name", "header", "meta"),
    [
        ("harbour-gazette", "text/html; charset=utf-8", "utf-8"),
        ("prairie-ledger", "text/html", "windows-1252"),
        ("volzhskie-vesti", "text/html; charset=windows-1251", "windows-1251"),
        ("severny-put", "text/html", "windows-1251"),
        ("egenin-sesi", "text/html", "iso-8859-9"),
        ("sawt-al-rafidayn", "text/html", "windows-1256"),
        ("jiangnan-chenbao", "text/html", "gb2312"),  # is gb18030
        ("ecos-del-parana", "text/html; charset=iso-8859-1", "utf-8"),  # the header is right
    ],
)
def test_charsets_are_told_in_every_way(world: World, truths: list[Truth], name: str, header: str, meta: str) -> None:
    truth = article_of(truths, name)
    reply = world.get(truth.url)
    assert reply.headers["content-type"] == header
    found = re.search(r"charset=[\"']?([\w-]+)", reply.body.decode("latin-1"), re.IGNORECASE)
    assert found
    assert found[1] == meta


def test_some_pages_come_packed_without_a_charset(world: World, truths: list[Truth]) -> None:
    truth = article_of(truths, "severny-put")
    packed = world.get(truth.url, {"Accept-Encoding": "gzip"})
    plain = world.get(truth.url)
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.headers["content-type"] == "text/html"
    assert gzip.decompress(packed.body) == plain.body
    assert "content-encoding" not in plain.headers


@pytest.mark.parametrize(
    ("name", "marker"),
    [
        ("harbour-gazette", r'"datePublished": "[^"]+\+00:00"'),
        ("rheinwarte", r'name="pubdate" content="\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d"'),
        ("southern-cross-daily", r'itemprop="datePublished" datetime="[^"]+\+11:00"'),
        ("north-quay", r'article:published_time" content="[^"]+\+00:00"'),
        ("aswat-al-atlas", r'property="datePublished" content="[^"]+\+01:00"'),
        ("prairie-ledger", r"November \d+, 2026 \d+:\d\d [ap]\.m\."),
        ("isarbote", r"\d+\. November 2026, \d\d:\d\d Uhr"),
    ],
)
def test_dates_are_told_in_every_way(world: World, truths: list[Truth], name: str, marker: str) -> None:
    assert re.search(marker, source_of(world, article_of(truths, name)))


def test_captions_are_repeated_cut_short(world: World, truths: list[Truth]) -> None:
    with_caption = [truth for truth in truths if truth.site == "cape-chronicle.world.test" and len(truth.caption) > 40]
    truth = next(truth for truth in with_caption if truth.disposition == "indexed")
    page = unescape(source_of(world, truth))
    assert truth.caption[:38] + "…" in page
    assert truth.caption in page


# Addresses


def test_tracked_links_lead_to_the_article(world: World, truths: list[Truth]) -> None:
    truth = article_of(truths, "harbour-gazette")
    tracked = next(url for url in truth.urls if "utm_source" in url)
    assert world.get(tracked).body == world.get(truth.url).body


def test_amp_twins_point_at_each_other(world: World, truths: list[Truth]) -> None:
    truth = article_of(truths, "harbour-gazette")
    amp = next(url for url in truth.urls if "/amp/" in url)
    assert f'<link rel="amphtml" href="{amp}">'.encode() in world.get(truth.url).body
    twin = world.get(amp).body
    assert b"<html amp" in twin
    assert f'<link rel="canonical" href="{truth.url}">'.encode() in twin


def test_old_addresses_lead_over_two_redirects(world: World, truths: list[Truth]) -> None:
    truth = article_of(truths, "donaublick")
    url, steps = next(url for url in truth.urls if "/alt/" in url), 0
    while (reply := world.get(url)).status == 301:
        url, steps = urljoin(url, reply.headers["location"]), steps + 1
    assert (url, steps, reply.status) == (truth.url, 2, 200)


def test_print_versions_are_the_same_text_without_saying_so(world: World, truths: list[Truth]) -> None:
    printed = [truth for truth in truths if truth.relation == "same-host"]
    assert len(printed) >= 5
    page = unescape(world.get(printed[0].url).body.decode())
    assert printed[0].text.split("\n\n")[0] in page
    assert "canonical" not in page
    assert {truth.disposition for truth in printed} <= {"merged", "later", "rejected"}


def test_addresses_are_found_however_they_are_spelled(world: World, truths: list[Truth]) -> None:
    truth = article_of(truths, "stepnaya-liniya")
    assert "%D0" in truth.url
    assert world.get(truth.url.replace("%D0", "%d0")).status == 200
    assert world.get(truth.url + "?utm_medium=x").status == 200
    assert world.get(truth.url + "x").status == 404


# Lists


def listed(world: World, url: str) -> list[str]:
    """The addresses that a list of any kind announces."""
    reply = world.get(url)
    assert reply.status == 200, url
    body = gzip.decompress(reply.body) if url.endswith(".gz") else reply.body
    if url.endswith(".json"):
        return [str(item["url"]) for item in json.loads(body)["items"]]
    root = etree.fromstring(body)
    if etree.QName(root).localname == "sitemapindex":
        return [page for loc in root.iter("{*}loc") for page in listed(world, str(loc.text))]
    if etree.QName(root).localname == "urlset":
        return [str(loc.text) for loc in root.iter("{*}loc")]
    if etree.QName(root).localname == "feed":
        return [urljoin(url, str(link.get("href"))) for link in root.iterfind("{*}entry/{*}link")]
    return [str(link.text) for link in root.iterfind("channel/item/link")]


def sections(world: World, home: str) -> list[str]:
    """The addresses on a section page and those that follow it."""
    page = html.fromstring(world.get(home).body)
    links = [urljoin(home, str(link.get("href"))) for link in page.xpath("//h2/a")]
    following = page.xpath("//a[@rel='next']")
    return links + (sections(world, urljoin(home, following[0].get("href"))) if following else [])


@pytest.mark.parametrize("site", ORDINARY, ids=lambda site: site.name)
def test_lists_announce_what_is_out_and_nothing_else(world: World, truths: list[Truth], site: Site) -> None:
    source = next(source for source in world.sources() if source["name"] == site.name)
    announced = {url for path in (*source["feeds"], *source["sitemaps"]) for url in listed(world, path)}
    announced |= {url for page in source["sections"] for url in sections(world, page)}
    own = [truth for truth in truths if truth.site == site.host]
    due = [truth for truth in own if truth.disposition not in ("later",) and truth.reason != "withdrawn"]
    assert all(announced & set(truth.urls) for truth in due)
    assert announced <= {url for truth in due for url in truth.urls}


def test_section_pages_find_everything_without_following_the_pager(world: World, truths: list[Truth]) -> None:
    source = next(source for source in world.sources() if source["name"] == "rheinwarte")
    pages = [html.fromstring(world.get(page).body) for page in source["sections"]]
    found = {urljoin(source["home"], str(link.get("href"))) for page in pages for link in page.xpath("//h2/a")}
    own = {truth.url for truth in truths if truth.site == "rheinwarte.world.test" and truth.disposition == "indexed"}
    assert own <= found


def test_feeds_have_the_articles_dates(world: World, truths: list[Truth]) -> None:
    root = etree.fromstring(world.get("http://cape-chronicle.world.test/atom.xml").body)
    dates = {str(entry.findtext("{*}published")) for entry in root.iterfind("{*}entry")}
    published = {truth.published for truth in truths if truth.site == "cape-chronicle.world.test"}
    assert all("+02:00" in date for date in dates if date)
    assert len(dates) >= 5
    assert published


# Robots


def test_robots_files(world: World) -> None:
    text = world.get("http://cape-chronicle.world.test/robots.txt").body.decode()
    assert "Crawl-delay: 0.1" in text
    assert "Disallow: /intern/" in text
    assert world.get("http://prairie-ledger.world.test/robots.txt").status == 404
    assert world.get("http://cobalt-observer.world.test/robots.txt").status == 500
    assert b"Crawl-delay: 1\n" in world.get("http://fenland-times.world.test/robots.txt").body
    odd = world.get("http://rheinwarte.world.test/robots.txt").body
    assert odd.startswith(b"\xef\xbb\xbf")
    assert odd.count(b"\r\n") > 5
    with pytest.raises(TimeoutError):
        world.get("http://deadline-dispatch.world.test/robots.txt", timeout=0.5)


def test_only_one_host_asks_for_a_second_and_it_has_few_pages(truths: list[Truth]) -> None:
    slow = [site for site in SITES if (site.delay or 0) > 0.2]
    assert [site.name for site in slow] == ["fenland-times"]
    assert sum(truth.site == slow[0].host for truth in truths) <= 6


def test_a_feed_announces_what_robots_may_not_see(world: World, truths: list[Truth]) -> None:
    forbidden = [truth for truth in truths if truth.reason == "robots.txt" and "/intern/" in truth.url]
    assert len(forbidden) >= 3
    assert forbidden[0].url in listed(world, "https://harbour-gazette.world.test/feed.xml")


# Validators


def test_honest_validators_spare_the_second_answer(world: World, truths: list[Truth]) -> None:
    url = article_of(truths, "harbour-gazette").url
    first = world.get(url)
    again = world.get(url, {"If-None-Match": first.headers["etag"]})
    assert (again.status, again.body) == (304, b"")
    assert world.get(url, {"If-None-Match": f'W/{first.headers["etag"]}, "x"'}).status == 304
    assert world.get(url, {"If-Modified-Since": first.headers["last-modified"]}).status == 304
    assert (
        world.get(url, {"If-None-Match": '"other"', "If-Modified-Since": first.headers["last-modified"]}).status == 200
    )
    feed = world.get("https://harbour-gazette.world.test/feed.xml")
    assert (
        world.get("https://harbour-gazette.world.test/feed.xml", {"If-None-Match": feed.headers["etag"]}).status == 304
    )


def test_fickle_validators_never_agree(world: World, truths: list[Truth]) -> None:
    url = article_of(truths, "north-quay").url
    first = world.get(url)
    again = world.get(
        url, {"If-None-Match": first.headers["etag"], "If-Modified-Since": first.headers["last-modified"]}
    )
    assert again.status == 200
    assert again.body == first.body
    assert again.headers["etag"] != first.headers["etag"]


def test_a_date_alone_is_a_validator_too(world: World, truths: list[Truth]) -> None:
    url = article_of(truths, "isarbote").url
    first = world.get(url)
    assert "etag" not in first.headers
    assert world.get(url, {"If-Modified-Since": first.headers["last-modified"]}).status == 304
    assert world.get(url, {"If-Modified-Since": "no date"}).status == 200


def test_a_busy_server_says_when_to_come_back(world: World, truths: list[Truth]) -> None:
    world.reset()
    url = article_of(truths, "southern-cross-daily").url
    replies = [world.get(url) for _ in range(3)]
    assert [reply.status for reply in replies] == [429, 429, 200]
    assert replies[0].headers["retry-after"] == "2"
    assert world.get("https://southern-cross-daily.world.test/feed.json").status == 200
