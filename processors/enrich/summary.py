"""Choose a summary: sentences of the text that hold its keywords early, in their order."""

from __future__ import annotations

import re
from collections.abc import Sequence

LONGEST = 420
"""Characters of a summary."""
SHORTEST_SENTENCE, LONGEST_SENTENCE = 30, 380
MOST_SENTENCES = 3
READ = 8000
"""Characters looked at: what sums a report up stands early."""

_END = re.compile(r"(?:[.!?…؟]+[”“\"»’)]*(?=\s)|[。！？][”」』]?)")
_ABBREVIATION = re.compile(
    r"(?:\b[^\W\d_]|\b(?:Mr|Mrs|Ms|Dr|Sen|Rep|Gov|Gen|Sgt|Lt|Col|St|Jr|Sr|Prof|No|vs|bzw|Nr|Mio|Mrd|ca|гг|им|тыс|руб|ул|см|Inc|Ltd|Corp|Jan|Feb|Aug|Sept|Oct|Nov|Dec)|\d)$"
)


_TITLE = re.compile(r"\b(?:Mr|Mrs|Ms|Dr|Sen|Rep|Gov|Gen|Sgt|Lt|Col|St|Prof|им|ул|тыс|bzw|vs|ca)$")


def sentences(text: str) -> list[tuple[int, int]]:
    """Spans of the sentences, abbreviations and numbers not taken for ends."""
    found: list[tuple[int, int]] = []
    start = 0
    for piece in re.finditer(r"[^\n]+", text):
        start = piece.start()
        for end in _END.finditer(text, piece.start(), piece.end()):
            if text[end.start()] == "." and _ABBREVIATION.search(text[max(start, end.start() - 6) : end.start()]):
                if _TITLE.search(text[max(start, end.start() - 6) : end.start()]):
                    continue
                following = text[end.end() : end.end() + 2].strip()
                if not following or not following[0].isupper() or text[end.start() - 1].isupper():
                    continue
            found.append((start, end.end()))
            start = end.end()
            while start < piece.end() and text[start].isspace():
                start += 1
        if start < piece.end():
            found.append((start, piece.end()))
    return found


def summary(text: str, keywords: Sequence[str]) -> str | None:
    """Up to three sentences of the text, as they stand."""
    spans = [
        (a, b)
        for a, b in sentences(text[:READ])
        if SHORTEST_SENTENCE // (3 if text[a] > "\u2e80" else 1) <= b - a <= LONGEST_SENTENCE
    ]
    if not spans:
        return text[:LONGEST].strip() or None
    lows = [word.lower() for word in keywords[:12]]
    ranked = sorted(range(len(spans)), key=lambda i: -_worth(i, text[slice(*spans[i])], lows))
    chosen: list[int] = []
    length = 0
    for i in ranked:
        size = spans[i][1] - spans[i][0]
        if length + size <= LONGEST or not chosen:
            chosen.append(i)
            length += size + 1
        if len(chosen) == MOST_SENTENCES:
            break
    return " ".join(text[slice(*spans[i])].strip() for i in sorted(chosen))


def _worth(index: int, sentence: str, keywords: Sequence[str]) -> float:
    """More keywords, earlier, and no speech: what a lead looks like."""
    low = sentence.lower()
    hits = sum(1.0 / (1 + rank / 4) for rank, word in enumerate(keywords) if word in low)
    spoken = 0.6 if sentence[:1] in '“"„«‘—–' else 1.0
    return (0.5 + hits) * spoken / (1.0 + 0.35 * index) / (1.0 + len(sentence) / 700)
