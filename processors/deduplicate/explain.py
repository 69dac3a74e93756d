"""Measures two articles as the stage does, so that a person can see why they are copies, or are not."""

from __future__ import annotations

import numpy as np

from broadsheet.explain import Measured
from broadsheet.model import Article, RelationKind
from processors.deduplicate.compare import SHARED_KEYS, measure
from processors.deduplicate.features import features
from processors.deduplicate.groups import WIRE


def measured(one: Article, other: Article) -> Measured:
    """What the stage makes of the two, whatever operators said of them; furniture of their hosts is not known here."""
    ours, theirs = features(one), features(other)
    found = measure(ours.text, theirs.text)
    keys = len(np.intersect1d(ours.text.keys, theirs.text.keys, assume_unique=True))
    equal = ours.twin.exact == theirs.twin.exact and bool(ours.twin.words)
    copies = equal or (found.copies and keys >= SHARED_KEYS)
    return Measured(
        copies=copies,
        kind=_kind(ours.twin.host == theirs.twin.host, found.containment) if copies else None,
        score=1.0 if equal else round(found.score, 4),
        containment=round(found.containment, 4),
        coverage=round(found.coverage, 4),
        aligned=None if found.aligned is None else round(found.aligned, 4),
        keys=keys,
        first=min(ours.twin, theirs.twin, key=lambda twin: twin.rank).id,
        moments=(ours.twin.moment, theirs.twin.moment),
    )


def _kind(one_host: bool, containment: float) -> RelationKind:
    if containment < WIRE:
        return "near-duplicate"
    return "revision-of" if one_host else "wire-copy-of"
