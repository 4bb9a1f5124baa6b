"""SQL on user_streaks and the stats_ tables; reports are in `report_queries`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, LiteralString
from uuid import UUID

from psycopg.types.json import Jsonb

from community.inboxes import LONG
from kernel.database import Cursor, Tx
from kernel.retention import delete_part

if TYPE_CHECKING:
    from community.stats.models import Stat, Streak

STREAK_OF_PLAYER: LiteralString = (
    "SELECT json_build_array(s.streak, s.last_on, s.repaired_on) FROM user_streaks s WHERE s.user_id = u.user_id"
)
"""SQL expression over `u`, a row of users."""


def insert_stats(tx: Tx, user_id: UUID, stats: Sequence[Stat]) -> None:
    tx.insert(
        "INSERT INTO stats_inbox (user_id, event_type, event_data, happened_at)",
        [(user_id, each.event_type, None if each.data is None else Jsonb(each.data), tx.now) for each in stats],
    )


def upsert_streak(tx: Tx, user_id: UUID, streak: Streak) -> None:
    tx.execute(
        """
        INSERT INTO user_streaks (user_id, streak, last_on, repaired_on) VALUES (%s, %s, %s, %s)
        ON CONFLICT (user_id) DO UPDATE
        SET streak = excluded.streak, last_on = excluded.last_on, repaired_on = excluded.repaired_on
        """,
        (user_id, streak.days, streak.last_on, streak.repaired_on if streak.repaired_on > date.min else None),
    )


def count_active(tx: Tx, first: date, last: date) -> Cursor:
    """Return one row: the number of `players` whose last day is one of these, and the `first_day` of them."""
    return tx.execute(
        "SELECT count(*) AS players, min(last_on) AS first_day FROM user_streaks WHERE last_on BETWEEN %s AND %s",
        (first, last),
    )


def lock_windows(tx: Tx) -> Cursor:
    """Serialise writers of the sums. A separate statement, so that the next one sees what the last writer committed."""
    return tx.execute("SELECT period FROM stats_windows ORDER BY period FOR UPDATE")


def try_lock_windows(tx: Tx) -> Cursor:
    """Like `lock_windows`, without waiting: returns fewer rows than there are windows when one is locked."""
    return tx.execute("SELECT period FROM stats_windows ORDER BY period FOR UPDATE SKIP LOCKED")


def find_long_inbox(tx: Tx) -> Cursor:
    """Return a row if the inbox is long."""
    return tx.execute("SELECT FROM stats_inbox ORDER BY stat_id OFFSET %s LIMIT 1", (LONG - 1,))


_WINDOWS_AND_SPANS: LiteralString = """
    stats_windows
    JOIN (VALUES ('daily', interval '1 day'), ('weekly', interval '7 days'),
                 ('monthly', interval '1 month'), ('yearly', interval '1 year')) AS length (period, span)
    USING (period)
"""

ROLLUP_DUE: LiteralString = (
    """
    (EXISTS (SELECT FROM stats_inbox)
     OR EXISTS (SELECT FROM """
    + _WINDOWS_AND_SPANS
    + """
                CROSS JOIN LATERAL (SELECT FROM stats_events
                                    WHERE happened_at >= counted_since
                                      AND happened_at < (%s AT TIME ZONE 'UTC' - span) AT TIME ZONE 'UTC'
                                    ORDER BY happened_at LIMIT 1) AS left_behind))
"""
)
"""SQL expression: whether stats are in the inbox, or some have left a window (as `rules.start_of`).

Its parameter is the current time."""

WINDOWS_AHEAD: LiteralString = (
    """
    EXISTS (SELECT FROM """
    + _WINDOWS_AND_SPANS
    + """
            WHERE counted_since > (greatest(%s::timestamptz, now()) AT TIME ZONE 'UTC' - span) AT TIME ZONE 'UTC'
                                  + interval '1 minute')
"""
)
"""SQL expression: whether a window begins later than it may. Its parameter is the current time."""

_ADD_UP: LiteralString = """
        sums AS MATERIALIZED (
            SELECT user_id, event_type,
                   coalesce(sum(change) FILTER (WHERE period = 'daily'), 0) AS daily,
                   coalesce(sum(change) FILTER (WHERE period = 'weekly'), 0) AS weekly,
                   coalesce(sum(change) FILTER (WHERE period = 'monthly'), 0) AS monthly,
                   coalesce(sum(change) FILTER (WHERE period = 'yearly'), 0) AS yearly,
                   coalesce(sum(change) FILTER (WHERE period = 'total'), 0) AS total
            FROM changes GROUP BY user_id, event_type
        ), standings AS (
            INSERT INTO stats_standings AS old (user_id, event_type, daily, weekly, monthly, yearly, total)
            SELECT * FROM sums
            ON CONFLICT (user_id, event_type) DO UPDATE
            SET daily = old.daily + excluded.daily, weekly = old.weekly + excluded.weekly,
                monthly = old.monthly + excluded.monthly, yearly = old.yearly + excluded.yearly,
                total = old.total + excluded.total
        ), totals AS (
            INSERT INTO stats_totals AS old (event_type, daily, weekly, monthly, yearly, total)
            SELECT event_type, sum(daily), sum(weekly), sum(monthly), sum(yearly), sum(total)
            FROM sums GROUP BY event_type
            ON CONFLICT (event_type) DO UPDATE
            SET daily = old.daily + excluded.daily, weekly = old.weekly + excluded.weekly,
                monthly = old.monthly + excluded.monthly, yearly = old.yearly + excluded.yearly,
                total = old.total + excluded.total
        )
"""
"""Common table expressions that add `changes` (user_id, event_type, period, change) to all sums."""


def roll_up(tx: Tx, starts: Mapping[str, datetime], limit: int) -> Cursor:
    """Advance the windows towards their new starts, and move the oldest rows of the inbox into archive and sums.

    Returns a row with `moved`, the number of rows added to or removed from sums. The windows must be locked. Parts of
    one statement do not see each other's writes, so rows that leave a window were archived by an earlier rollup, and
    new rows are counted only for windows that contain them.

    Args:
        starts: {period: its current start}.
        limit: how many rows to move from the inbox, and how many to remove per window, plus those with the same time
            as the last.
    """
    return tx.execute(
        """
        WITH windows AS MATERIALIZED (
            SELECT period, counted_since AS before, greatest(counted_since, least(start, enough)) AS since
            FROM stats_windows
            JOIN unnest(%(periods)s::text[], %(starts)s::timestamptz[]) AS now (period, start) USING (period)
            LEFT JOIN LATERAL (
                SELECT happened_at + interval '1 microsecond' AS enough FROM stats_events
                WHERE happened_at >= counted_since AND happened_at < start
                ORDER BY happened_at OFFSET %(limit)s - 1 LIMIT 1
            ) AS step ON true
        ), moved_windows AS (
            UPDATE stats_windows SET counted_since = since FROM windows
            WHERE stats_windows.period = windows.period AND before < since
        ), arrived AS (
            DELETE FROM stats_inbox
            WHERE stat_id IN (SELECT stat_id FROM stats_inbox ORDER BY stat_id LIMIT %(limit)s)
            RETURNING stat_id, user_id, event_type, event_data, happened_at
        ), archived AS (
            INSERT INTO stats_events (stat_id, user_id, event_type, event_data, happened_at) SELECT * FROM arrived
        ), left_behind AS MATERIALIZED (
            SELECT user_id, event_type, period
            FROM windows JOIN stats_events ON happened_at >= before AND happened_at < since
        ), changes AS (
            SELECT user_id, event_type, period, -1 AS change FROM left_behind
            UNION ALL
            SELECT user_id, event_type, period, 1 FROM windows JOIN arrived ON happened_at >= since
            UNION ALL
            SELECT user_id, event_type, 'total', 1 FROM arrived
        ), """
        + _ADD_UP
        + """
        SELECT (SELECT count(*) FROM arrived) + (SELECT count(*) FROM left_behind) AS moved
        """,
        {"periods": list(starts), "starts": list(starts.values()), "limit": limit},
    )


def reopen_windows(tx: Tx, starts: Mapping[str, datetime]) -> None:
    """Move windows back to their starts where they begin later, and add what had left them. They must be locked.

    Args:
        starts: {period: its current start}.
    """
    tx.execute(
        """
        WITH windows AS MATERIALIZED (
            SELECT period, counted_since AS before, start AS since
            FROM stats_windows
            JOIN unnest(%(periods)s::text[], %(starts)s::timestamptz[]) AS now (period, start) USING (period)
            WHERE counted_since > start
        ), moved_windows AS (
            UPDATE stats_windows SET counted_since = since FROM windows WHERE stats_windows.period = windows.period
        ), changes AS (
            SELECT user_id, event_type, period, 1 AS change
            FROM windows JOIN stats_events ON happened_at >= since AND happened_at < before
        ), """
        + _ADD_UP
        + """
        SELECT
        """,
        {"periods": list(starts), "starts": list(starts.values())},
    )


def move_events(tx: Tx, from_id: UUID, to_id: UUID) -> None:
    tx.execute("UPDATE stats_inbox SET user_id = %s WHERE user_id = %s", (to_id, from_id))
    tx.execute("UPDATE stats_events SET user_id = %s WHERE user_id = %s", (to_id, from_id))


def move_standings(tx: Tx, from_id: UUID, to_id: UUID) -> None:
    tx.execute(
        """
        WITH gone AS (DELETE FROM stats_standings WHERE user_id = %s RETURNING *)
        INSERT INTO stats_standings AS old (user_id, event_type, daily, weekly, monthly, yearly, total)
        SELECT %s, event_type, daily, weekly, monthly, yearly, total FROM gone
        ON CONFLICT (user_id, event_type) DO UPDATE
        SET daily = old.daily + excluded.daily, weekly = old.weekly + excluded.weekly,
            monthly = old.monthly + excluded.monthly, yearly = old.yearly + excluded.yearly,
            total = old.total + excluded.total
        """,
        (from_id, to_id),
    )


def delete_stats_before(tx: Tx, moment: datetime) -> bool:
    """Delete archived stats, except those that the sum of a year still includes because the roll-up is late."""
    return delete_part(
        tx,
        "stats_events",
        "happened_at < least(%(moment)s, (SELECT counted_since FROM stats_windows WHERE period = 'yearly'))",
        {"moment": moment},
    )
