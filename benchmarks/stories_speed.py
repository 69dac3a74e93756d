"""Measures what telling stories costs with so many of them open: articles per CPU-second of this process and of every
process of its PostgreSQL.

python -m benchmarks.stories speed --open 100000 [--measured 2000]

Articles are made: 310 words drawn by Zipf's law, a fifth of them of an event that several articles report with its names,
places and figures, the rest alone. The measured ones go through `prepare` and `settle` as in a worker; the names are taken
as `enrich` found them, which is that stage's part of the work. Of the open ones the first TOLD do so too; the others are
written into the tables as these are there, with other words of the same frequency and other names, places and figures, so
that every list grows as long as it would. Then the process learns all of them from the tables, as a worker that starts.
"""

from __future__ import annotations

import itertools
import random
import resource
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from benchmarks.pipeline import server_seconds
from broadsheet.model import Article, Claims, DateClaim, Entity, Place, Quantity
from broadsheet.settings import Settings
from broadsheet.storage import server
from broadsheet.storage import stories as table
from broadsheet.storage.postgres import Database, PostgresTransaction, migrate
from broadsheet.storage.stories import LineRow, ToldRow
from processors import STORIES_LOCK, stories
from processors.stage import Prepared
from processors.stories.open import MOST
from processors.stories.terms import ALL, LEAD, SALT, TITLE, pack, unpack

SEED = 1
STARTED = datetime(2026, 11, 1, tzinfo=UTC)
DAYS = 13
BATCH = 100
WORDS, OWN, TITLE_WORDS = 250, 60, 8
VOCABULARY = 60_000
TOLD = 5000
"""Open articles that are told as the measured ones are."""
BLOCK = 32
"""Words of about one frequency, which stand for each other in the copies; as many copies of one article at most."""
FAR = 10**7
"""Between the ids of an article, a story or a storyline and those of its copies."""
NOISE = 0x5BD1E995
"""Makes other hashes of those of names, places and figures."""


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
            claims=Claims(source="s"), normalised=text, text=text, title=" ".join(self.chance.choices(event.words, k=TITLE_WORDS)),
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
    # No vacuum or checkpoint in the middle of the measured seconds, WAL on.
    server.start(settings, "-c max_wal_size=4GB -c checkpoint_timeout=15min -c autovacuum=off")
    try:
        database = Database(server.database_url(settings))
        migrate(database)
        postmaster = server.postmaster(settings)
        assert postmaster is not None
        press = Press(min(TOLD, open_articles) + measured)
        numbers = iter(range(1, press.articles + 1))
        fill(database, press, numbers, open_articles)
        print(again(database), flush=True)
        server_before = server_seconds(postmaster)
        spent = sum(batches(press, numbers, database, postmaster))
        theirs = server_seconds(postmaster) - server_before
        told = len(next(iter(stories._open.values())).stories.members)
        print(
            f"{open_articles} open, in the end {told} stories: {measured / spent:.0f} articles per CPU-second"
            f" ({1000 * spent / measured:.2f} ms each, {1000 * theirs / measured:.2f} of it PostgreSQL's);"
            f" {memory():.0f} MiB resident",
            flush=True,
        )
        database.close()
    finally:
        server.stop(settings, "immediate")
        shutil.rmtree(folder, ignore_errors=True)


def fill(database: Database, press: Press, numbers: Iterator[int], wanted: int) -> None:
    """Leaves so many open stories' articles in the tables: told ones, and copies that differ from them."""
    for _ in batches(press, itertools.islice(numbers, min(TOLD, wanted)), database):
        pass
    with database.transaction() as tx:
        told, lines = table.told_since(tx, 0, MOST), table.lines_since(tx, 0)
        line_of = table.storylines_of(tx, sorted({row.story for row in told}))
    words = Words(press.words)
    for copy in range(1, -(-wanted // TOLD)):
        with database.transaction() as tx:
            table.put_lines(tx, [copied_line(line, copy, words) for line in lines])
            table.put_stories(tx, {id + copy * FAR: line + copy * FAR for id, line in line_of.items()})
            table.put_told(tx, [copied(row, copy, words) for row in told[: wanted - copy * TOLD]])
    connection = database.connect(autocommit=True)
    PostgresTransaction(connection).run("VACUUM ANALYZE")
    connection.close()


class Words:
    """The hashes of the vocabulary in the fields that hold words, and those of the words of about their frequency."""

    def __init__(self, words: list[str]) -> None:
        salts = [field * SALT & 0xFFFFFFFF for field in (ALL, LEAD, TITLE)]
        found = [crc32(word.encode(), salt) for salt in salts for word in words]
        self.given = np.array(found, dtype=np.uint32)
        self.order = np.argsort(self.given, kind="stable")
        self.sorted = self.given[self.order]

    def other(self, hashes: NDArray[np.uint32], copy: int) -> NDArray[np.uint32]:
        """The hashes as a copy has them."""
        at = np.minimum(np.searchsorted(self.sorted, hashes), len(self.sorted) - 1)
        place = self.order[at]
        neighbour = self.given[np.minimum(place ^ (copy % BLOCK), len(self.given) - 1)]
        return np.where(self.sorted[at] == hashes, neighbour, hashes ^ np.uint32(copy * NOISE & 0xFFFFFFFF))


def copied(row: ToldRow, copy: int, words: Words) -> ToldRow:
    """Another article, as much like its neighbours as this one is like its own."""
    terms = unpack(row.fields)
    hashes, first = np.unique(words.other(terms.hashes, copy), return_index=True)
    fields = pack(replace(terms, hashes=hashes, weights=terms.weights[first], field=terms.field[first]))
    count = len(row.edges) // 12
    others = (np.frombuffer(row.edges, dtype="<i8", count=count) + copy * FAR).tobytes()
    return replace(
        row, id=row.id + copy * FAR, head=row.head + copy * FAR, story=row.story + copy * FAR, fields=fields,
        edges=others + row.edges[8 * count :],
    )  # fmt: skip


def copied_line(line: LineRow, copy: int, words: Words) -> LineRow:
    """The storyline of copied stories."""
    hashes = words.other(np.frombuffer(line.hashes, dtype="<u4"), copy)
    order = np.argsort(hashes)
    weights = np.frombuffer(line.weights, dtype="<f4")[order]
    return replace(line, id=line.id + copy * FAR, hashes=hashes[order].tobytes(), weights=weights.tobytes())


def batches(press: Press, numbers: Iterator[int], database: Database, postmaster: int = 0) -> Iterator[float]:
    """Tells articles in batches; CPU-seconds of each, the making of the articles left out."""
    while chunk := list(itertools.islice(numbers, BATCH)):
        articles = [press.article(number) for number in chunk]
        began = time.process_time() + (server_seconds(postmaster) if postmaster else 0.0)
        prepared = [Prepared(article=one, features=stories.prepare(one)) for one in articles]
        with database.transaction() as tx:
            tx.lock(STORIES_LOCK)
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
