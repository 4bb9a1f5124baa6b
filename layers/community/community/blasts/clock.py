"""What the clock asks first, and what it does then. Nothing else is imported for the question, so that it starts
quickly."""

from __future__ import annotations

from typing import LiteralString

from community.blasts.queries import READY
from kernel.database import Tx

DUE: LiteralString = "EXISTS (SELECT FROM armed_blasts b WHERE " + READY + ")"
"""Whether there is something to do: an expression; its parameter is the moment."""


def explode_due(tx: Tx) -> int:
    """Let one blast go off, the one armed first of those that are due; call it again until it answers 0."""
    # The game takes longer to load than the question above, and is hardly ever needed.
    from community.blasts import service

    return service.explode_due(tx)
