"""The stage `strip`: decides which blocks are the article's text, sets its fields and dates, and drops what is no article."""

from __future__ import annotations

from dataclasses import replace

from broadsheet.model import BODY_ROLES, Article, Drop
from broadsheet.ports import Known
from processors.strip.chosen import choose
from processors.strip.corpus import overruled, rescued, seen_elsewhere
from processors.strip.fields import with_fields
from processors.strip.gaps import filled
from processors.strip.ledger import restored
from processors.strip.lines import named
from processors.strip.missing import is_missing
from processors.strip.repair import mend, repairs_of
from processors.strip.repeated import lines_of as prepare
from processors.strip.repeated import repeated, settle

VERSION = "2"

SHORTEST = 20
"""Characters of text below which there is nothing to index."""


def strip(article: Article, known: Known) -> Article | Drop:
    """The article with its text and fields; a Drop with the verdict where the page is none, `too-short` where no text is left.

    Works on its own output too: what an earlier run changed is taken back first, so new knowledge decides afresh.
    """
    again = any(stage == "strip" for stage, _ in article.versions)
    blocks = restored(article.blocks) if again else article.blocks
    if article.verdict != "article":
        if not rescued(replace(article, blocks=blocks), known):
            return Drop(reason=article.verdict, detail=article.verdict_evidence)
        article = replace(
            article, verdict="article", verdict_evidence=f"an operator keeps text of this {article.verdict}"
        )
    # An operator's word comes first, so that what stands around a text is told from it, and last, since it is the last.
    blocks = overruled(replace(article, blocks=blocks), known)
    blocks = named(replace(article, blocks=blocks))
    blocks = filled(replace(article, blocks=blocks))
    blocks = seen_elsewhere(replace(article, blocks=blocks), known)
    blocks = repeated(replace(article, blocks=blocks), known)
    blocks = overruled(replace(article, blocks=blocks), known)
    blocks = tuple(
        block if block.kept == (block.role in BODY_ROLES) else replace(block, kept=block.role in BODY_ROLES)
        for block in blocks
    )
    repairs = repairs_of(article.normalised)
    published, updated = choose(article.dates)
    text = _text(replace(article, blocks=blocks, repairs=repairs))
    if len(text) < SHORTEST:
        return Drop(reason="too-short", detail=f"{len(text)} characters of text")
    if why := is_missing(article, text, known):
        return Drop(reason="soft-404", detail=why)
    settled = with_fields(replace(article, blocks=blocks))
    versions = (*(entry for entry in article.versions if entry[0] != "strip"), ("strip", VERSION))
    return replace(settled, text=text, repairs=repairs, published=published, updated=updated, versions=versions)


def _text(article: Article) -> str:
    pieces = (
        mend(
            article.normalised[block.start : block.end],
            block.start,
            tuple(each for each in article.repairs if block.start <= each.start < block.end),
        )
        if article.repairs
        else article.normalised[block.start : block.end]
        for block in article.blocks
        if block.kept
    )
    return "\n\n".join(piece for piece in map(str.strip, pieces) if piece)


__all__ = ["VERSION", "prepare", "settle", "strip"]
