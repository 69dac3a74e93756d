"""What people may say of stories: these are one, this is another, this affair is not that; each word can be taken back."""

from __future__ import annotations

from broadsheet.errors import BadInput
from broadsheet.storage import overrules
from broadsheet.storage.urls import wake
from broadsheet.web.acts import Act, Asked, Done, number

CHOSEN = "article-"
"""Beginning of the names of a form's boxes, one for each article."""


def _done(asked: Asked, story: int, act: int, said: str, **detail: object) -> Done:
    wake(asked.tx)
    return Done(target=f"story {story}", said=said, detail={"act": act, **detail})


def merge(asked: Asked) -> Done:
    """Makes another story part of this one; its address leads here from now on."""
    story, other = number(asked.form, "story"), number(asked.form, "other")
    act = overrules.merge(asked.tx, story, other, asked.who)
    return _done(asked, story, act, f"Story {other} is part of story {story}.", other=other)


def split(asked: Asked) -> Done:
    """Takes the chosen articles out of a story, into one of their own."""
    story = number(asked.form, "story")
    names = [name for name in asked.form if name.startswith(CHOSEN)]
    ids = [number({"article": name.removeprefix(CHOSEN)}, "article") for name in names]
    if not ids:
        raise BadInput("article: expected articles to take out of the story, none was chosen")
    fresh, act = overrules.split(asked.tx, story, ids, asked.who)
    said = f"{len(ids)} {'article is' if len(ids) == 1 else 'articles are'} story {fresh} from now on."
    return _done(asked, story, act, said, articles=ids, fresh=fresh)


def join_affair(asked: Asked) -> Done:
    """Puts a story into the running affair of another."""
    story, other = number(asked.form, "story"), number(asked.form, "other")
    act = overrules.join_storylines(asked.tx, other, story, asked.who)
    return _done(asked, story, act, f"Story {story} belongs to the affair of story {other}.", other=other)


def leave_affair(asked: Asked) -> Done:
    """Takes a story out of its running affair."""
    story = number(asked.form, "story")
    act = overrules.leave_storyline(asked.tx, story, asked.who)
    return _done(asked, story, act, f"Story {story} belongs to no other affair.")


def undo(asked: Asked) -> Done:
    """Takes back what was said by one press of a button; the next upkeep measures anew."""
    story, act = number(asked.form, "story"), number(asked.form, "word")
    words = overrules.undo(asked.tx, act)
    if not words:
        raise BadInput(f"word: nothing that was said by act {act} stands")
    return _done(
        asked, story, act, "Taken back: the next upkeep tells these articles as they are measured.", words=words
    )


ACTS: dict[str, Act] = {
    "merge-stories": merge,
    "split-story": split,
    "join-affair": join_affair,
    "leave-affair": leave_affair,
    "undo-story-word": undo,
}
