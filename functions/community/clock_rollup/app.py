"""Every minute: what was counted since the last one is added up."""

from __future__ import annotations

from doors.start import ready  # first: see there

from collections.abc import Callable
from typing import Any

from community.engagement import rollup as engagement
from community.stats import rollup as stats
from kernel.connections import connection
from kernel.database import Tx, transaction

LITTLE = 1000
"""Rows that can wait for the next minute."""

ready()


def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    """How many rows were added up."""
    return {"stats": empty(stats.roll_up), "engagement": empty(engagement.roll_up)}


def empty(roll_up: Callable[[Tx], int]) -> int:
    """Roll up until little comes in any more, each batch in a transaction of its own."""
    total = 0
    while True:
        with transaction(connection()) as tx:
            moved = roll_up(tx)
        total += moved
        if moved < LITTLE:
            return total
