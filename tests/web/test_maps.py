"""Maps are drawn of whatever places there are, with what crawled pages said kept as text."""

from __future__ import annotations

import math
import re
from xml.etree import ElementTree

import pytest

from broadsheet.web.maps import drawn, parted, spots

SCRIPT = "</title><script>alert(1)</script>"


def test_places_at_one_point_are_one_larger_dot() -> None:
    found = spots([(41.0, 29.0, "Istanbul: one", "/articles/1"), (41.001, 29.0, "Istanbul: two", "/articles/2")])
    assert [(spot.n, spot.title, spot.href) for spot in found] == [(2, "Istanbul: one\nIstanbul: two", "/articles/1")]


def test_what_is_nowhere_on_earth_is_left_out() -> None:
    assert (
        spots([(91.0, 0.0, "a", ""), (math.nan, 0.0, "b", ""), (0.0, math.inf, "c", ""), (0.0, -181.0, "d", "")]) == []
    )
    assert drawn([], "nothing") == ""


@pytest.mark.parametrize(
    "points",
    [
        [(41.0, 29.0)],
        [(90.0, 180.0), (-90.0, -180.0)],
        [(-90.0, 0.0)],
        [(0.0, 179.9), (0.0, -179.9)],
        [(41.0, 29.0), (46.5, 30.7), (52.5, 13.4)],
    ],
)
@pytest.mark.parametrize("ratio", [1.25, 2.6])
def test_every_dot_is_in_the_view(points: list[tuple[float, float]], ratio: float) -> None:
    svg = ElementTree.fromstring(str(drawn(spots((*point, SCRIPT, "/articles/1") for point in points), "map", ratio)))
    left, top, wide, tall = (float(part) for part in svg.attrib["viewBox"].split())
    circles = [node for node in svg.iter() if node.tag.endswith("circle")]
    assert len(circles) == len(points)
    for circle in circles:
        x, y = float(circle.attrib["cx"]), float(circle.attrib["cy"])
        assert left <= x <= left + wide
        # The poles themselves are cut off: nobody reports from there.
        assert top - 16 <= y <= top + tall + 16
    assert wide / tall >= ratio * 0.99


def test_what_a_page_called_a_place_stays_text() -> None:
    svg = str(drawn(spots([(1.0, 1.0, SCRIPT, '/articles/1" onload="alert(1)')]), SCRIPT))
    assert "<script" not in svg
    assert not re.search(r'" onload=', svg)


def test_one_place_at_the_other_end_of_the_world_stands_below_the_map() -> None:
    river = [(48.6 - n / 10, 13.4 + n / 3, f"Town {n}: one", f"/articles/{n}") for n in range(19)]
    far = (-42.9, 147.3, f"{SCRIPT}: two", "/articles/77")
    near, away = parted(spots([*river, far]))
    assert ([spot.href for spot in away], len(near)) == (["/articles/77"], 19)
    shown = str(drawn(spots([*river, far]), "map"))
    assert "Far away from these: " in shown
    assert SCRIPT not in shown
    # Too many for a slip, or not so far: all are on the map.
    assert parted(spots([*river, far, far]))[1] == []
    assert parted(spots([*river, (41.0, 29.0, "Istanbul: three", "")]))[1] == []
    assert parted(spots([river[0], far]))[1] == []
