"""What the daily retention deletes of play: old answers, and connections that the gateway has ended long ago."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from kernel.database import Tx
from kernel.retention import delete_part
from worlds.play import connections

ANSWERS_KEPT: Final = timedelta(days=7)
CONNECTIONS_LAST: Final = timedelta(hours=2, minutes=10)
"""The gateway ends a connection after two hours, and usually says so."""


def delete_old_answers(tx: Tx) -> bool:
    """Delete some old answers; return whether there may be more."""
    return delete_part(tx, "worlds.answers", "answered_at < %(until)s", {"until": tx.now - ANSWERS_KEPT})


def end_old_connections(tx: Tx) -> bool:
    """Forget some connections that cannot be open any more, and let their characters leave; return whether there may be
    more."""
    from worlds.play.leaving import leave  # what it needs takes longer to import than all else that the night does

    gone = connections.delete_opened_before(tx, tx.now - CONNECTIONS_LAST).fetchall()
    for row in gone:
        if row["character_id"] is not None:
            leave(tx, row["character_id"], "disconnected")
    return len(gone) == connections.ENDED_AT_ONCE
