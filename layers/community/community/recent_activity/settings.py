"""Limits on what a single player can earn by flooding the chat."""

from __future__ import annotations

from msgspec import Struct

from kernel.settings import count


class FloodLimits(Struct, frozen=True):
    """Limits; 0 for none."""

    points_per_minute: int
    """Contribution points that a player can earn in a minute of the clock."""
    identical_lines: int
    """How many identical lines in a row count."""


settings = FloodLimits(
    points_per_minute=count("POINTS_PER_MINUTE", default=0),
    identical_lines=count("IDENTICAL_LINES", default=0),
)
