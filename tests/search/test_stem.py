"""Other forms of a word are found in the language of the document."""

from __future__ import annotations

import pytest

from broadsheet.search.fold import cut
from broadsheet.search.stem import LANGUAGES, stem_terms, stems

FORMS = [
    ("en", "ministers", "minister"),
    ("de", "Häuser", "Haus"),
    ("fr", "élections", "election"),
    ("es", "niños", "niño"),
    ("ru", "министрами", "министр"),
    ("tr", "görüşmeler", "görüşme"),
    ("ar", "الوزراء", "وزراء"),
    ("pt-BR", "ministros", "ministro"),
    ("ar", "والمدرسة", "مدرسه"),
    ("ar", "كِتَابَهَا", "كتاب"),
    ("nb", "husene", "hus"),
]


@pytest.mark.parametrize(("language", "there", "asked"), FORMS)
def test_a_form_is_found_by_another(language: str, there: str, asked: str) -> None:
    assert set(stems(cut(there), language)) & set(stem_terms(asked))


def test_stems_do_not_cross_languages() -> None:
    assert stems(["minister"], "en") == ["en.minist"]
    assert not set(stems(["министр"], "ru")) & set(stem_terms("minister"))


def test_languages_without_a_stemmer_and_short_words_have_no_stems() -> None:
    assert stems(["北京"], "zh") == stems(["word"], None) == stems(["word"], "xx-YY") == []
    assert stem_terms("us") == stem_terms("2026") == stem_terms("北京大") == ()


def test_every_language_named_has_its_stemmer() -> None:
    assert all(stems(["politika"], code) for code in LANGUAGES)
