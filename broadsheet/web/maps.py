"""A small map as SVG: spots on vendored outlines, so that no tiles come from outside."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from markupsafe import Markup, escape

from broadsheet.model import Article, Place
from broadsheet.storage.articles import SURE_PLACE

LEAST_SPAN = 24.0
"""Degrees of latitude that are shown at least: closer, the outlines are too coarse to say where one is."""
MOST_SPOTS = 300
MOST_FAR = 0.06
"""Share of what is named that may stand below the map instead of on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A place on the map."""

    lat: float
    lon: float
    title: str
    href: str = ""
    n: int = 1
    """How often it is named: the area of its dot."""


def spots(places: Iterable[tuple[float, float, str, str]]) -> list[Spot]:
    """Places named at one point together, the most named first; those that are nowhere on earth are left out."""
    found: dict[tuple[float, float], list[tuple[str, str]]] = {}
    for lat, lon, title, href in places:
        if math.isfinite(lat) and math.isfinite(lon) and abs(lat) <= 90 and abs(lon) <= 180:
            found.setdefault((round(lat, 2), round(lon, 2)), []).append((title, href))
    made = [
        Spot(lat=lat, lon=lon, title="\n".join(dict.fromkeys(title for title, _ in said)), href=said[0][1], n=len(said))
        for (lat, lon), said in found.items()
    ]
    return sorted(made, key=lambda spot: (-spot.n, spot.lat, spot.lon))[:MOST_SPOTS]


def sure(articles: Iterable[Article]) -> list[Spot]:
    """The places of articles that are sure enough, each leading to its article."""
    return spots(
        (place.lat, place.lon, f"{place.name}: {article.title or article.url}", f"/articles/{article.id}")
        for article in articles
        for place in article.places
        if place.confidence >= SURE_PLACE
    )


SEVERAL = 3
"""Outlets of a story from which on one alone may only be speaking of its own town."""


def of_story(articles: Sequence[Article]) -> list[Spot]:
    """The same for a story: without countries that only an outlet at home there names, as `readers in Hobart` of a flood
    on the Danube."""
    named: dict[str | None, set[str]] = {}
    for article in articles:
        for place in article.places:
            named.setdefault(place.country, set()).add(article.source)
    if len({article.source for article in articles}) < SEVERAL:
        return sure(articles)
    return sure(
        replace(article, places=tuple(p for p in article.places if not _own(p, article, named))) for article in articles
    )


def _own(place: Place, article: Article, named: Mapping[str | None, set[str]]) -> bool:
    return bool(place.country) and place.country == article.claims.country and named[place.country] == {article.source}


def of_articles(articles: Iterable[Mapping[str, Any]]) -> list[Spot]:
    """The same of articles as the API gives them."""
    return spots(
        (
            place["lat"],
            place["lon"],
            f"{place['name']}: {article['title'] or article['url']}",
            f"/articles/{article['id']}",
        )
        for article in articles
        for place in article["places"]
        if place["confidence"] >= SURE_PLACE
    )


def drawn(found: Sequence[Spot], label: str, ratio: float = 1.6) -> Markup | str:
    """The map around these spots, about `ratio` times as wide as high; empty where there is none. What is named once or
    twice at the other end of the world stands below in words: for its sake all else would be one blot."""
    if not found:
        return ""
    near, far = parted(found)
    left, top, wide, tall, squeeze = _frame(near, ratio)
    dots = "".join(_dot(spot, squeeze, tall) for spot in near)
    # A degree of longitude is shorter away from the equator.
    land = f'<image href="/static/world.svg" x="-180" y="-90" width="360" height="180" transform="scale({squeeze:.4f} 1)"/>'
    return Markup(  # noqa: S704 - numbers, and texts that are escaped
        f'<svg class="map" viewBox="{left:.3f} {top:.3f} {wide:.3f} {tall:.3f}" role="img"'
        f' aria-label="{escape(label)}">{land}{dots}</svg>{_elsewhere(far)}'
    )


def parted(found: Sequence[Spot]) -> tuple[list[Spot], list[Spot]]:
    """The spots, and those few that lie far away from most of what is named."""
    total = sum(spot.n for spot in found)
    lat, lon = (_median([(getattr(spot, axis), spot.n) for spot in found]) for axis in ("lat", "lon"))

    def away(spot: Spot) -> float:
        return max(abs(spot.lat - lat), abs(spot.lon - lon) * math.cos(math.radians(lat)))

    far: list[Spot] = []
    for spot in sorted(found, key=away, reverse=True):
        if sum(one.n for one in far) + spot.n > MOST_FAR * total:
            break
        far.append(spot)
    reach = max((away(spot) for spot in found if spot not in far), default=0.0)
    far = [spot for spot in far if away(spot) > 2 * max(reach, LEAST_SPAN / 2)]
    return [spot for spot in found if spot not in far], far


def _median(weighted: Sequence[tuple[float, int]]) -> float:
    ranked = [value for value, n in sorted(weighted) for _ in range(n)]
    return ranked[len(ranked) // 2]


def _elsewhere(far: Sequence[Spot]) -> str:
    if not far:
        return ""
    names = dict.fromkeys((spot.title.partition("\n")[0][:80], spot.href) for spot in far)
    links = ", ".join(f'<a href="{escape(href)}"><bdi>{escape(name)}</bdi></a>' for name, href in names)
    return f'<p class="why">Far away from these: {links}</p>'


def _frame(found: Sequence[Spot], ratio: float) -> tuple[float, float, float, float, float]:
    """Left, top, width, height of the view, and how much degrees of longitude are squeezed in it."""
    south, north = min(spot.lat for spot in found), max(spot.lat for spot in found)
    west, east = min(spot.lon for spot in found), max(spot.lon for spot in found)
    squeeze = max(0.35, math.cos(math.radians((south + north) / 2)))
    tall = max(LEAST_SPAN, (north - south) * 1.35, (east - west) * squeeze * 1.25 / ratio)
    # The whole world is flatter than most views of it: rather a lower map than empty bands.
    wide, tall = tall * ratio, min(150.0, tall)
    middle, across = (south + north) / 2, (west + east) / 2 * squeeze
    top = min(max(-middle - tall / 2, -85.0), 75.0 - tall)
    return across - wide / 2, top, wide, tall, squeeze


def _dot(spot: Spot, squeeze: float, tall: float) -> str:
    size = tall * 0.018 * min(2.4, math.sqrt(spot.n))
    circle = (
        f'<circle class="spot" cx="{spot.lon * squeeze:.3f}" cy="{-spot.lat:.3f}" r="{size:.3f}">'
        f"<title>{escape(spot.title)}</title></circle>"
    )
    name = escape(spot.title.partition("\n")[0])
    return f'<a href="{escape(spot.href)}" aria-label="{name}">{circle}</a>' if spot.href else circle
