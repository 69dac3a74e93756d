"""Tell names of the gazetteer that mean something else in this text: a word, a ship, a time of day, the end of a longer name."""

from __future__ import annotations

import re
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from processors.enrich.frequencies import commonness
from processors.enrich.gazetteer import COUNTRY, REGION, STATE, Gazetteer
from processors.enrich.lexicon import word_set
from processors.enrich.reading import Reading
from processors.enrich.recogniser import ENDS

COMMON_ABROAD = 3.4
"""Zipf value from which, in languages other than English, a single word that the recogniser calls no place is one only where
it is a country, a region of our own list, or the first name of a large city."""
EVERYDAY = 4.5
"""The same for a word that opens a sentence and that the recogniser does call a place."""
CASELESS_LANGUAGES = frozenset({"ar", "fa", "ur", "he"})
"""No capitals tell names there: only the recogniser does, but for countries and regions."""
LARGE_SIZE = 5.7
"""Half a million people."""


def only_a_word(low: str, entries: NDArray[np.int64], language: str, world: Gazetteer) -> bool:
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
    return not _first_of_large(low, entries, world)


def _first_of_large(low: str, entries: NDArray[np.int64], world: Gazetteer) -> bool:
    """Whether a large city has this as its first name."""
    return any(world.size[e] >= LARGE_SIZE and world.names[e].lower() == low for e in entries)


_ARTICLE = {"oder": frozenset({"der", "die"}), "seine": frozenset({"der", "die"})}
"""German rivers that are words without their article."""
_NOWHERE: frozenset[str] = frozenset()
_ONLY_IN = {
    "oder": frozenset({"en", "pl", "cs", "de"}),
    "tuna": frozenset({"tr"}),
    "boğaz": frozenset({"tr"}),
    "nil": frozenset({"de", "fr", "tr", "nl", "sv"}),
    "rin": frozenset({"es"}),
    "tigre": frozenset({"fr", "es"}),
    "sena": frozenset({"es", "pt"}),
    "gales": frozenset({"es", "pt"}),
    "rona": _NOWHERE,
    "reunión": _NOWHERE,
    "maurice": frozenset({"fr"}),
    "brenner": frozenset({"de", "it"}),
    "adria": frozenset({"de"}),
    "المدينة": _NOWHERE,
    "平原": _NOWHERE,
}
"""Names that are words or people in other languages, or in all."""


def only_elsewhere(said: str, first: int, reading: Reading) -> bool:
    """Whether a name is a place only in other languages, or only behind its article: `oder` is `or`, `Seine` is `his`."""
    low = said.lower()
    if reading.language == "de" and low in _ARTICLE:
        return first == 0 or reading.token(first - 1).lower() not in _ARTICLE[low]
    return low in _ONLY_IN and reading.language not in _ONLY_IN[low]


_OPENERS = {
    "en": word_set(
        """hail reading mobile nice bath split cork derby orange lens tours male van batman bend flint surprise normal enterprise
        buffalo liberal commerce sale march hull limerick bury sandwich deal battle rugby eye rhyl wells ware diss"""
    ),
    "de": word_set("essen halle hagen main regen singen weiden hof lage gießen bergen husten hamm leer norden aue"),
    "fr": word_set("tours lens nice vienne sens brest orange grasse die foix vire"),
    "es": word_set("león toledo granada guía valle victoria gracias paz"),
    "tr": word_set("van ordu batman karşı bor of eski yeni genç"),
}
"""Words that are towns as well: at the head of a sentence, where all words have capitals, the words are meant."""


_CUT = re.compile(r"[?\ufffd](?:\s?[a-zß-öø-ÿçğışа-яё])")
_GERMAN_ARTICLE = frozenset({"den", "dem", "die", "der", "des", "das", "keine", "vielen", "hohen"})


def common_noun(low: str, first: int, end: int, reading: Reading) -> bool:
    """Whether a word has an article that no town has (`auf den Bergen`), or is only the head of a word that lost a letter."""
    if _CUT.match(reading.text, end):
        return True
    german = reading.language == "de" and low in _OPENERS["de"]
    return german and first > 0 and reading.token(first - 1).lower() in _GERMAN_ARTICLE


def opens_sentence(first: int, reading: Reading) -> bool:
    """Whether a token is the first of its sentence or line, where every word has a capital."""
    if first == 0 or reading.flags[first - 1] & ENDS:
        return True
    gap = reading.text[reading.ends[first - 1] : reading.starts[first]]
    return "\n" in gap or reading.text[reading.starts[first - 1]] in '“„«"‘(:—–-'


def opening_word(
    first: int, entries: NDArray[np.int64], reading: Reading, world: Gazetteer, *, whole: bool, sure: bool
) -> bool:
    """Whether a capital is only the sentence's (`Hail is rare`): an everyday word, or one in small letters elsewhere.

    `whole`: the recogniser calls it a place. `sure`: it is a country, a region or a large city."""
    if reading.language in CASELESS_LANGUAGES or not opens_sentence(first, reading):
        return False
    low = reading.token(first).lower()
    if whole:
        everyday = reading.language not in ("en", "pcm") and commonness(low, reading.language) >= EVERYDAY
        return everyday and not sure and not _own_name(low, entries, world)
    if low in _OPENERS.get(reading.language, _NOWHERE):
        return True
    return not _own_name(low, entries, world) and bool(re.search(rf"(?<!\w){re.escape(low)}(?!\w)", reading.text))


def _own_name(low: str, entries: NDArray[np.int64], world: Gazetteer) -> bool:
    return any(world.names[e].lower() == low for e in entries)


SHORT_STEM = 4
"""Letters of a Cyrillic name up to which its stem may be a word's: `Коро`, `корь`."""


def short_stem(said: str) -> bool:
    """Whether a Russian name is too short to be told from words by itself."""
    return len(said) <= SHORT_STEM and "\u0400" <= said[0] <= "\u04ff"


_THE = re.compile(r"(?:\b[Tt]he|\b[Dd](?:ie|er)(?:\s[a-zäöüß]+e)?)\s$")


def has_article(start: int, reading: Reading) -> bool:
    """Whether an article stands before a town, which towns have not: `the Orsk`, `die leere Orsk` is a ship or a team."""
    return reading.language in ("en", "de") and bool(_THE.search(reading.text, max(0, start - 20), start))


_BY_SUN = re.compile(r"(?:بحلول|قبيل|قبل|بعد|صلاة|أذان|وقت|عند|حتى)\s$")


_TORRENT = re.compile(r"\s(?!ال)[\u0621-\u064a]+ة(?![\u0621-\u064a])")


_TOWING = re.compile(r"(?:زورق|زوارق|سفن|سفينة|عملية|حبل)\s$")
_TOWED = re.compile(r"\s(?:ال)?(?:سفينة|ناقلة|سفن|مركب|زورق|قارب|حطام)")
"""Beside the Arabic for Qatar where it is towing."""


def arabic_word(said: str, start: int, reading: Reading) -> bool:
    """Whether the Arabic for Morocco is sunset here (`وبحلول المغرب`), that for Seoul torrents, that for Qatar towing."""
    if said == "المغرب":
        return bool(_BY_SUN.search(reading.text, max(0, start - 9), start))
    if said == "قطر":
        return bool(
            _TOWING.search(reading.text, max(0, start - 8), start) or _TOWED.match(reading.text, start + len(said))
        )
    return said == "سيول" and bool(_TORRENT.match(reading.text, start + len(said)))


_SHIPS = r"""
tanker|vessel|ship|freighter|ferry|carrier|trawler|frigate|destroyer|yacht|tug|cutter|barge|submarine|warship|steamer|schooner|mv|ss|hms|uss|
schiff\w{0,2}|frachter\w?|fähre|kutter\w?|dampfer\w?|massengut\w+|navire|cargo|pétrolier|vraquier|paquebot|chalutier|buque|petrolero|granelero|
carguero|pesquero|суд(?:но|на|ном|не)|корабл\w{1,2}|танкер\w{0,2}|балкер\w{0,2}|сухогруз\w{0,2}|паром\w{0,2}|теплоход\w{0,2}|траулер\w{0,2}|
gemisi|tankeri|feribotu|سفينة|السفينة|ناقلة|الناقلة|العبارة
"""
_SHIP_WORD = re.compile(re.sub(r"\n", "", _SHIPS), re.IGNORECASE)
_SHIP_BEFORE = re.compile(rf"(?<!\w)(?:{re.sub(chr(10), '', _SHIPS)})\s[«„“\"‘']?$", re.IGNORECASE)
_SHIP_AFTER = re.compile(
    r"[»”\"]?(?:\s(?:adlı|isimli)\s[^.\n]{0,18}(?:gemi|tanker|feribot|yük)|号(?:轮|货|油|渡|邮|客|船|舰)|”号|"
    r"['’](?:[uü]n|[ıi]n|n[uüıi]n)\s(?:pruva|gövde|güverte|mürettebat)|['’]s\s(?:bow|hull|stern|prow|deck)\b)"
)


def is_ship(start: int, end: int, text: str) -> bool:
    """Whether a name is introduced as a ship's: `the bulk carrier Orsk`, `балкер «Орск»`."""
    low = max(0, start - 20)
    before = _LETTERS.findall(text, low, start)
    if before and _ship_word(before[-1]) and _SHIP_BEFORE.search(text, low, start):
        return True
    return _SHIP_AFTER.match(text, end) is not None


_LETTERS = re.compile(r"\w+")


@lru_cache(maxsize=20_000)
def _ship_word(word: str) -> bool:
    return _SHIP_WORD.fullmatch(word) is not None


_HAN_KIND = re.compile("[市省县區区州岛島河江湖山镇鎮乡鄉村港湾灣路街机機大北南东東西中国國海站与和、及]")


def is_han(text: str) -> bool:
    """Whether a name is written in Chinese signs."""
    return "\u4e00" <= text[0] <= "\u9fff"


def han_kind(at: int, text: str) -> bool:
    """Whether a sign follows that says what kind of place a Chinese name is, or ties it to another."""
    return bool(_HAN_KIND.match(text, at))
