"""Damage is mended only where the document knows the one right spelling."""

import pytest

from processors.strip.repair import mend, repairs_of


def mended(text: str) -> str:
    return mend(text, 0, repairs_of(text))


@pytest.mark.parametrize(
    ("text", "right"),
    [
        (
            "Mevlut Cavusoglu said. “It is good,” Çavu?o?lu told them.",
            "Mevlut Cavusoglu said. “It is good,” Çavuşoğlu told them.",
        ),
        ("Lech Wałęsa came. Later Wa??sa left.", "Lech Wałęsa came. Later Wałęsa left."),
        ("Erdoğan spoke; Erdo?an left.", "Erdoğan spoke; Erdoğan left."),
        ("The cafÃ© in MÃ¼nchen was closed.", "The café in München was closed."),
    ],
)
def test_the_documents_own_spelling_mends_a_word(text: str, right: str) -> None:
    assert mended(text) == right


@pytest.mark.parametrize(
    "text",
    [
        "What?Nobody knew. What? Nobody knew.",
        "Erdogan spoke. Erdo?an left.",  # no letter says which alphabet
        "See https://example.org/page?id=7 and search?query now",
        "Is it so?really",
        "Ça va? Oui.",
    ],
)
def test_a_question_mark_that_is_one_is_never_touched(text: str) -> None:
    assert mended(text) == text


def test_two_supported_spellings_change_nothing() -> None:
    text = "Kaşı and Kağı met. Ka?ı left."
    assert mended(text) == text


def test_a_repair_says_what_it_did() -> None:
    (repair,) = repairs_of("Cavusoglu or Çavu?o?lu")
    assert (repair.raw, repair.to, repair.method) == ("Çavu?o?lu", "Çavuşoğlu", "lost letters")
    assert "Cavusoglu" in repair.evidence
