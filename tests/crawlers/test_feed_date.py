"""Dates as feeds write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.feed_date import iso


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Thu, 26 Nov 2026 10:00:00 GMT", "2026-11-26T10:00:00+00:00"),
        ("Thu, 26 Nov 2026 10:00:00 +0530", "2026-11-26T10:00:00+05:30"),
        ("Thu, 26 Nov 2026 10:00:00 -0000", "2026-11-26T10:00:00"),  # RFC 5322: zone not known
        ("Thu, 26 Nov 26 10:00 EST", "2026-11-26T10:00:00-05:00"),
        ("Thu, 26 Nov 2026 10:00:00 IST", "2026-11-26T10:00:00"),  # India, Israel or Ireland
        ("Thu, 26 Nov 2026 10:00:00 GMT+0300", "2026-11-26T10:00:00+03:00"),
        ("2026-11-25T10:00:00Z", "2026-11-25T10:00:00+00:00"),
        ("2026-11-25T10:00:00.123456+03:00", "2026-11-25T10:00:00+03:00"),
        ("2026-11-25 10:00:00", "2026-11-25T10:00:00"),
        ("2026-11-25", "2026-11-25"),
        ("2026-11", "2026-11"),
        ("2026", "2026"),
        ("20261125T101500Z", "2026-11-25T10:15:00+00:00"),
        ("jeu., 26 nov. 2026 09:30:00 +0100", "2026-11-26T09:30:00+01:00"),
        ("26 ноября 2026, 10:15", "2026-11-26T10:15:00"),
        ("2026年11月25日 10:00", "2026-11-25T10:00:00"),
        ("November 25, 2026 10:00 PM", "2026-11-25T22:00:00"),
        ("Wed Nov 25 10:00:00 UTC 2026", "2026-11-25T10:00:00+00:00"),
        ("25.11.2026 10:00", "2026-11-25T10:00:00"),
        ("11/10/2026", None),  # October or November
        ("1764151200", "2025-11-26T10:00:00+00:00"),
        ("Thu, 26 Nov 2026 24:00:00 +0000", "2026-11-27T00:00:00+00:00"),
        ("1246-05-01", "1246-05-01"),
        ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59+00:00"),
        ("Fri, 31 Feb 2026 10:00:00 GMT", None),
        ("yesterday", None),
        ("", None),
        (None, None),
    ],
)
def test_forms(text: str | None, expected: str | None) -> None:
    assert iso(text) == expected


@given(st.text(max_size=60))
def test_no_text_is_too_much(text: str) -> None:
    found = iso(text)
    assert found is None or isinstance(found, str)
