"""The pages in a real browser: what crawled pages bring stays text, searching works, and `/ops` keeps itself fresh."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, expect

from tests.web import newsroom
from tests.web.conftest import Site, Watched
from tests.web.test_versions import store

pytestmark = pytest.mark.browser


def test_scripts_in_crawled_titles_and_texts_stay_text(paper: Site, watched: Watched) -> None:
    evil = paper.ids[6]
    paths = [
        "/",
        "/?q=hostages",
        f"/articles/{evil}",
        f"/articles/{evil}/versions",
        f"/articles/{evil}/raw",
        f"/trace?{urlencode({'url': newsroom.PAPER[6].url})}",
        "/ops",
        f"/entities/p:eve%20{newsroom.SCRIPT.replace('<', '%3C').replace('/', '%2F')}",
        f"/?{urlencode({'q': newsroom.SCRIPT})}",
        f"/?{urlencode({'source': newsroom.SCRIPT, 'after': newsroom.SCRIPT})}",
        f"/rejected?{urlencode({'reason': newsroom.SCRIPT, 'source': newsroom.SCRIPT})}",
        f"/dead?{urlencode({'stage': newsroom.SCRIPT})}",
    ]
    for path in paths:
        watched.page.goto(f"{paper.url}{path}")
        watched.page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
        if "raw" not in path:
            assert watched.page.locator("img").count() == 0
            assert watched.page.locator("script:not([src='/static/broadsheet.js'])").count() == 0
        assert watched.alarms == []
    watched.page.goto(f"{paper.url}/articles/{evil}")
    expect(watched.page.locator("h1")).to_have_text(newsroom.PAPER[6].title)


def test_addresses_that_are_none_of_the_webs_are_no_links(site: Site, watched: Watched) -> None:
    written = newsroom.Written(url="https://x.example/j", title="A javascript link", body=["A link nobody follows."])
    id = newsroom.publish(site.database, site.engine, [written])[0]
    with site.database.transaction() as tx:
        tx.run("INSERT INTO address (hash, url, article_id) VALUES ('x', 'javascript:alert(1)', %(id)s)", {"id": id})
    watched.page.goto(f"{site.url}/articles/{id}")
    assert watched.page.locator("a[href^='javascript']").count() == 0
    for link in watched.page.locator("a[href^='http']").all():
        assert link.get_attribute("rel") == "noopener noreferrer nofollow"
    assert watched.alarms == []


def test_a_search_finds_filters_and_pages(paper: Site, watched: Watched) -> None:
    page = watched.page
    page.goto(paper.url)
    expect(page.locator(".total strong")).to_have_text("6")
    page.keyboard.press("/")
    page.keyboard.type("tanker")
    page.keyboard.press("Enter")
    expect(page.locator(".total strong")).to_have_text("2")
    expect(page.locator("mark").first).to_have_text("tanker", ignore_case=True)
    page.get_by_role("link", name="German 1").click()
    expect(page.locator(".hits > li")).to_have_count(1)
    expect(page.locator(".hits h2")).to_have_attribute("lang", "de")
    page.locator(".chosen a").first.click()
    expect(page.locator(".total strong")).to_have_text("2")
    page.get_by_role("link", name="Every copy").click()
    expect(page.locator(".total strong")).to_have_text("3")
    page.get_by_role("link", name="Each story once").click()
    expect(page.locator(".total")).to_contain_text("1 story")
    page.get_by_text("Also in 2 outlets").click()
    page.get_by_role("link", name="The whole story").click()
    expect(page.locator(".first")).to_contain_text("First reported by")
    expect(page.locator(".copies summary")).to_have_text("1 copy of it")
    page.goto(f"{paper.url}/?q=lifeboat")
    page.get_by_text("Also in 1 outlet").click()
    expect(page.locator(".copies li")).to_have_count(1)
    expect(page.locator(".copies li")).to_be_visible()
    page.locator(".hits h2 a").click()
    expect(page.locator(".text .kept")).to_have_count(3 if "Tanker runs" in page.locator("h1").inner_text() else 4)
    assert watched.alarms == []


def test_dates_of_a_query_that_cannot_be_read_are_told_beside_the_field(paper: Site, watched: Watched) -> None:
    watched.page.goto(f"{paper.url}/?q=titel:x")
    expect(watched.page.get_by_role("alert")).to_contain_text("did you mean title:?")


def test_times_are_the_readers_with_the_outlets_beside(paper: Site, watched: Watched) -> None:
    watched.page.goto(f"{paper.url}/articles/{paper.ids[0]}")
    date = watched.page.locator(".byline .date").first
    expect(date.locator("time")).to_have_text("21 Nov 2026, 15:30")  # 09:30 at +03:00, read in Tokyo
    expect(date.locator("time")).to_have_attribute("title", "2026-11-21T06:30:00Z")
    expect(date.locator(".theirs")).to_contain_text("21 Nov, 09:30 +03:00")
    watched.page.goto(f"{paper.url}/articles/{paper.ids[2]}")
    expect(watched.page.locator(".byline .date time").first).to_have_text("21 Nov 2026")  # a bare day stays that day


def test_an_arabic_article_is_set_from_right_to_left(paper: Site, watched: Watched) -> None:
    watched.page.goto(f"{paper.url}/articles/{paper.ids[3]}")
    expect(watched.page.locator("h1")).to_have_attribute("dir", "rtl")
    expect(watched.page.locator(".text")).to_have_attribute("lang", "ar")


def test_removed_blocks_are_shown_with_their_reason_when_asked_for(paper: Site, watched: Watched) -> None:
    page = watched.page
    page.goto(f"{paper.url}/articles/{paper.ids[0]}")
    removed = page.locator(".removed").first
    expect(removed).to_be_hidden()
    page.get_by_text("2 removed blocks and why").click()
    expect(removed).to_be_visible()
    expect(removed).to_contain_text("Ten gardens to see before spring")
    expect(removed).to_contain_text("repeats the title of another article")


def test_all_works_without_scripts(paper: Site, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{paper.url}/?q=tanker")
    assert page.locator(".hits > li").count() == 2
    assert "Nov 2026" in page.locator(".hits time").first.inner_text()
    page.goto(f"{paper.url}/articles/{paper.ids[0]}")
    page.locator("label.switch").click()
    assert page.locator(".removed").first.is_visible()
    page.goto(f"{paper.url}/ops")
    assert page.locator("#law .verdict").inner_text().startswith("Balanced")
    context.close()


def test_any_two_versions_are_compared_without_scripts(site: Site, browser: Browser) -> None:
    for body in ("It starts late, said 30 crews.", "It starts late, said 36 crews."):
        store(site, replace(newsroom.PAPER[4], body=[body]))
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site.url}/articles/{site.ids[4]}/versions")
    expect(page.locator(".diff ins")).to_have_text("36")
    expect(page.locator(".versions .badge")).to_have_text("silent edit")
    page.get_by_label("older: version 1").check()
    page.get_by_role("button", name="Compare the chosen two").click()
    expect(page.locator(".diff del").first).to_contain_text("winter regatta")
    page.get_by_role("link", name="read it").last.click()
    expect(page.locator(".notice")).to_contain_text("As it stood on")
    expect(page.locator(".text")).to_contain_text("winter regatta")
    context.close()


def test_two_copies_are_told_apart_side_by_side(site: Site, watched: Watched) -> None:
    newsroom.deduplicate(site.database, site.ids)
    page = watched.page
    page.goto(f"{site.url}/articles/{site.ids[1]}")
    page.locator("details summary", has_text="Why").click()
    expect(page.locator("details[open] .why").first).to_contain_text("containment 1.00")
    page.get_by_role("link", name="side by side").first.click()
    page.get_by_role("button", name="These are no copies").click()
    expect(page.get_by_role("status")).to_contain_text("No longer folded")
    page.get_by_role("button", name="Take back what was said").click()
    expect(page.get_by_role("button", name="These are no copies")).to_be_visible()
    assert watched.alarms == []


def test_ops_shows_a_change_by_itself_and_keeps_what_is_open(site: Site, watched: Watched) -> None:
    page = watched.page
    newsroom.bury(site.database, "https://harbour-post.example/broken", error="ValueError: first")
    page.goto(f"{site.url}/ops")
    expect(page.locator("#law .rejected dd")).to_have_text("0")
    page.locator("#letters summary").first.click()
    newsroom.reject(site.database, "https://harbour-post.example/wall", "wall")
    newsroom.bury(site.database, "https://harbour-post.example/broken/2", error="ValueError: second")
    expect(page.locator("#law .rejected dd")).to_have_text("1", timeout=15_000)
    expect(page.locator("#reasons")).to_contain_text("wall")
    expect(page.locator("#letters details")).to_have_count(2)
    expect(page.locator("#letters pre").last).to_be_visible()
    expect(page.locator("#letters details").last.locator("summary")).to_be_focused()
    assert watched.alarms == []


def test_a_button_of_ops_does_what_it_says(site: Site, watched: Watched) -> None:
    page = watched.page
    page.goto(f"{site.url}/ops")
    row = page.locator(".sources tr", has_text="north-wire")
    row.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("status")).to_have_text("Source north-wire is paused.")
    expect(page.locator("#attention")).to_contain_text("Source north-wire is held")
    page.locator("#attention").get_by_role("button", name="Release").click()
    expect(page.get_by_role("status")).to_have_text("Source north-wire goes on.")
    expect(page.locator("#attention")).to_have_count(0)


def test_a_saved_search_is_made_on_the_page(site: Site, watched: Watched) -> None:
    page = watched.page
    page.goto(f"{site.url}/?q=tanker&lang=de")
    page.get_by_label("Name of the saved search").fill("Tankers")
    page.get_by_role("button", name="Save this search").click()
    expect(page.get_by_role("heading", name="Tankers")).to_be_visible()
    page.get_by_role("link", name="Tankers").click()
    expect(page.locator(".total strong")).to_have_text("1")


@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (1280, "dark")])
def test_no_page_is_wider_than_its_window(paper: Site, browser: Browser, width: int, scheme: str) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    for path in (
        "/?q=tanker",
        f"/articles/{paper.ids[0]}",
        f"/articles/{paper.ids[6]}",
        "/ops",
        "/about",
        "/stories/1",
        f"/articles/{paper.ids[0]}/versions",
        f"/compare?a={paper.ids[0]}&b={paper.ids[1]}",
    ):
        page.goto(f"{paper.url}{path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    context.close()


def test_every_field_and_button_has_a_name(paper: Site, watched: Watched) -> None:
    for path in ("/?q=tanker", f"/articles/{paper.ids[1]}", "/ops", "/trace"):
        watched.page.goto(f"{paper.url}{path}")
        nameless = watched.page.evaluate(
            """[...document.querySelectorAll("input:not([type=hidden]), button, a")].filter(one =>
                 !(one.labels && one.labels.length) && !one.textContent.trim() && !one.getAttribute("aria-label"))
               .map(one => one.outerHTML)"""
        )
        assert nameless == []
