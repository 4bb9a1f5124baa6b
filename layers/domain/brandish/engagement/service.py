"""Writing engagement; `rollup` adds it up and `reports` reads it."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from brandish.database import Tx
from brandish.engagement import queries
from brandish.engagement.models import Engagement


def save(tx: Tx, user_id: UUID, engagements: Sequence[Engagement]) -> None:
    if engagements:
        queries.insert_engagements(tx, user_id, engagements)
