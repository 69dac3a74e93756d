"""Cuts a parsed page into pieces of text between block-level tags, each with the boxes it lies in: the one walk over the tree."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

MOST_PIECES = 6000
"""Beyond it a page is no article; what follows is joined into the last piece, so that no text is lost."""
MOST_NODES = 400_000
"""Nodes looked at; keeps the walk below .2 CPU-seconds."""

_SKIP = frozenset(
    [
        "script",
        "style",
        "template",
        "svg",
        "math",
        "iframe",
        "object",
        "embed",
        "audio",
        "canvas",
        "select",
        "option",
        "datalist",
        "head",
        "title",
        "map",
        "dialog-x",
        "-comment",
        "textarea",
        "meta",
        "link",
        "progress",
        "meter",
        "applet",
        "param",
        "source",
        "track",
    ]
)
_BLOCK = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "caption",
        "center",
        "dd",
        "details",
        "dialog",
        "dir",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "frameset",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hgroup",
        "hr",
        "html",
        "legend",
        "li",
        "main",
        "menu",
        "nav",
        "ol",
        "p",
        "pre",
        "search",
        "section",
        "summary",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
        "noscript",
        "video",
        "button",
        "amp-social-share",
        "text",
        "iframe-x",
    ]
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


class Box:
    """A block-level element: what it is called, where it lies and how much of its text is link."""

    __slots__ = (
        "above",
        "bits",
        "chars",
        "depth",
        "heads",
        "hidden",
        "images",
        "inputs",
        "items",
        "linked",
        "links",
        "long",
        "names",
        "number",
        "paragraphs",
        "parent",
        "pieces",
        "tag",
    )  # fmt: skip

    def __init__(self, parent: Box | None, tag: str, names: str, number: int) -> None:
        self.parent = parent
        self.tag = tag
        self.names = names
        self.bits = class_bits(names) if names else 0
        self.above: int = parent.above | parent.bits if parent else 0
        self.depth: int = parent.depth + 1 if parent else 0
        self.hidden: bool = parent.hidden if parent else False
        self.number = number
        self.chars = self.linked = self.pieces = self.long = self.items = self.images = self.inputs = self.links = 0
        self.heads = self.paragraphs = 0


@dataclass(slots=True)
class Piece:
    """A run of text between block-level tags, white space collapsed."""

    text: str
    box: Box
    linked: int = 0
    """Characters inside links."""
    links: list[str] = field(default_factory=list)
    bold: int = 0
    italic: int = 0
    broken: bool = False
    """Ends or begins at a line break, not at a block's edge."""
    words: int = 0
    stamped: bool = False
    """Holds a `<time>` element."""
    inputs: int = 0
    order: int = 0


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
    """Microdata and rel attributes: property, value, number of the piece."""
    nodes: int


def cut(root: Any) -> Cut:
    """The pieces of the tree under `root` (lexbor's body element or the root)."""
    return _Walk().run(root)


class _Walk:
    def __init__(self) -> None:
        self.pieces: list[Piece] = []
        self.boxes: list[Box] = []
        self.times: list[tuple[str, int]] = []
        self.micro: list[tuple[str, str, int]] = []
        self.scripts = self.frames = self.nodes = 0
        self.noscript: list[str] = []
        self._reset()

    def _reset(self) -> None:
        self.buffer: list[str] = []
        self.linked = self.bold = self.italic = 0
        self.hrefs: list[str] = []
        self.stamped = False
        self.inputs = 0

    def _flush(self, box: Box, broken: bool) -> None:
        if self.buffer:
            text = " ".join("".join(self.buffer).split())
            if text and not text.isascii():
                text = " ".join(_INVISIBLE.sub("", text).split())
            if text:
                self._piece(text, box, broken)
        elif not self.inputs:
            return
        self._reset()

    def _piece(self, text: str, box: Box, broken: bool) -> None:
        pieces = self.pieces
        if len(pieces) >= MOST_PIECES:
            pieces[-1].text += " " + text
            return
        piece = Piece(
            text,
            box,
            min(self.linked, len(text)),
            self.hrefs,
            min(self.bold, len(text)),
            min(self.italic, len(text)),
            broken,
        )
        piece.stamped = self.stamped
        piece.inputs = self.inputs
        piece.order = len(pieces)
        pieces.append(piece)

    def run(self, root: Any) -> Cut:
        box = Box(None, "body", "", 0)
        self.boxes.append(box)
        # Each open element on the stack: (node, box to return to or None for inline, what ends with it)
        stack: list[tuple[Any, Box | None, str]] = []
        node = root.child if root is not None else None
        link = bold = italic = heading = 0
        silent = 0
        while True:
            if node is None:
                if not stack:
                    break
                node, back, tag = stack.pop()
                if back is not None:
                    self._flush(box, False)
                    box = back
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
                node = node.next
                continue
            self.nodes += 1
            if self.nodes > MOST_NODES:
                break
            tag = node.tag
            if tag == "-text":
                text = node.text_content
                if text:
                    if silent:
                        self.noscript.append(text)
                    else:
                        self.buffer.append(text)
                        if not text.isspace():
                            size = len(text)
                            if link:
                                self.linked += size
                            if bold:
                                self.bold += size
                            if italic:
                                self.italic += size
                node = node.next
                continue
            if tag in _SKIP:
                if tag == "script":
                    self.scripts += 1
                elif tag == "iframe":
                    self.frames += 1
                    self._flush(box, False)
                node = node.next
                continue
            if tag == "br":
                if heading:
                    self.buffer.append(" ")
                else:
                    self._flush(box, True)
                node = node.next
                continue
            if tag in _BLOCK:
                self._flush(box, False)
                if tag == "hr":
                    node = node.next
                    continue
                attributes = node.attributes
                names = attributes.get("class") or ""
                identity = attributes.get("id")
                if identity:
                    names = f"{names} {identity}"
                inner = Box(box, tag, names[:300], len(self.boxes))
                if not inner.hidden and attributes:
                    style = attributes.get("style")
                    inner.hidden = (
                        "hidden" in attributes
                        or bool(style and _HIDDEN.search(style))
                        or attributes.get("aria-hidden") == "true"
                    )
                if "itemprop" in attributes:
                    self.micro.append((attributes["itemprop"] or "", attributes.get("content") or "", len(self.pieces)))
                self.boxes.append(inner)
                child = node.child
                if child is not None:
                    stack.append((node, box, tag))
                    box = inner
                    if tag in _HEADINGS:
                        heading += 1
                    elif tag == "noscript":
                        silent += 1
                    node = child
                else:
                    node = node.next
                continue
            if tag == "img" or tag == "amp-img":
                box.images += 1
                node = node.next
                continue
            if tag == "input":
                box.inputs += 1
                self.inputs += 1
                node = node.next
                continue
            if tag == "a":
                href = node.attributes.get("href")
                if "rel" in node.attributes and node.attributes["rel"] == "author":
                    self.micro.append(("rel-author", node.text(strip=True)[:200], len(self.pieces)))
                if href and len(self.hrefs) < 8:
                    self.hrefs.append(href)
                box.links += 1
            elif tag == "time":
                self.stamped = True
                stamp = node.attributes.get("datetime")
                if stamp:
                    self.times.append((stamp, len(self.pieces)))
            elif tag == "span" or tag == "meta":
                prop = node.attributes.get("itemprop")
                if prop:
                    self.micro.append(
                        (prop, node.attributes.get("content") or node.text(strip=True)[:300], len(self.pieces))
                    )
            child = node.child
            if child is not None:
                stack.append((node, None, tag))
                if tag == "a":
                    link += 1
                elif tag in _BOLD:
                    bold += 1
                elif tag in _ITALIC:
                    italic += 1
                node = child
            else:
                node = node.next
        self._flush(box, False)
        _total(self.pieces)
        return Cut(
            self.pieces,
            self.boxes,
            self.scripts,
            self.frames,
            " ".join(self.noscript)[:2000],
            self.times,
            self.micro,
            self.nodes,
        )


LONG = 80
"""Characters from which a piece counts as long; a CJK character counts as 2.5."""


_WIDE = re.compile("[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uac00-\ud7af]")


def width(text: str) -> int:
    """Length of the text in Latin characters: a CJK character says as much as 2.5 letters."""
    if text.isascii():
        return len(text)
    return len(text) + int(1.5 * len(_WIDE.findall(text)))


def _total(pieces: list[Piece]) -> None:
    for piece in pieces:
        size = width(piece.text)
        piece.words = size
        linked = piece.linked * size // max(1, len(piece.text))
        long = size >= LONG and linked * 2 < size
        head = piece.box.tag in _HEADINGS
        box: Box | None = piece.box
        while box is not None:
            box.chars += size
            box.linked += linked
            box.pieces += 1
            box.long += long
            box.heads += head
            box = box.parent
