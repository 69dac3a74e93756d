"""Names are whole and consistent within a text."""

from __future__ import annotations

import pytest

from processors.enrich.document import read, reader
from processors.enrich.entities import entities


def test_a_surname_is_known_again_alone_and_not_within_other_names() -> None:
    text = "Kitapçı Elif Meriçli tezgâhını taşıdı. Çorlulu imza topluyor; Meriçli de. Ailede Meriçli-Demir kuralı var."
    found = [e for e in entities(read(text, "tr"), reader()) if "Meriçli" in e.text]
    assert [(e.text, e.name) for e in found[:2]] == [("Elif Meriçli", "Elif Meriçli"), ("Meriçli", "Elif Meriçli")]
    assert "Meriçli" not in [e.text for e in found[2:]]


@pytest.mark.parametrize("lost", ["?", "\ufffd"])
def test_a_name_goes_on_over_lost_letters(lost: str) -> None:
    text = f"Turkish Foreign Minister Mevlüt Çavu{lost}o{lost}lu said so. Was it Lavrov? Yes, said Sergei Lavrov?"
    found = {e.text for e in entities(read(text, "en"), reader()) if e.type == "PER"}
    assert f"Mevlüt Çavu{lost}o{lost}lu" in found
    assert {"Lavrov", "Sergei Lavrov"} <= found
