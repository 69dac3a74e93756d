"""Train the topic model: `processors/enrich/models/topics.npz` (and `cc-by-sa/topics.npz` with sib-200's rows).

usage: python -m benchmarks.enrich.train_topics SHARED [--free] [--folds 3 --out FILE]

Learned from: names and definitions of IPTC Media Topics (CC BY 4.0), words written down by us (`topics.txt`), and, unless --free, the rows
of sib-200 (CC BY-SA 4.0). Every other row of topics.jsonl.xz is only scored.
"""

from __future__ import annotations

import argparse
import json
import lzma
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
from scipy import sparse

from processors.enrich.topics import CODES, topic_words
from processors.enrich.words import grams

SEED = 5
FEATURES = 40_000
LIST_TEXTS = 30
"""Texts made of each list of words."""
LIST_WORTH, VOCABULARY_WORTH, ROW_WORTH = 1.0, 1.0, 0.35
EPOCHS, RATE, DECAY = 12, 0.5, 2e-5
SHORTEST_GRAM = 3
HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Sample:
    """A text to learn from."""

    words: list[str]
    code: int
    worth: float
    few: bool = False
    """Only the topics that sib-200 has were asked about: the others are neither right nor wrong."""


def read(path: Path) -> Iterator[dict[str, Any]]:
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def lists() -> Iterator[Sample]:
    rng = np.random.default_rng(SEED)
    words: dict[tuple[str, str], list[str]] = defaultdict(list)
    for line in (HERE / "topics.txt").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            code, language, listed = line.split("\t")
            words[code, language] += listed.split()
    for (code, language), those in words.items():
        for _ in range(max(6, min(LIST_TEXTS, len(those)))):
            some = [str(w) for w in rng.choice(those, min(len(those), 6), replace=False)]
            yield Sample(
                topic_words(" ".join(some)), CODES.index(code), LIST_WORTH * (1.0 if language != "zh" else 2.0)
            )
        for word in those:
            yield Sample(topic_words(word), CODES.index(code), LIST_WORTH * 0.5)


def vocabulary(shared: Path) -> Iterator[Sample]:
    for row in read(shared / "media-topics.jsonl.xz"):
        for language, name in row["names"].items():
            text = f"{name} {name} {row['definitions'].get(language, '')}"
            yield Sample(topic_words(text), CODES.index(row["top"][:2]), VOCABULARY_WORTH)


def labelled(shared: Path) -> Iterator[tuple[str, Sample]]:
    for row in read(shared / "topics.jsonl.xz"):
        if row["train"]:
            yield row["id"], Sample(topic_words(row["text"]), CODES.index(row["topic"][:2]), ROW_WORTH, few=True)


def matrix(texts: Sequence[Sequence[str]], index: np.ndarray | None = None) -> tuple[sparse.csr_matrix, np.ndarray]:
    """Texts as weights of n-grams: 1 + log of how often a word is there, for each of its n-grams."""
    words: list[str] = []
    owner: list[int] = []
    worth: list[float] = []
    for number, those in enumerate(texts):
        for word, count in Counter(w.lower() for w in those).items():
            words.append(word)
            owner.append(number)
            worth.append(1.0 + np.log(count))
    found = grams(words)
    keep = (found.length >= SHORTEST_GRAM) | (found.length == 0)
    hashes, of = found.hash[keep], found.owner[keep]
    if index is None:
        unique, counts = np.unique(hashes, return_counts=True)
        index = unique[counts >= 2]
    at = np.minimum(np.searchsorted(index, hashes), len(index) - 1)
    hit = index[at] == hashes
    rows, values = np.array(owner)[of[hit]], np.array(worth, np.float32)[of[hit]]
    return sparse.csr_matrix((values, (rows, at[hit])), (len(texts), len(index))), index


def fit(samples: list[Sample]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(SEED)
    x, index = matrix([s.words for s in samples])
    df = np.asarray((x > 0).sum(0)).ravel()
    idf = np.log((1 + len(samples)) / (1 + df)).astype(np.float32) + 0.5
    x = x @ sparse.diags(idf)
    norm = np.sqrt(np.asarray(x.multiply(x).sum(1)).ravel()) + 1e-6
    x = (sparse.diags((1 / norm).astype(np.float32)) @ x).tocsr().astype(np.float32)
    gold = np.array([s.code for s in samples])
    worth = np.array([s.worth for s in samples], np.float32)
    mass = np.bincount(gold, worth, len(CODES))
    worth *= (mass.mean() / np.maximum(mass, 1))[gold] ** BALANCE
    few = np.array([s.few for s in samples])
    outside = np.where([code in ASKED for code in CODES], 0.0, OUTSIDE).astype(np.float32)
    w = np.zeros((x.shape[1], len(CODES)), np.float32)
    bias = np.zeros(len(CODES), np.float32)
    squares = np.full_like(w, 1e-4)
    for epoch in range(EPOCHS):
        loss = 0.0
        for rows in np.array_split(rng.permutation(len(gold)), len(gold) // 1024 + 1):
            part = x[rows]
            raw = SHARP * (part @ w) + bias
            raw[few[rows]] += outside
            raw -= raw.max(1, keepdims=True)
            p = np.exp(raw)
            p /= p.sum(1, keepdims=True)
            each = np.arange(len(rows))
            loss -= float((np.log(np.maximum(p[each, gold[rows]], 1e-9)) * worth[rows]).sum())
            p[each, gold[rows]] -= 1.0
            p *= worth[rows][:, None]
            back = part.T.tocsr()
            used = np.flatnonzero(np.diff(back.indptr))
            gradient = (back[used] @ p) * SHARP / len(rows) + DECAY * w[used]
            squares[used] += gradient**2
            w[used] -= RATE * 0.1 * gradient / np.sqrt(squares[used])
            bias -= 0.02 * p.mean(0)
        print(f"epoch {epoch} loss {loss / worth.sum():.3f}", file=sys.stderr)
    weights = w * idf[:, None]
    strength = np.abs(weights - weights.mean(1, keepdims=True)).max(1) * np.sqrt(df)
    kept = np.sort(np.argsort(-strength)[:FEATURES])
    return index[kept], weights[kept], bias


SHARP, BALANCE = 20.0, 0.9
OUTSIDE = -0.6
"""How far the topics that sib-200 lacks are kept out of its rows' softmax: 0 would teach that its languages never have them."""
ASKED = frozenset(["01", "07", "10", "11", "13", "15"])


def fold_of(row_id: str, folds: int) -> int:
    return crc32(row_id.encode()) % folds


def cross_validate(shared: Path, folds: int, out: Path, free: bool) -> None:
    base = [*lists(), *vocabulary(shared)]
    rows = [] if free else list(labelled(shared))
    gold = list(read(shared / "topics.jsonl.xz"))
    with out.open("w", encoding="utf-8") as file:
        for number in range(folds):
            index, weights, _ = fit(base + [s for row_id, s in rows if fold_of(row_id, folds) != number])
            mine = [r for r in gold if (fold_of(r["id"], folds) == number if r["train"] else number == 0)]
            x, _ = matrix([topic_words(r["text"]) for r in mine], index)
            scores = x @ weights
            for row, score in zip(mine, scores, strict=True):
                file.write(json.dumps({"id": row["id"], "topic": CODES[int(score.argmax())]}) + "\n")


def samples(shared: Path, free: bool) -> Iterable[Sample]:
    yield from lists()
    yield from vocabulary(shared)
    if not free:
        yield from (sample for _, sample in labelled(shared))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shared", type=Path)
    parser.add_argument("--folds", type=int, default=0)
    parser.add_argument("--free", action="store_true")
    parser.add_argument("--out", type=Path, default=Path("processors/enrich/models"))
    given = parser.parse_args()
    if given.folds:
        cross_validate(given.shared, given.folds, given.out, given.free)
        return
    index, weights, _ = fit(list(samples(given.shared, given.free)))
    scale = np.abs(weights).max(0) / 127
    path = given.out / ("topics.npz" if given.free else "cc-by-sa/topics.npz")
    np.savez_compressed(
        path, hashes=index, weights=np.round(weights / scale).astype(np.int8), scale=scale.astype(np.float32)
    )
    print(f"{path}: {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
