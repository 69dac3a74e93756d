"""Looks again at pages that were no articles today: walls come down, scripts are mended, what was announced too early appears."""

from __future__ import annotations

from broadsheet.storage.postgres import PostgresTransaction
from broadsheet.storage.urls import note

HOUR = 3600.0
AGAIN: dict[str, tuple[float, ...]] = {
    "wall": (6 * HOUR, 24 * HOUR, 72 * HOUR),
    "shell": (24 * HOUR, 72 * HOUR),
    "soft-404": (HOUR, 24 * HOUR),
}
"""Seconds from each such answer to the next look, by what the page was; after the last it stays rejected."""
SUBSCRIPTION = "subscription"
"""How the evidence of a wall begins that only money takes down."""


def look_again(tx: PostgresTransaction, id: int, reason: str, detail: str) -> float | None:
    """Puts a URL that a stage just rejected back into the frontier; in how many seconds, None where it is not worth it.

    How often it was tried stands in its trace. Imported pages, and those of hosts nobody crawls, are left alone.
    """
    waits = AGAIN.get(reason, ())
    if not waits or detail.startswith(SUBSCRIPTION):
        return None
    tried = tx.rows("SELECT count(*) AS n FROM event WHERE url_id = %(id)s AND what = 'again'", {"id": id})[0]["n"]
    if tried >= len(waits):
        return None
    queued = tx.run(
        "INSERT INTO frontier (url_id, host, bucket, due) SELECT u.id, h.name, h.bucket,"
        " now() + make_interval(secs => %(wait)s) FROM url u JOIN host h ON h.name = u.host"
        " JOIN visit v ON v.url_id = u.id WHERE u.id = %(id)s ON CONFLICT (url_id) DO UPDATE SET due = excluded.due,"
        " visits = 0, attempts = 0, hops = NULL, host = excluded.host, bucket = excluded.bucket",
        {"id": id, "wait": waits[tried]},
    )
    if not queued:
        return None
    note(tx, id, "again", f"{reason}: fetched again in {waits[tried] / HOUR:g} h, try {tried + 1} of {len(waits)}")
    return float(waits[tried])


SHUT = frozenset(("wall", "shell"))
"""Answers that say nothing of an article that was read before: it is behind them still."""


def stays_good(tx: PostgresTransaction, id: int, reason: str) -> bool:
    """Whether a URL's article stays as it is although its page was read anew and was none: someone shut the door."""
    return reason in SHUT and bool(tx.rows("SELECT 1 FROM article WHERE id = %(id)s AND withdrawn IS NULL", {"id": id}))
