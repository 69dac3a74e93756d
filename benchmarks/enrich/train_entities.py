"""Train the recogniser of people, organisations and places, or score it on the open rows by cross-validation.

usage: python -m benchmarks.enrich.train_entities SHARED [--folds 5 --only 0 --out FILE] [--epochs 10] [--free]

Rows with use "train" are learned from; with --folds, predictions for rows of the folds held out (and, with the first
fold's model, for every row that may only be scored) go to FILE. With --free no row under CC BY-SA is used.
"""

from __future__ import annotations

import argparse
import json
import lzma
import re
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
from scipy import sparse

from processors.enrich.document import TOKEN
from processors.enrich.fold import fold
from processors.enrich.lists import Phrases
from processors.enrich.recogniser import (
    BUCKETS,
    CASELESS,
    ENDS,
    FIRST_LANGUAGE,
    HAN,
    LABELS,
    LANGUAGES,
    LOWER,
    LOWER_ROW,
    OLD_ROW,
    SLOTS,
    SMALL_ROWS,
    START_ROW,
    UPPER,
    Network,
    best_labels,
    bigram_buckets,
    flags,
    phrase_tags,
    scores,
    spelling_features,
)
from processors.enrich.words import grams, whole_hashes

SEED = 11
OLD = {"europeana", "newseye"}
OLD_KEPT = {("fr", "europeana"), ("fr", "newseye")}
D, H1, H2 = 48, 128, 64
GAP = 4
"""Empty tokens between two texts: as far as the network sees."""
BATCH = 3000
TEXT_WORTH = {"turkish_wiki": 0.6, "europeana": 0.4, "newseye": 0.4}
SWAP_TEXT, SWAP_NAME, SWAP_INFLECTED = 0.5, 0.5, 0.15
HIDE_SWAPPED, HIDE_ANY = 0.6, 0.08
INFLECTED = {"ru", "uk", "fi", "tr", "ar", "ko", "pl"}
LATIN = {"en", "de", "fr", "es", "it", "pt", "nl", "sv", "da", "fi", "tr", "id", "pl"}
LANGUAGE_HIDDEN = 0.25
RATE = 0.003


@dataclass(slots=True)
class Text:
    """A row as tokens with labels; ids are of the whole corpus' spellings."""

    id: str
    lang: str
    set: str
    ids: np.ndarray
    labels: np.ndarray
    weight: np.ndarray
    spans: list[tuple[int, int]]
    text: str
    breaks: np.ndarray
    """1 where a line begins."""


class Spellings:
    """Numbers of spellings."""

    def __init__(self) -> None:
        self.number: dict[str, int] = {"": 0}
        self.words = [""]

    def of(self, words: list[str]) -> np.ndarray:
        found = []
        for word in words:
            number = self.number.get(word)
            if number is None:
                number = self.number[word] = len(self.words)
                self.words.append(word)
            found.append(number)
        return np.array(found, np.int32)


def read(path: Path) -> Iterator[dict[str, Any]]:
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def labelled(row: dict[str, Any], spellings: Spellings) -> Text:
    text = row["text"]
    spans = [m.span() for m in TOKEN.finditer(text)]
    starts = np.array([a for a, _ in spans])
    ends = np.array([b for _, b in spans])
    labels = np.zeros(len(spans), np.int8)
    weight = np.full(len(spans), TEXT_WORTH.get(row["set"], 1.0), np.float32)
    for grey in row.get("ignore", ()):
        weight[(starts < grey["end"]) & (ends > grey["start"])] = 0.0
    for entity in row["entities"]:
        inside = np.flatnonzero((starts < entity["end"]) & (ends > entity["start"]))
        if not len(inside):
            continue
        kind = entity["type"]
        weight[inside] = TEXT_WORTH.get(row["set"], 1.0)
        if len(inside) == 1:
            labels[inside] = LABELS.index(f"U-{kind}")
            continue
        labels[inside] = LABELS.index(f"I-{kind}")
        labels[inside[0]] = LABELS.index(f"B-{kind}")
        labels[inside[-1]] = LABELS.index(f"L-{kind}")
    breaks = np.zeros(len(spans), np.bool_)
    for k in range(1, len(spans)):
        if "\n" in text[ends[k - 1] : starts[k]]:
            breaks[k] = True
    if len(breaks):
        breaks[0] = True
    return Text(row["id"], row["lang"], row["set"], spellings.of([text[a:b] for a, b in spans]), labels, weight, spans, text, breaks)


def name_stock(shared: Path, spellings: Spellings) -> dict[tuple[str, str], list[np.ndarray]]:
    """Names to put in the place of others, by language and type."""
    stock: dict[tuple[str, str], list[np.ndarray]] = defaultdict(list)
    rng = np.random.default_rng(SEED)
    for group in read(shared / "names.jsonl.xz"):
        for entry in group["names"]:
            if entry["kind"] != "label" or rng.random() > 0.6 or entry["lang"] not in LANGUAGES:
                continue
            name = re.sub(r"\s*[(（].*?[)）]", "", entry["name"])
            tokens = TOKEN.findall(name)
            if 1 <= len(tokens) <= 7:
                stock[entry["lang"], group["type"]].append(spellings.of(tokens))
    return stock


class Corpus:
    """Everything about spellings that training needs."""

    def __init__(self, spellings: Spellings, phrases: Phrases) -> None:
        words = spellings.words[1:]
        folds = whole_hashes([fold(w) for w in words])
        self.folds = np.r_[np.uint32(0), folds]
        features = np.zeros((len(words) + 1, SLOTS), np.int32)
        for at in range(0, len(words), 50_000):
            part = words[at : at + 50_000]
            features[at + 1 : at + 1 + len(part)] = spelling_features(part, grams(part), folds[at : at + len(part)])
        self.features = features
        self.flags = np.r_[np.uint8(0), np.array([flags(w) for w in words], np.uint8)]
        self.lower = np.r_[np.uint32(0), whole_hashes([w.lower() for w in words])]
        self.phrases = phrases


@dataclass(slots=True)
class Flat:
    """Texts one after the other, with gaps."""

    ids: np.ndarray
    labels: np.ndarray
    weight: np.ndarray
    small: sparse.csr_matrix
    bigrams: np.ndarray
    starts: np.ndarray
    """Where each text begins."""


def swapped(text: Text, stock: dict[tuple[str, str], list[np.ndarray]], rng: np.random.Generator) -> tuple[Text, np.ndarray]:
    """The text with some names replaced by others of their type; and where."""
    chance = SWAP_INFLECTED if text.lang in INFLECTED else SWAP_NAME
    pieces, labels, weights, breaks, masks = [], [], [], [], []
    at = 0
    names = [(i, LABELS[label][2:]) for i, label in enumerate(text.labels) if LABELS[label][0] in "BU"]
    for first, kind in names:
        last = first
        while last + 1 < len(text.labels) and LABELS[text.labels[last]][0] in "BI" and LABELS[text.labels[last + 1]][0] in "IL":
            last += 1
        if rng.random() > chance:
            continue
        lang = text.lang
        if lang in LATIN and (rng.random() < 0.4 or (lang, kind) not in stock):
            lang = str(rng.choice(sorted(LATIN - INFLECTED)))
        choice = stock.get((lang, kind))
        if not choice:
            continue
        name = choice[int(rng.integers(len(choice)))]
        if kind == "PER" and first == last and lang not in ("zh", "ja", "ko"):
            name = name[-1:]
        kept = slice(at, first)
        pieces += [text.ids[kept], name]
        labels += [text.labels[kept], np.array(bilou(len(name), kind), np.int8)]
        weights += [text.weight[kept], np.full(len(name), text.weight[first], np.float32)]
        breaks += [text.breaks[kept], np.r_[text.breaks[first], np.zeros(len(name) - 1, np.bool_)]]
        masks += [np.zeros(first - at, np.bool_), np.ones(len(name), np.bool_)]
        at = last + 1
    rest = slice(at, None)
    ids = np.concatenate([*pieces, text.ids[rest]])
    mask = np.concatenate([*masks, np.zeros(len(text.ids) - at, np.bool_)])
    new = Text(text.id, text.lang, text.set, ids, np.concatenate([*labels, text.labels[rest]]), np.concatenate([*weights, text.weight[rest]]), [], "", np.concatenate([*breaks, text.breaks[rest]]))
    return new, mask


def bilou(size: int, kind: str) -> list[int]:
    if size == 1:
        return [LABELS.index(f"U-{kind}")]
    return [LABELS.index(f"{p}-{kind}") for p in ["B", *["I"] * (size - 2), "L"]]


def flat(texts: list[Text], corpus: Corpus, stock: dict[tuple[str, str], list[np.ndarray]] | None, rng: np.random.Generator) -> Flat:
    ids, labels, weight, rows, cols, starts, bigrams = [], [], [], [], [], [], []
    position = GAP
    gap = np.zeros(GAP, np.int32)
    for text in texts:
        mask = None
        if stock is not None and rng.random() < SWAP_TEXT:
            text, mask = swapped(text, stock, rng)
        tokens = text.ids
        folds, flag = corpus.folds[tokens], corpus.flags[tokens]
        able = (flag & (UPPER | CASELESS)) > 0
        tags = phrase_tags(folds, able, corpus.phrases)
        if stock is not None:
            hide = rng.random(len(tags)) < HIDE_ANY
            if mask is not None and rng.random() < HIDE_SWAPPED:
                hide |= mask
            tags[hide] = 0
        at, kind = np.nonzero(tags)
        rows.append(at + position)
        cols.append(kind * 4 + tags[at, kind] - 1)
        begins = text.breaks.copy()
        begins[1:] |= (flag[:-1] & ENDS) > 0
        at = np.flatnonzero(begins)
        rows.append(at + position)
        cols.append(np.full(len(at), START_ROW))
        lowered = corpus.lower[tokens]
        seen = np.isin(lowered, lowered[(flag & LOWER) > 0]) & ((flag & UPPER) > 0)
        at = np.flatnonzero(seen)
        rows.append(at + position)
        cols.append(np.full(len(at), LOWER_ROW))
        everywhere = np.arange(len(tokens)) + position
        if text.set in OLD:
            rows.append(everywhere)
            cols.append(np.full(len(tokens), OLD_ROW))
        if text.lang in LANGUAGES and not (stock is not None and rng.random() < LANGUAGE_HIDDEN):
            rows.append(everywhere)
            cols.append(np.full(len(tokens), FIRST_LANGUAGE + LANGUAGES.index(text.lang)))
        starts.append(position)
        ids += [gap, tokens]
        labels += [gap.astype(np.int8), text.labels]
        weight += [np.zeros(GAP, np.float32), text.weight]
        bigrams += [gap, bigram_buckets(folds, (flag & HAN) > 0)]
        position += len(tokens) + GAP
    ids.append(gap)
    labels.append(gap.astype(np.int8))
    weight.append(np.zeros(GAP, np.float32))
    bigrams.append(gap)
    all_ids = np.concatenate(ids)
    r, c = np.concatenate(rows), np.concatenate(cols)
    small = sparse.csr_matrix((np.ones(len(r), np.float32), (r, c)), (len(all_ids), SMALL_ROWS))
    return Flat(all_ids, np.concatenate(labels), np.concatenate(weight), small, np.concatenate(bigrams), np.array(starts))


def unrolled(gradient: np.ndarray, reach: int, width: int) -> np.ndarray:
    """The gradient of the rows that `windows` put side by side."""
    count = len(gradient)
    total = np.zeros((count + 2 * reach, width), np.float32)
    for k in range(2 * reach + 1):
        total[k : k + count] += gradient[:, k * width : (k + 1) * width]
    return total[reach : reach + count]


class Adam:
    """Adam for dense weights, and for the touched rows of the embedding."""

    def __init__(self, weights: dict[str, np.ndarray]) -> None:
        self.weights = weights
        self.m = {k: np.zeros_like(v) for k, v in weights.items()}
        self.v = {k: np.zeros_like(v) for k, v in weights.items()}
        self.t = 0

    def step(self, name: str, gradient: np.ndarray, rate: float, rows: np.ndarray | None = None) -> None:
        at: Any = slice(None) if rows is None else rows
        m = self.m[name][at] * 0.9 + gradient * 0.1
        v = self.v[name][at] * 0.99 + gradient**2 * 0.01
        self.m[name][at], self.v[name][at] = m, v
        self.weights[name][at] -= rate * (m / (1 - 0.9**self.t)) / (np.sqrt(v / (1 - 0.99**self.t)) + 1e-6)


def fresh(rng: np.random.Generator) -> dict[str, np.ndarray]:
    def normal(rows: int, columns: int, scale: float) -> np.ndarray:
        return (rng.standard_normal((rows, columns)) * scale).astype(np.float32)

    embedding = normal(BUCKETS, D, 0.1)
    embedding[0] = 0.0
    return {
        "embedding": embedding,
        "small": normal(SMALL_ROWS, D, 0.1),
        "first": normal(5 * D, H1, (2 / (5 * D)) ** 0.5),
        "first_bias": np.zeros(H1, np.float32),
        "second": normal(5 * H1, H2, (2 / (5 * H1)) ** 0.5),
        "second_bias": np.zeros(H2, np.float32),
        "out": normal(H1 + H2, len(LABELS), 0.05),
        "out_bias": np.zeros(len(LABELS), np.float32),
    }


def window(x: np.ndarray, reach: int) -> np.ndarray:
    padded = np.zeros((len(x) + 2 * reach, x.shape[1]), np.float32)
    padded[reach : reach + len(x)] = x
    return np.concatenate([padded[k : k + len(x)] for k in range(2 * reach + 1)], axis=1)


FEATURE_DROP = np.array([0.35, 0.25, 0.1, 0.1, 0.15, 0.05, 0.05, 0.1, 0.15, 0.0, 0.3])
DROP = 0.25


def batch_step(w: dict[str, np.ndarray], adam: Adam, corpus: Corpus, part: Flat, rate: float, rng: np.random.Generator) -> float:
    unique, inverse = np.unique(part.ids, return_inverse=True)
    features = corpus.features[unique] * (rng.random((len(unique), SLOTS)) >= FEATURE_DROP)
    big = part.bigrams * (rng.random(len(part.bigrams)) >= 0.3)
    used, back = np.unique(np.r_[features.ravel(), big], return_inverse=True)
    grid = back[: features.size].reshape(features.shape)
    n_types, n_tokens = len(unique), len(part.ids)
    pick = sparse.csr_matrix((np.ones(features.size, np.float32), (np.repeat(np.arange(n_types), SLOTS), grid.ravel())), (n_types, len(used)))
    rows = w["embedding"][used]
    zero = used == 0
    rows[zero] = 0
    by_type = pick @ rows
    x = by_type[inverse] + rows[back[features.size :]] + part.small @ w["small"]
    x[part.ids == 0] = 0
    keep_x = (rng.random(x.shape) >= 0.1).astype(np.float32) / 0.9
    xd = x * keep_x
    wx = window(xd, 2)
    a1 = wx @ w["first"] + w["first_bias"]
    k1 = (rng.random(a1.shape) >= DROP).astype(np.float32) / (1 - DROP)
    h1 = np.maximum(a1, 0) * k1
    wh = window(h1, 2)
    a2 = wh @ w["second"] + w["second_bias"]
    k2 = (rng.random(a2.shape) >= DROP).astype(np.float32) / (1 - DROP)
    h2 = np.maximum(a2, 0) * k2
    both = np.concatenate([h1, h2], 1)
    raw = both @ w["out"] + w["out_bias"]
    raw -= raw.max(1, keepdims=True)
    p = np.exp(raw)
    p /= p.sum(1, keepdims=True)
    at = np.arange(n_tokens)
    loss = -float((np.log(np.maximum(p[at, part.labels], 1e-9)) * part.weight).sum())
    p[at, part.labels] -= 1
    g = p * (part.weight / max(1.0, part.weight.sum()))[:, None]
    adam.t += 1
    grads = {"out": both.T @ g, "out_bias": g.sum(0)}
    gb = g @ w["out"].T
    g2 = gb[:, H1:] * k2 * (a2 > 0)
    grads["second"] = wh.T @ g2
    grads["second_bias"] = g2.sum(0)
    g1 = (gb[:, :H1] + unrolled(g2 @ w["second"].T, 2, H1)) * k1 * (a1 > 0)
    grads["first"] = wx.T @ g1
    grads["first_bias"] = g1.sum(0)
    gx = unrolled(g1 @ w["first"].T, 2, D) * keep_x
    gx[part.ids == 0] = 0
    grads["small"] = part.small.T @ gx
    to_type = sparse.csr_matrix((np.ones(n_tokens, np.float32), (inverse.ravel(), at)), (n_types, n_tokens))
    g_rows = pick.T @ (to_type @ gx)
    to_big = sparse.csr_matrix((np.ones(n_tokens, np.float32), (back[features.size :], at)), (len(used), n_tokens))
    g_rows = g_rows + to_big @ gx
    for name, gradient in grads.items():
        adam.step(name, np.asarray(gradient), rate)
    keep = ~zero
    adam.step("embedding", np.asarray(g_rows)[keep], rate, used[keep])
    return loss


def sliced(whole: Flat, first: int, last: int) -> Flat:
    return Flat(whole.ids[first:last], whole.labels[first:last], whole.weight[first:last], whole.small[first:last], whole.bigrams[first:last], np.zeros(0))


def fit(texts: list[Text], corpus: Corpus, stock: dict[tuple[str, str], list[np.ndarray]], epochs: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(SEED)
    w = fresh(rng)
    adam = Adam(w)
    mean: dict[str, np.ndarray] | None = None
    averaged = 0
    steps = 0
    total = epochs * sum(len(t.ids) + GAP for t in texts) / BATCH
    for epoch in range(epochs):
        began = time.time()
        order = [texts[i] for i in rng.permutation(len(texts))]
        whole = flat(order, corpus, stock, rng)
        prepared = time.time() - began
        loss = 0.0
        edges = [0]
        for start in whole.starts:
            if start - edges[-1] >= BATCH:
                edges.append(int(start) - GAP // 2)
        edges.append(len(whole.ids))
        for a, b in zip(edges[:-1], edges[1:], strict=True):
            rate = RATE * max(0.05, 1 - steps / total)
            loss += batch_step(w, adam, corpus, sliced(whole, a, b), rate, rng)
            steps += 1
        if epoch >= epochs - max(1, epochs // 4):
            averaged += 1
            if mean is None:
                mean = {k: v.copy() for k, v in w.items()}
            else:
                for k in w:
                    mean[k] += (w[k] - mean[k]) / averaged
        print(f"epoch {epoch} loss {loss / whole.weight.sum():.4f} {prepared:.0f} s + {time.time() - began - prepared:.0f} s", file=sys.stderr, flush=True)
    assert mean is not None
    return mean


def network(w: dict[str, np.ndarray]) -> Network:
    return Network(bigrams=w["embedding"], **{k: v for k, v in w.items() if k != "embedding"})


def predict(texts: list[Text], corpus: Corpus, w: dict[str, np.ndarray]) -> Iterator[dict[str, Any]]:
    net = network(w)
    rng = np.random.default_rng(0)
    for at in range(0, len(texts), 200):
        part = texts[at : at + 200]
        whole = flat(part, corpus, None, rng)
        unique, inverse = np.unique(whole.ids, return_inverse=True)
        by_type = w["embedding"][corpus.features[unique]].sum(1)
        x = by_type[inverse.ravel()] + w["embedding"][whole.bigrams] + whole.small @ w["small"]
        x[whole.ids == 0] = 0
        logp = scores(x.astype(np.float32), net)
        for text, start in zip(part, whole.starts, strict=True):
            labels = best_labels(logp[start : start + len(text.ids)])
            yield {"id": text.id, "entities": spans_of(text, labels)}


def spans_of(text: Text, labels: np.ndarray) -> list[dict[str, Any]]:
    found, first = [], 0
    for i, label in enumerate(labels):
        name = LABELS[label]
        if name[0] in "BU":
            first = i
        if name[0] in "LU":
            found.append({"start": text.spans[first][0], "end": text.spans[i][1], "type": name[2:]})
    return found


def fold_of(text_id: str, folds: int) -> int:
    # a document of uner_pud has the same number in every language: its last part
    return crc32(text_id.rsplit("-", 1)[-1].encode()) % folds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shared", type=Path)
    parser.add_argument("--folds", type=int, default=0)
    parser.add_argument("--only", type=int, default=None)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--free", action="store_true")
    parser.add_argument("--most", type=int, default=0, help="rows of each set, for trials")
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    spellings = Spellings()
    texts, score_only = [], []
    for path in sorted(given.shared.glob("entities-*.jsonl.xz")):
        taken: dict[str, int] = defaultdict(int)
        for row in read(path):
            if row["set"] in OLD and (row["lang"], row["set"]) not in OLD_KEPT:
                continue
            if given.free and "BY-SA" in row["licence"]:
                continue
            taken[row["set"]] += 1
            if given.most and taken[row["set"]] > given.most:
                continue
            (texts if row["use"] == "train" else score_only).append(labelled(row, spellings))
    stock = name_stock(given.shared, spellings)
    corpus = Corpus(spellings, Phrases(Path("processors/enrich/models/phrases.npz")))
    print(f"{len(texts)} texts, {sum(len(t.ids) for t in texts)} tokens, {len(spellings.words)} spellings", file=sys.stderr)
    if given.folds:
        with given.out.open("w", encoding="utf-8") as file:
            for number in range(given.folds):
                if given.only is not None and number != given.only:
                    continue
                w = fit([t for t in texts if fold_of(t.id, given.folds) != number], corpus, stock, given.epochs)
                held = [t for t in texts if fold_of(t.id, given.folds) == number and t.set not in OLD]
                for answer in predict(held + (score_only if number == (given.only or 0) else []), corpus, w):
                    file.write(json.dumps(answer) + "\n")
                file.flush()
        return
    w = fit(texts, corpus, stock, given.epochs)
    save(w, given.out)


def save(w: dict[str, np.ndarray], out: Path) -> None:
    scale = np.abs(w["embedding"]).max() / 127
    small = {k: v.astype(np.float16) for k, v in w.items() if k != "embedding"}
    np.savez_compressed(out, embedding=np.round(w["embedding"] / scale).astype(np.int8), embedding_scale=np.float32(scale), **small)
    print(f"{out}: {out.stat().st_size} bytes")


if __name__ == "__main__":
    main()
