"""Lengths of time in words. Imports nothing of the product."""

from __future__ import annotations

from datetime import timedelta

_UNITS = (("day", timedelta(days=1)), ("hour", timedelta(hours=1)), ("minute", timedelta(minutes=1)))


def duration(time: timedelta) -> str:
    """Return a length of time in the largest unit of which it has two or more, rounded up: "90 minutes", "2 days"."""
    name, unit = next(((name, unit) for name, unit in _UNITS if time >= 2 * unit), ("minute", timedelta(minutes=1)))
    number = -(-time // unit)
    return f"{number} {name}" if number == 1 else f"{number} {name}s"
