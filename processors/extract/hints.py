"""Turns what the head says of the text into what each piece can be held against."""

from __future__ import annotations

from processors.extract.features import Hints, tokens
from processors.extract.head import Head, is_article, text_of, unescape

LONGEST_BODY = 60_000
"""Characters of a JSON-LD article body that are used."""


def hints_of(head: Head) -> Hints:
    """The words of the title and of the description, and the article body, as the head has them."""
    title = head.first("og:title", "twitter:title", "title") or head.title
    description = head.first("og:description", "description", "twitter:description", "dc.description") or ""
    body = max(
        (text for thing in head.things if is_article(thing) and (text := text_of(thing.get("articleBody")))),
        key=len,
        default="",
    )
    return Hints(
        title=frozenset(tokens(unescape(title))),
        description=frozenset(tokens(unescape(description))),
        body=" ".join(body[:LONGEST_BODY].split()) if len(body) > 200 else "",
    )
