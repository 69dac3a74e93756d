"""Sends many pages through `extract` and `strip` in one process and prints what memory it holds on the way.

python -m benchmarks.extract.memory --pages ../shared/pages/pages.jsonl.xz --count 100000

The open pages come again and again, each time changed a little (words, class names, addresses), so that no cache knows them.
"""

from __future__ import annotations

import argparse
import json
import lzma
import random
import resource
import sys
import time
from dataclasses import replace
from pathlib import Path

from broadsheet.model import Article, Page
from processors.extract import extract
from processors.extract.row import Nothing, page_of
from processors.strip import strip

SEED = 1
EVERY = 5_000
WARM = 20_000
"""Pages after which caches are full."""
GROWTH = 0.05
"""Share by which memory may grow from then to the end."""


def held() -> float:
    """MiB of memory the process holds now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


def changed(page: Page, number: int, luck: random.Random) -> Page:
    """The page with other class names, addresses and, in a few places, other words."""
    body = page.body.replace(b'class="', b'class="c%d ' % (number % 97_003)).replace(b'href="/', b'href="/%d/' % number)
    for _ in range(3):
        place = luck.randrange(len(body) + 1)
        body = body[:place] + b" w%d " % luck.randrange(10**6) + body[place:]
    return replace(page, body=body, url=f"{page.url}?{number}", final_url=f"{page.url}?{number}")


def main() -> int:
    """Run and print; 1 where memory grew."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=Path, required=True)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--sample", type=int, default=400, help="how many of the pages are kept in memory and cycled")
    given = parser.parse_args()
    luck = random.Random(SEED)
    with lzma.open(given.pages, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    pages = [
        page_of({"url": row["url"], "html": row["html"]}) for row in luck.sample(rows, min(given.sample, len(rows)))
    ]
    del rows
    began, seen = time.process_time(), list[float]()
    for number in range(given.count):
        found = extract(changed(pages[number % len(pages)], number, luck), Nothing())
        if isinstance(found, Article):
            strip(found, Nothing())
        if (number + 1) % EVERY == 0:
            seen.append(held())
            print(f"{number + 1:7} pages {seen[-1]:8.1f} MiB {time.process_time() - began:8.0f} CPU-s", flush=True)
    late = seen[WARM // EVERY - 1 :]
    grown = late[-1] / late[0] - 1 if len(late) > 1 else 0.0
    print(f"from {WARM} pages on: {grown:+.1%} (at most {GROWTH:+.0%})")
    return 1 if grown > GROWTH else 0


if __name__ == "__main__":
    sys.exit(main())
