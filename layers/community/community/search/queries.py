"""SQL on searches."""

from __future__ import annotations

from datetime import timedelta
from typing import Final, LiteralString
from uuid import UUID

from kernel.database import Tx
from kernel.retention import delete_part

WINDOW: Final = timedelta(hours=24)
"""How long a search makes the next ones less lucky. Source: rules 14."""

COUNT_BETWEEN: LiteralString = (
    "(SELECT count(*) FROM searches s WHERE s.user_id = u.user_id AND s.searched_at BETWEEN %s AND %s)"
)
"""SQL expression over `u`, a row of users."""


def insert_search(tx: Tx, user_id: UUID) -> None:
    tx.execute("INSERT INTO searches (user_id, searched_at) VALUES (%s, %s) ON CONFLICT DO NOTHING", (user_id, tx.now))


def move_searches(tx: Tx, from_id: UUID, to_id: UUID) -> None:
    tx.execute(
        "INSERT INTO searches SELECT %s, searched_at FROM searches WHERE user_id = %s ON CONFLICT DO NOTHING",
        (to_id, from_id),
    )


def delete_old(tx: Tx) -> bool:
    return delete_part(tx, "searches", "searched_at < %(moment)s", {"moment": tx.now - WINDOW})
