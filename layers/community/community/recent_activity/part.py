"""A player's recent activity: exact, because it is read and written under the player's lock.

Stored only when a limit is set.
"""

from __future__ import annotations

from uuid import UUID

from community.players.part import Column, Part
from community.recent_activity import queries, rules
from community.recent_activity.models import RecentActivity
from kernel.database import Tx


def _save(tx: Tx, user_id: UUID, now: RecentActivity, before: RecentActivity | None) -> None:
    if now != RecentActivity():
        queries.upsert(tx, user_id, now)


RECENT_ACTIVITY = Part(
    holds=RecentActivity,
    save=_save,
    merge=lambda keeper, other, state: rules.merged(keeper, other),
    column=Column(
        "recent_activity", queries.ACTIVITY_OF_PLAYER, lambda row: RecentActivity(*row) if row else RecentActivity()
    ),
    tables=("player_recent_activity",),
    joined=True,
)
