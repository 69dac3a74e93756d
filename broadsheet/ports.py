"""The borders of the kernel: what a store, a search engine and a stage's past must offer, in our own types only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

from broadsheet.model import IndexDocument

Row = Mapping[str, Any]
"""A database row by column name."""


class Transaction(Protocol):
    """An open transaction on the database, as stages that ask the past see it. Errors of the driver never pass it:
    what would succeed later raises `Unavailable`, what the values cause raises ValueError."""

    def rows(self, sql: str, given: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        """The statement's rows; `%(name)s` parameters."""
        ...

    def tuples(self, sql: str, given: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """The statement's rows without names, where there are thousands of them."""
        ...

    def prepared(self, sql: str, types: Sequence[str], values: Sequence[Any]) -> list[tuple[Any, ...]]:
        """The rows of a statement with `$1, $2, ...`, which is planned once a connection: where planning costs more."""
        ...

    def copy(self, into: str, rows: bytes) -> None:
        """Adds rows in the binary form of COPY, without header and trailer, to `table (columns)`."""
        ...

    def run(self, sql: str, given: Mapping[str, Any] | None = None) -> int:
        """The number of rows the statement touched."""
        ...

    def lock(self, key: int) -> None:
        """Waits for the lock of this number, and has it until the transaction ends."""
        ...

    def insert(self, sql: str, values: Sequence[Sequence[Any]]) -> int:
        """`INSERT ... VALUES %s ...` for many rows in one statement; the number of rows written."""
        ...

    def savepoint(self) -> AbstractContextManager[None]:
        """All inside is undone, and only that, when it raises."""
        ...


class Known(Protocol):
    """What a pure step may ask of the past: read-only, loaded before the batch, for the hosts and sources in it."""

    def profile(self, host: str) -> Mapping[str, Any]:
        """What a host's pages taught (`broadsheet.storage.sites.profile`); empty where nothing is known."""
        ...

    def overrules(self, source: str) -> Sequence[Mapping[str, Any]]:
        """What operators decided for a source's blocks."""
        ...

    def titles(self, host: str) -> Mapping[str, int]:
        """Folded titles and addresses of articles we have of this host, with their ids."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteResult:
    """What the engine said to one document."""

    id: int
    revision: int
    outcome: Literal["written", "older", "refused", "retry"]
    """`older`: the engine has this revision or a newer one; `refused`: the document's fault; `retry`: engine busy."""
    error: str = ""


Sort = Literal["relevance", "newest", "oldest"]

Collapse = Literal["copies", "story", "none"]
"""One hit for each group of copies, for each story (what has none: for its group of copies), or for each document."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchRequest:
    """One search, engine-neutral."""

    q: str = ""
    """In the query language of `broadsheet.search.query`; empty finds everything."""
    start: int = 0
    size: int = 20
    sort: Sort = "relevance"
    sources: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    """Kinds of edits (`broadsheet.significance`), or `silent`."""
    after: datetime | None = None
    """Inclusive; on `IndexDocument.when`."""
    before: datetime | None = None
    """Exclusive."""
    ids: tuple[int, ...] = ()
    """Only these documents."""
    stories: tuple[int, ...] = ()
    people: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    """Ids of whom a document must name, all of them: who appears with whom, and where."""
    entity: str | None = None
    """An id, or a name, of any of the three."""
    collapse: Collapse = "copies"
    facets: bool = False
    withdrawn: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One found document."""

    document: IndexDocument
    score: float
    snippet: str
    """HTML: escaped text of the document with the found words in `<mark>`."""
    copies: int = 0
    """How many further documents of its group match; counted only when collapsed."""
    outlets: int = 0
    """How many further sources its whole group has, whether they match or not; counted only when collapsed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchResult:
    """The answer to one search."""

    total: int
    """Exact; groups of copies or stories when collapsed, documents otherwise."""
    hits: tuple[Hit, ...]
    facets: Mapping[str, tuple[tuple[str, int], ...]]
    """For `source`, `language`, `topic`, `changed`, `day`: values with their number of documents, most first (days in order).
    For `people`, `organisations`, `places`: ids, the commonest (`broadsheet.search.facets`); their numbers are exact too."""


class SearchIndex(Protocol):
    """A search engine. One contract suite (tests/contract) holds for every implementation."""

    name: str

    def generation(self) -> str | None:
        """The generation the index carries; None where it is missing or empty: then everything is pending again."""
        ...

    def create(self, generation: str) -> None:
        """Make an empty index that carries this generation, in place of whatever was there."""
        ...

    def prepare(self, generation: str) -> None:
        """Make an empty index of this generation beside the one in use; no search sees it yet."""
        ...

    def publish(self, generation: str) -> None:
        """Search the prepared generation from now on, in one step, and drop the others."""
        ...

    def writer(self, into: str | None = None) -> AbstractContextManager[IndexWriter]:
        """The right to write to the generation in use, or `into` a prepared one. The embedded engine has one writer
        (`IndexBusy` after a bounded wait); its holder may ask again."""
        ...

    def search(self, request: SearchRequest) -> SearchResult:
        """Raises `BadQuery` with the place, `Unavailable` when the engine is away."""
        ...

    def get(self, ids: Sequence[int]) -> dict[int, IndexDocument]:
        """The documents the engine has of these ids."""
        ...

    def count(self) -> int:
        """The engine's own number of documents, withdrawn ones included; exact, after what was written is visible."""
        ...

    def revisions(self) -> Iterator[tuple[int, int]]:
        """Every (id, revision) the engine holds, for audits."""
        ...

    def close(self) -> None: ...


class IndexWriter(Protocol):
    """Held for a batch or for minutes; what it wrote is durable and visible to new searches when `write` returns."""

    def write(self, documents: Sequence[IndexDocument]) -> list[WriteResult]:
        """One result per document, in order. A document with a revision not above the stored one changes nothing."""
        ...

    def delete(self, ids: Sequence[int]) -> None:
        """Take documents out for good (retention)."""
        ...
