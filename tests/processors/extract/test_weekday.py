"""A weekday becomes a day only with the story's other articles, and never a certain one."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from broadsheet.model import Article, DateClaim
from processors.extract import extract
from processors.extract.row import Nothing, page_of
from processors.extract.weekday import RESOLVED, resolve_weekday, undated, weekday_in

FETCHED = datetime(2026, 11, 26, tzinfo=UTC)


def day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "weekday"),
    [
        ("The harbour was closed on Thursday, the council said.", 3),
        ("The harbour was closed last Thursday and opened on Friday.", 4),
        ("Der Hafen wurde am Donnerstag geschlossen.", 3),
        ("Der Hafen wurde vergangenen Donnerstag geschlossen.", None),
        ("Le port a été fermé jeudi, a annoncé la mairie.", 3),
        ("Le port a été fermé jeudi dernier.", None),
        ("El puerto cerró el miércoles, informó el ayuntamiento.", 2),
        ("Порт закрыли в среду, сообщили в мэрии.", 2),
        ("Liman Cuma günü kapatıldı.", 4),
        ("أغلق الميناء يوم الخميس بحسب البلدية.", 3),
        ("أغلق الميناء يوم الخميس الماضي.", None),
        ("港口周四关闭。", 3),
        ("港口上周四关闭。", None),
        ("The Fridays movement met.", None),
    ],
)
def test_the_weekday_of_the_report_is_read(text: str, weekday: int | None) -> None:
    found = weekday_in(text)
    assert (found[0] if found else None) == weekday


def claims(text: str, *captions: str) -> list[DateClaim]:
    return undated(text, captions, FETCHED)


def test_the_day_comes_from_the_story_with_reasons_and_below_four_fifths() -> None:
    ledger = claims("The mayor said on Thursday that the bridge stays shut.", "The bridge on 11 March 2016")
    (found,) = [c for c in resolve_weekday(ledger, [day("2016-12-01"), day("2016-12-02")]) if c.method == RESOLVED]
    assert found.text == "2016-12-01"
    assert 0.4 <= found.confidence < 0.8
    assert "Thursday" in found.evidence
    assert "2016-12-01 to 2016-12-02" in found.evidence
    assert "not before 2016-03-11" in found.evidence


def test_nothing_is_inferred_alone_from_far_dates_or_before_what_the_page_speaks_of() -> None:
    ledger = claims("The mayor said on Thursday that the bridge stays shut.", "The bridge on 5 December 2016")
    for others in ([], [day("2016-12-01"), day("2017-12-01")], [day("2016-12-01")]):
        assert resolve_weekday(ledger, others) == tuple(ledger)


def test_a_page_with_a_date_of_its_own_keeps_it() -> None:
    page = page_of(
        {"text": "The bridge\n\n3 May 2024\n\nThe mayor said on Monday that the bridge of the old town stays shut."}
    )
    article = extract(page, Nothing())
    assert isinstance(article, Article)
    assert resolve_weekday(article.dates, [day("2016-12-01")]) == article.dates


def test_resolving_again_with_other_dates_starts_afresh() -> None:
    ledger = claims("The mayor said on Thursday that the bridge stays shut.")
    first = resolve_weekday(ledger, [day("2016-12-01")])
    again = resolve_weekday(first, [day("2016-12-08"), day("2016-12-08")])
    assert [c.text for c in again if c.method == RESOLVED] == ["2016-12-08"]
    assert resolve_weekday(again, []) == tuple(ledger)
