"""What is to be fetched when, and whose turn it is: the crawl's memory in PostgreSQL, which outlives any crawler."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from broadsheet.address import LONGEST, canonical, host_of
from broadsheet.model import Claims
from broadsheet.storage.postgres import PostgresTransaction
from broadsheet.storage.urls import Found, book, digest, merge, owner_of, reject
from crawlers.discover import Entry
from crawlers.source import ListKind, Source

BUCKETS = 64
"""Hosts are dealt into so many; a shard of M has every M-th bucket, and crawls of different M never share a host."""

BUCKET_LOCKS = 0x62730000
"""Advisory lock keys: a crawler holds those of its buckets."""

SYNC_LOCK = 0x62730FFF

FIRST_EVERY = 900.0
"""Seconds between visits of a list that nothing is known about."""

SHORTEST_EVERY, LONGEST_EVERY = 180.0, 6 * 3600.0
"""Seconds: nobody's feed is asked more often, and none is forgotten for longer."""

QUICKER, SLOWER = 0.7, 1.3
"""A visit that found something makes the next one sooner, one that found nothing later: it settles where about four
visits of seven find something."""

LONGEST_BACKOFF = 24 * 3600.0
"""Seconds a failing list or host waits at most."""

MOST_AT_ONCE = 24
"""URLs of one host taken into memory: another minute's worth, so that what is new can overtake what is old."""

MOST_CHILDREN = 50
"""Sitemaps of one index that are visited: the newest; archives are not walked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListVisit:
    """A list that is due."""

    id: int
    source: str
    kind: ListKind
    url: str
    host: str
    """The host that is asked: that of `target` where there is one."""
    every: float
    failures: int
    parent: int | None = None
    target: str | None = None
    hops: int = 0
    etag: str | None = None
    modified: str | None = None
    digest: bytes | None = None
    streak: int = 0
    lies: bool = False
    """The host's ETags are of no use."""

    @property
    def address(self) -> str:
        """What is asked for."""
        return self.target or self.url


@dataclass(frozen=True, slots=True, kw_only=True)
class PageVisit:
    """A URL that is due."""

    id: int
    source: str
    url: str
    host: str
    found: datetime
    attempts: int = 0
    visits: int = 0
    hops: tuple[str, ...] = ()
    etag: str | None = None
    modified: str | None = None
    digest: bytes | None = None
    lies: bool = False
    """The host's ETags are of no use."""
    published: str | None = None
    """As the list that named it has it."""

    @property
    def address(self) -> str:
        """What is asked for."""
        return self.hops[-1] if self.hops else self.url


@lru_cache(maxsize=4096)
def bucket_of(host: str) -> int:
    """The bucket a host belongs to, for ever."""
    return int.from_bytes(hashlib.sha256(host.encode()).digest()[:4], "big") % BUCKETS


def buckets_of(shard: int, of: int) -> list[int]:
    """The buckets of a shard."""
    if not 1 <= of <= BUCKETS or not 0 <= shard < of:
        raise ValueError(f"shard {shard} of {of}: expected 0 <= shard < of <= {BUCKETS}")
    return [bucket for bucket in range(BUCKETS) if bucket % of == shard]


def sync(tx: PostgresTransaction, sources: Sequence[Source]) -> None:
    """Makes the tables agree with the source files; what a source found stays when its file goes."""
    tx.lock(SYNC_LOCK)
    tx.insert(
        "INSERT INTO source (name, title, home, language, country, enabled) VALUES %s ON CONFLICT (name) DO UPDATE"
        " SET title = excluded.title, home = excluded.home, language = excluded.language,"
        " country = excluded.country, enabled = excluded.enabled, present = true, synced = now()",
        [_source_row(source) for source in sources],
    )
    names = [source.name for source in sources]
    tx.run("UPDATE source SET present = false WHERE present AND NOT name = ANY(%(names)s)", {"names": names})
    rows = [_list_row(source, kind, url) for source in sources for kind, url in source.lists()]
    _write_lists(tx, rows)
    tx.insert(
        "UPDATE feed SET every = v.every::real FROM (VALUES %s) AS v (source, every)"
        " WHERE feed.source = v.source AND feed.every <> v.every::real",
        [(source.name, source.interval * 60) for source in sources if source.interval],
    )
    wanted = {(row[0], row[2]) for row, source in zip(rows, _repeat(sources), strict=True) if source.enabled}
    known = tx.rows("SELECT id, source, hash, enabled FROM feed WHERE parent IS NULL")
    changed = {True: [], False: []}  # type: dict[bool, list[int]]
    for row in known:
        want = (row["source"], bytes(row["hash"])) in wanted
        if want != row["enabled"]:
            changed[want].append(row["id"])
    for want, ids in changed.items():
        if ids:
            tx.run(
                "UPDATE feed SET enabled = %(want)s, next_visit = now() WHERE id = ANY(%(ids)s) OR parent = ANY(%(ids)s)",
                {"want": want, "ids": ids},
            )


def _repeat(sources: Sequence[Source]) -> list[Source]:
    return [source for source in sources for _ in source.lists()]


def _source_row(source: Source) -> tuple[Any, ...]:
    home = source.start if isinstance(source.start, str) else None
    return (source.name, source.title, home, source.language, source.country, source.enabled)


def _list_row(source: Source, kind: ListKind, url: str, parent: int | None = None) -> tuple[Any, ...]:
    every = source.interval * 60 if source.interval else FIRST_EVERY
    host = host_of(url)
    return (source.name, url, digest(url), kind, parent, host, bucket_of(host), every)


def _write_lists(tx: PostgresTransaction, rows: Sequence[tuple[Any, ...]]) -> int:
    meet(tx, (row[5] for row in rows))
    unique = {(row[0], row[2]): row for row in rows}
    return tx.insert(
        "INSERT INTO feed (source, url, hash, kind, parent, host, bucket, every) VALUES %s"
        " ON CONFLICT (source, hash) DO NOTHING",
        list(unique.values()),
    )


def meet(tx: PostgresTransaction, hosts: Iterable[str]) -> None:
    """Makes the rows of hosts that were never heard of."""
    tx.insert(
        "INSERT INTO host (name, bucket) VALUES %s ON CONFLICT (name) DO NOTHING",
        [(host, bucket_of(host)) for host in sorted(set(hosts))],
    )


def take_turns(tx: PostgresTransaction, hosts: Sequence[str], hold: float) -> dict[str, float]:
    """Takes the turn of each host that is free; seconds to wait for each, 0 where the turn is ours.

    The row says that the host is busy before the request is sent, and for as long as the request can last: whoever
    comes after a killed crawler waits as its request's answer may still be on its way.
    """
    tx.run("SET LOCAL lock_timeout = '5s'")
    taken = tx.rows(
        "WITH free AS (SELECT name FROM host WHERE name = ANY(%(hosts)s) AND free_at <= clock_timestamp()"
        " ORDER BY name FOR UPDATE SKIP LOCKED)"
        " UPDATE host SET free_at = clock_timestamp() + make_interval(secs => %(hold)s + coalesce(delay, 0)),"
        " asked = clock_timestamp(), requests = requests + 1 FROM free WHERE host.name = free.name"
        " RETURNING host.name",
        {"hosts": list(hosts), "hold": hold},
    )
    waits = {str(row["name"]): 0.0 for row in taken}
    rest = [host for host in hosts if host not in waits]
    if rest:
        rows = tx.rows(
            "SELECT name, extract(epoch FROM free_at - clock_timestamp())::float8 AS wait FROM host"
            " WHERE name = ANY(%(hosts)s)",
            {"hosts": rest},
        )
        waits |= {str(row["name"]): max(float(row["wait"]), 0.01) for row in rows}
    return waits


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """How a host is left after a request."""

    host: str
    wait: float
    """Seconds before the next request."""
    error: str | None = None
    """It failed: counts as one more failure in a row; None ends the row of failures."""


def give_back(tx: PostgresTransaction, releases: Sequence[Release]) -> None:
    """Ends the turns: each host is free again after its wait."""
    tx.insert(
        "UPDATE host SET free_at = clock_timestamp() + make_interval(secs => v.wait::float8),"
        " failures = CASE WHEN v.error::text IS NULL THEN 0 ELSE failures + 1 END, error = v.error::text"
        " FROM (VALUES %s) AS v (name, wait, error) WHERE host.name = v.name",
        [(item.host, item.wait, item.error) for item in sorted(releases, key=lambda item: item.host)],
    )


def mark_liar(tx: PostgresTransaction, host: str) -> None:
    """Remembers that a host's ETags do not change with what they stand for."""
    tx.run("UPDATE host SET lies = true WHERE name = %(host)s", {"host": host})


def set_delay(tx: PostgresTransaction, host: str, delay: float | None) -> None:
    """Remembers what a host's robots.txt asks for."""
    tx.run("UPDATE host SET delay = %(delay)s WHERE name = %(host)s", {"delay": delay, "host": host})


def due_lists(tx: PostgresTransaction, buckets: Sequence[int], busy: Sequence[int]) -> list[ListVisit]:
    """Lists of these buckets whose time has come, but for those in memory already; the longest waiting first."""
    rows = tx.rows(
        "SELECT f.*, h.lies FROM feed f JOIN host h ON h.name = f.host WHERE f.enabled AND f.bucket = ANY(%(buckets)s)"
        " AND f.next_visit <= now() AND h.free_at <= now() + interval '5 seconds' AND NOT f.id = ANY(%(busy)s)"
        " AND NOT EXISTS (SELECT 1 FROM source_hold s WHERE s.source = f.source)"
        " ORDER BY f.next_visit LIMIT 500",
        {"buckets": list(buckets), "busy": list(busy)},
    )
    return [
        ListVisit(
            id=row["id"],
            source=row["source"],
            kind=row["kind"],
            url=row["url"],
            host=row["host"],
            every=row["every"],
            failures=row["failures"],
            parent=row["parent"],
            target=row["target"],
            hops=row["hops"],
            etag=row["etag"],
            modified=row["modified"],
            digest=bytes(row["digest"]) if row["digest"] is not None else None,
            streak=row["streak"],
            lies=row["lies"],
        )
        for row in rows
    ]


def due_pages(tx: PostgresTransaction, buckets: Sequence[int], busy: Sequence[str]) -> list[PageVisit]:
    """URLs whose time has come, some of each host that is not busy: no host can crowd out the others."""
    rows = tx.rows(
        "SELECT f.url_id, f.host, f.attempts, f.visits, f.hops, u.url, u.source, u.found, v.etag, v.modified, v.digest,"
        " h.lies, u.claims->>'published' AS published"
        " FROM host h CROSS JOIN LATERAL (SELECT * FROM frontier WHERE frontier.host = h.name AND due <= now()"
        " AND (%(none_held)s OR NOT EXISTS (SELECT 1 FROM url JOIN source_hold s ON s.source = url.source"
        " WHERE url.id = frontier.url_id)) ORDER BY due, url_id LIMIT %(most)s) f"
        " JOIN url u ON u.id = f.url_id LEFT JOIN visit v ON v.url_id = f.url_id"
        " WHERE h.bucket = ANY(%(buckets)s) AND h.free_at <= now() + interval '5 seconds'"
        " AND NOT h.name = ANY(%(busy)s) ORDER BY f.due, f.url_id LIMIT 3000",
        {"buckets": list(buckets), "busy": list(busy), "most": MOST_AT_ONCE, "none_held": _none_held(tx)},
    )
    return [
        PageVisit(
            id=row["url_id"],
            source=row["source"],
            url=row["url"],
            host=row["host"],
            found=row["found"],
            attempts=row["attempts"],
            visits=row["visits"],
            hops=tuple(row["hops"] or ()),
            etag=row["etag"],
            modified=row["modified"],
            digest=bytes(row["digest"]) if row["digest"] is not None else None,
            lies=row["lies"],
            published=row["published"],
        )
        for row in rows
    ]


def _none_held(tx: PostgresTransaction) -> bool:
    """Whether no source is paused by an operator: then nobody has to look each URL's up."""
    return not tx.rows("SELECT 1 FROM source_hold LIMIT 1")


def next_due(tx: PostgresTransaction, buckets: Sequence[int], within: float) -> float | None:
    """Seconds until something of these buckets, due by itself within some seconds, may be asked of its host; None where
    there is nothing."""
    row = tx.rows(
        "SELECT extract(epoch FROM min(at) - now())::float8 AS wait FROM ("
        " SELECT min(greatest(f.next_visit, h.free_at)) AS at FROM feed f JOIN host h ON h.name = f.host"
        " WHERE f.enabled AND f.bucket = ANY(%(buckets)s) AND f.next_visit <= now() + make_interval(secs => %(within)s)"
        " AND NOT EXISTS (SELECT 1 FROM source_hold s WHERE s.source = f.source)"
        " UNION ALL SELECT min(greatest(due, h.free_at)) FROM frontier JOIN host h ON h.name = frontier.host"
        " WHERE frontier.bucket = ANY(%(buckets)s) AND due <= now() + make_interval(secs => %(within)s)"
        " AND (%(none_held)s OR NOT EXISTS (SELECT 1 FROM url JOIN source_hold s ON s.source = url.source"
        " WHERE url.id = frontier.url_id))) AS times",
        {"buckets": list(buckets), "within": within, "none_held": _none_held(tx)},
    )[0]
    return None if row["wait"] is None else max(0.0, float(row["wait"]))


def announce(tx: PostgresTransaction, source: Source, via: str, entries: Sequence[Entry], dated: bool = True) -> int:
    """Books what a list points at and queues what is new; the number of new URLs. `dated`: an entry's last change may
    stand for its publication, as in Atom; in a sitemap it says when the page changed."""
    found = {}
    changed = []
    for entry in entries:
        try:
            url = canonical(entry.url)
        except ValueError:
            continue  # no address that anybody could open: `mailto:`, a host of nothing
        if source.wants(url) and url not in found:
            found[url] = Found(url=url, claims=_claims(source, via, entry, dated))
            if entry.lastmod and len(entry.lastmod) >= len("2026-11-26T10:00"):
                changed.append((digest(url), entry.lastmod))
    _look_again(tx, changed)
    new = book(tx, source.name, list(found.values()))
    if not new:
        return 0
    owners = owner_of(tx, list(new))
    for url, id in new.items():
        if url in owners and owners[url] != id:
            merge(tx, id, owners[url], "another address of it")
        elif len(url) > LONGEST:
            reject(tx, id, "url-too-long", f"{len(url)} characters, {LONGEST} are sent")
    enqueue(tx, {id: url for url, id in new.items() if url not in owners and len(url) <= LONGEST})
    return len(new)


def _look_again(tx: PostgresTransaction, changed: Sequence[tuple[bytes, str]]) -> None:
    """An article that its list says was edited since we saw it is looked at now; at most once an hour, as some lists
    call everything edited, always."""
    tx.insert(
        "UPDATE frontier SET due = now() FROM (VALUES %s) AS v (hash, at), url, visit WHERE url.hash = v.hash"
        " AND frontier.url_id = url.id AND visit.url_id = url.id AND frontier.visits > 0 AND frontier.due > now()"
        " AND visit.last < v.at::timestamptz AND v.at::timestamptz < now() + interval '1 day'"
        " AND visit.last < now() - interval '1 hour'",
        changed,
    )


def _claims(source: Source, via: str, entry: Entry, dated: bool) -> Claims:
    return Claims(
        source=source.name,
        via=via[:2000],
        title=entry.title,
        published=entry.published or (entry.lastmod if dated else None),
        language=source.language,
        country=source.country,
        outlet=source.title,
    )


def enqueue(tx: PostgresTransaction, urls: dict[int, str]) -> None:
    """Puts URLs that were never fetched into the frontier, due now."""
    hosts = {id: host_of(url) for id, url in urls.items()}
    meet(tx, hosts.values())
    tx.insert(
        "INSERT INTO frontier (url_id, host, bucket) VALUES %s ON CONFLICT (url_id) DO NOTHING",
        [(id, host, bucket_of(host)) for id, host in hosts.items()],
    )


def add_children(tx: PostgresTransaction, source: Source, visit: ListVisit, kind: ListKind, urls: Sequence[str]) -> int:
    """Lists that a list points at: the sitemaps of an index, the feeds of a home page."""
    rows = []
    for url in urls[:MOST_CHILDREN]:
        try:
            rows.append(_list_row(source, kind, canonical(url), visit.id))
        except ValueError:
            continue
    return _write_lists(tx, rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListResult:
    """What a visit of a list came to."""

    status: int | None
    error: str | None = None
    entries: int | None = None
    fresh: int = 0
    changed: bool = False
    etag: str | None = None
    modified: str | None = None
    digest: bytes | None = None
    language: str | None = None
    retry: float | None = None
    """Seconds, where the host or we decide when the next visit is."""
    fixed: bool = False
    """The source file says how often to come; nothing is learned."""


def finish_list(tx: PostgresTransaction, visit: ListVisit, result: ListResult) -> None:
    """Writes down a visit and when the next is."""
    every = visit.every
    if result.error is None and not result.fixed:
        every = min(LONGEST_EVERY, max(SHORTEST_EVERY, every * (QUICKER if result.fresh else SLOWER)))
    failures = 0 if result.error is None else visit.failures + 1
    wait = result.retry if result.retry is not None else min(every * 2 ** min(failures, 12), LONGEST_BACKOFF)
    tx.run(
        "UPDATE feed SET every = %(every)s, failures = %(failures)s, status = %(status)s, error = %(error)s,"
        " entries = coalesce(%(entries)s, entries), fresh = %(fresh)s, etag = coalesce(%(etag)s, etag),"
        " modified = coalesce(%(modified)s, modified), digest = coalesce(%(digest)s, digest),"
        " language = coalesce(%(language)s, language), last_visit = now(), hops = 0,"
        " streak = CASE WHEN %(status)s = 304 THEN streak + 1 ELSE 0 END,"
        " target = CASE WHEN %(good)s THEN target END, host = CASE WHEN %(good)s THEN host ELSE %(home)s END,"
        " bucket = CASE WHEN %(good)s THEN bucket ELSE %(bucket)s END,"
        " last_success = CASE WHEN %(good)s THEN now() ELSE last_success END,"
        " last_change = CASE WHEN %(changed)s THEN now() ELSE last_change END,"
        " next_visit = now() + make_interval(secs => %(wait)s) WHERE id = %(id)s",
        {
            "id": visit.id,
            "every": every,
            "failures": failures,
            "status": result.status,
            "error": result.error,
            "entries": result.entries,
            "fresh": result.fresh,
            "etag": result.etag[:500] if result.etag else None,
            "modified": result.modified[:100] if result.modified else None,
            "digest": result.digest,
            "language": result.language,
            "good": result.error is None,
            "home": host_of(visit.url),
            "bucket": bucket_of(host_of(visit.url)),
            "changed": result.changed,
            "wait": wait,
        },
    )


def move_list(tx: PostgresTransaction, visit: ListVisit, target: str) -> None:
    """A list was redirected: its next address is asked when its host's turn comes."""
    host = host_of(target)
    meet(tx, [host])
    tx.run(
        "UPDATE feed SET target = %(target)s, hops = hops + 1, host = %(host)s, bucket = %(bucket)s,"
        " next_visit = now() WHERE id = %(id)s",
        {"id": visit.id, "target": target, "host": host, "bucket": bucket_of(host)},
    )


def revisit(tx: PostgresTransaction, ids: Sequence[int]) -> int:
    """Makes URLs due now: articles are looked at for edits, what was rejected, merged or never fetched is fetched as if
    it were new; how many there are."""
    rows = tx.rows(
        "SELECT u.id, u.host, v.url_id IS NOT NULL AND u.disposition IN ('article', 'pending') AS seen"
        " FROM url u LEFT JOIN visit v ON v.url_id = u.id WHERE u.id = ANY(%(ids)s) AND u.url ~ '^https?://'",
        {"ids": list(ids)},
    )
    meet(tx, (row["host"] for row in rows))
    tx.insert(
        "INSERT INTO frontier (url_id, host, bucket, visits) VALUES %s ON CONFLICT (url_id) DO UPDATE SET due = now(),"
        " attempts = 0, visits = CASE WHEN excluded.visits = 0 THEN 0 ELSE greatest(frontier.visits, 1) END",
        [(row["id"], row["host"], bucket_of(row["host"]), int(row["seen"])) for row in rows],
    )
    return len(rows)


def forget_decided(tx: PostgresTransaction, buckets: Sequence[int]) -> int:
    """What was fetched and then merged or rejected is not looked at for edits."""
    return tx.run(
        "DELETE FROM frontier f USING url u WHERE u.id = f.url_id AND f.bucket = ANY(%(buckets)s) AND f.due <= now()"
        " AND f.visits > 0 AND u.disposition IN ('merged', 'rejected', 'dead')",
        {"buckets": list(buckets)},
    )
