"""The places of the world by name: towns, counties, states, countries, with points, sizes and what lies in what."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from processors.enrich.hashed import Hashed

CITY, COUNTY, STATE, COUNTRY, REGION = range(1, 6)
DEMONYM = 1
LONGEST_NAME = 6
"""Tokens of a name."""

PATH = Path(__file__).parent / "tables/places.npz"


@dataclass(frozen=True, slots=True)
class Meant:
    """The places that one name means."""

    entries: NDArray[np.int64]
    demonym: bool
    """Whether the name is that of the people of one of them."""
    widest: int
    """The largest kind among them."""
    largest: float
    """The largest size among them."""


MOST_MEANT = 20_000
"""Names whose places are kept side by side; then all are forgotten."""


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """Columns of places, and the sorted hashes of their names."""

    hashes: Hashed
    entries: NDArray[np.uint32]
    demonyms: NDArray[np.uint8]
    lat: NDArray[np.float32]
    lon: NDArray[np.float32]
    country: NDArray[np.uint8]
    admin: NDArray[np.uint16]
    size: NDArray[np.float32]
    """Logarithm to ten of the population."""
    kind: NDArray[np.uint8]
    geonames: NDArray[np.int32]
    names: list[str]
    countries: list[str]
    admins: list[str]
    _meant: dict[int, Meant] = field(default_factory=dict)

    def lookup(self, hashes: NDArray[np.uint32]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """First and last (excluded) row of `entries` for each hash of a name; equal where there is none."""
        first, last = np.zeros(len(hashes), np.int64), np.zeros(len(hashes), np.int64)
        at, rows = self.hashes.find(hashes)
        first[at] = rows
        last[at] = np.searchsorted(self.hashes.hashes, hashes[at], "right")
        return first, last

    def meant(self, first: int, last: int) -> Meant:
        """The places of a name, by the rows that `lookup` tells; the same name has the same arrays."""
        found = self._meant.get(first)
        if found is None:
            entries = self.entries[first:last].astype(np.int64)
            demonym = bool(self.demonyms[first:last].any())
            found = Meant(entries, demonym, int(self.kind[entries].max()), float(self.size[entries].max()))
            if len(self._meant) >= MOST_MEANT:
                self._meant.clear()
            self._meant[first] = found
        return found


@cache
def gazetteer() -> Gazetteer:
    """The gazetteer of this process, read when first asked for."""
    with np.load(PATH) as stored:
        return Gazetteer(
            hashes=Hashed(stored["hashes"]),
            entries=stored["entries"],
            demonyms=stored["demonyms"],
            lat=stored["lat"].astype(np.float32) / 100,
            lon=stored["lon"].astype(np.float32) / 100,
            country=stored["country"],
            admin=stored["admin"],
            size=stored["size"].astype(np.float32) / 20,
            kind=stored["kind"],
            geonames=stored["geonames"],
            names=bytes(stored["names"]).decode().split("\n"),
            countries=[str(c) for c in stored["countries"]],
            admins=[str(a) for a in stored["admins"]],
        )
