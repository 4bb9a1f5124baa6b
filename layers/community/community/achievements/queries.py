"""SQL on user_achievements."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, LiteralString
from uuid import UUID

from community.players.locks import lock_players_with
from kernel.database import Cursor, Tx

if TYPE_CHECKING:
    from community.achievements.models import AchievementProgress

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


def list_keys(tx: Tx) -> Cursor:
    """Return rows with `achievement_key`, and whether any player has unlocked it as `is_unlocked`."""
    return tx.execute(
        """
        SELECT achievement_key, bool_or(unlocked_at IS NOT NULL) AS is_unlocked
        FROM user_achievements GROUP BY achievement_key ORDER BY achievement_key
        """
    )


def lock_players_who_began(tx: Tx, key: str) -> None:
    """Lock the players who have started the achievement, so that no action saves what it loaded before."""
    lock_players_with(tx, "user_achievements", "achievement_key", key)


def rename_achievement(tx: Tx, old_key: str, new_key: str) -> None:
    """Move progress to another key. Of what a player has under both, the further one stays."""
    tx.execute(
        """
        WITH moved AS (DELETE FROM user_achievements WHERE achievement_key = %(old)s RETURNING *)
        INSERT INTO user_achievements AS kept (user_id, achievement_key, progress, unlocked_at)
        SELECT user_id, %(new)s, progress, unlocked_at FROM moved
        ON CONFLICT (user_id, achievement_key) DO UPDATE
        SET progress = greatest(kept.progress, excluded.progress),
            unlocked_at = least(kept.unlocked_at, excluded.unlocked_at)
        """,
        {"old": old_key, "new": new_key},
    )
