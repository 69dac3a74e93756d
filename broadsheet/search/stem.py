"""Stems of words in the language of their document, so that `ministers` finds `minister`; the same stems for both engines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache, lru_cache

import tantivy

from broadsheet.search.fold import LONGEST, fold

_LATIN = {
    "en": "english", "de": "german", "fr": "french", "es": "spanish", "it": "italian", "pt": "portuguese", "nl": "dutch",
    "sv": "swedish", "no": "norwegian", "da": "danish", "fi": "finnish", "hu": "hungarian", "ro": "romanian", "tr": "turkish",
}  # fmt: skip
LANGUAGES = {**_LATIN, "ru": "russian", "el": "greek"}
"""Languages with a Snowball stemmer, by ISO 639-1 code; Arabic has one of ours."""

# Arabic: only what Larkey's light stemming takes off with the article, and common endings; folded letters. Snowball also
# takes a leading waw off, so that `الوزراء` and `وزراء` part ways.
_ARTICLES = ("وال", "بال", "كال", "فال", "ال", "لل")
_ENDINGS = ("ها", "ان", "ات", "ون", "ين", "يه", "ه", "ي")

_SAME = {"nb": "no", "nn": "no"}
_SHORTEST = 3
"""Characters of a word worth stemming."""


@cache
def _analyzer(language: str) -> tantivy.TextAnalyzer:
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace())
    return builder.filter(tantivy.Filter.stemmer(LANGUAGES[language])).build()


def _worth(word: str) -> bool:
    return _SHORTEST <= len(word) <= LONGEST and not word[0].isdigit()


def stems(words: Iterable[str], language: str | None) -> list[str]:
    """The stems of a document's words, as they are written, each marked with the language: `en.minist`."""
    code = _known(language)
    if code is None:
        return []
    worth = [word for word in words if _worth(word)]
    if code == "ar":
        return [marked for word in worth if (marked := _marked("ar", _arabic(word)))]
    found = _analyzer(code).analyze(" ".join(worth).lower())
    return [marked for stem in found if (marked := _marked(code, stem))]


@lru_cache(maxsize=200_000)
def _marked(code: str, stem: str) -> str:
    folded = fold(stem)
    return f"{code}.{folded}" if folded else ""


def _known(language: str | None) -> str | None:
    code = (language or "").lower().replace("_", "-").split("-")[0]
    code = _SAME.get(code, code)
    return code if code in LANGUAGES or code == "ar" else None


@lru_cache(maxsize=50_000)
def _arabic(word: str) -> str:
    stem = fold(word)
    for article in _ARTICLES:
        if stem.startswith(article) and len(stem) >= len(article) + _SHORTEST:
            stem = stem.removeprefix(article)
            break
    for ending in _ENDINGS:
        if stem.endswith(ending) and len(stem) >= len(ending) + _SHORTEST:
            return stem.removesuffix(ending)
    return stem


@lru_cache(maxsize=10_000)
def stem_terms(word: str) -> tuple[str, ...]:
    """What a query's word may be stemmed to, in every language that is written in its script."""
    if not _worth(word):
        return ()
    return tuple(stem for code in _languages(word.lower()) for stem in stems([word], code))


def _languages(word: str) -> Sequence[str]:
    if any("\u0400" <= letter <= "\u04ff" for letter in word):
        return ("ru",)
    if any("\u0600" <= letter <= "\u06ff" for letter in word):
        return ("ar",)
    if any("\u0370" <= letter <= "\u03ff" for letter in word):
        return ("el",)
    if any(letter <= "\u024f" for letter in word):
        return tuple(_LATIN)
    return ()
