"""user_streaks and the stats_ tables."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from psycopg.types.json import Jsonb

from brandish.database import Tx
from brandish.stats.models import Stat, Streak


def insert_stats(tx: Tx, user_id: UUID, stats: Sequence[Stat]) -> None:
    tx.execute(
        """
        INSERT INTO stats_inbox (user_id, event_type, event_data, happened_at)
        SELECT %s, event_type, event_data, %s FROM unnest(%s::text[], %s::jsonb[]) AS stat (event_type, event_data)
        """,
        (user_id, tx.now, [each.event_type for each in stats], [each.data and Jsonb(each.data) for each in stats]),
    )


def upsert_streak(tx: Tx, user_id: UUID, streak: Streak) -> None:
    tx.execute(
        """
        INSERT INTO user_streaks (user_id, streak, last_on) VALUES (%s, %s, %s)
        ON CONFLICT (user_id) DO UPDATE SET streak = excluded.streak, last_on = excluded.last_on
        """,
        (user_id, streak.days, streak.last_on),
    )
