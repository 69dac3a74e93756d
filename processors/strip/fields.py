"""Moves what stands beside the text into the article's fields: standfirst, caption and credit, dateline, agency, authors."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from broadsheet.model import Article, Author, Block, Image, block_text
from processors.extract.flat import dateline_of
from processors.extract.metadata import byline_authors

_SOURCE = re.compile(r"^names the picture's source: (.+)$")


def _texts(article: Article, blocks: Sequence[Block], role: str) -> list[str]:
    return [block_text(article, block) for block in blocks if block.role == role]


def _credit(blocks: Sequence[Block]) -> str | None:
    for block in blocks:
        if block.role == "credit":
            for line in block.evidence:
                match = _SOURCE.match(line)
                if match:
                    return match.group(1)
    return None


def _caption(article: Article, blocks: Sequence[Block]) -> str | None:
    """The first caption that says something; of a truncated twin the whole one."""
    found = [text for text in _texts(article, blocks, "caption") if len(text) >= 20]
    if not found:
        return None
    first = found[0]
    stem = first.rstrip(" .…")
    return max((text for text in found[:4] if text.startswith(stem)), key=len, default=first)


def _agency(article: Article, blocks: Sequence[Block], dateline: tuple[str, str | None] | None) -> str | None:
    named = _texts(article, blocks, "agency")
    if named:
        return named[-1].strip(" ()[].—–-")
    typed = next((author.name for author in article.authors if author.kind == "agency"), None)
    return typed or (dateline[1] if dateline else None)


def _first_running(article: Article, blocks: Sequence[Block]) -> str:
    return next((block_text(article, block) for block in blocks if block.kept and block.role == "body"), "")


def with_fields(article: Article) -> Article:
    """The article with the fields its blocks hold."""
    blocks = article.blocks
    opening = dateline_of(_first_running(article, blocks))
    said = _texts(article, blocks, "dateline")
    caption, credit = _caption(article, blocks), _credit(blocks)
    url = article.image.url if article.image else None
    authors: tuple[Author, ...] = article.authors or byline_authors(_texts(article, blocks, "byline"))
    return replace(
        article,
        authors=authors,
        standfirst=next(iter(_texts(article, blocks, "standfirst")), None),
        image=Image(url=url, caption=caption, credit=credit) if url or caption or credit else None,
        dateline=said[0] if said else (opening[0] if opening else None),
        agency=_agency(article, blocks, opening),
    )
