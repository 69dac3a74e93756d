"""Bytes become the text their writer meant."""

import pytest

from processors.extract.decode import binary, decode, without_nul

TURKISH = "<html lang=tr><p>Çavuşoğlu İstanbul'da: “Görüşme iyi geçti”</p>"
RUSSIAN = "<html lang=ru><p>Министр сообщил о встрече в Москве</p>"
CHINESE = "<html><p>新华社北京电，外交部发言人表示</p>"


@pytest.mark.parametrize(
    ("text", "encoding", "headers"),
    [
        (TURKISH, "utf-8", ()),
        (TURKISH, "utf-8", (("content-type", "text/html; charset=iso-8859-1"),)),  # the header lies
        (TURKISH, "cp1254", (("content-type", "text/html; charset=iso-8859-9"),)),
        (RUSSIAN, "cp1251", ()),  # no label but the page's language
        (RUSSIAN, "cp1251", (("content-type", "text/html; charset=utf-8"),)),  # the header lies
        (CHINESE, "gb18030", (("content-type", "text/html; charset=gb2312"),)),
        ('<meta charset="big5">' + "<p>臺灣新聞</p>", "big5", ()),
        ("<p>ニュース速報</p>", "shift_jis", (("content-type", 'text/html; charset="Shift_JIS"'),)),
        ("<p>Žluťoučký kůň</p>", "utf-16-le", ()),
    ],
)
def test_the_encoding_is_that_of_the_bytes(text: str, encoding: str, headers: tuple[tuple[str, str], ...]) -> None:
    assert decode(text.encode(encoding), headers)[0] == text


def test_a_byte_order_mark_beats_every_label() -> None:
    body = b"\xef\xbb\xbf" + TURKISH.encode()
    assert decode(body, (("content-type", "text/html; charset=windows-1252"),)) == (TURKISH, "utf-8", "bom")


def test_an_unknown_label_is_passed_over() -> None:
    assert decode(RUSSIAN.encode(), (("content-type", "text/html; charset=x-nonsense"),))[0] == RUSSIAN


def test_nul_and_lone_surrogates_are_replaced_and_reported() -> None:
    assert without_nul("a\x00b") == ("a\ufffdb", True)
    assert without_nul("plain") == ("plain", False)


@pytest.mark.parametrize(("body", "what"), [(b"%PDF-1.7 ...", "PDF"), (b"\x89PNG\r\n", "image"), (b"<html>", None)])
def test_what_is_no_text_is_named(body: bytes, what: str | None) -> None:
    assert binary(body) == what
