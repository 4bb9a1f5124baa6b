"""Lengths of timeouts. Source: rules 3.3."""

from __future__ import annotations

from datetime import timedelta

from community.inventory.models import Quality

STEP = 10
"""Seconds per step of quality, relative to COMMON."""


def adjusted(seconds: int, quality: Quality) -> timedelta:
    """Adjust an item's seconds to its quality; the result is at least one second."""
    return timedelta(seconds=max(seconds + STEP * (quality.rank - Quality.COMMON.rank), 1))
