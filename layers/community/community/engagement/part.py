"""The engagement of players in this action, and how it is merged."""

from __future__ import annotations

from uuid import UUID

from community.engagement import queries, rollup
from community.engagement.models import NewEngagements
from community.inboxes import Inbox
from community.players.part import Rows, collecting
from kernel.database import Tx


def move(tx: Tx, from_id: UUID, to_id: UUID) -> None:
    """Move one player's engagement to the other."""
    queries.lock_sums(tx)
    queries.move_engagements(tx, from_id, to_id)
    queries.upsert_scores(tx, [to_id])


_INBOX = Inbox(queries.find_long_inbox, rollup.roll_up_now)


def insert(tx: Tx, user_id: UUID, engagements: NewEngagements) -> None:
    """Append to the inbox."""
    queries.insert_engagements(tx, user_id, engagements)
    _INBOX.appended(tx, len(engagements))


ENGAGEMENT = collecting(
    NewEngagements,
    insert,
    Rows(("engagement_inbox", "engagement_scores", "engagement_totals"), move),
)
