"""Writing engagement; `rollup` adds it up and `reports` reads it."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from community.engagement import queries
from community.engagement.models import Engagement
from kernel.database import Tx


def save(tx: Tx, user_id: UUID, engagements: Sequence[Engagement]) -> None:
    if engagements:
        queries.insert_engagements(tx, user_id, engagements)


def move(tx: Tx, from_id: UUID, to_id: UUID) -> None:
    """Queue that what one player has done counts for another, who is the same person. Both are locked."""
    queries.lock_sums(tx)
    queries.move_engagements(tx, from_id, to_id)
    queries.upsert_scores(tx, [to_id])


def forget_all(tx: Tx) -> None:
    """Queue that nobody has ever done anything."""
    queries.lock_sums(tx)
    queries.delete_everything(tx)
