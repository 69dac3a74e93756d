"""What the world knows of each of its addresses: the answer sheet that tests hold the service against."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

from broadsheet.world.prose import EditKind, Number, Organisation, Person, Place, Quote

Verdict = Literal["article", "wall", "soft-404", "shell", "not-an-article", "none"]
"""none: a crawler that keeps the rules never sees a page here."""
Disposition = Literal["indexed", "merged", "rejected", "unseen", "later"]
"""unseen: on a host that forbids all fetching, so no crawler comes to know it; later: due when the clock is turned."""
Relation = Literal["", "wire-copy", "same-host"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One version of a page giving way to the next."""

    at: datetime
    kind: EditKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """One address; strings of people, places, quotes and numbers stand in `text` exactly as they are here."""

    url: str
    urls: tuple[str, ...] = ()
    """All addresses of the same article, `url` among them: AMP, with tracking parameters, before redirects."""
    site: str
    """Host name."""
    language: str
    section: str = ""
    title: str = ""
    text: str = ""
    """Body paragraphs joined by a blank line, as a perfect extractor gives them; standfirst, dateline and caption are
    apart."""
    standfirst: str = ""
    published: datetime | None = None
    """UTC; None where the page tells nothing true."""
    precision: Literal["second", "minute", "day", "none"] = "none"
    """How exactly the page itself tells it."""
    updated: datetime | None = None
    authors: tuple[str, ...] = ()
    agency: str = ""
    dateline: str = ""
    caption: str = ""
    credit: str = ""
    copy_of: str | None = None
    relation: Relation = ""
    house_edits: str = ""
    """What the copying house did, joined by plus signs: verbatim, or some of headline, figures, cut, local."""
    edits: tuple[Change, ...] = ()
    """What the page has been through up to now, in order."""
    to_come: tuple[Change, ...] = ()
    """What turning the clock will do to it."""
    story: str = ""
    storyline: str = ""
    people: tuple[Person, ...] = ()
    organisations: tuple[Organisation, ...] = ()
    places: tuple[Place, ...] = ()
    quotes: tuple[Quote, ...] = ()
    numbers: tuple[Number, ...] = ()
    damaged: tuple[tuple[str, str], ...] = ()
    """Words that lost letters on the way, with what they were."""
    verdict: Verdict
    disposition: Disposition
    also: tuple[Disposition, ...] = ()
    """Further dispositions that a sound service may choose."""
    reason: str = ""
    """Why it is rejected, or what is odd about it."""


def to_json(truth: Truth) -> str:
    """One line of JSON, datetimes in ISO 8601."""
    return json.dumps(asdict(truth), ensure_ascii=False, default=_plain)


def from_json(line: str) -> Truth:
    """The inverse of to_json."""
    row: dict[str, Any] = json.loads(line)
    for key in ("published", "updated"):
        row[key] = datetime.fromisoformat(row[key]) if row[key] else None
    for key in ("edits", "to_come"):
        row[key] = [Change(at=datetime.fromisoformat(item["at"]), kind=item["kind"]) for item in row[key]]
    row["people"] = [Person(**{**item, "forms": tuple(item["forms"])}) for item in row["people"]]
    row["organisations"] = [Organisation(**{**item, "forms": tuple(item["forms"])}) for item in row["organisations"]]
    row["places"] = [Place(**item) for item in row["places"]]
    row["quotes"] = [Quote(**item) for item in row["quotes"]]
    row["numbers"] = [Number(**item) for item in row["numbers"]]
    row["damaged"] = [tuple(pair) for pair in row["damaged"]]
    frozen: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}
    return Truth(**frozen)


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no JSON form here")
