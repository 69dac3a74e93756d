"""Finds out whether we have an article already: at another address, as the same text, as a copy in another outlet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import cast

from broadsheet.model import Article, Drop
from broadsheet.ports import Known, Transaction
from broadsheet.storage.shingles import (
    PostgresShingles,
    Twin,
    claim_addresses,
    claimants_of,
    put_claims,
    urls_of,
)
from processors.deduplicate import retell
from processors.deduplicate.features import Features, features
from processors.deduplicate.groups import Groups
from processors.deduplicate.merges import CLAIMANTS, Merges
from processors.stage import Prepared

VERSION = "2"


def step(article: Article, known: Known) -> Article:
    """The article as it is: all of this stage's work asks the past."""
    del known
    return article


def prepare(article: Article) -> Features:
    """The costly part: words, shingles, hashes. Pure."""
    return features(article)


def settle(tx: Transaction, batch: Sequence[Prepared]) -> list[Article | Drop]:
    """Each article with its group and relations, or the article it is merged into.

    Runs under the stage's advisory lock. A batch given twice changes nothing; articles outside the batch that an earlier
    one moves are told in the same transaction.
    """
    given = {item.article.id: cast(Features, item.features) for item in batch}
    pages = [(item.twin, item.text) for item in given.values()]
    groups = Groups(PostgresShingles(tx))
    groups.load(pages)
    merges = Merges(groups.past, partial(claimants_of, tx))
    merges.take(pages)
    before = {id: groups.past.twin(id) for id in merges.into}
    addresses = {digest: url for item in given.values() for digest, url in item.addresses.items()}
    details = _details(tx, merges, addresses)
    _group(groups, merges, given, details)
    groups.flush()
    _claim(tx, merges, addresses, before)
    _tell(tx, groups, merges, given, before)
    return [_answer(item.article, groups) for item in batch]


def again(tx: Transaction, ids: Iterable[int]) -> list[int]:
    """Decides anew for stored pages, after an operator's word: which article each is, and in what group; the ids whose
    group changed. Under the stage's lock."""
    ids = list(ids)
    groups = Groups(PostgresShingles(tx))
    merges = Merges(groups.past, partial(claimants_of, tx))
    merges.again(ids)
    before = {id: groups.past.twin(id) for id in merges.into}
    _group(groups, merges, {}, _details(tx, merges, {}))
    groups.again(ids)
    groups.flush()
    _claim(tx, merges, {}, before)
    _tell(tx, groups, merges, {}, before)
    return sorted(groups.changed)


def _details(tx: Transaction, merges: Merges, addresses: Mapping[bytes, str]) -> dict[int, str]:
    """Why each page is another address of an article, in words."""
    reasons = {id: why for id, why in merges.why.items() if merges.into[id] is not None}
    missing = {why for why in reasons.values() if why and why not in addresses}
    known = {**addresses, **(urls_of(tx, missing) if missing else {})}
    details = {}
    for id, why in reasons.items():
        page = merges.page(id)
        assert page is not None
        details[id] = f"same address: {known.get(why, '')[:500]}" if why else f"same text on {page.host}"
    return details


def _group(groups: Groups, merges: Merges, given: Mapping[int, Features], details: Mapping[int, str]) -> None:
    """Articles go into groups; other addresses of one come out."""
    articles, others = [], []
    for id, into in merges.into.items():
        page = merges.page(id)
        assert page is not None
        if into is not None:
            others.append(replace(page, into_id=into, evidence=details.get(id, page.evidence)))
        elif id in given:
            articles.append((given[id].twin, given[id].text))
        elif page.into_id is not None:
            articles.append((replace(page, into_id=None), groups.past.text(id)))
    groups.take(articles, others)


def _claim(tx: Transaction, merges: Merges, addresses: Mapping[bytes, str], before: Mapping[int, Twin | None]) -> None:
    """Writes which article each address leads to, and who else gives it for itself."""
    touched: set[bytes] = set()
    gone: set[tuple[bytes, int]] = set()
    owners: dict[bytes, int] = {}
    for id in merges.decided:
        page, was = merges.page(id), before[id]
        if page is not None and was is None and merges.keeper(id) == id and not merges.shared(page):
            # Nearly every page: new, and alone at its addresses.
            owners.update(dict.fromkeys(page.digests, id))
            continue
        now = set(page.digests) if page is not None else set()
        old = set(was.digests) if was is not None else set()
        touched |= now | old
        gone |= {(digest, id) for digest in old - now}
    claims: set[tuple[bytes, int]] = set()
    for digest in touched:
        owner = merges.owner(digest)
        if owner is None:
            continue
        owners[digest] = owner
        ids = [mark.id for mark in merges.claimants(digest)]
        claims |= {(digest, id) for id in ids[: 2 * CLAIMANTS] if id != owner}
        gone |= {(digest, id) for id in ids[2 * CLAIMANTS :]}
    claim_addresses(tx, addresses, owners)
    put_claims(tx, claims, gone)


def _tell(
    tx: Transaction,
    groups: Groups,
    merges: Merges,
    given: Mapping[int, Features],
    before: Mapping[int, Twin | None],
) -> None:
    """What became of articles outside the batch."""
    revived = []
    for id, into in merges.into.items():
        was = before[id]
        if id in given or was is None or was.into_id == into:
            continue
        if into is None:
            revived.append(id)
        else:
            twin = groups.twin(id)
            assert twin is not None
            retell.merge(tx, id, into, twin.evidence)
    if revived:
        retell.revive(tx, revived)
    moved = {id: twin for id, twin in groups.changed.items() if id not in given and twin.into_id is None}
    retell.refold(tx, moved)


def _answer(article: Article, groups: Groups) -> Article | Drop:
    twin = groups.twin(article.id)
    assert twin is not None
    if twin.into_id is not None:
        return Drop(reason="merged", detail=twin.evidence, into=twin.into_id)
    return retell.related(article, twin)
