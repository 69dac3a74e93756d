"""Describes each piece of a page in numbers: itself, its boxes, its neighbours and its place, for the model and the rules."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from processors.extract.phrases import KINDS, asks_for_more, opening
from processors.extract.pieces import CLASS_WORDS, LONG, Box, Cut, Piece

Matrix = NDArray[np.float32]

_TAGS = ("p", "li", "h1", "h2", "h3", "h4", "td", "div", "span", "figcaption", "blockquote", "dd", "header", "footer", "section",
         "article", "aside", "nav", "button", "form", "pre", "text", "body")  # fmt: skip
_TAG = {tag: place + 1 for place, tag in enumerate(_TAGS)}
_TAG["h5"] = _TAG["h6"] = _TAG["h4"]
_TAG["dt"] = _TAG["th"] = _TAG["td"]
_TAG["caption"] = _TAG["figure"] = _TAG["figcaption"]
_WITHIN = (
    "article",
    "aside",
    "nav",
    "footer",
    "header",
    "figure",
    "figcaption",
    "form",
    "table",
    "ul",
    "blockquote",
    "section",
    "main",
    "button",
    "text",
)
_WITHIN_BIT = {tag: 1 << place for place, tag in enumerate(_WITHIN)}
_WITHIN_BIT["ol"] = _WITHIN_BIT["ul"]
_KIND = {kind: place for place, kind in enumerate(KINDS)}
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]|[^\W_\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+")
_SENTENCE_END = frozenset(".!?。！？…؟।")
_CLOSERS = "\"'”’»)]）」』›“"
_PUNCTUATION = re.compile(r"[.,;:!?。，；：！？、،؛؟]")
_DIGITS = re.compile(r"\d")
_UPPER = re.compile(r"(?:^|[\s\"“(])[A-ZÀ-ÞА-ЯΑ-Ω]")


def words(text: str) -> list[str]:
    """Lower-cased words; a CJK character is one."""
    return _WORD.findall(text.lower())


def ends_sentence(text: str) -> bool:
    """Whether the text ends as a sentence does, closing quotes and brackets aside."""
    return text.rstrip(_CLOSERS)[-1:] in _SENTENCE_END if text else False


@dataclass(frozen=True, slots=True, kw_only=True)
class Hints:
    """What the page's head says of its own text."""

    title: frozenset[str] = frozenset()
    description: frozenset[str] = frozenset()
    body: frozenset[int] = frozenset()
    """Hashes of three words in a row of the JSON-LD article body."""


def triples(tokens: list[str]) -> list[int]:
    """Hashes of every three words in a row."""
    return [hash(three) for three in zip(tokens, tokens[1:], tokens[2:], strict=False)]


def _box_within(box: Box) -> int:
    bits = 0
    step: Box | None = box
    while step is not None:
        bits |= _WITHIN_BIT.get(step.tag, 0)
        step = step.parent
    return bits


def _box_numbers(box: Box, whole: float) -> list[float]:
    chars = box.chars + 1.0
    return [
        box.linked / chars,
        chars / whole,
        float(min(box.pieces, 200)),
        float(min(box.long, 60)),
        box.long / (box.pieces + 1.0),
        chars / (box.pieces + 1.0),
        float(min(box.heads, 30)),
    ]


BOX_NAMES = ("linked", "share", "pieces", "long", "long-share", "mean", "heads")


class _Boxes:
    """Numbers of boxes, computed once for each box that holds a piece."""

    def __init__(self, whole: float) -> None:
        self.whole = whole
        self.rows: dict[int, tuple[list[float], int]] = {}

    def of(self, box: Box) -> tuple[list[float], int]:
        row = self.rows.get(box.number)
        if row is None:
            up = box.parent or box
            top = up.parent or up
            over = top.parent or top
            near = box.bits | up.bits | top.bits
            numbers = [
                *_box_numbers(box, self.whole),
                *_box_numbers(up, self.whole),
                *_box_numbers(top, self.whole),
                *_box_numbers(over, self.whole),
            ]
            numbers += [float(box.depth), float(box.hidden), float(_TAG.get(up.tag, 0)), float(_TAG.get(top.tag, 0)),
                        float(min(box.images + up.images, 9)), float(min(box.inputs + up.inputs, 9)), float(box.links)]  # fmt: skip
            far = box.above
            numbers += [float((near >> place & 1) * 2 + (far >> place & 1)) for place in range(len(CLASS_WORDS))]
            within = _box_within(box)
            numbers += [float(within >> place & 1) for place in range(len(_WITHIN))]
            row = self.rows[box.number] = (numbers, within)
        return row


OWN_NAMES = (
    "width", "words", "word-length", "linked", "links", "bold", "italic", "tag", "sentence-end", "punctuation", "commas-per-100",
    "digits", "uppers", "kind", "more", "stamped", "broken", "inputs", "title-overlap", "title-cover", "description-overlap",
    "json-body", "json-known", "repeats", "colon-end", "quote-start", "question", "bar", "bullet", "upper-start", "cjk",
)  # fmt: skip


def _own(piece: Piece, hints: Hints, seen: Counter[str]) -> list[float]:
    text = piece.text
    size = len(text)
    tokens = words(text)
    count = len(tokens)
    distinct = set(tokens)
    title = len(distinct & hints.title) if hints.title else 0
    described = len(distinct & hints.description) if hints.description else 0
    known = 0.0
    if hints.body and count >= 3:
        runs = triples(tokens)
        known = sum(run in hints.body for run in runs) / len(runs)
    kind = opening(text)
    last = text[-1]
    first = text[0]
    return [
        float(min(piece.words, 2000)),
        float(min(count, 500)),
        size / (count + 1.0),
        piece.linked / size,
        float(len(piece.links)),
        piece.bold / size,
        piece.italic / size,
        float(_TAG.get(piece.box.tag, 0)),
        float(ends_sentence(text)),
        float(len(_PUNCTUATION.findall(text[:1000]))),
        100.0 * text.count(",") / size,
        len(_DIGITS.findall(text[:400])) / min(size, 400),
        len(_UPPER.findall(text[:400])) / (min(count, 80) + 1.0),
        float(_KIND[kind] + 1 if kind else 0),
        float(asks_for_more(text)),
        float(piece.stamped),
        float(piece.broken),
        float(min(piece.inputs, 5)),
        title / (len(hints.title) + 1.0),
        title / (len(distinct) + 1.0),
        described / (len(distinct) + 1.0),
        known,
        float(bool(hints.body)),
        float(min(seen[text], 5)),
        float(last in ":："),
        float(first in "\"“„«‘'「「"),
        float(last in "?？؟"),
        float("|" in text or "»" in text or "›" in text or "•" in text),
        float(first in "-•–*·▪►"),
        float(first.isupper()),
        float(piece.words > size),
    ]


PLACE_NAMES = (
    "place",
    "chars-before",
    "after-h1",
    "long-before",
    "long-after",
    "since-long",
    "until-long",
    "since-head",
    "same-box",
    "pieces",
)


def _places(pieces: list[Piece]) -> Matrix:
    count = len(pieces)
    sizes = np.array([piece.words for piece in pieces], np.float32)
    linked = np.array([piece.linked * 2 >= len(piece.text) for piece in pieces])
    long = (sizes >= LONG) & ~linked
    order = np.arange(count, dtype=np.float32)
    marks = np.where(long, order, -1)
    since = order - np.maximum.accumulate(np.concatenate(([-9], marks[:-1])))
    back = np.where(long, order, count + 9)[::-1]
    until = np.minimum.accumulate(np.concatenate(([count + 9], back[:-1])))[::-1] - order
    heads = np.array([piece.box.tag in ("h1", "h2", "h3", "h4") for piece in pieces])
    h1 = np.array([piece.box.tag == "h1" for piece in pieces])
    first = order - (int(np.argmax(h1)) if h1.any() else 0)
    marks = np.where(heads, order, -1)
    since_head = order - np.maximum.accumulate(marks)
    before = np.cumsum(sizes)
    runs = np.cumsum(long)
    same = np.array([i and pieces[i].box is pieces[i - 1].box for i in range(count)])
    return np.stack(
        [
            order / count, (before - sizes) / (before[-1] + 1), np.clip(first, -60, 200), np.minimum(runs - long, 60),
            np.minimum(runs[-1] - runs, 60), np.minimum(since, 50), np.minimum(until, 50), np.minimum(since_head, 40), same,
            np.full(count, min(count, 1000)),
        ],
        axis=1,
    ).astype(np.float32)  # fmt: skip


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


def describe(cut: Cut, hints: Hints) -> Matrix:
    """One row of numbers for each piece, in the order of NAMES."""
    pieces = cut.pieces
    whole = sum(piece.words for piece in pieces) + 1.0
    boxes = _Boxes(whole)
    seen = Counter(piece.text for piece in pieces)
    own = np.array([_own(piece, hints, seen) for piece in pieces], np.float32)
    outer = np.array([boxes.of(piece.box)[0] for piece in pieces], np.float32)
    near = own[:, _NEIGHBOURS]
    around = [shifted(near, step) for step in REACH]
    parents = np.array([piece.box.parent.number if piece.box.parent else 0 for piece in pieces])
    ties = [
        (shifted(parents[:, None].astype(np.float32), step)[:, 0] == parents).astype(np.float32)[:, None]
        for step in (-1, 1)
    ]
    return np.concatenate([own, outer, _places(pieces), *around, *ties], axis=1)


NAMES = (
    *OWN_NAMES,
    *(f"{who}-{name}" for who in ("box", "parent", "grand", "great") for name in BOX_NAMES),
    "depth", "hidden", "parent-tag", "grand-tag", "images", "inputs-near", "links-near",
    *(f"class-{name}" for name in CLASS_WORDS),
    *(f"within-{name}" for name in _WITHIN),
    *PLACE_NAMES,
    *(f"{name}@{step}" for step in REACH for name in NEIGHBOUR_COLUMNS),
    "same-parent@-1", "same-parent@1",
)  # fmt: skip
