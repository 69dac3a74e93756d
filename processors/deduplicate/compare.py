"""Judges whether two texts are copies, from what they share exactly."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from processors.deduplicate.decision import Decision, decision
from processors.deduplicate.words import Hashes, Keys, Positions, Wide, damaged, intact, modulus, shingles

SHARED_KEYS = 2
"""Sampled shingles that two texts must share to be compared at all; part of the judgement, so that it is the same
whichever of the two comes first and whatever else is stored."""

LEAST_SHARE = 12
"""Of so many keys that two texts could share they must share one: a stock sentence gives two to every text that has it. At
a containment of .4, below which one copy in fifteen is, one pair in ten thousand shares less."""
CLEARLY_APART = 0.15
"""Containment below which texts are no copies, whatever else agrees: a quotation, a background paragraph."""
CLEARLY_COPIES = 0.8
"""Containment above which texts are copies; between the two the learned decision speaks."""

DAMAGED = 0.6
"""Containment above which texts are copies of which one lost letters; the decision was not learned on such."""
WHOLE = 8
"""Shingles without damage that such texts must share."""
LEAD = 56
"""Shingles at a text's beginning (about 60 words) that count as its lead."""
LONG_RUN = 150
"""Words from which a passage that both have verbatim is no longer, only as long as the measure goes."""

ALIGNED_WORDS = 1500
"""Words of each text whose sentences are aligned: bounds the cost of one comparison."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """What is compared of one text; all of it can be stored."""

    hashes: Hashes
    """Its words."""
    sentence: np.ndarray[tuple[int], np.dtype[np.int32]]
    """The sentence of each word."""
    shingle: int
    keys: Keys
    """Its sampled shingles, sorted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """What two texts share."""

    containment: float
    """Share of the shorter text's shingles that the longer has."""
    coverage: float
    """Share of the longer text's shingles that the shorter has."""
    aligned: float | None = None
    """Mean resemblance of each sentence of the shorter with its best counterpart; None where it was not needed."""
    score: float
    """Confidence that one is a copy of the other, 0 to 1."""

    @property
    def copies(self) -> bool:
        """Whether the texts are copies."""
        return self.score >= 0.5


APART = Likeness(containment=0.0, coverage=0.0, score=0.0)


def compare(one: Text, other: Text, furniture: frozenset[int] = frozenset()) -> Likeness:
    """What the two texts share, furniture apart, and whether that makes them copies; the order of the two does not
    matter."""
    # Sets are quicker than sorting thirty numbers with numpy.
    common = len(set(one.keys.tolist()).intersection(other.keys.tolist()) - furniture)
    if common < SHARED_KEYS:
        return APART
    if furniture:
        one, other = masked(one, furniture), masked(other, furniture)
    if common * LEAST_SHARE < min(len(one.keys), len(other.keys)) and common * LEAST_SHARE < _comparable(one, other):
        return APART
    return measure(one, other)


def _comparable(one: Text, other: Text) -> int:
    """Keys that two texts could share: those of the one with fewer, at the coarser of their samples."""
    coarse = max(modulus(len(text.hashes) - text.shingle + 1) for text in (one, other)) - 1
    return min(int(np.count_nonzero((text.keys & coarse) == 0)) for text in (one, other))


def measure(one: Text, other: Text, judge: Decision | None = None) -> Likeness:
    """`compare` without the condition on keys, by the decision that ships or another one."""
    short, long = sorted((one, other), key=_order)
    size = min(short.shingle, long.shingle)
    exact = shingles(short.hashes, size), shingles(long.hashes, size)
    containment, coverage = shared(*exact)
    if containment < CLEARLY_COPIES and (likeness := _damaged(short, long, size)):
        return likeness
    if containment < CLEARLY_APART:
        return replace(APART, containment=containment, coverage=coverage)
    if containment >= CLEARLY_COPIES:
        return replace(APART, containment=containment, coverage=coverage, score=containment)
    found = values(short, long, exact, containment)
    return Likeness(
        containment=containment, coverage=coverage, aligned=found[2], score=(judge or decision()).score(found)
    )


def _damaged(short: Text, long: Text, size: int) -> Likeness | None:
    """The likeness of copies of which one lost letters: measured on the words that are whole, and multiplied up."""
    if damaged(short.hashes) is None and damaged(long.hashes) is None:
        return None
    whole = np.unique(intact(short.hashes, size)), np.unique(intact(long.hashes, size))
    counts = [max(1, len(text.hashes) - size + 1) for text in (short, long)]
    common = len(np.intersect1d(whole[0], whole[1], assume_unique=True))
    if common < WHOLE:
        return None
    # Of the shingles both would have, so many are whole in both.
    found = common / (len(whole[0]) / counts[0]) / (len(whole[1]) / counts[1])
    containment, coverage = sorted((min(1.0, found / counts[0]), min(1.0, found / counts[1])), reverse=True)
    if containment < DAMAGED:
        return None
    return Likeness(containment=containment, coverage=coverage, score=containment)


def values(short: Text, long: Text, exact: tuple[Wide, Wide], containment: float) -> tuple[float, ...]:
    """The features of `processors.deduplicate.decision`, none of which depends on where the texts come from."""
    count, longer = max(1, len(short.hashes)), max(1, len(long.hashes))
    size = min(short.shingle, long.shingle)
    run = min(1.0, _longest_run(*exact) / count)
    leads = _lead(exact[0], exact[1]), _lead(exact[1], exact[0])
    return (
        containment,
        shared(shingles(short.hashes, size - 2), shingles(long.hashes, size - 2))[0],
        alignment(short, long),
        run,
        min(LONG_RUN, run * count),
        math.log(longer / count),
        math.log(count),
        max(leads),
        min(leads),
    )


def _lead(one: Wide, other: Wide) -> float:
    """How much of the first text's beginning the second has: copies keep the lead, quotations come from further down."""
    beginning = one[:LEAD]
    return float(np.isin(beginning, other).mean()) if len(beginning) else 0.0


def masked(text: Text, furniture: frozenset[int]) -> Text:
    """The text without its sentences in which every sampled shingle is furniture."""
    if furniture.isdisjoint(text.keys.tolist()):
        return text
    every = shingles(text.hashes, text.shingle)
    places = np.flatnonzero((every & np.uint64(modulus(len(every)) - 1)) == 0)
    keyed = zip(every[places].view(np.int64).tolist(), text.sentence[places].tolist(), strict=True)
    bad: set[int] = set()
    good: set[int] = set()
    for key, sentence in keyed:
        (bad if key in furniture else good).add(sentence)
    if not bad - good:
        return text
    stay = np.ones(len(text.sentence), dtype=np.bool_)
    for sentence in bad - good:
        stay &= text.sentence != sentence
    left = text.sentence[stay]
    return Text(
        hashes=text.hashes[stay],
        sentence=np.cumsum(np.diff(left, prepend=left[:1]) != 0, dtype=np.int32),
        shingle=text.shingle,
        keys=np.array([key for key in text.keys.tolist() if key not in furniture], dtype=np.int64),
    )


def _order(text: Text) -> tuple[int, bytes]:
    return len(text.hashes), text.hashes[:64].tobytes()


def shared(short: Wide, long: Wide) -> tuple[float, float]:
    """The share of the smaller set that the larger has, and the reverse."""
    one, other = _distinct(short), _distinct(long)
    both = np.concatenate((one, other))
    both.sort()
    common = int(np.count_nonzero(both[1:] == both[:-1]))
    sizes = sorted((len(one), len(other)))
    return common / max(1, sizes[0]), common / max(1, sizes[1])


def _distinct(values: Wide) -> Wide:
    """Each value once, sorted; `numpy.unique` takes three times as long for so few."""
    found = np.sort(values)
    return found if len(found) < 2 else found[np.concatenate((_FIRST, found[1:] != found[:-1]))]


_FIRST = np.ones(1, dtype=np.bool_)


def _longest_run(short: Wide, long: Wide) -> int:
    """Positions of the longest stretch of the shorter whose shingles all occur in the longer."""
    found = np.concatenate(([False], np.isin(short, long), [False]))
    edges = np.flatnonzero(np.diff(found.astype(np.int8)))
    return int((edges[1::2] - edges[::2]).max()) if len(edges) else 0


def alignment(short: Text, long: Text) -> float:
    """Each sentence of the shorter finds the sentence of the longer with the most words in common: the mean Jaccard
    resemblance of these, weighted by the sentences' lengths."""
    if not len(short.hashes) or not len(long.hashes):
        return 0.0
    words, sentences, lengths, sizes = _entries(short)
    other_words, other_sentences, _, other_sizes = _entries(long)
    # Every entry of the one text meets the entries of the other with the same word.
    first = np.searchsorted(other_words, words, "left")
    counts = np.searchsorted(other_words, words, "right") - first
    before = np.cumsum(counts) - counts
    met = np.arange(int(counts.sum())) + np.repeat(first - before, counts)
    cells = np.repeat(sentences, counts) * len(other_sizes) + other_sentences[met]
    both = np.bincount(cells, minlength=len(sizes) * len(other_sizes)).reshape(len(sizes), len(other_sizes))
    best = (both / (sizes[:, None] + other_sizes[None, :] - both)).max(axis=1)
    return float((best * lengths).sum() / lengths.sum())


def _entries(text: Text) -> tuple[Positions, Positions, Positions, Positions]:
    """The different words of each sentence, by word: (words, their sentences), and of each sentence its words and its
    different words."""
    hashes = text.hashes[:ALIGNED_WORDS].astype(np.int64)
    sentence = text.sentence[:ALIGNED_WORDS].astype(np.int64) - int(text.sentence[0])
    count = int(sentence[-1]) + 1
    codes = np.unique(hashes * count + sentence)
    words, sentences = np.divmod(codes, count)
    return words, sentences, np.bincount(sentence, minlength=count), np.bincount(sentences, minlength=count)
