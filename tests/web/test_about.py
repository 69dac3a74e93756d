"""Whose work is in the service is said on its page."""

from __future__ import annotations

from broadsheet.settings import ROOT
from broadsheet.web.pages import attributions


def test_every_card_of_a_model_or_table_is_on_the_page() -> None:
    shown = dict(attributions())
    cards = {str(path.relative_to(ROOT)) for path in (ROOT / "processors").rglob("*.md")}
    assert cards
    assert cards < set(shown)
    assert "GeoNames" in shown["NOTICE"]
