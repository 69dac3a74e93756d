"""The block-level elements that pieces of text lie in: what they are called, where they lie and what they hold."""

from __future__ import annotations

import re
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_NAMED = re.compile(r'\s(?:class|id)="([^"]*)"')
_HIDDEN = re.compile(r'display\s*:\s*none|visibility\s*:\s*hidden|\shidden=|aria-hidden="true"')

# What class names and ids say of a box. The order is that of the features of the model: append only.
_WORDS = (
    ("content", "article content story post entry text main body artikel noticia nota cuerpo haber detail txt"),
    ("navigation", "nav menu breadcrumb header masthead topbar toolbar tabs pagination pager skip lang"),
    ("footer", "foot bottom copyright colophon"),
    ("side", "side aside widget rail sticky column right"),
    (
        "related",
        "relat recommend more popular trending most latest recent promo teaser outbrain taboola similar suggest also "
        "next prev mehr verwandt lire card list feed grid carousel slider hot",
    ),
    ("share", "shar social follow facebook twitter whatsapp bookmark like print email tools button btn icon"),
    ("comment", "comment disqus respond reply kommentar discussion review rating vote"),
    (
        "caption",
        "caption figure fig- image img photo picture media gallery legend bild foto video credit copyright source",
    ),
    ("byline", "author byline writer autor bio profile contributor reporter"),
    ("date", "date time publish stamp meta info posted"),
    ("newsletter", "newsletter subscri signup sign-up login paywall register piano offer donat support membership"),
    ("advert", "ads ad- -ad adv sponsor commercial banner promo werbung anzeige dfp gpt"),
    ("tags", "tag topic categor keyword label kicker section rubri channel"),
    ("legal", "legal cookie consent gdpr privacy terms disclaimer notice onetrust ot-pc ot-grp ot-desc cmp didomi"),
    ("title", "title headline heading titel titulo hed"),
    (
        "lead",
        "lead lede dek standfirst subtitle sub-title subhead summary intro excerpt description teaser abstract sapo "
        "bajada chapo",
    ),
    ("hidden", "hidden hide modal popup overlay sr-only visually screen-reader d-none offscreen collapse"),
    ("quote", "quote pull zitat cita highlight"),
    ("embed", "embed tweet instagram tiktok player youtube"),
    ("paragraph", "paragraph absatz parrafo rich prose wysiwyg field-item"),
)
CLASS_WORDS = tuple(name for name, _ in _WORDS)
BIT = {name: 1 << place for place, name in enumerate(CLASS_WORDS)}
_BITS: dict[str, int] = {}
for _name, _words in _WORDS:
    for _word in _words.split():
        _BITS[_word] = _BITS.get(_word, 0) | BIT[_name]
_CLASS = re.compile("|".join(re.escape(word) for word in sorted(_BITS, key=len, reverse=True)))


@lru_cache(maxsize=50_000)
def _word_bits(name: str) -> int:
    bits = 0
    for word in _CLASS.findall(name):
        bits |= _BITS[word]
    return bits


def class_bits(names: str) -> int:
    """What the words of a class or id say, as bits in the order of CLASS_WORDS."""
    bits = 0
    for name in names.lower().split():
        bits |= _word_bits(name)
    return bits


def _described(attributes: str) -> tuple[str, int, bool]:
    """The names an element's attributes give it, their bits, and whether they hide it."""
    names = " ".join(_NAMED.findall(attributes))[:300]
    may = "hidden" in attributes or "display" in attributes or "visib" in attributes
    return names, class_bits(names), may and bool(_HIDDEN.search(attributes))


_known = lru_cache(maxsize=20_000)(_described)
LONGEST_KNOWN = 300
"""Characters of attributes that are remembered: pages of one site share most of theirs."""

TAGS = ("p", "li", "h1", "h2", "h3", "h4", "td", "div", "span", "figcaption", "blockquote", "dd", "header", "footer", "section",
        "article", "aside", "nav", "button", "form", "pre", "text", "body")  # fmt: skip
TAG_CODES = {tag: place + 1 for place, tag in enumerate(TAGS)}
TAG_CODES["h5"] = TAG_CODES["h6"] = TAG_CODES["h4"]
TAG_CODES["dt"] = TAG_CODES["th"] = TAG_CODES["td"]
TAG_CODES["caption"] = TAG_CODES["figure"] = TAG_CODES["figcaption"]
WITHIN = ("article", "aside", "nav", "footer", "header", "figure", "figcaption", "form", "table", "ul", "blockquote", "section",
          "main", "button", "text")  # fmt: skip
WITHIN_BITS = {tag: 1 << place for place, tag in enumerate(WITHIN)}
WITHIN_BITS["ol"] = WITHIN_BITS["ul"]


class Box:
    """A block-level element: what it is called, where it lies and what it holds, in all the boxes in it."""

    chars = linked = pieces = images = inputs = links = 0
    long = 0
    """Long pieces that are not mostly link."""
    heads = linked_heads = 0
    cards = 0
    """How many boxes of more than one piece stand beside it, or beside one around it, that are called the same."""

    def __init__(self, parent: Box | None, tag: str, attributes: str, number: int) -> None:
        self.parent = parent
        self.tag = tag
        self.number = number
        self.code: int = TAG_CODES.get(tag, 0)
        names, bits, hidden = _known(attributes) if len(attributes) < LONGEST_KNOWN else _described(attributes)
        self.names: str = names
        self.bits: int = bits
        if parent is None:
            self.above, self.depth, self.hidden, self.within = bits, 0, hidden, WITHIN_BITS.get(tag, 0)
        else:
            self.above = parent.above | bits
            self.depth = parent.depth + 1
            self.hidden = parent.hidden or hidden
            self.within = parent.within | WITHIN_BITS.get(tag, 0)


def count_cards(boxes: list[Box]) -> None:
    """Counts the boxes in a row that look the same and hold more than one piece: cards of other articles, comments, goods."""
    rows: dict[tuple[int, str, str], int] = {}
    for box in boxes:
        if box.pieces > 1 and box.parent is not None:
            key = (box.parent.number, box.tag, box.names)
            rows[key] = rows.get(key, 0) + 1
    for box in boxes:
        outer = box.parent
        if outer is not None:
            box.cards = outer.cards
            if box.pieces > 1:
                box.cards = max(box.cards, rows[outer.number, box.tag, box.names] - 1)


def styles(boxes: list[Box]) -> NDArray[np.int64]:
    """A number for each box that it shares with those of the same tag and classes in such a box."""
    numbers: dict[tuple[str, str, str, str], int] = {}
    found = []
    for box in boxes:
        up = box.parent or box
        found.append(numbers.setdefault((box.tag, box.names, up.tag, up.names), len(numbers)))
    return np.array(found, np.int64)
