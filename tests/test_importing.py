"""What people have gets in: pages and texts, resumable, each bad row named."""

from __future__ import annotations

import json
import lzma
from pathlib import Path

import pytest

from broadsheet.errors import BadInput
from broadsheet.importing import BATCH, Imported, load
from broadsheet.storage import urls
from broadsheet.storage.postgres import Database
from tests.making import counts


def write(path: Path, rows: list[object]) -> Path:
    lines = "".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows)
    if path.suffix == ".xz":
        path.write_bytes(lzma.compress(lines.encode()))
    else:
        path.write_text(lines)
    return path


def test_rows_become_pages_in_the_queue_and_bad_ones_are_named(database: Database, tmp_path: Path) -> None:
    file = write(
        tmp_path / "pages.jsonl.xz",
        [
            {"id": "a", "url": "https://a.test/1", "html": "<p>one</p>", "fetched_at": "2020-02-03T04:05:06+03:00"},
            {"id": "b", "text": "Flat text.\nTwo lines."},
            "{broken",
            {"id": "c", "url": "ftp://a.test/", "html": ""},
            {"id": "d", "url": "https://a.test/2"},
            {"id": "e", "url": "https://a.test/3", "html": "x", "fetched_at": "yesterday"},
            [],
        ],
    )
    said: list[str] = []
    assert load(database, [file], "mine", said.append) == Imported(new=2, bad=5)
    assert [line.split(": ")[0].rsplit(":", 1)[1] for line in said] == ["3", "4", "5", "6", "7"]
    assert "yesterday" in said[3]
    assert counts(database, "SELECT count(*)::int AS n FROM job WHERE stage = 'extract'") == {"n": 2}
    row = counts(
        database, "SELECT u.id, p.kept, u.source FROM url u JOIN page p ON p.url_id = u.id WHERE url LIKE 'import:%'"
    )
    with database.transaction() as tx:
        page = urls.load_pages(tx, [(row["id"], row["kept"])])[row["id"]]
    assert page.flat
    assert page.body == b"Flat text.\nTwo lines."
    assert page.claims.external_id == "b"


def test_an_import_told_twice_does_nothing_twice_and_one_that_was_killed_goes_on(
    database: Database, tmp_path: Path
) -> None:
    file = write(
        tmp_path / "p.jsonl",
        [{"id": n, "url": f"https://a.test/{n}", "html": f"<p>{n}</p>"} for n in range(BATCH * 2 + 7)],
    )

    class Killed(Exception):
        pass

    def die(_path: Path, done: int) -> None:
        if done == BATCH:
            raise Killed

    with pytest.raises(Killed):
        load(database, [file], "mine", pytest.fail, die)
    assert load(database, [file], "mine", pytest.fail) == Imported(new=BATCH + 7)
    assert load(database, [file], "mine", pytest.fail) == Imported()
    assert counts(database, "SELECT count(*)::int AS n, sum(n)::int AS booked FROM booking")["booked"] == BATCH * 2 + 7


def test_the_same_page_again_is_not_kept_and_a_changed_one_is(database: Database, tmp_path: Path) -> None:
    first = write(tmp_path / "1.jsonl", [{"url": "https://a.test/1", "html": "one"}])
    second = write(
        tmp_path / "2.jsonl", [{"url": "https://a.test/1", "html": "one"}, {"url": "https://a.test/1", "html": "two"}]
    )
    load(database, [first], "mine", pytest.fail)
    assert load(database, [second], "mine", pytest.fail) == Imported(same=1, again=1)


def test_a_file_that_is_not_there_or_damaged_is_said(database: Database, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="nowhere"):
        load(database, [tmp_path / "nowhere.jsonl"], "mine", pytest.fail)
    (tmp_path / "bad.jsonl.xz").write_bytes(b"not xz at all")
    with pytest.raises(BadInput, match="damaged"):
        load(database, [tmp_path / "bad.jsonl.xz"], "mine", pytest.fail)


def test_text_files_are_one_text_each(database: Database, tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("A text.\n")
    assert load(database, [tmp_path / "note.txt"], "mine", pytest.fail) == Imported(new=1)
