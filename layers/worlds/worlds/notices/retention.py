"""What the daily retention deletes of notifications."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from kernel.database import Tx
from worlds.notices import queries

KEPT: Final = timedelta(days=90)


def delete_old(tx: Tx) -> bool:
    """Delete some old notifications and unseen devices; return whether there may be more."""
    before = tx.now - KEPT
    return any([queries.delete_notifications_before(tx, before), queries.delete_devices_before(tx, before)])
