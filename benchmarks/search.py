"""Searches and writes per CPU-second on both engines, over the same invented articles: `python -m benchmarks.search`.

CPU-seconds are those of this process and, for Elasticsearch, of its node too. Without Java and Maven, or with `--embedded`,
only the embedded engine runs.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from broadsheet.model import IndexDocument
from broadsheet.ports import SearchIndex, SearchRequest
from broadsheet.search.elastic import open_elastic
from broadsheet.search.embedded import open_embedded

PROGRAM = Path(__file__).resolve().parents[1] / "infra" / "elasticsearch" / "node"
WORDS = 450
"""Words of an article, about what news has."""
VOCABULARY = 40_000
NAMES = 60_000
"""People, organisations and places, each."""
BATCHES = (16, 200)
"""Documents a write takes: a quiet hour, and a backlog."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """What one engine did for one kind of work."""

    engine: str
    work: str
    count: int
    wall: float
    cpu: float
    median: float
    """Milliseconds of one call."""


def vocabulary(chance: random.Random) -> list[str]:
    """Words that can be spoken, commonest first."""
    parts = [first + second for first in "bcdfghjklmnprstvz" for second in ("a", "e", "i", "o", "u", "an", "er", "is")]
    return ["".join(chance.choices(parts, k=1 + min(3, rank // 400))) for rank in range(VOCABULARY)]


def articles(number: int) -> Iterator[IndexDocument]:
    """Invented articles whose words are spread as in real ones (Zipf)."""
    chance = random.Random(3)
    words = vocabulary(chance)
    weights = [1 / (rank + 3) for rank in range(VOCABULARY)]
    start = datetime(2026, 8, 1, tzinfo=UTC)
    for id in range(1, number + 1):
        drawn = chance.choices(words, weights, k=WORDS)
        when = start + timedelta(minutes=20 * id)
        yield IndexDocument(
            id=id,
            revision=1,
            month=f"{when:%Y-%m}",
            url=f"https://www.example.org/{id}",
            title=" ".join(drawn[:9]).capitalize(),
            text=". ".join(" ".join(drawn[at : at + 15]) for at in range(0, WORDS, 15)),
            removed=" ".join(chance.choices(words, weights, k=60)),
            source=f"source-{id % 150}",
            host=f"www.example{id % 150}.org",
            language=chance.choice(["en", "de", "fr", "es", "ru", "tr", "ar", "zh"]),
            published=when,
            published_text=None,
            first_seen=when,
            when=when,
            fold=id - id % 4 or None,
            story=id // 20 + 1,
            people=tuple(chance.sample(words[500:900], 3)),
            person_ids=_named(chance, "per", 4),
            organisation_ids=_named(chance, "org", 3),
            place_ids=_named(chance, "G", 5),
            topics=(str(id % 17),),
        )


def _named(chance: random.Random, kind: str, most: int) -> tuple[str, ...]:
    """Ids as skewed as names in the news are: a few in every tenth article, most of `NAMES` in one or two."""
    drawn = (int(NAMES ** chance.random()) for _ in range(chance.randrange(2 * most)))
    return tuple(dict.fromkeys(f"{kind}:{number}" for number in drawn))


def requests(number: int) -> dict[str, list[SearchRequest]]:
    """Searches as people make them, by kind."""
    chance = random.Random(5)
    words = vocabulary(random.Random(3))
    some = [words[int(2000 ** chance.random()) + 20] for _ in range(4 * number)]
    return {
        "one word": [SearchRequest(q=word) for word in some[:number]],
        "two words": [
            SearchRequest(q=f"{one} {other}") for one, other in zip(some[:number], some[number:], strict=False)
        ],
        "phrase or word": [
            SearchRequest(q=f'"{one} {other}" OR {one}')
            for one, other in zip(some, some[number : 2 * number], strict=False)
        ],
        "prefix, fuzzy": [SearchRequest(q=f"{word[:4]}* OR {word}xy~1") for word in some[2 * number : 3 * number]],
        "one word, by story": [SearchRequest(q=word, collapse="story") for word in some[:number]],
        "one word, facets": [SearchRequest(q=word, facets=True) for word in some[:number]],
        "everything": [SearchRequest(sort="newest")] * number,
        "everything, facets": [SearchRequest(sort="newest", facets=True)] * number,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """One engine under measurement."""

    index: SearchIndex
    cpu: Callable[[], float]
    """CPU-seconds used so far by everything it runs on."""


def own_cpu() -> float:
    """CPU-seconds of this process."""
    return time.process_time()


def cpu_of(pid: int) -> float:
    """CPU-seconds of another process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def embedded() -> Iterator[Engine]:
    """tantivy in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        yield Engine(index=open_embedded(Path(folder)), cpu=own_cpu)


@contextmanager
def elasticsearch() -> Iterator[Engine]:
    """A node of our own for the time of the measurement."""
    folder = Path(tempfile.mkdtemp(prefix="broadsheet-bench-"))
    folder.chmod(0o755)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    try:
        command = [sys.executable, str(PROGRAM), "start", str(folder), "--port", str(port), "--heap", "1g"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        pid = int((folder / "pid").read_text())
        index = open_elastic(f"http://127.0.0.1:{port}", prefix="bench")
        yield Engine(index=index, cpu=lambda: own_cpu() + cpu_of(pid))
    finally:
        subprocess.run([sys.executable, str(PROGRAM), "stop", str(folder)], check=True)
        shutil.rmtree(folder, ignore_errors=True)


def measured(engine: Engine, work: str, count: int, calls: Sequence[Callable[[], object]]) -> Figure:
    """Run the calls one after the other."""
    times: list[float] = []
    cpu, wall = engine.cpu(), time.perf_counter()
    for call in calls:
        begun = time.perf_counter()
        call()
        times.append(time.perf_counter() - begun)
    return Figure(
        engine=engine.index.name,
        work=work,
        count=count,
        wall=time.perf_counter() - wall,
        cpu=engine.cpu() - cpu,
        median=1000 * statistics.median(times),
    )


def run(
    engine: Engine, documents: Sequence[IndexDocument], searches: dict[str, list[SearchRequest]]
) -> Iterator[Figure]:
    """All work on one engine."""
    for batch in BATCHES:
        engine.index.create(f"batches-{batch}")
        with engine.index.writer() as writer:
            part = documents if batch == BATCHES[-1] else documents[: len(documents) // 5]
            batches = [part[first : first + batch] for first in range(0, len(part), batch)]
            calls = [partial(writer.write, chunk) for chunk in batches]
            yield measured(engine, f"write {batch} at once", len(part), calls)
    for name, made in searches.items():
        yield measured(
            engine,
            f"search: {name}",
            len(made),
            [partial(engine.index.search, request) for request in made],
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=5000)
    parser.add_argument("--searches", type=int, default=200, help="of each kind")
    parser.add_argument("--embedded", action="store_true", help="only the embedded engine")
    given = parser.parse_args()
    documents, searches = list(articles(given.articles)), requests(given.searches)
    engines = [embedded]
    if not given.embedded and all(shutil.which(name) for name in ("java", "mvn")):
        engines.append(elasticsearch)
    print(f"{given.articles} articles of {WORDS} words")
    print(f"{'engine':14} {'work':28} {'count':>6} {'per CPU-s':>10} {'per second':>10} {'median ms':>10}")
    for start in engines:
        with start() as engine:
            for figure in run(engine, documents, searches):
                rates = f"{figure.count / max(figure.cpu, 0.001):10.0f} {figure.count / figure.wall:10.0f} {figure.median:10.1f}"
                print(f"{figure.engine:14} {figure.work:28} {figure.count:6} {rates}", flush=True)


if __name__ == "__main__":
    main()
