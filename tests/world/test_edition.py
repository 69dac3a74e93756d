from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

from broadsheet.world.almanac import LANGUAGES
from broadsheet.world.clock import Clock
from broadsheet.world.edition import edition
from broadsheet.world.prose import load_events
from broadsheet.world.sites import SITES
from broadsheet.world.truth import Truth, from_json, to_json
from broadsheet.world.world import Invented

START = datetime(2026, 11, 26, 6, tzinfo=UTC)


def test_the_world_is_as_large_as_promised(truths: list[Truth]) -> None:
    indexed = [truth for truth in truths if truth.disposition == "indexed"]
    assert len(indexed) >= 400
    assert len({truth.site for truth in indexed}) >= 14
    assert {truth.language for truth in indexed} == set(LANGUAGES)
    assert len({truth.url for truth in truths}) == len(truths)
    everything = [url for truth in truths for url in truth.urls]
    assert len(everything) == len(set(everything))


def test_every_language_has_outlets_of_its_own_making(truths: list[Truth]) -> None:
    templates = Counter(site.template for site in SITES)
    assert len(templates) >= 16
    kinds = {kind for site in SITES for kind in site.discovery}
    assert kinds == {"rss", "atom", "json", "news-sitemap", "sitemap", "sitemap-index", "sections"}


def test_every_fact_stands_in_its_text(truths: list[Truth]) -> None:
    for truth in truths:
        forms = [form for person in truth.people for form in (person.name, *person.forms)]
        forms += [place.name for place in truth.places] + [quote.text for quote in truth.quotes]
        forms += [number.text for number in truth.numbers] + [body.name for body in truth.organisations]
        forms += [wrong for wrong, _ in truth.damaged if wrong in truth.text]
        missing = [form for form in forms if form not in truth.text]
        assert not missing, truth.url


def test_copies_share_most_of_their_originals_words(truths: list[Truth]) -> None:
    by_url = {truth.url: truth for truth in truths}
    full = [truth for truth in truths if truth.verdict == "article" and not truth.damaged]
    copies = [
        truth for truth in full if truth.copy_of in {other.url for other in full} and truth.relation == "wire-copy"
    ]
    assert len(copies) >= 150
    for copy in copies:
        assert copy.copy_of
        original = by_url[copy.copy_of]
        assert original.relation == ""
        assert original.site != copy.site
        assert original.published is None or copy.published is None or original.published < copy.published
        assert original.agency == copy.agency != ""
        shared = [part for part in copy.text.split("\n\n") if part in original.text]
        assert len(shared) >= 2, copy.url


def test_copies_are_made_in_every_way(truths: list[Truth]) -> None:
    kinds = {kind for truth in truths for kind in truth.house_edits.split("+")}
    assert {"verbatim", "headline", "cut", "local", "figures"} <= kinds


def test_damaged_names_are_right_in_another_article(truths: list[Truth]) -> None:
    damaged = [truth for truth in truths if truth.damaged]
    assert len(damaged) >= 5
    whole = "\n".join(truth.text for truth in truths if not truth.damaged)
    for truth in damaged:
        assert all("?" in wrong and "?" not in right for wrong, right in truth.damaged)
        hurt = [right for wrong, right in truth.damaged if wrong in truth.text]
        assert any(right in whole for right in hurt) or not hurt


def test_events_told_in_several_languages_are_one_story(truths: list[Truth]) -> None:
    languages: dict[str, set[str]] = {}
    for truth in truths:
        if truth.story:
            languages.setdefault(truth.story, set()).add(truth.language)
    assert sum(len(found) > 1 for found in languages.values()) >= 8


def test_the_same_start_makes_the_same_world() -> None:
    first = edition(load_events(), START)
    again = edition(load_events(), START)
    assert [entry.url for entry in first] == [entry.url for entry in again]
    assert first == again


def test_one_sites_numbers_are_its_own() -> None:
    entries = edition(load_events(), START)
    assert len({(entry.site.name, entry.number) for entry in entries}) == len(entries)
    assert len({(entry.site.name, entry.path) for entry in entries}) == len(entries)


def test_truth_survives_the_wire(truths: list[Truth]) -> None:
    assert [from_json(to_json(truth)) for truth in truths] == truths


def test_truth_follows_the_clock(tmp_path: Path) -> None:
    ahead = START - datetime.now(UTC)
    before = Invented(Clock(start=START, ahead=ahead, folder=tmp_path))
    after = Invented(Clock(start=START, ahead=ahead + timedelta(hours=100), folder=tmp_path))
    early, late = ({truth.url: truth for truth in world.truths()} for world in (before, after))
    assert early.keys() == late.keys()
    assert any(truth.disposition == "later" for truth in early.values())
    assert not any(truth.disposition == "later" for truth in late.values())
    assert any(late[url].edits != early[url].edits for url in early)
