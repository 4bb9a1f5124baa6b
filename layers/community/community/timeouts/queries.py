"""SQL on player_timeouts, and on timeouts, for names without a player. An expired row counts as none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, LiteralString
from uuid import UUID

from psycopg.types.json import Jsonb

from kernel.database import Cursor, Tx
from kernel.naming import person_key

if TYPE_CHECKING:  # the retention clock starts without pydantic
    from community.players.models import Link

Accounts = Sequence[Mapping[str, str]]
"""The fields of an event that name an account: `platform` and `username`."""

SILENCED: LiteralString = "SELECT t.expires_at FROM player_timeouts t WHERE t.user_id = u.user_id AND t.expires_at > %s"
"""SQL expression over `u`, a row of users."""

# For `events.announce_each`: the accounts with the remaining time.
EXTEND_RETURNING_PAYLOADS: LiteralString = """
    INSERT INTO player_timeouts AS held (user_id, expires_at, reason)
    VALUES (%s, %s + %s, %s)
    ON CONFLICT (user_id) DO UPDATE
    SET expires_at = greatest(held.expires_at, %s) + %s, reason = excluded.reason
    RETURNING (
        SELECT jsonb_agg(account || jsonb_build_object(
            'duration_seconds', floor(extract(epoch FROM held.expires_at - %s))::bigint
        ))
        FROM jsonb_array_elements(%s) AS account
    )
"""
RUNNING_PAYLOADS: LiteralString = """
    SELECT jsonb_agg(account || jsonb_build_object(
        'duration_seconds', floor(extract(epoch FROM t.expires_at - %s))::bigint, 'reason', t.reason
    ))
    FROM player_timeouts t, jsonb_array_elements(%s) AS account
    WHERE t.user_id = %s AND t.expires_at > %s
"""
END_RETURNING_PAYLOADS: LiteralString = """
    DELETE FROM player_timeouts
    WHERE user_id = %s AND expires_at > %s AND expires_at - %s <= %s
    RETURNING %s::jsonb
"""
# For `events.announce_if`.
EXTEND_NAME_RETURNING_PAYLOAD: LiteralString = """
    INSERT INTO timeouts AS held (platform, username, expires_at, reason, platform_user_id)
    VALUES (%s, %s, %s + %s, %s, %s)
    ON CONFLICT (platform, username) DO UPDATE
    SET expires_at = greatest(held.expires_at, %s) + %s, reason = excluded.reason,
        platform_user_id = excluded.platform_user_id
    RETURNING jsonb_build_object('duration_seconds', floor(extract(epoch FROM held.expires_at - %s))::bigint)
"""


def extension(tx: Tx, user_id: UUID, accounts: Accounts, added: timedelta, reason: str) -> tuple[Any, ...]:
    """Return the parameters of `EXTEND_RETURNING_PAYLOADS`: one statement, so that no update is lost."""
    return (user_id, tx.now, added, reason, tx.now, added, tx.now, Jsonb(accounts))


def running(tx: Tx, user_id: UUID, accounts: Accounts) -> tuple[Any, ...]:
    """Return the parameters of `RUNNING_PAYLOADS`."""
    return (tx.now, Jsonb(accounts), user_id, tx.now)


def ending(tx: Tx, user_id: UUID, accounts: Accounts, removed: timedelta) -> tuple[Any, ...]:
    """Return the parameters of `END_RETURNING_PAYLOADS`, which ends a timeout that has no more time left than that."""
    return (user_id, tx.now, removed, tx.now, Jsonb(accounts))


def name_extension(
    tx: Tx, platform: str, username: str, platform_id: str | None, added: timedelta, reason: str
) -> tuple[Any, ...]:
    """Return the parameters of `EXTEND_NAME_RETURNING_PAYLOAD`.

    Args:
        platform_id: only this account's timeout; None for the first player of that name.
    """
    name_key = person_key(username)
    return (platform, name_key, tx.now, added, reason, platform_id, tx.now, added, tx.now)


def shorten_timeout(tx: Tx, user_id: UUID, removed: timedelta) -> None:
    """Shorten a running timeout, after `END_RETURNING_PAYLOADS` has deleted it if it would end."""
    tx.execute(
        "UPDATE player_timeouts SET expires_at = expires_at - %s WHERE user_id = %s AND expires_at > %s",
        (removed, user_id, tx.now),
    )


def find_of_name(tx: Tx, platform: str, username: str) -> Cursor:
    """Find the running timeout of a name without a player; returns a row with `expires_at`."""
    return tx.execute(
        "SELECT expires_at FROM timeouts WHERE platform = %s AND username = %s AND expires_at > %s",
        (platform, person_key(username), tx.now),
    )


def delete_timeout(tx: Tx, user_id: UUID) -> None:
    tx.execute("DELETE FROM player_timeouts WHERE user_id = %s", (user_id,))


def delete_of_name(tx: Tx, platform: str, username: str) -> None:
    tx.execute("DELETE FROM timeouts WHERE platform = %s AND username = %s", (platform, person_key(username)))


def adopt(tx: Tx, user_id: UUID, accounts: Mapping[str, Link]) -> None:
    """Move to a player the timeouts of their accounts that were stored before they were theirs."""
    known = [
        {"platform": platform, "platform_user_id": link.platform_id, "name_key": person_key(link.username)}
        for platform, link in accounts.items()
    ]
    tx.execute(
        """
        WITH adopted AS (
            DELETE FROM timeouts t
            USING jsonb_to_recordset(%s) AS a (platform text, platform_user_id text, name_key text)
            WHERE t.platform = a.platform
              AND (t.platform_user_id = a.platform_user_id OR t.platform_user_id IS NULL AND t.username = a.name_key)
            RETURNING t.expires_at, t.reason
        )
        INSERT INTO player_timeouts AS held (user_id, expires_at, reason)
        SELECT %s, expires_at, reason FROM adopted WHERE expires_at > %s ORDER BY expires_at DESC LIMIT 1
        ON CONFLICT (user_id) DO UPDATE SET expires_at = greatest(held.expires_at, excluded.expires_at)
        """,
        (Jsonb(known), user_id, tx.now),
    )


def leave(tx: Tx, user_id: UUID, platform: str, link: Link) -> None:
    """Copy a player's timeout for an account that leaves them."""
    tx.execute(
        """
        INSERT INTO timeouts AS held (platform, username, expires_at, reason, platform_user_id)
        SELECT %s, %s, expires_at, reason, %s FROM player_timeouts WHERE user_id = %s AND expires_at > %s
        ON CONFLICT (platform, username) DO UPDATE
        SET expires_at = greatest(held.expires_at, excluded.expires_at), platform_user_id = excluded.platform_user_id
        """,
        (platform, person_key(link.username), link.platform_id, user_id, tx.now),
    )


def move_timeout(tx: Tx, from_id: UUID, to_id: UUID) -> None:
    """Keep the longer timeout of the two. The old row is deleted with its player."""
    tx.execute(
        """
        INSERT INTO player_timeouts AS held (user_id, expires_at, reason)
        SELECT %s, expires_at, reason FROM player_timeouts WHERE user_id = %s
        ON CONFLICT (user_id) DO UPDATE SET expires_at = greatest(held.expires_at, excluded.expires_at)
        """,
        (to_id, from_id),
    )


def delete_expired(tx: Tx) -> None:
    tx.execute("DELETE FROM timeouts WHERE expires_at <= %s", (tx.now,))
    tx.execute("DELETE FROM player_timeouts WHERE expires_at <= %s", (tx.now,))
