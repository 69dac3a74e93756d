"""How much an edit of an article matters: a letter, a figure, somebody's words, a correction that says so or does not."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, get_args

from broadsheet.edits import Edits, Hunk, Word, words
from broadsheet.model import Article, block_text

Significance = Literal["typo", "rewrite", "headline", "number", "quote", "correction-notice", "withdrawn"]
KINDS: tuple[Significance, ...] = get_args(Significance)

SILENT = frozenset({"number", "quote"})
"""What a reader would want to be told of."""

SAME_HEADLINE = 0.5
"""Share of its words that a headline keeps when only a figure in it changed."""
LONGEST_TYPO = 40
"""Letters of words in which a slip is looked for."""
LONGEST_COUNTER = 60
"""Characters of a line that a page's layout counts in."""
LONGEST_QUOTE = 3000
"""Characters between two quotation marks; beyond, one of the marks is missing."""
NOTICE_WORDS = 4
"""Words that new text has at least to be read as a notice."""

_QUOTED = re.compile(
    rf"“[^“”\n]{{1,{LONGEST_QUOTE}}}[”“]|„[^„“”\n]{{1,{LONGEST_QUOTE}}}[“”]|«[^«»\n]{{1,{LONGEST_QUOTE}}}»|»[^«»\n]{{1,{LONGEST_QUOTE}}}«"
    rf"|「[^」\n]{{1,{LONGEST_QUOTE}}}」|『[^』\n]{{1,{LONGEST_QUOTE}}}』|\"[^\"\n]{{1,{LONGEST_QUOTE}}}\""
)
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
    "quatre-vingt[a-z-]* cents? millions? milliards?",
    "es": "dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieci[a-zé]+ veinte "
    "veinti[a-zéó]+ treinta cuarenta cincuenta sesenta setenta ochenta noventa cientos? [a-z]+cient[oa]s "
    "millón millones",
    "ru": "(одиннадцат|двенадцат|тринадцат|четырнадцат|пятнадцат|шестнадцат|семнадцат|восемнадцат|девятнадцат|"
    "двадцат|тридцат|пятьдесят|шестьдесят|семьдесят|восемьдесят|девянос|сорок)[а-я]* два две двух двум "
    "двумя двое двоих три трёх трех трём трое троих четыре четырёх четырех четверо четверых "
    "пят(ь|и|ью|еро|ерых|ерым) шест(ь|и|ью|еро|ерых) сем(ь|и|ью|еро|ерых) вос(е|ь)м(ь|и|ью|еро)? "
    "девят(ь|и|ью) десят(ь|и|ью|ки|ков|ок) ст(о|а) двест[а-я]* триста четыреста [а-я]+сот тысяч[а-я]* "
    "миллион[а-я]* миллиард[а-я]* перв[а-я]+ втор(ая|ой|ую|ое|ым|ого) треть(я|ей|ю|е|его|им) "
    "четв[её]рт[а-я]+ пят(ая|ый|ой|ую|ое|ого)",
    "tr": "iki üç dört beş altı yedi sekiz dokuz on yirmi otuz kırk elli altmış yetmiş seksen doksan yüz bin "
    "milyon milyar (iki|üç|dört|beş|altı|yedi|sekiz|dokuz|on)('?[a-zçğıöşü]{1,4})?",
    "ar": "(ال|ب|ل|و)?(اثنان|اثنين|اثنتين|ثلاث|ثلاثة|أربع|أربعة|خمس|خمسة|ست|ستة|سبع|سبعة|ثماني|ثمانية|تسع|تسعة|"
    "عشر|عشرة|عشرون|عشرين|ثلاثون|ثلاثين|أربعون|أربعين|خمسون|خمسين|ستون|ستين|سبعون|سبعين|ثمانون|ثمانين|"
    "تسعون|تسعين|مئة|مائة|مئتان|مئتين|ألف|آلاف|مليون|ملايين|مليار)",
    "zh": "[零〇一二两三四五六七八九十百千万亿]",
    "pt": "dois duas três quatro cinco seis sete oito nove dez onze doze treze catorze quinze vinte trinta "
    "quarenta cinquenta sessenta setenta oitenta noventa cem milhões bilhões",
    "it": "due tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici quindici venti "
    "trenta quaranta cinquanta sessanta settanta ottanta novanta cento milioni miliardi",
}
_NUMBER_WORDS = {language: re.compile(f"(?:{'|'.join(patterns.split())})") for language, patterns in _NUMERALS.items()}

# A negation is never a slip of the pen, however few its letters.
_NEGATIONS = (
    "il",
    "im",
    "in",
    "ir",
    "un",
    "non",
    "dis",
    "mis",
    "de",
    "anti",
    "not",
    "n't",
    "can't",
    "ne",
    "не",
    "ни",
    "без",
    "kein",
    "nicht",
    "gayri",
    "لا",
    "غير",
    "不",
    "没",
    "未",
    "非",
)

# A paragraph that says that the text was corrected, and one that says that it was taken back.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a version of an article says."""

    title: str
    text: str
    language: str | None = None
    page: str = ""
    """All text of its page: what only moved between text and furniture was not edited."""
    notices: tuple[str, ...] = ()
    """Blocks that the page's layout shows as notes of the editors."""
    quotes: tuple[tuple[int, int], ...] = ()
    """Where somebody speaks, as far as it is known beside the marks; offsets into `text`."""
    names: frozenset[str] = frozenset()
    """Words of names of people, organisations and places, in lower case."""


def reading(article: Article) -> Reading:
    """What this form of the article says."""
    return Reading(
        title=article.title or "",
        text=article.text,
        language=article.language,
        page=article.normalised,
        notices=tuple(block_text(article, block) for block in article.blocks if block.role == "correction"),
        quotes=tuple((quote.start, quote.end) for quote in article.quotes if quote.direct),
        names=frozenset(word.key for entity in article.entities for word in words(entity.text)),
    )


def significance(before: Reading, after: Reading, edits: Edits | None = None) -> tuple[Significance, ...]:
    """What kinds of edit made the later version of the earlier, in the order of `KINDS`; empty where nothing but
    typography changed, or only what we count to the text.

    `number` and `quote`: a figure, or words between quotation marks, changed or went in a paragraph that stayed; what
    came or went with whole paragraphs is a `rewrite`, as is every change of words that is no slip of the pen. `edits` are
    those of the two texts, where they are known already.
    """
    found: set[Significance] = set()
    if _keys(before.title) != _keys(after.title):
        found.add("headline")
        titles = Edits(before.title, after.title)
        if titles.kept >= SAME_HEADLINE:
            found |= _Judge(before, after, titles).kinds() & {"number"}
    found |= _Judge(before, after, edits or Edits(before.text, after.text)).kinds()
    found |= set(_notices(before, after))
    return tuple(kind for kind in KINDS if kind in found)


def is_silent(kinds: Iterable[str]) -> bool:
    """Whether a figure or a quotation changed and no correction notice came with it."""
    given = set(kinds)
    return bool(given & SILENT) and not given & {"correction-notice", "withdrawn"}


def _keys(text: str) -> list[str]:
    return [word.key for word in words(text)]


class _Judge:
    """The edits of one text under judgement."""

    def __init__(self, before: Reading, after: Reading, edits: Edits) -> None:
        self.before, self.after, self.edits = before, after, edits
        self.language = after.language or before.language or ""
        self.names = before.names | after.names
        self.quoted = _inside(edits.before, edits.gone, before), _inside(edits.after, edits.new, after)

    def kinds(self) -> set[Significance]:
        found: set[Significance] = set()
        for hunk in self.edits.hunks:
            if not self.ours(hunk) and not self.notice(hunk) and not self.counter(hunk):
                found |= set(self.kinds_of(hunk))
        return found

    def ours(self, hunk: Hunk) -> bool:
        """Whether a paragraph did not come or go at all: we count it to the text now, or no longer."""
        if not hunk.whole:
            return False
        side, page = (
            (self.edits.gone[slice(*hunk.gone)], 1)
            if hunk.gone[0] < hunk.gone[1]
            else (self.edits.new[slice(*hunk.new)], 0)
        )
        return " ".join(word.key for word in side) in self.pages[page]

    @cached_property
    def pages(self) -> tuple[str, str]:
        """All words of the two pages."""
        return " ".join(_keys(self.before.page)), " ".join(_keys(self.after.page))

    def counter(self, hunk: Hunk) -> bool:
        """Whether the line is a counter or a clock of the page: it goes on by itself, nobody edits it."""
        sides = ((self.edits.before, self.edits.gone, hunk.gone), (self.edits.after, self.edits.new, hunk.new))
        lines = [_line(text, found[span[0]]) for text, found, span in sides if span[0] < span[1]]
        return all(len(line) <= LONGEST_COUNTER and _COUNTER.search(line) for line in lines)

    def notice(self, hunk: Hunk) -> bool:
        """Whether the paragraph is the editors' note on the edit."""
        new = self.edits.new[slice(*hunk.new)]
        return hunk.whole and bool(new) and _CORRECTION.search(self.edits.after[new[0].start : new[-1].end]) is not None

    def kinds_of(self, hunk: Hunk) -> Iterator[Significance]:
        gone, new = self.edits.gone[slice(*hunk.gone)], self.edits.new[slice(*hunk.new)]
        if hunk.whole:
            yield "rewrite"
            return
        quote = self.in_quote(hunk)
        numbers = self.numbers(hunk, gone, new, quote)
        if numbers:
            yield "number"
        if quote:
            yield "quote"
        rest = [[word.key for word in side if not self.is_number(word)] for side in (gone, new)]
        if self.slip(*rest):
            if not numbers and not quote:
                yield "typo"
        elif not quote:
            yield "rewrite"

    def numbers(self, hunk: Hunk, gone: Sequence[Word], new: Sequence[Word], quote: bool) -> bool:
        """Whether a figure gave way to another, or to none, or grew or lost a part (`two million`, `twelve million`).

        A number in words needs another one in its place: words for small numbers also come and go for other reasons.
        """
        ours, theirs = ([word.key for word in side if self.is_number(word)] for side in (gone, new))
        if ours == theirs:
            return False
        if ours and theirs:
            return True
        if not quote and gone and any(_FIGURE.match(key) for key in (*ours, *theirs)):
            return True
        return self.beside_number(self.edits.new, hunk.new) or self.beside_number(self.edits.gone, hunk.gone)

    def beside_number(self, found: Sequence[Word], span: tuple[int, int]) -> bool:
        return any(0 <= at < len(found) and self.is_number(found[at]) for at in (span[0] - 1, span[1]))

    def is_number(self, word: Word) -> bool:
        if _FIGURE.match(word.key):
            return True
        known = _NUMBER_WORDS.get(self.language)
        return known is not None and known.fullmatch(word.key) is not None

    def in_quote(self, hunk: Hunk) -> bool:
        """Whether somebody's words changed; a quotation that is new as a whole changed nobody's."""
        ours, theirs = self.quoted
        if any(at in ours for at in range(*hunk.gone)):
            return True
        return any(at in theirs and not self.all_new(theirs[at]) for at in range(*hunk.new))

    def all_new(self, quotation: range) -> bool:
        return any(hunk.new[0] <= quotation.start and quotation.stop <= hunk.new[1] for hunk in self.edits.hunks)

    def slip(self, gone: list[str], new: list[str]) -> bool:
        """Whether these words differ by a slip of the pen, and none of them is a name."""
        if gone == new:
            return True
        if (set(gone) ^ set(new)) & self.names or not gone or not new:
            return False
        if len(gone) != len(new):
            return "".join(gone).replace("-", "") == "".join(new).replace("-", "")
        return all(_slipped(one, other) for one, other in zip(gone, new, strict=True))


def _line(text: str, word: Word) -> str:
    """The line that a word stands in."""
    end = text.find("\n", word.end)
    return text[text.rfind("\n", 0, word.start) + 1 : len(text) if end < 0 else end]


def _inside(text: str, found: Sequence[Word], told: Reading) -> dict[int, range]:
    """The words between quotation marks, each with the places of its quotation's words."""
    spans = [match.span() for match in _QUOTED.finditer(text)] + (list(told.quotes) if text == told.text else [])
    starts, ends = [word.start for word in found], [word.end for word in found]
    inside: dict[int, range] = {}
    for start, end in sorted(spans):
        places = range(bisect_left(starts, start), bisect_right(ends, end))
        inside.update(dict.fromkeys(places, places))
    return inside


def _slipped(one: str, other: str) -> bool:
    if one == other:
        return True
    if max(len(one), len(other)) > LONGEST_TYPO or _negated(one, other) or _negated(other, one):
        return False
    allowed = 1 if min(len(one), len(other)) <= 5 else 2 if min(len(one), len(other)) <= 9 else 3
    return _distance(_bare(one), _bare(other)) <= allowed


def _bare(word: str) -> str:
    """Without accents: a missing one is no second mistake."""
    return "".join(letter for letter in unicodedata.normalize("NFD", word) if not unicodedata.combining(letter))


def _negated(one: str, other: str) -> bool:
    return any(other in {negation + one, one + negation} for negation in _NEGATIONS) or other in _NEGATIONS


def _distance(one: str, other: str) -> int:
    """Letters to change, add, take or swap with the next (optimal string alignment)."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        older, before, row = before, row, [i]
        for j, wanted in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
    return row[-1]


def _notices(before: Reading, after: Reading) -> Iterator[Significance]:
    """What the newer version says of itself that the older did not."""
    fresh = list(_fresh(before, after))
    shown = [notice for notice in after.notices if notice not in before.notices and not _NOT_A_CORRECTION.match(notice)]
    if any(_CORRECTION.search(line) for line in fresh) or any(_keys(notice) for notice in shown):
        yield "correction-notice"
    if any(_WITHDRAWAL.search(line) for line in fresh):
        yield "withdrawn"


def _fresh(before: Reading, after: Reading) -> Iterator[str]:
    """Lines of the newer page that the older had not, or what was added to one."""
    known = {line.strip() for text in (before.page, before.text, before.title) for line in text.split("\n")}
    whole = "\n".join(known)
    for line in dict.fromkeys(line.strip() for text in (after.page, after.text) for line in text.split("\n")):
        if line not in known and line not in whole and len(_keys(line[:2000])) >= NOTICE_WORDS:
            yield line
