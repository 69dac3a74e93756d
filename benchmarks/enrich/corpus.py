"""Rows to learn people, organisations and places from, as tokens with labels: read, widened by other names, laid out flat."""

from __future__ import annotations

import json
import lzma
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse

from benchmarks.enrich.marked import marked_rows
from benchmarks.enrich.russian import Russian
from benchmarks.enrich.written import FAKED, written_rows
from broadsheet.world.prose import dated, load_events
from processors.enrich.document import TOKEN
from processors.enrich.fold import fold
from processors.enrich.frequencies import known_zipf, listed
from processors.enrich.hashed import numbered
from processors.enrich.lists import Phrases
from processors.enrich.recogniser import (
    CASELESS,
    ENDS,
    FIRST_PART,
    HAN,
    LABELS,
    LANGUAGES,
    LOWER,
    LOWER_ROW,
    OLD_ROW,
    SLOTS,
    SMALL_ROWS,
    START_ROW,
    UPPER,
    bigram_buckets,
    flags,
    language_rows,
    phrase_tags,
    spelling_features,
    zipf_rows,
)
from processors.enrich.vectors import longest
from processors.enrich.words import whole_hashes

OLD = {"europeana", "newseye"}
"""Old newspapers, misread: only the French ones are learned from, since there is no other French set."""
OLD_KEPT = {("fr", "europeana"), ("fr", "newseye")}
GAP = 7
"""Empty tokens between two texts: as far as the windows reach."""
TEXT_WORTH = {"turkish_wiki": 0.6, "europeana": 0.4, "newseye": 0.4}
SWAP_TEXT, SWAP_NAME, SWAP_INFLECTED, SWAP_RUSSIAN = 0.5, 0.5, 0.15, 0.5
HIDE_SWAPPED, HIDE_ANY = 0.6, 0.08
INFLECTED = {"ru", "uk", "fi", "ko", "pl"}
"""Languages in whose names endings would no longer fit."""
LATIN = {"en", "de", "fr", "es", "it", "pt", "nl", "sv", "da", "fi", "tr", "id", "pl"}
LANGUAGE_HIDDEN = 0.3
ZIPF_HIDDEN = 0.1
FAKED_NAMES = 1500
"""People made of given and family names, for each language."""

Stock = dict[tuple[str, str], list[np.ndarray]]


@dataclass(slots=True)
class Text:
    """A row as tokens with labels; ids are of the whole corpus' spellings."""

    id: str
    lang: str
    set: str
    ids: np.ndarray
    labels: np.ndarray
    weight: np.ndarray
    spans: list[tuple[int, int]]
    text: str
    breaks: np.ndarray
    """1 where a line begins."""


class Spellings:
    """Numbers of spellings."""

    def __init__(self) -> None:
        self.number: dict[str, int] = {"": 0}
        self.words = [""]

    def of(self, words: list[str]) -> np.ndarray:
        found = []
        for word in words:
            number = self.number.get(word)
            if number is None:
                number = self.number[word] = len(self.words)
                self.words.append(word)
            found.append(number)
        return np.array(found, np.int32)


def read(path: Path) -> Iterator[dict[str, Any]]:
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def labelled(row: dict[str, Any], spellings: Spellings) -> Text:
    text = row["text"]
    spans = [m.span() for m in TOKEN.finditer(text)]
    starts = np.array([a for a, _ in spans])
    ends = np.array([b for _, b in spans])
    labels = np.zeros(len(spans), np.int8)
    weight = np.full(len(spans), TEXT_WORTH.get(row["set"], 1.0), np.float32)
    for grey in row.get("ignore", ()):
        weight[(starts < grey["end"]) & (ends > grey["start"])] = 0.0
    for entity in row["entities"]:
        inside = np.flatnonzero((starts < entity["end"]) & (ends > entity["start"]))
        if not len(inside):
            continue
        kind = entity["type"]
        weight[inside] = TEXT_WORTH.get(row["set"], 1.0)
        if len(inside) == 1:
            labels[inside] = LABELS.index(f"U-{kind}")
            continue
        labels[inside] = LABELS.index(f"I-{kind}")
        labels[inside[0]] = LABELS.index(f"B-{kind}")
        labels[inside[-1]] = LABELS.index(f"L-{kind}")
    breaks = np.zeros(len(spans), np.bool_)
    for k in range(1, len(spans)):
        if "\n" in text[ends[k - 1] : starts[k]]:
            breaks[k] = True
    if len(breaks):
        breaks[0] = True
    return Text(
        row["id"],
        row["lang"],
        row["set"],
        spellings.of([text[a:b] for a, b in spans]),
        labels,
        weight,
        spans,
        text,
        breaks,
    )


def world_rows() -> Iterator[dict[str, Any]]:
    """The texts of the news world, written by us, with all that its truth says of names."""
    for event in load_events():
        for number, original in enumerate(event.tellings):
            told = dated(original, date(2026, 3, 3 + number), event.language)
            text = "\n".join([told.title, told.standfirst, *told.paragraphs])
            forms: dict[str, str] = {}
            for place in told.places:
                forms[place.name] = "LOC"
            for organisation in told.organisations:
                forms |= dict.fromkeys((organisation.name, *organisation.forms), "ORG")
            for person in told.people:
                forms |= dict.fromkeys((person.name, *person.forms), "PER")
            entities = []
            wordy = "" if event.language == "zh" else r"(?![^\W\d_])"
            found = re.compile(
                "|".join(
                    rf"(?<![^\W\d_]){re.escape(f)}{wordy}" if wordy else re.escape(f)
                    for f in sorted(forms, key=len, reverse=True)
                )
                or "(?!)"
            )
            for piece in found.finditer(text):
                entities.append({"start": piece.start(), "end": piece.end(), "type": forms[piece.group()]})
            yield {
                "id": f"world-{event.slug}-{number}",
                "lang": event.language,
                "set": "world",
                "licence": "ours",
                "use": "train",
                "text": text,
                "entities": entities,
            }


def read_rows(
    shared: Path, *, free: bool, seed: int, russian: Russian | None
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Rows to learn from (ours first), and rows that may only be scored; `free`: none under CC BY-SA."""
    learned = [*world_rows(), *written_rows(shared, seed, russian), *marked_rows()]
    scored: list[dict[str, Any]] = []
    for path in sorted(shared.glob("entities-*.jsonl.xz")):
        for row in read(path):
            if row["set"] in OLD and (row["lang"], row["set"]) not in OLD_KEPT:
                continue
            if free and "BY-SA" in row["licence"]:
                continue
            (learned if row["use"] == "train" else scored).append(row)
    return learned, scored


def name_stock(shared: Path, spellings: Spellings, seed: int) -> Stock:
    """Names to put in the place of others, by language and type: Wikidata's, and given names with family names."""
    stock: Stock = defaultdict(list)
    rng = np.random.default_rng(seed)
    for group in read(shared / "names.jsonl.xz"):
        for entry in group["names"]:
            if entry["kind"] != "label" or rng.random() > 0.6 or entry["lang"] not in LANGUAGES:
                continue
            tokens = TOKEN.findall(re.sub(r"\s*[(（].*?[)）]", "", entry["name"]))
            if 1 <= len(tokens) <= 7:
                stock[entry["lang"], group["type"]].append(spellings.of(tokens))
    for language, names in faked(seed):
        stock[language, "PER"] += [spellings.of(TOKEN.findall(name)) for name in names]
    return stock


def faked(seed: int) -> Iterator[tuple[str, list[str]]]:
    """People of each language, of the given and family names of faker==40.63.0 (MIT)."""
    from faker import Faker

    for language, locale in FAKED.items():
        fake = Faker(locale)
        fake.seed_instance(seed)
        between = "" if language in ("zh", "ja") else " "
        pairs = [(fake.first_name(), fake.last_name()) for _ in range(FAKED_NAMES)]
        yield language, [f"{b}{a}" if not between else f"{a} {b}" for a, b in pairs]


class Corpus:
    """Everything about spellings that training needs."""

    def __init__(
        self,
        spellings: Spellings,
        phrases: Phrases,
        tables: Path,
        kept: np.ndarray | None,
        chinese_words: int,
        *,
        listed: bool,
    ) -> None:
        """`kept`: spellings that may have a vector, None for all; `listed`: whether to know how common words are."""
        self.listed = listed
        words = spellings.words[1:]
        folds = whole_hashes([fold(word) for word in words])
        self.folds = np.r_[np.uint32(0), folds]
        self.features = np.zeros((len(words) + 1, SLOTS), np.int32)
        for at in range(0, len(words), 50_000):
            part = words[at : at + 50_000]
            rows = spelling_features(part, folds[at : at + len(part)])
            self.features[at + 1 : at + 1 + len(part)] = rows
        self.flags = np.r_[np.uint8(0), np.array([flags(word) for word in words], np.uint8)]
        self.lower = np.r_[np.uint32(0), whole_hashes([word.lower() for word in words])]
        self.phrases = phrases
        with np.load(tables) as stored:
            able = np.ones(len(stored["hashes"]), np.bool_)
            if kept is not None:
                able = np.isin(stored["hashes"], self.folds[kept])
            # those a program for Chinese counts most come first in `build_vectors`, but hashes are sorted: any will do
            some = np.arange(len(stored["word_hashes"])) % max(1, len(stored["word_hashes"]) // chinese_words) == 0
            self.hashes, self.word_hashes = stored["hashes"][able], stored["word_hashes"][some]
            self.states = padded(stored["states"][able])
            self.word_states = padded(stored["word_states"][some])
        self.state_of = np.r_[0, numbered(folds, self.hashes)]
        """Row of `states` of each spelling; 0 where there is none."""


def commonest(texts: list[Text], stock: Stock, most: int) -> np.ndarray:
    """Spellings seen most in the texts, and as many that are parts of most names."""
    seen = np.bincount(np.concatenate([text.ids for text in texts]))
    named = np.bincount(np.concatenate([name for names in stock.values() for name in names]))
    halves = [np.argsort(-count, kind="stable")[: most // 2] for count in (seen, named)]
    return np.unique(np.concatenate(halves))


def padded(rows: np.ndarray) -> np.ndarray:
    """With a row of zeros before them."""
    return np.concatenate([np.zeros((1, rows.shape[1]), rows.dtype), rows])


@dataclass(slots=True)
class Flat:
    """Texts one after the other, with gaps."""

    ids: np.ndarray
    labels: np.ndarray
    weight: np.ndarray
    small: sparse.csr_matrix
    bigrams: np.ndarray
    word_of: np.ndarray
    """Row of `word_states` of the longest known Chinese word over a token."""
    starts: np.ndarray
    """Where each text begins."""

    def part(self, first: int, last: int) -> Flat:
        cut = slice(first, last)
        return Flat(
            self.ids[cut],
            self.labels[cut],
            self.weight[cut],
            self.small[cut],
            self.bigrams[cut],
            self.word_of[cut],
            np.zeros(0),
        )


def bilou(size: int, kind: str) -> list[int]:
    if size == 1:
        return [LABELS.index(f"U-{kind}")]
    return [LABELS.index(f"{p}-{kind}") for p in ["B", *["I"] * (size - 2), "L"]]


def names_in(labels: np.ndarray) -> Iterator[tuple[int, int, str]]:
    """First token, token after the last, and type of each name."""
    for first, label in enumerate(labels):
        if LABELS[label][0] not in "BU":
            continue
        last = first + 1
        while last < len(labels) and LABELS[labels[last - 1]][0] in "BI" and LABELS[labels[last]][0] in "IL":
            last += 1
        yield first, last, LABELS[label][2:]


class Swapper:
    """Puts names in the place of others."""

    def __init__(self, stock: Stock, russian: Russian | None, spellings: Spellings) -> None:
        self.stock, self.russian, self.words = stock, russian, spellings.words
        self.forms = {form: spellings.of(words) for form, words in russian.words.items()} if russian else {}

    def swapped(self, text: Text, rng: np.random.Generator) -> tuple[Text, np.ndarray]:
        """The text with some names replaced by others of their type; and where."""
        return self._inflected(text, rng) if text.lang == "ru" and self.russian else self._replaced(text, rng)

    def _inflected(self, text: Text, rng: np.random.Generator) -> tuple[Text, np.ndarray]:
        assert self.russian is not None
        ids, mask = text.ids.copy(), np.zeros(len(text.ids), np.bool_)
        for first, last, kind in names_in(text.labels):
            if kind == "ORG" or rng.random() > SWAP_RUSSIAN:
                continue
            for i in range(first, last):
                form = self.russian.form(self.words[text.ids[i]], kind)
                if form:
                    ids[i], mask[i] = rng.choice(self.forms[form]), True
        return replace(text, ids=ids), mask

    def _name(self, text: Text, alone: bool, kind: str, rng: np.random.Generator) -> np.ndarray | None:
        lang = text.lang
        if lang in LATIN and (rng.random() < 0.4 or (lang, kind) not in self.stock):
            lang = str(rng.choice(sorted(LATIN - INFLECTED)))
        choice = self.stock.get((lang, kind))
        if not choice:
            return None
        name = choice[int(rng.integers(len(choice)))]
        return name[-1:] if kind == "PER" and alone and lang not in ("zh", "ja", "ko") else name

    def _replaced(self, text: Text, rng: np.random.Generator) -> tuple[Text, np.ndarray]:
        chance = SWAP_INFLECTED if text.lang in INFLECTED else SWAP_NAME
        pieces: list[tuple[np.ndarray, ...]] = []
        at = 0
        for first, last, kind in names_in(text.labels):
            name = self._name(text, last - first == 1, kind, rng) if rng.random() < chance else None
            if name is None:
                continue
            size = len(name)
            breaks = np.r_[text.breaks[first], np.zeros(size - 1, np.bool_)]
            worth = np.full(size, text.weight[first], np.float32)
            pieces.append(kept(text, at, first))
            pieces.append((name, np.array(bilou(size, kind), np.int8), worth, breaks, np.ones(size, np.bool_)))
            at = last
        pieces.append(kept(text, at, len(text.ids)))
        ids, labels, weight, breaks, mask = (np.concatenate(parts) for parts in zip(*pieces, strict=True))
        return replace(text, ids=ids, labels=labels, weight=weight, breaks=breaks), mask


def kept(text: Text, first: int, last: int) -> tuple[np.ndarray, ...]:
    cut = slice(first, last)
    return text.ids[cut], text.labels[cut], text.weight[cut], text.breaks[cut], np.zeros(last - first, np.bool_)


class Layout:
    """Where the tokens of texts stand when all are put in one row."""

    def __init__(self, texts: list[Text]) -> None:
        sizes = np.array([len(text.ids) for text in texts])
        self.starts = GAP + np.r_[0, np.cumsum(sizes + GAP)[:-1]]
        self.total = int(self.starts[-1] + sizes[-1] + GAP)
        self.at = np.concatenate([np.arange(s, s + n) for s, n in zip(self.starts, sizes, strict=True)])
        self.owner = np.repeat(np.arange(len(texts)), sizes)
        self.real = np.zeros(self.total, np.bool_)
        self.real[self.at] = True

    def spread(self, parts: list[np.ndarray], dtype: Any) -> np.ndarray:
        whole = np.zeros(self.total, dtype)
        whole[self.at] = np.concatenate(parts)
        return whole


class Marker:
    """Rows of the small table that hold for tokens, gathered."""

    def __init__(self) -> None:
        self.rows: list[np.ndarray] = []
        self.columns: list[np.ndarray] = []

    def mark(self, where: np.ndarray, row: Any) -> None:
        self.rows.append(where)
        self.columns.append(np.broadcast_to(row, where.shape))

    def matrix(self, total: int) -> sparse.csr_matrix:
        r, c = np.concatenate(self.rows), np.concatenate(self.columns)
        return sparse.csr_matrix((np.ones(len(r), np.float32), (r, c)), (total, SMALL_ROWS))


def mark_languages(
    marker: Marker,
    texts: list[Text],
    layout: Layout,
    lowered: np.ndarray,
    flag: np.ndarray,
    corpus: Corpus,
    rng: np.random.Generator | None,
) -> None:
    """Family, language and how common words are; the latter two hidden now and then when learning."""
    none = np.zeros(len(texts), np.bool_)
    hidden = rng.random(len(texts)) < LANGUAGE_HIDDEN if rng else none
    no_zipf = rng.random(len(texts)) < ZIPF_HIDDEN if rng else none
    languages = np.array([text.lang for text in texts])
    wordy = (flag & (UPPER | LOWER | CASELESS)) > 0
    for language in sorted(set(languages.tolist())):
        mine = languages == language
        for number, row in enumerate(language_rows(language)):
            marker.mark(layout.at[(mine if number == 0 else mine & ~hidden)[layout.owner]], row)
        if language in listed():
            those = layout.at[(mine & ~no_zipf)[layout.owner]]
            those = those[wordy[those]]
            common, known = known_zipf(lowered[those], language)
            marker.mark(those, zipf_rows(common, known & corpus.listed))


def flat(texts: list[Text], corpus: Corpus, swapper: Swapper | None, rng: np.random.Generator) -> Flat:
    """The texts in one piece, all looked up at once; some names put in the place of others where there is a swapper."""
    used, masks = [], []
    for text in texts:
        mask = np.zeros(len(text.ids), np.bool_)
        if swapper is not None and rng.random() < SWAP_TEXT:
            text, mask = swapper.swapped(text, rng)
        used.append(text)
        masks.append(mask if rng.random() < HIDE_SWAPPED else np.zeros(len(text.ids), np.bool_))
    layout = Layout(used)
    ids = layout.spread([text.ids for text in used], np.int32)
    folds, flag, lowered = corpus.folds[ids], corpus.flags[ids], corpus.lower[ids]
    tags = phrase_tags(folds, ((flag & (UPPER | CASELESS)) > 0) & layout.real, corpus.phrases)
    tags[~layout.real] = 0
    if swapper is not None:
        tags[(rng.random(layout.total) < HIDE_ANY) | layout.spread(masks, np.bool_)] = 0
    marker = Marker()
    where, kind = np.nonzero(tags)
    marker.mark(where, kind * 4 + tags[where, kind] - 1)
    begins = layout.spread([text.breaks for text in used], np.bool_)
    begins[1:] |= (flag[:-1] & ENDS) > 0
    marker.mark(np.flatnonzero(begins & layout.real), START_ROW)
    document = np.zeros(layout.total, np.int64)
    document[layout.at] = layout.owner
    key = (document << 32) | lowered
    seen = np.isin(key, key[((flag & LOWER) > 0) & layout.real]) & ((flag & UPPER) > 0) & layout.real
    marker.mark(np.flatnonzero(seen), LOWER_ROW)
    marker.mark(layout.at[np.array([text.set in OLD for text in used])[layout.owner]], OLD_ROW)
    mark_languages(marker, used, layout, lowered, flag, corpus, rng if swapper is not None else None)
    han = ((flag & HAN) > 0) & layout.real
    word_of, place = longest(folds, han, corpus.word_hashes)
    at = np.flatnonzero(word_of)
    marker.mark(at, FIRST_PART + place[at].astype(np.int64) - 1)
    labels = layout.spread([text.labels for text in used], np.int8)
    weight = layout.spread([text.weight for text in used], np.float32)
    small = marker.matrix(layout.total)
    return Flat(ids, labels, weight, small, bigram_buckets(folds, han), word_of, layout.starts)
