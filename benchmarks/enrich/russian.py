"""Russian names in the place of others of the same kind, case, number and gender: few rows, many forms.

Needs pymorphy3==2.0.6 and pymorphy3-dicts-ru==2.4.417150.4580142 (MIT; OpenCorpora's dictionary, CC BY-SA 3.0).
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np

KINDS = {"PER": ("Surn", "Name", "Patr"), "LOC": ("Geox",)}
CASES = ("nomn", "gent", "datv", "accs", "ablt", "loct")
UNWANTED = {"Abbr", "Arch", "Infr"}
MOST = 1500
"""Words kept of one kind, case, number and gender."""
READINGS = 4

Form = tuple[str, str, str, str]


def form_of(tag: Any, kinds: tuple[str, ...]) -> Form | None:
    """Kind of name, case, number and gender; None for what is no name of these kinds."""
    kind = next((kind for kind in kinds if kind in tag), None)
    if kind is None or str(tag.case) not in CASES or any(mark in tag for mark in UNWANTED):
        return None
    if kind == "Geox":
        return kind, str(tag.case), str(tag.number), ""
    return (kind, str(tag.case), "sing", str(tag.gender)) if tag.number == "sing" else None


class Russian:
    """Forms of names by kind, case, number and gender."""

    def __init__(self, seed: int) -> None:
        import pymorphy3

        self.analyser = pymorphy3.MorphAnalyzer()
        every: dict[Form, set[str]] = defaultdict(set)
        kinds = (*KINDS["PER"], *KINDS["LOC"])
        for word, tag, *_ in self.analyser.dictionary.iter_known_words():
            form = form_of(tag, kinds)
            if form:
                every[form].add(word)
        rng = np.random.default_rng(seed)
        self.words: dict[Form, list[str]] = {}
        for form, words in every.items():
            ordered = sorted(words)
            kept = [ordered[i] for i in rng.permutation(len(ordered))[:MOST]]
            self.words[form] = [word[0].upper() + word[1:] for word in kept]
        self._known: dict[tuple[str, str], Form | None] = {}

    def form(self, word: str, kind: str) -> Form | None:
        """The likeliest form of a word that is part of a person's or place's name."""
        if (word, kind) not in self._known:
            forms = (
                form_of(reading.tag, KINDS[kind])
                for reading in self.analyser.parse(word)[:READINGS]
                if kind in KINDS and len(word) > 2 and word[0].isupper()
            )
            self._known[word, kind] = next((form for form in forms if form in self.words), None)
        return self._known[word, kind]
