"""SQL on notifications."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from psycopg.types.json import Jsonb

from kernel.database import Cursor, Tx
from kernel.locks import lock_name
from personas.paging import LATEST

MAX_ID: Final = 2**63 - 1


def lock_subject(tx: Tx, account_id: UUID, type_: str, actor_id: UUID, subject: str) -> None:
    """Wait for a transaction that is about to notify of the same."""
    lock_name(tx, f"notice {account_id} {type_} {actor_id} {subject}")


def insert_unless_repeated(
    tx: Tx,
    account_id: UUID,
    actor_id: UUID,
    type_: str,
    subject: str,
    facts: Mapping[str, str | int],
    metadata: Mapping[str, Any],
    since: datetime,
) -> None:
    """Insert a notification, unless there is one of the same type, actor and subject since then.

    What someone does whom the account has muted, or from whom a block keeps it, is no news to it.
    """
    tx.execute(
        """
        INSERT INTO personas.notifications (account_id, actor_id, type, subject, facts, metadata, created_at)
        SELECT %(account_id)s, %(actor_id)s, %(type)s, %(subject)s, %(facts)s, %(metadata)s, %(now)s
        WHERE NOT EXISTS (
            SELECT FROM personas.notifications
            WHERE account_id = %(account_id)s AND type = %(type)s AND subject = %(subject)s
                AND actor_id = %(actor_id)s AND created_at > %(since)s
        ) AND NOT EXISTS (
            SELECT FROM personas.unseen_accounts u
            WHERE u.reader_id = %(account_id)s AND u.account_id = %(actor_id)s
        )
        """,
        {
            "account_id": account_id,
            "actor_id": actor_id,
            "type": type_,
            "subject": subject,
            "facts": Jsonb(facts),
            "metadata": Jsonb(metadata),
            "now": tx.now,
            "since": since,
        },
    )


def list_newest(
    tx: Tx, account_id: UUID, after: tuple[datetime | None, int | None], limit: int, *, only_unread: bool
) -> Cursor:
    """Return the notifications of an account, newest first, from behind the one that is named."""
    return tx.execute(
        """
        SELECT notification_id, actor_id, type, title, body, facts, metadata, read_at, created_at
        FROM personas.notifications
        WHERE account_id = %s AND (created_at, notification_id) < (%s, %s) AND (read_at IS NULL OR NOT %s)
        ORDER BY created_at DESC, notification_id DESC LIMIT %s
        """,
        (account_id, after[0] or LATEST, after[1] or MAX_ID, only_unread, limit),
    )


def count_unread(tx: Tx, account_id: UUID) -> Cursor:
    return tx.execute(
        "SELECT count(*) AS count FROM personas.notifications WHERE account_id = %s AND read_at IS NULL", (account_id,)
    )


def mark_read(tx: Tx, account_id: UUID, notification_id: int) -> Cursor:
    """Mark one as read; returns its id if it was unread and this account's."""
    return tx.execute(
        """
        UPDATE personas.notifications SET read_at = %s
        WHERE notification_id = %s AND account_id = %s AND read_at IS NULL
        RETURNING notification_id
        """,
        (tx.now, notification_id, account_id),
    )


def mark_all_read(tx: Tx, account_id: UUID) -> Cursor:
    """Mark all as read; returns the ids of those that were unread."""
    return tx.execute(
        """
        WITH unread AS (
            SELECT notification_id FROM personas.notifications
            WHERE account_id = %s AND read_at IS NULL ORDER BY notification_id FOR UPDATE
        )
        UPDATE personas.notifications SET read_at = %s
        WHERE notification_id IN (SELECT notification_id FROM unread)
        RETURNING notification_id
        """,
        (account_id, tx.now),
    )
