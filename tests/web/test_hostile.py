"""Whatever an address says, the answer is a page or a sentence, never an error of ours."""

from __future__ import annotations

import random

import pytest

from tests.web.conftest import Site

PATHS = (
    *("/", "/api/search", "/api/export", "/api/trace", "/trace", "/rejected", "/dead", "/audit", "/ops", "/ops/live"),
    *("/api/dead", "/api/rejected", "/compare", "/api/explain", "/api/articles/{v}", "/articles/{v}", "/stories/{v}"),
    *("/entities/{v}", "/api/articles/{v}/versions", "/articles/{v}/raw", "/static/{v}", "/{v}", "/api/stories/{v}"),
    *("/changes/{v}", "/api/{v}"),
)
NAMES = (
    *("q", "from", "size", "source", "lang", "topic", "after", "before", "sort", "fold", "facets", "story", "entity"),
    *("person", "org", "place"),
    *("url", "reason", "stage", "window", "done", "format", "a", "b", "as_of", "withdrawn"),
)
VALUES = (
    *(
        "%00",
        "%ED%A0%80",
        "%FF%FE",
        "%0d%0aX-Evil:1",
        "..%2f..%2fetc%2fpasswd",
        "%2e%2e/%2e%2e/x",
        "0",
        "-1",
        "1",
        "1e9",
    ),
    *("9" * 30, "9223372036854775807", "9223372036854775808", "٣", "2026-11-25", "9999-12-31", "0001-01-01", "NaN"),
    *("%3Cscript%3Ealert(1)%3C/script%3E", "%22%20onload=%22x", "a" * 5000, "%F0%9F%98%80", "%25s%25(x)s", "{{7*7}}"),
    *("'%20OR%201=1--", "%5C", "javascript:alert(1)", "+", "%20", "((((((", "%22", "a~2", "*", "?", "x%E2%80%8Fy"),
    *("http://[", "http://%00/", "https://x/" + "a" * 9000, "9999-12-31T23:59:59-14:00", "true", "csv", "15%20min"),
)


def addresses(seed: int, number: int) -> list[str]:
    chance = random.Random(seed)  # the same every time
    found = []
    for _ in range(number):
        path = chance.choice(PATHS).replace("{v}", chance.choice(VALUES))
        pairs = [f"{chance.choice(NAMES)}={chance.choice(VALUES)}" for _ in range(chance.randint(0, 3))]
        found.append(f"{path}?{'&'.join(pairs)}")
    return found


@pytest.mark.parametrize("seed", range(4))
def test_no_address_breaks_the_service(paper: Site, seed: int) -> None:
    for address in addresses(seed, 120):
        answer = paper.client.get(address)
        assert answer.status_code in {200, 302, 303, 400, 404, 405}, (address, answer.status_code)
        assert "html" not in answer.headers.get("content-type", "") or "<script>alert" not in answer.text
        assert "x-evil" not in answer.headers
        assert answer.headers["content-security-policy"]
