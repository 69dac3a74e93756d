"""Turns scored pieces into parts with roles: running text by the score, furniture by what its boxes, links and words say."""

from __future__ import annotations

from broadsheet.model import Role
from processors.extract.features import Matrix
from processors.extract.furniture import far_from_text, outside
from processors.extract.marks import split_date_line
from processors.extract.parts import Part, split_credit, split_lead
from processors.extract.phrases import opening
from processors.extract.pieces import Cut, Piece
from processors.extract.running import goes_on, inside, is_summary
from processors.extract.sheet import best_threshold, filled, sheet_of

STANDFIRST = "standfirst too: the page's own description opens the text"
"""Evidence on a paragraph of the text that is the standfirst as well."""
MENU = 600
"""Characters up to which menus that follow each other are one part."""
_JOINED = frozenset(("navigation", "other", "share", "legal", "newsletter"))


def html_parts(cut: Cut, scores: Matrix, described: Matrix, title: str | None) -> list[Part]:
    """The pieces as parts in reading order."""
    pieces, near = cut.pieces, cut.near
    threshold = best_threshold(pieces, scores)
    scores = filled(pieces, scores, threshold)
    sheet = sheet_of(pieces, scores, described, title, threshold)
    parts: list[Part] = []
    titled = announced = False
    for order, piece in enumerate(pieces):
        score = sheet.scores[order]
        announced = announced and goes_on(piece)
        own = False
        if score >= threshold:
            (role, why), own = inside(sheet, order, announced)
            evidence = (why, STANDFIRST) if own and is_summary(sheet, order) else (why,)
        else:
            role, why = (
                outside(sheet, order, parts[-1] if parts else None, titled) if order in near else far_from_text(piece)
            )
            if role in _JOINED and parts and _joined(parts[-1], role, piece, order in near):
                continue
            evidence = (why, f"score as text {score:.2f}")
        announced = announced or (role == "headline-list" and piece.words < 60 and opening(piece.text) == "related")
        titled = titled or role == "title"
        sure = score if own else max(0.5, 1.0 - score)
        next_broken = piece.broken and order + 1 < len(pieces) and piece.box is pieces[order + 1].box
        part = Part(piece.text, role, sure, evidence, piece.links, "\n" if next_broken else "\n\n", order)
        parts += _split(part) if role in ("caption", "date-line") else (part,)
    return split_lead(parts)


def _split(part: Part) -> list[Part]:
    """A caption without its credit and the credit; a date-line without the names around it."""
    if part.role == "caption" and (found := split_credit(part.text)) is not None:
        at, named = found
        credit = Part(part.text[at:], "credit", 0.9, (f"names the picture's source: {named}",), (), part.joint)
        return [Part(part.text[:at], "caption", part.score, part.evidence, part.links, ""), credit] if at else [credit]
    return split_date_line(part) if part.role == "date-line" else [part]


def _joined(last: Part, role: Role, piece: Piece, near: bool) -> bool:
    """Whether the piece became part of the menu before it, or of the furniture far from the text."""
    if last.role != role or len(last.text) > MENU or (near and role != "navigation") or piece.words > MENU // 4:
        return False
    last.text = f"{last.text}{last.joint}{piece.text}"
    last.joint = "\n\n"
    return True
