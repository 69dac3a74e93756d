"""Says which pieces of a labelled page belong to its article: the gold text has no offsets, so runs of words are matched."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from processors.extract.features import words

RUN = 4
"""Words in a row that count as the same text."""


def shares(texts: Sequence[str], gold: str) -> list[float]:
    """For each piece the share of its words that the gold text has, each passage of it used once where it can be."""
    wanted = words(gold)
    runs = Counter(tuple(wanted[i : i + RUN]) for i in range(len(wanted) - RUN + 1)) or Counter([tuple(wanted)])
    tokens: list[str] = []
    owner: list[int] = []
    for number, text in enumerate(texts):
        found = words(text)
        tokens += found
        owner += [number] * len(found)
    covered = bytearray(len(tokens))
    for i in range(len(tokens) - RUN + 1):
        if tuple(tokens[i : i + RUN]) in runs:
            covered[i : i + RUN] = b"\1" * RUN
    hits, sizes = [0] * len(texts), [0] * len(texts)
    for place, number in enumerate(owner):
        hits[number] += covered[place]
        sizes[number] += 1
    lines = {tuple(words(line)) for line in gold.split("\n")}
    found_shares = [hit / size if size else 0.0 for hit, size in zip(hits, sizes, strict=True)]
    for number, text in enumerate(texts):
        if 0 < sizes[number] < RUN and found_shares[number] < 1:
            found_shares[number] = 0.9 * (tuple(words(text)) in lines and _between(found_shares, sizes, number))
    return _once(texts, gold, found_shares)


def _between(found: Sequence[float], sizes: Sequence[int], number: int) -> bool:
    """Whether the article goes on shortly before and after the piece."""
    before = any(found[i] > 0.7 and sizes[i] >= 8 for i in range(max(0, number - 4), number))
    after = any(found[i] > 0.7 and sizes[i] >= 8 for i in range(number + 1, min(len(found), number + 5)))
    return before and after


def _once(texts: Sequence[str], gold: str, found: list[float]) -> list[float]:
    """Of pieces that repeat each other, as many as the gold has keep their share: those with most article around them."""
    places: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for number, text in enumerate(texts):
        if found[number] > 0.5:
            places[tuple(words(text))].append(number)
    flat = " " + " ".join(words(gold)) + " "
    for key, numbers in places.items():
        if len(numbers) < 2:
            continue
        times = max(1, flat.count(" " + " ".join(key) + " "))
        weight = {n: sum(found[max(0, n - 4) : n]) + sum(found[n + 1 : n + 5]) for n in numbers}
        for number in sorted(numbers, key=lambda n: -weight[n])[times:]:
            found[number] = 0.0
    return found
