"""Asks a host, rarely, for an address that surely is not there: what it answers is how its error pages look."""

from __future__ import annotations

import json
import secrets
from urllib.parse import urlsplit, urlunsplit

import zstandard

from broadsheet.address import canonical
from broadsheet.border import clean
from broadsheet.storage.postgres import PostgresTransaction
from crawlers.fetch import Answer, FetchError
from crawlers.outcome import REDIRECTS, redirect_target

ENOUGH = 5
"""Pages that a host must have given in one crawl before it is asked: a host met once is left in peace."""
AGAIN, SOONER = 30, 1
"""Days until a host is asked again; where it did not answer."""
NAME = "a-page-that-is-not-there"
"""What is asked for, so that whoever reads the host's log knows why."""
LARGEST = 500_000
"""Bytes of an answer that are kept."""


def address_of(url: str) -> str:
    """An address beside this one that surely is not there; the kind of name stays, since hosts go by it."""
    parts = urlsplit(url)
    folder, _, name = parts.path.rstrip("/").rpartition("/")
    _, dot, ending = name.rpartition(".")
    ending = f".{ending}" if dot and len(ending) <= 5 else ""
    slash = "/" if parts.path.endswith("/") and folder else ""
    path = f"{folder}/{NAME}-{secrets.token_hex(4)}{ending}{slash}"
    return canonical(urlunsplit((parts.scheme, parts.netloc, path, "", "")))


def due(tx: PostgresTransaction, host: str) -> bool:
    """Whether it is time to ask."""
    return not tx.rows(
        "SELECT 1 FROM site_missing WHERE host = %(host)s AND asked > now()"
        " - make_interval(days => CASE WHEN status IS NULL THEN %(sooner)s ELSE %(again)s END)",
        {"host": host, "again": AGAIN, "sooner": SOONER},
    )


def store(tx: PostgresTransaction, host: str, url: str, answer: Answer | FetchError | None) -> None:
    """Writes down what the host answered; None: robots.txt forbids to ask. Only what claims to be a page is kept whole."""
    status = answer.status if isinstance(answer, Answer) else (0 if answer is None else None)
    headers, body = _kept(answer)
    tx.insert(
        "INSERT INTO site_missing (host, url, status, target, headers, body) VALUES %s ON CONFLICT (host) DO UPDATE SET"
        " url = excluded.url, status = excluded.status, target = excluded.target, headers = excluded.headers,"
        " body = excluded.body, asked = now()",
        [(host, url, status, leads_to(answer, url) or None, headers, body)],
    )


def _kept(answer: Answer | FetchError | None) -> tuple[str, bytes | None]:
    """Headers and body as they are stored."""
    if not isinstance(answer, Answer) or answer.status != 200 or not 0 < len(answer.body) <= LARGEST:
        return "[]", None
    headers = json.dumps([[clean(name), clean(value)] for name, value in answer.headers])
    return headers, zstandard.ZstdCompressor(level=3).compress(answer.body)


def target_of(tx: PostgresTransaction, host: str) -> str:
    """Where the host is known to send whoever asks for what is not there; empty where it is not."""
    rows = tx.rows("SELECT target FROM site_missing WHERE host = %(host)s", {"host": host})
    return str(rows[0]["target"] or "") if rows else ""


def leads_to(answer: Answer | FetchError | None, asked: str) -> str:
    """Where the host sends whoever asks for what is not there; empty where it answers itself, or with another spelling."""
    if not isinstance(answer, Answer) or answer.status not in REDIRECTS:
        return ""
    target = redirect_target(answer)
    return target if isinstance(target, str) and NAME not in target and target != asked else ""
