"""Takes out the lines that many different articles of a site share: what stands everywhere is the site's, not the article's."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import unquote, urlsplit

from broadsheet.model import Article, Block, Drop, block_text
from broadsheet.ports import Known, Transaction
from broadsheet.storage import sites
from broadsheet.storage.sites import Lines, key_of
from processors.extract.features import ends_sentence
from processors.extract.pieces import width
from processors.stage import Prepared
from processors.strip.ledger import MARK, decided

SHARE = 0.1
"""Of a site's articles: below it a shared line is a standing paragraph of a running story."""
PROSE = 0.4
"""The same for what reads as a sentence of the text: houses do add the same local sentence to a part of what they print."""
ANYWHERE = 120
"""Width up to which a line may be the site's wherever it stands; what is longer only at the text's edges."""
LONGEST = 600
"""Width of the longest paragraph that is counted."""
HEAD, TAIL = 2, 8
"""Paragraphs at either edge."""
REST = 60
"""Width that must be left: a page that is nothing but shared lines is not an article with lines to take out."""
PARAGRAPH, PARAGRAPHS = 60, 8
"""Width from which a paragraph tells a body, and how many of the longest do."""
SHORT = 1500
"""Width of the longest text that can be an error page's or a wall's."""
ADDRESSES = 4
"""Unlike addresses from which one short page without a date is the site's own."""
MOST = 60
"""Lines of one article that are counted."""

WHY = "stands in other articles of the site too"


def repeated(article: Article, known: Known) -> tuple[Block, ...]:
    """The blocks, those that several different articles of the host have taken out; silent where nothing is known."""
    profile = known.profile(article.host)
    told: Mapping[int, float] = profile.get("lines", {})
    if not told:
        return article.blocks
    found = {place: told.get(key, 0.0) for place, key in _candidates(_texts(article))}
    own = {place: n for place, n in found.items() if n and n >= _least(article, place) * profile["articles"]}
    own = _without_headings(article, own)
    if not own or _left(article, own) < REST:
        return article.blocks
    return tuple(
        decided(block, "other", 0.9, f"{WHY}: {own[place]:.0f} of {profile['articles']:.0f}") if place in own else block
        for place, block in enumerate(article.blocks)
    )


def _least(article: Article, place: int) -> float:
    """The share of a site's articles from which a line is the site's."""
    text = block_text(article, article.blocks[place])
    return PROSE if width(text) >= PARAGRAPH and ends_sentence(text) else SHARE


def _texts(article: Article) -> dict[int, tuple[str, int]]:
    """Text and width of what is kept, or would be but for this rule, by place."""
    return {
        place: (text, width(text))
        for place, block in enumerate(article.blocks)
        if (block.kept or _taken(block)) and (text := block_text(article, block))
    }


def _candidates(texts: Mapping[int, tuple[str, int]]) -> list[tuple[int, int]]:
    """Places and keys of the lines that may be the site's own: short ones anywhere, long ones at the text's edges."""
    places = list(texts)
    edges = {*places[:HEAD], *places[-TAIL:]}
    fit = [place for place in places if 1 < texts[place][1] <= (LONGEST if place in edges else ANYWHERE)]
    fit = fit if len(fit) <= MOST else [*fit[: MOST // 2], *fit[-MOST // 2 :]]
    return [(place, key_of(texts[place][0])) for place in fit]


def _taken(block: Block) -> bool:
    """Whether this rule took the block out: it goes on being counted."""
    return bool(block.evidence) and block.evidence[-1].startswith(f"{MARK}{WHY}")


def _without_headings(article: Article, own: Mapping[int, float]) -> dict[int, float]:
    """The places without those of subheadings that the article's own text follows: outlets do repeat their headings."""
    kept = [place for place, block in enumerate(article.blocks) if block.kept]
    last = max((place for place in kept if place not in own), default=-1)
    return {
        place: weight for place, weight in own.items() if article.blocks[place].role != "subheading" or place > last
    }


def _left(article: Article, own: Mapping[int, float]) -> int:
    return sum(
        width(block_text(article, block))
        for place, block in enumerate(article.blocks)
        if block.kept and place not in own
    )


def lines_of(article: Article) -> Lines:
    """What of a stripped article counts for its site; pure."""
    texts = _texts(article)
    lines = dict(_candidates(texts))
    long = [place for place, (_, size) in texts.items() if size >= PARAGRAPH and article.blocks[place].kept]
    long = sorted(long, key=lambda place: -texts[place][1])[:PARAGRAPHS]
    return Lines(
        id=article.id,
        host=article.host,
        seen=article.first_seen,
        whole=key_of(article.text) if len(article.text) <= SHORT else 0,
        paragraphs=tuple(sorted({key_of(f"{article.host} {texts[place][0]}") for place in long})),
        lines=tuple(lines.values()),
    )


def settle(tx: Transaction, batch: Sequence[Prepared]) -> list[Article | Drop]:
    """Counts the articles for their sites; none is changed, but a page that its host shows under many addresses is
    dropped. Runs under the stage's advisory lock."""
    sites.count(tx, [_lines(item.features) for item in batch])
    return [_everywhere(tx, item.article, _lines(item.features)) or item.article for item in batch]


def _lines(features: Any) -> Lines:
    assert isinstance(features, Lines)
    return features


def _everywhere(tx: Transaction, article: Article, lines: Lines) -> Drop | None:
    """The drop of a short page without a date whose text stands under many unlike addresses of its host, which is what
    error pages and walls do; those taken for articles before are read again."""
    if article.published is not None or width(article.text) > SHORT or not article.host:
        return None
    others = sites.same_page(tx, article.host, lines.whole, article.id)
    names = {name_in(url) for url in (*others.values(), article.url)}
    if len(names) < ADDRESSES:
        return None
    sites.read_again(tx, list(others))
    return Drop(reason="soft-404", detail=f"the same page as under {len(names) - 1} other addresses of {article.host}")


_FORM = re.compile(r"\.\w{2,5}$|[-_/]?\b(?:amp|print|mobile)\b|[\d_-]+")


def name_in(url: str) -> str:
    """What an address calls its page, by which the addresses of one article are alike: the longest part of its path,
    without numbers, endings and the words of other forms."""
    try:
        parts = [_FORM.sub("", part) for part in unquote(urlsplit(url).path).lower().split("/")]
    except ValueError:
        return url
    return max(parts, key=len) or url
