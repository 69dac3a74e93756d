"""What kind of edit it was: in the eight languages, over every edit that the news world makes, and for hostile texts."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from broadsheet.significance import KINDS, Reading, is_silent, significance
from broadsheet.world.prose import Edit, Telling, at, load_events

TEXT = (
    "The council closed the old bridge on Monday after engineers found cracks in two of its arches.\n\n"
    "“We could not take the risk another day,” said the mayor, Ada Novak, who has 12 weeks to find the money.\n\n"
    "Some 4,300 people cross it each morning, most of them on foot."
)


def kinds(before: str, after: str, language: str = "en", **more: str) -> tuple[str, ...]:
    one = Reading(title="Bridge closed", text=before, language=language, page=before)
    return significance(
        one, Reading(title=more.get("title", "Bridge closed"), text=after, language=language, page=after)
    )


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("engineers", "engineers", ()),
        ("“We could not take the risk another day,”", '"We could not take the risk another day,"', ()),  # typography
        ("engineers found", "enginers found", ("typo",)),
        ("its arches", "it's arches", ("typo",)),
        ("foot.", "foot", ()),
        ("on foot", "by bicycle", ("rewrite",)),
        ("could not", "could", ("quote",)),  # in somebody's mouth
        ("found cracks", "found no cracks", ("rewrite",)),  # few letters, another meaning
        ("12 weeks", "14 weeks", ("number",)),
        ("two of its", "three of its", ("number",)),
        ("4,300 people", "3,400 people", ("number",)),
        ("Some 4,300 people", "Many people", ("number", "rewrite")),
        ("the risk another day", "that risk", ("quote",)),
        ("on foot.", "on foot.\n\nCorrection: the bridge has two arches, not three.", ("correction-notice",)),
        (
            "4,300 people cross it each morning, most of them on foot.",
            "3,400 people cross it each morning, most of them on foot.\n\nAn earlier version of this article gave 4,300.",
            ("number", "correction-notice"),
        ),
        ("on foot.", "on foot.\n\nA ferry will run until spring, the council said.", ("rewrite",)),
        ("Some 4,300 people cross it each morning, most of them on foot.", "", ("rewrite",)),
    ],
)
def test_an_edit_has_its_kinds(old: str, new: str, expected: tuple[str, ...]) -> None:
    assert old in TEXT
    assert set(kinds(TEXT, TEXT.replace(old, new))) == set(expected)


def test_a_headline_is_another_when_its_words_are() -> None:
    assert kinds(TEXT, TEXT, title="Bridge shut") == ("headline",)
    assert kinds(TEXT, TEXT, title="‘BRIDGE CLOSED’") == ()
    before = Reading(title="Fire kills 12 in old town", text=TEXT)
    assert significance(before, replace(before, title="Fire kills 14 in old town")) == ("headline", "number")


@pytest.mark.parametrize(
    ("line", "number", "other", "counts"),
    [
        ("{} comments", "12", "15", False),
        ("Reading time: {} minutes", "3", "4", False),
        ("{} hours ago", "2", "5", False),
        ("{} просмотров", "1200", "1450", False),
        ("阅读 {}", "88", "91", False),
        ("Dead: {}", "12", "14", True),
        ("More than {} comments reached the council on the plan, its clerk said on Monday.", "120", "140", True),
    ],
)
def test_a_pages_counters_are_no_edits(line: str, number: str, other: str, counts: bool) -> None:
    before, after = (f"{TEXT}\n\n{line.format(value)}" for value in (number, other))
    assert kinds(before, after) == (("number",) if counts else ())


def test_somebodys_words_are_known_without_marks_too() -> None:
    before = Reading(title="", text="- We came at once, the warden said.", quotes=((2, 17),))
    assert significance(before, replace(before, text="- We came at noon, the warden said.")) == ("quote",)


def test_a_name_is_never_a_slip_of_the_pen() -> None:
    before = Reading(title="", text="The minister, Ana Smith, left.", names=frozenset({"ana", "smith"}))
    assert significance(before, replace(before, text="The minister, Ana Smyth, left.")) == ("rewrite",)


def test_what_only_moved_between_text_and_furniture_was_not_edited() -> None:
    page = f"{TEXT}\n\nRead more: the ferries of the north and their captains"
    before = Reading(title="t", text=TEXT, page=page)
    assert significance(before, replace(before, text=page)) == ()
    assert significance(replace(before, text=page), before) == ()


def test_paragraphs_that_are_parted_or_joined_are_no_edit() -> None:
    parted = TEXT.replace(" the mayor, Ada Novak", " the mayor,\n\nAda Novak").replace(
        "morning, most", "morning,\n\nmost"
    )
    assert kinds(TEXT, parted) == kinds(parted, TEXT) == ()


def test_a_note_of_the_editors_counts_wherever_the_page_shows_it() -> None:
    before = Reading(title="t", text=TEXT, page=TEXT)
    noted = replace(before, notices=("We got the number of arches wrong.",))
    assert significance(before, noted) == ("correction-notice",)
    assert significance(noted, noted) == ()
    assert significance(before, replace(before, notices=("Updated at 14:05 with a quote",))) == ()


NOTICES = {
    "en": (
        "This article has been corrected to say that 36 ships wait.",
        "This article has been withdrawn by its editors.",
    ),
    "de": ("Berichtigung: Es warten 36 Schiffe, nicht 63.", "Dieser Artikel wurde zurückgezogen, weil er falsch war."),
    "fr": ("Rectificatif : 36 navires attendent, et non 63.", "Cet article a été retiré par la rédaction."),
    "es": ("Fe de errores: esperan 36 barcos y no 63.", "Este artículo ha sido retirado por la redacción."),
    "ru": ("Поправка: ждут 36 судов, а не 63.", "Эта статья была отозвана редакцией."),
    "tr": ("Düzeltme: Bekleyen gemi sayısı 36'dır.", "Bu haber yayından kaldırıldı, okurlarımızdan özür dileriz."),
    "ar": ("تصحيح: عدد السفن المنتظرة 36 سفينة لا 63.", "تم سحب هذا المقال من قبل هيئة التحرير."),
    "zh": ("更正：等待的船只为36艘，而非63艘。", "本文已撤回，编辑部谨此致歉。"),
}


@pytest.mark.parametrize("language", NOTICES)
def test_notices_are_read_in_eight_languages(language: str) -> None:
    corrected, withdrawn = NOTICES[language]
    assert kinds(TEXT, f"{TEXT}\n\n{corrected}", language) == ("correction-notice",)
    assert "withdrawn" in kinds(TEXT, withdrawn, language)
    assert kinds(f"{TEXT}\n\n{corrected}", f"{TEXT}\n\n{corrected}", language) == ()


OTHERS = [
    (
        "de",
        "number",
        "Bei dem Brand gab es drei Tote, teilte die Feuerwehr mit.",
        "Bei dem Brand gab es vier Tote, teilte die Feuerwehr mit.",
    ),
    (
        "de",
        "number",
        "Einundzwanzig Häuser wurden evakuiert, sagte ein Sprecher.",
        "Dreiundzwanzig Häuser wurden evakuiert, sagte ein Sprecher.",
    ),
    (
        "de",
        "typo",
        "Der Bürgermeister hat das das Gesetz begrüßt und will es umsetzen.",
        "Der Bürgermeister hat das Gesetz begrüßt und will es umsetzen.",
    ),
    (
        "de",
        "quote",
        "„Wir haben das nie gesagt“, erklärte die Ministerin am Freitag.",
        "„Wir haben das so nie gesagt“, erklärte die Ministerin am Freitag.",
    ),
    (
        "fr",
        "number",
        "Une dizaine de blessés ont été transportés à l'hôpital.",
        "Une vingtaine de blessés ont été transportés à l'hôpital.",
    ),
    (
        "fr",
        "typo",
        "L'acceuil des visiteurs reprendra lundi matin au musée.",
        "L'accueil des visiteurs reprendra lundi matin au musée.",
    ),
    (
        "fr",
        "quote",
        "« Nous irons jusqu'au bout », a promis la maire devant la presse.",
        "« Nous irons plus loin », a promis la maire devant la presse.",
    ),
    (
        "es",
        "number",
        "Cuarenta y dos vecinos firmaron la carta enviada al alcalde.",
        "Cuarenta y tres vecinos firmaron la carta enviada al alcalde.",
    ),
    (
        "es",
        "typo",
        "La oposición va a exijir explicaciones al gobierno regional.",
        "La oposición va a exigir explicaciones al gobierno regional.",
    ),
    (
        "es",
        "quote",
        "«No hay dinero», dijo el concejal de Hacienda al salir.",
        "«No hay dinero este año», dijo el concejal de Hacienda al salir.",
    ),
    (
        "ru",
        "number",
        "Погибли сорок два человека, сообщили в министерстве.",
        "Погибли сорок три человека, сообщили в министерстве.",
    ),
    ("ru", "number", "Спасатели вывезли двадцать семей из посёлка.", "Спасатели вывезли тридцать семей из посёлка."),
    (
        "ru",
        "quote",
        "«Мы не отступим», — заявил капитан команды после матча.",
        "«Мы никогда не отступим», — заявил капитан команды после матча.",
    ),
    (
        "tr",
        "number",
        "Fiyatlar yüzde 12 arttı, açıklama bugün geldi.",
        "Fiyatlar yüzde 14 arttı, açıklama bugün geldi.",
    ),
    (
        "tr",
        "quote",
        '"Bu yolu birlikte yürüyeceğiz" diye konuştu başkan.',
        '"Bu yolu sonuna kadar yürüyeceğiz" diye konuştu başkan.',
    ),
    ("ar", "number", "أصيب اثنا عشر عاملا في الحادث صباح اليوم.", "أصيب أربعة عشر عاملا في الحادث صباح اليوم."),
    (
        "ar",
        "quote",
        "قال الوزير: «لن نتراجع عن القرار» أمام البرلمان.",
        "قال الوزير: «لن نتراجع عن هذا القرار» أمام البرلمان.",
    ),
    ("zh", "number", "约三分之一的居民已经撤离。", "约四分之一的居民已经撤离。"),
    ("zh", "typo", "他在次呼吁各方保持克制。", "他再次呼吁各方保持克制。"),
    ("zh", "quote", "他说：“我们不会放弃。”随后离开会场。", "他说：“我们决不会放弃努力。”随后离开会场。"),
    (
        "en",
        "number",
        "Some two dozen people were held, police said.",
        "Some three dozen people were held, police said.",
    ),
    (
        "en",
        "number",
        "It happened at 9:40 on Tuesday near the depot.",
        "It happened at 8:40 on Tuesday near the depot.",
    ),
    (
        "en",
        "typo",
        "Residents said thier homes had shaken for a minute.",
        "Residents said their homes had shaken for a minute.",
    ),
    (
        "en",
        "quote",
        "‘We were lucky,’ said the driver, who was unhurt.",
        "‘We were very lucky,’ said the driver, who was unhurt.",
    ),
    (
        "en",
        "quote",
        '"It was a mistake," the chairman told reporters.',
        '"Mistakes were made," the chairman told reporters.',
    ),
    (
        "en",
        "rewrite",
        "Police arrested a man near the station after the fight.",
        "Officers detained a man close to the station after the brawl.",
    ),
    ("en", "rewrite", "The suspect shot the guard, police said.", "The man allegedly shot the guard, police said."),
]


@pytest.mark.parametrize(("language", "kind", "before", "after"), OTHERS)
def test_kinds_are_told_apart_in_every_language(language: str, kind: str, before: str, after: str) -> None:
    assert kinds(f"{before}\n\n{TEXT}", f"{after}\n\n{TEXT}", language) == (kind,)


def test_talk_of_corrections_is_no_notice() -> None:
    for line in ("The correction of the course took an hour.", "Markets saw a correction on Friday, traders said."):
        assert kinds(TEXT, f"{TEXT}\n\n{line}") == ("rewrite",)


def test_an_edit_is_silent_when_nobody_was_told() -> None:
    assert is_silent(("number",))
    assert is_silent(("headline", "quote"))
    assert not is_silent(("number", "correction-notice"))
    assert not is_silent(("number", "withdrawn"))
    assert not is_silent(("typo", "rewrite", "headline"))


def _edits() -> Iterator[tuple[str, Edit, Telling, Telling]]:
    for event in load_events():
        for telling in event.tellings:
            last = 0.0
            for edit in telling.edits:
                yield event.language, edit, at(telling, last), at(telling, edit.hours)
                last = edit.hours


def test_every_edit_of_the_world_is_what_the_world_says_it_is() -> None:
    """Beside the kind itself only what comes with it by nature: a headline that holds the figure, the corrected figure."""
    wrong = []
    for language, edit, before, after in _edits():
        if edit.kind == "withdrawn":
            continue
        one, other = (
            Reading(title=t.title, text="\n\n".join(t.paragraphs), language=language) for t in (before, after)
        )
        found = set(significance(one, other))
        wanted = {"correction": "correction-notice"}.get(edit.kind, edit.kind)
        also = {"number": {"headline"}, "correction": {"number"}}.get(edit.kind, set())
        if wanted not in found or found - also - {wanted} or is_silent(found) != (edit.kind in {"number", "quote"}):
            wrong.append((language, edit.kind, sorted(found), edit.replace))
    assert wrong == []


def test_hostile_texts_are_judged_in_bounded_time() -> None:
    began = time.process_time()
    hostile = [
        "“" * 50_000,
        '"' * 50_000,
        "a " * 50_000,
        "x" * 200_000,
        "correction " * 20_000,
        "«" * 9 + "1 " * 40_000,
    ]
    for text in hostile:
        assert set(significance(Reading(title="t", text=TEXT), Reading(title="t", text=text, page=text))) <= set(KINDS)
        significance(Reading(title="t", text=text, page=text), Reading(title="t", text=f"{text} b", page=text))
    assert time.process_time() - began < 30  # it takes three seconds
