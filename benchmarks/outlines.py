"""Makes the map's outlines, `broadsheet/web/static/world.svg`, from Natural Earth's countries as TopoJSON.

npm pack world-atlas@2.0.2 && tar xzf world-atlas-2.0.2.tgz
python -m benchmarks.outlines package/countries-110m.json
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

OUT = Path(__file__).resolve().parent.parent / "broadsheet" / "web" / "static" / "world.svg"
TENTHS = 10
"""Coordinates are whole tenths of a degree: 11 km, finer than a country drawn at 1:110 million."""
HALF = 1800
"""Half the world's width in tenths of a degree."""
ANTARCTICA = "010"

Point = tuple[int, int]


def main() -> int:
    """Reads the file and writes the drawing."""
    parser = argparse.ArgumentParser(description="Makes the map's outlines.")
    parser.add_argument("topology", type=Path)
    topology = json.loads(parser.parse_args().topology.read_text(encoding="utf-8"))
    OUT.write_text(drawing(topology), encoding="utf-8")
    print(f"{OUT}: {OUT.stat().st_size} bytes")
    return 0


def drawing(topology: dict[str, Any]) -> str:
    """All countries as one path; x is the longitude and y the latitude turned upside down, both in degrees."""
    arcs = [_arc(arc, topology["transform"]) for arc in topology["arcs"]]
    countries = topology["objects"]["countries"]["geometries"]
    rings = [ring for country in countries if country.get("id") != ANTARCTICA for ring in _rings(country)]
    whole = [_unbroken([point for index in ring for point in _walked(arcs, index)]) for ring in rings]
    path = "".join(_path(shifted) for ring in whole for shifted in _both_sides(ring))
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="-180 -90 360 180" width="3600" height="1800">'
        '<path transform="scale(.1)" fill="#9a9284" fill-opacity=".3" stroke="#9a9284" stroke-opacity=".75"'
        f' stroke-width="1.1" stroke-linejoin="round" d="{path}"/></svg>\n'
    )


def _arc(arc: Sequence[Sequence[int]], transform: dict[str, Any]) -> list[Point]:
    """An arc's deltas as tenths of degrees."""
    x = y = 0
    (wide, tall), (left, low) = transform["scale"], transform["translate"]
    points = []
    for dx, dy in arc:
        x, y = x + dx, y + dy
        points.append((round((x * wide + left) * TENTHS), -round((y * tall + low) * TENTHS)))
    return points


def _rings(country: dict[str, Any]) -> Iterator[list[int]]:
    polygons = country["arcs"] if country["type"] == "MultiPolygon" else [country["arcs"]]
    for polygon in polygons:
        yield from polygon


def _walked(arcs: Sequence[list[Point]], index: int) -> list[Point]:
    """An arc, backwards where its number says so."""
    return arcs[index] if index >= 0 else arcs[~index][::-1]


def _unbroken(points: Sequence[Point]) -> list[Point]:
    """A ring across the 180th meridian without the jump to the map's other side."""
    found = [points[0]]
    for x, y in points[1:]:
        while x - found[-1][0] > HALF:
            x -= 2 * HALF
        while found[-1][0] - x > HALF:
            x += 2 * HALF
        found.append((x, y))
    return found


def _both_sides(ring: list[Point]) -> list[list[Point]]:
    """A ring, and once more a world away where it reaches over the map's edge."""
    found = [ring]
    if max(x for x, _ in ring) > HALF:
        found.append([(x - 2 * HALF, y) for x, y in ring])
    if min(x for x, _ in ring) < -HALF:
        found.append([(x + 2 * HALF, y) for x, y in ring])
    return found


def _path(points: Sequence[Point]) -> str:
    (x, y), *rest = points
    steps = [f"M{x} {y}l"]
    for to_x, to_y in rest:
        if (to_x, to_y) != (x, y):
            steps.append(f"{to_x - x} {to_y - y} ")
            x, y = to_x, to_y
    return "".join(steps).replace(" -", "-").rstrip() + "z" if len(steps) > 3 else ""


if __name__ == "__main__":
    sys.exit(main())
