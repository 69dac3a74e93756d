"""The API keeps what it promises, on a real database and the embedded engine."""

from __future__ import annotations

from tests.web.conftest import Site


def test_a_search_answers_with_an_exact_total_and_escaped_snippets(site: Site) -> None:
    found = site.client.get("/api/search", params={"q": "tanker"}).json()
    assert found["total"] == 2
    for path in ("/", "/?q=tanker", f"/articles/{site.ids[0]}", f"/articles/{site.ids[0]}/versions", f"/articles/{site.ids[0]}/raw", f"/articles/{site.ids[6]}", "/ops", "/ops/live", "/rejected", "/dead", "/audit", "/trace", "/trace?url=https://harbour-post.example/news/tanker-aground", "/about", "/searches", "/stories/1", "/entities/p:marta%20lindqvist", "/metrics", "/healthz", "/api/status", "/api/export?q=", "/api/export?q=&format=csv", f"/api/articles/{site.ids[1]}", f"/api/articles/{site.ids[1]}/versions", "/api/dead", "/api/rejected", "/api/trace?url=https://harbour-post.example/news/tanker-aground", "/api/stories/1", "/api/searches"):
        answer = site.client.get(path)
        assert answer.status_code == 200, (path, answer.text[-1500:])
