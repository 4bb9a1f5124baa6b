"""What the retention clock calls: nothing else is imported, so that it starts quickly."""

from __future__ import annotations

from kernel.database import Tx


def settle_awaited_accounts(tx: Tx) -> bool:
    """Note it if nothing waits for accounts any more, so that newcomers are not looked up any more."""
    # A statement of its own: what has begun to wait while this waited for the lock is seen by the next one.
    if tx.execute("SELECT FROM world WHERE awaits_accounts FOR UPDATE").fetchone() is not None:
        tx.execute(
            """
            UPDATE world SET awaits_accounts = false, version = gen_random_uuid()
            WHERE NOT EXISTS (SELECT FROM import_entries WHERE credited_at IS NULL)
              AND NOT EXISTS (SELECT FROM timeouts)
              AND NOT EXISTS (SELECT FROM account_timeouts)
            """
        )
    return False
