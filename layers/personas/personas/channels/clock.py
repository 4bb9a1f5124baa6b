"""The clock's check for votes to count. It imports nothing else, so that the clock starts quickly."""

from __future__ import annotations

from typing import LiteralString

from kernel.database import Tx
from personas.channels.queries import DUE as _DUE

DUE: LiteralString = _DUE


def count_votes(tx: Tx) -> int:
    """Count the votes that are over; returns how many, at most as many as fit a transaction."""
    from personas.channels.service import count_votes  # hardly ever needed, and slow to import

    return count_votes(tx)
