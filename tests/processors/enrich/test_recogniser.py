import numpy as np
import pytest

from processors.enrich import labelling
from processors.enrich.document import read, reader
from processors.enrich.entities import entities
from processors.enrich.labelling import PARTED, label_scores, parted_names
from processors.enrich.recogniser import LABELS, PARTS, best_labels, remembered
from processors.enrich.words import whole_hashes

NAMES = [
    (
        "en",
        "Chancellor Angela Merkel met Sergey Lavrov in Berlin on Tuesday.",
        {"Angela Merkel": "PER", "Berlin": "LOC"},
    ),
    ("de", "Die Kanzlerin Angela Merkel sprach am Montag in Hamburg.", {"Angela Merkel": "PER", "Hamburg": "LOC"}),
    ("fr", "Le président Emmanuel Macron se rendra en Suisse lundi.", {"Emmanuel Macron": "PER", "Suisse": "LOC"}),
    ("es", "El presidente Pedro Sánchez viajó ayer a Bruselas.", {"Pedro Sánchez": "PER", "Bruselas": "LOC"}),
    ("ru", "Президент Владимир Путин прилетел в Казань.", {"Владимир Путин": "PER", "Казань": "LOC"}),
    (
        "tr",
        "Cumhurbaşkanı Recep Tayyip Erdoğan dün Ankara'da konuştu.",
        {"Recep Tayyip Erdoğan": "PER", "Ankara": "LOC"},
    ),
    ("ar", "وصل الرئيس محمود عباس إلى القاهرة.", {"محمود عباس": "PER", "القاهرة": "LOC"}),
    ("zh", "国家主席习近平昨天在北京会见了客人。", {"习近平": "PER", "北京": "LOC"}),
]


@pytest.mark.parametrize(("language", "text", "names"), NAMES)
def test_names_in_eight_languages(language: str, text: str, names: dict[str, str]) -> None:
    found = {entity.text: entity.type for entity in entities(read(text, language), reader())}
    assert names.items() <= found.items()


def test_what_was_read_is_a_running_mean() -> None:
    rng = np.random.default_rng(1)
    kept, new = rng.random((50, 3)).astype(np.float32), rng.random((50, 3)).astype(np.float32)
    slow = np.zeros_like(new)
    for i in range(len(new)):
        slow[i] = new[i] + (kept[i] * slow[i - 1] if i else 0.0)
    assert np.allclose(remembered(kept.copy(), new.copy()), slow, atol=1e-4)


def test_a_long_text_is_labelled_as_in_one_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    document = read("Angela Merkel sprach in Berlin mit Vertretern der Siemens AG. " * 30, "de")
    whole = label_scores(document, reader())
    monkeypatch.setattr(labelling, "BLOCK", 100)
    assert np.allclose(label_scores(document, reader()), whole, atol=1e-3)


def test_labels_hang_together() -> None:
    logp = np.log(np.random.default_rng(2).dirichlet(np.ones(len(LABELS)), 200)).astype(np.float32)
    inside = ""
    for label in best_labels(logp):
        name = LABELS[int(label)]
        assert (name[0] in "IL" and name[2:] == inside) if inside else name[0] in "OBU"
        inside = name[2:] if name[0] in "BI" else ""
    assert not inside


def test_the_hash_of_a_word_has_a_vector() -> None:
    vectors = reader().vectors
    assert vectors is not None
    rows = vectors.rows(whole_hashes(["berlin", "qzxqzxqzx"]))
    assert rows[0].any()
    assert not rows[1].any()


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ru", "В матче забили Лионель Месси\nЛука Модрич остался без гола."),
        ("en", "In the cast: Neve Campbell, Courteney Cox\nDavid Arquette, Matthew Fox."),
        ("de", "Sie lebt in Los Angeles, Kalifornien (Vereinigte Staaten)."),
    ],
)
def test_a_name_ends_with_its_line_and_at_a_comma(language: str, text: str) -> None:
    found = [entity.text for entity in entities(read(text, language), reader())]
    assert found
    assert not any(mark in name for name in found for mark in "\n,(")


def test_a_name_of_which_the_network_is_sure_goes_on_in_the_next_line() -> None:
    begins, flag = np.array([True, True, False]), np.array([0, 0, PARTS], np.uint8)
    found = np.zeros((3, len(LABELS)), np.float32)
    parted_names(found, begins, flag)
    assert found[1, LABELS.index("L-ORG")] == -PARTED
    assert found[1, LABELS.index("U-ORG")] == 0
    assert found[2, LABELS.index("I-PER")] == -PARTED
    assert found[2, LABELS.index("I-ORG")] == 0
