"""What a response means for a URL: kept, unchanged, moved, rejected with a word, withdrawn, or tried again later."""

from __future__ import annotations

import email.utils
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal
from urllib.parse import urljoin

from broadsheet.address import LONGEST, canonical, split
from broadsheet.model import Claims, Page, now
from broadsheet.storage.postgres import PostgresTransaction
from broadsheet.storage.urls import address, keep_many, merge, reject, url_id, withdraw
from crawlers import frontier
from crawlers.fetch import RETRIED, Answer, FetchError
from crawlers.frontier import ListVisit, PageVisit, bucket_of

MOST_HOPS = 8
"""Redirects that are followed; browsers take 20, honest sites need 3."""

RETRIES = (60.0, 300.0, 1800.0, 7200.0, 21_600.0)
"""Seconds before each further try of what failed for a passing reason; after the last it is rejected."""

MOST_ASKED = 20
"""Tries where the host says each time when to come again: nobody is asked for ever."""

LONGEST_RETRY_AFTER = 7 * 86_400.0
"""Seconds: whoever asks for more has closed."""

MOST_UNSEEN = 5
"""Visits in a row of a list that may be answered `not modified`: some servers never say anything else."""

BUSY = frozenset({429, 503})
REDIRECTS = frozenset({301, 302, 303, 307, 308})
GONE = frozenset({404, 410})
RETRIED_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524})
KEPT = frozenset({200, 203})

_PAGES = frozenset({"", "text/html", "application/xhtml+xml"})
# How files begin that some servers send under `text/html`.
_MAGIC = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"PK\x03\x04", "application/zip"),
    (b"\x1f\x8b", "application/gzip"),
    (b"\x7fELF", "application/octet-stream"),
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"\x00\x00\x00\x18ftyp", "video/mp4"),
    (b"\x00\x00\x00 ftyp", "video/mp4"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What to do with a URL after it was asked for."""

    act: Literal["keep", "unchanged", "move", "reject", "withdraw", "retry", "skip"]
    """`skip`: a revisit that told nothing."""
    word: str = ""
    """Of a rejection: the reason; of a retry: what was wrong."""
    detail: str = ""
    target: str = ""
    """Of a move: the next address, canonical."""
    wait: float = 0.0
    """Of a retry: seconds."""


def judge(visit: PageVisit, answer: Answer | FetchError) -> Verdict:
    """What a page's answer, or the lack of one, means."""
    if isinstance(answer, FetchError):
        if answer.reason in RETRIED:
            return _again(visit, "unreachable", f"{answer.reason}: {answer.detail}")
        return _refuse(visit, answer.reason, answer.detail)
    wait = retry_after(answer) if answer.status in BUSY else None
    if wait is not None and visit.attempts < MOST_ASKED:
        return Verdict(act="retry", word=f"http-{answer.status}", wait=wait)
    if answer.status in RETRIED_STATUSES:
        return _again(visit, f"http-{answer.status}", "")
    if answer.status in REDIRECTS:
        return _moved(visit, answer)
    if answer.status == 304 and visit.visits:
        return Verdict(act="unchanged")
    if answer.status in GONE and visit.visits:
        return Verdict(act="withdraw", word=f"http-{answer.status}")
    if answer.status not in KEPT:
        return _refuse(visit, f"http-{answer.status}", "")
    return _good(visit, answer)


def _refuse(visit: PageVisit, word: str, detail: str) -> Verdict:
    """What we have of an article stays when a later visit fails."""
    return Verdict(act="skip" if visit.visits else "reject", word=word, detail=detail)


def _again(visit: PageVisit, word: str, detail: str) -> Verdict:
    if visit.attempts < len(RETRIES):
        return Verdict(act="retry", word=word, detail=detail, wait=RETRIES[visit.attempts])
    return _refuse(visit, word, f"{detail} after {visit.attempts + 1} tries".strip())


def _good(visit: PageVisit, answer: Answer) -> Verdict:
    media = answer.header("content-type").partition(";")[0].strip().lower()
    media = next((kind for magic, kind in _MAGIC if answer.body.startswith(magic)), media)
    if media not in _PAGES:
        return _refuse(visit, f"not-html:{media[:60]}", "")
    if not answer.body.strip():
        return _refuse(visit, "empty", f"status {answer.status} without a body")
    # What was rejected is fetched as if it were new: the same wall again is a try of its own.
    if visit.visits and visit.digest == hashlib.sha256(answer.body).digest():
        return Verdict(act="unchanged")
    return Verdict(act="keep")


def _moved(visit: PageVisit, answer: Answer) -> Verdict:
    target = redirect_target(answer)
    if isinstance(target, FetchError):
        return _refuse(visit, target.reason, target.detail)
    if target == visit.address or target in visit.hops or target == visit.url:
        return _refuse(visit, "redirect-loop", f"back to {target[:200]}")
    if len(visit.hops) >= MOST_HOPS:
        return _refuse(visit, "too-many-redirects", f"more than {MOST_HOPS}")
    to, at = split(target), split(visit.address)
    if to.target == "/" and at.target != "/" and to.host.removeprefix("www.") == at.host.removeprefix("www."):
        return _refuse(visit, "redirect-home", f"to {target[:200]}: the outlet has it no more")
    return Verdict(act="move", target=target)


def redirect_target(answer: Answer) -> str | FetchError:
    """Where a redirect leads, in canonical spelling."""
    given = answer.header("location").strip()
    if not given:
        return FetchError("bad-redirect", f"status {answer.status} without a Location")
    try:
        target = canonical(urljoin(answer.url, given))
    except ValueError as error:
        return FetchError("bad-redirect", f"to {given[:200]!r}: {error}")
    return target if len(target) <= LONGEST else FetchError("url-too-long", f"redirected to {len(target)} characters")


def retry_after(answer: Answer) -> float | None:
    """Seconds that a host asks to be left alone; None where it does not say."""
    given = answer.header("retry-after").strip()
    if not given:
        return None
    if given.isascii() and given.isdigit():
        return min(float(given[:9]), LONGEST_RETRY_AFTER)
    try:
        moment = email.utils.parsedate_to_datetime(given)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return min(max(0.0, (moment - now()).total_seconds()), LONGEST_RETRY_AFTER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Concluded:
    """A URL that was asked for, with what is to be done."""

    visit: PageVisit
    verdict: Verdict
    answer: Answer | None = None
    revisits: tuple[float, ...] = ()
    """Hours after the first fetch at which it is looked at again."""


def write(tx: PostgresTransaction, items: Sequence[Concluded]) -> list[str]:
    """Writes verdicts; the word under which each is counted. A URL that was decided meanwhile stays as it is.

    Plain keeps, which are nearly all, share their statements.
    """
    waiting = tx.rows(
        "SELECT url_id FROM frontier WHERE url_id = ANY(%(ids)s) ORDER BY url_id FOR UPDATE",
        {"ids": [item.visit.id for item in items]},
    )
    present = {int(row["url_id"]) for row in waiting}
    plain = {item.visit.id: item for item in items if item.visit.id in present and _plain(item)}
    if plain:
        _keep(tx, list(plain.values()))
    words = []
    for item in items:
        if plain.get(item.visit.id) is item:
            words.append("changed" if item.visit.visits else "kept")
        elif item.visit.id not in present or item.visit.id in plain:
            words.append("overtaken")
        else:
            words.append(_write(tx, item))
    return words


def _plain(item: Concluded) -> bool:
    return item.verdict.act == "keep" and (not item.visit.hops or item.visit.visits > 0)


def _write(tx: PostgresTransaction, item: Concluded) -> str:
    visit, verdict = item.visit, item.verdict
    if verdict.act == "keep":
        return _keep_moved(tx, item)
    if verdict.act == "unchanged":
        return _seen_again(tx, item, "unchanged")
    if verdict.act == "skip":
        return _seen_again(tx, item, f"revisit-{verdict.word}")
    if verdict.act == "move":
        return _move(tx, visit, verdict.target)
    if verdict.act == "retry":
        return _retry(tx, visit, verdict)
    _leave(tx, visit.id)
    if verdict.act == "withdraw":
        withdraw(tx, visit.id, verdict.word)
        return "withdrawn"
    reject(tx, visit.id, verdict.word, verdict.detail)
    return f"rejected:{verdict.word}"


def _keep(tx: PostgresTransaction, items: Sequence[Concluded]) -> None:
    fetched = now()
    kept = keep_many(tx, [_page(item.visit, item.answer, fetched) for item in items if item.answer])
    _remember(tx, items, kept)
    for item in items:
        if item.answer and lied(item.visit, item.answer):
            frontier.mark_liar(tx, split(item.visit.address).host)
    _schedule(tx, items)


def _page(visit: PageVisit, answer: Answer, fetched: datetime) -> Page:
    return Page(
        id=visit.id,
        url=visit.url,
        final_url=visit.address,
        source=visit.source,
        host=split(visit.url).host,
        status=answer.status,
        headers=answer.headers,
        body=answer.body,
        fetched=fetched,
        first_seen=visit.found,
        claims=Claims(source=visit.source),
    )


def _keep_moved(tx: PostgresTransaction, item: Concluded) -> str:
    """A page that was reached by a redirect may be one we have."""
    visit = item.visit
    into = _settle_address(tx, visit)
    if into is not None:
        _leave(tx, visit.id)
        merge(tx, visit.id, into, f"redirected to {visit.address[:500]}")
        return "merged"
    _keep(tx, [item])
    return "kept"


def _settle_address(tx: PostgresTransaction, visit: PageVisit) -> int | None:
    """The article that the address a redirect led to belongs to; None where it is this URL's to keep."""
    other = url_id(tx, visit.address)
    if other is not None and other != visit.id:
        row = tx.rows("SELECT disposition, merged_into FROM url WHERE id = %(id)s FOR UPDATE", {"id": other})[0]
        fetched = bool(tx.rows("SELECT 1 FROM visit WHERE url_id = %(id)s", {"id": other}))
        if row["merged_into"] is not None and row["merged_into"] != visit.id:
            return int(row["merged_into"])
        if fetched or row["disposition"] == "article":
            return other
        if row["disposition"] == "pending":
            # Two addresses, one page, and this one has it now: the other need not be asked for.
            _leave(tx, other)
            merge(tx, other, visit.id, f"{visit.url[:500]} led to it")
    owner = address(tx, visit.address, visit.id)
    return owner if owner != visit.id else None


def lied(visit: PageVisit | ListVisit, answer: Answer) -> bool:
    """Whether the body changed under an ETag that stayed the same."""
    return bool(
        visit.etag
        and visit.etag == answer.header("etag")
        and visit.digest
        and visit.digest != hashlib.sha256(answer.body).digest()
    )


def conditions(visit: PageVisit | ListVisit) -> dict[str, str]:
    """Headers that let a host answer `not modified`; none where it has lied, or where it is time to see for ourselves:
    an article's first look for edits, every sixth of a list."""
    asks = visit.visits > 1 if isinstance(visit, PageVisit) else visit.streak < MOST_UNSEEN
    if visit.lies or not asks:
        return {}
    given = {"If-None-Match": visit.etag, "If-Modified-Since": visit.modified}
    return {name: value for name, value in given.items() if value and value.isprintable() and value.isascii()}


def _remember(tx: PostgresTransaction, items: Sequence[Concluded], kept: datetime) -> None:
    """What the next conditional request needs; the digest is the kept page's own, taken over and not made again."""
    rows = [
        (
            item.visit.id,
            item.answer.header("etag")[:500] or None,
            item.answer.header("last-modified")[:100] or None,
            kept,
        )
        for item in items
        if item.answer
    ]
    tx.insert(
        "INSERT INTO visit (url_id, etag, modified, digest) SELECT v.id, v.etag, v.modified, page.hash"
        " FROM (VALUES %s) AS v (id, etag, modified, kept) JOIN page ON page.url_id = v.id AND page.kept = v.kept"
        " ON CONFLICT (url_id) DO UPDATE SET"
        " etag = excluded.etag, modified = excluded.modified, digest = excluded.digest, last = now()",
        rows,
    )


def _seen_again(tx: PostgresTransaction, item: Concluded, word: str) -> str:
    tx.run("UPDATE visit SET last = now() WHERE url_id = %(id)s", {"id": item.visit.id})
    _schedule(tx, [item])
    return word


def _schedule(tx: PostgresTransaction, items: Sequence[Concluded]) -> None:
    """The next look for edits, in hours after the first fetch; where none is left the row goes."""
    done = [item.visit.id for item in items if item.visit.visits >= len(item.revisits)]
    if done:
        tx.run("DELETE FROM frontier WHERE url_id = ANY(%(ids)s)", {"ids": done})
    again = [item for item in items if item.visit.visits < len(item.revisits)]
    tx.insert(
        "UPDATE frontier SET due = now() + make_interval(secs => v.wait::float8), attempts = 0, visits = visits + 1,"
        " hops = NULL, host = v.host, bucket = v.bucket FROM (VALUES %s) AS v (id, wait, host, bucket)"
        " WHERE url_id = v.id",
        [(item.visit.id, _next_look(item), *_place(item.visit.url)) for item in again],
    )


def _next_look(item: Concluded) -> float:
    """Seconds from this look for edits to the next."""
    number = item.visit.visits
    before = item.revisits[number - 1] if number else 0.0
    return max(0.0, item.revisits[number] - before) * 3600


def _place(url: str) -> tuple[str, int]:
    host = split(url).host
    return host, bucket_of(host)


def _move(tx: PostgresTransaction, visit: PageVisit, target: str) -> str:
    other = url_id(tx, target)
    if other is not None and other != visit.id and not visit.visits:
        row = tx.rows("SELECT merged_into FROM url WHERE id = %(id)s", {"id": other})[0]
        known = tx.rows("SELECT 1 FROM visit WHERE url_id = %(id)s", {"id": other})
        into = row["merged_into"] or other
        if (known or row["merged_into"]) and into != visit.id:
            _leave(tx, visit.id)
            merge(tx, visit.id, into, f"redirected to {target[:500]}")
            return "merged"
    host = split(target).host
    frontier.meet(tx, [host])
    tx.run(
        "UPDATE frontier SET hops = coalesce(hops, '{}') || %(target)s::text, host = %(host)s, bucket = %(bucket)s,"
        " due = now() WHERE url_id = %(id)s",
        {"id": visit.id, "target": target, "host": host, "bucket": bucket_of(host)},
    )
    return "moved"


def _retry(tx: PostgresTransaction, visit: PageVisit, verdict: Verdict) -> str:
    tx.run(
        "UPDATE frontier SET due = now() + make_interval(secs => %(wait)s), attempts = attempts + 1"
        " WHERE url_id = %(id)s",
        {"id": visit.id, "wait": verdict.wait},
    )
    return f"retry:{verdict.word}"


def _leave(tx: PostgresTransaction, id: int) -> None:
    tx.run("DELETE FROM frontier WHERE url_id = %(id)s", {"id": id})
