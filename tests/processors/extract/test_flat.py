"""Texts without markup: what is the article's and what is not shows in the lines alone."""

from __future__ import annotations

import pytest

from broadsheet.model import BODY_ROLES
from processors.extract.flat import flat_parts
from processors.extract.parts import Part

TITLE = "Harbour town votes to rebuild its old lighthouse"
BODY = [
    "The council of the harbour town voted on Tuesday to rebuild the lighthouse that a storm had damaged two winters ago.",
    "Members agreed that the tower, which stands at the end of the northern pier, must be open again before the summer.",
    "“We have waited long enough,” said the mayor, Ines Aldana, after the vote in the town hall by the harbour.",
    "The work will cost 4.2 million euros, of which the province pays half and the harbour authority a third.",
    "Fishermen had asked for a light that can be seen from the outer banks, where three boats ran aground last year.",
]
HEADLINES = [
    "Film star denies rumours about secret wedding in Las Vegas",
    "Central bank leaves interest rates unchanged for third month",
    "Nine dead after bus plunges into ravine in northern Peru",
    "Champions League: late goal sends Bayern into semi-finals",
    "Scientists find water beneath the surface of distant moon",
    "Pop singer cancels tour after collapse on stage in Osaka",
    "Why your coffee is about to become more expensive",
    "Parliament approves new rules for electric scooters",
]
ELSEWHERE = {
    "de": [
        "Schauspielerin bestätigt Trennung nach zehn Jahren Ehe",
        "Bahn streicht Hunderte Verbindungen im Fernverkehr",
    ],
    "fr": ["Le prix du gaz augmentera encore au printemps", "Une actrice condamnée pour fraude fiscale à Marseille"],
    "es": [
        "Detenido en Sevilla el ladrón de la joyería imperial",
        "La inflación cae por quinto mes consecutivo en Chile",
    ],
    "ru": [
        "Актриса подтвердила развод после десяти лет брака",
        "Центробанк сохранил ключевую ставку третий раз подряд",
    ],
    "tr": ["Ünlü oyuncu gizli nikah iddialarını yalanladı", "Merkez Bankası faizi üçüncü kez sabit bıraktı"],
    "ar": ["ممثلة مشهورة تنفي شائعات زواجها السري في باريس", "البنك المركزي يثبت أسعار الفائدة للشهر الثالث"],
    "zh": ["著名演员否认在巴黎秘密结婚的传闻", "中央银行连续第三个月维持利率不变"],
}


def text_of(parts: list[Part]) -> str:
    return "\n".join(part.text.strip() for part in parts if part.role in BODY_ROLES)


def page(headlines: list[str], bullet: str, place: int) -> str:
    lines = [f"{bullet}{headline}" for headline in headlines]
    if bullet == "-\n":
        lines = [line for headline in headlines for line in ("-", headline)]
    return "\n".join([TITLE, *BODY[:place], *lines, *BODY[place:]])


@pytest.mark.parametrize("bullet", ["- ", "• ", "", "-\n", "* "])
@pytest.mark.parametrize("place", [2, 3, 5])
@pytest.mark.parametrize("count", [1, 2, 5, 8])
def test_unrelated_headlines_leave_and_every_paragraph_stays(bullet: str, place: int, count: int) -> None:
    kept = text_of(flat_parts(page(HEADLINES[:count], bullet, place)))
    assert [paragraph for paragraph in BODY if paragraph not in kept] == []
    assert [headline for headline in HEADLINES[:count] if headline in kept] == []


@pytest.mark.parametrize("language", sorted(ELSEWHERE))
@pytest.mark.parametrize("bullet", ["- ", "• ", ""])
def test_headlines_of_other_languages_leave_too(language: str, bullet: str) -> None:
    kept = text_of(flat_parts(page(ELSEWHERE[language], bullet, 5)))
    assert [headline for headline in ELSEWHERE[language] if headline in kept] == []
    assert [paragraph for paragraph in BODY if paragraph not in kept] == []


@pytest.mark.parametrize(
    "items",
    [
        ["the lamp of the old lighthouse", "the northern pier and its railings", "the house of the harbour authority"],
        [
            "The mayor: open before the summer",
            "The fishermen: a light for the outer banks",
            "The province: half of the cost",
        ],
    ],
)
def test_the_articles_own_lists_stay(items: list[str]) -> None:
    lines = [TITLE, *BODY[:3], "The council wants these rebuilt first:", *(f"- {item}" for item in items), *BODY[3:]]
    kept = text_of(flat_parts("\n".join(lines)))
    assert [item for item in items if item not in kept] == []


def test_a_subheading_stays() -> None:
    kept = text_of(flat_parts("\n".join([TITLE, *BODY[:3], "A light for the outer banks", *BODY[3:]])))
    assert "A light for the outer banks" in kept


@pytest.mark.parametrize(
    "phrase",
    [
        "There are no comments.", "LEAVE A COMMENT Your email address will not be published. Required fields are marked *",
        "Ihre E-Mail-Adresse wird nicht veröffentlicht. Erforderliche Felder sind markiert.", "Es gibt noch keine Kommentare.",
        "Votre adresse e-mail ne sera pas publiée. Les champs obligatoires sont indiqués.", "Síguenos en Facebook y Twitter",
        "Tu dirección de correo electrónico no será publicada.", "Подписывайтесь на нас в Telegram", "Комментариев пока нет",
        "E-posta adresiniz yayınlanmayacak. Gerekli alanlar işaretlidir.", "Bizi takip edin", "تابعونا على فيسبوك",
        "لن يتم نشر عنوان بريدك الإلكتروني. الحقول الإلزامية مشار إليها.", "您的邮箱地址不会被公开。 必填项已标注", "分享到微信",
        "Follow us on:", "Share this article", "Sign up for our newsletter", "All rights reserved.",
    ],
)  # fmt: skip
def test_forms_and_footers_of_eight_languages_leave(phrase: str) -> None:
    assert phrase not in text_of(flat_parts("\n".join([TITLE, *BODY, phrase])))


def test_a_caption_loses_its_credit_and_its_cut_off_twin_goes() -> None:
    caption = "Workers inspect the damaged tower at the end of the pier in the harbour on Monday."
    parts = flat_parts("\n".join([TITLE, caption[:50], f"{caption} (Reuters/Ana Ruiz)", *BODY]))
    assert [part.text.strip() for part in parts if part.role == "caption"] == [caption[:50], caption]
    assert [part.text for part in parts if part.role == "credit"] == ["(Reuters/Ana Ruiz)"]
    assert text_of(parts).startswith(BODY[0])


def test_a_dateline_is_a_part_of_its_own() -> None:
    parts = flat_parts("\n".join([TITLE, f"LISBON (Reuters) - {BODY[0]}", *BODY[1:]]))
    assert [part.text for part in parts if part.role == "dateline"] == ["LISBON (Reuters) - "]
    assert text_of(parts).startswith(BODY[0])


@pytest.mark.parametrize(
    "text", ["", "\n\n", "word", "-", "•\n•\n", "a" * 5000, "\n".join("x" * 9 for _ in range(5000))]
)
def test_any_text_comes_back_whole(text: str) -> None:
    assert "".join("".join(part.text.split()) for part in flat_parts(text)) == "".join(text.split())
