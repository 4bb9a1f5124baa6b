"""SQL on what people of the game near a player think of them."""

from __future__ import annotations

from typing import Any, Final, LiteralString
from uuid import UUID

from kernel.database import Cursor, Tx
from worlds.minds.models import MOST_WITNESSES, Mind
from worlds.promises import queries as promises
from worlds.relationships import queries as relationships

_NEAR: Final[LiteralString] = """
    WITH me AS MATERIALIZED (
        SELECT found.*, ARRAY(SELECT worlds.cells_near(circumference, x, y, %(radius)s)) AS cells
        FROM (SELECT c.character_id, c.world_id, c.x, c.y, c.z, w.circumference
              FROM worlds.connections AS k
              JOIN worlds.characters AS c USING (character_id)
              JOIN worlds.worlds AS w ON w.world_id = c.world_id
              WHERE k.connection_id = %(connection)s) AS found),
    near AS MATERIALIZED (
        SELECT p.character_id, p.name, p.hp, me.character_id AS me_id,
            worlds.squared_distance(me.circumference, me.x, me.y, me.z, p.x, p.y, p.z) AS squared
        FROM me, LATERAL (SELECT * FROM worlds.characters AS p
                          WHERE p.is_present AND p.role = 'npc' AND p.world_id = me.world_id
                            AND p.cell = ANY(me.cells)) AS p
        WHERE worlds.squared_distance(me.circumference, me.x, me.y, me.z, p.x, p.y, p.z) <= %(squared)s
        ORDER BY squared, p.character_id LIMIT %(most)s)
"""


def lock_near(tx: Tx, connection_id: str, radius: int) -> None:
    """Lock what people of the game around a player were promised, then what they think: after all characters."""
    tx.execute(
        _NEAR
        + """
        SELECT FROM worlds.promises
        WHERE status = 'open' AND (npc_id, character_id) IN (SELECT character_id, me_id FROM near)
        ORDER BY promise_id FOR NO KEY UPDATE
        """,
        _parameters(connection_id, radius),
    )
    tx.execute(
        _NEAR
        + """
        SELECT FROM worlds.relationships WHERE (npc_id, other_id) IN (SELECT character_id, me_id FROM near)
        ORDER BY npc_id FOR NO KEY UPDATE
        """,
        _parameters(connection_id, radius),
    )


def list_near(tx: Tx, connection_id: str, radius: int) -> Cursor:
    """Return the people of the game around a player, the nearest first, with what they think of them."""
    return tx.execute(
        _NEAR
        + "SELECT near.character_id AS mind_id, near.name, near.hp, n.personality, n.born, actor.baseline AS usual,"
        + " coalesce(actor.village = n.village, false) AS is_neighbour, "
        + relationships.COLUMNS
        + ", ARRAY(SELECT to_jsonb(q) FROM (SELECT "
        + promises.COLUMNS
        + """ FROM worlds.promises AS q
              WHERE q.npc_id = near.character_id AND q.character_id = near.me_id AND q.status = 'open'
              ORDER BY q.due, q.promise_id) AS q) AS promises
        FROM near
        JOIN worlds.npcs AS n USING (character_id)
        LEFT JOIN worlds.relationships AS r ON r.npc_id = near.character_id AND r.other_id = near.me_id
        LEFT JOIN worlds.npcs AS actor ON actor.character_id = near.me_id
        ORDER BY near.squared, near.character_id
        """,
        _parameters(connection_id, radius),
    )


def read(row: dict[str, Any]) -> Mind:
    """Return the one of a row."""
    return Mind(
        npc_id=row["mind_id"],
        name=row["name"],
        is_alive=row["hp"] > 0,
        personality=row["personality"],
        born=row["born"],
        relationship=None if row["npc_id"] is None else relationships.read(row),
        promises=[promises.read(_with_ids(each)) for each in row["promises"]],
        usual=relationships.read_usual(row["usual"]),
        is_neighbour=row["is_neighbour"],
    )


def _with_ids(stored: dict[str, Any]) -> dict[str, Any]:
    return {name: UUID(value) if name.endswith("_id") else value for name, value in stored.items()}


def _parameters(connection_id: str, radius: int) -> dict[str, Any]:
    return {
        "connection": connection_id,
        "radius": radius,
        "squared": float(radius * radius),
        "most": MOST_WITNESSES,
    }
