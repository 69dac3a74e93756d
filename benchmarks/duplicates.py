"""`train`, `quality` and `speed` of the stage `deduplicate`: what is claimed of it, measured.

python -m benchmarks.duplicates train --data ../shared/duplicates     writes processors/deduplicate/decision.json
python -m benchmarks.duplicates quality --data ../shared/duplicates   the same by cross-validation, nothing written
python -m benchmarks.duplicates speed --stored 100000                 documents per CPU-second against MinHash-LSH
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import json
import lzma
import os
import random
import shutil
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import datasketch
import lightgbm
import numpy as np
from numpy.typing import NDArray

from broadsheet.model import Article, Claims
from broadsheet.settings import Settings
from broadsheet.storage import server
from broadsheet.storage.postgres import Database, PostgresTransaction, migrate
from broadsheet.storage.shingles import Holding, PostgresShingles, week_of
from broadsheet.storage.urls import digest
from processors import deduplicate
from processors.deduplicate.compare import CLEARLY_APART, CLEARLY_COPIES, Text, shared, values
from processors.deduplicate.decision import FEATURES, MODEL, Decision, read
from processors.deduplicate.filter import Document, cleared, document, furniture_keys, sharing
from processors.deduplicate.words import shingles
from processors.stage import Prepared

SEED = 1
FOLDS = 5
STARTED = datetime(2026, 11, 4, 12, tzinfo=UTC)
NEWS = 1.0
COPY = 0.2
"""Weight of a made copy: there are eight times as many of them as of labelled pairs."""
TRAP = 2.0
SHARING = {"wrapped", "brief20", "trim50"}
"""Variants that hold a passage of another article: their pairs with traps are not scored."""
SEEN = {"wrapped", "update", "local", "edit12", "brief20", "trim50"}
ROUGHLY = 0.4
"""Containment that makes copies where no decision is at hand."""
MONOTONE = [1, 0, 1, 0, 0, 0, 0, 1, 0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A labelled pair."""

    set: str
    label: str
    group: str
    """Pairs of one group are never in two folds."""
    variant: str
    containment: float
    values: tuple[float, ...]


def rows(path: Path) -> list[dict[str, Any]]:
    """The rows of a JSONL(.xz) file."""
    text = lzma.decompress(path.read_bytes()) if path.suffix == ".xz" else path.read_bytes()
    return [json.loads(line) for line in text.splitlines() if line.strip()]


def example(set: str, label: str, group: str, variant: str, one: Text, other: Text) -> Example:
    """What the two texts of a pair share."""
    short, long = sorted((one, other), key=lambda text: (len(text.hashes), text.hashes[:64].tobytes()))
    size = min(short.shingle, long.shingle)
    exact = shingles(short.hashes, size), shingles(long.hashes, size)
    containment = shared(*exact)[0]
    band = CLEARLY_APART <= containment < CLEARLY_COPIES
    found = values(short, long, exact, containment) if band else ()
    return Example(set=set, label=label, group=group, variant=variant, containment=containment, values=found)


def news_examples(folder: Path) -> tuple[list[Example], int]:
    """Pairs of the news set that would be compared, and the copies among the labelled ones that are equal texts or
    are never compared: (examples, equal copies)."""
    given = rows(folder / "news.jsonl.xz")
    labels = {tuple(sorted((row["a"], row["b"]))): row["label"] for row in rows(folder / "news-pairs.jsonl.xz")}
    documents = [document(number, _chosen(row)) for number, row in enumerate(given)]
    cleaned = _cleared(documents, _roughly_grouped(documents))
    alike = [(documents[a], documents[b]) for a, b in _equal(documents)]
    equal = sum(labels.get(tuple(sorted((one.name, other.name)))) == "dup" for one, other in alike)
    found = []
    for a, b in sorted(sharing(cleaned) - set(_equal(documents))):
        names = tuple(sorted((documents[a].name, documents[b].name)))
        label = labels.get(names, "no")
        found.append(example("news", label, names[0], names[0].split("-")[0], cleaned[a].text, cleaned[b].text))
    return found, equal


def wire_examples(folder: Path) -> list[Example]:
    """Made copies with their originals, and the pairs that join two groups."""
    given = rows(folder / "wire-copies.jsonl.xz")
    documents = [document(number, _chosen(row)) for number, row in enumerate(given)]
    numbers = {group: number for number, group in enumerate(sorted({row["group"] for row in given}))}
    cleaned = _cleared(documents, {number: numbers[row["group"]] for number, row in enumerate(given)})
    originals = {row["group"]: number for number, row in enumerate(given) if row["variant"] == "orig"}
    found = [
        example("wire", "dup", row["group"], row["variant"], cleaned[n].text, cleaned[originals[row["group"]]].text)
        for n, row in enumerate(given)
        if row["variant"] in SEEN and row["group"] in originals
    ]
    for a, b in sorted(sharing(cleaned)):
        one, other = given[a], given[b]
        if one["group"] == other["group"] or SHARING & {one["variant"], other["variant"]}:
            continue
        trap = next((row for row in (one, other) if row["variant"].startswith("trap")), None)
        variant = "trap" if trap else "stray"
        pair = example("wire", "no", (trap or one)["group"], variant, cleaned[a].text, cleaned[b].text)
        if pair.containment >= CLEARLY_APART:
            found.append(pair)
    return found


def _chosen(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row.get(name) for name in ("id", "title", "text")}


def _cleared(documents: Sequence[Document], heads: dict[int, int]) -> list[Document]:
    furniture = furniture_keys(documents, heads)
    return [cleared(item, furniture) for item in documents]


def _roughly_grouped(documents: Sequence[Document]) -> dict[int, int]:
    """Groups by containment alone: the decision that is to be trained cannot make them."""
    heads = {number: number for number in range(len(documents))}
    for a, b in sorted(sharing(documents) | set(_equal(documents))):
        one, other = documents[a].text, documents[b].text
        size = min(one.shingle, other.shingle)
        if shared(shingles(one.hashes, size), shingles(other.hashes, size))[0] >= ROUGHLY:
            heads[b] = heads[a]
    return heads


def _equal(documents: Sequence[Document]) -> Iterator[tuple[int, int]]:
    places: defaultdict[int, list[int]] = defaultdict(list)
    for number, item in enumerate(documents):
        if item.twin.words:
            places[item.twin.exact].append(number)
    for found in places.values():
        yield from ((found[i], found[j]) for i in range(len(found)) for j in range(i + 1, len(found)))


def fold_of(group: str) -> int:
    """The fold of a group, the same everywhere."""
    return int(hashlib.md5(str(group).encode(), usedforsecurity=False).hexdigest(), 16) % FOLDS


def fit(examples: Iterable[Example]) -> str:
    """The model file's text, trained on the examples between clearly apart and clearly copies."""
    used = [pair for pair in examples if pair.values and pair.label != "grey"]
    matrix = np.array([pair.values for pair in used])
    wanted = np.array([pair.label == "dup" for pair in used], dtype=int)
    weights = np.array([_weight(pair) for pair in used])
    booster = lightgbm.train(
        {
            "objective": "binary", "learning_rate": 0.08, "num_leaves": 5, "max_depth": 3, "min_data_in_leaf": 20,
            "bagging_fraction": 0.6, "bagging_freq": 1, "monotone_constraints": MONOTONE, "seed": SEED, "verbose": -1,
            "num_threads": 1, "deterministic": True, "force_row_wise": True,
        },
        lightgbm.Dataset(matrix, wanted, weight=weights, feature_name=list(FEATURES)),
        num_boost_round=120,
    )  # fmt: skip
    trees = [tree_lists(tree["tree_structure"]) for tree in booster.dump_model()["tree_info"]]
    return json.dumps({"features": FEATURES, "seed": SEED, "rows": len(used), "trees": trees}, separators=(",", ":"))


def _weight(pair: Example) -> float:
    if pair.set == "news":
        return NEWS
    return COPY if pair.label == "dup" else TRAP


def tree_lists(root: dict[str, Any]) -> dict[str, list[Any]]:
    """LightGBM's nested nodes as flat lists."""
    flat: dict[str, list[Any]] = {"feature": [], "threshold": [], "left": [], "right": [], "value": []}

    def add(node: dict[str, Any]) -> int:
        place = len(flat["feature"])
        leaf = "leaf_value" in node
        flat["feature"].append(-1 if leaf else node["split_feature"])
        flat["threshold"].append(0.0 if leaf else node["threshold"])
        flat["value"].append(round(node["leaf_value"], 6) if leaf else 0.0)
        flat["left"].append(0)
        flat["right"].append(0)
        if not leaf:
            flat["left"][place] = add(node["left_child"])
            flat["right"][place] = add(node["right_child"])
        return place

    add(root)
    return flat


def judged(judge: Decision, examples: Sequence[Example]) -> NDArray[np.bool_]:
    """Which pairs are called copies."""
    return np.array(
        [
            pair.containment >= CLEARLY_COPIES or (bool(pair.values) and judge.score(pair.values) >= 0.5)
            for pair in examples
        ],
        dtype=bool,
    )


def cross_validated(examples: Sequence[Example], apart: Callable[[Example], int]) -> NDArray[np.bool_]:
    """Each pair judged by a decision that never saw its part."""
    parts = np.array([apart(pair) for pair in examples])
    said = np.zeros(len(examples), dtype=bool)
    for part in sorted(set(parts.tolist()) - {-1}):
        judge = read(fit(pair for pair, own in zip(examples, parts, strict=True) if own != part))
        chosen = np.flatnonzero(parts == part)
        said[chosen] = judged(judge, [examples[index] for index in chosen.tolist()])
    return said


def report(examples: Sequence[Example], said: NDArray[np.bool_], equal: int, labelled: int) -> None:
    """The same figures as the scorer's."""
    pairs = list(zip(examples, said.tolist(), strict=True))
    news = [(pair.label == "dup", yes) for pair, yes in pairs if pair.set == "news" and pair.label != "grey"]
    hit = equal + sum(true and yes for true, yes in news)
    got = equal + sum(yes for _, yes in news)
    print(f"news   P {hit / got:.3f}  R {hit / labelled:.3f}  F1 {2 * hit / (got + labelled):.4f}")
    recalls = {}
    for variant in sorted(SEEN):
        here = [yes for pair, yes in pairs if pair.set == "wire" and pair.variant == variant]
        if here:
            recalls[variant] = sum(here) / len(here)
    print("wire   " + "  ".join(f"{name} {value:.3f}" for name, value in recalls.items()))
    traps = {pair.group for pair, yes in pairs if yes and pair.variant == "trap"}
    print(f"traps  {len(traps)}   strays {sum(yes for pair, yes in pairs if pair.variant == 'stray')}")


def made_texts(count: int) -> list[str]:
    """Texts of about 400 words, every tenth a copy with a few words changed."""
    chance = random.Random(SEED)
    words = [f"{''.join(chance.choices('aeioubcdfglmnprst', k=5))}{index % 97}" for index in range(50_000)]
    weights = list(itertools.accumulate(1.0 / (rank + 10) for rank in range(len(words))))
    texts: list[str] = []
    for number in range(count):
        if number % 10 == 9:
            given = chance.choice(texts[-200:]).split(" ")
            for _ in range(12):
                given[chance.randrange(len(given))] = chance.choice(words)
            texts.append(" ".join(given))
        else:
            sentences = [chance.choices(words, cum_weights=weights, k=20) for _ in range(chance.randint(10, 30))]
            texts.append(". ".join(" ".join(sentence) for sentence in sentences) + ".")
    return texts


def speed(stored: int, measured: int) -> None:
    """Prints documents per CPU-second of this process and its PostgreSQL backend, beside datasketch's MinHash-LSH."""
    texts = made_texts(measured)
    folder = Path(tempfile.mkdtemp(prefix="broadsheet-bench-"))
    folder.chmod(0o755)
    settings = Settings(var=folder)
    server.start(settings)
    try:
        database = Database(server.database_url(settings))
        migrate(database)
        _fill(database, stored)
        ours = _settled(database, texts)
        database.close()
    finally:
        server.stop(settings, "immediate")
        shutil.rmtree(folder, ignore_errors=True)
    theirs = _minhash(texts)
    print(f"{stored} stored: {ours:.0f} documents per CPU-second; MinHash-LSH {theirs:.0f}; ratio {ours / theirs:.1f}")


def _fill(database: Database, stored: int) -> None:
    """Puts so many articles into the table, with 33 keys each (the mean of real ones), over 13 weeks."""
    monday = week_of(STARTED)
    with database.transaction() as tx:
        table = PostgresShingles(tx)
        for back in range(13):
            week = monday - timedelta(days=7 * back)
            table.add([Holding(key=0, owner=1)], {1: week})
            tx.run(
                "INSERT INTO shingle SELECT %(week)s, hashint8extended(n, k)::bigint & -16, n"
                " FROM generate_series(%(low)s::bigint, %(high)s::bigint) AS n, generate_series(1, 33) AS k",
                {"week": week, "low": 10**9 + back * stored // 13, "high": 10**9 + (back + 1) * stored // 13 - 1},
            )
        tx.run(
            "INSERT INTO twin SELECT n, n, hashint8extended(n, 99), 0, 'h' || n %% 2000, 's', %(at)s::timestamptz,"
            " %(at)s, 5, decode(repeat(md5(n::text), 50), 'hex'), ''::bytea"
            " FROM generate_series(%(low)s::bigint, %(high)s::bigint) AS n",
            {"at": STARTED, "low": 10**9, "high": 10**9 + stored - 1},
        )
    connection = database.connect(autocommit=True)
    tx = PostgresTransaction(connection)
    tx.run("VACUUM ANALYZE")
    tx.run("CHECKPOINT")
    connection.close()


def _settled(database: Database, texts: Sequence[str]) -> float:
    spent = 0.0
    for start in range(0, len(texts), 50):
        articles = [
            Article(
                id=number + 1, url=f"https://h{number % 500}.test/{number}", source="s", host=f"h{number % 500}.test",
                fetched=STARTED, first_seen=STARTED, claims=Claims(source="s"), text=texts[number], title=f"Title {number}",
            )
            for number in range(start, min(start + 50, len(texts)))
        ]  # fmt: skip
        with database.transaction() as tx:
            for one in articles:
                tx.run(
                    "INSERT INTO url (id, hash, url, host, source, claims) OVERRIDING SYSTEM VALUE"
                    " VALUES (%(id)s, %(hash)s, %(url)s, %(host)s, 's', '{}')",
                    {"id": one.id, "hash": digest(one.url), "url": one.url, "host": one.host},
                )
        with database.transaction() as tx:
            backend = int(tx.rows("SELECT pg_backend_pid() AS pid")[0]["pid"])
            began = time.process_time() + _cpu(backend)
            batch = [Prepared(article=one, features=deduplicate.prepare(one)) for one in articles]
            tx.run("SELECT pg_advisory_xact_lock(1)")
            deduplicate.settle(tx, batch)
        spent += time.process_time() + _cpu(backend) - began
    return len(texts) / spent


def _cpu(pid: int) -> float:
    """CPU-seconds a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _minhash(texts: Sequence[str]) -> float:
    """datasketch as its documentation has it: 128 permutations of five-word shingles, look up, insert."""
    index = datasketch.MinHashLSH(threshold=0.5, num_perm=128)
    began = time.process_time()
    for number, text in enumerate(texts):
        given = text.split()
        sketch = datasketch.MinHash(num_perm=128)
        for place in range(len(given) - 4):
            sketch.update(" ".join(given[place : place + 5]).encode())
        index.query(sketch)
        index.insert(number, sketch)
    return len(texts) / (time.process_time() - began)


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs one of the commands."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=["train", "quality", "speed"])
    parser.add_argument("--data", type=Path, default=Path("../shared/duplicates"))
    parser.add_argument("--stored", type=int, default=100_000)
    parser.add_argument("--measured", type=int, default=3000)
    given = parser.parse_args(arguments)
    if given.command == "speed":
        speed(given.stored, given.measured)
        return
    news, equal = news_examples(given.data)
    labelled = sum(row["label"] == "dup" for row in rows(given.data / "news-pairs.jsonl.xz"))
    examples = [*news, *wire_examples(given.data)]
    if given.command == "train":
        text = fit(examples)
        MODEL.write_text(text + "\n", encoding="utf-8")
        print(f"{MODEL}: {len(text)} bytes; on its own training pairs:")
        report(examples, judged(read(text), examples), equal, labelled)
        return
    print(f"{FOLDS} folds by article:")
    report(examples, cross_validated(examples, lambda pair: fold_of(pair.group)), equal, labelled)
    print("each source of the news set by a decision that saw only the other:")
    sources = {"fnc": 0, "fnct": 1}
    report(examples, cross_validated(examples, lambda pair: sources.get(pair.variant, -1)), equal, labelled)


if __name__ == "__main__":
    main(sys.argv[1:])
