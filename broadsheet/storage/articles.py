"""The article table: what is kept for ever, and the outbox that feeds the index by revision."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from broadsheet.model import Article, IndexDocument, block_text
from broadsheet.naming import bearers
from broadsheet.ports import WriteResult
from broadsheet.storage import entities, versions, who
from broadsheet.storage.packing import packed, unpacked
from broadsheet.storage.postgres import PostgresTransaction
from broadsheet.storage.queue import Job
from broadsheet.storage.urls import note, wake

_COLUMNS = (
    "id, revision, indexed_revision, born, kept, first_seen, published, source, host, url, title, language,"
    " fold, story, storyline, withdrawn, withdrawn_why, changed, first_indexed, latency, changes, document"
)


SURE_PLACE = 0.6
"""Confidence from which a place is put on maps: below, another place of the name is nearly as likely."""

SURE_TOPIC = 0.35
"""Confidence from which a topic is searched by: nine of ten are right on the labelled sets, half of those below it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """An article with what the table knows of it."""

    article: Article
    revision: int
    indexed_revision: int
    born: datetime
    """First fetch: names the monthly index, never changes."""
    kept: datetime
    withdrawn: datetime | None
    withdrawn_why: str | None
    first_indexed: datetime | None
    changes: tuple[str, ...] = ()
    """All kinds of edits it has seen, `silent` among them."""
    titles: Mapping[str, str] = field(default_factory=dict)
    """What to call the ids of its names; only where it is read for the index."""


def store(tx: PostgresTransaction, job: Job, article: Article, extracted: bytes | None) -> bool:
    """Writes an article's newest form as a new revision; False, and nothing changes, where it is what we have."""
    document = packed(article)
    before = tx.rows(
        "SELECT revision, kept, document, withdrawn, fold, story, storyline FROM article WHERE id = %(id)s FOR UPDATE",
        {"id": article.id},
    )
    _settle_url(tx, article.id)
    if before and bytes(before[0]["document"]) == document and before[0]["withdrawn"] is None:
        tx.run("UPDATE article SET kept = %(kept)s WHERE id = %(id)s", {"id": article.id, "kept": job.kept})
        return False
    _upsert(tx, job, article, document, extracted)
    earlier, known = (unpacked(before[0]["document"]), before[0]["kept"]) if before else (None, job.kept)
    versions.add(tx, versions.Text(article=article, document=document, kept=job.kept), earlier, known)
    wake(tx)
    return True


def _settle_url(tx: PostgresTransaction, id: int) -> None:
    tx.run(
        "UPDATE url SET disposition = 'article', stage = NULL, reason = NULL, detail = NULL, merged_into = NULL,"
        " decided = now() WHERE id = %(id)s AND disposition <> 'article'",
        {"id": id},
    )


def _upsert(tx: PostgresTransaction, job: Job, article: Article, document: bytes, extracted: bytes | None) -> None:
    tx.insert(
        "INSERT INTO article (id, lane, born, kept, first_seen, published, source, host, url, title, language, fold, story,"
        " storyline, extracted, document) VALUES %s ON CONFLICT (id) DO UPDATE SET revision = article.revision + 1,"
        " kept = excluded.kept, published = excluded.published, url = excluded.url, title = excluded.title,"
        " language = excluded.language, fold = excluded.fold, story = excluded.story, storyline = excluded.storyline,"
        " extracted = coalesce(excluded.extracted, article.extracted), document = excluded.document,"
        " withdrawn = NULL, withdrawn_why = NULL, changed = now()",
        [
            (
                article.id,
                job.lane,
                job.kept,
                job.kept,
                article.first_seen,
                article.published.instant if article.published else None,
                article.source,
                article.host,
                article.url,
                article.title or "",
                article.language,
                article.fold,
                article.story,
                article.storyline,
                extracted,
                document,
            )
        ],
    )


def load(tx: PostgresTransaction, ids: Sequence[int]) -> dict[int, Stored]:
    """The articles of these ids."""
    rows = tx.rows(f"SELECT {_COLUMNS} FROM article WHERE id = ANY(%(ids)s)", {"ids": list(ids)})
    return {stored.article.id: stored for stored in _named(tx, [_stored(row) for row in rows])}


def _stored(row: dict[str, Any]) -> Stored:
    article = replace(unpacked(row["document"]), fold=row["fold"], story=row["story"], storyline=row["storyline"])
    return Stored(
        article=article,
        revision=row["revision"],
        indexed_revision=row["indexed_revision"],
        born=row["born"].astimezone(UTC),
        kept=row["kept"].astimezone(UTC),
        withdrawn=row["withdrawn"],
        withdrawn_why=row["withdrawn_why"],
        first_indexed=row["first_indexed"],
        changes=tuple(row["changes"]),
    )


def _named(tx: PostgresTransaction, found: list[Stored]) -> list[Stored]:
    """The articles with the ids that their names have today: a name may have been joined with another since."""
    ids = entities.of_articles(tx, [stored.article.id for stored in found])
    return [
        replace(stored, article=entities.renamed(stored.article, ids.get(stored.article.id, {}))) for stored in found
    ]


def for_index(tx: PostgresTransaction, found: Sequence[Stored]) -> list[Stored]:
    """The articles with what to call those whom they name."""
    ids = [[e.entity for e in one.article.entities if e.entity] for one in found]
    titles = who.titles(tx, sorted({id for those in ids for id in those}))
    return [
        replace(one, titles={id: titles[id] for id in those if id in titles})
        for one, those in zip(found, ids, strict=True)
    ]


def extracted(tx: PostgresTransaction, ids: Sequence[int]) -> dict[int, bytes]:
    """What `extract` answered for these articles, packed: where a run from `strip` begins."""
    rows = tx.rows(
        "SELECT id, extracted FROM article WHERE id = ANY(%(ids)s) AND extracted IS NOT NULL", {"ids": list(ids)}
    )
    return {int(row["id"]): bytes(row["extracted"]) for row in rows}


def outbox(tx: PostgresTransaction, limit: int) -> list[Stored]:
    """Articles whose current revision the engine has not taken, as `for_index` has them; locked until `tx` ends, so that
    writers share them."""
    rows = tx.rows(
        f"SELECT {_COLUMNS} FROM article WHERE indexed_revision < revision AND refused_revision < revision"
        " ORDER BY changed LIMIT %(limit)s FOR NO KEY UPDATE SKIP LOCKED",
        {"limit": limit},
    )
    return for_index(tx, _named(tx, [_stored(row) for row in rows]))


def pending_index(tx: PostgresTransaction) -> int:
    """How many articles wait for the engine."""
    rows = tx.rows(
        "SELECT count(*) AS n FROM article WHERE indexed_revision < revision AND refused_revision < revision"
    )
    return int(rows[0]["n"])


def taken(tx: PostgresTransaction, results: Iterable[WriteResult]) -> None:
    """Records the revisions that the engine took; the latency of each article's first one."""
    tx.insert(
        "UPDATE article SET indexed_revision = v.revision, first_indexed = coalesce(first_indexed, clock_timestamp()),"
        " latency = coalesce(latency, extract(epoch FROM clock_timestamp() - kept))"
        " FROM (VALUES %s) AS v (id, revision)"
        " WHERE article.id = v.id::bigint AND article.indexed_revision < v.revision::bigint",
        [(result.id, result.revision) for result in results],
    )


def refused(tx: PostgresTransaction, result: WriteResult) -> None:
    """Records that the engine refuses a revision for the document's own fault."""
    tx.run(
        "UPDATE article SET refused_revision = %(revision)s WHERE id = %(id)s",
        {"id": result.id, "revision": result.revision},
    )
    note(tx, result.id, "refused", f"by the index: {result.error}")


def forget_index(tx: PostgresTransaction) -> int:
    """The engine has nothing any more: every article is pending again."""
    return tx.run(
        "UPDATE article SET indexed_revision = 0, refused_revision = 0 WHERE indexed_revision > 0 OR refused_revision > 0"
    )


def index_document(stored: Stored) -> IndexDocument:
    """What the engines hold of an article."""
    article = stored.article
    removed = "\n\n".join(block_text(article, block) for block in article.blocks if not block.kept)
    published = article.published.instant if article.published else None
    names = {kind: tuple(dict.fromkeys(e.name for e in article.entities if e.type == kind)) for kind in ("PER", "ORG")}
    ids = {
        kind: tuple(dict.fromkeys(e.entity for e in article.entities if e.entity and e.type == kind))
        for kind in ("PER", "ORG", "LOC")
    }
    speakers = tuple(dict.fromkeys(quote.speaker.name for quote in article.quotes if quote.speaker))
    whose = bearers((e.name, e.type, e.entity) for e in article.entities)
    speaker_ids = tuple(dict.fromkeys(whose[name] for name in speakers if name in whose))
    places = tuple(
        dict.fromkeys([place.name for place in article.places] + [e.name for e in article.entities if e.type == "LOC"])
    )
    return IndexDocument(
        id=article.id,
        revision=stored.revision,
        month=stored.born.strftime("%Y-%m"),
        url=article.url,
        title=article.title or "",
        standfirst=article.standfirst or "",
        text=article.text,
        removed=removed,
        source=article.source,
        host=article.host,
        language=article.language,
        published=published,
        published_text=article.published.text if article.published else None,
        first_seen=article.first_seen,
        when=published or article.first_seen,
        authors=tuple(author.name for author in article.authors),
        agency=article.agency,
        dateline=article.dateline,
        section=article.section,
        kind=article.kind,
        paywall=article.paywall,
        withdrawn=stored.withdrawn is not None,
        fold=article.fold or article.id,
        story=article.story,
        storyline=article.storyline,
        people=names["PER"],
        organisations=names["ORG"],
        places=places,
        entities=tuple(dict.fromkeys(e.entity for e in article.entities if e.entity)),
        person_ids=ids["PER"],
        organisation_ids=ids["ORG"],
        place_ids=ids["LOC"],
        person_titles=_titles(stored, ids["PER"], names["PER"]),
        organisation_titles=_titles(stored, ids["ORG"], names["ORG"]),
        place_titles=_titles(stored, ids["LOC"], places),
        speakers=speakers,
        speaker_ids=speaker_ids,
        speaker_titles=_titles(stored, speaker_ids, speakers),
        topics=tuple(topic.code for topic in article.topics if topic.confidence >= SURE_TOPIC),
        keywords=article.keywords,
        image=article.image.url if article.image else None,
        summary=article.summary,
        points=tuple(
            dict.fromkeys((place.lat, place.lon) for place in article.places if place.confidence >= SURE_PLACE)
        ),
        names=" ".join(dict.fromkeys(repair.raw for repair in article.repairs)),
        changes=stored.changes,
    )


def _titles(stored: Stored, ids: Sequence[str], names: Sequence[str]) -> tuple[str, ...]:
    titles = dict.fromkeys(stored.titles[id] for id in ids if id in stored.titles)
    return tuple(title for title in titles if title not in names)


def live_latency(tx: PostgresTransaction, hours: float = 1.0) -> dict[str, float | None]:
    """Seconds from kept to found by a search, of live articles first indexed in the last hours: p50 and p95."""
    rows = tx.rows(
        "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY latency) AS p50,"
        " percentile_cont(0.95) WITHIN GROUP (ORDER BY latency) AS p95 FROM article"
        " WHERE lane = 'live' AND first_indexed > now() - make_interval(secs => %(seconds)s)",
        {"seconds": hours * 3600},
    )
    return {"p50": rows[0]["p50"], "p95": rows[0]["p95"]}
