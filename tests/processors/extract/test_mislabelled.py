"""A label that lies is found out by the words the bytes make; Western text keeps its label."""

from __future__ import annotations

import pytest

from processors.extract.decode import decode

HEADERS = (("content-type", "text/html; charset=iso-8859-1"),)
TEXTS = {
    "cp1251": "Смотритель маяка на острове исписал сорок первую тетрадь; в ней все суда, прошедшие мимо с того года.",
    "koi8-r": "Смотритель маяка на острове исписал сорок первую тетрадь; в ней все суда, прошедшие мимо с того года.",
    "cp1253": "Ο φύλακας του φάρου στο νησί γέμισε το τετράδιό του με όλα τα πλοία που πέρασαν από εκεί εκείνη τη χρονιά.",
    "cp1255": "שומר המגדלור באי מילא את המחברת שלו בכל האוניות שעברו שם באותה שנה, בשעה, ברוח ובצבע הארובה.",
    "cp1256": "حارس المنارة في الجزيرة ملأ دفتره بجميع السفن التي مرت من هناك في تلك السنة، بالساعة والريح ولون المدخنة.",
    "gb18030": "岛上的灯塔看守人写满了第四十一本笔记，里面记着那一年以来经过这里的所有船只，他说这是他的国家。",
    "cp932": "島の灯台守は四十一冊目のノートを書き終えた。そこにはあの年からここを通ったすべての船が記されている。",
    "cp949": "섬의 등대지기는 마흔한 번째 공책을 다 썼다. 그 해부터 이곳을 지나간 모든 배가 그 안에 기록되어 있다고 한다.",
}
WESTERN = (
    "Le gardien du phare a rempli son cahier : été, forêt, gâteau, naïveté, créées, où l'été a été très élevé.",
    "Der Wächter füllte größere Hefte: Ärger, Übermut, Öl, Fußgänger, Straßenschäden, Gebäudehöhen, Möbel, Füße.",
)


@pytest.mark.parametrize("encoding", sorted(TEXTS))
def test_text_that_is_called_western_but_is_not_is_read_by_its_words(encoding: str) -> None:
    page = f"<p>{TEXTS[encoding]}</p>" * 3
    assert decode(page.encode(encoding), HEADERS)[0] == page


@pytest.mark.parametrize("text", WESTERN)
def test_western_text_keeps_its_label(text: str) -> None:
    page = f"<p>{text}</p>" * 5
    found, encoding, how = decode(page.encode("cp1252"), HEADERS)
    assert (found, encoding, how) == (page, "cp1252", "header")
