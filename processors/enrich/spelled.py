"""Read numbers written in words: `ciento quince`, `dreiundzwanzig`, `four hundred and twelve`, `一万八千`."""

from __future__ import annotations

import re
from functools import cache

_EN = """
one 1 two 2 three 3 four 4 five 5 six 6 seven 7 eight 8 nine 9 ten 10 eleven 11 twelve 12 thirteen 13 fourteen 14 fifteen 15
sixteen 16 seventeen 17 eighteen 18 nineteen 19 twenty 20 thirty 30 forty 40 fifty 50 sixty 60 seventy 70 eighty 80 ninety 90
hundred 100 thousand 1000
"""
_DE = """
ein 1 eine 1 einem 1 einen 1 einer 1 eins 1 zwei 2 drei 3 vier 4 fünf 5 sechs 6 sieben 7 acht 8 neun 9 zehn 10 elf 11 zwölf 12
dreizehn 13 vierzehn 14 fünfzehn 15 sechzehn 16 siebzehn 17 achtzehn 18 neunzehn 19 zwanzig 20 dreißig 30 dreissig 30 vierzig 40
fünfzig 50 sechzig 60 siebzig 70 achtzig 80 neunzig 90 hundert 100 tausend 1000
"""
_FR = """
un 1 une 1 deux 2 trois 3 quatre 4 cinq 5 six 6 sept 7 huit 8 neuf 9 dix 10 onze 11 douze 12 treize 13 quatorze 14 quinze 15
seize 16 vingt 20 vingts 20 trente 30 quarante 40 cinquante 50 soixante 60 septante 70 huitante 80 nonante 90 cent 100 cents 100
mille 1000
"""
_ES = """
un 1 una 1 uno 1 dos 2 tres 3 cuatro 4 cinco 5 seis 6 siete 7 ocho 8 nueve 9 diez 10 once 11 doce 12 trece 13 catorce 14 quince 15
dieciséis 16 diecisiete 17 dieciocho 18 diecinueve 19 veinte 20 veintiún 21 veintiuno 21 veintiuna 21 veintidós 22 veintitrés 23
veinticuatro 24 veinticinco 25 veintiséis 26 veintisiete 27 veintiocho 28 veintinueve 29 treinta 30 cuarenta 40 cincuenta 50
sesenta 60 setenta 70 ochenta 80 noventa 90 cien 100 ciento 100 doscientos 200 doscientas 200 trescientos 300 trescientas 300
cuatrocientos 400 cuatrocientas 400 quinientos 500 quinientas 500 seiscientos 600 seiscientas 600 setecientos 700 setecientas 700
ochocientos 800 ochocientas 800 novecientos 900 novecientas 900 mil 1000
"""
_PT = """
um 1 uma 1 dois 2 duas 2 três 3 quatro 4 cinco 5 seis 6 sete 7 oito 8 nove 9 dez 10 onze 11 doze 12 treze 13 catorze 14 quatorze 14
quinze 15 dezesseis 16 dezessete 17 dezoito 18 dezenove 19 vinte 20 trinta 30 quarenta 40 cinquenta 50 sessenta 60 setenta 70
oitenta 80 noventa 90 cem 100 cento 100 duzentos 200 duzentas 200 trezentos 300 quatrocentos 400 quinhentos 500 mil 1000
"""
_IT = """
due 2 tre 3 quattro 4 cinque 5 sei 6 sette 7 otto 8 nove 9 dieci 10 undici 11 dodici 12 tredici 13 quattordici 14 quindici 15
sedici 16 diciassette 17 diciotto 18 diciannove 19 venti 20 trenta 30 quaranta 40 cinquanta 50 sessanta 60 settanta 70 ottanta 80
novanta 90 cento 100 mille 1000 mila 1000
"""
_RU = """
один 1 одна 1 одного 1 одной 1 два 2 две 2 двое 2 двух 2 двумя 2 три 3 трое 3 трёх 3 трех 3 тремя 3 троих 3 четыре 4 четверо 4
четырёх 4 четырех 4 четверых 4 пять 5 пятеро 5 пяти 5 пятерых 5 шесть 6 шестеро 6 шести 6 шестерых 6 семь 7 семеро 7 семи 7 семерых 7
восемь 8 восьмеро 8 восьми 8 девять 9 девятеро 9 девяти 9 десять 10 десятеро 10 десяти 10 одиннадцать 11 одиннадцати 11
двенадцать 12 двенадцати 12 тринадцать 13 тринадцати 13 четырнадцать 14 четырнадцати 14 пятнадцать 15 пятнадцати 15
шестнадцать 16 шестнадцати 16 семнадцать 17 семнадцати 17 восемнадцать 18 восемнадцати 18 девятнадцать 19 девятнадцати 19
двадцать 20 двадцати 20 тридцать 30 тридцати 30 сорок 40 сорока 40 пятьдесят 50 пятидесяти 50 шестьдесят 60 шестидесяти 60
семьдесят 70 семидесяти 70 восемьдесят 80 восьмидесяти 80 девяносто 90 девяноста 90 сто 100 ста 100 двести 200 двухсот 200
триста 300 трёхсот 300 трехсот 300 четыреста 400 четырёхсот 400 пятьсот 500 пятисот 500 шестьсот 600 шестисот 600 семьсот 700
восемьсот 800 девятьсот 900
"""
_TR = """
bir 1 iki 2 üç 3 dört 4 beş 5 altı 6 yedi 7 sekiz 8 dokuz 9 on 10 yirmi 20 otuz 30 kırk 40 elli 50 altmış 60 yetmiş 70 seksen 80
doksan 90 yüz 100 bin 1000
"""
_AR = """
واحد 1 واحدة 1 أحد 1 إحدى 1 احدى 1 اثنان 2 اثنين 2 اثنا 2 اثني 2 اثنتا 2 اثنتين 2 ثلاثة 3 ثلاث 3 أربعة 4 أربع 4 خمسة 5 خمس 5
ستة 6 ست 6 سبعة 7 سبع 7 ثمانية 8 ثماني 8 ثمان 8 تسعة 9 تسع 9 عشرة 10 عشر 10 عشرون 20 عشرين 20 ثلاثون 30 ثلاثين 30 أربعون 40
أربعين 40 خمسون 50 خمسين 50 ستون 60 ستين 60 سبعون 70 سبعين 70 ثمانون 80 ثمانين 80 تسعون 90 تسعين 90 مئة 100 مائة 100 مئتان 200
مئتين 200 مائتين 200 ثلاثمئة 300 ثلاثمائة 300 أربعمئة 400 أربعمائة 400 خمسمئة 500 خمسمائة 500 ستمئة 600 سبعمئة 700 ثمانمئة 800
ثمانمائة 800 تسعمئة 900 ألف 1000 ساعتين 2 ساعتان 2 يومين 2 يومان 2 شهرين 2 أسبوعين 2 عامين 2
"""
_LISTS = {
    "en": _EN, "pcm": _EN, "de": _DE, "fr": _FR, "es": _ES, "pt": _PT, "it": _IT, "ru": _RU, "tr": _TR, "ar": _AR,
}  # fmt: skip
LISTED = frozenset(_LISTS)
"""Languages whose numbers in words are read."""

_JOINTS = {
    "en": r"[- ]|\sand\s", "pcm": r"[- ]|\sand\s", "de": r"\s", "fr": r"[- ]|-et-|\set\s", "es": r"\s|\sy\s", "pt": r"\s|\se\s", "it": r"\s",
    "ru": r"\s", "tr": r"\s", "ar": r"\s|\sو\s?",
}  # fmt: skip
"""What stands between the words of one number."""

MOST_WORDS = 8
"""Words of one number."""

_HAN_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0, "兩": 2}
_HAN_STEPS = {"十": 10, "百": 100, "千": 1000}
_HAN_SCALES = {"万": 10_000, "萬": 10_000, "亿": 100_000_000, "億": 100_000_000}
HAN_NUMBER = (
    r"[一二两兩三四五六七八九十百千零〇万萬亿億]{1,12}"
    r"(?=多?[名人个個位座家所户戶件次岁歲天周年月成辆輛艘架枚吨噸米度元块塊分票席场場只隻头頭条條间間台层層节節种種张張颗顆栋棟本小公平点點英毫厘倍])"
)
"""Chinese numerals before a word that counts."""


def han_value(written: str) -> float:
    """The number that Chinese numerals stand for."""
    whole, part, digit = 0, 0, 0
    for char in written:
        if char in _HAN_SCALES:
            scale = _HAN_SCALES[char]
            below = whole % scale + part + digit
            whole = whole - whole % scale + max(below, 1) * scale
            part = digit = 0
        elif char in _HAN_STEPS:
            part += max(digit, 1) * _HAN_STEPS[char]
            digit = 0
        else:
            digit = _HAN_DIGITS[char]
    return float(whole + part + digit)


@cache
def word_values(language: str) -> dict[str, int]:
    """Numbers in words, lower case; `one` is among them, for compounds only."""
    words = _LISTS.get(language, "").split()
    return {word: int(value) for word, value in zip(words[::2], words[1::2], strict=True)}


@cache
def spelled_pattern(language: str) -> str:
    """A pattern of what may be a number in words, to be read by `spelled`; empty where the language has no list."""
    values = word_values(language)
    if not values:
        return ""
    words = "|".join(re.escape(word) for word in sorted(values, key=len, reverse=True))
    if language == "de":
        # Germans write a number as one word; no word of it is shorter than three letters but `und`.
        return rf"\b(?:{words}|und(?=[a-zäöüß])){{1,9}}\b"
    inner = f"و?(?:{words})" if language == "ar" else f"(?:{words})"
    return rf"\b(?:{words})(?:(?:{_JOINTS[language]}){inner}){{0,{MOST_WORDS - 1}}}\b"


def spelled(written: str, language: str) -> tuple[float, int] | None:
    """The number at the beginning of words that `spelled_pattern` found, and how many characters it takes; None for
    none: `one` alone is an article in most languages, and two numbers in a row are two."""
    low = written.lower()
    pieces = _german(low) if language == "de" else _pieces(low, language)
    value, end = _composed(pieces, language)
    values = word_values(language)
    if value < 2 or (language == "tr" and low[:end] == "yüz") or (value >= 1000 and low[:end] in values):
        return None  # `yüz` is a face as well, `bin` a verb; a thousand alone is left to the pattern of scales
    return float(value), end


def _pieces(low: str, language: str) -> list[tuple[int, int]]:
    """Value and end of each word."""
    values = word_values(language)
    found = []
    for word in re.finditer(r"[^\W\d_]+", low):
        bare = word.group()
        if bare not in values and language == "ar":
            bare = bare.removeprefix("و")
        if bare in values:
            found.append((values[bare], word.end()))
    return found


def _german(low: str) -> list[tuple[int, int]]:
    """The parts of a number written as one word, units that stand before tens put behind them."""
    values = word_values("de")
    words = "|".join(re.escape(word) for word in sorted(values, key=len, reverse=True))
    found: list[tuple[int, int]] = []
    pending: int | None = None
    for part in re.finditer(rf"({words})(und(?=\S))?", low):
        value = values[part.group(1)]
        if part.group(2) and value < 10:
            pending = value
            continue
        found.append((value, part.end()))
        if pending is not None:
            found.append((pending, part.end()))
            pending = None
    return found


def _composed(pieces: list[tuple[int, int]], language: str) -> tuple[int, int]:
    """Sum and product of the parts for as long as they make one number; its value and where it ends."""
    whole = part = end = 0
    last = 0
    for value, stop in pieces:
        if value == 1000:
            whole, part, last = whole + max(part, 1) * 1000, 0, 1000
        elif value == 100:
            if part >= 100:
                break
            part, last = max(part, 1) * 100, 100
        elif value == 20 and part % 100 == 4 and last == 4:
            part, last = part - 4 + 80, 80  # quatre-vingt
        elif not part or last == 1000 or _fits(last, value, language):
            part, last = part + value, value
        else:
            break
        end = stop
    return whole + part, end


def _fits(last: int, value: int, language: str) -> bool:
    """Whether a part may follow another: hundreds, then less; tens, then units; French also `soixante-douze`, Turkish
    `on iki`; Arabic units, then tens."""
    if last >= 100:
        return value < 100
    if last > 10:
        return last % 10 == 0 and (value < 10 or (language == "fr" and last in (60, 80) and value < 20))
    if last == 10:
        return language in ("tr", "fr", "it") and value < 10
    return language == "ar" and 10 <= value <= 90
