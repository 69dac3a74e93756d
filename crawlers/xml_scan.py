"""Walks through XML as outlets write it, in linear time, whatever is broken; no entity of the document's own is ever
expanded, so there is nothing a bomb could blow up."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from html import entities
from typing import Literal, NamedTuple

_MARK = re.compile(
    r"<(?:"
    r"(?P<end>/?)(?P<name>[^\W\d][\w:.\-]*+)"
    # Attributes, with `>` inside quotes; where quotes do not pair up, everything to the next angle bracket.
    r"(?P<rest>(?:[^<>\"']++|\"[^\"<]*+\"|'[^'<]*+')*+>|[^<>]*+>)"
    r"|(?P<cdata>!\[CDATA\[)|(?P<comment>!--)|(?P<question>\?)|(?P<declaration>![A-Za-z]))"
)
_ATTRIBUTE = re.compile(r"([^\W\d][\w:.\-]*+)\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\s\"'>]++))")
_ENTITY = re.compile(r"&(?:#(?:\d{1,8}|[xX][0-9A-Fa-f]{1,6})|[A-Za-z][A-Za-z0-9]{1,31});")
_DECLARED = re.compile(r"<!ENTITY\s+(%\s+)?([^\s\"'>]+)\s+(?:\"([^\"]*)\"|'([^']*)')", re.IGNORECASE)
_REFERENCE = re.compile(r"&([A-Za-z_][^\s;&<]*);")

LARGEST_ENTITY = 4096
"""Characters an internal entity may stand for; feeds declare `nbsp` and company names, not more."""


class Mark(NamedTuple):
    """One step: an element opens, closes or is empty, or some text."""

    kind: Literal["open", "close", "empty", "text", "raw"]
    """`raw` is the text of a CDATA section: its `&` and `<` mean themselves."""
    value: str
    """The element's name in lower case, or the text, entities not yet read."""
    attributes: str = ""


def scan(text: str, raw: frozenset[str] = frozenset()) -> Iterator[Mark]:
    """The document's marks in order. Comments, declarations and processing instructions are left out, and so is what
    is inside of the elements named in `raw` (HTML's scripts)."""
    place, size = 0, len(text)
    lost: set[str] = set()  # terminators that do not occur any more: searched for once, not once an opening
    while place < size:
        found = _MARK.search(text, place)
        if not found:
            break
        if found.start() > place:
            yield Mark("text", text[place : found.start()])
        place = found.end()
        if found.group("name"):
            element = _element(found)
            yield element
            if element.value in raw and element.kind == "open":
                place = _find(text, f"</{element.value}", place, lost)
        elif found.group("cdata"):
            end = _find(text, "]]>", place, lost)
            yield Mark("raw", text[place:end])
            place = end + 3
        elif found.group("comment"):
            place = _find(text, "-->", place, lost) + 3
        elif found.group("question"):
            place = _find(text, ">", place, lost) + 1
        else:
            place = _declaration_end(text, place, lost)
    if place < size:
        yield Mark("text", text[place:])


def _element(found: re.Match[str]) -> Mark:
    name, rest = found.group("name").lower(), found.group("rest")
    if found.group("end"):
        return Mark("close", name)
    if rest.endswith("/>"):
        return Mark("empty", name, rest[:-2])
    return Mark("open", name, rest[:-1])


def _find(text: str, end: str, place: int, lost: set[str]) -> int:
    found = -1 if end in lost else text.find(end, place)
    if found < 0:
        lost.add(end)
        return len(text)
    return found


def _declaration_end(text: str, place: int, lost: set[str]) -> int:
    """Behind `<!DOCTYPE ...>`, its internal subset included."""
    end = _find(text, ">", place, lost)
    subset = text.find("[", place, end)
    if subset < 0:
        return end + 1
    closed = re.compile(r"\]\s*>").search(text, subset)
    return closed.end() if closed else end + 1


def attributes(rest: str) -> dict[str, str]:
    """The attributes in what followed an element's name, names in lower case, entities read."""
    if "=" not in rest:
        return {}
    return {name.lower(): plain(double or single or bare) for name, double, single, bare in _ATTRIBUTE.findall(rest)}


def plain(text: str) -> str:
    """The text with the entities of XML and HTML read; `&copy=` in an address stays what it is."""
    return _ENTITY.sub(lambda found: html.unescape(found.group()), text) if "&" in text else text


def bomb(text: str) -> bool:
    """Whether the document declares entities made of entities, or huge ones: nothing honest does."""
    start = text.find("<!ENTITY", 0, 100_000)
    if start < 0:
        return False
    for parameter, _, double, single in _DECLARED.findall(text, start, start + 1_000_000):
        value = double or single
        if not parameter and (len(value) > LARGEST_ENTITY or _refers(value)):
            return True
    return False


def _refers(value: str) -> bool:
    """Whether it holds an entity that is not one of HTML's."""
    return any(f"{name};" not in entities.html5 for name in _REFERENCE.findall(value))
