"""Whether two areas have ground in common."""

from __future__ import annotations

import time

import pytest

from adapters.alerts.area import overlap, rings

SQUARE = "0,0 0,10 10,10 10,0 0,0"


@pytest.mark.parametrize(
    ("other", "common"),
    [
        (SQUARE, True),
        ("2,2 2,4 4,4 4,2", True),
        ("-5,-5 -5,20 20,20 20,-5", True),
        ("8,8 8,20 20,20 20,8", True),
        ("10,10 10,20 20,20 20,10", True),
        ("11,11 11,20 20,20 20,11", False),
        ("", False),
        ("1,1 2,2", False),
        ("hier daar ginds", False),
        ("91,1 92,2 93,3", False),
    ],
)
def test_ground_in_common_is_seen(other: str, common: bool) -> None:
    """Inside, around, across, touching at a corner; what is no polygon has no ground."""
    assert overlap(rings([SQUARE]), rings([other])) == common
    assert overlap(rings([other]), rings([SQUARE])) == common


def test_any_of_several_polygons_counts() -> None:
    """An alert in two parts has ground in common with either."""
    assert overlap(rings(["50,50 50,51 51,51", SQUARE]), rings(["2,2 2,4 4,4"]))


def test_borders_with_thousands_of_corners_cost_little() -> None:
    """A border is looked at in so many corners as tell where it lies."""
    started = time.perf_counter()
    border = " ".join(f"{n / 1000},{n % 7}" for n in range(50_000))
    overlap(rings([border]), rings([border.replace(",", ",1")]))
    assert time.perf_counter() - started < 2
