"""Trains the model that tells an article's blocks from furniture, cross-validates it by site and writes it with its card.

python -m benchmarks.extract.train --pages ../shared/pages/pages.jsonl.xz --out processors/extract/blocks.npz
"""

from __future__ import annotations

import argparse
import hashlib
import json
import lzma
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean
from typing import Any

import lightgbm
import numpy as np
from numpy.typing import NDArray

from benchmarks.extract.labels import shares
from benchmarks.extract.measure import Score, compare
from processors.extract.features import NAMES, Matrix, describe
from processors.extract.html import open_page
from processors.extract.model import second_look, worth_asking
from processors.extract.pieces import Cut
from processors.extract.trees import MOST_LEAVES, MOST_NODES, Forest

SEEDS = (1, 2)
"""Their forests are averaged: with some six hundred pages to learn from, luck is worth .003."""
FOLDS = 5
TREES = (80, 120)
"""Of each of the two looks, for each seed."""
NEVER = ("daniel",)
"""Sets whose annotations are GPL-3: scored, never trained on."""
SETTINGS: dict[str, Any] = {
    "objective": "binary", "learning_rate": 0.1, "num_leaves": MOST_LEAVES, "min_data_in_leaf": 45, "feature_fraction": 0.15,
    "bagging_fraction": 0.8, "bagging_freq": 1, "lambda_l2": 10.0, "max_bin": 127, "verbose": -1, "num_threads": 1,
    "deterministic": True, "force_col_wise": True,
}  # fmt: skip
UNSURE = 0.2
"""Weight of a piece of which the gold text has half: neither answer is right."""
THRESHOLDS = (0.3, 0.35, 0.4, 0.45, 0.5)


@dataclass(slots=True)
class Sample:
    """A labelled page, cut and described."""

    id: str
    dataset: str
    site: str
    licence: str
    gold: str
    cut: Cut
    described: Matrix
    wanted: NDArray[np.float32]
    weight: NDArray[np.float64]
    fold: int
    alone: Matrix = field(default_factory=lambda: np.zeros(0, np.float32))
    both: Matrix = field(default_factory=lambda: np.zeros((0, 0), np.float32))
    final: Matrix = field(default_factory=lambda: np.zeros(0, np.float32))


def fold_of(site: str) -> int:
    """The same fold for all pages of a site, for ever."""
    return int(hashlib.sha256(site.encode()).hexdigest(), 16) % FOLDS


def samples(path: Path) -> Iterator[Sample]:
    """The labelled pages, those without any text left out."""
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            opened = open_page(row["html"], row["url"] or "")
            cut = opened.cut
            if not cut.pieces:
                continue
            texts = [piece.text for piece in cut.pieces]
            wanted = np.array(shares(texts, row["body"]), np.float32)
            size = np.array([piece.words for piece in cut.pieces], np.float64)
            gold = max(300.0, float((size * wanted).sum()))
            sure = np.maximum(UNSURE, np.abs(2.0 * wanted - 1.0))
            weight = (np.minimum(size, 1200) / gold + 0.3 / len(texts)) * sure
            fold = -1 if row["dataset"] in NEVER else fold_of(row["site"])
            yield Sample(
                row["id"],
                row["dataset"],
                row["site"],
                row["licence"],
                row["body"],
                cut,
                describe(cut, opened.hints),
                wanted,
                weight,
                fold,
            )


def fit(pages: Sequence[Sample], matrices: Sequence[Matrix], trees: int) -> Forest:
    """The average of a forest for each seed over these pages."""
    keep = [worth_asking(page.cut, page.described) for page in pages]
    wanted = np.concatenate([page.wanted[kept] for page, kept in zip(pages, keep, strict=True)]) >= 0.5
    weight = np.concatenate([page.weight[kept] for page, kept in zip(pages, keep, strict=True)])
    rows = np.concatenate([matrix[kept] for matrix, kept in zip(matrices, keep, strict=True)])
    data = lightgbm.Dataset(rows, wanted.astype(np.int8), weight=weight / weight.mean(), free_raw_data=False)
    return together([plain(lightgbm.train({**SETTINGS, "seed": seed}, data, trees)) for seed in SEEDS])


def together(forests: Sequence[Forest]) -> Forest:
    """One forest that answers with the mean of these."""
    return Forest(
        feature=np.concatenate([forest.feature for forest in forests], axis=1),
        threshold=np.concatenate([forest.threshold for forest in forests], axis=1),
        mask=np.concatenate([forest.mask for forest in forests], axis=1),
        leaves=(np.concatenate([forest.leaves for forest in forests]) / len(forests)).astype(np.float32),
    )


def plain(booster: lightgbm.Booster) -> Forest:
    """The booster as layers of nodes."""
    trees = booster.dump_model()["tree_info"]
    shape = (MOST_NODES, len(trees))
    feature, mask = np.zeros(shape, np.int16), np.full(shape, 0xFFFF, np.uint16)
    threshold = np.full(shape, np.inf, np.float32)
    leaves = np.zeros((len(trees), MOST_LEAVES), np.float32)
    for place, tree in enumerate(trees):
        values: list[float] = []
        nodes: list[tuple[int, float, int]] = []
        _flatten(tree["tree_structure"], values, nodes)
        leaves[place, : len(values)] = values
        for row, node in enumerate(nodes):
            feature[row, place], threshold[row, place], mask[row, place] = node
    return Forest(feature=feature, threshold=threshold, mask=mask, leaves=leaves)


def _flatten(node: dict[str, Any], values: list[float], nodes: list[tuple[int, float, int]]) -> None:
    if "leaf_value" in node:
        values.append(node["leaf_value"])
        return
    own, left = len(nodes), len(values)
    nodes.append((0, 0.0, 0))
    _flatten(node["left_child"], values, nodes)
    possible = 0xFFFF & ~(((1 << len(values)) - 1) & ~((1 << left) - 1))
    nodes[own] = (node["split_feature"], _lower(node["threshold"]), possible)
    _flatten(node["right_child"], values, nodes)


def _lower(threshold: float) -> float:
    """The threshold as a float32 that no larger value than the threshold itself falls below."""
    rounded = np.float32(threshold)
    return float(np.nextafter(rounded, np.float32(-np.inf))) if rounded > threshold else float(rounded)


def asked(page: Sample, trees: Forest, rows: Matrix) -> Matrix:
    """The scores of the page's pieces, as the product gives them: what is not worth asking about has none."""
    scores = np.zeros(len(rows), np.float32)
    kept = worth_asking(page.cut, page.described)
    if kept.any():
        scores[kept] = trees.probability(np.ascontiguousarray(rows[kept].T))
    return scores


def report(pages: Sequence[Sample], attribute: str, threshold: float) -> tuple[dict[str, Score], float]:
    """The scores per data set and the mean of their F1 at a threshold."""
    found: dict[str, list[tuple[float, float, float]]] = defaultdict(list)
    for page in pages:
        kept = getattr(page, attribute) >= threshold
        text = "\n\n".join(piece.text for piece, keep in zip(page.cut.pieces, kept, strict=True) if keep)
        found[page.dataset].append(compare(page.gold, text))
    table = {name: Score.of(rows) for name, rows in sorted(found.items())}
    return table, mean(score.f1 for score in table.values())


def show(pages: Sequence[Sample], attribute: str) -> None:
    """Print the scores at each threshold."""
    for threshold in THRESHOLDS:
        table, overall = report(pages, attribute, threshold)
        cells = " ".join(
            f"{name} {score.f1:.4f} ({score.precision:.3f}/{score.recall:.3f} bad {score.bad:.1%})"
            for name, score in table.items()
        )
        print(f"{attribute} >= {threshold}: mean {overall:.4f} | {cells}", flush=True)


def cross_validate(pages: Sequence[Sample]) -> tuple[Forest, Forest]:
    """Out-of-fold scores for every page, in both looks; and the forests trained on all sites that may be trained on."""
    known = [page for page in pages if page.fold >= 0]
    for fold in range(FOLDS):
        rest = [page for page in known if page.fold != fold]
        trees = fit(rest, [page.described for page in rest], TREES[0])
        for page in known:
            if page.fold == fold:
                page.alone = asked(page, trees, page.described)
    first = fit(known, [page.described for page in known], TREES[0])
    for page in pages:
        if page.fold < 0:
            page.alone = asked(page, first, page.described)
        page.both = np.concatenate([page.described, second_look(page.cut, page.alone)], axis=1)
    show(pages, "alone")
    for fold in range(FOLDS):
        rest = [page for page in known if page.fold != fold]
        trees = fit(rest, [page.both for page in rest], TREES[1])
        for page in known:
            if page.fold == fold:
                page.final = asked(page, trees, page.both)
    second = fit(known, [page.both for page in known], TREES[1])
    for page in pages:
        if page.fold < 0:
            page.final = asked(page, second, page.both)
    show(pages, "final")
    return first, second


def main() -> None:
    """Train, report, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--scores", type=Path, help="where to write the cross-validated score of each page's pieces")
    given = parser.parse_args()
    began = time.monotonic()
    pages = list(samples(given.pages))
    print(
        f"{len(pages)} pages, {sum(len(page.wanted) for page in pages)} pieces, {len(NAMES)} features, "
        f"{time.monotonic() - began:.0f} s",
        flush=True,
    )
    first, second = cross_validate(pages)
    arrays: dict[str, Any] = {**first.arrays("first_"), **second.arrays("second_")}
    np.savez_compressed(given.out, **arrays)
    print(f"{given.out}: {given.out.stat().st_size} bytes, {time.monotonic() - began:.0f} s")
    if given.scores:
        with given.scores.open("w", encoding="utf-8") as file:
            file.writelines(
                json.dumps({"id": page.id, "scores": [round(float(s), 4) for s in page.final]}) + "\n" for page in pages
            )


if __name__ == "__main__":
    main()
