# ruff: noqa: E501  (a pattern reads best with each language on one line)
"""A part of a page with its role, before offsets are known; and the assembly of parts into normalised text and blocks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from broadsheet.model import BODY_ROLES, Block, Role
from processors.extract.dateline import lead_of


@dataclass(slots=True)
class Part:
    """A run of text that is one thing: what will be a Block."""

    text: str
    role: Role
    score: float
    evidence: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    joint: str = "\n\n"
    """White space after it in the normalised text; empty between two parts of one line."""
    order: int = 0
    """The number of the piece it was made of."""


def assemble(parts: Sequence[Part]) -> tuple[str, tuple[Block, ...]]:
    """The normalised text and the blocks that cover it."""
    pieces: list[str] = []
    blocks: list[Block] = []
    place = 0
    for number, part in enumerate(parts):
        text = part.text + (part.joint if number + 1 < len(parts) else "")
        blocks.append(
            Block(
                start=place,
                end=place + len(text),
                role=part.role,
                kept=part.role in BODY_ROLES,
                score=round(min(1.0, max(0.0, part.score)), 3),
                evidence=part.evidence,
                links=part.links[:8],
            )
        )
        pieces.append(text)
        place += len(text)
    return "".join(pieces), tuple(blocks)


FIRST = 3
"""Among so many paragraphs the one with the dateline is looked for: editors put notes before it."""


def split_lead(parts: Sequence[Part]) -> list[Part]:
    """The parts, the dateline that the first paragraphs open with made a part of its own."""
    seen = 0
    for place, part in enumerate(parts):
        if part.role not in ("body", "table", "list-item", "quote"):
            continue
        seen += 1
        lead = lead_of(part.text)
        if lead is not None:
            why = f"opens the report; agency {lead.agency}" if lead.agency else "opens the report"
            head = Part(part.text[: lead.length], "dateline", 0.9, (f"place {lead.place}", why), (), "")
            rest = Part(
                part.text[lead.length :], part.role, part.score, part.evidence, part.links, part.joint, part.order
            )
            return [*parts[:place], head, rest, *parts[place + 1 :]]
        if seen == FIRST:
            break
    return list(parts)


_SOURCES = (
    r"AFP|AP|Reuters|EPA|EFE|dpa|DPA|ANSA|Xinhua|TASS|RIA|Sputnik|Anadolu|AA|IHA|DHA|Getty|Shutterstock|Unsplash|iStock|Alamy|PA|Bloomberg|"
    r"Zuma|Imago|imago|picture alliance|picture-alliance|SPUTNIK|UPI|PTI|ANI|Yonhap|Kyodo|Antara|ANP|Belga|APA|Keystone|REUTERS|NurPhoto|"
    r"РИА|ТАСС|Интерфакс|新华社|中新社|法新|路透|رويترز|أ ?ف ?ب|فرانس برس|الأناضول"
)
_LABEL = (
    r"photograph(?:er|ed by)?|photos?|images?|pictures?|pic|picture credit|image credit|photo credit|credits?|illustration|foto(?:graf|grafie|s)?|bild(?:quelle|er)?|"
    r"quelle|crédits?(?: photo)?|photo d['’]archives|crédito|créditos|imagen|fotoğraf|görsel|фото|снимок|صورة|الصورة|تصوير|图片来源|图片|图源|摄|摄影|图|"
    r"写真|撮影|zdjęcie|fot|immagine"
)
_BRACKETED = re.compile(
    rf"\s*(?P<open>[(\[（【])\s*(?P<inner>(?:(?:{_LABEL})\s?(?:by|credit|von|par|de|:|：|/|©)?\s*[:：/]?|(?:{_SOURCES})\b|©|courtesy|handout|file).{{0,90}}?"
    rf"|.{{0,60}}(?:via (?:AP|Getty|Reuters|AFP)|/\s?(?:{_SOURCES})|Getty Images))\s*[)\]）】]\.?$",
    re.I,
)
_LABELLED = re.compile(
    rf"(?:(?<=[.!?…。\s)\"”])|^)\s*(?P<all>(?:{_LABEL})(?:\s(?:by|credit|courtesy))?\s?[:：/©]\s?\(?(?P<inner>[^:]{{2,90}}?)\)?\.?)$",
    re.I,
)
_TRAILING = re.compile(
    rf"(?<=[.!?…。\"”])\s*(?P<all>(?P<inner>(?:{_SOURCES})(?:\s?(?:/|via|-|–)\s?[^.]{{2,70}}|\sphoto)?|[^.]{{2,50}}/\s?(?:{_SOURCES})))\.?$"
)
_SLASHED = re.compile(
    r"(?:(?<=[.!?…。؟\"”»])|^)\s*(?P<all>(?P<open>[(（])?(?P<inner>[^\W\d_][^.!?。:;()（）]{1,38}?\s?[/／]\s?[^.!?。:;/／()（）]{2,40})(?(open)[)）]))\.?$"
)
_COPYRIGHT = re.compile(r"\s*(?P<all>(?:©|\(c\)|copyright:?)\s?(?P<inner>[^.]{2,80}))\.?$", re.I)
_LABEL_ONLY = re.compile(rf"^(?:(?:{_LABEL})\b\s?(?:by|credit|courtesy|von)?\s?[:：/]?\s*)+", re.I)
_LABEL_BEFORE = re.compile(rf"(?:^|[\s.!?…])((?:{_LABEL})\s?[:：/]\s*)$", re.I)


def bare_credit(text: str) -> str:
    """Whom a credit names, without the label and the brackets."""
    return _LABEL_ONLY.sub("", text.strip(" ()[]（）")).strip(" ()[]（）©:：.") or text


def split_credit(text: str) -> tuple[int, str] | None:
    """Where a caption's credit begins and whom it names, or None."""
    tail = text[-200:]
    base = len(text) - len(tail)
    for pattern in (_BRACKETED, _LABELLED, _TRAILING, _SLASHED, _COPYRIGHT):
        match = pattern.search(tail)
        if match is None:
            continue
        begin = match.start()
        if pattern is _SLASHED and len(match.group("inner").split()) > 9:
            continue
        while begin < len(tail) and tail[begin].isspace():
            begin += 1
        label = _LABEL_BEFORE.search(tail[:begin])
        if label is not None:
            begin = label.start(1)
        inner = _LABEL_ONLY.sub("", match.group("inner")).strip(" ()[]©:：.")
        whole = match.group("inner").strip(" ()[].")
        # `AFP Photo/Name` keeps its words, `Photograph:(Getty)` loses its label.
        named = whole if re.match(rf"(?:{_SOURCES})\b", whole) else inner or whole
        return base + begin, named
    return None
