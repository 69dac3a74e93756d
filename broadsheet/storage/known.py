"""What pure steps may ask of the past: a read-only snapshot for the hosts and sources of a batch, kept for a minute."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from broadsheet.storage import sites
from broadsheet.storage.postgres import PostgresTransaction

SECONDS = 60.0
TITLES = 300
"""Newest articles of a host whose titles and addresses are evidence for headline lists."""


def folded(title: str) -> str:
    """A title as `titles` has it: case folded, white space single."""
    return " ".join(title.casefold().split())


class Snapshot:
    """The past as of the last minute (`broadsheet.ports.Known`)."""

    def __init__(self) -> None:
        self._profiles: dict[str, tuple[float, Mapping[str, Any]]] = {}
        self._titles: dict[str, tuple[float, Mapping[str, int]]] = {}
        self._overrules: dict[str, tuple[float, Sequence[Mapping[str, Any]]]] = {}

    def profile(self, host: str) -> Mapping[str, Any]:
        return self._profiles.get(host, (0.0, {}))[1]

    def overrules(self, source: str) -> Sequence[Mapping[str, Any]]:
        return self._overrules.get(source, (0.0, ()))[1]

    def titles(self, host: str) -> Mapping[str, int]:
        return self._titles.get(host, (0.0, {}))[1]

    def load(self, tx: PostgresTransaction, hosts: Iterable[str], sources: Iterable[str]) -> Snapshot:
        """Reads what is older than a minute for these hosts and sources."""
        moment = time.monotonic()
        for host in set(hosts):
            if moment - self._titles.get(host, (-SECONDS, {}))[0] >= SECONDS:
                self._titles[host] = (moment, _titles(tx, host))
                self._profiles[host] = (moment, sites.profile(tx, host))
        for source in set(sources):
            if moment - self._overrules.get(source, (-SECONDS, ()))[0] >= SECONDS:
                self._overrules[source] = (moment, _overrules(tx, source))
        return self


def _titles(tx: PostgresTransaction, host: str) -> dict[str, int]:
    rows = tx.rows(
        "SELECT id, title, url FROM article WHERE host = %(host)s ORDER BY first_seen DESC LIMIT %(n)s",
        {"host": host, "n": TITLES},
    )
    return {key: row["id"] for row in rows for key in (folded(row["title"]), row["url"])}


def _overrules(tx: PostgresTransaction, source: str) -> list[Mapping[str, Any]]:
    return list(
        tx.rows("SELECT role, pattern, keep FROM overrule WHERE source = %(source)s ORDER BY id", {"source": source})
    )


EMPTY = Snapshot()
"""The past of someone who has none: filters run on it."""
