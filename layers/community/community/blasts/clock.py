"""The clock's check for due blasts. The check imports nothing else, so that the clock starts quickly."""

from __future__ import annotations

from typing import LiteralString

from community.blasts.queries import READY
from kernel.database import Tx

DUE: LiteralString = "EXISTS (SELECT FROM armed_blasts b WHERE " + READY + ")"
"""SQL expression: whether a blast is due. Its parameter is the current time."""


def explode_due(tx: Tx) -> int:
    """Explode the due blast that was armed first. Call it again until it returns 0."""
    # The service takes longer to import than the check above, and is rarely needed.
    from community.blasts import service

    return service.explode_due(tx)
