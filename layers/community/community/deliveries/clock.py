"""The clock's handling of due deliveries, for players who are inactive."""

from __future__ import annotations

from typing import LiteralString

from kernel.database import Tx

DUE: LiteralString = "EXISTS (SELECT FROM deliveries d WHERE d.due_at <= %s AND NOT d.no_room)"
"""SQL expression: whether a delivery is due. Its parameter is the current time."""


def deliver_due(tx: Tx, limit: int = 20) -> int:
    """Deliver what is due to up to `limit` players, those who have waited longest first.

    A player who is locked by an action or another clock is waited for, and then has nothing due any more.

    Returns:
        How many players had due deliveries. Unless it is 0, there may be more.
    """
    # Usually nothing is due, and a clock that only evaluates `DUE` does not need these imports.
    from community.deliveries import queries
    from community.players import service as players
    from community.players.models import PlayerRef

    due = tuple(PlayerRef("", user_id=row["user_id"]) for row in queries.list_due_users(tx, limit).fetchall())
    if not due:
        return 0
    found = [player for player in players.load_all(tx, due) if player is not None]
    if found:
        players.save(tx, *found)
    return len(due)
