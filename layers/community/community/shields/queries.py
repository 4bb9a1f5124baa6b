"""SQL on shields. Writers hold the lock of the row's player."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, LiteralString
from uuid import UUID

from kernel.database import Tx

if TYPE_CHECKING:
    from community.shields.models import Kind

CHARGES: LiteralString = (
    "SELECT json_object_agg(s.kind, s.charges) FROM shields s WHERE s.user_id = u.user_id AND s.charges > 0"
)
"""SQL expression over `u`, a row of users."""


def add_charges(tx: Tx, user_id: UUID, kind: Kind, charges: int) -> None:
    tx.execute(
        """
        INSERT INTO shields AS held (user_id, kind, charges) VALUES (%s, %s, %s)
        ON CONFLICT (user_id, kind) DO UPDATE SET charges = held.charges + excluded.charges
        """,
        (user_id, kind, charges),
    )


def take_charges(tx: Tx, user_ids: Sequence[UUID], kind: Kind) -> None:
    """Use up one charge of each player."""
    tx.execute(
        "UPDATE shields SET charges = charges - 1 WHERE user_id = ANY (%s) AND kind = %s", (list(user_ids), kind)
    )


def move_charges(tx: Tx, from_id: UUID, to_id: UUID) -> None:
    """Add one player's charges to the other's. The old rows are deleted with their player."""
    tx.execute(
        """
        INSERT INTO shields AS held (user_id, kind, charges)
        SELECT %s, kind, charges FROM shields WHERE user_id = %s
        ON CONFLICT (user_id, kind) DO UPDATE SET charges = held.charges + excluded.charges
        """,
        (to_id, from_id),
    )
