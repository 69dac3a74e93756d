"""What pages say of themselves: that they were corrected, or taken back, and what they count without anybody's hand."""

from __future__ import annotations

import re

LONGEST_COUNTER = 60
"""Characters of a line that a page's layout counts in."""

_CORRECTION = re.compile(
    r"(?:^|[.!?。؟»”\"] ?|\()\W{0,3}(?:"
    r"correction|corrected|clarification|editor'?s'? note\b.{0,120}(?:correct|amend|updat)|corrects\b|amendment|"
    r"(?:berichtigung|korrektur|richtigstellung|anmerkung der redaktion\b.{0,160}(?:korrig|bericht|fassung|version))|"
    r"(?:rectificatif|rectification|correctif|précision de la rédaction|erratum)|"
    r"(?:corrección|rectificación|fe de (?:errores|erratas)|aclaración)|"
    r"(?:исправлени[ея]|поправка|уточнение|опровержение)|(?:düzeltme|tashih)|(?:تصويب|تصحيح|استدراك|توضيح)|(?:更正|勘误|订正|訂正)|"
    r"(?:correção|errata|retificação|rettifica|errata corrige|correzione)"
    r")(?![\w-])(?=.{0,3}[:：.—–\-)(،,]|.{0,40}[:：])"
    r"|\b(?:an? (?:earlier|previous|original|initial) version of (?:this|the) (?:article|story|report|post)|"
    r"(?:this|the) (?:article|story|report|headline|piece) (?:has been|was) (?:amended|corrected|updated to correct)|"
    r"in einer (?:früheren|vorherigen|ersten|älteren) (?:fassung|version)|"
    r"(?:une|la) (?:version précédente|première version)|dans une version (?:précédente|antérieure)|"
    r"una? versión (?:anterior|previa)|en la primera versión|в (?:первой|предыдущей|ранней|более ранней) (?:версии|редакции)|"
    r"(?:bu )?haberin (?:ilk|önceki) (?:halinde|hâlinde|sürümünde))\b"
    r"|(?:في (?:نسخة|النسخة) (?:سابقة|الأولى|السابقة)|本文(?:早前|先前|此前|初稿|早期)|此前误|先前版本)",
    re.IGNORECASE,
)
_WITHDRAWAL = re.compile(
    r"\bthis (?:article|story|report|post) (?:has been|was|is) (?:withdrawn|retracted|removed|taken down|"
    r"deleted|no longer available)|"
    r"\b(?:we|the editors) have (?:withdrawn|retracted) this (?:article|story|report)|^\W*(?:retraction|withdrawn)\b|"
    r"\bdies(?:er|e) (?:artikel|beitrag|meldung|text) (?:wurde|ist) (?:zurückgezogen|entfernt|gelöscht|nicht mehr verfügbar)|"
    r"\bcet article (?:a été|n'est plus) (?:retiré|supprimé|dépublié|disponible)|"
    r"\best[ae] (?:artículo|noticia|nota|información) (?:ha sido|fue|ya no está) (?:retirad|eliminad|suprimid|disponible)|"
    r"(?:эта |этот |данная |данный )?(?:статья|материал|публикация|заметка|новость) (?:был[аи]? )?(?:отозван|удал[её]н|снят)|"
    r"\bbu (?:haber|yazı|makale|içerik) (?:geri çekil|yayından kaldırıl|kaldırıl|silin)|"
    r"(?:تم|جرى) (?:سحب|حذف|إزالة) (?:هذا|هذه) (?:المقال|الخبر|المادة|التقرير|المقالة)|(?:سحب|حذف) هذا (?:المقال|الخبر)|"
    r"(?:本文|该文|此文|本稿|该报道|本报道)(?:已|已经|现已)(?:被)?(?:撤回|撤稿|删除|撤下|下架)",
    re.IGNORECASE,
)
_NOT_A_CORRECTION = re.compile(
    r"^\W*(?:update|updated|aktualisier|mise à jour|actualiza|обновл|güncelle|تحديث|更新)", re.IGNORECASE
)


_COUNTED = (
    r"views?|comments?|shares?|likes?|reads?|aufrufe|kommentare?|vues|commentaires?|partages|vistas|comentarios?|lecturas|"
    r"просмотр\w*|комментари\w*|görüntülenme|okunma|yorum|مشاهد\w*|تعليق\w*|次阅读|阅读|评论|浏览"
)
_COUNTER = re.compile(
    rf"\d\W{{0,3}}(?:{_COUNTED})|(?:{_COUNTED})\W{{0,3}}\d|"
    r"\d+ ?(?:min(?:ute)?s? read|(?:second|minute|min|hour|day)s? ago)|"
    r"\b(?:reading time|read time|lesezeit|updated|обновлено)\b.{0,9}\d|"
    r"\bvor \d+ (?:sekunde|minute|stunde|tag)|\bil y a \d+ ?(?:s|min|h|j)|\bhace \d+ (?:seg|min|hora|día)|"
    r"\d+ (?:мин|час|дн|сек)\w* назад|\d+ (?:dakika|saat|gün) önce|"
    r"(?:قبل|منذ) \d+ (?:دق|ساع|يوم|أيام)|\d+ ?(?:秒|分钟|小时|天)前",
    re.IGNORECASE,
)


def is_correction(text: str) -> bool:
    """Whether it says that the article was corrected."""
    return _CORRECTION.search(text) is not None


def is_update(text: str) -> bool:
    """Whether it says only that something is new: no correction, whatever the page's layout calls it."""
    return _NOT_A_CORRECTION.match(text) is not None


def is_withdrawal(text: str) -> bool:
    """Whether it says that the article was taken back."""
    return _WITHDRAWAL.search(text) is not None


def is_counter(line: str) -> bool:
    """Whether the line is a counter or a clock of the page."""
    return len(line) <= LONGEST_COUNTER and _COUNTER.search(line) is not None
