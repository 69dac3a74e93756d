"""Every person and organisation that the news world knows of is found, and all forms of a name in an article are one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from broadsheet.world.prose import Telling, load_events
from processors.enrich import enrich_row

Row = dict[str, Any]


@pytest.fixture(scope="module")
def read() -> list[tuple[Telling, str, list[Row]]]:
    """Every telling with its text and the names found in it."""
    tellings = [telling for event in load_events() for telling in event.tellings]
    texts = ["\n\n".join(telling.paragraphs) for telling in tellings]
    return [
        (telling, text, enrich_row({"text": text, "title": telling.title})["entities"])
        for telling, text in zip(tellings, texts, strict=True)
    ]


def places(text: str, form: str) -> Iterator[tuple[int, int]]:
    at = text.find(form)
    while at >= 0:
        yield at, at + len(form)
        at = text.find(form, at + 1)


def over(found: Sequence[Row], kind: str, text: str, form: str) -> list[Row]:
    spans = list(places(text, form))
    return [e for e in found if e["type"] == kind and any(e["start"] < b and a < e["end"] for a, b in spans)]


def test_people_and_organisations_are_found(read: list[tuple[Telling, str, list[Row]]]) -> None:
    missed, all_ = [], 0
    for telling, text, found in read:
        for kind, those in (("PER", telling.people), ("ORG", telling.organisations)):
            for one in those:
                for form in (one.name, *one.forms):
                    all_ += 1
                    missed += [] if over(found, kind, text, form) else [form]
    assert all_ > 450
    assert missed == []


def test_all_forms_of_a_name_are_one(read: list[tuple[Telling, str, list[Row]]]) -> None:
    parted = []
    for telling, text, found in read:
        for person in telling.people:
            whole = {e["entity"] for form in (person.name, *person.forms) for e in over(found, "PER", text, form)}
            if len(whole) > 1:
                parted.append((person.name, whole))
    assert parted == []


def test_two_people_of_an_article_are_two(read: list[tuple[Telling, str, list[Row]]]) -> None:
    for telling, text, found in read:
        ids = [next((e["entity"] for e in over(found, "PER", text, p.name)), None) for p in telling.people]
        known = [id for id in ids if id]
        assert len(set(known)) == len(known), (telling.title, ids)
