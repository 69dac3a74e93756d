"""The page of a person: what is there, who may change it, and where merged ids lead."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest

from broadsheet.model import Article, Entity, Quote, Speaker
from broadsheet.storage import articles
from broadsheet.storage.postgres import Database
from broadsheet.storage.queue import Job
from processors.enrich import identity
from tests.web import newsroom
from tests.web.conftest import Site, standing
from tests.web.newsroom import one
from tests.web.test_guard import change

EVIL = newsroom.SCRIPT
CAPTIONED = "Rui Sousa"
"""Named below a picture only."""
TEXT = f"Harbour master Ilmar Tammsaar spoke. “We asked Ann Hill twice,” he said. Ann Hill and {EVIL} left."
PEOPLE: list[list[tuple[str, str | None]]] = [
    [("Ilmar Tammsaar", "Harbour master"), ("Ann Hill", None), (EVIL, None)],
    [("Ильмар Таммсаар", None), ("Ann Hill", "pilot")],
    [("Tammsaar", None), ("Ann Hill", None)],
]


def named(made: Article, people: list[tuple[str, str | None]]) -> Article:
    found = [
        Entity(start=max(0, made.text.find(name)), end=max(0, made.text.find(name)) + len(name), text=name, type="PER",
               name=name, role=role)
        for name, role in people
    ]  # fmt: skip
    start, end = made.text.find("We asked"), made.text.find("twice") + 5
    if people[0][0] == "Tammsaar":
        found.append(Entity(start=start, end=start + 9, text=CAPTIONED, type="PER", name=CAPTIONED, part="caption"))
    speaker = Speaker(start=0, end=0, name="Ilmar Tammsaar")
    quotes = (Quote(start=start, end=end, speaker=speaker, direct=True),) if start >= 0 else ()
    return replace(made, entities=tuple(found), quotes=quotes)


def settle(database: Database, ids: list[int]) -> None:
    with database.transaction() as tx:
        for id, people in zip(ids, PEOPLE, strict=True):
            before = articles.load(tx, [id])[id]
            made = named(before.article, people)
            (settled,) = identity.settle(tx, [(made, identity.prepare(made))])
            job = Job(lane="live", id=id, stage="enrich", host=made.host, kept=before.kept)
            articles.store(tx, job, settled, None)


def told(made: Site) -> Site:
    """The service with three more articles, whose people are told apart."""
    paper = [newsroom.Written(url=f"https://x.example/{n}", title=f"Title {n}", body=[TEXT]) for n in range(3)]
    settle(made.database, newsroom.publish(made.database, made.engine, paper))
    newsroom.fill(made.database, made.engine)
    return made


@pytest.fixture(scope="module")
def people(template_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One service for all tests that change nothing."""
    with standing(template_url, tmp_path_factory.mktemp("people"), "people") as made:
        yield told(made)


def good(answer: httpx.Response) -> None:
    assert answer.status_code == 303, answer.text


ILMAR = "per:ilmar-tammsaar"


def test_a_page_shows_names_roles_company_and_quotations(people: Site) -> None:
    text = people.client.get(f"/entity/{ILMAR}").text
    for shown in (
        "Ilmar Tammsaar",
        "Ильмар Таммсаар",
        "Harbour master",
        "Ann Hill",
        "We asked Ann Hill twice",
        "3 articles",
    ):
        assert shown in text
    assert "the family name of" in text
    found = people.client.get(f"/api/entities/{ILMAR}").json()
    assert (found["total"], found["kind"], len(found["names"])) == (3, "PER", 3)
    assert found["roles"][0]["role"] == "Harbour master"
    assert {row["name"]: row["n"] for row in found["company"]}["Ann Hill"] == 3
    about = people.client.get("/api/entities/per:ann-hill").json()["about"]
    assert about[0]["speaker"] == "Ilmar Tammsaar"
    captioned = people.client.get("/api/entities/per:rui-sousa").json()
    assert (captioned["total"], captioned["about"]) == (1, [])


def test_a_page_leads_to_the_articles_that_quote_its_person(people: Site) -> None:
    assert f'href="/?q=speaker%3A%22{ILMAR.replace(":", "%3A")}%22"' in people.client.get(f"/entity/{ILMAR}").text
    # All three quote him by his name; in one his name is among the people found.
    for q, total in ((f'speaker:"{ILMAR}"', 1), (f"speaker:{ILMAR}", 1), ("speaker:tammsaar", 3)):
        assert people.client.get("/api/search", params={"q": q, "collapse": "none"}).json()["total"] == total
    assert people.client.get("/api/search", params={"q": "speaker:per:ann-hill"}).json()["total"] == 0


def test_what_crawled_texts_say_is_escaped(people: Site) -> None:
    for path in (f"/entity/{ILMAR}", "/entity", f"/entity?q={EVIL[:3]}"):
        text = people.client.get(path).text
        assert EVIL not in text


def test_names_are_found_in_any_script(people: Site) -> None:
    for q in ("tamms", "Ilmar", "Ильмар", "ТАММ"):
        assert ILMAR in people.client.get("/entity", params={"q": q}).text
    assert ILMAR not in people.client.get("/entity", params={"q": "mms%"}).text


def test_an_id_that_was_merged_leads_to_the_one_that_stays(people: Site) -> None:
    for path, to in (("/entity/", "/entity/"), ("/entities/", "/entity/"), ("/api/entities/", "/api/entities/")):
        answer = people.client.get(f"{path}per:tammsaar")
        assert (answer.status_code, answer.headers["location"]) == (308, f"{to}{ILMAR}")
    assert people.client.get("/entity/per:nobody").status_code == 404
    assert people.client.get("/api/entities/per:nobody").status_code == 404


def test_an_operator_joins_parts_and_takes_back(site: Site) -> None:
    told(site)

    def entity(name: str) -> object:
        return one(site.database, "SELECT entity FROM entity_name WHERE name = %(name)s", name=name)

    before = entity("Ann Hill")
    good(change(site, "same-entity", entity=ILMAR, other="per:ann-hill"))
    assert entity("Ann Hill") == entity("Ilmar Tammsaar")
    newsroom.fill(site.database, site.engine)
    joined = str(entity("Ann Hill"))
    assert (
        "operator" in site.client.get(f"/entity/{joined}").text
        or "someone at" in site.client.get(f"/entity/{joined}").text
    )
    assert change(site, "same-entity", entity=ILMAR, other="per:ann-hill").status_code == 400
    good(change(site, "forget-entity-word", kind="PER", name="Ann Hill", other_kind="PER", other_name="Ilmar Tammsaar"))
    assert entity("Ann Hill") == before
    good(change(site, "part-name", entity=str(entity("Tammsaar")), kind="PER", name="Tammsaar"))
    assert entity("Tammsaar") == "per:tammsaar"
    assert one(site.database, "SELECT count(*) FROM audit WHERE action IN ('same-entity', 'part-name')") == 2


@pytest.mark.parametrize(
    ("act", "form"),
    [
        ("same-entity", {"entity": ILMAR, "other": "per:nobody"}),
        ("same-entity", {"entity": ILMAR}),
        ("part-name", {"entity": ILMAR, "kind": "PER", "name": "Ann Hill"}),
        ("part-name", {"entity": "per:ann-hill", "kind": "LOC", "name": "Ann Hill"}),
    ],
)
def test_what_cannot_be_changes_nothing(people: Site, act: str, form: dict[str, str]) -> None:
    assert change(people, act, **form).status_code == 400
    assert one(people.database, "SELECT count(*) FROM entity_word") == 0
