# ruff: noqa: E501  (a pattern reads best with each language on one line)
"""What furniture says in the languages we read: the words that give a share row, a form or a list of headlines away."""

from __future__ import annotations

import re
from functools import lru_cache

# One alternation per kind; matched on the lower-cased start of a piece, so short phrases stay cheap.
_SHARE = (
    r"share\b|share (this|on|via)|tweet\b|follow us|follow @|like us|print\b|print this|email this|copy link|facebook|twitter|whatsapp|"
    r"telegram|linkedin|pinterest|reddit|instagram|flipboard|"
    r"(artikel |beitrag |seite )?teilen|drucken|merken|folgen sie|per mail|vorlesen|"
    r"partager|imprimer|suivez[- ]nous|envoyer|"
    r"compartir|compart[ae]|s[ií]g(ue|a)nos|imprimir|comp[aá]rtelo|"
    r"поделиться|подписывайтесь|следите за|мы в соц|распечатать|"
    r"(haberi |yazıyı )?paylaş|bizi takip|takip edin|yazdır|"
    r"شارك|مشاركة|تابعنا|تابعونا|طباعة|"
    r"分享到|分享至|分享|关注我们|打印本|打印|扫一扫|微信扫|收藏|转发|複製連結|シェア|ツイート|"
    r"condividi|seguici|stampa|udostępnij|drukuj|share artikel|deel|compartilh"
)
_COMMENT = (
    r"comments?\b|there are no comments|no comments|\d+ comments?|leave a (comment|reply)|post (a |your )?comment|your comment|add (a|your) comment|be the first to comment|"
    r"your email address will not|required fields|join the (conversation|discussion)|view (all )?comments|reply\b|log in to comment|write a comment|comments are closed|"
    r"ihr kommentar|kommentar|kommentare|\d+ kommentare|schreiben sie einen|diskutieren|ihre e-mail-adresse|erforderliche felder|es gibt (noch )?keine kommentare|keine kommentare|"
    r"votre commentaire|publier (un|le|votre) commentaire|commentaires?\b|\d+ commentaires?|laisser un commentaire|réag|ajouter un commentaire|votre adresse e-mail|aucun commentaire|il n'y a (pas|aucun)|les champs obligatoires|"
    r"(su|tu) comentario|(publicar|enviar) (el |un |tu |su )?comentario|comentarios?\b|\d+ comentarios?|deja (un|una|tu)|dejar un|tu direcci[oó]n de correo|no hay comentarios|los campos obligatorios|s[eé] el primero|"
    r"ваш комментарий|отправить( комментарий)?$|комментари|оставить комментарий|оставьте|добавить комментарий|ваш (e-mail|адрес)|обязательные поля|нет комментариев|обсуд|"
    r"yorumunuz|gönder$|yorum|\d+ yorum|yorumlar|bir yorum|e-posta adresiniz|gerekli alanlar|henüz yorum|ilk yorum|"
    r"أرسل (ال)?تعليق|تعليق|التعليقات|اترك|أضف تعليق|لن يتم نشر|الحقول الإلزامية|لا توجد تعليقات|لا يوجد تعليق|"
    r"您的评论|提交评论|评论|发表评论|网友评论|我来说两句|我要评论|已有\d+|暂无评论|您的电子邮箱|必填项|查看评论|参与评论|コメント|"
    r"komentarz|comenta|commenti|lascia un commento|reacties"
)
_NEWSLETTER = (
    r"newsletter|sign up|subscribe|subscription|get (the|our|all the|more)\b.{0,60}(newsletter|inbox|alerts?|app\b)|join our|download (the|our) app|"
    r"stay (informed|up to date|tuned)|register (now|for)|already a (subscriber|member)|log ?in\b|support (our|us|independent)|"
    r"abonnieren|jetzt (testen|abonnieren|anmelden)|anmelden|melden sie sich|newsletter|mehr erfahren|"
    r"abonnez|s'abonner|inscrivez|inscription|recevez|"
    r"suscr[ií]b|reg[ií]strate|ap[uú]ntate|recib[ea]|boletín|"
    r"подпис|рассылк|зарегистрир|"
    r"abone ol|üye ol|bülten|kaydol|"
    r"اشترك|النشرة|سجل|تسجيل الدخول|"
    r"订阅|注册|登录|下载.{0,6}(app|客户端)|扫码下载|iscriviti|abbonati|zapisz się|nieuwsbrief|会員登録|ログイン"
)
_LEGAL = (
    r"©|\(c\)|copyright|all rights reserved|terms (of|and)|privacy|cookies?\b|we use cookies|this site uses|by (clicking|continuing)|disclaimer|"
    r"alle rechte vorbehalten|impressum|datenschutz|wir verwenden cookies|"
    r"tous droits r[eé]serv|mentions l[eé]gales|nous utilisons|"
    r"todos los derechos|aviso legal|utilizamos cookies|"
    r"все права защищены|использование материалов|при использовании|мы используем|перепечатка|"
    r"tüm hakları|çerez|kvkk|"
    r"جميع الحقوق|حقوق النشر|سياسة الخصوصية|نستخدم ملفات|"
    r"版权|版權|免责声明|声明[:：]|本网站|未经|转载|备案|icp|责任编辑|違法|著作権|無断転載|tutti i diritti|wszelkie prawa"
)
_RELATED = (
    r"related|read (more|also|next|:)|also read|see also|more (from|on|in|stories|news|:)|more$|most (read|popular|viewed|shared)|recommended|you (may|might) (also )?like|trending|"
    r"also (in the news|in this (section|issue)|on (our|this) site|see|today)|in other news|other (news|stories|headlines)|elsewhere|headlines|don'?t miss|latest|top stories|popular|up next|next (article|story)|previous (article|story)|editor'?s (pick|choice)|what to read|watch:|watch now|in case you missed|"
    r"mehr (zum|zu|aus)|lesen sie auch|auch interessant|das könnte|meistgelesen|weitere (artikel|themen|meldungen)|zum thema|empfohlen|aktuelle|außerdem|ferner|schlagzeilen|andere (meldungen|nachrichten|themen)|auch in den|ebenfalls (in|auf)|in (den|unseren) nachrichten|"
    r"lire (aussi|également|la suite)|à lire|sur le même sujet|les plus lus|voir aussi|dans la même|également|à la une|les titres|autres (articles|actualités|titres)|l'actualité|aussi dans|articles? (liés|similaires)|"
    r"lea (también|además)|leer (más|también)|te puede interesar|te recomendamos|lo más (leído|visto)|m[aá]s (noticias|sobre|le[ií]do)|noticias relacionadas|relacionad|ver también|titulares|además$|también en|otras? noticias?|además en|"
    r"читайте (также|ещ)|читать (также|далее)|по теме|похожие|самое (читаемое|популярное|главное)|смотрите также|(и |а )?(также|ещ[её]) в (номере|новостях|выпуске|ленте)|заголовки|главное за|главные новости|другие (новости|материалы|темы)|ещ[её] по|новости по|материалы по|"
    r"ilgili haber|ilginizi çek|bunlar da|diğer haber|en çok okunan|son dakika|bunu da|öne çıkan|başlıklar|manşetler|gündemden|ayrıca gündem|diğer (haberler|başlıklar)|"
    r"اقرأ (أيض|المزيد)|إقرأ|مواضيع ذات|أخبار (ذات|متعلقة)|الأكثر (قراءة|مشاهدة)|شاهد (أيض|المزيد)|المزيد من|قد يعجبك|(ال)?عناوين|أهم (الأخبار|العناوين)|أخبار أخرى|(و)?في الأخبار أيضا|أيضا في|"
    r"相关(新闻|阅读|报道|文章|链接|推荐|专题)|延伸阅读|推荐阅读|热门|更多|上一篇|下一篇|猜你喜欢|精彩推荐|今日(推荐|热点)|最新|新闻排行|(阅读|点击|热点|新闻)排行|要闻|头条|其他新闻|其它新闻|另见|还有|今日(要闻|新闻)|新闻标题|関連|あわせて読みたい|"
    r"leggi anche|potrebbe interessarti|czytaj (także|też|więcej)|zobacz (także|też)|lees ook|leia (também|mais)|baca juga|les også|läs (också|mer)|lue myös|διαβάστε|σχετικά"
)
_DATE = (
    r"(published|updated|posted|last (updated|modified)|first published|created|date|on|time)\b.{0,12}\d|"
    r"(veröffentlicht|aktualisiert|stand|erstellt|publié|mis à jour|modifié|le \d|publicado|actualizado|fecha|опубликовано|обновлено|дата|"
    r"yayın|güncelle|eklenme|تاريخ|نشر|تحديث|آخر تحديث|发布时间|发布|时间|日期|更新|来源|pubblicato|aggiornato|opublikowano|data|公開|配信)"
)
_CREDIT = (
    r"(photo|photograph|image|picture|pic|illustration|video|credit|courtesy|source|foto|bild|bildquelle|quelle|fuente|источник|kaynak|المصدر|تصوير|crédit|credito|crédito|imagen|"
    r"fotoğraf|фото|صورة|الصورة|图片|图|图源|摄影|来源|写真|zdjęcie|fot\.)\b ?[:/：]|photo (by|credit|courtesy)|photograph(ed)? (by|:)|"
    r"(image|photo) ?\(|getty images|\(?(ap|afp|reuters|epa|dpa|anp|efe|ansa|xinhua)( photo)?[/)]|photo file|file photo|©"
)
_BYLINE = r"(by|von|par|por|di|di:|da|автор|авторы|author|autor|auteur|yazar|muhabir|haber|بقلم|كتب|كتبت|作者|记者|文[/:：]|编辑|text|written by|reporting by|story by|words by|redaktion)\b[ :：]"
_CORRECTION = r"(correction|clarification|editor'?s note|update|this (article|story) (was|has been)|an earlier version|note:|anm\. d\. red|berichtigung|korrektur|rectificaci[oó]n|correctif)"

_SIGNS = (
    ("related", _RELATED),
    ("comment", _COMMENT),
    ("newsletter", _NEWSLETTER),
    ("share", _SHARE),
    ("legal", _LEGAL),
    ("date", _DATE),
    ("credit", _CREDIT),
    ("byline", _BYLINE),
    ("correction", _CORRECTION),
)
KINDS = tuple(kind for kind, _ in _SIGNS)


def _alternatives(pattern: str) -> list[str]:
    """The pattern's alternatives at its outermost level."""
    found, depth, start, place = [], 0, 0, 0
    while place < len(pattern):
        letter = pattern[place]
        if letter == "\\":
            place += 2
            continue
        if letter in "([":
            depth += 1
        elif letter in ")]":
            depth -= 1
        elif letter == "|" and depth == 0:
            found.append(pattern[start:place])
            start = place + 1
        place += 1
    return [*found, pattern[start:]]


def _openers(alternative: str) -> set[str]:
    """The characters an alternative can begin with."""
    if alternative.startswith("\\d"):
        return set("0123456789")
    if alternative.startswith("\\"):
        return {alternative[1]}
    if alternative.startswith("["):
        inner = alternative[1 : alternative.index("]")]
        return set(inner)
    if not alternative.startswith("("):
        return {alternative[0]} if alternative[1:2] != "?" else {alternative[0]} | _openers(alternative[2:])
    depth = 0
    place = 0
    for place, letter in enumerate(alternative):  # noqa: B007  (its last value is the closing bracket)
        depth += (letter == "(") - (letter == ")")
        if depth == 0:
            break
    inner, rest = alternative[1:place].removeprefix("?:"), alternative[place + 1 :]
    found = set().union(*(_openers(each) for each in _alternatives(inner) if each))
    if rest[:1] == "?":
        found |= _openers(rest[1:].lstrip(" ")) | ({" "} if rest[1:2] == " " else set())
    return found


def _by_opener() -> dict[str, re.Pattern[str]]:
    """For each first character a pattern of what begins with it: a piece is held against a tenth of the phrases."""
    rows: dict[str, list[tuple[str, str]]] = {}
    for kind, pattern in _SIGNS:
        for alternative in _alternatives(pattern):
            for letter in _openers(alternative):
                rows.setdefault(letter, []).append((kind, alternative))
    found = {}
    for letter, pairs in rows.items():
        kinds: dict[str, list[str]] = {}
        for kind, alternative in pairs:
            kinds.setdefault(kind, []).append(alternative)
        found[letter] = re.compile(
            "|".join(f"(?P<{kind}>{'|'.join(alternatives)})" for kind, alternatives in kinds.items())
        )
    return found


_STARTS = _by_opener()
_EDGE = re.compile(r"\W{0,4}")


@lru_cache(maxsize=20_000)
def opening(text: str) -> str | None:
    """The kind of furniture a piece's first words speak of, or None."""
    low = text[:120].replace("İ", "i").lower()
    edge = _EDGE.match(low)
    skipped = edge.end() if edge else 0
    for start in (0, skipped) if skipped else (0,):
        pattern = _STARTS.get(low[start : start + 1])
        match = pattern.match(low, start) if pattern else None
        if match:
            return match.lastgroup
    return None
