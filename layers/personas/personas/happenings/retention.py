"""What the daily retention deletes of happenings."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from kernel.database import Tx
from personas.happenings.queries import delete_old_happenings

KEPT: Final = timedelta(days=90)


def delete_old(tx: Tx) -> bool:
    """Delete happenings that no statistics or digest looks at any more."""
    return delete_old_happenings(tx, tx.now - KEPT)
