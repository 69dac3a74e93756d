"""Dates are read as their writers wrote them."""

import pytest

from processors.extract.calendar import read_stamp, readings


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Updated: Dec 01, 2016, 02:27 PM IST", "2016-12-01T14:27"),
        ("July 2, 2016, 5:35 am", "2016-07-02T05:35"),
        ("February 04 2020 02:32 PM", "2020-02-04T14:32"),
        ("Stand: 3. März 2021, 14:05 Uhr", "2021-03-03T14:05"),
        ("le 12 février 2020 à 10h32", "2020-02-12T10:32"),
        ("12 de marzo de 2021 a las 10:20", "2021-03-12T10:20"),
        ("12 марта 2021 г. в 10:20", "2021-03-12T10:20"),
        ("12 Mart 2021 - 10:20", "2021-03-12T10:20"),
        ("2021年3月12日 10:20", "2021-03-12T10:20"),
        ("١٢ مارس 2021", "2021-03-12"),
        ("13/03/2021", "2021-03-13"),
        ("11 February 2022 at 5:05 pm GMT", "2022-02-11T17:05+00:00"),
    ],
)
def test_each_language_writes_its_dates_its_own_way(written: str, meant: str) -> None:
    assert [reading.text for reading in readings(written)] == [meant]


def test_an_ambiguous_zone_is_settled_by_the_outlets_country_or_left_open() -> None:
    (open_reading,) = readings("Dec 01, 2016, 02:27 PM IST")
    (indian,) = readings("Dec 01, 2016, 02:27 PM IST", country="IN")
    assert "ambiguous" in open_reading.zone
    assert (indian.text, indian.zone) == ("2016-12-01T14:27+05:30", "IST read as +05:30: outlet in IN")


def test_day_and_month_that_could_be_swapped_are_said_to_be_unsure() -> None:
    assert not readings("03/04/2021")[0].sure
    assert readings("03/04/2021")[0].text == "2021-04-03"
    assert readings("03/04/2021", month_first=True)[0].text == "2021-03-04"


@pytest.mark.parametrize("text", ["", "no date", "99/99/9999", "2021-13-45", "12345", "Article 5 of 1949"])
def test_what_is_no_date_is_none(text: str) -> None:
    assert read_stamp(text) is None


def test_a_stamp_keeps_its_offset() -> None:
    reading = read_stamp("2020-02-04T14:32:10+0300")
    assert reading is not None
    assert reading.text == "2020-02-04T14:32:10+03:00"
    assert reading.instant.isoformat() == "2020-02-04T11:32:10+00:00"


def test_seconds_since_1970_are_read() -> None:
    reading = read_stamp("1580826720000")
    assert reading is not None
    assert reading.text == "2020-02-04T14:32:00Z"
