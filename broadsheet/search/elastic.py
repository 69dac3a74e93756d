"""The search engine for production: Elasticsearch 8, monthly indexes behind an alias, written with external versions.

Names, for the prefix `broadsheet` and the generation `g`: the alias `broadsheet` stands for `broadsheet-g-2026-11` and so on, and
for `broadsheet-g-base`, which holds no article but the register of the generation's indexes with their ids. An index that
was deleted or restored from a backup no longer agrees with the register, and the generation counts as lost.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote, urlsplit

from elasticsearch import ApiError, ConflictError, Elasticsearch, NotFoundError, TransportError

from broadsheet.errors import BadQuery, BadSetting, Unavailable
from broadsheet.model import IndexDocument, from_json, to_json
from broadsheet.ports import Hit, IndexWriter, SearchIndex, SearchRequest, SearchResult, WriteResult
from broadsheet.search import mapping, plan
from broadsheet.search.facets import Counts, buckets, told
from broadsheet.search.query import parse
from broadsheet.search.snippet import Marker

LOCAL = "http://127.0.0.1:9200"
"""The node that `infra/elasticsearch/node` starts."""

TIMEOUT = 60.0
"""Seconds for one request."""

BULK_BYTES = 5_000_000
"""Bytes of one bulk request; halved where a server says 413."""

PAUSES = (0.2, 0.5, 1.0, 2.0)
"""Seconds to wait before a busy server (429, 503) is asked again."""

BUSY = frozenset({429, 502, 503, 504})

TICK = 0.25
"""Seconds: a node reads its clock every 0.2."""

PAGE = 10_000
"""Buckets or documents fetched at once when all are wanted."""

BROAD = 300
"""Ids asked of each shard at first. With 46 shards three facets took 158 ms with 100 each, 279 with 300, 511 with 1000."""

GROUPS = 60_000
"""Groups counted at once: a server's limit is 65,536 buckets."""

_NUMBERS = {"when": "when_us", "published": "published_us", "seen": "seen_us"}

_WHOLE: dict[str, Any] = {"allow_partial_search_results": False, "track_total_hits": False}
"""A shard that does not answer makes the search fail: part of the truth would be taken for all of it."""

Query = dict[str, Any]


def compile_query(node: plan.Node) -> Query:
    """The plan as Elasticsearch's query."""
    match node:
        case plan.Everything():
            return {"constant_score": {"filter": {"match_all": {}}, "boost": 0.0}}
        case plan.Term(field=field, term=term, boost=boost):
            return {"term": {_path(field): {"value": term, "boost": boost}}}
        case plan.Phrase(field=field, terms=terms, slop=slop, boost=boost):
            return {"match_phrase": {_path(field): {"query": " ".join(terms), "slop": slop, "boost": boost}}}
        case plan.Pattern(field=field, pattern=pattern):
            return {"wildcard": {_path(field): {"value": pattern, "rewrite": "constant_score"}}}
        case plan.Fuzzy(field=field, term=term, distance=distance):
            # Another rewrite would look at the 50 commonest spellings only.
            fuzzy = {"value": term, "fuzziness": distance, "transpositions": True, "rewrite": "constant_score"}
            return {"fuzzy": {_path(field): fuzzy}}
        case plan.OneOf(field=field, values=values):
            return {
                "terms": {_path(field): [bool(value) for value in values] if field == "withdrawn" else list(values)}
            }
        case plan.Between(field=field, start=start, end=end):
            bounds = {"gte": start, "lt": end}
            return {"range": {_path(field): {name: bound for name, bound in bounds.items() if bound is not None}}}
        case plan.Either(parts=parts):
            return {"bool": {"should": [compile_query(part) for part in parts], "minimum_should_match": 1}}
        case plan.Best(parts=parts):
            return {"dis_max": {"queries": [compile_query(part) for part in parts]}}
        case plan.All():
            return _all(node)


def _all(node: plan.All) -> Query:
    return {
        "bool": {
            "must": [compile_query(part) for part in node.parts],
            "filter": [compile_query(part) for part in node.filters],
            "must_not": [compile_query(part) for part in node.without],
            "should": [{"constant_score": {"filter": compile_query(part), "boost": gain}} for part, gain in node.bonus],
            "minimum_should_match": 0,
        }
    }


def _path(field: str) -> str:
    if field in mapping.TEXT_FIELDS:
        return f"words.{field}"
    if field in mapping.FACETS:
        return f"facets.{field}"
    return _NUMBERS.get(field, field)


def entry(document: IndexDocument) -> bytes:
    """The document as one line of a bulk request."""
    found = mapping.fields(document)
    derived = {
        "words": found.words,
        "stems": found.stems,
        "values": found.values,
        "facets": found.facets,
        "group": found.group,
        "story_group": found.story_group,
        "when_us": found.when,
        "published_us": found.published,
        "seen_us": found.seen,
    }
    return b"%s,%s" % (to_json(document)[:-1], json.dumps(derived).encode()[1:])


@contextmanager
def _translated(what: str) -> Iterator[None]:
    """No exception of the client passes: what is the server's or the network's is Unavailable."""
    try:
        yield
    except (ApiError, TransportError) as error:
        raise Unavailable(f"Elasticsearch, {what}: {_said(error)}") from error


def _said(error: ApiError | TransportError) -> str:
    return f"{type(error).__name__}: {error}"[:500]


class ElasticIndex:
    """`SearchIndex` on Elasticsearch."""

    name = "elasticsearch"

    def __init__(self, client: Elasticsearch, prefix: str) -> None:
        mapping.check_name("prefix", prefix)
        self.client = client
        self.prefix = prefix

    def generation(self) -> str | None:
        """The generation the alias stands for, when all its indexes are there and are the ones that were made."""
        with _translated("generation"):
            base = self._base()
            if base is None:
                return None
            register = _register(self.client, base).content
            there = self._ids(f"{base.removesuffix('-base')}-*")
            complete = all(there.get(name) == id for name, id in register["indexes"].items())
            # Documents of another version lack fields that searches ask for: they must be indexed anew.
            return str(register["generation"]) if complete and register["version"] == mapping.VERSION else None

    def create(self, generation: str) -> None:
        """An empty index in place of whatever was there."""
        self.prepare(generation)
        self.publish(generation)

    def prepare(self, generation: str) -> None:
        """An empty index of this generation, which is not searched yet: for filling it beside the one in use."""
        mapping.check_name("generation", generation)
        with _translated(f"create {generation}"):
            self.client.indices.put_index_template(name=self.prefix, **mapping.template(self.prefix))
            base = f"{self.prefix}-{generation}-base"
            self._drop(name for name in self._ids(f"{self.prefix}-{generation}-*"))
            self.client.indices.create(index=base)
            register = {"generation": generation, "version": mapping.VERSION, "indexes": {}}
            self.client.index(index=base, id="register", document={"registry": register}, refresh=True)

    def publish(self, generation: str) -> None:
        """Search this generation from now on, in one step, and delete the others."""
        with _translated(f"publish {generation}"):
            ours = set(self._ids(f"{self.prefix}-{generation}-*"))
            others = set(self._ids(f"{self.prefix}-*")) - ours
            actions: list[dict[str, Any]] = [self._alias(name) for name in sorted(ours)]
            actions += [{"remove_index": {"index": name}} for name in sorted(others)]
            self.client.indices.update_aliases(actions=actions)

    def _alias(self, name: str) -> dict[str, Any]:
        # The base holds the register, which no search may find.
        nothing: dict[str, Any] = (
            {"filter": {"bool": {"must_not": {"match_all": {}}}}} if name.endswith("-base") else {}
        )
        return {"add": {"index": name, "alias": self.prefix, **nothing}}

    def _drop(self, names: Iterable[str]) -> None:
        for name in names:
            self.client.indices.delete(index=name, ignore_unavailable=True)

    def _ids(self, pattern: str) -> dict[str, str]:
        found = self.client.indices.get_settings(index=pattern, name="index.uuid", allow_no_indices=True)
        return {name: str(entry["settings"]["index"]["uuid"]) for name, entry in found.items()}

    def _base(self) -> str | None:
        try:
            found = self.client.indices.get_alias(name=self.prefix)
        except NotFoundError:
            return None
        bases = [name for name in found if name.endswith("-base")]
        return bases[0] if len(bases) == 1 else None

    @contextmanager
    def writer(self, into: str | None = None) -> Iterator[IndexWriter]:
        """A writer for the generation in use, or `into` one that was prepared; any number may write side by side."""
        yield _Writer(self, into)

    def search(self, request: SearchRequest) -> SearchResult:
        """One search over all months."""
        tree = parse(request.q)
        compiled = compile_query(plan.plan(request, tree))
        with _translated("search"):
            try:
                return _Search(self.client, self.prefix, request, compiled, Marker(tree)).result()
            except NotFoundError:
                return SearchResult(
                    total=0, hits=(), facets=dict.fromkeys(mapping.FACETS, ()) if request.facets else {}
                )
            except ApiError as error:
                if "too_many_clauses" in str(error.body) or "too_many_nested_clauses" in str(error.body):
                    raise BadQuery("query: it needs more conditions than the search engine takes") from error
                raise

    def get(self, ids: Sequence[int]) -> dict[int, IndexDocument]:
        """The documents of these ids."""
        found: dict[int, IndexDocument] = {}
        with _translated("get"):
            for chunk in _chunks(sorted(set(ids)), 500):
                for hit in self._found(query={"terms": {"id": chunk}}, size=len(chunk)):
                    document = from_json(IndexDocument, json.dumps(hit["_source"]))
                    found[document.id] = document
        return found

    def _found(self, **body: Any) -> list[dict[str, Any]]:
        try:
            return list(self.client.search(index=self.prefix, **_WHOLE, **body)["hits"]["hits"])
        except NotFoundError:
            return []

    def count(self) -> int:
        """Documents in the index, those withdrawn included."""
        with _translated("count"):
            try:
                return int(self.client.count(index=self.prefix)["count"])
            except NotFoundError:
                return 0

    def revisions(self) -> Iterator[tuple[int, int]]:
        """Every (id, revision), in the order of ids."""
        after: list[Any] | None = None
        while True:
            with _translated("revisions"):
                page = self._found(
                    size=PAGE,
                    sort=[{"id": "asc"}],
                    source=False,
                    docvalue_fields=["id", "revision"],
                    search_after=after,
                )
            yield from ((int(hit["fields"]["id"][0]), int(hit["fields"]["revision"][0])) for hit in page)
            if len(page) < PAGE:
                return
            after = page[-1]["sort"]

    def close(self) -> None:
        """Close the connections."""
        self.client.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Register:
    content: dict[str, Any]
    seq_no: int
    primary_term: int


def _register(client: Elasticsearch, base: str) -> _Register:
    found = client.get(index=base, id="register")
    return _Register(content=found["_source"]["registry"], seq_no=found["_seq_no"], primary_term=found["_primary_term"])


def _chunks(values: Sequence[Any], size: int) -> Iterator[list[Any]]:
    for first in range(0, len(values), size):
        yield list(values[first : first + size])


class _Search:
    """One search under way."""

    def __init__(self, client: Elasticsearch, index: str, request: SearchRequest, query: Query, marker: Marker) -> None:
        self.client = client
        self.index = index
        self.request = request
        self.query = query
        self.marker = marker
        self.field = mapping.GROUPS.get(request.collapse)

    def result(self) -> SearchResult:
        page = self.client.search(index=self.index, query=self.query, **self.page())
        facets = told(page["aggregations"], self.ask) if self.request.facets else {}
        found = page["hits"]["hits"]
        if self.field is None:
            total = int(page["hits"]["total"]["value"])
            return SearchResult(total=total, hits=tuple(self.hit(hit) for hit in found), facets=facets)
        copies = self.copies(page["aggregations"]["groups"])
        groups = [int(hit["fields"][self.field][0]) for hit in found]
        sources = self.sources(groups)
        hits = tuple(
            replace(
                hit, copies=copies.get(group, 1) - 1, outlets=len(sources[group] - {mapping.facet(hit.document.source)})
            )
            for group, hit in zip(groups, map(self.hit, found), strict=True)
        )
        return SearchResult(total=len(copies), hits=hits, facets=facets)

    def hit(self, found: Mapping[str, Any]) -> Hit:
        document = from_json(IndexDocument, json.dumps(found["_source"]))
        return Hit(document=document, score=float(found["_score"] or 0.0), snippet=self.marker.snippet(document))

    def page(self) -> dict[str, Any]:
        sort: dict[str, list[Any]] = {
            "relevance": ["_score", {"id": "desc"}],
            "newest": [{"when_us": "desc"}, {"id": "desc"}],
            "oldest": [{"when_us": "asc"}, {"id": "asc"}],
        }
        body: dict[str, Any] = {
            "from_": self.request.start,
            "size": self.request.size,
            "sort": sort[self.request.sort],
            "track_total_hits": True,
            "allow_partial_search_results": False,
        }
        aggs: dict[str, Any] = {}
        if self.field is not None:
            body |= {"docvalue_fields": [self.field], "collapse": {"field": self.field}}
            aggs["groups"] = self.groups()
        if self.request.facets:
            aggs |= {name: self.terms(name) for name in mapping.FACETS}
        return {**body, "aggs": aggs} if aggs else body

    def terms(self, name: str, **more: Any) -> dict[str, Any]:
        size = PAGE
        if name in mapping.NAMED:
            size, more = BROAD, {"show_term_doc_count_error": True, **more}
        return {"terms": {"field": f"facets.{name}", "size": size, "shard_size": size, **more}}

    def ask(self, wanted: Mapping[str, Sequence[str]]) -> dict[str, Counts]:
        """Counts these values of facets in every shard."""
        terms = {name: self.terms(name, include=list(values)) for name, values in wanted.items()}
        found = self.aggregated({"bool": {"filter": [self.query]}}, **terms)
        return {name: buckets(found[name]) for name in wanted}

    def groups(self, *others: str, **after: Any) -> dict[str, Any]:
        """Counts documents by group, all groups one by one: `cardinality` only estimates how many there are."""
        fields = {"group": self.field, **{name: f"facets.{name}" for name in others}}
        sources = [{name: {"terms": {"field": field}}} for name, field in fields.items()]
        return {"composite": {"size": GROUPS, "sources": sources, **after}}

    def copies(self, found: Mapping[str, Any]) -> dict[int, int]:
        """How many documents of each group are found; what did not fit the first answer is asked for."""
        query = {"bool": {"filter": [self.query]}}
        return {int(bucket["key"]["group"]): int(bucket["doc_count"]) for bucket in self.every(query, found=found)}

    def sources(self, groups: Sequence[int]) -> dict[int, set[str]]:
        """The sources of each of these groups."""
        sources: dict[int, set[str]] = {group: set() for group in groups}
        query = compile_query(plan.members(self.request, groups))
        for bucket in self.every(query, "source") if groups else ():
            sources[int(bucket["key"]["group"])].add(str(bucket["key"]["source"]))
        return sources

    def every(self, query: Query, *others: str, found: Mapping[str, Any] | None = None) -> Iterator[Mapping[str, Any]]:
        """All buckets of `groups`, answer by answer; the first answer may be there already."""
        after: dict[str, Any] = {}
        while True:
            found = found or self.aggregated(query, groups=self.groups(*others, **after))["groups"]
            yield from found["buckets"]
            if len(found["buckets"]) < GROUPS:
                return
            after, found = {"after": found["after_key"]}, None

    def aggregated(self, query: Query, **wanted: Mapping[str, Any]) -> Mapping[str, Any]:
        """Aggregations of all that a query finds, by name."""
        found = self.client.search(index=self.index, query=query, size=0, aggs=wanted, **_WHOLE)
        return dict(found["aggregations"])


class _Writer:
    """`IndexWriter` on Elasticsearch."""

    def __init__(self, owner: ElasticIndex, into: str | None) -> None:
        self.owner = owner
        self.client = owner.client
        self.into = into
        self.ready: set[str] = set()
        self.base: str | None = None

    def write(self, documents: Sequence[IndexDocument]) -> list[WriteResult]:
        """Write with external versions, then make it visible."""
        with _translated("write"):
            self._find_base()
            lines: list[tuple[int, bytes]] = []
            results: dict[int, WriteResult] = {}
            for place, document in enumerate(documents):
                try:
                    lines.append((place, self._line(document)))
                except (ValueError, OverflowError) as error:  # cannot be written as JSON: its own fault
                    results[place] = _result(document, "refused", f"{type(error).__name__}: {error}")
            for chunk in _by_bytes(lines):
                results |= self._bulk(chunk, documents)
            touched = sorted({self._index(document) for document in documents} & self.ready)
            if any(result.outcome == "written" for result in results.values()):
                self.client.indices.refresh(index=touched)
        return [results[place] for place in range(len(documents))]

    def delete(self, ids: Sequence[int]) -> None:
        """Take documents out, in whatever month they are."""
        with _translated("delete"):
            self._find_base()
            pattern = f"{self._stem()}-*"
            for chunk in _chunks(sorted(set(ids)), 1000):
                found = self.client.search(
                    index=pattern, query={"terms": {"id": chunk}}, size=len(chunk), source=False, **_WHOLE
                )
                orders = [{"delete": {"_index": hit["_index"], "_id": hit["_id"]}} for hit in found["hits"]["hits"]]
                if orders:
                    self.client.bulk(operations=orders, refresh=True)
            # A tombstone refuses the same revision until a refresh that is one tick of the node's clock younger.
            time.sleep(TICK)
            self.client.indices.refresh(index=pattern)

    def _find_base(self) -> None:
        found = self.owner._base() if self.into is None else f"{self.owner.prefix}-{self.into}-base"
        if found is None:
            raise Unavailable(f"Elasticsearch: there is no index {self.owner.prefix}; it must be created first")
        if found != self.base:
            self.base, self.ready = found, set()

    def _stem(self) -> str:
        return str(self.base).removesuffix("-base")

    def _index(self, document: IndexDocument) -> str:
        return f"{self._stem()}-{document.month}"

    def _line(self, document: IndexDocument) -> bytes:
        if not re.fullmatch(r"\d{4}-\d\d", document.month):
            raise ValueError(f"month {document.month!r}: expected such as 2026-11")
        line = entry(document)
        self._month(self._index(document))
        order = {"_index": self._index(document), "_id": str(document.id), "version": document.revision}
        return b"%s\n%s\n" % (json.dumps({"index": {**order, "version_type": "external"}}).encode(), line)

    def _month(self, name: str) -> None:
        """Make the month's index where there is none, and register it; one that was lost is not made again."""
        if name in self.ready:
            return
        base = str(self.base)
        while name not in (register := _register(self.client, base)).content["indexes"]:
            self._make(name)
            id = self.owner._ids(name)[name]
            content = {**register.content, "indexes": {**register.content["indexes"], name: id}}
            try:
                self.client.index(
                    index=base,
                    id="register",
                    document={"registry": content},
                    if_seq_no=register.seq_no,
                    if_primary_term=register.primary_term,
                    refresh=True,
                )
            except ConflictError:  # another writer registered a month in between
                continue
        self.ready.add(name)

    def _make(self, name: str) -> None:
        searched = self.into is None or self.owner._base() == self.base
        aliases: dict[str, Any] = {self.owner.prefix: {}} if searched else {}
        try:
            self.client.indices.create(index=name, aliases=aliases)
        except ApiError as error:
            if error.error != "resource_already_exists_exception":
                raise

    def _bulk(self, chunk: list[tuple[int, bytes]], documents: Sequence[IndexDocument]) -> dict[int, WriteResult]:
        left = chunk
        results: dict[int, WriteResult] = {}
        for pause in (*PAUSES, None):
            answer = self._post(left)
            if answer is None:
                if len(left) == 1:
                    place = left[0][0]
                    return results | {place: _result(documents[place], "refused", "larger than Elasticsearch takes")}
                middle = len(left) // 2
                halves = (self._bulk(half, documents) for half in (left[:middle], left[middle:]))
                return {place: result for half in (results, *halves) for place, result in half.items()}
            results |= {place: _judged(documents[place], item) for (place, _), item in zip(left, answer, strict=True)}
            left = [(place, line) for place, line in left if results[place].outcome == "retry"]
            if not left or pause is None:
                return results
            time.sleep(pause)
        return results

    def _post(self, lines: list[tuple[int, bytes]]) -> list[dict[str, Any]] | None:
        """The server's answer to each line; None where the request is too large for it."""
        body = b"".join(line for _, line in lines)
        headers = {"accept": "application/json", "content-type": "application/x-ndjson"}
        try:
            answer = self.client.perform_request("POST", "/_bulk", headers=headers, body=body)
        except ApiError as error:
            if error.status_code == 413:
                return None
            if error.status_code in BUSY:
                return [{"index": {"status": 429, "error": _said(error)}}] * len(lines)
            raise
        return list(answer["items"])


def _judged(document: IndexDocument, item: Mapping[str, Any]) -> WriteResult:
    said = next(iter(item.values()))
    status = int(said["status"])
    if status < 300:
        return _result(document, "written", "")
    error = json.dumps(said.get("error", ""))
    if status == 409:
        return _result(document, "older", "")
    if status in BUSY:
        return _result(document, "retry", error)
    if status == 404 or status >= 500:  # the index was lost, or the server is ill: not the document's fault
        raise Unavailable(f"Elasticsearch, write {document.id}: {error[:500]}")
    return _result(document, "refused", error)


def _result(document: IndexDocument, outcome: Any, error: str) -> WriteResult:
    return WriteResult(id=document.id, revision=document.revision, outcome=outcome, error=error[:500])


def _by_bytes(lines: Iterable[tuple[int, bytes]]) -> Iterator[list[tuple[int, bytes]]]:
    chunk: list[tuple[int, bytes]] = []
    size = 0
    for place, line in lines:
        if chunk and size + len(line) > BULK_BYTES:
            yield chunk
            chunk, size = [], 0
        chunk.append((place, line))
        size += len(line)
    if chunk:
        yield chunk


def open_elastic(url: str, prefix: str, ca: str = "") -> SearchIndex:
    """The index under this prefix on the server at `http(s)://[user:password@]host:port`."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        shown = url.rpartition("@")[2]
        raise BadSetting(f"BROADSHEET_ELASTICSEARCH_URL: expected http(s)://[user:password@]host:port, got {shown!r}")
    port = parts.port or (443 if parts.scheme == "https" else 9200)
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    options: dict[str, Any] = {"request_timeout": TIMEOUT, "max_retries": 1, "retry_on_status": ()}
    if parts.username:
        options["basic_auth"] = (unquote(parts.username), unquote(parts.password or ""))
    if ca and parts.scheme == "https":
        options["ca_certs"] = ca
    return ElasticIndex(Elasticsearch(f"{parts.scheme}://{host}:{port}{parts.path.rstrip('/')}", **options), prefix)
