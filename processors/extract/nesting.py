"""Keeps hostile nesting from costing minutes: the parser's time grows with the square of the depth of open elements."""

from __future__ import annotations

import re

MANY_TAGS = 20_000
"""Below this number of tags even the worst nesting parses in .4 CPU-seconds (measured)."""
LONG_TAG = 20_000
"""Characters of a tag from which its attributes are counted; a picture in an address may be as long."""
MANY_ATTRIBUTES = 4_000
"""The parser compares every attribute of a tag with every other."""
DEEPEST = 400
"""Real pages stay below 100 levels."""
DRAWINGS = 5_000
"""So many self-closing drawing elements are believed; more are counted as levels."""

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:-]{0,30})")
_FLAT = frozenset(
    [
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "param",
        "source",
        "track",
        "wbr",
        "p",
        "li",
        "td",
        "th",
        "tr",
        "tbody",
        "thead",
        "option",
        "dt",
        "dd",
    ]
)
_DRAWING = frozenset(["path", "circle", "rect", "use", "line", "polygon", "polyline", "ellipse", "stop", "image", "g"])


def plain_tags(html: str) -> str:
    """The page as it is, or with the tags that have thousands of attributes cut down to their names."""
    step = LONG_TAG // 2
    if all(html.find("<", place, place + step) >= 0 for place in range(0, len(html) - step, step)):
        return html
    pieces = html.split("<")
    if max(map(len, pieces)) < LONG_TAG:
        return html
    return "<".join(_plain_tag(piece) for piece in pieces)


def _plain_tag(piece: str) -> str:
    head, end, rest = piece.partition(">")
    if len(head) < LONG_TAG or head.count("=") + head.count(" ") < MANY_ATTRIBUTES:
        return piece
    return f"{head[:30].split(None, 1)[0]}{end}{rest}" if head.strip() else piece


def shallow(html: str) -> str:
    """The page as it is, or, where it nests deeper than any real page, with the opening tags beyond made harmless."""
    if len(html) < 3 * MANY_TAGS or html.count("<") < MANY_TAGS:
        return html
    parts: list[str] = []
    open_tags: dict[str, int] = {}
    depth = last = drawings = 0
    for match in _TAG.finditer(html):
        name = match.group(2).lower()
        if name in _FLAT:
            continue
        if match.group(1):
            if open_tags.get(name):
                open_tags[name] -= 1
                depth -= 1
            continue
        if name in _DRAWING and drawings < DRAWINGS and html[html.find(">", match.end()) - 1] == "/":
            drawings += 1
            continue
        if depth >= DEEPEST:
            # An element without content keeps the attributes out of the text and adds no level.
            parts.append(html[last : match.start()] + "<wbr ")
            last = match.end()
            continue
        open_tags[name] = open_tags.get(name, 0) + 1
        depth += 1
    return "".join(parts) + html[last:] if parts else html
