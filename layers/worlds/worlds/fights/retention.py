"""What the daily retention deletes of fights. It starts without the game's content."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from kernel.database import Tx
from kernel.retention import delete_part

KEPT: Final = timedelta(days=1)
"""They are over within minutes; what is left holds someone who was safe for a while, and has done nothing since."""


def delete_old(tx: Tx) -> bool:
    """Delete some of the fights in which nothing has happened for a day; return whether there may be more.

    Where something is due by itself, someone may lie defeated, and would never get up.
    """
    return delete_part(tx, "worlds.fights", "changed_at < %(before)s AND next_at IS NULL", {"before": tx.now - KEPT})
