"""Deleting engagement; `part` writes it, `rollup` adds it up and `reports` reads it."""

from __future__ import annotations

from community.engagement import queries
from kernel.database import Tx


def delete_all(tx: Tx) -> None:
    """Queue the deletion of all engagement."""
    queries.lock_sums(tx)
    queries.delete_everything(tx)
