"""Reads the dates of feeds and sitemaps, in all the forms that outlets write instead of the two that were agreed."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

LONGEST = 100
"""Characters; no date is longer."""

_ISO = re.compile(
    r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T\s,]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*(.*))?$", re.DOTALL
)
_ISO_SHORT = re.compile(r"(\d{4})(?:-(\d{2}))?$|(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})(\d{2})?\s*(.*))?$")
_WORDY = re.compile(
    r"(?:[^\W\d_]+\.?,?\s+)?(\d{1,2})(?:st|nd|rd|th|\.)?[\s-]+(?:de\s+)?([^\W\d_]+)\.?,?[\s-]+(?:de\s+)?(\d{4}|\d{2})\b"
)
_MONTH_FIRST = re.compile(r"(?:[^\W\d_]+\.?,?\s+)?([^\W\d_]{3,})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})\b")
_CTIME = re.compile(
    r"[A-Za-z]{3,}\s+([A-Za-z]{3,})\s+(\d{1,2})\s+(\d{1,2}:\d{2}(?::\d{2})?)\s+(?:([A-Z]{2,5})\s+)?(\d{4})$"
)
_NUMERIC = re.compile(r"(\d{1,2})([./])(\d{1,2})\2(\d{4})\b")
_CLOCK = re.compile(r"(\d{1,2})[:.](\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*([ap]\.?m\.?)?", re.IGNORECASE)
_OFFSET = re.compile(r"(?:GMT|UTC)?\s*([+\u2212-])\s*(\d{1,2}):?(\d{2})?\b")
_CJK = re.compile(r"(\d{4})\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일]")
_EPOCH = re.compile(r"\d{10}(?:\d{3})?$")

# Hours east of Greenwich of the abbreviations that mean one thing; IST, BST in Asia and the like do not.
_ZONES = {
    **{"GMT": 0.0, "UTC": 0, "UT": 0, "Z": 0, "WET": 0, "WEST": 1, "BST": 1, "CET": 1, "MEZ": 1, "CEST": 2, "MESZ": 2},
    **{"EET": 2, "EEST": 3, "MSK": 3, "TRT": 3, "WAT": 1, "CAT": 2, "SAST": 2, "EAT": 3, "PKT": 5, "NPT": 5.75},
    **{"WIB": 7, "ICT": 7, "HKT": 8, "SGT": 8, "PHT": 8, "AWST": 8, "WITA": 8, "WIT": 9, "JST": 9, "KST": 9},
    **{"ACST": 9.5, "ACDT": 10.5, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13, "HST": -10, "AKST": -9, "AKDT": -8},
    **{"PST": -8, "PDT": -7, "MST": -7, "MDT": -6, "CST": -6, "CDT": -5, "EST": -5, "EDT": -4, "ADT": -3, "NST": -3.5},
    **{"BRT": -3, "ART": -3, "CLT": -4, "COT": -5, "PET": -5, "VET": -4},
}

# By the first letters, enough to tell the twelve apart: English, then the languages whose feeds translate months.
_MONTHS: tuple[tuple[str, ...], ...] = (
    ("jan", "ene", "gen", "oca", "янв", "січ", "sty", "led", "ιαν", "janv", "yan", "يناير", "كانون الثاني"),
    ("feb", "fév", "fev", "fév", "şub", "sub", "фев", "лют", "lut", "úno", "φεβ", "févr", "فبراير", "شباط"),
    ("mar", "mär", "maa", "mrt", "мар", "бер", "bře", "μαρ", "مارس", "آذار"),
    ("apr", "avr", "abr", "nis", "апр", "кві", "kwi", "dub", "απρ", "أبريل", "نيسان"),
    ("may", "mai", "mag", "mei", "maj", "май", "мая", "тра", "kvě", "μαι", "μαΐ", "مايو", "أيار"),
    ("jun", "juin", "giu", "haz", "июн", "чер", "cze", "čvn", "ιουν", "يونيو", "حزيران"),
    ("jul", "juil", "lug", "tem", "июл", "лип", "lip", "čvc", "ιουλ", "يوليو", "تموز"),
    ("aug", "août", "aou", "aoû", "ago", "ağu", "agu", "авг", "сер", "sie", "srp", "αυγ", "أغسطس", "آب"),
    ("sep", "set", "eyl", "сен", "вер", "wrz", "zář", "σεπ", "سبتمبر", "أيلول"),
    ("oct", "okt", "out", "ott", "eki", "окт", "жов", "paź", "říj", "οκτ", "أكتوبر", "تشرين الأول"),
    ("nov", "kas", "ноя", "лис", "lis", "νοε", "νοέ", "نوفمبر", "تشرين الثاني"),
    ("dec", "déc", "dez", "dic", "des", "ara", "дек", "гру", "gru", "pro", "δεκ", "ديسمبر", "كانون الأول"),
)


def iso(text: str | None) -> str | None:
    """The date in ISO 8601: with offset where one is given, without where not, a bare day, month or year where no
    more is known; None where it is no date."""
    if not text:
        return None
    text = " ".join(_CJK.sub(r"\1-\2-\3 ", text[: 4 * LONGEST]).split())[:LONGEST].strip()
    try:
        return _iso(text) or _epoch(text) or _ctime(text) or _wordy(text)
    except (ValueError, OverflowError):
        return None


def _iso(text: str) -> str | None:
    found = _ISO.match(text)
    if found:
        year, month, day, hour, minute, second, rest = found.groups()
        if hour is None:
            return _day(int(year), int(month), int(day))
        return _moment((int(year), int(month), int(day)), (int(hour), int(minute), int(second or 0)), rest)
    short = _ISO_SHORT.match(text)
    if not short:
        return None
    if short.group(1):
        year, month = int(short.group(1)), short.group(2)
        if not 1 <= year <= 9999 or (month and not 1 <= int(month) <= 12):
            return None
        return text
    year, month, day, hour, minute, second, rest = short.groups()[2:]
    if hour is None:
        return _day(int(year), int(month), int(day))
    return _moment((int(year), int(month), int(day)), (int(hour), int(minute), int(second or 0)), rest)


def _epoch(text: str) -> str | None:
    if not _EPOCH.match(text):
        return None
    return datetime.fromtimestamp(int(text[:10]), UTC).isoformat()


def _ctime(text: str) -> str | None:
    found = _CTIME.match(text)
    month = _month(found.group(1)) if found else None
    if not found or not month:
        return None
    return _clocked((int(found.group(5)), month, int(found.group(2))), f"{found.group(3)} {found.group(4) or ''}")


def _wordy(text: str) -> str | None:
    found = _WORDY.search(text)
    month = _month(found.group(2)) if found else None
    if found and month:
        year = int(found.group(3))
        year += (2000 if year < 70 else 1900) if len(found.group(3)) == 2 else 0
        return _clocked((year, month, int(found.group(1))), text[found.end() :])
    found = _MONTH_FIRST.search(text)
    month = _month(found.group(1)) if found else None
    if found and month:
        return _clocked((int(found.group(3)), month, int(found.group(2))), text[found.end() :])
    found = _NUMERIC.match(text)
    # With dots the day comes first everywhere; with slashes only where no other reading is possible.
    if found and (found.group(2) == "." or int(found.group(1)) > 12):
        return _clocked((int(found.group(4)), int(found.group(3)), int(found.group(1))), text[found.end() :])
    return None


def _month(word: str) -> int | None:
    word = word.lower()
    for number, names in enumerate(_MONTHS, start=1):
        # `juin` and `juil`, `μαρ` and `μαι`: longer stems are listed whole, so the first that fits is right.
        if any(word.startswith(name) for name in names):
            return number
    return None


def _clocked(day: tuple[int, int, int], rest: str) -> str | None:
    clock = _CLOCK.search(rest)
    if not clock:
        return _day(*day)
    hour, minute, second, half = clock.groups()
    hours = int(hour)
    if half:
        hours = hours % 12 + (12 if half[0] in "pP" else 0)
    return _moment(day, (hours, int(minute), int(second or 0)), rest[clock.end() :])


def _day(year: int, month: int, day: int) -> str:
    return datetime(year, month, day).date().isoformat()


def _moment(day: tuple[int, int, int], clock: tuple[int, int, int], zone: str | None) -> str:
    hour, minute, second = clock
    # 24:00 is the next day's midnight, second 60 the next minute's start.
    moment = datetime(*day) + timedelta(hours=_most(hour, 24), minutes=_most(minute, 59), seconds=_most(second, 60))
    offset = _offset(zone or "")
    return moment.replace(tzinfo=None if offset is None else timezone(offset)).isoformat()


def _most(value: int, limit: int) -> int:
    if value > limit:
        raise ValueError(value)
    return value


def _offset(zone: str) -> timedelta | None:
    found = _OFFSET.search(zone)
    if found:
        sign, hours, minutes = found.groups()
        offset = timedelta(hours=_most(int(hours), 14), minutes=_most(int(minutes or 0), 59))
        if sign != "+" and not offset:
            return None  # RFC 5322 section 3.3: `-0000` says that the zone is not known
        return offset if sign == "+" else -offset
    word = re.match(r"\s*\(?([A-Za-z]{1,5})\b", zone)
    hours_east = _ZONES.get(word.group(1).upper()) if word else None
    return None if hours_east is None else timedelta(hours=hours_east)
