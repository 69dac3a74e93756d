"""robots.txt by RFC 9309; section numbers are its own."""

from __future__ import annotations

import time

import pytest

from crawlers.robots import LIMIT, parse, robots, robots_row, token

FOO = "FooBot/2.1 (+https://example.org)"


@pytest.mark.parametrize(
    ("body", "path", "allowed"),
    [
        # 2.2.2: the most octets decide, Allow wins a tie
        ("User-agent: *\nAllow: /p\nDisallow: /", "/page", True),
        ("User-agent: *\nAllow: /folder\nDisallow: /folder", "/folder/page", True),
        ("User-agent: *\nAllow: /page\nDisallow: /*.htm", "/page.htm", False),
        ("User-agent: *\nAllow: /$\nDisallow: /", "/", True),
        ("User-agent: *\nAllow: /$\nDisallow: /", "/page.htm", False),
        # 2.2.3: special characters
        ("User-agent: *\nDisallow: /*.php$", "/a/b.php", False),
        ("User-agent: *\nDisallow: /*.php$", "/a/b.php?x=1", True),
        ("User-agent: *\nDisallow: /fish*", "/fishheads", False),
        ("User-agent: *\nDisallow: /a%2Ab", "/a*b", False),
        ("User-agent: *\nDisallow: /a%24b", "/a$b", False),
        ("User-agent: *\nDisallow: /a$b", "/a$bc", False),
        # 2.2.2: percent-encoding
        ("User-agent: *\nDisallow: /ツ", "/%E3%83%84", False),
        ("User-agent: *\nDisallow: /%e3%83%84", "/ツ", False),
        ("User-agent: *\nDisallow: /%62%61%7A", "/baz", False),
        ("User-agent: *\nDisallow: /a?u=https://x", "/a?u=https%3A%2F%2Fx", False),
        ("User-agent: *\nDisallow: /a?u=https%3A%2F%2Fx", "/a?u=https://x", False),
        ("User-agent: *\nDisallow: /a%2Fb", "/a/b", True),
        ("User-agent: *\nDisallow: /Case", "/case", True),
        # 2.2.1: groups of one agent are merged, the agent's own stand above `*`
        (
            "User-agent: foobot\nDisallow: /a\nUser-agent: x\nDisallow: /c\nUser-agent: FOOBOT\nDisallow: /b",
            "/b",
            False,
        ),
        ("User-agent: *\nDisallow: /\n\nUser-agent: foobot\nDisallow: /a", "/b", True),
        ("User-agent: *\nDisallow: /\n\nUser-agent: foobot\n", "/b", True),
        ("User-agent: foo\nDisallow: /", "/b", True),
        ("User-agent: foobot/1.0\nDisallow: /", "/b", False),
        ("User-agent: other\nUser-agent: foobot\nDisallow: /", "/b", False),
        # 2.2.4: other records do not end a group
        ("User-agent: foobot\nSitemap: http://x/\nUser-agent: other\nDisallow: /", "/b", False),
        # forgiven mistakes
        ("\ufeffUser-agent: *\nDisallow: /", "/b", False),
        ("USERAGENT : *\r\rdissallow : / # all", "/b", False),
        ("user-agent *\ndisallow /", "/b", False),
        ("User-agent: *\nDisallow:", "/b", True),
        ("Disallow: /", "/b", True),
        ("<html><body>Not found</body></html>", "/b", True),
        ("User-agent: *\nDisallow: /", "/robots.txt", True),
    ],
)
def test_rules(body: str, path: str, allowed: bool) -> None:
    row = {"id": 1, "status": 200, "body": body, "agent": FOO, "path": path}
    assert robots_row(row)["allowed"] is allowed


@pytest.mark.parametrize(
    ("status", "allowed"),
    [
        *((200, False), (204, False), (301, True), (401, True), (403, True), (404, True), (429, True)),
        *((500, False), (503, False), (None, False)),
    ],
)
def test_what_a_status_means(status: int | None, allowed: bool) -> None:
    assert robots(status, b"User-agent: *\nDisallow: /", FOO).allows("/a") is allowed


def test_a_time_out_is_a_row_without_status_and_body() -> None:
    assert robots_row({"id": 1, "path": "/"}) == {"id": 1, "allowed": False, "delay": None}
    assert robots_row({"id": 1, "body": "", "path": None})["allowed"] is True


def test_delays() -> None:
    assert parse(b"User-agent: *\nCrawl-delay: 2.5", FOO).delay == 2.5
    assert parse(b"User-agent: *\nCrawl-delay: 2\nUser-agent: foobot\nDisallow:", FOO).delay is None
    assert parse(b"User-agent: *\nCrawl-delay: 1\nUser-agent: *\nCrawl-delay: 3", FOO).delay == 3
    assert parse(b"User-agent: *\nCrawl-delay: soon", FOO).delay is None
    assert parse(b"User-agent: *\nCrawl-delay: -1", FOO).delay is None
    assert parse(b"User-agent: *\nCrawl-delay: 1e999", FOO).delay == 1
    assert robots(503, b"User-agent: *\nCrawl-delay: 2", FOO).delay is None


def test_what_lies_beyond_the_limit_is_not_read() -> None:
    filler = b"# " + b"x" * 98 + b"\n"
    body = b"User-agent: *\nDisallow: /a\n" + filler * (LIMIT // len(filler) + 1) + b"Disallow: /b\n"
    rules = parse(body, FOO)
    assert not rules.allows("/a")
    assert rules.allows("/b")


def test_agents() -> None:
    assert token("Broadsheet/0.1 (+https://example.org)") == "broadsheet"
    assert token("Mozilla/5.0 (compatible; FooBot/1.0)") == "foobot"
    assert token("") == ""


def test_sitemaps_are_named_whatever_the_group() -> None:
    assert parse(b"Sitemap: http://a/s.xml\nUser-agent: x\nSitemap: http://a/t.xml", FOO).sitemaps == (
        "http://a/s.xml",
        "http://a/t.xml",
    )


def test_patterns_made_to_be_slow_are_not() -> None:
    body = ("User-agent: *\n" + ("Disallow: /" + "*a" * 2000 + "$\n") * 20).encode()
    started = time.process_time()
    assert parse(body, FOO).allows("/" + "a" * 8000 + "b")
    assert time.process_time() - started < 10
