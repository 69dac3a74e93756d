"""Chooses the page's dates from its ledger: what was published when, by what it says itself before what others say of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from broadsheet.model import DateClaim, DateKind

BELIEVED = 0.4
"""Confidence below which a date stays unknown."""
AGREE = timedelta(hours=36)
"""Two claims within it speak of the same day somewhere."""
FINE = {"second": 3, "minute": 2, "day": 1, "month": 0, "year": 0}


def _best(claims: Sequence[DateClaim], kind: DateKind) -> DateClaim | None:
    own = [
        claim for claim in claims if claim.kind == kind and claim.instant is not None and claim.confidence >= BELIEVED
    ]
    if not own:
        return None
    return max(own, key=lambda claim: (round(claim.confidence, 2), FINE[claim.precision]))


def _finer(best: DateClaim, claims: Sequence[DateClaim]) -> DateClaim:
    """A claim of the same day with a time, where the best is a bare day."""
    if best.precision != "day":
        return best
    same = [
        claim
        for claim in claims
        if claim.kind == best.kind and claim.text[:10] == best.text[:10] and claim.precision in ("minute", "second")
    ]
    same = [claim for claim in same if claim.confidence >= BELIEVED and claim.method != "url"]
    return max(same, key=lambda claim: claim.confidence, default=best)


VISIBLE = 0.68
"""Confidence of a date-line right by the title."""


def _stamped_by_machine(claims: Sequence[DateClaim], published: DateClaim) -> bool:
    """Whether the head gives one moment for publication and update alike: when the site was built, not when it was written."""
    if published.method not in ("json-ld", "meta"):
        return False
    return any(
        claim.kind == "updated"
        and claim.method == published.method
        and claim.text[:10] == published.text[:10]
        and claim.confidence >= 0.9
        for claim in claims
    )


def _as_shown(claims: Sequence[DateClaim], published: DateClaim) -> DateClaim:
    """The day the page shows by its title, where it is earlier than the day its machine stamped on it."""
    shown = [
        claim
        for claim in claims
        if claim.kind == "published" and claim.method == "text" and claim.confidence >= VISIBLE
    ]
    if not shown or not _stamped_by_machine(claims, published):
        return published
    first = shown[0]
    if first.instant is None or published.instant is None or first.instant > published.instant - AGREE:
        return published
    return first


def choose(claims: Sequence[DateClaim]) -> tuple[DateClaim | None, DateClaim | None]:
    """The date of publication and of the last update; None where nothing can be believed."""
    published, updated = _best(claims, "published"), _best(claims, "updated")
    if published is not None:
        published = _finer(_as_shown(claims, published), claims)
    if published and updated and published.instant and updated.instant and updated.instant < published.instant - AGREE:
        updated = None
    return published, updated
