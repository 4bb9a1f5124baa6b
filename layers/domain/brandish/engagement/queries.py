"""The engagement_ tables."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from brandish.database import Tx
from brandish.engagement.models import Engagement


def insert_engagements(tx: Tx, user_id: UUID, engagements: Sequence[Engagement]) -> None:
    tx.execute(
        """
        INSERT INTO engagement_inbox (user_id, metric, value, recorded_at)
        SELECT %s, metric, value, %s FROM unnest(%s::text[], %s::bigint[]) AS engagement (metric, value)
        """,
        (user_id, tx.now, [each.metric for each in engagements], [each.value for each in engagements]),
    )
