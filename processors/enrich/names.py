"""Decide which names mean one person, organisation or place across spellings, languages and scripts.

A name becomes words in Latin letters and the bones of each word: its consonants in classes that survive transliteration.
Two names are the same where their words match one by one; a table learned from Wikidata's names knows common words of
names in other scripts and languages, and the aliases of the well known.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import filterfalse
from pathlib import Path

import numpy as np
from anyascii import anyascii
from numpy.typing import NDArray

from processors.enrich.hashed import numbered
from processors.enrich.words import whole_hashes

TABLE = Path(__file__).parent / "tables/names.npz"

LATIN, CYRILLIC, ARABIC, HEBREW, HAN, KANA, HANGUL, OTHER, GREEK, INDIC = range(10)
_CJK = frozenset({HAN, KANA, HANGUL})

_PARTICLES = frozenset(
    [
        "de",
        "del",
        "della",
        "di",
        "da",
        "do",
        "dos",
        "das",
        "du",
        "des",
        "la",
        "le",
        "las",
        "los",
        "el",
        "al",
        "van",
        "von",
        "der",
        "den",
        "ter",
        "ten",
        "bin",
        "ibn",
        "bint",
        "ben",
        "abu",
        "of",
        "the",
        "and",
        "y",
        "e",
        "i",
        "und",
        "et",
        "af",
        "av",
        "zu",
        "zur",
        "a",
        "o",
        "e",
        "sir",
        "dr",
        "prof",
        "lord",
        "lady",
        "baron",
        "mr",
        "mrs",
        "saint",
        "st",
        "san",
    ]
)
_GENERATIONS = {"jr": "jr", "junior": "jr", "ml": "jr", "sr": "sr", "senior": "sr", "st": "", "ii": "2", "iii": "3", "iv": "4", "v": "5", "vi": "6", "vii": "7", "viii": "8", "ix": "9", "x": "10", "xi": "11", "xii": "12", "xiii": "13", "xiv": "14", "xv": "15", "xvi": "16"}  # fmt: skip
_J_IS_VOWEL = frozenset(
    [
        "de",
        "nl",
        "pl",
        "cs",
        "sk",
        "sv",
        "da",
        "no",
        "fi",
        "et",
        "lv",
        "lt",
        "hu",
        "hr",
        "sl",
        "sr",
        "bs",
        "sq",
        "nb",
        "nn",
        "af",
    ]
)
_BRACKETS = re.compile(r"\s*[(（\[].*?[)）\]]")
_SEPARATORS = re.compile(r"[\s·・•‧.\-–—_/=＝゠\u200c\u200b\"“”«»]+")
_APOSTROPHES = re.compile(r"[’'ʼ`´‘׳]+")
_TITLES = frozenset(
    [
        "president",
        "pope",
        "king",
        "queen",
        "prince",
        "princess",
        "cardinal",
        "bishop",
        "baron",
        "baroness",
        "count",
        "earl",
        "duke",
        "sultan",
        "emperor",
        "general",
        "rabbi",
        "chief",
    ]
)


def script_of(text: str) -> int:
    """The script of the first letter that tells."""
    for char in text:
        point = ord(char)
        if point < 0x250:
            if char.isalpha():
                return LATIN
            continue
        for low, high, script in _RANGES:
            if low <= point <= high:
                return script
        if char.isalpha():
            return LATIN if unicodedata.name(char, "").startswith("LATIN") else OTHER
    return OTHER


_RANGES = (
    (0x370, 0x3FF, GREEK),
    (0x900, 0xDFF, INDIC),
    (0x400, 0x52F, CYRILLIC),
    (0x590, 0x5FF, HEBREW),
    (0x600, 0x77F, ARABIC),
    (0xFB50, 0xFEFF, ARABIC),
    (0x3040, 0x30FF, KANA),
    (0x3400, 0x9FFF, HAN),
    (0xAC00, 0xD7AF, HANGUL),
)


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a name."""

    latin: str
    """In lower-case Latin letters."""
    bones: str
    """Its consonants in classes."""
    script: int
    meaning: int
    """Number of what the learned table takes it for; -1 where unknown."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name taken apart."""

    text: str
    words: tuple[Word, ...]
    script: int
    generation: str
    joined: bool
    """Written without blanks (a Chinese, Japanese or Korean name): given and family name are not apart."""


_RULES = (
    (re.compile(r"tsch|tch|sch|szcz|dzh|dsch|zsch"), "s"),
    (re.compile(r"chr"), "kr"),
    (re.compile(r"ck|cq"), "k"),
    (re.compile(r"kh|gh|qu|q"), "k"),
    (re.compile(r"ph"), "f"),
    (re.compile(r"th"), "t"),
    (re.compile(r"sh|ch|zh|cz|sz|rz|ts|tz|dz|dj|dž|ss|c(?=[eiy])|ç"), "s"),
    (re.compile(r"x"), "ks"),
    (re.compile(r"gn(?=[aeiou])"), "n"),
    (re.compile(r"ng\b"), "n"),
)
_CLASSES = str.maketrans({"b": "b", "p": "b", "f": "b", "v": "b", "t": "t", "d": "t", "k": "k", "g": "k", "c": "k", "s": "s", "z": "s", "j": "s", "m": "m", "n": "n", "l": "l", "r": "r", **dict.fromkeys("aeiouyhw0123456789'`-", None)})  # fmt: skip
_DOUBLES = re.compile(r"(.)\1+")


@lru_cache(maxsize=100_000)
def bones(latin: str, script: int, vowel_j: bool = False) -> str:
    """Consonants of a word in Latin letters, in classes: b (b p f v), t (t d), k (k g), s (all hissing), m, n, l, r."""
    word = latin
    if script == HAN:
        word = re.sub(r"er(?![a-z])|er(?=[A-Z])", "r", word.replace("Er", "R")).lower()
        word = re.sub(r"[xqj]", "s", word)
        word = re.sub("ng", "n", word)
    elif vowel_j:
        word = word.replace("j", "")
    for pattern, into in _RULES:
        word = pattern.sub(into, word)
    return _DOUBLES.sub(r"\1", word.lower().translate(_CLASSES))


@dataclass(frozen=True, slots=True)
class Learned:
    """What was learned from the open groups: words' meanings, and whole names' groups."""

    words: NDArray[np.uint32]
    meanings: NDArray[np.int32]
    aliases: NDArray[np.uint64]
    groups: NDArray[np.int32]
    towns: NDArray[np.uint64]
    """Hashes of names of towns and countries in many languages."""
    town_ids: NDArray[np.int32]
    town_places: NDArray[np.int32]
    """Wikidata's numbers of those towns that are places of the open groups; 0 for others."""


def alias_hash(names: Sequence[str], kind: str) -> NDArray[np.uint64]:
    """64-bit hashes of folded whole names of a type."""
    return alias_hashes(names, [kind] * len(names))


def alias_hashes(names: Sequence[str], kinds: Sequence[str]) -> NDArray[np.uint64]:
    """64-bit hashes of folded whole names of these types."""
    folded = [folded_name(name) for name in names]
    low = whole_hashes([kind + f for kind, f in zip(kinds, folded, strict=True)]).astype(np.uint64)
    high = whole_hashes([f[::-1] + kind for kind, f in zip(kinds, folded, strict=True)]).astype(np.uint64)
    return (high << np.uint64(32)) | low


@lru_cache(maxsize=50_000)
def folded_name(name: str) -> str:
    """A name without case, accents, brackets, and signs between words."""
    plain = _BRACKETS.sub("", name).lower()
    if not plain.isascii():
        plain = "".join(filterfalse(unicodedata.combining, unicodedata.normalize("NFKD", plain)))
    return "_".join(part for part in _SEPARATORS.split(_APOSTROPHES.sub("", plain).replace(",", " ")) if part)


@cache
def learned() -> Learned:
    """The table of this process; empty where the file is missing."""
    if not TABLE.exists():
        none = np.zeros(0, np.uint64)
        return Learned(
            np.zeros(1, np.uint32),
            np.full(1, -1, np.int32),
            np.zeros(1, np.uint64),
            np.zeros(1, np.int32),
            none,
            none.astype(np.int32),
            none.astype(np.int32),
        )
    with np.load(TABLE) as stored:
        return Learned(
            stored["words"],
            stored["meanings"].astype(np.int32),
            stored["aliases"],
            stored["groups"].astype(np.int32),
            stored["towns"],
            stored["town_ids"],
            stored["town_places"],
        )


def meanings(words: Sequence[str], kinds: Sequence[str]) -> NDArray[np.int32]:
    """For each raw word of a name of a type what the table takes it for, or -1."""
    table = learned()
    hashes = whole_hashes([("p" if k == "PER" else "o") + w.lower() for w, k in zip(words, kinds, strict=True)])
    rows = numbered(hashes, table.words)
    return np.where(rows > 0, table.meanings[rows - 1], -1).astype(np.int32)


def pieces(name: str) -> tuple[list[str], str]:
    """Raw words of a name in the order given name first, and the generation (Jr., III)."""
    plain = _APOSTROPHES.sub("", _BRACKETS.sub("", name)).strip()
    if plain.count(",") == 1:
        before, after = plain.split(",")
        tail = after.strip().lower().rstrip(".")
        plain = f"{before} {after}" if tail in _GENERATIONS else f"{after.strip()} {before.strip()}"
    elif "," in plain:
        plain = plain.split(",")[0]
    generation = ""
    kept: list[str] = []
    for part in _SEPARATORS.split(plain):
        low = part.lower().strip(",")
        if not low:
            continue
        if low in _GENERATIONS and kept and low != "st":
            generation = _GENERATIONS[low]
            continue
        kept.append(part)
    return kept, generation


_ARABIC_LETTERS = str.maketrans(
    {**dict.fromkeys("اأإآٱعة", "a"), **dict.fromkeys("وؤ", "w"), **dict.fromkeys("يیىئ", "y"), "ء": None, "ـ": None}
)
_HEBREW_LETTERS = str.maketrans({**dict.fromkeys("אע", "a"), "ו": "w", "י": "y", "ה": "h"})
_SIGNS = re.compile("['`]")


def romanised(raw: str, script: int) -> str:
    """A raw word in Latin letters; the syllables of Chinese keep their capitals."""
    if script == HEBREW:
        raw = raw.replace("וו", "ב").translate(_HEBREW_LETTERS)
    if script == ARABIC:
        # The article; short words may begin with the same letters.
        raw = (raw[2:] if raw.startswith("ال") and len(raw) > 4 else raw).translate(_ARABIC_LETTERS)
    latin = anyascii(raw)
    if script in (ARABIC, HEBREW):
        return _SIGNS.sub("", latin.lower())
    return latin if script == HAN else latin.lower()


@dataclass(frozen=True, slots=True)
class Spelt:
    """A raw word of a name as it is spelt in Latin letters."""

    script: int
    latin: str
    """As `romanised` has it."""
    plain: str
    """Its letters and digits, in lower case."""
    lesser: bool
    """A particle or a title, which alone is no name."""


_NOT_PLAIN = re.compile(r"[^a-z0-9]")


@lru_cache(maxsize=50_000)
def spelt(raw: str) -> Spelt:
    """A raw word in Latin letters."""
    script = script_of(raw)
    latin = romanised(raw, script)
    low = latin.lower()
    return Spelt(script, latin, _NOT_PLAIN.sub("", low), low in _PARTICLES or low in _TITLES)


def counted(parts: Sequence[str]) -> list[tuple[int, Spelt]]:
    """The words of a name that count, with their places: particles and titles do only where there is little else."""
    names = len(parts) - sum(p.lower() in _PARTICLES or p.lower() in _TITLES for p in parts)
    words = ((number, spelt(raw)) for number, raw in enumerate(parts))
    return [(number, word) for number, word in words if word.plain and not (names >= 2 and word.lesser)]


def parse_all(names: Sequence[str], languages: Sequence[str | None], kinds: Sequence[str] | None = None) -> list[Name]:
    """Names taken apart, the table asked once for all; `kinds`: their types, by default people."""
    split = [pieces(name) for name in names]
    raws = [raw for parts, _ in split for raw in parts]
    known = meanings(
        raws, [k for k, (parts, _) in zip(kinds or ["PER"] * len(names), split, strict=True) for _ in parts]
    ).tolist()
    found = []
    at = 0
    for name, language, (parts, generation) in zip(names, languages, split, strict=True):
        vowel_j = (language or "") in _J_IS_VOWEL
        words = tuple(
            Word(w.plain, bones(w.latin, w.script, vowel_j and w.script == LATIN), w.script, known[at + number])
            for number, w in counted(parts)
        )
        at += len(parts)
        script = words[0].script if words else OTHER
        found.append(Name(name, words, script, generation, len(words) == 1 and script in _CJK))
    return found


@lru_cache(maxsize=150_000)
def distance(a: str, b: str) -> int:
    """Edit distance."""
    if a == b:
        return 0
    before = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        row = [i]
        for j, y in enumerate(b, 1):
            row.append(min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (x != y)))
        before = row
    return before[-1]


_MERGED = str.maketrans("lm", "rn")


@lru_cache(maxsize=150_000)
def alike(a: Word, b: Word) -> float:
    """How sure two words are one: 1 certain, 0 not."""
    if a.latin == b.latin:
        return 1.0
    if len(a.latin) == 1 or len(b.latin) == 1:
        return 0.75 if a.latin[0] == b.latin[0] and a.script == b.script else 0.0
    if gendered(a.latin, b.latin):
        return 0.2
    if a.meaning >= 0 and a.meaning == b.meaning:
        return 0.97
    told_apart = a.meaning >= 0 and b.meaning >= 0
    loose = a.script in _CJK or b.script in _CJK
    one, two = (a.bones.translate(_MERGED), b.bones.translate(_MERGED)) if loose else (a.bones, b.bones)
    size = max(len(one), len(two))
    if not size:
        return 0.0
    bony = 1.0 - distance(one, two) / size
    if a.script == b.script or not (loose or ARABIC in (a.script, b.script) or HEBREW in (a.script, b.script)):
        wide = max(len(a.latin), len(b.latin))
        full = 1.0 - distance(a.latin, b.latin) / wide
        near = 0.55 * full + 0.45 * bony
        if told_apart:
            return near * 0.72
        if min(len(a.latin), len(b.latin)) >= 3 and (a.latin.startswith(b.latin) or b.latin.startswith(a.latin)):
            return max(near, 0.8)  # Phil and Philip, Cliff and Clifford
        return near * (0.85 if a.latin[0] != b.latin[0] and a.bones[:1] != b.bones[:1] else 1.0)
    if size <= 2 and one != two:
        return 0.3 if size == 1 or distance(one, two) > 1 else 0.45
    return bony * (0.97 if size > 2 else 0.88) * (0.8 if told_apart else 1.0)


def gendered(a: str, b: str) -> bool:
    """Whether two words are a man's and a woman's form of one name."""
    if len(a) > len(b):
        a, b = b, a
    if len(a) < 3:
        return False
    if b in (a + "a", a + "ina", a + "ine", a + "ette", a + "aya", a + "ia"):
        return True
    if len(a) != len(b):
        return frozenset((a, b)) in COUPLES
    return (a[:-1] == b[:-1] and {a[-1], b[-1]} == {"o", "a"}) or (
        a[:-2] == b[:-2] and {a[-2:], b[-2:]} in ({"er", "ra"}, {"an", "na"})
    )


COUPLES = frozenset(
    frozenset(pair.split("-"))
    for pair in ["michael-michelle", "patrick-patricia", "daniel-danielle", "gabriel-gabrielle", "louis-louise"]
)


def entities_of(names: Sequence[str], kinds: Sequence[str]) -> list[str | None]:
    """Wikidata's number of each name that the table knows under its type."""
    return _known(alias_hashes(names, kinds))


def _known(hashes: NDArray[np.uint64]) -> list[str | None]:
    table = learned()
    rows = numbered(hashes, table.aliases)
    return [
        f"Q{group}" if row else None for group, row in zip(table.groups[rows - 1].tolist(), rows.tolist(), strict=True)
    ]


MOST_ANSWERS = 50_000
"""Names whose ids are kept; then all are told anew."""
_answers: dict[tuple[str, str], tuple[str, str]] = {}


def ids_of(names: Sequence[str], kinds: Sequence[str]) -> list[tuple[str, str]]:
    """For each name taken alone its id, and the reason: pure, so that it is the same in every worker."""
    asked = list(zip(names, kinds, strict=True))
    new = [pair for pair in dict.fromkeys(asked) if pair not in _answers]
    told = dict(zip(new, _told([name for name, _ in new], [kind for _, kind in new]), strict=True)) if new else {}
    answers = [told.get(pair) or _answers[pair] for pair in asked]
    if len(_answers) + len(told) > MOST_ANSWERS:
        _answers.clear()
    _answers.update(told)
    return answers


def _told(names: Sequence[str], kinds: Sequence[str]) -> Iterator[tuple[str, str]]:
    hashes = alias_hashes(names, kinds)
    known = _known(hashes)
    for name, kind, entity, place in zip(names, kinds, known, _places(hashes, kinds), strict=True):
        if entity:
            yield entity, f"Wikidata has the name {name}"
        elif place:
            yield place, f"GeoNames has the place {name}"
        else:
            yield _key(name, kind), "the words of the name"


def place_ids(names: Sequence[str], kinds: Sequence[str]) -> list[str | None]:
    """Wikidata's number, else GeoNames' (`G2950159`), of each place that GeoNames' towns and countries have by that name."""
    return _places(alias_hashes(names, kinds), kinds)


def _places(hashes: NDArray[np.uint64], kinds: Sequence[str]) -> list[str | None]:
    table = learned()
    found: list[str | None] = [None] * len(kinds)
    rows = [i for i, kind in enumerate(kinds) if kind == "LOC"]
    for row, town in zip(rows, numbered(hashes[rows], table.towns).tolist(), strict=True):
        if town:
            place = int(table.town_places[town - 1])
            found[row] = f"Q{place}" if place else f"G{int(table.town_ids[town - 1])}"
    return found


def known(id: str) -> bool:
    """Whether an id is one that tables know, Wikidata's number or GeoNames'."""
    return id[:1] in ("Q", "G") and id[1:].isdigit()


def town_of(id: str) -> int:
    """GeoNames' number of a place that has this id; -1 where the tables have none."""
    if id[:1] == "G":
        return int(id[1:])
    table = learned()
    found = np.flatnonzero(table.town_places == int(id[1:]))
    return int(table.town_ids[found[0]]) if len(found) else -1


def key_of(name: Name, kind: str) -> str:
    """An id made of the name alone: its words in Latin letters, sorted."""
    # Chinese names that are two are often one in Latin letters.
    return _joined([] if name.joined else [w.latin for w in name.words], name.text, name.generation, kind)


def _key(name: str, kind: str) -> str:
    """The key of a name that need not be taken apart for anything else."""
    parts, generation = pieces(name)
    words = [word for _, word in counted(parts)]
    joined = len(words) == 1 and words[0].script in _CJK
    return _joined([] if joined else [word.plain for word in words], name, generation, kind)


def _joined(words: Sequence[str], text: str, generation: str, kind: str) -> str:
    key = "-".join(sorted(words)) or folded_name(text)
    return f"{kind.lower()}:{key}" + (f"-{generation}" if generation else "")
