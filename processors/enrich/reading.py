"""A document as the gazetteer is asked with it: its text, and its tokens as arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from processors.enrich.document import Document


@dataclass(frozen=True, slots=True)
class Reading:
    """What the document gives to look names up: parallel over its tokens."""

    text: str
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    folds: NDArray[np.uint32]
    flags: NDArray[np.uint8]
    language: str = "en"

    def token(self, at: int) -> str:
        """A token as it is written."""
        return self.text[self.starts[at] : self.ends[at]]

    def tokens_of(self, spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
        """The first token that begins in each span, and the first beyond it."""
        edges: list[list[int]] = np.searchsorted(self.starts, np.array(spans, np.int64).reshape(-1, 2)).tolist()
        return [(first, last) for first, last in edges]


def reading_of(document: Document) -> Reading:
    """What of a document the gazetteer is asked with."""
    return Reading(
        document.text, document.starts, document.ends, document.folds, document.flags, document.language.code
    )
