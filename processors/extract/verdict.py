# ruff: noqa: E501  (a pattern reads best with each language on one line)
"""Says what a page is: an article, or a wall, an error, an empty shell, a list of other pages that answered 200."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from broadsheet.model import BODY_ROLES, Verdict
from processors.extract.head import Head, is_article, types
from processors.extract.kind import paywall_of
from processors.extract.parts import Part
from processors.extract.pieces import Cut, width

SHORT = 600
"""Width of running text below which a page's other signs are asked."""
BARE = 140
"""Width below which there is no text to speak of."""

RUN = 250
"""Width of a stretch of running text that no front page has without an article."""

_BOT = re.compile(
    r"checking your browser|verify(?:ing)? (?:that )?you are (?:a )?human|are you a robot|i'?m not a robot|unusual traffic|access (?:to this page has been )?denied|attention required|"
    r"enable javascript and cookies to continue|please complete the security check|captcha|just a moment|ddos protection|request blocked|pardon our interruption|"
    r"automated access|bot detection|bestätigen sie,? dass sie (?:ein mensch|kein roboter)|vérifiez que vous êtes humain|verifica que eres humano|подтвердите, что вы не робот|"
    r"you(?:'re| are) (?:a person and )?not a robot|ob sie ein (?:mensch|roboter) sind|que vous (?:n['’]êtes pas un robot|êtes bien humain)|que (?:usted |tú )?(?:no )?(?:es|eres) (?:un )?(?:robot|humano)|"
    r"(?:что|,) вы не робот|robot olmadığınızı|أنك لست روبوت|请完成(?:安全)?验证|人机验证|不是机器人|访问被拒绝",
    re.I,
)
_CONSENT = re.compile(
    r"before you continue|we (?:and our (?:\d+ )?partners )?(?:use|value|care about).{0,40}(?:cookies|privacy)|accept (?:all )?cookies|manage (?:your )?(?:cookies|preferences|choices)|your (?:privacy|cookie) (?:choices|settings)|consent to|"
    r"wir (?:und unsere (?:\d+ )?partner )?(?:verwenden|nutzen|benötigen).{0,40}(?:cookies|zustimmung)|alle akzeptieren|mit werbung weiterlesen|zustimmung|"
    r"nous (?:et nos (?:\d+ )?partenaires )?(?:utilisons|respectons).{0,40}(?:cookies|vie privée)|tout accepter|continuer sans accepter|"
    r"(?:utilizamos|usamos).{0,40}cookies|aceptar (?:todas|todo|y continuar)|rechazar|"
    r"(?:мы )?используем.{0,30}cookie|принять все|çerez(?:ler)?(?:i)? kullan|tümünü kabul|نستخدم ملفات تعريف|قبول الكل|使用\s?cookie|接受所有|"
    r"stor(?:e|ing)(?: and/or access(?:ing)?)? information on (?:a|your) device|(?:speichern|zugriff auf).{0,40}informationen auf (?:ihrem|einem) (?:end)?gerät|pur-abo|"
    r"stock(?:er|ons|ent).{0,30}informations sur (?:votre|un) (?:appareil|terminal)|(?:guard|almacen)\w{1,5} información en (?:su|tu|un) dispositivo|"
    r"(?:храни[мт]|сохраня).{0,40}на ваше[мй] устройств|cihazını\w{1,3} .{0,20}bilgi(?:leri)? sakl|(?:نخزن|تخزين) (?:ال)?معلومات على جهازك|在(?:您|你)的设备上(?:存储|储存)",
    re.I,
)
_PAY = re.compile(
    r"subscribe (?:now )?to (?:continue|read|keep)|to (?:continue|keep) reading|continue reading (?:with|your)|already (?:a|have a) (?:subscri|member|account)|this (?:article|content|story) is (?:for|only|available|exclusive|reserved).{0,30}(?:subscri|member)|subscribers? only|for subscribers|"
    r"(?:unlock|read) (?:this|the full) (?:article|story)|sign in to (?:continue|read)|you(?:'ve| have) (?:reached|read).{0,40}(?:limit|free article)|"
    r"nur für abonnenten|weiterlesen mit|jetzt (?:abonnieren|weiterlesen|testen)|sie sind bereits (?:abonnent|registriert)|exklusiv für|artikel ist (?:kostenpflichtig|nur)|mit (?:abo|digitalabo|plus)|"
    r"réservé aux abonnés|il vous reste .{0,30}à lire|pour lire la suite|déjà abonné|abonnez-vous pour|article abonné|"
    r"(?:solo|exclusivo|contenido) para suscriptores|suscríbete para|ya (?:soy|eres) suscriptor|para seguir leyendo|"
    r"только для подписчиков|доступно по подписке|чтобы (?:читать|прочитать) (?:дальше|полностью)|оформите подписку|"
    r"abonelere özel|devamını okumak için|haberin devamı için abone|للمشتركين فقط|لمتابعة القراءة|اشترك لقراءة|仅限订阅|订阅后阅读|登录后(?:阅读|查看)全文|会员专享",
    re.I,
)
_GONE = re.compile(
    r"(?:page|article|story|content|url|file) (?:you (?:are|were) looking for |you requested |requested )?(?:was |is |has been |can ?not be |could ?n[o']t be |cannot be |does ?n[o']t |no longer )+(?:not )?(?:found|exist|available|removed|moved|deleted)|"
    r"(?:sorry|oops)[,!.… ].{0,60}(?:can'?t find|cannot find|could ?n[o']t find|not found|no longer)|page not found|not found|\b404\b|error 404|page (?:does not|doesn't) exist|we can'?t find (?:that|the) page|"
    r"seite (?:konnte )?(?:leider )?nicht gefunden|seite existiert nicht|nicht (?:mehr )?verfügbar|diese seite gibt es nicht|"
    r"page (?:introuvable|non trouvée)|n['’]existe (?:pas|plus)|page demandée|página no (?:encontrada|existe|se encuentra)|no (?:se ha )?encontrad[oa]|no existe|"
    r"страница не найдена|страницы не существует|не найден[ао]?|ошибка 404|удалена|sayfa bulunamadı|bulunamadı|aradığınız sayfa|الصفحة غير موجودة|لم يتم العثور|غير متاح|"
    r"页面不存在|找不到(?:该|此|您)?(?:要)?(?:访问的)?页面|网页不存在|已(?:被)?删除|ページが見つかりません",
    re.I,
)
_SCRIPT = re.compile(
    r"(?:enable|need|requires?|turn on|activate) (?:to (?:enable|run) )?(?:java ?script)|javascript (?:is|must be|has been)|java ?script (?:aktivieren|deaktiviert)|activer (?:le )?javascript|activ[ae]r? javascript|включите javascript|javascript.?i (?:etkin|aç)|تفعيل (?:جافا|javascript)|启用\s?javascript",
    re.I,
)
_LISTING = re.compile(
    r"^/?(?:[a-z]{2}(?:[-_][a-z]{2})?/?)?$|^/(?:index|home|default|main)\.\w{3,5}$|^/(?:tags?|topics?|themen?|themes?|temas?|categor(?:y|ies|ie|ia)|kategorie|author|authors|autor(?:en)?|search|suche|buscar|rechercher|archives?|etiket|konu|section|sections)(?:/[^/]*){0,3}/?$",
    re.I,
)


def _running(parts: Sequence[Part]) -> int:
    return sum(width(part.text) for part in parts if part.role in BODY_ROLES)


def _all_text(parts: Sequence[Part], limit: int) -> str:
    return " ".join(part.text for part in parts)[:limit]


def judge_page(
    head: Head, cut: Cut, parts: Sequence[Part], status: int, url: str, title: str | None
) -> tuple[Verdict, str]:
    """The verdict on a page of HTML and the evidence for it."""
    running, whole = _running(parts), cut.boxes[0].chars
    if status in (404, 410):
        return "soft-404", f"status {status}"
    if status in (401, 402, 403, 429, 451, 503) and running < SHORT * 3:
        return "wall", f"status {status}"
    if whole < BARE and (cut.scripts or cut.noscript or cut.frames):
        return "shell", f"{whole} characters of text beside {cut.scripts} scripts"
    named = f"{title or ''} {head.title}"
    if whole < 3000 and running < SHORT and (found := _short_page(head, cut, parts, named, running)):
        return found
    if running < SHORT * 2 and _GONE.search(named) and not any(is_article(thing) for thing in head.things):
        return "soft-404", f"title says {named.strip()[:80]!r}"
    return _lesser(head, cut, parts, url, running)


def _short_page(head: Head, cut: Cut, parts: Sequence[Part], named: str, running: int) -> tuple[Verdict, str] | None:
    """What a page with hardly any text says of itself."""
    whole, opening = cut.boxes[0].chars, _all_text(parts, 6000)
    bot = _BOT.search(f"{named} {opening[:2500]}")
    if bot:
        return "wall", f"bots: {bot.group(0)!r}"
    gone = _GONE.search(named) or (_GONE.search(opening[:1500]) if whole < 1500 else None)
    if gone:
        return "soft-404", f"says {gone.group(0)!r}"
    consent = _CONSENT.search(opening)
    if consent and (whole < 1200 or running * 4 < whole) and not any(is_article(thing) for thing in head.things):
        return "wall", f"consent: {consent.group(0)!r}"
    script = _SCRIPT.search(f"{cut.noscript} {opening[:1500]}")
    if script and running < BARE * 2 and whole < 1000:
        return "shell", f"says {script.group(0)!r}"
    return None


def _lesser(head: Head, cut: Cut, parts: Sequence[Part], url: str, running: int) -> tuple[Verdict, str]:
    paid = paywall_of(head)
    if running < SHORT * 4 and (paid or (running < SHORT * 2 and _short_end(parts))):
        removed = " ".join(part.text for part in parts if part.role not in BODY_ROLES)[:20_000]
        pay = _PAY.search(" ".join(part.text for part in parts if part.role in BODY_ROLES)[-600:]) or _PAY.search(
            removed
        )
        if pay:
            return "wall", f"subscription: {pay.group(0)!r}, {running} characters of text"
    listing = _front(head, url)
    if listing and _linked_share(cut) > 0.3 and _longest_run(parts) < RUN:
        return "not-an-article", listing
    if running < BARE // 2:
        return "not-an-article", f"{running} characters of running text"
    return "article", ""


def _longest_run(parts: Sequence[Part]) -> int:
    """Width of the longest stretch of running text, gaps of two parts allowed."""
    longest = run = gap = 0
    for part in parts:
        if part.role in BODY_ROLES:
            run, gap = run + width(part.text), 0
        else:
            gap += 1
            run = run if gap <= 2 else 0
        longest = max(longest, run)
    return longest


def _short_end(parts: Sequence[Part]) -> bool:
    """Whether the running text breaks off: an ellipsis, or an end in the middle of a sentence."""
    running = [part.text for part in parts if part.role in BODY_ROLES]
    last = running[-1].rstrip("\"'”’») ") if running else ""
    return (
        len(running) <= 4 and (last.endswith(("…", "...")) or not last.endswith((".", "!", "?", "。", "؟", "！", "？")))
    ) or len(running) <= 2


def _linked_share(cut: Cut) -> float:
    return cut.boxes[0].linked / (cut.boxes[0].chars + 1.0)


def _front(head: Head, url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    if any(is_article(thing) for thing in head.things) or (head.first("og:type") or "").lower().startswith("article"):
        return ""
    if parts.hostname and _LISTING.match(parts.path) and not parts.query:
        return f"address {parts.path or '/'!r} is that of a front, section or tag page"
    kinds = {name for thing in head.things for name in types(thing)}
    if kinds & {"collectionpage", "searchresultspage", "profilepage"}:
        return f"calls itself {', '.join(sorted(kinds & {'collectionpage', 'searchresultspage', 'profilepage'}))}"
    return ""


def judge_text(parts: Sequence[Part], title: str | None) -> tuple[Verdict, str]:
    """The verdict on a text without markup."""
    running = _running(parts)
    whole = _all_text(parts, 2500)
    if running < SHORT:
        for pattern, verdict, word in (
            (_BOT, "wall", "bots"),
            (_CONSENT, "wall", "consent"),
            (_GONE, "soft-404", "says"),
            (_SCRIPT, "shell", "says"),
        ):
            found = pattern.search(whole if pattern is not _GONE else f"{title or ''} {whole[:300]}")
            if found and len(whole) < 1500:
                verdicts: dict[str, Verdict] = {"wall": "wall", "soft-404": "soft-404", "shell": "shell"}
                return verdicts[verdict], f"{word}: {found.group(0)!r}"
    return "article", ""
