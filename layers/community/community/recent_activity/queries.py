"""SQL on player_recent_activity."""

from __future__ import annotations

from typing import TYPE_CHECKING, LiteralString
from uuid import UUID

from kernel.database import Tx

if TYPE_CHECKING:
    from community.recent_activity.models import RecentActivity

ACTIVITY_OF_PLAYER: LiteralString = (
    "SELECT json_build_array(r.minute, r.points, r.line, r.line_count) FROM player_recent_activity r "
    "WHERE r.user_id = u.user_id"
)
"""SQL expression over `u`, a row of users."""


def upsert(tx: Tx, user_id: UUID, recent: RecentActivity) -> None:
    tx.execute(
        """
        INSERT INTO player_recent_activity (user_id, minute, points, line, line_count) VALUES (%s, %s, %s, %s, %s)
        ON CONFLICT (user_id) DO UPDATE
        SET minute = excluded.minute, points = excluded.points, line = excluded.line, line_count = excluded.line_count
        """,
        (user_id, recent.minute, recent.points, recent.line, recent.line_count),
    )
