"""A player's recent activity: exact, because it is read and written under the player's lock.

Stored only when a limit is set.
"""

from __future__ import annotations

from uuid import UUID

from community.players.part import Column, Limit, Part
from community.recent_activity import queries, rules
from community.recent_activity.models import RecentActivity
from kernel.database import Tx


def _save(tx: Tx, user_id: UUID, now: RecentActivity, before: RecentActivity | None) -> None:
    if now != RecentActivity():
        queries.upsert(tx, user_id, now)


_LIMIT = Limit(
    "recent_activity",
    "(SELECT jsonb_build_array(to_jsonb(r) - 'user_id') FROM player_recent_activity r WHERE user_id = u.user_id)",
    """
    INSERT INTO player_recent_activity AS held (user_id, minute, points, line, line_count)
    SELECT %(user_id)s, minute, points, line, line_count
    FROM kept, jsonb_to_record(entry) AS recent (minute integer, points bigint, line text, line_count integer)
    ORDER BY minute DESC, points DESC LIMIT 1
    ON CONFLICT (user_id) DO UPDATE
    SET minute = excluded.minute, points = excluded.points, line = excluded.line, line_count = excluded.line_count
    WHERE (held.minute, held.points) < (excluded.minute, excluded.points)
    """,
)

RECENT_ACTIVITY = Part(
    holds=RecentActivity,
    save=_save,
    merge=lambda keeper, other, state: rules.merged(keeper, other),
    merge_of_one_person=lambda keeper, other, state: rules.merged(keeper, other, of_minute=max),
    column=Column(
        "recent_activity", queries.ACTIVITY_OF_PLAYER, lambda row: RecentActivity(*row) if row else RecentActivity()
    ),
    tables=("player_recent_activity",),
    joined=True,
    limit=_LIMIT,
)
