"""Every minute: what was counted since the last one is added up."""

from __future__ import annotations

from doors.start import ready  # first: see there

from typing import Any

from community.engagement import rollup as engagement
from community.stats import rollup as stats
from kernel.action import run_in_parts

LITTLE = 1000
"""Rows that can wait for the next minute."""

ready()


def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    """How many rows were added up."""
    return {
        "stats": run_in_parts(stats.roll_up, name="roll up stats", at_least=LITTLE),
        "engagement": run_in_parts(engagement.roll_up, name="roll up engagement", at_least=LITTLE),
    }
