"""Find Chinese people, and a few firms, that the recogniser does not know: a surname with one or two signs.

A name is told by the word for what someone is before it (`医生卓以薰`), by a verb of saying behind it, or by standing in the
text again in other company. How long it is, the words of the language tell: what begins a word belongs to the word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from processors.enrich.document import Document, Reader
from processors.enrich.labelling import Span
from processors.enrich.lists import COMMON, ORGANISATION, PLACE, Phrases, phrase_hashes
from processors.enrich.offices import HAN_HEADS

SURNAMES = frozenset(
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊"
    "金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟安颜倪严牛温芦季俞章鲁葛伍韦申尤毕聂焦柳邢路岳齐梅莫庄"
    "辛管祝左涂谷祁舒耿牟卜詹关苗凌费纪靳盛童欧甄项曲成游阳裴席卫查屈鲍位覃霍翁隋植甘景薄单包司柏宁柯阮桂闵欧阳卓蒙屠冉冷艾解强柴车苑阚"
    "劉陳楊趙黃吳孫馬羅鄭謝韓馮蕭鄧許呂蘇盧蔣賈葉閻鐘譚鄒陸顧萬錢湯賀賴龔龐蘭顏嚴蘆魯韋畢莊齊塗關費紀項陽衛單寧閔車"
)
"""The commonest surnames of one sign, and some rare ones; those that are above all words (`和`, `都`, `向`) are left out."""
DOUBLE = ("欧阳", "司马", "上官", "诸葛", "司徒", "东方", "皇甫", "尉迟", "慕容", "令狐", "端木", "夏侯")
_SIGN = re.compile("[\u4e00-\u9fff]")
_NEVER = frozenset(
    "的了是在和与及或也都就还又不没有会能要可将把被让给对向从到为于由而且但若则其之此这那哪谁他她它我你们个位名人上下中里外内前后说称表指认告问答"
    "道出去来看做发受参出任兼率等则均皆已曾正才再很更最太每各某该本年月日时分第一二三四五六七八九十百千万亿两几先后整半多许份只张"
)
"""Signs that given names hardly have."""
_HEADS = re.compile(
    "(?:"
    + "|".join(sorted(HAN_HEADS, key=len, reverse=True))
    + "|[\u4e00-\u9fff][匠员]|(?:厨|摄影|设计|会计|药)师|名叫)$"
)
_OF = re.compile('(?:岁|人[”"])的$')
_SAYS = re.compile("[也还则就曾却]?(?:说|表示|介绍|告诉|认为|指出|回忆|坦言|透露|解释|强调|称|写道|笑|问|答|补充)")
_ACTS = re.compile(_SAYS.pattern + "|拒绝|承认|否认|被捕|落网|出席|当选|担任|出生|去世|回到|先生|女士")
_COUNTED = re.compile("[0-9０-９零〇一二三四五六七八九十百千万亿两几数多第年月日每]$")
ROOM = 8
"""Signs before a name in which the word stands that says what someone is."""


def han_people(document: Document, found: Sequence[Span], mine: Reader) -> list[Span]:
    """The names, and those of people that were not among them, in order."""
    if document.language.code != "zh" or mine.phrases is None:
        return list(found)
    taken = np.full(len(document.tokens), NOBODY, np.int32)
    for number, span in enumerate(found):
        taken[span.first : span.last] = number if span.type == "PER" and span.last - span.first <= LONGEST else OTHER
    words = _Words(document, mine.phrases)
    bodies = [(a, b) for a, b in _bodies(document, words) if (taken[a:b] == NOBODY).all()]
    told = {name for at in _surnames(document.tokens, taken == NOBODY) if (name := words.name(at))}
    again = _everywhere(document, taken, {"".join(document.tokens[a:b]) for a, b in told})
    if not again and not bodies:
        return list(found)
    kept = [s for s in found if not any(s.first < b and a < s.last for a, b in again)]
    kept += [Span(a, b, "PER", SURE) for a, b in again]
    kept += [Span(a, b, "ORG", SURE) for a, b in bodies if not any(a < d and c < b for c, d in again)]
    return sorted(kept, key=lambda span: span.first)


NOBODY, OTHER = -1, -2
LONGEST = 3
"""Signs of a name found before, which may be a part of another."""
SURE = 0.6
"""Confidence of a name found so."""


def _surnames(tokens: Sequence[str], free: NDArray[np.bool_]) -> Iterator[int]:
    """Where a surname stands that is no part of a known name."""
    for at in np.flatnonzero(free[:-1]).tolist():
        if tokens[at] in SURNAMES or tokens[at] + tokens[at + 1] in DOUBLE:
            yield at


class _Words:
    """The words of the language that begin at each token."""

    def __init__(self, document: Document, phrases: Phrases) -> None:
        self.document = document
        self.kinds = np.zeros((5, len(document.tokens)), np.uint8)
        for length, hashes in enumerate(phrase_hashes(document.folds)[:4], 1):
            at, kinds = phrases.find(hashes)
            self.kinds[length, at] = kinds

    def begins(self, at: int, least: int = 2) -> int:
        """Signs of the longest word that is no name and begins there; 0 for none."""
        if at >= self.kinds.shape[1]:
            return 0
        return next((n for n in (4, 3, 2) if n >= least and self.kinds[n, at] & COMMON), 0)

    def _in_word(self, at: int) -> bool:
        """Whether a token begins a word, or goes on with one that began before it: 程 in 工程."""
        if "".join(self.document.tokens[max(0, at - 1) : at + 1]) == "师傅":
            return True
        return any(self.begins(at - k, k + 1) for k in range(min(at, 3) + 1))

    def name(self, at: int) -> tuple[int, int] | None:
        """The name whose surname stands there, as tokens; None where nothing tells that it is one."""
        tokens = self.document.tokens
        family = 2 if "".join(tokens[at : at + 2]) in DOUBLE else 1
        if self._in_word(at) or any(self.kinds[n, at] & (PLACE | ORGANISATION) for n in (2, 3, 4)):
            return None
        for given in (2, 1):
            end = at + family + given
            if self._given(at + family, end) and self._person(at, end):
                return at, end
        return None

    def _given(self, first: int, end: int) -> bool:
        """Whether signs can be a given name that ends there: the last begins no word with what follows."""
        tokens = self.document.tokens
        if (
            end > len(tokens)
            or tokens[first] == tokens[first - 1]
            or any(not _SIGN.match(t) or t in _NEVER for t in tokens[first:end])
        ):
            return False
        return not self.begins(end - 1) and (end - first == 1 or not self.begins(first, 3))

    def _person(self, at: int, end: int) -> bool:
        """Whether something beside a name tells that it is a person's."""
        text, tokens = self.document.text, self.document.tokens
        start, stop = int(self.document.starts[at]), int(self.document.ends[end - 1])
        if _COUNTED.search(text, max(0, start - 1), start):
            return False
        if _HEADS.search(text, max(0, start - ROOM), start):
            return True
        if end - at == 3 and _OF.search(text, max(0, start - 3), start):
            return True
        opens = at == 0 or not _SIGN.match(tokens[at - 1])
        return (opens and bool(_SAYS.match(text, stop))) or self._in_other_company(text[start:stop])

    def _in_other_company(self, name: str) -> bool:
        """Whether a name of three signs stands again between other neighbours, and does once what people do."""
        text = self.document.text
        if len(name) < 3 or text.count(name) < 2:
            return False
        found = list(re.finditer(name, text))
        beside = [(text[m.start() - 1 : m.start()], text[m.end() : m.end() + 1]) for m in found]
        acts = any(_ACTS.match(text, m.end()) for m in found)
        return acts and len({a for a, _ in beside}) > 1 and len({b for _, b in beside}) > 1


_BODY = re.compile("(?:平台|公司|品牌|企业)([\u4e00-\u9fff]{3,5}?)(?=与|和|宣布|表示|发布|推出|承诺|[，。])")


def _bodies(document: Document, words: _Words) -> Iterator[tuple[int, int]]:
    """Firms named behind the word for one (`平台快马到家与`), of signs that make no words of the language."""
    for piece in _BODY.finditer(document.text):
        a, b = (int(np.searchsorted(document.starts, p)) for p in piece.span(1))
        if document.tokens[a] not in _NEVER and not any(words.begins(at) for at in range(a - 1, b)):
            yield a, b


def _everywhere(document: Document, taken: NDArray[np.int32], names: set[str]) -> list[tuple[int, int]]:
    """All places where the names stand and no other was found, but for their own parts."""
    found: list[tuple[int, int]] = []
    for name in sorted(names, key=len, reverse=True):
        for piece in re.finditer(re.escape(name), document.text):
            a, b = (int(np.searchsorted(document.starts, p)) for p in piece.span())
            over = set(taken[a:b].tolist()) - {NOBODY}
            if OTHER not in over and all((taken == number).sum() == (taken[a:b] == number).sum() for number in over):
                taken[a:b] = OTHER
                found.append((a, b))
    return sorted(found)
