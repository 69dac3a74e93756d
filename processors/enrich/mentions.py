"""Find names of places in a text: what the recogniser calls places, and what the gazetteer knows beyond doubt."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from processors.enrich.frequencies import commonness
from processors.enrich.gazetteer import COUNTRY, REGION, STATE, Gazetteer
from processors.enrich.lists import phrase_hashes
from processors.enrich.recogniser import CASELESS, UPPER

MOST_MENTIONS = 400


@dataclass(frozen=True, slots=True)
class Mention:
    """A name in the text with the places it may mean."""

    start: int
    end: int
    candidates: NDArray[np.int64]
    """Entries of the gazetteer; empty where it knows none."""
    demonym: bool = False


_COMMON_STARTS = frozenset(
    [
        "the",
        "of",
        "in",
        "and",
        "on",
        "at",
        "for",
        "may",
        "will",
        "us",
        "it",
        "is",
        "an",
        "as",
        "to",
        "by",
        "or",
        "no",
        "so",
        "he",
        "she",
        "we",
        "they",
    ]
)
_SHORT_STATES = re.compile(
    r"(?:Miss|Mass|Ill|Man|Wash|Ind|Ore|Del|La|Pa|Ga|Va|Me|Mo|Md|Ala|Tex|Cal|Kan|Mich|Minn|Mont|Tenn|Fla|Ark|Ariz|Okla|Wis|Wyo|Vt|Conn|Nev|Neb|Ky|Colo|Calif|Ont|Que|Alta|Sask)\.$"
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What the document gives to look names up: parallel over its tokens."""

    text: str
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    folds: NDArray[np.uint32]
    flags: NDArray[np.uint8]
    language: str = "en"


def candidates_of(span: tuple[int, int], reading: Reading, world: Gazetteer) -> tuple[NDArray[np.int64], bool]:
    """Entries a span may mean, and whether it names the people of one."""
    first = int(np.searchsorted(reading.starts, span[0]))
    last = int(np.searchsorted(reading.starts, span[1]))
    for begin, end in ((first, last), (first + 1, last), (first, last - 1)):
        if not 0 < end - begin <= 6:
            continue
        hashes = phrase_hashes(reading.folds[begin:end])
        key = hashes[end - begin - 1][:1]
        low, high = world.lookup(key)
        if high[0] > low[0]:
            rows = slice(int(low[0]), int(high[0]))
            if (begin == first and end == last) or reading.text[
                reading.starts[first] : reading.ends[first]
            ].lower() in (
                "the",
                "city",
                "town",
                "downtown",
                "greater",
                "northern",
                "southern",
                "eastern",
                "western",
                "north",
                "south",
                "east",
                "west",
                "central",
            ):
                return world.entries[rows].astype(np.int64), bool(world.demonyms[rows].any())
    return np.zeros(0, np.int64), False


def all_matches(reading: Reading, world: Gazetteer) -> list[tuple[int, int, NDArray[np.int64], bool]]:
    """Longest names of the gazetteer that begin with a capital: first token, end, entries, demonym."""
    able = (reading.flags & (UPPER | CASELESS)) > 0
    best: dict[int, tuple[int, int, int]] = {}
    for n, hashes in enumerate(phrase_hashes(reading.folds), 1):
        starts = np.flatnonzero(able[: len(hashes)])
        low, high = world.lookup(hashes[starts])
        for k in np.flatnonzero(high > low):
            best[int(starts[k])] = (n, int(low[k]), int(high[k]))
    found = []
    at = -1
    for first in sorted(best):
        n, low_row, high_row = best[first]
        if first < at:
            continue
        last = first + n
        last_token = reading.text[reading.starts[last - 1] : reading.ends[last - 1]]
        if (
            n > 1
            and not (
                last_token[0].isupper()
                or last_token[0] == "."
                or not last_token[0].isalpha()
                or ord(last_token[0]) > 0x5FF
            )
            and last_token.islower()
        ):
            continue
        rows = slice(low_row, high_row)
        found.append((first, last, world.entries[rows].astype(np.int64), bool(world.demonyms[rows].any())))
        at = last
    return found


SURE_SIZE = 5.0
"""A town of 100,000 people or more is a place also where the recogniser says nothing."""


def mentions_in(reading: Reading, named: Sequence[tuple[int, int, str]], world: Gazetteer) -> list[Mention]:
    """Names of places in the text."""
    mentions: list[Mention] = []
    taken = np.zeros(len(reading.starts), np.bool_)
    kind_of = np.zeros(len(reading.starts), np.int8)
    opens = np.zeros(len(reading.starts), np.bool_)
    for start, end, kind in named:
        a, b = int(np.searchsorted(reading.starts, start)), int(np.searchsorted(reading.starts, end))
        kind_of[a:b] = {"LOC": 1, "PER": 2, "ORG": 3}[kind]
        opens[a : a + 1] = True
    for first, last, entries, demonym in all_matches(reading, world):
        start, end = int(reading.starts[first]), int(reading.ends[last - 1])
        said = reading.text[start:end]
        around = kind_of[first:last]
        wide = world.kind[entries] >= STATE
        big = world.size[entries].max() >= SURE_SIZE
        if not plausible(said, first, reading, bool(wide.any())):
            continue
        if (
            last - first == 1
            and not big
            and not wide.any()
            and commonness(said.lower(), "en") >= COMMON_WORD
            and not _before_state(last, reading)
        ):
            continue
        follows = _after_place(first, reading) or _locative(last, reading)
        if (around == 2).any() and not (wide.any() and follows):
            continue
        # 多拉 in 阿马多拉 is only the end of a longer Chinese name.
        end_of_han = "\u4e00" <= said[0] <= "\u9fff" and kind_of[first] == 1 and not opens[first]
        if (end_of_han and not taken[first - 1]) or _only_elsewhere(said, first, reading):
            continue
        whole = bool((around == 1).any())
        if last - first == 1 and not whole and _only_a_word(said.lower(), entries, reading.language, world):
            continue
        if (around == 3).any() and not (wide.any() or big):
            continue
        if not (whole or wide.any() or (big and kind_of[first] == 0) or (follows and kind_of[first] != 3)):
            continue
        if _inside_name(first, last, reading, kind_of) and not wide.any() and not whole:
            continue
        mentions.append(Mention(start, end, _told_by_marks(said, entries, world), demonym))
        taken[first:last] = True
    for start, end, kind in named:
        if kind != "LOC" or len(mentions) >= 2 * MOST_MENTIONS:
            continue
        a, b = int(np.searchsorted(reading.starts, start)), int(np.searchsorted(reading.starts, end))
        if not taken[a:b].any():
            candidates, demonym = candidates_of((start, end), reading, world)
            mentions.append(Mention(start, end, candidates, demonym))
    return sorted(mentions, key=lambda m: m.start)


COMMON_WORD = 4.2
"""Zipf value from which a word is a small town (Republic, Arab, Reading) only before its state."""


def _before_state(last: int, reading: Reading) -> bool:
    """Whether a comma and a capital follow: `Reading, Pa.`"""
    if last + 1 >= len(reading.starts) or reading.text[reading.starts[last]] != ",":
        return False
    return bool(reading.flags[last + 1] & UPPER)


_BEFORE_PLACES = {
    "en": "in near at from to of across outside around through toward towards between",
    "de": "in nach aus bei über zwischen um",
    "fr": "à de en près vers entre",
    "es": "en de desde hacia entre",
    "ru": "в из под у около близ через над",
}
_PREPOSITIONS = {language: frozenset(words.split()) for language, words in _BEFORE_PLACES.items()}
RARE_WORD = 3.2
"""Zipf value from which, in languages other than English, a word behind a preposition is a word rather than a small town."""


def _after_place(first: int, reading: Reading) -> bool:
    """Whether a preposition of place stands before."""
    if first == 0:
        return False
    before = reading.text[reading.starts[first - 1] : reading.ends[first - 1]].lower()
    if reading.language not in _PREPOSITIONS:
        return before in _PREPOSITIONS["en"]
    return before in _PREPOSITIONS[reading.language] and (reading.language == "en" or _is_rare(first, reading))


def _is_rare(first: int, reading: Reading) -> bool:
    word = reading.text[reading.starts[first] : reading.ends[first]].lower()
    return commonness(word, reading.language) < RARE_WORD


_LOCATIVE = re.compile(r"['’](?:d[ae]|d[ae]n|t[ae]|t[ae]n|ya|ye|[ae]|nın|nin|nun|nün)\b")


def _locative(last: int, reading: Reading) -> bool:
    """Whether a Turkish ending of place follows behind its apostrophe: `Beykoz'da`."""
    return reading.language == "tr" and bool(_LOCATIVE.match(reading.text, int(reading.ends[last - 1])))


COMMON_ABROAD = 3.4
"""Zipf value from which, in languages other than English, a single word that the recogniser calls no place is one only where
it is a country, a region of our own list, or the first name of a large city."""
CASELESS_LANGUAGES = frozenset({"ar", "fa", "ur", "he"})
"""No capitals tell names there: only the recogniser does, but for countries and regions."""
LARGE_SIZE = 5.7
"""Half a million people."""


def _only_a_word(low: str, entries: NDArray[np.int64], language: str, world: Gazetteer) -> bool:
    """Whether a name of the gazetteer is rather a word of the text's language: `Region`, `Man`, `التي`."""
    kinds = world.kind[entries]
    if ((kinds == COUNTRY) | (kinds == REGION)).any():
        return False
    if language in ("en", "pcm"):
        # Provinces far away: Hail, Para; those of North America and Australia are in English news by their names.
        home = [world.countries[c] in ("US", "CA", "AU", "GB") for c in world.country[entries]]
        return not any(home) and (kinds == STATE).any() and commonness(low, "en") >= COMMON_ABROAD
    if language in CASELESS_LANGUAGES:
        return True
    if commonness(low, language) < COMMON_ABROAD:
        return False
    return not any(world.size[e] >= LARGE_SIZE and world.names[e].lower() == low for e in entries)


def _told_by_marks(said: str, entries: NDArray[np.int64], world: Gazetteer) -> NDArray[np.int64]:
    """Amman has a doubled letter, Oman has not: folding takes the mark off, and so the names are one."""
    if "م\u0651" not in said and "\u064fم" not in said:
        return entries
    kept = entries[(world.kind[entries] == COUNTRY) != ("م\u0651" in said)]
    return kept if len(kept) else entries


_ONLY_IN = {
    "oder": frozenset({"en", "pl", "cs"}), "tuna": frozenset({"tr"}), "boğaz": frozenset({"tr"}), "nil": frozenset({"de", "fr", "tr", "nl", "sv"}),
    "rin": frozenset({"es"}), "tigre": frozenset({"fr", "es"}), "sena": frozenset({"es", "pt"}), "rona": frozenset[str](), "reunión": frozenset[str](),
    "maurice": frozenset({"fr"}), "brenner": frozenset({"de", "it"}), "adria": frozenset({"de"}),
}  # fmt: skip
"""Names that are words or people in other languages."""


def _only_elsewhere(said: str, first: int, reading: Reading) -> bool:
    """Whether a name means a place only in other languages; the German river needs its article, since `oder` is `or`."""
    low = said.lower()
    if low == "oder" and reading.language == "de":
        return first == 0 or reading.text[reading.starts[first - 1] : reading.ends[first - 1]].lower() not in (
            "der",
            "die",
        )
    return low in _ONLY_IN and reading.language not in _ONLY_IN[low]


def _inside_name(first: int, last: int, reading: Reading, kind_of: NDArray[np.int8]) -> bool:
    """Whether a capitalised word runs on at one side, so that the name may be a part of another."""
    text = reading.text
    if (
        first > 0
        and reading.flags[first - 1] & UPPER
        and text[reading.ends[first - 1] : reading.starts[first]] == " "
        and first > 1
        and kind_of[first - 1] != 1
    ):
        return True
    return (
        last < len(reading.starts)
        and bool(reading.flags[last] & UPPER)
        and text[reading.ends[last - 1] : reading.starts[last]] == " "
    )


def plausible(said: str, first: int, reading: Reading, wide: bool) -> bool:
    """Whether a name of the gazetteer can be one here: no common short word, no abbreviation without its town."""
    letters = said.replace(".", "")
    if len(letters) <= 3 and letters.isascii() and not letters.isupper() and "." not in said:
        return (wide and len(letters) > 2) or len(letters) == 3
    if said.lower() in _COMMON_STARTS:
        return False
    if _SHORT_STATES.match(said):
        before = reading.text[max(0, int(reading.starts[first]) - 2) : int(reading.starts[first])]
        return before.strip() == ","
    return True
