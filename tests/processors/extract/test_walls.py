"""Pages that ask for consent or for proof of being human are walls in every language we read."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from broadsheet.model import Article, Claims, Page
from broadsheet.storage.known import EMPTY
from processors.extract import extract

MOMENT = datetime(2026, 11, 26, tzinfo=UTC)
CONSENT = (
    "We and our 92 partners store and/or access information on a device, such as identifiers. You may agree or refuse.",
    "Wir und unsere 92 Partner speichern Informationen auf einem Gerät. Sie können zustimmen oder ablehnen.",
    "Nous et nos 92 partenaires stockons des informations sur votre terminal. Vous pouvez accepter ou refuser.",
    "Nosotros y nuestros 92 socios almacenamos información en su dispositivo. Puede aceptar o rechazarlo todo.",
    "Мы и 92 партнёра храним данные на вашем устройстве. Вы можете согласиться или отказаться.",
    "Biz ve 92 ortağımız cihazınızda bazı bilgileri saklıyoruz. Kabul edebilir ya da reddedebilirsiniz.",
    "نحن وشركاؤنا نخزن معلومات على جهازك. يمكنك القبول أو الرفض في أي وقت تشاء.",
    "我们和92家合作伙伴在您的设备上存储信息，您可以同意或拒绝。",
)
ROBOTS = (
    "We need to make sure that you are not a robot before you read on.",
    "Bitte bestätigen Sie kurz, ob Sie ein Mensch sind.",
    "Merci de confirmer que vous n'êtes pas un robot.",
    "Confirme que no eres un robot para seguir.",
    "Подтвердите, что вы не робот, чтобы продолжить.",
    "Devam etmeden önce robot olmadığınızı doğrulayın.",
    "يرجى التأكد من أنك لست روبوتا قبل المتابعة.",
    "请确认您不是机器人后再继续访问。",
)


def page(text: str) -> Page:
    html = f"<html><head><title>News</title></head><body><header>News</header><main><p>{text}</p></main></body></html>"
    return Page(
        id=1, url="https://news.example/a/1", final_url="https://news.example/a/1", source="news", host="news.example",
        status=200, headers=(("content-type", "text/html; charset=utf-8"),), body=html.encode(), fetched=MOMENT,
        first_seen=MOMENT, claims=Claims(source="news"),
    )  # fmt: skip


@pytest.mark.parametrize("text", [*CONSENT, *ROBOTS])
def test_a_wall_is_no_article(text: str) -> None:
    found = extract(page(text), EMPTY)
    assert isinstance(found, Article)
    assert found.verdict == "wall"
