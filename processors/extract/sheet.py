"""What the rules on roles must know of a page beside the piece at hand: its scores, its title, its sure text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from broadsheet.model import Role
from processors.extract.features import OWN_NAMES, Matrix, ends_sentence, words
from processors.extract.phrases import opening
from processors.extract.pieces import LONG, Piece
from processors.extract.topic import vocabulary

SENTENCE = 45
"""Width from which a sentence between two paragraphs of the text is one."""
FILL = 0.1
"""Score from which a sentence set like the text around it is text."""
THRESHOLDS = tuple(float(step) for step in np.arange(0.2, 0.51, 0.05))
"""Scores from which a piece may be running text; which of them holds is decided for each page."""
_DESCRIBED = OWN_NAMES.index("description-overlap")
_TITLED = OWN_NAMES.index("title-overlap")
_TWIN = re.compile(r"^(.{18,200}?)\s?(?:…|\.\.\.)$")
HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
Found = tuple[Role, str]
"""A role and the reason for it."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the rules must know of the page beside the piece at hand."""

    pieces: Sequence[Piece]
    scores: Sequence[float]
    titles: Sequence[float]
    """How much of the page's title each piece has."""
    summaries: Sequence[float]
    """How much of each piece the page's own description has."""
    title: str
    """Its words, joined."""
    head: int
    """The title's piece, or where it would be."""
    start: int
    """The first piece that is surely text."""
    end: int
    """The last one."""
    sure: tuple[str, ...]
    """The long pieces that are surely text."""
    threshold: float
    """The score from which a piece of this page is running text."""
    twins: frozenset[str]
    """Beginnings that stand cut off somewhere on the page."""
    repeated: Counter[str]
    """How often a text stands on the page as a link."""
    memory: dict[str, Any]
    """What was worked out already."""

    @property
    def known(self) -> frozenset[str]:
        """The text's vocabulary; worked out when first asked for."""
        if "known" not in self.memory:
            self.memory["known"] = vocabulary(self.sure)
        return cast(frozenset[str], self.memory["known"])

    @property
    def whole(self) -> str:
        """All pieces that score as text, one a line."""
        if "whole" not in self.memory:
            self.memory["whole"] = "\n".join(
                piece.text for piece, score in zip(self.pieces, self.scores, strict=True) if score >= self.threshold
            )
        return cast(str, self.memory["whole"])

    @property
    def copies(self) -> Counter[str]:
        """How often each piece that scores as text stands on the page."""
        if "copies" not in self.memory:
            scored = zip(self.pieces, self.scores, strict=True)
            self.memory["copies"] = Counter(piece.text for piece, score in scored if score >= self.threshold)
        return cast("Counter[str]", self.memory["copies"])

    def again(self, order: int) -> bool:
        """Whether the same piece of text was met before: some pages carry their article twice."""
        piece = self.pieces[order]
        if piece.words < LONG or self.copies[piece.text] < 2:
            return False
        met: set[str] = self.memory.setdefault("met", set())
        if piece.text in met:
            return True
        met.add(piece.text)
        return False

    def titled(self, order: int) -> bool:
        """Whether the piece is the title again."""
        return self.titles[order] > 0.6 and " ".join(words(self.pieces[order].text)) == self.title


def best_threshold(pieces: Sequence[Piece], scores: Matrix) -> float:
    """The threshold with the highest F1 to be expected where the scores are what they say they are: probabilities.

    On sure pages it is .45 or .5; on pages unlike those the model learned from it goes down, and their text is not lost.
    Cross-validated, mean of sets: .9402 with .45 for all, .9440 so.
    """
    size = np.array([piece.words for piece in pieces], np.float64)
    expected = scores * size
    whole = float(expected.sum())
    kept = scores >= np.array(THRESHOLDS)[:, None]
    worth = 2 * (kept @ expected) / (kept @ size + whole + 1e-9)
    best = np.flatnonzero(worth >= worth.max() - 1e-9)[-1]
    return THRESHOLDS[int(best)]


def filled(pieces: Sequence[Piece], scores: Matrix, threshold: float) -> Matrix:
    """The scores, whole sentences set like the sure text around them lifted above the threshold."""
    sure = [order for order in np.flatnonzero(scores >= 0.8).tolist() if pieces[order].words >= LONG]
    unsure = np.flatnonzero((scores >= FILL) & (scores < threshold)).tolist()
    if len(sure) < 3 or not unsure:
        return scores
    set_like = [(piece.box.tag, piece.box.names, id(piece.box.parent)) for piece in pieces]
    style = Counter(set_like[order] for order in sure)
    lifted = scores.copy()
    for order in unsure:
        piece = pieces[order]
        if not sure[0] <= order < sure[-1] + 8 or piece.linked * 3 > len(piece.text) or style[set_like[order]] < 3:
            continue
        between = lifted[order - 1] >= threshold and order + 1 < len(pieces) and scores[order + 1] >= threshold
        if piece.words < (SENTENCE if between else LONG) or not ends_sentence(piece.text):
            continue
        if opening(piece.text) in (None, "date"):
            lifted[order] = threshold + 0.001
    return lifted


def sheet_of(pieces: Sequence[Piece], scores: Matrix, described: Matrix, title: str | None, threshold: float) -> Sheet:
    strong = [int(order) for order in np.flatnonzero(scores >= 0.6).tolist() if pieces[order].words >= 60]
    linked = Counter(piece.text for piece in pieces if piece.linked * 2 > len(piece.text))
    named = " ".join(words(title)) if title else ""
    start = strong[0] if strong else 0
    titles = np.flatnonzero(described[: start + 1, _TITLED] > 0.4).tolist()
    heads = [order for order in titles if " ".join(words(pieces[order].text)) == named]
    return Sheet(
        pieces=pieces,
        scores=scores.tolist(),
        titles=described[:, _TITLED].tolist(),
        summaries=described[:, _DESCRIBED].tolist(),
        title=named,
        head=heads[-1] if heads else max(0, start - 12),
        start=start,
        end=strong[-1] if strong else len(pieces),
        sure=tuple(pieces[order].text for order in strong if pieces[order].words >= LONG),
        threshold=threshold,
        twins=_twins(pieces),
        repeated=linked,
        memory={},
    )


def _twins(pieces: Sequence[Piece]) -> frozenset[str]:
    """Beginnings of short pieces that stand cut off beside the whole."""
    short = (piece.text for piece in pieces if piece.words < 220 and piece.text.endswith(("…", "...")))
    cut = {match.group(1) for text in short if (match := _TWIN.match(text))}
    if not cut:
        return frozenset()
    whole = [piece.text for piece in pieces if piece.words < 260 and not piece.text.endswith(("…", "..."))]
    return frozenset(stem for stem in cut if any(text.startswith(stem) for text in whole))


def mostly_link(piece: Piece) -> bool:
    return piece.linked * 2 >= len(piece.text)
