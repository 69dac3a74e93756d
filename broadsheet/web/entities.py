"""People, organisations and places: a page and an answer of the API for each, a list to find them in, and what operators may
say of them: that two are one, that a name is another's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from broadsheet.errors import BadInput
from broadsheet.ports import SearchRequest, SearchResult
from broadsheet.storage import articles, entities, name_repair, namesakes, stories, who
from broadsheet.storage.entities import Named
from broadsheet.storage.postgres import PostgresTransaction
from broadsheet.web import api, maps, reading
from broadsheet.web.acts import Act, Asked, Done, number, word
from broadsheet.web.named import KINDS
from broadsheet.web.results import histogram
from broadsheet.web.services import given, here, page, said
from broadsheet.web.words import entity_page

TITLES = {"PER": "Person", "ORG": "Organisation", "LOC": "Place"}
SHOWN = 50
"""Articles on a page; quotations and the map are of these."""
MOST_COMPANY = 24


def entity(request: Request) -> Response:
    """`/entity/{id}`: names, articles by day, company, roles, what was said by it and about it, where."""
    found = _told(request)
    if isinstance(found, str):
        return RedirectResponse(entity_page(found), 308)
    if found is None:
        raise HTTPException(404, f"Nothing here is called {request.path_params['id'][:100]}.")
    place = maps.drawn(maps.of_articles(found["articles"]), "places of these articles", ratio=2.6)
    values = {**found, "title": TITLES.get(found["kind"], "Entity"), "map": place, "done": said(request)}
    values["chart"] = histogram({"entity": found["id"]}, found["days"])
    values["company"] = [
        {"title": title, "field": field, "all": mine}
        for kind, title, field, _ in KINDS
        if (mine := [one for one in found["company"] if one["kind"] == kind][:MOST_COMPANY])
    ]
    return page(request, "entity.html", values)


def answer(request: Request) -> Response:
    """`/api/entities/{id}`: the same as JSON."""
    found = _told(request)
    if isinstance(found, str):
        return RedirectResponse(f"/api/entities/{quote(found, safe=':')}", 308)
    if found is None:
        return api.problem(f"entity {request.path_params['id'][:100]!r}: no such id", 404)
    shown = {
        "id",
        "name",
        "kind",
        "total",
        "documents",
        "names",
        "roles",
        "company",
        "words",
        "article_words",
        "namesakes",
        "quotes_by",
        "about",
        "hits",
    }
    counted = {"days": dict(found["days"]), "sources": dict(found["sources"])}
    return api.Json({**{key: value for key, value in found.items() if key in shown}, **counted})


def _told(request: Request) -> dict[str, Any] | str | None:
    """All that is known of the entity in the address; another id where this one leads there; None for nothing."""
    id = request.path_params["id"]
    services = here(request)
    with reading.reading(services.database) as tx:
        today = entities.follow(tx, id)
        if today is not None and today != id:
            return today
        result = services.engine.search(SearchRequest(entity=id, size=SHOWN, sort="newest", facets=True))
        if today is None and not result.total:
            return None
        return _values(tx, id, result)


def _values(tx: PostgresTransaction, id: str, result: SearchResult) -> dict[str, Any]:
    stored = articles.load(tx, [hit.document.id for hit in result.hits])
    found = [reading.plain(stored[hit.document.id].article) for hit in result.hits if hit.document.id in stored]
    names = who.names(tx, id)
    first, kind = (names[0]["name"], names[0]["kind"]) if names else reading.names(found, id)
    name = who.titles(tx, [id]).get(id, first)
    spoken = {name, *(one["name"] for one in names)}
    return {
        "id": id,
        "name": name or id,
        "kind": kind,
        "total": result.total,
        "documents": sum(n for _, n in result.facets.get("source", ())),
        "sources": result.facets.get("source", ()),
        "days": result.facets.get("day", ()),
        "articles": found,
        "hits": [reading.hit(hit) for hit in result.hits],
        "outlets": reading.outlets(tx),
        "names": names,
        "roles": who.roles(tx, id),
        "company": _company(tx, id, result),
        "words": who.words(tx, id),
        "namesakes": who.namesakes(tx, id),
        "article_words": who.article_words(tx, id),
        "quotes_by": _quotes(found, id, spoken, by=True),
        "about": _quotes(found, id, spoken, by=False),
    }


def _company(tx: PostgresTransaction, id: str, result: SearchResult) -> list[dict[str, Any]]:
    """Who appears in the same documents, in how many: `entity`, `kind`, `name`, `n`; the same numbers as the search gives."""
    counted = [(kind, *pair) for kind, *_, facet in KINDS for pair in result.facets.get(facet, ()) if pair[0] != id]
    names = who.titles(tx, [other for _, other, _ in counted])
    found = [{"entity": other, "kind": kind, "name": names.get(other, other), "n": n} for kind, other, n in counted]
    return sorted(found, key=lambda one: (-int(one["n"]), one["entity"]))


def _quotes(found: Sequence[Mapping[str, Any]], id: str, names: set[str], *, by: bool) -> list[dict[str, Any]]:
    """What an entity said in these articles, or what others said that names it."""
    chosen = []
    for one in found:
        own = [(m["start"], m["end"]) for m in one["entities"] if m["entity"] == id and m["part"] == "text"]
        called = names | {m["name"] for m in one["entities"] if m["entity"] == id}
        for said_ in one["quotes"]:
            speaker = said_["speaker"]["name"] if said_["speaker"] else None
            inside = any(said_["start"] <= start and end <= said_["end"] for start, end in own)
            if (speaker in called) if by else (inside and speaker not in called):
                text = one["text"][said_["start"] : said_["end"]]
                brief = {
                    key: one[key] for key in ("id", "source", "language", "title", "url", "published", "first_seen")
                }
                chosen.append({"text": text, "speaker": speaker, "article": brief})
    return chosen


def listed(request: Request) -> Response:
    """`/entity?q=`: who is named most, or whose name begins like that in any script."""
    q = given(request).text("q")
    with reading.reading(here(request).database) as tx:
        if q:
            latin = who.latin(q)
            lists = [{"title": f"Names like {q[:100]}", "all": who.matching(tx, latin) if latin else []}]
        else:
            lists = [{"title": title, "all": who.most_named(tx, kind)} for kind, title, *_ in KINDS]
    return page(request, "entities.html", {"q": q, "lists": lists, "kinds": TITLES})


# What operators may say


def same_entity(asked: Asked) -> Done:
    """Says that two ids are one person, organisation or place."""
    one, other = (_today(asked.tx, name, word(asked.form, name)) for name in ("entity", "other"))
    if one == other:
        raise BadInput(f"other: {other} and {one} are one already")
    base = namesakes.base_of(asked.tx, one)
    if base is not None and base == namesakes.base_of(asked.tx, other):
        return _join_namesakes(asked, base, other)
    pair = _anchor(asked.tx, "entity", one), _anchor(asked.tx, "other", other)
    _say(asked, *pair, same=True)
    if len({_of(asked.tx, named) for named in pair}) > 1:
        raise BadInput(f"other: someone said that {other} is another than {one}: take that back first")
    return Done(target=one, said=f"{pair[0][1]} and {pair[1][1]} are one from now on.", detail={"other": other})


def _join_namesakes(asked: Asked, base: str, other: str) -> Done:
    named = _anchor(asked.tx, "entity", base)
    asked.tx.lock(stories.LOCK)
    namesakes.take_back_all(asked.tx, base)
    _say(asked, named, named, same=True)
    return Done(target=base, said=f"All who are called {named[1]} are one from now on.", detail={"other": other})


def part_article(asked: Asked) -> Done:
    """Says that in an article a person's name means somebody else, or a given one of those who bear it."""
    entity_ = _today(asked.tx, "entity", word(asked.form, "entity"))
    named = _anchor(asked.tx, "entity", entity_)
    article = _article(asked, entity_)
    as_in = _like(asked, entity_)
    if named[0] != "PER" or as_in == article:
        raise BadInput(f"article: {named[1][:100]!r} cannot be somebody else in article {article}")
    asked.tx.lock(stories.LOCK)
    namesakes.say(asked.tx, named, article, as_in, asked.who)
    _settle(asked.tx, [named])
    return Done(
        target=entity_,
        said=f"In that article {named[1]} is another from now on.",
        detail={"article": article, "as_in": as_in},
    )


def _like(asked: Asked, entity_: str) -> int | None:
    """An article that names the one who is meant; None where that is somebody of whom nothing is known."""
    like = asked.form.get("like")
    if not like:
        return None
    meant = _today(asked.tx, "like", like)
    base = namesakes.base_of(asked.tx, meant)
    found = namesakes.first_article(asked.tx, meant)
    if base is None or base != namesakes.base_of(asked.tx, entity_) or found is None:
        raise BadInput(f"like: expected the id of one who shares a name with {entity_}, got {like[:100]!r}")
    return found


def _article(asked: Asked, entity_: str) -> int:
    article = number(asked.form, "article")
    if not namesakes.names_in(asked.tx, entity_, article):
        raise BadInput(f"article: expected the id of an article that names {entity_}, got {article}")
    return article


def forget_article_word(asked: Asked) -> Done:
    """Takes back what was said of a name in an article."""
    named = word(asked.form, "kind"), word(asked.form, "name")
    article = number(asked.form, "article")
    asked.tx.lock(stories.LOCK)
    if not namesakes.take_back(asked.tx, named, article):
        raise BadInput(f"article: nobody said anything of {named[1][:100]!r} in article {article}")
    _settle(asked.tx, [named])
    return Done(target=named[1][:200], said="That is taken back.", detail={"article": article})


def part_name(asked: Asked) -> Done:
    """Says that a name is not an entity's."""
    entity_ = _today(asked.tx, "entity", word(asked.form, "entity"))
    named = word(asked.form, "kind"), word(asked.form, "name")
    if _of(asked.tx, named) != entity_:
        raise BadInput(f"name: {named[1][:100]!r} is no name of {entity_}")
    rest = who.anchor(asked.tx, entity_, named)
    if rest is None:
        raise BadInput(f"name: {named[1][:100]!r} is the only name of {entity_}")
    _say(asked, named, rest, same=False)
    return Done(target=entity_, said=f"{named[1]} is another than {rest[1]} from now on.", detail={"name": named[1]})


def forget_word(asked: Asked) -> Done:
    """Takes back what was said of two names."""
    form = asked.form
    one, other = (word(form, "kind"), word(form, "name")), (word(form, "other_kind"), word(form, "other_name"))
    _say(asked, one, other, same=None)
    return Done(target=one[1][:200], said="That is taken back.", detail={"other": other[1]})


def _say(asked: Asked, one: Named, other: Named, same: bool | None) -> None:
    asked.tx.lock(stories.LOCK)
    entities.say(asked.tx, one, other, same, asked.who)
    _settle(asked.tx, [one, other])


def _settle(tx: PostgresTransaction, named: Sequence[Named]) -> None:
    """Applies what was said, also to names of so many articles that fresh ones leave them to upkeep."""
    entities.settle(tx, sorted(entities.known(tx, named).values()), most=name_repair.MOST)


def _today(tx: PostgresTransaction, field: str, id: str) -> str:
    found = entities.follow(tx, id.rpartition("/entity/")[2])
    if found is None:
        raise BadInput(f"{field}: expected the id of a person, an organisation or a place, got {id[:100]!r}")
    return found


def _anchor(tx: PostgresTransaction, field: str, id: str) -> Named:
    found = who.anchor(tx, id)
    if found is None:
        raise BadInput(f"{field}: {id[:100]!r} has no name any more")
    return found


def _of(tx: PostgresTransaction, named: Named) -> str | None:
    ids = entities.known(tx, [named])
    return entities.ids_of(tx, ids.values()).get(named)


ACTS: dict[str, Act] = {
    "same-entity": same_entity,
    "part-name": part_name,
    "forget-entity-word": forget_word,
    "part-article": part_article,
    "forget-article-word": forget_article_word,
}

routes = [
    Route("/entity", listed),
    Route("/entity/{id:path}", entity),
    Route("/entities/{id:path}", entity),
    Route("/api/entities/{id:path}", answer),
]
