"""Whether two areas have ground in common: enough to tell which alert a withdrawal is about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

Point = tuple[float, float]
Ring = tuple[Point, ...]

_MOST_POINTS = 300
"""Corners of one polygon that are looked at: a border of thousands is the same border with a few hundred."""


def rings(polygons: Iterable[str]) -> tuple[Ring, ...]:
    """Read polygons as published, ``lat,lon lat,lon …``; what is none is left out."""
    found = (tuple(_points(polygon)) for polygon in polygons)
    return tuple(_thinned(ring) for ring in found if len(ring) > 2)  # noqa: PLR2004 (less than a triangle has no inside)


def overlap(one: Sequence[Ring], other: Sequence[Ring]) -> bool:
    """Whether a corner of one lies in the other, or the other way round."""
    return any(_meet(first, second) for first in one for second in other)


def _meet(one: Ring, other: Ring) -> bool:
    return any(_inside(point, other) for point in one) or any(_inside(point, one) for point in other)


def _inside(point: Point, ring: Ring) -> bool:
    """Count how often a ray from a point crosses the border; a corner of the border itself counts as inside."""
    if point in ring:
        return True
    x, y = point
    crossed = False
    for (x1, y1), (x2, y2) in zip(ring, (*ring[1:], ring[0]), strict=True):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            crossed = not crossed
    return crossed


def _points(polygon: str) -> Iterable[Point]:
    for pair in polygon.split():
        latitude, comma, longitude = pair.partition(",")
        try:
            point = (float(latitude), float(longitude))
        except ValueError:
            continue
        if comma and abs(point[0]) <= 90 and abs(point[1]) <= 180:  # noqa: PLR2004 (degrees)
            yield point


def _thinned(ring: Ring) -> Ring:
    step = -(-len(ring) // _MOST_POINTS)
    return ring[::step]
