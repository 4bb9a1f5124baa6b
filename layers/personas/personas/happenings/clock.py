"""The clock's check for engagement that no longer counts."""

from __future__ import annotations

from typing import LiteralString

from kernel.database import Tx
from personas.happenings.queries import EXPIRED

DUE: LiteralString = EXPIRED


def forget_expired(tx: Tx) -> int:
    """Stop counting some of what is older than 14 days; returns how much."""
    from personas.happenings.service import forget_expired_engagement

    return forget_expired_engagement(tx)
