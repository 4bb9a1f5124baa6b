"""SQL on player_pace."""

from __future__ import annotations

from typing import LiteralString
from uuid import UUID

from community.pace.models import Pace
from kernel.database import Tx

PACE_OF_PLAYER: LiteralString = (
    "SELECT json_build_array(p.minute, p.points, p.line, p.line_count) FROM player_pace p WHERE p.user_id = u.user_id"
)
"""SQL expression over `u`, a row of users."""


def upsert_pace(tx: Tx, user_id: UUID, pace: Pace) -> None:
    tx.execute(
        """
        INSERT INTO player_pace (user_id, minute, points, line, line_count) VALUES (%s, %s, %s, %s, %s)
        ON CONFLICT (user_id) DO UPDATE
        SET minute = excluded.minute, points = excluded.points, line = excluded.line, line_count = excluded.line_count
        """,
        (user_id, pace.minute, pace.points, pace.line, pace.line_count),
    )
