"""Latitude and longitude: points, great circles, and what lies beyond the poles. Source: worlds 13."""

from __future__ import annotations

from math import pi, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worlds.space.geography import Coordinates, coordinates_of, great_circle, point_of, wrapped

EARTH = 6_371_000
LONDON, PARIS = Coordinates(51.5074, -0.1278), Coordinates(48.8566, 2.3522)
PLACES = st.builds(Coordinates, st.floats(-90, 90), st.floats(-180, 180, exclude_min=True))


def test_great_circles_of_the_earth():
    """Source: worlds 13, acceptance 3."""
    assert great_circle(Coordinates(0, 0), Coordinates(0, 90), EARTH) == pytest.approx(10_007_543, abs=1)
    assert great_circle(LONDON, PARIS, EARTH) == pytest.approx(343_560, abs=100)


def test_beyond_the_pole_is_the_opposite_meridian():
    """Source: worlds 13, acceptance 4."""
    assert wrapped(95, 10) == (85, -170)
    assert wrapped(-95, 10) == (-85, -170)
    assert wrapped(0, -180) == wrapped(0, 540) == (0, 180)


def test_the_axes_lead_through_the_first_meridian_and_the_north_pole():
    assert point_of(Coordinates(0, 0), 2) == pytest.approx((2, 0, 0))
    assert point_of(Coordinates(0, 90), 2) == pytest.approx((0, 2, 0))
    assert point_of(Coordinates(90, 0), 2) == pytest.approx((0, 0, 2))


@given(PLACES, st.floats(-1e4, 1e4), st.floats(-1e4, 1e4))
def test_wrapped_coordinates_are_in_range_and_mean_the_same_place(place: Coordinates, north: float, east: float):
    latitude, longitude = place.latitude + north, place.longitude + east

    found = wrapped(latitude, longitude)

    assert -90 <= found.latitude <= 90
    assert -180 < found.longitude <= 180
    assert point_of(found, 1) == pytest.approx(point_of(Coordinates(latitude, longitude), 1), abs=1e-9)


@given(PLACES)
def test_points_lead_back_to_their_coordinates(place: Coordinates):
    found = coordinates_of(point_of(place, EARTH))

    assert great_circle(found, place, EARTH) < 0.2
    assert -180 < found.longitude <= 180


@given(PLACES, PLACES)
def test_a_great_circle_bends_the_straight_line(start: Coordinates, end: Coordinates):
    a, b = point_of(start, 1), point_of(end, 1)
    chord = sqrt(sum((u - v) ** 2 for u, v in zip(a, b, strict=True)))

    arc = great_circle(start, end, 1)

    assert chord - 1e-9 <= arc <= chord * pi / 2 + 1e-9
