"""What the daily retention deletes of texts that models have written."""

from __future__ import annotations

from kernel.database import Tx
from kernel.retention import delete_part


def delete_old(tx: Tx) -> bool:
    """Delete some of the texts that no longer count, and of those who await one; return whether there may be more."""
    return any(
        [
            delete_part(tx, "worlds.generated_texts", "expires_at < %(now)s", {"now": tx.now}),
            delete_part(tx, "worlds.awaited_texts", "expires_at < %(now)s", {"now": tx.now}),
        ]
    )
