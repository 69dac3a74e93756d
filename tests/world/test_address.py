import pytest

from broadsheet.world.address import address_key, hostname, split_target


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("/a/b/", "/a/b"),
        ("/%D1%8F", "/%d1%8f"),
        ("/я", "/%D1%8F"),
        ("/a?x=1&y=2", "/a?y=2&x=1"),
        ("/a?utm_source=rss&x=1", "/a?x=1"),
        ("/a#part", "/a"),
        ("/page/a%3Ab%2Fc", "/page/a:b/c"),
    ],
)
def test_spellings_of_one_address_agree(one: str, other: str) -> None:
    assert address_key(one) == address_key(other)


@pytest.mark.parametrize(("one", "other"), [("/a?x=1", "/a?x=2"), ("/a", "/b"), ("/a?x=", "/a"), ("/A", "/a")])
def test_different_addresses_stay_apart(one: str, other: str) -> None:
    assert address_key(one) != address_key(other)


@pytest.mark.parametrize(
    ("target", "host", "split"),
    [
        ("/a?b", "x.test:8080", ("x.test", "/a?b")),
        ("http://y.test/a?b=http://z", "x.test", ("y.test", "/a?b=http://z")),
        ("https://y.test:443/", "", ("y.test", "/")),
        ("http://y.test", "", ("y.test", "/")),
        ("/", "[::1]:80", ("::1", "/")),
        ("/", "X.Test.", ("x.test", "/")),
    ],
)
def test_a_target_and_its_host(target: str, host: str, split: tuple[str, str]) -> None:
    assert split_target(target, host) == split


def test_a_host_without_a_name_is_empty() -> None:
    assert hostname("") == ""
