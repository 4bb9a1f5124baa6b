"""armed_blasts."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, LiteralString
from uuid import UUID

from community.blasts.clock import READY
from kernel.database import Cursor, Tx, declare_race

if TYPE_CHECKING:  # the retention clock starts without pydantic
    from community.blasts.models import Blast

declare_race("armed_blasts_pkey")

ARMED: LiteralString = "SELECT true FROM armed_blasts b WHERE b.platform = %s"


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
    """The row that is gone, if any; one that another clock holds is left to it."""
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


def delete_armed_before(tx: Tx, moment: datetime) -> None:
    tx.execute("DELETE FROM armed_blasts WHERE armed_at < %s", (moment,))
