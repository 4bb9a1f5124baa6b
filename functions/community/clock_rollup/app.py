"""Every minute: adds up what was counted since the last run."""

from __future__ import annotations

from doors.start import ready  # first: see there

from typing import Any

from community.engagement import rollup as engagement
from community.stats import rollup as stats
from kernel.action import run_in_parts

MIN_ROWS = 1000
"""Fewer rows than this wait for the next minute."""

ready()


def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    """Roll up both inboxes; returns how many rows were added up."""
    return {
        "stats": run_in_parts(stats.roll_up, name="roll up stats", at_least=MIN_ROWS),
        "engagement": run_in_parts(engagement.roll_up, name="roll up engagement", at_least=MIN_ROWS),
    }
