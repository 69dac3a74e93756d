"""The default search engine: tantivy in process, on one folder, with one writer and any number of readers.

The folder holds `current.json` (generation and the name of the folder with its index), and the index folders. A reader looks
at these files before each search, so it sees what another process committed, and follows to a new generation.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import logging
import os
import shutil
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import tantivy

from broadsheet.errors import IndexBusy, Unavailable
from broadsheet.model import IndexDocument, from_json, to_json
from broadsheet.ports import Hit, IndexWriter, SearchIndex, SearchRequest, SearchResult, WriteResult
from broadsheet.search import mapping, plan
from broadsheet.search.facets import BROAD, Counts, buckets, told
from broadsheet.search.query import parse, pattern_regex
from broadsheet.search.snippet import Marker

log = logging.getLogger(__name__)

Check = Callable[[], None]
Lock = Callable[[], AbstractContextManager[Check | None]]
"""Takes the database's advisory lock or raises IndexBusy; may yield a check that raises Unavailable once the lock is lost."""

HEAP = 64_000_000
"""Bytes the writer collects before it makes a segment."""

WAIT = 10.0
"""Seconds to wait for the folder's own lock."""

MOST_VALUES = 10_000
"""Values of a facet that are counted."""

MOST_SOURCES = 10_000
"""Sources of one group that are counted."""

POINTER = "current.json"

_INTEGERS = {"when", "published", "seen", "story_group"}
_NUMBERS = {"id", "revision", "group", "withdrawn"}


def schema() -> tantivy.Schema:
    """The fields of `mapping.Fields`, and the document itself."""
    builder = tantivy.SchemaBuilder()
    for name in sorted(_NUMBERS):
        builder.add_unsigned_field(name, indexed=True, fast=True)
    for name in sorted(_INTEGERS):
        builder.add_integer_field(name, indexed=True, fast=True)
    for name in mapping.TEXT_FIELDS:
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="position")
    builder.add_text_field("stems", tokenizer_name="whitespace", index_option="freq")
    builder.add_text_field("values", tokenizer_name="raw", index_option="basic")
    for name in mapping.FACETS:
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=True)
    builder.add_bytes_field("document", stored=True)
    return builder.build()


def entry(document: IndexDocument) -> tantivy.Document:
    """The document as tantivy takes it."""
    found = mapping.fields(document)
    made = tantivy.Document()
    made.add_bytes("document", to_json(document))
    for name, number in (("id", document.id), ("revision", document.revision), ("group", found.group)):
        made.add_unsigned(name, number)
    made.add_integer("story_group", found.story_group)
    made.add_unsigned("withdrawn", int(found.withdrawn))
    made.add_integer("when", found.when)
    made.add_integer("seen", found.seen)
    if found.published is not None:
        made.add_integer("published", found.published)
    for name, words in found.words.items():
        made.add_text(name, words)
    made.add_text("stems", found.stems)
    for value in found.values:
        made.add_text("values", value)
    for name, values in found.facets.items():
        for value in values:
            made.add_text(name, value)
    return made


def compile_query(node: plan.Node, fields: tantivy.Schema) -> tantivy.Query:
    """The plan as tantivy's own query."""
    query = tantivy.Query
    match node:
        case plan.Everything():
            return query.const_score_query(query.all_query(), 0.0)
        case plan.Term(field=field, term=term, boost=boost):
            option = "freq" if field == "stems" else "position"
            return query.boost_query(query.term_query(fields, field, term, option), boost)
        case plan.Phrase(field=field, terms=terms, slop=slop, boost=boost):
            return query.boost_query(query.phrase_query(fields, field, list(terms), slop), boost)
        case plan.Pattern(field=field, pattern=pattern):
            return query.regex_query(fields, field, pattern_regex(pattern))
        case plan.Fuzzy(field=field, term=term, distance=distance):
            return query.fuzzy_term_query(fields, field, term, distance, True)
        case plan.OneOf(field=field, values=values):
            return _one_of(fields, field, values)
        case plan.Between(field=field, start=start, end=end):
            return _between(fields, field, start, end)
        case plan.Either(parts=parts):
            return query.boolean_query([(tantivy.Occur.Should, compile_query(part, fields)) for part in parts])
        case plan.Best(parts=parts):
            return query.disjunction_max_query([compile_query(part, fields) for part in parts])
        case plan.All():
            return _all(node, fields)


def _one_of(fields: tantivy.Schema, field: str, values: tuple[int | str, ...]) -> tantivy.Query:
    query = tantivy.Query
    index_option = "position" if field in _NUMBERS | _INTEGERS else "basic"
    if len(values) == 1:
        return query.const_score_query(query.term_query(fields, field, values[0], index_option), 1.0)
    return query.const_score_query(query.term_set_query(fields, field, list(values)), 1.0)


def _between(fields: tantivy.Schema, field: str, start: int | None, end: int | None) -> tantivy.Query:
    if start is None and end is None:
        return tantivy.Query.exists_query(field)
    made = tantivy.Query.range_query(fields, field, tantivy.FieldType.Integer, start, end, True, end is None)
    return tantivy.Query.const_score_query(made, 1.0)


def _all(node: plan.All, fields: tantivy.Schema) -> tantivy.Query:
    query = tantivy.Query
    must, should, must_not = tantivy.Occur.Must, tantivy.Occur.Should, tantivy.Occur.MustNot
    clauses = [(must, compile_query(part, fields)) for part in node.parts]
    clauses += [(must, query.const_score_query(compile_query(part, fields), 0.0)) for part in node.filters]
    clauses += [(must_not, compile_query(part, fields)) for part in node.without]
    clauses += [(should, query.const_score_query(compile_query(part, fields), gain)) for part, gain in node.bonus]
    return query.boolean_query(clauses)


@dataclass(frozen=True, slots=True)
class _Open:
    """An index that is open for reading, and what its files looked like then."""

    folder: Path
    index: tantivy.Index
    seen: tuple[int, int, int]


class EmbeddedIndex:
    """`SearchIndex` on tantivy."""

    name = "embedded"

    def __init__(self, folder: Path, lock: Lock = contextlib.nullcontext, wait: float = WAIT) -> None:
        self.folder = folder
        self.schema = schema()
        self._lock = lock
        self._wait = wait
        self._open: _Open | None = None
        self._opening = threading.Lock()
        self._holder: tuple[int, Check | None] | None = None
        """The thread that may write, and how it sees that it still may."""

    def generation(self) -> str | None:
        """What `current.json` says, where its index is there."""
        pointer = self._pointer()
        if pointer is None or self._reader() is None:
            return None
        return str(pointer["generation"])

    def create(self, generation: str) -> None:
        """An empty index in place of whatever was there; readers follow with their next search."""
        with self._exclusive():
            self.prepare(generation)
            self.publish(generation)

    def prepare(self, generation: str) -> None:
        """An empty index of this generation, which is not searched yet: for filling it beside the one in use."""
        mapping.check_name("generation", generation)
        made = self.folder / f"index-{uuid.uuid4().hex[:12]}"
        with _translated(self.folder):
            made.mkdir(parents=True)
            tantivy.Index(self.schema, path=str(made))
            pointer = {"generation": generation, "folder": made.name, "version": mapping.VERSION}
            _replace(self._prepared(generation), json.dumps(pointer))

    def publish(self, generation: str) -> None:
        """Search this generation from now on, in one step, and delete the others."""
        with self._exclusive(), _translated(self.folder):
            made = self.path(generation)
            if made is None:
                raise ValueError(f"generation {generation!r} was not prepared")
            self._prepared(generation).replace(self.folder / POINTER)
            _settle(self.folder)
            for other in self.folder.glob("next-*.json"):
                other.unlink(missing_ok=True)
            for old in self.folder.glob("index-*"):
                if old != made:
                    shutil.rmtree(old, ignore_errors=True)

    @contextmanager
    def writer(self, into: str | None = None) -> Iterator[IndexWriter]:
        """The one writer, for the generation in use or `into` one that was prepared; waits a bounded time, then IndexBusy."""
        with self._exclusive() as check:
            writing = _Writer(self, check, into)
            try:
                yield writing
            finally:
                writing.close()

    @contextmanager
    def _exclusive(self) -> Iterator[Check | None]:
        if self._holder is not None and self._holder[0] == threading.get_ident():
            yield self._holder[1]
            return
        with ExitStack() as stack:
            check = stack.enter_context(self._lock())
            stack.enter_context(_folder_lock(self.folder, self._wait))
            self._holder = (threading.get_ident(), check)
            try:
                yield check
            finally:
                self._holder = None

    def search(self, request: SearchRequest) -> SearchResult:
        """One search on what is committed by now."""
        tree = parse(request.q)
        compiled = compile_query(plan.plan(request, tree), self.schema)
        opened = self._reader()
        if opened is None:
            return SearchResult(total=0, hits=(), facets=dict.fromkeys(mapping.FACETS, ()) if request.facets else {})
        with _translated(self.folder):
            return _Search(opened.index.searcher(), self.schema, request, compiled, Marker(tree)).result()

    def get(self, ids: Sequence[int]) -> dict[int, IndexDocument]:
        """The documents of these ids."""
        opened = self._reader()
        if opened is None or not ids:
            return {}
        with _translated(self.folder):
            searcher = opened.index.searcher()
            query = tantivy.Query.term_set_query(self.schema, "id", sorted(set(ids)))
            found = searcher.search(query, limit=len(set(ids)) + 1).hits
            return {document.id: document for _, address in found for document in [_document(searcher, address)]}

    def count(self) -> int:
        """Documents in the index, those withdrawn included."""
        opened = self._reader()
        return 0 if opened is None else int(opened.index.searcher().num_docs)

    def revisions(self) -> Iterator[tuple[int, int]]:
        """Every (id, revision)."""
        opened = self._reader()
        if opened is None:
            return
        with _translated(self.folder):
            searcher = opened.index.searcher()
            pairs = _fast(searcher, tantivy.Query.all_query(), "id", "revision")
        yield from ((int(id), int(revision)) for id, revision in pairs)

    def close(self) -> None:
        """Let go of the index's files."""
        self._open = None

    def _prepared(self, generation: str) -> Path:
        return self.folder / f"next-{generation}.json"

    def _pointer(self, generation: str | None = None) -> Mapping[str, Any] | None:
        path = self.folder / POINTER if generation is None else self._prepared(generation)
        try:
            found = json.loads(path.read_text())
        except (FileNotFoundError, NotADirectoryError, ValueError):
            return None
        except OSError as error:
            raise Unavailable(f"search index {self.folder}: {error}") from error
        return found if isinstance(found, dict) and found.get("version") == mapping.VERSION else None

    def path(self, generation: str | None = None) -> Path | None:
        """The folder of the index in use, or of a prepared one; None where there is none."""
        pointer = self._pointer(generation)
        if pointer is None:
            return None
        folder = self.folder / str(pointer["folder"])
        return folder if (folder / "meta.json").exists() else None

    def _reader(self) -> _Open | None:
        """The current index, with the newest commit; None where there is none."""
        with self._opening:
            for attempt in range(3):
                folder = self.path()
                if folder is None:
                    self._open = None
                    return None
                try:
                    return self._refreshed(folder)
                except (ValueError, OSError) as error:  # replaced, or cleaned up by the writer, while we looked
                    self._open = None
                    if attempt == 2:
                        raise Unavailable(f"search index {folder}: {error}") from error
            return None

    def _refreshed(self, folder: Path) -> _Open:
        opened = self._open
        status = (folder / "meta.json").stat()
        seen = (status.st_ino, status.st_mtime_ns, status.st_size)
        if opened is not None and opened.folder == folder and opened.seen == seen:
            return opened
        if opened is not None and opened.folder == folder:
            opened.index.reload()
            self._open = _Open(folder, opened.index, seen)
        else:
            index = tantivy.Index.open(str(folder))
            index.config_reader("manual")
            index.reload()
            self._open = _Open(folder, index, seen)
        return self._open


def _document(searcher: tantivy.Searcher, address: tantivy.DocAddress) -> IndexDocument:
    return from_json(IndexDocument, bytes(cast(bytes, searcher.doc(address).get_first("document"))))


def _count(searcher: tantivy.Searcher, query: tantivy.Query) -> int:
    return int(searcher.search(query, limit=1).count)  # type: ignore[attr-defined]  # its type stub leaves it out


def _fast(searcher: tantivy.Searcher, query: tantivy.Query, *names: str) -> list[tuple[Any, ...]]:
    """The values of number fields of all documents found."""
    found = [
        address
        for _, address in searcher.search(query, limit=max(1, searcher.num_docs), count=False, order_by_field="id").hits
    ]
    return list(zip(*(searcher.fast_field_values(name, found) for name in names), strict=True))


class _Search:
    """One search under way."""

    def __init__(
        self,
        searcher: tantivy.Searcher,
        fields: tantivy.Schema,
        request: SearchRequest,
        query: tantivy.Query,
        marker: Marker,
    ) -> None:
        self.searcher = searcher
        self.fields = fields
        self.request = request
        self.query = query
        self.marker = marker
        self.field = mapping.GROUPS.get(request.collapse)

    def result(self) -> SearchResult:
        facets = self.facets() if self.request.facets else {}
        if self.field is None:
            plain = tuple(self.hit(score, address) for score, _, address in self.page())
            return SearchResult(total=_count(self.searcher, self.query), hits=plain, facets=facets)
        groups = Counter(group for (group,) in _fast(self.searcher, self.query, self.field))
        page = self.page()
        sources = self.sources(self.field, [group for _, group, _ in page])
        hits = tuple(
            replace(hit, copies=groups[group] - 1, outlets=len(sources[group] - {mapping.facet(hit.document.source)}))
            for score, group, address in page
            for hit in [self.hit(score, address)]
        )
        return SearchResult(total=len(groups), hits=hits, facets=facets)

    def hit(self, score: float, address: tantivy.DocAddress) -> Hit:
        document = _document(self.searcher, address)
        return Hit(document=document, score=score, snippet=self.marker.snippet(document))

    def sources(self, field: str, groups: Sequence[int]) -> dict[int, set[str]]:
        """The sources of each of these groups."""
        if not groups:
            return {}
        query = compile_query(plan.members(self.request, groups), self.fields)
        terms = {"field": "source", "size": MOST_SOURCES, "segment_size": MOST_SOURCES}
        wanted = {"group": {"terms": {"field": field, "size": len(groups)}, "aggs": {"source": {"terms": terms}}}}
        found = self.searcher.aggregate(query, wanted)
        return {
            int(bucket["key"]): {name for name, _ in buckets(bucket["source"])} for bucket in found["group"]["buckets"]
        }

    def page(self) -> list[tuple[float, int, tantivy.DocAddress]]:
        """The page's hits, one of each group: further hits are fetched until the page is full."""
        wanted = self.request.start + self.request.size
        if not self.request.size:
            return []
        limit = wanted + 16
        while True:
            found = self.ordered(limit)
            kept: dict[int, tuple[float, int, tantivy.DocAddress]] = {}
            for (score, address), group in zip(found, self.groups([address for _, address in found]), strict=True):
                kept.setdefault(group, (score, group, address))
            if len(kept) >= wanted or len(found) < limit:
                return list(kept.values())[self.request.start : wanted]
            limit *= 4

    def groups(self, addresses: list[tantivy.DocAddress]) -> list[int]:
        """The group of each document; where each stands alone, its place."""
        if self.field is None:
            return list(range(len(addresses)))
        return [int(group or 0) for group in self.searcher.fast_field_values(self.field, addresses)]

    def ordered(self, limit: int) -> list[tuple[float, tantivy.DocAddress]]:
        if self.request.sort == "relevance":
            return [
                (float(score), address) for score, address in self.searcher.search(self.query, limit, count=False).hits
            ]
        order = tantivy.Order.Desc if self.request.sort == "newest" else tantivy.Order.Asc
        found = self.searcher.search(self.query, limit, count=False, order_by_field="when", order=order).hits
        return [(0.0, address) for _, address in found]

    def facets(self) -> dict[str, tuple[tuple[str, int], ...]]:
        wanted = {name: self.terms(name) for name in mapping.FACETS}
        return told(self.searcher.aggregate(self.query, wanted), self.ask)

    def terms(self, name: str, **more: Any) -> dict[str, Any]:
        most = BROAD if name in mapping.NAMED else MOST_VALUES
        return {"terms": {"field": name, "size": most, "segment_size": most, **more}}

    def ask(self, wanted: Mapping[str, Sequence[str]]) -> dict[str, Counts]:
        """Counts these values of facets in every segment."""
        terms = {name: self.terms(name, include=list(values)) for name, values in wanted.items()}
        found = self.searcher.aggregate(self.query, terms)
        return {name: buckets(found[name]) for name in wanted}


class _Writer:
    """`IndexWriter` on tantivy; once it failed it stays closed, and its owner takes a new one."""

    def __init__(self, owner: EmbeddedIndex, check: Check | None, into: str | None) -> None:
        self.owner = owner
        self.into = into
        self.check = check
        self.folder: Path | None = None
        self.index: tantivy.Index | None = None
        self.writer: tantivy.IndexWriter | None = None
        self.closed = False

    def write(self, documents: Sequence[IndexDocument]) -> list[WriteResult]:
        """Commit the documents that are newer than what is stored."""
        with self._held() as (index, writer):
            known = self._known(index, {document.id for document in documents})
            results = [_put(writer, self.owner.schema, document, known) for document in documents]
            if any(result.outcome == "written" for result in results):
                self._commit(writer)
        return results

    def delete(self, ids: Sequence[int]) -> None:
        """Take documents out."""
        with self._held() as (_, writer):
            for id in ids:
                writer.delete_documents_by_query(_identified(self.owner.schema, id))
            self._commit(writer)

    def close(self) -> None:
        """Finish merges under way and free the folder's lock; what was not committed is gone."""
        self.closed = True
        writer, self.writer, self.index = self.writer, None, None
        if writer is not None:
            with contextlib.suppress(ValueError, OSError, RuntimeError):
                writer.wait_merging_threads()

    @contextmanager
    def _held(self) -> Iterator[tuple[tantivy.Index, tantivy.IndexWriter]]:
        if self.closed:
            raise Unavailable(f"search index {self.owner.folder}: its writer was closed")
        try:
            with _translated(self.owner.folder):
                yield self._current()
        except BaseException:
            self._abandon()
            raise

    def _current(self) -> tuple[tantivy.Index, tantivy.IndexWriter]:
        folder = self.owner.path(self.into) or self.owner.path()
        if folder is None:
            raise Unavailable(f"search index {self.owner.folder}: missing; it must be created first")
        if self.index is None or self.writer is None or folder != self.folder:
            self.writer = None
            self.index = tantivy.Index.open(str(folder))
            self.index.config_reader("manual")
            self.writer = self.index.writer(heap_size=HEAP, num_threads=1)
            self.folder = folder
        return self.index, self.writer

    def _known(self, index: tantivy.Index, ids: set[int]) -> dict[int, int]:
        if not ids:
            return {}
        index.reload()
        query = tantivy.Query.term_set_query(self.owner.schema, "id", sorted(ids))
        return {int(id): int(revision) for id, revision in _fast(index.searcher(), query, "id", "revision")}

    def _commit(self, writer: tantivy.IndexWriter) -> None:
        if self.check is not None:
            self.check()
        writer.commit()

    def _abandon(self) -> None:
        if self.writer is not None:
            with contextlib.suppress(ValueError, OSError, RuntimeError):
                self.writer.rollback()
        self.close()


def _identified(fields: tantivy.Schema, id: int) -> tantivy.Query:
    # Not `delete_documents_by_term`: it takes a number for a signed one and finds nothing in an unsigned field.
    return tantivy.Query.term_query(fields, "id", id)


def _put(
    writer: tantivy.IndexWriter, fields: tantivy.Schema, document: IndexDocument, known: dict[int, int]
) -> WriteResult:
    id, revision = document.id, document.revision
    if known.get(id, -1) >= revision:
        return WriteResult(id=id, revision=revision, outcome="older")
    try:
        made = entry(document)
    except Exception as error:  # whatever a hostile document causes is its own fault
        return WriteResult(id=id, revision=revision, outcome="refused", error=f"{type(error).__name__}: {error}"[:500])
    writer.delete_documents_by_query(_identified(fields, id))
    writer.add_document(made)
    known[id] = revision
    return WriteResult(id=id, revision=revision, outcome="written")


@contextmanager
def _translated(folder: Path) -> Iterator[None]:
    try:
        yield
    except (ValueError, OSError, RuntimeError) as error:
        raise Unavailable(f"search index {folder}: {error}") from error


@contextmanager
def _folder_lock(folder: Path, wait: float) -> Iterator[None]:
    """The second guard: also holds where two databases were given one folder."""
    with _translated(folder):
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder / "writer.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        _wait_for(handle, folder, wait)
        yield
    finally:
        os.close(handle)


def _wait_for(handle: int, folder: Path, wait: float) -> None:
    until = time.monotonic() + wait
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() >= until:
                raise IndexBusy(f"search index {folder}: another process writes to it") from None
            time.sleep(0.05)


def _replace(path: Path, text: str) -> None:
    draft = path.with_suffix(f".{os.getpid()}.tmp")
    with draft.open("w") as handle:
        handle.write(text)
        handle.flush()
        os.fsync(handle.fileno())
    draft.replace(path)
    _settle(path.parent)


def _settle(path: Path) -> None:
    """Make renames in the folder durable."""
    folder = os.open(path, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def open_embedded(folder: Path, lock: Lock = contextlib.nullcontext, wait: float = WAIT) -> SearchIndex:
    """The index in this folder; `lock` is taken, before anything else, by who wants to write."""
    return EmbeddedIndex(folder, lock, wait)
