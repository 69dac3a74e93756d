"""Decide which names mean one person, organisation or place across spellings, languages and scripts.

A name becomes words in Latin letters and the bones of each word: its consonants in classes that survive transliteration.
Two names are the same where their words match one by one; a table learned from Wikidata's names knows common words of
names in other scripts and languages, and the aliases of the well known.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import numpy as np
from anyascii import anyascii
from numpy.typing import NDArray

from processors.enrich.words import whole_hashes

TABLE = Path(__file__).parent / "tables/names.npz"

LATIN, CYRILLIC, ARABIC, HEBREW, HAN, KANA, HANGUL, OTHER = range(8)
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


def alias_hash(names: Sequence[str], kind: str) -> NDArray[np.uint64]:
    """64-bit hashes of folded whole names of a type."""
    folded = [folded_name(n) for n in names]
    low = whole_hashes([kind + f for f in folded]).astype(np.uint64)
    high = whole_hashes([f[::-1] + kind for f in folded]).astype(np.uint64)
    return (high << np.uint64(32)) | low


def folded_name(name: str) -> str:
    """A name without case, accents, brackets, and signs between words."""
    plain = "".join(
        c for c in unicodedata.normalize("NFKD", _BRACKETS.sub("", name).lower()) if not unicodedata.combining(c)
    )
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
        )
    with np.load(TABLE) as stored:
        return Learned(
            stored["words"],
            stored["meanings"].astype(np.int32),
            stored["aliases"],
            stored["groups"].astype(np.int32),
            stored["towns"],
            stored["town_ids"],
        )


def meanings(words: Sequence[str], kinds: Sequence[str]) -> NDArray[np.int32]:
    """For each raw word of a name of a type what the table takes it for, or -1."""
    table = learned()
    hashes = whole_hashes([("p" if k == "PER" else "o") + w.lower() for w, k in zip(words, kinds, strict=True)])
    at = np.minimum(np.searchsorted(table.words, hashes), len(table.words) - 1)
    return np.where(table.words[at] == hashes, table.meanings[at], -1).astype(np.int32)


_HEBREW_VAV = re.compile("(?<=[\u05d0-\u05ea])ו(?!ו)")


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


def romanised(raw: str, script: int) -> str:
    """A raw word in Latin letters; the syllables of Chinese keep their capitals."""
    if script == HEBREW:
        raw = _HEBREW_VAV.sub("", raw.replace("וו", "ב"))
    latin = anyascii(raw)
    if script == ARABIC:
        latin = re.sub(r"(?<=.)w|'|`", "", latin.lower())
        return latin.removeprefix("al") if len(latin) > 5 else latin
    return latin if script == HAN else latin.lower()


def parse_all(names: Sequence[str], languages: Sequence[str | None], kinds: Sequence[str] | None = None) -> list[Name]:
    """Names taken apart, the table asked once for all; `kinds`: their types, by default people."""
    split = [pieces(name) for name in names]
    raws = [raw for parts, _ in split for raw in parts]
    known = meanings(
        raws, [k for k, (parts, _) in zip(kinds or ["PER"] * len(names), split, strict=True) for _ in parts]
    )
    found = []
    at = 0
    for name, language, (parts, generation) in zip(names, languages, split, strict=True):
        words = []
        particles = sum(p.lower() in _PARTICLES or p.lower() in _TITLES for p in parts)
        for number, raw in enumerate(parts):
            script = script_of(raw)
            latin = romanised(raw, script)
            if len(parts) - particles >= 2 and (latin.lower() in _PARTICLES or latin.lower() in _TITLES):
                continue
            vowel_j = script == LATIN and (language or "") in _J_IS_VOWEL
            word = Word(
                re.sub(r"[^a-z0-9]", "", latin.lower()), bones(latin, script, vowel_j), script, int(known[at + number])
            )
            if word.latin:
                words.append(word)
        at += len(parts)
        script = words[0].script if words else OTHER
        found.append(Name(name, tuple(words), script, generation, len(words) == 1 and script in _CJK))
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
        return frozenset((a, b)) in _COUPLES
    return (a[:-1] == b[:-1] and {a[-1], b[-1]} == {"o", "a"}) or (
        a[:-2] == b[:-2] and {a[-2:], b[-2:]} in ({"er", "ra"}, {"an", "na"})
    )


_COUPLES = frozenset(
    frozenset(pair.split("-"))
    for pair in ["michael-michelle", "patrick-patricia", "daniel-danielle", "gabriel-gabrielle", "louis-louise"]
)


MATCH = 0.60
"""Likeness from which two words are one."""
MATCH_ACROSS = 0.45
"""The same between two scripts, where letters are lost on the way."""
SAME_PERSON = 0.65
"""Mean likeness from which two people's names are the same."""
SAME_OTHER = 0.75


def same(a: Name, b: Name, kind: str) -> float:
    """How sure two names of a type are one's, 0 to 1."""
    if not a.words or not b.words:
        return 1.0 if folded_name(a.text) == folded_name(b.text) else 0.0
    if kind == "PER":
        return same_person(a, b)
    return same_thing(a, b)


def same_person(a: Name, b: Name) -> float:
    """Two people's names: every word of the shorter one matches, the given names and the family names among them."""
    if a.generation != b.generation and not (a.script in _CJK or b.script in _CJK):
        return 0.0
    if a.joined != b.joined:
        return _joined(a, b)
    short, long_ = (a.words, b.words) if len(a.words) <= len(b.words) else (b.words, a.words)
    table = [[alike(x, y) for y in long_] for x in short]
    used: set[int] = set()
    total, matched = 0.0, 0
    weakest = 1.0
    for row in table:
        best, at = max(((value, j) for j, value in enumerate(row) if j not in used), default=(0.0, -1))
        if best >= (MATCH if a.script == b.script else MATCH_ACROSS):
            used.add(at)
            matched += 1
            total += best
            weakest = min(weakest, best)
        else:
            weakest = 0.0
    if len(short) == 1:
        if len(long_) == 1:
            return scaled(total, SAME_OTHER)
        return 0.0
    missing = len(short) - matched
    if missing > (1 if len(short) >= 3 else 0) or matched < 2:
        return 0.0
    # the first words must be among the matched ones: "Philip Jones" is not "Stephen Philip Jones"
    if len(long_) > len(short) and 0 not in used and len(long_) - 1 not in (0,):
        return 0.35
    if missing and not (alike(short[0], long_[0]) >= MATCH and alike(short[-1], long_[-1]) >= MATCH):
        return 0.3
    return scaled(total / matched - 0.06 * missing, SAME_PERSON)


def scaled(value: float, level: float) -> float:
    """A likeness so that the level stands at .5."""
    return max(0.0, min(1.0, 0.5 + (value - level) / (2 * (1 - level) + 1e-9)))


def _joined(a: Name, b: Name) -> float:
    """A name in one piece against one in words: all bones in a row."""
    one = "".join(w.bones for w in a.words).translate(_MERGED)
    two = "".join(w.bones for w in b.words).translate(_MERGED)
    turned = "".join(w.bones for w in (*b.words[1:], b.words[0])).translate(_MERGED) if len(b.words) > 1 else two
    turned_a = "".join(w.bones for w in (*a.words[1:], a.words[0])).translate(_MERGED) if len(a.words) > 1 else one
    size = max(len(one), len(two), 1)
    if size < 3:
        return 0.0
    near = max(1.0 - distance(x, y) / size for x in (one, turned_a) for y in (two, turned))
    return scaled(near, 0.86)


def same_thing(a: Name, b: Name) -> float:
    """Two names of organisations or places: all words match, in number too, but for one that says little."""
    short, long_ = (a.words, b.words) if len(a.words) <= len(b.words) else (b.words, a.words)
    if initials(a, b):
        return 0.6
    used: set[int] = set()
    total = 0.0
    for word in short:
        best, at = max(((alike(word, y), j) for j, y in enumerate(long_) if j not in used), default=(0.0, -1))
        if best < MATCH:
            joined_a, joined_b = "".join(w.latin for w in a.words), "".join(w.latin for w in b.words)
            near = 1.0 - distance(joined_a[:40], joined_b[:40]) / max(len(joined_a[:40]), len(joined_b[:40]), 1)
            return scaled(near, 0.9)
        used.add(at)
        total += best
    extra = len(long_) - len(short)
    if extra > 1 or (extra == 1 and len(short) < 2):
        return 0.2
    return scaled(total / len(short) - 0.08 * extra, SAME_OTHER)


def initials(a: Name, b: Name) -> bool:
    """Whether one name is the other's initials (NATO, UN)."""
    for short, long_ in ((a, b), (b, a)):
        apt = (
            len(short.words) == 1
            and 3 <= len(short.words[0].latin) <= 6
            and short.text.isupper()
            and len(long_.words) >= 3
        )
        if apt and "".join(w.latin[0] for w in long_.words) == short.words[0].latin:
            return True
    return False


def block_keys(name: Name, kind: str) -> list[str]:
    """Keys under which a name meets those that may be the same."""
    merged = [w.bones.translate(_MERGED) for w in name.words]
    meant = [f"#{w.meaning}" if w.meaning >= 0 else m for w, m in zip(name.words, merged, strict=True)]
    if not merged:
        return [f"f{folded_name(name.text)}"]
    if name.joined or len(merged) == 1:
        whole = merged[0] if merged else ""
        keys = [f"j{whole}"] if len(whole) >= 2 else []
        return [*keys, f"j{meant[0]}"] if meant else keys
    keys = ["j" + "".join(merged), "j" + "".join([*merged[1:], merged[0]])]
    if kind != "PER":
        rare = [f"^{m}" for m in {*meant, *merged} if len(m) > 1]
        return [*keys, "t" + " ".join(sorted(meant)), "t" + " ".join(sorted(merged)), *rare]
    for first in {merged[0], meant[0]}:
        for other in {*merged[1:], *meant[1:]}:
            if first and other:
                keys.append(" ".join(sorted((first, other))))
    # one bone off in the family name: the given name and the family name less one bone
    given = {meant[0], merged[0]}
    for last in {merged[-1], merged[1]}:
        if len(last) >= 3:
            keys += [
                f"{first}~{last[:k]}{last[k + 1 :]}" for k in range(len(last)) for first in given if len(first) > 1
            ]
            keys += [f"{first}~{last}" for first in given if len(first) > 1]
    return [*keys, *(f"^{m}" for m in {merged[-1], meant[-1], merged[0]} if len(m) > 2)]


MOST_IN_BLOCK = 32
MOST_IN_RARE = 14
"""Names that share a single word are compared only where it is a rare one."""


def entity_of(name: str, kind: str) -> str | None:
    """Wikidata's number of a name that the table knows."""
    table = learned()
    key = alias_hash([name], kind)
    at = min(int(np.searchsorted(table.aliases, key[0])), len(table.aliases) - 1)
    return f"Q{int(table.groups[at])}" if table.aliases[at] == key[0] else None


def ids_of(names: Sequence[str], languages: Sequence[str | None], kinds: Sequence[str]) -> list[tuple[str, str]]:
    """For each name taken alone its id, and the reason: pure, so that it is the same in every worker."""
    if not names:
        return []
    table = learned()
    answers: list[tuple[str, str]] = []
    keys = {kind: alias_hash(names, kind) for kind in set(kinds)}
    for i, (name, kind) in enumerate(zip(parse_all(names, languages, kinds), kinds, strict=True)):
        key = keys[kind][i]
        at = min(int(np.searchsorted(table.aliases, key)), len(table.aliases) - 1)
        if table.aliases[at] == key:
            answers.append((f"Q{int(table.groups[at])}", f"Wikidata has the name {name.text}"))
        else:
            answers.append((key_of(name, kind), "the words of the name"))
    return answers


def town_ids(names: Sequence[str], kinds: Sequence[str]) -> list[int]:
    """GeoNames' number of each place that its list of towns and countries knows by that name; 0 for others."""
    table = learned()
    if not len(table.towns):
        return [0] * len(names)
    hashes = alias_hash(names, "LOC")
    at = np.minimum(np.searchsorted(table.towns, hashes), len(table.towns) - 1)
    found = np.where(table.towns[at] == hashes, table.town_ids[at], 0)
    return [int(number) if kind == "LOC" else 0 for number, kind in zip(found, kinds, strict=True)]


def key_of(name: Name, kind: str) -> str:
    """An id made of the name alone: its words in Latin letters, sorted."""
    # Chinese names that are two are often one in Latin letters.
    words = "" if name.joined else "-".join(sorted(w.latin for w in name.words))
    words = words or folded_name(name.text)
    return f"{kind.lower()}:{words}" + (f"-{name.generation}" if name.generation else "")


def clusters(
    names: Sequence[str], languages: Sequence[str | None], kinds: Sequence[str], use_aliases: bool = True
) -> list[str]:
    """An id for each name; names that are the same have the same. The order of the names changes nothing."""
    parsed = parse_all(names, languages, kinds)
    parent = list(range(len(names)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    known = [entity_of(n, k) for n, k in zip(names, kinds, strict=True)] if use_aliases else [None] * len(names)
    towns = town_ids(names, kinds)
    by_entity: dict[str, int] = {}
    blocks: dict[str, list[int]] = {}
    for i, name in enumerate(parsed):
        entity = known[i]
        if entity is not None:
            parent[root(i)] = root(by_entity.setdefault(entity, i))
        elif towns[i]:
            parent[root(i)] = root(by_entity.setdefault(f"town {towns[i]}", i))
        for key in dict.fromkeys(block_keys(name, kinds[i])):
            blocks.setdefault(f"{kinds[i]}{key}", []).append(i)
    tried: dict[tuple[int, int], float] = {}

    def sure_of(i: int, j: int) -> float:
        pair = (i, j) if i < j else (j, i)
        if pair not in tried:
            tried[pair] = same(parsed[i], parsed[j], kinds[i])
        return tried[pair]

    links: list[tuple[float, int, int]] = []
    for key, members in blocks.items():
        if len(members) < 2 or (key[3] == "^" and len(members) > MOST_IN_RARE):
            continue
        few = members if len(members) <= MOST_IN_BLOCK else sorted(members, key=lambda i: names[i])[:MOST_IN_BLOCK]
        for x, i in enumerate(few):
            for j in few[x + 1 :]:
                pair = (i, j) if i < j else (j, i)
                if pair in tried or (known[i] is not None and known[j] is not None):
                    continue
                sure = sure_of(i, j)
                if sure >= LINK:
                    links.append((-sure, *pair))
    joined(links, root, parent, known, sure_of)
    best: dict[int, str] = {}
    for i in range(len(names)):
        mine = known[i] or key_of(parsed[i], kinds[i])
        top = root(i)
        best[top] = min(best[top], mine, key=lambda e: (not e.startswith("Q"), e)) if top in best else mine
    return [best[root(i)] for i in range(len(names))]


LINK = 0.2
"""How sure a pair must be to bring two groups together, if their other names agree."""
AGREE = 0.42
"""The mean over pairs of names of two groups from which they are one: a chain of look-alikes is none."""
ASKED = 3
"""Names of each group that are asked."""


def joined(
    links: list[tuple[float, int, int]],
    root: Callable[[int], int],
    parent: list[int],
    known: Sequence[str | None],
    sure_of: Callable[[int, int], float],
) -> None:
    """Unite the surest pairs first, where the groups' other names agree; two that the table knows apart are never united."""
    owner: dict[int, str] = {}
    members: dict[int, list[int]] = {}
    for i, entity in enumerate(known):
        members.setdefault(root(i), []).append(i)
        if entity is not None:
            owner[root(i)] = entity
    for _, i, j in sorted(links):
        a, b = root(i), root(j)
        if a == b or (a in owner and b in owner and owner[a] != owner[b]):
            continue
        some, others = spread(members[a]), spread(members[b])
        if len(some) * len(others) > 1 and sum(sure_of(x, y) for x in some for y in others) < AGREE * len(some) * len(
            others
        ):
            continue
        parent[a] = b
        members[b] += members.pop(a)
        if a in owner:
            owner[b] = owner[a]


def spread(those: list[int]) -> list[int]:
    """A few of a group's names, from its beginning, middle and end."""
    if len(those) <= ASKED:
        return those
    return [those[k * (len(those) - 1) // (ASKED - 1)] for k in range(ASKED)]


SAME = 0.2
"""What `same` must say for two names taken alone."""


def same_names(a: str, b: str, kind: str) -> bool:
    """Whether two names mean one."""
    first, second = parse_all([a, b], [None, None], [kind, kind])
    return same(first, second, kind) >= SAME


def entities_of(rows: Iterable[tuple[str, str | None, str]]) -> list[str]:
    """Ids of (name, language, type) rows, told together."""
    those = list(rows)
    return clusters([r[0] for r in those], [r[1] for r in those], [r[2] for r in those])
