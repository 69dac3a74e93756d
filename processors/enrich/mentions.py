"""Find names of places in a text: what the recogniser calls places, and what the gazetteer knows beyond doubt."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from processors.enrich.fold import fold
from processors.enrich.frequencies import commonness, zipf
from processors.enrich.gazetteer import COUNTRY, REGION, STATE, Gazetteer, Meant
from processors.enrich.lexicon import word_set
from processors.enrich.lists import phrase_hashes
from processors.enrich.mistaken import (
    LARGE_SIZE,
    arabic_word,
    common_noun,
    han_kind,
    has_article,
    is_han,
    is_ship,
    only_a_word,
    only_elsewhere,
    opening_word,
    short_stem,
)
from processors.enrich.reading import Reading
from processors.enrich.recogniser import CASELESS, UPPER
from processors.enrich.words import whole_hashes

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


_PART_OF = word_set("the city town downtown greater northern southern eastern western north south east west central")
"""What stands before a name and means a part of the place, or all of it."""


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
        if high[0] > low[0] and ((begin == first and end == last) or reading.token(first).lower() in _PART_OF):
            meant = world.meant(int(low[0]), int(high[0]))
            return meant.entries, meant.demonym
    return np.zeros(0, np.int64), False


@dataclass(frozen=True, slots=True)
class Match:
    """A run of tokens that is a name of the gazetteer."""

    first: int
    last: int
    """Excluded."""
    start: int
    end: int
    """Characters."""
    said: str
    meant: Meant


def all_matches(reading: Reading, world: Gazetteer) -> list[Match]:
    """Longest names of the gazetteer that begin with a capital."""
    able = (reading.flags & (UPPER | CASELESS)) > 0
    best: dict[int, tuple[int, int, int]] = {}
    for n, hashes in enumerate(phrase_hashes(reading.folds), 1):
        starts = np.flatnonzero(able[: len(hashes)])
        low, high = world.lookup(hashes[starts])
        hit = np.flatnonzero(high > low)
        those = (starts[hit].tolist(), low[hit].tolist(), high[hit].tolist())
        best |= {first: (n, low_row, high_row) for first, low_row, high_row in zip(*those, strict=True)}
    found = []
    at = -1
    for first in sorted(best):
        n, low_row, high_row = best[first]
        last = first + n
        if first < at or (n > 1 and _small(reading.token(last - 1))):
            continue
        start, end = int(reading.starts[first]), int(reading.ends[last - 1])
        found.append(Match(first, last, start, end, reading.text[start:end], world.meant(low_row, high_row)))
        at = last
    return found


def _small(token: str) -> bool:
    """Whether a token is written small where it might have a capital."""
    return token.islower() and token[0].isalpha() and not token[0].isupper() and ord(token[0]) <= 0x5FF


SURE_SIZE = 5.0
"""A town of 100,000 people or more is a place also where the recogniser says nothing."""
WELL_KNOWN = 6.0
"""A city of a million, or a state: meant also at the end of a longer name (`Южный Уэльс`)."""
LOC, PER, ORG = 1, 2, 3


@dataclass(frozen=True, slots=True)
class Known:
    """What the recogniser says of each token."""

    kind: bytearray
    """0, or one of LOC, PER, ORG."""
    opens: bytearray
    """Whether a name begins there."""


def known(reading: Reading, kinds: Sequence[str], edges: Sequence[tuple[int, int]]) -> Known:
    """The recogniser's names as columns over the tokens; `edges`: the tokens of each."""
    found = Known(bytearray(len(reading.starts)), bytearray(len(reading.starts)))
    for kind, (first, last) in zip(kinds, edges, strict=True):
        found.kind[first:last] = bytes([{"LOC": LOC, "PER": PER, "ORG": ORG}[kind]]) * (last - first)
        found.opens[first : first + 1] = b"\1" * (first < len(found.opens))
    return found


def mentions_in(reading: Reading, named: Sequence[tuple[int, int, str]], world: Gazetteer) -> list[Mention]:
    """Names of places in the text."""
    mentions: list[Mention] = []
    settled = bytearray(len(reading.starts))
    edges = reading.tokens_of([(start, end) for start, end, _ in named])
    recognised = known(reading, [kind for _, _, kind in named], edges)
    matches = all_matches(reading, world)
    for language in {"en", reading.language}:
        zipf([match.said.lower() for match in matches], language)
    for match in matches:
        if not _coordinated(match, mentions, reading):
            if _means_other(match, reading, world, recognised):
                settled[match.first : match.last] = b"\1" * (match.last - match.first)
                continue
            if _part_of_han(match, reading, recognised, settled) or not _is(match, reading, world, recognised):
                continue
        entries = _told_by_marks(match.said, match.meant.entries, world)
        mentions.append(Mention(match.start, match.end, entries, match.meant.demonym))
        settled[match.first : match.last] = b"\1" * (match.last - match.first)
    for (start, end, kind), (first, last) in zip(named, edges, strict=True):
        if kind != "LOC" or len(mentions) >= 2 * MOST_MENTIONS:
            continue
        if not any(settled[first:last]):
            candidates, demonym = candidates_of((start, end), reading, world)
            mentions.append(Mention(start, end, candidates, demonym))
    return sorted([*no_ships(mentions, reading), *compounds(reading, world)], key=lambda m: m.start)


def _means_other(match: Match, reading: Reading, world: Gazetteer, recognised: Known) -> bool:
    """Whether a name, most often a single word, means something else here, though the gazetteer knows a place of that name."""
    if only_elsewhere(match.said, match.first, reading):
        return True
    if match.last - match.first > 1:
        return False
    whole = recognised.kind[match.first] == LOC
    if arabic_word(match.said, match.start, reading) or common_noun(
        match.said.lower(), match.first, match.end, reading
    ):
        return True
    sure = match.meant.widest >= STATE or match.meant.largest >= LARGE_SIZE
    return opening_word(match.first, match.meant.entries, reading, world, whole=whole, sure=sure)


def _part_of_han(match: Match, reading: Reading, recognised: Known, settled: bytearray) -> bool:
    """Whether a match is only the end, or the head, of a longer Chinese name: 多拉, or 阿马, in 阿马多拉."""
    if not is_han(match.said) or recognised.kind[match.first] != LOC:
        return False
    if not recognised.opens[match.first] and not settled[match.first - 1]:
        return True
    at = match.last
    if (
        at >= len(reading.starts)
        or recognised.kind[at] != LOC
        or recognised.opens[at]
        or recognised.kind[at - 1] != LOC
    ):
        return False
    if match.meant.widest >= STATE or match.meant.largest >= SURE_SIZE:  # 香港 in 香港特别行政区
        return False
    return not han_kind(int(reading.ends[at - 1]), reading.text)


def _is(match: Match, reading: Reading, world: Gazetteer, recognised: Known) -> bool:
    """Whether there is enough to say that the words are a place: the recogniser, size, or a word of place beside them."""
    first, last, said = match.first, match.last, match.said
    around = recognised.kind[first:last]
    wide, big = match.meant.widest >= STATE, match.meant.largest >= SURE_SIZE
    if not plausible(said, first, reading, wide) or not (wide or big or not _small_word(match, reading)):
        return False
    follows = _after_place(first, reading) or _locative(last, reading)
    whole = LOC in around
    unknown = match.meant.widest < COUNTRY and match.meant.largest < WELL_KNOWN and not match.meant.demonym
    if whole and unknown and _tail(first, reading, recognised):
        return False
    if (
        last - first == 1
        and recognised.kind[first] != LOC
        and only_a_word(said.lower(), match.meant.entries, reading.language, world)
    ):
        return False
    taken = _TAKEN.search(reading.text, max(0, match.start - 16), match.start)
    if (PER in around or ORG in around) and (taken or (big and _AGREED.match(reading.text, match.end))):
        return bool(recognised.opens[first])
    if PER in around and not (wide and follows):
        return False
    theirs = reading.language == "tr" and bool(_THEIR_PEOPLE.match(reading.text, match.end))
    if ORG in around and not (wide or big or theirs):
        return False
    alone = big and recognised.kind[first] == 0 and not short_stem(said) and not has_article(match.start, reading)
    if not (whole or wide or alone or theirs or (follows and recognised.kind[first] != ORG)):
        return False
    return wide or whole or not _inside_name(first, last, reading, recognised.kind)


_THEIR_PEOPLE = re.compile(r"\s[a-zçğıöşü]+l[ae]r[ıi]\b")
"""Turkish behind a town whose people are meant: `Sarıyer balıkçıları`."""
_TAKEN = re.compile(
    r"\b(?:re(?:taken?|took|captured?)|liberated?|besieged?|shelled|bombed|encircled?|"
    r"(?:town|city|village|district|port|suburb|capital|region|province)s?\sof)\s$"
)
_AGREED = re.compile(
    r"\s(?:accords?|agreements?|deal|talks|summit|process(?:es)?|declaration|memorandum|protocols?|conference|treaty|format)\b"
)
"""English before and behind a town, whatever the recogniser takes it for: `retaken Jarabulus`, `the town of`, `the Sochi agreements`."""


def _tail(first: int, reading: Reading, recognised: Known) -> bool:
    """Whether a match is the end of a longer name of a place: Tarn in Inish Tarn, but not Michigan in southern Michigan."""
    if (
        first == 0
        or reading.language == "de"  # Verbraucherzentrale Hessen: all nouns have capitals
        or recognised.opens[first]
        or recognised.kind[first - 1] != LOC
        or not reading.flags[first - 1] & UPPER
    ):
        return False
    return reading.token(first - 1).lower() not in _PART_OF


def _small_word(match: Match, reading: Reading) -> bool:
    """Whether a small town's name is an everyday word, and no state follows: Republic, Reading."""
    if match.last - match.first > 1 or commonness(match.said.lower(), "en") < COMMON_WORD:
        return False
    return not _before_state(match.last, reading)


def _coordinated(match: Match, mentions: Sequence[Mention], reading: Reading) -> bool:
    """Whether an Arabic name is tied by its `and` to the place before it: `طنطا ودمياط`."""
    if reading.language != "ar" or not mentions or not match.said.startswith("و") or match.meant.demonym:
        return False
    if mentions[-1].end + 1 != match.start or mentions[-1].demonym:
        return False
    return max(commonness(match.said, "ar"), commonness(match.said[1:], "ar")) < RARE_WORD


def no_ships(mentions: Sequence[Mention], reading: Reading) -> list[Mention]:
    """The mentions without those of names that the text somewhere gives to a ship."""
    ships = {
        reading.text[m.start : m.end].lower()
        for m in mentions
        if not m.demonym and is_ship(m.start, m.end, reading.text)
    }
    return [m for m in mentions if reading.text[m.start : m.end].lower() not in ships] if ships else list(mentions)


_COMPOUND = re.compile(
    r"\b([A-ZÄÖÜ][a-zäöüß]{2,})(?:brücken?|ufers?|hochwassers?|deich\w{0,2}|mündung|delta|hafens?|häfen|tunnels?|schleusen?|fähren?|inseln?|"
    r"pegels?|flut|tals?|küste)\b"
)


def compounds(reading: Reading, world: Gazetteer) -> list[Mention]:
    """Rivers, seas and mountains that are the first part of a German word: Oderbrücke, Elbtunnel."""
    if reading.language != "de":
        return []
    found = []
    for piece in _COMPOUND.finditer(reading.text):
        for name in (piece[1], piece[1] + "e"):
            low, high = world.lookup(phrase_hashes(whole_hashes([fold(name)]))[0])
            entries = world.entries[int(low[0]) : int(high[0])].astype(np.int64)
            if len(entries) and (world.kind[entries] == REGION).all():
                found.append(Mention(piece.start(1), piece.end(1), entries))
                break
    return found


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
    "zh": "在 从 赴 抵 往 到",
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
    if before not in _PREPOSITIONS[reading.language]:
        return False
    return reading.language == "en" or (_is_rare(first, reading) and not _goes_on(first, reading))


def _goes_on(first: int, reading: Reading) -> bool:
    """Whether more Chinese signs follow two, so that a name is seen only by cutting a phrase: 在大街末端."""
    return reading.language == "zh" and first + 2 < len(reading.starts) and is_han(reading.token(first + 2))


def _is_rare(first: int, reading: Reading) -> bool:
    word = reading.text[reading.starts[first] : reading.ends[first]].lower()
    return commonness(word, reading.language) < RARE_WORD


_LOCATIVE = re.compile(r"['’](?:d[ae]|d[ae]n|t[ae]|t[ae]n|ya|ye|[ae]|nın|nin|nun|nün)\b")


def _locative(last: int, reading: Reading) -> bool:
    """Whether a Turkish ending of place follows behind its apostrophe: `Beykoz'da`."""
    return reading.language == "tr" and bool(_LOCATIVE.match(reading.text, int(reading.ends[last - 1])))


def _told_by_marks(said: str, entries: NDArray[np.int64], world: Gazetteer) -> NDArray[np.int64]:
    """Amman has a doubled letter, Oman has not: folding takes the mark off, and so the names are one."""
    if "م\u0651" not in said and "\u064fم" not in said:
        return entries
    kept = entries[(world.kind[entries] == COUNTRY) != ("م\u0651" in said)]
    return kept if len(kept) else entries


def _inside_name(first: int, last: int, reading: Reading, kind_of: bytearray) -> bool:
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
