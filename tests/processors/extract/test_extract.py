# ruff: noqa: E501  (a page in one line reads best whole)
"""A page becomes an article with all its text in blocks, or says why it is none."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any

import pytest

from broadsheet.model import Article, Drop, block_text
from processors.extract import extract
from processors.extract.row import Nothing, extract_row, page_of

KNOWN = Nothing()
PARAGRAPHS = [
    "The council of the harbour town voted on Tuesday to rebuild the lighthouse that a storm had damaged two winters ago.",
    "Members agreed that the tower, which stands at the end of the northern pier, must be open again before the summer.",
    "“We have waited long enough,” said the mayor, Ines Aldana, after the vote in the town hall by the harbour.",
    "The work will cost 4.2 million euros, of which the province pays half and the harbour authority a third.",
    "Fishermen had asked for a light that can be seen from the outer banks, where three boats ran aground last year.",
    "An architect from the capital, who drew the plans without a fee, hopes to keep the stones of the first floor.",
]
LINKS = "".join(
    f'<li><a href="/{name}">{name.title()}</a></li>'
    for name in ("politics", "economy", "sport", "culture", "weather", "science")
)
PAGE = f"""<!doctype html><html lang="en"><head><title>Harbour town votes to rebuild its old lighthouse | The Pier</title>
<meta property="og:site_name" content="The Pier"><link rel="canonical" href="https://pier.example/2024/05/14/lighthouse">
<script type="application/ld+json">{{"@context": "https://schema.org", "@type": "NewsArticle",
 "headline": "Harbour town votes to rebuild its old lighthouse", "datePublished": "2024-05-14T18:20:00+02:00",
 "author": [{{"@type": "Person", "name": "Rosa Klint"}}], "articleSection": "Region", "isAccessibleForFree": true}}</script></head>
<body><nav class="menu"><ul>{LINKS}</ul></nav>
<article class="story"><h1>Harbour town votes to rebuild its old lighthouse</h1>
<div class="byline">By Rosa Klint</div><time datetime="2024-05-14T18:20:00+02:00">14 May 2024, 18:20</time>
<figure><img src="/tower.jpg"><figcaption>The tower on Monday. Photo: Ana Ruiz / Reuters</figcaption></figure>
<div class="story-body">{"".join(f"<p>{text}</p>" for text in PARAGRAPHS[:3])}
<div class="related"><h3>Related</h3><ul><li><a href="/a">Bus plunges into ravine in northern Peru, nine dead</a></li>
<li><a href="/b">Film star denies rumours about secret wedding in Las Vegas</a></li></ul></div>
{"".join(f"<p>{text}</p>" for text in PARAGRAPHS[3:])}</div>
<div class="share"><a href="/s">Share this article</a></div></article>
<section id="comments"><h3>Comments (2)</h3><p class="comment">I remember the night of the storm and the sound of it.</p></section>
<footer><p>© 2024 The Pier. All rights reserved.</p></footer></body></html>"""


def row(**given: Any) -> dict[str, Any]:
    return extract_row({"url": "https://pier.example/2024/05/14/lighthouse", **given})


def test_the_article_is_what_is_left_and_its_fields_are_filled() -> None:
    answer = row(id="a", html=PAGE)
    assert (answer["id"], answer["verdict"]) == ("a", "article")
    assert answer["text"] == "\n\n".join(PARAGRAPHS)
    assert answer["title"] == "Harbour town votes to rebuild its old lighthouse"
    assert answer["date"] == "2024-05-14T18:20:00+02:00"
    assert answer["authors"] == ["Rosa Klint"]
    assert answer["image"]["caption"] == "The tower on Monday."
    assert answer["image"]["credit"] == "Ana Ruiz / Reuters"
    assert (answer["section"], answer["language"], answer["paywall"]) == ("Region", "en", False)


def test_kept_and_removed_blocks_give_the_normalised_text_back() -> None:
    article = extract(page_of({"url": "https://pier.example/x", "html": PAGE}), KNOWN)
    assert isinstance(article, Article)
    assert "".join(article.normalised[block.start : block.end] for block in article.blocks) == article.normalised
    assert article.blocks[0].start == 0
    assert article.blocks[-1].end == len(article.normalised)
    assert all(block.evidence for block in article.blocks if not block.kept)


def test_furniture_has_its_roles() -> None:
    article = extract(page_of({"url": "https://pier.example/x", "html": PAGE}), KNOWN)
    assert isinstance(article, Article)
    roles = {block_text(article, block): block.role for block in article.blocks}
    assert roles["Share this article"] == "share"
    assert roles["Comments (2)"] == "comment-form"
    assert roles["Bus plunges into ravine in northern Peru, nine dead"] == "headline-list"
    assert roles["© 2024 The Pier. All rights reserved."] == "legal"


def test_bytes_are_read_as_they_are_meant() -> None:
    page = PAGE.replace("Ines Aldana", "İnes Çağlayan").replace('<html lang="en">', '<html lang="tr">')
    lying = {"content-type": "text/html; charset=utf-8"}
    answer = row(html_base64=base64.b64encode(page.encode("cp1254", "replace")).decode(), headers=lying)
    assert "İnes Çağlayan" in answer["text"]


@pytest.mark.parametrize(
    ("html", "verdict"),
    [
        ("<title>Just a moment...</title><h1>Checking your browser</h1><p>Please verify you are a human.</p>", "wall"),
        ("<title>The Pier</title><h1>Before you continue</h1><p>We and our 184 partners use cookies.</p><button>Accept all cookies</button>", "wall"),
        ("<title>Der Pier</title><p>Wir und unsere 184 Partner verwenden Cookies und benötigen Ihre Zustimmung.</p><button>Alle akzeptieren</button>", "wall"),
        ("<title>Page not found - The Pier</title><h1>Page not found</h1><p>The page you were looking for no longer exists.</p>", "soft-404"),
        ("<title>Страница не найдена</title><h1>Страница не найдена</h1><p>Возможно, она была удалена.</p>", "soft-404"),
        ('<title>The Pier</title><div id="root"></div><script src="/app.js"></script>', "shell"),
        ("<noscript>You need to enable JavaScript to run this app.</noscript><div id=app></div><script></script>", "shell"),
        (f"<title>The Pier</title><ul>{LINKS * 8}</ul>", "not-an-article"),
    ],
)  # fmt: skip
def test_walls_errors_and_shells_that_answer_200_have_their_verdict_and_no_text(html: str, verdict: str) -> None:
    answer = extract_row({"url": "https://pier.example/x/y", "html": f"<html><body>{html}</body></html>"})
    assert (answer["verdict"], answer["text"]) == (verdict, None)
    assert answer["verdict_evidence"]


def test_a_teaser_keeps_its_text_under_the_verdict_wall() -> None:
    page = PAGE.replace('"isAccessibleForFree": true', '"isAccessibleForFree": false')
    for text in PARAGRAPHS[2:]:
        page = page.replace(f"<p>{text}</p>", "")
    page = page.replace(
        '</div>\n<div class="share">',
        '<div class="paywall"><p>Subscribe to continue reading</p></div></div>\n<div class="share">',
    )
    answer = row(html=page)
    assert answer["verdict"] == "wall"
    assert answer["paywall"] is True
    assert answer["text"].startswith(PARAGRAPHS[0])


@pytest.mark.parametrize(
    "body", [b"", b"   ", b"%PDF-1.7 binary", b"\x89PNG\r\n\x1a\n\x00\x00", bytes(range(256)) * 20]
)
def test_what_is_no_text_is_a_drop_with_its_reason(body: bytes) -> None:
    page = replace(page_of({"url": "https://pier.example/x", "html": "x"}), body=body, flat=False)
    found = extract(page, KNOWN)
    assert isinstance(found, Drop)
    assert found.detail


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 30_000 + PAGE,
        "<span>" * 20_000 + "</b>" * 20_000 + PAGE,
        "<table><tr><td>" * 9_000 + PAGE,
        "<div " + " ".join(f"a{i}=1" for i in range(20_000)) + ">" + PAGE,
        "<title>" + "word - " * 50_000 + "</title>" + PAGE,
        '<script type="application/ld+json">' + "[" * 50_000 + "</script>" + PAGE,
        "line<br>" * 30_000,
        "<p>\x00\ud800</p>" + PAGE,
        "<p>" + "a?b" * 50_000 + "</p>" + PAGE,
        "<!--" * 5000,
        "<![CDATA[" * 5000,
        "&#x110000;&#0;&unknown;" * 500,
    ],
)
def test_hostile_pages_are_an_article_or_a_drop(html: str) -> None:
    answer = row(html=html)
    assert answer["verdict"] in ("article", "wall", "soft-404", "shell", "not-an-article")
    "".join(block["text"] for block in answer["blocks"]).encode("utf-8")


@pytest.mark.parametrize("date", ["1246-01-01", "9999-12-31", "0001-01-01T00:00:00Z", "2024-13-45", "not a date", ""])
def test_impossible_dates_are_not_believed(date: str) -> None:
    page = PAGE.replace("2024-05-14T18:20:00+02:00", date).replace("14 May 2024, 18:20", "").replace("/2024/05/14", "")
    answer = extract_row({"url": "https://pier.example/lighthouse", "html": page})
    assert answer["date"] is None


def test_a_captions_date_is_never_the_articles() -> None:
    page = PAGE.replace("2024-05-14T18:20:00+02:00", "").replace("14 May 2024, 18:20", "").replace("/2024/05/14", "")
    page = page.replace("The tower on Monday.", "The tower on 11 March 2016.")
    assert extract_row({"url": "https://pier.example/lighthouse", "html": page})["date"] is None


@pytest.mark.parametrize(
    ("given", "named"),
    [({"html": 5}, "html"), ({"html_base64": "!!!é"}, "html_base64"), ({"html": "x", "headers": 7}, "headers"), ({"fetched_at": "soon", "html": "x"}, "fetched_at")],
)  # fmt: skip
def test_a_row_that_does_not_fit_is_named(given: dict[str, Any], named: str) -> None:
    with pytest.raises(ValueError, match=named):
        extract_row(given)


def test_every_key_may_be_missing_or_null() -> None:
    assert extract_row({})["verdict"] == "shell"
    assert extract_row({"id": 1, "url": None, "html": None, "text": None, "headers": None, "status": None})["id"] == 1


def test_the_day_of_the_visit_in_a_pages_head_is_not_the_articles() -> None:
    page = PAGE.replace("2024-05-14T18:20:00+02:00", "").replace("14 May 2024, 18:20", "").replace("/2024/05/14", "")
    page = page.replace('<nav class="menu">', '<div class="today">Tuesday, 2 June 2026</div><nav class="menu">')
    row = {"url": "https://pier.example/lighthouse", "html": page, "fetched_at": "2026-06-02T09:00:00Z"}
    assert extract_row(row)["date"] is None


def test_the_date_of_another_article_after_the_text_is_not_the_articles() -> None:
    page = PAGE.replace("2024-05-14T18:20:00+02:00", "").replace("14 May 2024, 18:20", "").replace("/2024/05/14", "")
    more = "".join(
        f'<div class="teaser"><a href="/{n}">Film star denies rumours number {n} again</a><span>1{n} March 2023</span></div>'
        for n in range(6)
    )
    page = page.replace("<footer>", f'<section class="more">{more}</section><footer>')
    assert extract_row({"url": "https://pier.example/lighthouse", "html": page})["date"] is None


def test_an_article_that_a_page_carries_twice_is_kept_once() -> None:
    body = "".join(f"<p>{text}</p>" for text in PARAGRAPHS)
    page = PAGE.replace('<div class="share">', f'<div class="story-body print">{body}</div><div class="share">')
    text = row(html=page)["text"]
    assert [text.count(paragraph) for paragraph in PARAGRAPHS] == [1] * len(PARAGRAPHS)
