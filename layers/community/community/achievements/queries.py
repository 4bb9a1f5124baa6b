"""SQL on user_achievements."""

from __future__ import annotations

from collections.abc import Mapping
from typing import LiteralString
from uuid import UUID

from community.achievements.models import AchievementProgress
from kernel.database import Tx

ACHIEVEMENTS_OF_PLAYER: LiteralString = """
    SELECT json_object_agg(a.achievement_key, json_build_array(a.progress, a.unlocked_at))
    FROM user_achievements a WHERE a.user_id = u.user_id
"""
"""An expression over `u`, a row of users."""


def upsert_progress(tx: Tx, user_id: UUID, progress: Mapping[str, AchievementProgress]) -> None:
    tx.insert(
        "INSERT INTO user_achievements (user_id, achievement_key, progress, unlocked_at)",
        [(user_id, key, each.count, each.unlocked_at) for key, each in progress.items()],
        """
        ON CONFLICT (user_id, achievement_key) DO UPDATE
        SET progress = excluded.progress, unlocked_at = excluded.unlocked_at
        """,
    )
