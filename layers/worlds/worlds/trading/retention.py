"""What the daily retention deletes of trades."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from kernel.database import Tx
from worlds.trading import queries

KEPT: Final = timedelta(days=1)
"""Nothing has changed hands in them: who comes back begins anew."""


def delete_old(tx: Tx) -> bool:
    """Delete some of the trades that no one has touched for a day; return whether there may be more."""
    return queries.delete_old(tx, tx.now - KEPT)
