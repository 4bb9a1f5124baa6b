"""Forgetting engagement; `part` writes it, `rollup` adds it up and `reports` reads it."""

from __future__ import annotations

from community.engagement import queries
from kernel.database import Tx


def delete_all(tx: Tx) -> None:
    """Queue that nobody has ever done anything."""
    queries.lock_sums(tx)
    queries.delete_everything(tx)
