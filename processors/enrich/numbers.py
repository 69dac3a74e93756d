"""Read numbers with what they count: casualties, money, percentages, votes and other counts, in digits or in words."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from broadsheet.model import Quantity
from processors.enrich.counted import KINDS, happened, is_age, voted
from processors.enrich.measures import measured
from processors.enrich.spelled import HAN_NUMBER, LISTED, han_value, spelled, spelled_pattern
from processors.enrich.things import counted
from processors.enrich.words import LONGEST_WORD

MOST = 300
LARGEST = 1e21
"""Longer rows of digits are numbers of accounts, or noise."""

_SCALES = {
    "hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12, "mn": 1e6, "bn": 1e9, "m": 1e6,
    "tausend": 1e3, "millionen": 1e6, "mio": 1e6, "milliarde": 1e9, "milliarden": 1e9, "mrd": 1e9, "billionen": 1e12,
    "mille": 1e3, "millions": 1e6, "milliard": 1e9, "milliards": 1e9, "mil": 1e3, "millón": 1e6, "millones": 1e6, "billones": 1e12,
    "тысяч": 1e3, "тысячи": 1e3, "тысяча": 1e3, "тысячу": 1e3, "тыс": 1e3, "миллион": 1e6, "миллиона": 1e6, "миллионов": 1e6, "млн": 1e6,
    "миллиард": 1e9, "миллиарда": 1e9, "миллиардов": 1e9, "млрд": 1e9, "bin": 1e3, "milyon": 1e6, "milyar": 1e9, "trilyon": 1e12,
    "ألف": 1e3, "آلاف": 1e3, "الف": 1e3, "مليون": 1e6, "ملايين": 1e6, "مليار": 1e9, "万": 1e4, "亿": 1e8, "千": 1e3, "百万": 1e6, "億": 1e8, "萬": 1e4,
    "milhões": 1e6, "milhão": 1e6, "bilhões": 1e9, "milioni": 1e6, "miliardi": 1e9, "billions": 1e9, "thousands": 1e3, "trillions": 1e12, "k": 1e3,
}  # fmt: skip

_MONEY = {
    "$": "USD", "us$": "USD", "usd": "USD", "dollars": "USD", "dollar": "USD", "€": "EUR", "eur": "EUR", "euro": "EUR", "euros": "EUR", "£": "GBP",
    "pounds": "GBP", "pound": "GBP", "gbp": "GBP", "¥": "JPY", "yen": "JPY", "₽": "RUB", "рублей": "RUB", "рубля": "RUB", "руб": "RUB", "рубль": "RUB",
    "долларов": "USD", "доллара": "USD", "евро": "EUR", "₺": "TRY", "tl": "TRY", "lira": "TRY", "liras": "TRY", "lirası": "TRY", "dolar": "USD", "dólares": "USD",
    "dólar": "USD", "دولار": "USD", "دولارا": "USD", "يورو": "EUR", "ليرة": "TRY", "جنيه": "EGP", "ريال": "SAR", "元": "CNY", "人民币": "CNY", "美元": "USD", "欧元": "EUR",
    "yuan": "CNY", "₹": "INR", "rupees": "INR", "francs": "CHF", "franken": "CHF", "reais": "BRL", "r$": "BRL", "rubel": "RUB", "roubles": "RUB", "rubles": "RUB",
    "cedis": "GHS", "манатов": "AZN", "маната": "AZN", "манат": "AZN", "тенге": "KZT", "avro": "EUR", "avroya": "EUR", "avroluk": "EUR", "naira": "NGN",
    "shillings": "KES", "rand": "ZAR", "دينار": "JOD", "دينارا": "JOD", "درهم": "AED", "درهما": "MAD", "франков": "CHF", "доллар": "USD", "фунтов": "GBP",
    "pesos": "MXN", "kronor": "SEK", "kroner": "NOK", "zł": "PLN", "₴": "UAH", "гривен": "UAH",
}  # fmt: skip

_PERCENT = (
    r"%|％|٪|percent|per cent|prozent|pour cent|por ciento|por cento|процент\w*|في المئة|بالمئة|في المائة|بالمائة"
)

_TIME = re.compile(
    r"^(?:january|february|march|april|may|june|july|august|september|october|november|december|januar|februar|märz|mai|juni|juli|oktober|dezember|janvier|février|"
    r"mars|avril|juin|juillet|août|septembre|octobre|novembre|décembre|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre|"
    r"января|февраля|марта|апреля|мая|июня|июля|августа|сентября|октября|ноября|декабря|ocak|şubat|mart|nisan|mayıs|haziran|temmuz|ağustos|eylül|ekim|kasım|aralık|"
    r"uhr|p\.?m|a\.?m|o'clock|год[ау]?|г|утра|вечера|ночи|heures? du (?:matin|soir))\b|^(?:kas|a|may|eyl|aral|\?ub)\?(?:m|ustos|s|l|k|at)\b|^(?:年|月|日|يناير|فبراير|مارس|أبريل|مايو|يونيو|يوليو|أغسطس|سبتمبر|أكتوبر|نوفمبر|ديسمبر)",
    re.IGNORECASE,
)
_MONTH_BEFORE = re.compile(
    r"\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec|january|february|march|april|june|july|august|september|october|november|december|in|since|by|until|"
    r"seit|en|depuis|в|с|from|of|de)\.?,?\s*$",
    re.IGNORECASE,
)

DIGITS = r"\d{1,3}(?:[.,\u00a0\u202f\u2009 ’']\d{3})+(?:[.,]\d+)?|\d+(?:[.,٫]\d+)?"
_EASTERN = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹٫٬", "01234567890123456789.,")
_LETTER_AFTER = r"(?![^\W\d_\u3040-\u9fff])"
"""No letter may follow: `mil` is a thousand, `milímetros` are none; Chinese goes on without a blank."""

_FRACTIONS = {
    "two thirds": 200 / 3, "two-thirds": 200 / 3, "three quarters": 75.0, "three-quarters": 75.0, "zwei drittel": 200 / 3,
    "drei viertel": 75.0, "deux tiers": 200 / 3, "trois quarts": 75.0, "dos tercios": 200 / 3, "tres cuartos": 75.0,
    "две трети": 200 / 3, "двух третей": 200 / 3, "три четверти": 75.0, "üçte iki": 200 / 3, "üçte ikisi": 200 / 3, "dörtte üç": 75.0,
    "ثلثي": 200 / 3, "ثلثا": 200 / 3, "三分之二": 200 / 3, "四分之三": 75.0,
}  # fmt: skip
"""Shares in words, in percent."""
_BELOW_ZERO = r"(?:\b(?:minus|moins|минус|eksi|menos)\s|零下|سالب\s|(?<![\w.,\d–-])[−-](?=\d))"


def _alternatives(words: list[str]) -> str:
    return "|".join(re.escape(w) for w in sorted(words, key=len, reverse=True))


@cache
def pattern(language: str) -> re.Pattern[str]:
    """Numbers of a language: digits, or words where it has a list, with sign of money, scale and unit."""
    words = spelled_pattern(language)
    spoken = rf"|(?P<words>{words})" if words else "|(?P<words>(?!))"
    han = f"|(?P<han>{HAN_NUMBER})" if language == "zh" else "|(?P<han>(?!))"
    scale, money = _alternatives(list(_SCALES)), _alternatives(list(_MONEY))
    share = rf"(?<![^\W\d_])(?P<fraction>{_alternatives(list(_FRACTIONS))}){_LETTER_AFTER}|(?P<tenths>[一二三四五六七八九])成(?![为立员功本就了])"
    return re.compile(
        rf"{share}|(?P<share>\byüzde\s|%)?(?P<below>{_BELOW_ZERO})?(?:(?P<before>[$€£¥₽₺₹₴]|US\$|R\$)\s?)?"
        rf"(?<![0-9A-Za-z_.,:/-])(?:(?P<digits>{DIGITS}){spoken}{han})(?![\d:/])"
        rf"(?P<half>\s(?:buçuk|and a half|y medi[oa]|et demie?|с половиной)|\sونصف|半)?"
        rf"(?:[\s\u00a0-]?(?P<scale>{scale}){_LETTER_AFTER})?"
        rf"(?:\s?(?P<percent>{_PERCENT})|[\s\u00a0]?(?:(?:of|de|US|U\.S\.|Türk|Amerikan)\s|d['’])?(?P<money>{money}){_LETTER_AFTER})?",
        re.IGNORECASE,
    )


def value_of(written: str, language: str) -> float | None:
    """The number that digits stand for, by the language's signs of thousands and decimals."""
    low = re.sub("[\u00a0\u202f\u2009 ’']", "", written.translate(_EASTERN))
    thousands = re.fullmatch(r"\d{1,3}(?:([.,])\d{3})(?:\1\d{3})*(?:([.,])\d+)?", low)
    if thousands and thousands.group(2) != thousands.group(1):
        plain_decimal = "." if language in ("en", "zh", "ja", "ko", "he", "ar", "th", "pcm", "sw", "ha", "hi") else ","
        several = low.count(thousands.group(1)) > 1 or thousands.group(2) is not None
        if several or thousands.group(1) != plain_decimal:
            low = low.replace(thousands.group(1), "").replace(",", ".")
            return float(low)
    try:
        return float(low.replace(",", "."))
    except ValueError:
        return None


_YEAR_COUNTS = re.compile(
    r"[\s\u00a0]+(?:[^\W\d_]{3,}s\b|(?:people|children|men|women|police|troops|families|cattle|sheep)\b|ki[şs\?]i|i[şs\?][çc\?]i|asker|aile|[öo\?][ğg\?]renci|çocuk|kadın|ton\b|"
    r"метр|метров|человек|жител|солдат|рабочих|семей|тонн|Menschen|Personen|Familien|Häuser|Einwohner|Tonnen|Meter\b)|"
    r"[\s\u00a0]*(?:شخص|أسرة|عائلة|جندي|عامل|طفل|متر|كيلومتر|طن|دينار|نسمة|منزل|[人名户戶个位座家件吨米元])"
)
"""What is counted after a number that could be a year."""
_THE_YEAR = re.compile(
    r"(?:\b(?:the|its|his|her|their|this|that|of|in|since|by|from|until|before|after|le|la|les|el|los|las|en|de|im|seit|des|der|die|в|с|за)|عام|سنة|’s|'s)\s$",
    re.IGNORECASE,
)


_WORKERS_ROSE = re.compile(r"['’][ea]\s(?:çık|yüksel|ulaş|in(?:di|miş))")
"""Turkish, of a count that became so many: `1980'e çıktı`."""


_CLOCK = re.compile(
    r"\b(?:by|at|until|around|about|before|after|since|from)\s(?:a\s)?(?:five|ten|quarter|twenty|half)\s(?:to|past)\s",
    re.IGNORECASE,
)
"""English times of day in words: `by ten to three`."""


def is_date(text: str, start: int, end: int, value: float, scaled: bool) -> bool:
    """Whether a bare number is a day, a year or a time of day."""
    if scaled:
        return False
    after = text[end : end + 14].lstrip(" .\u00a0")
    if _TIME.match(after):
        return True
    if any(found.start() < start <= found.end() for found in _CLOCK.finditer(text, max(0, start - 24), end + 10)):
        return True
    before = text[max(0, start - 12) : start]
    year = 1800 <= value <= 2100 and float(value).is_integer() and end - start == 4
    if year and (_THE_YEAR.search(before) or not _YEAR_COUNTS.match(text, end)) and not _WORKERS_ROSE.match(text, end):
        return True
    return (
        1 <= value <= 31
        and bool(re.search(r"(?:[A-Z][a-z]{2,8}|[A-Z][a-z]{2}\.)\s$", before))
        and bool(_MONTH_BEFORE.search(before))
    )


class _Number(NamedTuple):
    """A number as found, before it is known what it counts."""

    start: int
    end: int
    value: float
    unit: str | None
    """Money or `%`."""


_NAMED = re.compile(r"(?<=[\s(«„“\"])(?:[^\W\d_]*[A-ZÀ-ÞА-Я][^\W\d_]+|№|No\.|Nr\.)[\s\u00a0]$|[=?&#_][^\W\d_]*$")
_THERE = re.compile(r"\b(?:in|at|near|from|bei|nach|aus|à|en|в|из|на)\s$", re.IGNORECASE)


def is_label(text: str, one: Quantity) -> bool:
    """Whether digits only tell one thing from others of its name, and count nothing: `Branch 259`, `Boeing 737`, `№ 1`."""
    if one.kind != "count" or one.unit or one.subject or not one.text.isdecimal():
        return False
    found = _NAMED.search(text, max(0, one.start - 24), one.start)
    before = text[max(0, found.start() - 6) : found.start()] if found else ""
    return (
        bool(found)
        and not _OPENS.search(before)
        and not (found and found.group()[0].isupper() and _THERE.search(before))
    )


_OPENS = re.compile(r"[.!?:\n»”\"]\s*$")
"""What stands before a word that has its capital from the sentence."""


def numbers(text: str, language: str, likely: Sequence[tuple[int, int]] | None = None) -> tuple[Quantity, ...]:
    """Quantities of the text in order; days, years and times of day are none.

    `likely`: the tokens that `NumeralColumn` marks, where the text was read before; the others are passed over."""
    found = list(_joined_times(text, list(_numbers(text, language, likely))))
    edges = [0, *(one.end for one in found)], [*(one.start for one in found), len(text)]
    told = (_quantity(text, one, edges[0][at], edges[1][at + 1], language) for at, one in enumerate(found))
    return tuple(one for one in told if not is_label(text, one))


_LEADS = re.compile(r"(?:[%$€£¥₽₺₹₴−-]\s?|(?:yüzde|minus|moins|минус|eksi|menos|سالب)\s|零下)\Z", re.IGNORECASE)
LONGEST_LEAD = 18
"""Characters of all that `pattern` takes before a number itself: `yüzde minus US$ `."""


class NumeralColumn:
    """Which spellings a number may begin with, by the same words that `pattern` is made of."""

    width = 1
    dtype = np.bool_
    seldom = True

    def __init__(self, language: str) -> None:
        words = spelled_pattern(language) or "(?!)"
        shares = _alternatives(list({share.split()[0].partition("-")[0] for share in _FRACTIONS}))
        han = "一二两兩三四五六七八九十百千零〇万萬亿億"
        self._may_begin = re.compile(rf"\d|[{han}]|^.{{{LONGEST_WORD}}}|\b(?:{shares})|{words}", re.IGNORECASE)

    def rows(self, words: Sequence[str]) -> NDArray[np.bool_]:
        """One mark a word; a word that was cut for its length may begin with anything."""
        return np.array([self._may_begin.search(word) is not None for word in words], np.bool_)[:, None]


COLUMNS = ("zh", *LISTED)
"""Languages that have numbers of their own; the others share the column of none."""


def column_of(language: str) -> str:
    """The name of a language's column."""
    return f"numeral-{language if language in COLUMNS else ''}"


def _found(text: str, language: str, likely: Sequence[tuple[int, int]] | None) -> Callable[[int], re.Match[str] | None]:
    """What finds the next number from a place on: as the pattern does, but it looks only where one may begin."""
    those = pattern(language)
    if likely is None:
        return lambda at: those.search(text, at)
    ends = [end for _, end in likely]

    def search(at: int) -> re.Match[str] | None:
        following = bisect_right(ends, at)
        if following == len(ends):
            return None
        start = likely[following][0]
        before = start - LONGEST_LEAD if _LEADS.search(text, max(at, start - LONGEST_LEAD), start) else start
        return those.search(text, max(at, before))

    return search


def _numbers(text: str, language: str, likely: Sequence[tuple[int, int]] | None) -> Iterator[_Number]:
    search = _found(text, language, likely)
    piece = search(0)
    count = 0
    while piece and count < MOST:
        at = piece.end()
        one = _read(piece, language)
        if one:
            at = max(one.end, piece.start() + 1)
            if one.unit or not is_date(text, one.start, one.end, one.value, bool(piece["scale"])):
                count += 1
                yield one
        piece = search(at)


def _read(piece: re.Match[str], language: str) -> _Number | None:
    """The number that a match holds; of words in a row that are several numbers the first."""
    if piece["fraction"] or piece["tenths"]:
        value = _FRACTIONS[piece["fraction"].lower()] if piece["fraction"] else han_value(piece["tenths"]) * 10
        return _Number(piece.start(), piece.end(), round(value, 1), "%")
    start = next(piece.start(g) for g in ("share", "below", "before", "digits", "words", "han") if piece[g])
    end = max(piece.end(g) for g in ("digits", "words", "han", "half", "scale", "percent", "money"))
    unit = "%" if piece["percent"] or piece["share"] else _MONEY.get((piece["before"] or piece["money"] or "").lower())
    scale = _SCALES.get((piece["scale"] or "").lower(), 1.0)
    if piece["words"]:
        told = spelled(piece["words"], language)
        if told is None:
            return None
        if told[1] < len(piece["words"]):
            return _Number(start, piece.start("words") + told[1], told[0], None)
        number: float | None = told[0]
    else:
        number = han_value(piece["han"]) if piece["han"] else value_of(piece["digits"], language)
    if number is None or piece["han"] == "一" or abs(number) > LARGEST:
        return None
    half = 0.5 if piece["half"] else 0.0
    return _Number(start, end, (number + half) * scale * (-1.0 if piece["below"] else 1.0), unit)


_HOURS = re.compile(
    r"[\s\u00a0-]*(?:hours?|stunden?|heures?|horas?|час\w*|saat|ساع\w*|小时)|(?<=ساعتين)|(?<=ساعتان)", re.IGNORECASE
)
_MINUTES = re.compile(r"[\s\u00a0-]*(?:minutes?|minuten?|minutos?|минут\w*|dakika|دقيق\w*|دقائق|分钟?)", re.IGNORECASE)
_SECONDS = re.compile(
    r"[\s\u00a0-]*(?:seconds?|sekunden?|secondes?|segundos?|секунд\w*|saniye|ثواني?|ثانية|秒)", re.IGNORECASE
)
_AND_TIME = re.compile(r"[,\s\u00a0]*(?:and\s|und\s|et\s|y\s|и\s|ve\s|و\s?)?")


def _joined_times(text: str, found: list[_Number]) -> Iterator[_Number]:
    """Hours with minutes, and minutes with seconds, as one number of the smaller unit."""
    at = 0
    while at < len(found):
        one = found[at]
        other = found[at + 1] if at + 1 < len(found) else None
        for whole, part in ((_HOURS, _MINUTES), (_MINUTES, _SECONDS)):
            unit = whole.match(text, one.end)
            if other and unit and not (one.unit or other.unit):
                last = part.match(text, other.end)
                if last and _AND_TIME.fullmatch(text, unit.end(), other.start) and other.value < 60:
                    one = _Number(one.start, other.end, one.value * 60 + other.value, None)
                    at += 1
                    break
        yield one
        at += 1


def _quantity(text: str, one: _Number, last: int, following: int, language: str) -> Quantity:
    kind, unit = "percent" if one.unit == "%" else "money", one.unit
    if not unit:
        kind, unit = _kind(text, one, (last, following), language)
    return Quantity(
        start=one.start,
        end=one.end,
        text=text[one.start : one.end],
        value=one.value,
        unit=unit,
        subject=None if kind in UNCOUNTED else counted(text, one.end, language),
        kind=kind,
    )


UNCOUNTED = frozenset({"money", "measure", "age"})
"""Kinds that count nothing: their unit, or their sentence, tells what they are of."""
OLDEST = 130
"""Years of age of a person."""


_RANGE = re.compile(rf"\s?(?:to|-|–|bis|à|a|ile|до|или|or|إلى|至|到)\s?(?:{DIGITS})", re.IGNORECASE)
_LEADS_AGE = re.compile(r"[A-ZÀ-Þ][a-zà-ÿ'’-]+,\s$")
_ENDS_AGE = re.compile(r"[,;)]|\.\s")
"""`Ariel Leal, 22; Lance Garcia, 36.`"""


def _of_range(text: str, end: int) -> str | None:
    """The unit behind the second number of a range: `10 to 15 centimetres`."""
    other = _RANGE.match(text, end)
    return measured(text, other.end() - 1, other.end()) if other else None


_THINGS = re.compile(
    r"\s(?:[^\W\d_]+\s)?(?:volumes|books|manuscripts|paintings|pictures|works|objects|pieces|items|documents|files|jobs|homes|houses|Bücher|Bände|"
    r"Werke|livres|œuvres|libros|obras|книг|картин|kitap|eser)\b|\s*(?:本|册|件)",
    re.IGNORECASE,
)
"""What is saved and is nobody."""


def _kind(text: str, one: _Number, room: tuple[int, int], language: str) -> tuple[str, str | None]:
    """What kind of count it is: `casualties` and their like, `votes`, `age`, `measure`, or any."""
    span = one.start, one.end
    if is_age(text, *span):
        return ("age", None) if one.value <= OLDEST else ("measure", "years")
    measure = measured(text, *span) or _of_range(text, one.end)
    if measure:
        return "measure", measure
    if (
        10 <= one.value <= OLDEST
        and _LEADS_AGE.search(text, max(0, one.start - 14), one.start)
        and _ENDS_AGE.match(text, one.end)
    ):
        return "age", None
    unit = happened(text, span, room, language) if one.value == int(one.value) and one.value > 0 else None
    if unit and not (unit == "rescued" and _THINGS.match(text, one.end)):
        return KINDS[unit], unit
    votes, way = voted(text, span)
    return ("votes", way) if votes else ("count", None)
