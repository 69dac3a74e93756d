"""The role of a piece that does not score as running text: what its boxes, links, words and place say."""

from __future__ import annotations

import re

from processors.extract.boxes import BIT, WITHIN_BITS, Box
from processors.extract.calendar import readings
from processors.extract.dateline import AGENCIES
from processors.extract.features import ends_sentence
from processors.extract.marks import a_name, byline, byline_label, dated, told
from processors.extract.parts import Part, bare_credit
from processors.extract.phrases import opening
from processors.extract.pieces import SHORT_LINK, Piece
from processors.extract.sheet import HEADINGS, Found, Sheet, mostly_link
from processors.extract.topic import known_share

SAYS = "says who wrote it"
AFTER_WORD = "the name after the word"
IN_BOX = "in a box for authors"
"""How surely a byline is one, the surest first."""
HEADLINE = 25
"""Width from which links in a row are headlines: a dozen CJK characters are one."""
_NAV, _FOOTER, _HEADER, _ASIDE, _FORM = (WITHIN_BITS[tag] for tag in ("nav", "footer", "header", "aside", "form"))
_FIGURE, _FIGCAPTION = WITHIN_BITS["figure"], WITHIN_BITS["figcaption"]
_SLASHED = re.compile(r"^[^.!?。/／]{2,40}\s?[/／]\s?[^.!?。/／]{2,40}$")
_SOURCED = re.compile(
    rf"\s/\s|／|\b(?:photo|foto|bild|photograph|image|press|presse|news|agency|service|servisi|agentur|agence|agencia|ajansı|wire"
    rf"|cable|getty|{AGENCIES})\b|фото|агентств|صورة|تصوير|وكالة|摄|图|社",
    re.I,
)
_OF_LINKS: dict[str | None, Found] = {
    "share": ("share", "share or follow row"),
    "comment": ("comment-form", "speaks of comments"),
    "newsletter": ("newsletter", "offers a newsletter or a subscription"),
    "legal": ("legal", "speaks of rights"),
    "related": ("headline-list", "heads a list of other articles"),
}
"""What a short link is by its first words."""


def outside(sheet: Sheet, order: int, before: Part | None, titled: bool) -> Found:
    intro = titled and order <= sheet.start
    piece = sheet.pieces[order]
    if piece.run > 1:
        return _menu(piece)
    if (
        piece.words < SHORT_LINK
        and piece.linked > 0.9 * len(piece.text)
        and not sheet.head - 3 <= order <= sheet.start + 2
    ):
        return _short_link(piece)
    found = _above(sheet, order, before, intro)
    if found is None:
        found = _furniture(sheet, order)
        if intro and found[0] == "other" and _intro_summary(sheet, order):
            return "standfirst", "between title and text"
    return found


def far_from_text(piece: Piece) -> Found:
    """What a piece far from all text is by its first words and its boxes."""
    if piece.run > 1:
        return _menu(piece)
    if piece.linked > 0.9 * len(piece.text):
        return _short_link(piece)
    found = _OF_LINKS.get(opening(piece.text))
    if found is not None:
        return found
    far = piece.box.above
    if far & BIT["comment"]:
        return "comment", "in a box of comments"
    if far & BIT["legal"]:
        return "legal", "in a box on law and consent"
    if piece.words >= 25 and (piece.linked * 2 > len(piece.text) or far & BIT["related"]):
        return "headline-list" if piece.words < 180 else "teaser", "in a box of other articles, far from the text"
    return "other", "far from the text"


def _above(sheet: Sheet, order: int, before: Part | None, intro: bool) -> Found | None:
    """What a piece outside the text is by its neighbours: caption, credit and byline between title and text."""
    piece = sheet.pieces[order]
    text, size = piece.text, piece.words
    if sheet.twins and size < 260 and not mostly_link(piece) and any(text.startswith(stem) for stem in sheet.twins):
        return "caption", "stands twice, once cut off"
    if before is not None and before.role == "caption" and size < 90 and not ends_sentence(text) and _sourced(text):
        return "credit", f"names the picture's source: {bare_credit(text)}"
    if before is not None and before.role == "byline" and byline_label(before.text) and size < 60:
        return "byline", AFTER_WORD
    if not intro:
        return None
    if size < 90 and not ends_sentence(text):
        if byline(text):
            return "byline", SAYS
        if byline_label(text):
            return "byline", "the word before a name"
        if a_name(text) and piece.box.tag not in HEADINGS:
            return "byline", IN_BOX if _near_bits(piece.box) & BIT["byline"] else "a name between title and text"
    if dated(text, size, False):
        return "date-line", "a date and hardly anything else"
    if piece.images and 20 <= size < 300 and not mostly_link(piece):
        return "caption", "right after a picture"
    after = sheet.pieces[order + 1] if order + 1 < len(sheet.pieces) else None
    if 25 <= size < 260 and after is not None and after.words < 90 and _SLASHED.match(after.text):
        return "caption", "before the credit of a picture"
    return None


def _sourced(text: str) -> bool:
    """Whether a line names a photographer or an agency."""
    return bool(_SOURCED.search(text)) or a_name(text)


def _near_bits(box: Box) -> int:
    parent = box.parent
    return box.bits | (parent.bits if parent else 0) | (parent.parent.bits if parent and parent.parent else 0)


def _by_place(sheet: Sheet, order: int) -> bool:
    """Whether the piece stands where bylines do: about the title, or right after the text."""
    return sheet.head - 3 <= order <= sheet.start + 2 or sheet.end <= order <= sheet.end + 4


def _furniture(sheet: Sheet, order: int) -> Found:
    piece = sheet.pieces[order]
    box, text = piece.box, piece.text
    tags, near, far = box.within, _near_bits(box), box.above | box.bits
    kind, linked, short = opening(text), mostly_link(piece), piece.words < 100
    if sheet.titled(order):
        return "title", "repeats the page's title"
    if tags & _FIGCAPTION or (near & BIT["caption"] and tags & _FIGURE):
        return "caption", "under a picture"
    if far & BIT["legal"] and ("cookie" in text.lower() or kind == "legal"):
        return "consent" if "cookie" in text.lower() else "legal", "in a box on law and consent"
    if tags & _FORM and far & BIT["comment"]:
        return "comment-form", "form in a box of comments"
    if far & BIT["comment"] or (kind == "comment" and short):
        return ("comment-form" if kind == "comment" else "comment"), "in a box of comments" if far & BIT[
            "comment"
        ] else "speaks of comments"
    if short and dated(text, piece.words, False):
        return "date-line", "a date and hardly anything else"
    if short and _by_place(sheet, order):
        if byline(text):
            return "byline", SAYS
        if near & BIT["byline"]:
            return "byline", IN_BOX
    if (
        short
        and (piece.stamped or kind == "date" or (near & BIT["date"] and any(map(str.isdigit, text))))
        and readings(text[:120], most=1)
    ):
        return "date-line", "a date by itself"
    if kind == "credit" and piece.words < 200:
        return "credit", f"names the picture's source: {bare_credit(text)}"
    if (
        near & BIT["caption"]
        and not linked
        and 20 < piece.words < 300
        and (box.images or (box.parent and box.parent.images))
    ):
        return "caption", "beside a picture"
    return _lesser(sheet, order, tags, near, far)


def _lesser(sheet: Sheet, order: int, tags: int, near: int, far: int) -> Found:
    piece = sheet.pieces[order]
    box, text = piece.box, piece.text
    kind, linked, short = opening(text), mostly_link(piece), piece.words < 100
    if kind == "newsletter" or near & BIT["newsletter"]:
        return "newsletter", "offers a newsletter or a subscription"
    if kind == "share" or (near & BIT["share"] and short):
        return "share", "share or follow row"
    if kind == "legal" or (far & BIT["footer"] and "©" in text):
        return "legal", "speaks of rights"
    if near & BIT["advert"]:
        return "advertisement", "in a box of advertisements"
    if tags & (_NAV | _FOOTER) or (tags & _HEADER and order < sheet.start and linked):
        return "navigation", "in the page's navigation, head or foot"
    if order <= sheet.start and sheet.summaries[order] > 0.7 and piece.words >= 40:
        return "standfirst", "the page's own description, above the text"
    if near & BIT["lead"] and order <= sheet.start and piece.words >= 40 and not linked:
        return "standfirst", "in a box for a summary, above the text"
    if kind == "related" or (linked and piece.words >= 25):
        return ("headline-list" if piece.words < 180 else "teaser"), f"link density {piece.linked / len(text):.2f}"
    if near & BIT["related"] and piece.words >= 25:
        return ("headline-list" if box.tag in HEADINGS or box.tag == "li" else "teaser"), "in a box of other articles"
    if linked or far & BIT["navigation"]:
        return "navigation", "a link by itself" if linked else "in a box of navigation"
    if near & BIT["tags"] and short:
        return "section", "names a section or topic"
    mark = told(text, piece.words, False, ends_sentence(text))
    if mark is not None:
        return mark[0], mark[2]
    if far & BIT["side"] or tags & _ASIDE:
        return "teaser", "beside the text"
    return "other", "outside the text"


def _short_link(piece: Piece) -> Found:
    """What a short link by itself is: half of all pieces are such, so they are named quickly."""
    found = _OF_LINKS.get(opening(piece.text))
    if found is not None:
        return found
    if piece.box.above & BIT["comment"]:
        return "comment", "in a box of comments"
    if piece.words >= 25 and not piece.box.within & (_NAV | _FOOTER):
        return "headline-list", "a link by itself"
    return "navigation", "a link by itself"


def _menu(piece: Piece) -> Found:
    """What a row of short links is by the first of them."""
    found = _OF_LINKS.get(opening(piece.text))
    if found is not None and found[0] != "headline-list":
        return found
    if piece.words >= HEADLINE * piece.run:
        return "headline-list", f"{piece.run} links in a row, as long as headlines"
    return "navigation", f"{piece.run} short links in a row"


def _intro_summary(sheet: Sheet, order: int) -> bool:
    """Whether a piece between title and text is a sentence about the article: its standfirst."""
    piece = sheet.pieces[order]
    return 40 <= piece.words < 400 and not mostly_link(piece) and known_share([piece.text], sheet.known) > 0.3
