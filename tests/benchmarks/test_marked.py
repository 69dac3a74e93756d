import re
from pathlib import Path

import pytest

from benchmarks.enrich.marked import FOLDER, documents, marked_rows, unmarked


def test_a_document_is_read_whole_and_line_by_line(tmp_path: Path) -> None:
    (tmp_path / "ru-news.txt").write_text(
        "# a comment\n{L Казань}: {P Анна Белова} из {O «Зари»}.\nВ {? Пулкове} тихо.\n\nБез имён.\n", encoding="utf-8"
    )
    rows = list(marked_rows(tmp_path))
    assert [row["text"] for row in rows] == [
        "Казань: Анна Белова из «Зари».\nВ Пулкове тихо.",
        "Казань: Анна Белова из «Зари».",
        "В Пулкове тихо.",
        "Без имён.",
    ]
    whole = rows[0]
    assert [(whole["text"][e["start"] : e["end"]], e["type"]) for e in whole["entities"]] == [
        ("Казань", "LOC"),
        ("Анна Белова", "PER"),
        ("«Зари»", "ORG"),
    ]
    assert [whole["text"][e["start"] : e["end"]] for e in whole["ignore"]] == ["Пулкове"]
    assert {row["lang"] for row in rows} == {"ru"}
    assert len({row["id"] for row in rows}) == len(rows)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{X Anna}", "ru-news.txt:7: {X Anna}: a mark begins with P, L, O or ?"),
        ("{P  Anna}", "ru-news.txt:7: {P  Anna}: a mark encloses exactly the name"),
        ("{P }", "ru-news.txt:7: {P }: a mark encloses exactly the name"),
        ("{P Anna} {P Vera", "ru-news.txt:7: '{' belongs to no mark"),
        ("[1] {P Anna}", "ru-news.txt:7: '[' belongs to no mark"),
    ],
)
def test_a_wrong_mark_is_named(line: str, told: str) -> None:
    with pytest.raises(ValueError, match=re.escape(told)):
        unmarked(Path("ru-news.txt"), 7, line)


def test_what_we_wrote_is_marked_rightly() -> None:
    for path in FOLDER.glob("*.txt"):
        for lines in documents(path):
            for number, line in lines:
                unmarked(path, number, line)
