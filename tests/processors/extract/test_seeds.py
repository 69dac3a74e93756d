# ruff: noqa: E501
"""The five seed texts: every segment of furniture leaves, every anchor stays, every field is as expected."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from processors.extract.row import extract_row

SEEDS = Path(__file__).parents[4] / "shared" / "seeds"
NAMES = (
    "000_786da97c799f3c6e.txt", "001_543bb76ff65f957a.txt", "002_144bcb0af46da3c6.txt", "003_cfff4d70fc50ad02.txt", "004_7048f16d73eb26be.txt",
)  # fmt: skip

pytestmark = [pytest.mark.shared, pytest.mark.skipif(not SEEDS.exists(), reason="needs the seeds beside the checkout")]


@cache
def expected() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((SEEDS / "expected.json").read_text())
    return found


@cache
def answer(name: str) -> dict[str, Any]:
    return extract_row({"id": name, "text": (SEEDS / name).read_text(encoding="utf-8")})


@pytest.mark.parametrize("name", NAMES)
def test_furniture_leaves_and_the_body_stays(name: str) -> None:
    text, want = answer(name)["text"], expected()[name]
    lines = text.split("\n")
    kept = [part for part in want["boilerplate"] if part.strip("\n") in (lines if part.endswith("\n") else text)]
    assert kept == []
    assert [part for part in want["body"] if part not in text] == []


@pytest.mark.parametrize("name", NAMES)
def test_the_fields_are_as_expected(name: str) -> None:
    got, want = answer(name), expected()[name]
    image = got["image"] or {}
    assert got["title"] == want["title"]
    assert got["agency"] == want.get("agency")
    assert got["dateline"] == want.get("dateline")
    assert image.get("credit") == want.get("credit")
    if "caption" in want:
        assert image["caption"] == want["caption"]


@pytest.mark.parametrize("name", NAMES)
def test_dates_are_the_pages_own_or_unknown(name: str) -> None:
    got, want = answer(name), expected()[name]["date"]
    assert got["date"] == want.get("published", want.get("updated"))
    assert got["updated"] == want.get("updated")
    believed = [entry["date"][:10] for entry in got["dates"] if entry["confidence"] > 0]
    assert not set(believed) & set(want.get("never", ()))


def test_an_ambiguous_zone_is_left_open_with_its_reason() -> None:
    entry = next(entry for entry in answer(NAMES[1])["dates"] if entry["kind"] == "updated")
    assert "ambiguous" in entry["zone"]


def test_the_damaged_name_is_repaired_and_the_raw_text_kept() -> None:
    got, want = answer(NAMES[2]), expected()[NAMES[2]]["repair"]
    assert [(each["raw"], each["to"]) for each in got["repairs"]] == [(want["raw"], want["to"])]
    assert want["to"] in got["text"]
    assert want["raw"] not in got["text"]
    assert any(want["raw"] in block["text"] for block in got["blocks"])
