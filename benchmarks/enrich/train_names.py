"""Train how names are told to be one: `processors/enrich/tables/likeness.npz`: costs of letters, weights of words, small trees.

usage: python -m benchmarks.enrich.train_names SHARED --table HALF.npz [--out FILE] [--fold 1|3]

From the open groups and open pairs of names (Wikidata, CC0). The table of words (`build_names`) must not have seen the groups that
the trees learn from, or they trust it too much: `--table` is one made with `build_names --half`, of every other group; letters are learned
from the groups it was made of, trees from the rest. With `--fold` they are learned from half of the rest, so that the other half can be
scored. Run `build_names` in full before: how rare words are is counted with the numbers of the table that is shipped.
"""

from __future__ import annotations

import argparse
import json
import lzma
import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
from anyascii import anyascii
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from benchmarks.extract.train import plain
from processors.enrich import likeness as k
from processors.enrich import names as n
from processors.enrich.clusters import keys_of
from processors.enrich.words import whole_hashes
from processors.extract.trees import Forest

SEED = 11
ROUNDS = 5
"""Alignments, each with the costs of the last."""
SMOOTH = 3000.0
"""Letters of all scripts that are counted with those of one pair of scripts."""
SETTINGS: dict[str, Any] = {
    "objective": "binary",
    "num_leaves": 16,
    "learning_rate": 0.13,
    "min_data_in_leaf": 60,
    "feature_fraction": 0.6,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "lambda_l2": 5.0,
    "num_threads": 1,
    "deterministic": True,
    "seed": SEED,
    "verbose": -1,
}
TREES = 110

Group = dict[str, Any]
Pair = tuple[str, str, str, bool]
"""Name, name, type, whether they are one."""


def groups(shared: Path) -> list[Group]:
    with lzma.open(shared / "names.jsonl.xz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


# Letters


@dataclass
class Letters:
    """Word pairs that stand for one another, the lower script first."""

    a: NDArray[np.uint8]
    b: NDArray[np.uint8]
    sizes: tuple[NDArray[np.int32], NDArray[np.int32]]
    pair: NDArray[np.int32]


def word_pairs(those: Sequence[Group], chance: random.Random) -> Letters:
    """Words in the same place of two names of a group."""
    found: list[tuple[n.Word, n.Word]] = []
    for group in those:
        names = n.parse_all(
            [e["name"] for e in group["names"]], [e["lang"] for e in group["names"]],
            [group["type"]] * len(group["names"]),
      )  # fmt: skip
        if group["type"] == "ORG":
            continue
        by_count: dict[int, list[n.Name]] = defaultdict(list)
        for name in names:
            by_count[len(name.words)].append(name)
        for count, alike in by_count.items():
            if not count or (count > 1 and group["type"] == "LOC"):
                continue
            for _ in range(min(8, len(alike) * 2)):
                one, other = chance.choice(alike), chance.choice(alike)
                found += [(x, y) for x, y in zip(one.words, other.words, strict=True) if x.latin != y.latin]
    ordered = [(x, y) if (x.script, x.latin) <= (y.script, y.latin) else (y, x) for x, y in found]
    a, size_a = k.encoded([x.latin for x, _ in ordered], k.LONGEST_WORD)
    b, size_b = k.encoded([y.latin for _, y in ordered], k.LONGEST_WORD)
    scripts = np.array([(x.script, y.script) for x, y in ordered], np.int32)
    keep = (size_a > 1) & (size_b > 1)
    pair = k.pair_of(scripts[:, 0], scripts[:, 1])
    return Letters(a[keep], b[keep], (size_a[keep], size_b[keep]), pair[keep])


def first_costs() -> tuple[k.Floats, k.Floats]:
    both = np.full((k.SCRIPTS**2, k.LETTERS, k.LETTERS), -1.5, np.float32)
    both[:, np.arange(k.LETTERS), np.arange(k.LETTERS)] = 2.5
    vowels = [k._CODE[c] for c in "aeiouy"]
    both[:, np.array(vowels)[:, None], np.array(vowels)[None, :]] = 1.0
    both[:, np.arange(k.LETTERS), np.arange(k.LETTERS)] = 2.5
    one = np.full((2, k.SCRIPTS**2, k.LETTERS), -1.2, np.float32)
    one[:, :, [*vowels, k._CODE["h"]]] = -0.6
    return both, one


def traced(
    given: Letters, at: NDArray[np.int64], costs: tuple[k.Floats, k.Floats], into: Counts
) -> NDArray[np.floating[Any]]:
    """Aligns these pairs and adds the letters that met to the counts; the score by the longer word."""
    both, one = costs
    a, b, pair = given.a[at].astype(np.int64), given.b[at].astype(np.int64), given.pair[at]
    size_a, size_b = given.sizes[0][at], given.sizes[1][at]
    count, wide, high = len(at), k.LONGEST_WORD, k.LONGEST_WORD
    table = np.zeros((wide + 1, high + 1, count), np.float32)
    back = np.zeros((wide + 1, high + 1, count), np.int8)
    for j in range(high):
        table[0, j + 1] = table[0, j] + one[1, pair, b[:, j]]
        back[0, j + 1] = 2
    for i in range(wide):
        table[i + 1, 0] = table[i, 0] + one[0, pair, a[:, i]]
        back[i + 1, 0] = 1
        for j in range(high):
            choices = np.stack([
                table[i, j] + both[pair, a[:, i], b[:, j]],
                table[i, j + 1] + one[0, pair, a[:, i]],
                table[i + 1, j] + one[1, pair, b[:, j]],
            ])  # fmt: skip
            back[i + 1, j + 1] = choices.argmax(0)
            table[i + 1, j + 1] = choices.max(0)
    rows = np.arange(count)
    score = table[size_a, size_b, rows] / np.maximum(size_a, size_b)
    left, right = size_a.copy(), size_b.copy()
    good = score > into.least
    while True:
        live = np.flatnonzero(good & ((left > 0) | (right > 0)))
        if not len(live):
            return score
        step = back[left[live], right[live], live]
        for move, (down, across) in enumerate(((1, 1), (1, 0), (0, 1))):
            those = live[step == move]
            x = a[those, left[those] - 1] if down else np.zeros(len(those), np.int64)
            y = b[those, right[those] - 1] if across else np.zeros(len(those), np.int64)
            np.add.at(into.met, (pair[those], x, y), 1.0)
            left[those] -= down
            right[those] -= across


class Counts:
    """How often letters met; letter 0 stands for nothing."""

    def __init__(self, least: float) -> None:
        self.met = np.zeros((k.SCRIPTS**2, k.LETTERS, k.LETTERS))
        self.least = least
        """Score by letter below which an alignment is none."""

    def costs(self) -> tuple[k.Floats, k.Floats]:
        met = self.met.copy()
        for script in range(k.SCRIPTS):
            at = script * k.SCRIPTS + script
            met[at] = (met[at] + met[at].T) / 2
        total = met.sum(0) + 0.5
        total[0, 0] = 0.0
        shared = total / total.sum()
        both = np.zeros(met.shape, np.float32)
        one = np.zeros((2, k.SCRIPTS**2, k.LETTERS), np.float32)
        for at in range(k.SCRIPTS**2):
            share = met[at] + SMOOTH * shared
            share /= share.sum()
            left, right = share.sum(1), share.sum(0)
            left[0] = right[0] = 1.0
            left, right = left / left[1:].sum(), right / right[1:].sum()
            both[at] = np.log(np.maximum(share, 1e-9) / (left[:, None] * right[None, :] + 1e-9))
            one[0, at] = np.log(np.maximum(share[:, 0], 1e-9) / (left + 1e-9))
            one[1, at] = np.log(np.maximum(share[0], 1e-9) / (right + 1e-9))
        return np.clip(both, -6, 6), np.clip(one, -6, 2)


def learned_costs(given: Letters) -> tuple[k.Floats, k.Floats]:
    costs = first_costs()
    for number in range(ROUNDS):
        counts = Counts(-9.0 if number == 0 else 0.3)
        score = np.concatenate([
            traced(given, np.arange(at, min(at + 20_000, len(given.a))), costs, counts)
            for at in range(0, len(given.a), 20_000)
        ])  # fmt: skip
        costs = counts.costs()
        print(f"letters, round {number}: {len(score)} pairs of words, mean score {score.mean():.3f}", flush=True)
    return costs


def learned_weights(given: Letters, costs: tuple[k.Floats, k.Floats]) -> k.Floats:
    """Weights that tell words that stand for one another from others of the same scripts."""
    chance = np.random.default_rng(SEED)
    order = np.lexsort((chance.random(len(given.a)), given.a[:, 0], given.pair))
    other = np.roll(order, 1)
    rows, wanted, weight = [], [], []
    within = given.pair % k.SCRIPTS == given.pair // k.SCRIPTS
    for left, right, same in ((order, order, 1), (order, other, 0), (order, chance.permutation(order), 0)):
        ok = given.pair[left] == given.pair[right]
        left, right = left[ok], right[ok]
        sizes = given.sizes[0][left], given.sizes[1][right]
        score = k.aligned(given.a[left], given.b[right], sizes, given.pair[left], costs)
        rows.append(k.word_features(score, *sizes, ~within[left]))
        wanted.append(np.full(len(left), same))
        weight.append(np.full(len(left), 1.0 if same else 0.5))
    fit = LogisticRegression(fit_intercept=False, C=1.0, max_iter=300)
    fit.fit(np.concatenate(rows), np.concatenate(wanted), np.concatenate(weight))
    print(f"words: {fit.score(np.concatenate(rows), np.concatenate(wanted)):.3f} right", flush=True)
    return np.asarray(fit.coef_[0], np.float32)


def rareness(those: Sequence[Group]) -> tuple[NDArray[np.uint32], k.Floats]:
    """How rare words are: in how many groups each stands."""
    counted: Counter[str] = Counter()
    for group in those:
        names = n.parse_all(
            [e["name"] for e in group["names"]], [None] * len(group["names"]), [group["type"]] * len(group["names"])
        )
        counted.update({f"m{w.meaning}" if w.meaning >= 0 else f"w{w.latin}" for name in names for w in name.words})
    kept = [word for word, count in counted.items() if count >= 2]
    hashes = whole_hashes(kept)
    order = np.argsort(hashes, kind="stable")
    values = np.array([np.log(len(those) / counted[word]) for word in kept], np.float32)
    return hashes[order], values[order]


# Pairs of names


def drawn(those: Sequence[Group], chance: random.Random) -> Iterator[Pair]:
    """Pairs of one group's names, and of names that look alike but are two's."""
    blocks: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    for group in those:
        kind, names = group["type"], [e["name"] for e in group["names"]]
        for _ in range(min(6, len(names))):
            a, b = chance.sample(names, 2) if len(names) > 1 else (names[0], names[0])
            if plain_words(a) != plain_words(b):
                yield a, b, kind, True
        for name in chance.sample(names, min(len(names), 4)):
            parsed = n.parse_all([name], [None], [kind])[0]
            # Not those of names that are one bone apart: too many of them are hopeless, and the trees learn little else.
            for key in (key for key in keys_of(parsed, kind) if not key.startswith(("d", "^d", "^i"))):
                blocks[kind + key].append((name, kind, group["id"]))
    yield from alike(blocks, chance)


def alike(blocks: dict[str, list[tuple[str, str, str]]], chance: random.Random) -> Iterator[Pair]:
    """Names of two groups that share a key, a few of each block, those with more letters in common first."""
    seen: set[tuple[str, str]] = set()
    for key in sorted(blocks):
        members = blocks[key]
        if len({id for _, _, id in members}) < 2:
            continue
        for _ in range(min(3, len(members) // 2)):
            a = chance.choice(members)
            others = [m for m in chance.sample(members, min(6, len(members))) if m[2] != a[2]]
            if not others:
                continue
            b = max(others, key=lambda m: near(a[0], m[0])) if chance.random() < 0.6 else chance.choice(others)
            pair = (min(a[0], b[0]), max(a[0], b[0]))
            if pair not in seen and plain_words(a[0]) != plain_words(b[0]):
                seen.add(pair)
                yield *pair, a[1], False


def near(a: str, b: str) -> float:
    one, other = ({name[i : i + 2].lower() for i in range(len(name) - 1)} for name in (a, b))
    return len(one & other) / max(1, len(one | other))


def plain_words(name: str) -> str:
    return " ".join(sorted(n.folded_name(name).split("_")))


def made(those: Sequence[Group], chance: random.Random) -> Iterator[Pair]:
    """A man and a woman, a father and a son: names changed as people do."""
    people = [e["name"] for g in those if g["type"] == "PER" for e in g["names"] if e["kind"] == "label"]
    for name in chance.sample(people, min(4000, len(people))):
        words = name.split()
        if len(words) < 2 or not name.isprintable():
            continue
        latin, russian = n.script_of(name) == n.LATIN, n.script_of(name) == n.CYRILLIC
        if latin and words[0][-1] not in "aeiouy":
            yield name, " ".join([words[0] + chance.choice(["a", "a", "ina"]), *words[1:]]), "PER", False
        elif latin and words[0].endswith("o"):
            yield name, " ".join([words[0][:-1] + "a", *words[1:]]), "PER", False
        elif russian and words[0][-1] not in "аеиоуыэюяй" and words[-1][-2:] in ("ов", "ев", "ин"):
            yield name, " ".join([words[0] + "а", *words[1:-1], words[-1] + "а"]), "PER", False
        if russian:
            for a, b in crossed(words):
                yield a, b, "PER", False
        if latin and chance.random() < 0.25:
            first, second = chance.sample([" Jr.", " Sr.", " III", " II"], 2)
            yield name + first, name + second, "PER", False
            yield name + first, name, "PER", chance.random() < 0.7


def confused(those: Sequence[Group], chance: random.Random) -> Iterator[Pair]:
    """Names with another given name that looks alike (Hassan for Hussein), beside a name of the first."""
    alike: dict[tuple[int, str], dict[str, int]] = defaultdict(dict)
    able = []
    for group in those:
        if group["type"] != "PER":
            continue
        names = [e["name"] for e in group["names"] if e["kind"] == "label" and "," not in e["name"]]
        parsed = n.parse_all(names, [None] * len(names))
        for name, parts in zip(names, parsed, strict=True):
            first = parts.words[0] if len(parts.words) > 1 and len(name.split()) == len(parts.words) else None
            if first and first.meaning >= 0 and len(first.bones) > 1:
                alike[first.script, first.bones][name.split()[0]] = first.meaning
                able.append((name, first, names))
    for name, first, names in chance.sample(able, min(6000, len(able))):
        others = [w for w, meaning in alike[first.script, first.bones].items() if meaning != first.meaning]
        if others:
            yield chance.choice(names), " ".join([chance.choice(sorted(others)), *name.split()[1:]]), "PER", False


def crossed(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    """A man in Cyrillic and a woman of his names in Latin letters, and the other way round."""
    if words[0][-1] not in "аеиоуыэюяй" and words[-1][-2:] in ("ов", "ев", "ин"):
        woman = [words[0] + "а", *words[1:-1], words[-1] + "а"]
        yield " ".join(words), anyascii(" ".join(woman))
        yield " ".join(woman), anyascii(" ".join(words))


def official(shared: Path, owner: dict[str, int], wanted: set[int]) -> Iterator[Pair]:
    """The open pairs whose names are all of these groups."""
    with lzma.open(shared / "names-pairs.jsonl.xz", "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            if {owner.get(row[side], -1) for side in "ab"} <= wanted:
                yield row["a"], row["b"], row["type"], row["same"]


def weights(pairs: Sequence[Pair], made_up: int) -> NDArray[np.float64]:
    """So that half of the pairs are one, and scripts, types weigh as in the open pairs; the first ones are made up."""
    share = {"LL": 0.60, "LX": 0.30, "XY": 0.10, "made": 0.07}
    kinds = {"PER": 0.7, "ORG": 0.15, "LOC": 0.15}
    keys = []
    for number, (a, b, kind, same) in enumerate(pairs):
        scripts = sorted("L" if n.script_of(name) == n.LATIN else "X" for name in (a, b))
        both = "".join(scripts)
        keys.append((same, kind, "made" if number < made_up else {"LL": "LL", "LX": "LX", "XX": "XY"}[both]))
    counted = Counter(keys)
    return np.array([share[key[2]] * kinds[key[1]] / counted[key] for key in keys]) * len(pairs)


def fitted(pairs: Sequence[Pair], made_up: int, mine: k.Model) -> Forest:
    names = sorted({(name, kind) for a, b, kind, _ in pairs for name in (a, b)})
    at = {named: i for i, named in enumerate(names)}
    parsed = n.parse_all([name for name, _ in names], [None] * len(names), [kind for _, kind in names])
    lexicon = k.Lexicon(parsed, mine)
    a = np.array([at[p[0], p[2]] for p in pairs], np.int32)
    b = np.array([at[p[1], p[2]] for p in pairs], np.int32)
    kinds = np.array([k.KINDS[p[2]] for p in pairs], np.int8)
    rows = np.concatenate([k.features(lexicon, a[s], b[s], kinds[s]) for s in pieces(len(pairs))], axis=1).T
    data = lightgbm.Dataset(rows, np.array([p[3] for p in pairs], np.int8), weight=weights(pairs, made_up))
    booster = lightgbm.train(SETTINGS, data, TREES)
    gain = booster.feature_importance("gain")
    print(
        "features by gain:",
        [(int(i), round(float(gain[i] / gain.sum()), 3)) for i in np.argsort(-gain)[:14]],
        flush=True,
    )
    return plain(booster)


def pieces(count: int) -> list[slice]:
    return [slice(at, at + k.PIECE) for at in range(0, count, k.PIECE)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shared", type=Path)
    parser.add_argument("--out", type=Path, default=k.MODEL)
    parser.add_argument("--table", type=Path, required=True)
    parser.add_argument("--fold", type=int, choices=(1, 3))
    given = parser.parse_args()
    shipped = n.TABLE
    n.TABLE = given.table
    chance = random.Random(SEED)
    those = groups(given.shared)
    seen = [g for i, g in enumerate(those) if i % 2 == 0]
    fresh = {i for i in range(len(those)) if i % 2 == 1 and (given.fold is None or i % 4 == given.fold)}
    letters = word_pairs(seen, chance)
    costs = learned_costs(letters)
    rare = rareness(seen)
    empty = Forest(
        feature=np.zeros((1, 1), np.int16), threshold=np.zeros((1, 1), np.float32), mask=np.zeros((1, 1), np.uint16),
        leaves=np.zeros((1, 16), np.float32),
  )  # fmt: skip
    mine = k.Model(*costs, learned_weights(letters, costs), *rare, empty)
    owner = {e["name"]: i for i, g in enumerate(those) for e in g["names"]}
    open_ = list(official(given.shared, owner, fresh))
    learning = [those[i] for i in sorted(fresh)]
    changed = [*made(learning, chance), *confused(learning, chance)]
    pairs = [*changed, *drawn(learning, chance), *open_ * 3]
    print(f"{len(pairs)} pairs, {len(open_)} of them given; {sum(p[3] for p in pairs)} are one", flush=True)
    trees = fitted(pairs, len(changed), mine)
    if given.fold is None:  # words are numbered anew in the table that is shipped
        n.TABLE = shipped
        n.learned.cache_clear()
        rare = rareness(those)
    arrays: dict[str, Any] = {
        "both": mine.both.astype(np.float16),
        "one": mine.one.astype(np.float16),
        "sure": mine.sure,
        "rare": rare[0],
        "rareness": rare[1].astype(np.float16),
        **trees.arrays("tree_"),
    }
    np.savez_compressed(given.out, **arrays)
    print(f"{given.out}: {given.out.stat().st_size} bytes")


if __name__ == "__main__":
    main()
