"""What the daily retention deletes of markets. It starts without the game's content."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from kernel.database import Tx
from kernel.retention import delete_part

KEPT: Final = timedelta(hours=1)
"""An offer stands for five minutes."""


def delete_old(tx: Tx) -> bool:
    """Delete some of the offers that no longer stand; return whether there may be more."""
    return delete_part(tx, "worlds.barters", "made_at < %(before)s", {"before": tx.now - KEPT})
