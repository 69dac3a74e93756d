"""Moves what stands beside the text into the article's fields: standfirst, caption and credit, dateline, agency, authors."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from broadsheet.model import Article, Author, Block, Image, block_text
from processors.extract.metadata import byline_authors
from processors.extract.pieces import width
from processors.strip.ledger import MARK

SHORTEST = 12
"""Width of a caption that says something."""

_SOURCE = re.compile(r"^names the picture's source: (.+)$")


def _texts(article: Article, blocks: Sequence[Block], role: str) -> list[str]:
    return [block_text(article, block) for block in blocks if block.role == role]


def _credit(blocks: Sequence[Block]) -> str | None:
    for block in blocks:
        if block.role == "credit":
            for line in block.evidence:
                match = _SOURCE.match(line.removeprefix(MARK))
                if match:
                    return match.group(1)
    return None


def _caption(article: Article, blocks: Sequence[Block]) -> str | None:
    """The first caption that says something; of a truncated twin the whole one."""
    found = [text for text in _texts(article, blocks, "caption") if width(text) >= SHORTEST]
    if not found:
        return None
    first = found[0]
    stem = first.rstrip(" .…")
    same = [text for text in found[:4] if text.startswith(stem)]
    return max(same, key=lambda text: (not text.endswith(("…", "...")), len(text)), default=first)


def _bare_source(line: str) -> str:
    head, colon, rest = line.replace("：", ":").partition(":")
    return (rest if colon and len(head) < 15 else line).strip(" ()[].—–-（）")


def _lead(blocks: Sequence[Block]) -> tuple[str | None, str | None]:
    """Place and agency of the dateline that `extract` split off the first paragraph."""
    place = agency = None
    for block in blocks:
        if block.role == "dateline":
            for line in (line.removeprefix(MARK) for line in block.evidence):
                if line.startswith("place "):
                    place = line.removeprefix("place ")
                elif "; agency " in line:
                    agency = line.partition("; agency ")[2]
    return place, agency


_BRACKET = re.compile(r"^(.+) [(（]([^()（）]+)[)）]$")


def _told_apart(
    article: Article, blocks: Sequence[Block], place: str | None, agency: str | None
) -> tuple[str | None, str | None]:
    """A bracket after the place is the agency where the page's credits, bylines or sources name it too."""
    match = _BRACKET.match(place) if place and not agency else None
    if match is None:
        return place, agency
    named = " ".join(
        block_text(article, block) for block in blocks if block.role in ("credit", "agency", "byline", "caption")
    )
    return (match.group(1), match.group(2)) if match.group(2) in named else (place, agency)


def _agency(article: Article, blocks: Sequence[Block], led: str | None) -> str | None:
    """The agency as the dateline has it, or a line of its own, or the bylines; an outlet that names itself is none."""
    own = (article.claims.outlet or "").casefold()
    named = [bare for text in _texts(article, blocks, "agency") if (bare := _bare_source(text)).casefold() != own]
    typed = next((author.name for author in article.authors if author.kind == "agency"), None)
    return led or (named[-1] if named else None) or typed


def _standfirst(article: Article, blocks: Sequence[Block]) -> str | None:
    """The summary above the text, or the paragraph that is both."""
    for block in blocks:
        if block.role == "standfirst" or any(line.startswith("standfirst too") for line in block.evidence):
            return block_text(article, block)
    return None


def with_fields(article: Article) -> Article:
    """The article with the fields its blocks hold."""
    blocks = article.blocks
    place, led = _told_apart(article, blocks, *_lead(blocks))
    said = _texts(article, blocks, "dateline")
    caption, credit = _caption(article, blocks), _credit(blocks)
    url = article.image.url if article.image else None
    authors: tuple[Author, ...] = article.authors or byline_authors(_texts(article, blocks, "byline"))
    return replace(
        article,
        authors=authors,
        standfirst=_standfirst(article, blocks),
        image=Image(url=url, caption=caption, credit=credit) if url or caption or credit else None,
        dateline=place or (said[0] if said else None),
        agency=_agency(article, blocks, led),
    )
