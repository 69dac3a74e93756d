from dataclasses import replace

import pytest

from broadsheet.world.almanac import LANGUAGES
from broadsheet.world.house import LOCAL, SUFFIX, cut, headlined, plain_figures, printed, with_local_paragraph
from broadsheet.world.prose import Number, Place, Telling
from broadsheet.world.sites import SITES, Site

WIRE = Telling(
    role="wire",
    agency="Invented Wire",
    title="Ferry crews walk out",
    standfirst="The night shift went first, the day shift followed.",
    byline="",
    dateline="VARNA",
    hours=-5,
    paragraphs=("One of 1,400 workers.", "Two.", "Three.", "Four in Burgas.", "Five."),
    caption="",
    credit="",
    people=(),
    organisations=(),
    places=(Place(name="Burgas", country="BG"),),
    quotes=(),
    numbers=(Number(text="1,400 workers", value=1400, unit="workers"),),
    edits=(),
)


def site(name: str) -> Site:
    return next(site for site in SITES if site.name == name)


def test_a_cut_takes_the_tail_and_leaves_three_paragraphs() -> None:
    assert cut(WIRE, 2).paragraphs == WIRE.paragraphs[:3]
    assert len(cut(cut(WIRE, 2), 2).paragraphs) == 3


def test_figures_change_in_text_and_truth_alike() -> None:
    changed = plain_figures(WIRE, "en")
    assert changed.paragraphs[0] == "One of 1400 workers."
    assert changed.numbers[0].text == "1400 workers"


@pytest.mark.parametrize(
    ("language", "before", "after"),
    [
        ("de", "4.300 Menschen, 8,42 Meter", "4300 Menschen, 8,42 Meter"),
        ("fr", "12 500 tonnes en 2026 120 fois", "12500 tonnes en 2026 120 fois"),
        ("en", "1,234,567 and 3,5", "1,234,567 and 3,5"),  # only figures of one sign: a house does it by hand
        ("zh", "共1,200人", "共1200人"),
    ],
)
def test_only_the_signs_between_thousands_go(language: str, before: str, after: str) -> None:
    text = replace(WIRE, paragraphs=(before,))
    found = next(code for code in LANGUAGES if code == language)
    assert plain_figures(text, found).paragraphs == (after,)


def test_a_headline_is_the_standfirst_or_takes_a_suffix_in_hard_news() -> None:
    assert headlined(WIRE, "en", 1, "sport").title == WIRE.standfirst.rstrip(".")
    assert headlined(WIRE, "en", 2, "crime").title == WIRE.title + SUFFIX["en"]
    assert headlined(WIRE, "en", 2, "sport") == WIRE


@pytest.mark.parametrize("outlet", [site for site in SITES if site.local_news], ids=lambda site: site.name)
@pytest.mark.parametrize("chance", [0, 2, 4, 6])
def test_a_local_paragraph_is_in_the_language_and_its_city_is_known(outlet: Site, chance: int) -> None:
    text = with_local_paragraph(WIRE, outlet, chance)
    own = next(part for part in text.paragraphs if part not in WIRE.paragraphs)
    assert "{" not in own
    assert any(own.startswith(form.partition("{")[0]) for form in LOCAL[outlet.language])
    assert text.places[-1].name in own
    assert text.places[-1].country == outlet.country


def test_the_same_house_always_does_the_same() -> None:
    outlet = site("prairie-ledger")
    assert printed(WIRE, outlet, "ferry", "labour") == printed(WIRE, outlet, "ferry", "labour")


def test_facts_that_were_cut_are_no_longer_true() -> None:
    copies = [printed(WIRE, outlet, f"ferry-{number}", "labour") for outlet in SITES for number in range(20)]
    short = [copy for copy in copies if "Four in Burgas." not in copy.telling.paragraphs]
    assert short
    assert all("Burgas" not in {place.name for place in copy.telling.places} for copy in short)
    assert {"verbatim", "headline", "cut", "figures"} <= {copy.kind for copy in copies}
