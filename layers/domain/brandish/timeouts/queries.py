"""timeouts. A row whose time has come counts as none; a name has one row, in whatever case it is written."""

from __future__ import annotations

from datetime import timedelta

from brandish.database import Cursor, Tx


def extend_timeout(tx: Tx, platform: str, username: str, added: timedelta, reason: str) -> Cursor:
    """One row: the new `expires_at`. Adds to what is left, in one statement, so that no second gets lost."""
    return tx.execute(
        """
        INSERT INTO timeouts AS old (platform, username, expires_at, reason)
        VALUES (%(platform)s, lower(%(username)s), %(now)s + %(added)s, %(reason)s)
        ON CONFLICT (platform, username) DO UPDATE
        SET expires_at = greatest(old.expires_at, %(now)s) + %(added)s, reason = excluded.reason
        RETURNING expires_at
        """,
        {"platform": platform, "username": username, "now": tx.now, "added": added, "reason": reason},
    )


def shorten_timeout(tx: Tx, platform: str, username: str, removed: timedelta) -> Cursor:
    """The new `expires_at`, which may be over by now; no row when none was running."""
    return tx.execute(
        """
        UPDATE timeouts SET expires_at = expires_at - %s
        WHERE platform = %s AND username = lower(%s) AND expires_at > %s
        RETURNING expires_at
        """,
        (removed, platform, username, tx.now),
    )


def find_timeout(tx: Tx, platform: str, username: str) -> Cursor:
    """Rows: `expires_at`."""
    return tx.execute(
        "SELECT expires_at FROM timeouts WHERE platform = %s AND username = lower(%s) AND expires_at > %s",
        (platform, username, tx.now),
    )


def delete_timeout(tx: Tx, platform: str, username: str) -> Cursor:
    """Rows: `expires_at` of what was deleted."""
    return tx.execute(
        "DELETE FROM timeouts WHERE platform = %s AND username = lower(%s) RETURNING expires_at",
        (platform, username),
    )


def delete_expired(tx: Tx) -> None:
    tx.execute("DELETE FROM timeouts WHERE expires_at <= %s", (tx.now,))
