"""The pages of two people of one name: why they are two, and what an operator may say of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from broadsheet.model import Article, Entity, Place, Topic
from broadsheet.storage import articles, namesakes
from broadsheet.storage.postgres import Database
from broadsheet.storage.queue import Job
from processors.enrich import identity
from tests.web import newsroom
from tests.web.conftest import Site
from tests.web.newsroom import one
from tests.web.test_entities import good
from tests.web.test_guard import change

BASE, SPORT = "per:ivo-marek", "per:ivo-marek~sport"
TOLD = [
    ("Deputy Finance Minister", "EE", "11", "Ann Hill"),
    ("striker", "BR", "15", "Rui Sousa"),
    ("Minister", "EE", "11", "Ann Hill"),
]


def named(made: Article, role: str, country: str, topic: str, company: str) -> Article:
    people = [("Ivo Marek", role), (company, None)]
    found = [Entity(start=i, end=i + 1, text=n, type="PER", name=n, role=r) for i, (n, r) in enumerate(people)]
    where = Place(start=3, end=4, name="there", lat=0.0, lon=0.0, country=country, confidence=0.9)
    about = Topic(code=topic, name="t", confidence=0.9)
    return replace(made, entities=tuple(found), places=(where,), topics=(about,), quotes=())


def settle(database: Database, ids: list[int]) -> None:
    with database.transaction() as tx:
        for id, told in zip(ids, TOLD, strict=True):
            before = articles.load(tx, [id])[id]
            made = named(before.article, *told)
            (settled,) = identity.settle(tx, [(made, identity.prepare(made))])
            articles.store(tx, Job(lane="live", id=id, stage="enrich", host=made.host, kept=before.kept), settled, None)


@pytest.fixture
def pair(site: Site) -> tuple[Site, list[int]]:
    """The service with three articles on two people of one name."""
    body = ["Ivo Marek spoke in the hall for an hour."]
    paper = [newsroom.Written(url=f"https://x.example/m{n}", title=f"Title {n}", body=body) for n in range(3)]
    ids = newsroom.publish(site.database, site.engine, paper)
    settle(site.database, ids)
    newsroom.fill(site.database, site.engine)
    return site, ids


def people(made: Site) -> dict[str, int]:
    newsroom.fill(made.database, made.engine)
    return {
        row["entity"]: row["n"] for row in made.client.get(f"/api/entities/{BASE}").json()["namesakes"]
    }  # fmt: skip


def test_each_has_a_page_of_its_own_that_names_the_other_and_says_why(pair: tuple[Site, list[int]]) -> None:
    made, _ = pair
    text = made.client.get(f"/entity/{BASE}").text
    assert "2 people of this name" in text
    assert "told apart by role (politics, not sport), country (EE, not BR), topic and company" in text
    assert "Rui Sousa" not in text
    other = made.client.get(f"/entity/{SPORT}").text
    assert "Ivo Marek (sport)" in other
    assert "1 article in 1 outlet" in other
    assert "Rui Sousa" in other
    assert "Ann Hill" not in other
    assert "One of 2 of this name" in other
    for q in ("Ivo", ""):
        listed = made.client.get("/entity", params={"q": q}).text
        assert f'href="/entity/{BASE}"' in listed
        assert "Ivo Marek (sport)" in listed
    assert people(made) == {BASE: 2, SPORT: 1}


def test_an_operator_says_they_are_one_and_takes_it_back(pair: tuple[Site, list[int]]) -> None:
    made, _ = pair
    good(change(made, "same-entity", entity=BASE, other=SPORT))
    assert people(made) == {}
    assert "All called" in made.client.get(f"/entity/{BASE}").text
    assert made.client.get(f"/entity/{SPORT}").headers["location"] == f"/entity/{BASE}"
    named_ = {"kind": "PER", "name": "Ivo Marek"}
    good(change(made, "forget-entity-word", **named_, other_kind="PER", other_name="Ivo Marek"))
    assert people(made) == {BASE: 2, SPORT: 1}


def test_an_operator_says_of_an_article_who_is_meant(pair: tuple[Site, list[int]]) -> None:
    made, ids = pair
    good(change(made, "part-article", entity=BASE, article=str(ids[2])))
    assert people(made) == {BASE: 1, f"{BASE}~other": 1, SPORT: 1}
    assert "is somebody else" in made.client.get(f"/entity/{BASE}").text
    good(change(made, "part-article", entity=f"{BASE}~other", article=str(ids[2]), like=SPORT))
    assert people(made) == {BASE: 1, SPORT: 2}
    good(change(made, "forget-article-word", kind="PER", name="Ivo Marek", article=str(ids[2])))
    assert people(made) == {BASE: 2, SPORT: 1}
    assert one(made.database, "SELECT count(*) FROM audit WHERE action LIKE '%article%'") == 3


def test_what_an_operator_says_of_a_name_of_many_articles_holds_at_once(pair: tuple[Site, list[int]]) -> None:
    made, ids = pair
    with made.database.transaction() as tx:
        tx.run("UPDATE entity_name SET uses = %(n)s WHERE name = 'Ivo Marek'", {"n": namesakes.MOST + 1})
    good(change(made, "part-article", entity=BASE, article=str(ids[2])))
    assert f"{BASE}~other" in people(made)


@pytest.mark.parametrize(
    "form",
    [
        {"entity": BASE},
        {"entity": BASE, "article": "x"},
        {"entity": BASE, "article": "999999"},
        {"entity": "per:no", "article": "1"},
    ],
)
def test_what_cannot_be_said_changes_nothing(pair: tuple[Site, list[int]], form: dict[str, str]) -> None:
    made, ids = pair
    assert change(made, "part-article", **form).status_code == 400
    assert change(made, "part-article", entity=BASE, article=str(ids[1])).status_code == 400
    assert change(made, "part-article", entity=BASE, article=str(ids[2]), like="per:ann-hill").status_code == 400
    assert change(made, "forget-article-word", kind="PER", name="Ivo Marek", article=str(ids[0])).status_code == 400
    assert one(made.database, "SELECT count(*) FROM namesake_word") == 0
