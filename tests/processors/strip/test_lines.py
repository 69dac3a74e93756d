"""Lines around a text are told by their places, in any language; the text's own short lines stay."""

from __future__ import annotations

from dataclasses import replace

import pytest

from broadsheet.model import Article
from processors.strip.ledger import restored
from processors.strip.lines import named
from tests.processors.strip.pages import PARAGRAPH, Given, article_of, roles

LONG = f"{PARAGRAPH}, an engineer said."
TEXT: list[Given] = [("body", LONG), ("body", f"It was full. {LONG}")]


def ruled(lines: list[Given]) -> Article:
    article = article_of(lines)
    return replace(article, blocks=named(article))


HEADLINE: Given = ("title", "Quay closes")
BYLINE: Given = ("byline", "By Ann Lee")
DAY: Given = ("date-line", "2026年11月26日")
HOLES = "Divers found holes as large as doors."
DAWN = "The quay at dawn."


@pytest.mark.parametrize(
    ("before", "line", "after", "role"),
    [
        # A sentence between the headline and who wrote it when.
        ([HEADLINE], ("body", HOLES, 0.6), [BYLINE], "standfirst"),
        ([("title", "码头关闭")], ("subheading", "潜水员发现大洞。", 0.7), [DAY], "standfirst"),
        # The same with no name or date behind it may be the first paragraph.
        ([HEADLINE, BYLINE], ("body", HOLES), [], "body"),
        # Before the report's dateline.
        ([HEADLINE, BYLINE], ("body", HOLES), [("dateline", "HULL (AP) — ")], "standfirst"),
        # Before a credit above the text.
        ([HEADLINE, DAY], ("body", DAWN), [("credit", "Ann Lee / AP")], "caption"),
        ([HEADLINE, BYLINE], ("body", DAWN), [("other", "Ann Lee / Tide Press")], "caption"),
        # A row of sections.
        ([HEADLINE], ("body", "News | Sport | Arts | Weather | Work | Shop"), [], "navigation"),
        # Damaged letters hide a byline.
        ([("title", "İskele kapandı")], ("body", "Haber: Selçuk Ofluo?lu"), [], "byline"),
    ],
)
def test_a_line_above_the_text_is_what_its_place_says(
    before: list[Given], line: Given, after: list[Given], role: str
) -> None:
    got = {text: found for found, text in roles(ruled([*before, line, *after, *TEXT]))}
    assert got[line[1]] == role
    assert got[LONG] == "body"


def test_a_description_the_model_is_sure_of_stays_text() -> None:
    line: Given = ("body", "Divers found holes as large as doors.", 0.9)
    article = article_of([("title", "Quay closes"), line, ("byline", "By Ann Lee"), *TEXT])
    told = replace(article.blocks[1], evidence=("running text", "standfirst too: the page's own description"))
    article = replace(article, blocks=(article.blocks[0], told, *article.blocks[2:]))
    assert named(article)[1].role == "body"


def test_the_heading_of_a_newsletter_goes_with_it_and_that_of_a_chapter_stays() -> None:
    got = roles(
        ruled(
            [
                *TEXT,
                ("subheading", "The morning letter", 0.5),
                ("newsletter", "Subscribe"),
                ("subheading", "What the divers saw", 0.9),
                ("newsletter", "Sign up"),
                ("body", LONG),
            ]
        )
    )
    assert ("newsletter", "The morning letter") in got
    assert ("subheading", "What the divers saw") in got


def test_a_sentence_set_large_beside_the_text_is_taken_out_and_a_repeated_name_is_not() -> None:
    quoting = f"{LONG} “Nobody had looked under it for forty years,” she added."
    got = roles(ruled([("body", quoting), ("body", "Nobody had looked under it for forty years"), *TEXT]))
    assert got[1][0] == "other"
    title = "The Harbour and Its Quays in Eleven Plates"
    got = roles(ruled([("body", f"{LONG} She wrote {title} in 1931."), ("body", title), *TEXT]))
    assert got[1][0] == "body"


def test_a_link_between_links_of_a_list_belongs_to_it_and_one_in_the_text_does_not() -> None:
    doubted: Given = ("body", "What the volunteers saw at four", 0.5, "/news/8")
    listed: list[Given] = [
        ("advertisement", "Also in the news"),
        ("advertisement", "Danube crests near Passau", 0.7, "/news/7"),
    ]
    got = roles(
        ruled([*TEXT, *listed, doubted, ("advertisement", "Tanker and carrier collide", 0.6, "/news/9"), *TEXT])
    )
    assert got[4][0] == "headline-list"
    assert roles(ruled([*TEXT, doubted, *TEXT]))[2][0] == "body"


def test_a_caption_is_parted_from_the_name_behind_it_and_the_heading_glued_to_them() -> None:
    article = ruled(
        [
            ("title", "Quay closes"),
            ("byline", "By Ann Lee"),
            *TEXT,
            ("other", "The quay at dawn, before the closure. Ann Lee / Tide Press Read also"),
            ("headline-list", "Library gets its cellar back"),
            ("body", LONG),
        ]
    )
    assert roles(article)[4:7] == [
        ("caption", "The quay at dawn, before the closure."),
        ("credit", "Ann Lee / Tide Press"),
        ("headline-list", "Read also"),
    ]


def test_a_dateline_behind_lines_taken_out_is_found() -> None:
    article = ruled(
        [
            ("title", "Quay closes"),
            ("body", "Divers found holes.", 0.6),
            ("byline", "By Ann Lee"),
            ("body", f"HULL, England (AP) — {LONG}"),
        ]
    )
    assert ("dateline", "HULL, England (AP) —") in roles(article)
    assert ("body", LONG) in roles(article)


def test_blocks_cover_the_text_and_can_be_restored() -> None:
    given = article_of(
        [
            ("title", "Quay closes"),
            ("body", "Divers found holes.", 0.6),
            ("byline", "By Ann Lee"),
            ("body", f"HULL, England (AP) — {LONG}"),
            ("other", "The quay at dawn, before the closure. Ann Lee / Tide Press Read also"),
            ("headline-list", "Library gets its cellar back"),
        ]
    )
    blocks = named(given)
    assert "".join(given.normalised[block.start : block.end] for block in blocks) == given.normalised
    assert len(blocks) > len(given.blocks)
    assert restored(blocks) == given.blocks
    again = replace(given, blocks=restored(blocks))
    assert named(again) == blocks
