"""Operators' words on stories: done at once, written down, taken back; and how an affair is explained."""

from __future__ import annotations

import pytest

from broadsheet.errors import BadInput
from broadsheet.storage import overrules, stories
from broadsheet.storage.postgres import Database
from broadsheet.storage.stories import ToldRow, follow, put_stories, put_told, storyline_of
from tests import making

LEADER, TOWN = {"per:moradi": "Leila Moradi"}, {"geonames:1": "Sarabad"}
FIELDS = b"\x00" * 10


@pytest.fixture
def told(database: Database) -> list[int]:
    """Five articles: three of story 7 and one of 8 in affair 70, one of 9 in affair 90."""
    places = [(7, 70, LEADER, TOWN), (7, 70, {}, {}), (7, 70, {}, TOWN), (8, 70, LEADER, TOWN), (9, 90, {}, {})]
    ids = [making.stored(database, f"https://o{n}.test/1", title=f"Event {n}") for n in range(len(places))]
    with database.transaction() as tx:
        put_stories(tx, {story: line for story, line, _, _ in places})
        rows = [
            ToldRow(
                id=id, story=story, moment=20000.0 + n, dated=True, language="en", words=3, head=id, fields=FIELDS,
                edges=b"", actors=actors, places=where,
            )
            for n, (id, (story, _, actors, where)) in enumerate(zip(ids, places, strict=True))
        ]  # fmt: skip
        put_told(tx, rows)
        stories.retell(tx, ids)
    return ids


def places_of(database: Database, ids: list[int]) -> list[tuple[int, int]]:
    """Story and storyline of each, which the article table and `told` must agree on."""
    with database.transaction() as tx:
        rows = {row["id"]: row for row in tx.rows("SELECT id, story, storyline FROM article")}
        known = stories.told_rows(tx, ids)
        assert {id: row.story for id, row in known.items()} == {id: rows[id]["story"] for id in ids}
        return [(rows[id]["story"], rows[id]["storyline"]) for id in ids]


def test_an_affair_is_explained_by_who_and_where_its_stories_share(database: Database, told: list[int]) -> None:
    with database.transaction() as tx:
        affair = storyline_of(tx, 7)
        assert affair is not None
        assert affair.id == 70
        assert [(one.name, one.stories, one.articles) for one in affair.actors] == [("Leila Moradi", 2, 2)]
        assert [(one.name, one.stories, one.articles) for one in affair.places] == [("Sarabad", 2, 3)]
        assert [(one.id, one.title, one.articles) for one in affair.stories] == [(7, "Event 0", 3), (8, "Event 3", 1)]
        assert affair.stories[1].shared == ("Leila Moradi", "Sarabad")
        assert affair.since.isoformat() == "2024-10-04T00:00:00+00:00"
        assert storyline_of(tx, 12345) is None


def test_a_merge_moves_all_and_redirects(database: Database, told: list[int]) -> None:
    with database.transaction() as tx:
        overrules.merge(tx, 7, 9, "ann")
        assert follow(tx, 9) == 7
        assert all(word.same for word in overrules.said(tx, told))
    assert places_of(database, told)[4] == (7, 70)


def test_a_split_makes_a_story_of_its_own(database: Database, told: list[int]) -> None:
    with database.transaction() as tx:
        fresh, act = overrules.split(tx, 7, told[1:3], "ann")
        assert len(overrules.said(tx, told)) == 3
    found = places_of(database, told)
    assert found[1] == found[2] == (fresh, 70)
    assert found[0] == (7, 70)
    with database.transaction() as tx:
        assert overrules.undo(tx, act) == 3
        assert overrules.said(tx, told) == []


def test_a_story_leaves_an_affair_and_joins_another(database: Database, told: list[int]) -> None:
    with database.transaction() as tx:
        overrules.leave_storyline(tx, 8, "ann")
    assert places_of(database, told)[3][1] not in (70, 90)
    with database.transaction() as tx:
        overrules.join_storylines(tx, 9, 8, "ann")
    assert places_of(database, told)[3] == (8, 90)


def test_the_later_word_counts(database: Database, told: list[int]) -> None:
    with database.transaction() as tx:
        overrules.merge(tx, 7, 8, "ann")
        overrules.split(tx, 7, [told[3]], "bob")
        words = [word for word in overrules.said(tx, [told[3]]) if {word.one, word.other} == {told[0], told[3]}]
        assert [word.same for word in words] == [False]


def test_what_cannot_be_done_is_refused_by_name(database: Database, told: list[int]) -> None:
    with database.transaction() as tx:
        with pytest.raises(BadInput, match="story 7: cannot be merged into 7"):
            overrules.merge(tx, 7, 7, "ann")
        with pytest.raises(BadInput, match="story 8"):
            overrules.split(tx, 8, [told[3]], "ann")
        with pytest.raises(BadInput, match="story 9: there is no other"):
            overrules.leave_storyline(tx, 9, "ann")
