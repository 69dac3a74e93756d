"""Tell what a number measures: metres, hours, tonnes and their like in eight languages, each unit under one name."""

from __future__ import annotations

import re

_SQUARE = r"(?:square|quadrat|kare|квадратн\w+|平方)"
_CUBIC = r"(?:cubic|kubik|metreküp|кубическ\w+|кубо|立方)"
_KM = r"(?:kilomet\w+|километр\w*)"
_YEARS_RU = r"лет(?:н\w+)?\b"
_UNITS = {
    "square kilometres": rf"{_SQUARE}[\s-]?{_KM}|kilom\w+ (?:carrés|cuadrados)|كيلومترا? مربع\w*|(?:كم|km|км)\s?[2²]|平方公里",
    "square metres": rf"{_SQUARE}[\s-]?(?:met\w+|метр\w*)|(?:mètres|metros) (?:carrés|cuadrados)|مترا? مربع\w*|平方米",
    "cubic metres": rf"{_CUBIC}[\s-]?(?:met\w+|метр\w*)|(?:mètres|metros) (?:cubes|cúbicos)|مترا? مكعب\w*|立方米|кубометр\w*",
    "light years": r"light[\s-]years?|lichtjahr\w*|années?[\s-]lumière|años[\s-]luz|светов\w+ (?:лет|год\w*)|ışık yılı|光年",
    "kilometres an hour": r"km/?h|kilom\w+ (?:an hour|per hour|à l['’]heure|por hora)|stundenkilomet\w+|километр\w* в час|км/ч",
    "kilometres": r"kil[oó]m[eéè]t\w+|km\b|километр\w*|км\b|كيلومتر\w*|كم\b|كلم\b|公里|千米",
    "millimetres": r"m[iı]l+[ií]m[eéè]t\w+|mm\b|миллиметр\w*|мм\b|ملم|مليمتر\w*|毫米",
    "centimetres": r"[cz]ent[ií]m[eéè]t\w+|cm\b|santim\w*|сантиметр\w*|см\b|سنتيمتر\w*|厘米",
    "metres": r"met(?:er|re)[sn]?\b|metre\w*|meter[sn]?\b|mètres?\b|metros?\b|метр\w*|مترا?\b|أمتار|米(?!饭|粒|粉)",
    "miles": r"miles?\b|мил[ьи]\b|millas?\b|ميلا?\b|英里|海里",
    "feet": r"feet\b|foot\b|pieds\b|футов|фута?\b|قدما?\b|英尺",
    "inches": r"inch(?:es)?\b|дюйм\w*|英寸",
    "hectares": r"hect[aá]r\w*|hektar\w*|гектар\w*|هكتار\w*|公顷",
    "acres": r"acres?\b|英亩",
    "tonnes": r"ton(?:ne|nes|nen|s|eladas?)?\b|тонн\w*|طنا?\b|أطنان|吨|噸",
    "kilograms": r"kilo(?:s|gram\w*|gramm\w*|grammes?)?\b|kg\b|килограмм\w*|кг\b|كيلوغرام\w*|公斤|千克",
    "litres": r"lit(?:er|re)[sn]?\b|litros?\b|литр\w*|لترا?\b|升(?!至|到|高|级|起)",
    "degrees": r"degrees?\b|grad\b|degrés?\b|grados?\b|градус\w*|derece\w*|°\s?[cf]?\b|درجات?\b|درجة\b|(?:摄氏)?度(?!过|假|日)",
    "knots": r"knots?\b|knoten\b|nudos\b|nœuds\b|узл\w+|عقدة\b|节(?=[的左右，。])",
    "hours": r"hours?\b|hrs?\b|stunden?\b|heures?\b|horas?\b|час(?:а|ов|ам|ами|ах)?\b|saat\w*|ساع\w+|个?小时|个?小時|个?钟头",
    "minutes": r"minutes?\b|minuten?\b|minutos?\b|минут\w*|dakika\w*|دقيق\w+|دقائق|分钟",
    "seconds": r"seconds?\b|sekunden?\b|secondes?\b|segundos?\b|секунд\w*|saniye\w*|ثوان\w*|ثانية|秒(?!杀)",
    "days": r"days?\b|tage?n?\b|jours?\b|journées?\b|d[ií]as?\b|дн(?:ей|я|ям)\b|день\b|сут(?:ок|ки)\b|gün\w*|يوما?\b|أيام|天",
    "nights": r"nights?\b|nächten?\b|nuits?\b|noches?\b|ноч(?:ей|и)\b|gece\b|ليال\w*|ليلة",
    "weeks": r"weeks?\b|wochen?\b|semaines?\b|semanas?\b|недел\w+|hafta\w*|أسبوعا?\b|أسابيع|周(?![一二三四五六日边年])",
    "months": r"months?\b|monat\w*|mois\b|mes(?:es)?\b|месяц\w*|ay(?:da|dır|lık|ı|a)?\b|شهرا?\b|أشهر|个月",
    "years": _YEARS_RU
    + r"|years?\b|jahr(?:e|en)?\b|ans?\b|années?\b|a[nñ]os?\b|года?\b|yıl\w*|سن(?:ة|وات)|عاما?\b|أعوام|年(?![级前代度底])",
    "decades": r"decades?\b|jahrzehnt\w*|décennies?\b|décadas?\b|десятилети\w+|عقود",
    "times": r"times\b|mal\b|fois\b|veces\b|раза?\b|kez\b|مرات?\b|أضعاف|倍",
}
_NAMES = {f"u{number}": name for number, name in enumerate(_UNITS)}
_UNIT = re.compile(
    r"[\s\u00a0-]*(?:" + "|".join(f"(?P<u{number}>{words})" for number, words in enumerate(_UNITS.values())) + ")",
    re.IGNORECASE,
)
_TWO = {
    "ساعت": "hours", "يوم": "days", "أسبوع": "weeks", "شهر": "months", "عام": "years", "سنت": "years", "مرت": "times",
    "دقيقت": "minutes", "كيلومتر": "kilometres", "متر": "metres", "ليلت": "nights",
}  # fmt: skip
_DUAL = re.compile(r"[وبل]?(" + "|".join(_TWO) + r")(?:ين|ان)$")


def measured(text: str, start: int, end: int) -> str | None:
    """The unit that follows a number, under its English name, or that an Arabic dual holds; None where none does."""
    found = _UNIT.match(text, end)
    if found and found.lastgroup:
        return _NAMES[found.lastgroup]
    dual = _DUAL.match(text[start:end])
    return _TWO[dual.group(1)] if dual else None
