"""Whom and what a set of articles names, and what it is about: counted for a story's page, each with the way to its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from broadsheet.model import Article
from broadsheet.storage import who
from broadsheet.storage.articles import SURE_TOPIC
from broadsheet.storage.postgres import PostgresTransaction

KINDS = (
    ("PER", "People", "person", "people"),
    ("ORG", "Organisations", "org", "organisations"),
    ("LOC", "Places", "place", "places"),
)
"""Types of names, what a list of them is called, their filter on the search page, and their facet."""
MOST = 16
"""Names of a kind that are shown."""


def named(tx: PostgresTransaction, articles: Sequence[Article]) -> list[dict[str, Any]]:
    """Kinds of names with the ids that most of these articles name, each with its number of articles."""
    counted: dict[str, Counter[str]] = {kind: Counter() for kind, *_ in KINDS}
    for article in articles:
        for kind, id in {(e.type, e.entity) for e in article.entities if e.entity and e.type in counted}:
            counted[kind][str(id)] += 1
    shown = {kind: _commonest(counts) for kind, counts in counted.items()}
    titles = who.titles(tx, [id for pairs in shown.values() for id, _ in pairs])
    return [
        {
            "title": title,
            "field": field,
            "facet": facet,
            "all": [{"entity": id, "name": titles.get(id, id), "n": n} for id, n in shown[kind]],
        }
        for kind, title, field, facet in KINDS
        if shown[kind]
    ]


def facets(groups: Sequence[Mapping[str, Any]], topics: Sequence[tuple[str, int]]) -> dict[str, Any]:
    """What `named` and `topics` found as the API gives it, in the words and the form of a search's answer: `facets` of ids
    and codes with numbers of articles, and `names`, what to call the ids."""
    found: dict[str, list[tuple[str, int]]] = {facet: [] for *_, facet in KINDS} | {
        group["facet"]: [(one["entity"], one["n"]) for one in group["all"]] for group in groups
    }
    names = {one["entity"]: one["name"] for group in groups for one in group["all"]}
    return {"facets": {"topic": topics, **found}, "names": names}


def topics(articles: Sequence[Article]) -> list[tuple[str, int]]:
    """The topics that are sure enough to be searched by, with their number of articles."""
    return _commonest(
        Counter(t for article in articles for t in {o.code for o in article.topics if o.confidence >= SURE_TOPIC})
    )


def _commonest(counted: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))[:MOST]
