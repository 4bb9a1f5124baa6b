"""A player's stats in this action, and their streak."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from community.inboxes import Inbox
from community.players.part import Column, Limit, Part, Rows, collecting
from community.stats import queries, rollup, rules
from community.stats.models import NewStats, Streak
from kernel.database import Tx


def _parse_streak(row: tuple[int, str, str | None] | None) -> Streak:
    if not row:
        return Streak()
    days, last_on, repaired_on = row
    return Streak(days, date.fromisoformat(last_on), date.fromisoformat(repaired_on) if repaired_on else date.min)


def _save_streak(tx: Tx, user_id: UUID, now: Streak, before: Streak | None) -> None:
    if now.days:
        queries.upsert_streak(tx, user_id, now)


def move(tx: Tx, from_id: UUID, to_id: UUID) -> None:
    """Move one player's stats to the other."""
    queries.lock_windows(tx)
    queries.move_events(tx, from_id, to_id)
    queries.move_standings(tx, from_id, to_id)


_LIMIT = Limit(
    "streak_repairs",
    """
    (SELECT jsonb_build_array(jsonb_build_object('repaired_on', repaired_on)) FROM user_streaks
     WHERE user_id = u.user_id AND repaired_on IS NOT NULL)
    """,
    """
    INSERT INTO user_streaks AS held (user_id, streak, last_on, repaired_on)
    SELECT %(user_id)s, 0, '0001-01-01', max(repaired_on) FROM kept, jsonb_to_record(entry) AS spent (repaired_on date)
    HAVING count(*) > 0
    ON CONFLICT (user_id) DO UPDATE SET repaired_on = greatest(held.repaired_on, excluded.repaired_on)
    """,
)

STREAK = Part(
    holds=Streak,
    save=_save_streak,
    merge=lambda keeper, other, state: rules.merge_streaks(keeper, other),
    column=Column("streak", queries.STREAK_OF_PLAYER, _parse_streak),
    tables=("user_streaks",),
    joined=True,
    limit=_LIMIT,
)
_INBOX = Inbox(queries.find_long_inbox, rollup.roll_up_now)


def insert(tx: Tx, user_id: UUID, stats: NewStats) -> None:
    """Append to the inbox."""
    queries.insert_stats(tx, user_id, stats)
    _INBOX.appended(tx, len(stats))


STATS = collecting(
    NewStats,
    insert,
    Rows(("stats_events", "stats_inbox", "stats_standings"), move),
)
