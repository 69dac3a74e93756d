"""What operators say of stories: these two are one, this article belongs elsewhere. Done at once, and kept for ever."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from broadsheet.errors import BadInput
from broadsheet.ports import Transaction
from broadsheet.storage import stories
from broadsheet.storage.shingles import array

Level = Literal["story", "storyline"]

MOST = 500
"""Articles of a story, the earliest, that a word is written for; copies follow their first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """That two articles are of one story (or storyline), or are not."""

    level: Level
    one: int
    other: int
    same: bool
    act: int
    """One press of a button; a higher one was later and counts more."""


def merge(tx: Transaction, into: int, story: int, who: str) -> int:
    """Makes two stories one, which keeps the id `into`; the act. Its articles stay together whatever is measured."""
    _lock(tx)
    into, story = stories.follow(tx, into), stories.follow(tx, story)
    kept, moved = _both(tx, into, story, "merged into")
    anchor = kept[0]
    act = _say(tx, "story", [(anchor, id, True) for id in (*kept[1:], *moved)], who)
    line = stories.storylines_of(tx, [into])[into]
    stories.put_stories(tx, {story: line}, {story: into})
    _move(tx, moved, into)
    return act


def split(tx: Transaction, story: int, articles: Sequence[int], who: str) -> tuple[int, int]:
    """Takes articles out of a story into one of their own: its id, and the act. They never come back by measuring."""
    _lock(tx)
    story = stories.follow(tx, story)
    members = _members(tx, story)
    out = sorted(set(articles) & set(members))
    rest = [id for id in members if id not in out]
    if not out or not rest:
        raise BadInput(f"story {story}: {sorted(articles)[:5]} cannot be taken out of it: nothing would be on one side")
    words = [(one, other, False) for one in out for other in rest]
    act = _say(tx, "story", [*words, *((out[0], id, True) for id in out[1:])], who)
    fresh = stories.numbers_from(tx, "story_id", 1)[0]
    stories.put_stories(tx, {fresh: stories.storylines_of(tx, [story])[story]})
    _move(tx, out, fresh)
    return fresh, act


def join_storylines(tx: Transaction, into: int, story: int, who: str) -> int:
    """Puts a story into the affair of another; the act."""
    _lock(tx)
    into, story = stories.follow(tx, into), stories.follow(tx, story)
    kept, moved = _both(tx, into, story, "put into the affair of")
    act = _say(tx, "storyline", [(kept[0], moved[0], True)], who)
    _reline(tx, story, stories.storylines_of(tx, [into])[into])
    return act


def leave_storyline(tx: Transaction, story: int, who: str) -> int:
    """Takes a story out of its affair into one of its own; the act."""
    _lock(tx)
    story = stories.follow(tx, story)
    line = stories.storylines_of(tx, [story])
    others = tx.rows(
        "SELECT s.id FROM story s WHERE storyline = %(line)s AND id <> %(story)s AND into_story IS NULL"
        " AND EXISTS (SELECT 1 FROM told t WHERE t.story = s.id) ORDER BY id LIMIT %(most)s",
        {"line": line.get(story), "story": story, "most": MOST},
    )
    if not others:
        raise BadInput(f"story {story}: there is no other story in its affair")
    own = _members(tx, story)[0]
    words = [(own, member, False) for row in others for member in _members(tx, row["id"])[:1]]
    act = _say(tx, "storyline", words, who)
    _reline(tx, story, stories.numbers_from(tx, "story_id", 1)[0])
    return act


def undo(tx: Transaction, act: int) -> int:
    """Takes back what was said by one press of a button; the number of words. The next repair decides anew."""
    _lock(tx)
    rows = tx.rows("DELETE FROM story_overrule WHERE act = %(act)s RETURNING one, other", {"act": act})
    touch(tx, {id for row in rows for id in (row["one"], row["other"])})
    return len(rows)


def said(tx: Transaction, ids: Iterable[int]) -> list[Said]:
    """All words about these articles, the latest acts first."""
    rows = tx.rows(
        "SELECT level, one, other, same, act FROM story_overrule WHERE one = ANY(%(ids)s::bigint[])"
        " OR other = ANY(%(ids)s::bigint[]) ORDER BY act DESC, level, one, other",
        {"ids": array(ids)},
    )
    return [Said(**row) for row in rows]


def heard(tx: Transaction) -> tuple[int, int]:
    """How many words there are, and the latest act: changes with every word that is said or taken back."""
    row = tx.rows("SELECT count(*) AS words, coalesce(max(act), 0) AS act FROM story_overrule")[0]
    return int(row["words"]), int(row["act"])


def everything(tx: Transaction) -> list[Said]:
    """All words, the latest acts first."""
    rows = tx.rows("SELECT level, one, other, same, act FROM story_overrule ORDER BY act DESC, level, one, other")
    return [Said(**row) for row in rows]


def touch(tx: Transaction, ids: Iterable[int]) -> None:
    """Makes workers and the next repair look at these articles again."""
    tx.run(
        "UPDATE told SET seq = nextval('told_seq') WHERE id = ANY(%(ids)s::bigint[])", {"ids": array(sorted(set(ids)))}
    )


def _reline(tx: Transaction, story: int, line: int) -> None:
    """Puts a story into a storyline, and tells its articles so."""
    stories.put_stories(tx, {story: line})
    members = _members(tx, story)
    touch(tx, members)
    stories.retell(tx, members)


def _move(tx: Transaction, ids: Sequence[int], story: int) -> None:
    stories.move_told(tx, dict.fromkeys(ids, story))
    stories.retell(tx, ids)


def _both(tx: Transaction, into: int, story: int, what: str) -> tuple[list[int], list[int]]:
    """The articles of two stories; BadInput where they are one, or one of them has none."""
    kept, moved = _members(tx, into), _members(tx, story)
    if into == story or not kept or not moved:
        raise BadInput(f"story {story}: cannot be {what} {into}")
    return kept, moved


def _members(tx: Transaction, story: int) -> list[int]:
    """The articles of a story that are no copies, the earliest first."""
    rows = tx.rows(
        "SELECT id FROM told WHERE story = %(story)s AND head = id ORDER BY moment, id LIMIT %(most)s",
        {"story": story, "most": MOST},
    )
    return [row["id"] for row in rows]


def _say(tx: Transaction, level: Level, words: Sequence[tuple[int, int, bool]], who: str) -> int:
    """Writes down what was said, in place of what was said before of the same articles; the act."""
    act = stories.numbers_from(tx, "story_act", 1)[0]
    rows = {(min(one, other), max(one, other)): same for one, other, same in words if one != other}
    tx.insert(
        "INSERT INTO story_overrule (level, one, other, same, act, who) VALUES %s ON CONFLICT (level, one, other)"
        " DO UPDATE SET same = excluded.same, act = excluded.act, who = excluded.who, at = now()",
        [(level, one, other, same, act, who) for (one, other), same in sorted(rows.items())],
    )
    return act


def _lock(tx: Transaction) -> None:
    tx.lock(stories.LOCK)
