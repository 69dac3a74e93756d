"""The filter `broadsheet extract`: one row of JSON in, the article with its ledger out."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, get_args
from urllib.parse import urlsplit

from broadsheet.model import Article, Claims, DateClaim, Drop, Page, Verdict, block_text

OUTCOMES: tuple[Verdict, ...] = get_args(Verdict)


class Nothing:
    """A `Known` that knows nothing: the filter sees one page and no site."""

    def profile(self, host: str) -> Mapping[str, Any]:  # noqa: ARG002
        """Nothing."""
        return {}

    def overrules(self, source: str) -> Sequence[Mapping[str, Any]]:  # noqa: ARG002
        """Nothing."""
        return ()

    def titles(self, host: str) -> Mapping[str, int]:  # noqa: ARG002
        """Nothing."""
        return {}


def _text(row: Mapping[str, Any], key: str) -> str | None:
    value = row.get(key)
    if value is not None and not isinstance(value, str):
        raise ValueError(f"{key}: a string is wanted, not {type(value).__name__}")
    return value


def _headers(row: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    given = row.get("headers") or {}
    pairs = given.items() if isinstance(given, Mapping) else given
    try:
        return tuple(
            (str(name).lower(), ", ".join(map(str, value)) if isinstance(value, list) else str(value))
            for name, value in pairs
        )
    except (TypeError, ValueError) as error:
        raise ValueError(f"headers: an object of names and values is wanted: {error}") from error


def page_of(row: Mapping[str, Any]) -> Page:
    """The row as a page; raises ValueError naming the key that does not fit."""
    html, flat, packed = _text(row, "html"), _text(row, "text"), _text(row, "html_base64")
    if packed is not None:
        try:
            body = base64.b64decode(packed, validate=False)
        except (binascii.Error, ValueError) as error:
            raise ValueError(f"html_base64: {error}") from error
    else:
        body = (html if html is not None else flat or "").encode("utf-8", "surrogatepass")
    headers = _headers(row)
    if html is not None and packed is None:
        # The row's string is decoded already: a label inside it says what it was, not what it is.
        headers = (("content-type", "text/html; charset=utf-8"),)
        body = b"\xef\xbb\xbf" + body if body else body
    url = _text(row, "url") or ""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        host = ""
    status = row.get("status")
    moment = _moment(_text(row, "fetched_at"))
    return Page(
        id=0,
        url=url,
        final_url=url,
        source=_text(row, "source") or host,
        host=host,
        status=int(status) if status else 200,
        headers=headers,
        body=body,
        fetched=moment,
        first_seen=moment,
        flat=html is None and packed is None,
        claims=Claims(
            source=_text(row, "source") or host,
            country=_text(row, "country"),
            language=_text(row, "language"),
            outlet=_text(row, "outlet"),
            published=_text(row, "published"),
        ),
    )


def _moment(text: str | None) -> datetime:
    if not text:
        return datetime.now(UTC)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"fetched_at: {error}") from error
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def extract_row(row: dict[str, Any]) -> dict[str, Any]:
    """The article of one row, its blocks and dates with their reasons; a page that is none has its verdict and no text."""
    from processors.extract import extract
    from processors.strip import strip

    found = extract(page_of(row), Nothing())
    if isinstance(found, Drop):
        return _nothing(row, found.reason, found.detail)
    settled = strip(found, Nothing())
    if isinstance(settled, Drop):
        verdict = _verdict(settled.reason)
        teaser = strip(replace(found, verdict="article"), Nothing()) if _teases(found) else settled
        shown = (
            replace(teaser, verdict="wall") if isinstance(teaser, Article) else replace(found, verdict=verdict, text="")
        )
        return {**_answer(row, shown), "verdict_evidence": settled.detail}
    return _answer(row, settled)


def _teases(article: Article) -> bool:
    """Whether the page is a wall that lets the beginning of its article through."""
    return article.verdict == "wall" and article.verdict_evidence.startswith("subscription")


def _verdict(reason: str) -> Verdict:
    return next((verdict for verdict in OUTCOMES if verdict == reason), "not-an-article")


def _nothing(row: Mapping[str, Any], reason: str, detail: str) -> dict[str, Any]:
    verdict = _verdict(reason)
    return {
        "id": row.get("id"),
        "verdict": verdict,
        "verdict_evidence": detail,
        "title": None,
        "text": None,
        "date": None,
        "authors": [],
        "language": None,
        "blocks": [],
        "updated": None,
        "agency": None,
        "dateline": None,
        "kind": None,
        "paywall": None,
        "image": None,
        "dates": [],
        "repairs": [],
    }


def _date(entry: DateClaim) -> dict[str, Any]:
    return {
        "kind": entry.kind,
        "date": entry.text,
        "instant": entry.instant.isoformat() if entry.instant else None,
        "precision": entry.precision,
        "method": entry.method,
        "zone": entry.zone,
        "confidence": entry.confidence,
        "evidence": entry.evidence,
    }


def _answer(row: Mapping[str, Any], article: Article) -> dict[str, Any]:
    image = article.image
    dated = article.published or article.updated
    return {
        "id": row.get("id"),
        "verdict": article.verdict,
        "verdict_evidence": article.verdict_evidence,
        "title": article.title,
        "text": article.text if article.verdict in ("article", "wall") and article.text else None,
        "date": dated.text if dated else None,
        "authors": [author.name for author in article.authors],
        "language": article.language,
        "blocks": [
            {
                "role": block.role,
                "kept": block.kept,
                "text": block_text(article, block),
                "start": block.start,
                "end": block.end,
                "score": block.score,
                "evidence": list(block.evidence),
            }
            for block in article.blocks
        ],
        "updated": article.updated.text if article.updated else None,
        "standfirst": article.standfirst,
        "agency": article.agency,
        "dateline": article.dateline,
        "section": article.section,
        "canonical": article.canonical,
        "kind": article.kind,
        "paywall": article.paywall,
        "image": {"url": image.url, "caption": image.caption, "credit": image.credit} if image else None,
        "author_kinds": [author.kind for author in article.authors],
        "dates": [_date(entry) for entry in article.dates],
        "repairs": [
            {
                "start": each.start,
                "end": each.end,
                "raw": each.raw,
                "to": each.to,
                "method": each.method,
                "evidence": each.evidence,
            }
            for each in article.repairs
        ],
        "origins": dict(article.origins),
    }
