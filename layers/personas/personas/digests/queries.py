"""SQL on daily_digests and weekly_digests, and on what they are made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, LiteralString
from uuid import UUID

from psycopg.types.json import Jsonb

from kernel.database import Cursor, Tx
from kernel.retention import delete_part
from personas.mutes.expressions import IS_NOT_MUTED, MUTED

_TODAY: LiteralString = "(%s::timestamptz AT TIME ZONE 'UTC')::date"

_UNTOLD: LiteralString = """
    SELECT a.persona_id, a.day, d.updated_at, d.persona_id IS NULL AS is_new
    FROM (
        SELECT persona_id, (created_at AT TIME ZONE 'UTC')::date AS day, count(*) AS activities
        FROM personas.activity
        WHERE created_at >= date_trunc('day', %s::timestamptz, 'UTC') - interval '1 day'
        GROUP BY 1, 2
    ) AS a LEFT JOIN personas.daily_digests d ON d.persona_id = a.persona_id AND d.date = a.day
        AND d.date >= (%s::timestamptz AT TIME ZONE 'UTC')::date - 1
    WHERE a.activities <> coalesce(d.summarised, 0)
"""
"""Days of personas, today's and yesterday's (UTC), whose digests do not tell of all that was done."""

DAILY_DUE: LiteralString = (
    "((SELECT count(*) FROM personas.daily_digests WHERE date = "
    + _TODAY
    + ") < (SELECT count(*) FROM personas.personas) OR EXISTS ("
    + _UNTOLD
    + "))"
)
"""SQL expression: whether a persona lacks today's digest, or has done something since. Its parameters are the time."""

_WEEK: LiteralString = "date_trunc('week', %s::timestamptz AT TIME ZONE 'UTC')::date"

WEEKLY_DUE: LiteralString = (
    "((SELECT count(*) FROM personas.weekly_digests WHERE week_start = "
    + _WEEK
    + ") < (SELECT count(*) FROM kernel.accounts) OR EXISTS (SELECT FROM personas.weekly_digests WHERE week_start = "
    + _WEEK
    + " AND updated_at <= %s::timestamptz - interval '6 hours'))"
)
"""SQL expression: whether an account has no digest of this week, or an old one. Its parameters are the time."""


def insert_idle_digests(tx: Tx, stats: Mapping[str, Any], limit: int) -> Cursor:
    """Insert today's digest of personas that have done nothing today; return one row with the `count`."""
    return tx.execute(
        """
        WITH today AS (
            SELECT day, day::timestamp AT TIME ZONE 'UTC' AS begins_at
            FROM (SELECT (%(now)s::timestamptz AT TIME ZONE 'UTC')::date AS day) AS this
        ), inserted AS (
            INSERT INTO personas.daily_digests (persona_id, date, stats, created_at, updated_at)
            SELECT p.persona_id, today.day, %(stats)s, %(now)s, %(now)s
            FROM personas.personas p, today
            WHERE NOT EXISTS (
                SELECT FROM personas.daily_digests d WHERE d.persona_id = p.persona_id AND d.date = today.day
            ) AND NOT EXISTS (
                SELECT FROM personas.activity a
                WHERE a.persona_id = p.persona_id AND a.created_at >= today.begins_at
            )
            LIMIT %(limit)s
            ON CONFLICT DO NOTHING
            RETURNING 1
        )
        SELECT count(*) AS count FROM inserted
        """,
        {"now": tx.now, "stats": Jsonb(stats), "limit": limit},
    )


def list_untold(tx: Tx, limit: int) -> Cursor:
    """Return the days of personas whose digests are to be made: the oldest digest first, then the oldest persona."""
    query: LiteralString = (
        "SELECT untold.persona_id, untold.day, p.account_id FROM ("
        + _UNTOLD
        + """) AS untold JOIN personas.personas p USING (persona_id)
        ORDER BY untold.updated_at NULLS FIRST, p.created_at, p.persona_id, untold.day LIMIT %s"""
    )
    return tx.execute(query, (*[tx.now] * _UNTOLD.count("%s"), limit))


def count_activity(tx: Tx, persona_id: UUID, since: datetime, until: datetime) -> Cursor:
    return tx.execute(
        """
        SELECT count(*) AS activities, count(*) FILTER (WHERE type = 'post_created') AS posts,
            count(*) FILTER (WHERE type = 'reply_generated') AS replies
        FROM personas.activity WHERE persona_id = %s AND created_at >= %s AND created_at < %s
        """,
        (persona_id, since, until),
    )


def list_top_threads(tx: Tx, persona_id: UUID, since: datetime, until: datetime) -> Cursor:
    """Return the three threads in which a persona did most, of equal ones the latest first."""
    return tx.execute(
        """
        SELECT t.post_id::uuid AS post_id, r.room_id, r.name AS room_name, left(t.post_preview, 220) AS post_preview,
            t.activity_count, t.last_activity_at
        FROM (
            SELECT metadata->>'post_id' AS post_id, count(*) AS activity_count, max(created_at) AS last_activity_at,
                coalesce((array_agg(metadata->>'post_preview' ORDER BY created_at DESC)
                    FILTER (WHERE metadata ? 'post_preview'))[1], '') AS post_preview,
                (array_agg(metadata->>'room_id' ORDER BY created_at DESC) FILTER (WHERE metadata ? 'room_id'))[1]
                    AS room_id
            FROM personas.activity
            WHERE persona_id = %s AND type = 'thread_participated' AND created_at >= %s AND created_at < %s
                AND metadata->>'post_id' IS NOT NULL
            GROUP BY 1 ORDER BY 2 DESC, 3 DESC, 1 LIMIT 3
        ) AS t LEFT JOIN personas.rooms r ON r.room_id = t.room_id::uuid
        ORDER BY t.activity_count DESC, t.last_activity_at DESC, t.post_id
        """,
        (persona_id, since, until),
    )


def find_daily(tx: Tx, persona_id: UUID, day: date) -> Cursor:
    return tx.execute(
        """
        SELECT persona_id, date, summary, stats, activities, summarised, updated_at
        FROM personas.daily_digests WHERE persona_id = %s AND date = %s
        """,
        (persona_id, day),
    )


def find_latest_daily(tx: Tx, persona_id: UUID) -> Cursor:
    return tx.execute(
        """
        SELECT persona_id, date, summary, stats, activities, summarised, updated_at
        FROM personas.daily_digests WHERE persona_id = %s ORDER BY date DESC LIMIT 1
        """,
        (persona_id,),
    )


def upsert_daily(tx: Tx, persona_id: UUID, day: date, stats: Mapping[str, Any], activities: int) -> None:
    """Store what a persona did; what a model has said of less of it is gone."""
    tx.execute(
        """
        INSERT INTO personas.daily_digests AS d (persona_id, date, stats, activities, created_at, updated_at)
        VALUES (%(persona_id)s, %(day)s, %(stats)s, %(activities)s, %(now)s, %(now)s)
        ON CONFLICT (persona_id, date) DO UPDATE
        SET summary = '', stats = excluded.stats, activities = excluded.activities,
            updated_at = excluded.updated_at
        """,
        {
            "persona_id": persona_id,
            "day": day,
            "stats": Jsonb(stats),
            "activities": activities,
            "now": tx.now,
        },
    )


def store_summary(tx: Tx, persona_id: UUID, day: date, summary: str | None) -> None:
    """Store what a model has written about the stats of a day; None keeps what is there."""
    tx.execute(
        """
        UPDATE personas.daily_digests
        SET summary = coalesce(%s, summary), summarised = activities, updated_at = %s
        WHERE persona_id = %s AND date = %s
        """,
        (summary, tx.now, persona_id, day),
    )


def list_accounts_due(tx: Tx, week: date, limit: int) -> Cursor:
    """Return accounts whose digest of the week is missing or six hours old.

    Those come first who were here in the 14 days before their last digest, or have none yet; then those with the oldest
    digest; then the oldest accounts.
    """
    return tx.execute(
        """
        SELECT a.account_id
        FROM kernel.accounts a
        LEFT JOIN personas.weekly_digests d ON d.account_id = a.account_id AND d.week_start = %(week)s
        LEFT JOIN personas.weekly_digests last ON last.account_id = a.account_id AND last.week_start = %(last_week)s
        WHERE d.updated_at IS NULL OR d.updated_at <= %(now)s::timestamptz - interval '6 hours'
        ORDER BY coalesce(d.was_active, last.was_active, true) DESC, d.updated_at NULLS FIRST, a.created_at,
            a.account_id
        LIMIT %(limit)s
        """,
        {"week": week, "last_week": week - timedelta(days=7), "now": tx.now, "limit": limit},
    )


def upsert_weekly(tx: Tx, week: date, digests: Mapping[UUID, Sequence[Mapping[str, Any]]]) -> None:
    tx.execute(
        """
        INSERT INTO personas.weekly_digests (account_id, week_start, items, was_active, created_at, updated_at)
        SELECT account_id, %(week)s, items, EXISTS (
            SELECT FROM personas.happenings h
            WHERE h.account_id = given.account_id AND h.created_at > %(now)s::timestamptz - interval '14 days'
        ), %(now)s, %(now)s
        FROM unnest(%(accounts)s::uuid[], %(items)s::jsonb[]) AS given (account_id, items)
        ORDER BY account_id
        ON CONFLICT (account_id, week_start) DO UPDATE
        SET items = excluded.items, was_active = excluded.was_active, updated_at = excluded.updated_at
        """,
        {
            "week": week,
            "now": tx.now,
            "accounts": list(digests),
            "items": [Jsonb(list(items)) for items in digests.values()],
        },
    )


def find_weekly(tx: Tx, account_id: UUID, week: date) -> Cursor:
    """Return the newest digest up to a week, with the `summaries` of those of its battles that can be seen, by id."""
    return tx.execute(
        "WITH "
        + MUTED
        + """
        SELECT d.week_start, d.items, d.updated_at, (
            SELECT jsonb_object_agg(p.post_id, coalesce(s.summary, ''))
            FROM jsonb_array_elements(d.items) AS item
            JOIN personas.public_posts p ON p.post_id = (item->>'battle_id')::uuid
            LEFT JOIN personas.battles b USING (post_id)
            LEFT JOIN personas.thread_summaries s ON s.post_id = p.post_id CROSS JOIN muted
            WHERE """
        + IS_NOT_MUTED
        + """
        ) AS summaries
        FROM personas.weekly_digests d WHERE d.account_id = %(me)s AND d.week_start <= %(week)s
        ORDER BY d.week_start DESC LIMIT 1
        """,
        {"me": account_id, "week": week},
    )


def delete_idle_daily(tx: Tx, before: date) -> bool:
    return delete_part(tx, "personas.daily_digests", "date < %(before)s AND activities = 0", {"before": before})


def delete_old_weekly(tx: Tx, before: date) -> bool:
    return delete_part(tx, "personas.weekly_digests", "week_start < %(before)s", {"before": before})
