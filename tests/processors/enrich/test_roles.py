"""Whose role the text says, in eight languages, and whose it does not."""

from __future__ import annotations

import pytest

from processors.enrich import enrich_row
from processors.enrich.document import read
from processors.enrich.roles import first_of


def roles(text: str, language: str | None = None) -> dict[str, str | None]:
    found = enrich_row({"text": text, "language": language})["entities"]
    for one in found:
        if one.get("role"):
            start, end = one["role_span"]
            assert " ".join(text[start:end].split()) == one["role"]
    return {one["text"]: one.get("role") for one in found if one["type"] == "PER"}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Turkish Foreign Minister Mevlut Cavusoglu said so.", {"Mevlut Cavusoglu": "Turkish Foreign Minister"}),
        ("In Moscow he met Russia's foreign minister Sergei Lavrov.", {"Sergei Lavrov": "Russia's foreign minister"}),
        ("Lavrov, the foreign minister of Russia, spoke.", {"Lavrov": "foreign minister of Russia"}),
        ("Anna Berg, a chemist who had worked on ice, left.", {"Anna Berg": "chemist"}),
        ("German Chancellor Olaf Scholz and French President Emmanuel Macron met.",
         {"Olaf Scholz": "German Chancellor", "Emmanuel Macron": "French President"}),
        ("Der russische Außenminister Sergej Lawrow traf Bundeskanzlerin Angela Merkel in Berlin.",
         {"Sergej Lawrow": "russische Außenminister", "Angela Merkel": "Bundeskanzlerin"}),
        ("Wladimir Putin, Präsident von Russland, kam nach Berlin.", {"Wladimir Putin": "Präsident von Russland"}),
        ("Le ministre français des Affaires étrangères, Laurent Fabius, a vu le président russe Vladimir Poutine.",
         {"Laurent Fabius": "ministre français des Affaires étrangères", "Vladimir Poutine": "président russe"}),
        ("El ministro de Exteriores, José Manuel Albares, habló con el presidente chileno Gabriel Boric.",
         {"José Manuel Albares": "ministro de Exteriores", "Gabriel Boric": "presidente chileno"}),
        ("Министр иностранных дел России Сергей Лавров прибыл. Дмитрий Песков, пресс-секретарь президента, подтвердил это.",
         {"Сергей Лавров": "Министр иностранных дел России", "Дмитрий Песков": "пресс-секретарь президента"}),
        ("Dışişleri Bakanı Mevlüt Çavuşoğlu, ABD Başkanı Joe Biden ile görüştü.",
         {"Mevlüt Çavuşoğlu": "Dışişleri Bakanı", "Joe Biden": "ABD Başkanı"}),
        ("قال وزير الخارجية الروسي سيرغي لافروف إن الرئيس السوري بشار الأسد وافق.",
         {"سيرغي لافروف": "وزير الخارجية الروسي", "بشار الأسد": "الرئيس السوري"}),
        ("俄罗斯外交部长拉夫罗夫说，土耳其总统埃尔多安同意。", {"拉夫罗夫": "俄罗斯外交部长", "埃尔多安": "土耳其总统"}),
    ],
)  # fmt: skip
def test_a_role_beside_a_name_is_read(text: str, wanted: dict[str, str]) -> None:
    assert roles(text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "Lavrov, who met the president, agreed.",
        "The spokesperson for Erdogan said nothing.",
        "Lavrov, President Putin and others met in Moscow.",
        "They thanked the doctor. Sergei Lavrov left.",
        "Der Minister lobte Angela Merkel für ihre Rede.",
        "Le président rencontre Vladimir Poutine à Moscou.",
    ],
)
def test_what_is_said_of_another_is_no_role(text: str) -> None:
    found = roles(text)
    assert [role for name, role in found.items() if not name.endswith("Putin")] == [None] * len(
        [name for name in found if not name.endswith("Putin")]
    )


def test_a_given_name_behind_an_office_belongs_to_the_name() -> None:
    text = read("Turkish Defence Minister Hulusi Akar arrived.", "en")
    assert [first_of(text, at) for at in (3, 4)] == [3, 3]
    assert first_of(read("In Ankara Hulusi Akar arrived.", "en"), 3) == 3
    assert first_of(read("Der Minister Herr Akar kam.", "de"), 3) == 3
