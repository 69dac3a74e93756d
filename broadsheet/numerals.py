"""Which words are numbers, in the languages that we read: enough to see that a figure changed, not to know its value."""

from __future__ import annotations

import re

_FIGURE = re.compile(r"\d")

# Numbers in words, without those that are common for other reasons (`one`, French `neuf`, Spanish `mil`): whole words, and
# beginnings where a language inflects them. Written down from each language's grammar.
_NUMERALS = {
    "en": "two three four five six seven eight nine ten eleven twelve (thir|four|fif|six|seven|eigh|nine)teen "
    "(twen|thir|for|fif|six|seven|eigh|nine)ty(-[a-z]+)? hundreds? thousands? millions? billions? dozens?",
    "de": "zwei drei vier fünf sechs sieben acht neun zehn elf zwölf (drei|vier|fünf|sech|sieb|acht|neun)zehn "
    "[a-zäöüß]*(zwan|drei|vier|fünf|sech|sieb|acht|neun)(zig|ßig) [a-zäöüß]*hundert[a-zäöüß]* "
    "[a-zäöüß]*tausend[a-zäöüß]* million(en)? milliarden? dutzend",
    "fr": "deux trois quatre cinq six sept huit dix(-[a-z]+)? onze douze treize quatorze quinze seize "
    "vingt(-[a-z-]+)? trente(-[a-z-]+)? quarante(-[a-z-]+)? cinquante(-[a-z-]+)? soixante(-[a-z-]+)? "
    "quatre-vingt[a-z-]* cents? milliers? millions? milliards? (diz|douz|quinz|vingt|trent|quarant|cinquant|cent)aines?",
    "es": "dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieci[a-zé]+ veinte "
    "veinti[a-zéó]+ treinta cuarenta cincuenta sesenta setenta ochenta noventa cientos? [a-z]+cient[oa]s "
    "millón millones docenas? decenas? centenar(es)? millar(es)?",
    "ru": "(одиннадцат|двенадцат|тринадцат|четырнадцат|пятнадцат|шестнадцат|семнадцат|восемнадцат|девятнадцат|"
    "двадцат|тридцат|пятьдесят|шестьдесят|семьдесят|восемьдесят|девянос|сорок)[а-я]* два две двух двум "
    "двумя двое двоих три трёх трех трём трое троих четыре четырёх четырех четверо четверых "
    "пят(ь|и|ью|еро|ерых|ерым) шест(ь|и|ью|еро|ерых) сем(ь|и|ью|еро|ерых) вос(е|ь)м(ь|и|ью|еро)? "
    "девят(ь|и|ью) десят(ь|и|ью|ки|ков|ок) ст(о|а) двест[а-я]* триста четыреста [а-я]+сот тысяч[а-я]* "
    "миллион[а-я]* миллиард[а-я]* перв[а-я]+ втор(ая|ой|ую|ое|ым|ого) треть(я|ей|ю|е|его|им) "
    "четв[её]рт[а-я]+ пят(ая|ый|ой|ую|ое|ого) сот(ни|ен)",
    "tr": "iki üç dört beş altı yedi sekiz dokuz on yirmi otuz kırk elli altmış yetmiş seksen doksan yüz bin "
    "milyon milyar (iki|üç|dört|beş|altı|yedi|sekiz|dokuz|on)('?[a-zçğıöşü]{1,4})?",
    "ar": "(ال|ب|ل|و)?(عشرات|مئات|اثنا|اثني|اثنتا|"
    "اثنان|اثنين|اثنتين|ثلاث|ثلاثة|أربع|أربعة|خمس|خمسة|ست|ستة|سبع|سبعة|ثماني|ثمانية|تسع|تسعة|"
    "عشر|عشرة|عشرون|عشرين|ثلاثون|ثلاثين|أربعون|أربعين|خمسون|خمسين|ستون|ستين|سبعون|سبعين|ثمانون|ثمانين|"
    "تسعون|تسعين|مئة|مائة|مئتان|مئتين|ألف|آلاف|مليون|ملايين|مليار)",
    "zh": "[零〇一二两三四五六七八九十百千万亿]",
    "pt": "dois duas três quatro cinco seis sete oito nove dez onze doze treze catorze quinze vinte trinta "
    "quarenta cinquenta sessenta setenta oitenta noventa cem milhões bilhões",
    "it": "due tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici quindici venti "
    "trenta quaranta cinquanta sessanta settanta ottanta novanta cento milioni miliardi",
}
_NUMBER_WORDS = {language: re.compile(f"(?:{'|'.join(patterns.split())})") for language, patterns in _NUMERALS.items()}


def is_figure(word: str) -> bool:
    """Whether the word begins with a digit."""
    return _FIGURE.match(word) is not None


def is_number(word: str, language: str) -> bool:
    """Whether the word, in lower case, is a figure or a number of that language."""
    known = _NUMBER_WORDS.get(language)
    return is_figure(word) or (known is not None and known.fullmatch(word) is not None)
