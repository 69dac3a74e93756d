"""Says what kind of article a page is, and whether it is for subscribers only: by its markup, its address and its shape."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from broadsheet.model import Kind
from processors.extract.head import Head, Thing, is_article, text_of, types
from processors.extract.parts import Part
from processors.extract.pieces import width

ITEMS = 5
"""Items from which a text can be a list, and stamped entries from which it can be a live blog."""
LISTED = 0.6
"""Share of the text that the items of a list article make up."""
BRIEF = 1200
"""Width of running text below which a page whose main thing is a video is about the video."""

STAMP = 40
"""Characters of a line that can be an entry's time."""

_LIVE = re.compile(
    r"/live(?:blog|-blog|ticker|s?/)|/liveticker|-liveblog|-live-updates|/en-vivo/|/en-direct/|/canli-anlatim"
)
_ENTRY = re.compile(
    r"(?:/(?:entry|post|update|eintrag|meldung|entrada|block)[-/]?\d+)/?$|[?&#](?:entry|post|pinned_post|block|page=with:block)[-=]",
    re.I,
)
_OPINION = re.compile(
    r"/(?:opinions?|op-ed|comment(?:isfree)?|kommentare?|editorials?|columns?|kolumnen?|tribunes?|yazarlar|meinung|blogs?)/"
)
_GALLERY = re.compile(
    r"/(?:galler(?:y|ies)|photos?|bilder|fotos?|fotostrecken?|diaporamas?|galeri|picture-gallery|slideshow)/"
)
_VIDEO = re.compile(r"/(?:videos?|watch|mediathek|tv)/")
_AUDIO = re.compile(r"/(?:podcasts?|audio)/")
_PRESS = re.compile(r"/press-?releases?/|/prnewswire|/pressemitteilung")
_NUMBERED = re.compile(r"^(?:#|nr\.? ?)?\d{1,2}[.):]\s?\S")
_CLOCK = re.compile(r"\b(?:[01]?\d|2[0-3])[:.h][0-5]\d\b")


def kind_of(head: Head, url: str, parts: Sequence[Part]) -> Kind:
    """What kind of article it is."""
    main = next((thing for thing in head.things if is_article(thing)), None)
    kinds = frozenset(name for thing in head.things for name in types(thing))
    path = urlsplit(url).path.lower() if "//" in url else ""
    own = types(main) if main else frozenset[str]()
    if "liveblogposting" not in own and (_part_of_live(main) or (_LIVE.search(path) and _ENTRY.search(url))):
        return "live-entry"
    if "liveblogposting" in kinds or _LIVE.search(path) or _ticks(parts):
        return "live-blog"
    if "opinionnewsarticle" in own or _OPINION.search(path):
        return "opinion"
    return _by_medium(head, kinds, main, path, parts)


def _by_medium(head: Head, kinds: frozenset[str], main: Thing | None, path: str, parts: Sequence[Part]) -> Kind:
    if _GALLERY.search(path) or "imagegallery" in kinds:
        return "gallery"
    shown = (head.first("og:type") or "").lower().startswith("video")
    if (shown or "videoobject" in kinds) and (_VIDEO.search(path) or ((shown or main is None) and _brief(parts))):
        return "video"
    if _AUDIO.search(path):
        return "audio"
    if _PRESS.search(path):
        return "press-release"
    return "list" if _is_list(parts) else "article"


def _part_of_live(main: Thing | None) -> bool:
    """Whether the article says that it is a part of a live blog."""
    whole = main.get("isPartOf") if main else None
    return any(
        "liveblogposting" in types(each)
        for each in (whole if isinstance(whole, list) else [whole])
        if isinstance(each, dict)
    )


def _brief(parts: Sequence[Part]) -> bool:
    return sum(width(part.text) for part in parts if part.role == "body") < BRIEF


def _ticks(parts: Sequence[Part]) -> bool:
    """Whether paragraphs take turns with times of day."""
    stamped = [place for place, part in enumerate(parts) if len(part.text) < STAMP and _CLOCK.search(part.text)]
    after = sum(any(part.role == "body" for part in parts[place + 1 : place + 4]) for place in stamped)
    return after >= ITEMS


def _is_list(parts: Sequence[Part]) -> bool:
    """Whether the text is a list: mostly items, or cut by numbered headings."""
    heads = sum(part.role == "subheading" and bool(_NUMBERED.match(part.text)) for part in parts)
    if heads >= ITEMS:
        return True
    items = [width(part.text) for part in parts if part.role == "list-item"]
    whole = sum(width(part.text) for part in parts if part.role in ("body", "list-item", "quote", "subheading"))
    return len(items) >= ITEMS and sum(items) > LISTED * whole


def paywall_of(head: Head) -> bool | None:
    """Whether the page says that it is only for subscribers, whole or in part; None where it says nothing."""
    said: list[bool] = []
    for thing in head.things:
        if "isAccessibleForFree" in thing and (is_article(thing) or types(thing) & {"webpageelement", "webpage"}):
            said.append(
                str(text_of(thing["isAccessibleForFree"]) or thing["isAccessibleForFree"]).lower()
                in ("false", "0", "no")
            )
    if said:
        return any(said)
    tier = (head.first("article:content_tier") or "").lower()
    if tier in ("locked", "metered"):
        return tier == "locked"
    return False if tier == "free" else None
