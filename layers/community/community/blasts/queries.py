"""SQL on armed_blasts."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, LiteralString
from uuid import UUID

from kernel.database import Cursor, Tx, declare_race
from kernel.retention import delete_part

if TYPE_CHECKING:  # the clocks start without pydantic
    from community.blasts.models import Blast

declare_race("armed_blasts_pkey")

QUIET: LiteralString = "interval '5 seconds'"
"""How long the chat must have been silent."""

READY: LiteralString = (
    """
    (SELECT count(*) >= b.chatters AND max(c.last_message_at) <= %s - """
    + QUIET
    + """
     FROM active_chatters c WHERE c.platform = b.platform AND c.last_message_at >= b.armed_at)
    """
)
"""SQL expression over `b`, a row of armed_blasts: whether enough chatters have written, and the chat is quiet.

Its parameter is the current time. Source: rules 6.6."""

ARMED: LiteralString = "SELECT true FROM armed_blasts b WHERE b.platform = %s"


ARMED_ITEM: LiteralString = "EXISTS (SELECT FROM armed_blasts WHERE item_id = %s)"
"""SQL expression: whether an item is armed. Its parameter is the item's id."""


def insert_blast(tx: Tx, blast: Blast) -> None:
    tx.execute(
        """
        INSERT INTO armed_blasts (platform, blast_id, setter_id, item_id, seconds, chatters, armed_at)
        VALUES (%s, %s, %s, %s, %s, %s, %s)
        """,
        (
            blast.platform,
            blast.blast_id,
            blast.setter_id,
            blast.item_id,
            blast.seconds,
            blast.chatters,
            blast.armed_at,
        ),
    )


def delete_due_blast(tx: Tx) -> Cursor:
    """Delete one due blast and return its row, if there is one; rows that another clock has locked are skipped."""
    return tx.execute(
        """
        DELETE FROM armed_blasts WHERE platform = (
            SELECT b.platform FROM armed_blasts b WHERE """
        + READY
        + """
            ORDER BY b.armed_at LIMIT 1 FOR UPDATE SKIP LOCKED
        )
        RETURNING platform, blast_id, setter_id, item_id, seconds, chatters, armed_at
        """,
        (tx.now,),
    )


def move_blasts(tx: Tx, from_id: UUID, to_id: UUID) -> None:
    tx.execute("UPDATE armed_blasts SET setter_id = %s WHERE setter_id = %s", (to_id, from_id))


def delete_armed_before(tx: Tx, moment: datetime) -> bool:
    return delete_part(tx, "armed_blasts", "armed_at < %(moment)s", {"moment": moment})
