"""Without the folder of CC BY-SA models names are still found, by the network of free rows."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from processors.enrich import frequencies, models
from processors.enrich.document import read, reader
from processors.enrich.entities import entities


@pytest.fixture
def free_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(models, "SHARE_ALIKE", tmp_path / "absent")
    caches = (reader, frequencies._table)
    for cached in caches:
        cached.cache_clear()
    yield
    monkeypatch.undo()
    for cached in caches:
        cached.cache_clear()


NAMES = [
    (
        "en",
        "The German chancellor, Angela Merkel, met her colleague Pedro Alvarez in Berlin on Tuesday.",
        {"Angela Merkel": "PER", "Pedro Alvarez": "PER", "Berlin": "LOC"},
    ),
    ("de", "Die Kanzlerin Angela Merkel sprach am Montag in Hamburg.", {"Angela Merkel": "PER", "Hamburg": "LOC"}),
    ("ru", "Президент Владимир Путин прилетел в Казань.", {"Владимир Путин": "PER", "Казань": "LOC"}),
    ("tr", "Bakan Ahmet Yılmaz dün Ankara'da konuştu.", {"Ahmet Yılmaz": "PER", "Ankara": "LOC"}),
]


@pytest.mark.usefixtures("free_alone")
@pytest.mark.parametrize(("language", "text", "names"), NAMES)
def test_names_are_found_without_the_share_alike_models(language: str, text: str, names: dict[str, str]) -> None:
    found = {entity.text: entity.type for entity in entities(read(text, language), reader())}
    assert names.items() <= found.items()


@pytest.mark.usefixtures("free_alone")
def test_the_free_network_is_another() -> None:
    network = reader().network
    assert network is not None
    assert len(network.first_bias) < 100
    assert (models.path_of("entities.npz") or Path()).parent == models.FREE
