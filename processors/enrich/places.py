"""Find place names and put them on the map: candidates from the gazetteer, weighed by size, by what the text says beside
the name, by the outlet's home and by the document's other places."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from broadsheet.model import Place
from processors.enrich.frequencies import commonness
from processors.enrich.gazetteer import CITY, COUNTRY, COUNTY, REGION, STATE, Gazetteer, gazetteer
from processors.enrich.lists import phrase_hashes
from processors.enrich.recogniser import CASELESS, UPPER

MOST_CANDIDATES = 60
MOST_MENTIONS = 400

KIND_WORTH = {CITY: 0.0, COUNTY: 0.6, STATE: 1.6, COUNTRY: 2.6, REGION: 2.2}
SIZE_WORTH = 0.55
"""For each factor of ten in population."""
INSIDE_WORTH = 5.0
"""`Paris, Texas`: the name after the comma holds the place."""
NEAR_WORTH = 1.3
"""Other places of the document close by."""
STATE_WORTH = 1.6
"""The document names the state or province, or others of its towns."""
COUNTRY_WORTH = 0.9
HOME_WORTH = 0.8
"""The outlet is at home in the country: a town of its own before one abroad ten or thirty times as large, not more."""
OWN_NAME_WORTH = 0.6
"""The place is called so first of all, not only in another language or once."""
NEAR_KM = 150.0
DATELINE_COUNTRY, DATELINE_NEAR, DATELINE_SAME = 0.7, 1.5, 3.0
"""The dateline is in the country, close by, or the place itself; Paris stays in France in a text from Newark."""


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


class Home:
    """Where an outlet is at home, from its domain: a country, and the states and towns its name may hold."""

    def __init__(self, source: str | None, country: str | None, world: Gazetteer) -> None:
        host = (source or "").lower()
        ending = host.rpartition(".")[2]
        code = (country or {"uk": "GB"}.get(ending, ending)).upper()
        self.country = world.countries.index(code) if code in world.countries and len(code) == 2 else -1


def spatial(points: NDArray[np.float32], others: NDArray[np.float32]) -> NDArray[np.float32]:
    """Kilometres between each of the points and each of the others (equirectangular: near enough for a prior)."""
    lat = (points[:, None, 0] + others[None, :, 0]) * 0.5
    dx = (points[:, None, 1] - others[None, :, 1]) * np.cos(np.radians(lat)) * 111.2
    dy = (points[:, None, 0] - others[None, :, 0]) * 111.2
    return np.asarray(np.sqrt(dx * dx + dy * dy), np.float32)


def resolve(
    mentions: Sequence[Mention], reading: Reading, world: Gazetteer, home: Home, anchors: Sequence[int] = ()
) -> list[tuple[int, float] | None]:
    """For each mention the entry it means and how sure that is, or None where nothing is known.

    `anchors`: entries of the dateline."""
    trimmed = [_few(m.candidates, world) for m in mentions]
    said = [reading.text[m.start : m.end].lower() for m in mentions]
    base = [
        _base(c, world, home) + _anchored(c, world, anchors, home) + _called(c, name, world)
        for c, name in zip(trimmed, said, strict=True)
    ]
    for number in range(len(mentions)):
        _contained(number, mentions, trimmed, base, reading, world)
    # one name, one place: the evidence beside one mention serves all
    groups: dict[str, list[int]] = {}
    for number, mention in enumerate(mentions):
        groups.setdefault(reading.text[mention.start : mention.end].lower(), []).append(number)
    for members in groups.values():
        if len(members) > 1 and all(len(trimmed[m]) == len(trimmed[members[0]]) for m in members):
            best = np.max([base[m] for m in members], axis=0)
            for m in members:
                base[m] = best
    heads = [members[0] for members in groups.values() if len(trimmed[members[0]])]
    chosen = {h: int(base[h].argmax()) for h in heads}
    for _ in range(2):
        if len(heads) < 1:
            break
        scores = {h: base[h] + _context(h, heads, chosen, trimmed, world) for h in heads}
        chosen = {h: int(scores[h].argmax()) for h in heads}
    answers: list[tuple[int, float] | None] = [None] * len(mentions)
    for members in groups.values():
        head = members[0]
        if head not in chosen:
            continue
        ranked = np.sort(scores[head])[::-1]
        margin = float(ranked[0] - ranked[1]) if len(ranked) > 1 else 3.0
        sure = round(1.0 / (1.0 + float(np.exp(-margin))), 2)
        for m in members:
            answers[m] = (int(trimmed[head][chosen[head]]), sure)
    return answers


def _few(candidates: NDArray[np.int64], world: Gazetteer) -> NDArray[np.int64]:
    if len(candidates) <= MOST_CANDIDATES:
        return candidates
    order = np.argsort(-(world.size[candidates] + 2.0 * world.kind[candidates]))
    return candidates[order[:MOST_CANDIDATES]]


_KIND_TABLE = np.array([KIND_WORTH.get(k, 0.0) for k in range(8)], np.float32)


def _base(candidates: NDArray[np.int64], world: Gazetteer, home: Home) -> NDArray[np.float32]:
    score = SIZE_WORTH * world.size[candidates] + _KIND_TABLE[world.kind[candidates]]
    if home.country >= 0:
        score = score + HOME_WORTH * (world.country[candidates] == home.country)
    return np.asarray(score, np.float32)


def _called(candidates: NDArray[np.int64], name: str, world: Gazetteer) -> NDArray[np.float32]:
    return np.array([OWN_NAME_WORTH * (world.names[c].lower() == name) for c in candidates], np.float32)


def _anchored(
    candidates: NDArray[np.int64], world: Gazetteer, anchors: Sequence[int], home: Home
) -> NDArray[np.float32]:
    """What the dateline says for each candidate: its country where that is not the outlet's, its neighbourhood, itself."""
    extra = np.zeros(len(candidates), np.float32)
    if not anchors or not len(candidates):
        return extra
    those = np.array(anchors, np.int64)
    abroad = (world.country[those] != home.country)[None, :]
    countries = abroad & (world.country[candidates][:, None] == world.country[those][None, :])
    far = spatial(
        np.stack([world.lat[candidates], world.lon[candidates]], 1), np.stack([world.lat[those], world.lon[those]], 1)
    )
    near = np.where(world.kind[those][None, :] <= COUNTY, np.exp(-far / NEAR_KM), 0.0)
    same = candidates[:, None] == those[None, :]
    weighed = DATELINE_COUNTRY * countries.max(1) + DATELINE_NEAR * near.max(1) + DATELINE_SAME * same.max(1)
    return np.asarray(weighed, np.float32)


def anchors_of(dateline: Reading | None, source: str | None, country: str | None) -> list[int]:
    """The places that a dateline names: `CUENCA (Ecuador)`."""
    if dateline is None:
        return []
    world = gazetteer()
    mentions = [
        Mention(int(dateline.starts[first]), int(dateline.ends[last - 1]), entries, demonym)
        for first, last, entries, demonym in all_matches(dateline, world)
    ]
    answers = resolve(mentions[:4], dateline, world, Home(source, country, world))
    return [answer[0] for answer in answers if answer]


def _contained(
    number: int,
    mentions: Sequence[Mention],
    trimmed: Sequence[NDArray[np.int64]],
    base: list[NDArray[np.float32]],
    reading: Reading,
    world: Gazetteer,
) -> None:
    """Raise candidates that lie in what the next mention names, where only a comma or bracket stands between."""
    if number + 1 >= len(mentions) or not len(trimmed[number]) or not len(trimmed[number + 1]):
        return
    between = reading.text[mentions[number].end : mentions[number + 1].start]
    if not re.fullmatch(r"\s*[,(]\s*|\s+in\s+|\s*-\s*", between):
        return
    own, outer = trimmed[number], trimmed[number + 1]
    wide = outer[world.kind[outer] >= COUNTY]
    if not len(wide):
        return
    states = {int(world.admin[w]) for w in wide if world.kind[w] in (STATE, COUNTY)}
    countries = {int(world.country[w]) for w in wide if world.kind[w] == COUNTRY}
    provinces = [w for w in wide if world.kind[w] in (STATE, COUNTY)]
    inside = np.array(
        [
            (int(world.admin[c]) in states and world.kind[c] != STATE)
            or (int(world.country[c]) in countries and world.kind[c] != COUNTRY)
            for c in own
        ]
    )
    if not inside.any() and provinces:
        # provinces of other countries have no code here: near enough is inside
        far = spatial(
            np.stack([world.lat[own], world.lon[own]], 1), np.stack([world.lat[provinces], world.lon[provinces]], 1)
        ).min(1)
        inside = (far < 2 * NEAR_KM) & (world.country[own] == world.country[provinces[0]])
    base[number] = base[number] + INSIDE_WORTH * inside.astype(np.float32)
    if inside.any():
        holds = np.array(
            [
                any(
                    world.admin[c] == world.admin[w]
                    or (world.kind[w] == COUNTRY and world.country[c] == world.country[w])
                    for c in own[inside]
                )
                for w in outer
            ]
        )
        base[number + 1] = base[number + 1] + 2.0 * holds.astype(np.float32)


def _context(
    head: int,
    heads: Sequence[int],
    chosen: dict[int, int],
    trimmed: Sequence[NDArray[np.int64]],
    world: Gazetteer,
) -> NDArray[np.float32]:
    """What the document's other places say for each candidate."""
    own = trimmed[head]
    others = [h for h in heads if h != head]
    extra = np.zeros(len(own), np.float32)
    if not others:
        return extra
    places = np.array([trimmed[h][chosen[h]] for h in others])
    far = spatial(np.stack([world.lat[own], world.lon[own]], 1), np.stack([world.lat[places], world.lon[places]], 1))
    narrow = world.kind[places] <= COUNTY
    near = np.where(narrow[None, :], np.exp(-far / NEAR_KM), 0.0).sum(1)
    extra += NEAR_WORTH * np.log1p(near).astype(np.float32)
    sub = world.kind[own] <= COUNTY
    same_state = (world.admin[own][:, None] == world.admin[places][None, :]) & (world.kind[places] != COUNTRY)[None, :]
    named = same_state & (world.kind[places] == STATE)[None, :]
    extra += STATE_WORTH * sub * np.log1p(same_state.sum(1) + 1.0 * named.sum(1)).astype(np.float32)
    same_country = world.country[own][:, None] == world.country[places][None, :]
    extra += COUNTRY_WORTH * np.log1p(same_country.sum(1)).astype(np.float32)
    return extra


def placed(mention: Mention, answer: tuple[int, float], world: Gazetteer) -> Place:
    """The mention on the map."""
    entry, sure = answer
    return Place(
        start=mention.start,
        end=mention.end,
        name=world.names[entry],
        lat=round(float(world.lat[entry]), 2),
        lon=round(float(world.lon[entry]), 2),
        geonames=int(world.geonames[entry]) or None,
        country=world.countries[int(world.country[entry])] or None,
        confidence=sure,
    )


def given_places(
    spans: Sequence[tuple[int, int]], reading: Reading, source: str | None, country: str | None
) -> tuple[Place, ...]:
    """The places that given spans mean; a span the gazetteer does not know is left out."""
    world = gazetteer()
    mentions = []
    for span in sorted(spans)[:MOST_MENTIONS]:
        candidates, demonym = candidates_of(span, reading, world)
        mentions.append(Mention(span[0], span[1], candidates, demonym))
    answers = resolve(mentions, reading, world, Home(source, country, world))
    return tuple(placed(m, a, world) for m, a in zip(mentions, answers, strict=True) if a)


def found_places(
    reading: Reading,
    named: Sequence[tuple[int, int, str]],
    source: str | None,
    country: str | None,
    dateline: Reading | None = None,
) -> tuple[Place, ...]:
    """Places named in the text: what the recogniser calls places, and what the gazetteer knows beyond doubt.

    `named`: the recogniser's entities (start, end, type), in order."""
    world = gazetteer()
    mentions = mentions_in(reading, named, world)[:MOST_MENTIONS]
    home = Home(source, country, world)
    anchors = anchors_of(dateline, source, country)
    answers = resolve(mentions, reading, world, home, anchors)
    return tuple(placed(m, a, world) for m, a in zip(mentions, answers, strict=True) if a)


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
