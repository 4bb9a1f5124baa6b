"""active_chatters."""

from __future__ import annotations

from uuid import UUID

from brandish.database import Tx


def upsert_chatter(tx: Tx, user_id: UUID, platform: str) -> None:
    tx.execute(
        """
        INSERT INTO active_chatters (user_id, platform, last_message_at) VALUES (%s, %s, %s)
        ON CONFLICT (user_id, platform) DO UPDATE SET last_message_at = excluded.last_message_at
        """,
        (user_id, platform, tx.now),
    )
