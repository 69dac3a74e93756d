"""`train`, `quality` and `speed` of stories: what is claimed of them, measured.

python -m benchmarks.stories train --data ../shared/stories       writes processors/stories/chances.json
python -m benchmarks.stories quality --data ../shared/stories     the same by cross-validation, nothing written
python -m benchmarks.stories speed --open 100000                  documents told per CPU-second
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
from numpy.typing import NDArray

from benchmarks.duplicates import SEED, rows, tree_lists
from processors.deduplicate.decision import read
from processors.stories.chances import MODEL, Forest
from processors.stories.clusters import linked
from processors.stories.filter import stories_rows, telling
from processors.stories.telling import Stories
from processors.stories.window import FEATURES, Window

SETS = ("ecbplus", "fnc1", "allsides-early")
WEIGHTS = {"ecbplus": 1.0, "fnc1": 1.0, "allsides-early": 2.0}
FOLDS = 5
MONOTONE = [0, 0, 1, 1, 0, 1, 1, 1, 0, 0, 0, 0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """One set, with the pairs of neighbours of its window."""

    name: str
    rows: list[dict[str, Any]]
    pairs: list[tuple[int, int]]
    values: NDArray[np.float64]
    same: NDArray[np.bool_]
    parts: NDArray[np.int64]
    """Fold of each row: by time where dates are known, by topic otherwise."""


def labelled(folder: Path, name: str) -> Labelled:
    """Reads a set and compares its articles, in the order they would come."""
    given = rows(folder / f"{name}.jsonl.xz")
    random.Random(SEED).shuffle(given)
    given.sort(key=lambda row: row["date"] or "")
    window = Window()
    for number, row in enumerate(given):
        one = telling(number + 1, row)
        window.add(one, window.neighbours(one))
    pairs, values = [], []
    for id in window.tellings:
        others = sorted(other for other in window.edges[id] if other > id)
        if others:
            pairs += [(id - 1, other - 1) for other in others]
            values.append(window.features(id, others))
    same = np.array([given[a]["story"] == given[b]["story"] for a, b in pairs])
    return Labelled(name=name, rows=given, pairs=pairs, values=np.vstack(values), same=same, parts=_parts(given))


def _parts(given: Sequence[dict[str, Any]]) -> NDArray[np.int64]:
    if given[-1]["date"]:
        return np.arange(len(given)) * FOLDS // len(given)
    groups = [str(row.get("topic") or row["story"]) for row in given]
    return np.array([int(hashlib.md5(g.encode(), usedforsecurity=False).hexdigest(), 16) % FOLDS for g in groups])


def fit(given: Sequence[tuple[NDArray[np.float64], NDArray[np.bool_], float]]) -> str:
    """The model file's text, trained on (values, same story, weight of the set)."""
    values = np.vstack([part[0] for part in given])
    same = np.concatenate([part[1] for part in given]).astype(int)
    weights = np.concatenate([np.full(len(part[1]), part[2] * 3e4 / max(1, len(part[1]))) for part in given])
    booster = lightgbm.train(
        {
            "objective": "binary", "learning_rate": 0.08, "num_leaves": 6, "min_data_in_leaf": 40, "verbose": -1,
            "bagging_fraction": 0.7, "bagging_freq": 1, "feature_fraction": 0.7, "seed": SEED, "num_threads": 1,
            "deterministic": True, "force_row_wise": True, "monotone_constraints": MONOTONE,
        },
        lightgbm.Dataset(values, same, weight=weights, feature_name=list(FEATURES)),
        num_boost_round=90,
    )  # fmt: skip
    trees = [tree_lists(tree["tree_structure"]) for tree in booster.dump_model()["tree_info"]]
    return json.dumps({"features": FEATURES, "seed": SEED, "rows": len(same), "trees": trees}, separators=(",", ":"))


def cross_validated(sets: Sequence[Labelled], own: Labelled) -> NDArray[np.float64]:
    """Chances of a set's pairs by decisions that saw the other sets and the other folds of this one."""
    ends = np.array(own.pairs)
    left, right = own.parts[ends[:, 0]], own.parts[ends[:, 1]]
    found = np.zeros(len(ends))
    others = [(one.values, one.same, WEIGHTS[one.name]) for one in sets if one is not own]
    for part in range(FOLDS):
        seen = (left != part) & (right != part)
        text = fit([*others, (own.values[seen], own.same[seen], WEIGHTS[own.name])])
        chosen = ~seen
        found[chosen] = np.maximum(found[chosen], Forest(read(text, FEATURES)).scores(own.values[chosen]))
    return found


def figures(told: Sequence[object], gold: Sequence[object]) -> str:
    """B-cubed and pair F1, as the scorer has them."""
    clusters, stories, both = Counter(told), Counter(gold), Counter(zip(told, gold, strict=True))
    precision = sum(n * n / clusters[one] for (one, _), n in both.items()) / len(gold)
    recall = sum(n * n / stories[story] for (_, story), n in both.items()) / len(gold)
    hit, got, true = (sum(n * (n - 1) for n in counts.values()) for counts in (both, clusters, stories))
    return f"B-cubed {2 * precision * recall / (precision + recall):.3f}  pair F1 {2 * hit / max(1, got + true):.3f}"


def grouped(own: Labelled, found: NDArray[np.float64]) -> list[int]:
    """The stories that average linkage makes of a set's chances."""
    chances = dict(zip(own.pairs, found.tolist(), strict=True))
    place = {id: index for index, group in enumerate(linked(range(len(own.rows)), chances)) for id in group}
    return [place[id] for id in range(len(own.rows))]


def quality(folder: Path) -> None:
    """Prints what cross-validation says, and how streams without repair and in disorder compare."""
    sets = [labelled(folder, name) for name in SETS]
    for own in sets:
        gold = [row["story"] for row in own.rows]
        print(f"{own.name:15} cross-validated  {figures(grouped(own, cross_validated(sets, own)), gold)}")


def train(folder: Path) -> None:
    """Writes the model file."""
    sets = [labelled(folder, name) for name in SETS]
    text = fit([(one.values, one.same, WEIGHTS[one.name]) for one in sets])
    MODEL.write_text(text + "\n", encoding="utf-8")
    print(f"{MODEL}: {len(text)} bytes; on its own training sets:")
    judge = Forest(read(text, FEATURES))
    for own in sets:
        told = [row["story"] for row in stories_rows(own.rows, judge)]
        print(f"{own.name:15} filter  {figures(told, [row['story'] for row in own.rows])}")


def speed(count: int, measured: int = 2000) -> None:
    """Prints documents told per CPU-second while so many are open: made texts, a fifth of them about known events."""
    made = random.Random(SEED)
    words = [f"{''.join(made.choices('bcdfglmnprst', k=3))}{index}" for index in range(60_000)]
    weights = list(itertools.accumulate(1.0 / (rank + 30) for rank in range(len(words))))
    events = [made.choices(words, cum_weights=weights, k=40) for _ in range(count // 5)]
    numbers = itertools.count(1)
    stories = Stories(lambda: next(numbers))
    spent = 0.0
    for number in range(count + measured):
        event = made.choice(events)
        text = " ".join(made.choices(words, cum_weights=weights, k=250) + made.choices(event, k=60))
        row = {
            "title": " ".join(made.choices(event, k=8)),
            "text": text.capitalize() + ".",
            "date": f"2026-11-{1 + number * 13 // (count + measured):02}",
        }
        began = time.process_time()
        stories.tell(telling(number + 1, row))
        if number >= count:
            spent += time.process_time() - began
    print(f"{count} open: {measured / spent:.0f} documents per CPU-second, {len(stories.members)} stories")


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs one of the commands."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=["train", "quality", "speed"])
    parser.add_argument("--data", type=Path, default=Path("../shared/stories"))
    parser.add_argument("--open", type=int, default=100_000)
    given = parser.parse_args(arguments)
    if given.command == "speed":
        speed(given.open)
    elif given.command == "train":
        train(given.data)
    else:
        quality(given.data)


if __name__ == "__main__":
    main(sys.argv[1:])
