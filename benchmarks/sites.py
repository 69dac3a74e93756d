"""What it brings to know a site: labelled pages streamed site by site through extract and strip, with the past and without.

python -m benchmarks.sites --pages ../shared/pages/pages.jsonl.xz [--scores S]

`as they come`: each page is stripped with what the pages before it taught. `made again`: stripped anew at the end, with
what all taught, as `reprocess` does. With --scores the block scores are those that models of other sites gave
(`benchmarks.extract.train --scores`); without, the shipped model's, and the news world is streamed as well. The profile is the service's own, on a PostgreSQL of the run's own.
"""

from __future__ import annotations

import argparse
import base64
import json
import lzma
import shutil
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import mean
from typing import Any

import processors.extract as stage
from benchmarks.extract.measure import Score, compare
from benchmarks.extract.validate import Taught
from broadsheet.model import Article, now
from broadsheet.ports import Known
from broadsheet.settings import Settings
from broadsheet.storage import server, sites
from broadsheet.storage.known import EMPTY, folded
from broadsheet.storage.postgres import Database, PostgresTransaction, migrate
from processors.extract import extract
from processors.extract.row import page_of
from processors.strip import prepare, strip

Row = tuple[float, float, float]
LEAST = 3
"""Pages of a host from which its profile can act."""


@dataclass(slots=True)
class Past:
    """What is known of the hosts met so far (`broadsheet.ports.Known`)."""

    tx: PostgresTransaction
    seen: dict[str, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))

    def profile(self, host: str) -> Mapping[str, Any]:
        """As the database has it now."""
        return sites.profile(self.tx, host)

    def overrules(self, source: str) -> Sequence[Mapping[str, Any]]:  # noqa: ARG002
        """None."""
        return ()

    def titles(self, host: str) -> Mapping[str, int]:
        """Of the host's articles so far."""
        return self.seen[host]

    def learn(self, article: Article) -> None:
        """What the service writes down of an article."""
        sites.count(self.tx, [prepare(article)])
        if article.title:
            self.seen[article.host] |= {folded(article.title): article.id, article.url: article.id}


@contextmanager
def database() -> Iterator[Database]:
    """A server of the run's own."""
    folder = Path(tempfile.mkdtemp(prefix="broadsheet-sites-"))
    folder.chmod(0o755)
    settings = Settings(var=folder)
    server.start(settings, "-c fsync=off -c synchronous_commit=off")
    opened = Database(server.database_url(settings))
    try:
        migrate(opened)
        yield opened
    finally:
        opened.close()
        server.stop(settings, "immediate")
        shutil.rmtree(folder, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class Labelled:
    """One page of the labelled sets."""

    set: str
    gold: str
    article: Article


def pages(path: Path, taught: Taught | None) -> list[Labelled]:
    """What `extract` makes of every page."""
    found = []
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        for number, row in enumerate(map(json.loads, lines), 1):
            if taught:
                taught.page = row["id"]
            page = page_of({"url": row["url"], "html": row["html"]})
            article = extract(replace(page, id=number, first_seen=now()), EMPTY)
            if isinstance(article, Article):
                found.append(Labelled(row["dataset"], row["body"], article))
    return found


def world_pages(start: int) -> Iterator[Labelled]:
    """The news world's articles, site by site."""
    from broadsheet.world.process import start as world_of

    with tempfile.TemporaryDirectory() as folder, world_of(Path(folder)) as world:
        for number, fact in enumerate(world.truth(), start):
            if fact.disposition != "indexed" or "slow" in fact.site:
                continue
            reply = world.get(fact.url, {"Accept-Encoding": "identity"})
            if reply.status == 200:
                page = page_of({"url": fact.url, "html_base64": base64.b64encode(reply.body).decode()})
                page = replace(page, id=number, headers=tuple(reply.headers.items()), first_seen=now())
                article = extract(page, EMPTY)
                if isinstance(article, Article):
                    yield Labelled("news world", fact.text, article)


def scored(page: Labelled, known: Known) -> tuple[Row, Article | None]:
    """The page's figures and what strip answers."""
    answer = strip(page.article, known)
    settled = answer if isinstance(answer, Article) else None
    return compare(page.gold, settled.text if settled else ""), settled


def main() -> None:
    """Print two rows for each data set: all its pages, and those of hosts with several."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=Path, required=True)
    parser.add_argument("--scores", type=Path)
    given = parser.parse_args()
    taught = Taught(given.scores) if given.scores else None
    if taught:
        setattr(stage, "scores", taught)  # noqa: B010
    found = pages(given.pages, taught)
    if taught is None:
        found += world_pages(len(found) + 1)
    many = Counter((page.set, page.article.host) for page in found)
    table: dict[tuple[str, bool], list[tuple[Row, Row, Row]]] = defaultdict(list)
    cost = 0.0
    with database() as opened, opened.transaction() as tx:
        for name in sorted({page.set for page in found}):
            own = sorted((page for page in found if page.set == name), key=lambda page: page.article.host)
            past, first, second = Past(tx), [], []
            began = time.process_time()
            for page in own:
                row, settled = scored(page, past)
                second.append(row)
                if settled:
                    past.learn(settled)
            cost += time.process_time() - began
            first = [scored(page, EMPTY)[0] for page in own]
            third = [scored(page, past)[0] for page in own]
            for page, *rows in zip(own, first, second, third, strict=True):
                table[name, False].append((rows[0], rows[1], rows[2]))
                if many[page.set, page.article.host] >= LEAST:
                    table[name, True].append((rows[0], rows[1], rows[2]))
            tx.run("TRUNCATE site, site_line, site_article, site_paragraph")
    report(table)
    print(f"strip with its past, learning and scoring: {1000 * cost / len(found):.2f} CPU-ms a page")


def report(table: Mapping[tuple[str, bool], Sequence[tuple[Row, Row, Row]]]) -> None:
    """F1 and share of bad pages: alone, as they come, made again."""
    print(f"{'data set':28}{'pages':>6}{'alone':>16}{'as they come':>18}{'made again':>18}{'changed':>9}{'worse':>7}")
    for (name, several), rows in sorted(table.items()):
        scores = [Score.of([row[way] for row in rows]) for way in range(3)]
        cells = "".join(f"{score.f1:10.4f}{score.bad:7.1%} " for score in scores)
        changed = sum(row[0] != row[2] for row in rows)
        worse = sum(row[2][2] < row[0][2] - 0.001 for row in rows)
        print(f"{name + (', hosts with several' if several else ''):28}{len(rows):6}{cells}{changed:7}{worse:7}")
    whole = [
        mean(Score.of([row[way] for row in rows]).f1 for (_, s), rows in table.items() if not s) for way in range(3)
    ]
    print(f"{'mean of sets':34}" + "".join(f"{value:10.4f}{'':8}" for value in whole))


if __name__ == "__main__":
    main()
