"""SQL on player_timeouts, on timeouts, of names, and on account_timeouts, of accounts, that no player has.

An expired row counts as none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, LiteralString
from uuid import UUID

from psycopg.types.json import Jsonb

from kernel.database import Cursor, Tx
from kernel.naming import person_key
from kernel.retention import delete_part
from kernel.stored_times import end_of

if TYPE_CHECKING:  # the retention clock starts without pydantic
    from community.players.models import Link

Accounts = Sequence[Mapping[str, str]]
"""The fields of an event that name an account: `platform` and `username`."""

SILENCED: LiteralString = (
    "SELECT " + end_of("t.set_at", "t.expires_at") + " FROM player_timeouts t WHERE t.user_id = u.user_id"
    " AND t.expires_at > %s"
)
"""SQL expression over `u`, a row of users. Its parameters are the current time, twice."""

# For `events.announce_each`: the accounts with the remaining time.
EXTEND_RETURNING_PAYLOADS: LiteralString = (
    """
    INSERT INTO player_timeouts AS held (user_id, set_at, expires_at, reason)
    VALUES (%s, %s, %s + %s, %s)
    ON CONFLICT (user_id) DO UPDATE
    SET set_at = excluded.set_at, reason = excluded.reason,
        expires_at = greatest("""
    + end_of("held.set_at", "held.expires_at")
    + """, %s) + %s
    RETURNING (
        SELECT jsonb_agg(account || jsonb_build_object(
            'duration_seconds', floor(extract(epoch FROM held.expires_at - %s))::bigint
        ))
        FROM jsonb_array_elements(%s) AS account
    )
"""
)
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
EXTEND_NAME_RETURNING_PAYLOAD: LiteralString = (
    """
    INSERT INTO timeouts AS held (platform, username, set_at, expires_at, reason)
    VALUES (%s, %s, %s, %s + %s, %s)
    ON CONFLICT (platform, username) DO UPDATE
    SET set_at = excluded.set_at, reason = excluded.reason,
        expires_at = greatest("""
    + end_of("held.set_at", "held.expires_at")
    + """, %s) + %s
    RETURNING jsonb_build_object('duration_seconds', floor(extract(epoch FROM held.expires_at - %s))::bigint)
"""
)
# For `events.announce_if`. A timeout of the account's name, which waits for it too, is extended with it.
EXTEND_ACCOUNT_RETURNING_PAYLOAD: LiteralString = (
    """
    INSERT INTO account_timeouts AS held (platform, platform_user_id, name_key, set_at, expires_at, reason)
    SELECT platform, platform_user_id, name_key, %s, greatest(%s, (
        SELECT """
    + end_of("t.set_at", "t.expires_at")
    + """ FROM timeouts t WHERE (t.platform, t.username) = (account.platform, account.name_key))) + %s, %s
    FROM (VALUES (%s, %s, %s)) AS account (platform, platform_user_id, name_key)
    ON CONFLICT (platform, platform_user_id) DO UPDATE
    SET set_at = excluded.set_at, reason = excluded.reason, name_key = excluded.name_key,
        expires_at = greatest("""
    + end_of("held.set_at", "held.expires_at")
    + """, excluded.expires_at - %s) + %s
    RETURNING jsonb_build_object('duration_seconds', floor(extract(epoch FROM held.expires_at - %s))::bigint)
"""
)
# Of two timeouts the one that ends later, whole: its length is that of a timeout that was set.
KEEP_LATER: LiteralString = """
    SET set_at = CASE WHEN held.expires_at < excluded.expires_at THEN excluded.set_at ELSE held.set_at END,
        expires_at = greatest(held.expires_at, excluded.expires_at)
"""


def extension(tx: Tx, user_id: UUID, accounts: Accounts, added: timedelta, reason: str) -> tuple[Any, ...]:
    """Return the parameters of `EXTEND_RETURNING_PAYLOADS`: one statement, so that no update is lost."""
    return (user_id, tx.now, tx.now, added, reason, tx.now, tx.now, added, tx.now, Jsonb(accounts))


def running(tx: Tx, user_id: UUID, accounts: Accounts) -> tuple[Any, ...]:
    """Return the parameters of `RUNNING_PAYLOADS`."""
    return (tx.now, Jsonb(accounts), user_id, tx.now)


def ending(tx: Tx, user_id: UUID, accounts: Accounts, removed: timedelta) -> tuple[Any, ...]:
    """Return the parameters of `END_RETURNING_PAYLOADS`, which ends a timeout that has no more time left than that."""
    return (user_id, tx.now, removed, tx.now, Jsonb(accounts))


def name_extension(tx: Tx, platform: str, username: str, added: timedelta, reason: str) -> tuple[Any, ...]:
    """Return the parameters of `EXTEND_NAME_RETURNING_PAYLOAD`: it is for the first player of that name."""
    name_key = person_key(username)
    return (platform, name_key, tx.now, tx.now, added, reason, tx.now, tx.now, added, tx.now)


def account_extension(
    tx: Tx, platform: str, platform_id: str, username: str, added: timedelta, reason: str
) -> tuple[Any, ...]:
    """Return the parameters of `EXTEND_ACCOUNT_RETURNING_PAYLOAD`."""
    account = platform, platform_id, person_key(username)
    return (tx.now, tx.now, tx.now, added, reason, *account, tx.now, added, added, tx.now)


def shorten_timeout(tx: Tx, user_id: UUID, removed: timedelta) -> None:
    """Shorten a running timeout, after `END_RETURNING_PAYLOADS` has deleted it if it would end."""
    tx.execute(
        "UPDATE player_timeouts SET expires_at = expires_at - %s WHERE user_id = %s AND expires_at > %s",
        (removed, user_id, tx.now),
    )


def find_waiting(tx: Tx, platform: str, platform_id: str | None, username: str) -> Cursor:
    """Find the running timeouts of an account or a name without a player.

    Returns:
        A row with `expires_at`, the latest, or null, and `account_ids`, those of the timeouts of accounts: without an
        id of all that have the name, or null.
    """
    end: LiteralString = end_of("set_at", "expires_at")
    name_key = person_key(username)
    return tx.execute(
        "SELECT max(expires_at) AS expires_at,"
        " array_agg(account_id) FILTER (WHERE account_id IS NOT NULL) AS account_ids"
        " FROM (SELECT NULL AS account_id, "
        + end
        + " AS expires_at FROM timeouts WHERE platform = %s AND username = %s AND expires_at > %s"
        " UNION ALL SELECT platform_user_id, " + end + " FROM account_timeouts WHERE platform = %s"
        " AND (platform_user_id = %s OR %s::text IS NULL AND name_key = %s) AND expires_at > %s) AS waiting",
        (tx.now, platform, name_key, tx.now, tx.now, platform, platform_id, platform_id, name_key, tx.now),
    )


def delete_timeout(tx: Tx, user_id: UUID) -> None:
    tx.execute("DELETE FROM player_timeouts WHERE user_id = %s", (user_id,))


def delete_waiting(tx: Tx, platform: str, platform_id: str | None, username: str) -> None:
    """Delete the timeout of a name, and that of an account if there is an id."""
    tx.execute("DELETE FROM timeouts WHERE platform = %s AND username = %s", (platform, person_key(username)))
    tx.execute("DELETE FROM account_timeouts WHERE platform = %s AND platform_user_id = %s", (platform, platform_id))


def adopt(tx: Tx, user_id: UUID, platform: str, link: Link) -> None:
    """Move to a player the timeouts of their account that were stored before it was theirs."""
    tx.execute(
        """
        WITH of_name AS (
            DELETE FROM timeouts WHERE platform = %s AND username = %s RETURNING set_at, expires_at, reason
        ), of_account AS (
            DELETE FROM account_timeouts WHERE platform = %s AND platform_user_id = %s
            RETURNING set_at, expires_at, reason
        )
        INSERT INTO player_timeouts AS held (user_id, set_at, expires_at, reason)
        SELECT %s, set_at, expires_at, reason FROM (TABLE of_name UNION ALL TABLE of_account) AS adopted
        WHERE expires_at > %s ORDER BY expires_at DESC LIMIT 1
        ON CONFLICT (user_id) DO UPDATE
        """
        + KEEP_LATER,
        (platform, person_key(link.username), platform, link.platform_id, user_id, tx.now),
    )


def leave(tx: Tx, user_id: UUID, platform: str, link: Link) -> None:
    """Copy a player's timeout for an account that leaves them."""
    tx.execute(
        """
        INSERT INTO account_timeouts AS held (platform, platform_user_id, name_key, set_at, expires_at, reason)
        SELECT %s, %s, %s, set_at, expires_at, reason FROM player_timeouts WHERE user_id = %s AND expires_at > %s
        ON CONFLICT (platform, platform_user_id) DO UPDATE
        """
        + KEEP_LATER
        + ", name_key = excluded.name_key",
        (platform, link.platform_id, person_key(link.username), user_id, tx.now),
    )


def move_timeout(tx: Tx, from_id: UUID, to_id: UUID) -> None:
    """Keep the longer timeout of the two. The old row is deleted with its player."""
    tx.execute(
        """
        INSERT INTO player_timeouts AS held (user_id, set_at, expires_at, reason)
        SELECT %s, set_at, expires_at, reason FROM player_timeouts WHERE user_id = %s
        ON CONFLICT (user_id) DO UPDATE
        """
        + KEEP_LATER,
        (to_id, from_id),
    )


def delete_expired(tx: Tx) -> bool:
    now = {"now": tx.now}
    return any(
        [
            delete_part(tx, "timeouts", "expires_at <= %(now)s", now),
            delete_part(tx, "account_timeouts", "expires_at <= %(now)s", now),
            delete_part(tx, "player_timeouts", "expires_at <= %(now)s", now),
        ]
    )
