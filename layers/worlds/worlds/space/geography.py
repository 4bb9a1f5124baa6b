"""Latitude and longitude, in degrees. Source: worlds 13."""

from __future__ import annotations

from math import asin, atan2, cos, degrees, hypot, radians, sin, sqrt
from typing import NamedTuple


class Coordinates(NamedTuple):
    """A place on a globe."""

    latitude: float
    """North of the equator, -90 to 90."""
    longitude: float
    """East of the first meridian, above -180 and up to 180."""


class Point(NamedTuple):
    """A place in the space around a globe, from its middle. The z axis leads through the north pole."""

    x: float
    y: float
    z: float


def wrapped(latitude: float, longitude: float) -> Coordinates:
    """Return the coordinates within their ranges: beyond a pole is the opposite meridian."""
    latitude = (latitude + 180) % 360 - 180
    if abs(latitude) > 90:
        latitude = (180 if latitude > 0 else -180) - latitude
        longitude += 180
    return Coordinates(latitude, 180 - (180 - longitude) % 360)


def point_of(coordinates: Coordinates, radius: float) -> Point:
    """Return the point on the surface of a globe."""
    latitude, longitude = radians(coordinates.latitude), radians(coordinates.longitude)
    level = radius * cos(latitude)
    return Point(level * cos(longitude), level * sin(longitude), radius * sin(latitude))


def coordinates_of(point: Point) -> Coordinates:
    """Return the coordinates below or above a point, which is not the middle of the globe."""
    sine = point.z / hypot(*point)
    return wrapped(degrees(asin(max(-1.0, min(1.0, sine)))), degrees(atan2(point.y, point.x)))


def great_circle(start: Coordinates, end: Coordinates, radius: float) -> float:
    """Return the shortest way over the surface of a globe. Source: haversine."""
    north = sin(radians(end.latitude - start.latitude) / 2)
    east = sin(radians(end.longitude - start.longitude) / 2)
    level = cos(radians(start.latitude)) * cos(radians(end.latitude))
    return 2 * radius * asin(sqrt(min(1.0, north * north + level * east * east)))
