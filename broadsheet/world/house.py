"""What an outlet's desk does to an agency's text before printing it, always the same for the same text and outlet."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from zlib import crc32

from broadsheet.world.almanac import Language
from broadsheet.world.prose import Place, Telling, rewritten, still_true
from broadsheet.world.sites import Site

MIN_PARAGRAPHS = 3
"""A cut leaves at least so many of the agency's paragraphs."""
HEADLINE_LENGTH = range(20, 111)
"""A standfirst so many characters long may serve as the house's headline."""

BREAKING = ("disaster", "crime", "politics", "health")
"""Sections whose headlines take a suffix well."""

SUFFIX: dict[Language, str] = {
    "en": ": what we know so far",
    "de": ": Was bisher bekannt ist",
    "fr": " : ce que l'on sait",
    "es": ": lo que se sabe",
    "ru": ": что известно",
    "tr": ": Bilinenler",
    "ar": ": ما نعرفه حتى الآن",
    "zh": "：目前所知",
}

LOCAL: dict[Language, tuple[str, str]] = {
    "en": (
        "{in_city}, the news was followed closely: several readers rang the newsroom before noon to ask what "
        "it meant for the region.",
        "A reporter of this newspaper asked the authorities in {city} for comment; no answer had arrived by "
        "the time of going to press.",
    ),
    "de": (
        "{in_city} wurde die Nachricht aufmerksam verfolgt: Mehrere Leser riefen noch am Vormittag in der "
        "Redaktion an und fragten, was sie "
        "für die Region bedeutet.",
        "Eine Anfrage dieser Zeitung an die Stadtverwaltung in {city} blieb bis Redaktionsschluss unbeantwortet.",
    ),
    "fr": (
        "{in_city}, la nouvelle a été suivie de près : plusieurs lecteurs ont appelé la rédaction dans la "
        "matinée pour savoir ce qu'elle "
        "changeait pour la région.",
        "Sollicitée par notre rédaction, la mairie de {city} n'avait pas répondu au moment du bouclage.",
    ),
    "es": (
        "{in_city} la noticia se siguió con atención: varios lectores llamaron a la redacción por la mañana "
        "para preguntar qué significaba "
        "para la región.",
        "Este diario pidió una valoración a las autoridades de {city}, que al cierre de la edición no habían "
        "respondido.",
    ),
    "ru": (
        "{in_city} за новостью следили внимательно: ещё до полудня в редакцию позвонили несколько читателей, "
        "чтобы узнать, что она значит "
        "для области.",
        "Редакция направила запрос городским властям. {in_city} на него обещали ответить после выходных.",
    ),
    "tr": (
        "{in_city} haber yakından izlendi: birkaç okur öğleden önce gazeteyi arayarak bunun bölge için ne "
        "anlama geldiğini sordu.",
        "Gazetemizin belediyeye yönelttiği soru baskı saatine kadar yanıtsız kaldı. {in_city} konu meclisin "
        "gelecek oturumunda ele alınacak.",
    ),
    "ar": (
        "{in_city} تابع القراء الخبر باهتمام، واتصل عدد منهم بهيئة التحرير قبل الظهر للسؤال عما يعنيه للمنطقة.",
        "{in_city} طلبت الصحيفة تعليقا من السلطات المحلية، ولم يصل الرد حتى موعد الطباعة.",
    ),
    "zh": (
        "消息在{city}也引起关注，上午就有多位读者致电本报编辑部，询问对当地有何影响。",
        "本报就此向{city}市政府新闻办求证，截至发稿时尚未收到答复。",
    ),
}

GROUPS: dict[Language, str] = {
    "en": ",",
    "de": r"\.",
    "fr": "[ \u00a0\u202f]",
    "es": "[. \u00a0]",
    "ru": "[ \u00a0]",
    "tr": r"\.",
    "ar": "[,٬]",
    "zh": ",",
}
"""What parts the thousands of a figure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A wire text as one house prints it."""

    telling: Telling
    kind: str
    """What was done, joined by plus signs: verbatim, or some of headline, cut, local, figures."""


def printed(wire: Telling, site: Site, slug: str, section: str) -> Copy:
    """The wire text after the site's desk has been over it."""
    chance = crc32(f"{slug} {site.name}".encode())
    done: list[str] = []
    text = wire
    for name, wanted, act in desk(site, chance, section):
        after = act(text) if wanted else text
        if after != text:
            done.append(name)
        text = after
    return Copy(telling=still_true(replace(text, edits=())), kind="+".join(done) or "verbatim")


def desk(site: Site, chance: int, section: str) -> Sequence[tuple[str, bool, Callable[[Telling], Telling]]]:
    """The acts open to the desk, in order, and which of them it does this time."""
    return (
        ("headline", chance % 3 > 0, lambda text: headlined(text, site.language, chance, section)),
        ("figures", chance % 5 < 2, lambda text: plain_figures(text, site.language)),
        ("cut", chance % 7 < 3, lambda text: cut(text, 1 + chance % 2)),
        ("local", site.local_news and chance % 2 == 0, lambda text: with_local_paragraph(text, site, chance)),
    )


def headlined(text: Telling, language: Language, chance: int, section: str) -> Telling:
    """The text under the house's own headline."""
    standfirst = text.standfirst.rstrip(".。")
    if chance % 3 == 1 and len(standfirst) in HEADLINE_LENGTH:
        return replace(text, title=standfirst, standfirst="")
    return replace(text, title=text.title + SUFFIX[language]) if section in BREAKING else text


def plain_figures(text: Telling, language: Language) -> Telling:
    """The text with figures written without signs between thousands."""
    pattern = re.compile(rf"(?<![\d.,])(\d{{1,3}}){GROUPS[language]}(\d{{3}})(?![\d])(?!{GROUPS[language]}\d{{3}})")
    return rewritten(text, lambda part: pattern.sub(r"\1\2", part))


def cut(text: Telling, paragraphs: int) -> Telling:
    """The text without its last paragraphs."""
    kept = max(MIN_PARAGRAPHS, len(text.paragraphs) - paragraphs)
    return replace(text, paragraphs=text.paragraphs[:kept])


def with_local_paragraph(text: Telling, site: Site, chance: int) -> Telling:
    """The text with a paragraph of the house's own, before the last or at the end."""
    own = LOCAL[site.language][chance // 2 % 2].format(city=site.city, in_city=site.in_city)
    place = len(text.paragraphs) - chance // 4 % 2
    paragraphs = (*text.paragraphs[:place], own, *text.paragraphs[place:])
    name = next((form for form in (site.city, in_form(site)) if form in own), "")
    known = name in {place.name for place in text.places}
    places = text.places if known else (*text.places, Place(name=name, country=site.country))
    return replace(text, paragraphs=paragraphs, places=places)


def in_form(site: Site) -> str:
    """The city's own inflected word out of "in the city"."""
    return site.in_city.removeprefix("В ").partition("'")[0]
