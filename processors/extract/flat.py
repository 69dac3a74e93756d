"""Gives the lines of a text without markup their roles: by shape, place, repetition and what furniture says."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from broadsheet.model import Role
from processors.extract.calendar import Reading
from processors.extract.features import ends_sentence, words
from processors.extract.marks import MARKER, a_name, byline, dated, signed_off, split_date_line, told
from processors.extract.parts import Part, split_credit, split_lead
from processors.extract.phrases import opening
from processors.extract.pieces import width
from processors.extract.topic import FOREIGN, known_share, vocabulary

PROSE = 60
"""Width from which a line that ends as a sentence is running text."""
MOST_LINES = 4_000
"""Beyond it a text is no article; what follows is joined into the last line, so that nothing is lost."""
UNENDED = 170
"""Width from which a line is running text even without an end."""
HEADLINE = (12, 150)
"""Width of a headline."""
TWIN = 30
"""Characters two lines must share from the start for one to be the other's truncated twin."""

_BULLET = re.compile(r"^(?:[-–—•▪●◦‣·*►▶»■□◆✓☞]|\d{1,2}[.)])\s+(?=\S)")
_LONE = re.compile(r"^[-–—•▪●◦‣·*►▶»■□◆]$")


@dataclass(slots=True)
class Line:
    """A line of the text and what is known of it."""

    text: str
    joint: str
    size: int
    ended: bool
    bullet: bool
    kind: str | None
    role: Role | None = None
    score: float = 0.5
    evidence: tuple[str, ...] = ()

    @property
    def prose(self) -> bool:
        """Whether it looks like running text."""
        return (self.ended and self.size >= PROSE and not self.bullet) or self.size >= UNENDED

    def is_(self, role: Role, score: float, why: str) -> None:
        """Settle the role unless a stronger rule did."""
        if self.role is None:
            self.role, self.score, self.evidence = role, score, (why,)


def lines_of(text: str) -> list[Line]:
    """The text's lines, white space collapsed, each with what stood between it and the next."""
    found: list[Line] = []
    rest: list[str] = []
    for raw in (
        text.replace("\r\n", "\n")
        .replace("\r", "\n")
        .replace("\u2028", "\n")
        .replace("\u2029", "\n\n")
        .replace("\f", "\n")
        .split("\n")
    ):
        line = " ".join(raw.split())
        if len(found) >= MOST_LINES:
            rest.append(line)
            continue
        if not line:
            if found:
                found[-1].joint = "\n\n"
            continue
        after_lone = bool(found) and bool(_LONE.match(found[-1].text))
        bullet = bool(_BULLET.match(line)) or bool(_LONE.match(line)) or after_lone
        found.append(Line(line, "\n", width(line), ends_sentence(line), bullet, opening(line)))
    if rest:
        found[-1].text = " ".join([found[-1].text, *filter(None, rest)])
    return found


def _headlike(line: Line) -> bool:
    plain = _BULLET.sub("", line.text)
    if not HEADLINE[0] <= line.size <= HEADLINE[1] or plain.endswith((":", "：", ",", ";", "،", "，")):
        return False
    return not (line.ended and plain.rstrip("\"'”’»)")[-1:] in ".。…؟!") or line.bullet


def _mark_plain(lines: Sequence[Line]) -> None:
    """Lines whose own words say what they are."""
    for place, line in enumerate(lines):
        mark = None if line.bullet else told(line.text, line.size, line.prose, line.ended)
        if mark and not (mark[0] == "agency" and place == 0):
            line.is_(*mark)


def _twins(lines: Sequence[Line]) -> None:
    """Equal lines near each other, and lines that are another's beginning cut off."""
    for place, line in enumerate(lines):
        if line.role is not None or line.size < TWIN:
            continue
        for other in lines[place + 1 : place + 4]:
            if other.role is not None or other.size < TWIN:
                continue
            short, long = (line, other) if len(line.text) <= len(other.text) else (other, line)
            stem = short.text.rstrip(" .…")
            if not long.text.startswith(stem):
                continue
            if short.text == long.text:
                short.is_("caption", 0.85, "stands twice, one after the other")
                if not other.prose or split_credit(other.text):
                    other.is_("caption", 0.85, "stands twice, one after the other")
            elif len(long.text) > len(stem) and (not short.ended or short.text.endswith("…")):
                short.is_(
                    "caption",
                    0.9,
                    "truncated twin of the next line" if short is line else "truncated twin of the line before",
                )
                if split_credit(long.text):
                    long.is_("caption", 0.9, "full form of a truncated twin")


def _first_prose(lines: Sequence[Line]) -> int:
    """The first line of running text; the number of lines where there is none."""
    for place, line in enumerate(lines):
        if line.role is None and line.prose and not _caption_like(lines, place):
            return place
    return len(lines)


def _last_prose(lines: Sequence[Line]) -> int:
    for place in range(len(lines) - 1, -1, -1):
        if lines[place].role is None and lines[place].prose:
            return place
    return -1


def _caption_like(lines: Sequence[Line], place: int) -> bool:
    line = lines[place]
    if split_credit(line.text) is not None and line.size < 420:
        return True
    before = lines[place - 1] if place else None
    return bool(before and before.role == "caption" and MARKER.match(before.text) and line.size < 420)


def _captions(lines: Sequence[Line], first: int) -> None:
    for place, line in enumerate(lines):
        if line.role is not None or not _caption_like(lines, place):
            continue
        if place <= first:
            line.is_("caption", 0.9, "before the text, with the credit of a picture or its label")
        elif line.size < 260 and not signed_off(line.text):
            line.is_("caption", 0.75, "ends with the credit of a picture")


def _dated(line: Line) -> list[Reading]:
    return dated(line.text, line.size, line.prose)


def _runs(lines: Sequence[Line], first: int) -> list[list[int]]:
    """Lines in a row that are no prose, after the text began; a lone bullet belongs to its neighbour."""
    runs: list[list[int]] = []
    row: list[int] = []
    for place in range(first, len(lines)):
        line = lines[place]
        listed = line.bullet or (not line.text.endswith((":", "：")) and (not line.ended or _headlike(line)))
        if line.role is None and not line.prose and listed:
            row.append(place)
            continue
        if row:
            runs.append(row)
        row = []
    return [*runs, row] if row else runs


def _lists(lines: Sequence[Line], first: int, last: int) -> None:
    """Lists of headlines told from the article's own lists, subheadings and quotations."""
    known = vocabulary(line.text for line in lines[first:] if line.role is None and line.prose)
    for row in _runs(lines, first):
        texts = [_BULLET.sub("", lines[place].text) for place in row if not _LONE.match(lines[place].text)]
        if not texts:
            texts = [lines[row[0]].text]
        share = known_share(texts, known)
        before = lines[row[0] - 1] if row[0] else None
        introduced = bool(before and _introduces(before, known))
        announced = bool(before and before.role == "headline-list")
        after = row[0] > last
        _settle_run(lines, row, texts, share, introduced, announced, after)


def _introduces(line: Line, known: frozenset[str]) -> bool:
    """Whether the line announces a list of the article's own: a phrase before a colon, no mere heading."""
    if line.role is not None or not line.text.endswith((":", "：")):
        return False
    return len(words(line.text)) >= INTRODUCTION or known_share([line.text], known) > 0.5


INTRODUCTION = 3
"""Words from which a line before a colon is more than a heading."""


def _settle_run(
    lines: Sequence[Line],
    row: list[int],
    texts: list[str],
    share: float,
    introduced: bool,
    announced: bool,
    after: bool,
) -> None:
    long_enough = [text for text in texts if len(words(text)) >= 4]
    bulleted = sum(lines[place].bullet for place in row) * 2 >= len(row)
    # A headline has no full stop, and nobody introduces the headlines of others with a sentence.
    stopped = sum(text.endswith((".", "。", "۔")) for text in texts) * 2 > len(texts)
    foreign = (
        share < FOREIGN - SURER * min(4, len(texts) - 1)
        and len(long_enough) * 2 >= len(texts)
        and not stopped
        and not introduced
    )
    if announced or foreign:
        why = f"{len(texts)} headlines in a row, {share:.0%} of their words known to the article"
        role: Role = "headline-list"
        score = 0.95 - share / 2
    elif after and not introduced and not bulleted:
        role, score, why = "other", 0.6, "after the end of the text, no sentence"
        if long_enough and len(long_enough) * 2 >= len(texts):
            role, score, why = "headline-list", 0.7, "headlines after the end of the text"
    elif bulleted or introduced:
        role, score, why = "list-item", 0.8, f"list of the article: {share:.0%} of its words are the article's"
    elif len(texts) == 1:
        role, score, why = "subheading", 0.7, "short line between paragraphs"
    else:
        role, score, why = "body", 0.6, "short lines in the text"
    for place in row:
        lines[place].is_(role, score, why)


SURER = 0.02
"""The more lines, the less chance has a share in: in 200 texts with foreign headlines it stayed below .41 for up to four of
them, below .37 for more (benchmarks/extract/headlines.py)."""


def title_text(text: str, outlet: str | None = None) -> str:
    """The headline without the site's name behind a bar."""
    parts = [part.strip() for part in re.split(r"\s[|»›]\s|\s::\s", text) if part.strip()]
    bare = max(parts, key=len) if len(parts) > 1 else text
    return re.sub(rf"\s[-–—]\s{re.escape(outlet)}$", "", bare, flags=re.I) if outlet else bare


def _title_place(lines: Sequence[Line], first: int, body: frozenset[str]) -> int | None:
    best, found = 0.0, None
    for place in range(min(first, len(lines))):
        line = lines[place]
        if line.role is not None or line.size > 220 or line.bullet:
            continue
        text = title_text(line.text)
        count = len(words(text))
        if count < 3 and line.size < 12:
            continue
        score = (
            0.4
            + known_share([text], body)
            + (0.2 if not line.text.rstrip("\"'”’").endswith((".", "。")) else -0.2)
            - 0.06 * place
        )
        if score > best:
            best, found = score, place
    return found


def _intro(lines: Sequence[Line], first: int) -> None:
    """Title, standfirst, byline and what else stands above the text."""
    body = vocabulary(line.text for line in lines[first:] if line.role is None)
    title = _title_place(lines, first, body)
    for place, line in enumerate(lines[:first]):
        if line.role is not None:
            continue
        if place == title:
            line.is_("title", 0.9, "headline above the text")
        elif title is not None and place < title:
            line.is_("navigation", 0.7, "above the headline")
        elif byline(line.text):
            line.is_("byline", 0.85, "names who wrote it")
        elif a_name(line.text):
            line.is_("byline", 0.6, "a name alone above the text")
        elif line.size >= 40 and len(words(line.text)) >= 5 and known_share([line.text], body) >= 0.3:
            line.is_("standfirst", 0.8, "between headline and text")
        elif line.size >= PROSE and line.ended:
            line.is_("standfirst", 0.6, "between headline and text")
        else:
            line.is_("other", 0.6, "short line above the text")


def _parts_of(line: Line) -> list[Part]:
    role: Role = line.role or "body"
    if role == "date-line":
        return split_date_line(Part(line.text, "date-line", line.score, line.evidence, joint=line.joint))
    if role == "caption":
        credit = split_credit(line.text)
        if credit and 0 < credit[0] < len(line.text):
            at = credit[0]
            return [
                Part(line.text[:at], "caption", line.score, line.evidence, joint=""),
                Part(line.text[at:], "credit", 0.9, (f"names the picture's source: {credit[1]}",), joint=line.joint),
            ]
        if credit:
            return [Part(line.text, "credit", 0.9, (f"names the picture's source: {credit[1]}",), joint=line.joint)]
    return [Part(line.text, role, line.score, line.evidence, joint=line.joint)]


def flat_parts(text: str) -> list[Part]:
    """The text's lines as parts with roles, in order; nothing is left out."""
    lines = lines_of(text)
    _mark_plain(lines)
    for line in lines:
        if line.role is None and _dated(line):
            line.is_("date-line", 0.9, "a date and hardly anything else")
    _twins(lines)
    first = _first_prose(lines)
    _captions(lines, first)
    first = _first_prose(lines)
    if first == len(lines):
        first = next(
            (place for place, line in enumerate(lines) if line.role is None and line.ended), min(1, len(lines))
        )
    _intro(lines, first)
    _lists(lines, first, _last_prose(lines))
    for line in lines:
        line.is_("body", 0.9 if line.prose else 0.7, "running text")
    return split_lead([part for line in lines for part in _parts_of(line)])
