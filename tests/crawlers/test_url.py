"""One spelling for each address."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.address import canonical, host_of, join, split
from crawlers.url import url_row


@pytest.mark.parametrize(
    ("given_url", "expected"),
    [
        ("HTTP://Example.COM:80/a/../b/./c/%7euser/%e4%bd", "http://example.com/b/c/~user/%E4%BD"),
        ("https://example.com", "https://example.com/"),
        ("https://example.com:443/", "https://example.com/"),
        ("http://example.com:443/", "http://example.com:443/"),
        (
            "https://пример.рф/путь?q=слово",
            "https://xn--e1afmkfd.xn--p1ai/%D0%BF%D1%83%D1%82%D1%8C?q=%D1%81%D0%BB%D0%BE%D0%B2%D0%BE",
        ),
        ("https://faß.de/", "https://xn--fa-hia.de/"),
        ("http://user:secret@example.com/", "http://example.com/"),
        ("http://example.com\\a\\b", "http://example.com/a/b"),
        (" \thttp://exa\nmple.com/a b \n", "http://example.com/a%20b"),
        ("http://example.com./", "http://example.com/"),
        ("http://foo_bar.example.com/", "http://foo_bar.example.com/"),
        # the server sees none of these
        ("http://example.com/a#part", "http://example.com/a"),
        ("http://example.com/a?", "http://example.com/a"),
        # tracking goes, the rest stays as it is and where it is
        ("http://example.com/?b=2&utm_source=x&a=1&a=0&fbclid=y", "http://example.com/?b=2&a=1&a=0"),
        ("http://example.com/?utm%5Fsource=x", "http://example.com/"),
        ("http://example.com/?id=1&amp;utm_medium=rss", "http://example.com/?id=1"),
        ("http://example.com/?at_medium=RSS&at_campaign=KARANGA", "http://example.com/"),
        ("http://example.com/?ref=rss", "http://example.com/"),
        ("http://example.com/?ref=front", "http://example.com/?ref=front"),
        ("http://example.com/a;jsessionid=0F?x=1", "http://example.com/a?x=1"),
        # what a server may answer differently
        ("http://example.com/A//b/", "http://example.com/A//b/"),
        ("http://www.example.com/a+b?q=a+b%20c%2Bd", "http://www.example.com/a+b?q=a+b%20c%2Bd"),
        ("http://example.com/%2Fa%3F", "http://example.com/%2Fa%3F"),
        ("http://example.com/?a&b=&=c", "http://example.com/?a&b=&=c"),
        # however a number is written
        ("http://0x7f.1/", "http://127.0.0.1/"),
        ("http://2130706433/", "http://127.0.0.1/"),
        ("http://0177.0.0.01/", "http://127.0.0.1/"),
        ("http://[0:0::1]:8080/", "http://[::1]:8080/"),
        ("http://example.com/50%", "http://example.com/50%25"),
    ],
)
def test_spellings(given_url: str, expected: str) -> None:
    assert canonical(given_url) == expected
    assert canonical(expected) == expected


@pytest.mark.parametrize(
    "given_url",
    ["", "javascript:alert(1)", "mailto:a@b", "/a", "http://", "http://a..b/", "http://a:99999/", "http://a:x/",
     "http://[::1/", "http://300.1.1.1/", "http://1.2.3.4.5/", "http://a b/", "ftp://a/", "http://" + "a" * 64 + ".com/",
     "http://a/" + "x" * 300_000],
)  # fmt: skip
def test_what_cannot_be_fetched_is_refused_with_a_reason(given_url: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        canonical(given_url)


@given(st.text(max_size=80))
def test_spelling_twice_changes_nothing(text: str) -> None:
    for url in (f"http://example.com/{text}", f"https://{text}/", text):
        try:
            once = canonical(url)
        except ValueError:
            continue
        assert canonical(once) == once
        assert once.isascii()


def test_long_addresses_keep_their_length() -> None:
    url = "http://example.com/" + "a" * 10_000
    assert canonical(url) == url


def test_parts() -> None:
    address = split("https://example.com:8443/a?b=1")
    assert (address.host, address.port, address.target) == ("example.com", 8443, "/a?b=1")
    assert address.origin == "https://example.com:8443"
    assert host_of("http://[::1]:80/".replace(":80/", "/")) == "::1"


def test_only_web_addresses_are_joined() -> None:
    assert join("http://a.test/x/", "y") == "http://a.test/x/y"
    assert join("http://a.test/x/", "//b.test/y") == "http://b.test/y"
    assert join("http://a.test/", "mailto:x@y") is None
    assert join("", "y") is None
    assert join("http://a.test/", "http://[bad") is None


def test_the_filter_answers_null_with_a_reason() -> None:
    assert url_row({"id": 7, "url": "HTTP://A.test"}) == {"id": 7, "canonical": "http://a.test/"}
    assert url_row({"id": 8, "url": None})["canonical"] is None
