"""Moves what stands beside the text into the article's fields: standfirst, caption and credit, dateline, agency, authors."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from broadsheet.model import Article, Author, Block, Image, block_text
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


def _lead(blocks: Sequence[Block]) -> tuple[str | None, str | None]:
    """Place and agency of the dateline that `extract` split off the first paragraph."""
    place = agency = None
    for block in blocks:
        if block.role == "dateline":
            for line in block.evidence:
                if line.startswith("place "):
                    place = line.removeprefix("place ")
                elif "; agency " in line:
                    agency = line.partition("; agency ")[2]
    return place, agency


def _agency(article: Article, blocks: Sequence[Block], led: str | None) -> str | None:
    """The agency as the dateline has it, or a line of its own, or the bylines."""
    named = _texts(article, blocks, "agency")
    typed = next((author.name for author in article.authors if author.kind == "agency"), None)
    return led or (named[-1].strip(" ()[].—–-") if named else None) or typed


def with_fields(article: Article) -> Article:
    """The article with the fields its blocks hold."""
    blocks = article.blocks
    place, led = _lead(blocks)
    said = _texts(article, blocks, "dateline")
    caption, credit = _caption(article, blocks), _credit(blocks)
    url = article.image.url if article.image else None
    authors: tuple[Author, ...] = article.authors or byline_authors(_texts(article, blocks, "byline"))
    return replace(
        article,
        authors=authors,
        standfirst=next(iter(_texts(article, blocks, "standfirst")), None),
        image=Image(url=url, caption=caption, credit=credit) if url or caption or credit else None,
        dateline=place or (said[0] if said else None),
        agency=_agency(article, blocks, led),
    )
