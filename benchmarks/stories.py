"""`train`, `quality` and `speed` of stories: what is claimed of them, measured.

python -m benchmarks.stories train --data ../shared/stories       writes processors/stories/{dated,undated}.json
python -m benchmarks.stories quality --data ../shared/stories     the same by cross-validation, and streams in disorder
python -m benchmarks.stories speed --open 100000                  documents told per CPU-second
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import json
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
from numpy.typing import NDArray

from benchmarks.duplicates import SEED, rows, tree_lists
from benchmarks.stories_speed import speed
from processors.deduplicate.decision import read
from processors.stories.chances import DATED, UNDATED_MODEL, Forest, Judge
from processors.stories.clusters import linked
from processors.stories.filter import stories_rows
from processors.stories.reading import of_row
from processors.stories.telling import Stories
from processors.stories.window import FEATURES, Telling, Window

SETS = ("ecbplus", "fnc1", "allsides-early")
PAGES = ("aeb", "fundus_eval", "fundus_test", "wcxb", "magic_html", "chinese")
"""Sets of pages whose articles are about different things: what resembles each other there does so by chance."""
CHANCE = 0.2
"""Resemblance above which two of those articles may be of one event after all: such pairs are left out."""
WEIGHTS = {"ecbplus": 1.0, "fnc1": 1.0, "allsides-early": 2.0, "pages": 1.0}
FOR_DATED = ("allsides-early", "pages")
"""What the decision on dated articles learns from; the other one learns from all."""
FOLDS = 5
UP = {"names", "title", "who_share", "where_share", "figures_share", "resemblance", "first_least", "first_most"}
MONOTONE = [int(name in UP) for name in FEATURES]
THINNED = 3
"""Times that each set is read again with a few articles of each story, some without their dates: a stream sees few
reports of an event when it must decide, and most of what it sees has no company at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """Pairs of neighbours of a window, and what is true of them."""

    ends: NDArray[np.int64]
    """Two places in the set's rows each."""
    values: NDArray[np.float64]
    same: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """One set, in the order it would come."""

    name: str
    rows: list[dict[str, Any]]
    whole: Pairs
    thinned: Pairs
    parts: NDArray[np.int64]
    """Fold of each row: by time where dates are known, by topic otherwise."""


def labelled(folder: Path, name: str) -> Labelled:
    """Reads a set and compares its articles, in the order they would come. Dates in the texts are not read: a collection
    without dates teaches nothing of time."""
    given = rows(folder / f"{name}.jsonl.xz")
    random.Random(SEED).shuffle(given)
    given.sort(key=lambda row: row["date"] or "")
    return paired(name, given, read_rows(given))


def read_rows(given: Sequence[dict[str, Any]]) -> list[Telling]:
    """Rows as stories see them, with the dates they give."""
    tellings = [of_row(number, row) for number, row in enumerate(given, 1)]
    return [
        one if row["date"] else replace(one, dated=False, timed=False) for one, row in zip(tellings, given, strict=True)
    ]


def background(file: Path) -> Labelled:
    """Articles of which no two are of one event."""
    given = [
        {"title": row["title"], "text": row["body"], "date": row["date"], "story": row["id"]}
        for row in rows(file)
        if row["dataset"] in PAGES and len(row["body"] or "") > 300
    ]
    random.Random(SEED).shuffle(given)
    given.sort(key=lambda row: row["date"] or "")
    found = paired("pages", given, read_rows(given))
    return replace(found, whole=_some(found.whole, _by_chance), thinned=_some(found.thinned, _by_chance))


def _by_chance(pairs: Pairs) -> NDArray[np.bool_]:
    return np.asarray(pairs.values[:, FEATURES.index("resemblance")] < CHANCE)


def everything(folder: Path) -> list[Labelled]:
    """All that is learned from."""
    return [*(labelled(folder, name) for name in SETS), background(folder.parent / "pages" / "pages.jsonl.xz")]


def paired(name: str, given: list[dict[str, Any]], tellings: Sequence[Telling]) -> Labelled:
    """A set with its pairs; telling n is of row n - 1."""
    stories = [row["story"] for row in given]
    parts = [compared(thin(tellings, stories, random.Random(seed)), stories) for seed in range(THINNED)]
    thinned = Pairs(
        ends=np.vstack([part.ends for part in parts]),
        values=np.vstack([part.values for part in parts]),
        same=np.concatenate([part.same for part in parts]),
    )
    return Labelled(name=name, rows=given, whole=compared(tellings, stories), thinned=thinned, parts=_parts(given))


def thin(tellings: Sequence[Telling], stories: Sequence[str], chosen: random.Random) -> list[Telling]:
    """One to four articles of each story, a third of them without a date."""
    those: defaultdict[str, list[Telling]] = defaultdict(list)
    for one in tellings:
        those[stories[one.id - 1]].append(one)
    kept = [one for told in those.values() for one in chosen.sample(told, min(len(told), chosen.randint(1, 4)))]
    return [
        replace(one, dated=False) if chosen.random() < 1 / 3 else one for one in sorted(kept, key=lambda one: one.id)
    ]


def compared(tellings: Sequence[Telling], stories: Sequence[str]) -> Pairs:
    """The neighbours that a window of these articles finds."""
    window = Window()
    for one in tellings:
        window.add(one, window.neighbours(one))
    ends, values = [], []
    for id in window.tellings:
        others = sorted(other for other in window.edges[id] if other > id)
        if others:
            ends += [(id - 1, other - 1) for other in others]
            values.append(window.features(id, others))
    same = np.array([stories[a] == stories[b] for a, b in ends])
    return Pairs(ends=np.array(ends), values=np.vstack(values), same=same)


def _parts(given: Sequence[dict[str, Any]]) -> NDArray[np.int64]:
    if given[-1]["date"]:
        return np.arange(len(given)) * FOLDS // len(given)
    groups = [str(row.get("topic") or row["story"]) for row in given]
    return np.array([int(hashlib.md5(g.encode(), usedforsecurity=False).hexdigest(), 16) % FOLDS for g in groups])


def fit(given: Sequence[tuple[Pairs, float]]) -> str:
    """The model file's text, trained on (pairs, weight of the set)."""
    values = np.vstack([pairs.values for pairs, _ in given])
    same = np.concatenate([pairs.same for pairs, _ in given]).astype(int)
    weights = np.concatenate(
        [np.full(len(pairs.same), 3e4 * weight / max(1, len(pairs.same))) for pairs, weight in given]
    )
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


def weighted(one: Labelled, chosen: Callable[[Pairs], NDArray[np.bool_]] | None = None) -> list[tuple[Pairs, float]]:
    """What `fit` takes of a set: all pairs and the thinned ones, those that are chosen."""
    return [(_some(pairs, chosen) if chosen else pairs, WEIGHTS[one.name] / 2) for pairs in (one.whole, one.thinned)]


def _some(pairs: Pairs, chosen: Callable[[Pairs], NDArray[np.bool_]]) -> Pairs:
    those = chosen(pairs)
    return Pairs(ends=pairs.ends[those], values=pairs.values[those], same=pairs.same[those])


def learned_from(sets: Sequence[Labelled], dated: bool) -> list[Labelled]:
    """The sets that one of the two decisions learns from."""
    return [one for one in sets if not dated or one.name in FOR_DATED]


def cross_validated(sets: Sequence[Labelled], own: Labelled) -> NDArray[np.float64]:
    """Chances of a set's pairs by decisions that saw the other sets and the other folds of this one."""
    those = learned_from(sets, own.name in FOR_DATED)
    found = np.zeros(len(own.whole.ends))
    others = [item for one in those if one is not own for item in weighted(one)]
    for part in range(FOLDS):

        def seen(pairs: Pairs, part: int = part) -> NDArray[np.bool_]:
            return np.asarray((own.parts[pairs.ends] != part).all(axis=1))

        judge = Forest(read(fit([*others, *weighted(own, seen)]), FEATURES))
        chosen = ~seen(own.whole)
        found[chosen] = np.maximum(found[chosen], judge.scores(own.whole.values[chosen]))
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
    chances = dict(zip(map(tuple, own.whole.ends.tolist()), found.tolist(), strict=True))
    place = {id: index for index, group in enumerate(linked(range(len(own.rows)), chances)) for id in group}
    return [place[id] for id in range(len(own.rows))]


def quality(folder: Path) -> None:
    """Prints what cross-validation says, and how streams in disorder agree with those in order."""
    sets = everything(folder)
    for own in sets[:-1]:
        gold = [row["story"] for row in own.rows]
        print(f"{own.name:15} cross-validated  {figures(grouped(own, cross_validated(sets, own)), gold)}", flush=True)
    given = sets[SETS.index("allsides-early")].rows
    tellings = read_rows(given)
    wanted = streamed(tellings)
    for seed in range(3):
        chance = random.Random(seed)
        late = [replace(one, moment=one.moment + chance.choice((-1, 0, 1)) / 24) for one in tellings]
        chance.shuffle(late)
        print(f"allsides-early  in disorder, clocks an hour apart, against in order: {figures(streamed(late), wanted)}")


def streamed(tellings: Sequence[Telling]) -> list[int]:
    """The stories of articles told in this order and repaired, by article."""
    numbers = itertools.count(1)
    told = Stories(lambda: next(numbers))
    for one in tellings:
        told.tell(one)
    told.repair(one.id for one in tellings)
    return [told.story[one.id] for one in sorted(tellings, key=lambda one: one.id)]


def train(folder: Path) -> None:
    """Writes the model file."""
    sets = everything(folder)
    texts = [fit([item for one in learned_from(sets, dated) for item in weighted(one)]) for dated in (True, False)]
    for model, text in zip((DATED, UNDATED_MODEL), texts, strict=True):
        model.write_text(text + "\n", encoding="utf-8")
    print(f"{sum(map(len, texts))} bytes; on its own training sets:")
    judge = Judge(*(Forest(read(text, FEATURES)) for text in texts))
    for own in sets[:-1]:
        told = [row["story"] for row in stories_rows(own.rows, judge)]
        print(f"{own.name:15} filter  {figures(told, [row['story'] for row in own.rows])}")


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs one of the commands."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=["train", "quality", "speed"])
    parser.add_argument("--data", type=Path, default=Path("../shared/stories"))
    parser.add_argument("--open", type=int, default=100_000)
    parser.add_argument("--measured", type=int, default=2000)
    given = parser.parse_args(arguments)
    if given.command == "speed":
        speed(given.open, given.measured)
    elif given.command == "train":
        train(given.data)
    else:
        quality(given.data)


if __name__ == "__main__":
    main(sys.argv[1:])
