from datetime import date
from pathlib import Path

import pytest

from broadsheet.world.prose import BadProse, Telling, at, dated, load_event, load_events

EVENT = '''slug = "quay-fire"
language = "en"
section = "disaster"
story = "quay-fire"

[[article]]
role = "wire"
agency = "Invented Wire"
title = "Fire on the quay on {weekday}"
hours = -5
body = """
Twelve crates burned
on {weekday}, said Ann Lee.

It was out by noon."""
people = [{ name = "Ann Lee", role = "captain" }]
numbers = [{ text = "Twelve crates", value = 12, unit = "crates" }]
  [[article.edit]]
  hours = 2
  kind = "correction"
  replace = [["Twelve", "Thirteen"]]
  note = "Correction: it was thirteen."
  [[article.edit]]
  hours = 1
  kind = "typo"
  replace = [["noon", "midday"], ["said Ann Lee", "witnesses said"]]
'''


def written(folder: Path, text: str = EVENT) -> Path:
    path = folder / "en" / "quay-fire.toml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def telling(tmp_path: Path) -> Telling:
    return dated(load_event(written(tmp_path)).tellings[0], date(2026, 11, 26), "en")


def test_an_event_is_read_with_its_days_filled(telling: Telling) -> None:
    assert telling.title == "Fire on the quay on Thursday"
    assert telling.paragraphs == ("Twelve crates burned on Thursday, said Ann Lee.", "It was out by noon.")
    assert [edit.kind for edit in telling.edits] == ["typo", "correction"]


def test_edits_are_made_in_their_time_and_facts_follow(telling: Telling) -> None:
    assert at(telling, 0.9) == telling
    later = at(telling, 1)
    assert later.paragraphs[1] == "It was out by midday."
    assert later.people == ()
    last = at(telling, 2)
    assert last.paragraphs[-1] == "Correction: it was thirteen."
    assert last.numbers[0].text == "Thirteen crates"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("story =", "stroy =", "key 'story' is missing"),
        ('story = "quay-fire"', 'story = "quay-fire"\ncolour = 1', "unexpected key 'colour'"),
        ('role = "captain"', 'rank = "captain"', "unexpected key 'rank'"),
        ('role = "wire"', 'role = "wires"', "role 'wires' is neither wire nor report"),
        ('kind = "typo"', 'kind = "typos"', "kind 'typos' of an edit is none of"),
        ('language = "en"', 'language = "de"', "language 'de' is not the folder's"),
        ('slug = "quay-fire"', 'slug = "quay"', "slug 'quay' is not the file's name"),
        ("hours = -5", "hours = ", "Invalid value"),
    ],
)
def test_a_bad_event_names_its_file_and_its_fault(tmp_path: Path, old: str, new: str, message: str) -> None:
    path = written(tmp_path, EVENT.replace(old, new))
    with pytest.raises(BadProse, match=message) as caught:
        load_event(path)
    assert "quay-fire.toml" in str(caught.value)


def test_a_slug_is_used_once_over_all_languages(tmp_path: Path) -> None:
    written(tmp_path)
    other = tmp_path / "de" / "quay-fire.toml"
    other.parent.mkdir()
    other.write_text(EVENT.replace('language = "en"', 'language = "de"'), encoding="utf-8")
    with pytest.raises(BadProse, match="quay-fire"):
        load_events(tmp_path)
