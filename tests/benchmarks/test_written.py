import re
from typing import cast

import pytest

from benchmarks.enrich.written import SLOT, TIMES, Filler, filled, templates


@pytest.mark.parametrize("language", sorted(TIMES))
def test_every_sentence_can_be_filled(language: str) -> None:
    sentences = templates()[language]
    assert len(sentences) >= 10
    for sentence in sentences:
        assert sentence.count("[") == sentence.count("]")
        assert sentence.count("<") == sentence.count(">")
        assert not re.search(r"[{}\[\]<>]", SLOT.sub("", sentence)), sentence


def test_a_bracket_is_one_name() -> None:
    text, entities = filled("Le [Sénat] siège à <Paris>.", cast(Filler, None))
    assert text == "Le Sénat siège à Paris."
    assert [(text[e["start"] : e["end"]], e["type"]) for e in entities] == [("Sénat", "ORG"), ("Paris", "LOC")]
