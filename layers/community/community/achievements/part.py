"""A player's achievements and their progress towards others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from community.achievements import queries, rules
from community.achievements.models import AchievementProgress, Achievements
from community.players.part import Column, Limit, Part, changed
from kernel.database import Tx


def _parse(rows: Mapping[str, Sequence[Any]] | None) -> Achievements:
    """Parse {achievement key: [progress, unlocked_at]}."""
    return Achievements(
        {
            key: AchievementProgress(count, datetime.fromisoformat(unlocked_at) if unlocked_at else None)
            for key, (count, unlocked_at) in (rows or {}).items()
        }
    )


def _save(tx: Tx, user_id: UUID, now: Achievements, before: Achievements | None) -> None:
    progress = changed(now.progress, before.progress if before else {})
    if progress:
        queries.upsert_progress(tx, user_id, progress)


_LIMIT = Limit(
    "achievements",
    """
    (SELECT jsonb_agg(to_jsonb(a) - 'user_id') FROM user_achievements a
     WHERE user_id = u.user_id AND unlocked_at IS NOT NULL)
    """,
    """
    INSERT INTO user_achievements AS held (user_id, achievement_key, progress, unlocked_at)
    SELECT %(user_id)s, achievement_key, max(progress), min(unlocked_at)
    FROM kept, jsonb_to_record(entry) AS paid (achievement_key text, progress bigint, unlocked_at timestamptz)
    GROUP BY achievement_key
    ON CONFLICT (user_id, achievement_key) DO UPDATE
    SET progress = greatest(held.progress, excluded.progress),
        unlocked_at = least(held.unlocked_at, excluded.unlocked_at)
    """,
)

ACHIEVEMENTS = Part(
    holds=Achievements,
    save=_save,
    merge=lambda keeper, other, state: rules.merged(keeper, other),
    column=Column("achievements", queries.ACHIEVEMENTS_OF_PLAYER, _parse),
    tables=("user_achievements",),
    joined=True,
    limit=_LIMIT,
)
