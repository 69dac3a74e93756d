"""Reads what a page says of itself in its head: JSON-LD, meta elements, links and the title, each value with its origin."""

from __future__ import annotations

import html as entities
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

LONGEST = 2_000_000
"""Characters of one JSON-LD script that are read."""
MOST_THINGS = 400
LONGEST_VALUE = 3000
"""Characters of a title or a meta element that are read."""
MOST_VALUES = 12
"""Meta elements of one name that are read."""
ARTICLE_TYPES = frozenset(
    [
        "article",
        "newsarticle",
        "reportagenewsarticle",
        "analysisnewsarticle",
        "opinionnewsarticle",
        "backgroundnewsarticle",
        "blogposting",
        "liveblogposting",
        "reviewnewsarticle",
        "advertisercontentarticle",
        "satiricalarticle",
        "socialmediaposting",
        "techarticle",
        "scholarlyarticle",
        "report",
        "posting",
        "medicalscholarlyarticle",
        "webarticle",
        "askpublicnewsarticle",
        "review",
    ]
)
_TRAILING = re.compile(r",\s*([}\]])")
_CONTROL = re.compile(r"[\x00-\x1f]+")
_SURROGATE = re.compile("[\ud800-\udfff]")
"""Scripts can name half a character, which no database takes."""
_TAGS = re.compile(r"<[^<>]{1,300}>")
_COMMENT = re.compile(
    r"^\s*(?:<!--|//\s*<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/|<!\[CDATA\[)|(?:-->|//\s*\]\]>|/\*\s*\]\]>\s*\*/|\]\]>)\s*$"
)

Thing = dict[str, Any]


@dataclass(slots=True)
class Head:
    """What a page says of itself before its text begins."""

    meta: dict[str, list[str]] = field(default_factory=dict)
    """Content by lower-cased name, property or itemprop; in order."""
    things: list[Thing] = field(default_factory=list)
    """JSON-LD objects that have a type, outermost first."""
    title: str = ""
    canonical: str | None = None
    amp: str | None = None
    language: str | None = None
    generator: str | None = None
    links: list[tuple[str, str]] = field(default_factory=list)

    def first(self, *names: str) -> str | None:
        """The first non-empty content among these names, in their order."""
        for name in names:
            for value in self.meta.get(name, ()):
                if value.strip():
                    return value.strip()
        return None


def types(thing: Thing) -> frozenset[str]:
    """The thing's types, lower case, without their vocabulary's address."""
    given = thing.get("@type")
    names = given if isinstance(given, list) else [given]
    return frozenset(name.rsplit("/", 1)[-1].rsplit(":", 1)[-1].lower() for name in names if isinstance(name, str))


def is_article(thing: Thing) -> bool:
    """Whether the thing is a kind of article."""
    return bool(types(thing) & ARTICLE_TYPES)


def read_json(text: str) -> Any:
    """The script's value, common faults mended; None where it is beyond that."""
    text = text[:LONGEST].strip()
    for mend in (
        lambda raw: raw,
        lambda raw: _COMMENT.sub("", _COMMENT.sub("", raw)),
        lambda raw: _TRAILING.sub(r"\1", _CONTROL.sub(" ", _COMMENT.sub("", raw))).rstrip("; \n"),
        lambda raw: entities.unescape(_CONTROL.sub(" ", raw)),
    ):
        try:
            return json.loads(mend(text), strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def things_in(value: Any) -> Iterator[Thing]:
    """Every object with a type in a JSON-LD value, outermost first."""
    waiting = [value]
    seen = 0
    while waiting and seen < 20_000:
        step = waiting.pop(0)
        seen += 1
        if isinstance(step, list):
            waiting[:0] = step[:MOST_THINGS]
        elif isinstance(step, dict):
            if "@type" in step:
                yield step
            waiting.extend(inner for inner in step.values() if isinstance(inner, dict | list))


def text_of(value: Any) -> str:
    """A plain string out of what JSON-LD may hold in its place."""
    if isinstance(value, list):
        return next((found for found in map(text_of, value) if found), "")
    if isinstance(value, dict):
        return text_of(value.get("@value") or value.get("name") or value.get("text") or value.get("@id") or "")
    return unescape(value) if isinstance(value, str) else ""


def unescape(text: str) -> str:
    """The text without entities, markup and doubled white space."""
    if "&" in text:
        text = entities.unescape(entities.unescape(text))
    if "<" in text:
        text = _TAGS.sub(" ", text)
    if not text.isascii():
        text = _SURROGATE.sub("\ufffd", text)
    return " ".join(text.split())


def read_head(tree: Any) -> Head:
    """What the parsed page says of itself; `tree` is a lexbor parser."""
    head = Head()
    root = tree.root
    if root is None:
        return head
    if root.tag == "html" or root.tag is not None:
        head.language = (root.attributes.get("lang") or root.attributes.get("xml:lang") or "").strip() or None
    for node in tree.css("meta"):
        given = node.attributes
        name = given.get("property") or given.get("name") or given.get("itemprop") or given.get("http-equiv")
        content = given.get("content")
        if name and content:
            values = head.meta.setdefault(name.strip().lower()[:100], [])
            if len(values) < MOST_VALUES:
                values.append(content[:LONGEST_VALUE])
    for node in tree.css("link[rel]"):
        given = node.attributes
        relation, href = (given.get("rel") or "").lower(), given.get("href")
        if href and relation == "canonical" and head.canonical is None:
            head.canonical = href.strip()
        elif href and relation == "amphtml":
            head.amp = href.strip()
    title = tree.css_first("head title") or tree.css_first("title")
    head.title = unescape((title.text() or "")[:LONGEST_VALUE]) if title is not None else ""
    for node in tree.css('script[type*="ld+json" i]'):
        value = read_json(node.text() or "")
        if value is not None and len(head.things) < MOST_THINGS:
            head.things.extend(things_in(value))
    return head
