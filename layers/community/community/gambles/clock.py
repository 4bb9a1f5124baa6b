"""What a clock calls. Nothing heavy is imported before there is something to do, so that it starts quickly."""

from __future__ import annotations

from typing import LiteralString
from uuid import UUID

from kernel.database import Tx

DUE: LiteralString = "EXISTS (SELECT FROM gambles WHERE state = 'Joining' AND join_deadline <= %s)"
"""An expression; its parameter is the moment."""


def execute_due(tx: Tx, gamble_id: UUID | None = None) -> list[UUID]:
    """Play the gamble that waits for it, if there is one; of several callers at once, one does. Answers which.

    Args:
        gamble_id: this one and no other.

    Raises:
        TryAgain: nothing was done.
    """
    from community.gambles.execution import execute

    gamble = execute(tx, gamble_id)
    return [gamble.gamble_id] if gamble else []
