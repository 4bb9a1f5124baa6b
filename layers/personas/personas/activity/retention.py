"""What the daily retention deletes of activity."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from kernel.database import Tx
from personas.activity import queries

KEPT: Final = timedelta(days=90)


def delete_old(tx: Tx) -> bool:
    """Delete what no digest looks at any more."""
    return queries.delete_activity_before(tx, tx.now - KEPT)
