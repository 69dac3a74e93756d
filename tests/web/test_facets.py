"""Who and where beside the hits: counted by id, chosen together, taken off, saved, and the same in page, API and export."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest

from broadsheet import alerts
from broadsheet.indexing import want_rebuild
from broadsheet.model import Entity, EntityType
from broadsheet.storage import articles
from broadsheet.storage.queue import Job
from processors.enrich import identity
from tests.web import newsroom
from tests.web.conftest import Site, standing
from tests.web.newsroom import SCRIPT, Written
from tests.web.test_details import read
from tests.web.test_guard import change

HILL, ILMAR = "per:ann-hill", "per:ilmar-tammsaar"
NAMED: list[list[tuple[str, EntityType]]] = [
    [("Ann Hill", "PER"), ("Ilmar Tammsaar", "PER"), ("Harbour Union", "ORG"), ("Kalvik", "LOC")],
    [("Ann Hill", "PER"), ("Ильмар Таммсаар", "PER"), ("Kalvik", "LOC")],
    [("Ann Hill", "PER"), (SCRIPT, "PER"), ("Ann Hill", "ORG")],
]


@pytest.fixture(scope="module")
def named(template_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The paper with three more articles, which name people in two scripts."""
    paper = [Written(url=f"https://x.example/{n}", title=f"Quay {n}", body=[f"Quay {SCRIPT}"]) for n in range(3)]
    with standing(template_url, tmp_path_factory.mktemp("named"), "named") as made:
        ids = newsroom.publish(made.database, made.engine, paper)
        name_them(made, ids, NAMED)
        yield made


def name_them(site: Site, ids: Sequence[int], named: Sequence[Sequence[tuple[str, EntityType]]]) -> None:
    """Gives articles these names, as the stage `enrich` leaves them."""
    with site.database.transaction() as tx:
        for id, names in zip(ids, named, strict=True):
            before = articles.load(tx, [id])[id]
            found = tuple(Entity(start=0, end=4, text=name, type=kind, name=name) for name, kind in names)
            made_up = replace(before.article, entities=found)
            (settled,) = identity.settle(tx, [(made_up, identity.prepare(made_up))])
            job = Job(lane="live", id=id, stage="enrich", host=made_up.host, kept=before.kept)
            articles.store(tx, job, settled, None)
    newsroom.fill(site.database, site.engine)


def facet(page: str, title: str) -> dict[str, tuple[int, str]]:
    """The lines of a facet: number and address by text."""
    section = next(part for part in page.split("<section>") if f"<h2>{title}</h2>" in part)
    rows = re.findall(r'<a href="([^"]+)"[^>]*><bdi>(.*?)</bdi> <span class="n">(\d+)</span></a>', section)
    return {text: (int(n), href.replace("&amp;", "&")) for href, text, n in rows}


def test_people_are_counted_by_id_and_shown_by_name(named: Site) -> None:
    people = facet(named.client.get("/?q=quay").text, "People")
    assert [(text, n) for text, (n, _) in people.items()][:2] == [("Ann Hill", 3), ("Ilmar Tammsaar", 2)]
    answer = named.client.get("/api/search?q=quay&facets=1").json()
    assert answer["facets"]["people"][:2] == [[HILL, 3], [ILMAR, 2]]
    assert answer["names"][ILMAR] == "Ilmar Tammsaar"
    assert answer["facets"]["organisations"] == [["org:ann-hill", 1], ["org:harbour-union", 1]]
    assert answer["facets"]["places"] == [["loc:kalvik", 2]]
    assert SCRIPT not in named.client.get("/?q=quay").text


def test_each_choice_narrows_and_can_be_taken_off(named: Site) -> None:
    page = named.client.get("/?q=quay").text
    for title, name in (("People", "Ilmar Tammsaar"), ("People", "Ann Hill"), ("Organisations", "Harbour Union")):
        number, href = facet(page, title)[name]
        page = named.client.get(href).text
        found = re.search(r"<strong>(\d+)</strong>", page)
        assert found
        assert int(found[1]) == number
    assert page.count('class="off"') == 3
    assert f'href="/entity/{ILMAR}">its page</a>' in page
    off = re.findall(r'class="off" href="([^"]+)"', page)
    assert ">3</strong>" in named.client.get("/?q=quay").text
    for href in off:
        assert named.client.get(href.replace("&amp;", "&")).text.count('class="off"') == 2


def test_a_hit_shows_whom_it_names_and_narrows_the_search_to_them(named: Site) -> None:
    page = named.client.get("/?q=quay&person=per:ilmar-tammsaar").text
    assert f'href="/?q=quay&amp;person={ILMAR.replace(":", "%3A")}&amp;person={HILL.replace(":", "%3A")}"' in page
    assert page.count('title="Only what names it"><bdi>Kalvik') == 2
    assert 'title="Only what names it"><bdi>Ilmar' not in page
    hit = named.client.get("/api/search?q=quay&person=per:ilmar-tammsaar").json()["hits"][0]
    assert (set(hit["person_ids"]), hit["place_ids"]) == ({HILL, ILMAR}, ["loc:kalvik"])


def test_page_api_and_export_count_alike(named: Site) -> None:
    given = {"q": "quay", "person": [HILL, ILMAR], "collapse": "none"}
    answer = named.client.get("/api/search", params={**given, "facets": "1"}).json()
    assert answer["total"] == dict(map(tuple, answer["facets"]["people"]))[ILMAR] == 2
    assert named.client.get("/api/export", params=given).headers["x-total"] == "2"
    asked = {"q": f"quay person:{HILL} person:{ILMAR}", "collapse": "none"}
    assert named.client.get("/api/search", params=asked).json()["total"] == 2


def test_hits_and_both_exports_call_names_alike(named: Site) -> None:
    given = {"q": "quay", "collapse": "none", "sort": "oldest"}
    hits = named.client.get("/api/search", params=given).json()["hits"]
    lines = [json.loads(line) for line in named.client.get("/api/export", params=given).text.splitlines()[1:-1]]
    table = list(csv.DictReader(named.client.get("/api/export", params={**given, "format": "csv"}).text.splitlines()))
    words = ("people", "organisations", "places", "entities", "person_ids", "organisation_ids", "place_ids")
    assert any(hit["place_ids"] for hit in hits)
    for name in (*words, "speakers", "speaker_ids"):
        told = [(hit["id"], hit[name]) for hit in hits]
        assert sorted((line["id"], line[name]) for line in lines) == sorted(told)
        assert sorted((int(row["id"]), row[name]) for row in table[:-1]) == sorted((id, "; ".join(v)) for id, v in told)


def test_so_many_ids_at_once_are_refused(named: Site) -> None:
    given = {"person": [f"per:n{n}" for n in range(31)]}
    for path in ("/", "/api/search", "/api/export"):
        answer = named.client.get(path, params=given)
        assert answer.status_code == 400
        assert "person: expected at most 30 ids, got 31" in answer.text


def test_a_search_leads_to_whom_it_names(named: Site) -> None:
    for q in ("tammsaar", "Ильмар Таммсаар", "ann hill"):
        assert "Of this name" in named.client.get("/", params={"q": q}).text
    for q in ("quay", "person:tammsaar", "ann -hill", "tamms", '"ann hill"'):
        assert "Of this name" not in named.client.get("/", params={"q": q}).text


def test_a_name_finds_texts_that_write_it_otherwise(named: Site) -> None:
    for q in ("person:tammsaar", "person:Таммсаар", 'person:"ilmar tammsaar"'):
        found = named.client.get("/api/search", params={"q": q, "collapse": "none"}).json()
        assert found["total"] == (1 if "Т" in q else 2)
    want_rebuild(named.database, named.engine.name)
    newsroom.fill(named.database, named.engine)
    assert named.client.get("/api/search", params={"q": "person:tammsaar", "collapse": "none"}).json()["total"] == 2


def test_who_is_chosen_is_saved_with_the_search(named: Site) -> None:
    form = {"q": "quay", "person": f"{HILL},{ILMAR}", "place": "loc:kalvik", "name": "Both"}
    assert change(named, "save-search", **form).status_code == 303
    saved = named.client.get("/api/searches").json()["searches"][0]["q"]
    assert saved == f'(quay) person:"{HILL}" person:"{ILMAR}" place:"loc:kalvik"'
    assert named.client.get("/api/search", params={"q": saved}).json()["total"] == 2


def test_people_add_up_with_the_facets_and_with_the_persons_page(named: Site) -> None:
    rows, last = read(named, "entities", q="quay")
    assert last == {"rows": 10, "articles": 3, "total": 3, "complete": True}
    counted = Counter((row["kind"], row["entity"]) for row in rows)
    facets = named.client.get("/api/search", params={"q": "quay", "facets": "1"}).json()["facets"]
    for kind, facet in (("PER", "people"), ("ORG", "organisations"), ("LOC", "places")):
        assert {id: n for (of, id), n in counted.items() if of == kind} == dict(map(tuple, facets[facet]))
    assert named.client.get(f"/api/entities/{HILL}").json()["documents"] == counted["PER", HILL] == 3
    assert {row["name"] for row in rows if row["entity"] == "per:ilmar-tammsaar"} == {"Ilmar Tammsaar"}


def test_an_id_that_was_merged_leads_on_in_pages_api_and_saved_searches(site: Site) -> None:
    paper = [Written(url=f"https://y.example/{n}", title=f"Pier {n}", body=["Pier."]) for n in range(2)]
    ids = newsroom.publish(site.database, site.engine, paper)
    name_them(site, ids, [[("Ann Hill", "PER")], [("Bo Lake", "PER")]])
    old, new = "per:bo-lake", HILL
    assert change(site, "save-search", person=old, name="Bo").status_code == 303
    assert change(site, "same-entity", entity=new, other=old).status_code == 303
    newsroom.fill(site.database, site.engine)
    left = newsroom.one(site.database, "SELECT entity FROM entity_name WHERE name = 'Bo Lake'")
    old = old if left == new else new
    for given in ({"person": old}, {"entity": old}, {"q": f"person:{old} pier"}, {"q": f'pier -entity:"{old}"'}):
        answer = site.client.get("/", params={**given, "size": "10"})
        assert answer.status_code == 307
        assert old not in answer.headers["location"].replace("%3A", ":")
        assert "size=10" in answer.headers["location"]
        total = site.client.get("/api/search", params={**given, "collapse": "none"}).json()["total"]
        assert total == (0 if "-entity" in given.get("q", "") else 2)
    assert site.client.get("/api/export", params={"person": old}).headers["x-total"] == "2"
    with site.database.transaction() as tx:
        assert list(alerts.queries(tx).values()) == [f'person:"{left}"']
    assert site.client.get("/", params={"person": "per:nobody"}).status_code == 200
