"""What kind of article a page is, who may read it, who wrote it, where it lives and in which language."""

from __future__ import annotations

import json
from typing import Any

import pytest

from processors.extract.row import extract_row

TEXT = "".join(
    f"<p>The council of the harbour town voted to rebuild the lighthouse that a storm had damaged, part {part}.</p>"
    for part in "ABCDEFGH"
)
LONG = TEXT + TEXT.replace("voted to rebuild", "had no money to repaint")
ITEMS = "".join(
    f"<li>The {name} of the harbour town is open again after the storm, the council said.</li>"
    for name in ("market", "library", "station", "school", "museum", "theatre", "ferry")
)
TICKS = "".join(
    f"<time>{hour}:15</time><p>The council of the harbour town heard speaker {hour} on the lighthouse and its lamp.</p>"
    for hour in range(10, 18)
)
HEADS = "".join(
    f"<h3>{number}. The pier of number {number}</h3><p>This pier stands at the northern end of the harbour, by the light.</p>"
    for number in range(1, 8)
)


def article(**more: Any) -> dict[str, Any]:
    return {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": "Harbour town rebuilds its lighthouse",
        **more,
    }


def answer(path: str, *things: dict[str, Any], head: str = "", body: str = TEXT, lang: str = "en") -> dict[str, Any]:
    html = f"""<!doctype html><html lang="{lang}"><head><title>Harbour town rebuilds its lighthouse | The Pier</title>{head}
        <script type="application/ld+json">{json.dumps(list(things))}</script></head>
        <body><main><h1>Harbour town rebuilds its lighthouse</h1>{body}</main></body></html>"""
    return extract_row({"url": f"https://pier.example{path}", "html": html})


OG_VIDEO = '<meta property="og:type" content="video.other">'


@pytest.mark.parametrize(
    ("path", "thing", "head", "body", "kind"),
    [
        ("/news/1", article(), "", TEXT, "article"),
        ("/news/1", article(**{"@type": "LiveBlogPosting"}), "", TEXT, "live-blog"),
        ("/news/harbour-live-updates", article(), "", TEXT, "live-blog"),
        ("/news/1", article(), "", TICKS, "live-blog"),
        (
            "/news/1",
            article(**{"@type": "BlogPosting", "isPartOf": {"@type": "LiveBlogPosting"}}),
            "",
            TEXT,
            "live-entry",
        ),
        ("/live/harbour/entry-12", article(), "", TEXT, "live-entry"),
        ("/gallery/harbour", article(), "", TEXT, "gallery"),
        ("/video/harbour", article(video={"@type": "VideoObject"}), "", TEXT, "video"),
        ("/news/1", {"@type": "VideoObject", "name": "The lighthouse"}, "", TEXT, "video"),
        ("/news/1", article(), OG_VIDEO, TEXT, "video"),
        ("/news/1", article(), OG_VIDEO, LONG, "article"),
        ("/news/1", article(video={"@type": "VideoObject"}), "", LONG, "article"),
        ("/news/1", article(), "", f"<ul>{ITEMS}</ul>", "list"),
        ("/news/1", article(), "", HEADS, "list"),
        ("/opinion/1", article(), "", TEXT, "opinion"),
        ("/podcast/1", article(), "", TEXT, "audio"),
        ("/press-releases/1", article(), "", TEXT, "press-release"),
    ],
)
def test_the_kind_is_told_by_markup_address_and_shape(
    path: str, thing: dict[str, Any], head: str, body: str, kind: str
) -> None:
    assert answer(path, thing, head=head, body=body)["kind"] == kind


@pytest.mark.parametrize(
    ("thing", "paid"),
    [
        (article(), None),
        (article(isAccessibleForFree=True), False),
        (article(isAccessibleForFree="False"), True),
        (article(hasPart={"@type": "WebPageElement", "isAccessibleForFree": False}), True),
        (article(isAccessibleForFree=True, hasPart={"@type": "WebPageElement", "isAccessibleForFree": False}), True),
    ],
)
def test_who_may_read_it_is_what_the_page_says(thing: dict[str, Any], paid: bool | None) -> None:
    assert answer("/news/1", thing)["paywall"] is paid


def test_authors_are_told_apart_and_the_outlet_beside_its_writers_says_nothing() -> None:
    names = ({"@type": "Person", "name": "Rosa Klint"}, {"@type": "Organization", "name": "Reuters"})
    found = answer("/news/1", article(author=[*names, {"@type": "Organization", "name": "The Pier"}]))
    assert dict(zip(found["authors"], found["author_kinds"], strict=True)) == {
        "Rosa Klint": "person",
        "Reuters": "agency",
    }
    alone = answer("/news/1", article(author={"@type": "Organization", "name": "The Pier newsroom"}))
    assert alone["author_kinds"] == ["outlet"]


def test_address_picture_and_language_are_the_pages_own() -> None:
    links = '<link rel="canonical" href="/news/1"><meta property="og:image" content="/light.jpg">'
    found = answer("/news/1?utm_source=x", article(inLanguage="fr-FR"), head=links, lang="")
    assert found["canonical"] == "https://pier.example/news/1"
    assert found["image"]["url"] == "https://pier.example/light.jpg"
    assert found["language"] == "fr"


def test_half_a_character_in_a_script_becomes_a_replacement() -> None:
    found = answer("/news/1", article(author={"@type": "Person", "name": "Rosa \ud800Klint"}))
    assert found["authors"] == ["Rosa \ufffdKlint"]
