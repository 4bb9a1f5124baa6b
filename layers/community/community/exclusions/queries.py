"""SQL on excluded_accounts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, LiteralString
from uuid import UUID

from kernel.database import Cursor, Tx

if TYPE_CHECKING:
    from community.exclusions.models import ListedAccount, Source

_NAMED: LiteralString = """
    platform = %s AND CASE %s WHEN '' THEN name_key = %s ELSE platform_user_id = %s END
"""


def _named(account: ListedAccount) -> tuple[str, str, str, str]:
    return account.platform, account.platform_id, account.name_key, account.platform_id


def list_accounts(tx: Tx) -> Cursor:
    """Return rows with `platform`, `platform_id`, `username`, `source` and `excluded`, by platform and name."""
    return tx.execute(
        """
        SELECT platform, platform_user_id AS platform_id, username, source, excluded
        FROM excluded_accounts ORDER BY platform, lower(username), platform_user_id
        """
    )


def insert_accounts(tx: Tx, accounts: Sequence[ListedAccount], source: Source, *, excluded: bool = True) -> Cursor:
    """Insert accounts that are not listed yet. Returns a row for each."""
    return tx.execute(
        """
        INSERT INTO excluded_accounts (platform, platform_user_id, username, name_key, source, added_at, excluded)
        SELECT platform, platform_id, username, name_key, %s, %s, %s
        FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[])
            AS account (platform, platform_id, username, name_key)
        ON CONFLICT DO NOTHING
        RETURNING account_id
        """,
        (source, tx.now, excluded, *_columns(accounts)),
    )


def set_excluded(tx: Tx, account: ListedAccount, *, excluded: bool) -> Cursor:
    """Exclude a listed account, or let it play. Returns its row if it is listed."""
    return tx.execute(
        """
        UPDATE excluded_accounts SET excluded = %s
        WHERE """
        + _NAMED
        + " RETURNING account_id",
        (excluded, *_named(account)),
    )


def delete_added(tx: Tx, account: ListedAccount) -> Cursor:
    """Delete an account that an administrator has added. Returns its row if there was one."""
    return tx.execute(
        """
        DELETE FROM excluded_accounts WHERE source = 'administrator' AND """
        + _NAMED
        + " RETURNING account_id",
        _named(account),
    )


def note_excluded_with(tx: Tx, hashes: Sequence[str], excluded_with: UUID) -> None:
    """Note which forgotten accounts were excluded as one player's."""
    tx.execute(
        "UPDATE forgotten_accounts SET excluded_with = %s WHERE excluded AND account_hash = ANY (%s)",
        (excluded_with, list(hashes)),
    )


def include_forgotten(tx: Tx, hashes: Sequence[str]) -> Cursor:
    """Let accounts play that were excluded when their player was forgotten, with the player's others.

    Returns a row for each account's hash.
    """
    return tx.execute(
        """
        UPDATE forgotten_accounts SET excluded = false
        WHERE excluded AND (account_hash = ANY (%(hashes)s) OR excluded_with IN (
            SELECT excluded_with FROM forgotten_accounts WHERE account_hash = ANY (%(hashes)s)))
        RETURNING 1
        """,
        {"hashes": list(hashes)},
    )


def delete_unlisted(tx: Tx, accounts: Sequence[ListedAccount], source: Source) -> Cursor:
    """Delete the accounts of a source that it no longer lists. Returns a row for each."""
    return tx.execute(
        """
        DELETE FROM excluded_accounts e
        WHERE source = %s AND NOT EXISTS (
            SELECT FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[])
                AS account (platform, platform_id, username, name_key)
            WHERE account.platform = e.platform AND account.platform_id = e.platform_user_id
              AND (account.platform_id <> '' OR account.name_key = e.name_key)
        )
        RETURNING account_id
        """,
        (source, *_columns(accounts)),
    )


def _columns(accounts: Sequence[ListedAccount]) -> tuple[list[str], list[str], list[str], list[str]]:
    return (
        [account.platform for account in accounts],
        [account.platform_id for account in accounts],
        [account.username for account in accounts],
        [account.name_key for account in accounts],
    )
