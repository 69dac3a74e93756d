"""Finds out whether we have an article already: at another address, as the same text, as a copy in another outlet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import cast
from urllib.parse import urlsplit

from broadsheet.model import Article, Drop, Relation, RelationKind
from broadsheet.ports import Known, Transaction
from broadsheet.storage.shingles import PostgresShingles, Twin, claim_addresses, owners_of, refold
from processors.deduplicate.features import Features, features
from processors.deduplicate.groups import Groups
from processors.stage import Prepared

VERSION = "1"

TOO_SHORT_TO_DOUBT = 50
"""Words both texts must have before an address that two pages claim is disbelieved."""
UNRELATED = 0.1
"""Containment below which two pages with one canonical address are not one article: the address is wrong."""
SAME_TEXT = 50
"""Words from which equal texts on one host are one article; shorter ones need equal titles too."""
LEAST_TEXT = 8
"""Words below which equal texts say nothing."""


def step(article: Article, known: Known) -> Article:
    """The article as it is: all of this stage's work asks the past."""
    del known
    return article


def prepare(article: Article) -> Features:
    """The costly part: words, shingles, hashes. Pure."""
    return features(article)


def settle(tx: Transaction, batch: Sequence[Prepared]) -> list[Article | Drop]:
    """Each article with its group and relations, or the article it is merged into.

    Runs under the stage's advisory lock. A batch given twice changes nothing; members of other groups whose first
    changed are told in the same transaction.
    """
    groups = Groups(PostgresShingles(tx))
    given = [cast(Features, item.features) for item in batch]
    groups.load([(item.twin, item.text) for item in given])
    owners = owners_of(tx, sorted({url for item in given for url in item.addresses}))
    drops: dict[int, Drop] = {}
    claims: dict[str, int] = {}
    for item in sorted(given, key=lambda item: item.twin.rank):
        found = _merged(item, groups, owners)
        if found:
            drops[item.twin.id] = found
            groups.remove(item.twin.id)
        else:
            groups.take([(item.twin, item.text)])
        _claim(item, found, owners, claims, groups)
    groups.flush()
    claim_addresses(tx, claims)
    ours = {item.article.id for item in batch}
    refold(tx, {id: twin.fold for id, twin in groups.changed.items() if id not in ours})
    return [drops.get(item.article.id) or _related(item.article, groups) for item in batch]


def again(tx: Transaction, ids: Iterable[int]) -> list[int]:
    """Decides anew for stored articles, after an operator's word; the ids whose group changed. Under the stage's lock."""
    groups = Groups(PostgresShingles(tx))
    groups.again(ids)
    groups.flush()
    refold(tx, {id: twin.fold for id, twin in groups.changed.items()})
    return sorted(groups.changed)


def _merged(item: Features, groups: Groups, owners: dict[str, int]) -> Drop | None:
    """The article that has this one already: at one of its addresses, or as the same text on the same host."""
    for twin in groups.same_text(item.twin.exact):
        if twin.id != item.twin.id and twin.host == item.twin.host and twin.host and _same_article(item.twin, twin):
            return Drop(reason="merged", detail=f"same text on {twin.host}", into=twin.id)
    for url in item.addresses:
        owner = owners.get(url)
        if owner is None or owner == item.twin.id or _root(url):
            continue
        held = groups.twin(owner)
        if held is not None and not _unrelated(item, groups, held):
            return Drop(reason="merged", detail=f"same address: {url[:500]}", into=owner)
    return None


def _root(url: str) -> bool:
    """Whether an address is a site's front page: many sites call it the canonical address of every page."""
    parts = urlsplit(url)
    return parts.path in ("", "/") and not parts.query


def _unrelated(item: Features, groups: Groups, twin: Twin) -> bool:
    """Whether two pages with one address have nothing in common, so that the address cannot be right."""
    if min(len(item.twin.words), len(twin.words)) < 4 * TOO_SHORT_TO_DOUBT:
        return False
    return groups.overlap(item.text, twin.id) < UNRELATED


def _same_article(one: Twin, other: Twin) -> bool:
    words = len(one.words) // 4
    return words >= SAME_TEXT or (words >= LEAST_TEXT and one.title == other.title)


def _claim(item: Features, found: Drop | None, owners: dict[str, int], claims: dict[str, int], groups: Groups) -> None:
    """The addresses now lead to the article that stays; those of another living article stay its own."""
    keeper = found.into if found and found.into is not None else item.twin.id
    for url in item.addresses:
        owner = owners.get(url)
        if _root(url) or owner == keeper or (owner is not None and groups.twin(owner) is not None):
            continue
        owners[url] = claims[url] = keeper


def _related(article: Article, groups: Groups) -> Article:
    twin = groups.twin(article.id)
    assert twin is not None
    relations = tuple(r for r in article.relations if r.kind not in ("wire-copy-of", "near-duplicate", "revision-of"))
    if twin.kind is not None:
        kind = cast(RelationKind, twin.kind)
        relations += (Relation(kind=kind, other=twin.fold, score=twin.score, evidence=twin.evidence),)
    return replace(article, fold=twin.fold, relations=relations)
