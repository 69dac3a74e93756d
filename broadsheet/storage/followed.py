"""Searches that name somebody by an id keep finding whom they meant, though the id was merged into another since."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from broadsheet.ports import SearchRequest, Transaction
from broadsheet.search.query import ID, LONGEST, NAME_FIELDS
from broadsheet.storage import entities

_NAMED = re.compile(rf'\b({"|".join(sorted(NAME_FIELDS))}|entity):(?:"([^"]*)"|([^\s()"]+))', re.IGNORECASE)


def query(tx: Transaction, q: str) -> str:
    """The query with the ids of today; one that is too long to be searched stays as it is."""
    if len(q) > LONGEST:
        return q

    def today(found: re.Match[str]) -> str:
        id = found[2] or found[3] or ""
        leads = entities.follow(tx, id) if ID.fullmatch(id) else None
        return found[0] if leads in (None, id) else f'{found[1]}:"{leads}"'

    return _NAMED.sub(today, q)


def ids(tx: Transaction, given: Iterable[str]) -> tuple[str, ...]:
    """The ids that these lead to today; one that leads nowhere stays."""
    return tuple(dict.fromkeys(entities.follow(tx, id) or id for id in given))


def request(tx: Transaction, asked: SearchRequest) -> SearchRequest:
    """The search with the ids of today."""
    return replace(
        asked,
        q=query(tx, asked.q),
        people=ids(tx, asked.people),
        organisations=ids(tx, asked.organisations),
        places=ids(tx, asked.places),
        entity=ids(tx, [asked.entity])[0] if asked.entity else None,
    )


def names_someone(asked: SearchRequest) -> bool:
    """Whether there is an id to follow."""
    return bool(asked.people or asked.organisations or asked.places or asked.entity or _NAMED.search(asked.q))
