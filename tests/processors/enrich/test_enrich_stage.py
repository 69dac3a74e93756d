import random
from pathlib import Path

import pytest

from processors.enrich import enrich_row, names_rows

SEEDS = Path(__file__).parents[3].parent / "shared" / "seeds"

TEXT = """ALANYA, Turkey — Russian Foreign Minister Sergei Lavrov met his Turkish counterpart Mevlut Cavusoglu on Thursday.

"We have agreed that a cease-fire is needed in Syria," Lavrov said. At least 1,200 people were killed in Aleppo last week.

The talks cost $3.5 million, he said in Moscow. Inflation in Turkey rose to 12 percent."""


def test_a_report_is_read() -> None:
    found = enrich_row({"id": "a", "text": TEXT})
    assert found["id"] == "a"
    assert found["language"] == "en"
    names = {(e["name"], e["type"]) for e in found["entities"]}
    assert {("Sergei Lavrov", "PER"), ("Mevlut Cavusoglu", "PER")} <= names
    assert {"Alanya", "Moscow", "Aleppo", "Syria"} <= {p["name"] for p in found["places"]}
    assert [q["speaker"]["name"] for q in found["quotes"]] == ["Sergei Lavrov"]
    assert {("1,200", "casualties"), ("$3.5 million", "money"), ("12 percent", "percent")} <= {
        (n["text"], n["kind"]) for n in found["numbers"]
    }
    assert found["topics"]
    assert found["keywords"]
    assert found["summary"] in TEXT or all(part in TEXT for part in found["summary"].split(". "))


def test_offsets_are_those_of_the_text() -> None:
    found = enrich_row({"text": TEXT})
    for entity in found["entities"]:
        assert TEXT[entity["start"] : entity["end"]] == entity["text"]
    for number in found["numbers"]:
        assert TEXT[number["start"] : number["end"]] == number["text"]


def test_given_spans_are_resolved_and_no_others() -> None:
    text = "They met in Paris, Texas, and not in London."
    found = enrich_row({"text": text, "spans": [[12, 17]]})
    assert [(p["start"], p["end"]) for p in found["places"]] == [(12, 17)]


def test_what_stands_beside_a_name_tells_which_place_it_is() -> None:
    text = "They met in Paris, Texas, and then in Dallas."
    places = enrich_row({"text": text, "spans": [[12, 17], [19, 24], [38, 44]]})["places"]
    assert places[0]["lat"] == pytest.approx(33.66, abs=0.3)


def test_a_row_without_text_says_which_row() -> None:
    with pytest.raises(ValueError, match="'x'"):
        enrich_row({"id": "x", "text": None})


def test_spellings_of_one_name_have_one_id() -> None:
    names = ["Sergey Lavrov", "Sergei Lavrov", "Лавров, Сергей", "Mevlüt Çavuşoğlu", "Mevlut Cavusoglu"]
    rows = names_rows({"id": i, "name": name, "lang": None, "type": "PER"} for i, name in enumerate(names))
    ids = [row["entity"] for row in rows]
    assert ids[0] == ids[1] == ids[2]
    assert ids[3] == ids[4]
    assert ids[0] != ids[3]


def test_the_order_of_names_changes_no_id() -> None:
    names = [
        "Alexander Novak",
        "Alexandra Novak",
        "Pierre Martin",
        "Петр Мартин",
        "Jr. Smith",
        "John Smith Jr.",
        "John Smith Sr.",
    ]
    rows = [{"id": n, "name": n, "type": "PER"} for n in names]
    first = {row["id"]: row["entity"] for row in names_rows(rows)}
    assert first == {row["id"]: row["entity"] for row in names_rows(rows[::-1])}
    assert first["John Smith Jr."] != first["John Smith Sr."]
    assert first["Alexander Novak"] != first["Alexandra Novak"]


ALPHABETS = [
    "aBc .“”\"'",
    "Привет, «мир».",
    "مرحبا قال: ",
    "中文“引”说。",
    "नमस्ते ",
    "ไทย ",
    "한국어 ",
    "日本語「」",
    "שלום ",
    "ქართ ",
    "አማርኛ ",
    "\u0000\ud800\u200d\n—",
]


def test_no_text_breaks_it() -> None:
    chance = random.Random(3)
    for _ in range(400):
        letters = chance.choice(ALPHABETS) + chance.choice(ALPHABETS) + TEXT[:: chance.randint(1, 40)]
        enrich_row({"text": "".join(chance.choices(letters, k=chance.randint(0, 300))), "title": None})


@pytest.mark.parametrize("piece", ["“a b c d” said ", "“中国”说", '"', "Paris, Texas ", "A. ", "1,234 ", "' a"])
def test_long_texts_end(piece: str) -> None:
    enrich_row({"text": piece * (60_000 // len(piece))})


@pytest.mark.shared
@pytest.mark.skipif(not SEEDS.exists(), reason="the seeds beside the checkout are not there")
def test_the_seeds_speakers_are_found() -> None:
    text = (SEEDS / "000_786da97c799f3c6e.txt").read_text(encoding="utf-8")
    found = enrich_row({"text": text})
    said = {text[q["start"] : q["end"]][:30]: q["speaker"]["name"] for q in found["quotes"] if q["speaker"]}
    assert said["Our president’s, our views on "] == "Mevlut Cavusoglu"
    assert {"Sergei Lavrov", "Mevlut Cavusoglu", "Recep Tayyip Erdogan"} <= {e["name"] for e in found["entities"]}
