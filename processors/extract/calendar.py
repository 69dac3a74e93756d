# ruff: noqa: E501  (a pattern reads best with each language on one line)
"""Finds dates and times written in a text, in the ways the languages we read write them, and says how sure each reading is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache

from broadsheet.model import Precision

FIRST_YEAR = 1990
"""Before it no web page was published; older dates are those of the story."""

_MONTH_WORDS = (
    "january jan januar jänner janvier janv enero ene января январь янв ocak oca يناير janeiro gennaio gen januari stycznia styczeń ιανουαρίου tammikuuta",
    "february feb februar feber février févr fevrier febrero февраля февраль фев şubat şub فبراير fevereiro fev febbraio februari lutego luty φεβρουαρίου helmikuuta",
    "march mar märz mrz maerz mars marzo марта март мар mart مارس março maart marca marzec maret μαρτίου maaliskuuta",
    "april apr avril avr abril abr апреля апрель апр nisan nis أبريل ابريل aprile kwietnia kwiecień απριλίου huhtikuuta",
    "may mai mayo мая май mayıs may مايو maio maggio mag mei maja maj μαΐου μαιου toukokuuta",
    "june jun juni juin junio июня июнь июн haziran haz يونيو يونيه junho giugno giu czerwca czerwiec ιουνίου kesäkuuta",
    "july jul juli juillet juil julio июля июль июл temmuz tem يوليو يوليه julho luglio lug lipca lipiec ιουλίου heinäkuuta",
    "august aug août aout agosto ago августа август авг ağustos ağu أغسطس اغسطس augustus agustus sierpnia sierpień αυγούστου elokuuta",
    "september sept sep septembre septiembre setiembre сентября сентябрь сен eylül eyl سبتمبر setembro settembre set września wrzesień σεπτεμβρίου syyskuuta",
    "october oct oktober okt octobre octubre октября октябрь окт ekim eki أكتوبر اكتوبر outubro out ottobre ott października październik οκτωβρίου lokakuuta",
    "november nov novembre noviembre ноября ноябрь ноя kasım kas نوفمبر novembro listopada listopad νοεμβρίου marraskuuta",
    "december dec dezember dez décembre déc decembre diciembre dic декабря декабрь дек aralık ara ديسمبر dezembro dicembre desember des december grudnia grudzień δεκεμβρίου joulukuuta",
)
MONTHS = {word: number for number, words in enumerate(_MONTH_WORDS, 1) for word in words.split()}
_ARAB_LEVANT = {"كانون الثاني": 1, "شباط": 2, "آذار": 3, "نيسان": 4, "أيار": 5, "حزيران": 6, "تموز": 7, "آب": 8, "أيلول": 9,
                "تشرين الأول": 10, "تشرين الثاني": 11, "كانون الأول": 12}  # fmt: skip
MONTHS.update(_ARAB_LEVANT)
_MONTH = "|".join(re.escape(word) for word in sorted(MONTHS, key=len, reverse=True))
_FIXED = {
    "UTC": 0, "GMT": 0, "Z": 0, "WET": 0, "WEST": 60, "CET": 60, "CEST": 120, "MEZ": 60, "MESZ": 120, "EET": 120, "EEST": 180, "MSK": 180,
    "МСК": 180, "TRT": 180, "TSİ": 180, "TSI": 180, "EDT": -240, "EST": -300, "CDT": -300, "MST": -420, "MDT": -360, "PST": -480, "PDT": -420,
    "AKST": -540, "HST": -600, "JST": 540, "KST": 540, "HKT": 480, "SGT": 480, "MYT": 480, "PKT": 300, "WIB": 420, "WITA": 480, "WIT": 540,
    "ICT": 420, "SAST": 120, "CAT": 120, "EAT": 180, "WAT": 60, "AEST": 600, "AEDT": 660, "ACST": 570, "AWST": 480, "NZST": 720, "NZDT": 780,
    "мск": 180, "BRT": -180, "ART": -180, "NPT": 345, "AZT": 240,
}  # fmt: skip
_BY_COUNTRY: dict[str, dict[str, int]] = {
    "IST": {"IN": 330, "LK": 330, "IL": 120, "IE": 60},
    "CST": {"US": -360, "CA": -360, "MX": -360, "CN": 480, "TW": 480, "CU": -300},
    "BST": {"GB": 60, "BD": 360},
    "AST": {"SA": 180, "KW": 180, "IQ": 180, "CA": -240, "PR": -240},
    "GST": {"AE": 240, "OM": 240},
    "PHT": {"PH": 480},
    "SST": {"SG": 480},
}
_SEASONAL = {"ET": (-300, -240), "CT": (-360, -300), "MT": (-420, -360), "PT": (-480, -420)}
_ZONES = "|".join(sorted((*_FIXED, *_BY_COUNTRY, *_SEASONAL), key=len, reverse=True))
_TIME = (
    r"(?P<hour>[01]?\d|2[0-3])(?:[:.h：]|時|时|点|\s?Uhr\s?)(?P<minute>[0-5]\d)?(?:[:.](?P<second>[0-5]\d)(?:[.,]\d{1,9})?)?(?:分|\s?Uhr|h\b|\s?น\.)?"
    r"\s?(?P<half>[ap]\.?\s?m\b\.?|AM\b|PM\b)?"
    rf"\s?(?P<zone>(?-i:(?:UTC|GMT)\s?[+-]\d{{1,2}}(?::?\d{{2}})?|[+-]\d{{2}}:?\d{{2}}|(?:{_ZONES}|мск)\b))?"
)
_BETWEEN = r"(?:\s?[,|•·–—-]?\s?(?:at|um|à|a las|a la|в|om|alle|kl\.?|o|ore|saat|الساعة|@|,|-|–|\||/|T)?\s?\(?)"
_PATTERNS = (
    re.compile(
        rf"(?P<year>\d{{4}})[-/.](?P<month>[01]?\d)[-/.](?P<day>[0-3]?\d)(?!\d)(?:(?:[T\s]{{1,2}}|{_BETWEEN}){_TIME})?",
        re.I,
    ),
    re.compile(
        rf"(?P<year>\d{{4}})\s?[年년]\s?(?P<month>[01]?\d)\s?[月월]\s?(?P<day>[0-3]?\d)\s?[日일]?(?:\s?[（(][^()（）]{{1,4}}[)）])?(?:\s?{_TIME})?"
    ),
    re.compile(
        rf"(?P<name>{_MONTH})\b\.?\s?(?P<day>[0-3]?\d)(?:st|nd|rd|th)?\b,?\s{{1,2}}(?P<year>\d{{4}})(?!\d)(?:{_BETWEEN}{_TIME})?",
        re.I,
    ),
    re.compile(
        rf"(?<!\d)(?P<day>[0-3]?\d)(?:st|nd|rd|th|er|\.|º|ο)?[\s-]?(?:de\s|of\s|d['’])?\s?(?P<name>{_MONTH})\b\.?,?[\s-]{{0,2}}(?:de[l]?\s)?(?P<year>\d{{4}})(?!\d)"
        rf"(?:\s?(?:г\.|года|г))?(?:{_BETWEEN}{_TIME})?",
        re.I,
    ),
    re.compile(
        rf"(?<![\d.])(?P<a>[0-3]?\d)(?P<mark>[./-])(?P<b>[0-3]?\d)(?P=mark)(?P<year>\d{{4}}|\d{{2}})(?![\d])(?:{_BETWEEN}{_TIME})?",
        re.I,
    ),
)
_COULD_BE = re.compile(r"\d{4}|\d\s?[./-]\s?\d{1,2}\s?[./-]\s?\d{2}")
"""What every date has: a year in full, or three numbers."""
_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")

_OFFSET = re.compile(r"^(?:UTC|GMT)?\s?([+-])(\d{1,2}):?(\d{2})?$", re.I)


_NUMERIC = (_PATTERNS[0], _PATTERNS[1], _PATTERNS[4])
"""The ways that need no month's name."""
_NAME = re.compile(r"[^\W\d_]+")
_MONTH_PARTS = frozenset(part for word in MONTHS for part in word.split())


def _names_month(text: str) -> bool:
    """Whether a word of the text is a month's name, or part of one."""
    return not _MONTH_PARTS.isdisjoint(_NAME.findall(text.lower()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A date as one string can be read."""

    start: int
    end: int
    raw: str
    text: str
    """ISO 8601, with offset where known."""
    instant: datetime
    precision: Precision
    zone: str
    day: date
    sure: bool = True
    """False where day and month could be the other way round."""


def _offset(zone: str, day: date, country: str | None) -> tuple[int | None, str]:
    """Minutes east of Greenwich, and the reasoning."""
    name = zone.strip()
    match = _OFFSET.match(name)
    if match:
        hours, minutes = int(match.group(2)), int(match.group(3) or 0)
        if hours > 14 or minutes > 59:
            return None, "unknown"
        return (hours * 60 + minutes) * (-1 if match.group(1) == "-" else 1), "offset given"
    name = name.upper()
    if name in _FIXED:
        return _FIXED[name], f"{name} is {_show(_FIXED[name])}"
    if name in _SEASONAL:
        summer = 3 < day.month < 11 or (day.month == 3 and day.day >= 10) or (day.month == 11 and day.day <= 3)
        minutes = _SEASONAL[name][summer]
        return minutes, f"{name} in {'summer' if summer else 'winter'} is {_show(minutes)}"
    if name in _BY_COUNTRY:
        choices = _BY_COUNTRY[name]
        if country in choices:
            return choices[country], f"{name} read as {_show(choices[country])}: outlet in {country}"
        return None, f"{name} is ambiguous ({', '.join(dict.fromkeys(map(_show, choices.values())))}): left open"
    return None, "unknown"


def _show(minutes: int) -> str:
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def make(
    day: date, hour: int | None, minute: int, second: int | None, zone: str, country: str | None
) -> tuple[str, datetime, Precision, str]:
    """Text, instant, precision and the reasoning for the offset."""
    if hour is None:
        return day.isoformat(), datetime(day.year, day.month, day.day, tzinfo=UTC), "day", "no time given"
    minutes, why = _offset(zone, day, country) if zone else (None, "unknown")
    local = datetime(day.year, day.month, day.day, hour, minute, second or 0)
    precision: Precision = "minute" if second is None else "second"
    text = local.isoformat(timespec="minutes" if second is None else "seconds")
    if minutes is None:
        return text, local.replace(tzinfo=UTC), precision, why
    aware = local.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    return text + ("Z" if zone.upper() == "Z" else _show(minutes)), aware.astimezone(UTC), precision, why


def _day_of(found: dict[str, str | None], month_first: bool) -> tuple[date, bool] | None:
    year = int(found["year"] or 0)
    if year < 100:
        year += 2000 if year < 70 else 1900
    sure = True
    if found.get("name"):
        month, day = MONTHS[(found["name"] or "").lower()], int(found["day"] or 0)
    elif found.get("month"):
        month, day = int(found["month"] or 0), int(found["day"] or 0)
    else:
        a, b = int(found["a"] or 0), int(found["b"] or 0)
        flip = b > 12 or (month_first and a <= 12 and found["mark"] != ".")
        month, day = (a, b) if flip else (b, a)
        sure = a > 12 or b > 12 or a == b or found["mark"] == "."
    try:
        return date(year, month, day), sure
    except ValueError:
        return None


def _clock(found: dict[str, str | None]) -> tuple[int | None, int, int | None]:
    if not found.get("hour") or (found.get("minute") is None and not found.get("half")):
        return None, 0, None
    hour, half = int(found["hour"] or 0), (found.get("half") or "").lower()
    if half.startswith("p") and hour < 12:
        hour += 12
    elif half.startswith("a") and hour == 12:
        hour = 0
    second = found.get("second")
    return hour, int(found.get("minute") or 0), int(second) if second else None


def readings(text: str, *, country: str | None = None, month_first: bool = False, most: int = 8) -> list[Reading]:
    """All dates in the text, from left to right, longest reading first where they overlap."""
    if len(text) > LONGEST:
        text = text[:LONGEST]
    if not _COULD_BE.search(text):
        return []
    return list(_readings(text, country, month_first, most))


LONGEST = 10_000
"""Characters of a text in which dates are looked for."""


@lru_cache(maxsize=2048)
def _readings(text: str, country: str | None = None, month_first: bool = False, most: int = 8) -> tuple[Reading, ...]:
    if not _COULD_BE.search(text):
        return ()
    plain = text if text.isascii() else text.translate(_DIGITS)
    found: list[Reading] = []
    for pattern in _PATTERNS if _names_month(plain) else _NUMERIC:
        for match in pattern.finditer(plain):
            groups = match.groupdict()
            read = _day_of(groups, month_first)
            if read is None:
                continue
            day, sure = read
            hour, minute, second = _clock(groups)
            zone = groups.get("zone") or ""
            shown, instant, precision, why = make(day, hour, minute, second, zone if hour is not None else "", country)
            found.append(
                Reading(start=match.start(), end=match.end(), raw=text[match.start() : match.end()].strip(), text=shown, instant=instant,
                        precision=precision, zone=why, day=day, sure=sure)
            )  # fmt: skip
            if len(found) >= most:
                break
    found.sort(key=lambda reading: (reading.start, -reading.end))
    kept: list[Reading] = []
    for reading in found:
        if not kept or reading.start >= kept[-1].end:
            kept.append(reading)
    return tuple(kept)


_ISO = re.compile(
    r"^\s*(\d{4})-?(\d{2})-?(\d{2})(?:[T\s]+(\d{2}):?(\d{2})(?::?(\d{2})(?:[.,]\d+)?)?\s*(Z|[+-]\d{2}:?\d{2}|[+-]\d{2}|UTC|GMT)?)?",
    re.I,
)
_EPOCH = re.compile(r"^\s*(\d{10}|\d{13})\s*$")


def read_stamp(value: str, *, country: str | None = None, month_first: bool = False) -> Reading | None:
    """The date in a value that is meant to be one (JSON-LD, meta, `datetime`); None where it is not."""
    value = value.strip()[:80].translate(_DIGITS)
    match = _EPOCH.match(value)
    if match:
        seconds = int(match.group(1)) / (1000 if len(match.group(1)) == 13 else 1)
        moment = datetime.fromtimestamp(seconds, UTC)
        return Reading(start=0, end=len(value), raw=value, text=moment.strftime("%Y-%m-%dT%H:%M:%SZ"), instant=moment, precision="second",
                       zone="seconds since 1970", day=moment.date())  # fmt: skip
    match = _ISO.match(value)
    if match:
        year, month, day, hour, minute, second, zone = match.groups()
        try:
            when = date(int(year), int(month), int(day))
            text, instant, precision, why = make(
                when,
                int(hour) if hour else None,
                int(minute or 0),
                int(second) if second else None,
                _full(zone),
                country,
            )
        except (ValueError, OverflowError):
            return None
        return Reading(
            start=0, end=match.end(), raw=value, text=text, instant=instant, precision=precision, zone=why, day=when
        )
    found = readings(value, country=country, month_first=month_first, most=2)
    return found[0] if found else None


def _full(zone: str | None) -> str:
    if zone and len(zone) == 3 and zone[0] in "+-":
        return zone + ":00"
    return zone or ""
