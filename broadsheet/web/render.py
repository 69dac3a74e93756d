"""Turns values into pages: the templates, with escaping always on, and how numbers, moments and languages are written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from broadsheet.model import now
from broadsheet.web import words

FOLDER = Path(__file__).parent / "templates"

_BARE = re.compile(r"\d{4}(-\d\d(-\d\d)?)?")


class Pages:
    """The templates."""

    def __init__(self) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(FOLDER),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters.update(
            count=count,
            size=size,
            stamp=stamp,
            when=when,
            marked=marked,
            lasting=lasting,
            language=words.language,
            direction=words.direction,
            topic=words.topic,
            address=words.web_address,
            entity_page=words.entity_page,
        )
        self._environment.globals.update(relations=words.RELATIONS, reasons=words.REASONS, changes=words.CHANGES)

    def render(self, template: str, values: Mapping[str, Any]) -> str:
        """The page."""
        return self._environment.get_template(template).render(values)


def count(number: float | None) -> str:
    """A number with thin spaces between its thousands."""
    return "–" if number is None else f"{number:,.0f}".replace(",", "\u202f")


def size(number: float | None) -> str:
    """Bytes as people write them."""
    if number is None:
        return "–"
    for unit in ("B", "kB", "MB", "GB"):
        if abs(number) < 1000:
            return f"{number:.0f} {unit}" if unit == "B" else f"{number:.1f} {unit}"
        number /= 1000
    return f"{number:.1f} TB"


def lasting(seconds: float | None) -> str:
    """A duration as people write it."""
    if seconds is None:
        return "–"
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 90:
        return f"{seconds:.1f} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.0f} h" if seconds < 172_800 else f"{seconds / 86_400:.0f} days"


def stamp(moment: datetime | str | None, style: str = "short") -> Markup:
    """A moment in UTC that the page's script puts into the reader's zone; `style` `ago` says how long it is past."""
    if moment is None or moment == "":
        return Markup("–")
    instant = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    instant = instant.astimezone(UTC)
    iso = instant.isoformat(timespec="seconds").replace("+00:00", "Z")
    shown = f"{lasting(max(0.0, (now() - instant).total_seconds()))} ago" if style == "ago" else _plain(instant)
    return Markup('<time datetime="{0}" title="{0}" data-style="{1}">{2}</time>').format(iso, style, shown)


def _plain(instant: datetime) -> str:
    return f"{instant.day} {instant:%b} {instant.year:04}, {instant:%H:%M} UTC"


def when(published: datetime | str | None, text: str | None, first_seen: datetime | str | None) -> Markup:
    """An article's date: the reader's time with the outlet's beside it; a bare day stays the outlet's day."""
    if not published:
        return Markup('<span class="undated">undated, first seen {}</span>').format(stamp(first_seen))
    if text and _BARE.fullmatch(text):
        return Markup('<time datetime="{0}" title="{0}, as the outlet gives it">{1}</time>').format(text, _day(text))
    if not text:
        return stamp(published)
    return Markup('{} <span class="theirs" title="{}">outlet: {}</span>').format(stamp(published), text, _theirs(text))


def _day(text: str) -> str:
    parts = [int(part) for part in text.split("-")]
    form = ["%Y", "%b %Y", "%d %b %Y"][len(parts) - 1]
    try:
        year, month, day = [*parts, 1, 1][:3]
        return datetime(year, month, day, tzinfo=UTC).strftime(form).lstrip("0")
    except ValueError:
        return text


def _theirs(text: str) -> str:
    """`2026-11-25T09:30:00+03:00` as `25 Nov, 09:30 +03:00`."""
    found = re.fullmatch(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(?::\d\d(?:\.\d+)?)?(Z|[+-]\d\d:?\d\d)?", text)
    if not found:
        return text
    day = _day(found[1]).rsplit(" ", 1)[0]
    zone = "UTC" if found[3] in {"Z", "+00:00"} else found[3] or "zone unknown"
    return f"{day}, {found[2]} {zone}"


_MARK = re.compile(r"(</?mark>)")


def marked(snippet: str) -> Markup:
    """A snippet with its marks; whatever else looks like markup in it stays text, whoever made it."""
    pieces = (Markup(part) if _MARK.fullmatch(part) else escape(unescape(part)) for part in _MARK.split(snippet))  # noqa: S704
    return Markup("").join(pieces)
