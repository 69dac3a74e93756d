"""The crawl of one shard: Scrapy fetches, PostgreSQL says what and when, and no host is asked sooner than it wants."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import os
import shutil
import time
from collections import Counter, deque
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any, Literal

import scrapy

from broadsheet.address import canonical, host_of, split
from broadsheet.errors import Unavailable
from broadsheet.settings import Settings, agent
from broadsheet.storage.postgres import Database, PostgresTransaction
from broadsheet.storage.urls import reject
from crawlers import frontier, missing, outcome, pressure, robots
from crawlers.discover import Entry, Reading, read
from crawlers.fetch import RETRIED, Answer, FetchError, literal, private
from crawlers.frontier import ListResult, ListVisit, PageVisit, Release
from crawlers.handler import Ask, answer_of
from crawlers.ledger import Ledger
from crawlers.outcome import BUSY, REDIRECTS, RETRIES, Concluded, Verdict
from crawlers.robots import Robots
from crawlers.source import Source

log = logging.getLogger(__name__)

POLL = 1.0
"""Seconds between looks at the frontier where nothing woke us."""

CHECK = 5.0
"""Seconds between looks at disk, lock and clock."""

GAUGE = 0.2
"""Seconds between looks at how far the workers are behind."""

LEAST_DELAY = 0.2
"""Seconds between requests to a host whose robots.txt asks for less."""

IN_FLIGHT = 128
"""Requests at a time, to as many hosts."""

ROBOTS_HOPS = 5
"""Redirects of a robots.txt that are followed: RFC 9309 section 2.3.1.2."""

ROBOTS_LIFE = 24 * 3600.0
"""Seconds a robots.txt is believed: section 2.4 allows 24 hours."""

ROBOTS_RETRY, ROBOTS_LONGEST = 60.0, 6 * 3600.0
"""Seconds before an unreachable robots.txt is tried again, at first and at most."""

OLD = 7
"""Days after which an article is not looked at for edits."""

SOON = 10.0
"""Seconds: what is due later does not keep a run that ends when nothing is left."""

CUT = frozenset({"connection", "bad-response"})
MOST_CUT = 3
"""Broken connections in a row that may be one page's fault; from then on it is the host's."""

LIST_HOPS = 5
BIG = 200_000
"""Bytes of a list above which it is read in a thread, so that the crawl goes on meanwhile."""

BOOKED_AT_ONCE = 300
"""Entries booked in one transaction: some tens of milliseconds."""

PATIENT = 5.0
"""Seconds: a host that is to be left alone for longer, and for longer than its usual pause, goes back to the frontier."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What one run is to do."""

    shard: int
    of: int
    minutes: float
    until_empty: bool = False

    @property
    def name(self) -> str:
        """As it is shown."""
        return f"{self.shard}/{self.of}"


@dataclass(slots=True)
class _Host:
    """A host while it has work in memory."""

    name: str
    queue: deque[ListVisit | PageVisit] = field(default_factory=deque)
    task: asyncio.Task[None] | None = None
    free: float = 0.0
    """On the monotonic clock: not before."""
    failures: int = 0
    kept: int = 0
    """Pages it gave in this run."""


class _Later(Exception):
    """Raised where a host's turn is too far away to wait for; its work stays in the frontier."""


class Crawl:
    """One run over one shard's hosts."""

    def __init__(self, settings: Settings, task: Task, database: Database, sources: list[Source]) -> None:
        self.settings = settings
        self.task = task
        self.sources = {source.name: source for source in sources}
        self.tally: Counter[str] = Counter()
        self.state = "crawling"
        self.stopping = ""
        self._database = database
        self._buckets = frontier.buckets_of(task.shard, task.of)
        self._hosts: dict[str, _Host] = {}
        self._rules: dict[str, tuple[Robots, float, str]] = {}
        self._delays: dict[str, float | None] = {}
        self._lists: set[int] = set()
        self._slots = asyncio.Semaphore(IN_FLIGHT)
        self._wake = asyncio.Event()
        self._paused = False
        self._room = pressure.MANY
        self._more_room = asyncio.Condition()
        self._look = 0.0
        self._agent = agent(settings)
        self._ledger: Ledger | None = None
        self._spider: NewsSpider | None = None
        # Longer than any request can last, and the pause after it.
        self._hold = settings.page_seconds + settings.crawl_delay + 1.0

    @property
    def ledger(self) -> Ledger:
        assert self._ledger is not None
        return self._ledger

    def stop(self, why: str) -> None:
        """No further request is sent; those that are out are waited for."""
        self.stopping = self.stopping or why
        self._wake.set()

    async def run(self, spider: NewsSpider) -> None:
        """Crawls until the time is over, nothing is left, or `stop` is called."""
        self._spider = spider
        self._ledger = Ledger(self._database, self._hold)
        watch = asyncio.create_task(self._watch())
        gauge = asyncio.create_task(self._gauge())
        try:
            await self.ledger.write(lambda tx: frontier.sync(tx, list(self.sources.values())))
            await self._loop()
            await self._drain()
        finally:
            watch.cancel()
            gauge.cancel()
            with suppress(Unavailable):
                self.state = f"finished: {self.stopping}"
                await self.ledger.write(lambda tx: self._beat(tx, finished=True))
            await self.ledger.close()

    async def _loop(self) -> None:
        deadline = time.monotonic() + self.task.minutes * 60
        while not self.stopping:
            if time.monotonic() >= deadline:
                self.stop("the time is over")
                break
            self._wake.clear()
            if not self._paused:
                await self._load()
                if self.task.until_empty and await self._is_empty():
                    self.stop("nothing is left")
                    break
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), min(POLL, max(0.0, deadline - time.monotonic()) + 0.01))
            # What becomes ready together is loaded together, and looking takes a tenth of the time at most.
            await asyncio.sleep(min(max(0.02, 9 * self._look), 2.0))

    async def _drain(self) -> None:
        tasks = [host.task for host in self._hosts.values() if host.task]
        if tasks:
            await asyncio.wait(tasks, timeout=self.settings.page_seconds + 10)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _load(self) -> None:
        busy = [host.name for host in self._hosts.values() if host.task]
        lists = list(self._lists)
        buckets = self._buckets

        def due(tx: PostgresTransaction) -> tuple[list[ListVisit], list[PageVisit]]:
            frontier.forget_decided(tx, buckets)
            return frontier.due_lists(tx, buckets, lists), frontier.due_pages(tx, buckets, busy)

        started = time.monotonic()
        found_lists, pages = await self.ledger.write(due)
        self._look = time.monotonic() - started
        # Pages first in the code, lists first in the queue: what is new is worth more than what is waiting.
        for page in pages:
            self._host(page.host).queue.append(page)
        for visit in found_lists:
            if visit.source in self.sources and visit.id not in self._lists:
                self._lists.add(visit.id)
                self._host(visit.host).queue.appendleft(visit)
        for host in self._hosts.values():
            if host.queue and not host.task:
                host.task = asyncio.create_task(self._serve(host))

    def _host(self, name: str) -> _Host:
        if name not in self._hosts:
            self._hosts[name] = _Host(name)
        return self._hosts[name]

    async def _is_empty(self) -> bool:
        if any(host.task for host in self._hosts.values()):
            return False
        wait = await self.ledger.write(lambda tx: frontier.next_due(tx, self._buckets, SOON))
        # A host whose request a killed crawler left behind is free again within the hold.
        return wait is None or wait > self._hold + CHECK

    async def _serve(self, host: _Host) -> None:
        try:
            while host.queue and not self.stopping and not self._paused:
                visit = host.queue.popleft()
                try:
                    await self._visit(host, visit)
                finally:
                    if isinstance(visit, ListVisit):
                        self._lists.discard(visit.id)
        except _Later:
            pass
        except Unavailable as error:
            self.stop(f"unavailable: {error}")
        finally:
            self._lists -= {visit.id for visit in host.queue if isinstance(visit, ListVisit)}
            host.queue.clear()
            host.task = None
            self._wake.set()

    async def _visit(self, host: _Host, visit: ListVisit | PageVisit) -> None:
        try:
            if isinstance(visit, ListVisit):
                await self._visit_list(host, visit)
            else:
                await self._visit_page(host, visit)
        except ValueError as error:
            await self._unstorable(visit, error)
        except (_Later, Unavailable):
            raise
        except Exception as error:
            # Our bug, on this document: it is put away for a while, the crawl goes on, the log has the place.
            log.exception("visit failed", extra={"url": visit.address})
            self.tally["failed"] += 1
            await self._put_away(visit, f"{type(error).__name__}: {error}")

    async def _unstorable(self, visit: ListVisit | PageVisit, error: ValueError) -> None:
        self.tally["unstorable"] += 1
        if isinstance(visit, ListVisit):
            await self._put_away(visit, f"unstorable: {error}")
            return

        def refuse(tx: PostgresTransaction) -> None:
            tx.run("DELETE FROM frontier WHERE url_id = %(id)s", {"id": visit.id})
            if not visit.visits:
                reject(tx, visit.id, "unstorable", str(error)[:500])

        await self.ledger.write(refuse)

    async def _put_away(self, visit: ListVisit | PageVisit, error: str) -> None:
        if isinstance(visit, ListVisit):
            result = ListResult(status=None, error=error[:300])
            await self.ledger.write(lambda tx: frontier.finish_list(tx, visit, result))
            return
        verdict = outcome.judge(visit, FetchError("bad-response", error))
        await self.ledger.conclude(Concluded(visit=visit, verdict=verdict))

    # Pages

    async def _visit_page(self, host: _Host, visit: PageVisit) -> None:
        source = self.sources.get(visit.source)
        try:
            rules = await self._robots(host, visit.address)
        except FetchError as error:
            await self._conclude(visit, outcome.judge(visit, error), None, None)
            return
        forbidden = _forbidden(visit, rules, self._rules[split(visit.address).origin][2])
        if forbidden:
            await self._conclude(visit, forbidden, None, None)
            return
        await self._step_with_workers()
        answer = await self._ask(host, visit.address, outcome.conditions(visit))
        verdict = await self._not_there(host, visit, outcome.judge(visit, answer))
        release = Release(host=host.name, wait=self._pause(host, answer, source), error=_error(answer))
        await self._conclude(visit, verdict, answer if isinstance(answer, Answer) else None, release)
        self._rest(host, release.wait)
        if verdict.act == "keep":
            await self._ask_for_what_is_missing(host, visit)

    async def _not_there(self, host: _Host, visit: PageVisit, verdict: Verdict) -> Verdict:
        """The verdict, where the host sends us where it sends those who ask for what is not there."""
        if verdict.act != "move":
            return verdict
        if await self.ledger.write(lambda tx: missing.target_of(tx, host.name)) != verdict.target:
            return verdict
        act: Literal["skip", "reject"] = "skip" if visit.visits else "reject"
        return Verdict(act=act, word="soft-404", detail=f"to {verdict.target[:200]}, where missing pages lead")

    async def _ask_for_what_is_missing(self, host: _Host, visit: PageVisit) -> None:
        """Once in a while, after some pages of a host, asks it for one that is not there, in its turn and by its rules."""
        host.kept += 1
        if host.kept != missing.ENOUGH or not await self.ledger.write(lambda tx: missing.due(tx, host.name)):
            return
        url = missing.address_of(visit.url)
        answer, release = None, None
        if host_of(url) == host.name and await self._allows(host, url):
            answer = await self._ask(host, url, {})
            release = Release(host=host.name, wait=self._pause(host, answer, None), error=_error(answer))
        await self.ledger.write(lambda tx: missing.store(tx, host.name, url, answer), release)
        self.tally["missing-pages"] += 1
        if release:
            self._rest(host, release.wait)

    async def _allows(self, host: _Host, url: str) -> bool:
        """Whether robots.txt lets us ask; False where it cannot be had."""
        try:
            return (await self._robots(host, url)).allows(split(url).target)
        except FetchError:
            return False

    async def _conclude(
        self, visit: PageVisit, verdict: Verdict, answer: Answer | None, release: Release | None
    ) -> None:
        source = self.sources.get(visit.source)
        item = Concluded(
            visit=visit, verdict=verdict, answer=answer, revisits=source.revisit if source and _young(visit) else ()
        )
        word = await self.ledger.conclude(item, release)
        self.tally[word] += 1
        log.debug("page", extra={"url": visit.address, "outcome": word})

    # Lists

    async def _visit_list(self, host: _Host, visit: ListVisit) -> None:
        source = self.sources[visit.source]
        try:
            rules = await self._robots(host, visit.address)
        except FetchError as error:
            await self._finish_list(visit, ListResult(status=None, error=error.reason), None)
            return
        if not rules.allows(split(visit.address).target):
            word = "robots-unreachable" if rules.closed else "robots"
            await self._finish_list(visit, ListResult(status=None, error=word), None)
            return
        answer = await self._ask(host, visit.address, outcome.conditions(visit))
        release = Release(host=host.name, wait=self._pause(host, answer, source), error=_error(answer))
        if isinstance(answer, Answer) and answer.status in REDIRECTS:
            await self._move_list(visit, answer, release)
        elif isinstance(answer, Answer) and answer.status == 200:
            await self.ledger.write(lambda _: None, release)
            self._rest(host, release.wait)
            await self._read_list(visit, source, answer)
        else:
            result = ListResult(status=None, error=answer.reason) if isinstance(answer, FetchError) else _plain(answer)
            await self._finish_list(visit, replace(result, fixed=source.interval is not None), release)
        self._rest(host, release.wait)

    async def _move_list(self, visit: ListVisit, answer: Answer, release: Release) -> None:
        target = outcome.redirect_target(answer)
        if isinstance(target, FetchError):
            await self._finish_list(visit, ListResult(status=answer.status, error=target.reason), release)
        elif visit.hops >= LIST_HOPS or target in {visit.address, visit.url}:
            await self._finish_list(visit, ListResult(status=answer.status, error="redirect-loop"), release)
        else:
            await self.ledger.write(lambda tx: frontier.move_list(tx, visit, target), release)
            self.tally["list-moved"] += 1

    async def _read_list(self, visit: ListVisit, source: Source, answer: Answer) -> None:
        digest = hashlib.sha256(answer.body).digest()
        result = ListResult(
            status=200,
            etag=answer.header("etag") or None,
            modified=answer.header("last-modified") or None,
            digest=digest,
            fixed=source.interval is not None,
        )
        if digest == visit.digest:
            await self._finish_list(visit, result, None)
            return
        if outcome.lied(visit, answer):
            await self.ledger.write(lambda tx: frontier.mark_liar(tx, split(visit.address).host))
        arguments = (answer.body, visit.address, answer.header("content-type"))
        reading = await asyncio.to_thread(read, *arguments) if len(answer.body) > BIG else read(*arguments)
        error = reading.error or ("not-a-feed" if visit.kind != "section" and reading.kind == "section" else None)
        fresh = 0 if error else await self._announce(visit, source, reading)
        await self._finish_list(
            visit,
            replace(
                result,
                error=error,
                entries=len(reading.entries),
                fresh=fresh,
                changed=error is None,
                language=reading.language,
                digest=digest if error is None else None,
            ),
            None,
        )

    async def _announce(self, visit: ListVisit, source: Source, reading: Reading) -> int:
        """Books what a list names; the number of new URLs, or of new lists."""
        if reading.index:
            urls = _newest(reading.entries)
            return await self.ledger.write(lambda tx: frontier.add_children(tx, source, visit, "sitemap", urls))
        fresh = 0
        for start in range(0, len(reading.entries), BOOKED_AT_ONCE):
            part = reading.entries[start : start + BOOKED_AT_ONCE]
            fresh += await self._book(visit, source, part)
        if visit.kind == "section" and reading.feeds and visit.url == _home(source):
            feeds = reading.feeds[:3]
            await self.ledger.write(lambda tx: frontier.add_children(tx, source, visit, "feed", feeds))
        self.tally["found"] += fresh
        return fresh

    async def _book(self, visit: ListVisit, source: Source, entries: tuple[Entry, ...]) -> int:
        """One entry that cannot be stored does not take the others with it."""
        try:
            dated = visit.kind == "feed"
            return await self.ledger.write(lambda tx: frontier.announce(tx, source, visit.url, entries, dated))
        except ValueError as error:
            if len(entries) == 1:
                log.warning("entry not stored", extra={"url": entries[0].url[:200], "error": str(error)[:300]})
                self.tally["unstorable"] += 1
                return 0
        middle = len(entries) // 2
        return await self._book(visit, source, entries[:middle]) + await self._book(visit, source, entries[middle:])

    async def _finish_list(self, visit: ListVisit, result: ListResult, release: Release | None) -> None:
        await self.ledger.write(lambda tx: frontier.finish_list(tx, visit, result), release)
        self.tally["lists"] += 1
        if result.error:
            self.tally[f"list-error:{result.error[:40]}"] += 1
        if result.fresh:
            self._wake.set()

    # robots.txt

    async def _robots(self, host: _Host, url: str) -> Robots:
        """What the site of an address asks for: from memory, from the table, from the site; raises FetchError where
        the site may not be asked at all."""
        address = split(url)
        self._check_literal(address.host)
        known = self._rules.get(address.origin)
        if known and known[1] > time.monotonic():
            return known[0]
        row = await self.ledger.write(lambda tx: _stored_robots(tx, address.origin))
        if row is None:
            row = await self._fetch_robots(host, address.origin)
        body = bytes(row["body"] or b"")
        rules = robots.robots(row["status"], body, self._agent)
        error = "" if row["status"] is not None and row["status"] < 500 else str(row["error"] or row["status"])
        self._rules[address.origin] = (rules, time.monotonic() + row["left"], error)
        others = [known[0].delay for origin, known in self._rules.items() if split(origin + "/").host == host.name]
        self._delays[host.name] = max((delay for delay in others if delay is not None), default=None)
        return rules

    def _check_literal(self, host: str) -> None:
        """A numeric host is not even asked for its robots.txt where it is private."""
        if literal(host) and not self.settings.allow_private and private(host):
            raise FetchError("private-address", host)

    async def _fetch_robots(self, host: _Host, origin: str) -> dict[str, Any]:
        """Asks for robots.txt, each hop in its host's turn, and stores the answer for all crawlers."""
        url, answer = f"{origin}/robots.txt", None  # type: tuple[str, Answer | FetchError | None]
        for _ in range(ROBOTS_HOPS + 1):
            asked = self._host(host_of(url))
            await self._meet(asked.name)
            answer = await self._ask(asked, url, {})
            target = _target(answer)
            if target:
                release = Release(host=asked.name, wait=self._pause(asked, answer, None))
                await self.ledger.write(lambda _: None, release)
                self._rest(asked, release.wait)
                self._check_literal(host_of(target))
                url = target
                continue
            break
        assert answer is not None
        if isinstance(answer, FetchError) and answer.reason not in {*RETRIED, "too-large", "encoding"}:
            await self.ledger.write(lambda _: None, Release(host=asked.name, wait=0.0, error=answer.reason))
            raise answer
        return await self._store_robots(host, asked, origin, answer)

    async def _meet(self, host: str) -> None:
        """A host that a robots.txt was redirected to may never have been heard of."""
        await self.ledger.write(lambda tx: frontier.meet(tx, [host]))

    async def _store_robots(
        self, host: _Host, asked: _Host, origin: str, answer: Answer | FetchError
    ) -> dict[str, Any]:
        status = answer.status if isinstance(answer, Answer) else None
        body = answer.body[: robots.LIMIT + 4096] if isinstance(answer, Answer) and status and status < 300 else b""
        rules = robots.robots(status, body, self._agent)
        self._delays[host.name] = rules.delay
        error = None if isinstance(answer, Answer) else f"{answer.reason}: {answer.detail}"[:300]
        # A busy site has not said yet what it allows.
        wait = outcome.retry_after(answer) if isinstance(answer, Answer) and status in BUSY else None
        if wait is not None:
            rules, status, error = Robots(closed=True), 503, f"busy for {wait:.0f} s"
        release = Release(host=asked.name, wait=self._pause(asked, answer, None), error=_error(answer))

        def store(tx: PostgresTransaction) -> dict[str, Any]:
            frontier.set_delay(tx, host.name, rules.delay)
            return _store_robots(tx, origin, status, body, error, rules.closed, wait)

        row = await self.ledger.write(store, release)
        self.tally["robots"] += 1
        self._rest(asked, release.wait)
        return row

    # One request

    async def _ask(self, host: _Host, url: str, sent: dict[str, str]) -> Answer | FetchError:
        """The answer to one request, sent in the host's turn; the caller gives the turn back."""
        assert self._spider is not None
        while True:
            wait = host.free - time.monotonic()
            if wait > max(PATIENT, 1.5 * self._least(host, None)):
                raise _Later
            await self._sleep(wait)
            async with self._slots:
                wait = await self.ledger.turn(host.name)
                if not wait:
                    if self.stopping:
                        await self.ledger.write(lambda _: None, Release(host=host.name, wait=self._least(host, None)))
                        raise _Later
                    return await self._spider.fetch(url, sent, self.settings.page_limit)
            host.free = time.monotonic() + wait

    async def _sleep(self, seconds: float) -> None:
        """Sleeps, but not into the end of the run."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if self.stopping or self._paused:
                raise _Later
            await asyncio.sleep(min(left, 0.5))
        if self.stopping or self._paused:
            raise _Later

    def _least(self, host: _Host, source: Source | None) -> float:
        """Seconds between two requests to the host."""
        asked = self._delays.get(host.name)
        delay = self.settings.crawl_delay
        if asked is not None:
            delay = max(asked, min(delay, LEAST_DELAY))
        return max(delay, source.delay or 0.0) if source else delay

    def _pause(self, host: _Host, answer: Answer | FetchError, source: Source | None) -> float:
        """Seconds the host is left alone after this answer."""
        least = self._least(host, source)
        error = _error(answer)
        host.failures = host.failures + 1 if error else 0
        if isinstance(answer, FetchError):
            if not error:
                return least
            if answer.reason in CUT and host.failures <= MOST_CUT:
                return max(least, 2.0 * host.failures)
            return max(least, min(60.0 * 2.0 ** min(host.failures - 1, 10), frontier.LONGEST_BACKOFF / 4))
        if answer.status in BUSY:
            asked = outcome.retry_after(answer)
            return max(least, asked if asked is not None else min(60.0 * 2.0 ** (host.failures - 1), 3600.0))
        if error:
            return max(least, min(least * 2.0 ** min(host.failures, 10), 600.0))
        return least

    def _rest(self, host: _Host, wait: float) -> None:
        host.free = time.monotonic() + wait

    # Watching

    async def _step_with_workers(self) -> None:
        """Waits until the workers are close enough behind for one page more; raises _Later when the crawl stops."""
        async with self._more_room:
            await self._more_room.wait_for(lambda: self._room > 0 or self.stopping)
            if self.stopping:
                raise _Later
            self._room -= 1

    async def _gauge(self) -> None:
        """Looks, again and again, how much room there is."""
        while True:
            with suppress(Unavailable):
                self._room = await asyncio.to_thread(self._look_for_room)
            async with self._more_room:
                self._more_room.notify_all()
            await asyncio.sleep(GAUGE)

    def _look_for_room(self) -> int:
        with self._database.transaction() as tx:
            return pressure.room(tx, self.settings.batch, self.task.of)

    async def _watch(self) -> None:
        while True:
            free = shutil.disk_usage(_existing(self.settings)).free
            low = free < self.settings.free_disk
            if low != self._paused:
                self._paused = low
                log.warning("crawl paused" if low else "crawl goes on", extra={"free_disk": free})
                note = {"free": free, "needed": self.settings.free_disk, "paused": low}
                with suppress(Unavailable):
                    await self.ledger.write(partial(_note, disk=note))
                self._wake.set()
            need = f"{self.settings.free_disk / 2**30:.1f} GiB"
            self.state = f"paused: {free / 2**30:.1f} GiB of disk free, {need} needed" if low else "crawling"
            with suppress(Unavailable):
                await self.ledger.write(self._beat)
            await asyncio.sleep(CHECK)

    def _beat(self, tx: PostgresTransaction, finished: bool = False) -> None:
        tx.insert(
            "INSERT INTO crawler (shard, pid, state, tally) VALUES %s ON CONFLICT (shard) DO UPDATE SET"
            " started = CASE WHEN crawler.pid = excluded.pid AND crawler.finished IS NULL THEN crawler.started"
            " ELSE now() END, pid = excluded.pid, state = excluded.state, tally = excluded.tally, beat = now(),"
            " finished = NULL",
            [(self.task.name, os.getpid(), self.state, dict(self.tally))],
        )
        if finished:
            tx.run("UPDATE crawler SET finished = now() WHERE shard = %(shard)s", {"shard": self.task.name})


def _note(tx: PostgresTransaction, disk: dict[str, Any]) -> None:
    """What the pages show of the disk; upkeep writes the same."""
    tx.insert(
        "INSERT INTO note (key, value) VALUES %s ON CONFLICT (key) DO UPDATE SET value = excluded.value, at = now()",
        [("disk", disk)],
    )


def _young(visit: PageVisit) -> bool:
    """Whether it may still be edited: not what a list says is old."""
    try:
        published = datetime.fromisoformat(visit.published or "")
    except ValueError:
        return True
    return (visit.found.date() - published.date()).days <= OLD


def _existing(settings: Settings) -> str:
    return str(settings.var if settings.var.exists() else settings.var.parent)


def _home(source: Source) -> str:
    return canonical(source.start) if isinstance(source.start, str) else ""


def _target(answer: Answer | FetchError) -> str:
    """Where a redirect leads; empty where it is none or leads nowhere."""
    if not isinstance(answer, Answer) or answer.status not in REDIRECTS:
        return ""
    target = outcome.redirect_target(answer)
    return target if isinstance(target, str) else ""


def _error(answer: Answer | FetchError) -> str | None:
    """What is the host's fault, as against one page's."""
    if isinstance(answer, FetchError):
        return f"{answer.reason}: {answer.detail}"[:300] if answer.reason in RETRIED else None
    return f"http-{answer.status}" if answer.status >= 500 or answer.status in BUSY else None


def _forbidden(visit: PageVisit, rules: Robots, error: str) -> Verdict | None:
    """The verdict where robots.txt keeps us from asking; None where it does not."""
    if rules.allows(split(visit.address).target):
        return None
    if not rules.closed:
        return Verdict(act="skip" if visit.visits else "reject", word="robots", detail="robots.txt disallows it")
    if visit.attempts < len(RETRIES):
        return Verdict(act="retry", word="robots-unreachable", detail=error, wait=RETRIES[visit.attempts])
    return Verdict(act="skip" if visit.visits else "reject", word="robots-unreachable", detail=f"robots.txt: {error}")


def _plain(answer: Answer) -> ListResult:
    if answer.status == 304:
        return ListResult(status=304)
    wait = outcome.retry_after(answer) if answer.status in BUSY else None
    return ListResult(status=answer.status, error=f"http-{answer.status}", retry=wait)


def _newest(entries: tuple[Entry, ...]) -> list[str]:
    """The lists of an index, newest first where it says when they changed."""
    dated = sorted(entries, key=lambda entry: entry.lastmod or "", reverse=True)
    return [entry.url for entry in dated]


def _stored_robots(tx: PostgresTransaction, origin: str) -> dict[str, Any] | None:
    rows = tx.rows(
        "SELECT status, body, error, extract(epoch FROM expires - now())::float8 AS left FROM robots"
        " WHERE origin = %(origin)s AND expires > now()",
        {"origin": origin},
    )
    return rows[0] if rows else None


def _store_robots(
    tx: PostgresTransaction,
    origin: str,
    status: int | None,
    body: bytes,
    error: str | None,
    closed: bool,
    wait: float | None,
) -> dict[str, Any]:
    before = tx.rows("SELECT failures FROM robots WHERE origin = %(origin)s", {"origin": origin})
    failures = (before[0]["failures"] if before else 0) + 1 if closed else 0
    left = min(ROBOTS_RETRY * 2 ** (failures - 1), ROBOTS_LONGEST) if closed else ROBOTS_LIFE
    left = wait if wait is not None else left
    tx.insert(
        "INSERT INTO robots (origin, status, body, error, failures, expires) VALUES %s ON CONFLICT (origin) DO UPDATE"
        " SET status = excluded.status, body = excluded.body, error = excluded.error, failures = excluded.failures,"
        " expires = excluded.expires, fetched = now()",
        [(origin, status, body, error, failures, _in(tx, left))],
    )
    return {"status": status, "body": body, "error": error, "left": left}


def _in(tx: PostgresTransaction, seconds: float) -> Any:
    return tx.rows("SELECT now() + make_interval(secs => %(s)s) AS at", {"s": seconds})[0]["at"]


class NewsSpider(scrapy.Spider):
    """Scrapy's side of a crawl: it opens, lets the crawl run, and closes."""

    name = "news"

    def __init__(self, crawl: Crawl) -> None:
        super().__init__()
        self.crawl = crawl
        self.error: BaseException | None = None

    async def start(self) -> AsyncIterator[Any]:
        """Runs the crawl; requests go straight to the engine's downloader, each in its host's turn."""
        try:
            await self.crawl.run(self)
        except BaseException as error:
            self.error = error
            raise
        return
        yield

    async def fetch(self, url: str, sent: dict[str, str], limit: int) -> Answer | FetchError:
        """The answer to one request through Scrapy's engine."""
        request = Ask(url, meta={"address": url, "sent": sent, "limit": limit}, dont_filter=True)
        try:
            return answer_of(await self.crawler.engine.download_async(request))
        except FetchError as error:
            return error
