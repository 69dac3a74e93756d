"""`broadsheet duplicates`: which rows of a file are copies of each other, by the code of the stage."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

import numpy as np

from broadsheet.address import canonical
from broadsheet.storage.shingles import Twin
from processors.deduplicate.compare import SHARED_KEYS, Text, masked
from processors.deduplicate.features import numbers, twin_from
from processors.deduplicate.groups import FURNITURE_GROUPS, STOCK_GROUPS, Groups, relation
from processors.deduplicate.memory import MemoryShingles
from processors.deduplicate.words import Keys

BATCH = 200
UNKNOWN_FURNITURE_GROUPS = 8
"""Like FURNITURE_GROUPS for rows without source and url: their host may be any."""
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
"""Rows without a date were all seen at one moment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A row as the stage sees it."""

    name: Any
    """Its id as it was given."""
    url: str | None
    twin: Twin
    text: Text


def duplicates_rows(rows: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Every pair of copies as `{a, b, kind, score}`: `a` was first, `kind` is what `b` is to it."""
    documents = [document(number, row) for number, row in enumerate(rows)]
    heads = grouped(documents)
    furniture = furniture_keys(documents, heads)
    cleaned = [cleared(item, furniture) for item in documents]
    judge = Groups(MemoryShingles())
    judge.know((item.twin, item.text) for item in cleaned)
    for one, other in sorted(equal_addresses(documents) | equal_texts(documents) | sharing(cleaned)):
        first, second = sorted((cleaned[one].twin, cleaned[other].twin), key=lambda twin: twin.rank)
        said = {"a": documents[first.id].name, "b": documents[second.id].name}
        likeness = judge.likeness(one, other)
        url = documents[one].url
        if url is not None and url == documents[other].url:
            yield {**said, "kind": "same-url", "score": 1.0}
        elif likeness.copies:
            yield {**said, "kind": relation(second, first, likeness)[0], "score": round(likeness.score, 4)}


def document(number: int, row: Mapping[str, Any]) -> Document:
    """The row's words, host and date; any key may be null or absent, an unreadable date is none."""
    found, text = numbers(str(row.get("text") or ""))
    address = address_of(row.get("url"))
    at = moment_of(row.get("date"))
    source = str(row.get("source") or "").strip()
    twin = twin_from(
        found,
        text,
        id=number,
        title=str(row.get("title") or ""),
        host=host_in(address) or source.casefold(),
        source=source,
        moment=at or EPOCH,
        first_seen=EPOCH,
    )
    return Document(name=row.get("id"), url=address, twin=twin, text=text)


def address_of(value: Any) -> str | None:
    """The canonical address; None where there is none that can be read."""
    try:
        return canonical(str(value)) if value else None
    except ValueError:
        return None


def host_in(url: str | None) -> str:
    """The host without `www.`; empty where there is none."""
    return (url or "").partition("://")[2].partition("/")[0].partition(":")[0].removeprefix("www.")


def moment_of(value: Any) -> datetime | None:
    """An ISO 8601 date or time; a zone that is not given is read as UTC."""
    if not value:
        return None
    try:
        if isinstance(value, date) and not isinstance(value, datetime):
            return datetime(value.year, value.month, value.day, tzinfo=UTC)
        read = value if isinstance(value, datetime) else datetime.fromisoformat(str(value).strip())
        return read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def grouped(documents: Sequence[Document]) -> dict[int, int]:
    """Number of each document -> number of the first of its group, as the stage would say."""
    table = MemoryShingles()
    ordered = sorted(documents, key=lambda item: item.twin.rank)
    for start in range(0, len(ordered), BATCH):
        batch = [(item.twin, item.text) for item in ordered[start : start + BATCH]]
        groups = Groups(table)
        groups.load(batch)
        groups.take(batch)
        groups.flush()
    return {id: twin.fold for id, twin in table.twins(range(len(documents))).items()}


def furniture_keys(documents: Sequence[Document], heads: Mapping[int, int]) -> dict[str, frozenset[int]]:
    """Host -> shingles that are furniture there, counted by groups; under "" those that are so anywhere."""
    holders: defaultdict[int, defaultdict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    for item in documents:
        for key in item.text.keys.tolist():
            holders[key][item.twin.host].add(heads[item.twin.id])
    anywhere = {
        key
        for key, hosts in holders.items()
        if sum(map(len, hosts.values())) >= STOCK_GROUPS
        or any(
            len(groups) >= (FURNITURE_GROUPS if host else UNKNOWN_FURNITURE_GROUPS) for host, groups in hosts.items()
        )
    }
    return {"": frozenset(anywhere)}


def cleared(item: Document, furniture: Mapping[str, frozenset[int]]) -> Document:
    """The document without its furniture."""
    bad = furniture[""]
    if not bad or not np.isin(item.text.keys, np.fromiter(bad, dtype=np.int64, count=len(bad))).any():
        return item
    return replace(item, text=masked(item.text, bad))


def sharing(documents: Sequence[Document]) -> set[tuple[int, int]]:
    """Pairs that share enough keys; of equal texts one stands for all."""
    stands: dict[int, int] = {}
    for item in documents:
        stands.setdefault(item.twin.exact, item.twin.id)
    alike: defaultdict[int, list[int]] = defaultdict(list)
    for item in documents:
        alike[stands[item.twin.exact]].append(item.twin.id)
    return {
        (min(one, other), max(one, other))
        for a, b in _pairs([documents[id].text.keys for id in alike], list(alike))
        for one in alike[a]
        for other in alike[b]
    }


def _pairs(keys: Sequence[Keys], ids: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Pairs of ids that share SHARED_KEYS keys or more."""
    if not keys:
        return
    everything = np.concatenate(keys)
    owners = np.repeat(np.array(ids, dtype=np.int64), [len(some) for some in keys])
    order = np.argsort(everything, kind="stable")
    everything, owners = everything[order], owners[order]
    starts = np.flatnonzero(np.diff(everything, prepend=everything[:1] - 1))
    sizes = np.diff(np.append(starts, len(everything)))
    codes = [
        _codes(owners[start : start + size])
        for start, size in zip(starts[sizes > 1].tolist(), sizes[sizes > 1].tolist(), strict=True)
    ]
    if not codes:
        return
    found, counts = np.unique(np.concatenate(codes), return_counts=True)
    for code in found[counts >= SHARED_KEYS].tolist():
        yield code >> 32, code & 0xFFFFFFFF


def _codes(owners: np.ndarray[tuple[int], np.dtype[np.int64]]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """All pairs of some ids, each as one number."""
    one, other = np.triu_indices(len(owners), 1)
    return (np.minimum(owners[one], owners[other]) << 32) | np.maximum(owners[one], owners[other])


def equal_texts(documents: Sequence[Document]) -> set[tuple[int, int]]:
    """Pairs with the same words."""
    return _equal({item.twin.id: item.twin.exact for item in documents if item.twin.words})


def equal_addresses(documents: Sequence[Document]) -> set[tuple[int, int]]:
    """Pairs with the same canonical address."""
    return _equal({item.twin.id: item.url for item in documents if item.url})


def _equal(values: Mapping[int, object]) -> set[tuple[int, int]]:
    places: defaultdict[object, list[int]] = defaultdict(list)
    for id, value in values.items():
        places[value].append(id)
    return {(ids[i], ids[j]) for ids in places.values() for i in range(len(ids)) for j in range(i + 1, len(ids))}
