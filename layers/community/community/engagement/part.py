"""What players have done for their community in this action, and what becomes of it when two players become one."""

from __future__ import annotations

from uuid import UUID

from community.engagement import queries
from community.engagement.models import NewEngagements
from community.players.part import Rows, collecting
from kernel.database import Tx


def move(tx: Tx, from_id: UUID, to_id: UUID) -> None:
    """What one player has done counts for the other."""
    queries.lock_sums(tx)
    queries.move_engagements(tx, from_id, to_id)
    queries.upsert_scores(tx, [to_id])


ENGAGEMENT = collecting(
    NewEngagements,
    queries.insert_engagements,
    Rows(("engagement_inbox", "engagement_scores", "engagement_totals"), move),
)
