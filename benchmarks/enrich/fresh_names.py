"""Score names on groups that neither the words nor the trees have seen, told as `broadsheet names` tells them.

usage: python -m benchmarks.enrich.fresh_names SHARED --table HALF.npz --model LIKE.npz --fold 1|3 [--names N]

HALF.npz: `build_names --half`. LIKE.npz: `train_names --table HALF.npz --fold 1|3`. Half of the groups are in the table, a quarter taught
the trees, and the last quarter is scored. Pairs: each told alone (two names in one run) and all of them told in one list; by kind, and the
mean F1 with the kinds weighing as in all open pairs, since the fresh quarter has fewer of those that need two groups. Clusters: B-cubed
F1 of the fresh groups' names in one list, and with `--names N` of N names, the rest from the quarter that taught the trees, with the
CPU-seconds of all of it.
"""

from __future__ import annotations

import argparse
import json
import lzma
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.enrich.train_names import Group, groups
from processors.enrich import clusters as c
from processors.enrich import likeness as k
from processors.enrich import names as n

Row = dict[str, Any]


def fresh_pairs(shared: Path, those: Sequence[Group], fold: int) -> tuple[list[Row], list[Row]]:
    """Open pairs without a name of the groups that were learned from, and all open pairs."""
    owner = {entry["name"]: at for at, group in enumerate(those) for entry in group["names"]}
    with lzma.open(shared / "names-pairs.jsonl.xz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    learned = {at for at in range(len(those)) if at % 2 == 0 or at % 4 == fold}
    return [row for row in rows if not {owner.get(row[side], -1) for side in "ab"} & learned], rows


def f1(hit: float, wrong: float) -> float:
    return 2 * hit / (2 * hit + wrong) if hit else 0.0


def mean_f1(rows: Sequence[Row], answers: Sequence[bool], weight: Sequence[float]) -> float:
    """The mean of the F1 of `same` and of `not the same`."""
    table: Counter[tuple[bool, bool]] = Counter()
    for row, answer, heavy in zip(rows, answers, weight, strict=True):
        table[bool(row["same"]), answer] += heavy  # type: ignore[assignment]
    wrong = table[True, False] + table[False, True]
    return (f1(table[True, True], wrong) + f1(table[False, False], wrong)) / 2


def alone(rows: Sequence[Row]) -> list[bool]:
    """Each pair as if its two names were all there are."""
    return [len(set(c.clusters([row["a"], row["b"]], [None] * 2, [row["type"]] * 2))) == 1 for row in rows]


def listed(rows: Sequence[Row]) -> list[bool]:
    """All names of the pairs in one list."""
    named = sorted({(row[side], row["type"]) for row in rows for side in "ab"})
    ids = c.clusters([name for name, _ in named], [None] * len(named), [kind for _, kind in named])
    found = dict(zip(named, ids, strict=True))
    return [found[row["a"], row["type"]] == found[row["b"], row["type"]] for row in rows]


def show_pairs(
    title: str, rows: Sequence[Row], every: Sequence[Row], tell: Callable[[Sequence[Row]], list[bool]]
) -> None:
    answers = tell(rows)
    key = Counter((row["same"], row["kind"]) for row in rows)
    whole = Counter((row["same"], row["kind"]) for row in every)
    weight = [whole[row["same"], row["kind"]] / key[row["same"], row["kind"]] for row in rows]
    plain, weighed = mean_f1(rows, answers, [1.0] * len(rows)), mean_f1(rows, answers, weight)
    print(f"pairs {title}: {len(rows)}, mean F1 {weighed:.3f} by the kinds of all open pairs, {plain:.3f} as they are")
    right: dict[tuple[bool, str], list[bool]] = defaultdict(list)
    for row, answer in zip(rows, answers, strict=True):
        right[row["same"], row["kind"]].append(answer == row["same"])
    for (same, kind), told in sorted(right.items(), reverse=True):
        print(f"  {'same' if same else 'not':5}{kind:14}{sum(told) / len(told):6.2f} of {len(told)}", flush=True)


def show_clusters(those: Sequence[Group]) -> None:
    rows = [(e["name"], e["lang"], g["type"], g["id"]) for g in those for e in g["names"]]
    began = time.process_time()
    told = c.clusters([r[0] for r in rows], [r[1] for r in rows], [r[2] for r in rows])
    spent = time.process_time() - began
    size, own = Counter(told), Counter(r[3] for r in rows)
    both = Counter((r[3], id) for r, id in zip(rows, told, strict=True))
    shared = np.array([both[r[3], id] for r, id in zip(rows, told, strict=True)])
    precision = float((shared / np.array([size[id] for id in told])).mean())
    recall = float((shared / np.array([own[r[3]] for r in rows])).mean())
    score = 2 * precision * recall / (precision + recall)
    print(f"names {len(rows)}: B-cubed P {precision:.3f} R {recall:.3f} F1 {score:.3f}, {spent:.1f} CPU-s", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shared", type=Path)
    parser.add_argument("--table", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--fold", type=int, choices=(1, 3), required=True)
    parser.add_argument("--names", type=int)
    given = parser.parse_args()
    n.TABLE, k.MODEL = given.table, given.model
    those = groups(given.shared)
    rows, every = fresh_pairs(given.shared, those, given.fold)
    show_pairs("told alone", rows, every, alone)
    show_pairs("in one list", rows, every, listed)
    fresh = [group for at, group in enumerate(those) if at % 4 == 4 - given.fold]
    show_clusters(fresh)
    if given.names:
        seen = [group for at, group in enumerate(those) if at % 4 == given.fold]
        held = [*fresh, *seen]
        counted = np.cumsum([len(group["names"]) for group in held])
        show_clusters(held[: int(np.searchsorted(counted, given.names)) + 1])


if __name__ == "__main__":
    main()
