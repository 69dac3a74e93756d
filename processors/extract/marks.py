# ruff: noqa: E501, SIM905  (a pattern reads best with each language on one line)
"""Short lines that say themselves what they are, in the languages we read: labels, forms, dates, bylines, agencies."""

from __future__ import annotations

import re

from broadsheet.model import Role
from processors.extract.calendar import Reading, readings
from processors.extract.dateline import AGENCIES, names_agency
from processors.extract.features import ends_sentence, words
from processors.extract.parts import Part
from processors.extract.phrases import opening

Mark = tuple[Role, float, str]
"""Role, confidence, reason."""

MARKER = re.compile(
    r"^(?:(?:main|lead|hero|featured?|header|top|story|article)[\s_-]?)?(?:img|image|photo|picture|thumbnail|pic)s?(?:[\s_-]?(?:caption|credit))?\s?\d*\s?:?$"
    r"|^(?:caption|bildunterschrift|bildtext|légende|leyenda|pie de foto|подпись|resim altı|altyazı|تعليق الصورة|图片说明|图说|キャプション)\s?[:：]?$",
    re.I,
)
_LABEL = re.compile(r"^[^\d.!?]{2,24}[:#№：]\s?[\w-]*\d[\w-]*$")
_SELECT = re.compile(
    r"^(?:select page|skip to .{3,30}|menu|search|home|main menu|navigation|toggle navigation|close|advertisement|ad|anzeige|werbung|publicité|publicidad|реклама|"
    r"reklam|إعلان|广告|startseite|accueil|inicio|главная|anasayfa|ana sayfa|الرئيسية|首页|正文|print|email|share|suche|buscar|rechercher|поиск|arama|بحث|搜索|"
    r"seite auswählen|sélectionner une page|seleccionar página|выбрать страницу|sayfa seçin|اختر صفحة|选择页面|video|read more|tags?:?)$",
    re.I,
)
# Searched in lower case: without the flag for both the engine skips letters that begin no phrase.
_FORMS = re.compile(
    r"your e?-?mail address will not be|required fields are|leave a (?:comment|reply)|sign up (?:for|to) (?:our|the|get)|subscribe to (?:our|the|my)|follow us on|"
    r"share this (?:article|story|post)|like us on|join (?:our|us on) (?:whatsapp|telegram|facebook|newsletter|channel)|you must be logged in|log in to (?:leave|post)|be the first to comment|"
    r"click here to (?:subscribe|join|sign)|download (?:our|the) app|all rights reserved|this site uses|"
    r"ihre e-mail-adresse wird nicht|erforderliche felder|folgen sie uns|newsletter (?:an|abonnieren)|kommentar (?:schreiben|hinterlassen)|abonnieren sie (?:unseren|jetzt)|"
    r"votre adresse (?:e-?mail|de messagerie) ne sera|champs obligatoires|suivez-nous|abonnez-vous|inscrivez-vous à|laisser un commentaire|partagez cet|"
    r"tu dirección de correo|campos obligatorios|síguenos en|suscríbete a|suscríbase|deja un comentario|deje un comentario|comparte est[ea]|regístrate|"
    r"ваш (?:e-mail|адрес email|адрес электронной почты) не будет|обязательные поля|подпишитесь на|подписывайтесь на|следите за нами|оставить комментарий|поделитесь|"
    r"e-posta (?:adresiniz|hesabınız) yayı|gerekli alanlar|bizi takip edin|abone olun|bültenimize|yorum yap|yorum bırak|takip edin|"
    r"لن يتم نشر عنوان|الحقول الإلزامية|تابعونا على|تابعنا على|اشترك في|اشتركوا في|اترك تعليق|أضف تعليق|شارك هذا|شارك المقال|"
    r"您的(?:电子)?邮箱(?:地址)?不会|必填项|关注我们|订阅我们|发表评论|扫描二维码|分享到|本文版权|点击订阅"
)
_NOTHING = re.compile(
    r"^(?:there (?:are|is) no comments?(?: yet)?|no comments(?: yet)?|comments are closed|(?:es gibt )?(?:noch )?keine kommentare|(?:il n['’]y a )?aucun commentaire|pas de commentaires?|"
    r"(?:aún )?no hay (?:ningún )?comentarios?|комментариев (?:пока )?нет|нет комментариев|henüz (?:hiç )?yorum (?:yok|yapılmamış|yapılmadı)|yorum yok|لا (?:توجد|يوجد) (?:أي )?تعليقات?(?: بعد)?|暂无评论|还没有评论)\W*$",
    re.I,
)
_AGENCY = re.compile(
    rf"^[(\[—–-]?\s?(?:(?:source|sources|quelle|source\s?:|with (?:inputs?|reporting|information) from|via|mit material von|avec|con información de|по материалам|kaynak|المصدر|来源)\s?[:：]?\s?)?"
    rf"(?:[\w .’'-]{{2,30}}(?:/|\s(?:and|und|et|y|и|ve|&|with)\s))?(?:{AGENCIES}|agencies|agenturen|agences|agencias|агентства|ajanslar|وكالات|the agencies)"
    rf"(?:(?:\s?[/,&]\s?|\s(?:and|und|et|y|и|ve|و)\s)(?:{AGENCIES}|agencies|agenturen|agences|agencias|агентства|ajanslar|وكالات))*\s?[)\]]?\.?$",
    re.I,
)
_BYLINE = re.compile(
    r"^(?:by|von|par|por|di|автор|авторы|yazan|haber|muhabir|بقلم|كتب|كتبت|作者|记者|文|written by|reporting by)\b[:：]?\s*(?P<names>[^.!?]{3,80})$",
    re.I,
)
_NAME = re.compile(r"^(?:[A-ZÀ-ÞА-ЯЁİŞÇĞÜÖ][\w.'’-]+\s?){2,4}$")
UPDATE = re.compile(
    r"(?:last\s)?(?:first\s)?(?:updated?|published|posted|created|modified|veröffentlicht|aktualisiert|stand|publié|mis à jour|publicado|actualizado|опубликовано|обновлено|"
    r"yayın(?:lanma)?(?: tarihi)?|güncelle(?:me|ndi)?|تحديث|نشر|发布时间|更新时间|发布|更新|date|datum|fecha|дата|tarih|التاريخ|时间|日期)(?:\s(?:on|at|am|le|el))?\s?[:：]?",
    re.I,
)


_FORM_WORDS = frozenset(
    "mail email e-mail e-mail-adresse address required fields leave comment comments reply sign subscribe join download click log logged like follow share "
    "rights site whatsapp telegram newsletter erforderliche felder folgen kommentar abonnieren adresse messagerie champs suivez-nous abonnez-vous "
    "inscrivez-vous laisser commentaire partagez correo campos síguenos suscríbete suscríbase deja deje comentario comparte regístrate адрес "
    "обязательные подпишитесь подписывайтесь следите оставить комментарий поделитесь e-posta gerekli takip abone bültenimize yorum عنوان الحقول "
    "تابعونا تابعنا اشترك اشتركوا اترك أضف شارك تعليق".split()
)
"""Words of the phrases above: a line without any of them need not be searched."""
_FORM_SIGNS = ("邮箱", "必填", "关注", "订阅", "评论", "二维码", "分享", "版权")


def _forms(text: str) -> bool:
    """Whether the line has a phrase of a form or a footer."""
    low = text.lower()
    if _FORM_WORDS.isdisjoint(low.split()) and not (low > "\u2e80" and any(map(low.__contains__, _FORM_SIGNS))):
        return False
    return bool(_FORMS.search(low))


LABEL = 90
"""Width below which a line may be a label or nothing but the words of a menu."""
_SAID: dict[str, Role] = {"share": "share", "comment": "comment-form", "newsletter": "newsletter", "legal": "legal"}


def told(text: str, size: int, prose: bool, ended: bool) -> Mark | None:
    """What the line's own words say it is; None where they say nothing. `size` is its width."""
    if size > 260:
        return None
    if size < LABEL:
        if MARKER.match(text):
            return "caption", 0.9, "label of a picture"
        if _SELECT.match(text):
            return ("advertisement" if _ADVERT.match(text) else "navigation"), 0.9, "words of a menu or a label"
        if _NOTHING.match(text):
            return "comment-form", 0.97, "says that there are no comments"
    kind = opening(text)
    if _forms(text):
        return _SAID.get(kind or "", "comment-form"), 0.95, "phrase of a form or a footer"
    if size < 80 and _AGENCY.match(text):
        return "agency", 0.9, "names an agency and nothing else"
    if size < 60 and (bracket := _IN_BRACKETS.match(text)) and names_agency(bracket.group(1)):
        return "agency", 0.85, "an agency in brackets, alone"
    if size < 90 and not ended and _SOURCE.match(text):
        return "agency", 0.8, "names the source"
    if prose:
        return None
    if _LABEL.match(text) and not readings(text, most=1):
        return "other", 0.85, "label with a number"
    if kind in _SAID and size < 50 and (not ended or len(words(text)) <= 4):
        return _SAID[kind], 0.7, f"opens like a {kind} line"
    if kind == "related" and size < 60 and (text.endswith((":", "：")) or len(words(text)) <= 4):
        return "headline-list", 0.75, "heads a list of other articles"
    return None


_DIGIT = re.compile(r"\d")


def byline(text: str) -> bool:
    """Whether the line says who wrote it, and nothing else."""
    match = _BYLINE.match(text)
    return bool(match and len(words(match.group("names"))) <= 10)


def byline_label(text: str) -> bool:
    """Whether the line is nothing but the word before a name."""
    return bool(_BY_ALONE.match(text))


_NO_NAME = re.compile(
    r"\b(?:copy|link|share|read|show|listen|save|follow|print|watch|more|news|playlist|reviews?|subscribe|download|guide|tips|best|how|why|what|the|your|our|late?r|sidebar|trial|goals|thoughts|"
    r"questions|media|images|getty|press|reuters|interview|world|sport|sports|business|local|opinion|search|menu|home|contact|privacy|policy|email|e-mail|whatsapp|twitter|facebook|folgen|abbruch|teilen|mehr)\b",
    re.I,
)
_BY_ALONE = re.compile(
    r"^(?:by|von|par|por|di|автор|авторы|yazan|haber|muhabir|بقلم|كتب|كتبت|作者|记者|記者|文|written by|text|author|autor|auteur)\s?[:：]?$",
    re.I,
)


def a_name(text: str) -> bool:
    """Whether the line is a name alone."""
    return bool(_NAME.match(text)) and not _NO_NAME.search(text)


def dated(text: str, size: int, prose: bool) -> list[Reading]:
    """The dates of a line that has hardly anything else; empty otherwise."""
    if size > 140 or (prose and size > 100) or not _DIGIT.search(text) or "@" in text:
        return []
    found = readings(text)
    if not found:
        return []
    rest = text
    for reading in reversed(found):
        rest = rest[: reading.start] + " " + rest[reading.end :]
    rest, labelled = UPDATE.subn(" ", rest)
    rest = _SAID_BY.sub(" ", rest)
    left = words(rest)
    return (
        found
        if len(left) <= (10 if _BY_IN.search(rest) or _SOURCE_IN.search(rest) else 5 + 2 * labelled)
        and not (len(left) > 3 and ends_sentence(rest.strip()))
        else []
    )


def split_date_line(part: Part) -> list[Part]:
    """A date-line as parts: a place or a name before the date, a source and a name after it are parts of their own."""
    found = readings(part.text)
    begin = found[0].start if found else 0
    labels = list(UPDATE.finditer(part.text[:begin]))
    cut = labels[-1].start() if labels else begin
    place = part.text[:cut].rstrip(" ,|-–—:·/")
    rest = part.text[len(place) :]
    role = _before_date(place, bool(labels))
    if role is None:
        place, rest = "", part.text
    out = [Part(place, role or "byline", 0.8, ("stands before the date",), (), "")] if place else []
    return [*out, *_after_date(Part(rest, "date-line", part.score, part.evidence, part.links, part.joint))]


def _before_date(place: str, labelled: bool) -> Role | None:
    if not len(place) > 2 or len(words(place)) > 6 or not (place[:1].isupper() or byline(place)):
        return None
    if byline(place) or (a_name(place) and "," not in place and len(words(place)) in (2, 3)):
        return "byline"
    return "dateline" if "," in place or labelled else None


def _after_date(part: Part) -> list[Part]:
    """The date, and behind it `Source: X` and `By Y`, each where they are."""
    cuts = [(match.start(), "agency") for match in _SOURCE_IN.finditer(part.text)][:1]
    cuts += [(match.start(), "byline") for match in _BY_IN.finditer(part.text)][:1]
    out, end = [], len(part.text)
    for start, name in sorted(cuts, reverse=True):
        if 5 < start < end:
            roles: dict[str, Role] = {"agency": "agency", "byline": "byline"}
            out.append(
                Part(
                    part.text[start:end],
                    roles[name],
                    0.8,
                    ("after the date",),
                    (),
                    part.joint if end == len(part.text) else "",
                )
            )
            end = start
    out.append(
        Part(
            part.text[:end],
            "date-line",
            part.score,
            part.evidence,
            part.links,
            part.joint if end == len(part.text) else "",
        )
    )
    return out[::-1]


_SAID_BY = re.compile(r"(?:来源|來源|记者|記者|作者|编辑|編輯|通讯员|责编)\s?[:：]\s?[^\s:：]{2,20}")
"""A source or a writer behind its word, in a line of dates; a Chinese name counts as many words."""
_SOURCE_IN = re.compile(
    r"(?:quelle|sources?|fuente|источник|kaynak|المصدر|来源|來源|fonte|źródło|bron)\s?[:：]\s?[^\s\d]", re.I
)
_BY_IN = re.compile(
    r"(?:(?<=\s)|(?<=[|,\-–—]))(?:(?:by|von|par|por|haber|muhabir|автор|текст)\s?:?\s(?-i:(?=[^\W\d_a-zа-яё]))|(?:بقلم|记者|作者|编辑|記者)\s?[:：]?\s?\S)",
    re.I,
)


def signed_off(text: str) -> bool:
    """Whether the bracket at the end is an agency's sign-off, as under a wire report, not a picture's credit."""
    return bool(_SIGNED.search(text)) and not re.search(r"photo|foto|фото|صور|图", text[-60:], re.I)


_SOURCE = re.compile(
    r"^(?:sources?|quelle|fuente|источник|kaynak|المصدر|来源|fonte|źródło|bron)\s?[:：]\s?[^\s\d][^\d:]{2,60}$", re.I
)
_IN_BRACKETS = re.compile(r"^[(（\[]([^()（）\[\]]{3,50})[)）\]]\.?$")
_ADVERT = re.compile(r"^(?:ad|ads|advert|anzeige|werbung|publi|реклам|reklam|إعلان|广告)", re.I)
_SIGNED = re.compile(rf"[.!?。]['\"”’]?\s*[(\[（—–-]+\s?(?:{AGENCIES})\s?[)\]）]?\.?$")
