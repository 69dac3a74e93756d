"""Whom only a caption names is named; what the text names already is not named twice."""

from __future__ import annotations

from datetime import UTC, datetime

from broadsheet.model import Article, Claims, Image
from processors.enrich import enrich

NOW = datetime(2026, 11, 25, tzinfo=UTC)
TEXT = (
    "The Turkish president, Recep Tayyip Erdogan, spoke in Ankara on Monday. He said that the talks would go on.\n\n"
    "The ministers meet again on Friday, Erdogan added."
)


def captioned(caption: str | None) -> Article:
    return enrich(
        Article(
            id=1,
            url="https://herald.example/1",
            source="herald",
            host="herald.example",
            fetched=NOW,
            first_seen=NOW,
            claims=Claims(source="herald"),
            text=TEXT,
            image=Image(caption=caption),
        )
    )


def test_who_stands_only_in_the_caption_is_named_with_offsets_of_its_own() -> None:
    caption = "Turkish Defense Minister Hulusi Akar with Mr Erdogan in Hatay, and again in Ankara."
    found = captioned(caption)
    added = [one for one in found.entities if one.part == "caption"]
    assert [(one.name, one.type) for one in added] == [("Hulusi Akar", "PER"), ("Hatay", "LOC")]
    assert [caption[one.start : one.end] for one in added] == ["Hulusi Akar", "Hatay"]
    assert [caption[p.start : p.end] for p in found.places if p.part == "caption"] == ["Hatay"]
    assert all(one.entity for one in added)


def test_the_text_is_read_the_same_with_and_without_a_caption() -> None:
    with_one, without = captioned("Hulusi Akar in Hatay."), captioned(None)
    assert [e for e in with_one.entities if e.part == "text"] == list(without.entities)
    assert [p for p in with_one.places if p.part == "text"] == list(without.places)
    assert (with_one.quotes, with_one.numbers, with_one.summary) == (without.quotes, without.numbers, without.summary)
