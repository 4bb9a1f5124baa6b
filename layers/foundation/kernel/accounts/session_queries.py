"""The statements on sessions that every signed-in request needs."""

from __future__ import annotations

from datetime import datetime
from typing import Final, LiteralString
from uuid import UUID

from kernel.database import Cursor, Tx

_OPEN_SESSION: Final[LiteralString] = """
    SELECT coalesce(user_name, '') AS user_name, roles
    FROM kernel.sessions JOIN kernel.accounts USING (account_id)
    WHERE session_id = %s AND account_id = %s AND ended_at IS NULL AND expires_at > %s
"""


def find_open_session(tx: Tx, session_id: UUID, account_id: UUID) -> Cursor:
    """Return one row with `user_name` and `roles` if the session is open."""
    return tx.execute(_OPEN_SESSION, (session_id, account_id, tx.now))


def hold_open_session(tx: Tx, session_id: UUID, account_id: UUID) -> Cursor:
    """Return the row of `find_open_session`, and let no one end the session before this transaction ends.

    If it is just being ended, wait for that: then there is no row.
    """
    return tx.execute(_OPEN_SESSION + "FOR SHARE OF sessions", (session_id, account_id, tx.now))


def lock_sessions(tx: Tx, account_id: UUID) -> None:
    """Lock all sessions of an account."""
    tx.execute("SELECT FROM kernel.sessions WHERE account_id = %s ORDER BY session_id FOR UPDATE", (account_id,))


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
