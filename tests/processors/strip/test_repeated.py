"""What stands in many articles of a site is the site's: taken out with its evidence, and only where enough is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from broadsheet.model import Article, Role
from broadsheet.storage.sites import key_of
from processors.strip import strip
from processors.strip.repeated import lines_of, repeated
from tests.processors.strip.pages import PARAGRAPH, Given, article_of, roles

BOX = "Sign up for our morning letter and be the first to know what the harbour does."
NOTE = f"{PARAGRAPH}, as the standing note under each of our reports has said since the spring."


@dataclass(frozen=True)
class Site:
    """Knows some lines of one site."""

    counts: Mapping[str, float] = field(default_factory=dict)
    articles: float = 20

    def profile(self, host: str) -> Mapping[str, Any]:
        return {"articles": self.articles, "lines": {key_of(text): n for text, n in self.counts.items()}}

    def overrules(self, source: str) -> Sequence[Mapping[str, Any]]:
        return ()

    def titles(self, host: str) -> Mapping[str, int]:
        return {}


def report(*more: Given) -> Article:
    own: list[Given] = [("body", f"{PARAGRAPH}, said speaker {number}.") for number in range(4)]
    return article_of([*own, *more])


def test_a_line_of_many_articles_is_taken_out_and_says_of_how_many() -> None:
    article = strip(report(("body", BOX)), Site({BOX: 9}))
    assert isinstance(article, Article)
    assert BOX not in article.text
    assert article.blocks[-1].evidence[-1] == "strip: stands in other articles of the site too: 9 of 20"
    assert "".join(article.normalised[block.start : block.end] for block in article.blocks) == article.normalised


def test_it_comes_back_when_the_site_has_forgotten_it_and_goes_on_being_counted_meanwhile() -> None:
    article = strip(report(("body", BOX)), Site({BOX: 9}))
    assert isinstance(article, Article)
    assert key_of(BOX) in lines_of(article).lines
    again = strip(article, Site())
    assert isinstance(again, Article)
    assert again.text.endswith(BOX)


def test_a_background_paragraph_of_a_running_story_stays() -> None:
    # Six of eighty articles: a twelfth, where furniture stands in most.
    article = report(("body", BOX))
    assert repeated(article, Site({BOX: 6}, articles=80)) == article.blocks


def test_a_sentence_must_stand_in_more_articles_than_a_label() -> None:
    # A house adds one local sentence to a quarter of what it prints; a label in a quarter of the articles is a label.
    article = report(("body", BOX), ("body", "Links on the subject:"))
    after = _after(article, Site({BOX: 6, "Links on the subject:": 6}, articles=24))
    assert [role for role, _ in roles(after)][-2:] == ["body", "other"]


def test_a_long_paragraph_is_the_sites_only_at_the_edges() -> None:
    middle = article_of(
        [
            *(("body", f"{PARAGRAPH}, said speaker {n}.") for n in range(9)),
            ("body", NOTE),
            *(("body", f"{PARAGRAPH}, said guest {n}.") for n in range(9)),
        ]
    )  # fmt: skip
    known = Site({NOTE: 15})
    assert repeated(middle, known) == middle.blocks
    assert [role for role, text in roles(_after(report(("body", NOTE)), known)) if text == NOTE] == ["other"]


def test_an_outlets_usual_subheadings_stay_where_text_follows() -> None:
    heading: Given = ("subheading", "What we know so far")
    known = Site({heading[1]: 12})
    inside = report(heading, ("body", f"{PARAGRAPH}, as she had promised."))
    assert repeated(inside, known) == inside.blocks
    at_the_end = _after(report(heading), known)
    assert roles(at_the_end)[-1] == ("other", heading[1])


def test_a_page_of_nothing_but_shared_lines_is_left_alone() -> None:
    article = article_of([("body", BOX), ("body", NOTE)])
    assert repeated(article, Site({BOX: 9, NOTE: 9})) == article.blocks


def _after(article: Article, known: Site) -> Article:
    return replace(article, blocks=repeated(article, known))


def test_what_counts_is_short_lines_anywhere_and_long_ones_at_the_edges() -> None:
    given: list[tuple[Role, str]] = [
        ("body", f"{PARAGRAPH}, said speaker {n}, and it went on and on.") for n in range(14)
    ]
    given.insert(5, ("body", "Article continues below"))
    found = lines_of(article_of(given))
    assert key_of("Article continues below") in found.lines
    assert len(found.lines) == 11
    assert len(found.paragraphs) == 8
