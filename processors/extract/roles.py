"""Turns scored pieces into parts with roles: running text by the score, furniture by what its boxes, links and words say."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from broadsheet.model import Role
from processors.extract.boxes import BIT, WITHIN_BITS, Box
from processors.extract.calendar import readings
from processors.extract.dateline import AGENCIES
from processors.extract.features import OWN_NAMES, Matrix, ends_sentence, words
from processors.extract.marks import a_name, byline, byline_label, dated, split_date_line, told
from processors.extract.parts import Part, bare_credit, split_credit, split_lead
from processors.extract.phrases import opening
from processors.extract.pieces import LONG, SHORT_LINK, Cut, Piece
from processors.extract.topic import FOREIGN, known_share, vocabulary

SENTENCE = 45
"""Width from which a sentence between two paragraphs of the text is one."""
FILL = 0.1
"""Score from which a sentence set like the text around it is text."""
THRESHOLDS = tuple(float(step) for step in np.arange(0.2, 0.51, 0.05))
"""Scores from which a piece may be running text; which of them holds is decided for each page."""
STANDFIRST = "standfirst too: the page's own description opens the text"
"""Evidence on a paragraph of the text that is the standfirst as well."""

SAYS = "says who wrote it"
AFTER_WORD = "the name after the word"
IN_BOX = "in a box for authors"
"""How surely a byline is one, the surest first."""

_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_DESCRIBED = OWN_NAMES.index("description-overlap")
_TITLED = OWN_NAMES.index("title-overlap")
_NAV, _FOOTER, _HEADER, _ASIDE, _FORM = (WITHIN_BITS[tag] for tag in ("nav", "footer", "header", "aside", "form"))
_FIGURE, _FIGCAPTION = WITHIN_BITS["figure"], WITHIN_BITS["figcaption"]
_ARROW = re.compile(r"^[»›>▶►→➤■●]")
_SLASHED = re.compile(r"^[^.!?。/／]{2,40}\s?[/／]\s?[^.!?。/／]{2,40}$")
_TWIN = re.compile(r"^(.{18,200}?)\s?(?:…|\.\.\.)$")
_SOURCED = re.compile(
    rf"\s/\s|／|\b(?:photo|foto|bild|photograph|image|press|presse|news|agency|service|servisi|agentur|agence|agencia|ajansı|wire"
    rf"|cable|getty|{AGENCIES})\b|фото|агентств|صورة|تصوير|وكالة|摄|图|社",
    re.I,
)

Found = tuple[Role, str]
"""A role and the reason for it."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the rules must know of the page beside the piece at hand."""

    pieces: Sequence[Piece]
    scores: Sequence[float]
    titles: Sequence[float]
    """How much of the page's title each piece has."""
    summaries: Sequence[float]
    """How much of each piece the page's own description has."""
    title: str
    """Its words, joined."""
    head: int
    """The title's piece, or where it would be."""
    start: int
    """The first piece that is surely text."""
    end: int
    """The last one."""
    sure: tuple[str, ...]
    """The long pieces that are surely text."""
    threshold: float
    """The score from which a piece of this page is running text."""
    twins: frozenset[str]
    """Beginnings that stand cut off somewhere on the page."""
    repeated: Counter[str]
    """How often a text stands on the page as a link."""
    memory: dict[str, Any]
    """What was worked out already."""

    @property
    def known(self) -> frozenset[str]:
        """The text's vocabulary; worked out when first asked for."""
        if "known" not in self.memory:
            self.memory["known"] = vocabulary(self.sure)
        return cast(frozenset[str], self.memory["known"])

    @property
    def whole(self) -> str:
        """All pieces that score as text, one a line."""
        if "whole" not in self.memory:
            self.memory["whole"] = "\n".join(
                piece.text for piece, score in zip(self.pieces, self.scores, strict=True) if score >= self.threshold
            )
        return cast(str, self.memory["whole"])

    @property
    def copies(self) -> Counter[str]:
        """How often each piece that scores as text stands on the page."""
        if "copies" not in self.memory:
            scored = zip(self.pieces, self.scores, strict=True)
            self.memory["copies"] = Counter(piece.text for piece, score in scored if score >= self.threshold)
        return cast("Counter[str]", self.memory["copies"])

    def again(self, order: int) -> bool:
        """Whether the same piece of text was met before: some pages carry their article twice."""
        piece = self.pieces[order]
        if piece.words < LONG or self.copies[piece.text] < 2:
            return False
        met: set[str] = self.memory.setdefault("met", set())
        if piece.text in met:
            return True
        met.add(piece.text)
        return False

    def titled(self, order: int) -> bool:
        """Whether the piece is the title again."""
        return self.titles[order] > 0.6 and " ".join(words(self.pieces[order].text)) == self.title


def best_threshold(pieces: Sequence[Piece], scores: Matrix) -> float:
    """The threshold with the highest F1 to be expected where the scores are what they say they are: probabilities.

    On sure pages it is .45 or .5; on pages unlike those the model learned from it goes down, and their text is not lost.
    Cross-validated, mean of sets: .9402 with .45 for all, .9440 so.
    """
    size = np.array([piece.words for piece in pieces], np.float64)
    expected = scores * size
    whole = float(expected.sum())
    kept = scores >= np.array(THRESHOLDS)[:, None]
    worth = 2 * (kept @ expected) / (kept @ size + whole + 1e-9)
    best = np.flatnonzero(worth >= worth.max() - 1e-9)[-1]
    return THRESHOLDS[int(best)]


def _sheet(pieces: Sequence[Piece], scores: Matrix, described: Matrix, title: str | None, threshold: float) -> Sheet:
    strong = [int(order) for order in np.flatnonzero(scores >= 0.6).tolist() if pieces[order].words >= 60]
    linked = Counter(piece.text for piece in pieces if piece.linked * 2 > len(piece.text))
    named = " ".join(words(title)) if title else ""
    start = strong[0] if strong else 0
    titles = np.flatnonzero(described[: start + 1, _TITLED] > 0.4).tolist()
    heads = [order for order in titles if " ".join(words(pieces[order].text)) == named]
    return Sheet(
        pieces=pieces,
        scores=scores.tolist(),
        titles=described[:, _TITLED].tolist(),
        summaries=described[:, _DESCRIBED].tolist(),
        title=named,
        head=heads[-1] if heads else max(0, start - 12),
        start=start,
        end=strong[-1] if strong else len(pieces),
        sure=tuple(pieces[order].text for order in strong if pieces[order].words >= LONG),
        threshold=threshold,
        twins=_twins(pieces),
        repeated=linked,
        memory={},
    )


def _twins(pieces: Sequence[Piece]) -> frozenset[str]:
    """Beginnings of short pieces that stand cut off beside the whole."""
    short = (piece.text for piece in pieces if piece.words < 220 and piece.text.endswith(("…", "...")))
    cut = {match.group(1) for text in short if (match := _TWIN.match(text))}
    if not cut:
        return frozenset()
    whole = [piece.text for piece in pieces if piece.words < 260 and not piece.text.endswith(("…", "..."))]
    return frozenset(stem for stem in cut if any(text.startswith(stem) for text in whole))


def _linked(piece: Piece) -> bool:
    return piece.linked * 2 >= len(piece.text)


def _near_bits(box: Box) -> int:
    parent = box.parent
    return box.bits | (parent.bits if parent else 0) | (parent.parent.bits if parent and parent.parent else 0)


# Pieces that score as running text


def _running(piece: Piece) -> Found:
    box = piece.box
    if box.tag in _HEADINGS or (box.tag == "div" and box.bits & BIT["title"] and piece.words < 100):
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


def _by_place(sheet: Sheet, order: int) -> bool:
    """Whether the piece stands where bylines do: about the title, or right after the text."""
    return sheet.head - 3 <= order <= sheet.start + 2 or sheet.end <= order <= sheet.end + 4


def _captioned(sheet: Sheet, piece: Piece) -> bool:
    """Whether a piece is a caption by its credit or its twin."""
    return any(piece.text.startswith(stem) for stem in sheet.twins) or split_credit(piece.text) is not None


def _foreign(sheet: Sheet, order: int, role: Role) -> Found | None:
    """A headline of another article in the middle of the text: repeated as a link, or linked and about something else."""
    piece = sheet.pieces[order]
    text, size = piece.text, piece.words
    if role not in ("body", "list-item", "quote") or not 20 <= size < 200 or order < sheet.start:
        return None
    if sheet.repeated[text] > _linked(piece) and not text.endswith("."):
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


def _summary(sheet: Sheet, order: int) -> bool:
    """Whether a piece that opens the text is the standfirst all the same."""
    piece = sheet.pieces[order]
    told_so = sheet.summaries[order] > 0.7 or bool(piece.box.bits & BIT["lead"])
    return order <= sheet.start and 40 <= piece.words < 500 and told_so


# Pieces that do not


def _sourced(text: str) -> bool:
    """Whether a line names a photographer or an agency."""
    return bool(_SOURCED.search(text)) or a_name(text)


def _above(sheet: Sheet, order: int, before: Part | None, intro: bool) -> Found | None:
    """What a piece outside the text is by its neighbours: caption, credit and byline between title and text."""
    piece = sheet.pieces[order]
    text, size = piece.text, piece.words
    if sheet.twins and size < 260 and not _linked(piece) and any(text.startswith(stem) for stem in sheet.twins):
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
        if a_name(text) and piece.box.tag not in _HEADINGS:
            return "byline", IN_BOX if _near_bits(piece.box) & BIT["byline"] else "a name between title and text"
    if dated(text, size, False):
        return "date-line", "a date and hardly anything else"
    if piece.images and 20 <= size < 300 and not _linked(piece):
        return "caption", "right after a picture"
    after = sheet.pieces[order + 1] if order + 1 < len(sheet.pieces) else None
    if 25 <= size < 260 and after is not None and after.words < 90 and _SLASHED.match(after.text):
        return "caption", "before the credit of a picture"
    return None


def _furniture(sheet: Sheet, order: int) -> Found:
    piece = sheet.pieces[order]
    box, text = piece.box, piece.text
    tags, near, far = box.within, _near_bits(box), box.above | box.bits
    kind, linked, short = opening(text), _linked(piece), piece.words < 100
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


_OF_LINKS: dict[str | None, Found] = {
    "share": ("share", "share or follow row"),
    "comment": ("comment-form", "speaks of comments"),
    "newsletter": ("newsletter", "offers a newsletter or a subscription"),
    "legal": ("legal", "speaks of rights"),
    "related": ("headline-list", "heads a list of other articles"),
}
"""What a short link is by its first words."""


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


def _far(piece: Piece) -> Found:
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


def _menu(piece: Piece) -> Found:
    """What a row of short links is by the first of them."""
    found = _OF_LINKS.get(opening(piece.text))
    if found is not None and found[0] != "headline-list":
        return found
    if piece.words >= HEADLINE * piece.run:
        return "headline-list", f"{piece.run} links in a row, as long as headlines"
    return "navigation", f"{piece.run} short links in a row"


HEADLINE = 25
"""Width from which links in a row are headlines: a dozen CJK characters are one."""


def _lesser(sheet: Sheet, order: int, tags: int, near: int, far: int) -> Found:
    piece = sheet.pieces[order]
    box, text = piece.box, piece.text
    kind, linked, short = opening(text), _linked(piece), piece.words < 100
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
        return ("headline-list" if box.tag in _HEADINGS or box.tag == "li" else "teaser"), "in a box of other articles"
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


def filled(pieces: Sequence[Piece], scores: Matrix, threshold: float) -> Matrix:
    """The scores, whole sentences set like the sure text around them lifted above the threshold."""
    sure = [order for order in np.flatnonzero(scores >= 0.8).tolist() if pieces[order].words >= LONG]
    unsure = np.flatnonzero((scores >= FILL) & (scores < threshold)).tolist()
    if len(sure) < 3 or not unsure:
        return scores
    set_like = [(piece.box.tag, piece.box.names, id(piece.box.parent)) for piece in pieces]
    style = Counter(set_like[order] for order in sure)
    lifted = scores.copy()
    for order in unsure:
        piece = pieces[order]
        if not sure[0] <= order < sure[-1] + 8 or piece.linked * 3 > len(piece.text) or style[set_like[order]] < 3:
            continue
        between = lifted[order - 1] >= threshold and order + 1 < len(pieces) and scores[order + 1] >= threshold
        if piece.words < (SENTENCE if between else LONG) or not ends_sentence(piece.text):
            continue
        if opening(piece.text) in (None, "date"):
            lifted[order] = threshold + 0.001
    return lifted


# All together


def _intro_summary(sheet: Sheet, order: int) -> bool:
    """Whether a piece between title and text is a sentence about the article: its standfirst."""
    piece = sheet.pieces[order]
    return 40 <= piece.words < 400 and not _linked(piece) and known_share([piece.text], sheet.known) > 0.3


def _outside(sheet: Sheet, order: int, before: Part | None, titled: bool) -> Found:
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


def _inside(sheet: Sheet, order: int, announced: bool) -> tuple[Found, bool]:
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


def _continues(sheet: Sheet, order: int) -> bool:
    """Whether a piece that scores as text goes on with the list announced before it."""
    piece = sheet.pieces[order]
    if order <= sheet.start or sheet.scores[order] > 0.9:
        return False
    return _linked(piece) or (len(words(piece.text)) >= 4 and known_share([piece.text], sheet.known) < FOREIGN)


def _pulled(sheet: Sheet, order: int) -> bool:
    """Whether a short piece repeats a sentence of a longer one beside it."""
    piece = sheet.pieces[order]
    if not 50 <= piece.words <= 320 or _linked(piece):
        return False
    core = piece.text.strip("\"'“”‘’«»„ .…")
    if len(core) < 20:
        return False
    return len(sheet.whole) < READ_THROUGH and sheet.whole.count(core) > sheet.copies[piece.text]


READ_THROUGH = 100_000
"""Characters of a text that is read for each of its pieces; in a longer one nobody sets sentences large."""


def _goes_on(piece: Piece) -> bool:
    """Whether a piece can go on with a list of headlines begun before it."""
    return piece.words < 220 and (_linked(piece) or not ends_sentence(piece.text))


def _split(part: Part) -> list[Part]:
    """A caption without its credit and the credit; a date-line without the names around it."""
    if part.role == "caption" and (found := split_credit(part.text)) is not None:
        at, named = found
        credit = Part(part.text[at:], "credit", 0.9, (f"names the picture's source: {named}",), (), part.joint)
        return [Part(part.text[:at], "caption", part.score, part.evidence, part.links, ""), credit] if at else [credit]
    return split_date_line(part) if part.role == "date-line" else [part]


def html_parts(cut: Cut, scores: Matrix, described: Matrix, title: str | None) -> list[Part]:
    """The pieces as parts in reading order."""
    pieces, near = cut.pieces, cut.near
    threshold = best_threshold(pieces, scores)
    scores = filled(pieces, scores, threshold)
    sheet = _sheet(pieces, scores, described, title, threshold)
    parts: list[Part] = []
    titled = announced = False
    for order, piece in enumerate(pieces):
        score = sheet.scores[order]
        announced = announced and _goes_on(piece)
        own = False
        if score >= threshold:
            (role, why), own = _inside(sheet, order, announced)
            evidence = (why, STANDFIRST) if own and _summary(sheet, order) else (why,)
        else:
            role, why = _outside(sheet, order, parts[-1] if parts else None, titled) if order in near else _far(piece)
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


MENU = 600
"""Characters up to which menus that follow each other are one part."""


_JOINED = frozenset(("navigation", "other", "share", "legal", "newsletter"))


def _joined(last: Part, role: Role, piece: Piece, near: bool) -> bool:
    """Whether the piece became part of the menu before it, or of the furniture far from the text."""
    if last.role != role or len(last.text) > MENU or (near and role != "navigation") or piece.words > MENU // 4:
        return False
    last.text = f"{last.text}{last.joint}{piece.text}"
    last.joint = "\n\n"
    return True
