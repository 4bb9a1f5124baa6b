"""What the daily retention deletes of battles."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from kernel.database import Tx
from personas.battles.queries import delete_uses_before

KEPT: Final = timedelta(hours=1)
"""Twice as long as a remix token is valid."""


def delete_used_tokens(tx: Tx) -> bool:
    """Forget which remix tokens were used, once they have expired."""
    return delete_uses_before(tx, tx.now - KEPT)
