"""The clock's chore for requests: sending the messages that are due."""

from __future__ import annotations

from typing import LiteralString

from kernel.database import Tx
from kernel.outside import queries

DUE: LiteralString = queries.TO_SEND
"""SQL expression: whether messages have to be sent. Its parameter is the current time."""

AT_ONCE = 200
"""Messages in one transaction."""


def send_due(tx: Tx) -> int:
    """Send messages for what became due, for messages that got lost, and for leases that have expired.

    Returns:
        How many.
    """
    from kernel.outside import service  # needs pydantic, and the clock mostly has nothing to do

    return service.resend(tx, AT_ONCE)
