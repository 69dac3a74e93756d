"""Saved searches on fresh documents: the batch becomes a small index in memory, and every saved query runs on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import tantivy

from broadsheet.errors import BadQuery
from broadsheet.model import IndexDocument
from broadsheet.ports import SearchRequest
from broadsheet.search.embedded import compile_query, entry, schema
from broadsheet.search.plan import plan
from broadsheet.search.query import parse

HEAP = 32_000_000
"""Bytes the writer collects before it makes a segment."""


def matching(queries: Mapping[int, str], documents: Sequence[IndexDocument]) -> dict[int, list[int]]:
    """For each saved query that finds any, the ids of these documents that it finds, ascending; the same on every engine.

    A saved query that cannot be read any more finds nothing: one bad query must not stop the alerts of the others.
    """
    if not queries or not documents:
        return {}
    fields = schema()
    index = tantivy.Index(fields)
    writer = index.writer(heap_size=HEAP, num_threads=1)
    for document in documents:
        writer.add_document(entry(document))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()
    found = {key: _ids(searcher, fields, q) for key, q in queries.items()}
    return {key: ids for key, ids in found.items() if ids}


def _ids(searcher: tantivy.Searcher, fields: tantivy.Schema, q: str) -> list[int]:
    try:
        query = compile_query(plan(SearchRequest(q=q, sort="newest"), parse(q)), fields)
    except BadQuery:
        return []
    found = searcher.search(query, limit=max(1, searcher.num_docs), count=False, order_by_field="id")
    ids = searcher.fast_field_values("id", [address for _, address in found.hits])
    return sorted(int(id or 0) for id in ids)
