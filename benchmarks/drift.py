"""How soon a broken layout is noticed, and how often a sound one is suspected: real pages of one host, in many orders.

python -m benchmarks.drift --pages ../shared/pages/pages.jsonl.xz

Each site with 15 or more labelled pages is a source. Sound: its pages in 200 random orders, none of which may be held.
Broken: from the 13th page on, each page loses what the row says; counted is by which broken page the source is held.
"""

from __future__ import annotations

import argparse
import json
import lzma
import math
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from statistics import mean

from broadsheet.drift import ARTICLE, AUTHORS, DATE, WINDOW, Sighting, first
from broadsheet.model import Article, now
from broadsheet.storage.known import EMPTY
from processors.extract import extract
from processors.extract.row import page_of
from processors.sentinel import Seen, sighting_of
from processors.strip import strip

LEAST = 15
BEFORE = 12
"""Sound pages before the break."""
ORDERS = 200
EVERY = timedelta(hours=3)
"""From one page of a source to the next."""
SEED = 1

BREAKS: dict[str, Callable[[Sighting], Sighting]] = {
    "no text at all": lambda seen: replace(seen, fields=0),
    "a fifth of the text": lambda seen: replace(seen, size=seen.size + math.log(0.2), body=seen.body * 0.2),
    "no date": lambda seen: replace(seen, fields=seen.fields & ~DATE),
    "no authors": lambda seen: replace(seen, fields=seen.fields & ~AUTHORS),
    "all of the page is text": lambda seen: replace(
        seen, size=seen.size - math.log(seen.body or 1), body=1.0, lists=0.0
    ),
}


def sources(path: Path) -> dict[str, list[Sighting]]:
    """What each host's pages gave."""
    moment = now()
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        rows = [(row, row["site"] or "") for row in map(json.loads, lines)]
    many = Counter(host for _, host in rows if host)
    found: dict[str, list[Sighting]] = {}
    for number, (row, host) in enumerate(rows):
        if many[host] < LEAST:
            continue
        answer = extract(page_of({"url": row["url"], "html": row["html"]}), EMPTY)
        if isinstance(answer, Article):
            answer = strip(answer, EMPTY)
        if isinstance(answer, Article):
            # The pages are years old: they were fetched when they were published.
            answer = replace(answer, fetched=answer.published.instant or moment if answer.published else moment)
        kept = moment + len(found.get(host, ())) * EVERY
        seen = sighting_of(Seen(id=number, source=host, url=row["url"], kept=kept, answer=answer))
        if seen:
            found.setdefault(host, []).append(seen)
    return found


def alarms(own: Sequence[Sighting], luck: random.Random) -> int:
    """In how many random orders of its pages a sound source is held."""
    return sum(first(luck.sample(own, len(own)), len(own)) is not None for _ in range(ORDERS))


def noticed(own: Sequence[Sighting], broken: Callable[[Sighting], Sighting], luck: random.Random) -> int | None:
    """By which broken page the source is held; None where not within the window."""
    order = luck.sample(own, len(own))
    after = [replace(broken(seen), id=seen.id + 10**6 + n) for n in range(WINDOW) for seen in [luck.choice(own)]]
    for n in range(1, WINDOW + 1):
        if first([*order[:BEFORE], *after[:n]], 1):
            return n
    return None


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=Path, required=True)
    found = sources(parser.parse_args().pages)
    luck = random.Random(SEED)
    false = {host: alarms(own, luck) for host, own in found.items()}
    pages = sum(len(own) for own in found.values()) * ORDERS
    print(f"sound: {len(found)} hosts, {pages} pages shown, held {sum(false.values())} times {false}")
    for name, broken in BREAKS.items():
        told = [noticed(own, broken, luck) for own in found.values() if _has(own, broken) for _ in range(20)]
        within = [n for n in told if n is not None]
        share = len(within) / max(1, len(told))
        print(f"{name:26} noticed within {WINDOW}: {share:6.1%} of {len(told)}, after {mean(within or [0]):.1f} pages")


def _has(own: Sequence[Sighting], broken: Callable[[Sighting], Sighting]) -> bool:
    """Whether nine in ten of a host's pages have what breaks: where they have not, nothing changes."""
    return sum(broken(seen) != seen for seen in own) >= 0.9 * len(own) and sum(s.fields & ARTICLE for s in own) > 0


if __name__ == "__main__":
    main()
