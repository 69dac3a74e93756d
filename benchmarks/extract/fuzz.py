"""Breaks real pages in many ways and sees that `extract` and `strip` always answer, in bounded time and memory.

python -m benchmarks.extract.fuzz --pages ../shared/pages/pages.jsonl.xz --runs 10000
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

from broadsheet.model import Article, Drop
from processors.extract import extract
from processors.extract.row import Nothing, page_of
from processors.strip import strip

SEED = 1
TAGS = tuple(
    b"<div>|</div>|<p>|</p>|<table>|<td>|<script>|</script>|<!--|-->|<b>|<a href=x>|<li>|<template>|<svg>|<title>|<noscript>"
    b"|\x00|\xff\xfe|\xed\xa0\x80|<![CDATA[".split(b"|")
)


def broken(body: bytes, luck: random.Random) -> bytes:
    """The page with one to four kinds of damage."""
    for _ in range(luck.randint(1, 4)):
        place, other = sorted((luck.randrange(len(body) + 1), luck.randrange(len(body) + 1)))
        match luck.randrange(7):
            case 0:
                body = body[:place]
            case 1:
                body = body[:place] + body[other:]
            case 2:
                body = body[:place] + body[place : place + 2000] * luck.randint(2, 40) + body[place:]
            case 3:
                body = body[:place] + luck.choice(TAGS) * luck.randint(1, 3000) + body[place:]
            case 4:
                body = body[:place] + bytes(luck.randrange(256) for _ in range(60)) + body[place:]
            case 5:
                body = body.replace(b">", b"", luck.randint(1, 50))
            case _:
                body = body.replace(
                    luck.choice((b"</p>", b"</div>", b'"', b"<p", b"</script>")), b"", luck.randint(1, 400)
                )
    return body or b"x"


_WORDS = "the words of the harbour town and its lighthouse "
HOSTILE = {
    "unclosed bold": "<p>x" + "<b>" * 200_000 + "y",
    "links": "<a href=x>w</a>" * 300_000,
    "empty paragraphs": "<p>" * 500_000 + "x",
    "paragraphs": ("<p>" + _WORDS * 4) * 20_000,
    "items": "<ul>" + '<li><a href="/x">Sport news</a>' * 200_000,
    "one paragraph": "<p>" + _WORDS * 200_000,
    "comments": "<!-- x -->" * 300_000 + "<p>" + _WORDS,
    "unclosed comment": "<p>" + _WORDS * 10 + "<!--" + _WORDS * 100_000,
    "formatting": "".join(f"<b a{number}=1>" for number in range(3000)) + "<p>x" * 3000,
    "nesting": "<div>" * 100_000 + _WORDS,
    "attributes": "<div " + " ".join(f'a{number}="{number}"' for number in range(50_000)) + ">" + _WORDS * 10,
    "classes": ('<div class="' + "nav menu " * 500 + '">' + _WORDS + "</div>") * 300,
    "entities": "<p>" + "&amp;&lt;" * 500_000,
    "breaks": "<p>" + (_WORDS + "<br>") * 50_000,
    "microdata": "<div itemscope>" + "<span itemprop=author>x</span>" * 100_000,
    "noscript": "<noscript>" + "<p>x</p>" * 200_000,
    "table": "<table>" + ("<tr>" + "<td>12</td>" * 20 + "</tr>") * 10_000,
    "times": "<time datetime=2024-01-01>x</time>" * 100_000,
    "no spaces": "<p>" + "港口城市议会周二投票决定重建灯塔。" * 50_000,
    "plain headlines": "Title\n" + "Ships leave the harbour at noon today\n" * 100_000,
    "plain prose": "Title\n" + (_WORDS * 4 + ".\n") * 20_000,
    "plain dates": "12 March 2024, 12:30\n" * 50_000,
    "plain damage": "Çavu?o?lu a?b?c " * 60_000,
    "plain brackets": "(" * 100_000 + ")" * 100_000,
}
"""Pages made to cost much."""


def hostile() -> float:
    """Runs them all; the CPU-seconds of the worst."""
    worst = 0.0
    for name, text in HOSTILE.items():
        began = time.process_time()
        one(text.encode(), "utf-8")
        spent = time.process_time() - began
        print(f"{name:18} {len(text) // 1000:6} KB {spent:6.2f} CPU-s", flush=True)
        worst = max(worst, spent)
    return worst


def one(body: bytes, charset: str) -> str:
    """What became of it; raises where the ledger does not hold."""
    page = page_of({"url": "https://example.org/2024/05/14/a", "html": "x"})
    page = replace(page, body=body, headers=(("content-type", f"text/html; charset={charset}"),))
    found = extract(page, Nothing())
    settled = strip(found, Nothing()) if isinstance(found, Article) else found
    for article in (found, settled):
        if isinstance(article, Article):
            whole = "".join(article.normalised[block.start : block.end] for block in article.blocks)
            assert whole == article.normalised, "the blocks do not give the text back"
            article.text.encode("utf-8")
    return settled.reason if isinstance(settled, Drop) else "article"


def main() -> int:
    """Run and report; 1 where anything was raised."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=Path, required=True)
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=SEED)
    given = parser.parse_args()
    with lzma.open(given.pages, "rt", encoding="utf-8") as lines:
        bodies = [json.loads(line)["html"].encode("utf-8", "replace") for line in lines]
    luck = random.Random(given.seed)
    tally: dict[str, int] = {}
    slowest, failed = hostile(), 0
    for run in range(given.runs):
        body = broken(luck.choice(bodies), luck)
        began = time.process_time()
        try:
            name = one(body, luck.choice(("utf-8", "windows-1251", "gb2312", "nonsense")))
        except Exception as error:
            failed += 1
            name = f"{type(error).__name__}: {error}"[:100]
        slowest = max(slowest, time.process_time() - began)
        tally[name] = tally.get(name, 0) + 1
        if run in (given.runs // 2, given.runs - 1):
            print(
                f"{run + 1} runs, peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MiB",
                flush=True,
            )
    print(f"raised {failed}; slowest {slowest:.2f} CPU-s; {dict(sorted(tally.items(), key=lambda pair: -pair[1]))}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
