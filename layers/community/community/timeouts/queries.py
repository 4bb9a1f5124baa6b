"""SQL on timeouts. An expired row counts as none; a name has one row, regardless of its case."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, LiteralString

from kernel.database import Cursor, Tx

_EXTEND: LiteralString = """
    INSERT INTO timeouts AS old (platform, username, expires_at, reason)
    VALUES (%s, lower(%s), %s + %s, %s)
    ON CONFLICT (platform, username) DO UPDATE
    SET expires_at = greatest(old.expires_at, %s) + %s, reason = excluded.reason
"""

# For `events.announce_if`.
EXTEND_RETURNING_PAYLOAD: LiteralString = (
    _EXTEND + "RETURNING jsonb_build_object('duration_seconds', floor(extract(epoch FROM old.expires_at - %s))::bigint)"
)
END_RETURNING_PAYLOAD: LiteralString = """
    DELETE FROM timeouts
    WHERE platform = %s AND username = lower(%s) AND expires_at > %s AND expires_at - %s <= %s
    RETURNING '{}'::jsonb
"""


SILENCED: LiteralString = """
    SELECT t.expires_at FROM user_platform_links l JOIN timeouts t
        ON t.platform = l.platform AND t.username = lower(l.username)
    WHERE l.user_id = u.user_id AND l.platform = %s AND t.expires_at > %s
"""
"""SQL expression over `u`, a row of users."""


def extension(tx: Tx, platform: str, username: str, added: timedelta, reason: str) -> tuple[Any, ...]:
    """Return the parameters of `_EXTEND`."""
    return (platform, username, tx.now, added, reason, tx.now, added)


def extend_timeout(tx: Tx, platform: str, username: str, added: timedelta, reason: str) -> Cursor:
    """Add to the remaining time in one statement, so that no update is lost. Returns the new `expires_at`."""
    return tx.execute(_EXTEND + "RETURNING old.expires_at", extension(tx, platform, username, added, reason))


def shorten_timeout(tx: Tx, platform: str, username: str, removed: timedelta) -> None:
    """Shorten a running timeout, after `END_RETURNING_PAYLOAD` has deleted it if it would end."""
    tx.execute(
        """
        UPDATE timeouts SET expires_at = expires_at - %s
        WHERE platform = %s AND username = lower(%s) AND expires_at > %s
        """,
        (removed, platform, username, tx.now),
    )


def find_timeout(tx: Tx, platform: str, username: str) -> Cursor:
    """Find a running timeout; returns a row with `expires_at`."""
    return tx.execute(
        "SELECT expires_at FROM timeouts WHERE platform = %s AND username = lower(%s) AND expires_at > %s",
        (platform, username, tx.now),
    )


def delete_timeout(tx: Tx, platform: str, username: str) -> Cursor:
    """Delete a timeout; returns a row with its `expires_at`."""
    return tx.execute(
        "DELETE FROM timeouts WHERE platform = %s AND username = lower(%s) RETURNING expires_at",
        (platform, username),
    )


def delete_expired(tx: Tx) -> None:
    tx.execute("DELETE FROM timeouts WHERE expires_at <= %s", (tx.now,))
