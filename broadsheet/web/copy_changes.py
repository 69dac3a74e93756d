"""What people may say of two articles: copies, no copies, another address of one; it stands above every measurement, and
can be taken back."""

from __future__ import annotations

from broadsheet.errors import BadInput
from broadsheet.ports import Transaction
from broadsheet.storage import shingles
from broadsheet.storage.urls import note, wake
from broadsheet.web.acts import Act, Asked, Done, number


def _leader(tx: Transaction, name: str, id: int) -> int:
    rows = tx.rows("SELECT coalesce(fold, id) AS leader FROM article WHERE id = %(id)s", {"id": id})
    if not rows:
        raise BadInput(f"{name}: expected an article's id, got {id}")
    return int(rows[0]["leader"])


def _pair(asked: Asked) -> tuple[int, int, bool]:
    """The two articles of the form, and whether they are in one group now."""
    id, other = number(asked.form, "article"), number(asked.form, "other")
    if id == other:
        raise BadInput(f"other: expected another article than {id}")
    return id, other, _leader(asked.tx, "article", id) == _leader(asked.tx, "other", other)


def _say(asked: Asked, pair: tuple[int, int], same: bool | None) -> None:
    """Writes the word down, or takes it back, and groups the two anew."""
    if asked.copies is None:
        raise BadInput("article: this service runs without the stage that groups copies")
    shingles.overrule(asked.tx, *pair, same=same, who=asked.who)
    asked.copies.regroup(asked.tx, list(pair))
    wake(asked.tx)


def fold(asked: Asked) -> Done:
    """Folds an article into another's group of copies, whatever outlets they are of: one hit for both."""
    id, other, together = _pair(asked)
    if together:
        raise BadInput(f"other: {other} and {id} are copies already")
    _say(asked, (id, other), same=True)
    note(asked.tx, id, "folded", f"with {other} by {asked.who}")
    return Done(target=f"article {id}", said=f"Folded with article {other}.", detail={"other": other})


def unfold(asked: Asked) -> Done:
    """Takes an article out of its group of copies, or apart from one of it: a hit of its own."""
    id = number(asked.form, "article")
    leader = _leader(asked.tx, "article", id)
    other = number(asked.form, "other") if asked.form.get("other") else leader
    if id == other or _leader(asked.tx, "other", other) != leader:
        raise BadInput(f"article: {id} is no copy of {'another' if id == other else other}")
    _say(asked, (id, other), same=False)
    note(asked.tx, id, "unfolded", f"from {other} by {asked.who}")
    return Done(target=f"article {id}", said=f"No longer folded with article {other}.", detail={"other": other})


def unmerge(asked: Asked) -> Done:
    """Makes an address that was taken for another one of an article an article of its own."""
    id = number(asked.form, "url")
    rows = asked.tx.rows("SELECT merged_into FROM url WHERE id = %(id)s AND disposition = 'merged'", {"id": id})
    if not rows or rows[0]["merged_into"] is None:
        raise BadInput(f"url: {id} is not merged into an article")
    into = int(rows[0]["merged_into"])
    _say(asked, (id, into), same=False)
    note(asked.tx, id, "unmerged", f"from {into} by {asked.who}")
    return Done(target=f"url {id}", said=f"No longer an address of article {into}.", detail={"other": into})


def forget(asked: Asked) -> Done:
    """Takes back what was said of two articles: what is measured holds again."""
    id, other = number(asked.form, "article"), number(asked.form, "other")
    if (min(id, other), max(id, other)) not in shingles.PostgresShingles(asked.tx).overrules([id]):
        raise BadInput(f"other: nobody said anything of {id} and {other}")
    _say(asked, (id, other), same=None)
    note(asked.tx, id, "forgotten", f"what was said of it and {other}, by {asked.who}")
    return Done(target=f"article {id}", said=f"Taken back: what was said of it and {other}.", detail={"other": other})


ACTS: dict[str, Act] = {"fold": fold, "unfold": unfold, "unmerge": unmerge, "forget-word": forget}
