"""SQL on happenings, engagements and engagement_totals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, LiteralString
from uuid import UUID

from psycopg.types.json import Jsonb

from kernel.database import Cursor, Tx
from kernel.retention import delete_part

WINDOW: Final = timedelta(days=14)
"""For how long a share or a remix counts."""

EXPIRED: LiteralString = (
    "EXISTS (SELECT FROM personas.engagements WHERE created_at <= %s::timestamptz - interval '14 days')"
)
"""SQL expression: whether an engagement no longer counts. Its parameter is the current time."""


def insert_happening(
    tx: Tx,
    event_name: str,
    account_id: UUID | None,
    metadata: Mapping[str, Any],
    battle_id: UUID | None,
    source_battle_id: UUID | None,
) -> None:
    """Insert a happening; it is no one's if the account is gone, as public routes learn from no token."""
    tx.execute(
        """
        INSERT INTO personas.happenings (account_id, event_name, metadata, battle_id, source_battle_id, created_at)
        VALUES ((SELECT account_id FROM kernel.accounts WHERE account_id = %s), %s, %s, %s, %s, %s)
        """,
        (account_id, event_name, Jsonb(metadata), battle_id, source_battle_id, tx.now),
    )


def insert_happenings_of(
    tx: Tx, event_name: str, account_id: UUID | None, found: LiteralString, params: Sequence[Any]
) -> None:
    """Insert a happening for each row of a query.

    Args:
        found: returns `metadata` and `battle_id`.
    """
    query: LiteralString = (
        """
        INSERT INTO personas.happenings (account_id, event_name, created_at, metadata, battle_id)
        SELECT (SELECT account_id FROM kernel.accounts WHERE account_id = %s::uuid), %s::text, %s::timestamptz,
               found.metadata, found.battle_id
        FROM ("""
        + found
        + ") AS found"
    )
    tx.execute(query, (account_id, event_name, tx.now, *params))


def count_engagement(tx: Tx, kind: str, battle_id: UUID, account_id: UUID | None, sharer: str) -> None:
    """Count a share or a remix of a published battle: once per sharer and UTC day, and never its author's own."""
    tx.execute(
        """
        WITH counted AS (
            INSERT INTO personas.engagements (battle_id, kind, sharer, day, created_at)
            SELECT post_id, %(kind)s, %(sharer)s, (%(now)s::timestamptz AT TIME ZONE 'UTC')::date, %(now)s
            FROM personas.posts
            WHERE post_id = %(battle_id)s AND status = 'PUBLISHED' AND account_id IS DISTINCT FROM %(account_id)s::uuid
            ON CONFLICT DO NOTHING
            RETURNING battle_id, kind
        )
        INSERT INTO personas.engagement_totals AS totals (battle_id, shares, remixes, published_at)
        SELECT counted.battle_id, (counted.kind = 'share')::integer, (counted.kind = 'remix')::integer, published_at
        FROM counted JOIN personas.posts ON post_id = counted.battle_id
        ON CONFLICT (battle_id) DO UPDATE
        SET shares = totals.shares + excluded.shares, remixes = totals.remixes + excluded.remixes
        """,
        {"kind": kind, "battle_id": battle_id, "account_id": account_id, "sharer": sharer, "now": tx.now},
    )


def delete_expired_engagements(tx: Tx, limit: int) -> Cursor:
    """Delete some of the engagements that no longer count, and return one row with the `count`."""
    return tx.execute(
        """
        WITH old AS (
            SELECT battle_id, kind, sharer, day FROM personas.engagements
            WHERE created_at <= %(until)s ORDER BY created_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
        ), gone AS (
            DELETE FROM personas.engagements e USING old
            WHERE (e.battle_id, e.kind, e.sharer, e.day) = (old.battle_id, old.kind, old.sharer, old.day)
            RETURNING e.battle_id, e.kind
        ), less AS (
            SELECT battle_id, count(*) FILTER (WHERE kind = 'share') AS shares,
                count(*) FILTER (WHERE kind = 'remix') AS remixes
            FROM gone GROUP BY battle_id
        ), locked AS (
            SELECT t.battle_id, less.shares, less.remixes
            FROM personas.engagement_totals t JOIN less USING (battle_id)
            ORDER BY t.battle_id FOR UPDATE OF t
        ), changed AS (
            UPDATE personas.engagement_totals t
            SET shares = t.shares - locked.shares, remixes = t.remixes - locked.remixes
            FROM locked WHERE t.battle_id = locked.battle_id
        )
        SELECT count(*) AS count FROM gone
        """,
        {"until": tx.now - WINDOW, "limit": limit},
    )


def delete_empty_totals(tx: Tx) -> None:
    tx.execute(
        """
        DELETE FROM personas.engagement_totals WHERE battle_id IN (
            SELECT battle_id FROM personas.engagement_totals
            WHERE 2 * shares + 4 * remixes <= 0 FOR UPDATE SKIP LOCKED
        )
        """
    )


def list_published(tx: Tx, post_ids: Sequence[UUID]) -> Cursor:
    """Return a row for each of the posts that is published."""
    return tx.execute(
        """
        SELECT post_id FROM personas.public_posts WHERE post_id = ANY(%s::uuid[])
        """,
        (list(post_ids),),
    )


def count_by_name(tx: Tx, since: datetime, recently: datetime) -> Cursor:
    """Return rows with the `event_name`, its `count` since then, and its `recent` count."""
    return tx.execute(
        """
        SELECT event_name, count(*) AS count, count(*) FILTER (WHERE created_at > %s) AS recent
        FROM personas.happenings WHERE created_at > %s AND created_at <= %s GROUP BY event_name
        """,
        (recently, since, tx.now),
    )


def delete_old_happenings(tx: Tx, before: datetime) -> bool:
    return delete_part(tx, "personas.happenings", "created_at < %(before)s", {"before": before})


def delete_old_happenings_of_strangers(tx: Tx, before: datetime) -> bool:
    return delete_part(tx, "personas.happenings", "account_id IS NULL AND created_at < %(before)s", {"before": before})


def delete_happenings_of(tx: Tx, account_id: UUID, limit: int) -> bool:
    """Delete some of an account's happenings; return whether there may be more."""
    row = tx.execute(
        """
        WITH gone AS (
            DELETE FROM personas.happenings WHERE happening_id = ANY (ARRAY(
                SELECT happening_id FROM personas.happenings WHERE account_id = %(account_id)s LIMIT %(limit)s
            )) RETURNING 1
        )
        SELECT count(*) AS happenings FROM gone
        """,
        {"account_id": account_id, "limit": limit},
    ).fetchone()
    assert row is not None
    return row["happenings"] == limit
