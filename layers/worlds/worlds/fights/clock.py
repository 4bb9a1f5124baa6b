"""The clock's chore for fights: waking who looks after them, where no one has. It imports little."""

from __future__ import annotations

from typing import LiteralString

from kernel.database import Tx

OVERDUE: LiteralString = "EXISTS (SELECT FROM worlds.fights WHERE next_at < %s)"
"""SQL expression: whether something is due in a fight; its parameter is the current time."""


def wake(tx: Tx) -> int:
    """Wake who looks after fights once this transaction has committed; returns 0: that is all there is to do."""
    from worlds.fights.waking import ensure_awake  # hardly ever needed

    ensure_awake(tx)
    return 0
