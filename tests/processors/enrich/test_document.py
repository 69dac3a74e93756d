import pytest

from processors.enrich.document import TOKEN, tokenised
from processors.enrich.language import LanguageColumn
from processors.enrich.lists import FoldColumn
from processors.enrich.models import path_of
from processors.enrich.words import PLAIN_WORD, UNUSUAL, WORD, Numbers, Vocabulary

TEXTS = [
    "",
    " \n\t ",
    "Mr. O'Neil paid $1,200.50 (12%) in São Paulo_2\u2003on 3 May\u3000…",
    "e\u0301te\u0301 и\u0306од क्षत्रिय 가나다 ภาษาไทย",
    "习近平在北京说：“你好”。カタカナABC日本",
    "a\u200cb\u200dc \u064bالعربية\u0651 ١٢٣ \U0001f600\U00010330\U00020000x",
    "x" * 95 + "_" + "é" * 41 + "\ud800\x00",
]


@pytest.mark.parametrize("text", TEXTS)
def test_tokens_stand_where_the_pattern_finds_them(text: str) -> None:
    tokens, starts, ends = tokenised(text)
    found = [piece.span() for piece in TOKEN.finditer(text)]
    assert list(zip(starts.tolist(), ends.tolist(), strict=True)) == found
    assert tokens == [text[start:end] for start, end in found]


@pytest.mark.parametrize("text", [text for text in TEXTS if not UNUSUAL.search(text)])
def test_the_plain_pattern_reads_usual_texts_like_the_full_one(text: str) -> None:
    assert PLAIN_WORD.findall(text) == WORD.findall(text)


def test_columns_are_filled_when_asked_for_and_forgotten_together() -> None:
    path = path_of("language.npz")
    assert path
    vocabulary = Vocabulary({"fold": FoldColumn(), "language": LanguageColumn(path)}, most=5)
    words = ["the", "Minister", "said", "the", "Straße"]
    ids = vocabulary.ids(words)
    assert ids.tolist() == [0, 1, 2, 0, 3]
    late = vocabulary.rows("language", ids[2:])
    assert (vocabulary.rows("language", ids)[2:] == late).all()
    folds = vocabulary.rows("fold", ids)
    vocabulary.ids([f"word{n}" for n in range(9)])
    assert vocabulary.ids(["Straße", "said"]).tolist() == [0, 1]
    assert (vocabulary.rows("fold", vocabulary.ids(["Straße", "said"])) == folds[[4, 2]]).all()


def test_numbers_count_up() -> None:
    numbers = Numbers()
    assert [numbers[word] for word in "abac"] == [0, 1, 0, 2]
