"""The statements on sessions that every signed-in request needs."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from kernel.database import Cursor, Tx


def find_open_session(tx: Tx, session_id: UUID, account_id: UUID) -> Cursor:
    """Return one row with `user_name` and `roles` if the session is open."""
    return tx.execute(
        """
        SELECT coalesce(user_name, '') AS user_name, roles
        FROM kernel.sessions JOIN kernel.accounts USING (account_id)
        WHERE session_id = %s AND account_id = %s AND ended_at IS NULL AND expires_at > %s
        """,
        (session_id, account_id, tx.now),
    )


def extend_session(tx: Tx, session_id: UUID, account_id: UUID, expires_at: datetime) -> Cursor:
    """Let a session last on; returns one row with `user_name` and `roles` if it was open."""
    return tx.execute(
        """
        UPDATE kernel.sessions SET expires_at = greatest(expires_at, %s)
        FROM kernel.accounts
        WHERE sessions.account_id = accounts.account_id
            AND session_id = %s AND accounts.account_id = %s AND ended_at IS NULL AND expires_at > %s
        RETURNING coalesce(user_name, '') AS user_name, roles
        """,
        (expires_at, session_id, account_id, tx.now),
    )
