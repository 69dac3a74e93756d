"""Measures what the stage `deduplicate` costs with so many articles stored: documents per CPU-second of this process and of
every process of its PostgreSQL (WAL on), beside datasketch's MinHash-LSH on the same documents.

python -m benchmarks.duplicates speed --stored 100000 [--measured 3000] [--warm 500]

Stored articles have the words, keys and weeks of real ones in number (568 words, 35 keys, of which one in twenty is a stock
phrase's), but their values are drawn: nobody has three million free articles. They are written with COPY into the indexed
tables of a migrated database. The measured texts go through `prepare` and `settle` in batches of 50 as in a worker.
"""

from __future__ import annotations

import io
import itertools
import os
import random
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import datasketch
import numpy as np
from numpy.typing import NDArray

from broadsheet.model import Article, Claims
from broadsheet.settings import Settings
from broadsheet.storage import server
from broadsheet.storage.postgres import Database, PostgresTransaction, migrate
from broadsheet.storage.shingles import PostgresShingles, prune, week_of
from broadsheet.storage.sieve import log_keys
from broadsheet.storage.urls import digest
from processors import deduplicate
from processors.deduplicate.features import numbers
from processors.stage import Prepared

SEED = 1
STARTED = datetime(2026, 11, 4, 12, tzinfo=UTC)
WEEKS = 13
KEYS = 35
"""Keys of an article, the mean of 600 real ones."""
WORDS = 568
STOCK = 2000
"""Stock sentences; two measured texts in three have one. They are drawn by Zipf's law: the keys of some are held by as many
groups as the stage lets hold one, those of most by a few."""
HOLDERS = 64
OPTIONS = "-c shared_buffers=1GB -c max_wal_size=4GB -c checkpoint_timeout=15min -c autovacuum=off"
"""Memory as in infra/postgres; no vacuum or checkpoint in the middle of the measured seconds, WAL on."""
AT_ONCE = 20_000
BATCH = 50
FIRST = 10**9
"""Id of the first stored article; measured ones begin at 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is measured."""

    stored: int
    measured: int
    warm: int
    """Texts that go through before the clock starts: a worker lives for minutes."""


def sentences(chance: random.Random, count: int) -> Iterator[str]:
    """Sentences of twenty words; words are drawn by Zipf's law from fifty thousand."""
    words = [f"{''.join(chance.choices('aeioubcdfglmnprst', k=5))}{index % 97}" for index in range(50_000)]
    weights = list(itertools.accumulate(1.0 / (rank + 10) for rank in range(len(words))))
    return (" ".join(chance.choices(words, cum_weights=weights, k=20)) for _ in range(count))


def made_texts(count: int, stock: Sequence[str]) -> list[str]:
    """Texts of about 400 words, two in three with a stock sentence, every tenth a copy with a few words changed."""
    chance = random.Random(SEED)
    fresh = sentences(chance, count * 31)
    often = list(itertools.accumulate(1 / (place + 1) for place in range(len(stock))))
    texts: list[str] = []
    for number in range(count):
        if number % 10 == 9:
            given = chance.choice(texts[-200:]).split(" ")
            for _ in range(12):
                given[chance.randrange(len(given))] = f"w{chance.randrange(50_000)}"
            texts.append(" ".join(given))
            continue
        parts = list(itertools.islice(fresh, chance.randint(10, 30)))
        if chance.random() < 2 / 3:
            parts.insert(chance.randrange(len(parts)), chance.choices(stock, cum_weights=often)[0])
        # Three sentences a paragraph.
        texts.append("".join(part + (".\n\n" if n % 3 == 2 else ". ") for n, part in enumerate(parts)).strip())
    return texts


def speed(asked: Asked) -> None:
    """Prints documents per CPU-second, ours and datasketch's."""
    stock = list(sentences(random.Random(SEED + 1), STOCK))
    texts = made_texts(asked.warm + asked.measured, stock)
    folder = Path(tempfile.mkdtemp(prefix="broadsheet-bench-"))
    folder.chmod(0o755)
    settings = Settings(var=folder)
    server.start(settings, OPTIONS)
    try:
        database = Database(server.database_url(settings))
        migrate(database)
        fill(database, asked.stored, stock)
        postmaster = server.postmaster(settings)
        assert postmaster is not None
        settled(database, texts[: asked.warm], 1, postmaster)
        ours = settled(database, texts[asked.warm :], 1 + asked.warm, postmaster)
        database.close()
    finally:
        server.stop(settings, "immediate")
        shutil.rmtree(folder, ignore_errors=True)
    measured = texts[asked.warm :]
    loop, bulk = minhash(measured, bulk=False), minhash(measured, bulk=True)
    print(
        f"{asked.stored} stored: {ours:.0f} documents per CPU-second; MinHash-LSH {loop:.0f} (ratio {ours / loop:.1f}),"
        f" with update_batch {bulk:.0f} (ratio {ours / bulk:.1f})"
    )


def fill(database: Database, stored: int, stock: Sequence[str]) -> None:
    """Puts so many articles into the tables, spread over the weeks of the window, as if upkeep had run since."""
    chance = np.random.default_rng(SEED)
    monday = week_of(STARTED)
    common = _common(chance, stored, stock)
    for back in reversed(range(WEEKS)):
        week = monday - timedelta(days=7 * back)
        with database.transaction() as tx:
            PostgresShingles(tx)._partition(week)
        low, high = back * stored // WEEKS, (back + 1) * stored // WEEKS
        for start in range(low, high, AT_ONCE):
            ids = np.arange(FIRST + start, FIRST + min(start + AT_ONCE, high), dtype=np.int64)
            with database.transaction() as tx:
                _copy(tx, "shingle (week, key, owner)", _keys(chance, ids, common, tx, week))
                _copy(tx, f"twin ({TWIN})", _twins(chance, ids, week))
    with database.transaction() as tx:
        prune(tx, monday - timedelta(days=365))
    connection = database.connect(autocommit=True)
    tx = PostgresTransaction(connection)
    tx.run("VACUUM ANALYZE")
    tx.run("CHECKPOINT")
    connection.close()


TWIN = "id, fold, exact, title, host, source, moment, first_seen, shingle, words, sentences, score, evidence, addresses"
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


def _common(chance: np.random.Generator, stored: int, stock: Sequence[str]) -> NDArray[np.int64]:
    """(key, owner) of the stock sentences among the stored: as often as in the measured texts, up to HOLDERS."""
    total = sum(1 / (place + 1) for place in range(len(stock)))
    found = []
    for place, text in enumerate(stock):
        holders = min(HOLDERS, int(stored * 2 / 3 / total / (place + 1)))
        for key in (key for key in numbers(text)[1].keys.tolist() if key % 16 == 0):
            owners = FIRST + chance.choice(stored, holders, replace=False)
            found += [(key, owner) for owner in owners]
    return np.array(found, dtype=np.int64).reshape(-1, 2)


def _keys(
    chance: np.random.Generator,
    ids: NDArray[np.int64],
    common: NDArray[np.int64],
    tx: PostgresTransaction,
    week: date,
) -> bytes:
    """Rows of keys in COPY's binary form: drawn ones, and now and then a stock sentence's."""
    owners = np.repeat(ids, KEYS)
    keys = (chance.integers(-(2**63), 2**63, len(owners), dtype=np.int64)) & np.int64(-16)
    here = (common[:, 1] >= ids[0]) & (common[:, 1] <= ids[-1])
    keys, owners = np.concatenate((keys, common[here, 0])), np.concatenate((owners, common[here, 1]))
    log_keys(tx, {week: keys})
    rows = np.zeros(
        len(owners),
        dtype=[("n", ">i2"), ("a", ">i4"), ("week", ">i4"), ("b", ">i4"), ("key", ">i8"), ("c", ">i4"), ("id", ">i8")],
    )
    rows["n"], rows["a"], rows["b"], rows["c"] = 3, 4, 8, 8
    rows["week"], rows["key"], rows["id"] = (week - EPOCH.date()).days, keys, owners
    return rows.tobytes()


def _twins(chance: np.random.Generator, ids: NDArray[np.int64], week: date) -> bytes:
    """Rows of articles in COPY's binary form."""
    words = chance.integers(0, 256, (len(ids), 4 * WORDS), dtype=np.uint8)
    at = int((datetime.combine(week, datetime.min.time(), UTC) - EPOCH).total_seconds() * 1e6)
    out = io.BytesIO()

    def field(value: bytes) -> None:
        out.write(len(value).to_bytes(4, "big") + value)

    for place, id in enumerate(ids.tolist()):
        out.write((14).to_bytes(2, "big"))
        number = id.to_bytes(8, "big")
        for value in (number, number, (id * 7919).to_bytes(8, "big"), number, f"h{id % 2000}.test".encode(), b"s"):
            field(value)
        field(at.to_bytes(8, "big", signed=True))
        field(at.to_bytes(8, "big", signed=True))
        field((5).to_bytes(2, "big"))
        field(words[place].tobytes())
        field(b"\x14\x00" * (WORDS // 20))
        field(b"\x3f\x80\x00\x00")  # 1.0
        field(b"")
        field(words[place, :32].tobytes())
    return out.getvalue()


def _copy(tx: PostgresTransaction, table: str, rows: bytes) -> None:
    header = b"PGCOPY\n\xff\r\n\0" + bytes(8)
    with tx.connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {table} FROM STDIN (FORMAT binary)", io.BytesIO(header + rows + b"\xff\xff"))


def settled(database: Database, texts: Sequence[str], first: int, postmaster: int) -> float:
    """Documents per CPU-second of `prepare` and `settle`: those of this process and of all of PostgreSQL's."""
    spent = 0.0
    for start in range(0, len(texts), BATCH):
        articles = [_article(first + start + n, text) for n, text in enumerate(texts[start : start + BATCH])]
        with database.transaction() as tx:
            tx.insert(
                "INSERT INTO url (id, hash, url, host, source, claims) OVERRIDING SYSTEM VALUE VALUES %s",
                [(one.id, digest(one.url), one.url, one.host, "s", "{}") for one in articles],
            )
        began = time.process_time() + _server(postmaster)
        with database.transaction() as tx:
            batch = [Prepared(article=one, features=deduplicate.prepare(one)) for one in articles]
            tx.lock(1)
            deduplicate.settle(tx, batch)
        spent += time.process_time() + _server(postmaster) - began
    return len(texts) / max(spent, 1e-9)


def _article(number: int, text: str) -> Article:
    host = f"h{number % 500}.test"
    return Article(
        id=number, url=f"https://{host}/{number}", source="s", host=host, fetched=STARTED, claims=Claims(source="s"),
        first_seen=STARTED + timedelta(seconds=number), text=text, title=f"Title {number}",
    )  # fmt: skip


def _server(postmaster: int) -> float:
    """CPU-seconds of the server and its processes: backends, WAL writer, checkpointer."""
    children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
    return sum(_cpu(pid) for pid in [str(postmaster), *children])


def _cpu(pid: str) -> float:
    """CPU-seconds a process has used, to the nanosecond where the kernel tells it."""
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9
    except (OSError, ValueError, IndexError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def minhash(texts: Sequence[str], *, bulk: bool) -> float:
    """datasketch as its documentation has it: 128 permutations of five-word shingles, look up, insert. `bulk` gives it
    all shingles of a text at once."""
    index = datasketch.MinHashLSH(threshold=0.5, num_perm=128)
    began = time.process_time()
    for number, text in enumerate(texts):
        given = text.split()
        shingles = [" ".join(given[place : place + 5]).encode() for place in range(len(given) - 4)]
        sketch = datasketch.MinHash(num_perm=128)
        if bulk:
            sketch.update_batch(shingles)
        else:
            for shingle in shingles:
                sketch.update(shingle)
        index.query(sketch)
        index.insert(number, sketch)
    return len(texts) / (time.process_time() - began)
