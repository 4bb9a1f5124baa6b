"""The clock's check for battles past their deadline. It imports nothing else, so that the clock starts quickly."""

from __future__ import annotations

from typing import LiteralString

from kernel.database import Tx
from personas.battles.queries import OVERDUE

DUE: LiteralString = OVERDUE


def close_overdue(tx: Tx) -> int:
    """Stop battles that are open after their deadline; returns how many, at most as many as fit a transaction."""
    # What it needs takes longer to import than the check above, and is hardly ever needed.
    from personas.battles.turns import close_overdue

    return close_overdue(tx)
