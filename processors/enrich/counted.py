"""Tell what happened to those whom a number counts: killed, hurt, missing, arrested, moved, saved, ill; who voted how; what is
only an age or a measure."""

from __future__ import annotations

import re
from functools import cache

KINDS = {
    "dead": "casualties", "injured": "casualties", "missing": "casualties", "ill": "casualties", "arrested": "arrests",
    "displaced": "displaced", "rescued": "rescued",
}  # fmt: skip
"""Kind of a count by its unit."""

_EN = {
    "dead": r"kill(?:ed|s|ing)?\b|dead\b|die[sd]?\b|dying\b|deaths?\b|fatalit|perish|lost their li(?:fe|ves)|casualties\b",
    "injured": r"wound|injur|hurt\b",
    "missing": r"missing\b|unaccounted",
    "arrested": r"arrest|detain|in custody",
    "displaced": r"evacuat|displac|homeless|fled\b|flee\b|left their homes|been moved|were moved",
    "rescued": r"rescu|freed\b|survivors?\b|saved\b",
    "ill": r"infected|sick\b|sickened|fell ill|hospitali[sz]|cases of\b",
}
_DE = {
    "dead": r"tote[nrs]?\b|getötet|töte(?:te|n)|ums leben|starb(?:en)?\b|gestorben|todesopfer",
    "injured": r"verletz",
    "missing": r"vermiss|verschollen",
    "arrested": r"festgenommen|verhaftet|festnahme",
    "displaced": r"evakuier|vertrieben|obdachlos|in sicherheit gebracht|haben ihre häuser",
    "rescued": r"gerettet|geborgen|überlebende",
    "ill": r"erkrank|infiziert",
}
_FR = {
    "dead": r"morte?s?\b|tuée?s?\b|tuant\b|décéd|mour(?:ir|u)|perdu la vie|trouvé la mort",
    "injured": r"bless[éa]",
    "missing": r"disparu",
    "arrested": r"(?<!se sont )(?<!se sont tous )(?<!s’est )arrêtée?s\b|a arrêté|ont arrêté|interpell|garde à vue",
    "displaced": r"évacu|déplacé|sans-abri",
    "rescued": r"secouru|sauvé|rescapé|survivant",
    "ill": r"malades?\b|infecté|contamin|hospitalis",
}
_ES = {
    "dead": r"muert|murier|morir\b|mató|mataron|falleci|perdieron la vida|mortos?\b|mortas?\b|morreram|matou",
    "injured": r"herid|ferid",
    "missing": r"desaparecid",
    "arrested": r"deten(?:id|ci|er)|detuv|arrestad|presos\b",
    "displaced": r"evacu|desplaza|damnificad|desalojad",
    "rescued": r"rescat|sobreviviente|superviviente|resgatad",
    "ill": r"enferm|contagi|hospitaliza",
}
_IT = {
    "dead": r"mort[ie]\b|uccis|vittime\b",
    "injured": r"ferit[ie]\b",
    "missing": r"dispers[ie]\b",
    "arrested": r"arrestat",
    "displaced": r"sfollat|evacuat",
    "rescued": r"salvat",
}
_RU = {
    "dead": r"погиб|убит|убил|умер|скончал|жертвами",
    "injured": r"ранен|пострада|травм",
    "missing": r"пропал|без вести",
    "arrested": r"задержа|арестова",
    "displaced": r"эвакуир|беженц|переселен|пришлось уехать",
    "rescued": r"спас(?:ен|ли|ш|л)|поднят[ыо] на поверхность",
    "ill": r"заболе|заражен|госпитализ",
}
_TR = {
    "dead": r"öldü|ölü\b|ölen|ölüm|hayatını kaybe|can verdi|yaşamını yitir|can kaybı",
    "injured": r"yaral",
    "missing": r"kayıp (?:kişi|denizci|işçi)|kaybold|kayıp$",
    "arrested": r"gözaltı|tutukla|yakalan",
    "displaced": r"tahliye|yerinden|evinden",
    "rescued": r"kurtar|kurtul",
    "ill": r"hastalan|enfekte|hastaneye kald",
}
_AR = {
    "dead": r"قتل|قتيل|مقتل|وفاة|وفيات|توفي|حتف|مصرع",
    "injured": r"جريح|جرح[ىت]?",
    "missing": r"مفقود|فقدان",
    "arrested": r"اعتقل|اعتقال|احتجز|توقيف|القبض على",
    "displaced": r"إجلاء|أجلي|أجلت|نزح|نازح|غادروا",
    "rescued": r"أنقذ|نجا",
    "ill": r"مريض|مرضى",
    "stricken": r"أصيب|اصيب|مصاب|إصاب",
}
"""Arabic has one word for those whom an illness and those whom an accident struck: `stricken`."""
_ZH = {
    "dead": r"死亡|遇难|遇難|丧生|身亡|死者|罹难|遇害",
    "injured": r"受伤|受傷|轻伤|重伤|伤者",
    "missing": r"失踪|失联|失聯",
    "arrested": r"被捕|逮捕|拘留|抓获|被拘|落网",
    "displaced": r"转移|撤离|疏散",
    "rescued": r"获救|救出|生还",
    "ill": r"感染|确诊|病例",
}
_HAPPENED = {
    "en": _EN, "de": _DE, "fr": _FR, "es": _ES, "pt": _ES, "it": _IT, "ru": _RU, "tr": _TR, "ar": _AR, "zh": _ZH,
}  # fmt: skip
_DISEASE = re.compile("حمى|فيروس|مرض|وباء|عدوى")


@cache
def _words(language: str) -> re.Pattern[str]:
    """What may have happened, a named group each; in English where the language has no list."""
    edge = "" if language in ("zh", "ar") else r"\b"
    those = _HAPPENED.get(language, _EN)
    return re.compile("|".join(f"(?P<{unit}>{edge}(?:{words}))" for unit, words in those.items()), re.IGNORECASE)


_VOTE = re.compile(
    r"\b(?:votes?\b(?! of (?:no )?confidence)|voted\b|ballots?\b|abstention|abstain|enthaltung|suffrag|oy(?:la|u\b|ları|\b))|votos?\b|votar|voté|صوت(?! (?:ال|عال))|أصوات|(?:投|得|选|赞成|反对|弃权)票",
    re.IGNORECASE,
)
_VOICE = re.compile(r"\b(?:stimmen?\b|voix\b|голос)", re.IGNORECASE)
"""Votes, or voices: only beside an election."""
_ELECTION = re.compile(
    r"\b(?:wahl|abstimm|parlament|bundestag|gemeinderat|élection|scrutin|assemblée|adopt|выбор|парламент|голосовани|дум[аеы]\b|совет)",
    re.IGNORECASE,
)
_VOTED = {
    "against": r"\b(?:against|nays?\b|dagegen|gegenstimm|nein|contre|en contra|против|karşı|ret\b|hayır)|ضد|معارض|反对|反對",
    "abstained": r"\b(?:abst|enthalt|enthielt|воздерж|çekimser)|امتن|弃权|棄權",
    "for": r"\b(?:in favou?r|for\b|ayes?\b|dafür|ja-stimm|pour\b|a favor|за\b|kabul|evet|lehte)|لصالح|مؤيد|赞成|贊成|同意",
}
_WAYS = {way: re.compile(words, re.IGNORECASE) for way, words in _VOTED.items()}
_SO_MANY_TO = re.compile(
    r"\s*(?:votes?|voix|votos|stimmen|голос\w*|oya?)?\s*(?:to|contre|contra|gegen|против|karşı)\s*\d", re.IGNORECASE
)
_TO_SO_MANY = re.compile(r"\d\D{0,12}(?:to|contre|contra|gegen|против|karşı)\s*$", re.IGNORECASE)

AGE = re.compile(
    r"[\s\u00a0-]*(?:years?[\s-]olds?|jährige?[rnsm]?\b|jahre alt|años de edad|-?летн\w*\b(?!\s(?:стаж|срок|период|истори|перерыв|опыт|работ|карьер))|yaşın\w*|岁|歲)",
    re.IGNORECASE,
)
"""What follows a number that is somebody's age."""
_AGED = re.compile(r"(?:âgée?s? de|,? de|aged?|im alter von|aus|de)\s$", re.IGNORECASE)
_YEARS = re.compile(r"[\s\u00a0](?:ans|años)\b", re.IGNORECASE)

_ASIDE = re.compile(
    r",\s*(?:including|among them|darunter|dont|parmi|entre ellos|incluid|в том числе|среди них|aralarında|بينهم|من بينهم)[^,.]{0,60},",
    re.IGNORECASE,
)
_CLAUSE = re.compile(
    r"[,;:—–()،؛，、；：。]|[.!?](?:\s|$)|\n|\s(?:and|or|while|whereas|after|who|that|which|und|sowie|während|et|tandis|y|que|mientras|и|а|ve|ise)\s|\s?و(?=أصيب|جرح|إصابة|فقد|$)"
)
_SENTENCE = re.compile(r"[.!?;。；\n]")
_THE = re.compile(r"\b(?:the|an?|his|her|their|its|this)\s$", re.IGNORECASE)
_DOING = re.compile(r"(?:kill|wound|injur|arrest|detain|rescu|evacuat)ing$|kills$", re.IGNORECASE)
_PART = re.compile(r"\s(?:from|in|of|across|aus|von|de|dans|en|из|в|من)\s$", re.IGNORECASE)
"""Between two numbers: `2,100 families from nine villages`; what happened, happened to the first."""
BEFORE, AFTER = 36, 48
"""Characters in which what happened stands before the number, and after it."""


def happened(text: str, span: tuple[int, int], room: tuple[int, int], language: str) -> str | None:
    """What happened to those that the number in `span` counts: a key of `KINDS`, or None.

    `room`: where the number before it ends, and the next one begins."""
    found = _beside(text, span, room, _words(language))
    if found == "stricken":
        return "ill" if _DISEASE.search(text) else "injured"
    return found


def _beside(text: str, span: tuple[int, int], room: tuple[int, int], words: re.Pattern[str]) -> str | None:
    """The nearest word of what happened: in the clause before the number, or in that after it."""
    before = text[max(room[0], span[0] - BEFORE) : span[0]]
    near = _last(words, before[max((found.end() for found in _CLAUSE.finditer(before)), default=0) :])
    if near:
        return near
    if room[0] and span[0] - room[0] <= BEFORE and _PART.search(before):
        return None
    return _first(words, _ahead(text, span[1], room[1]))


def _ahead(text: str, end: int, following: int) -> str:
    """The clause that goes on after the number, an aside (`, including two children,`) left out."""
    aside = _ASIDE.search(text, end, end + 3 * AFTER)
    if aside:
        return text[end : aside.start()] + " " + _CLAUSE.split(text[aside.end() : aside.end() + AFTER], maxsplit=1)[0]
    far = end + 2 * AFTER if _PART.search(text[end : min(following, end + AFTER)]) else min(following, end + AFTER)
    return _CLAUSE.split(text[end:far], maxsplit=1)[0]


def _first(words: re.Pattern[str], text: str) -> str | None:
    """The first that the counted suffered: `two men accused of killing` suffered nothing."""
    those = (found for found in words.finditer(text) if not _DOING.search(found.group()))
    return next((found.lastgroup for found in those if not _THE.search(text[: found.start()])), None)


def _last(words: re.Pattern[str], text: str) -> str | None:
    found = [match.lastgroup for match in words.finditer(text)]
    return found[-1] if found else None


def voted(text: str, span: tuple[int, int]) -> tuple[bool, str | None]:
    """Whether the number counts votes, and how those voted: `for`, `against`, `abstained`, or unknown."""
    after = _SENTENCE.split(text[span[1] : span[1] + AFTER], maxsplit=1)[0]
    before = _SENTENCE.split(text[max(0, span[0] - AFTER) : span[0]])[-1]
    beside = before[-BEFORE // 2 :] + "\n" + _CLAUSE.split(after, maxsplit=1)[0]
    against = _TO_SO_MANY.search(before)
    plain = _VOTE.search(beside) or (_VOTE.search(before) if against else None)
    if not plain and not (_VOICE.search(before if against else beside) and _ELECTION.search(text)):
        return False, None
    if against:
        return True, "against"
    if _SO_MANY_TO.match(after):
        return True, "for"
    return True, next((way for way, pattern in _WAYS.items() if pattern.search(beside.partition("\n")[2])), None)


def is_age(text: str, start: int, end: int) -> bool:
    """Whether a number is how old somebody is."""
    if AGE.match(text, end):
        return True
    return bool(_YEARS.match(text, end) and _AGED.search(text[max(0, start - 14) : start]))
