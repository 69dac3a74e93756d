"""Turns scored pieces into parts with roles: running text by the score, furniture by what its boxes, links and words say."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from broadsheet.model import Role
from processors.extract.calendar import readings
from processors.extract.features import OWN_NAMES, Matrix, ends_sentence, words
from processors.extract.marks import byline, dated, told
from processors.extract.parts import Part, split_credit, split_lead
from processors.extract.phrases import opening
from processors.extract.pieces import BIT, Box, Piece

THRESHOLD = 0.45
"""Score from which a piece is running text: the best mean F1 of sets by cross-validation."""

_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_CELLS = frozenset(("td", "th", "table", "tr", "tbody"))
_DESCRIBED = OWN_NAMES.index("description-overlap")
_TITLED = OWN_NAMES.index("title-overlap")


def _tags(box: Box) -> set[str]:
    found = set()
    step: Box | None = box
    while step is not None:
        found.add(step.tag)
        step = step.parent
    return found


def _running(piece: Piece) -> tuple[Role, str]:
    box = piece.box
    if box.tag in _HEADINGS or (box.tag == "div" and box.bits & BIT["title"] and piece.words < 100):
        return "subheading", "heading inside the text"
    step: Box | None = box
    for _ in range(3):
        if step is None:
            break
        if step.tag == "li":
            return "list-item", "list inside the text"
        if step.tag in ("blockquote", "q"):
            return "quote", "quotation"
        if step.tag in ("td", "th"):
            return "table", "cell of a table"
        step = step.parent
    return "body", "running text"


def _near_bits(box: Box) -> int:
    parent = box.parent
    return box.bits | (parent.bits if parent else 0) | (parent.parent.bits if parent and parent.parent else 0)


def _furniture(piece: Piece, title: str | None, described: float, start: int, order: int) -> tuple[Role, str]:
    box, text = piece.box, piece.text
    tags, near, far = _tags(box), _near_bits(box), box.above | box.bits
    kind = opening(text)
    linked = piece.linked * 2 >= len(text)
    short = piece.words < 100
    if title and words(text) == words(title):
        return "title", "repeats the page's title"
    if "figcaption" in tags or (near & BIT["caption"] and "figure" in tags):
        return "caption", "under a picture"
    if far & BIT["legal"] and ("cookie" in text.lower() or kind == "legal"):
        return "consent" if "cookie" in text.lower() else "legal", "in a box on law and consent"
    if "form" in tags and far & BIT["comment"]:
        return "comment-form", "form in a box of comments"
    if far & BIT["comment"] or (kind == "comment" and short):
        return ("comment-form" if kind == "comment" else "comment"), "in a box of comments" if far & BIT[
            "comment"
        ] else "speaks of comments"
    if short and (kind == "byline" or near & BIT["byline"]) and not linked | (order > start + 400):
        return "byline", "names who wrote it"
    if (
        short
        and (piece.stamped or kind == "date" or (near & BIT["date"] and any(map(str.isdigit, text))))
        and readings(text[:120], most=1)
    ):
        return "date-line", "a date by itself"
    if kind == "credit" and piece.words < 200:
        return "credit", "names a picture's source"
    if (
        near & BIT["caption"]
        and not linked
        and 20 < piece.words < 300
        and (box.images or (box.parent and box.parent.images))
    ):
        return "caption", "beside a picture"
    if kind == "newsletter" or near & BIT["newsletter"]:
        return "newsletter", "offers a newsletter or a subscription"
    if kind == "share" or (near & BIT["share"] and short):
        return "share", "share or follow row"
    if kind == "legal" or (far & BIT["footer"] and "©" in text):
        return "legal", "speaks of rights"
    if near & BIT["advert"]:
        return "advertisement", "in a box of advertisements"
    if tags & {"nav", "menu"} or "footer" in tags or ("header" in tags and order < start):
        return "navigation", "in the page's navigation, head or foot"
    if order <= start and described > 0.7 and piece.words >= 40:
        return "standfirst", "the page's own description, above the text"
    if near & BIT["lead"] and order <= start and piece.words >= 40 and not linked:
        return "standfirst", "in a box for a summary, above the text"
    if kind == "related" or (linked and piece.words >= 25):
        return ("headline-list" if piece.words < 180 else "teaser"), f"link density {piece.linked / len(text):.2f}"
    if near & BIT["related"] and piece.words >= 25:
        return (
            "headline-list" if box.tag in _HEADINGS or box.tag in ("li", "a") else "teaser"
        ), "in a box of other articles"
    if linked or far & BIT["navigation"]:
        return "navigation", "a link by itself" if linked else "in a box of navigation"
    if near & BIT["tags"] and short:
        return "section", "names a section or topic"
    if far & BIT["side"] or "aside" in tags:
        return "teaser", "beside the text"
    return "other", "outside the text"


def _settled(piece: Piece, title: frozenset[str], start: int, order: int) -> tuple[Role, str] | None:
    """What a piece that scores as running text is all the same, since its own words say so; None where they do not."""
    text, size = piece.text, piece.words
    if size > 260:
        return None
    ended = ends_sentence(text)
    if " ".join(words(text)) in title:
        return "title", "repeats the page's title"
    prose = ended and size >= 60
    if dated(text, size, prose):
        return "date-line", "a date and hardly anything else"
    mark = told(text, size, prose, ended)
    if mark is not None:
        return mark[0], mark[2]
    if order <= start + 1 and size < 90 and not ended and byline(text):
        return "byline", "names who wrote it"
    return None


def _start(scores: Matrix, pieces: Sequence[Piece]) -> int:
    strong = np.flatnonzero((scores >= 0.6) & (np.array([piece.words for piece in pieces]) >= 60))
    return int(strong[0]) if len(strong) else 0


def html_parts(pieces: Sequence[Piece], scores: Matrix, described: Matrix, title: str | None) -> list[Part]:
    """The pieces as parts in reading order."""
    start = _start(scores, pieces)
    titles = frozenset([" ".join(words(title))]) if title else frozenset()
    parts: list[Part] = []
    for order, piece in enumerate(pieces):
        score = float(scores[order])
        joint = (
            "\n"
            if order + 1 < len(pieces) and pieces[order + 1].broken and piece.box is pieces[order + 1].box
            else "\n\n"
        )
        links = tuple(piece.links)
        if score >= THRESHOLD:
            settled = _settled(piece, titles, start, order)
            role, why = settled or _running(piece)
            parts.append(Part(piece.text, role, 0.8 if settled else score, (why,), links, joint))
            continue
        role, why = _furniture(piece, title, float(described[order, _DESCRIBED]), start, order)
        evidence = (why, f"score as text {score:.2f}")
        credit = split_credit(piece.text) if role == "caption" else None
        if credit is None:
            parts.append(Part(piece.text, role, 1.0 - score, evidence, links, joint))
            continue
        at, named = credit
        if at:
            parts.append(Part(piece.text[:at], "caption", 1.0 - score, evidence, links, ""))
        parts.append(Part(piece.text[at:], "credit", 0.9, (f"names the picture's source: {named}",), (), joint))
    return split_lead(parts)
