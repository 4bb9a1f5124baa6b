"""What the daily retention deletes of digests."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from kernel.database import Tx
from personas.digests.queries import delete_idle_daily, delete_old_weekly

IDLE_KEPT: Final = timedelta(days=7)
"""Every persona has a digest of each day, of most days one that says that nothing happened."""

WEEKLY_KEPT: Final = timedelta(days=90)


def delete_old(tx: Tx) -> bool:
    """Delete digests that no one reads any more: only the newest ones are shown."""
    today = tx.now.date()
    return any(
        [
            delete_idle_daily(tx, today - IDLE_KEPT),
            delete_old_weekly(tx, today - WEEKLY_KEPT),
        ]
    )
