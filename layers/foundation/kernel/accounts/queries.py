"""SQL on kernel.accounts, kernel.sessions, kernel.failed_log_ins and kernel.password_resets."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, LiteralString
from uuid import UUID

from kernel.database import Cursor, Tx, declare_race
from kernel.naming import folded
from kernel.retention import delete_part

if TYPE_CHECKING:  # the retention clock starts without them
    from kernel.accounts.models import Device

_ACCOUNT: LiteralString = "account_id, email, user_name, roles, language, created_at, last_log_in_at"


declare_race("accounts_one_per_user_name")  # of two that take it in the same moment


def _key_of(user_name: str | None) -> str | None:
    return None if user_name is None else folded(user_name)


def insert_account(
    tx: Tx,
    account_id: UUID,
    email: str,
    user_name: str | None,
    password_hash: str,
    language: str,
    signed_up_from: str | None = None,
) -> Cursor:
    """Insert an account; returns no row if its address or user name is taken, also at this moment.

    Args:
        signed_up_from: the same for all accounts of one network; None for the installation's own.
    """
    return tx.execute(
        """
        INSERT INTO kernel.accounts
            (account_id, email, user_name, user_name_key, password_hash, language, signed_up_from, created_at,
             updated_at)
        VALUES (%(account_id)s, lower(%(email)s), %(user_name)s, %(key)s, %(hash)s, %(language)s, %(from)s, %(now)s,
                %(now)s)
        ON CONFLICT DO NOTHING
        RETURNING """
        + _ACCOUNT,
        {
            "account_id": account_id,
            "email": email,
            "user_name": user_name,
            "key": _key_of(user_name),
            "hash": password_hash,
            "language": language,
            "from": signed_up_from,
            "now": tx.now,
        },
    )


def find_taken(tx: Tx, email: str, user_name: str | None) -> Cursor:
    """Return one row of `email` and `user_name`: whether an account has them."""
    return tx.execute(
        """
        SELECT EXISTS (SELECT FROM kernel.accounts WHERE email = lower(%(email)s)) AS email,
               EXISTS (SELECT FROM kernel.accounts WHERE user_name_key = %(key)s) AS user_name
        """,
        {"email": email, "key": _key_of(user_name)},
    )


def find_by_email(tx: Tx, email: str) -> Cursor:
    """Return the columns of an account, with its `password_hash`."""
    return tx.execute("SELECT " + _ACCOUNT + ", password_hash FROM kernel.accounts WHERE email = lower(%s)", (email,))


def find_by_id(tx: Tx, account_id: UUID) -> Cursor:
    """Return the columns of an account, with its `password_hash`."""
    return tx.execute(
        "SELECT " + _ACCOUNT + ", password_hash FROM kernel.accounts WHERE account_id = %s", (account_id,)
    )


def log_in(tx: Tx, account_id: UUID, password_hash: str) -> Cursor:
    """Note a log-in; returns the account, unless its password is another one by now.

    It waits for a change of the password that runs at the same time, and such a change for it: a session that was begun
    with the old password is there when that change ends sessions.
    """
    return tx.execute(
        "UPDATE kernel.accounts SET last_log_in_at = %s WHERE account_id = %s AND password_hash = %s RETURNING "
        + _ACCOUNT,
        (tx.now, account_id, password_hash),
    )


def update_password(tx: Tx, account_id: UUID, new_hash: str, old_hash: str | None = None) -> Cursor:
    """Set the hash of a password; returns a row unless the account is gone or the old hash is another one by now."""
    return tx.execute(
        """
        UPDATE kernel.accounts SET password_hash = %(new)s, updated_at = %(now)s
        WHERE account_id = %(account_id)s AND password_hash = coalesce(%(old)s, password_hash)
        RETURNING account_id
        """,
        {"account_id": account_id, "new": new_hash, "old": old_hash, "now": tx.now},
    )


def update_profile(tx: Tx, account_id: UUID, user_name: str | None, language: str | None) -> Cursor:
    """Set what is given; returns the account, or no row if another one has the name."""
    return tx.execute(
        """
        UPDATE kernel.accounts
        SET user_name = coalesce(%(user_name)s, user_name), user_name_key = coalesce(%(key)s, user_name_key),
            language = coalesce(%(language)s, language), updated_at = %(now)s
        WHERE account_id = %(account_id)s
            AND NOT EXISTS (SELECT FROM kernel.accounts other
                            WHERE other.user_name_key = %(key)s AND other.account_id <> %(account_id)s)
        RETURNING """
        + _ACCOUNT,
        {
            "account_id": account_id,
            "user_name": user_name,
            "key": _key_of(user_name),
            "language": language,
            "now": tx.now,
        },
    )


def update_role(tx: Tx, email: str, role: str, *, granted: bool) -> Cursor:
    """Give an account a role, or take it; returns the account."""
    return tx.execute(
        """
        UPDATE kernel.accounts
        SET roles = array_remove(roles, %(role)s) || CASE WHEN %(granted)s THEN ARRAY[%(role)s] ELSE '{}' END,
            updated_at = %(now)s
        WHERE email = lower(%(email)s)
        RETURNING """
        + _ACCOUNT,
        {"email": email, "role": role, "granted": granted, "now": tx.now},
    )


def list_with_role(tx: Tx, role: str) -> Cursor:
    """Return the accounts with a role, sorted by their address."""
    return tx.execute("SELECT " + _ACCOUNT + " FROM kernel.accounts WHERE %s = ANY (roles) ORDER BY email", (role,))


def list_accounts(tx: Tx, after: UUID | None, limit: int) -> Cursor:
    """Return accounts, newest first.

    Args:
        after: the last one of the page before.
    """
    return tx.execute(
        "SELECT "
        + _ACCOUNT
        + """
        FROM kernel.accounts
        WHERE %(after)s::uuid IS NULL OR (created_at, account_id)
            < (SELECT created_at, account_id FROM kernel.accounts WHERE account_id = %(after)s)
        ORDER BY created_at DESC, account_id DESC LIMIT %(limit)s
        """,
        {"after": after, "limit": limit},
    )


def lock_account(tx: Tx, account_id: UUID) -> Cursor:
    """Return an account, and lock it."""
    return tx.execute("SELECT " + _ACCOUNT + " FROM kernel.accounts WHERE account_id = %s FOR UPDATE", (account_id,))


def remove_account(tx: Tx, account_id: UUID) -> None:
    """Delete an account with everything that belongs to it, without asking for its password."""
    tx.execute("DELETE FROM kernel.accounts WHERE account_id = %s", (account_id,))


def delete_account(tx: Tx, account_id: UUID, password_hash: str) -> Cursor:
    """Delete an account with everything that belongs to it; returns a row unless its password is another one by now."""
    return tx.execute(
        "DELETE FROM kernel.accounts WHERE account_id = %s AND password_hash = %s RETURNING email",
        (account_id, password_hash),
    )


def insert_session(tx: Tx, session_id: UUID, account_id: UUID, device: Device, expires_at: datetime) -> None:
    tx.execute(
        """
        INSERT INTO kernel.sessions (session_id, account_id, began_at, expires_at, address, user_agent)
        VALUES (%s, %s, %s, %s, %s, %s)
        """,
        (session_id, account_id, tx.now, expires_at, device.address, device.user_agent),
    )


def list_open_sessions(tx: Tx, account_id: UUID) -> Cursor:
    """Return the open sessions of an account, the latest first."""
    return tx.execute(
        """
        SELECT session_id, began_at, expires_at, address, user_agent FROM kernel.sessions
        WHERE account_id = %s AND ended_at IS NULL AND expires_at > %s
        ORDER BY began_at DESC, session_id
        """,
        (account_id, tx.now),
    )


def end_session(tx: Tx, account_id: UUID, session_id: UUID) -> Cursor:
    """End a session of an account; returns a row if it was open."""
    return tx.execute(
        """
        UPDATE kernel.sessions SET ended_at = %(now)s
        WHERE session_id = %(session_id)s AND account_id = %(account_id)s AND ended_at IS NULL AND expires_at > %(now)s
        RETURNING session_id
        """,
        {"session_id": session_id, "account_id": account_id, "now": tx.now},
    )


def end_sessions(tx: Tx, account_id: UUID, but: UUID | None = None) -> Cursor:
    """End the open sessions of an account; returns their ids.

    Args:
        but: the one that stays.
    """
    return tx.execute(
        """
        UPDATE kernel.sessions SET ended_at = %(now)s
        WHERE account_id = %(account_id)s AND ended_at IS NULL AND expires_at > %(now)s
            AND session_id IS DISTINCT FROM %(but)s
        RETURNING session_id
        """,
        {"account_id": account_id, "but": but, "now": tx.now},
    )


_KEY: LiteralString = "SELECT %(account_key)s::text AS account_key"
_OWN_KEY: LiteralString = """
    SELECT encode(sha256(convert_to(email, 'UTF8')), 'hex') AS account_key
    FROM kernel.accounts WHERE account_id = %(account_id)s
"""
"""As `rules.account_key`, for someone who is signed in."""


def count_try(tx: Tx, account: str | UUID, address: str, most: int, locked_for: timedelta) -> tuple[Cursor, Cursor]:
    """Count a try of a password before it is looked at.

    It locks with the try that is the last one, unless that turns out right. So tries at the same moment cannot be more.
    What began later than this try is another one's of the same moment, unless a clock was far ahead.

    Args:
        account: the key of the address that was tried, or the id of the account that is signed in.

    Returns:
        No row while the account is locked for the address; and the row of `locked_until`, if there is one.
    """
    key = _OWN_KEY if isinstance(account, UUID) else _KEY
    params = {
        "account_key": account,
        "account_id": account,
        "address": address,
        "now": tx.now,
        "since": tx.now - locked_for,
        "until": tx.now + locked_for,
        "ahead": tx.now + 2 * locked_for,
        "most": most,
    }
    counting = tx.execute(
        "INSERT INTO kernel.failed_log_ins AS known (account_key, address, failures, first_at, locked_until)"
        " SELECT account_key, %(address)s, 1, %(now)s, CASE WHEN %(most)s <= 1 THEN %(until)s::timestamptz END FROM ("
        + key
        + """
        ) AS tried
        ON CONFLICT (account_key, address) DO UPDATE
        SET (failures, first_at, locked_until) = (
            SELECT n, CASE WHEN n = 1 THEN excluded.first_at ELSE known.first_at END,
                   CASE WHEN n >= %(most)s THEN %(until)s::timestamptz END
            FROM (SELECT CASE WHEN known.locked_until IS NOT NULL OR known.first_at <= %(since)s
                                   OR known.first_at > %(until)s
                              THEN 1 ELSE known.failures + 1 END AS n) AS counted)
        WHERE known.locked_until IS NULL OR known.locked_until <= %(now)s OR known.locked_until > %(ahead)s
        RETURNING failures
        """,
        params,
    )
    lock = tx.execute(
        "SELECT locked_until FROM kernel.failed_log_ins WHERE account_key = (" + key + ") AND address = %(address)s",
        params,
    )
    return counting, lock


def forget_tries(tx: Tx, account: str | UUID, address: str | None = None) -> None:
    """Forget the tries for an account.

    Args:
        account: the key of its address, or its id.
        address: that they came from; None for all.
    """
    key = _OWN_KEY if isinstance(account, UUID) else _KEY
    tx.execute(
        "DELETE FROM kernel.failed_log_ins WHERE account_key = ("
        + key
        + ") AND address = coalesce(%(address)s, address)",
        {"account_key": account, "account_id": account, "address": address},
    )


def replace_reset(tx: Tx, token_hash: bytes, account_id: UUID, expires_at: datetime) -> None:
    """Store a token for a forgotten password in place of earlier ones: only the link of the last mail works."""
    tx.execute("DELETE FROM kernel.password_resets WHERE account_id = %s", (account_id,))
    tx.execute(
        "INSERT INTO kernel.password_resets (token_hash, account_id, expires_at, created_at) VALUES (%s, %s, %s, %s)",
        (token_hash, account_id, expires_at, tx.now),
    )


def find_reset(tx: Tx, token_hash: bytes) -> Cursor:
    """Return a row if the token still works."""
    return tx.execute(
        "SELECT account_id FROM kernel.password_resets WHERE token_hash = %s AND expires_at > %s", (token_hash, tx.now)
    )


def take_reset(tx: Tx, token_hash: bytes) -> Cursor:
    """Use a token up; returns its `account_id` if it still worked."""
    return tx.execute(
        "DELETE FROM kernel.password_resets WHERE token_hash = %s AND expires_at > %s RETURNING account_id",
        (token_hash, tx.now),
    )


def forget_resets(tx: Tx, account_id: UUID) -> None:
    tx.execute("DELETE FROM kernel.password_resets WHERE account_id = %s", (account_id,))


def delete_sessions_before(tx: Tx, moment: datetime) -> bool:
    """Delete the sessions that ended or expired before a moment."""
    return delete_part(tx, "kernel.sessions", "expires_at < %(moment)s", {"moment": moment})


def delete_resets_before(tx: Tx, moment: datetime) -> bool:
    return delete_part(tx, "kernel.password_resets", "expires_at < %(moment)s", {"moment": moment})


def delete_tries_before(tx: Tx, moment: datetime) -> bool:
    return delete_part(tx, "kernel.failed_log_ins", "first_at < %(moment)s", {"moment": moment})


def delete_rate_windows_before(tx: Tx, moment: datetime) -> bool:
    return delete_part(tx, "kernel.rate_windows", "window_began_at < %(moment)s", {"moment": moment})
