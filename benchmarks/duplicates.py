"""`train`, `quality` and `speed` of the stage `deduplicate`: what is claimed of it, measured.

python -m benchmarks.duplicates train --data ../shared/duplicates     writes processors/deduplicate/decision.json
python -m benchmarks.duplicates quality --data ../shared/duplicates   the same by cross-validation, nothing written
python -m benchmarks.duplicates speed --stored 100000                 documents per CPU-second against MinHash-LSH
"""

from __future__ import annotations

import argparse
import hashlib
import json
import lzma
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
from numpy.typing import NDArray

from benchmarks.duplicates_speed import Asked, speed
from processors.deduplicate.compare import CLEARLY_APART, CLEARLY_COPIES, Text, shared, values
from processors.deduplicate.decision import FEATURES, MODEL, Decision, read
from processors.deduplicate.filter import Document, cleared, document, furniture_keys, sharing
from processors.deduplicate.words import shingles

SEED = 1
FOLDS = 5
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


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs one of the commands."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=["train", "quality", "speed"])
    parser.add_argument("--data", type=Path, default=Path("../shared/duplicates"))
    parser.add_argument("--stored", type=int, default=100_000)
    parser.add_argument("--measured", type=int, default=3000)
    parser.add_argument("--warm", type=int, default=500)
    given = parser.parse_args(arguments)
    if given.command == "speed":
        speed(Asked(stored=given.stored, measured=given.measured, warm=given.warm))
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
