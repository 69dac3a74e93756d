"""The role of a piece that scores as running text: the text's own, or what its words say it is all the same."""

from __future__ import annotations

import re

from broadsheet.model import Role
from processors.extract.boxes import BIT, Box
from processors.extract.features import ends_sentence, words
from processors.extract.marks import a_name, byline, dated, told
from processors.extract.parts import split_credit
from processors.extract.phrases import opening
from processors.extract.pieces import Piece
from processors.extract.sheet import HEADINGS, Found, Sheet, mostly_link
from processors.extract.topic import FOREIGN, known_share

READ_THROUGH = 100_000
"""Characters of a text that is read for each of its pieces; in a longer one nobody sets sentences large."""
_ARROW = re.compile(r"^[»›>▶►→➤■●]")


def inside(sheet: Sheet, order: int, announced: bool) -> tuple[Found, bool]:
    """The role of a piece that scores as text, and whether it is the text's own."""
    piece = sheet.pieces[order]
    found = _settled(sheet, order) or _announces(piece)
    if found is None and announced and _continues(sheet, order):
        found = "headline-list", "under the heading of a list of other articles"
    if found is None and _pulled(sheet, order):
        found = "other", "pulled out of the text, which has the sentence too"
    if found is None and sheet.again(order):
        found = "other", "repeats a paragraph of the text"
    if found is not None:
        return found, False
    role, why = _running(piece)
    other = _foreign(sheet, order, role)
    return (other, False) if other else ((role, why), True)


def _settled(sheet: Sheet, order: int) -> Found | None:
    """What a piece that scores as running text is all the same, since its own words say so; None where they do not."""
    piece = sheet.pieces[order]
    text, size = piece.text, piece.words
    if size > 260:
        return None
    if sheet.titled(order):
        return "title", "repeats the page's title"
    ended = ends_sentence(text)
    prose = ended and size >= 60
    if dated(text, size, prose):
        return "date-line", "a date and hardly anything else"
    mark = told(text, size, prose, ended)
    if mark is not None:
        return mark[0], mark[2]
    if (
        size < 90
        and not ended
        and ((order <= sheet.start + 1 and byline(text)) or (sheet.end <= order <= sheet.end + 2 and a_name(text)))
    ):
        return "byline", "names who wrote it"
    if (order <= sheet.start + 1 or piece.images) and _captioned(sheet, piece):
        return "caption", "ends with the credit of a picture or stands cut off elsewhere"
    return None


def _running(piece: Piece) -> Found:
    box = piece.box
    if box.tag in HEADINGS or (box.tag == "div" and box.bits & BIT["title"] and piece.words < 100):
        return "subheading", "heading inside the text"
    step: Box | None = box
    for _ in range(3):
        if step is None:
            break
        if step.tag == "li" and piece.words < 400:
            return "list-item", "list inside the text"
        if step.tag in ("blockquote", "q"):
            return "quote", "quotation"
        if step.tag in ("td", "th") and not step.long and step.pieces < 3:
            return "table", "cell of a table"
        step = step.parent
    return "body", "running text"


def _captioned(sheet: Sheet, piece: Piece) -> bool:
    """Whether a piece is a caption by its credit or its twin."""
    return any(piece.text.startswith(stem) for stem in sheet.twins) or split_credit(piece.text) is not None


def _foreign(sheet: Sheet, order: int, role: Role) -> Found | None:
    """A headline of another article in the middle of the text: repeated as a link, or linked and about something else."""
    piece = sheet.pieces[order]
    text, size = piece.text, piece.words
    if role not in ("body", "list-item", "quote") or not 20 <= size < 200 or order < sheet.start:
        return None
    if sheet.repeated[text] > mostly_link(piece) and not text.endswith("."):
        return "headline-list", "stands elsewhere on the page as a link"
    whole = piece.linked >= 0.9 * len(text)
    if whole and _ARROW.match(text):
        return "headline-list", "a link after an arrow"
    if (
        whole
        and not text.endswith(".")
        and known_share([text], sheet.known) < FOREIGN / 2
        and sheet.scores[order] < 0.9
    ):
        return "headline-list", "a link about something else"
    return None


def _announces(piece: Piece) -> Found | None:
    """A line that begins with the words over a list of other articles and goes on with their headlines."""
    text = piece.text
    if piece.words > 900:
        return None
    head, colon, rest = re.sub("：", ":", text[:60]).partition(":")
    if not colon or len(words(head)) > 6:
        return None
    items = re.split(r"\s[/·|]\s", text[len(head) + 1 :])
    if len(items) > 2 and all(len(words(item)) >= 4 for item in items):
        return "headline-list", f"headlines in a row after {head!r}"
    if opening(text) != "related":
        return None
    if len(items) > 1 or not rest.strip() or (not ends_sentence(text) and piece.words < 220):
        return "headline-list", f"headlines after {head!r}"
    return None


def _continues(sheet: Sheet, order: int) -> bool:
    """Whether a piece that scores as text goes on with the list announced before it."""
    piece = sheet.pieces[order]
    if order <= sheet.start or sheet.scores[order] > 0.9:
        return False
    return mostly_link(piece) or (len(words(piece.text)) >= 4 and known_share([piece.text], sheet.known) < FOREIGN)


def _pulled(sheet: Sheet, order: int) -> bool:
    """Whether a short piece repeats a sentence of a longer one beside it."""
    piece = sheet.pieces[order]
    if not 50 <= piece.words <= 320 or mostly_link(piece):
        return False
    core = piece.text.strip("\"'“”‘’«»„ .…")
    if len(core) < 20:
        return False
    return len(sheet.whole) < READ_THROUGH and sheet.whole.count(core) > sheet.copies[piece.text]


def is_summary(sheet: Sheet, order: int) -> bool:
    """Whether a piece that opens the text is the standfirst all the same."""
    piece = sheet.pieces[order]
    told_so = sheet.summaries[order] > 0.7 or bool(piece.box.bits & BIT["lead"])
    return order <= sheet.start and 40 <= piece.words < 500 and told_so


def goes_on(piece: Piece) -> bool:
    """Whether a piece can go on with a list of headlines begun before it."""
    return piece.words < 220 and (mostly_link(piece) or not ends_sentence(piece.text))
