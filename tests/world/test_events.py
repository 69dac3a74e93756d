"""The world's prose must be what it says it is: every test that reads its truth leans on it."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from broadsheet.world.almanac import LANGUAGES, PLACEHOLDER
from broadsheet.world.prose import EDIT_KINDS, EVENTS, BadProse, Event, Telling, changed, load_event, load_events

SECTIONS = frozenset(
    (
        *("politics", "economy", "society", "crime", "disaster", "health", "education"),
        *("environment", "science", "sport", "culture", "weather", "labour"),
    )
)
SHARED_STORIES = frozenset(
    (
        "bosphorus-tanker-collision",
        "danube-flood-2",
        "andes-quake",
        "grain-corridor-talks",
        "rift-valley-dam",
        "lisbon-metro-fire",
        "baltic-cable-cut",
        "harbin-ice-collapse",
    )
)
OPENING = "“„«‘‚「『《"
HOURS = (-90, 48)
PARAGRAPHS = (5, 9)
# Words, or characters where words have no spaces. Arabic and Turkish say the same in fewer words.
LENGTHS = {"zh": (230, 600), "ar": (95, 280), "tr": (95, 280), "ru": (105, 280)}
USUAL_LENGTH = (125, 270)


def tellings() -> Iterator[tuple[Event, int, Telling]]:
    for event in load_events():
        for number, telling in enumerate(event.tellings):
            yield event, number, telling


EVERY = [pytest.param(event, telling, id=f"{event.slug}-{number}") for event, number, telling in tellings()]
every_telling = pytest.mark.parametrize(("event", "telling"), EVERY)


def body(telling: Telling) -> str:
    return "\n\n".join(telling.paragraphs)


def strings(telling: Telling) -> list[str]:
    edits = [text for edit in telling.edits for pair in edit.replace for text in (*pair, edit.note)]
    heads = [telling.title, telling.standfirst, telling.dateline, telling.caption, telling.byline, telling.credit]
    return [*heads, *telling.paragraphs, *edits]


def length(event: Event, telling: Telling) -> int:
    text = body(telling)
    return len(re.sub(r"\s", "", text)) if event.language == "zh" else len(text.split())


def test_every_language_tells_at_least_fourteen_events() -> None:
    counts = Counter(event.language for event in load_events())
    assert {language: counts[language] for language in LANGUAGES if counts[language] < 14} == {}


def test_slugs_are_unique() -> None:
    counts = Counter(event.slug for event in load_events())
    assert [slug for slug, count in counts.items() if count > 1] == []


def test_every_section_is_filled_and_known() -> None:
    assert {event.section for event in load_events()} == SECTIONS


def test_shared_stories_are_told_in_several_languages() -> None:
    languages = defaultdict(set)
    for event in load_events():
        languages[event.story].add(event.language)
    assert {story for story in SHARED_STORIES if len(languages[story]) < 2} == set()


def test_storylines_run_over_several_events() -> None:
    counts = Counter(event.storyline for event in load_events() if event.storyline)
    assert len([line for line, count in counts.items() if count >= 3]) >= 6


def test_every_kind_of_edit_occurs() -> None:
    kinds = {edit.kind for _, _, telling in tellings() for edit in telling.edits}
    assert kinds == set(EDIT_KINDS)


def test_no_sentence_is_told_twice() -> None:
    seen: Counter[str] = Counter()
    for _, _, telling in tellings():
        seen.update({part for part in re.split(r"(?<=[.!?。！？])\s*", body(telling)) if len(part) > 25})
    assert [sentence for sentence, count in seen.items() if count > 1] == []


@every_telling
def test_truth_stands_in_the_body(event: Event, telling: Telling) -> None:
    facts = [name for person in telling.people for name in (person.name, *person.forms)]
    facts += [name for organisation in telling.organisations for name in (organisation.name, *organisation.forms)]
    facts += [place.name for place in telling.places]
    facts += [quote.text for quote in telling.quotes]
    facts += [number.text for number in telling.numbers]
    assert [fact for fact in facts if not fact or fact not in body(telling)] == []


@every_telling
def test_every_quotation_is_listed_with_a_speaker(event: Event, telling: Telling) -> None:
    text = body(telling)
    people = {person.name for person in telling.people}
    assert [quote for quote in telling.quotes if quote.speaker not in people] == []
    assert [
        quote.text for quote in telling.quotes if not re.search(f"[{OPENING}]\\s?{re.escape(quote.text)}", text)
    ] == []


@every_telling
def test_placeholders_are_known(event: Event, telling: Telling) -> None:
    braces = [text for text in strings(telling) if set("{}") & set(PLACEHOLDER.sub("", text))]
    assert braces == []


@every_telling
def test_countries_are_codes_or_empty_for_what_several_share(event: Event, telling: Telling) -> None:
    assert [place for place in telling.places if not re.fullmatch("(?:[A-Z]{2})?", place.country)] == []


@every_telling
def test_it_is_published_within_the_worlds_days(event: Event, telling: Telling) -> None:
    assert HOURS[0] <= telling.hours <= HOURS[1]


@every_telling
def test_only_wire_texts_name_an_agency(event: Event, telling: Telling) -> None:
    assert bool(telling.agency) == (telling.role == "wire")


@every_telling
def test_it_has_the_length_of_a_newspaper_article(event: Event, telling: Telling) -> None:
    shortest, longest = LENGTHS.get(event.language, USUAL_LENGTH)
    assert shortest <= length(event, telling) <= longest
    assert PARAGRAPHS[0] <= len(telling.paragraphs) <= PARAGRAPHS[1]


@every_telling
def test_edits_change_words_that_stand_there(event: Event, telling: Telling) -> None:
    for edit in telling.edits:
        whole = "\n\n".join((telling.title, telling.standfirst, body(telling)))
        assert edit.hours > 0
        assert [old for old, _ in edit.replace if old not in whole] == []
        assert bool(edit.note) == (edit.kind == "correction")
        assert bool(edit.replace) == (edit.kind != "withdrawn")
        telling = changed(telling, edit.replace)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('slug = "here"\nlanguage = "en"\nsection = "sport"\nstory = "x"\narticle = []\nmood = "glad"', "mood"),
        ('slug = "there"\nlanguage = "en"\nsection = "sport"\nstory = "x"\narticle = []', "there"),
        ('slug = "here"\nlanguage = "la"\nsection = "sport"\nstory = "x"\narticle = []', "la"),
        ('slug = "here"\nlanguage = "en"\nsection = "sport"\narticle = []', "story"),
        ("slug = here", "here.toml"),
    ],
)
def test_a_bad_event_is_named(tmp_path: Path, text: str, complaint: str) -> None:
    path = tmp_path / "en" / "here.toml"
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadProse, match=complaint):
        load_event(path)


def test_events_lie_in_the_folders_of_the_eight_languages() -> None:
    assert {folder.name for folder in EVENTS.iterdir() if folder.is_dir()} == set(LANGUAGES)
