"""Curves over the years of a world, as a page draws them with nothing but SVG."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from msgspec import Struct

WIDE: Final = 1_000
HIGH: Final = 100
"""What the curves' coordinates are measured in; the page stretches them to its width."""


class Curve(Struct, frozen=True):
    """A quantity over the years.

    Attributes:
        path: of SVG.
        low, high: the least and the greatest value.
        last: the value at the end.
    """

    path: str
    low: float
    high: float
    last: float


def curve(years: Sequence[int], values: Sequence[float]) -> Curve:
    """Return a curve through at least one point; the last year is at its end."""
    low, high = min(values), max(values)
    span = (high - low) or 1
    points = [
        f"{across(year, years[-1])} {HIGH - (value - low) * HIGH / span:.1f}"
        for year, value in zip(years, values, strict=True)
    ]
    return Curve("M" + "L".join(points), low, high, values[-1])


def across(year: int, last: int) -> str:
    """Return where a year is along a curve that ends in `last`."""
    return f"{year * WIDE / max(1, last):.1f}"


def steps(totals: Sequence[int]) -> list[int]:
    """Return by how much a total has grown since the moment before."""
    return [0, *(after - before for before, after in pairwise(totals))]


def some(rows: Sequence[int], most: int) -> list[int]:
    """Return at most so many of some numbers, evenly spread, the first and the last among them."""
    if len(rows) <= most:
        return list(rows)
    return [rows[place * (len(rows) - 1) // (most - 1)] for place in range(most)]
