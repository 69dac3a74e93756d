"""What the pages and the API show of one article, of its copies, of stories and of what was thrown away."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

from broadsheet.edits import Edits
from broadsheet.errors import BadInput
from broadsheet.model import BODY_ROLES, Article, Block, block_text, to_json
from broadsheet.ports import Collapse, Hit, SearchRequest, SearchResult
from broadsheet.search.mapping import NAMED
from broadsheet.storage import articles, followed, versions, who
from broadsheet.storage.articles import Stored
from broadsheet.storage.postgres import Database, PostgresTransaction
from broadsheet.storage.urls import page_of
from broadsheet.storage.versions import Then

PATIENCE = "30s"
"""How long PostgreSQL may think about one question of a page."""


@contextmanager
def reading(database: Database) -> Iterator[PostgresTransaction]:
    """All tables as of one moment, read-only, with an end to patience."""
    with database.snapshot() as tx:
        tx.run(f"SET LOCAL statement_timeout = '{PATIENCE}'")
        yield tx


def hit(found: Hit) -> dict[str, Any]:
    """A hit as the API gives it."""
    document = found.document
    return {
        "id": document.id,
        "url": document.url,
        "title": document.title,
        "source": document.source,
        "host": document.host,
        "language": document.language,
        "published": document.published,
        "published_text": document.published_text,
        "first_seen": document.first_seen,
        "counted": "first_seen" if document.published is None else "published",
        "when": document.when,
        "snippet": found.snippet,
        "copies": found.copies,
        "outlets": found.outlets,
        "score": round(found.score, 4),
        "authors": document.authors,
        "agency": document.agency,
        "section": document.section,
        "kind": document.kind,
        "paywall": document.paywall,
        "withdrawn": document.withdrawn,
        "fold": document.fold,
        "story": document.story,
        "changes": document.changes,
        "people": document.people,
        "organisations": document.organisations,
        "places": document.places,
        "entities": document.entities,
        "person_ids": document.person_ids,
        "organisation_ids": document.organisation_ids,
        "place_ids": document.place_ids,
        "speakers": document.speakers,
        "speaker_ids": document.speaker_ids,
        "topics": document.topics,
        "keywords": document.keywords,
        "summary": document.summary,
        "image": document.image,
        "points": document.points,
    }


def answer(result: SearchResult, titles: Mapping[str, str]) -> dict[str, Any]:
    """A search's answer as the API gives it; `titles`: what to call the ids in its facets."""
    found: dict[str, Any] = {"total": result.total, "hits": [hit(one) for one in result.hits]}
    if result.facets:
        found["facets"] = {name: [list(pair) for pair in pairs] for name, pairs in result.facets.items()}
        found["names"] = dict(titles)
    return found


def today(database: Database, wanted: SearchRequest) -> SearchRequest:
    """The search with the ids of today."""
    if not followed.names_someone(wanted):
        return wanted
    with reading(database) as tx:
        return followed.request(tx, wanted)


def titles(database: Database, result: SearchResult) -> dict[str, str]:
    """What to call those whom the facets count."""
    ids = [id for name in NAMED for id, _ in result.facets.get(name, ())]
    if not ids:
        return {}
    with reading(database) as tx:
        return who.titles(tx, ids)


def row(result_hit: Hit) -> dict[str, Any]:
    """A hit as the export gives it: with its text, without the snippet."""
    document = result_hit.document
    kept = hit(result_hit)
    for name in ("snippet", "score", "copies", "outlets"):
        kept.pop(name)
    return kept | {
        "standfirst": document.standfirst,
        "text": document.text,
    }


def article(tx: PostgresTransaction, id: int, as_of: datetime | None = None) -> dict[str, Any] | None:
    """All that is known of an article, as it is or as it stood at a moment; None where there is none of this id. Raises
    BadInput for a moment before it was first fetched."""
    stored = articles.load(tx, [id]).get(id)
    if stored is None:
        return None
    then = None if as_of is None else _then(tx, id, as_of)
    if then is not None:
        gone = then.kept if then.withdrawn else None
        stored = replace(stored, article=then.article, revision=then.revision, withdrawn=gone)
    found = plain(stored.article)
    found["stage_versions"] = found.pop("versions")
    found["blocks"] = [_block(stored.article, block) for block in stored.article.blocks]
    found["relations"] = _relations(tx, stored)
    found["copies"] = copies(tx, [stored.article.fold or id]).get(stored.article.fold or id, [])
    found["versions"] = versions.listed(tx, id)
    found["pages"] = pages(tx, id)
    found["addresses"] = [
        row["url"]
        for row in tx.rows("SELECT url FROM address WHERE article_id = %(id)s ORDER BY length(url), url", {"id": id})
    ] or found["addresses"]
    return found | {
        "revision": stored.revision,
        "indexed": stored.indexed_revision == stored.revision,
        "withdrawn": stored.withdrawn,
        "withdrawn_why": stored.withdrawn_why,
        "first_indexed": stored.first_indexed,
        "changes": stored.changes,
        "as_of": as_of,
        "kept": stored.kept if then is None else then.kept,
    }


def _then(tx: PostgresTransaction, id: int, moment: datetime) -> Then:
    found = versions.as_of(tx, id, moment)
    if found is None:
        raise BadInput(f"as_of: article {id} was not fetched before {moment.isoformat()}")
    return found


def diff(tx: PostgresTransaction, id: int, older: int, newer: int) -> dict[str, Any]:
    """What changed from one version of an article to another; raises BadInput naming the one that is not there."""
    found = {row["revision"]: row for row in versions.texts(tx, id, [older, newer])}
    for name, revision in (("from", older), ("to", newer)):
        if revision not in found:
            raise BadInput(f"{name}: article {id} has no version {revision}")
    before, after = found[older], found[newer]
    return {
        "id": id,
        "from": {name: before[name] for name in ("revision", "kept")},
        "to": {name: after[name] for name in ("revision", "kept")},
        "title": _runs(before["title"], after["title"]),
        "text": _runs(before["text"], after["text"]),
    }


def _runs(before: str, after: str) -> list[list[dict[str, str]]]:
    return [[{"kind": run.kind, "text": run.text} for run in part] for part in Edits(before, after).paragraphs()]


def plain(article: Article) -> dict[str, Any]:
    """An article as JSON has it."""
    found: dict[str, Any] = json.loads(to_json(article))
    return found


def _block(article: Article, block: Block) -> dict[str, Any]:
    return {
        "role": block.role,
        "kept": block.kept,
        "body": block.kept and block.role in BODY_ROLES,
        "text": block_text(article, block),
        "score": block.score,
        "evidence": block.evidence,
        "start": block.start,
        "end": block.end,
        "links": block.links,
        "language": block.language,
    }


def _relations(tx: PostgresTransaction, stored: Stored) -> list[dict[str, Any]]:
    """What it has to do with others, and others with it, each with the other's title."""
    others = briefs(tx, [relation.other for relation in stored.article.relations])
    return [
        {
            "kind": relation.kind,
            "other": relation.other,
            "score": relation.score,
            "evidence": relation.evidence,
            "article": others.get(relation.other),
        }
        for relation in stored.article.relations
    ]


def pair(tx: PostgresTransaction, one: int, other: int) -> tuple[Article, Article]:
    """Two articles to compare; raises BadInput naming the one that is not there."""
    found = articles.load(tx, [one, other])
    for name, id in (("a", one), ("b", other)):
        if id not in found:
            raise BadInput(f"{name}: expected an article's id, got '{id}'")
    return found[one].article, found[other].article


def words_of(tx: PostgresTransaction, id: int) -> list[dict[str, Any]]:
    """What operators said of this article and others: `other`, `same`, who and when, the latest first."""
    return tx.rows(
        "SELECT CASE one WHEN %(id)s THEN other ELSE one END AS other, same, who, at FROM copy_overrule"
        " WHERE one = %(id)s OR other = %(id)s ORDER BY at DESC",
        {"id": id},
    )


def said_of(tx: PostgresTransaction, one: int, other: int) -> dict[str, Any] | None:
    """What an operator said of two articles: `same`, who and when; None where nobody did."""
    rows = tx.rows(
        "SELECT same, who, at FROM copy_overrule WHERE one = least(%(one)s, %(other)s)"
        " AND other = greatest(%(one)s, %(other)s)",
        {"one": one, "other": other},
    )
    return rows[0] if rows else None


_BRIEF = "id, url, source, host, title, language, published, first_seen, withdrawn, fold, story"


def briefs(tx: PostgresTransaction, ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """A line on each of these articles."""
    if not ids:
        return {}
    rows = tx.rows(f"SELECT {_BRIEF} FROM article WHERE id = ANY(%(ids)s)", {"ids": list(ids)})  # noqa: S608 - constant
    return {int(row["id"]): row for row in rows}


def copies(tx: PostgresTransaction, groups: Sequence[int], most: int = 200) -> dict[int, list[dict[str, Any]]]:
    """For each group of copies, its articles, first reporter first; by the id of the group's first."""
    chosen = "(fold = ANY(%(ids)s) OR id = ANY(%(ids)s)) AND coalesce(fold, id) = ANY(%(ids)s)"
    return _members(tx, "coalesce(fold, id)", chosen, groups, most, first="(id = coalesce(fold, id)) DESC, ")


def told(tx: PostgresTransaction, stories: Sequence[int], most: int = 200) -> dict[int, list[dict[str, Any]]]:
    """For each story, its articles in the order of their dates; by the story's id."""
    return _members(tx, "story", "story = ANY(%(ids)s)", stories, most)


def _members(
    tx: PostgresTransaction, key: str, chosen: str, groups: Sequence[int], most: int, first: str = ""
) -> dict[int, list[dict[str, Any]]]:
    if not groups:
        return {}
    rows = tx.rows(
        f"SELECT * FROM (SELECT {_BRIEF}, {key} AS leader, row_number() OVER"  # noqa: S608 - constants
        f" (PARTITION BY {key} ORDER BY {first}coalesce(published, first_seen), id) AS place"
        f" FROM article WHERE {chosen} AND withdrawn IS NULL) AS members WHERE place <= %(most)s ORDER BY leader, place",
        {"ids": list(set(groups)), "most": most},
    )
    found: dict[int, list[dict[str, Any]]] = {}
    for member in rows:
        found.setdefault(member["leader"], []).append(member)
    return found


def groups_of(
    tx: PostgresTransaction, hits: Sequence[Mapping[str, Any]], collapse: Collapse, most: int = 50
) -> dict[int, list[dict[str, Any]]]:
    """What each hit stands for, by the hit's id: the articles of its story, or its copies."""
    by_story = [hit for hit in hits if collapse == "story" and hit["story"]]
    found = {hit["id"]: hit["fold"] or hit["id"] for hit in hits if hit not in by_story}
    groups, stories = copies(tx, list(found.values()), most), told(tx, [hit["story"] for hit in by_story], most)
    members = {id: groups.get(leader, []) for id, leader in found.items()}
    return members | {hit["id"]: stories.get(hit["story"], []) for hit in by_story}


def pages(tx: PostgresTransaction, id: int) -> list[dict[str, Any]]:
    """The raw pages that are kept."""
    return tx.rows(
        "SELECT kept, fetched, final_url, status, size FROM page WHERE url_id = %(id)s ORDER BY kept", {"id": id}
    )


def raw(tx: PostgresTransaction, id: int) -> bytes | None:
    """The body of the page that was kept last."""
    rows = tx.rows(
        "SELECT p.*, u.url, u.source, u.host, u.found, u.claims::text AS claims_text FROM page p"
        " JOIN url u ON u.id = p.url_id WHERE p.url_id = %(id)s ORDER BY p.kept DESC LIMIT 1",
        {"id": id},
    )
    return page_of(rows[0]).body if rows else None


def disposition(tx: PostgresTransaction, id: int) -> dict[str, Any] | None:
    """What became of a URL that has no article; None where the id was never given."""
    rows = tx.rows(
        "SELECT id, url, disposition, stage, reason, detail, merged_into FROM url WHERE id = %(id)s", {"id": id}
    )
    return rows[0] if rows else None


def dead(tx: PostgresTransaction, stage: str, start: int, size: int) -> dict[str, Any]:
    """Open dead letters, newest first, and how many there are."""
    given = {"stage": stage or None, "start": start, "size": size}
    where = "revived IS NULL AND (%(stage)s::text IS NULL OR d.stage = %(stage)s)"
    total = tx.rows(f"SELECT count(*) AS n FROM dead_letter d WHERE {where}", given)[0]["n"]  # noqa: S608 - constant
    rows = tx.rows(
        "SELECT d.id, d.lane, d.stage, d.error, d.traceback, d.at, d.url_id, u.url, u.source FROM dead_letter d"  # noqa: S608
        f" JOIN url u ON u.id = d.url_id WHERE {where} ORDER BY d.at DESC, d.id DESC OFFSET %(start)s LIMIT %(size)s",
        given,
    )
    return {"total": total, "letters": rows}


def rejected(tx: PostgresTransaction, reason: str, source: str, start: int, size: int) -> dict[str, Any]:
    """Rejected URLs, newest first, and how many there are."""
    given = {"reason": reason or None, "source": source or None, "start": start, "size": size}
    where = (
        "disposition = 'rejected' AND (%(reason)s::text IS NULL OR reason = %(reason)s)"
        " AND (%(source)s::text IS NULL OR source = %(source)s)"
    )
    total = tx.rows(f"SELECT count(*) AS n FROM url WHERE {where}", given)[0]["n"]  # noqa: S608 - constant
    rows = tx.rows(
        f"SELECT id, url, source, stage, reason, detail, decided, found FROM url WHERE {where}"  # noqa: S608 - constant
        " ORDER BY decided DESC NULLS LAST, id DESC OFFSET %(start)s LIMIT %(size)s",
        given,
    )
    return {"total": total, "urls": rows}


_AT = "coalesce((SELECT moment FROM twin WHERE twin.id = article.id), published, first_seen)"
"""When an article counts as published: what decides who was first (`twin.moment`)."""


def story(tx: PostgresTransaction, id: int, most: int = 500) -> list[dict[str, Any]]:
    """The articles of a story, the first report first: by the moment they claim, then by when they were first seen."""
    return tx.rows(
        f"SELECT {_BRIEF}, storyline, {_AT} AS at FROM article"  # noqa: S608 - constants
        " WHERE story = %(id)s AND withdrawn IS NULL ORDER BY at, first_seen, id LIMIT %(most)s",
        {"id": id, "most": most},
    )


def outlets(tx: PostgresTransaction) -> dict[str, str]:
    """The titles of the sources, by name."""
    return {row["name"]: row["title"] for row in tx.rows("SELECT name, title FROM source")}


def saved(tx: PostgresTransaction) -> list[dict[str, Any]]:
    """The saved searches, with how many new articles each has found, the newest first."""
    return tx.rows(
        "SELECT s.id, s.name, s.q, s.made, count(a.article) AS found, max(a.at) AS last,"
        " count(a.article) FILTER (WHERE a.at > now() - interval '1 day') AS today"
        " FROM saved_search s LEFT JOIN alert a ON a.search = s.id GROUP BY s.id ORDER BY max(a.at) DESC NULLS LAST, s.id"
    )


def alerts(tx: PostgresTransaction, search: int, most: int = 100) -> list[dict[str, Any]]:
    """What a saved search found since it was saved, the newest first."""
    return tx.rows(
        "SELECT a.id, a.url, a.title, a.source, a.language, a.published, a.first_seen, f.at FROM alert f"
        " JOIN article a ON a.id = f.article WHERE f.search = %(search)s ORDER BY f.at DESC, a.id DESC LIMIT %(most)s",
        {"search": search, "most": most},
    )


def names(found: Sequence[Mapping[str, Any]], entity: str) -> tuple[str, str]:
    """The commonest name and the type of an entity in these articles; empty where none mentions it."""
    counted: dict[tuple[str, str], int] = {}
    for one in found:
        for mention in one["entities"]:
            if mention["entity"] == entity:
                key = (mention["name"], mention["type"])
                counted[key] = counted.get(key, 0) + 1
    return max(counted, key=lambda key: (counted[key], key), default=("", ""))
