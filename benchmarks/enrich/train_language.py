"""Train the language models of enrich: one of rows and lists that may be passed on freely, one with CC BY-SA rows too.

usage: python -m benchmarks.enrich.train_language SHARED [--free] [--folds 5 --out FILE]
       SHARED: the folder enrich/ of the labelled data

Needs, beside the project's `bench` extra, lingua-language-detector==1.4.1 (its n-gram tables, Apache-2.0) and
wordfreq==3.1.1 (word lists, CC BY-SA 4.0). With --folds the open rows are scored by cross-validation and no model is
written.
"""

from __future__ import annotations

import argparse
import json
import lzma
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from zlib import crc32

import numpy as np
from scipy import sparse

from processors.enrich.language import is_pidgin
from processors.enrich.words import WORD, grams

SEED = 7
FEATURES = 60_000
NB_BLUR = 300.0
"""Pseudo-observations of the common background added to each language's n-grams (Dirichlet prior)."""

WORD_LISTS = {"fil": "tl", "sh": None, "zh": None, "ja": None}
MOST_LIST_WORDS = 12_000

HAND = Path(__file__).parent / "hand.txt"
HAND_REPEATS = 250


def read(path: Path) -> Iterator[dict]:  # type: ignore[type-arg]
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


CYRILLIC = dict(zip("абвгдђежзијклмнопрстћуфхцчш", "abvgdđežzijklmnoprstćufhcčš", strict=True)) | {
    "љ": "lj",
    "њ": "nj",
    "џ": "dž",
}


def in_latin(text: str) -> str:
    """Serbian in its other script, in lower case where changed."""
    return "".join(CYRILLIC.get(c.lower(), c) for c in text)


def label(lang: str) -> str:
    return {"nb": "no", "nn": "nn"}.get(lang, lang)


def hand() -> dict[str, list[str]]:
    """The words of `hand.txt` by language."""
    found: dict[str, list[str]] = defaultdict(list)
    for line in HAND.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            lang, _, words = line.partition("\t")
            found[lang] += words.split()
    return found


def sentences(shared: Path, free: bool) -> list[tuple[str, str]]:
    """(language, text) of every row that may be trained on; with `free`, none under CC BY-SA."""
    found = [
        (r["lang"], r["text"])
        for r in read(shared / "language.jsonl.xz")
        if r["train"] and not (free and "BY-SA" in r["licence"])
    ]
    if not free:
        found += [(r["lang"], r["text"]) for r in read(shared / "topics.jsonl.xz") if r["train"] and r["lang"] != "zh"]
    for path in sorted(shared.glob("entities-*.jsonl.xz")):
        taken = 0
        for row in read(path):
            if (
                row["use"] == "train"
                and row["set"] not in ("europeana", "newseye")
                and not (free and "BY-SA" in row["licence"])
                and taken < 600
            ):
                lang = {"zh": "zh-Hans"}.get(row["lang"], row["lang"])
                found.append((lang, row["text"][:300]))
                taken += 1
    for lang, words in hand().items():
        rng = np.random.default_rng(SEED)
        found += [(lang, " ".join(rng.choice(words, int(rng.integers(3, 14))))) for _ in range(HAND_REPEATS)]
    return found + [(lang, in_latin(text)) for lang, text in found if lang == "sr" and in_latin(text) != text]


def word_lists() -> Iterator[tuple[str, Counter[str]]]:
    """Word frequencies of wordfreq, as counts in a million words."""
    import wordfreq

    for lang in sorted(wordfreq.available_languages("small")):
        target = WORD_LISTS.get(lang, lang)
        if target:
            words = wordfreq.get_frequency_dict(lang, "small")
            best = sorted(words.items(), key=lambda item: (-item[1], item[0]))[:MOST_LIST_WORDS]
            yield target, Counter({w: round(f * 1e6) for w, f in best if f * 1e6 >= 1})


def lingua_tables() -> Iterator[tuple[str, int, dict[str, float]]]:
    """(language, order, joint probability of each n-gram) of lingua's conditional tables."""
    import brotli
    import lingua

    names = {2: "bigrams", 3: "trigrams", 4: "quadrigrams", 5: "fivegrams", 1: "unigrams"}
    for folder in sorted((Path(lingua.__file__).parent / "language-models").iterdir()):
        if not folder.is_dir() or len(folder.name) != 2 or folder.name in ("zh", "ja"):
            continue
        before: dict[str, float] = {"": 1.0}
        for order in range(1, 6):
            if not (folder / f"{names[order]}.json.br").exists():
                break
            table = json.loads(brotli.decompress((folder / f"{names[order]}.json.br").read_bytes()))["ngrams"]
            joint: dict[str, float] = {}
            for share, those in table.items():
                up, down = share.split("/")
                for gram in those.split(" "):
                    joint[gram] = int(up) / int(down) * before.get(gram[:-1], 0.0)
            if folder.name == "sr":
                joint |= {in_latin(g): p for g, p in joint.items() if len(in_latin(g)) == order}
            yield folder.name, order, joint
            before = joint


class Counts:
    """Weighted counts of n-gram hashes by language."""

    def __init__(self) -> None:
        self.of: dict[str, dict[int, float]] = defaultdict(lambda: defaultdict(float))
        self.order: dict[int, int] = {}

    def add_words(self, lang: str, words: Counter[str], weight: float) -> None:
        those = list(words)
        found = grams(those)
        amount = np.array([words[w] for w in those], float)[found.owner] * weight
        keep = self.of[lang]
        unique, inverse = np.unique(found.hash, return_inverse=True)
        sums = np.bincount(inverse, amount)
        for h, total in zip(unique.tolist(), sums.tolist(), strict=True):
            keep[h] += total
        first = np.zeros(len(unique), np.int64)
        first[inverse] = found.length
        self.order.update(zip(unique.tolist(), first.tolist(), strict=True))


def bare_grams(names: list[str], order: int) -> np.ndarray:
    """Hashes of n-grams inside words, as `grams` gives them."""
    from processors.enrich.words import _mixed, codes_of

    codes = codes_of("".join(names)).reshape(len(names), order)
    rolled = codes[:, 0].copy()
    for k in range(1, order):
        rolled = rolled * np.uint32(31) + codes[:, k]
    return _mixed(rolled, order)


def prior_counts(free: bool) -> Counts:
    counts = Counts()
    for lang, order, joint in lingua_tables():
        names = [g for g, p in joint.items() if p > 2e-6 and len(g) == order]
        if not names:
            continue
        keep = counts.of[label(lang) if lang != "nb" else "no"]
        hashes = bare_grams(names, order).tolist()
        for h, name in zip(hashes, names, strict=True):
            keep[h] += joint[name] * LINGUA_WORTH
            counts.order[h] = order
    if not free:
        for lang, words in word_lists():
            counts.add_words({"nb": "no"}.get(lang, lang), words, LIST_WORTH)
    return counts


LINGUA_WORTH = 30_000.0
LIST_WORTH = 0.05


def vectors(texts: Iterable[str], index: np.ndarray) -> sparse.csr_matrix:
    """Texts as counts of the chosen n-grams, divided by the root of how many there are."""
    texts = list(texts)
    words, owner = [], []
    for number, text in enumerate(texts):
        those = WORD.findall(text)[:120]
        words += those
        owner += [number] * len(those)
    found = grams(words)
    at = np.searchsorted(index, found.hash)
    at[at == len(index)] = 0
    hit = index[at] == found.hash
    rows = np.array(owner, np.int64)[found.owner[hit]] if words else np.zeros(0, np.int64)
    matrix = sparse.csr_matrix((np.ones(hit.sum(), np.float32), (rows, at[hit])), (len(texts), len(index)))
    size = np.maximum(1.0, np.asarray(matrix.sum(1)).ravel()) ** -0.5
    return sparse.diags(size.astype(np.float32)) @ matrix


def fit(
    rows: list[tuple[str, str]], prior: Counts, languages: list[str], epochs: int = 12
) -> tuple[np.ndarray, np.ndarray]:
    """Hashes of the chosen n-grams and their weights by language: naive Bayes, then logistic regression from there."""
    counts = Counts()
    counts.order.update(prior.order)
    for lang, table in prior.of.items():
        if lang in languages:
            counts.of[lang].update(table)
    texts: dict[str, Counter[str]] = defaultdict(Counter)
    for lang, text in rows:
        texts[lang].update(WORD.findall(text))
    for lang, words in texts.items():
        counts.add_words(lang, words, 1.0)
    number = {lang: i for i, lang in enumerate(languages)}
    total: dict[int, np.ndarray] = {}
    pairs_h, pairs_l, pairs_c = [], [], []
    for lang, table in counts.of.items():
        pairs_h.append(np.fromiter(table.keys(), np.int64, len(table)))
        pairs_c.append(np.fromiter(table.values(), float, len(table)))
        pairs_l.append(np.full(len(table), number[lang]))
    del total
    hashes, inverse = np.unique(np.concatenate(pairs_h), return_inverse=True)
    amount = sparse.csr_matrix(
        (np.concatenate(pairs_c), (inverse, np.concatenate(pairs_l))), (len(hashes), len(languages))
    )
    order = np.array([counts.order[h] for h in hashes.tolist()])
    # choose by how much of a language's text the n-gram is, where it is most at home
    mass = np.zeros((6, len(languages)))
    for size in range(6):
        mass[size] = np.asarray(amount[order == size].sum(0)).ravel() + 1.0
    background = np.zeros(len(hashes))
    share_max = np.zeros(len(hashes))
    csr = amount.tocoo()
    share = csr.data / mass[order[csr.row], csr.col]
    np.maximum.at(share_max, csr.row, share)
    np.add.at(background, csr.row, share / len(languages))
    gain = share_max * np.log(np.maximum(share_max / background, 1.0 + 1e-9)) + 0.02 * share_max
    gain *= np.array([1.0, 1, 1, 1, 1, 0.9])[order]
    gain += close_gain(amount.tocsr(), mass, order, number)
    chosen = np.sort(np.argsort(-gain)[:FEATURES])
    dense = np.asarray(amount[chosen].todense())
    base = background[chosen][:, None]
    probability = (dense + NB_BLUR * base) / (mass[order[chosen]] + NB_BLUR)
    weights = np.log(probability / base).astype(np.float32)
    index = hashes[chosen].astype(np.uint32)
    sort = np.argsort(index)
    return index[sort], tuned(weights[sort], index[sort], rows, number, epochs)


CLOSE = (
    "no nn da sv",
    "hr sr bs sl",
    "pt es gl ca",
    "id ms",
    "az tr",
    "zu xh",
    "af nl",
    "om so",
    "pcm en",
    "rn sw lg",
    "la it ro",
    "ln sw",
    "ti am",
    "mr hi ne",
)
CLOSE_WORTH = 3.0


def close_gain(amount: sparse.csr_matrix, mass: np.ndarray, order: np.ndarray, number: dict[str, int]) -> np.ndarray:
    """What an n-gram is worth for telling languages apart that are taken for each other."""
    gain = np.zeros(len(order))
    for group in CLOSE:
        those = [number[lang] for lang in group.split() if lang in number]
        share = np.asarray(amount[:, those].todense()) / mass[order][:, those]
        mean = share.mean(1)
        best = share.max(1)
        gain = np.maximum(
            gain, CLOSE_WORTH * best * np.log(np.maximum(best / np.maximum(mean, 1e-12), 1.0)) / np.log(len(those))
        )
    return gain


def tuned(
    weights: np.ndarray, index: np.ndarray, rows: list[tuple[str, str]], number: dict[str, int], epochs: int
) -> np.ndarray:
    rng = np.random.default_rng(SEED)
    texts, labels = [], []
    for lang, text in rows:
        texts.append(text)
        labels.append(number[lang])
        words = text.split()
        if len(words) > 8:  # as short as headlines are
            at = int(rng.integers(0, len(words) - 6))
            texts.append(" ".join(words[at : at + int(rng.integers(3, 8))]))
            labels.append(number[lang])
    features = vectors(texts, index)
    gold = np.array(labels)
    each = np.bincount(gold, minlength=len(number)).astype(np.float32)
    worth = np.minimum((np.median(each) / np.maximum(each, 1.0)) ** 0.5, 3.0)[gold].astype(np.float32)
    weights = weights * np.float32(0.35)
    start = weights.copy()
    squares = np.full_like(weights, 1e-3)
    for epoch in range(epochs):
        loss = 0.0
        for rows_at in np.array_split(rng.permutation(len(gold)), len(gold) // 512 + 1):
            x = features[rows_at]
            score = x @ weights
            score -= score.max(1, keepdims=True)
            p = np.exp(score)
            p /= p.sum(1, keepdims=True)
            each_row = np.arange(len(rows_at))
            loss -= float(np.log(np.maximum(p[each_row, gold[rows_at]], 1e-9)).sum())
            p[each_row, gold[rows_at]] -= 1.0
            p *= worth[rows_at][:, None]
            part = x.T.tocsr()
            used = np.flatnonzero(np.diff(part.indptr))
            gradient = part[used] @ p + DECAY * (weights[used] - start[used]) * (len(rows_at) / 512)
            squares[used] += gradient**2
            weights[used] -= RATE * gradient / np.sqrt(squares[used])
        print(f"epoch {epoch} loss {loss / len(gold):.4f}", file=sys.stderr)
    return weights


RATE = 0.15
DECAY = 0.004


def quantised(weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    scale = np.maximum(np.abs(weights).max(0), 1e-6) / 127.0
    return np.round(weights / scale).astype(np.int8), scale.astype(np.float32)


def languages_of(rows: list[tuple[str, str]], prior: Counts) -> list[str]:
    return sorted({lang for lang, _ in rows} | set(prior.of))


def prepared(rows: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [({"nb": "no"}.get(lang, lang), text) for lang, text in rows]


def fold_of(lang: str, text: str, folds: int) -> int:
    return crc32((lang + re.sub(r"\W+", "", text)[:12]).encode()) % folds


def cross_validate(shared: Path, folds: int, out: Path, free: bool, only: int | None) -> None:
    """Predictions for the open rows, each by a model that saw no row of the same beginning."""
    rows, prior = prepared(sentences(shared, free)), prior_counts(free)
    languages = languages_of(rows, prior)
    gold = list(read(shared / "language.jsonl.xz"))
    with out.open("w", encoding="utf-8") as file:
        for fold in range(folds):
            if only is not None and fold != only:
                continue
            index, weights = fit([r for r in rows if fold_of(*r, folds) != fold], prior, languages)
            mine = [r for r in gold if fold_of({"nb": "no"}.get(r["lang"], r["lang"]), r["text"], folds) == fold]
            small, scale = quantised(weights)
            scores = vectors([r["text"] for r in mine], index) @ (small * scale)
            for row, score in zip(mine, scores, strict=True):
                answer = languages[int(score.argmax())]
                if answer == "en" and is_pidgin(WORD.findall(row["text"])):
                    answer = "pcm"
                file.write(json.dumps({"id": row["id"], "lang": answer}) + "\n")


def write(shared: Path, out: Path, free: bool) -> None:
    rows, prior = prepared(sentences(shared, free)), prior_counts(free)
    languages = languages_of(rows, prior)
    index, weights = fit(rows, prior, languages)
    small, scale = quantised(weights)
    path = out / ("language.npz" if free else "cc-by-sa/language.npz")
    np.savez_compressed(path, hashes=index, weights=small, scale=scale, languages=np.array(languages))
    print(f"{path}: {path.stat().st_size} bytes, {len(languages)} languages")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shared", type=Path)
    parser.add_argument("--folds", type=int, default=0)
    parser.add_argument("--only", type=int, default=None)
    parser.add_argument("--free", action="store_true")
    parser.add_argument("--out", type=Path, default=Path("processors/enrich/models"))
    given = parser.parse_args()
    if given.folds:
        cross_validate(given.shared, given.folds, given.out, given.free, given.only)
    else:
        write(given.shared, given.out, given.free)


if __name__ == "__main__":
    main()
