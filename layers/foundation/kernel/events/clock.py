"""The clock's chores for the log: a relay that was not woken, and events that were given up."""

from __future__ import annotations

from typing import LiteralString

from kernel.database import Tx
from kernel.events import queries, waking

OVERDUE: LiteralString = queries.RELAY_OVERDUE
"""SQL expression: whether events are due and no relay is awake or on its way. Its parameter is the current time."""

DEAD: LiteralString = queries.DEAD
"""SQL expression: whether there are dead events."""


def wake_relay(tx: Tx) -> int:
    """Wake the relay once this transaction has committed; returns 0, because that is all there is to do."""
    waking.ensure_awake(tx)
    return 0
