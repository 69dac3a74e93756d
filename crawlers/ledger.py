"""Writes what the crawl comes to, in few transactions: whatever is waiting when one ends goes into the next together."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from broadsheet.errors import Unavailable
from broadsheet.storage.postgres import Database, PostgresTransaction
from crawlers import outcome
from crawlers.frontier import Release, give_back, take_turns
from crawlers.outcome import Concluded

log = logging.getLogger(__name__)

MOST = 64
"""Writes in one transaction: it stays well below a second."""

PATIENCE = 20
"""Tries, a growing while apart, before the database counts as away and the crawl ends: about a minute."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Write(Generic[T]):
    work: Callable[[PostgresTransaction], T] | Concluded
    release: Release | None
    done: asyncio.Future[T]


@dataclass(frozen=True, slots=True)
class _Turn:
    host: str
    done: asyncio.Future[float]


class Ledger:
    """One thread with one connection; callers wait until what they gave is committed."""

    def __init__(self, database: Database, hold: float) -> None:
        self._database = database
        self._hold = hold
        self._writes: list[_Write[object]] = []
        self._turns: list[_Turn] = []
        self._wake = asyncio.Event()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="ledger")
        self._task = asyncio.get_running_loop().create_task(self._run())
        self._broken: BaseException | None = None

    async def turn(self, host: str) -> float:
        """0.0 where the host's turn is ours now, written down; else seconds to wait before asking again."""
        done: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        self._turns.append(_Turn(host, done))
        return await self._submitted(done)

    async def write(self, work: Callable[[PostgresTransaction], T], release: Release | None = None) -> T:
        """What `work` returns, after its transaction, in which the host is given back as well, has been committed.

        It may be called more than once, each time in a new transaction; raises ValueError where its values cannot be
        stored (the host is given back all the same), Unavailable where the database is away for good.
        """
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._writes.append(_Write(work, release, done))  # type: ignore[arg-type]
        return await self._submitted(done)

    async def conclude(self, item: Concluded, release: Release | None = None) -> str:
        """`write` for a page's verdict: those that wait together share their statements."""
        done: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._writes.append(_Write(item, release, done))  # type: ignore[arg-type]
        return await self._submitted(done)

    async def _submitted(self, done: asyncio.Future[T]) -> T:
        if self._broken is not None:
            raise Unavailable(f"database: {self._broken}")
        self._wake.set()
        return await done

    async def close(self) -> None:
        """Writes what is waiting, and stops."""
        while self._writes or self._turns:
            await asyncio.sleep(0.01)
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        self._thread.shutdown()

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._writes or self._turns:
                writes, turns = self._writes[:MOST], self._turns
                self._writes, self._turns = self._writes[MOST:], []
                try:
                    answers, waits = await loop.run_in_executor(self._thread, self._patiently, writes, turns)
                except BaseException as error:
                    self._fail(error, writes, turns)
                    raise
                _hand_out(writes, answers)
                for turn in turns:
                    if not turn.done.done():
                        turn.done.set_result(waits.get(turn.host, 1.0))

    def _fail(self, error: BaseException, writes: list[_Write[object]], turns: list[_Turn]) -> None:
        self._broken = error
        waiting: list[asyncio.Future[Any]] = [item.done for item in (*writes, *self._writes)]
        waiting += [item.done for item in (*turns, *self._turns)]
        self._writes, self._turns = [], []
        for future in waiting:
            if not future.done():
                future.set_exception(Unavailable(f"database: {error}"))

    def _patiently(self, writes: list[_Write[object]], turns: list[_Turn]) -> tuple[list[object], dict[str, float]]:
        for attempt in range(PATIENCE):
            try:
                return self._together(writes, turns)
            except Unavailable as error:
                if attempt == PATIENCE - 1:
                    raise
                log.warning("database away, waiting", extra={"error": str(error), "attempt": attempt})
                time.sleep(min(0.05 * 2**attempt, 5.0))
            except ValueError:
                return self._one_by_one(writes, turns)
        raise AssertionError("not reached")

    def _together(self, writes: list[_Write[object]], turns: list[_Turn]) -> tuple[list[object], dict[str, float]]:
        with self._database.transaction() as tx:
            answers = _do(tx, writes)
            releases = [item.release for item in writes if item.release]
            if releases:
                give_back(tx, releases)
            waits = take_turns(tx, sorted({turn.host for turn in turns}), self._hold) if turns else {}
        return answers, waits

    def _one_by_one(self, writes: list[_Write[object]], turns: list[_Turn]) -> tuple[list[object], dict[str, float]]:
        """One that cannot be stored costs only itself."""
        answers: list[object] = []
        for item in writes:
            try:
                answers += self._together([item], [])[0]
            except ValueError as error:
                if item.release:
                    release = item.release
                    self._together([_Write(lambda _: None, release, item.done)], [])
                answers.append(error)
        return answers, self._together([], turns)[1]


def _do(tx: PostgresTransaction, writes: list[_Write[object]]) -> list[object]:
    pages = [item.work for item in writes if isinstance(item.work, Concluded)]
    words = iter(outcome.write(tx, pages) if pages else ())
    return [next(words) if isinstance(item.work, Concluded) else item.work(tx) for item in writes]


def _hand_out(writes: list[_Write[object]], answers: list[object]) -> None:
    for item, answer in zip(writes, answers, strict=True):
        if item.done.done():
            continue
        if isinstance(answer, ValueError):
            item.done.set_exception(answer)
        else:
            item.done.set_result(answer)
