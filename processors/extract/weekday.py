# ruff: noqa: E501  (a list reads best with each day on one line)
"""Reads the weekday a report speaks of, and finds its day once the story's other articles are known."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from statistics import median

from broadsheet.model import DateClaim
from processors.extract.calendar import readings

METHOD, RESOLVED = "weekday", "weekday and story"
LEAD = 1_500
"""Characters of the text in which a report says on which day it happened."""
SPAN = 6
"""Days that a story's dates may be apart for a weekday to name one of them."""
NEAR = 3
"""Days around the story's middle in which every weekday comes once."""
AGREED, LONE, MOST = 0.7, 0.6, 0.75
"""Confidence by two and more other articles, by a single one, and the highest: it is inferred, so never .8."""

BELIEVED = 0.4
"""Confidence from which a date counts as the page's own."""

_DAYS = (
    "monday montag lundi lunes понедельник pazartesi الاثنين الإثنين lunedì segunda-feira maandag poniedziałek 周一 星期一 週一",
    "tuesday dienstag mardi martes вторник salı الثلاثاء martedì terça-feira dinsdag wtorek 周二 星期二 週二",
    "wednesday mittwoch mercredi miércoles среду среда çarşamba الأربعاء الاربعاء mercoledì quarta-feira woensdag środę środa 周三 星期三 週三",
    "thursday donnerstag jeudi jueves четверг perşembe الخميس giovedì quinta-feira donderdag czwartek 周四 星期四 週四",
    "friday freitag vendredi viernes пятницу пятница cuma الجمعة venerdì sexta-feira vrijdag piątek 周五 星期五 週五",
    "saturday samstag sonnabend samedi sábado субботу суббота cumartesi السبت sabato zaterdag sobotę sobota 周六 星期六 週六",
    "sunday sonntag dimanche domingo воскресенье pazar الأحد الاحد domenica zondag niedzielę niedziela 周日 星期日 星期天 週日",
)  # fmt: skip
_NUMBER = {word: number for number, words in enumerate(_DAYS) for word in words.split()}
_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_DAY = re.compile(
    r"(?P<before>(?:last|next|previous|every|each|past|following|letzten|vergangenen|nächsten|kommenden|jeden|pasado|próximo|прошл\w+|следующ\w+|"
    r"geçen|gelecek|önümüzdeki|her|上|下|上个|下个|ogni|scorso)\s?)?"
    rf"(?:(?<!\w)(?P<day>{'|'.join(word for word in _NUMBER if word < chr(0x2E80))})(?!\w)|(?P<wide>{'|'.join(word for word in _NUMBER if word > chr(0x2E80))}))"
    r"(?P<after>\s(?:dernier|prochain|pasado|próximo|الماضي|المقبل|القادم|scorso|prossimo|passad[ao]|last|next))?",
)


def weekday_in(text: str) -> tuple[int, str] | None:
    """The weekday a report's lead speaks of, Monday 0, and the words it stands in; None where it names none, or a far one."""
    lead = text[:LEAD].lower()
    for match in _DAY.finditer(lead):
        if match.group("before") or match.group("after"):
            continue
        start = max(0, match.start() - 30)
        return _NUMBER[match.group("day") or match.group("wide")], " ".join(text[start : match.end() + 10].split())
    return None


def dated(ledger: Sequence[DateClaim]) -> bool:
    """Whether the ledger has a date of the page's own that can be believed."""
    return any(entry.kind != "event" and entry.instant is not None and entry.confidence >= BELIEVED for entry in ledger)


def undated(text: str, others: Sequence[str], fetched: datetime) -> list[DateClaim]:
    """What a page without a date of its own lets one infer: the weekday its lead names, and the days it speaks of.

    `others` are captions and the like. Nothing of it is believed by itself; `resolve_weekday` makes a day of it.
    """
    found = weekday_in(text)
    if found is None:
        return []
    number, words = found
    spoken = [
        reading
        for part in (*others, text)
        for reading in readings(part[: LEAD * 4])
        if reading.sure and reading.instant <= fetched
    ]
    floor = max(spoken, key=lambda reading: reading.day, default=None)
    told = f"{words!r} names a {_NAMES[number]}, the week is unknown"
    claims = [_claim("published", _NAMES[number], None, METHOD, 0.0, told)]
    if floor is not None:
        why = f"{floor.raw!r} spoken of on the page: an event's date, and the page is not older"
        claims.append(_claim("event", floor.day.isoformat(), _noon(floor.day), METHOD, 0.0, why))
    return claims


def resolve_weekday(ledger: Sequence[DateClaim], dates_of_story: Sequence[datetime]) -> tuple[DateClaim, ...]:
    """The ledger, with the day its weekday means, by the dates of the story's other articles; as it was where they tell none.

    Given again with other dates, the day is found anew; a page with a date of its own is left alone. Pure.
    """
    own = tuple(entry for entry in ledger if entry.method != RESOLVED)
    weekday = next((entry for entry in own if entry.method == METHOD and entry.text in _NAMES), None)
    if weekday is None or dated(own) or not dates_of_story:
        return own
    days = sorted(moment.astimezone(UTC).date() for moment in dates_of_story)
    if (days[-1] - days[0]).days > SPAN:
        return own
    day = _nearest(_NAMES.index(weekday.text), date.fromordinal(round(median(map(date.toordinal, days)))))
    floor = max((entry.instant.date() for entry in own if entry.method == METHOD and entry.instant), default=None)
    if floor is not None and day < floor:
        return own
    count = len(days)
    span = days[0].isoformat() if days[0] == days[-1] else f"{days[0].isoformat()} to {days[-1].isoformat()}"
    why = f"{weekday.evidence}; {count} other article{'s' if count > 1 else ''} of the story of {span}"
    why += f"; not before {floor.isoformat()}, which the page speaks of" if floor else ""
    sure = min(MOST, AGREED if count > 1 and day in days else LONE if day in days else LONE - 0.1)
    return (*own, _claim("published", day.isoformat(), _noon(day), RESOLVED, sure, why))


def _nearest(weekday: int, middle: date) -> date:
    """The day of that name in the week around the middle."""
    return middle + timedelta(days=(weekday - middle.weekday() + NEAR) % 7 - NEAR)


def _noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _claim(kind: str, text: str, instant: datetime | None, method: str, confidence: float, why: str) -> DateClaim:
    return DateClaim(
        kind="event" if kind == "event" else "published", text=text, instant=instant, precision="day", method=method,
        zone="no time given", confidence=confidence, evidence=why,
    )  # fmt: skip
