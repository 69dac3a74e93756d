"""Name what a number counts: the noun behind it, with what qualifies it, by the order of words of the language."""

from __future__ import annotations

import re
from itertools import takewhile

from processors.enrich.lexicon import word_set

MOST_WORDS = 3
_WORDS = re.compile(rf"(?:[\s\u00a0]+[^\W\d_]+(?:-[^\W\d_]+)*){{1,{MOST_WORDS}}}")
_STOP = word_set(
    """
    two three four five six seven eight nine ten took spun of in on at to and or the a an was were is are have
    has had who that which from by with for after before as than when while but until through into out up down
    across above below near per would will must can may de la le les des du en et y el los las del al con por
    para que dans par sur pour avec sans qui ont sont der die das und von im am mit den dem sind waren wurden
    war haben hatten zu zum zur aus bei nach vor für bis sowie как на и с по из от за при для в над под до к у о
    об been being said says also his her their its our your my this these those no not more most other each
    every ve ile da için kadar sonra önce göre daha bile ise في من على إلى و عن مع منذ قبل بعد بين أو التي الذي
    منهم منها منهن auf unter über gegen um ohne seit während pro je منه منهما wie
    """
)
_PLURALS = re.compile(
    r"\w{2,}(?:[^s\W]s|sses|xes|ches|shes)$|(?:people|men|women|children|police|troops|personnel|crew|staff|cattle|sheep|fish|aircraft|"
    r"feet|teeth|mice|media|data|spectacle|policemen|fishermen|\w+men)$"
)
_NO_PLURALS = word_set(
    """
    was is has does says goes comes remains stands lies others less yes thus always perhaps across thirds
    fifths sixths tenths twentieths hundredths
    """
)
_DE_NOUN = re.compile(r"[A-ZÄÖÜ][a-zäöüß]+(?:-[A-ZÄÖÜ]?[a-zäöüß]+)*$")
_ROMANCE = {
    "fr": (
        re.compile(r"\w{2,}[sx]$"),
        re.compile(r"(?:nouve(?:aux|lles)|autres|grande?s|petite?s|premi(?:ers|ères)|jeunes|anciens|vieux)$"),
    ),
    "es": (
        re.compile(r"\w{2,}s$"),
        re.compile(r"(?:nuev[oa]s|otr[oa]s|grandes|pequeñ[oa]s|primer[oa]s|antigu[oa]s|nov[oa]s|outr[oa]s)$"),
    ),
    "it": (re.compile(r"\w{2,}[aeiàù]$"), re.compile(r"(?:nuov[ie]|altr[ie]|grandi|piccol[ie]|prim[ie])$")),
}
_NO_NOUN = word_set(
    "nous vous mais moins plus puis dans sans sous más menos tras dos tres seis además antes ellos ellas nos después"
)
_RU_ADJECTIVE = re.compile(r"\w+(?:ых|их|ые|ие|ого|его|ому|ыми|ими|ая|яя|ое|ее|ой)$")
_RU_NO_NOUN = re.compile(
    r"\w+(?:ал|ил|ел|ла|ли|ло|ет|ит|ют|ят|ут|ать|ить|еть|ся|сь|ены|аны|ено|ано)$|(?:них|всех|этих|тех|которых|ещё|уже|раза?|более|тоже)$"
)
_RU_NOUNS = word_set("зала сила села школа сумел отдел отделов")
_TR_COMPOUND = re.compile(r"\w+(?:[sş][ıiuü]|ları|leri)$")
_TR_VERB = re.compile(
    r"\w+(?:d[ıiuü]|t[ıiuü]|m[ıiuü]ş|yor|acak|ecek|[ae]r[ae]k|[ıiuü]nca|[ıiuü]p|[dt][ıiuü]k|lar[dt]ı|m[ae]k)$|bir$"
)
_TR_ADJECTIVE = re.compile("(?:soğuk|sıcak|yeni|eski|büyük|küçük|ayrı|genç|uzun|kısa|ağır|farklı)$")
_HAN = re.compile(r"\s*([个名人位辆座家只枚架艘件项次岁户棵例条部所册份套场节])([\u4e00-\u9fff]{0,6})")
_HAN_ENDS = re.compile(
    "[受死遇周昨今排暂全通当已被在不要将都正等内的后前上下和与进安挤自仍需可分时从到由对向把给让是有没会能说称表获失重轻住转撤参出入因为也就还各每多另其为了着过完留回来去走跑开打做报发提提现现，。]"
)


def counted(text: str, end: int, language: str) -> str | None:
    """What is counted by the number that ends there; None where nothing that can be counted follows."""
    if language in ("zh", "ja"):
        return _han(text, end)
    found = _WORDS.match(text, end)
    if not found or re.match(r"\?[^\W\d_]", text[found.end() : found.end() + 2]):
        return None
    words = list(takewhile(lambda word: word.lower() not in _STOP and len(word) > 1, found.group().split()))
    kept = _BY_LANGUAGE.get(language, _first)(words)
    return " ".join(words[:kept]) or None


def _han(text: str, end: int) -> str | None:
    """The noun behind a Chinese measure word, or the measure word itself where it is people."""
    found = _HAN.match(text, end)
    if not found:
        return None
    noun = _HAN_ENDS.split(found.group(2), maxsplit=1)[0][:4]
    return "人" if found.group(1) in "人名位" and len(noun) < 2 else noun or None


def _english(words: list[str]) -> int:
    """Up to the first plural: `other structures`, `undersea data cables`."""
    for number, word in enumerate(words, 1):
        low = word.lower()
        if low not in _NO_PLURALS and _PLURALS.match(low):
            data = low == "data" and number < len(words) and _PLURALS.match(words[number].lower())
            return number + 1 if data else number
    return 0


def _german(words: list[str]) -> int:
    """Up to the first noun, which has a capital."""
    return next((number for number, word in enumerate(words, 1) if _DE_NOUN.match(word)), 0)


def _romance(words: list[str], language: str) -> int:
    """A noun in the plural, behind an adjective of those that stand before nouns."""
    plural, before = _ROMANCE[language]
    number = 2 if words and before.match(words[0].lower()) else 1
    return (
        number
        if len(words) >= number and plural.match(words[number - 1]) and words[number - 1].lower() not in _NO_NOUN
        else 0
    )


def _russian(words: list[str]) -> int:
    """A noun, behind its adjectives."""
    adjectives = len(list(takewhile(_RU_ADJECTIVE.match, words)))
    if adjectives < len(words) and (not _RU_NO_NOUN.match(words[adjectives]) or words[adjectives] in _RU_NOUNS):
        return adjectives + 1
    return min(adjectives, 1)


def _turkish(words: list[str]) -> int:
    """A noun, or a compound that ends in its possessive: `kar püskürtme makinesi`."""
    if not words or _TR_VERB.match(words[0]):
        return 0
    if _TR_ADJECTIVE.match(words[0]):
        return min(2, len(words))
    whole = (number for number in range(2, len(words) + 1) if _TR_COMPOUND.match(words[number - 1]))
    return next((number for number in whole if not any(_TR_VERB.match(word) for word in words[1 : number - 1])), 1)


def _first(words: list[str]) -> int:
    return min(1, len(words))


_BY_LANGUAGE = {
    "en": _english,
    "pcm": _english,
    "de": _german,
    "fr": lambda words: _romance(words, "fr"),
    "es": lambda words: _romance(words, "es"),
    "pt": lambda words: _romance(words, "es"),
    "it": lambda words: _romance(words, "it"),
    "ru": _russian,
    "uk": _russian,
    "tr": _turkish,
}
