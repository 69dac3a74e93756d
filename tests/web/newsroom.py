"""Articles to look at: real `Article` objects, stored and indexed the way the pipeline does it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from broadsheet.address import host_of
from broadsheet.indexing import index
from broadsheet.model import (
    Article,
    Author,
    Block,
    Claims,
    DateClaim,
    Entity,
    Failure,
    Page,
    Place,
    Quantity,
    Quote,
    Relation,
    Role,
    Speaker,
    Topic,
)
from broadsheet.ports import SearchIndex
from broadsheet.storage import articles, queue, urls
from broadsheet.storage.postgres import Database, PostgresTransaction
from broadsheet.storage.queue import Count, Job

BEGAN = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
SCRIPT = "<script>alert('x')</script><img src=x onerror=alert(1)>"

Piece = tuple[Role, bool, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What a test wants in the paper."""

    url: str
    title: str
    body: Sequence[str]
    source: str = "harbour-post"
    language: str | None = "en"
    published: str | None = "2026-11-21T09:30+03:00"
    removed: Sequence[tuple[Role, str]] = ()
    copy_of: int | None = None
    """Place in the list of the article it is a copy of."""
    story: int | None = None
    topics: Sequence[str] = ()
    people: Sequence[str] = ()
    places: Sequence[tuple[str, float, float]] = ()


HARBOUR = [
    "The port authority said on Friday that the tanker Amber Coast had run aground off the northern mole after losing"
    " power in heavy fog.",
    "“We have everyone ashore and nobody is hurt,” said Marta Lindqvist, the harbour master, adding that 42 people had"
    " been taken off by lifeboat.",
    "Divers will inspect the hull before any attempt to refloat the ship at the next spring tide.",
]

PAPER: tuple[Written, ...] = (
    Written(
        url="https://harbour-post.example/news/tanker-aground",
        title="Tanker runs aground in fog off northern mole",
        body=HARBOUR,
        removed=[
            ("headline-list", "Ten gardens to see before spring"),
            ("newsletter", "Sign up for our morning letter"),
        ],
        topics=("03",),
        people=("Marta Lindqvist",),
        places=(("Istanbul", 41.01, 28.98), ("Odesa", 46.48, 30.73), ("Nowhere", 991.0, 0.0)),
        story=1,
    ),
    Written(
        url="https://north-wire.example/a/1",
        title="Tanker aground off northern mole",
        body=[*HARBOUR, "More follows."],
        source="north-wire",
        published="2026-11-21T07:10Z",
        copy_of=0,
        story=1,
        topics=("03",),
    ),
    Written(
        url="https://kuestenblatt.example/tanker",
        title="Tanker läuft vor der Nordmole auf Grund",
        body=["Die Hafenbehörde teilte am Freitag mit, der Tanker sei im Nebel auf Grund gelaufen."],
        source="kuestenblatt",
        language="de",
        published="2026-11-21",
        story=1,
        topics=("03",),
    ),
    Written(
        url="https://sahifa.example/1",
        title="ناقلة نفط تجنح قبالة الرصيف الشمالي وسط ضباب كثيف",
        body=["قالت سلطات الميناء يوم الجمعة إن الناقلة جنحت قبالة الرصيف الشمالي."],
        source="sahifa",
        language="ar",
        published="2026-11-22T11:00+03:00",
        topics=("03",),
    ),
    Written(
        url="https://harbour-post.example/sport/regatta",
        title="Regatta postponed for a day",
        body=["The winter regatta starts a day later than planned, its organisers said."],
        published="2026-11-23T12:00Z",
        topics=("15",),
    ),
    Written(
        url="https://harbour-post.example/undated",
        title="A notice without a date",
        body=["The ferry to the islands runs on the winter timetable until further notice."],
        published=None,
    ),
    Written(
        url="https://evil.example/x?a=<b>",
        title=f"Breaking {SCRIPT} news",
        body=[f"Body {SCRIPT} of the text about hostages of markup.", "</p></main><script>alert(2)</script>"],
        source=f"evil{SCRIPT}",
        language="en",
        published="2026-11-24T00:00Z",
        removed=[("share", f"Share {SCRIPT}")],
        people=(f"Eve {SCRIPT}",),
        places=((f"Place {SCRIPT}", 10.0, 179.9),),
        topics=(SCRIPT,),
    ),
)


def article(id: int, written: Written, first_seen: datetime) -> Article:
    """The article as the stages would leave it."""
    pieces: list[Piece] = [("title", True, written.title)]
    pieces += [("body", True, text) for text in written.body]
    pieces += [(role, False, text) for role, text in written.removed]
    blocks, normalised = _blocks(pieces)
    claim = _claim(written.published)
    host = host_of(written.url)
    made = Article(
        id=id,
        url=written.url,
        source=written.source,
        host=host,
        fetched=first_seen,
        first_seen=first_seen,
        claims=Claims(source=written.source, via=f"https://{host}/feed.xml", title=written.title),
        normalised=normalised,
        blocks=blocks,
        title=written.title,
        language=written.language,
        authors=(Author(name="A. Reporter"),),
        published=claim,
        dates=(claim,) if claim else (),
        topics=tuple(Topic(code=code, name="", confidence=0.9) for code in written.topics),
        keywords=("harbour",),
        story=written.story,
        versions=(("extract", "1"), ("strip", "1")),
    )
    return _enriched(replace(made, text="\n\n".join(text.strip() for _, kept, text in pieces[1:] if kept)), written)


def _blocks(pieces: Sequence[Piece]) -> tuple[tuple[Block, ...], str]:
    blocks, text = [], ""
    for role, kept, piece in pieces:
        start = len(text)
        text += f"{piece}\n"
        evidence = () if kept else ("repeats the title of another article", f"because of {SCRIPT}")
        blocks.append(Block(start=start, end=len(text), role=role, kept=kept, score=0.93, evidence=evidence))
    return tuple(blocks), text


def _claim(text: str | None) -> DateClaim | None:
    if text is None:
        return None
    read = datetime.fromisoformat(text)
    instant = (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)
    return DateClaim(
        kind="published",
        text=text,
        instant=instant,
        precision="minute" if "T" in text else "day",
        method="json-ld",
        zone="offset given",
        confidence=0.95,
        evidence=f"datePublished {text}",
    )


def _enriched(made: Article, written: Written) -> Article:
    entities, quotes, numbers = [], [], []
    for name in written.people:
        at = made.text.find(name)
        start = max(0, at)
        entities.append(
            Entity(start=start, end=start + len(name), text=name, type="PER", name=name, entity=f"p:{name.lower()}")
        )
    if "“" in made.text and "”" in made.text[made.text.index("“") :]:
        start, end = made.text.index("“") + 1, made.text.index("”", made.text.index("“"))
        who = written.people[0] if written.people else ""
        speaker = Speaker(start=0, end=len(who), name=who) if who else None
        quotes.append(Quote(start=start, end=end, speaker=speaker, direct=True))
    for found in re.finditer(r"(\d+) people( rescued)?", made.text):
        start, end, unit = found.start(), found.end(1), "rescued" if found[2] else None
        numbers.append(
            Quantity(start=start, end=end, text=found[1], value=float(found[1]), unit=unit, subject="people taken off")
        )
    places = tuple(Place(start=0, end=0, name=name, lat=lat, lon=lon) for name, lat, lon in written.places)
    return replace(made, entities=tuple(entities), quotes=tuple(quotes), numbers=tuple(numbers), places=places)


def publish(database: Database, engine: SearchIndex, paper: Sequence[Written] = PAPER) -> list[int]:
    """Books, keeps, stores and indexes these articles; their ids, in order."""
    ids: list[int] = []
    with database.transaction() as tx:
        for place, written in enumerate(paper):
            ids.append(_store(tx, written, ids, BEGAN + timedelta(hours=place)))
        queue.tally(tx, "live", [Count(stage=stage, passed=len(paper), seconds=0.5) for stage in ("extract", "strip")])
    fill(database, engine)
    return ids


def _store(tx: PostgresTransaction, written: Written, before: Sequence[int], first_seen: datetime) -> int:
    claims = Claims(source=written.source, via="feed", title=written.title)
    found = urls.book(tx, written.source, [urls.Found(url=written.url, claims=claims)])
    id = found[written.url]
    tx.run("UPDATE url SET found = %(at)s WHERE id = %(id)s", {"at": first_seen, "id": id})
    made = article(id, written, first_seen)
    if written.copy_of is not None:
        first = before[written.copy_of]
        relation = Relation(kind="wire-copy-of", other=first, score=0.98, evidence="3 of 3 paragraphs are the same")
        made = replace(made, fold=first, relations=(relation,))
    kept = urls.keep(tx, _page(id, written, first_seen))
    job = Job(lane="live", id=id, stage="enrich", host=made.host, kept=kept)
    articles.store(tx, job, made, None)
    queue.finish(tx, job)
    return id


def _page(id: int, written: Written, at: datetime) -> Page:
    body = f"<html><title>{written.title}</title><script>alert(3)</script>{''.join(written.body)}</html>".encode()
    return Page(
        id=id,
        url=written.url,
        final_url=written.url,
        source=written.source,
        host=host_of(written.url),
        status=200,
        headers=(("content-type", "text/html"),),
        body=body,
        fetched=at,
        first_seen=at,
        claims=Claims(source=written.source),
    )


def deduplicate(database: Database, ids: Sequence[int]) -> None:
    """Runs the stage `deduplicate` on stored articles again, as a reprocess run would."""
    from processors.deduplicate import prepare, settle
    from processors.stage import Prepared

    with database.transaction() as tx:
        known = [articles.load(tx, [id])[id] for id in ids]
        made = settle(tx, [Prepared(article=one.article, features=prepare(one.article)) for one in known])
        for before, after in zip(known, made, strict=True):
            assert isinstance(after, Article)
            job = Job(lane="live", id=after.id, stage="deduplicate", host=after.host, kept=before.kept)
            articles.store(tx, job, after, None)


def tell(database: Database, ids: Sequence[int]) -> None:
    """Tells stories of stored articles again, as a reprocess run would."""
    from processors.stage import Prepared
    from processors.stories import prepare, settle

    with database.transaction() as tx:
        known = [articles.load(tx, [id])[id] for id in ids]
        made = settle(tx, [Prepared(article=one.article, features=prepare(one.article)) for one in known])
        for before, after in zip(known, made, strict=True):
            assert isinstance(after, Article)
            job = Job(lane="live", id=after.id, stage="enrich", host=after.host, kept=before.kept)
            articles.store(tx, job, after, None)


def fill(database: Database, engine: SearchIndex) -> None:
    """Runs the index stage until nothing waits."""
    index(database, engine, minutes=1, until_empty=True)


def reject(database: Database, url: str, reason: str, source: str = "harbour-post") -> int:
    """A URL that gave no article."""
    with database.transaction() as tx:
        id = urls.book(tx, source, [urls.Found(url=url, claims=Claims(source=source))])[url]
        urls.reject(tx, id, reason, "told by a test")
    return id


def bury(database: Database, url: str, stage: str = "extract", error: str = "ValueError: broken") -> int:
    """A URL whose document failed; the id of its dead letter."""
    with database.transaction() as tx:
        id = urls.book(tx, "harbour-post", [urls.Found(url=url, claims=Claims(source="harbour-post"))])[url]
        kept = urls.keep(tx, _page(id, Written(url=url, title="x", body=[]), BEGAN))
        letter = urls.bury(tx, id, "live", Failure(stage=stage, error=error, traceback=f"Traceback\n{error}"), kept)
        queue.finish(tx, Job(lane="live", id=id, stage=stage, host=host_of(url), kept=kept))
    return letter


def one(database: Database, sql: str, **given: Any) -> Any:
    """The first value of the first row."""
    with database.transaction() as tx:
        rows = tx.rows(sql, given)
    return next(iter(rows[0].values())) if rows else None
