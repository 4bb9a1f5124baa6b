"""The clock's handling of due gambles. Heavy imports wait until a gamble is due, so that the clock starts quickly."""

from __future__ import annotations

from typing import LiteralString
from uuid import UUID

from kernel.database import Tx

DUE: LiteralString = "EXISTS (SELECT FROM gambles WHERE state = 'Joining' AND join_deadline <= %s)"
"""SQL expression: whether a gamble is due. Its parameter is the current time."""


def execute_due(tx: Tx, gamble_id: UUID | None = None) -> list[UUID]:
    """Play the due gamble, if there is one, and return its id. Of concurrent callers, only one plays it.

    Args:
        gamble_id: restricts it to this gamble.

    Raises:
        TryAgain: nothing was done.
    """
    from community.gambles.execution import execute

    gamble = execute(tx, gamble_id)
    return [gamble.gamble_id] if gamble else []
