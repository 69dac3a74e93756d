"""Sentences written down by us with names put in, for languages that have few rows or none to learn from."""

from __future__ import annotations

import json
import lzma
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.enrich.russian import CASES, Russian

TEMPLATES = Path(__file__).parent / "templates.txt"
SLOT = re.compile(r"\{([PFLCO])([1-6])?\}|[\[\]<>]")
TYPES = {"P": "PER", "F": "PER", "L": "LOC", "C": "LOC", "O": "ORG"}
TIMES = {"fr": 12, "es": 10, "it": 12, "pl": 12, "ar": 12, "zh": 14, "tr": 12, "ru": 12}
"""How often each sentence is filled."""
FAKED = {
    "ar": "ar_AA",
    "da": "da_DK",
    "de": "de_DE",
    "en": "en_US",
    "es": "es_ES",
    "fa": "fa_IR",
    "fr": "fr_FR",
    "id": "id_ID",
    "it": "it_IT",
    "ja": "ja_JP",
    "nl": "nl_NL",
    "pl": "pl_PL",
    "pt": "pt_BR",
    "ru": "ru_RU",
    "sv": "sv_SE",
    "tr": "tr_TR",
    "zh": "zh_CN",
}
SHARE_FAKED = 0.6
"""People made of given and family names of the language; the others are of Wikidata."""


def templates() -> dict[str, list[str]]:
    """Sentences by language."""
    found: dict[str, list[str]] = defaultdict(list)
    code = ""
    for line in TEMPLATES.read_text(encoding="utf-8").splitlines():
        if line.startswith("@"):
            code = line[1:]
        elif line and not line.startswith("#"):
            found[code].append(line)
    return found


def names(shared: Path) -> dict[tuple[str, str], list[str]]:
    """Wikidata's labels (CC0) by language and type."""
    stock: dict[tuple[str, str], list[str]] = defaultdict(list)
    with lzma.open(shared / "names.jsonl.xz", "rt", encoding="utf-8") as lines:
        for line in lines:
            group = json.loads(line)
            for entry in group["names"]:
                name = re.sub(r"\s*[(（].*?[)）]", "", entry["name"]).strip()
                if entry["kind"] == "label" and entry["lang"] in FAKED and name[:1].isalpha() and not name[0].islower():
                    stock[entry["lang"], group["type"]].append(name)
    return stock


def countries(code: str) -> list[str]:
    from babel import Locale

    return [
        name for key, name in Locale(code).territories.items() if len(key) == 2 and key not in ("EU", "EZ", "UN", "ZZ")
    ]


def organisations(code: str) -> list[str]:
    lines = (Path(__file__).parent / "organisations.txt").read_text(encoding="utf-8").splitlines()
    return [n.strip() for line in lines if line.startswith(f"{code}:") for n in line.split(":", 1)[1].split(";")]


class Filler:
    """Names of one language."""

    def __init__(
        self, code: str, stock: dict[tuple[str, str], list[str]], rng: np.random.Generator, russian: Russian | None
    ) -> None:
        from faker import Faker

        self.code, self.rng, self.stock, self.russian = code, rng, stock, russian
        self.fake = Faker(FAKED[code])
        self.fake.seed_instance(int(rng.integers(1 << 30)))
        self.countries, self.organisations = countries(code), organisations(code)

    def pick(self, choice: list[str]) -> str:
        return choice[int(self.rng.integers(len(choice)))]

    def person(self) -> str:
        if self.rng.random() > SHARE_FAKED:
            return self.pick(self.stock[self.code, "PER"])
        given, family = self.fake.first_name(), self.fake.last_name()
        return f"{family}{given}" if self.code == "zh" else f"{given} {family}"

    def inflected(self, slot: str, case: str) -> str:
        assert self.russian is not None
        words = self.russian.words
        if slot == "L":
            return self.pick(words["Geox", case, "sing", ""])
        gender = self.pick(["masc", "femn"])
        family = self.pick(words["Surn", case, "sing", gender])
        return family if slot == "F" else f"{self.pick(words['Name', case, 'sing', gender])} {family}"

    def name(self, slot: str, case: str | None) -> str:
        if case and self.russian:
            return self.inflected(slot, CASES[int(case) - 1])
        if slot in "PF":
            name = self.person()
            if slot == "P":
                return name
            return re.split("[ ·]", name)[-1] if self.code != "zh" or "·" in name else name[0]
        if slot == "C":
            return self.pick(self.countries)
        if slot == "O" and self.organisations and self.rng.random() < 0.5:
            return self.pick(self.organisations)
        return self.pick(self.stock[self.code, TYPES[slot]])


def filled(sentence: str, filler: Filler) -> tuple[str, list[dict[str, Any]]]:
    """The sentence with names in its slots, and where they are; a bracket is one name, whatever is named inside."""
    text, entities, at, opened = "", [], 0, -1
    for slot in SLOT.finditer(sentence):
        text += sentence[at : slot.start()]
        at = slot.end()
        if slot[0] in "[<":
            opened = len(text)
        elif slot[0] in "]>":
            entities.append({"start": opened, "end": len(text), "type": "ORG" if slot[0] == "]" else "LOC"})
            opened = -1
        else:
            name = filler.name(slot[1], slot[2])
            if opened < 0:
                entities.append({"start": len(text), "end": len(text) + len(name), "type": TYPES[slot[1]]})
            text += name
    return text + sentence[at:], entities


def written_rows(shared: Path, seed: int, russian: Russian | None) -> Iterator[dict[str, Any]]:
    """Rows like those of the entity sets."""
    rng = np.random.default_rng(seed)
    stock = names(shared)
    for code, sentences in templates().items():
        filler = Filler(code, stock, rng, russian)
        for time in range(TIMES[code]):
            for number, sentence in enumerate(sentences):
                text, entities = filled(sentence, filler)
                row = {"id": f"written-{code}-{number}-{time}", "lang": code, "set": "written", "text": text}
                yield row | {"licence": "ours", "use": "train", "entities": entities}
