"""Names, places, numbers and quotations in a real browser: by keyboard, on a small screen, and with nothing from outside."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect

from tests.web import newsroom
from tests.web.conftest import Site, Watched, standing
from tests.web.newsroom import Written

pytestmark = pytest.mark.browser

PLACES = (("Istanbul", 41.01, 28.98), ("Odesa", 46.48, 30.73))
SAID = "“We have everyone ashore and nobody is hurt,” said Marta Lindqvist. The count was {} people rescued at noon."
FERRY = [
    Written(
        url=f"https://{source}.example/ferry", title=f"Ferry aground, says {source}", body=[SAID.format(n)], source=source,
        published=f"2026-11-21T0{hour}:00Z", people=("Marta Lindqvist",), places=PLACES, story=7, topics=("03",),
    )
    for hour, (source, n) in enumerate([("alpha", 42), ("beta", 45), ("gamma", 42)], 6)
]  # fmt: skip
MARTA = "/entity/p:marta%20lindqvist"


@pytest.fixture(scope="module")
def ferry(template_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The paper and a story on which outlets disagree."""
    with standing(template_url, tmp_path_factory.mktemp("ferry"), "ferry") as made:
        newsroom.publish(made.database, made.engine, FERRY)
        yield made


@pytest.fixture
def quiet(watched: Watched, ferry: Site) -> Iterator[Page]:
    """A page that says nothing in the console and asks nobody else for anything."""

    def said(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            watched.alarms.append(message.text)

    def asked(request: Request) -> None:
        if urlsplit(request.url).netloc != urlsplit(ferry.url).netloc and not request.url.startswith("data:"):
            watched.alarms.append(request.url)

    watched.page.on("console", said)
    watched.page.on("request", asked)
    yield watched.page
    assert watched.alarms == []


def test_facets_work_by_keyboard_and_come_off_again(ferry: Site, quiet: Page) -> None:
    quiet.goto(f"{ferry.url}/?q=count")
    facet = quiet.locator(".filters section", has=quiet.get_by_role("heading", name="People"))
    facet.get_by_role("link", name="p:marta lindqvist 3").focus()
    quiet.keyboard.press("Enter")
    expect(quiet.locator(".chosen .off")).to_have_count(1)
    expect(facet.locator("a[aria-current]")).to_have_count(1)
    quiet.locator("#q").fill("")
    quiet.keyboard.press("Enter")
    expect(quiet.locator(".total strong")).to_have_text("4")  # the choice goes on with the next search
    quiet.locator(".chosen .off").focus()
    quiet.keyboard.press("Enter")
    expect(quiet.locator(".chosen")).to_have_count(0)


@pytest.mark.parametrize("path", ["/?q=ferry", "/stories/7", MARTA])
def test_a_map_needs_nobody_else_and_says_whose_its_places_are(ferry: Site, quiet: Page, path: str) -> None:
    quiet.goto(f"{ferry.url}{path}")
    figure = quiet.locator("figure.where")
    figure.scroll_into_view_if_needed()
    expect(figure.locator("circle")).to_have_count(2)
    expect(figure.locator("figcaption")).to_contain_text("GeoNames (CC BY 4.0)")
    box = figure.locator("svg").bounding_box()
    assert box
    for circle in figure.locator("circle").all():
        dot = circle.bounding_box()
        assert dot
        assert box["x"] <= dot["x"] <= box["x"] + box["width"]
        assert box["y"] <= dot["y"] <= box["y"] + box["height"]
    outlines = quiet.evaluate("fetch('/static/world.svg').then(one => one.ok)")
    assert outlines
    figure.locator("a").first.focus()
    quiet.keyboard.press("Enter")
    expect(quiet.locator("article h1")).to_be_visible()


def test_a_story_says_at_its_top_what_outlets_disagree_on(ferry: Site, quiet: Page) -> None:
    quiet.goto(f"{ferry.url}/stories/7")
    expect(quiet.locator(".jump")).to_contain_text("outlets disagree on rescued")
    quiet.get_by_role("link", name="Who says how many").click()
    row = quiet.locator("#claims tr.trouble")
    expect(row).to_contain_text("42")
    expect(row).to_contain_text("45")
    expect(row.locator("li").first).to_be_hidden()
    row.locator("summary").focus()
    quiet.keyboard.press("Enter")
    expect(row.locator("li")).to_have_count(3)
    expect(row.locator("li").first).to_be_visible()
    expect(quiet.locator("#named")).to_contain_text("p:marta lindqvist 3")


def test_one_utterance_stands_under_its_speaker_with_all_who_have_it(ferry: Site, quiet: Page) -> None:
    quiet.goto(f"{ferry.url}/stories/7#quotes")
    expect(quiet.locator("#quotes h3")).to_have_text(["Marta Lindqvist"])
    expect(quiet.locator("#quotes blockquote a")).to_have_text(["alpha", "beta", "gamma"])
    quiet.locator("#quotes h3 a").click()
    expect(quiet.locator("h1")).to_have_text("Marta Lindqvist")
    expect(quiet.locator("blockquote").first).to_contain_text("everyone ashore")


def test_a_person_leads_on_to_company_outlets_and_stories(ferry: Site, quiet: Page) -> None:
    quiet.goto(f"{ferry.url}{MARTA}")
    expect(quiet.locator(".byline span").first).to_contain_text("4 articles in 4 outlets")
    quiet.get_by_title("Its articles").first.click()
    expect(quiet.locator(".total strong")).to_have_text("1")
    quiet.locator(".chosen .why").first.click()
    quiet.get_by_role("link", name="story").first.click()
    expect(quiet.locator(".kicker").first).to_contain_text("Story")


@pytest.mark.parametrize("width", [380, 1280])
def test_pages_of_names_fit_the_window(ferry: Site, browser: Browser, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900})
    page = context.new_page()
    for path in ("/", "/?q=ferry", "/stories/7", MARTA, "/entity", "/about"):
        answer = page.goto(f"{ferry.url}{path}")
        assert answer
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    page.goto(f"{ferry.url}/?q=ferry")
    people = page.get_by_role("heading", name="People", exact=True)
    if width < 800:
        expect(people).to_be_hidden()
        page.locator("#filters").focus()
        page.keyboard.press("Space")
    expect(people).to_be_visible()
    context.close()
