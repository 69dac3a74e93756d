"""Train the recogniser of people, organisations and places, or score it on the open rows by cross-validation.

usage: python -m benchmarks.enrich.train_entities SHARED [--folds 5 --only 0 --out FILE] [--epochs 10] [--free]

Rows with use "train" are learned from; with --folds, predictions for rows of the folds held out (and, with the first
fold's model, for every row that may only be scored) go to FILE. With --free no row under CC BY-SA is used.
"""

from __future__ import annotations

import argparse
import itertools
import json
import lzma
import re
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
from scipy import sparse

from broadsheet.world.prose import dated, load_events
from processors.enrich.document import TOKEN
from processors.enrich.fold import fold
from processors.enrich.frequencies import known_zipf, listed
from processors.enrich.lists import TABLE, Phrases
from processors.enrich.recogniser import (
    BUCKETS,
    CASELESS,
    ENDS,
    FAR,
    HAN,
    LABELS,
    LANGUAGES,
    LOWER,
    LOWER_ROW,
    NEAR,
    OLD_ROW,
    SLOTS,
    SMALL_ROWS,
    START_ROW,
    UPPER,
    VECTOR,
    VECTOR_LANGUAGES,
    Network,
    Vectors,
    best_labels,
    bigram_buckets,
    flags,
    language_rows,
    phrase_tags,
    scores,
    spelling_features,
    windows,
    zipf_rows,
)
from processors.enrich.words import grams, whole_hashes

SEED = 11
OLD = {"europeana", "newseye"}
OLD_KEPT = {("fr", "europeana"), ("fr", "newseye")}
D, H1, H2 = 48, 96, 64
GAP = 7
"""Empty tokens between two texts: as far as the network sees."""
BATCH = 3000
TEXT_WORTH = {"turkish_wiki": 0.6, "europeana": 0.4, "newseye": 0.4}
SWAP_TEXT, SWAP_NAME, SWAP_INFLECTED = 0.5, 0.5, 0.15
HIDE_SWAPPED, HIDE_ANY = 0.6, 0.08
INFLECTED = {"ru", "uk", "fi", "tr", "ar", "ko", "pl"}
LATIN = {"en", "de", "fr", "es", "it", "pt", "nl", "sv", "da", "fi", "tr", "id", "pl"}
LANGUAGE_HIDDEN = 0.3
ZIPF_HIDDEN = 0.1
REPEATED = {"en": 3, "ru": 2, "es": 2, "fr": 1, "zh": 1}
"""How often a text of a language with few rows is seen in an epoch."""
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
    return Text(
        row["id"],
        row["lang"],
        row["set"],
        spellings.of([text[a:b] for a, b in spans]),
        labels,
        weight,
        spans,
        text,
        breaks,
    )


def world_rows() -> Iterator[dict[str, Any]]:
    """The texts of the news world, written by us, with all that its truth says of names."""
    for event in load_events():
        for number, original in enumerate(event.tellings):
            told = dated(original, date(2026, 3, 3 + number), event.language)
            text = "\n".join([told.title, told.standfirst, *told.paragraphs])
            forms: dict[str, str] = {}
            for place in told.places:
                forms[place.name] = "LOC"
            for organisation in told.organisations:
                forms |= dict.fromkeys((organisation.name, *organisation.forms), "ORG")
            for person in told.people:
                forms |= dict.fromkeys((person.name, *person.forms), "PER")
            entities = []
            wordy = "" if event.language == "zh" else r"(?![^\W\d_])"
            found = re.compile(
                "|".join(
                    rf"(?<![^\W\d_]){re.escape(f)}{wordy}" if wordy else re.escape(f)
                    for f in sorted(forms, key=len, reverse=True)
                )
                or "(?!)"
            )
            for piece in found.finditer(text):
                entities.append({"start": piece.start(), "end": piece.end(), "type": forms[piece.group()]})
            yield {
                "id": f"world-{event.slug}-{number}",
                "lang": event.language,
                "set": "world",
                "licence": "ours",
                "use": "train",
                "text": text,
                "entities": entities,
            }


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
        self.vectors = Vectors(Path("processors/enrich/models/vectors.npz")).rows(self.lower)
        self.vectors[0] = 0


@dataclass(slots=True)
class Flat:
    """Texts one after the other, with gaps."""

    ids: np.ndarray
    labels: np.ndarray
    weight: np.ndarray
    small: sparse.csr_matrix
    bigrams: np.ndarray
    vector_of: np.ndarray
    """0 none, 1 English, 2 Russian."""
    starts: np.ndarray
    """Where each text begins."""


def swapped(
    text: Text, stock: dict[tuple[str, str], list[np.ndarray]], rng: np.random.Generator
) -> tuple[Text, np.ndarray]:
    """The text with some names replaced by others of their type; and where."""
    chance = SWAP_INFLECTED if text.lang in INFLECTED else SWAP_NAME
    pieces, labels, weights, breaks, masks = [], [], [], [], []
    at = 0
    names = [(i, LABELS[label][2:]) for i, label in enumerate(text.labels) if LABELS[label][0] in "BU"]
    for first, kind in names:
        last = first
        while (
            last + 1 < len(text.labels)
            and LABELS[text.labels[last]][0] in "BI"
            and LABELS[text.labels[last + 1]][0] in "IL"
        ):
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
    new = Text(
        text.id,
        text.lang,
        text.set,
        ids,
        np.concatenate([*labels, text.labels[rest]]),
        np.concatenate([*weights, text.weight[rest]]),
        [],
        "",
        np.concatenate([*breaks, text.breaks[rest]]),
    )
    return new, mask


def bilou(size: int, kind: str) -> list[int]:
    if size == 1:
        return [LABELS.index(f"U-{kind}")]
    return [LABELS.index(f"{p}-{kind}") for p in ["B", *["I"] * (size - 2), "L"]]


def flat(
    texts: list[Text], corpus: Corpus, stock: dict[tuple[str, str], list[np.ndarray]] | None, rng: np.random.Generator
) -> Flat:
    """The texts in one piece, some names put in the place of others where a stock is given; all looked up at once."""
    training = stock is not None
    used, masks = [], []
    for text in texts:
        mask = None
        if stock is not None and rng.random() < SWAP_TEXT:
            text, mask = swapped(text, stock, rng)
        used.append(text)
        masks.append(np.zeros(len(text.ids), np.bool_) if mask is None or rng.random() >= HIDE_SWAPPED else mask)
    sizes = np.array([len(t.ids) for t in used])
    starts = GAP + np.r_[0, np.cumsum(sizes + GAP)[:-1]]
    total = int(starts[-1] + sizes[-1] + GAP)
    at = np.concatenate([np.arange(s, s + n) for s, n in zip(starts, sizes, strict=True)])
    owner = np.repeat(np.arange(len(used)), sizes)

    def spread(parts: list[np.ndarray], dtype: Any) -> np.ndarray:
        whole = np.zeros(total, dtype)
        whole[at] = np.concatenate(parts)
        return whole

    ids = spread([t.ids for t in used], np.int32)
    labels, weight = spread([t.labels for t in used], np.int8), spread([t.weight for t in used], np.float32)
    folds, flag, lowered = corpus.folds[ids], corpus.flags[ids], corpus.lower[ids]
    real = np.zeros(total, np.bool_)
    real[at] = True
    tags = phrase_tags(folds, ((flag & (UPPER | CASELESS)) > 0) & real, corpus.phrases)
    tags[~real] = 0
    if training:
        tags[(rng.random(total) < HIDE_ANY) | spread(masks, np.bool_)] = 0
    rows, cols = [], []

    def mark(where: np.ndarray, row: Any) -> None:
        rows.append(where)
        cols.append(np.broadcast_to(row, where.shape))

    where, kind = np.nonzero(tags)
    mark(where, kind * 4 + tags[where, kind] - 1)
    begins = spread([t.breaks for t in used], np.bool_)
    begins[1:] |= (flag[:-1] & ENDS) > 0
    mark(np.flatnonzero(begins & real), START_ROW)
    document = np.zeros(total, np.int64)
    document[at] = owner
    key = (document << 32) | lowered
    seen = np.isin(key, key[((flag & LOWER) > 0) & real]) & ((flag & UPPER) > 0) & real
    mark(np.flatnonzero(seen), LOWER_ROW)
    mark(at[np.array([t.set in OLD for t in used])[owner]], OLD_ROW)
    hidden = (rng.random(len(used)) < LANGUAGE_HIDDEN) & training
    no_zipf = (rng.random(len(used)) < ZIPF_HIDDEN) & training
    languages = np.array([t.lang for t in used])
    wordy = (flag & (UPPER | LOWER | CASELESS)) > 0
    vector_of = np.zeros(total, np.int8)
    for language in sorted(set(languages.tolist())):
        mine = languages == language
        here = at[mine[owner]]
        for number, row in enumerate(language_rows(language)):
            mark(here if number == 0 else at[(mine & ~hidden)[owner]], row)
        if language in listed():
            those = at[(mine & ~no_zipf)[owner]]
            those = those[wordy[those]]
            mark(those, zipf_rows(*known_zipf(lowered[those], language)))
        vector_of[here] = VECTOR_LANGUAGES.get(language, -1) + 1
    r, c = np.concatenate(rows), np.concatenate(cols)
    small = sparse.csr_matrix((np.ones(len(r), np.float32), (r, c)), (total, SMALL_ROWS))
    return Flat(ids, labels, weight, small, bigram_buckets(folds, ((flag & HAN) > 0) & real), vector_of, starts)


def unrolled(gradient: np.ndarray, offsets: Sequence[int], width: int) -> np.ndarray:
    """The gradient of the rows that `windows` put side by side."""
    count, reach = len(gradient), max(offsets)
    total = np.zeros((count + 2 * reach, width), np.float32)
    for k, offset in enumerate(offsets):
        total[reach + offset : reach + offset + count] += gradient[:, k * width : (k + 1) * width]
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
        "vectors": normal(2 * VECTOR, D, 0.05),
        "first": normal(len(NEAR) * D, H1, (2 / (len(NEAR) * D)) ** 0.5),
        "first_bias": np.zeros(H1, np.float32),
        "second": normal(len(FAR) * H1, H2, (2 / (len(FAR) * H1)) ** 0.5),
        "second_bias": np.zeros(H2, np.float32),
        "out": normal(H1 + H2, len(LABELS), 0.05),
        "out_bias": np.zeros(len(LABELS), np.float32),
    }


FEATURE_DROP = np.array([0.35, 0.25, 0.1, 0.1, 0.15, 0.05, 0.05, 0.1, 0.15, 0.0, 0.3])
DROP = 0.3


def vector_rows(part: Flat, corpus: Corpus) -> np.ndarray:
    """Word vectors of the tokens, where the text's language has them."""
    found: np.ndarray = corpus.vectors[part.ids].copy()
    found[part.vector_of != 1, :VECTOR] = 0
    found[part.vector_of != 2, VECTOR:] = 0
    return found


def batch_step(
    w: dict[str, np.ndarray], adam: Adam, corpus: Corpus, part: Flat, rate: float, rng: np.random.Generator
) -> float:
    unique, inverse = np.unique(part.ids, return_inverse=True)
    features = corpus.features[unique] * (rng.random((len(unique), SLOTS)) >= FEATURE_DROP)
    big = part.bigrams * (rng.random(len(part.bigrams)) >= 0.3)
    used, back = np.unique(np.r_[features.ravel(), big], return_inverse=True)
    grid = back[: features.size].reshape(features.shape)
    n_types, n_tokens = len(unique), len(part.ids)
    pick = sparse.csr_matrix(
        (np.ones(features.size, np.float32), (np.repeat(np.arange(n_types), SLOTS), grid.ravel())), (n_types, len(used))
    )
    rows = w["embedding"][used]
    zero = used == 0
    rows[zero] = 0
    by_type = pick @ rows
    x = by_type[inverse] + rows[back[features.size :]] + part.small @ w["small"]
    vx = vector_rows(part, corpus) * (rng.random((n_tokens, 1)) >= 0.15).astype(np.float32)
    x += vx @ w["vectors"]
    x[part.ids == 0] = 0
    keep_x = (rng.random(x.shape) >= 0.1).astype(np.float32) / 0.9
    xd = x * keep_x
    wx = windows(xd, NEAR)
    a1 = wx @ w["first"] + w["first_bias"]
    k1 = (rng.random(a1.shape) >= DROP).astype(np.float32) / (1 - DROP)
    h1 = np.maximum(a1, 0) * k1
    wh = windows(h1, FAR)
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
    g1 = (gb[:, :H1] + unrolled(g2 @ w["second"].T, FAR, H1)) * k1 * (a1 > 0)
    grads["first"] = wx.T @ g1
    grads["first_bias"] = g1.sum(0)
    gx = unrolled(g1 @ w["first"].T, NEAR, D) * keep_x
    gx[part.ids == 0] = 0
    grads["vectors"] = vx.T @ gx
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
    return Flat(
        whole.ids[first:last],
        whole.labels[first:last],
        whole.weight[first:last],
        whole.small[first:last],
        whole.bigrams[first:last],
        whole.vector_of[first:last],
        np.zeros(0),
    )


def fit(
    texts: list[Text], corpus: Corpus, stock: dict[tuple[str, str], list[np.ndarray]], epochs: int
) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(SEED)
    texts = [text for text in texts for _ in range(REPEATED.get(text.lang, 1))]
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
        for a, b in itertools.pairwise(edges):
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
        print(
            f"epoch {epoch} loss {loss / whole.weight.sum():.4f} {prepared:.0f} s + {time.time() - began - prepared:.0f} s",
            file=sys.stderr,
            flush=True,
        )
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
        x = (
            by_type[inverse.ravel()]
            + w["embedding"][whole.bigrams]
            + whole.small @ w["small"]
            + vector_rows(whole, corpus) @ w["vectors"]
        )
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


def be_second() -> None:
    """Settings of the second model: the two are averaged, so they should err differently."""
    global SEED, SWAP_TEXT, SWAP_NAME, FEATURE_DROP
    SEED, SWAP_TEXT, SWAP_NAME = 23, 0.75, 0.6
    FEATURE_DROP = np.array([0.5, 0.35, 0.1, 0.15, 0.2, 0.05, 0.05, 0.1, 0.2, 0.0, 0.4])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shared", type=Path)
    parser.add_argument("--folds", type=int, default=0)
    parser.add_argument("--only", type=int, default=None)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--free", action="store_true")
    parser.add_argument("--most", type=int, default=0, help="rows of each set, for trials")
    parser.add_argument(
        "--second",
        action="store_true",
        help="the second model of the pair: other seed, more names put in the place of others",
    )
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    if given.second:
        be_second()
    spellings = Spellings()
    texts: list[Any] = []
    score_only: list[Any] = []
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
    world = [labelled(row, spellings) for row in world_rows()]
    stock = name_stock(given.shared, spellings)
    corpus = Corpus(spellings, Phrases(TABLE))
    print(
        f"{len(texts)} texts, {sum(len(t.ids) for t in texts)} tokens, {len(spellings.words)} spellings",
        file=sys.stderr,
    )
    if given.folds:
        with given.out.open("w", encoding="utf-8") as file:
            for number in range(given.folds):
                if given.only is not None and number != given.only:
                    continue
                w = fit(world + [t for t in texts if fold_of(t.id, given.folds) != number], corpus, stock, given.epochs)
                save(w, given.out.with_suffix(f".{number}.npz"))
                held = [t for t in texts if fold_of(t.id, given.folds) == number and t.set not in OLD]
                for answer in predict(held + (score_only if number == (given.only or 0) else []), corpus, w):
                    file.write(json.dumps(answer) + "\n")
                file.flush()
        return
    w = fit(world + texts, corpus, stock, given.epochs)
    save(w, given.out)


def save(w: dict[str, np.ndarray], out: Path) -> None:
    scale = np.abs(w["embedding"]).max() / 127
    small: dict[str, Any] = {k: v.astype(np.float16) for k, v in w.items() if k != "embedding"}
    np.savez_compressed(
        out, embedding=np.round(w["embedding"] / scale).astype(np.int8), embedding_scale=np.float32(scale), **small
    )
    print(f"{out}: {out.stat().st_size} bytes")


if __name__ == "__main__":
    main()
