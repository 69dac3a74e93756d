"""Takes what people already have, files of pages or texts, into the same queue as a crawl."""

from __future__ import annotations

import hashlib
import json
import lzma
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from broadsheet.address import canonical, host_of
from broadsheet.border import clean
from broadsheet.errors import BadInput
from broadsheet.model import Claims, Page, now
from broadsheet.storage import urls
from broadsheet.storage.postgres import Database, PostgresTransaction

BATCH = 100
"""Rows written in one transaction, with the file's progress: what makes an import resumable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What an import came to, in rows."""

    new: int = 0
    again: int = 0
    """The URL was known; its page is another one and was kept."""
    same: int = 0
    """The URL was known with this very page."""
    bad: int = 0

    def plus(self, **more: int) -> Imported:
        return Imported(**{name: getattr(self, name) + more.get(name, 0) for name in self.__slots__})


def load(
    database: Database,
    files: Sequence[Path],
    source: str,
    complain: Callable[[str], None],
    progress: Callable[[Path, int], None] = lambda _path, _done: None,
) -> Imported:
    """Keeps every row of the files; `complain` hears of each bad one, with file and line. A second call goes on where
    a killed one stopped. Raises BadInput for a file that cannot be read at all."""
    total = Imported()
    for path in files:
        if not path.is_file():
            raise BadInput(f"{path}: no such file")
        total = _load_file(database, path, source, complain, progress, total)
    return total


def _load_file(
    database: Database,
    path: Path,
    source: str,
    complain: Callable[[str], None],
    progress: Callable[[Path, int], None],
    total: Imported,
) -> Imported:
    key = _key(path, source)
    with database.transaction() as tx:
        rows = tx.rows("SELECT done FROM import_progress WHERE file_hash = %(key)s", {"key": key})
    done = int(rows[0]["done"]) if rows else 0
    batch: list[tuple[int, dict[str, Any] | str]] = []
    for number, row in read_rows(path):
        if number <= done:
            continue
        batch.append((number, row))
        if len(batch) == BATCH:
            total = _load_batch(database, path, key, source, batch, complain, total)
            progress(path, number)
            batch = []
    if batch:
        total = _load_batch(database, path, key, source, batch, complain, total)
        progress(path, batch[-1][0])
    return total


def _key(path: Path, source: str) -> bytes:
    """What a file is known by: its whole content and the source it is booked under."""
    with path.open("rb") as file:
        content = hashlib.file_digest(file, "sha256").digest()
    return hashlib.sha256(content + source.encode()).digest()


def read_rows(path: Path) -> Iterator[tuple[int, dict[str, Any] | str]]:
    """(line number, row) of a JSONL(.xz) file; a string in place of a row says what is wrong with it. Any other file
    is one text: one row."""
    if not re.search(r"\.(jsonl|ndjson)(\.xz)?$", path.name):
        yield 1, {"text": path.read_bytes().decode("utf-8", "replace"), "id": path.name}
        return
    with lzma.open(path) if path.suffix == ".xz" else path.open("rb") as lines:
        try:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield number, _parsed(line)
        except (lzma.LZMAError, EOFError) as error:
            raise BadInput(f"{path}: damaged: {error}") from error


def _parsed(line: bytes) -> dict[str, Any] | str:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        return f"not JSON: {error}"
    return row if isinstance(row, dict) else f"expected an object, got {type(row).__name__}"


def _load_batch(
    database: Database,
    path: Path,
    key: bytes,
    source: str,
    batch: Sequence[tuple[int, dict[str, Any] | str]],
    complain: Callable[[str], None],
    total: Imported,
) -> Imported:
    with database.transaction() as tx:
        for number, row in batch:
            try:
                page = page_of(row, path, number, source)
            except ValueError as error:
                complain(f"{path}:{number}: {error}")
                total = total.plus(bad=1)
                continue
            total = total.plus(**{_keep(tx, page): 1})
        tx.insert(
            "INSERT INTO import_progress (file_hash, name, done) VALUES %s ON CONFLICT (file_hash)"
            " DO UPDATE SET done = excluded.done, at = now()",
            [(key, str(path.name), batch[-1][0])],
        )
    return total


def _keep(tx: PostgresTransaction, page: Page) -> str:
    """Books the URL and keeps the page: `new`, `again` or `same`."""
    new = urls.book(tx, page.source, [urls.Found(url=page.url, claims=page.claims)])
    id = new.get(clean(page.url)) or urls.url_id(tx, page.url)
    if id is None:
        raise ValueError(f"{page.url}: neither new nor known")
    if not new and urls.last_hash(tx, id) == hashlib.sha256(page.body).digest():
        return "same"
    known = urls.require(tx, id)
    urls.keep(tx, _with_id(page, id, str(known["source"]), known["found"]))
    return "new" if new else "again"


def _with_id(page: Page, id: int, source: str, found: datetime) -> Page:
    return replace(page, id=id, source=source, first_seen=found.astimezone(UTC))


def page_of(row: dict[str, Any] | str, path: Path, number: int, source: str) -> Page:
    """The row as a page; raises ValueError naming the key and the value."""
    if isinstance(row, str):
        raise ValueError(row)
    body, flat = _body(row)
    url = _url(row, path, number)
    moment = now()
    return Page(
        id=0,
        url=url,
        final_url=url,
        source=source,
        host=host_of(url),
        status=200,
        headers=(("content-type", "text/plain; charset=utf-8" if flat else "text/html; charset=utf-8"),),
        body=body,
        fetched=_fetched(row, moment),
        first_seen=moment,
        claims=Claims(source=source, via="import", external_id=_id(row, number)),
        flat=flat,
    )


def _body(row: dict[str, Any]) -> tuple[bytes, bool]:
    for key, flat in (("html", False), ("text", True)):
        value = row.get(key)
        if value is None:
            continue
        if not isinstance(value, str):
            raise ValueError(f"{key}: expected text, got {type(value).__name__}")
        return value.encode("utf-8", "replace"), flat
    raise ValueError("neither `html` nor `text` is given")


def _id(row: dict[str, Any], number: int) -> str:
    value = row.get("id")
    return clean(str(value))[:500] if value not in (None, "") else str(number)


def _url(row: dict[str, Any], path: Path, number: int) -> str:
    """The row's own address; one made of file and id where it has none."""
    value = row.get("url")
    if value in (None, ""):
        stem = re.sub(r"[^a-z0-9-]+", "-", path.name.lower()).strip("-") or "file"
        return f"import://{stem}/{quote(_id(row, number), safe='')}"
    if not isinstance(value, str) or not re.match(r"https?://[^/]", value):
        raise ValueError(f"url: expected http(s)://host/..., got {str(value)[:200]!r}")
    return canonical(value)


def _fetched(row: dict[str, Any], moment: datetime) -> datetime:
    value = row.get("fetched_at")
    if value is None:
        return moment
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError as error:
        raise ValueError(f"fetched_at: expected ISO 8601, got {str(value)[:100]!r}") from error
    return found.replace(tzinfo=found.tzinfo or UTC).astimezone(UTC)
