"""Deliveries to those who do nothing in the meantime."""

from __future__ import annotations

from typing import LiteralString

from kernel.database import Tx

DUE: LiteralString = "EXISTS (SELECT FROM deliveries d WHERE d.due_at <= %s AND NOT d.no_room)"
"""Whether there is anything to do; its parameter is the moment."""


def deliver_due(tx: Tx, limit: int = 20) -> int:
    """Hand over what is due to as many players, those first who have waited longest.

    Whoever is in the middle of an action, or served by another clock, is waited for and then found to have it already.

    Returns:
        How many players were due. 0: nobody; otherwise there may be more.
    """
    # Most of the time nobody waits, and a clock that only asks `DUE` need not load the whole game.
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
