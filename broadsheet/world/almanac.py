"""Names of days and months in the world's eight languages, for the prose's placeholders and the pages' date lines."""

import re
from datetime import date, datetime, timedelta
from typing import Literal, get_args

Language = Literal["en", "de", "fr", "es", "ru", "tr", "ar", "zh"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

# Russian weekdays are in the accusative: the form used after the usual preposition, as the prose is written for it.
WEEKDAYS: dict[Language, tuple[str, ...]] = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "de": ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"),
    "fr": ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
    "es": ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"),
    "ru": ("понедельник", "вторник", "среду", "четверг", "пятницу", "субботу", "воскресенье"),
    "tr": ("pazartesi", "salı", "çarşamba", "perşembe", "cuma", "cumartesi", "pazar"),
    "ar": ("الاثنين", "الثلاثاء", "الأربعاء", "الخميس", "الجمعة", "السبت", "الأحد"),
    "zh": ("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
}

MONTHS: dict[Language, tuple[str, ...]] = {
    "en": (
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
    "de": (
        "Januar",
        "Februar",
        "März",
        "April",
        "Mai",
        "Juni",
        "Juli",
        "August",
        "September",
        "Oktober",
        "November",
        "Dezember",
    ),
    "fr": (
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ),
    "es": (
        "enero",
        "febrero",
        "marzo",
        "abril",
        "mayo",
        "junio",
        "julio",
        "agosto",
        "septiembre",
        "octubre",
        "noviembre",
        "diciembre",
    ),
    "ru": (
        "января",
        "февраля",
        "марта",
        "апреля",
        "мая",
        "июня",
        "июля",
        "августа",
        "сентября",
        "октября",
        "ноября",
        "декабря",
    ),
    "tr": (
        "Ocak",
        "Şubat",
        "Mart",
        "Nisan",
        "Mayıs",
        "Haziran",
        "Temmuz",
        "Ağustos",
        "Eylül",
        "Ekim",
        "Kasım",
        "Aralık",
    ),
    "ar": (
        "يناير",
        "فبراير",
        "مارس",
        "أبريل",
        "مايو",
        "يونيو",
        "يوليو",
        "أغسطس",
        "سبتمبر",
        "أكتوبر",
        "نوفمبر",
        "ديسمبر",
    ),
    "zh": tuple(f"{number}月" for number in range(1, 13)),
}

DAY_AND_MONTH: dict[Language, str] = {
    "en": "{day} {month}",
    "de": "{day}. {month}",
    "fr": "{day} {month}",
    "es": "{day} de {month}",
    "ru": "{day} {month}",
    "tr": "{day} {month}",
    "ar": "{day} {month}",
    "zh": "{month}{day}日",
}

WITH_YEAR: dict[Language, str] = {
    "en": "{date} {year}",
    "de": "{date} {year}",
    "fr": "{date} {year}",
    "es": "{date} de {year}",
    "ru": "{date} {year} года",
    "tr": "{date} {year}",
    "ar": "{date} {year}",
    "zh": "{year}年{date}",
}

PLACEHOLDER = re.compile(r"\{(weekday|date)([+-]\d+)?\}")


def weekday(day: date, language: Language) -> str:
    """The name of the day, as the prose uses it."""
    return WEEKDAYS[language][day.weekday()]


def day_and_month(day: date, language: Language) -> str:
    """Day and month as the language writes them."""
    number = "1er" if language == "fr" and day.day == 1 else str(day.day)
    return DAY_AND_MONTH[language].format(day=number, month=MONTHS[language][day.month - 1])


def long_date(day: date, language: Language) -> str:
    """Day, month and year as the language writes them."""
    return WITH_YEAR[language].format(date=day_and_month(day, language), year=day.year)


def american(day: date) -> str:
    """Month before day, as papers of the United States write it."""
    return f"{MONTHS['en'][day.month - 1]} {day.day}, {day.year}"


def rfc822(moment: datetime) -> str:
    """The date form of RSS, English in every locale."""
    name, month = WEEKDAYS["en"][moment.weekday()][:3], MONTHS["en"][moment.month - 1][:3]
    return f"{name}, {moment.day:02} {month} {moment:%Y %H:%M:%S %z}"


def http_date(moment: datetime) -> str:
    """The date form of HTTP headers; `moment` is in UTC."""
    return rfc822(moment)[:-5] + "GMT"


def fill(text: str, day: date, language: Language) -> str:
    """The text with its placeholders replaced by the days they mean, counted from `day`."""

    def name(match: re.Match[str]) -> str:
        meant = day + timedelta(days=int(match[2] or 0))
        return weekday(meant, language) if match[1] == "weekday" else day_and_month(meant, language)

    return PLACEHOLDER.sub(name, text)
