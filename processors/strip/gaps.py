"""Takes paragraphs back that the model was unsure of, where the text around them says that they are its own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from statistics import median

from broadsheet.model import Article, Block
from processors.extract.features import ends_sentence
from processors.extract.phrases import opening
from processors.strip.ledger import decided
from processors.strip.lines import Line, lines_of

LEAST = 0.1
"""Score as text from which a paragraph that goes on with a text of doubt is taken back."""
DOUBT = 0.965
"""A text whose middle paragraph scores below is one the model knows little of, so what follows it may be its own. On 1,450
labelled pages, scored by models of other sites, 5 such paragraphs followed surer texts and none was theirs; of 3 after doubtful
ones one was."""
BETWEEN = 0.4
"""Score as text from which a paragraph between two others, or between the text and a list of others, is taken back."""
SENTENCE = 50
"""Width from which a line that ends as a sentence can be a paragraph."""
FEW, MANY = 3, 40
"""Paragraphs that the text must have by itself, and so many that it is no report but a page of many parts."""

_SCORE = re.compile(r"^score as text ([\d.]+)$")
_BETWEEN = frozenset(("headline-list", "teaser", "advertisement"))


def filled(article: Article) -> tuple[Block, ...]:
    """The blocks, unsure paragraphs that follow an unsure text directly, or stand between two of its parts, kept."""
    if not any(block.role == "other" and block.score <= 1 - LEAST for block in article.blocks):
        return article.blocks
    lines = lines_of(article)
    paragraphs = [place for place, line in enumerate(lines) if line.kept and line.size >= SENTENCE]
    if not FEW <= len(paragraphs) <= MANY:
        return article.blocks
    doubtful = median(lines[place].block.score for place in paragraphs) <= DOUBT
    blocks = list(article.blocks)
    for place in range(paragraphs[0] + 1, len(lines)):
        line = lines[place]
        if _paragraph(line) and _joins(blocks, place) and _score(line) >= (LEAST if doubtful else BETWEEN):
            follows = blocks[place + 1] if place + 1 < len(blocks) else None
            between = follows is not None and (follows.kept or follows.role == "headline-list")
            if doubtful or between:
                blocks[place] = decided(line.block, "body", 0.6, "a paragraph that goes on with the text")
    return tuple(blocks)


def _paragraph(line: Line) -> bool:
    plain = line.role == "other" and line.size >= SENTENCE and not line.block.links
    return plain and ends_sentence(line.text) and opening(line.text) in (None, "date")


def _score(line: Line) -> float:
    """What the model gave it as text; 0 where something else took it out."""
    return next((float(found.group(1)) for why in line.block.evidence if (found := _SCORE.match(why))), 0.0)


def _joins(blocks: Sequence[Block], place: int) -> bool:
    """Whether it stands after a piece of the text, or before one with only lists between it and the text."""
    before = place - 1
    if blocks[before].kept:
        return True
    while before > 0 and blocks[before].role in _BETWEEN:
        before -= 1
    return blocks[before].kept and place + 1 < len(blocks) and blocks[place + 1].kept
