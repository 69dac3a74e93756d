"""Articles made of lines, for tests of rules that look at roles and neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from broadsheet.model import Article, Author, Claims, Role
from processors.extract.parts import Part, assemble

MOMENT = datetime(2026, 11, 26, tzinfo=UTC)
PARAGRAPH = "The harbour council voted on Tuesday to close the eastern quay for eleven weeks, since the piles under it are rotten"
"""Long enough for a paragraph; tests add an end of their own."""

Given = tuple[Role, str] | tuple[Role, str, float] | tuple[Role, str, float, str]
"""Role and text, score, address linked to."""


def article_of(lines: Sequence[Given], title: str | None = None, authors: Sequence[str] = ()) -> Article:
    """An article whose blocks are the lines, with their roles and scores (.95 where none is given)."""
    parts = [_part(*line) for line in lines]
    normalised, blocks = assemble(parts)
    return Article(
        id=1,
        url="https://news.example/1",
        source="news",
        host="news.example",
        fetched=MOMENT,
        first_seen=MOMENT,
        claims=Claims(source="news"),
        title=title,
        authors=tuple(Author(name=name) for name in authors),
        normalised=normalised,
        blocks=blocks,
    )


def _part(role: Role, text: str, score: float = 0.95, link: str = "") -> Part:
    why = f"score as text {1 - score:.2f}" if role in ("other", "teaser") else "running text"
    return Part(text, role, score, (why,), (link,) if link else ())


def roles(article: Article) -> list[tuple[str, str]]:
    """Role and text of each block."""
    return [(block.role, article.normalised[block.start : block.end].strip()) for block in article.blocks]
