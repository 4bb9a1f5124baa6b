"""Locking the players whom a change of content concerns. It imports nothing of the game, because the clock needs it."""

from __future__ import annotations

from typing import LiteralString

from kernel.database import Tx


def lock_players_with(tx: Tx, table: LiteralString, column: LiteralString, value: str) -> None:
    """Lock the players with such a row in a feature's table, so that no action saves what it loaded before."""
    tx.execute(
        "SELECT count(*) FROM (SELECT FROM users WHERE user_id IN (SELECT user_id FROM "
        + table
        + " WHERE "
        + column
        + " = %s) ORDER BY user_id FOR NO KEY UPDATE) AS locked",
        (value,),
    )
