"""A document as the gazetteer is asked with it: its text, and its tokens as arrays."""

from __future__ import annotations

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


def reading_of(document: Document) -> Reading:
    """What of a document the gazetteer is asked with."""
    return Reading(
        document.text, document.starts, document.ends, document.folds, document.flags, document.language.code
    )
