"""Place and agency at the head of a report, in the forms the languages have for them."""

from __future__ import annotations

import pytest

from processors.extract.dateline import lead_of

REST = "The ferry to the island will run again from the first of the month, the harbour office said."


@pytest.mark.parametrize(
    ("head", "place", "agency"),
    [
        ("MOSCOW: ", "MOSCOW", None),
        ("ALANYA, Turkey (Reuters) - ", "ALANYA, Turkey", "Reuters"),
        ("BREMEN (Nordkontor) - ", "BREMEN", "Nordkontor"),
        ("BREMEN (dpa) — ", "BREMEN", "dpa"),
        ("FRANKFURT (ODER) - ", "FRANKFURT (ODER)", None),
        ("HALLE (Saale) - ", "HALLE (Saale)", None),
        ("FRANKFURT (ODER) (dpa) - ", "FRANKFURT (ODER)", "dpa"),
        ("LONDON (Ontario) - ", "LONDON (Ontario)", None),
        ("PARIS (AFP) – ", "PARIS", "AFP"),
        ("The mayor (Ines Aldana) - ", None, None),
        ("UPDATE: ", None, None),
        ("", None, None),
    ],
)
def test_a_report_opens_with_its_place_and_agency(head: str, place: str | None, agency: str | None) -> None:
    lead = lead_of(head + REST)
    assert (lead.place if lead else None, lead.agency if lead else None) == (place, agency)
    assert lead is None or (head + REST)[lead.length :] == REST
