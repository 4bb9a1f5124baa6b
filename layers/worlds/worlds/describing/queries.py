"""SQL of what models have written about places, and of those who await it."""

from __future__ import annotations

from datetime import datetime
from typing import LiteralString
from uuid import UUID

from kernel.database import Cursor, Tx

_PLACE: LiteralString = "format('%%s:%%s:%%s:%%s', c.world_id, c.x, c.y, c.z)"
"""SQL expression: where a character is, as `asking.place_key` writes it."""


def find_texts_around(tx: Tx, connection_id: str, known: list[str]) -> Cursor:
    """Return one row about the place of a player: `texts`, as {key: [text, seconds since 1970 until it counts]} or
    null; and `awaits`, whether they wait for one.

    Args:
        known: keys of texts that are not needed.
    """
    return tx.execute(
        """
        SELECT
            (SELECT jsonb_object_agg(t.key, jsonb_build_array(t.text, extract(epoch FROM t.expires_at)))
             FROM worlds.generated_texts AS t
             WHERE t.place = """
        + _PLACE
        + """ AND t.expires_at > %s AND t.key <> ALL(%s)) AS texts,
            EXISTS (SELECT FROM worlds.awaited_texts AS a
                    WHERE a.character_id = c.character_id AND a.expires_at > %s) AS awaits
        FROM worlds.connections AS k
        JOIN worlds.characters AS c USING (character_id)
        WHERE k.connection_id = %s
        """,
        (tx.now, known, tx.now, connection_id),
    )


def await_text(tx: Tx, character_id: UUID, key: str, place: str, until: datetime) -> None:
    """Note that a character waits for a text, and for no other one."""
    tx.execute(
        """
        INSERT INTO worlds.awaited_texts (character_id, key, place, expires_at) VALUES (%s, %s, %s, %s)
        ON CONFLICT (character_id) DO UPDATE
        SET key = excluded.key, place = excluded.place, expires_at = excluded.expires_at
        """,
        (character_id, key, place, until),
    )


def take_awaiting(tx: Tx, key: str) -> Cursor:
    """Forget who waits for a text; return rows of `character_id`: those who are still where it describes."""
    return tx.execute(
        """
        WITH waited AS (DELETE FROM worlds.awaited_texts WHERE key = %s RETURNING character_id, place)
        SELECT c.character_id
        FROM waited
        JOIN worlds.characters AS c USING (character_id)
        WHERE c.is_present AND waited.place = """
        + _PLACE
        + " ORDER BY c.character_id",
        (key,),
    )
