"""How sure two names are one: learned costs of letters give the likeness of words across scripts, and small trees weigh what
the words of two names say together; for many pairs at once, with numpy alone.

The likeness of two words is the best alignment of their letters by log-odds, as in Needleman and Wunsch (1970) with costs
learned by aligning names of one thing (Ristad and Yianilos, 1998); the trees are gradient boosted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from processors.enrich import names as n
from processors.enrich.hashed import numbered
from processors.enrich.names import Name
from processors.enrich.words import whole_hashes
from processors.extract.trees import Forest, forest

MODEL = Path(__file__).parent / "tables/likeness.npz"

LETTERS = 37
"""Nothing, a to z, 0 to 9."""
LONGEST_WORD = 14
LONGEST_JOINED = 24
MOST_WORDS = 6
SCRIPTS = 10
_CODE = {**{chr(97 + k): k + 1 for k in range(26)}, **{str(k): 27 + k for k in range(10)}}

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Model:
    """What was learned."""

    both: Floats
    """Log-odds of a letter standing for another, by pair of scripts: [pair, letter, letter]."""
    one: Floats
    """Log-odds of a letter standing for nothing: [side, pair, letter]."""
    sure: Floats
    """Weights that turn an alignment into how sure two words are one."""
    rare: NDArray[np.uint32]
    rareness: Floats
    """How rare words are: hashes, and the logarithm of one over their share of names."""
    trees: Forest


@cache
def model() -> Model:
    """The model of this process."""
    with np.load(MODEL, allow_pickle=False) as stored:
        given = {name: stored[name] for name in stored.files}
    return Model(
        both=given["both"].astype(np.float32),
        one=given["one"].astype(np.float32),
        sure=given["sure"].astype(np.float32),
        rare=given["rare"],
        rareness=given["rareness"].astype(np.float32),
        trees=forest(given, "tree_"),
    )


def pair_of(a: NDArray[np.integer], b: NDArray[np.integer]) -> Ints:
    """Number of a pair of scripts, the lower first."""
    low, high = np.minimum(a, b), np.maximum(a, b)
    return np.asarray(low * SCRIPTS + high, np.int32)


def encoded(words: Sequence[str], longest: int) -> tuple[NDArray[np.uint8], Ints]:
    """Letters of words as numbers, one row each, and how many."""
    codes = np.zeros((len(words), longest), np.uint8)
    sizes = np.zeros(len(words), np.int32)
    for row, word in enumerate(words):
        letters = [_CODE[c] for c in word[:longest] if c in _CODE]
        codes[row, : len(letters)] = letters
        sizes[row] = len(letters)
    return codes, sizes


def aligned(
    a: NDArray[np.uint8], b: NDArray[np.uint8], sizes: tuple[Ints, Ints], pair: Ints, costs: tuple[Floats, Floats]
) -> Floats:
    """The best sum of log-odds for each row of letters with the row beside it, by pair of scripts."""
    found = np.empty(len(a), np.float32)
    # Rows of one length together, and few enough to stay in the processor's cache.
    order = np.lexsort((sizes[1], sizes[0]))
    for start in range(0, len(order), CACHED):
        at = order[start : start + CACHED]
        found[at] = _aligned(a[at], b[at], (sizes[0][at], sizes[1][at]), pair[at], costs)
    return found


CACHED = 8192
"""Rows aligned together."""


def _aligned(
    a: NDArray[np.uint8], b: NDArray[np.uint8], sizes: tuple[Ints, Ints], pair: Ints, costs: tuple[Floats, Floats]
) -> Floats:
    both, one = costs
    wide_a, wide_b = int(sizes[0].max(initial=0)), int(sizes[1].max(initial=0))
    flat_both, flat_left, flat_right = both.ravel(), one[0].ravel(), one[1].ravel()
    base_both, base_one = pair * np.int32(LETTERS * LETTERS), pair * np.int32(LETTERS)
    columns = [b[:, j].astype(np.int32) for j in range(wide_b)]
    right = [flat_right[base_one + letters] for letters in columns]
    row = [np.zeros(len(a), np.float32)]
    for j in range(wide_b):
        row.append(row[-1] + right[j])
    last = np.zeros(len(a), np.float32)
    for i in range(wide_a + 1):
        ended = np.flatnonzero(sizes[0] == i)
        if len(ended):
            last[ended] = np.stack([part[ended] for part in row])[sizes[1][ended], np.arange(len(ended))]
        if i == wide_a:
            break
        letters = a[:, i].astype(np.int32)
        left = flat_left[base_one + letters]
        start = base_both + letters * np.int32(LETTERS)
        following = [row[0] + left]
        for j in range(wide_b):
            best = row[j] + flat_both[start + columns[j]]
            np.maximum(best, row[j + 1] + left, out=best)
            np.maximum(best, following[j] + right[j], out=best)
            following.append(best)
        row = following
    return last


def word_features(score: Floats, size_a: Ints, size_b: Ints, across: NDArray[np.bool_]) -> Floats:
    """What tells how sure an alignment is: its sum by the longer and the shorter word, and the lengths."""
    low, high = np.minimum(size_a, size_b), np.maximum(size_a, size_b)
    low1, high1 = np.maximum(low, 1), np.maximum(high, 1)
    return np.stack(
        [
            score / high1,
            score / low1,
            np.log1p(low).astype(np.float32),
            (high - low) / high1,
            np.maximum(0.0, 1.0 - score / high1) ** 2,
            across.astype(np.float32),
            across * score / high1,
            np.ones(len(score), np.float32),
        ],
        axis=1,
    ).astype(np.float32)


class Lexicon:
    """The distinct words of many names as arrays, and the names as rows of them."""

    def __init__(self, parsed: Sequence[Name], mine: Model) -> None:
        self.mine = mine
        numbers: dict[tuple[str, int, int], int] = {}
        words: list[n.Word] = []
        self.words = np.full((len(parsed), MOST_WORDS), -1, np.int32)
        for row, name in enumerate(parsed):
            for place, word in enumerate(name.words[:MOST_WORDS]):
                key = (word.latin, word.script, word.meaning)
                if key not in numbers:
                    numbers[key] = len(words)
                    words.append(word)
                self.words[row, place] = numbers[key]
        self.count = np.array([min(len(name.words), MOST_WORDS) for name in parsed], np.int32)
        self.latin = [word.latin for word in words]
        self.bones = [word.bones for word in words]
        self.codes, self.sizes = encoded(self.latin, LONGEST_WORD)
        self.script = np.array([word.script for word in words], np.int32).reshape(-1)
        self.meaning = np.array([word.meaning for word in words], np.int32).reshape(-1)
        self.rareness = rareness(words, mine)
        self.place = np.argsort(np.argsort(np.array(self.latin or [""]), kind="stable"), kind="stable")
        same: dict[str, int] = {}
        self.spelling = np.array([same.setdefault(word, len(same)) for word in self.latin], np.int32).reshape(-1)
        self.gender = _genders(self.latin)
        self._names(parsed)

    def _names(self, parsed: Sequence[Name]) -> None:
        whole = ["".join(word.latin for word in name.words) for name in parsed]
        turned = ["".join(w.latin for w in (*name.words[1:], *name.words[:1])) for name in parsed]
        self.whole, self.whole_size = encoded(whole, LONGEST_JOINED)
        self.turned, _ = encoded(turned, LONGEST_JOINED)
        self.name_script = np.array([name.script for name in parsed], np.int32).reshape(-1)
        self.joined = np.array([name.joined for name in parsed], np.bool_).reshape(-1)
        marks: dict[tuple[str, str], int] = {("g", ""): 0}
        self.generation = np.array([marks.setdefault(("g", name.generation), len(marks)) for name in parsed], np.int32)
        digits = ["".join(sorted(c for c in name.text if c.isdigit())) for name in parsed]
        self.digits = np.array([marks.setdefault(("d", d), len(marks)) for d in digits], np.int32)
        self.short = np.array([len(name.words) == 1 and name.text.isupper() for name in parsed], np.bool_).reshape(-1)
        initials = ["".join(w.latin[0] for w in name.words) for name in parsed]
        self.initials = np.array([marks.setdefault(("i", i), len(marks)) for i in initials], np.int32)
        self.alone = np.array([marks.setdefault(("i", w), len(marks)) for w in whole], np.int32)
        places = {text: place for place, text in enumerate(sorted(set(whole)))}
        self.order = np.array([places[text] for text in whole], np.int32)


def lexicon_of(names: Sequence[str], kinds: Sequence[str]) -> Lexicon:
    """Names of these types, their languages unknown, as arrays."""
    return Lexicon(n.parse_all(names, [None] * len(names), kinds), model())


def rareness(words: Sequence[n.Word], mine: Model) -> Floats:
    """How rare each word is, by what it means or else by its letters."""
    keys = [f"m{w.meaning}" if w.meaning >= 0 else f"w{w.latin}" for w in words]
    hashes = whole_hashes(keys) if keys else np.zeros(0, np.uint32)
    rows = numbered(hashes, mine.rare)
    found = np.full(len(words), UNSEEN, np.float32)
    found[rows > 0] = mine.rareness[rows[rows > 0] - 1]
    return found


UNSEEN = 11.0
"""Rareness of a word that no name had."""


_ENDINGS = ("ina", "ine", "ette", "aya", "ia", "a", "o", "e")


def _genders(latin: Sequence[str]) -> Ints:
    """For each word the number of what is left without an ending that tells men from women."""
    numbers: dict[str, int] = {}
    found = []
    for word in latin:
        stem = next((word[: -len(end)] for end in _ENDINGS if word.endswith(end) and len(word) - len(end) >= 3), word)
        found.append(numbers.setdefault(stem, len(numbers)))
    return np.array(found, np.int32).reshape(-1)


def word_sims(lexicon: Lexicon, a: Ints, b: Ints) -> Floats:
    """How sure each pair of words is one."""
    keys, back = np.unique(a.astype(np.int64) * (len(lexicon.latin) + 1) + b, return_inverse=True)
    one, other = (keys // (len(lexicon.latin) + 1)).astype(np.int32), (keys % (len(lexicon.latin) + 1)).astype(np.int32)
    return _distinct_sims(lexicon, one, other)[back]


PIECE = 100_000
"""Pairs looked at together: keeps memory flat."""


def _distinct_sims(lexicon: Lexicon, a: Ints, b: Ints) -> Floats:
    rank = (lexicon.script.astype(np.int64) << 32) + lexicon.place
    swap = rank[a] > rank[b]
    a, b = np.where(swap, b, a), np.where(swap, a, b)
    mine, pair = lexicon.mine, pair_of(lexicon.script[a], lexicon.script[b])
    sizes = lexicon.sizes[a], lexicon.sizes[b]
    score = aligned(lexicon.codes[a], lexicon.codes[b], sizes, pair, (mine.both, mine.one))
    within = lexicon.script[a] == lexicon.script[b]
    # Not a product of matrices: that rounds by how many rows there are.
    sure = 1.0 / (1.0 + np.exp(-(word_features(score, *sizes, ~within) * mine.sure).sum(1)))
    familiar = _familiar(lexicon, a, b)
    sure[familiar] = np.maximum(sure[familiar], FAMILIAR)
    initial = (sizes[0] == 1) | (sizes[1] == 1)
    first = lexicon.codes[a, 0] == lexicon.codes[b, 0]
    sure = np.where(initial, np.where(first, 0.6, 0.05), sure)
    meant = (lexicon.meaning[a] >= 0) & (lexicon.meaning[a] == lexicon.meaning[b])
    sure = np.where(meant, np.maximum(sure, 0.96), sure)
    return np.where(lexicon.spelling[a] == lexicon.spelling[b], 1.0, sure).astype(np.float32)


FAMILIAR = 0.9
"""How sure a name and its familiar form are one."""


@cache
def nicknames() -> frozenset[tuple[str, str]]:
    """Given names with their familiar forms, both ways, and the forms of one name with each other."""
    pairs = set()
    for line in (Path(__file__).parent / "tables/nicknames.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            full, forms = (part.split() for part in line.split(":"))
            pairs |= {(x, y) for x in (*full, *forms) for y in (*full, *forms) if x != y}
    return frozenset(pairs)


@cache
def _familiar_words() -> frozenset[str]:
    return frozenset(word for pair in nicknames() for word in pair)


def _familiar(lexicon: Lexicon, a: Ints, b: Ints) -> NDArray[np.int64]:
    """Which of the pairs are a name and its familiar form."""
    able = np.array([word in _familiar_words() for word in lexicon.latin], np.bool_)
    at = np.flatnonzero(able[a] & able[b])
    known = nicknames()
    return np.array([i for i in at if (lexicon.latin[a[i]], lexicon.latin[b[i]]) in known], np.int64)


MATCH = 0.35
"""How sure two words must be one to be matched."""


def match(sims: Floats) -> NDArray[np.bool_]:
    """The surest pairs of words first, each word once."""
    left = sims.copy()
    count, wide = len(sims), sims.shape[1]
    chosen = np.zeros(sims.shape, np.bool_)
    rows = np.arange(count)
    for _ in range(wide):
        best = left.reshape(count, -1).argmax(1)
        i, j = best // wide, best % wide
        good = left[rows, i, j] >= MATCH
        if not good.any():
            break
        chosen[rows[good], i[good], j[good]] = True
        left[rows, i, :] = -1.0
        left[rows, :, j] = -1.0
    return chosen


FEATURES = 40


def features(lexicon: Lexicon, a: Ints, b: Ints, kinds: NDArray[np.int8]) -> Floats:
    """What the trees see of pairs of names, one column a pair; which name comes first changes nothing."""
    rank = (lexicon.count.astype(np.int64) << 40) + (lexicon.order.astype(np.int64) << 4) + lexicon.name_script
    swap = rank[a] > rank[b]
    a, b = np.where(swap, b, a), np.where(swap, a, b)
    sims = np.zeros((len(a), MOST_WORDS, MOST_WORDS), np.float32)
    one, other = lexicon.words[a], lexicon.words[b]
    there = (one[:, :, None] >= 0) & (other[:, None, :] >= 0)
    at = np.nonzero(there)
    first, second = one[at[0], at[1]], other[at[0], at[2]]
    sims[at] = word_sims(lexicon, first, second)
    chosen = match(sims)
    return np.concatenate([_of_words(lexicon, one, other, sims, chosen), _of_names(lexicon, a, b, kinds)], axis=0)


def _of_words(lexicon: Lexicon, one: Ints, other: Ints, sims: Floats, chosen: NDArray[np.bool_]) -> Floats:
    rare_one = np.where(one >= 0, lexicon.rareness[one], 0.0)
    rare_other = np.where(other >= 0, lexicon.rareness[other], 0.0)
    used_one, used_other = np.asarray(chosen.any(2)), np.asarray(chosen.any(1))
    matched = chosen.sum((1, 2))
    got = np.where(chosen, sims, 0.0)
    lowest = np.where(chosen, sims, 1.0).min((1, 2))
    size_one, size_other = (one >= 0).sum(1), (other >= 0).sum(1)
    sure_one, sure_other = got.max(2), got.max(1)
    at = np.nonzero(chosen)
    x, y = one[at[0], at[1]], other[at[0], at[2]]
    told = (lexicon.meaning[x] >= 0) & (lexicon.meaning[y] >= 0)
    count = len(one)

    def total(flag: Any) -> Floats:
        return np.bincount(at[0], np.asarray(flag, np.float64), minlength=count).astype(np.float32)

    crossed = (got * (np.arange(MOST_WORDS)[:, None] != np.arange(MOST_WORDS)[None, :])).sum((1, 2))
    ends = np.maximum(size_one - 1, 0), np.maximum(size_other - 1, 0)
    rows = np.arange(count)
    values = [
        size_one, size_other, matched, got.sum((1, 2)) / np.maximum(matched, 1), lowest,
        size_one - matched, size_other - matched,
        (rare_one * sure_one).sum(1) / np.maximum(rare_one.sum(1), 1e-3),
        (rare_other * sure_other).sum(1) / np.maximum(rare_other.sum(1), 1e-3),
        np.where((one >= 0) & ~used_one, rare_one, 0.0).max(1), np.where((other >= 0) & ~used_other, rare_other, 0.0).max(1),
        np.where(used_one, rare_one, 0.0).max(1), np.where(used_one, rare_one, 0.0).sum(1),
        sims[:, 0, 0], sims[rows, ends[0], ends[1]], sims[rows, 0, ends[1]], sims[rows, ends[0], 0], crossed,
        used_other[:, 0], used_other[rows, ends[1]],
        total(told & (lexicon.meaning[x] == lexicon.meaning[y])), total(told & (lexicon.meaning[x] != lexicon.meaning[y])),
        total((lexicon.gender[x] == lexicon.gender[y]) & (lexicon.spelling[x] != lexicon.spelling[y])),
        _apart(lexicon, one, other, ends), _gendered(lexicon, one, other),
        total(_prefixed(lexicon, x, y)),
        total((lexicon.sizes[x] == 1) | (lexicon.sizes[y] == 1)), total(lexicon.spelling[x] == lexicon.spelling[y]),
        np.where(chosen, np.minimum(rare_one[:, :, None], rare_other[:, None, :]), 99.0).min((1, 2)),
    ]  # fmt: skip
    return np.stack([np.asarray(value, np.float32) for value in values])


def _apart(lexicon: Lexicon, one: Ints, other: Ints, ends: tuple[Ints, Ints]) -> Floats:
    """Whether the table takes the first words for two names, and the last: both known, and not one."""
    rows = np.arange(len(one))
    found = np.zeros(len(one), np.float32)
    for weight, x, y in ((1, one[:, 0], other[:, 0]), (2, one[rows, ends[0]], other[rows, ends[1]])):
        left, right = lexicon.meaning[x], lexicon.meaning[y]
        found += weight * ((left >= 0) & (right >= 0) & (left != right) & (x >= 0) & (y >= 0))
    return found


def _gendered(lexicon: Lexicon, one: Ints, other: Ints) -> Ints:
    """Whether the first words differ in nothing but an ending of women's names."""
    x, y = one[:, 0], other[:, 0]
    same = (lexicon.gender[x] == lexicon.gender[y]) & (lexicon.spelling[x] != lexicon.spelling[y])
    return np.asarray(same & (x >= 0) & (y >= 0), np.int32)


def _prefixed(lexicon: Lexicon, x: Ints, y: Ints) -> NDArray[np.bool_]:
    """Whether one word of each pair begins with all of the other, three letters at least: Sam and Samuel."""
    least = np.minimum(lexicon.sizes[x], lexicon.sizes[y])
    same = (lexicon.codes[x] == lexicon.codes[y]) | (np.arange(LONGEST_WORD)[None, :] >= least[:, None])
    return np.asarray(same.all(1) & (least >= 3) & (lexicon.sizes[x] != lexicon.sizes[y]), np.bool_)


_CJK = np.array([s in (n.HAN, n.KANA, n.HANGUL) for s in range(SCRIPTS)])
_ABJAD = np.array([s in (n.ARABIC, n.HEBREW) for s in range(SCRIPTS)])


def _of_names(lexicon: Lexicon, a: Ints, b: Ints, kinds: NDArray[np.int8]) -> Floats:
    script_a, script_b = lexicon.name_script[a], lexicon.name_script[b]
    swap = script_a > script_b
    low, high = np.where(swap, b, a), np.where(swap, a, b)
    pair, costs = pair_of(script_a, script_b), (lexicon.mine.both, lexicon.mine.one)
    sizes = lexicon.whole_size[low], lexicon.whole_size[high]
    best = aligned(lexicon.whole[low], lexicon.whole[high], sizes, pair, costs)
    # A name in one piece may have its family name first.
    at = np.flatnonzero(lexicon.joined[a] != lexicon.joined[b])
    for first, second in ((lexicon.turned, lexicon.whole), (lexicon.whole, lexicon.turned)):
        turned = aligned(first[low[at]], second[high[at]], (sizes[0][at], sizes[1][at]), pair[at], costs)
        best[at] = np.maximum(best[at], turned)
    longer = np.maximum(np.maximum(*sizes), 1)
    shorter = np.maximum(np.minimum(*sizes), 1)
    acronym = (lexicon.short[a] & (lexicon.alone[a] == lexicon.initials[b])) | (
        lexicon.short[b] & (lexicon.alone[b] == lexicon.initials[a])
    )
    values = [
        kinds == 0, kinds == 1, script_a == script_b, _CJK[script_a].astype(np.int8) + _CJK[script_b],
        _ABJAD[script_a].astype(np.int8) + _ABJAD[script_b], np.minimum(script_a, script_b), np.maximum(script_a, script_b),
        best / longer, best / shorter, shorter, longer,
        lexicon.joined[a].astype(np.int8) + lexicon.joined[b],
        lexicon.generation[a] != lexicon.generation[b],
        (lexicon.generation[a] != lexicon.generation[b]) & (lexicon.generation[a] != 0) & (lexicon.generation[b] != 0),
        lexicon.digits[a] != lexicon.digits[b], acronym,
    ]  # fmt: skip
    return np.stack([np.asarray(value, np.float32) for value in values])


KINDS = {"PER": 0, "ORG": 1, "LOC": 2}


def likeness(lexicon: Lexicon, a: Ints, b: Ints, kinds: NDArray[np.int8]) -> Floats:
    """How sure the names of each pair are one, 0 to 1."""
    found = np.empty(len(a), np.float32)
    for at in range(0, len(a), PIECE):
        part = slice(at, at + PIECE)
        found[part] = judged(lexicon.mine.trees, features(lexicon, a[part], b[part], kinds[part]))
    found[of_two_sexes(lexicon, a, b, kinds)] *= TWO_SEXES
    return found


TWO_SEXES = 0.3
"""What is left of the likeness of a man's and a woman's name: the trees have seen too few of them."""
_TELLING = np.array([s in (n.LATIN, n.CYRILLIC, n.GREEK) for s in range(SCRIPTS)])


def of_two_sexes(lexicon: Lexicon, a: Ints, b: Ints, kinds: NDArray[np.int8]) -> NDArray[np.int64]:
    """Which pairs are people whose given names are a man's and a woman's form of one."""
    x, y = lexicon.words[a, 0], lexicon.words[b, 0]
    able = (kinds == KINDS["PER"]) & (x >= 0) & (y >= 0) & (lexicon.spelling[x] != lexicon.spelling[y])
    able &= (lexicon.codes[x, :3] == lexicon.codes[y, :3]).all(1)
    able &= _TELLING[lexicon.script[x]] & _TELLING[lexicon.script[y]]
    able &= (lexicon.meaning[x] < 0) | (lexicon.meaning[x] != lexicon.meaning[y])
    at = np.flatnonzero(able)
    pairs, back = np.unique(x[at].astype(np.int64) << 32 | y[at], return_inverse=True)
    told = [n.gendered(lexicon.latin[pair >> 32], lexicon.latin[pair & 0xFFFFFFFF]) for pair in pairs.tolist()]
    return at[np.array(told, np.bool_)[back]] if len(at) else at


FIRST_TREES = 24
"""Trees that are asked of all pairs; the others are asked where these leave it open."""
HOPELESS = -1.4
"""Sum of the first trees below which a pair is not one, whatever the others say."""
ASKED_TOGETHER = 2048


def judged(trees: Forest, columns: Floats) -> Floats:
    """The trees' answers, those of hopeless pairs after the first trees alone."""
    early, late = _part(trees, slice(0, FIRST_TREES)), _part(trees, slice(FIRST_TREES, None))
    total = np.empty(columns.shape[1], np.float32)
    for at in range(0, len(total), ASKED_TOGETHER):
        total[at : at + ASKED_TOGETHER] = early.raw(columns[:, at : at + ASKED_TOGETHER])
    open_ = np.flatnonzero(total > HOPELESS)
    for at in range(0, len(open_), ASKED_TOGETHER):
        those = open_[at : at + ASKED_TOGETHER]
        total[those] += late.raw(columns[:, those])
    return (1.0 / (1.0 + np.exp(-total))).astype(np.float32)


def _part(trees: Forest, those: slice) -> Forest:
    return Forest(
        feature=trees.feature[:, those],
        threshold=trees.threshold[:, those],
        mask=trees.mask[:, those],
        leaves=trees.leaves[those],
    )
