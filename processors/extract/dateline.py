# ruff: noqa: E501, SIM905  (a pattern reads best with each language on one line; words best as words)
"""Finds the place and the agency a report opens with, in the forms the languages have for it."""

from __future__ import annotations

import re
from dataclasses import dataclass

WINDOW = 160
"""Characters looked at."""
MOST_WORDS = 6

AGENCIES = (
    r"AFP|AP|Associated Press|Reuters|EPA|EFE|dpa|DPA|ANSA|Xinhua|TASS|ITAR-TASS|RIA Novosti|RIA|Sputnik|Interfax|Anadolu(?: Agency)?|Anadolu Ajansı|AA|IHA|İHA|DHA|"
    r"PA Media|Bloomberg|UPI|PTI|ANI|IANS|Yonhap|Kyodo|Antara|ANP|Belga|APA|Keystone-SDA|SDA|SID|AFP-JIJI|CNN|KNA|epd|NTB|Ritzau|TT|STT|PAP|ČTK|MTI|CP|AAP|"
    r"ТАСС|РИА Новости|Интерфакс|新华社|中新社|法新社|路透社|中央社|共同社|رويترز|أ ف ب|فرانس برس|الأناضول|سبوتنيك"
)
_AGENCY_WORD = re.compile(
    rf"^(?:{AGENCIES})(?:\b|$)|\b(?:press|presse|news|agency|service|servisi|agentur|agence|agencia|ajans[ıi]?|wire|cable|media|haber|newsroom|desk)\b|агентств|новости|وكالة|للأنباء|通讯社|通訊社",
    re.I,
)
_LEAD = re.compile(
    r"(?P<place>(?:\?(?=[^\W\d_]))?[^\s\d.!?:;()\[\]\"“„«—–|](?:[^.!?:;()\[\]\"“„«—–|\d]|(?<=[^\W\d_])\.(?=,?\s(?:[(—–]|[^\W\d_]|-\s))|\?(?=[^\W\d_]|,?\s?[(（])){0,58}?)"
    r"(?:\s?[(（](?P<one>[^()（）]{1,40})[)）])?(?:\s?[(（](?P<two>[^()（）]{2,40})[)）])?"
    r"(?:,\s?\d{1,2}\.?\s?[^\W\d]{3,10}\.?)?\s?(?P<mark>—|–|―|--|-(?=\s)|:(?=\s)|：)\s*"
)
_CHINESE = re.compile(
    r"(?P<open>[（(【]?)(?P<agency>[\u4e00-\u9fff]{2,8}?(?:通讯社|通訊社|社|网|網)|本报|本報|本刊|記者)?(?P<place>[\u4e00-\u9fff]{2,8}(?:[（(][\u4e00-\u9fff]{2,8}[）)])?)"
    r"(?:(?:\d{1,2}月)?\d{1,2}日(?:综合)?(?:电|電|讯|訊)|(?<=[\u4e00-\u9fff）])[讯訊](?=\s|（|\(|　))(?:[（(][^（）()]{2,20}[）)])?[】）)]?[:：]?\s*"
)
_NO_PLACE = frozenset(
    "UPDATE UPDATED BREAKING WATCH LIVE VIDEO EXCLUSIVE OPINION NASA NATO FIFA UEFA NOTE CLAIM FACT AP REUTERS PHOTOS READ MORE "
    "SPOILER WARNING EDITORIAL REVIEW CORRECTION PODCAST ANALYSIS EXPLAINER FOTOS EILMELDUNG STAND AKTUELL DIRECT SONDAKİKA ФОТО ВИДЕО".split()
)
# What stands in brackets behind a place to tell it from others: countries, states, rivers.
_LIES_IN = frozenset(
    "afghanistan|albania|algeria|argentina|armenia|australia|austria|azerbaijan|bangladesh|belarus|belgium|bolivia|bosnia|brazil|bulgaria|cambodia|cameroon|"
    "canada|chad|chile|china|colombia|congo|croatia|cuba|cyprus|denmark|ecuador|egypt|england|estonia|ethiopia|finland|france|georgia|germany|ghana|greece|guatemala|"
    "haiti|honduras|hungary|iceland|india|indonesia|iran|iraq|ireland|israel|italy|jamaica|japan|jordan|kazakhstan|kenya|kosovo|kuwait|kyrgyzstan|laos|latvia|lebanon|"
    "libya|lithuania|luxembourg|malawi|malaysia|mali|malta|mexico|moldova|mongolia|montenegro|morocco|mozambique|myanmar|namibia|nepal|netherlands|nicaragua|niger|"
    "nigeria|norway|oman|pakistan|palestine|panama|paraguay|peru|philippines|poland|portugal|qatar|romania|russia|rwanda|scotland|senegal|serbia|singapore|slovakia|"
    "slovenia|somalia|spain|sudan|sweden|switzerland|syria|taiwan|tajikistan|tanzania|thailand|tunisia|turkey|türkiye|turkmenistan|uganda|ukraine|uruguay|uzbekistan|"
    "venezuela|vietnam|wales|yemen|zambia|zimbabwe|united kingdom|united states|south africa|south korea|north korea|saudi arabia|new zealand|sri lanka|south sudan|"
    "alabama|alaska|arizona|arkansas|california|colorado|connecticut|delaware|florida|hawaii|idaho|illinois|indiana|iowa|kansas|kentucky|louisiana|maine|maryland|"
    "massachusetts|michigan|minnesota|mississippi|missouri|montana|nebraska|nevada|ohio|oklahoma|oregon|pennsylvania|tennessee|texas|utah|vermont|virginia|washington|"
    "wisconsin|wyoming|ontario|quebec|alberta|queensland|victoria|tasmania|punjab|kerala|oder|main|saale|havel|spree|donau|neckar|rhein|elbe|sachsen|bayern|hessen|"
    "ägypten|belgien|brasilien|bulgarien|dänemark|deutschland|frankreich|griechenland|großbritannien|indien|irak|italien|kroatien|niederlande|norwegen|österreich|polen|"
    "rumänien|russland|schweden|schweiz|serbien|spanien|syrien|tschechien|tunesien|türkei|ungarn|usa|allemagne|angleterre|autriche|belgique|brésil|espagne|états-unis|"
    "grèce|italie|maroc|pologne|royaume-uni|russie|suisse|syrie|tunisie|turquie|alemania|brasil|egipto|españa|estados unidos|francia|italia|marruecos|méxico|perú|"
    "polonia|reino unido|rusia|siria|suiza|turquía|ucrania|chili|argentine|équateur|bolivie|colombie|pérou|mexique|haïti|cuba|chine|japon|inde|corée|vietnam|algérie|libye|égypte|liban|irak|israël|jordanie|arabie|"
    "yémen|soudan|éthiopie|nigeria|niger|mali|tchad|cameroun|sénégal|guinée|côte d’ivoire|ukraine|géorgie|norvège|suède|finlande|danemark|pays-bas|irlande|islande|"
    "hongrie|roumanie|bulgarie|serbie|croatie|albanie|tchéquie|slovaquie|canada|australie|bélgica|países bajos|irlanda|noruega|suecia|finlandia|dinamarca|hungría|"
    "rumanía|grecia|croacia|canadá|china|japón|india|corea|filipinas|argelia|túnez|libia|líbano|irak|irán|arabia|sudán|etiopía|panamá|haití|república dominicana|"
    "irlanda|svezia|norvegia|finlandia|danimarca|ungheria|romania|polonia|cina|giappone|egitto|libano|siria|turchia|russia|ucraina|stati uniti|regno unito|"
    "чили|перу|китай|япония|индия|сша|великобритания|италия|испания|польша|казахстан|узбекистан|армения|грузия|азербайджан|белоруссия|израиль|египет|иран|ирак|"
    "çin|japonya|hindistan|abd|ingiltere|italya|ispanya|mısır|irak|iran|lübnan|azerbaycan|gürcistan|bulgaristan|norwegen|finnland|irland|island|chile|peru|kolumbien|"
    "mexiko|kanada|australien|china|japan|indien|südkorea|algerien|libyen|marokko|libanon|israel|jordanien|iran|jemen|sudan|äthiopien|kenia|südafrika|ukraine|"
    "россия|украина|турция|сирия|германия|франция|rusya|suriye|almanya|fransa|ukrayna|yunanistan".split("|")
)
_UNCASED = re.compile(r"[\u0590-\u06ff\u0900-\u0dff\u0e00-\u0e7f]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """What stands before a report's first words."""

    length: int
    """Characters, the dash and the space behind it included."""
    place: str
    agency: str | None


def names_agency(text: str) -> bool:
    """Whether the words are those of a news agency's name."""
    return bool(_AGENCY_WORD.search(text))


def _loud(place: str) -> bool:
    """Whether the place is in capitals, lesser parts after a comma aside."""
    named = place.split(",")[0].replace("?", "")
    letters = [letter for letter in named if letter.isalpha()]
    return bool(letters) and sum(letter.isupper() for letter in letters) >= 0.7 * len(letters) and len(letters) > 1


def _brackets(place: str, one: str | None, two: str | None) -> tuple[str, str | None]:
    """A bracket names the agency, or the country or river that tells the place from others of its name."""
    if one is None:
        return place, None
    if two is not None:
        return f"{place} ({one})", two
    loud = one.isupper() and len(one) > 4 and place.isupper()
    lies_in = one.casefold().strip() in _LIES_IN or loud or bool(_UNCASED.search(one))
    return (f"{place} ({one})", None) if lies_in and not _AGENCY_WORD.search(one) else (place, one)


def lead_of(text: str) -> Lead | None:
    """The dateline that the paragraph opens with; None where it has none."""
    head = text[:WINDOW]
    match = _CHINESE.match(head)
    if match and len(text) > match.end() + 10 and match.group("place")[-1] not in "报報网網社经經视視":
        agency = match.group("agency")
        named = agency if agency and agency not in ("本报", "本報", "本刊", "記者") else None
        return Lead(length=match.end(), place=match.group("place"), agency=named)
    match = _LEAD.match(head)
    if match is None or len(text) < match.end() + 15:
        return None
    place = match.group("place").strip(" ,")
    bracketed, agency = _brackets(place, match.group("one"), match.group("two"))
    if len(place.split()) > MOST_WORDS or not place:
        return None
    uncased = bool(_UNCASED.search(place))
    if uncased:
        known = match.group("one") is not None and len(place.split()) <= 4 and match.group("mark") not in ":："
    else:
        known = _loud(place) or (agency is not None and bool(_AGENCY_WORD.search(agency)) and place[:1].isupper())
    if not known or (
        match.group("mark") in ":：" and (match.group("one") or len(place) > 40 or _NO_PLACE & set(place.split()))
    ):
        return None
    return Lead(length=match.end(), place=bracketed, agency=agency)
