"""Describes each piece of a page in numbers: itself, its boxes, its neighbours and its place, for the model and the rules."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from processors.extract.phrases import KINDS, asks_consent, asks_for_more, opening
from processors.extract.pieces import CLASS_WORDS, LONG, TAG_CODES, WITHIN, Box, Cut, Piece

Matrix = NDArray[np.float32]

_KIND = {kind: place + 1.0 for place, kind in enumerate(KINDS)}
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]|[^\W_\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+")
_SENTENCE_END = frozenset(".!?。！？…؟।")
_CLOSERS = "\"'”’»)）]」』›“"
_DIGITS = re.compile(r"\d")
_UPPER = re.compile(r"(?:^|[\s\"“(])[A-ZÀ-ÞА-ЯΑ-Ω]")
_QUOTES = frozenset("\"“„«‘'「『")
_BULLETS = frozenset("-–—•*·▪►")
_FOLLOW = (5, 15)
"""Pieces on each side that make up a piece's surroundings."""
SHORT_LINK = 40
"""Width below which a piece that is all link is not asked about."""
SHORT = 300
"""Characters up to which a piece's words are held against title and description."""


def words(text: str) -> list[str]:
    """Lower-cased words; a CJK character is one."""
    return _WORD.findall(text.lower())


def ends_sentence(text: str) -> bool:
    """Whether the text ends as a sentence does, closing quotes and brackets aside."""
    if not text:
        return False
    if text[-1] in _SENTENCE_END:
        return True
    return text.rstrip(_CLOSERS)[-1:] in _SENTENCE_END


@dataclass(frozen=True, slots=True, kw_only=True)
class Hints:
    """What the page's head says of its own text."""

    title: frozenset[str] = frozenset()
    description: frozenset[str] = frozenset()
    body: frozenset[int] = frozenset()
    """Hashes of three words in a row of the JSON-LD article body."""


def triples(text: str) -> list[int]:
    """Hashes of every three words in a row, of eight characters in a row where the script has no spaces."""
    tokens = text.lower().split()
    if len(tokens) * 25 < len(text):
        return [hash(text[place : place + 8]) for place in range(len(text) - 7)]
    return [hash(three) for three in zip(tokens, tokens[1:], tokens[2:], strict=False)]


OWN_NAMES = (
    "width", "words", "word-length", "linked", "links", "bold", "italic", "tag", "sentence-end", "commas", "stops",
    "digits", "uppers", "kind", "more", "stamped", "broken", "inputs", "title-overlap", "title-cover", "description-overlap",
    "json-body", "json-known", "repeats", "colon-end", "quote-start", "question", "bar", "bullet",
    "upper-start", "cjk", "consent",
)  # fmt: skip


def _against_head(text: str, hints: Hints) -> tuple[float, float, float]:
    if len(text) > SHORT or not (hints.title or hints.description):
        return 0.0, 0.0, 0.0
    distinct = set(words(text))
    if not distinct:
        return 0.0, 0.0, 0.0
    titled = len(distinct & hints.title)
    return (
        titled / (len(hints.title) + 1.0),
        titled / (len(distinct) + 1.0),
        len(distinct & hints.description) / (len(distinct) + 1.0),
    )


def _in_body(text: str, hints: Hints) -> float:
    runs = triples(text)
    return sum(run in hints.body for run in runs) / len(runs) if runs else 0.0


def _of_link(piece: Piece, text: str, size: int, seen: Counter[str]) -> tuple[float, ...]:
    """A short link by itself: nobody asks whether it is text, so only what its neighbours want to know is worked out."""
    count = text.count(" ") + 1
    kind = opening(text)
    return (
        piece.words, count, size / (count + 1.0), piece.linked / size, len(piece.links), piece.bold / size, piece.italic / size,
        piece.box.code, text[-1] in _SENTENCE_END, 0, 0, text[:1].isdigit(), 0, _KIND[kind] if kind else 0.0, 0, piece.stamped,
        piece.broken, piece.inputs if piece.inputs < 5 else 5, 0, 0, 0, 0, 0, min(seen[text], 5), 0, 0, 0, 0, 0, 0, 0, 0,
    )  # fmt: skip


def _own(piece: Piece, hints: Hints, seen: Counter[str]) -> tuple[float, ...]:
    text = piece.text
    size = len(text)
    wide = piece.words
    if wide < SHORT_LINK and piece.linked > 0.9 * size:
        return _of_link(piece, text, size, seen)
    count = text.count(" ") + 1 if wide == size else max(text.count(" ") + 1, (wide - size) // 2)
    titled, cover, described = _against_head(text, hints)
    kind = opening(text) if size < 400 else None
    last, first = text[-1], text[0]
    head = text[:120]
    return (
        wide if wide < 2000 else 2000,
        count if count < 500 else 500,
        size / (count + 1.0),
        piece.linked / size,
        len(piece.links),
        piece.bold / size,
        piece.italic / size,
        piece.box.code,
        ends_sentence(text),
        100.0 * (text.count(",") + text.count("，") + text.count("،") + text.count("、")) / size,
        text.count(". ") + text.count("。") + text.count("? ") + text.count("! "),
        len(_DIGITS.findall(head)) / len(head),
        len(_UPPER.findall(head)) / (count + 1.0 if count < 20 else 21.0),
        _KIND[kind] if kind else 0.0,
        asks_for_more(text),
        piece.stamped,
        piece.broken,
        piece.inputs if piece.inputs < 5 else 5,
        titled,
        cover,
        described,
        _in_body(text, hints) if hints.body else 0.0,
        bool(hints.body),
        min(seen[text], 5),
        last in ":：",
        first in _QUOTES,
        last in "?？؟",
        "|" in text or "»" in text or "›" in text or "•" in text,
        first in _BULLETS,
        first.isupper(),
        wide > size,
        asks_consent(text) if size > 40 else 0,
    )


BOX_NAMES = ("linked", "share", "pieces", "long", "long-share", "mean", "heads", "linked-heads")
UPWARD = ("box", "parent", "grand", "great")


def ancestors(box: Box) -> tuple[Box, Box, Box, Box]:
    """The box and the three around it; the outermost stands for what is missing."""
    up = box.parent or box
    top = up.parent or up
    return box, up, top, top.parent or top


def _counted(boxes: list[Box]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The counts of all boxes that hold text, and for each of them the rows of itself and the three around it."""
    rows = {box.number: row for row, box in enumerate(boxes)}
    counts = table(
        [
            (box.chars, box.linked, box.pieces, box.long, box.heads, box.linked_heads, box.depth, box.hidden, box.code,
             box.images, box.inputs, box.links, box.bits, box.above, box.within)
            for box in boxes
        ],
        np.int64,
    )  # fmt: skip
    outer = np.array([rows[box.parent.number] if box.parent else rows[box.number] for box in boxes])
    top = outer[outer]
    return counts, np.stack([np.arange(len(boxes)), outer, top, outer[top]])


def _boxes(cut: Cut, whole: float) -> Matrix:
    """The numbers of the boxes around each piece, one row for each piece."""
    held = [box for box in cut.boxes if box.pieces or box.parent is None]
    counts, chain = _counted(held)
    rows = {box.number: row for row, box in enumerate(held)}
    index = np.array([rows[piece.box.number] for piece in cut.pieces])
    chars, pieces = counts[:, 0] + 1.0, counts[:, 2] + 1.0
    numbers = np.stack(
        [
            counts[:, 1] / chars, chars / whole, np.minimum(counts[:, 2], 200), np.minimum(counts[:, 3], 60),
            counts[:, 3] / pieces, chars / pieces, np.minimum(counts[:, 4], 30), np.minimum(counts[:, 5], 30),
        ],
        axis=1,
    )  # fmt: skip
    own, up, top, _ = (counts[step[index]] for step in chain)
    few = np.stack(
        [
            own[:, 6], own[:, 7], up[:, 8], top[:, 8], np.minimum(own[:, 9] + up[:, 9], 9),
            np.minimum(own[:, 10] + up[:, 10], 9), own[:, 11],
        ],
        axis=1,
    )  # fmt: skip
    near, classes = own[:, 12] | up[:, 12] | top[:, 12], np.arange(len(CLASS_WORDS))
    spread = ((near[:, None] >> classes) & 1) * 2 + ((own[:, 13][:, None] >> classes) & 1)
    tags = (own[:, 14][:, None] >> np.arange(len(WITHIN))) & 1
    return np.concatenate([*(numbers[step[index]] for step in chain), few, spread, tags], axis=1).astype(np.float32)


STYLE_NAMES = ("style-pieces", "style-share", "style-linked", "style-mean", "style-ends")


def styles(pieces: list[Piece]) -> NDArray[np.int64]:
    """A number for each piece that it shares with the pieces set in boxes of the same tags and classes."""
    numbers: dict[tuple[str, str, str, str], int] = {}
    found = []
    for piece in pieces:
        box = piece.box
        up = box.parent or box
        found.append(numbers.setdefault((box.tag, box.names, up.tag, up.names), len(numbers)))
    return np.array(found)


def _style(style: NDArray[np.int64], own: Matrix) -> Matrix:
    width, linked, ends = own[:, 0], own[:, OWN_NAMES.index("linked")], own[:, OWN_NAMES.index("sentence-end")]
    count = np.bincount(style)
    total = np.bincount(style, width)
    columns = (
        np.minimum(count, 200),
        total / (width.sum() + 1),
        np.bincount(style, width * linked) / (total + 1),
        total / count,
        np.bincount(style, ends) / count,
    )
    return np.stack(columns, axis=1).astype(np.float32)[style]


def smooth(values: NDArray[Any], reach: int) -> Matrix:
    """For each place the sum of the values up to `reach` places away."""
    total = np.cumsum(np.concatenate([np.zeros(1, np.float64), values]))
    places = np.arange(len(values))
    sums: Matrix = (total[np.minimum(places + reach + 1, len(values))] - total[np.maximum(places - reach, 0)]).astype(
        np.float32
    )
    return sums


PLACE_NAMES = (
    "place", "chars-before", "after-h1", "after-title", "long-before", "long-after", "since-long", "until-long", "since-head",
    "same-box", "pieces", "comments-before", "related-before",
    *(f"{name}~{reach}" for reach in _FOLLOW for name in ("linked", "long", "dated", "talk")),
)  # fmt: skip
_TALK = {_KIND["comment"]}


def _column(own: Matrix, name: str) -> Matrix:
    column: Matrix = own[:, OWN_NAMES.index(name)]
    return column


def _title_place(own: Matrix, h1: NDArray[np.bool_]) -> int:
    match = _column(own, "title-overlap") * _column(own, "title-cover") + 0.3 * h1
    return int(np.argmax(match)) if match.max(initial=0.0) > 0.25 else 0


def _places(pieces: list[Piece], own: Matrix) -> Matrix:
    count = len(pieces)
    sizes, kind = _column(own, "width"), _column(own, "kind")
    linked = _column(own, "linked")
    long = (sizes >= LONG) & (linked < 0.5)
    order = np.arange(count, dtype=np.float32)
    since = order - np.maximum.accumulate(np.concatenate(([-9], np.where(long, order, -1)[:-1])))
    back = np.where(long, order, count + 9)[::-1]
    until = np.minimum.accumulate(np.concatenate(([count + 9], back[:-1])))[::-1] - order
    tag = _column(own, "tag")
    h1 = tag == TAG_CODES["h1"]
    heads = h1 | ((tag >= TAG_CODES["h2"]) & (tag <= TAG_CODES["h4"]))
    since_head = order - np.maximum.accumulate(np.where(heads, order, -1))
    before = np.cumsum(sizes)
    runs = np.cumsum(long)
    numbers = np.array([piece.box.number for piece in pieces])
    same = np.concatenate(([False], numbers[1:] == numbers[:-1]))
    talk = (kind == _KIND["comment"]) & (sizes < 100)
    related = (kind == _KIND["related"]) & (sizes < 60)
    first_h1 = int(np.argmax(h1)) if h1.any() else 0
    dated = (kind == _KIND["date"]) | (_column(own, "stamped") > 0) | ((_column(own, "digits") > 0.15) & (sizes < 60))
    columns = [
        order / count, (before - sizes) / (before[-1] + 1), np.clip(order - first_h1, -60, 200),
        np.clip(order - _title_place(own, h1), -60, 200), np.minimum(runs - long, 60), np.minimum(runs[-1] - runs, 60),
        np.minimum(since, 50),
        np.minimum(until, 50), np.minimum(since_head, 40), same, np.full(count, min(count, 1000)),
        np.minimum(np.cumsum(talk), 9), np.minimum(np.cumsum(related), 9),
    ]  # fmt: skip
    for reach in _FOLLOW:
        around = smooth(sizes, reach) + 1
        columns += [
            smooth(sizes * linked, reach) / around,
            smooth(long, reach),
            smooth(dated, reach),
            smooth(talk, reach),
        ]
    return np.stack(columns, axis=1).astype(np.float32)


NEIGHBOUR_COLUMNS = ("width", "linked", "tag", "sentence-end", "kind", "bold", "json-body", "links")
_NEIGHBOURS = [OWN_NAMES.index(name) for name in NEIGHBOUR_COLUMNS]
REACH = (-3, -2, -1, 1, 2, 3)


def shifted(columns: Matrix, step: int, fill: float = -1.0) -> Matrix:
    """The rows `step` further on, in the place of each row; `fill` beyond the edges."""
    moved = np.full_like(columns, fill)
    if abs(step) < len(columns):
        if step > 0:
            moved[:-step] = columns[step:]
        else:
            moved[-step:] = columns[:step]
    return moved


def table(rows: list[tuple[Any, ...]], kind: Any) -> NDArray[Any]:
    """The rows as an array; several times as fast as letting numpy find out what they hold."""
    return np.fromiter(chain.from_iterable(rows), kind, len(rows) * len(rows[0])).reshape(len(rows), -1)


def describe(cut: Cut, hints: Hints) -> Matrix:
    """One row of numbers for each piece, in the order of NAMES."""
    pieces = cut.pieces
    whole = cut.boxes[0].chars + 1.0
    seen = Counter(piece.text for piece in pieces)
    own = table([_own(piece, hints, seen) for piece in pieces], np.float32)
    near = own[:, _NEIGHBOURS]
    around = [shifted(near, step) for step in REACH]
    parents = np.array([piece.box.parent.number if piece.box.parent else 0 for piece in pieces], np.float32)[:, None]
    ties = [(shifted(parents, step) == parents).astype(np.float32) for step in (-1, 1)]
    return np.concatenate(
        [own, _boxes(cut, whole), _style(styles(pieces), own), _places(pieces, own), *around, *ties], axis=1
    )


NAMES = (
    *OWN_NAMES,
    *(f"{who}-{name}" for who in UPWARD for name in BOX_NAMES),
    "depth", "hidden", "parent-tag", "grand-tag", "images", "inputs-near", "links-near",
    *(f"class-{name}" for name in CLASS_WORDS),
    *(f"within-{name}" for name in WITHIN),
    *STYLE_NAMES,
    *PLACE_NAMES,
    *(f"{name}@{step}" for step in REACH for name in NEIGHBOUR_COLUMNS),
    "same-parent@-1", "same-parent@1",
)  # fmt: skip
__all__ = [
    "NAMES",
    "OWN_NAMES",
    "Hints",
    "Matrix",
    "describe",
    "ends_sentence",
    "shifted",
    "smooth",
    "styles",
    "triples",
    "words",
]
