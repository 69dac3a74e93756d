"""Uses what is known of the site: operators' overrules, and blocks that link to or repeat the titles of its other articles."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, cast, get_args
from urllib.parse import urljoin

from broadsheet.address import canonical
from broadsheet.model import BODY_ROLES, Article, Block, Role, block_text
from broadsheet.ports import Known
from broadsheet.storage.known import folded
from processors.extract.pieces import width
from processors.strip.ledger import decided, restored_one

TITLE_WORDS = 4
"""Shorter titles are too common to be told by."""
LONGEST = 900
"""Characters of a row of titles."""
DOUBT = 0.9
"""A block surer than this is not taken out for repeating a title: articles do quote headlines."""

_ARROW = re.compile(r"^[\s»›>▶►→➤■●•▪◦·*–—-]+")
_HEADING = re.compile(r"^[^:：.!?]{2,40}[:：]\s*")
_BETWEEN = re.compile(r"\s+[/|·•]\s+")


def seen_elsewhere(article: Article, known: Known) -> tuple[Block, ...]:
    """The blocks, those that are another known article's headline taken out; silent where nothing is known."""
    titles = known.titles(article.host)
    if not titles:
        return article.blocks
    own = folded(article.title or "")
    return tuple(_against(article, block, titles, own) if block.kept else block for block in article.blocks)


def _against(article: Article, block: Block, titles: Mapping[str, int], own: str) -> Block:
    text = block_text(article, block)
    if len(text) > LONGEST:
        return block
    others = _named(text, titles, own, article.id)
    if others:
        said = ", ".join(map(str, others[:3]))
        return decided(block, "headline-list", 0.95, f"repeats the title of article {said}")
    if len(text) >= 160 or len(block.links) != 1 or block.score >= DOUBT or text.endswith("."):
        return block
    linked = next((titles[url] for url in _absolute(article, block.links[0]) if url in titles), None)
    if linked is not None and linked != article.id:
        return decided(block, "headline-list", 0.9, f"links to article {linked} and is no sentence")
    return block


def _absolute(article: Article, link: str) -> list[str]:
    """Where a link may lead, spelt as articles' addresses are: it may be relative, and carry the query of a counter.

    A relative link is one of the page that answered, which is the first or the second of the article's addresses.
    """
    found = []
    for base in article.addresses[:2] or (article.url,):
        with suppress(ValueError):
            found.append(canonical(urljoin(base, link)))
    return found


def _named(text: str, titles: Mapping[str, int], own: str, number: int) -> list[int]:
    """The articles whose titles the text is made of: one behind an arrow or a heading, or several in a row."""
    bare = _ARROW.sub("", text)
    for items in ([bare], [_HEADING.sub("", bare)], _BETWEEN.split(_HEADING.sub("", bare))):
        keys = [folded(item.strip(" ;")) for item in items]
        found = [titles.get(key) for key in keys if len(key.split()) >= TITLE_WORDS or wide(key)]
        others = [other for other in found if other is not None and other != number]
        if others and len(others) * 2 >= len(items) and own not in keys:
            return others
    return []


def wide(key: str) -> bool:
    """Whether a title without spaces between its words is long enough to be told by."""
    return sum(letter > "\u2e80" for letter in key) >= 2 * TITLE_WORDS


def overruled(article: Article, known: Known) -> tuple[Block, ...]:
    """The blocks as operators of the source want them: `{role, pattern, keep}` for every block the pattern is found in."""
    rules = [rule for given in known.overrules(article.source) if (rule := _compiled(given)) is not None]
    if not rules:
        return article.blocks
    return tuple(_ruled(article, block, rules) for block in article.blocks)


UNREAD = frozenset(("not-an-article", "shell"))
"""Verdicts that may only mean that the page's text was not told from the rest."""
RESCUED = 250
"""Width of the text that an operator's rules must keep to make such a page an article."""


def rescued(article: Article, known: Known) -> bool:
    """Whether operators' rules keep so much of a page whose text was not found that it is an article."""
    if article.verdict not in UNREAD or not known.overrules(article.source):
        return False
    blocks = overruled(article, known)
    return sum(width(block_text(article, block)) for block in blocks if block.kept) >= RESCUED


Rule = tuple[Role | None, re.Pattern[str] | None, bool, str]


def _compiled(given: Mapping[str, Any]) -> Rule | None:
    """The rule; None for one that says nothing or cannot be read (it was checked when it was made)."""
    role, pattern = given.get("role") or None, given.get("pattern") or None
    if role not in (*get_args(Role), None) or (role is None and pattern is None):
        return None
    try:
        return (
            cast(Role | None, role),
            re.compile(pattern) if pattern else None,
            bool(given.get("keep")),
            str(pattern or role),
        )
    except re.error:
        return cast(Role | None, role), re.compile(re.escape(str(pattern))), bool(given.get("keep")), str(pattern)


def _was(block: Block) -> Role:
    """What `extract` called the block; a dateline that was cut off it is one whatever the block was."""
    return block.role if block.role == "dateline" else restored_one(block).role


def _ruled(article: Article, block: Block, rules: Sequence[Rule]) -> Block:
    text = block_text(article, block)
    for role, pattern, keep, name in rules:
        if (role is not None and role not in (block.role, _was(block))) or (pattern and not pattern.search(text)):
            continue
        if keep == (block.role in BODY_ROLES):
            return block
        return decided(
            block,
            "body" if keep else "other",
            1.0,
            f"overruled by an operator: {'keep' if keep else 'remove'} {name[:80]!r}",
        )
    return block
