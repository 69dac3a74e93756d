"""Describes each piece of a page in numbers: itself, its boxes, its neighbours and its place, for the model and the rules."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from processors.extract.boxes import CLASS_WORDS, TAG_CODES, WITHIN
from processors.extract.frequent import COMMON, COMMON_WIDE, CONSENT
from processors.extract.phrases import KINDS, opening
from processors.extract.pieces import LONG, SHORT_LINK, Cut, Piece

Matrix = NDArray[np.float32]

_KIND = {None: 0.0} | {kind: place + 1.0 for place, kind in enumerate(KINDS)}
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]|[^\W_\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+")
_SENTENCE_END = frozenset(".!?。！？…؟।")
_CLOSERS = "\"'”’»)）]」』›“"
_FOLLOW = (5, 15)
"""Pieces on each side that make up a piece's surroundings."""
SHORT = 300
"""Width up to which a piece's words are held against title and description."""
PROBE = 40
"""Characters at both ends of a piece that are looked for in the article body of the head."""


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
    body: str = ""
    """The JSON-LD article body, white space collapsed."""


def tokens(text: str) -> list[str]:
    """Lower-cased words as they stand between spaces, marks and all; where there are CJK characters, each of them."""
    return text.lower().split() if text.isascii() or max(text) < CJK else words(text)


CJK = "\u3040"
"""Below it every script that we read puts spaces between words."""


STEM = 6
"""Letters of a word that count when texts are compared by what they speak of."""


def stems(text: str) -> frozenset[str]:
    """The longer words of the text's beginning, cut to their stem; CJK characters in pairs."""
    text = text[:READ]
    if not text.isascii() and max(text) >= CJK:
        return frozenset(map("".join, pairwise(text)))
    return frozenset([word[:STEM] for word in text.lower().split() if len(word) > 4])


OWN_NAMES = (
    "width", "words", "word-length", "linked", "links", "bold", "italic", "tag", "sentence-end", "commas", "stops",
    "digits", "uppers", "kind", "stamped", "broken", "title-overlap", "title-cover", "description-overlap", "common",
    "json-body", "json-known", "repeats", "bar", "upper-start", "cjk", "run", "consent",
)  # fmt: skip
_OWN = {name: place for place, name in enumerate(OWN_NAMES)}
WIDTH, LINKED, RUN = _OWN["width"], _OWN["linked"], _OWN["run"]
_ASKED = ("kind", "title-overlap", "title-cover", "description-overlap", "common", "json-body", "consent")
"""Columns that need each piece's words."""


def _in_body(text: str, hints: Hints) -> float:
    """How much of the piece's two ends the head's article body has."""
    if len(text) < 12:
        return 0.0
    return ((text[:PROBE] in hints.body) + (text[-PROBE:] in hints.body)) / 2.0


READ = 300
"""Characters of a piece whose words are looked at."""


def _asked(piece: Piece, hints: Hints, near: bool) -> tuple[float, ...]:
    """The columns that need the piece's words."""
    text, wide = piece.text, piece.words
    kind = _KIND[opening(text)] if wide < 400 else 0.0
    if not near or piece.run > 1 or (wide < SHORT_LINK and piece.linked > 0.9 * len(text)):
        return kind, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    found = tokens(text[:READ])
    count = len(found) + 1.0
    common = len((COMMON if wide == len(text) else COMMON_WIDE).intersection(found)) / count
    body = _in_body(text, hints) if hints.body else 0.0
    consent = len(CONSENT.intersection(found))
    if wide > SHORT:
        return kind, 0.0, 0.0, 0.0, common, body, consent
    titled = len(hints.title.intersection(found))
    told = len(hints.description.intersection(found))
    return kind, titled / (len(hints.title) + 1.0), titled / count, told / count, common, body, consent


def _own(cut: Cut, hints: Hints) -> Matrix:
    """The numbers of each piece by itself."""
    pieces, letters = cut.pieces, cut.letters
    size, wide, count = letters.size, letters.width, letters.words
    seen = Counter(piece.text for piece in pieces)
    rows = table(
        [
            (piece.words, piece.linked, len(piece.anchors), piece.bold, piece.italic, piece.box.code, piece.stamped,
             piece.broken, seen[piece.text], piece.run)
            for piece in pieces
        ],
        np.float32,
    ).T  # fmt: skip
    near = cut.near
    asked = table([_asked(piece, hints, order in near) for order, piece in enumerate(pieces)], np.float32).T
    few = count + 1.0
    columns = {
        "width": np.minimum(wide, 2000), "words": np.minimum(count, 500), "word-length": size / few, "linked": rows[1] / size,
        "links": np.minimum(rows[2], 30), "bold": rows[3] / size, "italic": rows[4] / size, "tag": rows[5],
        "sentence-end": letters.ended,
        "commas": 100.0 * letters.commas / size, "stops": np.minimum(letters.stops, 40), "digits": letters.digits / size,
        "uppers": letters.uppers / few, "stamped": rows[6], "broken": rows[7],
        "json-known": np.full(len(pieces), bool(hints.body)),
        "repeats": np.minimum(rows[8], 5), "bar": letters.bars > 0, "upper-start": letters.capital, "cjk": letters.wide > 0,
        "run": np.minimum(rows[9], 20),
    } | dict(zip(_ASKED, asked, strict=True))  # fmt: skip
    own = np.empty((len(pieces), len(OWN_NAMES)), np.float32)
    for place, name in enumerate(OWN_NAMES):
        own[:, place] = columns[name]
    return own


BOX_NAMES = ("linked", "share", "pieces", "long", "long-share", "mean", "heads", "linked-heads")
UPWARD = ("box", "parent", "grand", "great")


def _boxes(cut: Cut) -> Matrix:
    """The numbers of the boxes around each piece, one row for each piece."""
    counts = table(
        [
            (box.chars, box.linked, box.pieces, box.long, box.heads, box.linked_heads, box.depth, box.hidden, box.code,
             box.images, box.links, box.bits, box.above, box.within, box.cards)
            for box in cut.boxes
        ],
        np.int64,
    )  # fmt: skip
    chars, pieces = counts[:, 0] + 1.0, counts[:, 2] + 1.0
    numbers = np.empty((len(counts), 8), np.float32)
    numbers[:, 0] = counts[:, 1] / chars
    numbers[:, 1] = chars / chars[0]
    numbers[:, 2:4] = np.minimum(counts[:, 2:4], (200, 60))
    numbers[:, 4] = counts[:, 3] / pieces
    numbers[:, 5] = chars / pieces
    numbers[:, 6:8] = np.minimum(counts[:, 4:6], 30)
    outer, where = cut.outer, cut.where
    steps = [where, outer[where]]
    steps += [outer[steps[1]]]
    steps += [outer[steps[2]]]
    own, up, top = (counts[step] for step in steps[:3])
    few = np.stack(
        [own[:, 6], own[:, 7], up[:, 8], top[:, 8], np.minimum(own[:, 9] + up[:, 9], 9), own[:, 10],
         np.minimum(own[:, 14], 40)],
        axis=1,
    )  # fmt: skip
    near = own[:, 11] | up[:, 11] | top[:, 11]
    spread = ((near[:, None] >> _CLASSES) & 1) * 2 + ((own[:, 12][:, None] >> _CLASSES) & 1)
    tags = (own[:, 13][:, None] >> _TAGS) & 1
    return np.concatenate(
        [numbers[np.stack(steps, axis=1)].reshape(len(where), -1), few, spread, tags], axis=1, dtype=np.float32
    )


_CLASSES, _TAGS = np.arange(len(CLASS_WORDS)), np.arange(len(WITHIN))
STYLE_NAMES = ("style-pieces", "style-share", "style-linked", "style-mean", "style-ends")


def _style(style: NDArray[np.int64], own: Matrix) -> Matrix:
    width, linked, ends = own[:, WIDTH], own[:, LINKED], _column(own, "sentence-end")
    count = np.maximum(np.bincount(style), 1)
    total = np.bincount(style, width)
    columns = (
        np.minimum(count, 200),
        total / (width.sum() + 1),
        np.bincount(style, width * linked) / (total + 1),
        total / count,
        np.bincount(style, ends) / count,
    )
    return np.stack(columns, axis=1).astype(np.float32)[style]


def smooth(columns: NDArray[Any], reach: int) -> NDArray[Any]:
    """For each row the sums of the rows up to `reach` places away."""
    total = np.zeros((len(columns) + 1, columns.shape[1]))
    np.cumsum(columns, axis=0, out=total[1:])
    places = np.arange(len(columns))
    return total[np.minimum(places + reach + 1, len(columns))] - total[np.maximum(places - reach, 0)]


PLACE_NAMES = (
    "place", "chars-before", "after-h1", "after-title", "long-before", "long-after", "since-long", "until-long", "since-head",
    "pieces", "comments-before", "related-before", "head-linked", "heads-before", "linked-heads-before",
    *(f"{name}~{reach}" for reach in _FOLLOW for name in ("linked", "long", "dated", "consent", "common")),
)  # fmt: skip


def _column(own: Matrix, name: str) -> Matrix:
    column: Matrix = own[:, _OWN[name]]
    return column


def _title_place(own: Matrix, h1: NDArray[np.bool_]) -> int:
    match = _column(own, "title-overlap") * _column(own, "title-cover") + 0.3 * h1
    return int(np.argmax(match)) if match.max(initial=0.0) > 0.25 else 0


def _places(own: Matrix) -> Matrix:
    count = len(own)
    sizes, kind, linked, tag = (_column(own, name) for name in ("width", "kind", "linked", "tag"))
    long = (sizes >= LONG) & (linked < 0.5)
    order = np.arange(count, dtype=np.float32)
    since = np.maximum.accumulate(np.where(long, order, -9.0))
    until = np.minimum.accumulate(np.where(long, order, count + 9.0)[::-1])[::-1]
    h1 = tag == TAG_CODES["h1"]
    heads = h1 | ((tag >= TAG_CODES["h2"]) & (tag <= TAG_CODES["h4"]))
    before, runs = np.cumsum(sizes), np.cumsum(long)
    short = sizes < 60
    dated = (kind == _KIND["date"]) | (_column(own, "stamped") > 0) | ((_column(own, "digits") > 0.15) & short)
    columns = np.empty((count, len(PLACE_NAMES)), np.float32)
    columns[:, 0] = order / count
    columns[:, 1] = (before - sizes) / (before[-1] + 1)
    columns[:, 2] = np.clip(order - (int(np.argmax(h1)) if h1.any() else 0), -60, 200)
    columns[:, 3] = np.clip(order - _title_place(own, h1), -60, 200)
    columns[:, 4] = np.minimum(runs - long, 60)
    columns[:, 5] = np.minimum(runs[-1] - runs, 60)
    columns[0, 6], columns[1:, 6] = 9, np.minimum(order[1:] - since[:-1], 50)
    columns[-1, 7], columns[:-1, 7] = 9, np.minimum(until[1:] - order[:-1], 50)
    last = np.maximum.accumulate(np.where(heads, order, -1))
    columns[:, 8] = np.minimum(order - last, 40)
    columns[:, 9] = min(count, 1000)
    columns[:, 10] = np.minimum(np.cumsum((kind == _KIND["comment"]) & (sizes < 100)), 9)
    columns[:, 11] = np.minimum(np.cumsum((kind == _KIND["related"]) & short), 9)
    linked_heads = heads & (linked > 0.5)
    columns[:, 12] = np.where(last < 0, -1, linked[last.astype(np.int64)])
    columns[:, 13] = np.minimum(np.cumsum(h1), 9)
    columns[:, 14] = np.minimum(np.cumsum(linked_heads), 30)
    common = _column(own, "common") * sizes
    summed = np.stack([sizes * linked, long, dated, _column(own, "consent"), common, sizes], axis=1)
    for place, reach in enumerate(_FOLLOW):
        around = smooth(summed, reach)
        around[:, (0, 4)] /= around[:, 5:] + 1
        columns[:, 15 + 5 * place : 20 + 5 * place] = around[:, :5]
    return columns


NEIGHBOUR_COLUMNS = ("width", "linked", "tag", "common", "kind", "bold", "json-body", "links")
_NEIGHBOURS = [_OWN[name] for name in NEIGHBOUR_COLUMNS]
REACH = (-3, -2, -1, 1, 2, 3)


def shifted(columns: Matrix, steps: tuple[int, ...], fill: float = -1.0) -> list[Matrix]:
    """For each step the rows so much further on, in the place of each row; `fill` beyond the edges."""
    most = max(map(abs, steps))
    padded = np.full((len(columns) + 2 * most, columns.shape[1]), fill, np.float32)
    padded[most:-most] = columns
    return [padded[most + step : most + step + len(columns)] for step in steps]


def table(rows: list[tuple[Any, ...]], kind: Any) -> NDArray[Any]:
    """The rows as an array; several times as fast as letting numpy find out what they hold."""
    return np.fromiter(chain.from_iterable(rows), kind, len(rows) * len(rows[0])).reshape(len(rows), -1)


def describe(cut: Cut, hints: Hints) -> Matrix:
    """One row of numbers for each piece, in the order of NAMES."""
    own = _own(cut, hints)
    around = shifted(own[:, _NEIGHBOURS], REACH)
    parents = cut.outer[cut.where].astype(np.float32)[:, None]
    ties = [(near == parents) for near in shifted(parents, (-1, 1))]
    return np.concatenate(
        [own, _boxes(cut), _style(cut.style, own), _places(own), *around, *ties], axis=1, dtype=np.float32
    )


NAMES = (
    *OWN_NAMES,
    *(f"{who}-{name}" for who in UPWARD for name in BOX_NAMES),
    "depth", "hidden", "parent-tag", "grand-tag", "images", "links-near", "cards",
    *(f"class-{name}" for name in CLASS_WORDS),
    *(f"within-{name}" for name in WITHIN),
    *STYLE_NAMES,
    *PLACE_NAMES,
    *(f"{name}@{step}" for step in REACH for name in NEIGHBOUR_COLUMNS),
    "same-parent@-1", "same-parent@1",
)  # fmt: skip
