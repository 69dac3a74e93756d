"""The stages that turn a page into an article: PIPELINE, in order. The stage `index` follows it (broadsheet/indexing.py).

PIPELINE is made when it is first asked for, so that a filter of one stage does not load the models of all. It names people,
organisations and places with our own recogniser; `pipeline` gives the one for the setting `recogniser`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from broadsheet.storage.stories import LOCK as STORIES_LOCK

if TYPE_CHECKING:
    from processors.stage import Stage

    PIPELINE: tuple[Stage, ...]

SITES_LOCK = 0x62726F66
DEDUPLICATE_LOCK = 0x62726F64
__all__ = ["DEDUPLICATE_LOCK", "PIPELINE", "STORIES_LOCK", "pipeline"]


def pipeline(recogniser: str = "own") -> tuple[Stage, ...]:
    """The stages, in order; raises BadSetting where the recogniser asked for is not installed."""
    from processors import deduplicate, enrich, extract, stories, strip
    from processors.enrich import settled
    from processors.stage import Stage

    larger = enrich.larger(recogniser)
    return (
        Stage(name="extract", version=extract.VERSION, step=extract.extract),
        Stage(
            name="strip",
            version=strip.VERSION,
            step=strip.strip,
            prepare=strip.prepare,
            settle=strip.settle,
            lock=SITES_LOCK,
        ),
        Stage(
            name="deduplicate",
            version=deduplicate.VERSION,
            step=deduplicate.step,
            prepare=deduplicate.prepare,
            settle=deduplicate.settle,
            lock=DEDUPLICATE_LOCK,
        ),
        # A story needs the names that `enrich` finds, so it is told in the same stage, behind it.
        Stage(
            name="enrich",
            version=f"{enrich.version(larger)}+{stories.VERSION}",
            step=lambda article, _known: enrich.enrich(article, larger),
            prepare=settled.prepare,
            settle=settled.settle,
            lock=STORIES_LOCK,
        ),
    )


def __getattr__(name: str) -> object:
    if name != "PIPELINE":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    made = globals()["PIPELINE"] = pipeline()
    return made
