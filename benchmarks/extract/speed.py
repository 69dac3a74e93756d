"""Measures pages per CPU-second of `extract` + `strip` against trafilatura's, page by page in turn in one process.

python -m benchmarks.extract.speed --pages ../shared/pages/pages.jsonl.xz
"""

from __future__ import annotations

import argparse
import json
import lzma
import random
import resource
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import trafilatura

from broadsheet.model import Article, Page
from processors.extract import extract
from processors.extract.row import Nothing, page_of
from processors.strip import strip

SEED = 1


def ours(page: Page) -> None:
    """Both stages."""
    found = extract(page, Nothing())
    if isinstance(found, Article):
        strip(found, Nothing())


def spent(call: Callable[[], object]) -> float:
    """CPU-seconds of one call."""
    began = time.process_time()
    call()
    return time.process_time() - began


def chosen(path: Path, count: int) -> list[tuple[Page, str]]:
    """Pages drawn from all sets, with their text."""
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    picked = random.Random(SEED).sample(rows, min(count, len(rows)))
    return [(page_of({"url": row["url"], "html": row["html"]}), row["html"]) for row in picked]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=Path, required=True)
    parser.add_argument("--count", type=int, default=300)
    given = parser.parse_args()
    pages = chosen(given.pages, given.count)
    for page, html in pages[:5]:
        ours(page)
        trafilatura.extract(html)
    times = {"extract + strip": 0.0, "trafilatura, text": 0.0, "trafilatura, text and metadata": 0.0}
    slowest = 0.0
    for page, html in pages:
        own = spent(partial(ours, page))
        slowest = max(slowest, own)
        times["extract + strip"] += own
        times["trafilatura, text"] += spent(partial(trafilatura.extract, html))
        times["trafilatura, text and metadata"] += spent(partial(trafilatura.bare_extraction, html, with_metadata=True))
    for name, total in times.items():
        ratio = total / times["extract + strip"]
        print(
            f"{name:32} {1000 * total / len(pages):8.2f} ms a page {len(pages) / total:8.1f} pages/CPU-s   x{ratio:.2f}"
        )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"slowest page {1000 * slowest:.0f} ms; peak memory {peak} MiB, trafilatura's included")


if __name__ == "__main__":
    main()
