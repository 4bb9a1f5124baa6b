"""The `events` table: outbox and audit log in one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, LiteralString
from uuid import UUID

from psycopg.types.json import Jsonb

from brandish.database import Cursor, Tx

if TYPE_CHECKING:  # the relay starts without pydantic
    from brandish.events.models import Event


def insert_event(tx: Tx, event_id: UUID, event: Event) -> None:
    tx.execute(
        """
        INSERT INTO events (event_id, event_type, user_id, payload, metadata, created_at)
        VALUES (%s, %s, %s, %s, %s, %s)
        """,
        _columns(event_id, event, tx.now),
    )


def _columns(event_id: UUID, event: Event, now: datetime) -> tuple[Any, ...]:
    return (
        event_id,
        event.type,
        event.subject,
        Jsonb(event.model_dump(mode="json")),
        Jsonb(event.metadata | {"version": event.version}),
        now,
    )


def insert_event_if(tx: Tx, event_id: UUID, event: Event, happening: LiteralString, params: Sequence[Any]) -> None:
    """The event for the one row, or not, that the statement `happening` returns: a `jsonb` of fields to put into the
    payload."""
    tx.execute(
        "WITH happened (fields) AS ("
        + happening
        + """)
        INSERT INTO events (event_id, event_type, user_id, payload, metadata, created_at)
        SELECT %s, %s, %s, %s || fields, %s, %s FROM happened
        """,
        (*params, *_columns(event_id, event, tx.now)),
    )


def lock_events_to_publish(tx: Tx, limit: int) -> Cursor:
    """Oldest first. Rows that another relay holds are left to it."""
    return tx.execute(
        """
        SELECT position, created_at, event_id, event_type, payload, metadata, attempts
        FROM events
        WHERE next_attempt_at <= %s
        ORDER BY position
        LIMIT %s
        FOR UPDATE SKIP LOCKED
        """,
        (tx.now, limit),
    )


def mark_published(tx: Tx, positions: list[int]) -> None:
    tx.execute(
        """
        UPDATE events
        SET published_at = %s, next_attempt_at = NULL, attempts = attempts + 1
        WHERE position = ANY(%s) AND next_attempt_at IS NOT NULL
        """,
        (tx.now, positions),
    )


def mark_failed(tx: Tx, position: int, error: str, next_attempt_at: datetime | None) -> None:
    """`next_attempt_at` None: given up, dead."""
    tx.execute(
        """
        UPDATE events
        SET next_attempt_at = %s, attempts = attempts + 1, last_error = %s
        WHERE position = %s AND next_attempt_at IS NOT NULL
        """,
        (next_attempt_at, error, position),
    )


def count_backlog(tx: Tx) -> Cursor:
    """One row: `waiting` and `dead`."""
    return tx.execute(
        """
        SELECT count(*) FILTER (WHERE next_attempt_at IS NOT NULL) AS waiting,
               count(*) FILTER (WHERE next_attempt_at IS NULL) AS dead
        FROM events
        WHERE next_attempt_at IS NOT NULL OR published_at IS NULL
        """
    )


def list_events(
    tx: Tx,
    user_id: UUID | None,
    event_type: str | None,
    since: datetime | None,
    until: datetime | None,
    limit: int,
) -> Cursor:
    """Newest first. Only the given conditions are in the statement, so that each can use its index."""
    conditions: tuple[tuple[LiteralString, Any], ...] = (
        ("user_id = %s", user_id),
        ("event_type = %s", event_type),
        ("created_at >= %s", since),
        ("created_at <= %s", until),
    )
    given: list[tuple[LiteralString, Any]] = [
        (condition, value) for condition, value in conditions if value is not None
    ]
    where: LiteralString = " AND ".join([condition for condition, _ in given]) or "true"
    return tx.execute(
        """
        SELECT position, event_type, user_id, payload, metadata, created_at FROM events
        WHERE """
        + where
        + " ORDER BY position DESC LIMIT %s",
        [*(value for _, value in given), limit],
    )


def insert_consumed(tx: Tx, consumer: str, event_ids: list[UUID]) -> Cursor:
    """Rows: `event_id` of those this consumer had not seen before."""
    return tx.execute(
        """
        INSERT INTO consumed_events (consumer, event_id, consumed_at)
        SELECT %s, event_id, %s FROM unnest(%s::uuid[]) AS event_id
        ON CONFLICT DO NOTHING
        RETURNING event_id
        """,
        (consumer, tx.now, event_ids),
    )


def delete_consumed_before(tx: Tx, moment: datetime) -> None:
    tx.execute("DELETE FROM consumed_events WHERE consumed_at < %s", (moment,))


def ensure_partitions(tx: Tx, first: datetime, days: int) -> None:
    """One partition for each of `days` UTC days from `first` on; what landed in the default partition moves along."""
    for offset in range(days):
        day = (first + timedelta(days=offset)).date()
        tx.execute("SELECT ensure_events_partition(%s)", (day,))


def drop_partitions_before(tx: Tx, moment: datetime) -> Cursor:
    """Rows: `partition`, the names of the dropped ones."""
    return tx.execute("SELECT drop_events_partitions_before(%s) AS partition", (moment.date(),))
