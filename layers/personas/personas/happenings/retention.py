"""What the daily retention deletes of happenings."""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID

from kernel.database import Tx
from personas.happenings.queries import (
    delete_happenings_of,
    delete_old_happenings,
    delete_old_happenings_of_strangers,
)

KEPT: Final = timedelta(days=90)
KEPT_OF_STRANGERS: Final = timedelta(days=14)
"""Without an account: statistics look at a week of it, and no digest looks at it."""
MOST_AT_ONCE: Final = 20_000
"""Someone who has sent as many events as may be for months has a hundred times that."""


def forget_part(tx: Tx, account_id: UUID) -> bool:
    """Delete some of what someone did who leaves; return whether there is more."""
    return delete_happenings_of(tx, account_id, MOST_AT_ONCE)


def delete_old(tx: Tx) -> bool:
    """Delete happenings that no statistics or digest looks at any more."""
    has_more = [
        delete_old_happenings(tx, tx.now - KEPT),
        delete_old_happenings_of_strangers(tx, tx.now - KEPT_OF_STRANGERS),
    ]
    return any(has_more)
