"""What the daily retention deletes of what characters were told."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from kernel.database import Tx
from kernel.retention import delete_part

KEPT: Final = timedelta(days=7)


def delete_old(tx: Tx) -> bool:
    """Delete some old posts, delivered or not; return whether there may be more."""
    return delete_part(tx, "worlds.posts", "posted_at < %(until)s", {"until": tx.now - KEPT})
