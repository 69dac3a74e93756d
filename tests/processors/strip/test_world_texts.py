"""Extract and strip give the news world's own texts back, site by site: its truth is known, so every miss is a bug.

Run alone it prints, for each site that misses, one page's difference: `pytest -s tests/processors/strip/test_world_texts.py`.
"""

from __future__ import annotations

import difflib
import gzip
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest

from broadsheet.model import Article, Claims, Page
from broadsheet.storage.known import folded
from broadsheet.world.process import World, start
from broadsheet.world.truth import Truth
from processors.extract import extract
from processors.strip import strip

MOMENT = datetime.now(UTC)


@dataclass(frozen=True)
class Past:
    """What a running service knows of a host after a while: the titles and addresses of its articles."""

    seen: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    def profile(self, host: str) -> Mapping[str, Any]:
        return {}

    def overrules(self, source: str) -> Sequence[Mapping[str, Any]]:
        return ()

    def titles(self, host: str) -> Mapping[str, int]:
        return self.seen.get(host, {})


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with start(tmp_path_factory.mktemp("world")) as served:
        yield served


def fetched(world: World, fact: Truth, number: int, source: Mapping[str, Any]) -> Page | None:
    """The page as the crawler keeps it: the status 200 answer, unpacked."""
    url = fact.url
    for _ in range(9):
        reply = world.get(url)
        if reply.status in {301, 302, 303, 307, 308}:
            url = urljoin(url, reply.headers["location"])
            continue
        if reply.status != 429:
            break
    if reply.status != 200:
        return None
    body = gzip.decompress(reply.body) if reply.headers.get("content-encoding") == "gzip" else reply.body
    headers = tuple((name, value) for name, value in reply.headers.items() if name != "content-encoding")
    claims = Claims(
        source=source["name"], language=source["language"], country=source["country"] or None, outlet=source["title"]
    )
    return Page(
        id=number, url=fact.url, final_url=url, source=source["name"], host=urlsplit(url).hostname or "", status=200,
        headers=headers, body=body, fetched=MOMENT, first_seen=MOMENT, claims=claims,
    )  # fmt: skip


@pytest.fixture(scope="module")
def answers(world: World) -> list[tuple[Truth, Article | None]]:
    """Each article of the world with what the two stages make of its page."""
    sources = {urlsplit(row["home"]).hostname: row for row in world.sources()}
    facts = [fact for fact in world.truth() if fact.disposition == "indexed" and fact.site in sources]
    seen: dict[str, dict[str, int]] = defaultdict(dict)
    for number, fact in enumerate(facts):
        seen[fact.site] |= {folded(fact.title): number, fact.url: number}
    past, found = Past(seen), []
    for number, fact in enumerate(facts):
        if "slow" in fact.site:
            continue
        page = fetched(world, fact, number, sources[fact.site])
        article = extract(page, past) if page else None
        stripped = strip(article, past) if isinstance(article, Article) else None
        found.append((fact, stripped if isinstance(stripped, Article) else None))
    return found


def overlap(gold: str, got: str) -> float:
    """F1 of word multisets; characters where words are not spaced."""
    split = list if sum(ord(letter) > 0x2E80 for letter in gold[:200]) > 50 else str.split
    a, b = Counter(split(gold)), Counter(split(got))
    return 2 * sum((a & b).values()) / max(1, sum(a.values()) + sum(b.values()))


def test_the_text_is_the_articles_on_every_site(answers: list[tuple[Truth, Article | None]]) -> None:
    bad: dict[str, list[tuple[Truth, Article | None]]] = defaultdict(list)
    for fact, article in answers:
        # A standfirst may open the text as well: outlets differ, and so do the gold texts the model learned from.
        golds = (fact.text, f"{fact.standfirst} {fact.text}")
        if article is None or max(overlap(gold, article.text) for gold in golds) < 0.97:
            bad[fact.site].append((fact, article))
    for site, pages in bad.items():
        fact, article = pages[0]
        print(f"\n== {site}: {len(pages)} pages, such as {fact.url}")
        difference = difflib.unified_diff(
            fact.text.split("\n"), (article.text if article else "").split("\n"), "world", "ours", n=0
        )
        print("\n".join(line[:160] for line in difference))
    assert {site: len(pages) for site, pages in bad.items()} == {}


def right_day(true: datetime, said: str) -> bool:
    """Whether a date is the outlet's own day of that moment; where it tells no offset, that day or one beside it."""
    own = datetime.fromisoformat(said)
    if own.tzinfo:
        return own.date() == true.astimezone(own.tzinfo).date()
    return abs((own.date() - true.date()).days) <= 1


def test_titles_datelines_captions_agencies_and_days_are_the_worlds(
    answers: list[tuple[Truth, Article | None]],
) -> None:
    wrong: Counter[str] = Counter()
    shown: dict[str, str] = {}
    for fact, article in answers:
        if article is None:
            wrong["no article"] += 1
            continue
        day = article.published.text if article.published else None
        pairs = {
            "title": (" ".join(fact.title.split()), " ".join((article.title or "").split())),
            "dateline": (fact.dateline, article.dateline or ""),
            "caption": (fact.caption, (article.image and article.image.caption) or ""),
            "agency": (fact.agency, article.agency or ""),
        }
        for name, (want, got) in pairs.items():
            if want and want.casefold() != got.casefold():
                wrong[name] += 1
                shown.setdefault(f"{name} {fact.site}", f"{want!r} but {got!r}")
        if fact.published and (day is None or not right_day(fact.published, day)):
            wrong["day"] += 1
            shown.setdefault(f"day {fact.site}", f"{fact.published} but {day}")
    print("\n".join(f"{key}: {value}" for key, value in sorted(shown.items())))
    assert {name: n for name, n in wrong.items() if n > 0.05 * len(answers)} == {}
