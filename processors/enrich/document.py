"""A text read once: its tokens, where they stand, and the rows of their spellings, shared by every part of enrich."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import cast

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from processors.enrich.frequencies import listed
from processors.enrich.language import ENOUGH_WORDS, UNKNOWN, Guess, LanguageColumn, guesses
from processors.enrich.lists import TABLE, FoldColumn, LowerColumn, Phrases
from processors.enrich.models import path_of
from processors.enrich.numbers import COLUMNS as NUMBERS
from processors.enrich.numbers import NumeralColumn, column_of
from processors.enrich.recogniser import CASELESS, LOWER, UPPER, FlagColumn, Network, SpellingColumn, ZipfColumn
from processors.enrich.topics import TopicColumn
from processors.enrich.vectors import Vectors
from processors.enrich.words import PLAIN_WORD, UNUSUAL, WORD, Column, Vocabulary, codes_of

LONGEST_TEXT = 100_000
"""Characters read of one document; what follows is left alone, so that none takes more than its share of time."""

TOKEN = re.compile(rf"{WORD.pattern}|\d+|[^\w\s]|_")
_PLAIN_TOKEN = re.compile(rf"{PLAIN_WORD.pattern}|\d+|[^\w\s]|_")


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """Tokens of a text, in order: words, runs of digits, and every other sign alone."""

    text: str
    tokens: list[str]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    ids: NDArray[np.int64]
    """Rows in the vocabulary; valid until another document is read."""
    folds: NDArray[np.uint32]
    """Hashes of the tokens' folded forms."""
    flags: NDArray[np.uint8]
    wordlike: NDArray[np.bool_]
    language: Guess


@dataclass(frozen=True, slots=True)
class Reader:
    """Vocabulary and the columns that belong to it."""

    vocabulary: Vocabulary
    languages: LanguageColumn | None
    network: Network | None
    """What finds names; its first layer is the column `spelling`."""
    vectors: Vectors | None
    phrases: Phrases | None
    topics: bool
    pairs: Vocabulary
    """Of pairs of Han characters, which tell topics and nothing else."""


@cache
def reader() -> Reader:
    """The reader of this process, its models loaded when first asked for.

    The matrices are small: a second thread would only spin, so the process's linear algebra is held to one."""
    threadpool_limits(limits=1, user_api="blas")
    columns: dict[str, Column] = {"fold": FoldColumn(), "lower": LowerColumn(), "flag": FlagColumn()}
    columns |= {column_of(language): NumeralColumn(language) for language in ("", *NUMBERS)}
    path = path_of("language.npz")
    languages = LanguageColumn(path) if path else None
    if languages:
        columns["language"] = languages
    topics = path_of("topics.npz")
    pairs: dict[str, Column] = {}
    if topics:
        columns["topics"] = pairs["topics"] = TopicColumn(topics)
    network = vectors = phrases = None
    entities = path_of("entities.npz")
    if entities:
        embedding, vectors, network = Network.load(entities)
        columns["spelling"] = SpellingColumn(embedding, vectors)
        columns |= {f"zipf-{language}": ZipfColumn(language) for language in listed()}
        phrases = Phrases(TABLE)
    return Reader(Vocabulary(columns), languages, network, vectors, phrases, topics is not None, Vocabulary(pairs))


def read(text: str, language: str | None = None) -> Document:
    """The text as tokens, with its language: the one given, or else the one told from its words."""
    mine = reader()
    tokens, starts, ends = tokenised(text[:LONGEST_TEXT])
    ids = mine.vocabulary.ids(tokens)
    flags = mine.vocabulary.rows("flag", ids)[:, 0]
    wordlike = (flags & (UPPER | LOWER | CASELESS)) > 0
    opening = np.flatnonzero(wordlike)[:ENOUGH_WORDS]
    return Document(
        text=text,
        tokens=tokens,
        starts=starts,
        ends=ends,
        ids=ids,
        folds=mine.vocabulary.rows("fold", ids)[:, 0],
        flags=flags,
        wordlike=wordlike,
        language=Guess(tag=language, confidence=1.0) if language else _guessed(mine, tokens, ids, [opening])[0],
    )


_BLANK = np.array([chr(point).isspace() for point in range(0x3001)] + [False])
"""Whether a code point is white space; the last one stands for all beyond."""


def tokenised(text: str) -> tuple[list[str], NDArray[np.int64], NDArray[np.int64]]:
    """Words, runs of digits, and every other sign alone, with where each begins and ends.

    White space alone is in no token: so many other characters stand before a token as the tokens before it are long."""
    tokens = (TOKEN if UNUSUAL.search(text) else _PLAIN_TOKEN).findall(text)
    sizes = np.fromiter(map(len, tokens), np.int64, len(tokens))
    places = np.flatnonzero(~_BLANK[np.minimum(codes_of(text), len(_BLANK) - 1)])
    starts = places[np.cumsum(sizes) - sizes]
    return tokens, starts, starts + sizes


def _guessed(
    mine: Reader, tokens: list[str], ids: NDArray[np.int64], parts: Sequence[NDArray[np.int64]]
) -> list[Guess]:
    """The languages of parts of a text, each given as the places of its words among the tokens."""
    if not mine.languages or not parts:
        return [UNKNOWN] * len(parts)
    spellings, own = np.unique(ids[np.concatenate(parts)], return_inverse=True)
    rows = cast(NDArray[np.float32], mine.vocabulary.rows("language", spellings))
    edges = np.cumsum([0, *map(len, parts)]).tolist()
    totals = np.stack([rows[own[first:last]].sum(0) for first, last in pairwise(edges)])
    return guesses([[tokens[i] for i in at.tolist()] for at in parts], totals, mine.languages.languages)


LONGEST_BLOCK = 4000
"""Characters of a block that tell its language."""


def language_of(text: str) -> Guess:
    """The language of a text, by its beginning."""
    return languages_of(text[:LONGEST_BLOCK], [(0, LONGEST_BLOCK)])[0]


def languages_of(text: str, blocks: Sequence[tuple[int, int]]) -> list[Guess]:
    """The languages of blocks of a text, which is read once for all."""
    mine = reader()
    tokens, starts, _ = tokenised(text)
    ids = mine.vocabulary.ids(tokens)
    wordlike = np.flatnonzero((mine.vocabulary.rows("flag", ids)[:, 0] & (UPPER | LOWER | CASELESS)) > 0)
    edges = np.array([(start, min(end, start + LONGEST_BLOCK)) for start, end in blocks], np.int64).reshape(-1, 2)
    parts = [wordlike[first:last][:ENOUGH_WORDS] for first, last in np.searchsorted(starts[wordlike], edges).tolist()]
    return _guessed(mine, tokens, ids, parts)
