"""Opens a page of HTML once: tree, head, pieces and hints; everything later reads from these."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from processors.extract.features import Hints
from processors.extract.head import Head, read_head
from processors.extract.hints import hints_of
from processors.extract.nesting import plain_tags, shallow
from processors.extract.pieces import Cut, cut

LONGEST = 12_000_000
"""Characters that are parsed; the crawler cuts at 10 MB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A parsed page."""

    tree: Any
    head: Head
    cut: Cut
    hints: Hints
    url: str


def open_page(html: str, url: str) -> Opened:
    """The page parsed, its head read and its text cut into pieces."""
    tree = LexborHTMLParser(shallow(plain_tags(html[:LONGEST])))
    head = read_head(tree)
    return Opened(tree=tree, head=head, cut=cut(tree, html), hints=hints_of(head), url=url)
