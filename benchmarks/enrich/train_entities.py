"""Train the recogniser of people, organisations and places, or score it on the open rows by cross-validation.

usage: python -m benchmarks.enrich.train_entities SHARED TABLES --out FILE [--folds 5 --only 0] [--epochs 10] [--seed 11] [--free] [--world 3] [--pause S]

TABLES: what `build_vectors` made. Rows with use "train" are learned from, beside our own news world, documents and sentences. With --folds,
predictions for rows of the fold left out, and for every row that may only be scored, go to FILE; without, the network does.
With --free no row and no word list under CC BY-SA is used, and the network is small. With --pause it stops after the first epoch
that ends S seconds from the start, with status 75: the same command goes on from `FILE.state`.
Needs torch, faker==40.63.0 and pymorphy3 (see `russian.py`) beside the `bench` extra.
"""

from __future__ import annotations

import argparse
import itertools
import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from benchmarks.enrich.corpus import (
    GAP,
    OLD,
    Corpus,
    Flat,
    Spellings,
    Swapper,
    Text,
    commonest,
    flat,
    labelled,
    name_stock,
    read_rows,
)
from benchmarks.enrich.russian import Russian
from processors.enrich.lists import TABLE, Phrases
from processors.enrich.recogniser import (
    BUCKETS,
    FAR,
    FIRST_FAMILY,
    FIRST_ZIPF,
    LABELS,
    NEAR,
    SLOTS,
    SMALL_ROWS,
    STRIDES,
    best_labels,
    shared_buckets,
)
from processors.enrich.vectors import LEVELS, gaps, packed, unpacked


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much the network holds."""

    buckets: int
    made_of: int
    """Numbers of a spelling's embedding."""
    vector: int
    first: int
    memory: int
    """Numbers of what is remembered each way."""
    second: int
    words: int
    """Words with a vector of their own, at most."""
    chinese_words: int


WHOLE = Size(buckets=BUCKETS, made_of=48, vector=32, first=128, memory=64, second=96, words=10**6, chinese_words=10**6)
SMALL = Size(
    buckets=BUCKETS // 4, made_of=24, vector=16, first=64, memory=32, second=48, words=22_000, chinese_words=2_000
)
OURS = {"world", "written", "marked"}
"""Sets that no fold leaves out."""
PAUSED = 75
"""The status that says: again, please."""
BATCH = 3000
RATE = 0.003
REPEATED = {"en": 3, "ru": 2, "marked": 1}
"""How often a text of a set, or else of a language with few rows, is seen in an epoch; our own documents are twice there anyhow."""
FEATURE_DROP = torch.tensor([0.35, 0.25, 0.1, 0.1, 0.15, 0.05, 0.05, 0.1, 0.15, 0.0, 0.3])
DROP, VECTOR_DROP, BIGRAM_DROP, INPUT_DROP = 0.3, 0.15, 0.3, 0.1
OUTSIDE = 20_000
"""Rows of the tables brought to size at once."""


def normal(*shape: int, scale: float) -> Any:
    return nn.Parameter(torch.randn(*shape) * scale)


class Net(nn.Module):  # type: ignore[misc]
    """The network of `processors.enrich.recogniser`, as torch learns it."""

    def __init__(self, corpus: Corpus, size: Size) -> None:
        super().__init__()
        wide, hidden, memory = size.made_of + size.vector, size.first, size.memory
        self.shared = torch.tensor(shared_buckets(size.buckets))
        self.states, self.word_states = torch.tensor(corpus.states), torch.tensor(corpus.word_states)
        self.embedding = normal(size.buckets, size.made_of, scale=0.1)
        self.small = normal(SMALL_ROWS, wide, scale=0.1)
        self.words = normal(corpus.states.shape[1], size.vector, scale=0.02)
        self.phrases = normal(corpus.word_states.shape[1], size.vector, scale=0.02)
        self.first = normal(len(NEAR) * wide, hidden, scale=(2 / (len(NEAR) * wide)) ** 0.5)
        self.first_bias = nn.Parameter(torch.zeros(hidden))
        self.gate = normal(hidden, 4 * memory, scale=(1 / hidden) ** 0.5)
        self.gate_bias = nn.Parameter(torch.cat([torch.full((2 * memory,), -1.0), torch.zeros(2 * memory)]))
        self.second = normal(len(FAR) * hidden + 2 * memory, size.second, scale=(2 / (len(FAR) * hidden)) ** 0.5)
        self.second_bias = nn.Parameter(torch.zeros(size.second))
        self.out = normal(hidden + size.second, len(LABELS), scale=0.05)
        self.out_bias = nn.Parameter(torch.zeros(len(LABELS)))


def windows(x: Any, offsets: Sequence[int]) -> Any:
    reach = max(offsets)
    padded = functional.pad(x, (0, 0, reach, reach))
    return torch.cat([padded[reach + k : reach + k + len(x)] for k in offsets], 1)


def remembered(kept: Any, new: Any) -> Any:
    for stride in STRIDES:
        if stride >= len(new):
            break
        new = new + kept * functional.pad(new[:-stride], (0, 0, stride, 0))
        kept = kept * functional.pad(kept[:-stride], (0, 0, stride, 0))
    return new


def read_around(net: Net, hidden: Any, real: Any) -> Any:
    gates = hidden @ net.gate + net.gate_bias
    half = gates.shape[1] // 2
    size = half // 2
    taken, content = torch.sigmoid(gates[:, :half]), torch.tanh(gates[:, half:])
    kept, new = (1 - taken) * real, taken * content * real
    before = remembered(kept[:, :size], new[:, :size])
    after = remembered(kept[:, size:].flip(0), new[:, size:].flip(0)).flip(0)
    return torch.cat([before, after], 1)


def noisy(x: Any, rows: Any, learning: bool) -> Any:
    """With the error that half bytes will bring, so that the network can bear it."""
    if not learning:
        return x
    step = x.detach().std(0) / LEVELS
    return x + (torch.rand(x.shape) - 0.5) * step * (rows > 0)[:, None]


def spelled(net: Net, corpus: Corpus, part: Flat, learning: bool) -> tuple[Any, Any]:
    """What tokens are made of, and their words' vectors."""
    unique, inverse = np.unique(part.ids, return_inverse=True)
    back = torch.tensor(inverse.ravel())
    features = net.shared[torch.tensor(corpus.features[unique].astype(np.int64))]
    use = (features > 0).float()
    if learning:
        use = use * (torch.rand(len(unique), SLOTS) >= FEATURE_DROP)
    made_of = functional.embedding_bag(features, net.embedding, mode="sum", per_sample_weights=use)[back]
    rows = torch.tensor(corpus.state_of[unique])
    vectors = noisy(net.states[rows].float() @ net.words, rows, learning)[back]
    return made_of, vectors


def inputs(net: Net, corpus: Corpus, part: Flat, learning: bool) -> Any:
    made_of, vectors = spelled(net, corpus, part, learning)
    pairs = net.shared[torch.tensor(part.bigrams.astype(np.int64))]
    use = (pairs > 0).float()
    if learning:
        use = use * (torch.rand(len(pairs)) >= BIGRAM_DROP)
    made_of = made_of + net.embedding[pairs] * use[:, None]
    at = np.flatnonzero(part.word_of)
    if len(at):
        rows = torch.tensor(part.word_of[at])
        over = noisy(net.word_states[rows].float() @ net.phrases, rows, learning)
        vectors = vectors.index_add(0, torch.tensor(at), over)
    if learning:
        vectors = vectors * (torch.rand(len(vectors), 1) >= VECTOR_DROP)
    held = part.small.tocoo()
    places = torch.tensor(np.array([held.row, held.col]))
    small = torch.sparse_coo_tensor(places, torch.ones(len(held.row)), held.shape, check_invariants=False)
    return torch.cat([made_of, vectors], 1) + torch.sparse.mm(small, net.small)


def raw_scores(net: Net, corpus: Corpus, part: Flat, learning: bool) -> Any:
    """Scores of the labels of each token, before they are brought to sum to one."""
    real = torch.tensor((part.ids != 0).astype(np.float32))[:, None]
    x = functional.dropout(inputs(net, corpus, part, learning) * real, INPUT_DROP, learning)
    hidden = functional.dropout(torch.relu(windows(x, NEAR) @ net.first + net.first_bias) * real, DROP, learning)
    around = functional.dropout(read_around(net, hidden, real), DROP, learning)
    deeper = torch.relu(torch.cat([windows(hidden, FAR), around], 1) @ net.second + net.second_bias)
    deeper = functional.dropout(deeper, DROP, learning)
    return torch.cat([hidden, deeper], 1) @ net.out + net.out_bias


def loss_of(raw: Any, part: Flat) -> Any:
    weight = torch.tensor(part.weight)
    every = functional.cross_entropy(raw, torch.tensor(part.labels.astype(np.int64)), reduction="none")
    return (every * weight).sum() / weight.sum().clamp(min=1)


def batches(whole: Flat) -> Iterator[Flat]:
    """Pieces of about `BATCH` tokens, cut between texts."""
    edges = [0]
    for start in whole.starts:
        if start - edges[-1] >= BATCH:
            edges.append(int(start) - GAP // 2)
    edges.append(len(whole.ids))
    for first, last in itertools.pairwise(edges):
        yield whole.part(first, last)


class Mean:
    """The mean of the weights of the last epochs."""

    def __init__(self) -> None:
        self.count, self.state = 0, {}  # type: ignore[var-annotated]

    def add(self, net: Net) -> None:
        self.count += 1
        for name, value in net.named_parameters():
            known = self.state.get(name, value.detach().clone())
            self.state[name] = known + (value.detach() - known) / self.count


class Fitting:
    """A network on its way: what an epoch changes, so that it can be kept and gone on with."""

    def __init__(self, net: Net, corpus: Corpus) -> None:
        self.net, self.corpus, self.mean, self.steps, self.done = net, corpus, Mean(), 0, 0
        self.adam = torch.optim.Adam(net.parameters(), lr=RATE, betas=(0.9, 0.99), eps=1e-6, fused=True)

    def keep(self, path: Path) -> None:
        mean = (self.mean.count, self.mean.state)
        state = (self.net.state_dict(), self.adam.state_dict(), mean, self.steps, self.done)
        torch.save(state, path)

    def go_on(self, path: Path) -> None:
        weights, adam, (self.mean.count, self.mean.state), self.steps, self.done = torch.load(path)
        self.net.load_state_dict(weights)
        self.adam.load_state_dict(adam)

    def epoch(self, whole: Flat, total: float) -> float:
        """The mean loss of a walk through all texts; `total`: steps of the whole learning."""
        lost = 0.0
        for part in batches(whole):
            for group in self.adam.param_groups:
                group["lr"] = RATE * max(0.05, 1 - self.steps / total)
            loss = loss_of(raw_scores(self.net, self.corpus, part, True), part)
            self.adam.zero_grad(set_to_none=True)
            loss.backward()
            self.adam.step()
            lost += float(loss.detach()) * float(part.weight.sum())
            self.steps += 1
        self.done += 1
        return lost / float(whole.weight.sum())


def fit(texts: list[Text], corpus: Corpus, swapper: Swapper, net: Net, given: argparse.Namespace) -> Net:
    """The network, learned; exits with status PAUSED when time is up."""
    began = time.time()
    fitting, state = Fitting(net, corpus), given.out.with_suffix(".state")
    if state.exists():
        fitting.go_on(state)
    repeated: dict[str, int] = REPEATED | ({"world": given.world} if given.world else {})
    texts = [text for text in texts for _ in range(repeated.get(text.set, repeated.get(text.lang, 1)))]
    total = given.epochs * sum(len(text.ids) + GAP for text in texts) / BATCH
    while fitting.done < given.epochs:
        # each epoch has a seed of its own, so that a pause changes nothing
        rng = np.random.default_rng([given.seed, fitting.done])
        torch.manual_seed(given.seed * 1000 + fitting.done)
        loss = fitting.epoch(flat([texts[i] for i in rng.permutation(len(texts))], corpus, swapper, rng), total)
        if fitting.done > given.epochs - max(1, given.epochs // 4):
            fitting.mean.add(net)
        print(f"epoch {fitting.done} loss {loss:.4f} {time.time() - began:.0f} s", file=sys.stderr, flush=True)
        fitting.keep(state)
        if fitting.done < given.epochs and time.time() - began > given.pause:
            sys.exit(PAUSED)
    net.load_state_dict(fitting.mean.state, strict=False)
    state.unlink()
    return net


def projected(states: Any, weights: Any) -> np.ndarray:
    """The table of states brought to vectors, without its first row."""
    parts = [states[at : at + OUTSIDE].float() @ weights.detach() for at in range(1, len(states), OUTSIDE)]
    return np.asarray(torch.cat(parts).numpy())


def tables(net: Net, corpus: Corpus) -> dict[str, Any]:
    """Vectors of words as half bytes, with their hashes."""
    halves, scale = packed(projected(net.states, net.words))
    word_halves, word_scale = packed(projected(net.word_states, net.phrases))
    stored = {"halves": halves, "scale": scale, "word_halves": word_halves, "word_scale": word_scale}
    words = {f"word_{name}": plane for name, plane in gaps(corpus.word_hashes).items()}
    return stored | gaps(corpus.hashes) | words


def save(net: Net, corpus: Corpus, out: Path) -> None:
    embedding = net.embedding.detach().numpy()
    embedding[0] = 0.0
    scale = np.abs(embedding).max() / 127
    if not corpus.listed:
        with torch.no_grad():
            net.small[FIRST_ZIPF + 1 : FIRST_FAMILY] = net.small[FIRST_ZIPF]
    left = {"embedding", "words", "phrases"}
    rest: dict[str, Any] = {
        name: value.detach().numpy().astype(np.float16) for name, value in net.named_parameters() if name not in left
    }
    whole = np.round(embedding / scale).astype(np.int8)
    np.savez_compressed(out, embedding=whole, embedding_scale=np.float32(scale), **rest, **tables(net, corpus))
    print(f"{out}: {out.stat().st_size} bytes")


def as_stored(net: Net, corpus: Corpus) -> None:
    """Vectors as they will be read from half bytes: the states are replaced by them, the projections by nothing."""
    found = tables(net, corpus)
    for states, words, halves, scale in (
        ("states", "words", "halves", "scale"),
        ("word_states", "phrases", "word_halves", "word_scale"),
    ):
        rows = unpacked(found[halves], found[scale])
        setattr(net, states, torch.tensor(np.concatenate([np.zeros_like(rows[:1]), rows])))
        setattr(net, words, nn.Parameter(torch.eye(rows.shape[1])))


def predict(texts: list[Text], corpus: Corpus, net: Net) -> Iterator[dict[str, Any]]:
    rng = np.random.default_rng(0)
    for at in range(0, len(texts), 200):
        part = texts[at : at + 200]
        whole = flat(part, corpus, None, rng)
        with torch.no_grad():
            logp = functional.log_softmax(raw_scores(net, corpus, whole, False), 1).numpy()
        for text, start in zip(part, whole.starts, strict=True):
            yield {"id": text.id, "entities": spans_of(text, best_labels(logp[start : start + len(text.ids)]))}


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


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shared", type=Path)
    parser.add_argument("tables", type=Path)
    parser.add_argument("--folds", type=int, default=0)
    parser.add_argument("--only", type=int, default=0, help="the fold to leave out and score")
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--free", action="store_true")
    parser.add_argument(
        "--world", type=int, default=0, help="how often the world's texts are seen; 0: as others of their language"
    )
    parser.add_argument(
        "--pause", type=float, default=float("inf"), help="seconds after which it may stop, to go on later"
    )
    parser.add_argument("--out", type=Path, required=True)
    return parser.parse_args()


def main() -> None:
    given = parsed()
    torch.set_num_threads(1)
    torch.set_float32_matmul_precision("medium")  # half the time where the processor multiplies halves
    size = SMALL if given.free else WHOLE
    spellings = Spellings()
    russian = None if given.free else Russian(given.seed)
    rows = read_rows(given.shared, free=given.free, seed=given.seed, russian=russian)
    learned, scored = ([labelled(row, spellings) for row in group] for group in rows)
    stock = name_stock(given.shared, spellings, given.seed)
    swapper = Swapper(stock, russian, spellings)
    kept = commonest(learned, stock, size.words) if given.free else None
    corpus = Corpus(spellings, Phrases(TABLE), given.tables, kept, size.chinese_words, listed=not given.free)
    held = [t for t in learned if given.folds and t.set not in OURS and fold_of(t.id, given.folds) == given.only]
    out = {text.id for text in held}
    torch.manual_seed(given.seed)
    net = fit([text for text in learned if text.id not in out], corpus, swapper, Net(corpus, size), given)
    save(net, corpus, given.out.with_suffix(".npz"))
    if not given.folds:
        return
    as_stored(net, corpus)
    with given.out.open("w", encoding="utf-8") as file:
        for answer in predict([t for t in held if t.set not in OLD] + scored, corpus, net):
            file.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    main()
