"""What is remembered, sieved or counted all at once gives what counting one by one gives, in every process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np

from broadsheet.model import Entity
from processors.stories.affairs import SHARES, known_by, names_of
from processors.stories.reading import bones_of, who
from processors.stories.terms import MEANT, WHO, Terms, shared, terms
from processors.stories.window import PROBE_SCALE, PROBES, probes

TEXT = (
    "The harbour of Varnholm was closed on Monday after 212 containers fell from a ship, said Mayor Ines Calder. " * 9
)
NAMES = [f"{first} {last}" for first in ("Marten", "Lavinia", "Gregor") for last in ("Stoltz", "Kervran", "Dumbrava")]
ROOT = Path(__file__).parents[3]
PRINTED = "from tests.processors.stories.test_cheap_reading import people; print(people())"


def people() -> list[str]:
    """The terms of an article that names more than are kept, in their order."""
    return list(who([Entity(start=0, end=1, text=name, type="PER", name=name) for name in NAMES * 3], "en"))


def test_names_come_in_one_order_in_every_process() -> None:
    told = {
        subprocess.run(
            [sys.executable, "-c", PRINTED],
            env={"PYTHONHASHSEED": seed},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert told == {f"{people()}\n"}


def test_bones_that_are_remembered_are_those_that_were_read() -> None:
    first = bones_of(NAMES[:4], "en")
    assert bones_of(NAMES, "en")[:4] == first
    assert all(first)


def test_the_sieve_loses_nothing() -> None:
    draws = np.random.default_rng(3)
    ours = np.unique(draws.integers(0, 5000, 300, dtype=np.uint32) * np.uint32(997))
    theirs = draws.integers(0, 5000, 4000, dtype=np.uint32) * np.uint32(997)
    at, hit = shared(ours, theirs)
    assert hit.tolist() == [place for place, key in enumerate(theirs.tolist()) if key in set(ours.tolist())]
    assert (ours[at] == theirs[hit]).all()


def test_probes_are_the_heaviest_of_each_field() -> None:
    given = terms("Ship at Varnholm", TEXT, "en", {WHO: {"krtn": 4.0, "mrtn": 5.0}})
    expected = []
    for field, most in PROBES.items():
        hashes, weights = given.of(field)
        pairs = sorted(zip(hashes.tolist(), weights.tolist(), strict=True), key=lambda pair: (-pair[1], pair[0]))
        expected += [(key, weight * (PROBE_SCALE if field in MEANT else 1.0)) for key, weight in pairs[:most]]
    found = probes(given)
    assert [key for key, _ in found] == [key for key, _ in expected]
    assert np.allclose([weight for _, weight in found], [weight for _, weight in expected])


def _slowly(articles: list[Terms]) -> dict[int, float]:
    """`names_of`, a term at a time."""
    found: dict[int, float] = {}
    for field, share in SHARES.items():
        part: dict[int, float] = {}
        for one in articles:
            for key, weight in zip(*(column.tolist() for column in one.of(field)), strict=True):
                part[key] = max(part.get(key, 0.0), weight)
        length = sum(weight * weight for weight in part.values()) ** 0.5
        found.update((key, share * weight / length) for key, weight in part.items() if length)
    return found


def test_an_event_is_known_by_the_heaviest_of_each_term() -> None:
    texts = [TEXT, TEXT.replace("Varnholm", "Eskerry").replace("212", "71"), TEXT[:200]]
    articles = [terms(f"Harbour {place}", text, "en") for place, text in enumerate(texts)]
    for those in ([], articles[:1], articles):
        slow = _slowly(those)
        keys = sorted(slow)
        expected = known_by(np.array(keys, dtype=np.uint32), np.array([slow[key] for key in keys], dtype=np.float32))
        found = names_of(those)
        assert found.hashes.tolist() == expected.hashes.tolist()
        assert found.heaviest == expected.heaviest
        assert np.allclose(found.weights, expected.weights, atol=1e-6)
