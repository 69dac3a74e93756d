"""What the stage `enrich` asks of the past: who the names mean, and which story an article tells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import cast

from broadsheet.model import Article, Drop
from broadsheet.ports import Transaction
from processors import stories
from processors.enrich import identity
from processors.stage import Prepared


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """What both need, made without a lock."""

    names: identity.Features
    story: stories.Features


def prepare(article: Article) -> Features:
    """The costly part of both. Pure."""
    return Features(names=identity.prepare(article), story=stories.prepare(article))


def settle(tx: Transaction, batch: Sequence[Prepared]) -> list[Article | Drop]:
    """Each article with the ids of its names, its story and its storyline. Under the stage's lock."""
    features = [cast(Features, item.features) for item in batch]
    named = identity.settle(tx, [(item.article, f.names) for item, f in zip(batch, features, strict=True)])
    return stories.settle(
        tx, [replace(item, article=a, features=f.story) for item, a, f in zip(batch, named, features, strict=True)]
    )
