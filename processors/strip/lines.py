"""Names the lines around a text that only their neighbours give away: menus, standfirsts, captions, boxes, datelines."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from broadsheet.model import Article, Block, Role
from processors.extract.calendar import readings
from processors.extract.dateline import lead_of
from processors.extract.features import ends_sentence, words
from processors.extract.marks import a_name, byline
from processors.extract.metadata import byline_authors
from processors.extract.phrases import opening
from processors.extract.pieces import width
from processors.strip.ledger import decided, parted

STANDFIRST = 100
"""Width below which a sentence apart from the text is its standfirst: on 1,450 labelled pages 42 such lines were none of the
text and 6 were, plus 14 of a set that counts standfirsts as text."""
CAPTION = 160
"""Width below which what stands right before a picture's credit is its caption."""
PARAGRAPH = 130
"""Width from which a piece that is kept is a paragraph, and what stands above it the page's head."""
SHORTEST = 60
"""Width from which a piece may be the first paragraph where the text has none of that size."""
UNTITLED = 8
"""Lines before the first paragraph that are its head where no headline is known."""
BOXED = 0.62
"""Score below which a short line is not surely the text's own."""
HEADS = 0.78
"""Score below which it heads the offer of a newsletter, where it stands right above one."""
PULLED = 25
"""Lines within which a sentence set large has its place in the text."""
LEADS = 3
"""Paragraphs among which the dateline is looked for: editors put notes before it."""

DESCRIBED = 0.7
"""Score from which the page's own description, where it opens the text, stays part of it."""

_META = frozenset(("byline", "date-line", "agency"))
_LISTS = frozenset(("headline-list", "teaser", "advertisement", "navigation"))
_SEPARATOR = re.compile(r"\s*[|·•›»>/]\s*")
_DAMAGE = re.compile(r"(?<=[^\W\d_])\?(?=[^\W\d_]|$)")
_SLASHED = re.compile(r"^[^.!?。/／:：\d]{2,40}\s?[/／]\s?[^.!?。/／:：\d]{2,40}$")
_BY = re.compile(
    r"(?:\b(?:by|von|par|por|автор|haber|yazan|بقلم|كتب)\b|记者|記者|作者)\s?[:：]?\s?[^\d:：]{2,40}$", re.I
)
_SIGNED = re.compile(r"(?P<caption>.{8,240}?[.!?…。؟][\"'”’»)）]?)\s*(?P<credit>[^.!?。؟]{2,80})")
_LABEL = re.compile(r"记者|記者|作者|编辑|編輯|通讯员|來源|来源|责编")


class Line(NamedTuple):
    """A block and what the rules ask of it."""

    block: Block
    text: str
    size: int
    kept: bool
    """Whether it stands in the text as far as is known."""
    role: Role
    """What it is as far as is known."""

    def becomes(self, role: Role, score: float, why: str) -> Line:
        """The line in a new role."""
        block = decided(self.block, role, score, why)
        return Line(block, self.text, self.size, block.kept, role)


def lines_of(article: Article) -> list[Line]:
    """The article's blocks as lines."""
    whole, found = article.normalised, []
    for block in article.blocks:
        text = whole[block.start : block.end].strip()
        found.append(Line(block, text, width(text), block.kept, block.role))
    return found


def named(article: Article) -> tuple[Block, ...]:
    """The blocks, each line that its place gives away in its role."""
    lines = lines_of(article)
    for rule in _RULES:
        lines = rule(lines)
    return _datelined(_signed(lines, article), article)


def _head(lines: Sequence[Line]) -> range:
    """The lines between the headline and the first paragraph; some before it where no headline is known, none without it."""
    sizes = sorted((line.size for line in lines if line.kept), reverse=True)[:3]
    least = min(PARAGRAPH, max(SHORTEST, sizes[-1] * 0.7)) if len(sizes) == 3 else PARAGRAPH
    end = next((place for place, line in enumerate(lines) if line.kept and line.size >= least), 0)
    titles = [place for place in range(end) if lines[place].role == "title"]
    return range(titles[-1] + 1 if titles else max(0, end - UNTITLED), end)


def _menus(lines: list[Line]) -> list[Line]:
    """Rows of a site's sections."""
    return [
        line.becomes("navigation", 0.9, "a row of short words with bars between them") if _is_menu(line) else line
        for line in lines
    ]


def _is_menu(line: Line) -> bool:
    if not line.kept or line.size > 300 or ends_sentence(line.text):
        return False
    items = _SEPARATOR.split(line.text)
    return len(items) >= 5 and all(0 < len(words(item)) <= 3 and not any(map(str.isdigit, item)) for item in items)


def _bylines(lines: list[Line]) -> list[Line]:
    """Names and dates above the text that damaged letters or many characters hid."""
    out = list(lines)
    for place in _head(lines):
        line = lines[place]
        if not line.kept or line.size > 120:
            continue
        if byline(_DAMAGE.sub("x", line.text)):
            out[place] = line.becomes("byline", 0.85, "names who wrote it, above the text")
        elif _LABEL.match(line.text) and readings(line.text, most=1) and not ends_sentence(line.text):
            out[place] = line.becomes("date-line", 0.85, "a name and a date above the text")
    return out


def _captions(lines: list[Line]) -> list[Line]:
    """Short lines above the text, right before the credit of a picture or the name of who took it."""
    out = list(lines)
    head = _head(lines)
    writers = _writers(lines[place] for place in head)
    for place in head:
        line = lines[place]
        if not line.kept or line.size >= CAPTION or line.role == "subheading" or place + 1 >= len(lines):
            continue
        credit = lines[place + 1]
        first = credit.role == "byline" and not any(other.role == "byline" for other in lines[head.start : place])
        if credit.role != "credit" and (first or credit.size >= 90 or not _credits(credit.text, writers)):
            continue
        out[place] = line.becomes("caption", 0.85, "right before the credit of a picture")
        if credit.role != "credit":
            out[place + 1] = credit.becomes("credit", 0.8, f"names the picture's source: {credit.text}")
    return out


def _writers(lines: Iterable[Line]) -> frozenset[str]:
    """The names of who wrote the article, out of bylines and of lines that end with one."""
    named = [line.text if line.role == "byline" else _written_by(line) for line in lines if line.size < 160]
    return frozenset(author.name for text in named if text for author in byline_authors([text]))


def _written_by(line: Line) -> str:
    """The byline that ends a line of dates and sources; empty where it ends otherwise."""
    match = _BY.search(line.text)
    return match.group() if match and readings(line.text, most=1) else ""


def _credits(text: str, writers: frozenset[str]) -> bool:
    """Whether a line is a photographer's and an agency's name, or the name of who wrote the article."""
    bare = text.strip(" ()（）")
    return bool(_SLASHED.match(bare)) or bare in writers


def _standfirsts(lines: list[Line]) -> list[Line]:
    """Sentences that the page's head sets apart from the text: by names and dates, a picture or the report's dateline."""
    out = list(lines)
    head = _head(lines)
    for place in head:
        line = lines[place]
        if not line.kept or line.size >= STANDFIRST or line.text.endswith((":", "：")):
            continue
        before = [lines[other].role for other in range(head.start, place)]
        after = _until_kept(lines, place)
        why = _apart(before, after, ends_sentence(line.text)) if _doubted(line) else ""
        if why:
            out[place] = line.becomes("standfirst", 0.8, why)
    return out


def _doubted(line: Line) -> bool:
    """Whether the model may be wrong on it: it counts descriptions that open the text as text, as half of its teachers did."""
    return line.block.score < DESCRIBED or not any(why.startswith("standfirst too") for why in line.block.evidence)


def _until_kept(lines: Sequence[Line], place: int) -> list[Role]:
    """The roles of the lines between this one and the next that is kept."""
    roles: list[Role] = []
    for line in lines[place + 1 : place + 9]:
        if line.kept:
            break
        roles.append(line.role)
    return roles


def _apart(before: Sequence[Role], after: Sequence[Role], ended: bool) -> str:
    if _META & set(after) and not _META & set(before):
        return "between the headline and who wrote it when"
    if ended and after and after[-1] == "dateline":
        return "before the report's dateline"
    if ended and {"caption", "credit"} & set(after) and _META & set(before):
        return "a short sentence above the picture"
    return ""


def _boxes(lines: list[Line]) -> list[Line]:
    """What heads a newsletter's box in the middle of the text."""
    out = list(lines)
    for place, line in enumerate(lines):
        if line.role != "newsletter":
            continue
        for other in range(place - 1, max(-1, place - 3), -1):
            above = out[other]
            if not above.kept or above.size >= PARAGRAPH or above.block.score >= HEADS:
                break
            out[other] = above.becomes("newsletter", 0.75, "heads the offer of a newsletter")
    return out


def _pulled(lines: list[Line]) -> list[Line]:
    """Sentences of the text that stand a second time, set large beside it."""
    out = list(lines)
    long = [place for place, line in enumerate(lines) if line.kept and line.size >= PARAGRAPH]
    for place, line in enumerate(lines):
        core = line.text.strip("\"'“”‘’«»„ .…")
        if line.role in ("body", "quote") and 30 <= line.size < PARAGRAPH and len(words(core)) >= 4:
            near = (lines[other].text for other in long if abs(other - place) <= PULLED)
            if any(text[: text.find(core)].endswith(tuple('"“„«‘”')) for text in near if core in text):
                out[place] = line.becomes("other", 0.85, "pulled out of the text, which has the sentence too")
    return out


def _listed(lines: list[Line]) -> list[Line]:
    """Links that the model was unsure of, between lines of a list of other articles."""
    out = list(lines)
    run: list[int] = []
    for place, line in enumerate(lines):
        if line.kept and line.role in ("body", "list-item") and _may_be_listed(line):
            run.append(place)
            continue
        begins = run and run[0] > 0 and lines[run[0] - 1].role in _LISTS
        if begins and len(run) <= 3 and line.role in _LISTS and (line.block.links or lines[run[0] - 1].block.links):
            for other in run:
                out[other] = lines[other].becomes("headline-list", 0.85, "a link between those of other articles")
        run = []
    return out


def _may_be_listed(line: Line) -> bool:
    unsure = line.block.score < BOXED + 0.03 and len(line.block.links) == 1
    return unsure and 20 <= line.size <= 180 and not line.text.endswith((".", "。"))


def _teasers(lines: list[Line]) -> list[Line]:
    """Beginnings of other articles, cut off, among headlines."""
    out = list(lines)
    for place, line in enumerate(lines):
        before = lines[place - 1].role if place else None
        if line.kept and line.size < 260 and line.text.endswith(("…", "...")) and before in ("headline-list", "teaser"):
            follows = lines[place + 1] if place + 1 < len(lines) else None
            if follows is None or not follows.kept:
                out[place] = line.becomes("teaser", 0.85, "the beginning of another article, cut off, among headlines")
    return out


_RULES: tuple[Callable[[list[Line]], list[Line]], ...] = (
    _menus,
    _bylines,
    _captions,
    _standfirsts,
    _boxes,
    _pulled,
    _listed,
    _teasers,
)


def _signed(lines: Sequence[Line], article: Article) -> list[Block]:
    """The blocks, each line that is a caption with a credit behind it cut in two, and the heading of a list cut off it."""
    head = _head(lines)
    writers = _writers(lines[place] for place in head)
    out: list[Block] = []
    for place, line in enumerate(lines):
        outside = line.role == "caption" or (line.role == "other" and place >= head.start)
        follows = lines[place + 1].role if place + 1 < len(lines) else None
        listed = follows == "headline-list"
        whole = line.size < 300 and (outside or (line.kept and (place in head or listed)))
        out += (_cut(line, listed, writers, article) if whole else None) or [line.block]
    return out


def _cut(line: Line, listed: bool, writers: frozenset[str], article: Article) -> list[Block] | None:
    """Caption, credit and the heading of the list that follows, where the line is all that; None where it is not."""
    heading = _heading(line.text) if listed and line.role in ("other", "body") else len(line.text)
    match = _SIGNED.fullmatch(line.text[:heading].rstrip())
    if match is None:
        return None
    named = match.group("credit")
    if line.kept and listed and heading == len(line.text):
        return None
    if not _credits(named, writers) and not (heading < len(line.text) and a_name(named)):
        return None
    start = article.normalised.index(line.text, line.block.start)
    caption, rest = parted(line.block, start + match.start("credit"), "caption", 0.85, ("before who took the picture",))
    why = f"names the picture's source: {named.strip(' ()（）')}"
    if heading == len(line.text):
        return [caption, decided(rest, "credit", 0.8, why)]
    credit, last = parted(rest, start + heading, "credit", 0.8, (why,))
    return [caption, credit, decided(last, "headline-list", 0.8, "heads a list of other articles")]


def _heading(text: str) -> int:
    """Where the words over a list of other articles begin that end the text; its length where there are none."""
    starts = [match.end() for match in re.finditer(r"\s", text)][-4:]
    return next((start for start in starts if opening(text[start:]) == "related"), len(text))


def _datelined(blocks: Sequence[Block], article: Article) -> tuple[Block, ...]:
    """The blocks, the dateline cut off the first paragraphs where lines taken out before it had hidden it."""
    if any(block.role == "dateline" for block in blocks):
        return tuple(blocks)
    bodies = [place for place, block in enumerate(blocks) if block.kept and block.role == "body"]
    for place in bodies[:LEADS]:
        block = blocks[place]
        text = article.normalised[block.start : block.end]
        lead = lead_of(text)
        if lead is None:
            continue
        opens = f"opens the report; agency {lead.agency}" if lead.agency else "opens the report"
        pair = parted(block, block.start + lead.length, "dateline", 0.9, (f"place {lead.place}", opens))
        return (*blocks[:place], *pair, *blocks[place + 1 :])
    return tuple(blocks)
