"""What the clock asks first, and what it does then. Nothing else is imported for the question, so that it starts
quickly."""

from __future__ import annotations

from typing import LiteralString

from community.quests.queries import RESET_DUE
from kernel.database import Tx

DUE: LiteralString = RESET_DUE


def reset_due(tx: Tx) -> int:
    """Announce a week that has begun, once; 0 when that is done."""
    # The pool takes longer to load than the question above, and is needed once a week.
    from community.quests.weekly_reset import reset_if_due

    return int(reset_if_due(tx))
