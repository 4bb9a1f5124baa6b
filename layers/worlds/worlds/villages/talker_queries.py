"""SQL on those of a village who may be in a talk near a player, with what they could speak of."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from kernel.database import Cursor, Tx
from worlds.memories import queries as memories
from worlds.memories.models import TOLD
from worlds.npcs import queries as npcs
from worlds.space.models import Position
from worlds.villages.chatter import Talker

MOST_TALKERS: Final = 40
"""The nearest: more than live in a village."""
MOST_TOPICS: Final = 5
"""Of each, what moves them most."""


def list_talkers_near(tx: Tx, connection_id: str, radius: int) -> Cursor:
    """Return the people of the game around a player who are not in a fight, the nearest first, with what they could
    speak of and what they think of one another where that is stored.
    """
    return tx.execute(
        """
        WITH me AS MATERIALIZED (
            SELECT c.world_id, c.x, c.y, c.z, w.circumference,
                ARRAY(SELECT worlds.cells_near(w.circumference, c.x, c.y, %(radius)s)) AS cells
            FROM worlds.connections AS k
            JOIN worlds.characters AS c USING (character_id)
            JOIN worlds.worlds AS w ON w.world_id = c.world_id
            WHERE k.connection_id = %(connection)s),
        near AS MATERIALIZED (
            SELECT p.character_id, p.name AS called, p.species, p.x, p.y, p.z,
                worlds.squared_distance(me.circumference, me.x, me.y, me.z, p.x, p.y, p.z) AS squared
            FROM me, LATERAL (SELECT * FROM worlds.characters AS p
                              WHERE p.is_present AND p.role = 'npc' AND p.hp > 0 AND p.world_id = me.world_id
                                AND p.cell = ANY(me.cells)) AS p
            WHERE worlds.squared_distance(me.circumference, me.x, me.y, me.z, p.x, p.y, p.z) <= %(squared)s
              AND NOT EXISTS (SELECT FROM worlds.fighters AS f WHERE f.character_id = p.character_id)
            ORDER BY squared, p.character_id LIMIT %(most)s)
        SELECT near.called, near.species, near.x, near.y, near.z, """
        + npcs.COLUMNS
        + """,
            (SELECT coalesce(jsonb_object_agg(r.other_id, r.affection), '{}') FROM worlds.relationships AS r
             WHERE r.npc_id = n.character_id AND r.other_id IN (SELECT character_id FROM near)) AS liking,
            ARRAY(SELECT to_jsonb(m) FROM (SELECT """
        + memories.COLUMNS
        + """,
                    (SELECT coalesce(jsonb_object_agg(c.character_id, c.name), '{}') FROM worlds.characters AS c
                     WHERE c.character_id IN (m.about_id, m.told_by, (m.content ->> 'to')::uuid)) AS names
                FROM worlds.memories AS m
                WHERE m.npc_id = n.character_id AND m.about_id IS NOT NULL AND m.occurrence = ANY (%(told)s)
                ORDER BY m.weight DESC, m.formed_at DESC, m.memory_id LIMIT %(topics)s) AS m) AS topics
        FROM near JOIN worlds.npcs AS n USING (character_id)
        ORDER BY near.squared, near.character_id
        """,
        {
            "connection": connection_id,
            "radius": radius,
            "squared": float(radius * radius),
            "most": MOST_TALKERS,
            "told": list(TOLD),
            "topics": MOST_TOPICS,
        },
    )


def read_talker(row: dict[str, Any]) -> Talker:
    """Return the one of a row."""
    names = {UUID(key): name for topic in row["topics"] for key, name in topic["names"].items()}
    return Talker(
        npc=npcs.read(row),
        name=row["called"],
        species=row["species"],
        position=Position(row["x"], row["y"], row["z"]),
        liking={UUID(key): value for key, value in row["liking"].items()},
        memories=[memories.read(_with_ids(each)) for each in row["topics"]],
        names=names,
    )


def _with_ids(stored: dict[str, Any]) -> dict[str, Any]:
    return {
        name: UUID(value) if name.endswith(("_id", "told_by")) and value is not None else value
        for name, value in stored.items()
    }
