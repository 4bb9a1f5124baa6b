"""The clock's check for a new week. The check imports nothing else, so that the clock starts quickly."""

from __future__ import annotations

from typing import LiteralString

from community.quests.queries import RESET_DUE
from kernel.database import Tx

DUE: LiteralString = RESET_DUE


def reset_due(tx: Tx) -> int:
    """Announce a new week once. Returns 0 when it has already been announced."""
    # The pool takes longer to import than the check above, and is needed only once a week.
    from community.quests.weekly_reset import reset_if_due

    return int(reset_if_due(tx))
