"""Approximate positions for places that have none: spread evenly around what is known of a wider area.

The same places always get the same positions. They are good for a map of a province, not for finding a house.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain

Point = tuple[float, float]  # latitude, longitude, degrees

KM_PER_DEGREE = 111.2
WIDEST_KM, NARROWEST_KM = 15.0, 1.5  # assumed: how far a district reaches from its seat
GOLDEN_ANGLE = math.pi * (3 - math.sqrt(5))


def distance_km(a: Point, b: Point) -> float:
    """Distance of two points on a flat map: right within 1% for the few hundred km of a country."""
    east = (a[1] - b[1]) * math.cos(math.radians((a[0] + b[0]) / 2))
    return KM_PER_DEGREE * math.hypot(a[0] - b[0], east)


def spread(known: Mapping[str, Point], children: Mapping[str, Sequence[str]]) -> dict[str, Point]:
    """Positions of everything below the known places, and of the places that hold them.

    known: id to position. children: id to the ids directly below it. A known place reaches half way to its
    nearest neighbour; what is below it lies on a sunflower spiral within that reach, and so on downwards.
    """
    found = dict(known)
    for place, reach in _reaches(known).items():
        _place_below(place, reach, children, found)
    parents = {child: parent for parent, below in children.items() for child in below}
    above = {parents[place] for place in known if place in parents and parents[place] not in found}
    while above:
        for place in above:
            found[place] = middle(found[child] for child in children[place] if child in found)
        above = {parents[place] for place in above if place in parents and parents[place] not in found}
    return found


def middle(points: Iterable[Point]) -> Point:
    """The mean of some points (at least one)."""
    lats, lons = zip(*points, strict=True)
    return round(sum(lats) / len(lats), 4), round(sum(lons) / len(lons), 4)


def _reaches(known: Mapping[str, Point]) -> dict[str, float]:
    out = {}
    for place, point in known.items():
        others = (distance_km(point, other) for name, other in known.items() if name != place)
        nearest = min(chain(others, [2 * WIDEST_KM]))
        out[place] = max(NARROWEST_KM, min(WIDEST_KM, nearest / 2))
    return out


def _place_below(
    place: str, reach: float, children: Mapping[str, Sequence[str]], found: dict[str, Point]
) -> None:
    below = children.get(place, ())
    for number, child in enumerate(below):
        if child not in found:
            found[child] = _on_spiral(found[place], reach, number, len(below))
        _place_below(child, 0.9 * reach / math.sqrt(len(below)), children, found)


def _on_spiral(centre: Point, reach: float, number: int, count: int) -> Point:
    away = reach * math.sqrt((number + 0.5) / count) / KM_PER_DEGREE
    angle = number * GOLDEN_ANGLE
    lat = centre[0] + away * math.cos(angle)
    lon = centre[1] + away * math.sin(angle) / math.cos(math.radians(centre[0]))
    return round(lat, 4), round(lon, 4)
