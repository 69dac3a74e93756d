"""What a stage is, and how one runs over a batch so that a bad document costs only itself."""

from __future__ import annotations

import traceback as tracebacks
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from broadsheet.errors import StageBroken, Unavailable
from broadsheet.model import Article, Drop, Failure, Outcome, StageName
from broadsheet.ports import Known, Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """An article with the costly features its stage needs to ask the past (shingles, vectors), made without a lock."""

    article: Article
    features: Any = None


Settled = Article | Drop


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A named step of the pipeline: pure on one document, and, where it asks the past, settled on a batch."""

    name: StageName
    version: str
    """Changes whenever rules or models change; `reprocess` finds what an older one made."""
    step: Callable[[Any, Known], Article | Drop]
    """`extract` takes a Page, every other stage an Article. Pure: no input or output, no clock."""
    prepare: Callable[[Article], Any] | None = None
    """The costly features for `settle`; pure."""
    settle: Callable[[Transaction, Sequence[Prepared]], list[Settled]] | None = None
    """Reads the past and writes to it, under the stage's advisory lock; same length, same order. Milliseconds."""
    lock: int = 0
    """Key of the advisory lock `settle` runs under."""


def failure(stage: str, error: BaseException) -> Failure:
    """The error as a value: one line and the traceback."""
    line = f"{type(error).__name__}: {error}".replace("\n", " ")[:500]
    return Failure(stage=stage, error=line, traceback="".join(tracebacks.format_exception(error))[-8000:])


def attempt(stage: str, call: Callable[[], Article | Drop]) -> Outcome:
    """The call's answer, or the Failure that stands for what it raised; `Unavailable` and `StageBroken` pass."""
    try:
        answer = call()
    except (Unavailable, StageBroken):
        raise
    except Exception as error:
        return failure(stage, error)
    if not isinstance(answer, Article | Drop):
        return failure(stage, TypeError(f"{stage} answered {type(answer).__name__}, not an Article or a Drop"))
    return answer


def halve(
    stage: str, items: Sequence[Prepared], settle: Callable[[Sequence[Prepared]], list[Settled]]
) -> list[Outcome]:
    """`settle` over the batch; where it raises, over its halves in turn, until the bad one stands alone."""
    if not items:
        return []
    try:
        answers = settle(items)
        if len(answers) != len(items):
            raise ValueError(f"{stage} answered {len(answers)} for {len(items)} documents")
    except (Unavailable, StageBroken):
        raise
    except Exception as error:
        if len(items) == 1:
            return [failure(stage, error)]
        middle = len(items) // 2
        return halve(stage, items[:middle], settle) + halve(stage, items[middle:], settle)
    return list(answers)
