"""Tells which articles report one event, and which events belong to one affair."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from broadsheet.model import Article, Drop
from broadsheet.ports import Transaction
from processors.stage import Prepared

VERSION = "0"


def prepare(article: Article) -> None:
    """Nothing yet: a story is a group of copies."""
    del article


def settle(tx: Transaction, batch: Sequence[Prepared]) -> list[Article | Drop]:
    """Each article in the story of its group of copies."""
    del tx
    return [
        replace(
            item.article, story=item.article.fold or item.article.id, storyline=item.article.fold or item.article.id
        )
        for item in batch
    ]
