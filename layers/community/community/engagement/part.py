"""The engagement of players in this action, and how it is merged."""

from __future__ import annotations

from uuid import UUID

from community.engagement import queries, rollup
from community.engagement.models import NewEngagements
from community.players.part import Rows, collecting
from kernel.database import Tx


def move(tx: Tx, from_id: UUID, to_id: UUID) -> None:
    """Move one player's engagement to the other."""
    queries.lock_sums(tx)
    queries.move_engagements(tx, from_id, to_id)
    queries.upsert_scores(tx, [to_id])


def insert(tx: Tx, user_id: UUID, engagements: NewEngagements) -> None:
    """Append to the inbox. Now and then, roll it up behind the COMMIT."""
    due = queries.insert_engagements(tx, user_id, engagements)
    tx.after_commit(lambda _: due, rollup.roll_up_now)


ENGAGEMENT = collecting(
    NewEngagements,
    insert,
    Rows(("engagement_inbox", "engagement_scores", "engagement_totals"), move),
)
