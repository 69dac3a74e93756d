# ruff: noqa: SIM905  (words read best as words)
"""Cuts a parsed page into pieces of text between block-level tags, each with the boxes it lies in: the one walk over the tree."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

MOST_PIECES = 6000
"""Beyond it a page is no article; what follows is joined into the last piece, so that no text is lost."""
MOST_NAMED = 20_000
"""Boxes whose class names are read."""
MOST_NODES = 400_000
"""Nodes looked at; keeps the walk below .2 CPU-seconds."""

_SKIP = frozenset(
    "script style template svg math iframe object embed audio canvas select option datalist head title map "
    "-comment textarea meta link progress meter applet param source track br img amp-img input hr wbr".split()
)
_NOTED = frozenset("br img amp-img script input iframe hr".split())
_TELLING = frozenset("a time span".split())
_BLOCK = frozenset(
    "address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure "
    "footer form frameset h1 h2 h3 h4 h5 h6 header hgroup html legend li main menu nav ol p pre search section "
    "summary table tbody td tfoot th thead tr ul noscript video button text amp-social-share".split()
)
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_BOLD = frozenset(("b", "strong"))
_ITALIC = frozenset(("i", "em", "cite"))
_INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff\u200e\u200f]")
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)

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
    ("legal", "legal cookie consent gdpr privacy terms disclaimer notice"),
    ("title", "title headline heading titel titulo hed"),
    (
        "lead",
        "lead lede dek standfirst subtitle sub-title subhead summary intro excerpt description teaser abstract sapo "
        "bajada chapo",
    ),
    ("hidden", "hidden hide modal popup overlay sr-only visually screen-reader d-none offscreen collapse"),
    ("quote", "quote pull zitat cita highlight"),
    ("embed", "embed tweet instagram tiktok player youtube"),
    ("poster", "poster"),
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
def class_bits(names: str) -> int:
    """What the words of a class or id say, as bits in the order of CLASS_WORDS."""
    bits = 0
    for word in _CLASS.findall(names.lower()):
        bits |= _BITS[word]
    return bits


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
    """A block-level element: what it is called, where it lies and how much of its text is link."""

    __slots__ = ("above", "bits", "chars", "code", "depth", "heads", "hidden", "images", "inputs", "linked", "linked_heads",
                 "links", "long", "names", "number", "parent", "pieces", "tag", "within")  # fmt: skip

    def __init__(self, parent: Box | None, tag: str, names: str, number: int) -> None:
        self.parent = parent
        self.tag = tag
        self.names = names
        self.bits = class_bits(names) if names else 0
        self.above: int = parent.above | parent.bits if parent else 0
        self.depth: int = parent.depth + 1 if parent else 0
        self.hidden: bool = parent.hidden if parent else False
        self.number = number
        self.code: int = TAG_CODES.get(tag, 0)
        self.within: int = (parent.within if parent else 0) | WITHIN_BITS.get(tag, 0)
        self.chars = self.linked = self.pieces = self.long = self.images = self.inputs = self.links = 0
        self.heads = self.linked_heads = 0


@dataclass(slots=True)
class Piece:
    """A run of text between block-level tags, white space collapsed."""

    text: str
    box: Box
    linked: int
    """Characters inside links."""
    links: list[str]
    bold: int
    italic: int
    broken: bool
    """Ends at a line break, not at a block's edge."""
    stamped: bool
    """Holds a `<time>` element."""
    inputs: int
    """Input fields since the piece before."""
    images: int
    """Pictures since the piece before."""
    words: int = 0
    """Its width."""


@dataclass(slots=True)
class Cut:
    """All pieces of a page in reading order, and what the walk saw on the way."""

    pieces: list[Piece]
    boxes: list[Box]
    scripts: int
    frames: int
    noscript: str
    times: list[tuple[str, int]]
    """`datetime` values of `<time>` elements with the number of the piece they stand in."""
    micro: list[tuple[str, str, int]]
    """Microdata and `rel=author`: property, value, number of the piece."""
    nodes: int


def cut(root: Any, microdata: bool = True) -> Cut:
    """The pieces of the tree under `root` (lexbor's body element or the root); `microdata` False where it has none."""
    return _Walk(_TELLING if microdata else _TELLING - {"span"}).run(root)


class _Walk:
    """The state of one walk: what was read since the last piece ended, and what was found."""

    __slots__ = ("bold", "boxes", "buffer", "frames", "hrefs", "images", "inputs", "italic", "linked", "micro", "nodes",
                 "noscript", "pieces", "rest", "scripts", "stamped", "telling", "times")  # fmt: skip

    def __init__(self, telling: frozenset[str]) -> None:
        self.telling = telling
        self.pieces: list[Piece] = []
        self.boxes: list[Box] = []
        self.times: list[tuple[str, int]] = []
        self.micro: list[tuple[str, str, int]] = []
        self.scripts = self.frames = self.nodes = 0
        self.noscript: list[str] = []
        self.buffer: list[str] = []
        self.rest: list[str] = []
        self.linked = self.bold = self.italic = self.inputs = self.images = 0
        self.hrefs: list[str] = []
        self.stamped = False

    def flush(self, box: Box, broken: bool) -> None:
        """End the piece: what was read becomes one, if it has any text."""
        text = " ".join("".join(self.buffer).split())
        if text and not text.isascii():
            text = " ".join(_INVISIBLE.sub("", text).split())
        self.buffer.clear()
        if text:
            self.piece(text, box, broken)

    def piece(self, text: str, box: Box, broken: bool) -> None:
        """Add a piece and begin the next."""
        pieces = self.pieces
        if len(pieces) >= MOST_PIECES:
            self.rest.append(text)
            return
        size = len(text)
        linked, bold, italic = min(self.linked, size), min(self.bold, size), min(self.italic, size)
        pieces.append(
            Piece(text, box, linked, self.hrefs, bold, italic, broken, self.stamped, self.inputs, self.images)
        )
        self.linked = self.bold = self.italic = self.inputs = self.images = 0
        self.hrefs = []
        self.stamped = False

    def box(self, node: Any, tag: str, outer: Box) -> Box:
        """The box of a block-level element."""
        given = node.attributes
        if not given:
            inner = Box(outer, tag, "", len(self.boxes))
            self.boxes.append(inner)
            return inner
        names, identity = given.get("class") or "", given.get("id")
        if len(self.boxes) > MOST_NAMED:
            names, identity = "", None
        inner = Box(outer, tag, (f"{names} {identity}" if identity else names)[:300], len(self.boxes))
        self.boxes.append(inner)
        if not inner.hidden and ("hidden" in given or "style" in given or "aria-hidden" in given):
            style = given.get("style")
            inner.hidden = (
                "hidden" in given or given.get("aria-hidden") == "true" or bool(style and _HIDDEN.search(style))
            )
        if "itemprop" in given:
            self.micro.append((given["itemprop"] or "", given.get("content") or "", len(self.pieces)))
        return inner

    def inline(self, node: Any, tag: str, box: Box) -> None:
        """Note what an inline element says beside its text."""
        given = node.attributes
        if tag == "a":
            href = given.get("href")
            if href and len(self.hrefs) < 8:
                self.hrefs.append(href)
            if given.get("rel") == "author":
                self.micro.append(("rel-author", node.text(strip=True)[:200], len(self.pieces)))
            box.links += 1
        elif tag == "time":
            self.stamped = True
            if given.get("datetime"):
                self.times.append((given["datetime"], len(self.pieces)))
        elif "itemprop" in given:
            value = given.get("content") or node.text(strip=True)[:300]
            self.micro.append((given["itemprop"] or "", value, len(self.pieces)))

    def void(self, tag: str, box: Box, heading: int) -> None:
        """Note an element whose inside is no text of the page."""
        if tag == "br":
            if heading:
                self.buffer.append(" ")
            elif self.buffer:
                self.flush(box, True)
        elif tag == "img" or tag == "amp-img":
            box.images += 1
            self.images += 1
        elif tag == "script":
            self.scripts += 1
        elif tag == "input":
            box.inputs += 1
            self.inputs += 1
        elif tag == "iframe":
            self.frames += 1
            self.flush(box, False)
        elif self.buffer:
            self.flush(box, False)

    def run(self, root: Any) -> Cut:
        """Walk the tree. One loop without recursion or a call for each text node: it is most of the walk's time."""
        box = Box(None, "body", "", 0)
        self.boxes.append(box)
        buffer, telling = self.buffer, self.telling
        # For each open element: itself, the box outside it (None where it is inline), its tag.
        stack: list[tuple[Any, Box | None, str]] = []
        node = root.child if root is not None else None
        link = bold = italic = heading = silent = nodes = 0
        while nodes < MOST_NODES:
            if node is None:
                if not stack:
                    break
                node, outer, tag = stack.pop()
                node = node.next
                if outer is not None:
                    if buffer:
                        self.flush(box, False)
                    box = outer
                    if tag in _HEADINGS:
                        heading -= 1
                    elif tag == "noscript":
                        silent -= 1
                elif tag == "a":
                    link -= 1
                elif tag in _BOLD:
                    bold -= 1
                elif tag in _ITALIC:
                    italic -= 1
                continue
            nodes += 1
            tag = node.tag
            if tag == "-text":
                text = node.text_content
                if silent:
                    self.noscript.append(text)
                elif text:
                    buffer.append(text)
                    if (link or bold or italic) and not text.isspace():
                        size = len(text)
                        self.linked += size if link else 0
                        self.bold += size if bold else 0
                        self.italic += size if italic else 0
                node = node.next
                continue
            if tag in _SKIP:
                if tag in _NOTED:
                    self.void(tag, box, heading)
                node = node.next
                continue
            if tag in _BLOCK:
                if buffer:
                    self.flush(box, False)
                inner = self.box(node, tag, box)
                child = node.child
                if child is None:
                    node = node.next
                    continue
                stack.append((node, box, tag))
                box = inner
                if tag in _HEADINGS:
                    heading += 1
                elif tag == "noscript":
                    silent += 1
                node = child
                continue
            if tag in telling:
                self.inline(node, tag, box)
            child = node.child
            if child is None:
                node = node.next
                continue
            stack.append((node, None, tag))
            if tag == "a":
                link += 1
            elif tag in _BOLD:
                bold += 1
            elif tag in _ITALIC:
                italic += 1
            node = child
        self.nodes = nodes
        self.flush(box, False)
        if self.rest:
            self.pieces[-1].text = " ".join([self.pieces[-1].text, *self.rest])
        _total(self.pieces, self.boxes)
        noscript = " ".join(" ".join(self.noscript).split())[:2000]
        return Cut(self.pieces, self.boxes, self.scripts, self.frames, noscript, self.times, self.micro, nodes)


LONG = 80
"""Characters from which a piece counts as long; a CJK character counts as 2.5."""


_WIDE = re.compile("[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uac00-\ud7af]")


def width(text: str) -> int:
    """Length of the text in Latin characters: a CJK character says as much as 2.5 letters."""
    if text.isascii():
        return len(text)
    return len(text) + int(1.5 * len(_WIDE.findall(text)))


def _total(pieces: list[Piece], boxes: list[Box]) -> None:
    """Adds up what each box holds: first its own pieces, then, from the inside out, those of the boxes in it."""
    for piece in pieces:
        box = piece.box
        size = piece.words = width(piece.text)
        linked = piece.linked * size // len(piece.text)
        box.chars += size
        box.linked += linked
        box.pieces += 1
        box.long += size >= LONG and linked * 2 < size
        if box.tag in _HEADINGS:
            box.heads += 1
            box.linked_heads += linked * 2 > size
    for box in reversed(boxes):
        outer = box.parent
        if outer is not None and box.pieces:
            outer.chars += box.chars
            outer.linked += box.linked
            outer.pieces += box.pieces
            outer.long += box.long
            outer.heads += box.heads
            outer.linked_heads += box.linked_heads
