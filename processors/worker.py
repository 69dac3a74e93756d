"""A worker: claims documents, runs the stages it was given, writes every answer in one transaction, and waits.

The batch is the transaction. Pure steps run first, without a lock; then each stage that asks the past takes its advisory
lock, settles the batch, and the transaction ends. A worker that dies rolls back and another takes the rows.
"""

from __future__ import annotations

import logging
import signal
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import groupby

from broadsheet.errors import StageBroken, Unavailable
from broadsheet.model import LIVE, Article, Drop, Failure, Page
from broadsheet.settings import Settings
from broadsheet.storage import articles, queue, sightings, urls
from broadsheet.storage.known import Snapshot
from broadsheet.storage.packing import packed, unpacked
from broadsheet.storage.postgres import Database, Listener, PostgresTransaction
from broadsheet.storage.queue import Count, Job
from broadsheet.storage.retries import look_again, stays_good
from processors import alone, sentinel
from processors.stage import Prepared, Stage, attempt, failure, halve

log = logging.getLogger(__name__)

POLL = 1.0
"""Seconds behind every wait for NOTIFY."""
SUSPICIOUS = 3
"""From this claim on a document runs alone in a child process: two claims had no answer."""
BACKOFF = 30.0
"""Longest wait, in seconds, while a server is away."""


@dataclass(slots=True, kw_only=True)
class Work:
    """One document on its way through this worker's stages."""

    job: Job
    at: str
    """The stage it is in, or was when it ended."""
    value: Page | Article | Drop | Failure
    extracted: bytes | None = None
    features: dict[str, object] = field(default_factory=dict)
    source: str = ""
    url: str = ""
    spent: dict[str, float] = field(default_factory=dict)
    """Seconds that the pure steps took, by stage."""
    held: str = ""
    """Why it stays in the queue as it was: its source is held."""

    @property
    def article(self) -> Article:
        """The value, which must be an article by now."""
        if not isinstance(self.value, Article):
            raise TypeError(f"document {self.job.id} is no article at {self.at}")
        return self.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a worker does: which stages of which pipeline, in which lane, for how long."""

    pipeline: Sequence[Stage]
    """The whole pipeline, in order: the next stage of a document is read off it."""
    stages: tuple[str, ...]
    """The worker's own stages, a run of neighbours in the pipeline."""
    lane: str = LIVE
    minutes: float = 5.0
    until_empty: bool = False

    @property
    def own(self) -> list[Stage]:
        """The worker's stages."""
        return [stage for stage in self.pipeline if stage.name in self.stages]


def work(database: Database, settings: Settings, plan: Plan, stop: threading.Event | None = None) -> dict[str, int]:
    """Works until the time is over, `stop` is set, or (until_empty) nothing is left; returns what became of documents.

    Raises StageBroken when a stage was paused by this worker.
    """
    stop = stop or threading.Event()
    totals = {"passed": 0, "dropped": 0, "failed": 0}
    deadline = time.monotonic() + plan.minutes * 60
    known, backoff, listener = Snapshot(), 0.1, None
    try:
        while not stop.is_set() and time.monotonic() < deadline:
            try:
                listener = listener or Listener(database, [urls.CHANNEL])
                done = one_batch(database, settings, plan, known, totals)
                backoff = 0.1
                if done:
                    continue
                if plan.until_empty and _empty(database, plan):
                    break
                listener.wait(min(POLL, max(0.0, deadline - time.monotonic())))
            except Unavailable as error:
                log.warning("waiting for a server", extra={"error": str(error), "seconds": backoff})
                _close(listener)
                listener = None
                stop.wait(min(backoff, max(0.0, deadline - time.monotonic())))
                backoff = min(BACKOFF, backoff * 2)
    finally:
        _close(listener)
    return totals


def _close(listener: Listener | None) -> None:
    if listener:
        listener.close()


def _empty(database: Database, plan: Plan) -> bool:
    with database.transaction() as tx:
        return queue.waiting(tx, plan.lane, plan.stages) == 0


def one_batch(database: Database, settings: Settings, plan: Plan, known: Snapshot, totals: dict[str, int]) -> int:
    """Claims and answers one batch; how many documents it had. Nothing is written when it raises Unavailable."""
    jobs: list[Job] = []
    try:
        with database.transaction() as tx:
            plan = _running(tx, plan)
            jobs = queue.claim(tx, database, plan.lane, plan.stages, settings.batch) if plan.stages else []
            if not jobs:
                return 0
            broken = _answer(tx, settings, plan, known, jobs, totals)
    except Unavailable:
        _forgive(database, jobs)
        raise
    if broken:
        raise StageBroken("; ".join(broken))
    return len(jobs)


def _running(tx: PostgresTransaction, plan: Plan) -> Plan:
    """The plan with the first run of its stages that are not paused: documents wait before a paused one."""
    paused = queue.paused(tx)
    runs = groupby((stage.name for stage in plan.own), key=lambda name: name in paused)
    return replace(plan, stages=next((tuple(names) for stops, names in runs if not stops), ()))


def _forgive(database: Database, jobs: Sequence[Job]) -> None:
    """No document is blamed for a server that was away; where the database itself is, the count stays, and costs
    no more than a run in a child process."""
    try:
        queue.unclaim(database, jobs)
    except Unavailable:
        log.info("claims stay counted", extra={"documents": len(jobs)})


def _answer(
    tx: PostgresTransaction,
    settings: Settings,
    plan: Plan,
    known: Snapshot,
    jobs: Sequence[Job],
    totals: dict[str, int],
) -> list[str]:
    began = time.monotonic()
    works = _load(tx, plan, jobs)
    known.load(tx, {job.host for job in jobs}, {item.source for item in works})
    _park(works, sightings.held(tx, {item.source for item in works}))
    for item in works:
        _pure(settings, plan, known, item)
    _watch(tx, plan, works)
    settled: dict[str, float] = {}
    for stage in plan.own:
        if stage.settle:
            before = time.monotonic()
            _settle(tx, stage, works)
            settled[stage.name] = time.monotonic() - before
    letters = _write(tx, plan, works)
    return _count(tx, plan, works, letters, _seconds(plan, works, settled, time.monotonic() - began), totals)


def _seconds(plan: Plan, works: Sequence[Work], settled: Mapping[str, float], seconds: float) -> dict[str, float]:
    """What each stage took of a batch: its own steps, and an equal share of the reading and writing for all of them."""
    own = {
        stage.name: settled.get(stage.name, 0.0) + sum(item.spent.get(stage.name, 0.0) for item in works)
        for stage in plan.own
    }
    rest = max(0.0, seconds - sum(own.values())) / max(1, len(own))
    return {name: spent + rest for name, spent in own.items()}


def _load(tx: PostgresTransaction, plan: Plan, jobs: Sequence[Job]) -> list[Work]:
    """The documents: raw pages for `extract`, drafts for later stages, the stored extraction where a run begins at `strip`."""
    pages = urls.load_pages(tx, [(job.id, job.kept) for job in jobs if job.stage == "extract"])
    later = [job.id for job in jobs if job.stage != "extract"]
    drafts = queue.drafts(tx, plan.lane, later)
    stored = articles.extracted(tx, [id for id in later if id not in drafts])
    whole = articles.load(tx, [id for id in later if id not in drafts])
    works = []
    for job in jobs:
        item = Work(
            job=job, at=job.stage, value=Failure(stage=job.stage, error="LookupError: no page is kept", traceback="")
        )
        if job.id in pages:
            item.value = pages[job.id]
        elif job.id in drafts:
            item.value, item.extracted = drafts[job.id]
        elif job.stage == "strip" and job.id in stored:
            item.value, item.extracted = unpacked(stored[job.id]), stored[job.id]
        elif job.stage not in {"extract", "strip"} and job.id in whole:
            item.value, item.extracted = whole[job.id].article, stored.get(job.id)
        if not isinstance(item.value, Failure | Drop):
            item.source, item.url = item.value.source, item.value.url
        works.append(item)
    return works


def _park(works: Sequence[Work], held: Mapping[str, str]) -> None:
    """Live documents of held sources stay in the queue; a reprocess run goes on, to see whether a cure helps."""
    for item in works:
        if item.job.lane == LIVE and item.source in held:
            item.held = held[item.source]


def _watch(tx: PostgresTransaction, plan: Plan, works: Sequence[Work]) -> None:
    """Shows the sentinel what became of live pages in `strip` or before; those of sources that it holds stay as they were."""
    seen = [
        sentinel.Seen(id=item.job.id, source=item.source, url=item.url, kept=item.job.kept, answer=item.value)
        for item in works
        if item.job.lane == LIVE and not item.held and isinstance(item.value, Article | Drop)
        if _saw(plan, item, "strip") or (item.at == "extract" and isinstance(item.value, Drop))
    ]
    if seen:
        tx.lock(_lock(plan, "strip"))
        _park(works, sentinel.watch(tx, seen))
    else:
        # A source may have been held since this batch was claimed.
        _park(works, sightings.held(tx, {item.source for item in works}))


def _lock(plan: Plan, name: str) -> int:
    return next((stage.lock for stage in plan.pipeline if stage.name == name), 0)


def _pure(settings: Settings, plan: Plan, known: Snapshot, item: Work) -> None:
    """Runs the pure steps of the worker's stages over one document, from the one it waits for."""
    if isinstance(item.value, Failure) or item.held:
        return
    if item.job.claims >= SUSPICIOUS:
        answer = alone.run(item, partial(steps, plan.own, item, known), settings)
    else:
        with alone.watched(settings.document_seconds):
            answer = steps(plan.own, item, known)
    item.at, item.value, item.extracted, item.features = answer.at, answer.value, answer.extracted, answer.features
    item.spent = answer.spent


def steps(stages: Sequence[Stage], item: Work, known: Snapshot) -> Work:
    """The document after the pure steps; a copy, so that it can come from a child process."""
    done = replace(item, features=dict(item.features), spent=dict(item.spent))
    for stage in stages[_position(stages, item.job.stage) :]:
        began = time.monotonic()
        _step(stage, done, known)
        done.spent[stage.name] = time.monotonic() - began
        if not isinstance(done.value, Article):
            break
    return done


def _step(stage: Stage, done: Work, known: Snapshot) -> None:
    done.at = stage.name
    done.value = attempt(stage.name, partial(stage.step, done.value, known))
    if stage.name == "extract" and isinstance(done.value, Article):
        done.extracted = _pack(done)
    if stage.prepare and isinstance(done.value, Article):
        _prepare(stage, done)


def _position(stages: Sequence[Stage], name: str) -> int:
    return next((index for index, stage in enumerate(stages) if stage.name == name), 0)


def _pack(done: Work) -> bytes | None:
    """What `extract` answered, as it is stored; an answer that cannot be written is the document's fault."""
    try:
        return packed(done.article)
    except ValueError as error:
        done.value = failure("extract", error)
        return None


def _prepare(stage: Stage, done: Work) -> None:
    try:
        done.features[stage.name] = stage.prepare(done.article) if stage.prepare else None
    except (Unavailable, StageBroken):
        raise
    except Exception as error:
        done.value = failure(stage.name, error)


def _settle(tx: PostgresTransaction, stage: Stage, works: Sequence[Work]) -> None:
    """Takes the stage's lock, then asks the past for the whole batch; a bad document is found by halving."""
    mine = [item for item in works if isinstance(item.value, Article) and not item.held and _reached(item, stage)]
    if not mine or not stage.settle:
        return
    if stage.lock:
        tx.lock(stage.lock)
    settle = stage.settle

    def guarded(batch: Sequence[Prepared]) -> list[Article | Drop]:
        with tx.savepoint():
            return settle(tx, batch)

    prepared = [Prepared(article=item.article, features=item.features.get(stage.name)) for item in mine]
    for item, answer in zip(mine, halve(stage.name, prepared, guarded), strict=True):
        item.value = answer
        if not isinstance(answer, Article):
            item.at = stage.name


def _reached(item: Work, stage: Stage) -> bool:
    """Whether the document ran this stage's step here: it may have waited for a later stage."""
    return stage.prepare is None or stage.name in item.features


def _write(tx: PostgresTransaction, plan: Plan, works: Sequence[Work]) -> dict[int, int]:
    """Writes every answer; the dead letters by document."""
    letters: dict[int, int] = {}
    for item in works:
        if item.held:
            queue.hold(tx, item.job, item.held)
            continue
        if not isinstance(item.value, Failure):
            try:
                with tx.savepoint():
                    _write_one(tx, plan, item)
            except (Unavailable, StageBroken):
                raise
            except Exception as error:
                item.value = failure(item.at, error)
        if isinstance(item.value, Failure):
            letters[item.job.id] = urls.bury(tx, item.job.id, item.job.lane, item.value, item.job.kept)
            queue.finish(tx, item.job)
    return letters


def _write_one(tx: PostgresTransaction, plan: Plan, item: Work) -> None:
    match item.value:
        case Article():
            following = _following(plan, item.at)
            if following:
                queue.advance(tx, item.job, item.value, item.extracted, following)
                return
            fresh = articles.store(tx, item.job, item.value, item.extracted)
            urls.note(
                tx, item.job.id, "stored" if fresh else "unchanged", f"{item.job.lane}: {item.value.title or ''}"[:200]
            )
        case Drop(reason="merged", into=int(into)):
            urls.merge(tx, item.job.id, into, item.value.detail, item.at)
        case Drop() if item.job.lane == LIVE and stays_good(tx, item.job.id, item.value.reason):
            urls.note(tx, item.job.id, "stays as it was", f"{item.at}: {item.value.reason} {item.value.detail}")
        case Drop():
            urls.reject(tx, item.job.id, item.value.reason, item.value.detail, item.at)
            if item.job.lane == LIVE:
                look_again(tx, item.job.id, item.value.reason, item.value.detail)
        case _:
            raise TypeError(f"document {item.job.id}: {type(item.value).__name__} is no answer")
    queue.finish(tx, item.job)


def _following(plan: Plan, name: str) -> str | None:
    """The stage after this one; None after the last."""
    names: list[str] = [stage.name for stage in plan.pipeline]
    position = names.index(name) + 1
    return names[position] if position < len(names) else None


def _count(
    tx: PostgresTransaction,
    plan: Plan,
    works: Sequence[Work],
    letters: dict[int, int],
    seconds: Mapping[str, float],
    totals: dict[str, int],
) -> list[str]:
    """Adds the tallies, and looks whether a stage is broken; the reasons, where it is."""
    counts, broken = [], []
    for stage in plan.own:
        saw = [item for item in works if _saw(plan, item, stage.name)]
        ended = [item for item in saw if item.at == stage.name]
        failed = sum(isinstance(item.value, Failure) for item in ended)
        dropped = sum(isinstance(item.value, Drop) for item in ended)
        passed = len(saw) - failed - dropped
        counts.append(
            Count(stage=stage.name, passed=passed, dropped=dropped, failed=failed, seconds=seconds[stage.name])
        )
        queue.remember(
            tx,
            stage.name,
            [
                (item.job, letters[item.job.id] if item.at == stage.name and item.job.id in letters else None)
                for item in saw
                if not _died(item)
            ],
        )
        if failed:
            reason = queue.judge(tx, stage.name)
            broken += [reason] if reason else []
    queue.tally(tx, plan.lane, counts)
    _report(works, totals)
    return broken


def _saw(plan: Plan, item: Work, name: str) -> bool:
    """Whether this stage ran on the document: it lies between the one it waited for and the one it ended in."""
    names = [stage.name for stage in plan.own]
    if item.held or name not in names or item.job.stage not in names or item.at not in names:
        return False
    return names.index(item.job.stage) <= names.index(name) <= names.index(item.at)


def _died(item: Work) -> bool:
    """A document that killed its worker says nothing about the stage."""
    return isinstance(item.value, Failure) and item.value.error.startswith(alone.DIED)


def _report(works: Sequence[Work], totals: dict[str, int]) -> None:
    kinds = [{Drop: "dropped", Failure: "failed"}.get(type(item.value), "passed") for item in works if not item.held]
    for kind in kinds:
        totals[kind] += 1
    log.info(
        "batch done", extra={"documents": len(works), **{k: kinds.count(k) for k in ("passed", "dropped", "failed")}}
    )


def stopping() -> threading.Event:
    """An event that SIGTERM and SIGINT set: the batch is finished, then the worker returns."""
    event = threading.Event()

    def handler(_number: int, _frame: object) -> None:
        event.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, handler)
    return event
