"""`broadsheet duplicates`: rows in, pairs out."""

from __future__ import annotations

from processors.deduplicate.filter import duplicates_rows, moment_of
from tests.processors.deduplicate.prose_maker import article, house_edit, text


def row(id: object, body: str | None, **more: object) -> dict[str, object]:
    return {"id": id, "title": None, "text": body, "date": None, "source": None, "url": None, **more}


def test_copies_are_pairs_and_others_are_not() -> None:
    rows: list[dict[str, object]] = [
        row("a", text(article(1)), date="2026-11-02"),
        row("b", text(house_edit(article(1), 1)), date="2026-11-01", url="https://b.test/1"),
        row("c", text(article(2))),
        row(4, text(article(2)), source="Daily"),
        row("e", None, date="no date", url="not an address"),
        {"id": "f"},
    ]
    found = {(pair["a"], pair["b"]): pair for pair in duplicates_rows(rows)}
    assert set(found) == {("b", "a"), ("c", 4)}
    assert found["c", 4]["score"] == 1.0
    assert found["b", "a"]["kind"] == "wire-copy-of"


def test_one_address_is_one_article_whatever_its_text() -> None:
    rows = [
        row(1, text(article(1)), url="https://a.test/x?utm_source=feed"),
        row(2, text(article(2)), url="https://A.test/x#top"),
    ]
    assert [pair["kind"] for pair in duplicates_rows(rows)] == ["same-url"]


def test_shared_furniture_makes_no_pairs() -> None:
    furniture = text(
        [f"Our rule number {n} says that readers of this paper may write to its editors." for n in range(30)]
    )
    rows = [row(n, f"{text(article(n + 1, 5))}\n\n{furniture}", source="one.test") for n in range(12)]
    assert list(duplicates_rows(rows)) == []


def test_all_pairs_of_a_large_group_are_given() -> None:
    assert len(list(duplicates_rows(row(n, text(article(1))) for n in range(40)))) == 40 * 39 // 2
    assert list(duplicates_rows([])) == []


def test_dates_are_read_or_left_out() -> None:
    assert moment_of("2026-11-02T10:00+03:00") == moment_of("2026-11-02T07:00Z")
    assert moment_of("yesterday") is None
    assert moment_of("0001-01-01T00:00+14:00") is None
    assert moment_of(None) is None
