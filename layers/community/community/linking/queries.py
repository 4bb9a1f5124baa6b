"""SQL on link_tokens and unlink_requests."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from kernel.database import Cursor, Tx

if TYPE_CHECKING:  # the retention clock starts without them
    from community.linking.models import LinkToken
    from community.players.models import PlayerRef


def expire_tokens(tx: Tx, source: PlayerRef) -> None:
    tx.execute(
        """
        UPDATE link_tokens SET state = 'expired'
        WHERE source_platform = %s AND source_platform_id = %s AND state IN ('pending', 'claimed')
        """,
        (source.platform, source.platform_id),
    )


def insert_token(tx: Tx, token: LinkToken) -> Cursor:
    """Insert a token; returns no row if it exists, or if its source has received another one at the same time."""
    return tx.execute(
        """
        INSERT INTO link_tokens
            (token, state, source_platform, source_platform_id, source_username, created_at, expires_at)
        VALUES (%s, %s, %s, %s, %s, %s, %s)
        ON CONFLICT DO NOTHING
        RETURNING token
        """,
        (
            token.token,
            token.state,
            token.source.platform,
            token.source.platform_id,
            token.source.username,
            tx.now,
            token.expires_at,
        ),
    )


def lock_token(tx: Tx, token: str) -> Cursor:
    return tx.execute("SELECT * FROM link_tokens WHERE token = %s FOR UPDATE", (token,))


def lock_token_of(tx: Tx, source: PlayerRef) -> Cursor:
    """Lock the source's token that is pending or claimed, expired or not; there is at most one."""
    return tx.execute(
        """
        SELECT * FROM link_tokens
        WHERE source_platform = %s AND source_platform_id = %s AND state IN ('pending', 'claimed')
        FOR UPDATE
        """,
        (source.platform, source.platform_id),
    )


def read_status(tx: Tx, account: PlayerRef) -> Cursor:
    """Return one row: `platforms` of the account's player (null for a stranger), and the columns of the account's
    usable token (null without one)."""
    return tx.execute(
        """
        SELECT (SELECT array_agg(every.platform)
                FROM user_platform_links this JOIN user_platform_links every USING (user_id)
                WHERE this.platform = %(platform)s AND this.platform_user_id = %(platform_id)s) AS platforms,
               token.*
        FROM (VALUES (true)) AS always
        LEFT JOIN link_tokens token
            ON source_platform = %(platform)s AND source_platform_id = %(platform_id)s
            AND state IN ('pending', 'claimed') AND expires_at > %(now)s
        """,
        {"platform": account.platform, "platform_id": account.platform_id, "now": tx.now},
    )


def claim_token(tx: Tx, token: str, target: PlayerRef) -> None:
    tx.execute(
        """
        UPDATE link_tokens
        SET state = 'claimed', target_platform = %s, target_platform_id = %s, target_username = %s
        WHERE token = %s
        """,
        (target.platform, target.platform_id, target.username, token),
    )


def confirm_token(tx: Tx, token: str) -> None:
    tx.execute("UPDATE link_tokens SET state = 'confirmed' WHERE token = %s", (token,))


def delete_tokens_expired_before(tx: Tx, moment: datetime) -> None:
    tx.execute("DELETE FROM link_tokens WHERE expires_at < %s", (moment,))


def upsert_unlink_request(tx: Tx, caller: PlayerRef, target: PlayerRef, expires_at: datetime) -> None:
    tx.execute(
        """
        INSERT INTO unlink_requests
            (platform, platform_user_id, target_platform, target_platform_id, expires_at)
        VALUES (%s, %s, %s, %s, %s)
        ON CONFLICT (platform, platform_user_id, target_platform) DO UPDATE
        SET target_platform_id = excluded.target_platform_id, expires_at = excluded.expires_at
        """,
        (caller.platform, caller.platform_id, target.platform, target.platform_id, expires_at),
    )


def take_unlink_request(tx: Tx, caller: PlayerRef, platform: str) -> Cursor:
    """Delete an unlink request; returns its `target_platform_id` and `expires_at`."""
    return tx.execute(
        """
        DELETE FROM unlink_requests
        WHERE platform = %s AND platform_user_id = %s AND target_platform = %s
        RETURNING target_platform_id, expires_at
        """,
        (caller.platform, caller.platform_id, platform),
    )


def delete_unlink_requests_expired_before(tx: Tx, moment: datetime) -> None:
    tx.execute("DELETE FROM unlink_requests WHERE expires_at < %s", (moment,))
