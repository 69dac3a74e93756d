"""Tells when the pages of a source have left their usual shape: its layout broke, and what is read off it is wrong."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

ARTICLE, TITLE, DATE, AUTHORS, IMAGE = 1, 2, 4, 8, 16
"""Bits of `Sighting.fields`."""

WINDOW = 10
"""Newest pages among which a change has to show."""
LEAST_ODD = 5
"""Odd pages below which nothing is said: one live blog, or three, are no new layout."""
LEAST_KNOWN = 10
"""Pages that must be known from before."""
DOUBT = 1e-5
"""Chance, of so many odd pages by bad luck, from which it is no bad luck. Nine signs are looked at for every page, so a
well-behaved source of a hundred pages a day raises a false alarm in some years."""
SETTLED = timedelta(days=1)
"""How far back a source must be known before pages of a kind of address never met before count against it: what a new
source's second list brings may be of another kind."""
SHORT, LONG = math.log(3), math.log(4)
"""How far from the usual size a text must be at least: a third, four times."""
SHIFT = 0.25
"""How far a share of the page must be from the usual one at least."""
SPREAD = 3 * 1.4826
"""Times the median absolute deviation that is usual: three standard deviations, were it normal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """What one page of a source gave."""

    id: int
    """Of the URL."""
    at: datetime
    """When it was fetched."""
    family: str
    """What its address looks like: pages of one kind share it."""
    fields: int = 0
    """What it has: bits; none, where it was no article."""
    size: float = 0.0
    """Natural logarithm of the characters of its text."""
    body: float = 0.0
    """Share of the page that is its text."""
    lists: float = 0.0
    """Share of the page that is lists of links."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """That a source's pages are no longer what they were."""

    reason: str
    odd: tuple[int, ...]
    """Ids of the pages that show it."""


Sign = Callable[[Sighting], bool | None]
"""Whether a page is odd in one way; None where it cannot be told."""


def _bit(bit: int) -> Sign:
    return lambda seen: None if not seen.fields & ARTICLE else not seen.fields & bit


def _far(value: Callable[[Sighting], float], known: Sequence[Sighting], least: float, way: int) -> Sign:
    """Odd where the value lies further from the usual one than usual, in one direction."""
    values = [value(seen) for seen in known if seen.fields & ARTICLE]
    if not values:
        return lambda _: None
    middle = median(values)
    limit = max(least, SPREAD * median(abs(one - middle) for one in values))
    return lambda seen: None if not seen.fields & ARTICLE else way * (value(seen) - middle) > limit


def _signs(known: Sequence[Sighting]) -> dict[str, Sign]:
    return {
        "have no title": _bit(TITLE),
        "have no date": _bit(DATE),
        "name no authors": _bit(AUTHORS),
        "have no picture": _bit(IMAGE),
        "have far less text than usual": _far(lambda seen: seen.size, known, SHORT, -1),
        "have far more text than usual": _far(lambda seen: seen.size, known, LONG, 1),
        "are text to a far smaller part than usual": _far(lambda seen: seen.body, known, SHIFT, -1),
        "are lists of links to a far larger part than usual": _far(lambda seen: seen.lists, known, SHIFT, 1),
    }


def chance(odd: int, of: int, known_odd: int, known: int) -> float:
    """How likely at least `odd` of `of` pages are odd, where `known_odd` of `known` were: the upper tail of the
    beta-binomial distribution that Jeffreys' prior gives."""
    a, b = known_odd + 0.5, known - known_odd + 0.5
    return sum(_exactly(k, of, a, b) for k in range(odd, of + 1))


def _exactly(k: int, n: int, a: float, b: float) -> float:
    beta = math.lgamma(k + a) + math.lgamma(n - k + b) - math.lgamma(n + a + b)
    whole = math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)
    return math.comb(n, k) * math.exp(beta - whole)


def judge(seen: Sequence[Sighting]) -> Drift | None:
    """The change that a source's last pages show, oldest first; None where they are as ever, or too few are known.

    Pages are held against those of their own kind of address. Only that they are no articles at all tells on the first
    day, when one list of a source may follow another of another kind, and later also for kinds never met before.
    """
    known, recent = _parted(seen)
    if len(recent) < LEAST_ODD:
        return None
    settled = known[-1].at - known[0].at >= SETTLED
    families = {one.family for one in known if one.fields & ARTICLE}
    own = [one for one in recent if one.family in families]
    found = _odd(UNREAD, _unread, known, recent if settled else own)
    if found or not settled:
        return found
    signs = _signs(known).items()
    return next((found for name, sign in signs if (found := _odd(name, sign, known, own))), None) or _shifted(
        known, own
    )


UNREAD = "are no articles"


def _unread(seen: Sighting) -> bool:
    return not seen.fields & ARTICLE


def _odd(name: str, sign: Sign, known: Sequence[Sighting], recent: Sequence[Sighting]) -> Drift | None:
    """The drift where too many of the last pages are odd in one way."""
    before = [answer for one in known if (answer := sign(one)) is not None]
    told = [(one.id, answer) for one in recent if (answer := sign(one)) is not None]
    odd = tuple(id for id, answer in told if answer)
    if len(odd) < LEAST_ODD or not _unlikely([answer for _, answer in told], before):
        return None
    before_too = f"{sum(before)} of the {len(before)} before"
    return Drift(
        reason=f"layout-changed: {len(odd)} of the last {len(told)} pages {name}, as did {before_too}", odd=odd
    )


MEASURES: dict[str, tuple[Callable[[Sighting], float], float]] = {
    "text": (lambda seen: seen.size, math.log(2)),
    "share of text": (lambda seen: seen.body, 0.2),
    "share of lists of links": (lambda seen: seen.lists, 0.2),
}
"""What of a page is measured, and by how much its median must move at least."""


def _shifted(known: Sequence[Sighting], recent: Sequence[Sighting]) -> Drift | None:
    """Where none of the last pages stands out by itself, but all of them lie on one side: much of the text may be lost."""
    before = [seen for seen in known if seen.fields & ARTICLE]
    after = [seen for seen in recent if seen.fields & ARTICLE]
    if len(before) < LEAST_KNOWN or len(after) < LEAST_ODD:
        return None
    for name, (value, least) in MEASURES.items():
        usual, today = median(map(value, before)), median(map(value, after))
        way = 1 if today > usual else -1
        wins = sum(way * (value(new) - value(old)) > 0 for new in after for old in before)
        if way * (today - usual) < least or rank_chance(wins, len(after), len(before)) >= DOUBT:
            continue
        odd = tuple(seen.id for seen in after if way * (value(seen) - usual) > 0)
        more = "more" if way > 0 else "less"
        return Drift(
            reason=f"layout-changed: {len(odd)} of the last {len(after)} pages have {more} {name} than usual", odd=odd
        )
    return None


def rank_chance(wins: int, m: int, n: int) -> float:
    """How likely at least so many of the `m * n` pairs of a new and an old page are won by the new one, where both are
    alike: the exact upper tail of the Mann-Whitney statistic."""
    if wins <= 0.7 * m * n:
        return 1.0
    # The number of orders with each statistic: the coefficients of the Gaussian binomial of m + n over m.
    counts = [1] + [0] * (m * n)
    for i in range(1, m + 1):
        for u in range(m * n, n + i - 1, -1):
            counts[u] -= counts[u - n - i]
        for u in range(i, m * n + 1):
            counts[u] += counts[u - i]
    return sum(counts[wins:]) / math.comb(m + n, m)


def _parted(seen: Sequence[Sighting]) -> tuple[list[Sighting], list[Sighting]]:
    """What is known from before, and the last pages, each URL once in either: a live blog that is read ten times is one."""
    known: dict[int, Sighting] = {}
    place = 0
    while place < len(seen) and len(known) < LEAST_KNOWN:
        known[seen[place].id] = seen[place]
        place += 1
    recent: dict[int, Sighting] = {}
    end = len(seen)
    while end > place and len(recent) < WINDOW:
        end -= 1
        recent.setdefault(seen[end].id, seen[end])
    known |= {one.id: one for one in seen[place:end]}
    return sorted(known.values(), key=lambda one: one.at), [*reversed(recent.values())]


def _unlikely(recent: Sequence[bool], before: Sequence[bool]) -> bool:
    """Whether the last so many pages, for any number, are odd too often for bad luck."""
    widths = range(LEAST_ODD, len(recent) + 1)
    return any(chance(sum(recent[-n:]), n, sum(before), len(before)) < DOUBT for n in widths)


def first(seen: Sequence[Sighting], fresh: int) -> Drift | None:
    """The change that shows first, as the last `fresh` pages come one after the other."""
    return next((found for end in range(len(seen) - fresh + 1, len(seen) + 1) if (found := judge(seen[:end]))), None)
