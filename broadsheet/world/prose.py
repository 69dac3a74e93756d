"""Reads the world's prose: the events that its outlets report, one strict TOML file each."""

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Literal, cast, get_args

from broadsheet.world.almanac import LANGUAGES, Language, fill

EVENTS = Path(__file__).parent / "events"

EditKind = Literal["typo", "headline", "number", "quote", "rewrite", "correction", "withdrawn"]
EDIT_KINDS: tuple[EditKind, ...] = get_args(EditKind)
ROLES = ("wire", "report")


class BadProse(ValueError):
    """An event file does not hold what the format asks for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    name: str
    """As first written in the body."""
    role: str
    forms: tuple[str, ...]
    """Further surface forms in the body."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    name: str
    forms: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    name: str
    country: str
    """ISO 3166 code of two letters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    speaker: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    text: str
    value: float | None
    """None where an edit changed a number in words."""
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    hours: float
    """After the publication of the article."""
    kind: EditKind
    replace: tuple[tuple[str, str], ...]
    """Old and new string, in title, standfirst and body."""
    note: str
    """The paragraph that a correction adds at the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """One article's words: a wire text or an outlet's own report of an event."""

    role: str
    agency: str
    title: str
    standfirst: str
    byline: str
    dateline: str
    hours: float
    """Publication, relative to the world's start."""
    paragraphs: tuple[str, ...]
    caption: str
    credit: str
    people: tuple[Person, ...]
    organisations: tuple[Organisation, ...]
    places: tuple[Place, ...]
    quotes: tuple[Quote, ...]
    numbers: tuple[Number, ...]
    edits: tuple[Edit, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    slug: str
    language: Language
    section: str
    story: str
    storyline: str
    tellings: tuple[Telling, ...]


@cache
def load_events(folder: Path = EVENTS) -> tuple[Event, ...]:
    """All events below the folder, by language and slug; raises BadProse naming file, key and value."""
    events = [load_event(path) for path in sorted(folder.glob("*/*.toml"))]
    slugs = [event.slug for event in events]
    twice = {slug for slug in slugs if slugs.count(slug) > 1}
    if twice:
        raise BadProse(f"{folder}: slugs used twice: {', '.join(sorted(twice))}")
    return tuple(events)


def load_event(path: Path) -> Event:
    """One event file."""
    try:
        row = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadProse(f"{path}: {error}") from error
    known(row, path, ("slug", "language", "section", "story", "article"), ("storyline",))
    if row["slug"] != path.stem:
        raise BadProse(f"{path}: slug '{row['slug']}' is not the file's name")
    if row["language"] not in LANGUAGES or row["language"] != path.parent.name:
        raise BadProse(f"{path}: language '{row['language']}' is not the folder's")
    return Event(
        slug=row["slug"],
        language=cast(Language, row["language"]),
        section=row["section"],
        story=row["story"],
        storyline=row.get("storyline", ""),
        tellings=tuple(telling(article, path) for article in row["article"]),
    )


REQUIRED = ("role", "title", "hours", "body")
OPTIONAL = ("agency", "standfirst", "byline", "dateline", "caption", "credit")
LISTS = ("people", "organisations", "places", "quotes", "numbers", "edit")


def telling(row: Mapping[str, Any], path: Path) -> Telling:
    """One `[[article]]` of an event file."""
    known(row, path, REQUIRED, OPTIONAL + LISTS)
    if row["role"] not in ROLES:
        raise BadProse(f"{path}: role '{row['role']}' is neither wire nor report")
    edits = (edit(item, path) for item in row.get("edit", ()))
    return Telling(
        role=row["role"],
        title=row["title"],
        hours=float(row["hours"]),
        paragraphs=tuple(" ".join(part.split("\n")) for part in row["body"].strip().split("\n\n") if part.strip()),
        edits=tuple(sorted(edits, key=lambda item: item.hours)),
        people=tuple(
            Person(name=p["name"], role=p.get("role", ""), forms=tuple(p.get("forms", ())))
            for p in rows(row, "people", path, ("name",), ("role", "forms"))
        ),
        organisations=tuple(
            Organisation(name=o["name"], forms=tuple(o.get("forms", ())))
            for o in rows(row, "organisations", path, ("name",), ("forms",))
        ),
        places=tuple(Place(**p) for p in rows(row, "places", path, ("name", "country"), ())),
        quotes=tuple(Quote(**q) for q in rows(row, "quotes", path, ("speaker", "text"), ())),
        numbers=tuple(Number(**n) for n in rows(row, "numbers", path, ("text", "value", "unit"), ())),
        **{key: row.get(key, "") for key in OPTIONAL},
    )


def edit(row: Mapping[str, Any], path: Path) -> Edit:
    """One `[[article.edit]]` of an event file."""
    known(row, path, ("hours", "kind"), ("replace", "note"))
    if row["kind"] not in EDIT_KINDS:
        raise BadProse(f"{path}: kind '{row['kind']}' of an edit is none of {', '.join(EDIT_KINDS)}")
    pairs = tuple((old, new) for old, new in row.get("replace", ()))
    return Edit(hours=float(row["hours"]), kind=row["kind"], replace=pairs, note=row.get("note", ""))


def rows(
    row: Mapping[str, Any], key: str, path: Path, required: Sequence[str], optional: Sequence[str]
) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = row.get(key, [])
    for item in found:
        known(item, path, required, optional)
    return found


def known(row: Mapping[str, Any], path: Path, required: Sequence[str], optional: Sequence[str]) -> None:
    """Raises BadProse where a key is missing or unexpected."""
    for key in required:
        if key not in row:
            raise BadProse(f"{path}: key '{key}' is missing")
    for key in row:
        if key not in required and key not in optional:
            raise BadProse(f"{path}: unexpected key '{key}'")


def dated(telling: Telling, day: date, language: Language) -> Telling:
    """The telling with the placeholders of all its strings filled for a publication on `day`."""

    def put(text: str) -> str:
        return fill(text, day, language)

    return replace(
        telling,
        title=put(telling.title),
        standfirst=put(telling.standfirst),
        dateline=put(telling.dateline),
        caption=put(telling.caption),
        paragraphs=tuple(put(part) for part in telling.paragraphs),
        quotes=tuple(replace(quote, text=put(quote.text)) for quote in telling.quotes),
        numbers=tuple(replace(number, text=put(number.text)) for number in telling.numbers),
        edits=tuple(
            replace(edit, replace=tuple((put(old), put(new)) for old, new in edit.replace), note=put(edit.note))
            for edit in telling.edits
        ),
    )


def changed(telling: Telling, pairs: Sequence[tuple[str, str]]) -> Telling:
    """The telling with strings replaced wherever they stand, the listed facts along with the text."""

    def put(text: str) -> str:
        for old, new in pairs:
            text = text.replace(old, new)
        return text

    return rewritten(telling, put)


def rewritten(telling: Telling, put: Callable[[str], str]) -> Telling:
    """The telling with `put` done to its texts and to every surface form that its truth lists."""
    return replace(
        telling,
        title=put(telling.title),
        standfirst=put(telling.standfirst),
        paragraphs=tuple(put(part) for part in telling.paragraphs),
        people=tuple(replace(p, name=put(p.name), forms=tuple(map(put, p.forms))) for p in telling.people),
        organisations=tuple(
            replace(o, name=put(o.name), forms=tuple(map(put, o.forms))) for o in telling.organisations
        ),
        places=tuple(replace(p, name=put(p.name)) for p in telling.places),
        quotes=tuple(replace(q, speaker=put(q.speaker), text=put(q.text)) for q in telling.quotes),
        numbers=tuple(renumbered(number, put(number.text)) for number in telling.numbers),
    )


def renumbered(number: Number, text: str) -> Number:
    """The number as its words are now, its value changed with its digits."""
    if text == number.text:
        return number
    old, new = (re.sub(r"\D", "", one) for one in (number.text, text))
    told = number.value is not None and old and new and len(old) == len(new)
    return replace(
        number, text=text, value=float(f"{(number.value or 0) * int(new) / int(old):.10g}") if told else None
    )


def still_true(telling: Telling) -> Telling:
    """The telling without facts whose words no longer stand in its paragraphs."""
    body = "\n\n".join(telling.paragraphs)
    people = (replace(p, forms=tuple(f for f in p.forms if f in body)) for p in telling.people if p.name in body)
    bodies = (replace(o, forms=tuple(f for f in o.forms if f in body)) for o in telling.organisations if o.name in body)
    return replace(
        telling,
        people=tuple(people),
        organisations=tuple(bodies),
        places=tuple(p for p in telling.places if p.name in body),
        quotes=tuple(q for q in telling.quotes if q.text in body),
        numbers=tuple(n for n in telling.numbers if n.text in body),
    )


def at(telling: Telling, hours: float) -> Telling:
    """The telling as it stands so many hours after its publication, its edits made."""
    for change in telling.edits:
        if change.hours > hours:
            break
        telling = changed(telling, change.replace)
        if change.note:
            telling = replace(telling, paragraphs=(*telling.paragraphs, change.note))
    return still_true(telling)
