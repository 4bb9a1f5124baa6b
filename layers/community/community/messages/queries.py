"""SQL on active_chatters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import LiteralString
from uuid import UUID

from community.players.name_key import NAME_KEY
from kernel.database import Cursor, Tx
from kernel.locks import lock_name
from kernel.retention import delete_part

# Of `c`, a chatter: a role on any platform protects, because a hit silences all accounts of a player.
_NOT_IMMUNE: LiteralString = """
    NOT EXISTS (SELECT FROM user_platform_links h
                WHERE h.user_id = c.user_id AND h.roles && %s::text[] AND h.roles_at > %s)
"""

# For crowds: arrays of user ids. A player who has unlinked the platform since cannot be hit there. The parameters
# after the time are those of `immune_roles`.
RANDOM_CHATTERS: LiteralString = (
    """
    ARRAY(
        SELECT c.user_id FROM active_chatters c JOIN user_platform_links USING (user_id, platform)
        WHERE c.platform = %s AND c.last_message_at > %s AND """
    + _NOT_IMMUNE
    + """
        ORDER BY md5(c.user_id::text || %s) LIMIT %s
    )
"""
)
CHATTERS_SINCE: LiteralString = (
    """
    ARRAY(
        SELECT c.user_id FROM active_chatters c JOIN user_platform_links USING (user_id, platform)
        WHERE c.platform = %s AND c.last_message_at >= %s AND """
    + _NOT_IMMUNE
    + ")"
)
CHATTERS_WITH_IDS: LiteralString = """
    ARRAY(SELECT user_id FROM user_platform_links WHERE platform = %s AND platform_user_id = ANY (%s))
"""


def lock_choice(tx: Tx, platform: str) -> None:
    """Serialise the choice of random chatters on a platform until the transaction ends."""
    lock_name(tx, f"active chatters on {platform}")


def upsert_chatters(tx: Tx, user_id: UUID, platforms: Iterable[str]) -> None:
    tx.insert(
        "INSERT INTO active_chatters (user_id, platform, last_message_at)",
        [(user_id, platform, tx.now) for platform in sorted(set(platforms))],
        "ON CONFLICT (user_id, platform) DO UPDATE SET last_message_at = excluded.last_message_at",
    )


def delete_chatters(tx: Tx, platform: str, user_ids: Sequence[UUID]) -> None:
    tx.execute("DELETE FROM active_chatters WHERE platform = %s AND user_id = ANY (%s)", (platform, list(user_ids)))


def delete_account(tx: Tx, platform: str, platform_id: str, name_key: str) -> None:
    """Delete the chatters with that id, or without one with the key of that name."""
    tx.execute(
        """
        DELETE FROM active_chatters c USING user_platform_links l
        WHERE c.user_id = l.user_id AND l.platform = %s
          AND CASE %s WHEN '' THEN """
        + NAME_KEY
        + """ = %s ELSE l.platform_user_id = %s END
        """,
        (platform, platform_id, name_key, platform_id),
    )


def list_chatters_since(tx: Tx, since: datetime, limit: int) -> Cursor:
    """Return rows with `user_id`, `username`, `platform` and `last_message_at`, latest first."""
    return tx.execute(
        """
        SELECT c.user_id, l.username, c.platform, c.last_message_at
        FROM active_chatters c JOIN user_platform_links l USING (user_id, platform)
        WHERE c.last_message_at > %s
        ORDER BY c.last_message_at DESC, c.user_id, c.platform
        LIMIT %s
        """,
        (since, limit),
    )


def move_chatter(tx: Tx, from_id: UUID, to_id: UUID) -> None:
    """Copy chatters, keeping the latest message per platform. The old rows are deleted with their player."""
    tx.execute(
        """
        INSERT INTO active_chatters AS kept (user_id, platform, last_message_at)
        SELECT %s, platform, last_message_at FROM active_chatters WHERE user_id = %s
        ON CONFLICT (user_id, platform) DO UPDATE
        SET last_message_at = greatest(kept.last_message_at, excluded.last_message_at)
        """,
        (to_id, from_id),
    )


def delete_chatters_silent_since(tx: Tx, moment: datetime) -> bool:
    return delete_part(tx, "active_chatters", "last_message_at <= %(moment)s", {"moment": moment})
