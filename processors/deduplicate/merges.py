"""Finds which addresses lead to one article: pages that give one address for themselves, or one host's equal texts.

Like the groups of copies this is a function of the pages alone: in the order of who was first, each page is another address
of the earliest article that an earlier page with its text or one of its addresses belongs to, or else an article itself.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from urllib.parse import urlsplit

from broadsheet.storage.shingles import Mark, Twin
from processors.deduplicate.compare import Text, shared
from processors.deduplicate.past import Past
from processors.deduplicate.words import shingles

TOO_SHORT_TO_DOUBT = 200
"""Words both texts must have before an address that two pages give is disbelieved."""
UNRELATED = 0.1
"""Containment below which two pages with one canonical address are not one article: the address is wrong."""
SAME_TEXT = 50
"""Words from which equal texts on one host are one article; shorter ones need equal titles too."""
LEAST_TEXT = 8
"""Words below which equal texts say nothing."""
CLAIMANTS = 100
"""Pages that one address may belong to, the earliest ones: what more give for themselves is no article's address."""


def root(url: str) -> bool:
    """Whether an address is a site's front page: many sites call it the canonical address of every page."""
    parts = urlsplit(url)
    return parts.path in ("", "/") and not parts.query


class Merges:
    """The articles that pages belong to, as the past has them, with the changes of one batch."""

    def __init__(self, past: Past, claimants: Callable[[Sequence[bytes]], Mapping[bytes, Iterable[int]]]) -> None:
        self.past = past
        self._ask = claimants
        self.into: dict[int, int | None] = {}
        """Every page that was decided -> the article it belongs to; None: it is one itself."""
        self.why: dict[int, bytes | None] = {}
        """Merged page -> digest of the address both have; None: the same text on the same host."""
        self.decided: set[int] = set()
        """Those of `into` that were decided anew."""
        self._claimants: dict[bytes, set[int]] = {}
        self._pages: dict[int, tuple[Twin, Text | None]] = {}
        self._texts: defaultdict[int, set[int]] = defaultdict(set)
        self._waiting: list[tuple[tuple[datetime, datetime, int], int]] = []
        self._queued: set[int] = set()
        self._apart: dict[int, set[tuple[int, int]]] = {}

    def take(self, pages: Sequence[tuple[Twin, Text]]) -> None:
        """Decides for these pages, new or changed, and for those behind them that it makes a difference to."""
        self.learn({digest for twin, _ in pages for digest in twin.digests})
        for twin, text in pages:
            before = self.past.twin(twin.id)
            if before is not None and _same(before, twin):
                self.into[twin.id] = before.into_id
                continue
            self._pages[twin.id] = (twin, text)
            self._texts[twin.exact].add(twin.id)
            for digest in twin.digests:
                self._claimants[digest].add(twin.id)
            self._push(twin.mark)
            self._push_beside(twin, twin)
            if before is not None:
                self._push_beside(before, before)
                if before.into_id is None:
                    self._push_merged(before)
        self._work()

    def again(self, ids: Iterable[int]) -> None:
        """Decides anew for pages that are stored: after an operator's word."""
        for id in ids:
            page = self.past.twin(id)
            if page is not None:
                self._push(page.mark)
        self._work()

    def _work(self) -> None:
        while self._waiting:
            _, id = heapq.heappop(self._waiting)
            self._queued.discard(id)
            self._decide(id)

    def learn(self, digests: Iterable[bytes]) -> None:
        """Loads who gives these addresses for itself."""
        missing = sorted({digest for digest in digests if digest not in self._claimants})
        if missing:
            found = self._ask(missing)
            self._claimants.update((digest, set(found.get(digest, ()))) for digest in missing)
            self.past.learn({id for ids in found.values() for id in ids} - self._pages.keys())

    def page(self, id: int) -> Twin | None:
        """A page as the batch or the past has it."""
        return self._pages[id][0] if id in self._pages else self.past.twin(id)

    def owner(self, digest: bytes) -> int | None:
        """The article that an address leads to; None where no page gives it for itself."""
        first = next(iter(self.claimants(digest)), None)
        return self.keeper(first.id) if first is not None else None

    def claimants(self, digest: bytes) -> list[Mark]:
        """The pages that give an address for themselves, earliest first."""
        self.learn([digest])
        pages = [page for id in self._claimants[digest] if (page := self.page(id)) is not None]
        found = [page.mark for page in pages if not page.addresses or digest in page.digests]
        return sorted(found, key=lambda mark: mark.rank)

    def shared(self, page: Twin) -> list[bytes]:
        """The page's addresses that others give for themselves too."""
        self.learn(page.digests)
        return [digest for digest in page.digests if self._claimants[digest] - {page.id}]

    def _mark(self, id: int) -> Mark | None:
        return self._pages[id][0].mark if id in self._pages else self.past.mark(id)

    def keeper(self, id: int) -> int:
        """The article a page belongs to."""
        if id not in self.into:
            page = self.page(id)
            return page.into_id if page is not None and page.into_id is not None else id
        into = self.into[id]
        return id if into is None else into

    def _alike(self, twin: Twin | Mark) -> list[Mark]:
        """Other pages of the host with the same text."""
        ids = {mark.id for mark in self.past.same_text(twin.exact)}
        ids |= self._texts.get(twin.exact, set())
        if ids <= {twin.id}:
            return []
        marks = [mark for id in sorted(ids - {twin.id}) if (mark := self._mark(id)) is not None]
        return [mark for mark in marks if mark.exact == twin.exact and mark.host == twin.host and mark.host]

    def _decide(self, id: int) -> None:
        page = self.page(id)
        if page is None:
            return
        before = self.keeper(id)
        self.decided.add(id)
        found = min(self._choices(page), key=_rank_and_reason, default=None)
        self.into[id], self.why[id] = (None, None) if found is None else (found[0].id, found[1])
        if self.keeper(id) != before:
            self._push_beside(page, page)

    def _choices(self, page: Twin) -> Iterable[tuple[Mark, bytes | None]]:
        """Articles that the page may be another address of, each with the address that says so."""
        for mark in self._alike(page):
            if mark.rank < page.rank and _same_article(page.mark, mark):
                yield from self._choice(page, mark, None)
        for digest in self.shared(page):
            claimants = self.claimants(digest)[:CLAIMANTS]
            if page.id in {mark.id for mark in claimants}:
                for mark in claimants:
                    if mark.rank < page.rank:
                        yield from self._choice(page, mark, digest)

    def _choice(self, page: Twin, mark: Mark, digest: bytes | None) -> Iterable[tuple[Mark, bytes | None]]:
        keeper = self._mark(self.keeper(mark.id))
        if keeper is None or keeper.rank >= page.rank or self._said_apart(page.id, keeper.id):
            return
        if not (digest and self._unrelated(page, keeper)):
            yield keeper, digest

    def _said_apart(self, one: int, other: int) -> bool:
        """Whether an operator said that the two are not one."""
        if one not in self._apart:
            words = self.past.table.overrules([one])
            self._apart[one] = {pair for pair, same in words.items() if not same}
        return (min(one, other), max(one, other)) in self._apart[one]

    def _unrelated(self, page: Twin, keeper: Mark) -> bool:
        """Whether two pages with one address have nothing in common, so that the address cannot be right."""
        if min(len(page.words) // 4, keeper.length) < TOO_SHORT_TO_DOUBT:
            return False
        one, other = self._text(page.id), self._text(keeper.id)
        size = min(one.shingle, other.shingle)
        return shared(shingles(one.hashes, size), shingles(other.hashes, size))[0] < UNRELATED

    def _text(self, id: int) -> Text:
        text = self._pages[id][1] if id in self._pages else None
        return self.past.text(id) if text is None else text

    def _push(self, mark: Mark) -> None:
        if mark.id not in self._queued:
            self._queued.add(mark.id)
            heapq.heappush(self._waiting, (mark.rank, mark.id))

    def _push_beside(self, page: Twin, after: Twin) -> None:
        """Later pages with the text or an address of this one."""
        beside = self._alike(page)
        for digest in self.shared(page):
            beside += self.claimants(digest)[: 2 * CLAIMANTS]
        for mark in beside:
            if mark.rank > after.rank and mark.id != page.id:
                self._push(mark)

    def _push_merged(self, before: Twin) -> None:
        """Pages that belong to an article whose text changed: the address may be wrong now, or right."""
        for id in self.past.merged_into(before.id):
            page = self.page(id)
            if page is not None:
                self._push(page.mark)
                self._push_beside(page, before)


def _rank_and_reason(found: tuple[Mark, bytes | None]) -> tuple[tuple[datetime, datetime, int], bytes]:
    return found[0].rank, found[1] or b""


def _same(before: Twin, after: Twin) -> bool:
    fields = [(t.exact, t.title, t.host, t.rank, t.addresses) for t in (before, after)]
    return fields[0] == fields[1]


def _same_article(one: Mark, other: Mark) -> bool:
    return one.length >= SAME_TEXT or (one.length >= LEAST_TEXT and one.title == other.title)
