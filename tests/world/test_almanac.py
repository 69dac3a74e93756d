from datetime import UTC, date, datetime

import pytest

from broadsheet.world.almanac import Language, american, fill, http_date, long_date, rfc822

DAY = date(2026, 11, 26)  # a Thursday


@pytest.mark.parametrize(
    ("language", "text", "filled"),
    [
        ("en", "on {weekday}, {date+5}", "on Thursday, 1 December"),
        ("de", "am {weekday-1}, dem {date}", "am Mittwoch, dem 26. November"),
        ("fr", "{weekday+2} {date+5}", "samedi 1er décembre"),
        ("es", "el {weekday}, {date-1}", "el jueves, 25 de noviembre"),
        ("ru", "в {weekday-1}, {date}", "в среду, 26 ноября"),  # accusative
        ("tr", "{date-2} {weekday-2}", "24 Kasım salı"),
        ("ar", "يوم {weekday} {date}", "يوم الخميس 26 نوفمبر"),
        ("zh", "{weekday}（{date+5}）", "周四（12月1日）"),
        ("en", "{weekday-30}", "Tuesday"),  # 30 days before a Thursday: four weeks and two days
        ("en", "{month}", "{month}"),
    ],
)
def test_placeholders_become_the_days_they_mean(language: Language, text: str, filled: str) -> None:
    assert fill(text, DAY, language) == filled


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("en", "26 November 2026"),
        ("es", "26 de noviembre de 2026"),
        ("ru", "26 ноября 2026 года"),
        ("zh", "2026年11月26日"),
    ],
)
def test_a_date_with_its_year_is_written_as_the_language_does(language: Language, line: str) -> None:
    assert long_date(DAY, language) == line


def test_the_dates_of_protocols_are_english() -> None:
    moment = datetime(2026, 11, 26, 6, 5, 4, tzinfo=UTC)
    assert american(DAY) == "November 26, 2026"
    assert rfc822(moment) == "Thu, 26 Nov 2026 06:05:04 +0000"
    assert http_date(moment) == "Thu, 26 Nov 2026 06:05:04 GMT"
