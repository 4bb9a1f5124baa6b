"""SQL on traps. Placing and triggering one requires the lock of its target's row in users."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, LiteralString
from uuid import UUID

from kernel.database import Tx
from kernel.retention import delete_part

if TYPE_CHECKING:  # the retention clock starts without pydantic
    from community.traps.models import Trap

WAITING: LiteralString = """
    SELECT json_build_array(
        t.trap_id, t.setter_id, (SELECT s.username FROM users s WHERE s.user_id = t.setter_id),
        t.quality_level, t.timeout_seconds
    )
    FROM traps t WHERE t.target_id = u.user_id AND t.triggered_at IS NULL
"""
"""SQL expression over `u`, a row of users: the fields of a Trap."""


def insert_trap(tx: Tx, trap: Trap, target_id: UUID) -> None:
    tx.execute(
        """
        INSERT INTO traps (trap_id, setter_id, target_id, quality_level, timeout_seconds, placed_at)
        VALUES (%s, %s, %s, %s, %s, %s)
        """,
        (trap.trap_id, trap.setter_id, target_id, trap.quality, trap.seconds, tx.now),
    )


def mark_triggered(tx: Tx, trap_id: UUID) -> None:
    tx.execute("UPDATE traps SET triggered_at = %s WHERE trap_id = %s", (tx.now, trap_id))


def move_traps(tx: Tx, from_id: UUID, to_id: UUID) -> None:
    """Move traps. A player has at most one waiting trap: that of `to_id` stays, and that of `from_id` is deleted with
    their row."""
    tx.execute("UPDATE traps SET setter_id = %s WHERE setter_id = %s", (to_id, from_id))
    tx.execute(
        """
        UPDATE traps SET target_id = %(to_id)s
        WHERE target_id = %(from_id)s
          AND (triggered_at IS NOT NULL
               OR NOT EXISTS (SELECT FROM traps t WHERE t.target_id = %(to_id)s AND t.triggered_at IS NULL))
        """,
        {"from_id": from_id, "to_id": to_id},
    )


def delete_triggered_before(tx: Tx, moment: datetime) -> bool:
    return delete_part(tx, "traps", "triggered_at < %(moment)s", {"moment": moment})
