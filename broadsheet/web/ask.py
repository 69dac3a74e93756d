"""Reads what was asked for in an address's parameters; what cannot be read is refused by name and value."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import cast, get_args

from broadsheet.errors import BadInput
from broadsheet.ports import Collapse, SearchRequest, Sort

MOST = 100
"""Hits on one page."""
DEEPEST = 10_000
"""`from` + `size` at most; `/api/export` goes further."""
MOST_IDS = 30
"""People, organisations or places asked for at once: each is looked up by itself."""
LONGEST_ID = 2**63 - 1

_MOMENT = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:?\d\d)?)?")
_YES, _NO = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}
_SORTS = get_args(Sort)


class Given:
    """A query string read once, name by name."""

    def __init__(self, pairs: Sequence[tuple[str, str]]) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in pairs:
            self._values.setdefault(name, []).append(value)

    def text(self, name: str, default: str = "") -> str:
        """The last value of the name, without white space around it."""
        return self._values.get(name, [default])[-1].strip()

    def many(self, name: str) -> tuple[str, ...]:
        """All values of the name; commas part values too."""
        parts = (part.strip() for value in self._values.get(name, []) for part in value.split(","))
        return tuple(dict.fromkeys(part for part in parts if part))

    def each(self, name: str) -> tuple[str, ...]:
        """All values of the name, whatever is in them."""
        values = (value.strip() for value in self._values.get(name, []))
        return tuple(dict.fromkeys(value for value in values if value))

    def number(self, name: str, default: int, least: int, most: int) -> int:
        """A whole number between two bounds."""
        text = self.text(name)
        if not text:
            return default
        if not re.fullmatch(r"-?[0-9]{1,19}", text) or not least <= int(text) <= most:
            raise BadInput(f"{name}: expected a whole number from {least} to {most}, got {_short(text)}")
        return int(text)

    def choice(self, name: str, default: str, choices: Sequence[str]) -> str:
        """One of some words."""
        text = self.text(name) or default
        if text not in choices:
            raise BadInput(f"{name}: expected {', '.join(choices)}, got {_short(text)}")
        return text

    def flag(self, name: str, default: bool) -> bool:
        """Yes or no."""
        text = self.text(name).lower()
        if not text:
            return default
        if text not in _YES | _NO:
            raise BadInput(f"{name}: expected 1 or 0, got {_short(text)}")
        return text in _YES

    def moment(self, name: str) -> datetime | None:
        """A day, meant in UTC, or a moment; without an offset it is read as UTC."""
        text = self.text(name)
        if not text:
            return None
        # An unescaped plus sign arrives as a space.
        text = re.sub(r" (\d\d:?\d\d)$", r"+\1", text) if "T" in text or text.count(" ") > 1 else text
        try:
            if not _MOMENT.fullmatch(text):
                raise ValueError(text)
            read = datetime.fromisoformat(text)
            return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, OverflowError):
            wanted = "a day such as 2026-11-25 or a moment such as 2026-11-25T09:30+03:00"
            raise BadInput(f"{name}: expected {wanted}, got {_short(text)}") from None


def _short(text: str) -> str:
    return repr(text if len(text) <= 80 else text[:79] + "…")


def _ids(given: Given, name: str) -> tuple[str, ...]:
    found = given.each(name)
    if len(found) > MOST_IDS:
        raise BadInput(f"{name}: expected at most {MOST_IDS} ids, got {len(found)}")
    return found


def search_request(given: Given, *, facets: bool = False, collapse: Collapse = "copies") -> SearchRequest:
    """The search that an address asks for; raises BadInput naming parameter and value."""
    q = given.text("q")
    size = given.number("size", 20, 0, MOST)
    start = given.number("from", 0, 0, DEEPEST)
    if start + size > DEEPEST:
        raise BadInput(
            f"from: expected at most {DEEPEST - size} with size {size}, got '{start}'; /api/export lists more"
        )
    stories = tuple(_id("story", text) for text in given.many("story"))
    return SearchRequest(
        q=q,
        start=start,
        size=size,
        sort=cast(Sort, given.choice("sort", "relevance" if q else "newest", _SORTS)),
        sources=given.many("source"),
        languages=tuple(code.lower() for code in given.many("lang")),
        topics=given.many("topic"),
        changed=given.many("changed"),
        after=given.moment("after"),
        before=given.moment("before"),
        stories=stories,
        people=_ids(given, "person"),
        organisations=_ids(given, "org"),
        places=_ids(given, "place"),
        entity=given.text("entity") or None,
        collapse=_collapse(given, collapse),
        facets=given.flag("facets", facets),
        withdrawn=given.flag("withdrawn", False),
    )


def _collapse(given: Given, default: Collapse) -> Collapse:
    """`collapse`, or its short form: `fold=0` is `none`, `fold=1` is `copies`."""
    if given.text("fold"):
        default = "copies" if given.flag("fold", True) else "none"
    return cast(Collapse, given.choice("collapse", default, get_args(Collapse)))


def _id(name: str, text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text[:20]) > LONGEST_ID:
        raise BadInput(f"{name}: expected a number, got {_short(text)}")
    return int(text)


def page(given: Given, most: int = 500, size: int = 50) -> Mapping[str, int]:
    """`from` and `size` of a list that is read from a table."""
    return {"start": given.number("from", 0, 0, 10_000_000), "size": given.number("size", size, 1, most)}
