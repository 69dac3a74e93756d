"""Strip decides what is kept, can decide again, and says why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from broadsheet.model import Article, Block, Drop, block_text
from processors.extract import extract
from processors.extract.row import Nothing, page_of
from processors.strip import strip
from tests.processors.strip.pages import Given, article_of

TITLE = "Harbour town votes to rebuild its old lighthouse"
TEXT = "\n".join(
    [
        TITLE,
        "The council of the harbour town voted on Tuesday to rebuild the lighthouse that a storm had damaged two winters ago.",
        "Members agreed that the tower, which stands at the end of the northern pier, must be open again before the summer.",
        "Harbour lighthouse keeper tells of the storm",
        "“We have waited long enough,” said the mayor, Ines Aldana, after the vote in the town hall by the harbour.",
        "The work will cost 4.2 million euros, of which the province pays half and the harbour authority a third.",
    ]
)


@dataclass(frozen=True)
class Past:
    """What a service knows after a while."""

    seen: Mapping[str, int] = field(default_factory=dict)
    rules: Sequence[Mapping[str, Any]] = ()

    def profile(self, host: str) -> Mapping[str, Any]:
        return {}

    def overrules(self, source: str) -> Sequence[Mapping[str, Any]]:
        return self.rules

    def titles(self, host: str) -> Mapping[str, int]:
        return self.seen


def article() -> Article:
    found = extract(page_of({"url": "https://pier.example/1", "text": TEXT}), Nothing())
    assert isinstance(found, Article)
    return found


def stripped(past: Past | Nothing, given: Article | None = None) -> Article:
    found = strip(given or article(), past)
    assert isinstance(found, Article)
    return found


def block(found: Article, text: str) -> Block:
    return next(block for block in found.blocks if block_text(found, block) == text)


OTHER = "Harbour lighthouse keeper tells of the storm"


def test_the_headline_of_another_article_is_known_by_its_title() -> None:
    past = Past(seen={OTHER.casefold(): 812})
    assert OTHER in stripped(Past()).text
    found = stripped(past)
    assert OTHER not in found.text
    assert block(found, OTHER).role == "headline-list"
    assert any("article 812" in line for line in block(found, OTHER).evidence)


def test_an_articles_own_title_is_no_other_articles() -> None:
    assert stripped(Past(seen={TITLE.casefold(): 0})).text == stripped(Past()).text


@pytest.mark.parametrize(
    ("rule", "kept"),
    [
        ({"pattern": "4\\.2 million", "keep": False, "role": None}, False),
        ({"pattern": "4\\.2 million", "keep": True, "role": None}, True),
        ({"pattern": None, "keep": False, "role": "body"}, False),
    ],
)
def test_an_operator_overrules(rule: Mapping[str, Any], kept: bool) -> None:
    found = strip(article(), Past(rules=[rule]))
    text = found.text if isinstance(found, Article) else ""
    assert ("4.2 million" in text) == kept


def test_strip_runs_on_its_own_output_and_takes_back_what_it_no_longer_knows() -> None:
    once = stripped(Past(seen={OTHER.casefold(): 812}))
    again = stripped(Past(seen={OTHER.casefold(): 812}), once)
    assert (again.text, again.blocks) == (once.text, once.blocks)
    afresh = stripped(Past(), once)
    assert afresh.text == stripped(Past()).text
    assert block(afresh, OTHER).evidence == block(article(), OTHER).evidence


def test_every_removed_block_says_why_and_the_ledger_is_whole() -> None:
    found = stripped(Past(seen={OTHER.casefold(): 812}))
    assert "".join(found.normalised[block.start : block.end] for block in found.blocks) == found.normalised
    assert all(block.evidence for block in found.blocks if not block.kept)


def test_a_page_that_is_no_article_is_dropped_with_its_verdict() -> None:
    found = extract(
        page_of({"url": "https://pier.example/1", "text": "Page not found\nThis page no longer exists."}), Nothing()
    )
    assert isinstance(found, Article)
    dropped = strip(found, Nothing())
    assert isinstance(dropped, Drop)
    assert dropped.reason == "soft-404"


def test_a_page_without_text_is_too_short() -> None:
    found = extract(page_of({"url": "https://pier.example/1", "text": "Share this article"}), Nothing())
    assert isinstance(found, Article)
    dropped = strip(found, Nothing())
    assert isinstance(dropped, Drop)
    assert dropped.reason == "too-short"


LISTED: list[Given] = [
    ("title", TITLE, 0.9),
    ("headline-list", "PIER TOWN, Norland (Coastal News Agency) — The council voted on Tuesday to rebuild the lighthouse.", 0.95),
    ("headline-list", "Members agreed that the tower, at the end of the northern pier, must be open again.", 0.95),
    ("headline-list", "“We have waited long enough,” said the mayor, Ines Aldana, after the vote in the town hall.", 0.95),
    ("headline-list", OTHER, 0.95),
]  # fmt: skip
SENTENCES = {"role": "headline-list", "pattern": r"[.!?”]$", "keep": True}


def listed(verdict: str) -> Article:
    return replace(article_of(LISTED, title=TITLE), verdict=verdict)  # type: ignore[arg-type]


@pytest.mark.parametrize("verdict", ["not-an-article", "shell"])
def test_an_operators_rule_makes_an_article_of_a_page_whose_text_was_not_found(verdict: str) -> None:
    found = stripped(Past(rules=[SENTENCES]), listed(verdict))
    assert found.verdict == "article"
    assert found.text.startswith("The council voted on Tuesday")
    assert found.dateline
    assert OTHER not in found.text
    assert isinstance(strip(listed(verdict), Past(rules=[{**SENTENCES, "pattern": "nowhere"}])), Drop)


def test_no_rule_of_an_operator_makes_a_wall_an_article() -> None:
    dropped = strip(listed("wall"), Past(rules=[SENTENCES]))
    assert isinstance(dropped, Drop)
    assert dropped.reason == "wall"
