"""How long, and how to say it. Source: rules 3.3."""

from __future__ import annotations

from datetime import timedelta

from community.inventory.models import Quality

STEP = 10
"""Seconds that each quality adds to the one below it; COMMON is what the catalogue says."""


def adjusted(seconds: int, quality: Quality) -> timedelta:
    """What an item of this quality makes of its seconds; at least one is left of them."""
    return timedelta(seconds=max(seconds + STEP * (quality.rank - Quality.COMMON.rank), 1))


def in_words(time: timedelta) -> str:
    seconds = int(time.total_seconds())
    return "1 second" if seconds == 1 else f"{seconds} seconds"
