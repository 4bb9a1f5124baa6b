"""SQL on worlds.creatures."""

from __future__ import annotations

from typing import Any

from psycopg.types.json import Jsonb

from kernel.database import Cursor, Tx
from worlds.combat.events import CreatureCame, CreatureRanAway, CreatureSlain, CreatureWounded
from worlds.ecosystem.creatures import Creature
from worlds.log.models import WorldEvent
from worlds.space.models import Position
from worlds.world.events import CreaturesChanged, DeepTimeReset, WorldDeleted, WorldWiped


def list_of_connection(tx: Tx, connection_id: str, *, living: bool = False) -> Cursor:
    """Return the creatures of the world where a player is, by their numbers.

    Args:
        living: only those that lived when they were stored.
    """
    return tx.execute(
        """
        SELECT creature.*
        FROM worlds.connections AS k
        JOIN worlds.characters AS c USING (character_id)
        JOIN worlds.creatures AS creature ON creature.world_id = c.world_id
        WHERE k.connection_id = %s AND (creature.died IS NULL OR NOT %s) ORDER BY creature.number
        """,
        (connection_id, living),
    )


def list_fighting(tx: Tx, connection_id: str) -> Cursor:
    """Return rows of `number`: of the creatures that are in a fight in the world where a player is."""
    return tx.execute(
        """
        SELECT (f.state #>> '{nature,number}')::integer AS number
        FROM worlds.connections AS k
        JOIN worlds.characters AS c USING (character_id)
        JOIN worlds.fights AS t ON t.world_id = c.world_id
        JOIN worlds.fighters AS f ON f.fight_id = t.fight_id AND f.cell IS NOT NULL
        WHERE k.connection_id = %s
        """,
        (connection_id,),
    )


def read(row: dict[str, Any]) -> Creature:
    """Return the creature of a row."""
    known = {name: value for name, value in row.items() if name not in ("world_id", "x", "y", "z", "traits")}
    return Creature(position=Position(row["x"], row["y"], row["z"]), traits=tuple(row["traits"]), **known)


def as_json(creature: Creature) -> dict[str, Any]:
    """Return a creature as an event keeps it."""
    x, y, z = creature.position
    known = {name: getattr(creature, name) for name in _PLAIN}
    return {**known, "x": x, "y": y, "z": z, "traits": list(creature.traits)}


_PLAIN = (
    *("number", "species", "kind", "biome", "born", "fed", "mated", "died", "cause", "mother", "father"),
    "generation",
)


def project(tx: Tx, event: WorldEvent) -> None:
    """Store what an event changes about the creatures of a world."""
    match event:
        case CreaturesChanged():
            tx.execute(
                """
                INSERT INTO worlds.creatures (
                    world_id, number, species, kind, biome, x, y, z, born, fed, mated, died, cause, mother, father,
                    generation, traits)
                SELECT %s, number, species, kind, biome, x, y, z, born, fed, mated, died, cause, mother, father,
                    generation, traits
                FROM jsonb_to_recordset(%s) AS saved (
                    number integer, species integer, kind smallint, biome smallint, x integer, y integer, z integer,
                    born bigint, fed bigint, mated bigint, died bigint, cause text, mother integer, father integer,
                    generation integer, traits jsonb)
                ON CONFLICT (world_id, number) DO UPDATE
                -- One that was slain while the world was looked at stays dead.
                SET fed = excluded.fed, mated = excluded.mated, died = coalesce(creatures.died, excluded.died),
                    cause = CASE WHEN creatures.died IS NULL THEN excluded.cause ELSE creatures.cause END
                """,
                (event.world_id, Jsonb(event.saved)),
            )
            if event.removed:
                tx.execute(
                    "DELETE FROM worlds.creatures WHERE world_id = %s AND number = ANY(%s)",
                    (event.world_id, event.removed),
                )
        case CreatureSlain():
            tx.execute(
                "UPDATE worlds.creatures SET died = %s, cause = %s"
                " WHERE world_id = %s AND number = %s AND died IS NULL",
                (event.tick, event.cause, event.world_id, event.number),
            )
        case CreatureRanAway() | CreatureCame():
            tx.execute(
                "UPDATE worlds.creatures SET x = %s, y = %s, z = %s WHERE world_id = %s AND number = %s",
                (*event.position, event.world_id, event.number),
            )
        case CreatureWounded():
            tx.execute(
                "UPDATE worlds.creatures SET hp = %s, hp_since = %s WHERE world_id = %s AND number = %s",
                (event.hp, event.since, event.world_id, event.number),
            )
        case DeepTimeReset() | WorldDeleted() | WorldWiped():
            tx.execute("DELETE FROM worlds.creatures WHERE world_id = %s", (event.world_id,))
        case _:
            pass
