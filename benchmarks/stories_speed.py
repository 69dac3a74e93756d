"""Measures what telling stories costs with so many of them open: articles per CPU-second of this process and of every
process of its PostgreSQL.

python -m benchmarks.stories speed --open 100000 [--measured 4000]

Articles are made: 310 words drawn by Zipf's law, a fifth of them of an event that several articles report with its names,
places and figures, the rest alone. All of them, the open ones too, go through `prepare` and `settle` as in a worker; the
names are taken as `enrich` found them, which is that stage's part of the work.
"""

from __future__ import annotations

import itertools
import random
import resource
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from benchmarks.pipeline import server_seconds
from broadsheet.model import Article, Claims, DateClaim, Entity, Place, Quantity
from broadsheet.settings import Settings
from broadsheet.storage import server
from broadsheet.storage.postgres import Database, migrate
from processors import STORIES_LOCK, stories
from processors.stage import Prepared

SEED = 1
STARTED = datetime(2026, 11, 1, tzinfo=UTC)
DAYS = 13
BATCH = 100
WORDS, OWN, TITLE = 250, 60, 8
VOCABULARY = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What articles of one event draw from."""

    words: list[str]
    names: list[str]
    places: list[int]
    figures: list[int]


class Press:
    """Makes articles, always the same ones."""

    def __init__(self, articles: int) -> None:
        self.chance = random.Random(SEED)
        self.articles = articles
        self.words = [
            "".join(self.chance.choice(letters) for letters in ("bcdfglmnprst", "aeiou") * 3) + chr(97 + index % 26)
            for index in range(VOCABULARY)
        ]
        share = 1.0 / (np.arange(VOCABULARY) + 30)
        self.sums = np.cumsum(share / share.sum())
        self.draws = np.random.default_rng(SEED)
        self.events = [self._event() for _ in range(articles // 2)]

    def _event(self) -> Event:
        return Event(
            words=self.drawn(40),
            names=[" ".join(self.chance.choices(self.words, k=2)).title() for _ in range(6)],
            places=[self.chance.randrange(1, 30_000) for _ in range(4)],
            figures=[self.chance.randrange(13, 99_999) for _ in range(6)],
        )

    def drawn(self, count: int) -> list[str]:
        """So many words, by Zipf's law."""
        places = np.searchsorted(self.sums, self.draws.random(count)).tolist()
        return [self.words[min(place, VOCABULARY - 1)] for place in places]

    def article(self, number: int) -> Article:
        """Article `number`, from 1 on, in the order of their dates."""
        event = self.chance.choice(self.events)
        at = STARTED + timedelta(days=DAYS * number / self.articles)
        text = " ".join(self.drawn(WORDS) + self.chance.choices(event.words, k=OWN)).capitalize() + "."
        claim = DateClaim(
            kind="published", text="", instant=at, precision="minute", method="json-ld", zone="", confidence=0.9
        )
        return Article(
            id=number, url=f"https://a.test/{number}", source="s", host="a.test", fetched=at, first_seen=at,
            claims=Claims(source="s"), normalised=text, text=text, title=" ".join(self.chance.choices(event.words, k=TITLE)),
            language="en", published=claim,
            entities=tuple(
                Entity(start=0, end=5, text=name, type="PER", name=name) for name in self.chance.sample(event.names, 4)
            ),
            places=tuple(
                Place(start=0, end=5, name="Xyzzy", lat=0, lon=0, geonames=id) for id in self.chance.sample(event.places, 2)
            ),
            numbers=tuple(
                Quantity(start=0, end=1, text="", value=float(value)) for value in self.chance.sample(event.figures, 3)
            ),
        )  # fmt: skip


def speed(open_articles: int, measured: int) -> None:
    """Prints articles per CPU-second while so many are open, how long a new process takes to know them, and its memory."""
    folder = Path(tempfile.mkdtemp(prefix="broadsheet-bench-"))
    folder.chmod(0o755)
    settings = Settings(var=folder)
    server.start(settings, "-c max_wal_size=4GB -c checkpoint_timeout=15min")
    try:
        database = Database(server.database_url(settings))
        migrate(database)
        postmaster = server.postmaster(settings)
        assert postmaster is not None
        press = Press(open_articles + measured)
        numbers = iter(range(1, open_articles + measured + 1))
        for _ in batches(press, itertools.islice(numbers, open_articles), database):
            pass
        server_before = server_seconds(postmaster)
        spent = sum(batches(press, numbers, database, postmaster))
        theirs = server_seconds(postmaster) - server_before
        told = len(next(iter(stories._open.values())).stories.members)
        print(
            f"{open_articles} open in {told} stories: {measured / spent:.0f} articles per CPU-second"
            f" ({1000 * spent / measured:.2f} ms each, {1000 * theirs / measured:.2f} of it PostgreSQL's)",
            flush=True,
        )
        print(again(database), flush=True)
        database.close()
    finally:
        server.stop(settings, "immediate")
        shutil.rmtree(folder, ignore_errors=True)


def batches(press: Press, numbers: Iterator[int], database: Database, postmaster: int = 0) -> Iterator[float]:
    """Tells articles in batches; CPU-seconds of each, the making of the articles left out."""
    while chunk := list(itertools.islice(numbers, BATCH)):
        articles = [press.article(number) for number in chunk]
        began = time.process_time() + (server_seconds(postmaster) if postmaster else 0.0)
        prepared = [Prepared(article=one, features=stories.prepare(one)) for one in articles]
        with database.transaction() as tx:
            tx.run("SELECT pg_advisory_xact_lock(%(key)s)", {"key": STORIES_LOCK})
            stories.settle(tx, prepared)
        yield time.process_time() + (server_seconds(postmaster) if postmaster else 0.0) - began


def again(database: Database) -> str:
    """How long a process that knows nothing needs, and what it takes."""
    stories._open.clear()
    began, before = time.process_time(), memory()
    with database.transaction() as tx:
        stories.opened(tx, 1)
    return f"known again in {time.process_time() - began:.1f} CPU-seconds, {memory() - before:.0f} MiB"


def memory() -> float:
    """Resident memory of this process now, MiB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 2**20
