"""Read numbers with what they count: casualties, money, percentages, votes and other counts, in digits or in words."""

from __future__ import annotations

import re
from functools import cache

from broadsheet.model import Quantity

MOST = 300

_WORDS = {
    "en": "two 2 three 3 four 4 five 5 six 6 seven 7 eight 8 nine 9 ten 10 eleven 11 twelve 12 thirteen 13 fourteen 14 fifteen 15 sixteen 16 seventeen 17 "
    "eighteen 18 nineteen 19 twenty 20 thirty 30 forty 40 fifty 50 sixty 60 seventy 70 eighty 80 ninety 90 dozens 24 hundreds 200",
    "de": "zwei 2 drei 3 vier 4 fünf 5 sechs 6 sieben 7 acht 8 neun 9 zehn 10 elf 11 zwölf 12 dreizehn 13 vierzehn 14 fünfzehn 15 sechzehn 16 siebzehn 17 "
    "achtzehn 18 neunzehn 19 zwanzig 20 dreißig 30 vierzig 40 fünfzig 50",
    "fr": "deux 2 trois 3 quatre 4 cinq 5 six 6 sept 7 huit 8 neuf 9 dix 10 onze 11 douze 12 treize 13 quatorze 14 quinze 15 seize 16 vingt 20 trente 30 "
    "quarante 40 cinquante 50",
    "es": "dos 2 tres 3 cuatro 4 cinco 5 seis 6 siete 7 ocho 8 nueve 9 diez 10 once 11 doce 12 trece 13 catorce 14 quince 15 veinte 20 treinta 30 cuarenta 40 "
    "cincuenta 50",
    "ru": "два 2 две 2 двое 2 три 3 трое 3 четыре 4 четверо 4 пять 5 пятеро 5 шесть 6 семь 7 восемь 8 девять 9 десять 10 одиннадцать 11 двенадцать 12 двух 2 трёх 3 "
    "трех 3 четырёх 4 четырех 4 пяти 5 шести 6 семи 7 восьми 8 девяти 9 десяти 10 двадцать 20 тридцать 30",
    "tr": "iki 2 üç 3 dört 4 beş 5 altı 6 yedi 7 sekiz 8 dokuz 9 on 10 yirmi 20 otuz 30 kırk 40 elli 50",
    "ar": "اثنان 2 اثنين 2 ثلاثة 3 ثلاث 3 أربعة 4 أربع 4 خمسة 5 خمس 5 ستة 6 ست 6 سبعة 7 سبع 7 ثمانية 8 ثماني 8 تسعة 9 تسع 9 عشرة 10 عشر 10 عشرون 20 عشرين 20",
}

_MORE_WORDS = {
    "fr": "dix-sept 17 dix-huit 18 dix-neuf 19 soixante 60",
    "es": "diecisiete 17 dieciocho 18 diecinueve 19 sesenta 60 setenta 70 ochenta 80 noventa 90",
    "ru": "семеро 7 шестеро 6 восьмеро 8 тринадцать 13 четырнадцать 14 пятнадцать 15 шестнадцать 16 семнадцать 17 сорок 40 один 1",
    "tr": "bir 1",
    "ar": "ثلاثون 30 ثلاثين 30 أربعون 40 أربعين 40 خمسون 50 خمسين 50 ساعتين 2 يومين 2",
    "en": "one 1",
    "de": "sechzig 60 siebzig 70 achtzig 80 neunzig 90",
}
"""Units that count only after a ten (`bir`, `one`) are among them."""

_HAN_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"两": 2}
HAN_NUMBER = r"[一二两三四五六七八九十百千]{1,6}(?=[名人个位座家所户件次岁天周成辆艘架枚吨米度])"


def han_value(written: str) -> float:
    """The number that Chinese numerals stand for."""
    total, digit = 0, 0
    for char in written:
        if char in _HAN_DIGITS:
            digit = _HAN_DIGITS[char]
        else:
            total += max(digit, 1) * {"十": 10, "百": 100, "千": 1000}[char]
            digit = 0
    return float(total + digit)


@cache
def word_values(language: str) -> dict[str, float]:
    """Numbers in words."""
    words = f"{_WORDS.get(language, '')} {_MORE_WORDS.get(language, '')}".split()
    return {word: float(value) for word, value in zip(words[::2], words[1::2], strict=True)}


_SCALES = {
    "hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12, "mn": 1e6, "bn": 1e9, "m": 1e6,
    "tausend": 1e3, "millionen": 1e6, "mio": 1e6, "milliarde": 1e9, "milliarden": 1e9, "mrd": 1e9, "billionen": 1e12,
    "mille": 1e3, "millions": 1e6, "milliard": 1e9, "milliards": 1e9, "mil": 1e3, "millón": 1e6, "millones": 1e6, "billones": 1e12,
    "тысяч": 1e3, "тысячи": 1e3, "тысяча": 1e3, "тыс": 1e3, "миллион": 1e6, "миллиона": 1e6, "миллионов": 1e6, "млн": 1e6,
    "миллиард": 1e9, "миллиарда": 1e9, "миллиардов": 1e9, "млрд": 1e9, "bin": 1e3, "milyon": 1e6, "milyar": 1e9,
    "ألف": 1e3, "آلاف": 1e3, "الف": 1e3, "مليون": 1e6, "ملايين": 1e6, "مليار": 1e9, "万": 1e4, "亿": 1e8, "千": 1e3, "百万": 1e6, "億": 1e8, "萬": 1e4,
    "milhões": 1e6, "milhão": 1e6, "bilhões": 1e9, "milioni": 1e6, "miliardi": 1e9, "billions": 1e9, "thousands": 1e3, "trillions": 1e12, "k": 1e3,
}  # fmt: skip

_MONEY = {
    "$": "USD", "us$": "USD", "usd": "USD", "dollars": "USD", "dollar": "USD", "€": "EUR", "eur": "EUR", "euro": "EUR", "euros": "EUR", "£": "GBP",
    "pounds": "GBP", "pound": "GBP", "gbp": "GBP", "¥": "JPY", "yen": "JPY", "₽": "RUB", "рублей": "RUB", "рубля": "RUB", "руб": "RUB", "рубль": "RUB",
    "долларов": "USD", "доллара": "USD", "евро": "EUR", "₺": "TRY", "tl": "TRY", "lira": "TRY", "liras": "TRY", "lirası": "TRY", "dolar": "USD", "dólares": "USD",
    "dólar": "USD", "دولار": "USD", "دولارا": "USD", "يورو": "EUR", "ليرة": "TRY", "جنيه": "EGP", "ريال": "SAR", "元": "CNY", "人民币": "CNY", "美元": "USD", "欧元": "EUR",
    "yuan": "CNY", "₹": "INR", "rupees": "INR", "francs": "CHF", "franken": "CHF", "reais": "BRL", "r$": "BRL", "rubel": "RUB", "roubles": "RUB", "rubles": "RUB",
    "pesos": "MXN", "kronor": "SEK", "kroner": "NOK", "zł": "PLN", "₴": "UAH", "гривен": "UAH",
}  # fmt: skip

_PERCENT = (
    r"%|％|٪|percent|per cent|prozent|pour cent|por ciento|por cento|процент\w*|في المئة|بالمئة|في المائة|بالمائة"
)

_DEAD = re.compile(
    r"\b(?:kill|dead|died|dies|death|casualt|wound|injur|hurt|fatal|tote|toten|getötet|verletzt|ums leben|opfer|mort|tué|bless|décéd|victime|muert|herid|falleci|"
    r"víctima|погиб|убит|ранен|пострада|жертв|öldü|ölü|hayatını|yaral|mortos|feridos)|قتل|قتيل|جريح|مصاب|ضحايا|وفاة|死亡|受伤|遇难|丧生|伤亡|死者",
    re.IGNORECASE,
)
_VOTES = re.compile(
    r"\b(?:vot|ballot|stimme|voix|suffrag|голос|oy(?:la|u|\b)|seats?\b|sitze\b|sièges|escaños|мест\b)|صوت|أصوات|票|席",
    re.IGNORECASE,
)
_TIME = re.compile(
    r"^(?:january|february|march|april|may|june|july|august|september|october|november|december|januar|februar|märz|mai|juni|juli|oktober|dezember|janvier|février|"
    r"mars|avril|juin|juillet|août|septembre|octobre|novembre|décembre|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre|"
    r"января|февраля|марта|апреля|мая|июня|июля|августа|сентября|октября|ноября|декабря|ocak|şubat|mart|nisan|mayıs|haziran|temmuz|ağustos|eylül|ekim|kasım|aralık|"
    r"年|月|日|uhr|p\.?m|a\.?m|o'clock|год[ау]?|г\b|يناير|فبراير|مارس|أبريل|مايو|يونيو|يوليو|أغسطس|سبتمبر|أكتوبر|نوفمبر|ديسمبر)",
    re.IGNORECASE,
)
_MONTH_BEFORE = re.compile(
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec|january|february|march|april|june|july|august|september|october|november|december|in|since|by|until|"
    r"seit|en|depuis|в|с|from|of|de)\.?,?\s*$",
    re.IGNORECASE,
)

DIGITS = r"\d{1,3}(?:[.,\u00a0\u202f\u2009 ’']\d{3})+(?:[.,]\d+)?|\d+(?:[.,]\d+)?"
_EASTERN = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹٫٬", "01234567890123456789.,")


def _alternatives(words: list[str]) -> str:
    return "|".join(re.escape(w) for w in sorted(words, key=len, reverse=True))


@cache
def pattern(language: str) -> re.Pattern[str]:
    """Numbers of a language: digits, or words where it has a list, with sign of money, scale and unit."""
    words = _alternatives(list(word_values(language)))
    number = DIGITS + (rf"|\b(?:{words})(?:[- ](?:{words}))?\b" if words else "")
    number += f"|{HAN_NUMBER}" if language == "zh" else ""
    scale, money = _alternatives(list(_SCALES)), _alternatives(list(_MONEY))
    return re.compile(
        rf"(?P<share>\byüzde\s|%)?(?P<before>[$€£¥₽₺₹₴]|US\$|R\$)?\s?(?<![0-9A-Za-z_.,:/-])(?P<number>{number})(?![\d:/])"
        rf"(?:[\s\u00a0-]?(?P<scale>{scale})(?![a-zа-яäöüßéèçñ]))?"
        rf"(?:\s?(?P<percent>{_PERCENT})|[\s\u00a0]?(?:(?:of|de|US|U\.S\.|Türk|Amerikan)\s|d['’])?(?P<money>{money})(?![a-zа-яäöüßéèçñ]))?",
        re.IGNORECASE,
    )


def value_of(written: str, language: str) -> float | None:
    """The number that digits or a word stand for."""
    low = written.lower().translate(_EASTERN)
    if not low[0].isdigit():
        if "\u4e00" <= low[0] <= "\u9fff":
            return han_value(low)
        values = word_values(language)
        if low in values:
            return values[low] if values[low] > 1 else None
        parts = [values.get(part, 0.0) for part in re.split("[- ]", low)]
        fits = len(parts) == 2 and parts[0] >= 10 and 0 < parts[1] < 10
        return sum(parts) if fits else None
    low = re.sub("[\u00a0\u202f\u2009 ’']", "", low)
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


_SUBJECT = re.compile(r"[\s\u00a0]+((?:[^\W\d_]+[\s\u00a0-]+){0,2}[^\W\d_]+)")
_SUBJECT_HAN = re.compile(r"\s*([个名人位辆座家只枚架艘件项次岁天][\u4e00-\u9fff]{0,4})")
_STOP = frozenset(
    [
        "of",
        "in",
        "on",
        "at",
        "to",
        "and",
        "or",
        "the",
        "a",
        "an",
        "was",
        "were",
        "is",
        "are",
        "have",
        "has",
        "had",
        "who",
        "that",
        "which",
        "from",
        "by",
        "with",
        "for",
        "after",
        "before",
        "as",
        "than",
        "when",
        "while",
        "but",
        "de",
        "la",
        "le",
        "les",
        "des",
        "du",
        "en",
        "et",
        "y",
        "el",
        "los",
        "las",
        "que",
        "in",
        "der",
        "die",
        "das",
        "und",
        "von",
        "im",
        "am",
        "mit",
        "den",
        "dem",
        "sind",
        "waren",
        "wurden",
        "war",
        "в",
        "на",
        "и",
        "с",
        "по",
        "из",
        "от",
        "was",
        "been",
        "being",
        "said",
        "says",
        "also",
        "его",
        "ve",
        "ile",
        "في",
        "من",
        "على",
        "إلى",
        "و",
    ]
)


MOST_SUBJECT = 2
"""Words of what is counted: `Turkish soldiers`."""


def subject_after(text: str, end: int, language: str) -> str | None:
    """What is counted: up to two words after the number, before a word that cannot be part of it."""
    if language in ("zh", "ja"):
        found = _SUBJECT_HAN.match(text, end)
        return found.group(1) if found else None
    found = _SUBJECT.match(text, end)
    if not found:
        return None
    kept = []
    for word in re.split(r"[\s\u00a0]+", found.group(1)):
        if word.lower() in _STOP:
            break
        kept.append(word)
        if len(kept) == MOST_SUBJECT:
            break
    return " ".join(kept) or None


def is_date(text: str, start: int, end: int, value: float, scaled: bool) -> bool:
    """Whether a bare number is a day, a year, a time of day or an age in brackets."""
    if scaled:
        return False
    after = text[end : end + 14].lstrip(" .\u00a0")
    if _TIME.match(after):
        return True
    year = 1800 <= value <= 2100 and float(value).is_integer() and end - start == 4
    before = text[max(0, start - 12) : start]
    if year and not re.match(r"[\s\u00a0]+[^\W\d_]{3,}s\b", text[end : end + 20]):
        return True
    return (
        1 <= value <= 31
        and bool(re.search(r"(?:[A-Z][a-z]{2,8}|[A-Z][a-z]{2}\.)\s$", before))
        and bool(_MONTH_BEFORE.search(before))
    )


def numbers(text: str, language: str) -> tuple[Quantity, ...]:
    """Quantities of the text in order; days, years and times of day are none."""
    found: list[Quantity] = []
    for piece in pattern(language).finditer(text):
        value = value_of(piece["number"], language)
        if value is None:
            continue
        start = next(piece.start(g) for g in ("share", "before", "number") if piece[g])
        percent = bool(piece["percent"] or piece["share"])
        end = max(piece.end(g) for g in ("number", "scale", "percent", "money"))
        scale = _SCALES.get((piece["scale"] or "").lower(), 1.0)
        money = _MONEY.get((piece["before"] or piece["money"] or "").lower())
        if not (money or percent) and is_date(text, start, end, value, bool(piece["scale"])):
            continue
        found.append(_quantity(text, start, end, value * scale, "%" if percent else money, language))
        if len(found) >= MOST:
            break
    return tuple(found)


def _quantity(text: str, start: int, end: int, value: float, unit: str | None, language: str) -> Quantity:
    subject = None if unit and unit != "%" else subject_after(text, end, language)
    kind = "percent" if unit == "%" else "money" if unit else "count"
    if kind == "count":
        left = max(text.rfind(sign, 0, start) for sign in ".!?。\n") + 1
        right = min(
            (at for at in (text.find(sign, end) for sign in (". ", "!", "?", "。", "\n", ", ", "，", "; ")) if at >= 0),
            default=len(text),
        )
        around = text[max(left, start - 60) : start] + " " + text[end : min(right, end + 60)]
        if _DEAD.search(text[end : min(right, end + 60)]) or _DEAD.search(text[max(left, start - 40) : start]):
            kind = "casualties"
        elif _VOTES.search(around):
            kind = "votes"
    return Quantity(start=start, end=end, text=text[start:end], value=value, unit=unit, subject=subject, kind=kind)
