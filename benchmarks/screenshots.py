"""Takes the pictures of the README from a running service: search.png, story.png, entity.png and ops.png in docs/.

python -m benchmarks.screenshots --url http://127.0.0.1:8000 --q Bosphorus
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode
from urllib.request import urlopen

from playwright.sync_api import Browser, sync_playwright

DOCS = Path(__file__).resolve().parent.parent / "docs"
CHROMIUM = "/usr/bin/chromium"
WIDTH, HEIGHT = 1280, 900


def main() -> int:
    """Waits until the service finds something, then takes the pictures: of the query, of the story that comes first, of the
    person whom its hits name most, and of operations."""
    given = _arguments()
    given.out.mkdir(parents=True, exist_ok=True)
    total = _found(given.url, given.q, given.wait)
    told = _asked(given.url, q=given.q, collapse="story", size=1, facets=1)
    story, person = told["hits"][0]["story"], told["facets"]["people"][0][0]
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--headless", "--disable-gpu", "--disable-background-networking"],
        )
        _take(browser, f"{given.url}/?{urlencode({'q': given.q})}", given.out / "search.png")
        _take(browser, f"{given.url}/stories/{story}", given.out / "story.png")
        _take(browser, f"{given.url}/entity/{quote(person)}", given.out / "entity.png")
        # The second turn of the page's own refreshing is seen too.
        _take(browser, f"{given.url}/ops", given.out / "ops.png", pause=5.0)
        browser.close()
    print(f"{total} found for {given.q!r}, story {story}, {person}: four pictures in {given.out}")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--url", default="http://127.0.0.1:8000", help="of the running service")
    parser.add_argument("--q", default="Bosphorus", help="what to search for")
    parser.add_argument("--wait", type=float, default=120.0, help="seconds to wait for a first hit")
    parser.add_argument("--out", type=Path, default=DOCS)
    given = parser.parse_args()
    given.url = given.url.rstrip("/")
    return given


def _found(url: str, q: str, seconds: float) -> int:
    """How many hits there are, once there are any."""
    deadline = time.monotonic() + seconds
    while True:
        if total := int(_asked(url, q=q, size=1)["total"]):
            return total
        if time.monotonic() > deadline:
            sys.exit(f"nothing found for {q!r} at {url} in {seconds:.0f} s")
        time.sleep(1)


def _asked(url: str, **given: object) -> dict[str, Any]:
    with urlopen(f"{url}/api/search?{urlencode(given)}", timeout=30) as answer:
        found: dict[str, Any] = json.load(answer)
    return found


def _take(browser: Browser, address: str, path: Path, pause: float = 0.5) -> None:
    page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light")
    page.goto(address)
    page.wait_for_timeout(pause * 1000)
    page.screenshot(path=path)
    page.close()


if __name__ == "__main__":
    sys.exit(main())
