"""Locks by name, for what has no row to lock."""

from __future__ import annotations

from kernel.database import Tx


def lock_name(tx: Tx, name: str) -> None:
    """Wait for the transactions that have locked this name; until this one ends, others wait for it."""
    tx.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (name,))
