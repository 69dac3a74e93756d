"""The tables of stories: numbers, changes in order, redirects."""

from __future__ import annotations

from dataclasses import replace

from broadsheet.storage.postgres import Database
from broadsheet.storage.stories import (
    LineRow,
    ToldRow,
    follow,
    lines_since,
    move_told,
    newest,
    numbers_from,
    put_lines,
    put_stories,
    put_told,
    storylines_of,
    told_rows,
    told_since,
)

ROW = ToldRow(
    id=1, story=7, moment=20000.5, dated=True, language=None, words=3, head=1, fields=b"\x00\xff", edges=b""
)  # fmt: skip


def test_changes_are_read_in_their_order_and_once(database: Database) -> None:
    with database.transaction() as tx:
        assert newest(tx) == 0
        put_told(tx, [ROW, replace(ROW, id=2)])
        seen = told_since(tx, 0, 10)
        assert [(row.id, row.fields) for row in seen] == [(1, b"\x00\xff"), (2, b"\x00\xff")]
        put_told(tx, [replace(ROW, story=8)])
        assert [(row.id, row.story) for row in told_since(tx, seen[-1].seq, 10)] == [(1, 8)]
        assert [row.id for row in told_since(tx, 0, 1)] == [1]
        assert newest(tx) == told_rows(tx, [1])[1].seq


def test_copies_move_with_their_first(database: Database) -> None:
    with database.transaction() as tx:
        put_told(tx, [ROW, replace(ROW, id=2, head=1), replace(ROW, id=3, head=3)])
        move_told(tx, {1: 9})
        assert {id: row.story for id, row in told_rows(tx, [1, 2, 3]).items()} == {1: 9, 2: 9, 3: 7}


def test_merged_stories_lead_to_the_last_of_the_chain(database: Database) -> None:
    with database.transaction() as tx:
        put_stories(tx, {1: 50, 2: 50, 3: 51})
        put_stories(tx, {1: 50, 2: 50}, {1: 2, 2: 3})
        assert [follow(tx, story) for story in (1, 2, 3, 4)] == [3, 3, 3, 4]
        assert storylines_of(tx, [1, 3]) == {1: 50, 3: 51}


def test_a_ring_of_redirects_ends(database: Database) -> None:
    with database.transaction() as tx:
        put_stories(tx, {1: 50, 2: 50}, {1: 2, 2: 1})
        assert follow(tx, 1) in (1, 2)


def test_storylines_keep_their_names(database: Database) -> None:
    line = LineRow(id=5, events=2, hashes=b"\x01\x00\x00\x00", weights=b"\x00\x00\x80?")
    with database.transaction() as tx:
        put_lines(tx, [line])
        put_lines(tx, [replace(line, events=3)])
        assert [(row.id, row.events, row.hashes) for row in lines_since(tx, 0)] == [(5, 3, line.hashes)]


def test_numbers_ascend(database: Database) -> None:
    with database.transaction() as tx:
        found = numbers_from(tx, "story_id", 3)
        assert found == sorted(set(found))
        assert min(numbers_from(tx, "story_id", 1)) > max(found)
