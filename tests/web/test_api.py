"""The API keeps what it promises, on a real database and the embedded engine."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest

from tests.web import newsroom
from tests.web.conftest import Site


def search(site: Site, **params: Any) -> dict[str, Any]:
    answer = site.client.get("/api/search", params=params)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def titles(found: dict[str, Any]) -> list[str]:
    return [hit["title"] for hit in found["hits"]]


def test_a_search_has_an_exact_total_and_says_all_of_each_hit(paper: Site) -> None:
    found = search(paper, q="lifeboat")
    assert found["total"] == 1
    hit = found["hits"][0]
    assert hit["id"] in paper.ids[:2]
    assert hit["copies"] == 1
    assert "<mark>lifeboat</mark>" in hit["snippet"]
    assert {"url", "title", "source", "language", "published", "first_seen", "counted"} <= set(hit)
    assert search(paper, q="lifeboat", fold="0")["total"] == 2


def test_a_story_is_one_hit_that_says_who_else_has_it(paper: Site) -> None:
    found = search(paper, q="tanker OR regatta", collapse="story")
    assert found["total"] == 2
    hit = next(one for one in found["hits"] if one["story"] == 1)
    assert (hit["copies"], hit["outlets"]) == (2, 2)
    page = paper.client.get("/", params={"q": "tanker", "collapse": "story"}).text
    assert "Also in 2 outlets" in page
    assert "1</strong> story" in page
    assert "kuestenblatt" in page
    assert page.count('href="/stories/1"') == 2


def test_a_crawled_script_is_text_in_a_snippet(paper: Site) -> None:
    snippet = search(paper, q="hostages")["hits"][0]["snippet"]
    assert "<script" not in snippet
    assert "&lt;script&gt;" in snippet


def test_an_undated_article_counts_by_its_first_sight(paper: Site) -> None:
    hit = search(paper, q="ferry")["hits"][0]
    assert hit["published"] is None
    assert hit["counted"] == "first_seen"
    assert hit["when"] == hit["first_seen"] == "2026-11-20T13:00:00Z"
    dated = search(paper, q="regatta")["hits"][0]
    assert (dated["counted"], dated["when"]) == ("published", "2026-11-23T12:00:00Z")


@pytest.mark.parametrize(
    ("params", "total"),
    [
        ({}, 6),  # seven articles, one of them a copy
        ({"fold": "0"}, 7),
        ({"lang": "ar"}, 1),
        ({"lang": "ar,de"}, 2),
        ({"lang": "AR"}, 1),
        ({"source": "harbour-post", "fold": "0"}, 3),
        ({"source": "harbour-post,north-wire", "fold": "0"}, 4),
        ({"source": "nobody"}, 0),
        ({"topic": "15"}, 1),
        ({"after": "2026-11-23T12:00Z", "q": "regatta"}, 1),  # inclusive
        ({"after": "2026-11-23T12:00:01Z", "q": "regatta"}, 0),
        ({"before": "2026-11-23T12:00Z", "q": "regatta"}, 0),  # exclusive
        ({"before": "2026-11-23T15:00:01+03:00", "q": "regatta"}, 1),
        ({"after": "2026-11-24", "before": "2026-11-25"}, 1),  # a bare day is the day in UTC
        ({"before": "2026-11-24", "after": "2026-11-23"}, 1),
        ({"after": "2026-11-20", "before": "2026-11-21"}, 1),  # the undated one, by its first sight
        ({"story": "1", "fold": "0"}, 3),
        ({"entity": "p:marta lindqvist", "fold": "0"}, 1),
        ({"q": 'removed:"morning letter"', "fold": "0"}, 1),
        ({"size": "0"}, 6),
    ],
)
def test_filters_count_exactly(paper: Site, params: dict[str, str], total: int) -> None:
    assert search(paper, **params)["total"] == total


def test_an_unescaped_plus_of_an_offset_is_understood(paper: Site) -> None:
    answer = paper.client.get("/api/search?q=regatta&after=2026-11-23T15:00+03:00&before=2026-11-23T15:01+03:00")
    assert answer.json()["total"] == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("size", "101"),
        ("size", "-1"),
        ("size", "ten"),
        ("size", "١٠"),
        ("from", "-5"),
        ("from", "9990"),
        ("from", "1e3"),
        ("from", "99999999999999999999999"),
        ("sort", "random"),
        ("fold", "maybe"),
        ("collapse", "everything"),
        ("after", "yesterday"),
        ("after", "2026-13-01"),
        ("after", "2026-02-30"),
        ("before", "2026-11-23T25:00Z"),
        ("before", "0001-01-01T00:00+14:00"),
        ("before", "20261123"),
        ("story", "first"),
        ("story", "99999999999999999999"),
        ("q", "titel:x"),
        ("q", "(open"),
        ("q", "x" * 2001),
    ],
)
def test_what_cannot_be_read_is_refused_by_name_and_value(paper: Site, name: str, value: str) -> None:
    answer = paper.client.get("/api/search", params={name: value})
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert error.startswith(f"{name}: ")
    assert name == "q" or value[:20] in error


def test_pages_of_hits_follow_each_other_without_gap(paper: Site) -> None:
    whole = titles(search(paper, sort="oldest", size=100))
    parts = [titles(search(paper, sort="oldest", **{"from": start, "size": 2})) for start in (0, 2, 4, 6)]
    assert [title for part in parts for title in part] == whole
    every = titles(search(paper, sort="oldest", size=100, fold="0"))
    assert titles(search(paper, sort="newest", size=100, fold="0")) == every[::-1]


def test_facets_come_when_asked_for(paper: Site) -> None:
    assert "facets" not in search(paper)
    facets = search(paper, facets="1", fold="0")["facets"]
    assert dict(map(tuple, facets["language"])) == {"en": 5, "de": 1, "ar": 1}


def test_an_article_shows_its_blocks_dates_relations_and_versions(paper: Site) -> None:
    found = paper.client.get(f"/api/articles/{paper.ids[1]}").json()
    assert [block["role"] for block in found["blocks"]] == ["title", "body", "body", "body", "body"]
    assert found["blocks"][4]["text"] == "More follows."
    assert found["dates"][0]["text"] == "2026-11-21T07:10Z"
    relation = found["relations"][0]
    assert (relation["kind"], relation["other"]) == ("wire-copy-of", paper.ids[0])
    assert relation["article"]["source"] == "harbour-post"
    assert [copy["id"] for copy in found["copies"]] == paper.ids[:2]
    assert len(found["versions"]) == 1
    first = paper.client.get(f"/api/articles/{paper.ids[0]}").json()
    removed = [block for block in first["blocks"] if not block["kept"]]
    assert [block["role"] for block in removed] == ["headline-list", "newsletter"]
    assert removed[0]["evidence"][0] == "repeats the title of another article"


@pytest.mark.parametrize("id", ["999999", "99999999999999999999999", "x", "-1"])
def test_an_unknown_article_is_not_found(paper: Site, id: str) -> None:
    answer = paper.client.get(f"/api/articles/{id}")
    assert answer.status_code == 404
    assert answer.json()["error"]


def test_a_rejected_url_has_no_article_and_says_why(site: Site) -> None:
    id = newsroom.reject(site.database, "https://harbour-post.example/wall", "wall")
    answer = site.client.get(f"/api/articles/{id}")
    assert answer.status_code == 404
    assert "wall" in answer.json()["error"]
    page = site.client.get(f"/articles/{id}")
    assert page.headers["location"].startswith("/trace?url=")
    listed = site.client.get("/api/rejected", params={"reason": "wall"}).json()
    assert (listed["total"], listed["urls"][0]["url"]) == (1, "https://harbour-post.example/wall")
    assert site.client.get("/api/rejected", params={"reason": "shell"}).json()["total"] == 0
    assert site.client.get("/api/rejected", params={"source": "nobody"}).json()["total"] == 0


def test_the_status_balances_and_notices_a_document_that_went_missing(site: Site) -> None:
    newsroom.reject(site.database, "https://harbour-post.example/wall", "wall")
    found = site.client.get("/api/status").json()
    assert (found["discovered"], found["indexed"], found["merged"], found["pending"], found["dead"]) == (8, 7, 0, 0, 0)
    assert found["rejected"] == {"wall": 1}
    assert found["balanced"] is True
    assert {row["name"] for row in found["sources"]} >= {"harbour-post", "north-wire"}
    assert set(found["latency"]) == {"p50", "p95"}
    with site.engine.writer() as writer:
        writer.delete([site.ids[0]])
    assert site.client.get("/api/status").json()["balanced"] is False


def test_a_trace_tells_everything_of_a_url(paper: Site) -> None:
    found = paper.client.get("/api/trace", params={"url": newsroom.PAPER[0].url}).json()
    assert found["state"] == "indexed"
    assert [event["what"] for event in found["events"]] == ["found", "fetched"]
    assert paper.client.get("/api/trace", params={"url": "https://never.example/"}).status_code == 404
    assert paper.client.get("/api/trace").status_code == 400
    assert paper.client.get("/api/trace", params={"url": "http://[broken"}).status_code in {400, 404}


def test_an_export_adds_up(paper: Site) -> None:
    answer = paper.client.get("/api/export", params={"q": ""})
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert lines[0]["total"] == 7
    assert lines[-1] == {"rows": 7, "total": 7, "complete": True}
    assert sorted(line["id"] for line in lines[1:-1]) == sorted(paper.ids)
    assert lines[1]["text"]
    assert answer.headers["x-total"] == "7"
    folded = paper.client.get("/api/export", params={"fold": "1"}).text.splitlines()
    assert json.loads(folded[-1])["rows"] == 6


def test_a_csv_export_has_no_formulas_and_says_how_many(paper: Site) -> None:
    answer = paper.client.get("/api/export", params={"q": "", "format": "csv"})
    rows = list(csv.reader(io.StringIO(answer.text)))
    assert rows[0][0] == "id"
    assert len(rows) == 9
    assert rows[-1][0] == "# 7 rows of 7"
    assert all(len(row) == len(rows[0]) for row in rows)


def test_an_export_goes_on_where_an_engine_ends(paper: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("broadsheet.web.export.DEEPEST", 2)
    for collapse, total in (("none", 7), ("copies", 6), ("story", 5)):
        lines = paper.client.get("/api/export", params={"collapse": collapse}).text.splitlines()
        assert json.loads(lines[-1]) == {"rows": total, "total": total, "complete": True}


def test_a_health_check_says_who_answers(paper: Site) -> None:
    assert paper.client.get("/healthz").json() == {"ok": True, "database": "ok", "engine": "ok"}


def test_a_server_that_is_away_is_a_sentence(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    from broadsheet.errors import Unavailable

    def away(*_arguments: Any, **_named: Any) -> Any:
        raise Unavailable("Elasticsearch, search: no route")

    for name in ("search", "count", "generation"):
        monkeypatch.setattr(type(site.engine), name, away)
    answer = site.client.get("/api/search")
    assert answer.status_code == 503
    assert "no route" in answer.json()["error"]
    page = site.client.get("/?q=x")
    assert page.status_code == 503
    assert "Traceback" not in page.text
    assert site.client.get("/healthz").status_code == 503
    assert site.client.get("/api/status").json()["balanced"] is False
    ops = site.client.get("/ops")
    assert ops.status_code == 200
    assert "does not answer" in ops.text
    assert "broadsheet_engine_up 0.0" in site.client.get("/metrics").text


def test_a_database_that_is_away_is_a_sentence(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    from broadsheet.errors import Unavailable

    def away(*_arguments: Any, **_named: Any) -> Any:
        raise Unavailable("database: connect: connection refused")

    monkeypatch.setattr(type(site.database), "_take", away)
    for path in ("/api/status", f"/api/articles/{site.ids[0]}", "/metrics", "/ops", f"/articles/{site.ids[0]}", "/"):
        answer = site.client.get(path)
        assert answer.status_code == 503
        assert "connection refused" in answer.text
        assert "Traceback" not in answer.text
    assert site.client.get("/healthz").json()["database"].endswith("connection refused")


def test_metrics_are_read_from_the_tables(site: Site) -> None:
    newsroom.reject(site.database, "https://harbour-post.example/wall", "wall")
    text = site.client.get("/metrics").text
    assert 'broadsheet_urls{state="indexed"} 7.0' in text
    assert 'broadsheet_urls_rejected{reason="wall"} 1.0' in text
    assert "broadsheet_balanced 1.0" in text
    assert "broadsheet_engine_documents 7.0" in text
    assert 'broadsheet_stage_documents_total{lane="live",outcome="passed",stage="extract"} 7.0' in text
    assert 'broadsheet_latency_seconds{quantile="0.95"}' in text
    assert 'broadsheet_queue_documents{stage="index"} 0.0' in text


def test_dead_letters_are_listed(site: Site) -> None:
    letter = newsroom.bury(site.database, "https://harbour-post.example/broken")
    found = site.client.get("/api/dead").json()
    assert (found["total"], found["letters"][0]["id"]) == (1, letter)
    assert site.client.get("/api/dead", params={"stage": "index"}).json()["total"] == 0
    assert site.client.get("/api/dead", params={"size": "0"}).status_code == 400


def test_what_the_api_does_not_have_is_a_json_sentence(paper: Site) -> None:
    answer = paper.client.get("/api/nonsense")
    assert answer.status_code == 404
    assert "/api/nonsense" in answer.json()["error"]


def test_ops_says_what_the_newest_articles_lack_and_what_made_them(paper: Site) -> None:
    page = paper.client.get("/ops").text
    assert "What enrich says of the newest 7 articles" in page
    assert "made by extract 1, strip 1" in page
    assert "a document</span>" in page
    metrics = paper.client.get("/metrics").text
    assert "broadsheet_newest_articles 7.0" in metrics
    assert 'broadsheet_newest_articles_lacking_ratio{what="language"} 0.0' in metrics
