"""SQL on personas.quota_usage, quota_leases and quota_events."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from kernel.database import Cursor, Tx
from kernel.retention import delete_part


def lock_usage(tx: Tx, persona_id: UUID | None, account_id: UUID, quota_type: str, day: date) -> Cursor:
    """Lock both rows, the account's first, and return them as `scope, used`; they need not exist.

    Args:
        persona_id: None for the account's alone.
    """
    return tx.execute(
        """
        INSERT INTO personas.quota_usage AS q (scope, scope_id, quota_type, day, used)
        SELECT scope, scope_id, %(type)s, %(day)s, 0
        FROM (VALUES ('account', %(account_id)s::uuid), ('persona', %(persona_id)s::uuid)) AS asked (scope, scope_id)
        WHERE scope_id IS NOT NULL
        ON CONFLICT (scope, scope_id, quota_type, day) DO UPDATE SET used = q.used
        RETURNING scope, used
        """,
        {"account_id": account_id, "persona_id": persona_id, "type": quota_type, "day": day},
    )


def find_usage(tx: Tx, persona_id: UUID | None, account_id: UUID, quota_type: str, day: date) -> Cursor:
    return tx.execute(
        """
        SELECT scope, used FROM personas.quota_usage
        WHERE quota_type = %(type)s AND day = %(day)s
          AND (scope, scope_id) IN (('account', %(account_id)s), ('persona', %(persona_id)s))
        """,
        {"account_id": account_id, "persona_id": persona_id, "type": quota_type, "day": day},
    )


def count_leases(
    tx: Tx, persona_id: UUID | None, account_id: UUID, quota_type: str, day: date, without: UUID | None
) -> Cursor:
    """Count the leases that have not expired.

    Args:
        without: a lease that does not count.
    """
    return tx.execute(
        """
        SELECT count(*) AS by_account, count(*) FILTER (WHERE persona_id = %(persona_id)s) AS by_persona
        FROM personas.quota_leases
        WHERE account_id = %(account_id)s AND quota_type = %(type)s AND day = %(day)s AND expires_at > %(now)s
            AND lease_id IS DISTINCT FROM %(without)s::uuid
        """,
        {
            "account_id": account_id,
            "persona_id": persona_id,
            "type": quota_type,
            "day": day,
            "now": tx.now,
            "without": without,
        },
    )


def add_usage(tx: Tx, persona_id: UUID | None, account_id: UUID, quota_type: str, day: date) -> None:
    tx.execute(
        """
        UPDATE personas.quota_usage SET used = used + 1
        WHERE quota_type = %(type)s AND day = %(day)s
          AND (scope, scope_id) IN (('account', %(account_id)s), ('persona', %(persona_id)s))
        """,
        {"account_id": account_id, "persona_id": persona_id, "type": quota_type, "day": day},
    )


def insert_quota_event(tx: Tx, persona_id: UUID, quota_type: str) -> None:
    tx.execute(
        "INSERT INTO personas.quota_events (persona_id, quota_type, created_at) VALUES (%s, %s, %s)",
        (persona_id, quota_type, tx.now),
    )


def insert_lease(
    tx: Tx, lease_id: UUID, persona_id: UUID, account_id: UUID, quota_type: str, day: date, expires_at: datetime
) -> None:
    tx.execute(
        """
        INSERT INTO personas.quota_leases (lease_id, persona_id, account_id, quota_type, day, expires_at)
        VALUES (%s, %s, %s, %s, %s, %s)
        """,
        (lease_id, persona_id, account_id, quota_type, day, expires_at),
    )


def delete_lease(tx: Tx, lease_id: UUID) -> None:
    tx.execute("DELETE FROM personas.quota_leases WHERE lease_id = %s", (lease_id,))


def delete_expired_leases(tx: Tx, account_id: UUID) -> None:
    tx.execute("DELETE FROM personas.quota_leases WHERE account_id = %s AND expires_at <= %s", (account_id, tx.now))


def delete_all_expired_leases(tx: Tx) -> bool:
    return delete_part(tx, "personas.quota_leases", "expires_at <= %(now)s", {"now": tx.now})


def delete_old_usage(tx: Tx, before: date) -> bool:
    return delete_part(tx, "personas.quota_usage", "day < %(before)s", {"before": before})


def delete_old_events(tx: Tx, before: datetime) -> bool:
    return delete_part(tx, "personas.quota_events", "created_at < %(before)s", {"before": before})
